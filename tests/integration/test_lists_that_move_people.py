"""Lists that put people who are there into another group or site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from surveyapp.domain.fieldwork.lists import ListState
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.lists import all_at_once, held, imports, list_pages, taking_back
from surveyapp.services.lists.putting_back import told
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.security import audit
from tests import factories
from tests.integration.test_lists_brought_in import STUDY, contact, looked_at, placed_of
from tests.integration.test_lists_brought_in import desk as desk
from tests.integration.test_lists_brought_in import manager as manager
from tests.integration.test_lists_that_correct import Bring, by_the_command, by_the_page, listed, stands
from tests.integration.test_lists_that_correct import people as people
from tests.office import HOME, post
from tests.page import Client, Page

PLACES = "Reference,Group,Site,Name\nBF-0001,employee,SM,Ada Byron\nBF-0002,backfill,,Bo Ek\n"


def test_a_list_moves_people_to_another_group_and_site_and_is_taken_back(runtime: Runtime, desk: Desk) -> None:
    factories.create_site(runtime, "SM")
    for reference in ("BF-0001", "BF-0002"):
        factories.create_participant(runtime, reference=reference)
    before = [placed_of(runtime, each) for each in ("BF-0001", "BF-0002")]
    import_id = looked_at(desk, PLACES, group="")
    seen = list_pages.looked_at(desk, STUDY, import_id)
    assert seen.faults == ()
    assert [(each.line, each.reference, each.plan.changed) for each in seen.placed] == [
        (2, "BF-0001", ("group", "site"))
    ]
    assert {each.touchpoint for each in seen.placed[0].plan.moves} >= {1}
    imports.decide(desk, STUDY, import_id, Decisions())
    assert held.record(desk, STUDY, import_id).state is ListState.IMPORTED
    assert placed_of(runtime, "BF-0001")[:2] == ("employee", "SM")
    assert placed_of(runtime, "BF-0002") == before[1]
    with runtime.database.reading() as session:
        done = [
            (entry.subject, entry.detail)
            for entry in audit.entries(session, STUDY)
            if entry.action == "participant_changed"
        ]
    assert done == [("BF-0001", {"fields": ["group", "site"]})]
    taking_back.undo(desk, STUDY, import_id)
    assert [placed_of(runtime, each) for each in ("BF-0001", "BF-0002")] == before


@pytest.mark.parametrize(
    ("data", "column", "code"),
    [
        ("Reference,Group\nBF-0001,employee\n", "group", "group_after_answers"),
        ("Reference,Group,Site,site.asks_uc\nBF-0001,backfill,NOWHERE,yes\n", "site.employer_size", "site_new"),
    ],
)
def test_whoever_cannot_be_moved_by_a_list_is_said_by_their_row(
    runtime: Runtime, desk: Desk, data: str, column: str, code: str
) -> None:
    person = factories.create_participant(runtime, reference="BF-0001")
    answering.give_consent(runtime, factories.by_link(runtime, person), {"take_part": True, "recontact": False})
    before = placed_of(runtime, "BF-0001")
    seen = list_pages.looked_at(desk, STUDY, looked_at(desk, data, group=""))
    assert [(each.line, each.column, each.sentence.code) for each in seen.faults] == [(2, column, code)]
    assert all_at_once.import_file(desk, STUDY, data.encode(), update=True).faults
    assert placed_of(runtime, "BF-0001") == before


def test_a_list_without_a_column_of_groups_moves_nobody(runtime: Runtime, desk: Desk) -> None:
    factories.create_participant(runtime, group="employee", reference="JR-0001")
    import_id = looked_at(desk, "Reference,Name\nJR-0001,Ada Byron\n")
    seen = list_pages.looked_at(desk, STUDY, import_id)
    assert (seen.placed, seen.people) == ((), ()), "nothing is said of a group, or of cases, that they will not have"
    assert [(each.row_group, each.other_group) for each in seen.doubles] == [("", "Existing employees")]
    imports.decide(desk, STUDY, import_id, Decisions())
    assert placed_of(runtime, "JR-0001")[0] == "employee"
    assert contact(desk, "JR-0001").name == "Ada Byron"


def test_whoever_answered_in_their_new_group_stays_there_when_the_list_is_taken_back(
    runtime: Runtime, desk: Desk
) -> None:
    factories.create_site(runtime, "SM")
    for reference in ("BF-0001", "BF-0002"):
        person = factories.create_participant(runtime, reference=reference)
        link = factories.create_link(runtime, person)
        if reference == "BF-0001":
            first = link
    import_id = looked_at(desk, PLACES, group="")
    imports.decide(desk, STUDY, import_id, Decisions())
    answering.give_consent(runtime, factories.known_by(runtime, first), {"take_part": True})
    taking_back.undo(desk, STUDY, import_id)
    assert placed_of(runtime, "BF-0001")[:2] == ("employee", "SM")
    assert contact(desk, "BF-0001").name == "", "what does not go with it is put back"
    made = told.taken_back(desk, STUDY, import_id)
    assert made is not None
    [stayed] = made.stayed
    assert (made.put_back, stayed.reference) == (1, "BF-0001")
    assert {"group", "site"} <= set(stayed.what)


def test_the_command_line_moves_people_by_reference(runtime: Runtime, desk: Desk) -> None:
    factories.create_site(runtime, "SM")
    for reference in ("BF-0001", "BF-0002"):
        factories.create_participant(runtime, reference=reference)
    outcome = all_at_once.import_file(desk, STUDY, PLACES.encode(), update=True, allow_shared=True)
    assert (outcome.faults, outcome.changed, outcome.stored) == ((), 2, True)
    assert placed_of(runtime, "BF-0001")[:2] == ("employee", "SM")


@pytest.mark.both_databases
@pytest.mark.parametrize("bring", [by_the_command, by_the_page])
def test_somebody_moves_to_a_site_that_the_list_brings(
    runtime: Runtime, desk: Desk, people: Callable[[], str], bring: Bring
) -> None:
    reference = people()
    head = "reference,group,site,site_name,site.employer_size,site.asks_uc\n"
    # What is said of the site in one row holds for the others.
    rows = f"{reference},backfill,NEW,,,\n,backfill,NEW,New Works,large,no\n"
    assert bring(desk, head + rows) == []
    after = stands(runtime, reference)
    assert [after[each] for each in ("site", "site_name", "site.employer_size")] == ["NEW", "New Works", "large"]
    # A slip of the pen is asked about, as in a row of somebody new.
    faults = bring(desk, f"reference,group,site\n{reference},backfill,NWE\n")
    assert {(each.line, each.sentence.code) for each in faults} == {(2, "site_new")}
    # In words, as the form offers them: a list may have either.
    asked = {str(word) for each in faults for word in each.sentence.params["values"]}
    kinds = [each for each in desk.runtime.study(factories.STUDY).attributes if each.scope == "site"]
    assert asked == {word for each in kinds for word in each.values.values()}
    assert stands(runtime, reference) == after


def test_a_manager_of_some_sites_brings_nobody_to_another(
    runtime: Runtime, desk: Desk, people: Callable[[], str]
) -> None:
    reference = people()
    with runtime.database.reading() as session:
        [site] = [each for each in participants.sites(session, STUDY, dt.date(2026, 6, 15)) if each.reference == "SM"]
    of_a_site = Desk(runtime, factories.create_staff(runtime, Role.MANAGER, site=site))
    for wanted in ("LG", "NEW"):
        faults = by_the_command(of_a_site, listed(reference, {"group": "backfill", "site": wanted}))
        assert [(each.column, each.sentence.code) for each in faults] == [("site", "own_sites_only")]


def test_somebody_moves_to_a_new_site_on_their_page(
    runtime: Runtime, client: Client, manager: Staff, people: Callable[[], str]
) -> None:
    reference = people()
    client.sign_in(manager.email)
    here = f"{HOME}/participants/{reference}/mend"
    fields = {"site": "+", "new_site": "NEW", "site_name": "New Works", "site.employer_size": "large"}
    asked = post(client, here, **fields)
    assert isinstance(asked, Page)
    assert "NEW is a new site: fill in “Employees are asked about Universal Credit”" in asked.words
    fields |= {"site.asks_uc": "no"}
    shown = post(client, here, **fields)
    assert isinstance(shown, Page)
    assert "New sites: NEW." in shown.words
    assert stands(runtime, reference)["site"] == "SM"
    post(client, here, **fields, sure="yes")
    assert stands(runtime, reference)["site_name"] == "New Works"
