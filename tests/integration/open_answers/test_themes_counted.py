"""Themes as variables of the results, and “other” counted as the option that it was coded back to: on pages, side by
side, in files, and in a release."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answer, Codes, Missing, Reason, Text
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.exports.jobs import ExportRequest
from surveyapp.domain.results import Distribution, Shift
from surveyapp.domain.staff import Action, Role, Scope
from surveyapp.reports.text import sentences
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.exports.answers import export_answers
from surveyapp.services.open_answers import coding, frames
from surveyapp.services.open_answers.reading import Reader
from surveyapp.services.results import distributions, looking
from surveyapp.services.results.looking import Look
from surveyapp.services.results.releasing import released, releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.privacy import retention
from tests import factories, versioned
from tests.conftest import Clock

HOW = (
    "{id: came, kind: multiple, text: How did you come?, options: {foot: On foot, bike: By bike, "
    "other: {text: Otherwise, specify: How?}}}"
)
FROM = (
    "{id: from, kind: choice, text: Who sent you?, options: {friend: A friend, other: {text: Somebody else, "
    "specify: Who?}}}"
)
FILES = {
    "first/v1": versioned.questionnaire("first", 1, versioned.COFFEE, versioned.WHY, FROM, HOW),
    "second/v1": versioned.questionnaire("second", 1, versioned.COFFEE, versioned.WHY),
}
STUDY = versioned.STUDY + "releases: {every: month, minimum_new: 1}\n"
WHY, WHO, CAME = ("guest", 1, "why"), ("guest", 1, "from_other_text"), ("guest", 1, "came_other_text")
ONE, TWO = Reader(uuid.uuid4(), "themes"), Reader(uuid.uuid4(), "themes")
MUCH = Codes(("much",))
OTHER = Codes(("other",))
GUESTS: list[dict[str, Answer]] = [
    {"coffee": MUCH, "why": Text("It is warm"), "from": OTHER, "from_other_text": Text("My friend Jo"),
     "came": Codes(("foot", "other")), "came_other_text": Text("and by bike")},
    {"coffee": MUCH, "why": Text("Warm and near"), "from": Codes(("friend",)), "came": OTHER,
     "came_other_text": Text("on my bike")},
    {"coffee": MUCH, "why": Text("No reason"), "from": OTHER, "from_other_text": Text("An uncle"),
     "came": Codes(("bike",))},
    {"coffee": MUCH, "why": Missing(Reason.SKIPPED), "from": Codes(("friend",)), "came": Missing(Reason.SKIPPED)},
]  # fmt: skip


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = versioned.create_runtime(sqlite_url, clock, tmp_path, FILES, STUDY)
    versioned.answer(made, 1, 1, *GUESTS)
    versioned.answer(made, 2, 1, {"coffee": MUCH, "why": Text("Still warm")})
    yield made
    made.database.dispose()


@pytest.fixture
def reader(cafe: Runtime) -> Desk:
    return Desk(cafe, factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME))


def add(desk: Desk, place: tuple[str, int, str], title: str, **more: str) -> str:
    frames.keep_code(desk, versioned.NAME, place, None, {"title": title, **more})
    stands = coding.standing(desk, versioned.NAME, place)
    return next(str(each.code.id) for each in stands.codes if each.code.title == title)


def code(desk: Desk, place: tuple[str, int, str], by_words: dict[str, list[str]], who: Reader = ONE) -> None:
    """Codes every answer to a question by words that stand in it."""
    while (shown := coding.next_answer(desk, who, versioned.NAME, place)) is not None:
        text = "".join(piece.text for piece in shown.answer.pieces).casefold()
        codes = [each for word, given in by_words.items() if word in text for each in given]
        coding.code_answer(desk, who, versioned.NAME, place, shown.answer.token, codes)


def question(desk: Desk, variable: str, touchpoint: int = 1, segment: str | None = None) -> Distribution:
    found = distributions.questions(desk, versioned.NAME, "guest", touchpoint, segment=segment)
    return next(each for each in found if each.variable == variable)


def told(found: Distribution) -> dict[str, int | None]:
    [tally, *_] = found.tallies
    return {each.label: tally.cell(each.code).count for each in found.options}


def variables(desk: Desk) -> list[str]:
    return [each.variable for each in distributions.questions(desk, versioned.NAME, "guest", 1)]


@pytest.fixture
def operator(cafe: Runtime) -> Desk:
    return factories.operator(cafe)


def test_themes_are_counted_once_something_is_coded_and_follow_every_change(
    cafe: Runtime, reader: Desk, operator: Desk
) -> None:
    assert "why_themes" not in variables(operator)
    warm = add(reader, WHY, "Warm")
    near = add(reader, WHY, "Near", parent=add(reader, WHY, "Place"))
    assert "why_themes" not in variables(operator)
    shown = coding.next_answer(reader, ONE, versioned.NAME, WHY)
    assert shown is not None
    coding.code_answer(reader, ONE, versioned.NAME, WHY, shown.answer.token, [])
    assert told(question(operator, "why_themes", 1))["Not coded yet"] in (2, 3)
    coding.code_answer(reader, ONE, versioned.NAME, WHY, shown.answer.token, [])
    code(reader, WHY, {"warm": [warm], "near": [near]})
    # What was said of the first by hand is said again by its words.
    coding.code_answer(reader, ONE, versioned.NAME, WHY, shown.answer.token, by_words(shown, warm, near))
    themes = question(operator, "why_themes")
    assert told(themes) == {"Warm": 2, "Place": 1, "Place: Near": 1, "None of the themes": 1}
    assert themes.tallies[0].base.count == 3
    assert themes.tallies[0].missing["skipped"].count == 1
    assert themes.several
    assert themes.is_themes
    frames.merge(reader, versioned.NAME, WHY, near, warm)
    assert told(question(operator, "why_themes")) == {"Warm": 2, "Place": 0, "None of the themes": 1}
    frames.retire(reader, versioned.NAME, WHY, warm)
    assert told(question(operator, "why_themes")) == {"Place": 0, "None of the themes": 3}


def by_words(shown: coding.AnswerToCode, warm: str, near: str) -> list[str]:
    text = "".join(piece.text for piece in shown.answer.pieces).casefold()
    return [each for word, each in (("warm", warm), ("near", near)) if word in text]


def test_two_touchpoints_that_share_a_frame_stand_side_by_side(reader: Desk, operator: Desk) -> None:
    warm = add(reader, WHY, "Warm")
    code(reader, WHY, {"warm": [warm]})
    found = looking.look(operator, versioned.NAME, Look(group="guest", variable="why_themes", option="t1"))
    assert isinstance(found, Shift)
    assert [row.tally.cell("yes").count for row in found.everyone] == [2, 1]
    assert [step.state for step in found.steps] == ["comparable"]
    assert "Coded with version 1" not in " ".join(sentences.notes(found, ENGLISH))
    assert "Coded by one person, with version 1 of the frame." in " ".join(sentences.notes(found, ENGLISH))
    assert "why_themes" in [each.variable for each in looking.places(operator, versioned.NAME, "guest")]


def test_who_coded_it_and_how_far_they_agree_is_said(cafe: Runtime, reader: Desk, operator: Desk) -> None:
    warm = add(reader, WHY, "Warm")
    code(reader, WHY, {"warm": [warm]})
    basis = question(operator, "why_themes").coding
    assert basis is not None
    assert (basis.version, basis.coders, basis.both, basis.alpha) == (1, 1, 0, None)
    other = Desk(cafe, factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME))
    code(other, WHY, {"warm": [warm]}, TWO)
    basis = question(operator, "why_themes").coding
    assert basis is not None
    assert (basis.coders, basis.both, basis.alpha) == (2, 4, 1.0)


def test_a_withdrawn_person_is_in_no_count_of_themes(cafe: Runtime, reader: Desk, operator: Desk) -> None:
    warm = add(reader, WHY, "Warm")
    code(reader, WHY, {"warm": [warm]})
    assert told(question(operator, "why_themes"))["Warm"] == 2
    with operator.writing() as work:
        scope = Scope(versioned.NAME, cafe.origin)
        someone = participants.participant_by_reference(work.session, scope, "GU-0001", work.now.date())
        assert someone is not None
        participants.withdraw(work.session, someone.id, work.now)
    assert told(question(operator, "why_themes"))["Warm"] == 1


def test_other_counts_as_what_it_says_and_is_said_to(reader: Desk, operator: Desk) -> None:
    before = {"A friend": 2, "Somebody else": 2}
    assert told(question(operator, "from")) == before
    assert frames.take_options(reader, versioned.NAME, WHO) == 1
    friend = str(coding.standing(reader, versioned.NAME, WHO).codes[0].code.id)
    family = add(reader, WHO, "Family")
    code(reader, WHO, {"friend": [friend], "uncle": [family]})
    found = question(operator, "from")
    assert told(found) == {"A friend": 3, "Family": 1, "Somebody else": 0}
    assert found.gained == (("friend", 1), ("other_t2", 1))
    assert frames.take_options(reader, versioned.NAME, CAME) == 2
    bike = next(each.code for each in coding.standing(reader, versioned.NAME, CAME).codes if each.code.option == "bike")
    code(reader, CAME, {"bike": [str(bike.id)]})
    assert told(question(operator, "came")) == {"On foot": 1, "By bike": 3, "Otherwise": 0}


def test_an_other_with_two_codes_stays_as_it_is_where_one_can_be_chosen(reader: Desk, operator: Desk) -> None:
    frames.take_options(reader, versioned.NAME, WHO)
    friend = str(coding.standing(reader, versioned.NAME, WHO).codes[0].code.id)
    code(reader, WHO, {"friend": [friend, add(reader, WHO, "Jo")]})
    assert told(question(operator, "from")) == {"A friend": 2, "Jo": 0, "Somebody else": 2}


def test_words_that_were_let_go_are_counted_and_stand_in_files_as_they_were_coded(
    cafe: Runtime, reader: Desk, operator: Desk
) -> None:
    """One answer was coded and two were not: neither became a question that was not reached."""
    warm, said = add(reader, WHY, "Warm"), "Still warm"
    # Which comes first is drawn by lot, and the second touchpoint's is in another file.
    while said == "Still warm":
        shown = coding.next_answer(reader, ONE, versioned.NAME, WHY)
        assert shown is not None
        said = "".join(piece.text for piece in shown.answer.pieces)
        coding.code_answer(reader, ONE, versioned.NAME, WHY, shown.answer.token, [warm])

    def in_file() -> list[list[str]]:
        request = ExportRequest(shape=ExportShape.RESPONSES, form="csv", purpose="To look at themes")
        made = export_answers(operator, versioned.NAME, request, str)
        data = next(each for each in made.datasets if each.name == "first")
        themes = [place for place, each in enumerate(data.columns) if each.name.startswith("why_themes_")]
        assert [data.columns[place].name.rpartition("_")[2] for place in themes] == ["t1", "none", "uncoded"]
        return sorted([str(row[place]) for place in themes] for row in data.rows())

    before, counted = in_file(), told(question(operator, "why_themes"))
    assert before == sorted([["True", "False", "False"], *[["False", "False", "True"]] * 2, ["skipped"] * 3])
    with cafe.database.writing() as session:
        for each in participants.participants(session, Scope(versioned.NAME, cafe.origin), cafe.clock().date()):
            retention.erase_words(session, each.id)
    assert in_file() == before
    assert told(question(operator, "why_themes")) == counted
    assert (counted["Warm"], counted["Not coded yet"]) == (1, 2)


def test_files_of_answers_have_a_column_a_theme_and_what_other_was_coded_to(cafe: Runtime, reader: Desk) -> None:
    warm = add(reader, WHY, "Warm")
    code(reader, WHY, {"warm": [warm]})
    frames.take_options(reader, versioned.NAME, WHO)
    friend = str(coding.standing(reader, versioned.NAME, WHO).codes[0].code.id)
    code(reader, WHO, {"friend": [friend]})
    taker = Desk(cafe, factories.create_staff(cafe, Role.EXPORT_ANSWERS, study=versioned.NAME))
    taker.check(Action.EXPORT_ANSWERS, versioned.NAME)
    request = ExportRequest(shape=ExportShape.RESPONSES, form="csv", purpose="To look at themes")
    made = export_answers(taker, versioned.NAME, request, str)
    data = next(each for each in made.datasets if each.name == "first")
    names = [each.name for each in data.columns]
    rows = [dict(zip(names, row, strict=True)) for row in data.rows()]
    by_words = {str(row["why"]): (row["why_themes_t1"], row["why_themes_none"]) for row in rows}
    assert by_words["It is warm"] == (True, False)
    assert by_words["No reason"] == (False, True)
    assert {(row["from"], row["from_coded"]) for row in rows} == {
        ("other", "friend"), ("friend", "friend"), ("other", "other"),
    }  # fmt: skip


def test_a_release_tells_themes_as_it_tells_several_choices(cafe: Runtime, reader: Desk, operator: Desk) -> None:
    warm = add(reader, WHY, "Warm")
    code(reader, WHY, {"warm": [warm]})
    frames.take_options(reader, versioned.NAME, WHO)
    friend = str(coding.standing(reader, versioned.NAME, WHO).codes[0].code.id)
    code(reader, WHO, {"friend": [friend]})
    releases.make(operator, versioned.NAME)
    _, found = released.questions(operator, versioned.NAME, "guest", 1, None)
    themes, sent = (next(each for each in found if each.variable == name) for name in ("why_themes", "from"))
    assert told(themes) == {"Warm": 2, "None of the themes": 1}
    assert told(sent)["A friend"] == 3
    assert themes.coding is not None
    assert (themes.coding.both, sent.gained) == (None, ())
