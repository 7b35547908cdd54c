"""Open answers, read: whose they may be, what stands beside them, what was decided of them and how they go."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answer, Codes, Mode, Number, Text
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted
from surveyapp.domain.instrument.consent.purposes import Governs, Purpose
from surveyapp.domain.open_answers.marking import SpanDecision
from surveyapp.domain.participants import ConsentGiven, Contact
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.open_answers import marking_words, reading
from surveyapp.services.open_answers.reading import ReadAnswer, Reader, ReadingQuery, ReadPage
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.answering import exported
from surveyapp.store.open_answers import marking
from surveyapp.store.privacy import retention
from surveyapp.store.security import audit, sealed_rows
from surveyapp.store.tables import MarkedSpanRow, WordsTranslationRow
from tests import factories, versioned
from tests.conftest import NOW, Clock

FILES = {
    "first/v1": versioned.questionnaire(
        "first", 1, versioned.COFFEE, versioned.WHY, versioned.WORTH,
        "{id: worth_why, kind: open, ask_if: {answered: worth}, text: Why that number?}",
        "{id: from, kind: choice, text: Who sent you?, options: {friend: A friend, "
        "other: {text: Somebody else, specify: Who?}}}",
        "{id: code, kind: short, text: Your code, pattern: {match: '[A-Z]+', says: capitals}}",
    ),
    "second/v1": versioned.questionnaire(
        "second", 1, versioned.COFFEE,
        "{id: why, kind: open, ask_if: {changed: {from: touchpoint_1.coffee, to: coffee}}, text: What changed?}",
    ),
}  # fmt: skip
WHY = ("guest", 1, "why")
AGAIN = ("guest", 2, "why")


def worth(number: int, why: str) -> dict[str, Answer]:
    return {"worth": Number(Decimal(number)), "worth_why": Text(why)}


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """Four guests, three of whom said why; the first names the fourth."""
    made = versioned.create_runtime(database_url, clock, tmp_path, FILES)
    much, little = Codes(("much",)), Codes(("little",))
    versioned.answer(
        made, 1, 1,
        {"coffee": much, "why": Text("Sandra brews it. Ring 07700 900123"), **worth(9, "Warm")},
        {"coffee": much, "why": Text("Good beans"), **worth(7, "Near")},
        {"coffee": little, **worth(2, "cold, like CAFÉ water")},
        {"from": Codes(("other",)), "from_other_text": Text("My aunt"), "code": Text("ABC")},
    )  # fmt: skip
    versioned.answer(made, 2, 1, {"coffee": little, "why": Text("New beans")}, {"coffee": much})
    with factories.operator(made).writing() as work:
        contacts.write(work, person(made, 4), Contact(name="Sandra Okafor", phone="07700 900123"))
    yield made
    made.database.dispose()


def person(cafe: Runtime, number: int):  # type: ignore[no-untyped-def]
    with factories.operator(cafe).reading() as work:
        scope = Scope(versioned.NAME, cafe.origin)
        found = participants.participant_by_reference(work.session, scope, f"GU-{number:04d}", NOW.date())
    assert found is not None
    return found


@pytest.fixture
def desk(cafe: Runtime) -> Desk:
    return Desk(cafe, factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME))


READER = Reader(uuid.uuid4(), "the themes")


def read(desk: Desk, place: tuple[str, int, str] = WHY, **asked: object) -> ReadPage:
    return reading.read(desk, READER, versioned.NAME, *place, ReadingQuery(**asked))  # type: ignore[arg-type]


def text(answer: ReadAnswer) -> str:
    return "".join(piece.text for piece in answer.pieces)


def texts(page: ReadPage) -> set[str]:
    return {text(each) for each in page.answers}


def the_one(page: ReadPage, words: str) -> ReadAnswer:
    [found] = [each for each in page.answers if words in text(each)]
    return found


def entries(cafe: Runtime, action: AuditAction) -> list[dict[str, object]]:
    with cafe.database.reading() as session:
        return [each.detail for each in audit.entries(session) if each.action is action]


def test_every_open_question_is_told_with_how_many_wrote(desk: Desk) -> None:
    told = {each.question.place: each.people for each in reading.places(desk, versioned.NAME)}
    assert told == {WHY: 2, ("guest", 1, "worth_why"): 3, ("guest", 1, "from_other_text"): 1, AGAIN: 1}


def test_words_are_read_beside_what_was_ticked_and_said_again(desk: Desk) -> None:
    page = read(desk)
    assert texts(page) == {"Sandra brews it. Ring 07700 900123", "Good beans"}
    first = the_one(page, "Sandra")
    ticked = [(each.part.key, each.answer) for each in first.beside if each.part]
    again = ["".join(piece.text for piece in each.pieces) for each in first.beside if each.again]
    assert (ticked, again) == ([("coffee", Codes(("much",)))], ["New beans"])


def test_a_reason_for_a_change_stands_beside_the_change(desk: Desk) -> None:
    page = read(desk, AGAIN)
    [only] = page.answers
    assert [(each.touchpoint, each.answer) for each in only.beside if each.part] == [
        (1, Codes(("much",))),
        (2, Codes(("little",))),
    ]
    assert texts(read(desk, AGAIN, band="fell")) == {"New beans"}
    assert texts(read(desk, AGAIN, band="rose")) == set()


@pytest.mark.parametrize(
    ("place", "band", "found"),
    [
        (("guest", 1, "worth_why"), "9-10", {"Warm"}),
        (("guest", 1, "worth_why"), "7-8", {"Near"}),
        (("guest", 1, "worth_why"), "1-6", {"cold, like CAFÉ water"}),
        (WHY, "liked", {"Sandra brews it. Ring 07700 900123", "Good beans"}),
        (WHY, "little", set()),
        (("guest", 1, "from_other_text"), "other", {"My aunt"}),
    ],
)
def test_words_are_read_by_band(desk: Desk, place: tuple[str, int, str], band: str, found: set[str]) -> None:
    assert texts(read(desk, place, band=band)) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [("cafe WATER", {"cold, like CAFÉ water"}), ("beans", {"Good beans", "New beans"}), ("", set()), ("zzz", set())],
)
def test_all_words_are_searched_in_memory(desk: Desk, written: str, found: set[str]) -> None:
    assert texts(reading.search(desk, READER, versioned.NAME, written)) == found


def test_what_was_found_is_redacted_at_once_and_is_searched_no_more(cafe: Runtime, desk: Desk) -> None:
    first = the_one(read(desk), "Sandra")
    assert first.waiting == 2
    assert marking_words.decide_found(desk, READER, versioned.NAME, WHY, first.token, SpanDecision.REDACTED) == 2
    assert texts(read(desk)) == {" brews it. Ring ", "Good beans"}
    assert texts(reading.search(desk, READER, versioned.NAME, "sandra")) == set()
    with cafe.database.reading() as session:
        marks = session.query(MarkedSpanRow).all()
        assert {(each.by_staff, each.at) for each in marks} == {(desk.actor.id, cafe.clock())}  # type: ignore[union-attr]
    assert "[…] brews it. Ring […]" in exported_words(cafe)
    marking_words.take_back(desk, READER, versioned.NAME, WHY, first.token)
    assert the_one(read(desk), "Sandra").waiting == 2
    assert "Sandra brews it. Ring 07700 900123" in exported_words(cafe)
    assert [each["decision"] for each in entries(cafe, AuditAction.WORDS_MARKED)] == ["redacted", "taken_back"]


def exported_words(cafe: Runtime) -> set[str]:
    """What people said, as it leaves in files."""
    scope = Scope(versioned.NAME, cafe.origin)
    with cafe.database.reading() as session:
        sent = exported.sent_responses(session, scope, cafe.clock())
        answers = [each for _, given in exported.answers_of(session, sent, scope) for each in given.values()]
    return {each.text for each in answers if isinstance(each, Text)}


def test_what_names_nobody_is_left_and_asked_of_no_more(desk: Desk) -> None:
    first = the_one(read(desk), "Sandra")
    marking_words.decide_found(desk, READER, versioned.NAME, WHY, first.token, SpanDecision.LEFT)
    assert the_one(read(desk), "Sandra").waiting == 0


def test_other_words_are_redacted_wherever_they_stand(desk: Desk) -> None:
    second = the_one(read(desk), "beans")
    marking_words.redact_words(desk, READER, versioned.NAME, WHY, second.token, " BEANS ")
    assert texts(read(desk)) == {"Sandra brews it. Ring 07700 900123", "Good "}
    for absent in ("tea", "oo", "", " "):
        with pytest.raises(InputRefused, match="do not stand"):
            marking_words.redact_words(desk, READER, versioned.NAME, WHY, second.token, absent)


def test_what_was_decided_of_a_text_does_not_hold_of_another(cafe: Runtime, desk: Desk) -> None:
    place, whose = (uuid.uuid4(), "why"), person(cafe, 1).id
    with cafe.database.reading() as session:
        assert marking.marked(session, {place: whose}, {place: "Other"}) == {}
    first = the_one(read(desk), "Sandra")
    marking_words.decide_found(desk, READER, versioned.NAME, WHY, first.token, SpanDecision.REDACTED)
    with cafe.database.reading() as session:
        row = session.query(MarkedSpanRow).first()
        assert row is not None
        kept = (row.response_id, row.variable)
        assert not marking.marked(session, {kept: whose}, {kept: "Sandra brews tea"})


def test_a_translation_is_sealed_named_and_goes_with_the_words(cafe: Runtime, desk: Desk) -> None:
    cafe = dataclasses.replace(cafe, studies={**cafe.studies})
    study = cafe.study(versioned.NAME)
    spoken = dataclasses.replace(study, languages=("en", "pl"))
    there = Desk(dataclasses.replace(cafe, studies={versioned.NAME: spoken}), desk.actor)
    second = the_one(read(there), "beans")
    marking_words.translate(there, READER, versioned.NAME, WHY, second.token, "pl", "Dobra kawa, Sandra")
    [made] = the_one(read(there), "beans").translations
    assert (made.made.language, made.made.text, made.made.by) == ("pl", "Dobra kawa, Sandra", desk.actor.name)  # type: ignore[union-attr]
    assert the_one(read(there), "beans").waiting == 1
    with cafe.database.reading() as session:
        row = session.query(WordsTranslationRow).one()
        assert row.text is None
        assert "Dobra" not in repr(row.sealed)
        assert sealed_rows.counts(session)["words translated", "person"] == 1
    for language, wrong in (("xx", "a"), ("en", "a"), ("pl", "a" * 10_001)):
        with pytest.raises(InputRefused):
            marking_words.translate(there, READER, versioned.NAME, WHY, second.token, language, wrong)
    with cafe.database.writing() as session:
        retention.erase_words(session, person(cafe, 2).id)
        assert session.query(WordsTranslationRow).count() == 0
    assert texts(read(there)) == {"Sandra brews it. Ring 07700 900123"}


@pytest.mark.parametrize("how", ["withdrawn", "erased"])
def test_whoever_leaves_is_read_no_more(cafe: Runtime, desk: Desk, how: str) -> None:
    first = the_one(read(desk), "Sandra")
    marking_words.decide_found(desk, READER, versioned.NAME, WHY, first.token, SpanDecision.LEFT)
    with factories.operator(cafe).writing() as work:
        if how == "withdrawn":
            participants.withdraw(work.session, person(cafe, 1).id, work.now)
        else:
            erasing.erase(work, person(cafe, 1))
    assert texts(read(desk)) == {"Good beans"}
    assert texts(reading.search(desk, READER, versioned.NAME, "sandra")) == set()
    with pytest.raises(NotFound, match="no longer here"):
        marking_words.take_back(desk, READER, versioned.NAME, WHY, first.token)
    with cafe.database.reading() as session:
        assert session.query(MarkedSpanRow).count() == (2 if how == "withdrawn" else 0)


def test_what_somebody_reads_for_is_kept_for_their_session(desk: Desk) -> None:
    with desk.writing() as work:
        began = [sessions.begin_staff(work, work.staff, sessions.Browser()).session.id for _ in range(2)]
    for said in ("the themes", " chapter 7\n"):
        reading.say_purpose(desk, began[0], versioned.NAME, said)
        assert reading.purpose_of(desk, began[0], versioned.NAME) == said.strip()
    assert reading.purpose_of(desk, began[1], versioned.NAME) is None


def test_nobody_reads_without_the_grant(cafe: Runtime) -> None:
    evaluator = Desk(cafe, factories.create_staff(cafe, Role.EVALUATOR, Role.MANAGER, study=versioned.NAME))
    for refused in (
        lambda: reading.places(evaluator, versioned.NAME),
        lambda: read(evaluator),
        lambda: reading.search(evaluator, READER, versioned.NAME, "a"),
        lambda: reading.say_purpose(evaluator, READER.session_id, versioned.NAME, "why"),
        lambda: marking_words.take_back(evaluator, READER, versioned.NAME, WHY, "a"),
    ):
        with pytest.raises(NotPermitted):
            refused()


def test_a_reading_is_in_the_trail_with_its_purpose_and_no_word(cafe: Runtime, desk: Desk) -> None:
    read(desk, search="beans", band="liked")
    reading.search(desk, READER, versioned.NAME, "sandra")
    assert entries(cafe, AuditAction.WORDS_READ) == [
        {"shown": 1, "purpose": "the themes", "page": 1, "question": "guest 1 why", "band": "liked", "searched": True},
        {"shown": 1, "purpose": "the themes", "page": 1, "searched": True},
    ]


def test_an_answer_is_named_otherwise_in_another_session(desk: Desk) -> None:
    other = reading.read(desk, Reader(uuid.uuid4(), "x"), versioned.NAME, *WHY, ReadingQuery())
    assert not {each.token for each in other.answers} & {each.token for each in read(desk).answers}


@pytest.mark.parametrize("place", [("guest", 1, "coffee"), ("guest", 1, "code"), ("guest", 3, "why"), ("x", 1, "why")])
def test_what_is_no_open_question_is_not_found(desk: Desk, place: tuple[str, int, str]) -> None:
    with pytest.raises(NotFound):
        read(desk, place)


def test_who_may_be_quoted_is_told_from_the_consent_that_stands(cafe: Runtime) -> None:
    study = cafe.study(versioned.NAME)
    quoting = Purpose(id="quoting", version=2, required=False, text="Quote me.", governs=Governs.QUOTE)
    asking = dataclasses.replace(study, consent=(*study.consent, quoting))
    asked = dataclasses.replace(cafe, studies={versioned.NAME: asking})
    reader = Desk(asked, factories.create_staff(asked, Role.READ_WORDS, study=versioned.NAME))
    assert [each.quotable for each in read(reader, ("guest", 1, "worth_why")).answers] == [False] * 3
    with factories.operator(asked).writing() as work:
        for number, version, given in ((1, 2, True), (2, 1, True), (3, 2, False)):
            said = ConsentGiven("quoting", version, given, NOW)
            said_of_consent.add(work.session, person(cafe, number).id, said, Mode.SELF, None)
    quotable = {text(each): each.quotable for each in read(reader, ("guest", 1, "worth_why")).answers}
    assert quotable == {"Warm": True, "Near": False, "cold, like CAFÉ water": False}
