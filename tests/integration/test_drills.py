"""The drills that kill, stop and try others' addresses, with small numbers: `make drill` has the full ones."""

from __future__ import annotations

import pytest

from tests.conftest import unavailable
from tests.databases import find_binary
from tests.drills import drill, ground, names


# What serves is killed over a file, and a server goes away; `make drill` kills over a server, too.
@pytest.mark.parametrize(("name", "kind"), [("kills", "sqlite"), ("stops", "postgresql")])
def test_what_is_promised_holds(name: str, kind: str) -> None:
    if kind == "postgresql" and find_binary("initdb") is None:
        unavailable("PostgreSQL")
    with ground(kind) as place:
        rows = drill(name).run(place, **drill(name).SHORT)
    assert [str(row) for row in rows if not row.holds] == []


def test_nobody_is_shown_anything_at_the_addresses_of_another_role() -> None:
    with ground("sqlite") as place:
        rows = drill("pairs").run(place, **drill("pairs").SHORT)
    assert [str(row) for row in rows if not row.holds] == []


def test_whoever_sends_is_killed_and_nothing_goes_out_twice() -> None:
    with ground("sqlite") as place:
        rows = drill("sends").run(place, **drill("sends").SHORT)
    assert [str(row) for row in rows if not row.holds] == []


def test_two_interviewers_at_once_double_nothing() -> None:
    with ground("sqlite") as place:
        rows = drill("interviews").run(place, **drill("interviews").SHORT)
    assert [str(row) for row in rows if not row.holds] == []


def test_every_drill_says_how_large_it_is() -> None:
    for name in names():
        module = drill(name)
        assert module.FULL.keys() == module.SHORT.keys(), name
