"""The mentoring study: everything the format has, two versions of a questionnaire, and who is asked what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from surveyapp.domain.answers import Answer, Codes, Missing, Number, Reason
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.conditions import All, Answered, AnyOf, Changed, Compare, Condition, Is, Not
from surveyapp.domain.instrument.kinds import KINDS, PartType
from surveyapp.domain.instrument.piping import quotes
from surveyapp.domain.instrument.routing import Situation, walk
from surveyapp.domain.versions import comparability
from surveyapp.domain.versions.comparability import VersionHistory, VersionId
from surveyapp.domain.versions.diff import difference
from surveyapp.services.questionnaires.versions import lock_faults, read_lock
from surveyapp.settings import ROOT

FOLDER = ROOT / "questionnaires" / "mentoring"
STUDY = load_study(FOLDER)
QUESTIONS = [question for each in STUDY.questionnaires.values() for question in each.questions]
FIRST, SECOND = STUDY.questionnaires["mentee_1", 1], STUDY.questionnaires["mentee_1", 2]


def conditions() -> Iterator[Condition]:
    written = [each.ask_if for each in QUESTIONS]
    written += [statement.ask_if for each in QUESTIONS for statement in each.statements]
    for condition in filter(None, written):
        yield from inside(condition)


def inside(condition: Condition) -> Iterator[Condition]:
    yield condition
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from inside(part)
        case Not(part):
            yield from inside(part)


def test_every_version_is_frozen_as_it_is() -> None:
    assert lock_faults(FOLDER, STUDY) == ()
    assert set(read_lock(FOLDER)) == set(STUDY.questionnaires)


def test_it_has_every_kind_and_every_condition() -> None:
    # A time of day is asked in nothing that was frozen; the test that walks every kind asks it.
    assert {question.kind for question in QUESTIONS} == set(KINDS) - {"time"}
    found = list(conditions())
    assert {type(each) for each in found} == {All, AnyOf, Answered, Changed, Compare, Is, Not}
    assert {each.operator for each in found if isinstance(each, Compare)} == {
        "at_least",
        "at_most",
        "more_than",
        "less_than",
    }
    scopes = {each.reference.scope for each in found if isinstance(each, Is)}
    scopes |= {each.before.scope for each in found if isinstance(each, Changed)}
    assert scopes == {"answer", "site", "participant", "touchpoint"}


def test_it_quotes_facts_of_the_site_of_an_answer_before_and_of_earlier_touchpoints() -> None:
    texts = [text for each in QUESTIONS for text in (each.text, each.hint or "", *(s.text for s in each.statements))]
    quoted = {quote.reference for text in texts for quote in quotes(text)}
    assert {(each.scope, each.name) for each in quoted if each} == {
        ("site", "name"),
        ("answer", "trade"),
        ("touchpoint", "trade"),
        ("touchpoint", "times_met"),
    }


def test_the_two_versions_differ_in_five_ways() -> None:
    found = difference(STUDY, FIRST, SECOND)
    assert [question.id for question in found.removed] == ["pay_worry"]
    assert found.added == found.moved == found.sections == found.edits == ()
    assert {
        became.variable: (became.status, became.said.comparable if became.said else None)
        for each in found.questions
        for became in each.became
    } == {
        "apprenticeship_satisfaction": ("reworded", True),
        "recommend": ("reworded", False),
        "confidence_next_step": ("rescaled", True),
        "hopes": ("extended", None),
    }


@pytest.mark.parametrize(
    ("variable", "comparable"),
    [("apprenticeship_satisfaction", True), ("confidence_next_step", True), ("recommend", False)],
)
def test_its_measures_rest_on_a_marked_a_mapped_and_a_broken_series(variable: str, comparable: bool) -> None:
    wordings = VersionHistory(STUDY.questionnaires, STUDY.comparisons, ("mentee_1", "mentee_2", "mentee_3"))
    for later in ("mentee_2", "mentee_3"):
        assert wordings.link(variable, VersionId("mentee_1", 1), VersionId(later, 1)).comparable is comparable
        assert wordings.link(variable, VersionId("mentee_1", 2), VersionId(later, 1)) == comparability.SAME


ROUTES: list[tuple[str, dict[str, Answer], Situation, set[str], set[str]]] = [
    (
        "mentee_1",
        {"hopes": Codes(("study_help", "advice")), "commute_minutes": Number(46)},
        Situation(site={"sector": "construction"}, participant={"first_job": "no"}),
        {"study_help_what", "commute_effect", "safety_training"},
        {"first_job_feeling", "belonging_why", "confidence_help"},
    ),
    (
        "mentee_1",
        {
            "belonging@before": Codes(("hardly",)),
            "belonging@now": Codes(("mostly",)),
            "commute_minutes": Number(45),
            "confidence_next_step": Codes(("not_very_confident",)),
        },
        Situation(site={"sector": "care"}, participant={"first_job": "yes"}),
        {"first_job_feeling", "belonging_why", "confidence_help"},
        {"safety_training", "commute_effect", "study_help_what"},
    ),
    (
        "mentee_2",
        {"times_met": Number(0)},
        Situation(site={"sector": "digital"}, participant={"age_band": "25_or_over"}),
        {"met_rarely_why"},
        {"listens", "boss", "worth", "worth_better", "time_to_meet", "satisfaction_changed_why"},
    ),
    (
        "mentee_2",
        {"times_met": Number(5), "worth": Number(4)},
        Situation(
            site={"sector": "digital"},
            participant={"age_band": "under_19"},
            earlier={1: {"apprenticeship_satisfaction": Codes(("neither",))}},
        ),
        {"listens", "boss", "worth", "worth_better", "time_to_meet", "satisfaction_changed_why"},
        {"met_rarely_why", "left_why"},
    ),
    ("mentor_2", {"meets_how": Codes(("not_now",))}, Situation(), {"stopped_why"}, {"worth"}),
    ("manager_1", {"apprentices": Number(0)}, Situation(), {"cover"}, {"noticed", "noticed_what"}),
]


@pytest.mark.parametrize(("name", "chosen", "situation", "asked", "not_asked"), ROUTES)
def test_who_is_asked_what(
    name: str, chosen: dict[str, Answer], situation: Situation, asked: set[str], not_asked: set[str]
) -> None:
    given: dict[str, Answer] = {}
    route = walk(STUDY.newest(name), given, situation)
    while route.frontier is not None:
        for part in route.frontier.parts:
            coded = part.type in (PartType.CODE, PartType.CODES)
            first: Answer = Codes((part.question.options[0].code,)) if coded else Missing(Reason.SKIPPED)
            given[part.key] = chosen.get(part.key, first)
        route = walk(STUDY.newest(name), given, situation)
    assert asked <= set(route.answers)
    assert not_asked <= set(route.not_asked)
