"""`surveyapp --help`: what each command is for, without waiting for all of them."""

from __future__ import annotations

import importlib

import click
import pytest

from surveyapp.cli import main


def test_help_says_of_every_command_what_it_says_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    context = click.Context(main, info_name="surveyapp")
    imported = context.make_formatter()
    click.Group.format_commands(main, context, imported)

    def refused(name: str) -> None:
        raise AssertionError(f"{name} was imported")

    monkeypatch.setattr(importlib, "import_module", refused)
    read = context.make_formatter()
    main.format_commands(context, read)
    assert read.getvalue() == imported.getvalue()
