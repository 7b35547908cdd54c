"""Two people who are one: merged with nothing lost, and taken apart as they were."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from surveyapp.domain.answers import Mode, Text
from surveyapp.domain.errors import FieldsRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import Case, Disposition, access_expiry
from surveyapp.domain.open_answers.marking import MarkedSpan, SpanDecision, SpanKind, TextSpan
from surveyapp.domain.open_answers.quoting import QuotationState
from surveyapp.domain.participants import ConsentGiven, Contact, Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Action, Role, Staff
from surveyapp.reports.files import held_record
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.fieldwork import calls
from surveyapp.services.mending import people
from surveyapp.services.participants import contacts, links, roster
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import erasing, leaving, merging, splitting, subject_access
from surveyapp.services.privacy.merging import MergeFate
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.database import new_id
from surveyapp.store.entry import accesses
from surveyapp.store.open_answers import marking, quoting
from surveyapp.store.open_answers.quoting import StoredQuotation
from surveyapp.store.privacy import retention
from surveyapp.store.security import audit
from surveyapp.store.sending import recipients
from surveyapp.store.tables import Base, CaseRow, MergeRow, ParticipantRow, ResponseRow
from tests import factories
from tests.sealed import KnownPerson, know

pytestmark = pytest.mark.both_databases

STUDY = factories.STUDY
CONFIRMED = (IdentityFact.NAME, IdentityFact.EMAIL)


@pytest.fixture
def staff(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.INTERVIEWER)


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    return Desk(runtime, factories.create_staff(runtime, Role.MANAGER))


def dumped(runtime: Runtime, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every row of every table that tells of people."""
    left_out = {"audit", "audit_chain", "result_change", "result_state", "result_page", "web_session", "lease", *but}
    with runtime.database.engine.connect() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in connection.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in left_out
        }


def case_of(runtime: Runtime, person: Participant, number: int = 1) -> Any:
    with runtime.database.reading() as session:
        there = {each.touchpoint: each for each in cases.cases_of(session, person.id)}
    return there.get(number)


def words_of(runtime: Runtime, staff: Staff, person: Participant) -> str | None:
    visit = survey_session.visit(runtime, factories.by_interviewer(staff, person))
    found = visit.given["heard_via_detail"].answer if visit.given and "heard_via_detail" in visit.given else None
    return found.text if isinstance(found, Text) else None


def contact_of(runtime: Runtime, person: Participant) -> Contact:
    with factories.operator(runtime).reading() as work:
        return contacts.read(work, person.id)


def let_go(runtime: Runtime, known: KnownPerson, staff: Staff) -> None:
    with factories.operator(runtime).writing() as work:
        cases.end_leases(work.session, known.participant.id, work.now)


def known(runtime: Runtime, staff: Staff, number: int, *, note: bool = True) -> KnownPerson:
    """Somebody of whom everything is known, and whom nobody has open."""
    made = know(runtime, staff, number, note=note)
    let_go(runtime, made, staff)
    return made


