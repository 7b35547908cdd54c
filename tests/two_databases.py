"""Which tests run on SQLite and PostgreSQL both, and the record of what ran on which (docs/decisions/0043).

What differs between the two is SQL, and all of it is in `surveyapp/store`. Pages, commands and services only ask it: in
the whole run a test that has them do something runs on one of the two, by its name, so that half of them meet each.
What asks the store itself, migrations, and whatever is marked `both_databases`, runs on both. The record: which public
functions of the store asked which database something. A run of everything fails where one of them did on SQLite alone.

`pytest --both`, and any run that is asked for by a path or by -k, runs all on both.
"""

from __future__ import annotations

import functools
import sys
import types
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

import surveyapp

KINDS = ("sqlite", "postgresql")
OPENS = frozenset({"Client", "Phone", "Interviewer", "CliRunner", "create_app"})
"""What a file that opens pages or gives commands has taken in."""
SERVICES = "surveyapp.services."
"""What a file has taken in that tells what is done by the services that do it. What a runtime and a unit of work are is
theirs, too, and told apart: tests of the store open with them."""
OPENED_WITH = frozenset({"surveyapp.services.runtime", "surveyapp.services.work", "surveyapp.services.keyring"})

STORE = Path(surveyapp.__file__).parent / "store"
OF_FILES = frozenset({"database.Database.check_whole"})
"""What a server sees to itself."""
ran: set[tuple[str, str]] = set()
"""In this process, which function of the store asked which kind of database."""


def is_whole(config: pytest.Config) -> bool:
    """Whether the run is all there is, with nothing picked out."""
    given: bool | None = getattr(config, "workerinput", {}).get("whole")
    if given is not None:
        return given
    everywhere = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    picking = ("keyword", "markexpr", "deselect", "lf", "both")
    return everywhere and not any(getattr(config.option, name, None) for name in picking)


def on_one(items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Those that run in the whole run, and those that are left to their other database."""
    kept, left = [], []
    for item in items:
        (kept if _runs(item) else left).append(item)
    return kept, left


def _runs(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    kind = call.params.get("database_url") if call else None
    if kind is None and any(each.name == "both_databases" for each in item.own_markers):
        raise pytest.UsageError(f"{item.nodeid} is marked both_databases and is given none: it needs `database_url`.")
    if call is None or kind is None or item.get_closest_marker("both_databases"):
        return True
    if "client" not in item.fixturenames and not _opens_or_serves(item.module):  # type: ignore[attr-defined]
        return True
    name = item.nodeid.partition("[")[0] + call.id.replace(kind, "", 1)
    return kind == KINDS[zlib.crc32(name.encode()) % 2]


@functools.cache
def _opens_or_serves(module: types.ModuleType) -> bool:
    taken_in = vars(module)
    return bool(OPENS & taken_in.keys()) or any(
        name.startswith(SERVICES) and name not in OPENED_WITH
        for name in (getattr(each, "__module__", None) or getattr(each, "__name__", "") for each in taken_in.values())
        if isinstance(name, str)
    )


def watch() -> None:
    """Begins the record."""
    event.listen(Engine, "before_cursor_execute", _note)


def _note(connection: Connection, *_rest: object) -> None:
    kind = connection.dialect.name
    within = False
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        # Asked of some thirty frames a statement: a call for each would be a hundredth of a run, a hash of its code,
        # which goes through all of it, two.
        known = _names.get(id(frame.f_code))
        name = known[1] if known else _name(frame.f_code)
        if name:
            ran.add((name, kind))
        # Below the store nothing of it is asked any more: the many frames of a page are not gone through.
        if within and name is None:
            return
        within = within or name is not None
        frame = frame.f_back


_names: dict[int, tuple[types.CodeType, str | None]] = {}
"""By the identity of the code, which stays what it is while it is held here."""


def _name(code: types.CodeType) -> str | None:
    """Which function of the store it is, where it is one: nothing for what is the store's own affair."""
    path = Path(code.co_filename)
    name: str | None
    if STORE not in path.parents:
        name = None
    elif any(part.startswith(("_", "<")) for part in code.co_qualname.split(".")):
        name = ""
    else:
        name = f"{'.'.join(path.relative_to(STORE).with_suffix('').parts)}.{code.co_qualname}"
    _names[id(code)] = code, name
    return name


def alone(found: Iterable[tuple[str, str]]) -> list[str]:
    """Functions that asked SQLite and never PostgreSQL. The other way round are locks, which SQLite has no need of, and
    what every test of the demonstration and every browser does on SQLite."""
    asked = set(found)
    on_sqlite = {name for name, kind in asked if kind == "sqlite"}
    return sorted(name for name in on_sqlite - OF_FILES if (name, "postgresql") not in asked)


class Record:
    """Gathers what the processes of a whole run have noted, and tells it at the end."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str]] = set()
        self.alone: list[str] = []

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["whole"] = is_whole(node.config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        self.found |= {(name, kind) for name, kind in getattr(node, "workeroutput", {}).get("ran", ())}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A run of everything fails where something of the store was tried on SQLite alone."""
        self.found |= ran
        both_there = {kind for _, kind in self.found} == set(KINDS)
        if is_whole(session.config) and both_there and not hasattr(session.config, "workerinput"):
            self.alone = alone(self.found)
        if self.alone and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for name in self.alone:
            terminalreporter.write_line(
                f"store.{name} ran on SQLite alone: mark a test of it both_databases (tests/two_databases.py)", red=True
            )
