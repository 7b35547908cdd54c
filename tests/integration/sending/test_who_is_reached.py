"""Nothing goes where somebody else is, nor while somebody has complained; and whatever kept a message from somebody, it
goes once that is over."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import io
import uuid
from collections.abc import Callable

import pytest

from surveyapp.domain.fieldwork.cases import Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralDecision
from surveyapp.domain.participants import CONTACT_FIELDS, Participant
from surveyapp.domain.privacy.leaving import REASONS, ParticipationChange
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import attempts, calls, referrals
from surveyapp.services.fieldwork.attempts import SaidOfOutcome
from surveyapp.services.lists import all_at_once, taking_back
from surveyapp.services.mending import people, touchpoints
from surveyapp.services.participants import enrolment
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar, deciding, hearing, outbox
from surveyapp.services.sending.ways.carrier import CarrierOutcome, Receipt
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from surveyapp.store.lists import records
from tests import factories
from tests.conftest import Clock
from tests.page import Client
from tests.phone import Phone
from tests.sending import STUDY, Told, at_ten, by, reachable, rows, switch_on

pytestmark = pytest.mark.both_databases

OLD = {"email": "old@example.org", "phone": "07700 900142", "address": "1 High Street; Coventry; CV1 1AA"}
NEW = {"email": "new@example.org", "phone": "07700 900143", "address": "2 Low Street; Leeds; LS1 1AA"}
SAME = {"email": "OLD@example.org", "phone": "+447700900142", "address": "1 High Street, Coventry, CV1 1AA"}
"""As OLD, written otherwise."""


@pytest.fixture(autouse=True)
def at_a_sending_hour(runtime: Runtime, clock: Clock) -> None:
    clock.now += at_ten(clock.now)


def send(runtime: Runtime, carrier: Told | None = None) -> Told:
    carrier = carrier or Told()
    outbox.send(factories.operator(runtime), [STUDY], by(carrier))
    return carrier


def manager(runtime: Runtime) -> Desk:
    return Desk(runtime, factories.create_staff(runtime, Role.MANAGER))


def recorded(runtime: Runtime, person: Participant, outcome: Outcome, **said: object) -> Callable[[], None]:
    """An interviewer records what came of a call; what is returned takes it back."""
    who = factories.by_interviewer(factories.create_staff(runtime, Role.INTERVIEWER), person)
    calls.open_case(runtime, who)
    attempt = uuid.uuid4()
    attempts.record_attempt(runtime, who, outcome, attempt, "He said so.", said=SaidOfOutcome(**said))  # type: ignore[arg-type]
    return lambda: attempts.undo(runtime, who, attempt)


def why(runtime: Runtime, person: Participant, step: str = "remind_3") -> WhyNot | None:
    """Why somebody is not sent a step at their first touchpoint."""
    there = calendar.person(manager(runtime), STUDY, person.reference).touchpoints[0].plan
    return next(each.why for each in there if each.step.id == step)


def bounce(runtime: Runtime, person: Participant) -> None:
    with factories.operator(runtime).writing() as work:
        assert deciding.end_way(work, person.id, SendingWay.EMAIL, WhyNot.BOUNCED)


WRONG = {
    "email": (WhyNot.BOUNCED, bounce),
    "phone": (WhyNot.WRONG_NUMBER, lambda runtime, person: recorded(runtime, person, Outcome.WRONG_NUMBER)),
    "address": (
        WhyNot.MOVED,
        lambda runtime, person: recorded(runtime, person, Outcome.MOVED, detail=OutcomeDetail.CONTACT_UNKNOWN),
    ),
}
"""How it comes out that an entry reaches nobody, or somebody else."""


def on_their_page(runtime: Runtime, person: Participant, **said: str) -> None:
    desk = manager(runtime)
    before = enrolment.contact_of(desk, STUDY, person.reference)[1]
    written = {name: getattr(before, name) for name in CONTACT_FIELDS}
    enrolment.correct_contact(desk, STUDY, person.reference, {**written, **said})


def by_a_list(runtime: Runtime, person: Participant, **said: str) -> None:
    columns = {"group": person.group, "reference": person.reference, **said}
    file = io.StringIO()
    csv.writer(file).writerows([columns.keys(), columns.values()])
    made = all_at_once.import_file(factories.operator(runtime), STUDY, file.getvalue().encode(), update=True)
    assert (made.faults, made.changed) == ((), 1)


@pytest.mark.parametrize("correct", [on_their_page, by_a_list])
@pytest.mark.parametrize("name", sorted(WRONG))
def test_nothing_goes_where_nobody_of_theirs_is_until_it_is_another(
    runtime: Runtime, clock: Clock, name: str, correct: Callable[..., None]
) -> None:
    person = reachable(runtime, **{name: OLD[name]})
    switch_on(runtime)
    send(runtime)
    reason, comes_out = WRONG[name]
    comes_out(runtime, person)
    clock.forward(days=3)
    assert (send(runtime).handed, why(runtime, person)) == ([], reason)
    correct(runtime, person, **{name: SAME[name]})
    assert (send(runtime).handed, why(runtime, person)) == ([], reason)
    correct(runtime, person, **{name: NEW[name]})
    [message] = send(runtime).handed
    assert message.to in ("new@example.org", "+447700900143", "")
    assert message.address[1:2] == (("2 Low Street",) if name == "address" else ())


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_list_that_is_taken_back_brings_a_wrong_entry_back_as_wrong(
    runtime: Runtime, clock: Clock, name: str
) -> None:
    person = reachable(runtime, **{name: OLD[name]})
    switch_on(runtime)
    send(runtime)
    WRONG[name][1](runtime, person)
    by_a_list(runtime, person, **{name: NEW[name]})
    with runtime.database.reading() as session:
        [brought] = records.of_study(session, STUDY, None, 5)
    taking_back.undo(manager(runtime), STUDY, brought.id)
    clock.forward(days=3)
    assert (send(runtime).handed, why(runtime, person)) == ([], WRONG[name][0])


def test_whoever_moved_and_has_a_new_number_is_written_to_no_more_where_they_were(
    runtime: Runtime, clock: Clock
) -> None:
    person = reachable(runtime, address=OLD["address"], phone=OLD["phone"], email="a@example.org", preferred="phone")
    WRONG["address"][1](runtime, person)
    on_their_page(runtime, person, phone=NEW["phone"])
    ended = calendar.person(manager(runtime), STUDY, person.reference).ended
    assert [(way, reason) for way, reason, _ in ended] == [(SendingWay.LETTER, WhyNot.MOVED)]
    deciding.steer_way(manager(runtime), STUDY, person.reference, SendingWay.LETTER, ends=False)
    assert calendar.person(manager(runtime), STUDY, person.reference).ended == ()


@pytest.mark.parametrize(
    ("decision", "goes"), [(ReferralDecision.MENDED, 1), (ReferralDecision.NOT_FOUND, 0), (None, 0)]
)
def test_a_wrong_number_gets_nothing_unless_it_turns_out_to_be_right(
    runtime: Runtime, clock: Clock, decision: ReferralDecision | None, goes: int
) -> None:
    person, desk = reachable(runtime, phone=OLD["phone"]), manager(runtime)
    switch_on(runtime)
    send(runtime)
    WRONG["phone"][1](runtime, person)
    if decision is not None:
        [line] = referrals.waiting(desk, STUDY)
        referrals.decide(desk, STUDY, line.referral.id, decision)
    clock.forward(days=3)
    assert len(send(runtime).handed) == goes


def test_a_wrong_number_leaves_the_other_ways(runtime: Runtime, clock: Clock) -> None:
    person = reachable(runtime, phone=OLD["phone"], email="a@example.org", preferred="text")
    switch_on(runtime)
    assert send(runtime).handed[0].to == "+447700900142"
    WRONG["phone"][1](runtime, person)
    clock.forward(days=3)
    assert [each.to for each in send(runtime).handed] == ["a@example.org"]


def test_what_is_undone_within_the_minute_ends_nothing(runtime: Runtime, clock: Clock) -> None:
    person = reachable(runtime, phone=OLD["phone"])
    switch_on(runtime)
    send(runtime)
    recorded(runtime, person, Outcome.WRONG_NUMBER)()
    clock.forward(days=3)
    assert len(send(runtime).handed) == 1


def test_nobody_who_complained_is_written_to_before_it_is_decided(
    runtime: Runtime, client: Client, clock: Clock
) -> None:
    person = reachable(runtime, phone=OLD["phone"], email="a@example.org")
    switch_on(runtime)
    send(runtime)
    recorded(runtime, person, Outcome.COMPLAINED)
    clock.forward(days=3)
    assert (send(runtime).handed, why(runtime, person)) == ([], WhyNot.COMPLAINED)
    assert why(runtime, person, "thank") is WhyNot.COMPLAINED
    boss = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(boss.email)
    for page in ("messages", f"participants/{person.reference}/messages"):
        assert "They complained: a supervisor decides first" in client.page(f"/manage/{STUDY}/{page}").words
    supervisor = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    [line] = referrals.waiting(supervisor, STUDY)
    referrals.decide(supervisor, STUDY, line.referral.id, ReferralDecision.BY_ANOTHER)
    assert len(send(runtime).handed) == 1


def test_contacts_are_written_in_one_place() -> None:
    """Whoever writes one elsewhere forgets what another address mends."""
    wrote = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "surveyapp" / "services").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "replace_contacts"
    }
    assert wrote == {"surveyapp/services/participants/contacts.py"}


def left(runtime: Runtime, person: Participant, change: ParticipationChange) -> None:
    desk = manager(runtime)
    supervisor = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    facts = (IdentityFact.NAME, IdentityFact.EMAIL)
    rights = change not in (ParticipationChange.STOPPED, ParticipationChange.TAKEN_UP)
    leaving.record(supervisor if rights else desk, STUDY, person.reference, change, REASONS[change][0], facts)


def touched(runtime: Runtime, act: str) -> None:
    touchpoints.change(factories.operator(runtime), STUDY, "backfill", 1, {"act": act, "days": ""})


def asked_again(runtime: Runtime, person: Participant) -> None:
    written = {**people.case_as_written(manager(runtime), STUDY, person.reference, 1), "again": "yes"}
    people.mend_case(manager(runtime), STUDY, person.reference, 1, written)


def no_step_more(runtime: Runtime, person: Participant) -> None:
    with factories.operator(runtime).writing() as work:
        for way in SendingWay:
            deciding.end_way(work, person.id, way, WhyNot.OPTED_OUT)


def every_way_again(runtime: Runtime, person: Participant) -> None:
    for way in SendingWay:
        deciding.steer_way(manager(runtime), STUDY, person.reference, way, ends=False)


Act = Callable[[Runtime, Participant], object]
CHANGE = ParticipationChange
PASSES: dict[str, tuple[Act, Act]] = {
    "the touchpoint was closed by mistake": (lambda r, p: touched(r, "close"), lambda r, p: touched(r, "undo")),
    "it was paused": (lambda r, p: touched(r, "pause"), lambda r, p: touched(r, "resume")),
    "they stopped": (lambda r, p: left(r, p, CHANGE.STOPPED), lambda r, p: left(r, p, CHANGE.TAKEN_UP)),
    "they withdrew": (lambda r, p: left(r, p, CHANGE.WITHDRAWN), lambda r, p: left(r, p, CHANGE.WITHDRAWAL_UNDONE)),
    "they were taken for dead": (lambda r, p: left(r, p, CHANGE.DIED), lambda r, p: left(r, p, CHANGE.DEATH_UNDONE)),
    "they were taken for not eligible": (
        lambda r, p: recorded(r, p, Outcome.NOT_ELIGIBLE, detail=OutcomeDetail.OUTSIDE_AREA),
        asked_again,
    ),
    "they refused, and asked to take part after all": (lambda r, p: recorded(r, p, Outcome.REFUSED), asked_again),
    "they said STOP, and START": (no_step_more, every_way_again),
}


@pytest.mark.parametrize("reason", sorted(PASSES))
def test_a_message_that_waited_goes_once_what_kept_it_is_over(runtime: Runtime, clock: Clock, reason: str) -> None:
    person = reachable(runtime)
    switch_on(runtime)
    send(runtime, Told([CarrierOutcome.NOT_TAKEN]))
    begins, ends = PASSES[reason]
    begins(runtime, person)
    clock.forward(hours=1)
    assert send(runtime).handed == []
    assert [each.state for each in rows(runtime, person)] == []
    assert why(runtime, person, "invite") not in (None, WhyNot.DONE)
    ends(runtime, person)
    assert why(runtime, person, "invite") is None
    clock.forward(hours=1)
    assert len(send(runtime).handed) == 1
    assert why(runtime, person) is None


def test_whose_window_is_moved_is_invited_in_it_and_only_then(runtime: Runtime, client: Client, clock: Clock) -> None:
    person, carrier = reachable(runtime), Told()
    switch_on(runtime)
    send(runtime, carrier)
    clock.forward(days=3)
    send(runtime, carrier)
    assert len(carrier.handed) == 2
    opens = clock.now.date().replace(day=1, year=clock.now.year + 1)
    days = {"opens_on": opens, "due_on": opens.replace(day=20), "closes_on": opens.replace(day=28)}
    written = {name: day.isoformat() for name, day in days.items()}
    people.mend_case(manager(runtime), STUDY, person.reference, 1, written)
    boss = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(boss.email)
    page = client.page(f"/manage/{STUDY}/participants/{person.reference}/messages").words
    assert "Went out" in page
    assert "That was for an earlier window." in page
    clock.forward(days=1)
    send(runtime, carrier)
    assert len(carrier.handed) == 2
    clock.now = clock.now.replace(year=opens.year, month=opens.month, day=opens.day)
    told = calendar.person(manager(runtime), STUDY, person.reference).touchpoints[0].plan
    assert [each.why for each in told] == [None, None, None, WhyNot.NOT_ANSWERED]
    for _ in range(14):
        clock.forward(days=1)
        send(runtime, carrier)
    steps = [(each.step, each.state) for each in rows(runtime, person)]
    assert sorted(steps) == [(step, MessageState.SENT) for step in ("invite", "remind_3", "remind_7")]
    assert len(carrier.handed) == 5


def test_who_is_invited_anew_gets_another_message(runtime: Runtime, clock: Clock) -> None:
    """Mail systems leave out what they have seen before, and what became of the first is not of the second."""
    person, desk = reachable(runtime), factories.operator(runtime)
    switch_on(runtime)
    [first] = send(runtime).handed
    [row] = rows(runtime, person)
    opens = clock.now.date() + dt.timedelta(days=30)
    days = {"opens_on": opens, "due_on": opens + dt.timedelta(days=20), "closes_on": opens + dt.timedelta(days=30)}
    people.mend_case(
        manager(runtime), STUDY, person.reference, 1, {name: day.isoformat() for name, day in days.items()}
    )
    clock.forward(days=35)
    # It is not taken at once: the same goes again.
    [second] = send(runtime, Told([CarrierOutcome.NOT_TAKEN])).handed
    clock.forward(hours=1)
    [third] = send(runtime).handed
    assert first.key != second.key == third.key
    for about in (first.key, row.id.hex):
        hearing.told_delivery(desk, about, "", "permanent-failure")
    with desk.writing() as work:
        assert not deciding.bounced(work, row.sender_reference or "")
    assert [each.state for each in rows(runtime, person)] == [MessageState.SENT]
    assert calendar.person(manager(runtime), STUDY, person.reference).ended == ()


def test_what_is_uncertain_is_not_looked_up_by_an_earlier_message(runtime: Runtime, clock: Clock) -> None:
    person = reachable(runtime)
    switch_on(runtime)
    [first] = send(runtime).handed
    opens = clock.now.date() + dt.timedelta(days=30)
    days = {"opens_on": opens, "due_on": opens + dt.timedelta(days=20), "closes_on": opens + dt.timedelta(days=30)}
    people.mend_case(
        manager(runtime), STUDY, person.reference, 1, {name: day.isoformat() for name, day in days.items()}
    )
    clock.forward(days=35)
    send(runtime, Told([CarrierOutcome.UNCERTAIN]))
    send(runtime, Told(known={first.key: Receipt(CarrierOutcome.NO_SUCH_ADDRESS)}))
    assert [each.state for each in rows(runtime, person)] == [MessageState.UNCERTAIN]


def test_they_are_written_to_in_the_language_that_a_call_found_out(runtime: Runtime, clock: Clock) -> None:
    person = reachable(runtime, email="a@example.org", language="English")
    switch_on(runtime)
    assert send(runtime).handed[0].language == "en"
    recorded(runtime, person, Outcome.LANGUAGE_BARRIER, language="pl")
    clock.forward(days=3)
    assert [each.language for each in send(runtime).handed] == ["pl"]


def test_they_are_written_to_in_the_language_they_answer_in(runtime: Runtime, clock: Clock) -> None:
    person = reachable(runtime, email="a@example.org")
    switch_on(runtime)
    assert [each.language for each in send(runtime).handed] == ["en"]
    phone = Phone(runtime)
    phone.open(factories.create_link(runtime, person))
    phone.open("/survey?lang=pl")
    phone.send({"agree-take_part": "yes", "agree-recontact": "yes"})
    phone.say_whose()
    phone.send(heard_via="family")
    clock.forward(days=3)
    assert [each.language for each in send(runtime).handed] == ["pl"]