def test_what_only_the_other_has_goes_over_and_back(runtime: Runtime, staff: Staff, desk: Desk) -> None:
    first = factories.create_participant(runtime, reference="BF-0001")
    with factories.operator(runtime).writing() as work:
        contacts.write(work, first, Contact(name="Ada Byron", phone="07700 900777"))
    other = known(runtime, staff, 2)
    link = factories.create_link(runtime, other.participant)
    before = dumped(runtime, but=("contact", "contact_lookup", "answer", "answer_history", "attempt"))
    reference = other.participant.reference

    plan = merging.plan(desk, STUDY, "BF-0001", reference.lower())
    assert [(each.touchpoint, each.fate, each.aside) for each in plan.touchpoints] == [
        (1, MergeFate.OTHER_STANDS, False)
    ]
    merging.merge(desk, STUDY, "BF-0001", reference)

    # One person is there: with the other's answers under their own key, with both numbers, and by both references.
    assert words_of(runtime, staff, first) == other.words
    with factories.operator(runtime).reading() as work:
        case = case_of(runtime, first)
        assert [each.note for each in cases.attempts_of(work.session, case.id)] == [other.note]
        held = contacts.read(work, first.id)
        assert (held.name, held.phone, held.email) == ("Ada Byron", "07700 900777", other.contact.email)
        assert other.contact.phone in held.other_phones
        assert contacts.find(work, factories.everyone(runtime), other.contact.phone) == ["BF-0001"]
        assert work.session.get(ParticipantRow, other.participant.id) is None
        work.runtime.person_keys.of([first.id])
    assert roster.find(desk, Action.MANAGE_PARTICIPANTS, STUDY, reference) == ["BF-0001"]
    assert links.open_link(runtime, link.removeprefix("/s/"))
    assert [each.reference for each in roster.person(desk, STUDY, "BF-0001").merged] == [reference]
    with runtime.database.reading() as session:
        noted = [
            (each.subject, each.detail["other"]) for each in audit.entries(session, STUDY) if "merged" in each.action
        ]
    assert sorted(noted) == sorted([("BF-0001", reference), (reference, "BF-0001")])

    split = splitting.plan_split(desk, STUDY, "BF-0001", reference)
    assert len(split.back) == 1
    splitting.split(desk, STUDY, "BF-0001", reference)
    assert dumped(runtime, but=("contact", "contact_lookup", "answer", "answer_history", "attempt")) == before
    assert words_of(runtime, staff, other.participant) == other.words
    assert words_of(runtime, staff, first) is None
    assert contact_of(runtime, other.participant) == other.contact
    assert contact_of(runtime, first).phone == "07700 900777"
    assert contact_of(runtime, first).other_phones == ""
    with factories.operator(runtime).reading() as work:
        case = case_of(runtime, other.participant)
        assert [each.note for each in cases.attempts_of(work.session, case.id)] == [other.note]
    assert links.open_link(runtime, link.removeprefix("/s/"))


def test_an_address_that_reaches_nobody_reaches_nobody_under_the_other_reference(
    runtime: Runtime, staff: Staff, desk: Desk
) -> None:
    first = factories.create_participant(runtime, reference="BF-0001")
    other = known(runtime, staff, 2)
    reference = other.participant.reference
    gone = (SendingWay.EMAIL, WhyNot.BOUNCED, runtime.clock())
    with factories.operator(runtime).writing() as work:
        recipients.end_channel(work.session, other.participant.id, *gone)
    merging.merge(desk, STUDY, "BF-0001", reference)
    with runtime.database.reading() as session:
        assert recipients.ended_ways(session, first.id) == [gone]
    splitting.split(desk, STUDY, "BF-0001", reference)
    with runtime.database.reading() as session:
        assert recipients.ended_ways(session, first.id) == []
        assert recipients.ended_ways(session, other.participant.id) == [gone]


def assert_links_live_as_long_as_is_due(runtime: Runtime, case: Case) -> None:
    with runtime.database.reading() as session:
        there = accesses.accesses_of(session, case.id)
    assert {each.expires_at for each in there} == {access_expiry(case, runtime.zone(runtime.study(STUDY)))}


