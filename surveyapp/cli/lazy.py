"""A command group that imports a command when it is used, so that `users add` does not wait for pandas, and `--help`
for all of them."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
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

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """As click writes them, each with the first sentence of what its module says of it."""
        commands = [(name, _written_of(self.commands_in[name])) for name in self.list_commands(context)]
        room = formatter.width - 6 - max(len(name) for name, _ in commands)
        described = [(name, click.Command(name, help=said).get_short_help_str(room)) for name, said in commands]
        with formatter.section("Commands"):
            formatter.write_dl(described)


def _written_of(where: str) -> str | None:
    """What stands under a command's name in its module, which is read and not run."""
    module, _, attribute = where.partition(":")
    found = importlib.util.find_spec(module)
    assert found is not None, module
    for each in ast.parse(Path(found.origin or "").read_bytes()).body:
        if isinstance(each, ast.FunctionDef) and each.name == attribute:
            return ast.get_docstring(each)
    raise LookupError(f"{module} has no command {attribute}")
