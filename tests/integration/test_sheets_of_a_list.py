"""A workbook with several sheets: which one is the list is asked, and a hidden one is not taken by itself."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.lists import all_at_once, imports, list_pages
from surveyapp.services.lists.all_at_once import Import
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from tests import factories
from tests.page import Client

STUDY = factories.STUDY
NORTH, SOUTH = ("BF-0801", "Ann North"), ("BF-0802", "Bob South")


def workbook(*sheets: tuple[str, bool, tuple[tuple[str, str], ...]]) -> bytes:
    """Sheets in their order: the title, whether it is hidden, and who is on it; without anybody, a note is."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, hidden, people in sheets:
        sheet = book.create_sheet(title)
        rows = [("group", "reference", "name"), *(("backfill", *each) for each in people)]
        for row in rows if people else [("a note",)]:
            sheet.append(row)
        sheet.sheet_state = "hidden" if hidden else "visible"
    book.active = next((place for place, each in enumerate(sheets) if not each[1]), 0)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


TWO = workbook(("South", True, (SOUTH,)), ("North", False, (NORTH,)))

# The sheets of a file and which is named: by which code it is refused, or who is in it.
TAKEN = [
    ([("North", False, (NORTH,)), ("South", False, (SOUTH,))], "", "sheets_several"),
    ([("South", True, (SOUTH,)), ("North", False, (NORTH,))], "", "sheets_some_hidden"),
    ([("South", True, (SOUTH,)), ("Notes", False, ())], "", "sheet_hidden"),
    ([("North", False, (NORTH,)), ("South", False, (SOUTH,))], "East", "sheet_not_there"),
    ([("North", False, (NORTH,))], "South", "sheet_not_there"),
    ([("North", False, (NORTH,)), ("South", False, (SOUTH,))], "South", SOUTH[0]),
    ([("South", True, (SOUTH,)), ("North", False, (NORTH,))], "South", SOUTH[0]),
    ([("South", True, (SOUTH,)), ("North", False, (NORTH,))], "North", NORTH[0]),
    ([("North", False, (NORTH,)), ("Notes", False, ())], "", NORTH[0]),
    ([("Notes", True, ()), ("North", False, (NORTH,))], "", NORTH[0]),
]


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    return factories.operator(runtime)


@pytest.mark.parametrize(("sheets", "named", "comes"), TAKEN)
def test_one_sheet_is_taken_where_it_is_the_only_list_that_is_seen_or_was_named(
    desk: Desk, sheets: list[tuple[str, bool, tuple[tuple[str, str], ...]]], named: str, comes: str
) -> None:
    outcome = all_at_once.import_file(desk, STUDY, workbook(*sheets), sheet=named)
    assert (*(fault.sentence.code for fault in outcome.faults), *outcome.references) == (comes,)
    assert outcome.stored == (comes[:2] == "BF")


def test_a_file_without_sheets_has_none_to_name(desk: Desk) -> None:
    outcome: Import = all_at_once.import_file(desk, STUDY, b"group,name\nbackfill,Ann\n", sheet="North")
    assert [fault.sentence.code for fault in outcome.faults] == ["sheets_none"]


def test_the_command_asks_which_sheet_and_takes_the_one_that_is_named(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)
    (path := tmp_path / "list.xlsx").write_bytes(TWO)
    refused = CliRunner().invoke(main, ["participants", "import", STUDY, str(path)])
    assert refused.exit_code == 1
    assert "“South”, “North”. Hidden are “South”." in refused.stderr
    told = CliRunner().invoke(main, ["participants", "import", STUDY, str(path), "--sheet", "North"])
    assert "1 participant added." in told.stdout
    with runtime.database.reading() as session:
        assert participants.references_in(session, Scope(STUDY, runtime.origin)) == [NORTH[0]]


def test_the_page_reads_what_is_seen_and_says_what_is_hidden(runtime: Runtime, client: Client) -> None:
    member = factories.create_staff(runtime, Role.MANAGER)
    import_id = imports.begin(Desk(runtime, member), STUDY, "list.xlsx", TWO)
    assert list_pages.opened(Desk(runtime, member), STUDY, import_id, group="backfill").mapping.sheet == "North"
    client.sign_in(member.email)
    words = client.page(f"/manage/{STUDY}/participants/import/{import_id}").words
    assert "South (hidden)" in words