@pytest.mark.parametrize("the_first_has_more", [True, False])
def test_where_both_answered_one_stands_and_the_other_is_kept(
    runtime: Runtime, staff: Staff, desk: Desk, the_first_has_more: bool
) -> None:
    first, other = known(runtime, staff, 1), known(runtime, staff, 2)
    more = first if the_first_has_more else other
    form = {"heard_via": ["online"], "heard_via_detail": ["said later"]}
    who = factories.by_interviewer(staff, more.participant)
    answering.save_section(runtime, who, "start", form, uuid.uuid4(), finish=False)
    let_go(runtime, more, staff)
    mine = factories.create_link(runtime, first.participant)
    theirs = factories.create_link(runtime, other.participant)
    names = (first.participant.reference, other.participant.reference)
    people.mend_case(desk, STUDY, names[1], 1, {"closes_on": "2026-12-31"})
    plan = merging.merge(desk, STUDY, *names)
    fate = MergeFate.FIRST_STANDS if the_first_has_more else MergeFate.OTHER_STANDS
    assert [(each.fate, each.aside) for each in plan.touchpoints] == [(fate, True)]
    assert words_of(runtime, staff, first.participant) == "said later"
    # Each attempt is counted, with what was noted; both links open the same questions.
    case = case_of(runtime, first.participant)
    with factories.operator(runtime).reading() as work:
        assert {each.note for each in cases.attempts_of(work.session, case.id)} == {first.note, other.note}
    for link in (mine, theirs):
        assert survey_session.visit(runtime, factories.known_by(runtime, link)).case.id == case.id
    assert_links_live_as_long_as_is_due(runtime, case)
    # All that is held of them holds what was set aside, and looking at it changes nothing.
    less = other if more is first else first
    merged = dumped(runtime)
    record = subject_access.held_record(desk, STUDY, first.participant.reference, CONFIRMED, "en")
    (aside,) = record.merged
    assert aside.reference == other.participant.reference
    assert less.words in [line for each in aside.set_aside for answer in each.answers for line in answer.said]
    assert less.words in held_record.as_page(record, ENGLISH)
    assert dumped(runtime) == merged
    splitting.split(desk, STUDY, *names)
    for each in (first, other):
        said = "said later" if each is more else each.words
        assert words_of(runtime, staff, each.participant) == said
        with factories.operator(runtime).reading() as work:
            case = case_of(runtime, each.participant)
            assert [every.note for every in cases.attempts_of(work.session, case.id)] == [each.note]
    for link, each in ((mine, first), (theirs, other)):
        case = case_of(runtime, each.participant)
        assert survey_session.visit(runtime, factories.known_by(runtime, link)).case.id == case.id
        assert_links_live_as_long_as_is_due(runtime, case)


@pytest.mark.parametrize(
    ("mine", "theirs", "after"),
    [
        (None, ParticipationChange.STOPPED, {"stopped"}),
        (ParticipationChange.STOPPED, None, {"stopped"}),
        (None, ParticipationChange.WITHDRAWN, {"withdrawn"}),
        (ParticipationChange.WITHDRAWN, ParticipationChange.STOPPED, {"withdrawn"}),
        (ParticipationChange.STOPPED, ParticipationChange.WITHDRAWN, {"stopped", "withdrawn"}),
        (None, ParticipationChange.DIED, {"stopped", "deceased"}),
        (None, None, set()),
    ],
)
def test_the_strictest_of_both_holds(
    runtime: Runtime,
    desk: Desk,
    mine: ParticipationChange | None,
    theirs: ParticipationChange | None,
    after: set[str],
) -> None:
    people = [factories.create_participant(runtime, reference=each) for each in ("BF-0001", "BF-0002")]
    for person, change in zip(people, (mine, theirs), strict=True):
        if change is not None:
            why = LeavingReason.DIED if change is ParticipationChange.DIED else LeavingReason.TIME
            with factories.operator(runtime).writing() as work:
                leaving.make(work, person, change, why)
    before = states(runtime, "BF-0001"), states(runtime, "BF-0002")
    cases_before = [case_of(runtime, each).disposition for each in people]
    merging.merge(desk, STUDY, "BF-0001", "BF-0002")
    assert states(runtime, "BF-0001") == after
    if "stopped" in after:
        assert case_of(runtime, people[0]).disposition in (Disposition.REFUSAL, Disposition.DECEASED)
    splitting.split(desk, STUDY, "BF-0001", "BF-0002")
    assert (states(runtime, "BF-0001"), states(runtime, "BF-0002")) == before
    assert [case_of(runtime, each).disposition for each in people] == cases_before


def states(runtime: Runtime, reference: str) -> set[str]:
    with runtime.database.reading() as session:
        row = session.scalars(select(ParticipantRow).where(ParticipantRow.reference == reference)).one()
        return {name for name in ("stopped", "withdrawn", "deceased") if getattr(row, f"{name}_at") is not None}


