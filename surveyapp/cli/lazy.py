"""A command group that imports a command when it is used, so that `users add` does not wait for pandas."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, cast

import click


class LazyGroup(click.Group):
    """`commands_in` maps a command's name to `module:attribute`."""

    def __init__(self, *arguments: Any, commands_in: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.commands_in = commands_in

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(self.commands_in)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.commands_in:
            return None
        module, _, attribute = self.commands_in[name].partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), attribute))
