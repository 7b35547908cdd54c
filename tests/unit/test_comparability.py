"""What became of a variable from one wording to the next, and what that does to its answers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from surveyapp.domain.instrument.measures.measure import Comparison
from surveyapp.domain.instrument.questionnaire import (
    Declaration,
    Moment,
    Option,
    Question,
    Questionnaire,
    Section,
    Statement,
    from_document,
    to_document,
)
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import texts_of, translated_whole
from surveyapp.domain.versions import comparability, meaning
from surveyapp.domain.versions.comparability import Link, VersionHistory, VersionId
from surveyapp.domain.versions.meaning import variables
from surveyapp.settings import ROOT
from tests import versioned

OPTIONS = (Option(code="much", label="Much"), Option(code="some", label="Some"), Option(code="none", label="None"))
CHOICE = Question(id="liked", kind="choice", text="Did you like it?", hint="Think.", options=OPTIONS)
RATING = Question(id="liked", kind="rating", text="How good?", minimum=1, maximum=5, low="Bad", high="Good")
MULTIPLE = Question(id="liked", kind="multiple", text="Which?", options=OPTIONS)
GRID = Question(
    id="grid", kind="statements", text="How far?", options=OPTIONS, statements=(Statement("liked", "I liked it."),)
)
TWICE = dataclasses.replace(CHOICE, moments=(Moment("before", "Last year"), Moment("now", "Now")))


def asked(*questions: Question, name: str = "first", version: int = 1, changes: tuple[Declaration, ...] = ()) -> (
    Questionnaire
):  # fmt: skip
    return Questionnaire(
        id=name,
        version=version,
        title="A title",
        sections=(Section(id="s", title="S", questions=questions),),
        changes=changes,
    )


# (what it was, what is changed in it, the status)
STATUSES: list[tuple[Question, dict[str, object], str]] = [
    (CHOICE, {}, "same"),
    (CHOICE, {"hint": "Think of it all."}, "same"),
    (CHOICE, {"interviewer": "Read out."}, "same"),
    (CHOICE, {"text": "Do you like it?"}, "reworded"),
    (CHOICE, {"options": (Option(code="much", label="A lot"), *OPTIONS[1:])}, "reworded"),
    (CHOICE, {"options": OPTIONS[::-1]}, "reworded"),
    (CHOICE, {"options": (*OPTIONS, Option(code="other", label="Other"))}, "extended"),
    (CHOICE, {"options": (Option(code="other", label="Other"), *OPTIONS)}, "extended"),
    (CHOICE, {"options": (*OPTIONS, Option(code="other", label="Other")), "text": "Do you?"}, "reworded"),
    (CHOICE, {"options": OPTIONS[:2]}, "rescaled"),
    (CHOICE, {"options": (*OPTIONS[:2], Option(code="nothing", label="None"))}, "rescaled"),
    (CHOICE, {"options": OPTIONS[:2], "text": "Do you?"}, "rescaled"),
    (RATING, {"maximum": 10}, "rescaled"),
    (RATING, {"minimum": 0}, "rescaled"),
    (RATING, {"high": "Superb"}, "reworded"),
    (MULTIPLE, {"options": (*OPTIONS, Option(code="other", label="Other"))}, "extended"),
    (MULTIPLE, {"options": (*OPTIONS[:2], Option(code="none", label="None", exclusive=True))}, "reworded"),
    (GRID, {"text": "How much?"}, "reworded"),
    (GRID, {"statements": (Statement("liked", "I did like it."),)}, "reworded"),
    (GRID, {"statements": (*GRID.statements, Statement("more", "I want more."))}, "same"),
    (TWICE, {"moments": (Moment("before", "A year ago"), Moment("now", "Now"))}, "reworded"),
    (TWICE, {"moments": (Moment("now", "Now"),)}, "same"),
    (TWICE, {"moments": ()}, "reworded"),
]


@pytest.mark.parametrize(("question", "changed", "status"), STATUSES)
def test_a_variable_is_what_its_words_and_answers_make_it(
    question: Question, changed: dict[str, object], status: str
) -> None:
    new = dataclasses.replace(question, **changed)  # type: ignore[arg-type]
    old = variables(asked(question))["liked"]
    assert meaning.status(old, variables(asked(new, version=2))["liked"]) == status


def test_a_variable_that_is_on_one_side_only_is_new_or_removed() -> None:
    there = variables(asked(CHOICE))["liked"]
    assert (meaning.status(None, there), meaning.status(there, None)) == ("new", "removed")


REWORDED = dataclasses.replace(CHOICE, text="Do you like it?")
FEWER = dataclasses.replace(CHOICE, options=(Option(code="yes", label="Yes"), Option(code="no", label="No")))
FEWEST = dataclasses.replace(CHOICE, options=(Option(code="any", label="Any"),))
TO_FEWER = Declaration("liked", "Two do.", True, (("much", "yes"), ("some", "yes"), ("none", "no")))
TO_FEWEST = Declaration("liked", "One does.", True, (("yes", "any"), ("no", "any")))


def along(*steps: tuple[Question | None, Declaration | None]) -> Link:
    versions = {
        ("first", number): asked(
            *([question] if question else [RATING_ELSE]), version=number, changes=(said,) if said else ()
        )
        for number, (question, said) in enumerate(steps, 1)
    }
    return VersionHistory(versions).link("liked", VersionId("first", 1), VersionId("first", len(steps)))


RATING_ELSE = dataclasses.replace(RATING, id="else")


def test_a_declared_rewording_joins_and_an_undeclared_one_breaks() -> None:
    joined = along((CHOICE, None), (REWORDED, Declaration("liked", "Only the tense.", True)))
    assert (joined.comparable, joined.mapping) == (True, None)
    assert [(note.kind, note.reason, note.version) for note in joined.notes] == [("reworded", "Only the tense.", 2)]
    assert not along((CHOICE, None), (REWORDED, None)).comparable


@pytest.mark.parametrize("changed", [{}, {"hint": "Think of it all."}, {"interviewer": "Read out."}])
@pytest.mark.parametrize("said", [None, Declaration("liked", "It is the same to them.", True)])
def test_another_note_is_told_only_where_something_is_said_of_it(
    changed: dict[str, object], said: Declaration | None
) -> None:
    link = along((CHOICE, None), (dataclasses.replace(CHOICE, **changed), said))  # type: ignore[arg-type]
    told = [("reworded", said.because)] if said and changed else []
    assert link.comparable
    assert [(note.kind, note.reason) for note in link.notes] == told


def test_mappings_are_applied_one_after_the_other() -> None:
    link = along((CHOICE, None), (FEWER, TO_FEWER), (FEWEST, TO_FEWEST))
    assert link.mapping == {"much": "any", "some": "any", "none": "any"}
    assert [note.version for note in link.notes] == [2, 3]


def test_one_broken_step_breaks_all_that_pass_it() -> None:
    link = along((CHOICE, None), (REWORDED, Declaration("liked", "Another thing.")), (REWORDED, None))
    assert not link.comparable
    assert link.notes[0].reason == "Another thing."


def test_a_version_that_left_the_question_out_is_passed_over() -> None:
    assert along((CHOICE, None), (None, None), (CHOICE, None)) == Link()
    assert not along((CHOICE, None), (None, None), (REWORDED, None)).comparable


def test_a_version_in_between_that_is_not_here_breaks() -> None:
    there = {("first", 1): asked(CHOICE), ("first", 3): asked(CHOICE, version=3)}
    link = VersionHistory(there).link("liked", VersionId("first", 1), VersionId("first", 3))
    assert (link.comparable, link.notes[0].reason) == (False, comparability.NOT_HERE)


def test_a_mapping_does_not_lead_back() -> None:
    versions = {("first", 1): asked(CHOICE), ("first", 2): asked(FEWER, version=2, changes=(TO_FEWER,))}
    wordings = VersionHistory(versions)
    assert wordings.link("liked", VersionId("first", 1), VersionId("first", 2)).comparable
    assert not wordings.link("liked", VersionId("first", 2), VersionId("first", 1)).comparable


def test_a_mapping_that_does_not_fit_the_stored_wording_breaks() -> None:
    assert not along((CHOICE, None), (FEWEST, TO_FEWEST)).comparable


def test_what_is_said_of_a_grid_holds_for_each_statement_but_those_with_words_of_their_own() -> None:
    part = variables(asked(GRID))["liked"].part
    grid, own = Declaration("grid", "All of it.", True), Declaration("liked", "This one not.")
    assert comparability.declaration_of((grid,), part) == grid
    assert comparability.declaration_of((grid, own), part) == own


def touchpoints(*questions: Question, said: tuple[Comparison, ...] = ()) -> VersionHistory:
    names = ("one", "two", "three")[: len(questions)]
    versions = {(name, 1): asked(question, name=name) for name, question in zip(names, questions, strict=True)}
    return VersionHistory(versions, said, names)


def test_between_touchpoints_it_holds_what_the_study_says_either_way_round() -> None:
    said = (Comparison("one", "two", Declaration("liked", "Only the tense.", True)),)
    wordings = touchpoints(CHOICE, REWORDED, said=said)
    for start, end in (("one", "two"), ("two", "one")):
        assert wordings.link("liked", VersionId(start, 1), VersionId(end, 1)).comparable
    assert not touchpoints(CHOICE, REWORDED).link("liked", VersionId("one", 1), VersionId("two", 1)).comparable


def test_touchpoints_far_apart_compare_through_those_between() -> None:
    said = (Comparison("one", "two", TO_FEWER), Comparison("two", "three", TO_FEWEST))
    link = touchpoints(CHOICE, FEWER, FEWEST, said=said).link("liked", VersionId("one", 1), VersionId("three", 1))
    assert (link.comparable, link.mapping) == (True, {"much": "any", "some": "any", "none": "any"})
    apart = touchpoints(CHOICE, FEWER, FEWEST, said=said[:1])
    assert not apart.link("liked", VersionId("one", 1), VersionId("three", 1)).comparable


def test_the_same_words_at_both_touchpoints_need_nothing_said() -> None:
    assert touchpoints(CHOICE, CHOICE).link("liked", VersionId("one", 1), VersionId("two", 1)) == Link()


def test_what_is_declared_is_part_of_a_frozen_document_and_nothing_is_not() -> None:
    plain, changed = asked(CHOICE), asked(CHOICE, changes=(TO_FEWER, Declaration("else", "No.")))
    assert "changes" not in to_document(plain)
    assert from_document(to_document(changed)) == changed


def test_job_rotation_still_says_one_thing_everywhere() -> None:
    from surveyapp.domain.authoring.loader import load_study
    from surveyapp.services.questionnaires.versions import lock_faults

    study = load_study(ROOT / "questionnaires" / "job_rotation")
    assert lock_faults(ROOT / "questionnaires" / "job_rotation", study) == ()


def test_declarations_are_read_from_the_files(tmp_path: Path) -> None:
    study: Study = versioned.load(
        tmp_path,
        {
            "first/v2": versioned.questionnaire(
                "first",
                2,
                versioned.COFFEE.replace("liking", "three"),
                changes="coffee: {mapping: {much: good, somewhat: good, little: fair, not: bad}, because: Fewer.}",
            ),
            "second/v1": versioned.questionnaire("second", 1, versioned.COFFEE.replace("liking", "three")),
        },
    )
    (said,) = study.newest("first").changes
    assert (said.comparable, dict(said.mapping)["little"], said.because) == (True, "fair", "Fewer.")


def test_two_wordings_translated_alike_are_still_two(tmp_path: Path) -> None:
    """What counts together is settled by what the author wrote, whoever reads the results."""
    price = versioned.WORTH.replace("worth,", "price,")
    past = versioned.COFFEE.replace("do you like", "did you like")
    bands = "{{all: {{label: All, from: 1, to: 20}}}}"
    score = f"  - {{{{id: sum, title: {{0}}, method: sum, items: [worth, price], bands: {bands}}}}}"
    with_score = versioned.questionnaire("first", 1, versioned.COFFEE, versioned.WORTH, price) + "scores:\n"
    later = versioned.questionnaire(
        "first",
        2,
        past,
        versioned.WORTH,
        price,
        changes="coffee: {comparable: no, because: So.}\nsum: {comparable: no, because: So.}",
    )
    study = versioned.load(
        tmp_path,
        {
            "second/v1": versioned.questionnaire("second", 1, past),
            "first/v1": with_score + score.format("The worth") + "\n",
            "first/v2": later + "scores:\n" + score.format("All of its worth") + "\n",
        },
    )
    words = {(text.id, text.source): "To samo" for text in texts_of(study)}
    for each in (study, translated_whole(study, words, "pl")):
        wordings = VersionHistory(each.questionnaires)
        old, new = (variables(each.questionnaires["first", version])["coffee"] for version in (1, 2))
        assert meaning.status(old, new) == "reworded"
        assert not wordings.along("first", "coffee", 1, 2).comparable
        [later_score] = each.questionnaires["first", 2].scores
        one, two = VersionId("first", 1), VersionId("first", 2)
        assert not wordings.score_link(later_score.id, one, two).comparable
        assert wordings.score_link(later_score.id, two, two) == comparability.SAME