def test_of_each_purpose_the_later_consent_counts(runtime: Runtime, desk: Desk) -> None:
    first, other = (factories.create_participant(runtime, reference=each) for each in ("BF-0001", "BF-0002"))
    now, day = runtime.clock(), dt.timedelta(days=1)
    with factories.operator(runtime).writing() as work:
        for person, purpose, given, at in (
            (first, "take_part", True, now - 2 * day),
            (other, "take_part", False, now - day),
            (first, "recontact", True, now - day),
            (other, "recontact", False, now - 2 * day),
        ):
            said_of_consent.add(work.session, person.id, ConsentGiven(purpose, 1, given, at), Mode.PHONE, None)
    merging.merge(desk, STUDY, "BF-0001", "BF-0002")

    def said(person: Participant) -> dict[str, bool]:
        with runtime.database.reading() as session:
            return {name: each.given for name, each in said_of_consent.last_said(session, person.id).items()}

    assert said(first) == {"take_part": False, "recontact": True}
    splitting.split(desk, STUDY, "BF-0001", "BF-0002")
    assert (said(first), said(other)) == (
        {"take_part": True, "recontact": True},
        {"take_part": False, "recontact": False},
    )


def _talking(runtime: Runtime, staff: Staff) -> None:
    person = participant(runtime, "BF-0002")
    calls.open_case(runtime, factories.by_interviewer(staff, person))


def _merged_before(runtime: Runtime, staff: Staff) -> None:
    factories.create_participant(runtime, reference="BF-0003")
    merging.merge(Desk(runtime, factories.create_staff(runtime, Role.MANAGER)), STUDY, "BF-0002", "BF-0003")


def participant(runtime: Runtime, reference: str) -> Participant:
    with factories.operator(runtime).reading() as work:
        scope, today = factories.everyone(runtime), runtime.today(runtime.study(STUDY))
        found = participants.participant_by_reference(work.session, scope, reference, today)
    assert found is not None
    return found


def _nothing(runtime: Runtime, staff: Staff) -> None:
    pass


@pytest.mark.parametrize(
    ("given", "other", "code"),
    [
        (_nothing, "", "other_missing"),
        (_nothing, "BF-0001", "merge_with_themselves"),
        (_nothing, "BF-0999", "not_there_check"),
        (_nothing, "JR-0001", "merge_across_groups"),
        (_talking, "BF-0002", "talked_with_now"),
        (_merged_before, "BF-0003", "merged_already"),
        (_merged_before, "BF-0002", "merge_the_other_way"),
    ],
)
def test_what_cannot_be_merged_is_said_and_changes_nothing(
    runtime: Runtime, staff: Staff, desk: Desk, given: Callable[[Runtime, Staff], None], other: str, code: str
) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    factories.create_participant(runtime, reference="BF-0002")
    factories.create_participant(runtime, group="employee", reference="JR-0001")
    given(runtime, staff)
    before = dumped(runtime)
    for act in (merging.plan, merging.merge):
        with pytest.raises(FieldsRefused) as refused:
            act(desk, STUDY, "BF-0001", other)
        assert [(fault.field, fault.sentence.code) for fault in refused.value.faults] == [("other", code)]
    assert dumped(runtime) == before


def test_somebody_of_a_site_that_is_not_ones_own_is_not_there(runtime: Runtime) -> None:
    here, there = factories.create_site(runtime, "SM"), factories.create_site(runtime, "LG")
    factories.create_participant(runtime, reference="BF-0001", site=here)
    factories.create_participant(runtime, reference="BF-0002", site=there)
    staff = factories.create_staff(runtime, Role.MANAGER, site=here)
    for reference, other in (("BF-0001", "BF-0002"), ("BF-0002", "BF-0001")):
        with pytest.raises((FieldsRefused, NotFound)):
            merging.merge(Desk(runtime, staff), STUDY, reference, other)


