"""Taking a list back: wrong numbers, lists upon lists, lists of before, the trail, and by whom it is done."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from surveyapp import create_app
from surveyapp.domain.audit import AuditAction, AuditEntry
from surveyapp.domain.errors import ShiftlineError, StateRefused
from surveyapp.domain.fieldwork.cases import Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.fieldwork.lists import DoubleChoice, ListState
from surveyapp.domain.jobs.long_jobs import LEASE
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.domain.staff import Role, Staff
from surveyapp.services import worker
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.fieldwork.attempts import SaidOfOutcome
from surveyapp.services.jobs import doing
from surveyapp.services.lists import bringing, held, imports, taking_back
from surveyapp.services.lists.putting_back import kept, told
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.mending import people as mending
from surveyapp.services.participants import enrolment
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.calling import referrals
from surveyapp.store.security import audit
from surveyapp.store.tables import ListRowRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_lists_brought_in import STUDY, contact, looked_at, references
from tests.integration.test_lists_brought_in import desk as desk
from tests.integration.test_lists_brought_in import manager as manager
from tests.integration.test_lists_that_correct import cases_of, left, stands
from tests.integration.test_lists_that_correct import people as people
from tests.integration.test_very_long_lists import page_of, work
from tests.page import Client

pytestmark = pytest.mark.both_databases

People = Callable[[], str]


def bring(desk: Desk, data: str, decisions: Decisions | None = None) -> uuid.UUID:
    import_id = looked_at(desk, data)
    imports.decide(desk, STUDY, import_id, decisions or Decisions())
    assert held.record(desk, STUDY, import_id).state is ListState.IMPORTED
    return import_id


def call(runtime: Runtime, reference: str, outcome: Outcome, detail: OutcomeDetail | None = None) -> None:
    person = enrolment.contact_of(factories.operator(runtime), STUDY, reference)[0]
    who = factories.by_interviewer(factories.create_staff(runtime, Role.INTERVIEWER), person)
    calls.open_case(runtime, who)
    said = SaidOfOutcome(detail=detail)
    attempts.record_attempt(runtime, who, outcome, uuid.uuid4(), "They said so.", said=said)


def blocking(runtime: Runtime, reference: str) -> set[ReferralKind]:
    person = enrolment.contact_of(factories.operator(runtime), STUDY, reference)[0]
    with runtime.database.reading() as session:
        return referrals.kinds_blocking(session, person.id)


def by_hand(desk: Desk, reference: str, **said: str) -> None:
    _, now = enrolment.contact_of(desk, STUDY, reference)
    enrolment.correct_contact(desk, STUDY, reference, {**vars(now), **said}, confirmed=True)


def undone(runtime: Runtime) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return [each for each in audit.entries(session, STUDY) if each.action is AuditAction.IMPORT_UNDONE]


def test_a_number_that_is_there_again_is_as_wrong_as_before_and_nobody_calls_it(
    runtime: Runtime, desk: Desk, people: People, clock: Clock
) -> None:
    reference = people()
    call(runtime, reference, Outcome.WRONG_NUMBER)
    clock.forward(minutes=5)
    brought = bring(desk, f"reference,phone\n{reference},07700 900155\n")
    assert blocking(runtime, reference) == set()
    clock.forward(minutes=5)
    taking_back.undo(desk, STUDY, brought)
    assert contact(desk, reference).phone == "07700 900142"
    assert blocking(runtime, reference) == {ReferralKind.WRONG_NUMBER}
    with desk.reading() as work:
        waiting = referrals.waiting(work.session, desk_scope(desk), [ReferralKind.WRONG_NUMBER])
    assert [each.reference for each in waiting] == [reference]


def desk_scope(desk: Desk) -> Any:
    return held.scope_of(desk, STUDY)


@pytest.mark.parametrize("hand", [{"phone": "07700 900177"}, {"other_phones": "07700 900177"}])
def test_a_number_that_was_mended_since_stays_so(
    runtime: Runtime, desk: Desk, people: People, clock: Clock, hand: dict[str, str]
) -> None:
    reference = people()
    call(runtime, reference, Outcome.WRONG_NUMBER)
    clock.forward(minutes=5)
    brought = bring(desk, f"reference,phone\n{reference},07700 900155\n")
    by_hand(desk, reference, **hand)
    taking_back.undo(desk, STUDY, brought)
    assert blocking(runtime, reference) == set()


def test_a_number_of_the_list_that_was_wrong_goes_with_what_was_said_of_it(
    runtime: Runtime, desk: Desk, people: People, clock: Clock
) -> None:
    reference = people()
    brought = bring(desk, f"reference,phone\n{reference},07700 900155\n")
    call(runtime, reference, Outcome.WRONG_NUMBER)
    clock.forward(minutes=5)
    taking_back.undo(desk, STUDY, brought)
    assert (contact(desk, reference).phone, blocking(runtime, reference)) == ("07700 900142", set())


@pytest.mark.parametrize("first", [0, 1])
def test_two_lists_that_are_taken_back_leave_nothing_whichever_goes_first(
    runtime: Runtime, desk: Desk, people: People, clock: Clock, first: int
) -> None:
    reference = people()
    call(runtime, reference, Outcome.WRONG_NUMBER)
    clock.forward(minutes=5)
    before = stands(runtime, reference)
    one = bring(desk, f"reference,phone,site\n{reference},07700 900155,LG\n")
    clock.forward(days=1)
    other = bring(desk, f"reference,phone,email\n{reference},07700 900166,second@example.org\n")
    taking_back.undo(desk, STUDY, (one, other)[first])
    now = stands(runtime, reference)
    if first == 0:
        assert (now["phone"], now["email"], now["site"]) == ("07700 900166", "second@example.org", "SM")
        made = told.taken_back(desk, STUDY, one)
        assert made is not None
        assert [(each.reference, each.what) for each in made.stayed] == [(reference, ("phone",))]
    else:
        assert (now["phone"], now["email"], now["site"]) == ("07700 900155", before["email"], "LG")
    assert blocking(runtime, reference) == set()
    taking_back.undo(desk, STUDY, (other, one)[first])
    assert stands(runtime, reference) == before
    assert blocking(runtime, reference) == {ReferralKind.WRONG_NUMBER}


def test_nobody_comes_to_prefer_what_there_is_no_number_for(runtime: Runtime, desk: Desk, people: People) -> None:
    reference = people()
    brought = bring(desk, f"reference,preferred\n{reference},email\n")
    by_hand(desk, reference, phone="")
    taking_back.undo(desk, STUDY, brought)
    assert (contact(desk, reference).preferred, contact(desk, reference).phone) == ("email", "")


def test_whoever_was_given_somebody_whom_the_list_added_has_again_whom_they_had(
    runtime: Runtime, desk: Desk, people: People
) -> None:
    reference = people()
    rows = f"reference,group,relationship.paired_with\n{reference},backfill,EM-0900\nEM-0900,employee,\n"
    import_id = looked_at(desk, rows, group="")
    imports.decide(desk, STUDY, import_id, Decisions())
    assert stands(runtime, reference)["relationship.paired_with"] == "EM-0900"
    taking_back.undo(desk, STUDY, import_id)
    assert stands(runtime, reference)["relationship.paired_with"] == "EM-0001"
    assert "EM-0900" not in references(runtime)


def test_the_trail_has_each_who_was_put_back_and_what_stays(
    runtime: Runtime, desk: Desk, people: People, manager: Staff
) -> None:
    one, other = people(), people()
    rows = f"{one},07700 900155,LG\n{other},07700 900166,LG\n"
    brought = bring(desk, f"reference,phone,site\n{rows}")
    by_hand(desk, other, phone="07700 900188")
    taking_back.undo(desk, STUDY, brought)
    entries = {each.subject: each for each in undone(runtime)}
    assert {subject: {**each.detail, "sha256": ""} for subject, each in entries.items()} == {
        one: {"fields": ["phone", "site"], "sha256": ""},
        other: {"fields": ["site"], "stays": ["phone"], "sha256": ""},
        None: {"count": 0, "changed": 1, "sha256": ""},
    }
    assert {each.staff_id for each in entries.values()} == {manager.id}


def as_before_this(runtime: Runtime, import_id: uuid.UUID, pictures: dict[str, dict[str, Any]]) -> None:
    """Keeps of a list what was kept before: how people were, and not how it left them."""
    desk = factories.operator(runtime)
    for reference, picture in pictures.items():
        person = enrolment.contact_of(desk, STUDY, reference)[0]
        with desk.writing() as work:
            mine = (ListRowRow.import_id == import_id, ListRowRow.participant_id == person.id)
            sealed = kept.sealed(work, person.id, picture)
            work.session.execute(update(ListRowRow).where(*mine).values(before=sealed))


def picture_of(runtime: Runtime, reference: str) -> dict[str, Any]:
    person, held_of = enrolment.contact_of(factories.operator(runtime), STUDY, reference)
    windows = ("opens_at", "due_at", "closes_at", "moved_at")
    return {
        "contact": dict(vars(held_of)),
        "attributes": dict(person.attributes),
        "consents": [],
        "stops": False,
        "ended": [],
        "events": {},
        "events_before": {},
        "related": {},
        "placed": {
            "group": person.group,
            "site": person.site.id.hex if person.site else None,
            "enrolled_on": person.enrolled_on.isoformat(),
            "cases": {
                each.id.hex: {
                    "disposition": each.disposition.value,
                    **{name: at.isoformat() if (at := getattr(each, name)) else None for name in windows},
                }
                for each in cases_of(runtime, reference)
            },
        },
    }


def test_of_a_list_of_before_what_somebody_said_since_stays_as_far_as_the_trail_tells(
    runtime: Runtime, desk: Desk, people: People, clock: Clock
) -> None:
    untouched, corrected, moved = people(), people(), people()
    call(runtime, untouched, Outcome.WRONG_NUMBER)
    clock.forward(minutes=5)
    factories.create_site(runtime, "ZZ")
    each = (untouched, corrected, moved)
    pictures = {reference: picture_of(runtime, reference) for reference in each}
    before = {reference: stands(runtime, reference) for reference in each}
    rows = "".join(f"{reference},07700 90015{n},LG,2026-06-05\n" for n, reference in enumerate(each))
    brought = bring(desk, f"reference,phone,site,enrolled_on\n{rows}")
    as_before_this(runtime, brought, pictures)
    clock.forward(days=1)
    by_hand(desk, corrected, email="new@example.org", phone="07700 900199")
    written = mending.as_written(runtime.study(STUDY), enrolment.contact_of(desk, STUDY, moved)[0])
    mending.mend(desk, STUDY, moved, {**written, "site": "ZZ"})
    call(runtime, moved, Outcome.NOT_ELIGIBLE, OutcomeDetail.OUTSIDE_AREA)
    came = cases_of(runtime, moved)[0].disposition
    clock.forward(minutes=5)
    taking_back.undo(desk, STUDY, brought)
    assert stands(runtime, untouched) == before[untouched]
    assert blocking(runtime, untouched) == {ReferralKind.WRONG_NUMBER}
    now = stands(runtime, corrected)
    assert now == {**before[corrected], "phone": "07700 900199", "email": "new@example.org"}
    assert stands(runtime, moved) == {**before[moved], "site": "ZZ", "site_name": "Employer ZZ"}
    assert cases_of(runtime, moved)[0].disposition is came
    made = told.taken_back(desk, STUDY, brought)
    assert made is not None
    assert {each.reference: each.what for each in made.stayed} == {
        corrected: ("email", "phone"),
        moved: ("site",),
    }


@pytest.mark.parametrize("choice", [DoubleChoice.UPDATE, DoubleChoice.MERGE])
def test_what_is_corrected_while_a_list_is_brought_in_stays(
    runtime: Runtime, desk: Desk, people: People, monkeypatch: pytest.MonkeyPatch, choice: DoubleChoice
) -> None:
    """The list says the phone alone; a colleague corrects something else between reading and writing."""
    full = people()
    reference = full if choice is DoubleChoice.UPDATE else enrolment.add(desk, STUDY, {"group": "backfill"}).reference
    colleague = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))

    def corrects() -> None:
        by_hand(colleague, reference, email="corrected@example.org")
        written = mending.as_written(runtime.study(STUDY), enrolment.contact_of(colleague, STUDY, reference)[0])
        mending.mend(colleague, STUDY, reference, {**written, "age": "25_50", "site": "SM"})

    between(monkeypatch, corrects)
    # What is only filled in is not put in place of what a colleague said meanwhile.
    row = {"reference": reference, "phone": "07700 900155"} | ({"site": "LG"} if reference != full else {})
    data = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    brought = bring(desk, data, Decisions(doubles={2: choice}))
    now = stands(runtime, reference)
    assert (now["phone"], now["email"], now["age"], now["site"]) == (
        "07700 900155", "corrected@example.org", "25_50", "SM"
    )  # fmt: skip
    taking_back.undo(desk, STUDY, brought)
    now = stands(runtime, reference)
    assert (now["email"], now["age"], now["site"]) == ("corrected@example.org", "25_50", "SM")


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Something that happens after a list was read and before it is written, by somebody else."""
    changes = bringing._changes
    done = []

    def slow(*arguments: Any) -> Any:
        made = changes(*arguments)
        if not done:
            done.append(1)
            other = threading.Thread(target=act)
            other.start()
            other.join()
        return made

    monkeypatch.setattr(bringing, "_changes", slow)


