"""Quoting: with consent alone, redacted, chosen by one and cleared by another; and out of sight as soon as any of it is
no longer so, with the reports that hold the words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.answers import Codes, Mode, Text
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted
from surveyapp.domain.instrument.consent.purposes import Governs, Purpose
from surveyapp.domain.instrument.study import Thresholds
from surveyapp.domain.open_answers.marking import SpanDecision
from surveyapp.domain.open_answers.quoting import QuotationBar, QuotationState
from surveyapp.domain.participants import ConsentGiven, Contact, Participant
from surveyapp.domain.staff import Role, Scope
from surveyapp.reports.files import held_record
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.open_answers import coding, frames, marking_words, quoting, reading
from surveyapp.services.open_answers.quoting import QuotationsRead
from surveyapp.services.open_answers.reading import ReadAnswer, Reader, ReadingQuery
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import erasing, subject_access
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.answering import consents, export_jobs
from surveyapp.store.privacy import retention
from surveyapp.store.security import audit
from surveyapp.store.tables import QuotationRow, QuotationUseRow
from tests import factories, versioned
from tests.conftest import NOW, Clock

FILES = {
    "first/v1": versioned.questionnaire("first", 1, versioned.COFFEE, versioned.WHY),
    "second/v1": versioned.questionnaire("second", 1, versioned.COFFEE, versioned.WHY),
}
NAME, WHY = versioned.NAME, ("guest", 1, "why")
READER = Reader(uuid.uuid4(), "the report")
QUOTING = Purpose(id="quoting", version=2, required=False, text="Quote me.", governs=Governs.QUOTE)
REPORT = {"report": "job.docx", "digest": "a" * 64}


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """Three guests, of whom the first two agree to be quoted; the second names the third."""
    made = versioned.create_runtime(database_url, clock, tmp_path, FILES)
    study = made.study(NAME)
    asking = dataclasses.replace(study, consent=(*study.consent, QUOTING))
    made = dataclasses.replace(made, studies={NAME: asking})
    words = ("Warm and  near my job.", "Sandra brews it well.", "Good beans")
    versioned.answer(made, 1, 1, *({"coffee": Codes(("much",)), "why": Text(each)} for each in words))
    with factories.operator(made).writing() as work:
        contacts.write(work, person(made, 3), Contact(name="Sandra Okafor"))
    for number in (1, 2):
        agree(made, number)
    yield made
    made.database.dispose()


def person(cafe: Runtime, number: int) -> Participant:
    with factories.operator(cafe).reading() as work:
        scope = Scope(NAME, cafe.origin)
        found = participants.participant_by_reference(work.session, scope, f"GU-{number:04d}", NOW.date())
    assert found is not None
    return found


def agree(cafe: Runtime, number: int, *, given: bool = True) -> None:
    with factories.operator(cafe).writing() as work:
        said = ConsentGiven("quoting", 2, given, work.now)
        consents.add(work.session, person(cafe, number).id, said, Mode.SELF, None)


def staff(cafe: Runtime, *roles: Role) -> Desk:
    return Desk(cafe, factories.create_staff(cafe, *roles, study=NAME))


@pytest.fixture
def first(cafe: Runtime) -> Desk:
    return staff(cafe, Role.READ_WORDS)


@pytest.fixture
def second(cafe: Runtime) -> Desk:
    return staff(cafe, Role.READ_WORDS)


@pytest.fixture
def evaluator(cafe: Runtime) -> Desk:
    return staff(cafe, Role.EVALUATOR)


def the_one(desk: Desk, words: str) -> ReadAnswer:
    page = reading.read(desk, READER, NAME, *WHY, ReadingQuery())
    [found] = [each for each in page.answers if words in "".join(piece.text for piece in each.pieces)]
    return found


def ask(desk: Desk, answer: str, words: str = "", **more: str) -> str:
    return str(quoting.ask(desk, READER, NAME, WHY, the_one(desk, answer).token, words, **more))


def shown(desk: Desk) -> QuotationsRead:
    return quoting.read(desk, READER, NAME)


def cleared(desk: Desk) -> list[str]:
    return [each.text for each in quoting.cleared(desk, NAME)]


def test_words_are_quoted_once_a_second_person_has_cleared_them(first: Desk, second: Desk, evaluator: Desk) -> None:
    frames.keep_code(first, NAME, WHY, None, {"title": "Near"})
    code = coding.standing(first, NAME, WHY).codes[0].code.id
    coding.code_answer(first, READER, NAME, WHY, the_one(first, "Warm").token, [str(code)])
    asked = ask(first, "Warm", "near my job")
    assert cleared(evaluator) == []
    with pytest.raises(InputRefused, match="yourself"):
        quoting.decide(first, NAME, asked, clear=True)
    quoting.decide(second, NAME, asked, clear=True)
    [quotation] = quoting.cleared(evaluator, NAME)
    assert (quotation.text, quotation.member, quotation.segment) == ("near my job", "guest", None)
    assert (quotation.question, quotation.themes, quotation.language) == ("Why is that?", ("Near",), "en")
    with pytest.raises(InputRefused, match="decided already"):
        quoting.decide(second, NAME, asked, clear=False, why="No")
    quoting.take_back(first, NAME, asked)
    assert cleared(evaluator) == []
    assert [each.stored.state for each in shown(first).quotations] == [QuotationState.TAKEN_BACK]


def test_a_refusal_says_why_and_the_same_words_are_asked_for_once(first: Desk, second: Desk) -> None:
    asked = ask(first, "Warm")
    with pytest.raises(InputRefused, match="already"):
        ask(second, "Warm")
    with pytest.raises(InputRefused, match="Say why"):
        quoting.decide(second, NAME, asked, clear=False, why=" ")
    quoting.decide(second, NAME, asked, clear=False, why="It is too much like others.")
    [seen] = shown(first).quotations
    assert (seen.stored.state, seen.stored.why) == (QuotationState.REFUSED, "It is too much like others.")
    assert ask(second, "Warm") != asked


def test_nobody_is_quoted_who_has_not_agreed(cafe: Runtime, first: Desk) -> None:
    with pytest.raises(InputRefused, match="not agreed"):
        ask(first, "Good beans")
    assert shown(first).quotations == ()
    agree(cafe, 3)
    assert ask(first, "Good beans")


@pytest.mark.both_databases
def test_what_says_who_somebody_is_is_decided_of_first(first: Desk, second: Desk, evaluator: Desk) -> None:
    with pytest.raises(InputRefused, match="may say who"):
        ask(first, "brews")
    assert ask(first, "brews", "brews it")
    marking_words.decide_found(first, READER, NAME, WHY, the_one(first, "brews").token, SpanDecision.REDACTED)
    asked = ask(first, "brews")
    quoting.decide(second, NAME, asked, clear=True)
    assert cleared(evaluator) == ["[…] brews it well."]
    # Redacted further, it goes out with that too; taken back, it waits to be decided of again.
    marking_words.redact_words(second, READER, NAME, WHY, the_one(first, "brews").token, "well")
    assert cleared(evaluator) == ["[…] brews it […]."]
    with first.reading() as work:
        here, just_before = Scope(NAME, work.runtime.origin), work.now - dt.timedelta(seconds=1)
        assert export_jobs.words_redacted(work.session, here, just_before)
        assert not export_jobs.words_redacted(work.session, here, work.now)
        assert not export_jobs.words_redacted(work.session, Scope("another", work.runtime.origin), just_before)
    marking_words.take_back(second, READER, NAME, WHY, the_one(first, "brews").token)
    assert cleared(evaluator) == []
    assert {each.bar for each in shown(first).quotations} == {QuotationBar.FOUND, None}


@pytest.mark.parametrize("words", ["not what was said", "war"])
def test_only_words_of_the_answer_can_be_quoted(first: Desk, words: str) -> None:
    with pytest.raises(InputRefused, match="do not stand"):
        ask(first, "Warm", words.upper())


def test_consent_taken_back_takes_it_out_and_says_in_which_reports_it_stands(
    cafe: Runtime, first: Desk, second: Desk, evaluator: Desk
) -> None:
    asked = uuid.UUID(ask(first, "Warm"))
    with pytest.raises(NotFound):
        quoting.used(evaluator, NAME, [asked], **REPORT)
    quoting.decide(second, NAME, str(asked), clear=True)
    quoting.used(evaluator, NAME, [asked], **REPORT)
    quoting.used(evaluator, NAME, [asked], **REPORT)
    assert [(each.report, each.digest) for each in shown(first).quotations[0].uses] == [("job.docx", "a" * 64)]
    assert shown(first).reports == ()
    agree(cafe, 1, given=False)
    assert cleared(evaluator) == []
    seen = shown(first)
    assert (seen.quotations[0].bar, seen.quotations[0].may_be_quoted) == (QuotationBar.CONSENT, False)
    assert [(each.report, each.quotations) for each in seen.reports] == [("job.docx", 1)]
    agree(cafe, 1)
    assert len(cleared(evaluator)) == 1


@pytest.mark.parametrize("how", ["withdrawn", "erased", "retained"])
def test_whoever_leaves_is_quoted_no_more_and_the_report_is_still_named(
    cafe: Runtime, first: Desk, second: Desk, evaluator: Desk, how: str
) -> None:
    asked = ask(first, "Warm")
    quoting.decide(second, NAME, asked, clear=True)
    quoting.used(evaluator, NAME, [uuid.UUID(asked)], **REPORT)
    with factories.operator(cafe).writing() as work:
        if how == "withdrawn":
            participants.withdraw(work.session, person(cafe, 1).id, work.now)
        elif how == "erased":
            erasing.erase(work, person(cafe, 1))
        else:
            retention.erase_words(work.session, person(cafe, 1).id)
    assert cleared(evaluator) == []
    seen = shown(first)
    assert (seen.quotations, [each.report for each in seen.reports]) == ((), ["job.docx"])
    with cafe.database.reading() as session:
        assert session.query(QuotationRow).count() == (1 if how == "withdrawn" else 0)
        assert session.query(QuotationUseRow).count() == 1


def test_a_segment_stands_for_a_name_only_where_enough_people_are_in_it(
    cafe: Runtime, first: Desk, second: Desk, evaluator: Desk
) -> None:
    site = {"coffee": Codes(("much",)), "why": Text("Quiet")}
    versioned.answer(cafe, 1, 1, site, start=4)
    with factories.operator(cafe).writing() as work:
        there = participants.add_site(work.session, NAME, "S1", "The corner", {"size": "small"}, NOW.date())
        for number in (1, 2, 3, 4):
            placed = participants.Placed(
                group="guest", site_id=there.id, enrolled_on=NOW.date(), attributes={}
            )  # fmt: skip
            participants.replace_placed(work.session, person(cafe, number).id, placed)
    asked = ask(first, "Warm", segment="size")
    quoting.decide(second, NAME, asked, clear=True)
    assert [each.segment for each in quoting.cleared(evaluator, NAME)] == ["Site size: Small"]
    few = dataclasses.replace(cafe.study(NAME), thresholds=Thresholds(minimum_base=5, minimum_cell=1))
    strict = dataclasses.replace(cafe, studies={NAME: few})
    assert [each.segment for each in quoting.cleared(dataclasses.replace(evaluator, runtime=strict), NAME)] == [None]
    with pytest.raises(InputRefused, match="Too few"):
        ask(dataclasses.replace(first, runtime=strict), "Warm", "Warm", segment="size")


def test_only_readers_choose_and_clear_and_every_step_is_in_the_trail(
    cafe: Runtime, first: Desk, second: Desk, evaluator: Desk
) -> None:
    asked = ask(first, "Warm")
    for refused in (
        lambda: ask(evaluator, "Warm"),
        lambda: quoting.decide(evaluator, NAME, asked, clear=True),
        lambda: quoting.take_back(evaluator, NAME, asked),
        lambda: shown(evaluator),
        lambda: quoting.cleared(staff(cafe, Role.INTERVIEWER), NAME),
    ):
        with pytest.raises(NotPermitted):
            refused()
    quoting.decide(second, NAME, asked, clear=True)
    cleared(evaluator)
    quoting.used(evaluator, NAME, [uuid.UUID(asked)], **REPORT)
    with pytest.raises(NotFound):
        quoting.take_back(first, NAME, str(uuid.uuid4()))
    with cafe.database.reading() as session:
        told = [each for each in audit.entries(session) if each.action.value.startswith("quotation")]
    assert {each.action for each in told} == {
        AuditAction.QUOTATION_ASKED, AuditAction.QUOTATION_DECIDED, AuditAction.QUOTATIONS_READ,
        AuditAction.QUOTATIONS_USED,
    }  # fmt: skip
    assert not any("Warm" in str(each.detail) for each in told)


def test_their_copy_has_what_is_kept_beside_their_words(cafe: Runtime, first: Desk, second: Desk) -> None:
    frames.keep_code(first, NAME, WHY, None, {"title": "Near"})
    code = coding.standing(first, NAME, WHY).codes[0].code.id
    token = the_one(first, "Warm").token
    coding.code_answer(first, READER, NAME, WHY, token, [str(code)])
    asked = ask(first, "Warm", "near my job")
    quoting.decide(second, NAME, asked, clear=True)
    quoting.used(staff(cafe, Role.EVALUATOR), NAME, [uuid.UUID(asked)], **REPORT)
    with factories.operator(cafe).writing() as work:
        record = subject_access.record_of(work, person(cafe, 1), None)
        other = subject_access.record_of(work, person(cafe, 2), None)
    [answer] = [each for each in record.touchpoints[0].answers if each.variable == "why"]
    assert answer.themes == ("Near",)
    [quotation] = answer.quotations
    assert (quotation.words, quotation.state, quotation.reports) == (
        "near my job", QuotationState.CLEARED, ("job.docx",),
    )  # fmt: skip
    assert not any(each.themes or each.quotations for point in other.touchpoints for each in point.answers)
    page = held_record.as_page(record, ENGLISH)
    for said in ("Counted under: Near.", "“near my job” (cleared)", "It stands in: job.docx."):
        assert said in page
    assert first.actor.name not in page  # type: ignore[union-attr]
