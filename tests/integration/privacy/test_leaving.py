"""Stopping, withdrawing and coming back: on every page, file and command before, and on none of them afterwards."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import partial

import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.cases import Disposition, Outcome
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import REASONS, LeavingReason, ParticipationChange, open_changes
from surveyapp.domain.staff import Role
from surveyapp.services.cases import scheduling
from surveyapp.services.fieldwork import attempts, call_queue, calls
from surveyapp.services.participants import contacts, links
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving
from surveyapp.services.questionnaires.release_preview import freezing, opening
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.database import new_id
from surveyapp.store.privacy import participation
from tests import factories
from tests.conftest import Clock
from tests.drills.erasure import rows_of
from tests.integration.test_who_answered import hand_in
from tests.interviewer import CONTACT, Interviewer, create_reachable
from tests.page import Client
from tests.phone import SHORTEST, Phone
from tests.sealed import know

pytestmark = pytest.mark.both_databases

KNOWN = frozenset({IdentityFact.NAME, IdentityFact.PHONE})
STOPPED, TAKEN_UP = ParticipationChange.STOPPED, ParticipationChange.TAKEN_UP
WITHDRAWN, UNDONE = ParticipationChange.WITHDRAWN, ParticipationChange.WITHDRAWAL_UNDONE


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    return Desk(runtime, factories.create_staff(runtime, Role.MANAGER))


def record(
    desk: Desk, person: Participant, change: ParticipationChange, known: frozenset[IdentityFact] = KNOWN
) -> Participant:
    left = leaving.record(desk, factories.STUDY, person.reference, change, REASONS[change][0], known)
    assert left is not None
    return left


def dispositions(runtime: Runtime, person: Participant) -> dict[int, Disposition]:
    with runtime.database.reading() as session:
        return {each.touchpoint: each.disposition for each in cases.cases_of(session, person.id)}


def queued(runtime: Runtime) -> set[str]:
    staff = factories.create_staff(runtime, Role.INTERVIEWER)
    return {each.reference for each in call_queue.queue(Desk(runtime, staff)).lines}


def answer(runtime: Runtime, person: Participant, touchpoint: int = 1) -> Phone:
    """Answers a touchpoint to its end and sends it."""
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, person, touchpoint))
    phone.answer_until(None, SHORTEST)
    phone.send()
    assert phone.path == "/survey/done"
    return phone


class TestStopping:
    def test_nobody_contacts_them_and_what_they_sent_stays(self, runtime: Runtime, desk: Desk, clock: Clock) -> None:
        person, other = create_reachable(runtime), create_reachable(runtime)
        answer(runtime, person)
        clock.forward(days=31)
        assert queued(runtime) == {person.reference, other.reference}
        stopped = record(desk, person, STOPPED)
        assert stopped.stopped_at == clock.now
        assert queued(runtime) == {other.reference}
        assert dispositions(runtime, person) == {1: Disposition.COMPLETE, 2: Disposition.REFUSAL}
        assert factories.actions(runtime, person)[-2:] == [
            AuditAction.IDENTITY_CONFIRMED,
            AuditAction.PARTICIPATION_STOPPED,
        ]
        with pytest.raises(StateRefused):
            links.give_out(desk, factories.STUDY, person.reference, 2, links.AccessKind.LINK)

    def test_their_link_says_that_they_stopped_and_how_to_come_back(self, runtime: Runtime, desk: Desk) -> None:
        person = create_reachable(runtime)
        link = factories.create_link(runtime, person)
        phone = Phone(runtime)
        phone.agree(link)
        record(desk, person, STOPPED)
        for page in (phone.open(link), phone.open("/survey/consent"), phone.open("/survey/check")):
            assert "You asked to stop on 15 June 2026" in page.words
            assert "Would you like to take part again?" in page.words

    def test_the_next_case_comes_all_the_same_as_a_refusal(self, runtime: Runtime, desk: Desk, clock: Clock) -> None:
        person = create_reachable(runtime)
        with factories.operator(runtime).writing() as work:
            other = dataclasses.replace(person, id=new_id(), reference="BF-0500", stopped_at=clock.now)
            participants.add_participant(work.session, other)
            [case] = scheduling.plan_cases(work, other)
        assert (case.disposition, dispositions(runtime, other)) == (Disposition.REFUSAL, {1: Disposition.REFUSAL})
        assert dispositions(runtime, person) == {1: Disposition.UNKNOWN}

    def test_it_ends_who_has_the_case_open_and_the_agreed_time(
        self, runtime: Runtime, desk: Desk, client: Client
    ) -> None:
        person = create_reachable(runtime)
        interviewer = Interviewer(client, runtime)
        interviewer.open(person)
        record(desk, person, STOPPED)
        with runtime.database.reading() as session:
            [case] = cases.cases_of(session, person.id)
            held = cases.lease_of(session, case.id)
        assert held is not None
        assert (held.live(runtime.clock()), case.next_at) == (False, None)
        with pytest.raises(StateRefused):
            calls.opened_case(runtime, factories.by_interviewer(interviewer.staff, person))

    def test_taken_up_again_what_is_still_open_is_what_it_was(self, runtime: Runtime, desk: Desk, clock: Clock) -> None:
        tried, begun, late = create_reachable(runtime), create_reachable(runtime), create_reachable(runtime)
        staff = factories.create_staff(runtime, Role.INTERVIEWER)
        who = factories.by_interviewer(staff, tried)
        calls.open_case(runtime, who)
        attempts.record_attempt(runtime, who, Outcome.NO_ANSWER, new_id())
        Phone(runtime).agree(factories.create_link(runtime, begun))
        for person in (tried, begun, late):
            record(desk, person, STOPPED)
        for person in (tried, begun):
            record(desk, person, TAKEN_UP)
        assert dispositions(runtime, tried) == {1: Disposition.NON_CONTACT}
        assert dispositions(runtime, begun) == {1: Disposition.PARTIAL}
        clock.forward(days=400)
        record(desk, late, TAKEN_UP)
        assert dispositions(runtime, late) == {1: Disposition.REFUSAL}
        assert factories.actions(runtime, late)[-1] is AuditAction.PARTICIPATION_TAKEN_UP


class TestWithdrawing:
    def test_nobody_who_withdrew_is_in_the_middle_of_a_version(self, runtime: Runtime, desk: Desk) -> None:
        person = create_reachable(runtime)
        Phone(runtime).agree(factories.create_link(runtime, person))
        operator = factories.operator(runtime)
        previews = [partial(each, operator, factories.STUDY, "backfill_1") for each in (freezing, opening)]
        assert [each().people_midway for each in previews] == [1, 1]
        record(desk, person, WITHDRAWN)
        assert [each().people_midway for each in previews] == [0, 0]

    def test_they_leave_the_next_release_and_stay_in_those_before(
        self, runtime: Runtime, desk: Desk, clock: Clock
    ) -> None:
        people = [create_reachable(runtime) for _ in range(22)]
        for person in people:
            hand_in(runtime, person, recommend="very_likely")
        first = releases.make(factories.operator(runtime), factories.STUDY)
        clock.forward(minutes=1)
        for person in people[:21]:
            record(desk, person, WITHDRAWN)
        second = releases.make(factories.operator(runtime), factories.STUDY)
        assert (first.people, second.people, second.new_or_changed) == (22, 1, 21)

    def test_nobody_meets_them_but_whoever_handles_it(self, runtime: Runtime, desk: Desk, client: Client) -> None:
        person = create_reachable(runtime, reference="BF-0777")
        link = factories.create_link(runtime, person)
        phone = answer(runtime, person)
        interviewer = Interviewer(client, runtime)
        record(desk, person, WITHDRAWN)
        assert person.reference not in queued(runtime)
        staff = factories.create_staff(runtime, Role.INTERVIEWER)
        for who in (staff, interviewer.staff):
            with pytest.raises(NotFound):
                calls.open_case(runtime, factories.by_interviewer(who, person))
        assert call_queue.find(Desk(runtime, staff), CONTACT.phone).lines == ()
        for page in (phone.open(link), phone.open("/survey/done"), phone.open("/survey/check")):
            assert "You asked to leave this study" in page.words
            assert "Check your answers" not in page.words
        manager = Client(client.raw.application.test_client())
        manager.sign_in(desk.actor.email)  # type: ignore[union-attr]
        assert (
            "Withdrew from the study on 15 Jun 2026"
            in manager.page(f"/manage/job_rotation/participants/{person.reference}").words
        )
        manager.page(f"/manage/job_rotation/participants/{person.reference}/contact")
        manager.page(f"/rights/job_rotation/{person.reference}")
        assert factories.actions(runtime, person)[-2:] == [AuditAction.CONTACT_SEEN, AuditAction.WITHDRAWN_PERSON_SEEN]

    def test_an_answer_under_way_is_refused(self, runtime: Runtime, desk: Desk) -> None:
        """Their session ends with the withdrawal: the page that was open takes nothing any more, and says nothing of
        them to whoever holds the phone. Their link says why."""
        person = create_reachable(runtime)
        link = factories.create_link(runtime, person)
        phone = Phone(runtime)
        phone.agree(link)
        phone.send(phone.filled({}))
        before = factories.stored(runtime, person)
        assert before[1] == 1
        record(desk, person, WITHDRAWN)
        phone.send(phone.filled({}))
        assert phone.status == 403
        assert "You asked to leave" not in phone.page.words
        assert "You asked to leave this study" in phone.open(link).words
        record(desk, person, UNDONE)
        assert factories.stored(runtime, person) == before


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.EVALUATOR, Role.VIEWER])
    def test_others_may_not(self, runtime: Runtime, role: Role) -> None:
        person = create_reachable(runtime)
        with pytest.raises(NotPermitted):
            record(Desk(runtime, factories.create_staff(runtime, role)), person, STOPPED)

    def test_a_supervisor_of_one_site_has_nobody_elsewhere(self, runtime: Runtime) -> None:
        here, there = factories.create_site(runtime, "A1"), factories.create_site(runtime, "B1")
        desk = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR, site=here))
        with pytest.raises(NotFound):
            record(desk, create_reachable(runtime, site=there), STOPPED)
        assert record(desk, create_reachable(runtime, site=here), STOPPED).stopped_at

    @pytest.mark.parametrize("known", [(), (IdentityFact.NAME,), (IdentityFact.NAME, IdentityFact.SITE)])
    def test_two_facts_on_record_come_first(
        self, runtime: Runtime, desk: Desk, known: tuple[IdentityFact, ...]
    ) -> None:
        """A site is no fact of somebody who has none."""
        person = create_reachable(runtime)
        with pytest.raises(InputRefused) as refused:
            leaving.record(desk, factories.STUDY, person.reference, STOPPED, LeavingReason.TIME, known)
        assert refused.value.field == "facts"
        assert queued(runtime) == {person.reference}

    def test_a_reason_of_the_list_and_a_change_that_is_open(self, runtime: Runtime, desk: Desk) -> None:
        person = create_reachable(runtime)
        with pytest.raises(InputRefused):
            leaving.record(desk, factories.STUDY, person.reference, STOPPED, LeavingReason.RETENTION, KNOWN)
        with pytest.raises(StateRefused):
            record(desk, person, UNDONE)
        record(desk, person, WITHDRAWN)
        with pytest.raises(StateRefused):
            record(desk, person, STOPPED)

    def test_twice_is_once(self, runtime: Runtime, desk: Desk, clock: Clock) -> None:
        person = create_reachable(runtime)
        first = record(desk, person, WITHDRAWN)
        clock.forward(minutes=1)
        assert record(desk, person, WITHDRAWN) == first
        with runtime.database.reading() as session:
            assert len(participation.of(session, person.id)) == 1


@pytest.mark.parametrize("stopped", [None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)])
@pytest.mark.parametrize("withdrawn", [None, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)])
def test_what_is_open_is_never_what_is_so_already(stopped: dt.datetime | None, withdrawn: dt.datetime | None) -> None:
    changes = open_changes(stopped, withdrawn)
    assert (WITHDRAWN in changes) is (withdrawn is None)
    assert not (stopped and STOPPED in changes)
    assert ParticipationChange.ERASED in changes


def test_a_manager_withdraws_somebody_on_the_phone(runtime: Runtime, client: Client) -> None:
    person = create_reachable(runtime, reference="BF-0042")
    answer(runtime, person)
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    page = client.page("/manage/job_rotation/participants/BF-0042")
    assert "/rights/job_rotation/BF-0042" in page.links()
    page = client.page("/rights/job_rotation/BF-0042")
    assert "1 questionnaire is sent: 15 Jun 2026" in page.words
    page = client.page("/rights/job_rotation/BF-0042/withdrawn")
    assert "at once, and the next release: 1 questionnaire, sent 15 Jun 2026." in page.words
    assert CONTACT.name in page.words
    form = page.fields()
    refused = client.post("/rights/job_rotation/BF-0042/withdrawn", form)
    assert refused.status_code == 422
    assert "Choose the reason that comes closest" in refused.text
    form |= {"why": "privacy", "facts": ["name", "phone"]}
    done = client.post("/rights/job_rotation/BF-0042/withdrawn", form)
    assert done.location == "/rights/job_rotation/BF-0042"
    page = client.page("/rights/job_rotation/BF-0042")
    assert "“Withdrawn” is recorded" in page.words
    assert "They withdrew on 15 Jun 2026" in page.words
    assert "They do not want their answers kept" in page.words


@pytest.fixture
def _installation(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("_installation")
@pytest.mark.parametrize("by", ["page", "command"])
def test_whoever_is_erased_is_gone_by_the_page_and_by_the_command(runtime: Runtime, client: Client, by: str) -> None:
    staff = factories.create_staff(runtime, Role.INTERVIEWER)
    known, other = know(runtime, staff, 1), know(runtime, staff, 2)
    reference = known.participant.reference
    link = factories.create_link(runtime, known.participant)
    if by == "page":
        client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
        path = f"/rights/{factories.STUDY}/{reference}/erased"
        form = {**client.page(path).fields(), "why": REASONS[ParticipationChange.ERASED][0].value}
        assert client.post(path, form).status_code == 422, "nobody was asked who they are"
        done = client.post(path, {**form, "facts": ["name", "phone"]})
        assert done.location == f"/rights/{factories.STUDY}"
        assert client.get(f"/rights/{factories.STUDY}/{reference}").status_code == 404
        assert reference in client.page(f"/rights/{factories.STUDY}").words, "it is said once that it is done"
    else:
        both = ("--confirmed", "name", "--confirmed", "email")
        erase = ["participants", "erase", factories.STUDY, reference, *both]
        for answer, says in (("n\n", "Nothing was changed."), ("", "Where nobody can be asked, give --yes.")):
            asked = CliRunner().invoke(main, erase, input=answer)
            said = " ".join(asked.output.split())
            who = (
                f"Erase {reference}, of Backfill candidates, enrolled on 2026-06-15, who has sent nothing? It cannot be"
            )
            assert (asked.exit_code, who in said, says in said) == (1, True, True), said
            assert sum(rows_of(runtime, [known]).values()) > 0
            assert list(runtime.person_keys.forgotten()) == []
        told = CliRunner().invoke(main, [*erase, "--yes"])
        assert (told.exit_code, told.output) == (0, f"{reference}: erased.\n")
    assert sum(rows_of(runtime, [known]).values()) == 0
    assert list(runtime.person_keys.forgotten()) == [known.participant.id]
    assert Client(client.raw.application.test_client()).get(link).status_code in (403, 404, 410)
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, other.participant.id) == other.contact


@pytest.mark.usefixtures("_installation")
def test_the_commands(runtime: Runtime) -> None:
    person = create_reachable(runtime)
    both = ("--confirmed", "name", "--confirmed", "email")

    def run(command: str, *more: str) -> tuple[int, str]:
        told = CliRunner().invoke(main, ["participants", command, factories.STUDY, person.reference, *more])
        return told.exit_code, told.output

    assert run("stop", "--confirmed", "name") == (
        1, "Ask them for at least 2 things that are on record, and tick what they knew.\n"
    )  # fmt: skip
    assert run("stop", *both, "--why", "time") == (0, f"{person.reference}: stopped.\n")
    assert run("take-up", *both) == (0, f"{person.reference}: taken up.\n")
    assert run("withdraw", *both) == (0, f"{person.reference}: withdrawn.\n")
    assert run("stop", *both)[0] == 1
    assert run("undo-withdrawal", *both) == (0, f"{person.reference}: withdrawal undone.\n")
    with runtime.database.reading() as session:
        assert [each.change for each in participation.of(session, person.id)] == [STOPPED, TAKEN_UP, WITHDRAWN, UNDONE]
