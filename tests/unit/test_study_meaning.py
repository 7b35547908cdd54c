"""Every setting of a study: it is recorded when the study is frozen, or has a reason why no number means another."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.consent.purposes import Governs, Purpose
from surveyapp.domain.instrument.measures.measure import Comparison, Measure, MeasureRow
from surveyapp.domain.instrument.questionnaire import Declaration
from surveyapp.domain.instrument.study import (
    Anchor,
    Attribute,
    CompletionRule,
    EnrolmentRule,
    ReleaseRule,
    Study,
    Thresholds,
    Touchpoint,
)
from surveyapp.domain.versions.study_meaning import NOTHING_FROZEN, consent_faults, freeze, study_edits
from surveyapp.settings import ROOT

STUDY = dataclasses.replace(
    load_study(ROOT / "questionnaires" / "mentoring"),
    comparisons=(Comparison("mentee_1", "mentee_2", Declaration("recommend", "So.", True, (("a", "b"),))),),
    touchpoints=(
        Touchpoint(
            group="mentee", number=1, title="First", questionnaire="mentee_1", opens=Anchor(type="enrolled"),
            due_days=3, closes_days=9,
        ),
    ),
)  # fmt: skip

# A field and a value that it does not have.
TOUCHPOINT: dict[str, Any] = {
    "group": "mentor", "number": 2, "title": "Second", "questionnaire": "mentee_2", "opens": Anchor(type="fixed"),
    "due_days": 4, "closes_days": 10, "note": "Invented.",
}  # fmt: skip
MEASURE: dict[str, Any] = {
    "id": "other", "theme": "staying", "title": "Other", "group": "mentor", "asked_of": "Others", "variable": "other",
    "net": "other", "rows": (), "note": "Other.",
}  # fmt: skip
CHANGED: dict[type, dict[str, Any]] = {
    Thresholds: {"minimum_base": 77, "minimum_cell": 77, "low_base": 77},
    CompletionRule: {"complete": 77, "partial": 27},
    EnrolmentRule: {"until": "2025-01-01", "quiet_days": 77},
    ReleaseRule: {"every": "week", "minimum_new": 77, "live": True},
    Attribute: {"id": "site.other", "label": "Other", "values": {"other": "Other"}},
    Purpose: {
        "id": "other",
        "version": 7,
        "required": False,
        "text": "Other.",
        "aloud": "Other?",
        "governs": Governs.QUOTE,
    },
    Measure: MEASURE,
    MeasureRow: {"touchpoint": 7, "moment": "before", "label": "Other", "detail": "Other."},
    Touchpoint: TOUCHPOINT,
    Anchor: {"type": "event", "days": 7, "date": "2025-01-01", "touchpoint": ("mentee", 2), "event": "other"},
    Comparison: {
        "first": "other",
        "second": "other",
        "declaration": Declaration("recommend", "Other."),
        "versions": (1, 2),
    },
    Declaration: {"variable": "other", "because": "Other.", "comparable": False, "mapping": ()},
}
RULES = {EnrolmentRule: "enrolment", ReleaseRule: "releases", CompletionRule: "completion"}
NO_MEANING_IN = {Touchpoint: {"target": "what is set out for changes nothing that was counted"}}
NO_MEANING = {
    "id": "it is the study's name",
    "title": "a heading",
    "public_title": "a heading",
    "summary": "for staff, and not shown beside numbers",
    "about": "an introduction; what people agree to is consent",
    "facts": "as `about`",
    "thanks": "read once everything is answered",
    "source_language": "which language the words compared are in",
    "languages": "which translations are offered; questionnaires are compared in their source",
    "partial": "as `languages`",
    "easy": "as `languages`; each save says in which words its answers were given",
    "frozen": "it is what freezing wrote of the questionnaires, in the lock itself",
    "media": "it stands beside easy words, and each revision of these names it",
    "time_zone": "it moves a day's end by hours, and no answer",
    "help": "whom to ask",
    "groups": "titles and letters of references",
    "soft_refusals_again": "whom somebody calls again; no answer means another thing",
    "proxies": "who may answer for somebody; how each answer came is kept with it",
    "events": "titles; when a touchpoint opens stands in the touchpoint",
    "questionnaires": "frozen by themselves",
    "relationships": "results do not split by them",
    "targets": "loaded figures, each with its day and its source beside it: no number of the study's own",
    "response": "how many of how many answered, as a report lists it; no number of another thing",
    "comparators": "other people's published figures, each with its date and its source beside it",
    "messages": "what is sent to people; no number is counted from it",
    "crosstabs": "which tables a release holds, and no number of them",
    "corrections_days": "until when people correct what they sent; what an answer means stays",
    "privacy": "what people are told; what they agree to is consent",
    "retention": "until when what is held of people is kept; no number means another for it",
    "enrolment": "until when people join",
    "releases": "when releases are made; what they hide stands in the thresholds",
    "open_answers": "how words are kept; no number is counted from them",
}


def replaced(kind: type, field: str, value: Any) -> Study:
    change = {field: value}
    measure, touchpoint, comparison = STUDY.measures[0], STUDY.touchpoints[0], STUDY.comparisons[0]
    if kind is Thresholds:
        return dataclasses.replace(STUDY, thresholds=dataclasses.replace(STUDY.thresholds, **change))
    if kind in RULES:
        name = RULES[kind]
        return dataclasses.replace(STUDY, **{name: dataclasses.replace(getattr(STUDY, name), **change)})
    if kind is Attribute:
        first = dataclasses.replace(STUDY.attributes[0], **change)
        return dataclasses.replace(STUDY, attributes=(first, *STUDY.attributes[1:]))
    if kind is Purpose:
        return dataclasses.replace(STUDY, consent=(dataclasses.replace(STUDY.consent[0], **change), *STUDY.consent[1:]))
    if kind in (Touchpoint, Anchor):
        opens = {"opens": dataclasses.replace(touchpoint.opens, **change)} if kind is Anchor else change
        return dataclasses.replace(STUDY, touchpoints=(dataclasses.replace(touchpoint, **opens),))
    if kind in (Comparison, Declaration):
        said = {"declaration": dataclasses.replace(comparison.declaration, **change)} if kind is Declaration else change
        return dataclasses.replace(STUDY, comparisons=(dataclasses.replace(comparison, **said),))
    if kind is MeasureRow:
        change = {"rows": (dataclasses.replace(measure.rows[0], **change), *measure.rows[1:])}
    changed = dataclasses.replace(measure, **change)
    return dataclasses.replace(STUDY, measures=(changed, *STUDY.measures[1:]))


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [(kind, field, value) for kind, values in CHANGED.items() for field, value in values.items()],
)
def test_a_setting_that_changed_is_said(kind: type, field: str, value: Any) -> None:
    frozen = freeze(STUDY, NOTHING_FROZEN)
    assert study_edits(frozen, STUDY) == ()
    assert study_edits(frozen, replaced(kind, field, value))


@pytest.mark.parametrize(("key", "value"), [("segments", ("site.other",)), ("crosstabs", (("one", "two"),))])
def test_lists_that_changed_are_said(key: str, value: tuple[Any, ...]) -> None:
    [(edit, place)] = study_edits(freeze(STUDY, NOTHING_FROZEN), dataclasses.replace(STUDY, **{key: value}))
    assert (edit.what, edit.new, place) == (key, " × ".join(value[0]) if key == "crosstabs" else value[0], (key,))


def test_every_field_of_a_study_is_recorded_or_has_a_reason_why_not() -> None:
    for kind, values in CHANGED.items():
        meant = {field.name for field in dataclasses.fields(kind)} - set(NO_MEANING_IN.get(kind, ()))
        assert meant == set(values), kind
    recorded = {"thresholds", "segments", "attributes", "measures", "consent", "touchpoints", "comparisons"}
    recorded |= {"enrolment", "releases", "crosstabs", "completion"}
    assert recorded | set(NO_MEANING) == {field.name for field in dataclasses.fields(Study)}


@pytest.mark.parametrize(
    ("field", "value", "refused"),
    [
        ("text", "Other.", True),
        ("aloud", "Other?", True),
        ("required", False, True),
        ("governs", Governs.QUOTE, True),
        ("version", 7, False),
        ("id", "other", False),
    ],
)
def test_consent_is_declared_by_its_version(field: str, value: Any, refused: bool) -> None:
    frozen = freeze(STUDY, NOTHING_FROZEN)
    assert bool(consent_faults(frozen, replaced(Purpose, field, value))) is refused
    later = freeze(replaced(Purpose, "version", 7), frozen)
    assert [each.key for each in consent_faults(later, STUDY)] == ["version"]
    assert list(later.consent[STUDY.consent[0].id]) == [1, 7]


def test_what_consent_decides_can_be_said_where_it_was_not() -> None:
    """The words that people agreed to stay the same."""
    unsaid = dataclasses.replace(STUDY.consent[0], governs=None)
    frozen = freeze(dataclasses.replace(STUDY, consent=(unsaid, *STUDY.consent[1:])), NOTHING_FROZEN)
    assert consent_faults(frozen, STUDY) == ()
