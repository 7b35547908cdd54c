"""Each promise of docs/security.md and docs/asvs.md names what breaks with it: it is there, and still called so."""

from __future__ import annotations

import re

from surveyapp.settings import ROOT

TESTS = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
NAMES = {path: re.findall(r"^\s*(?:def|class) ([tT]est\w+)", text, re.MULTILINE) for path, text in TESTS.items()}


def promises() -> list[tuple[str, list[str]]]:
    """(what is promised, what is said to show it) of every row of the tables of promises."""
    page = "\n".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("security.md", "asvs.md"))
    tables = re.findall(r"^\|.* \| what shows it \|\n\|(?: --- \|)+\n((?:\|.*\n)+)", page, re.MULTILINE)
    rows = (line.strip("|").rsplit(" | ", 1) for table in tables for line in table.splitlines())
    return [(promise.strip(), re.findall(r"`([^`]+)`", shown)) for promise, shown in rows]


def lacking(shown: str) -> bool:
    """Whether something called a test, or a file of them, is nowhere. `…` stands for the rest of a name."""
    module, _, name = shown.rpartition("::")
    if not module and shown.endswith(".py"):
        module, name = shown, ""
    if not (module or name.startswith(("test_", "…"))):
        return False
    ends = "" if module.strip("…") == "" else f"/{module.removesuffix('.py').removeprefix('tests/')}.py"
    found = [path for path in TESTS if path.as_posix().endswith(ends)]
    named = name.strip("…") in "".join(path.stem for path in found) and name.startswith("test_")
    return not found or not (named or any(name.strip("…") in each for path in found for each in NAMES[path] or [""]))


def test_every_promise_names_a_test_that_there_is() -> None:
    made = promises()
    assert len(made) > 60
    prose = ("6.2.10", "6.5.3")  # nothing can be shown of what is not there
    asked = [each for each in made if not re.search(r"\| not (?:applicable|met) \|", each[0])]
    assert [promise for promise, shown in asked if not shown and not promise.startswith(prose)] == []
    # A page, a decision, a module that is named is there as well.
    named = {each for _, shown in made for each in shown if re.fullmatch(r"docs/\S+\.md", each)}
    assert [each for each in sorted(named) if not (ROOT / each).is_file()] == []
    assert [(promise, each) for promise, shown in made for each in shown if lacking(each)] == []


def test_a_name_that_is_nowhere_is_found() -> None:
    assert lacking("integration/test_nowhere.py")
    assert lacking("integration/test_sessions.py::test_what_nobody_wrote")
    assert lacking("…test_what_nobody_wrote…")
    assert not lacking("unit/test_promises.py::test_a_name_that_is…")
