"""A questionnaire as its makers read it: routing both ways, its map, and two of them beside one another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.codebook import codebook
from surveyapp.domain.instrument.conditions import reference_id, references
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions.diff import difference
from surveyapp.domain.versions.side_by_side import _compared, side_by_side
from surveyapp.services.questionnaires.preview import known_facts
from surveyapp.settings import ROOT
from surveyapp.web.preview.map_view import map_view
from tests import versioned
from tests.unit.test_route import questionnaires

MENTORING = load_study(ROOT / "questionnaires" / "mentoring")
JOB_ROTATION = load_study(ROOT / "questionnaires" / "job_rotation")


def test_routing_is_told_both_ways() -> None:
    book = codebook(MENTORING, MENTORING.questionnaires["mentee_1", 2])
    entries = {entry.question.id: entry for entry in book.entries}
    assert [entry.number for entry in book.entries] == list(range(1, 21))
    assert entries["hopes"].leads_to == ("q-study_help_what",)
    assert entries["study_help_what"].looks_at == ("q-hopes",)
    assert entries["first_job_feeling"].looks_at == ("participant.first_job", "q-belonging")
    assert entries["belonging"].leads_to == ("q-belonging_why", "q-first_job_feeling")


def test_what_must_be_known_beforehand_is_what_is_looked_at_or_quoted() -> None:
    book = codebook(MENTORING, MENTORING.questionnaires["mentee_2", 1])
    assert [reference_id(each) for each in book.known_facts] == [
        "touchpoint_1.trade",
        "site.name",
        "touchpoint_1.apprenticeship_satisfaction",
        "site.sector",
        "participant.age_band",
    ]
    known = {each.id: each for each in known_facts(MENTORING, book)}
    assert known["site.sector"].options["care"] == "Health and care"
    assert next(iter(known["touchpoint_1.apprenticeship_satisfaction"].options)) == "very_satisfied"
    assert (known["touchpoint_1.trade"].label, known["touchpoint_1.trade"].options) == (
        "What is your apprenticeship in?",
        {},
    )
    assert known["site.name"].label is None


@given(questionnaires())
def test_every_condition_is_a_line_of_the_map_and_no_two_sources_share_one(made: Questionnaire) -> None:
    book = codebook(MENTORING, made)
    view = map_view(book, ())
    conditions = [(f"q-{each.id}", each.ask_if) for each in made.questions]
    conditions += [(f"s-{each.id}", each.ask_if) for each in made.sections]
    expected = {(f"q-{each.name}", anchor) for anchor, condition in conditions for each in references(condition)}
    drawn = [(track.source, end) for track in view.tracks for end, _ in track.ways]
    assert set(drawn) == expected
    assert len(drawn) == len(expected)
    spans: dict[float, list[tuple[int, int]]] = {}
    for track in view.tracks:
        x = float(track.trunk.rpartition("Q")[2].split(" ", 1)[0])
        top, bottom = int(track.trunk[1:].split("H")[0].split(" ")[1]), int(track.trunk.rpartition("V")[2])
        assert 0 < x < view.width
        assert all(bottom < other[0] or top > other[1] for other in spans.get(x, [])), "two lines on one another"
        spans.setdefault(x, []).append((top, bottom))
    assert view.always + view.sometimes == len(made.questions)


WORDS = st.text("ab c\n", max_size=30)


@given(WORDS, WORDS)
def test_what_is_marked_is_what_differs_and_nothing_is_lost(old: str, new: str) -> None:
    one, two = _compared(old, new)
    assert ("".join(piece.words for piece in one), "".join(piece.words for piece in two)) == (old, new)
    alike = ["".join(piece.words for piece in side if not piece.differs) for side in (one, two)]
    assert alike[0] == alike[1]
    assert (old == new) == (not any(piece.differs for piece in (*one, *two)))


def test_a_changed_questionnaire_beside_the_one_before() -> None:
    both = [MENTORING.questionnaires["mentee_1", version] for version in (1, 2)]
    found = side_by_side(MENTORING, *both)
    pairs = {pair.id: pair for stretch in found.stretches for pair in stretch.pairs}
    states = {name: pair.state for name, pair in pairs.items() if pair.state != "same"}
    assert states == {
        "hopes": "changed",
        "apprenticeship_satisfaction": "changed",
        "pay_worry": "removed",
        "confidence_next_step": "changed",
        "recommend": "changed",
    }
    differing = [line for line in pairs["recommend"].lines if line.differs]
    assert [(line.what, line.about) for line in differing] == [("text", None)]
    marked = [[piece.words for piece in side or () if piece.differs and piece.words.strip()] for side in
              (differing[0].old, differing[0].new)]  # fmt: skip
    assert marked == [["other", "apprentices"], ["a", "friend in your trade"]]
    assert [stretch.id for stretch in found.stretches] == ["start", "work", "wellbeing", "ahead"]
    assert [pair.id for pair in found.stretches[1].pairs][-2:] == ["first_job_feeling", "pay_worry"]


@pytest.mark.parametrize("study", [MENTORING, JOB_ROTATION], ids=lambda study: study.id)
def test_any_two_stand_beside_one_another_with_every_question_of_both_once(study: Study) -> None:
    for old in study.questionnaires.values():
        for new in study.questionnaires.values():
            found = side_by_side(study, old, new)
            ids = [pair.id for stretch in found.stretches for pair in stretch.pairs]
            assert sorted(ids) == sorted({each.id for each in (*old.questions, *new.questions)})
            changed = {each.id for each in difference(study, old, new).questions}
            assert {p.id for s in found.stretches for p in s.pairs if p.state == "changed"} == changed


def test_what_is_gone_stands_where_it_was(tmp_path: Path) -> None:
    one, two, three = (f"{{id: {name}, kind: yes_no, text: Is it {name}?}}" for name in ("warm", "loud", "clean"))
    files = {
        "first/v1": versioned.questionnaire("first", 1, one, two, three),
        "first/v2": versioned.questionnaire("first", 2, three.replace("clean", "new"), one, three),
    }
    study = versioned.load(tmp_path, files, versioned.STUDY.partition("measures:")[0])
    found = side_by_side(study, study.questionnaires["first", 1], study.questionnaires["first", 2])
    assert [(pair.id, pair.state) for stretch in found.stretches for pair in stretch.pairs] == [
        ("new", "added"),
        ("warm", "same"),
        ("loud", "removed"),
        ("clean", "same"),
    ]
