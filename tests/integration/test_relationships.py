"""What participants are to one another: written in a list or a form, shown and corrected on a person's page."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from surveyapp.domain.errors import FieldsRefused, NotFound, NotPermitted, StateRefused
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.lists.all_at_once import import_file
from surveyapp.services.participants import enrolment, relating, roster
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants, relationships
from surveyapp.store.relationships import RelatedPair
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import NOW
from tests.office import HOME, NEW, facts, post
from tests.page import Client, Page

STUDY = factories.STUDY
COLUMN = "relationship.paired_with"


@pytest.fixture
def manager(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.MANAGER)


@pytest.fixture
def employee(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime, "employee", factories.create_site(runtime), reference="EM-0001")


@pytest.fixture
def candidate(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime, reference="BF-0001")


def related(runtime: Runtime, staff: Staff, reference: str) -> list[str]:
    return [each.reference for each in roster.person(Desk(runtime, staff), STUDY, reference).related]


def written(rows: str) -> bytes:
    return f"reference,group,{COLUMN}\n{rows}".encode()


def actions(runtime: Runtime, action: str) -> list[tuple[str | None, str]]:
    with runtime.database.reading() as session:
        return [(each.subject, each.detail["other"]) for each in audit.entries(session, STUDY) if each.action == action]


@pytest.mark.parametrize(
    "rows",
    [
        "EM-0007,employee,BF-0007\nBF-0007,backfill,EM-0007\n",
        "EM-0007,employee,bf-0007\nBF-0007,backfill,\n",
        "EM-0007,employee,\nBF-0007,backfill,EM-0007\n",
    ],
    ids=["in both rows", "in the first", "in the second"],
)
def test_a_list_pairs_people_in_it_once(runtime: Runtime, manager: Staff, rows: str) -> None:
    outcome = import_file(Desk(runtime, manager), STUDY, written(rows))
    assert outcome.stored, outcome.faults
    assert related(runtime, manager, "EM-0007") == ["BF-0007"]
    assert related(runtime, manager, "BF-0007") == ["EM-0007"]
    [recorded] = actions(runtime, "relationship_recorded")
    assert set(recorded) == {"EM-0007", "BF-0007"}


def test_a_list_pairs_people_with_those_on_record(runtime: Runtime, manager: Staff, candidate: Participant) -> None:
    assert import_file(Desk(runtime, manager), STUDY, written(",employee,BF-0001\n")).references == ("EM-0001",)
    assert related(runtime, manager, "BF-0001") == ["EM-0001"]
    assert actions(runtime, "relationship_recorded") == [("EM-0001", "BF-0001")]


@pytest.mark.parametrize(
    ("rows", "line", "sentence"),
    [
        (",employee,BF-0404\n", 2, "There is no BF-0404 in this study. Correct it, or add them first."),
        (",employee,EM-0002\n", 2, "“EM-0002” is not a reference of “Backfill candidates”. Write it like BF-0042."),
        (",employee,BF-0001\n", 2, "BF-0001 has this to EM-0001 already. Take that away first."),
        (",employee,BF-0002\n,employee,BF-0002\n", 3, "BF-0002 is named on line 2 too."),
        (
            "EM-0007,employee,BF-0007\nBF-0007,backfill,EM-0008\nEM-0008,employee,\n",
            2,
            "BF-0007 names somebody else. Write the two as a pair, or one of them only.",
        ),
    ],
)
def test_what_cannot_be_is_said_and_nobody_added(
    runtime: Runtime,
    manager: Staff,
    employee: Participant,
    candidate: Participant,
    rows: str,
    line: int,
    sentence: str,
) -> None:
    factories.create_participant(runtime, reference="BF-0002")
    relating.set_related(Desk(runtime, manager), STUDY, "EM-0001", "paired_with", "BF-0001")
    outcome = import_file(Desk(runtime, manager), STUDY, written(rows))
    assert (line, COLUMN, sentence) in [(each.line, each.column, each.sentence) for each in outcome.faults]
    with runtime.database.reading() as session:
        assert participants.references(session, STUDY) == {"EM-0001", "BF-0001", "BF-0002"}


def test_somebody_of_no_group_that_has_it_is_refused_before_the_database_is_asked(
    runtime: Runtime, manager: Staff
) -> None:
    with pytest.raises(FieldsRefused) as refused:
        enrolment.add(Desk(runtime, manager), STUDY, {"group": "employee", COLUMN: "0042"})
    assert [fault.field for fault in refused.value.faults] == [COLUMN]


def test_a_manager_records_replaces_and_takes_away(
    runtime: Runtime, manager: Staff, employee: Participant, candidate: Participant
) -> None:
    factories.create_participant(runtime, reference="BF-0002")
    relating.set_related(Desk(runtime, manager), STUDY, "EM-0001", "paired_with", " bf-0001 ")
    relating.set_related(Desk(runtime, manager), STUDY, "EM-0001", "paired_with", "BF-0001")
    assert related(runtime, manager, "BF-0001") == ["EM-0001"]
    relating.set_related(Desk(runtime, manager), STUDY, "EM-0001", "paired_with", "BF-0002")
    assert related(runtime, manager, "BF-0001") == []
    assert related(runtime, manager, "BF-0002") == ["EM-0001"]
    relating.set_related(Desk(runtime, manager), STUDY, "BF-0002", "paired_with", "")
    assert related(runtime, manager, "EM-0001") == []
    assert actions(runtime, "relationship_recorded") == [("EM-0001", "BF-0001"), ("EM-0001", "BF-0002")]
    assert actions(runtime, "relationship_removed") == [("BF-0002", "EM-0001")]


def test_what_a_manager_writes_amiss_is_refused(
    runtime: Runtime, manager: Staff, employee: Participant, candidate: Participant
) -> None:
    factories.create_participant(runtime, "employee", employee.site, reference="EM-0002")
    relating.set_related(Desk(runtime, manager), STUDY, "EM-0001", "paired_with", "BF-0001")
    for relationship, other, field in (
        ("paired_with", "BF-0001", "other"),
        ("paired_with", "BF-0404", "other"),
        ("paired_with", "EM-0001", "other"),
        ("married_to", "BF-0001", "relationship"),
    ):
        with pytest.raises(FieldsRefused) as refused:
            relating.set_related(Desk(runtime, manager), STUDY, "EM-0002", relationship, other)
        assert [fault.field for fault in refused.value.faults] == [field]
    assert related(runtime, manager, "EM-0001") == ["BF-0001"]
    with pytest.raises(NotFound):
        relating.set_related(Desk(runtime, manager), STUDY, "EM-0404", "paired_with", "BF-0001")
    with runtime.database.writing() as session:
        participants.withdraw(session, employee.id, NOW)
    with pytest.raises(StateRefused, match="withdrawn"):
        relating.set_related(Desk(runtime, manager), STUDY, "EM-0001", "paired_with", "")


def test_only_who_manages_participants_may(runtime: Runtime, employee: Participant, candidate: Participant) -> None:
    for role in (Role.INTERVIEWER, Role.EVALUATOR):
        with pytest.raises(NotPermitted):
            relating.set_related(
                Desk(runtime, factories.create_staff(runtime, role)), STUDY, "EM-0001", "paired_with", "BF-0001"
            )


def test_the_database_itself_lets_nobody_have_two(
    runtime: Runtime, employee: Participant, candidate: Participant
) -> None:
    pair = RelatedPair("paired_with", employee.id, candidate.id)
    second = factories.create_participant(runtime, "employee", employee.site)
    with runtime.database.writing() as session:
        relationships.add(session, [pair], NOW)
    for again in (pair, RelatedPair("paired_with", second.id, candidate.id)):
        with pytest.raises(IntegrityError), runtime.database.writing() as session:
            relationships.add(session, [again], NOW)


def test_a_persons_page_shows_and_corrects_it(
    runtime: Runtime, client: Client, employee: Participant, candidate: Participant
) -> None:
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    theirs = f"{HOME}/participants/EM-0001"
    assert "Who belongs with them Nobody is recorded yet." in client.page(theirs).words
    faulty = post(client, f"{theirs}/related", theirs, relationship="paired_with", other="BF-0404")
    assert isinstance(faulty, Page)
    assert "There is no BF-0404 in this study." in faulty.words
    faulty.check()
    assert post(client, f"{theirs}/related", theirs, relationship="paired_with", other="bf-0001") == theirs
    page = client.page(theirs)
    assert "It is recorded who belongs with them." in page.words
    assert "Who stands in for them BF-0001" in facts(page)
    page.check()
    assert "For whom they stand in EM-0001" in facts(client.page(f"{HOME}/participants/BF-0001"))


def test_the_form_for_somebody_new_has_it(runtime: Runtime, client: Client, candidate: Participant) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(manager.email)
    assert "Who stands in for them / For whom they stand in" in client.page(NEW).words
    assert post(client, NEW, group="employee", **{COLUMN: "BF-0001"}) == f"{HOME}/participants/EM-0001"
    assert related(runtime, manager, "BF-0001") == ["EM-0001"]


def test_the_demonstration_pairs_everybody_placed(demo_runtime: Runtime) -> None:
    staff = factories.create_staff(demo_runtime, Role.MANAGER)
    with demo_runtime.database.reading() as session:
        people = participants.participants(session, factories.everyone(demo_runtime), NOW.date())
        candidates = [each for each in people if each.group == "backfill" and each.site]
        paired = relationships.partners(session, factories.everyone(demo_runtime), [each.id for each in candidates])
    assert len(paired) == len(candidates) == 64
    assert len(set(paired.values())) == 64
    assert related(demo_runtime, staff, candidates[0].reference) == [paired["paired_with", candidates[0].id]]