def test_whoever_withdraws_while_a_list_is_brought_in_is_said_by_their_row(
    runtime: Runtime, desk: Desk, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, other = people(), people()
    between(monkeypatch, lambda: left(runtime, desk, reference, ParticipationChange.WITHDRAWN))
    import_id = looked_at(desk, f"reference,phone\n{reference},07700 900155\n{other},07700 900166\n")
    imports.decide(desk, STUDY, import_id, Decisions())
    found = held.record(desk, STUDY, import_id)
    why = held.failure(found)
    assert why is not None
    assert (found.state, why.code, reference in str(why)) == (ListState.CHECKED, "in_row", True)
    assert contact(desk, other).phone == "07700 900142"


def test_whoever_is_erased_while_a_list_is_brought_in_ends_it_in_words(
    runtime: Runtime, desk: Desk, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, other = people(), people()

    def erases() -> None:
        whole = factories.operator(runtime)
        with whole.writing() as work:
            erasing.erase(work, enrolment._participant(work, held.scope_of(whole, STUDY), reference))

    between(monkeypatch, erases)
    import_id = looked_at(desk, f"reference,phone\n{reference},07700 900155\n{other},07700 900166\n")
    imports.decide(desk, STUDY, import_id, Decisions())
    found = held.record(desk, STUDY, import_id)
    why = held.failure(found)
    assert why is not None
    assert (found.state, why.code) == (ListState.UNDONE, "list_void")
    assert contact(desk, other).phone == "07700 900142"


@pytest.fixture
def client(runtime: Runtime, manager: Staff) -> Client:
    app = create_app(runtime)
    app.testing = True
    made = Client(app.test_client())
    assert made.sign_in(manager.email).status_code == 302
    return made


def pressed(client: Client, import_id: uuid.UUID) -> int:
    token = client.page(page_of(import_id)).fields()["csrf_token"][0]
    return client.raw.post(f"{page_of(import_id)}/undo", data={"csrf_token": token}).status_code


def test_a_long_one_is_taken_back_by_the_worker_once_and_its_page_says_how_far_it_is(
    runtime: Runtime, desk: Desk, client: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = people(), people()
    work(runtime)
    before = [stands(runtime, each) for each in (one, other)]
    rows = f"{one},07700 900155,LG,Amina\n{other},07700 900166,LG,Amina\n,07700 900188,LG,Bo\n"
    brought = bring(desk, f"reference,phone,site,name\n{rows}")
    words = client.page(page_of(brought)).words
    assert "1 participant was added. 2 who were there already were changed." in words
    assert "while nobody whom it added has answered" in words
    monkeypatch.setattr(taking_back, "AT_ONCE", 1)
    token = client.page(page_of(brought)).fields()["csrf_token"][0]
    statuses = [client.raw.post(f"{page_of(brought)}/undo", data={"csrf_token": token}).status_code for _ in range(2)]
    assert statuses == [302, 409]
    page = client.page(page_of(brought))
    page.check()
    assert "The list is being taken back" in page.words
    assert "0 of 2 people are through." in page.words
    assert stands(runtime, one)["site"] == "LG"
    by_hand(desk, other, phone="07700 900199")
    assert work(runtime) == "1 done"
    assert stands(runtime, one) == before[0]
    assert stands(runtime, other) == {**before[1], "phone": "07700 900199"}
    page = client.page(page_of(brought))
    page.check()
    assert "This list was taken back." in page.words
    assert "1 participant whom it added is taken out again." in page.words
    assert "1 who was there before was put back as they were." in page.words
    assert "Of 1 person something was changed since, and stays as it is now:" in page.words
    assert f"{other} (Phone number)" in page.words
    assert len([each for each in undone(runtime) if each.subject is None]) == 1


def test_one_that_only_changed_people_says_nothing_false_once_it_is_taken_back(
    runtime: Runtime, desk: Desk, client: Client, people: People
) -> None:
    brought = bring(desk, f"reference,phone\n{people()},07700 900155\n")
    assert pressed(client, brought) == 302
    words = client.page(page_of(brought)).words
    assert "1 who was there before was put back as they were." in words
    assert "taken out again" not in words
    assert "Nobody of it" not in words


def test_two_who_press_at_once_take_it_back_once(
    runtime: Runtime, desk: Desk, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = people()
    brought = bring(desk, f"reference,phone,site\n{reference},07700 900155,LG\n")
    other = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    both, came = threading.Barrier(2, timeout=20), list[str]()

    def press(theirs: Desk) -> None:
        both.wait()
        try:
            taking_back.undo(theirs, STUDY, brought)
            came.append("undone")
        except ShiftlineError as refused:
            came.append(type(refused).__name__)

    pressing = [threading.Thread(target=press, args=(each,)) for each in (desk, other)]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    assert sorted(came) == ["StateRefused", "undone"]
    assert len([each for each in undone(runtime) if each.subject is None]) == 1
    assert stands(runtime, reference)["site"] == "SM"


@pytest.mark.parametrize("before", ["_take_out_added", "_put_one_back", "_through"])
def test_a_worker_that_is_killed_leaves_it_to_the_next_which_goes_on(
    runtime: Runtime, desk: Desk, people: People, clock: Clock, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    one, other = people(), people()
    stood = [stands(runtime, each) for each in (one, other)]
    rows = f"{one},07700 900155,LG\n{other},07700 900166,LG\n,07700 900188,LG\n"
    brought = bring(desk, f"reference,phone,site\n{rows}")
    monkeypatch.setattr(taking_back, "AT_ONCE", 0)
    taking_back.undo(desk, STUDY, brought)
    done, calls_made = getattr(taking_back, before), []

    def killed(*arguments: Any) -> Any:
        calls_made.append(1)
        if before != "_put_one_back" or len(calls_made) == 2:
            raise SystemExit
        return done(*arguments)

    with monkeypatch.context() as gone:
        gone.setattr(taking_back, before, killed)
        with pytest.raises(SystemExit):
            doing.do_waiting(factories.operator(runtime), lambda: True, worker.JOBS)
    with pytest.raises(StateRefused):
        taking_back.undo(desk, STUDY, brought)
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert work(runtime) == "1 done"
    assert [stands(runtime, each) for each in (one, other)] == stood
    assert held.record(desk, STUDY, brought).state is ListState.UNDONE
    entries = [each.subject for each in undone(runtime)]
    assert sorted(entries, key=str) == sorted([one, other, None], key=str)
    made = told.taken_back(desk, STUDY, brought)
    assert made is not None
    assert (made.added, made.put_back, made.several) == (1, 2, 0)


def test_somebody_who_cannot_be_put_back_keeps_nobody_else_and_the_page_says_so(
    runtime: Runtime, desk: Desk, client: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = people(), people()
    brought = bring(desk, f"reference,site\n{one},LG\n{other},LG\n")
    put_back = taking_back.put_back

    def breaks(work: Any, scope: Any, study: Any, person: Any, change: Any) -> Any:
        if person.reference == one:
            raise OSError("the disk is full")
        return put_back(work, scope, study, person, change)

    with monkeypatch.context() as broken:
        broken.setattr(taking_back, "put_back", breaks)
        with pytest.raises(OSError, match="disk"):
            taking_back.undo(desk, STUDY, brought)
    assert [stands(runtime, each)["site"] for each in (one, other)] == ["LG", "SM"]
    words = client.page(page_of(brought)).words
    assert "The list could not be taken back." in words
    assert "Taking it back was begun and is not through." in words
    assert pressed(client, brought) == 302
    assert stands(runtime, one)["site"] == "SM"
    made = told.taken_back(desk, STUDY, brought)
    assert made is not None
    assert (made.put_back, made.several) == (2, 0)
