"""What came of a call is recorded when much has happened since its page was shown: a colleague's call, a pause, the
person's own word."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from surveyapp.domain.errors import CallOver, HeldByAnother, InputRefused, StateRefused
from surveyapp.domain.fieldwork.cases import NEEDS_TIME, Attempt, Case, Disposition, Outcome, disposition_after
from surveyapp.domain.fieldwork.consequences import CONSEQUENCES
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.fieldwork import referrals as to_be_decided
from surveyapp.services.fieldwork.attempts import RECORDED_BY_HAND, SaidOfOutcome
from surveyapp.services.responses import answering, theirs
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.calling import referrals
from tests import factories
from tests.conftest import Clock
from tests.integration.test_consequences import SAID
from tests.integration.test_undoing_calls import Somebody
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client, Page


@pytest.fixture
def ines(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


@pytest.fixture
def sam(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


def stored(runtime: Runtime, person: Participant) -> tuple[Case, list[Attempt]]:
    """Their first case, and the attempts at it."""
    with runtime.database.reading() as session:
        case = cases.cases_of(session, person.id)[0]
        return case, cases.attempts_of(session, case.id)


def shown(who: Interviewer, outcome: str) -> dict[str, str]:
    """The form of an outcome, as its page shows it."""
    return written(who.client.page(f"{who.case}/end?outcome={outcome}"))


def written(page: Page) -> dict[str, str]:
    names = ("outcome", "attempt_id", "seen", "mode")
    return {name: values[-1] for name, values in page.fields().items() if name in names}


AGREED = {"agreed": "2026-06-16T18:00"}
EIGHTEEN = dt.datetime(2026, 6, 16, 17, 0, tzinfo=dt.UTC)


class TestACallThatSomebodyElseRecordedSince:
    def test_it_is_shown_and_nothing_is_recorded_before_that_is_said_again(
        self, runtime: Runtime, ines: Interviewer, sam: Interviewer, clock: Clock
    ) -> None:
        person = create_reachable(runtime)
        ines.open(person)
        form = shown(ines, "no_answer") | {"note": "Rang twice."}
        for _ in range(2):  # her hold lapses, her session does not
            clock.forward(minutes=runtime.settings.hold_minutes - 10)
            assert ines.client.get("/interviews").status_code == 200
            assert sam.client.get("/interviews").status_code == 200
        sam.open(person)
        sam.post(f"{sam.case}/end", shown(sam, "appointment") | AGREED | {"note": "After work."})
        asked = ines.post(f"{ines.case}/end", form)
        page = Page(asked.text)
        assert asked.status_code == 409
        for said in (
            f"Not recorded yet: another call to {person.reference} was recorded since this page was shown.",
            "appointment made, 16 Jun 18:00",
            "After work.",
            "a time that was agreed then stands no longer",
        ):
            assert said in page.words, said
        assert [each.strip() for each in page.text["textarea"]] == ["Rang twice."]
        case, tried = stored(runtime, person)
        assert (case.next_at, len(tried)) == (EIGHTEEN, 1)
        assert sam.open(person).status_code == 409  # it is hers again, who is asked
        assert ines.post(f"{ines.case}/end", written(page)).status_code == 302
        case, tried = stored(runtime, person)
        assert (case.next_at, len(tried)) == (None, 2)

    def test_so_it_is_of_ones_own_second_window(self, runtime: Runtime, ines: Interviewer) -> None:
        person = create_reachable(runtime)
        ines.open(person)
        first, second = shown(ines, "no_answer"), shown(ines, "callback")
        assert ines.post(f"{ines.case}/end", second | AGREED).status_code == 302
        assert ines.post(f"{ines.case}/end", first).status_code == 409
        assert stored(runtime, person)[0].next_at == EIGHTEEN

    def test_the_same_form_again_is_the_same_call(self, runtime: Runtime, ines: Interviewer) -> None:
        person = create_reachable(runtime)
        ines.open(person)
        form = shown(ines, "callback") | AGREED
        assert [ines.post(f"{ines.case}/end", form).status_code for _ in range(2)] == [302, 302]
        assert len(stored(runtime, person)[1]) == 1

    @pytest.mark.parametrize("seen", ["", "-1", "two", "9" * 9])
    def test_a_form_that_does_not_say_what_it_showed_is_taken(
        self, runtime: Runtime, ines: Interviewer, seen: str
    ) -> None:
        person = create_reachable(runtime)
        ines.open(person)
        assert ines.end("no_answer", seen=seen, attempt_id=str(uuid.uuid4())).status_code == 302


MEANWHILE: dict[str, Callable[[Somebody], object]] = {
    "paused": lambda who: who.is_paused("pause"),
    "closed": lambda who: who.reach({"opens_on": "2026-06-01", "due_on": "", "closes_on": "2026-06-14"}),
    "moved to later days": lambda who: who.reach({"opens_on": "2026-09-01", "due_on": "", "closes_on": "2026-11-30"}),
    "stopped": lambda who: who.leaves(ParticipationChange.STOPPED),
    "died": lambda who: who.leaves(ParticipationChange.DIED),
    "sent": lambda who: answering.submit(who.runtime, who.one),
    "refused by themselves": lambda who: theirs.change(who.runtime, who.one, ParticipationChange.STOPPED),
}
"""What makes a case take no answers, in the middle of a call."""

NOT_OPEN_THEN = {"moved to later days"}
"""So that nobody can call at the time agreed. A pause is lifted some day, and nobody knows when."""

NOTHING_LEADS_ON = set(MEANWHILE) - {"paused", "moved to later days"}
FINAL = {
    "stopped": Disposition.REFUSAL,
    "refused by themselves": Disposition.REFUSAL,
    "died": Disposition.DECEASED,
    "sent": Disposition.COMPLETE,
}
LEADING_ON = (Outcome.CALLBACK, Outcome.APPOINTMENT, Outcome.LINK_SENT)
ENDING = {Outcome.WITHDREW: "withdrawn_at", Outcome.DECEASED: "deceased_at"}


@pytest.fixture
def staff(runtime: Runtime) -> dict[str, Staff]:
    return {role.value: factories.create_staff(runtime, role) for role in (Role.SUPERVISOR, Role.MANAGER)}


def person_of(runtime: Runtime, person: Participant) -> Participant:
    with runtime.database.reading() as session:
        found = participants.participant(session, person.id, runtime.clock().date())
    assert found is not None
    return found


@pytest.mark.both_databases
@pytest.mark.parametrize("outcome", RECORDED_BY_HAND)
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_whoever_had_the_case_open_records_what_came_of_the_call(
    runtime: Runtime, staff: dict[str, Staff], clock: Clock, meanwhile: str, outcome: Outcome
) -> None:
    me = factories.create_staff(runtime, Role.INTERVIEWER)
    who = Somebody(runtime, staff | {"me": me}, answered=meanwhile == "sent")
    mine, attempt_id = who.by("me"), uuid.uuid4()
    calls.open_case(runtime, mine)
    MEANWHILE[meanwhile](who)
    clock.forward(minutes=5)
    before = stored(runtime, who.person)[0].disposition
    said, agreed = SAID.get(outcome, SaidOfOutcome()), AgreedTime(in_words="tomorrow at 3")
    if outcome in LEADING_ON and meanwhile in NOTHING_LEADS_ON:
        with pytest.raises(CallOver):
            attempts.record_attempt(runtime, mine, outcome, attempt_id, "They said so.", agreed, said, 0)
        assert stored(runtime, who.person)[1] == []
        return
    if outcome in NEEDS_TIME and meanwhile in NOT_OPEN_THEN:
        with pytest.raises(InputRefused) as refused:
            attempts.record_attempt(runtime, mine, outcome, attempt_id, "They said so.", agreed, said, 0)
        assert (refused.value.field, refused.value.sentence.code) == ("agreed", "agreed_opens_then")
        agreed = AgreedTime(dt.datetime.fromisoformat("2026-09-02T15:00"))
    attempts.record_attempt(runtime, mine, outcome, attempt_id, "They said so.", agreed, said, 0)
    case, tried = stored(runtime, who.person)
    assert [each.id for each in tried] == [attempt_id]
    assert case.disposition is FINAL.get(meanwhile, disposition_after(before, outcome))
    person = person_of(runtime, who.person)
    if outcome in ENDING and meanwhile != "died":
        assert getattr(person, ENDING[outcome]) == clock.now
    with runtime.database.reading() as session:
        kinds = {CONSEQUENCES[outcome].referral} - {None}
        assert referrals.kinds_blocking(session, person.id) == kinds
        last = cases.lease_of(session, case.id)
    assert last is None or not last.live(clock.now)  # nobody has it open


@pytest.mark.both_databases
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_nobody_else_does_nor_much_later(
    runtime: Runtime, staff: dict[str, Staff], clock: Clock, meanwhile: str
) -> None:
    me, other = (factories.create_staff(runtime, Role.INTERVIEWER) for _ in range(2))
    who = Somebody(runtime, staff | {"me": me, "other": other}, answered=meanwhile == "sent")
    calls.open_case(runtime, who.by("me"))
    MEANWHILE[meanwhile](who)
    with pytest.raises((StateRefused, HeldByAnother)):
        attempts.record_attempt(runtime, who.by("other"), Outcome.COMPLAINED, uuid.uuid4(), "They said so.")
    clock.forward(hours=13)
    with pytest.raises(StateRefused):
        attempts.record_attempt(runtime, who.by("me"), Outcome.COMPLAINED, uuid.uuid4(), "They said so.")
    assert stored(runtime, who.person)[1] == []


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_the_pages_lead_from_the_middle_of_the_call_to_its_end(
    runtime: Runtime, staff: dict[str, Staff], ines: Interviewer, meanwhile: str
) -> None:
    who = Somebody(runtime, staff, answered=meanwhile == "sent")
    ines.open(who.person)
    form = shown(ines, "complained") | {"note": "Five calls in a week."}
    MEANWHILE[meanwhile](who)
    answer = ines.client.get(ines.case)
    page = Page(answer.text)
    assert answer.status_code == 409
    assert "record what came of it: it is kept all the same" in page.words
    assert f"{ines.case}/end" in page.links()
    ways = ines.client.page(f"{ines.case}/end")
    assert "takes no more answers" in ways.words
    assert "tel:" not in ways.source
    assert ("outcome=callback" in ways.source) is (meanwhile not in NOTHING_LEADS_ON)
    # Nothing is promised of a case that has ended.
    assert ("goes back into the queue" in ways.words) is (meanwhile not in NOTHING_LEADS_ON)
    if meanwhile in NOTHING_LEADS_ON:
        wanted = ines.post(f"{ines.case}/end", form | AGREED | {"outcome": "callback"})
        assert wanted.status_code == 409
        assert "Five calls in a week." in Page(wanted.text).words
    recorded = ines.post(f"{ines.case}/end", form)
    assert recorded.location == "/interviews"
    (line,) = to_be_decided.waiting(Desk(runtime, staff["supervisor"]), factories.STUDY)
    assert line.attempt.note == "Five calls in a week."
    assert ines.client.get(ines.case).status_code == 409  # it is over for her, too


def test_of_whoever_withdrew_no_call_is_kept(runtime: Runtime, staff: dict[str, Staff], ines: Interviewer) -> None:
    who = Somebody(runtime, staff, answered=False)
    ines.open(who.person)
    form = shown(ines, "complained") | {"note": "Five calls in a week."}
    who.leaves(ParticipationChange.WITHDRAWN)
    for answer in (
        ines.client.get(ines.case),
        ines.client.get(f"{ines.case}/end"),
        ines.post(f"{ines.case}/end", form),
    ):
        page = Page(answer.text)
        assert answer.status_code == 409
        assert "They withdrew meanwhile. Nothing more of theirs is kept, and no call to them is recorded." in page.words
        assert f"{ines.case}/end" not in page.links()
    assert "Five calls in a week." in page.words
    assert stored(runtime, who.person)[1] == []
    assert ines.post(f"{ines.case}/release").location == "/interviews"
    assert f"You do not have {who.person.reference} open any more." in ines.client.page("/interviews").words
    assert ines.client.get(ines.case).status_code == 404


def test_whoever_hands_in_what_takes_no_answers_is_led_to_the_end_of_the_call(
    runtime: Runtime, staff: dict[str, Staff], ines: Interviewer
) -> None:
    who = Somebody(runtime, staff, answered=False)
    ines.open(who.person)
    ines.start()
    who.leaves(ParticipationChange.STOPPED)
    for path, form in (
        (f"check{ines.talk}", {"attempt_id": str(uuid.uuid4()), "note": "She was tired."}),
        (f"consent{ines.talk}", {"consent_take_part": "yes"}),
        (f"start{ines.talk}", {"mode": "phone", "language": "en"}),
    ):
        answer = ines.post(f"{ines.case}/{path}", form)
        assert answer.status_code == 409, path
        assert f"{ines.case}/end" in {each.partition("?")[0] for each in Page(answer.text).links()}, path