def test_what_is_erased_of_one_is_erased_of_both(runtime: Runtime, staff: Staff, desk: Desk) -> None:
    first, other = known(runtime, staff, 1), known(runtime, staff, 2)
    merging.merge(desk, STUDY, first.participant.reference, other.participant.reference)
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, first.participant)
    gone = runtime.person_keys.forgotten()
    assert {first.participant.id, other.participant.id} <= gone.keys()
    with runtime.database.reading() as session:
        assert session.scalars(select(MergeRow)).all() == []
        assert session.scalars(select(CaseRow)).all() == []


def test_what_is_not_kept_any_more_cannot_be_taken_apart(runtime: Runtime, staff: Staff, desk: Desk) -> None:
    first, other = known(runtime, staff, 1), known(runtime, staff, 2)
    names = (first.participant.reference, other.participant.reference)
    merging.merge(desk, STUDY, *names)
    with runtime.database.writing() as session:
        retention.erase_contacts(session, first.participant.id)
    with pytest.raises(StateRefused) as refused:
        splitting.split(desk, STUDY, *names)
    assert refused.value.sentence.code == "split_gone"
    with pytest.raises(NotFound):
        splitting.split(desk, STUDY, names[0], "BF-0777")


def test_of_two_that_were_sent_the_earlier_stands(runtime: Runtime, staff: Staff, desk: Desk) -> None:
    first, other = known(runtime, staff, 1, note=False), known(runtime, staff, 2, note=False)
    now = runtime.clock()
    with runtime.database.writing() as session:
        for person, at in ((first, now), (other, now - dt.timedelta(days=1))):
            case = case_of(runtime, person.participant)
            session.execute(update(ResponseRow).where(ResponseRow.case_id == case.id).values(submitted_at=at))
    plan = merging.plan(desk, STUDY, first.participant.reference, other.participant.reference)
    assert [(each.fate, each.aside) for each in plan.touchpoints] == [(MergeFate.OTHER_STANDS, True)]


def test_what_was_decided_of_words_goes_over_with_them(runtime: Runtime, staff: Staff, desk: Desk) -> None:
    first = factories.create_participant(runtime, reference="BF-0001")
    other = known(runtime, staff, 2, note=False)
    response = survey_session.visit(runtime, factories.by_interviewer(staff, other.participant)).ready[2]
    place = (response.id, "heard_via_detail")
    with factories.operator(runtime).writing() as work:
        span = MarkedSpan(TextSpan(0, 2, SpanKind.NAME), SpanDecision.REDACTED, None, work.now)
        marking.mark(work.session, place, other.participant.id, other.words, [span])
        marking.translate(
            work.session,
            study=STUDY,
            place=place,
            person=other.participant.id,
            text=other.words,
            language="pl",
            translation="Sąsiad mi powiedział",
            by=None,
            at=work.now,
        )
        quotation = StoredQuotation(
            id=new_id(),
            response_id=response.id,
            variable=place[1],
            language=marking.ORIGINAL,
            start=0,
            end=len(other.words),
            words=quoting.fingerprint(work.session, other.participant.id, other.words),
            segment="",
            state=QuotationState.ASKED,
            asked_by=None,
            asked_at=work.now,
        )
        quoting.add(work.session, quotation)

    def kept_of(person: Participant) -> tuple[int, list[str], list[bool]]:
        people, texts = {place: person.id}, {place: other.words}
        with factories.operator(runtime).reading() as work:
            spans = marking.marked(work.session, people, texts).get(place, [])
            said = marking.translations(work.session, people, texts).get(place, [])
            quoted = [
                quoting.is_of(work.session, each.words, person.id, other.words)
                for each in quoting.of_person(work.session, person.id)
            ]
        return len(spans), [each.text for each in said], quoted

    before = kept_of(other.participant)
    assert before == (1, ["Sąsiad mi powiedział"], [True])
    merging.merge(desk, STUDY, "BF-0001", other.participant.reference)
    assert kept_of(first) == before
    splitting.split(desk, STUDY, "BF-0001", other.participant.reference)
    assert kept_of(other.participant) == before
