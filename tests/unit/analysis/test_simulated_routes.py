"""The route of many people at once is the route of each: the truth table, random questionnaires, simulated cohorts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.linked.table import ABSENCE, NO_RESPONSE
from surveyapp.analysis.simulation.cohort import simulated
from surveyapp.analysis.simulation.columns import AnswerColumn
from surveyapp.analysis.simulation.routing import TRUE, ColumnRoute, ColumnSituation, evaluate, walk
from surveyapp.domain.answers import Missing
from surveyapp.domain.authoring.condition_parser import read_condition
from surveyapp.domain.authoring.yaml_source import Source
from surveyapp.domain.instrument.conditions import KnownValue
from surveyapp.domain.instrument.kinds import KINDS
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import NOT_ASKED, Route, Situation, pages_of, parts_of
from surveyapp.domain.instrument.routing import walk as walk_one
from tests import simulated as helper
from tests.unit.test_conditions import CASES, case_lookup
from tests.unit.test_route import VALUES, questionnaires

TRUTH = {False: 0, None: 1, True: 2}


def of_values(found: Iterable[KnownValue]) -> AnswerColumn:
    """The column of people's answers one by one; None is no answer."""
    places: dict[KnownValue, int] = {}
    codes = [
        NO_RESPONSE
        if value is None
        else ABSENCE[value.reason]
        if isinstance(value, Missing)
        else places.setdefault(value, len(places))
        for value in found
    ]
    return AnswerColumn(np.array(codes, dtype=np.int32), tuple(places))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_conditions_over_columns_hold_as_they_do_for_one(case: dict[str, Any]) -> None:
    condition = read_condition(Source("case", case["if"]), (), case["if"])
    lookup = case_lookup(case)
    found = evaluate(condition, lambda reference: of_values([lookup(reference)] * 2), 2)
    assert found.tolist() == [TRUTH[case["holds"]]] * 2


def agree(questionnaire: Questionnaire, found: ColumnRoute, row: int, route: Route) -> None:
    """One row of a column route says what the route of that person does."""
    on_route = {page.id for page in route.pages}
    for page in pages_of(questionnaire):
        assert (found.asked[page.id][row] == TRUE) == (page.id in on_route), page.id
    said = helper.answers_of(found.answers, row)
    assert {key: each for key, each in said.items() if each != NOT_ASKED} == route.answers
    assert {key for key, each in said.items() if each == NOT_ASKED} == set(route.not_asked)


@given(questionnaires(), st.data())
def test_many_at_once_are_each_alone(questionnaire: Questionnaire, data: Any) -> None:
    one = st.dictionaries(st.sampled_from(sorted(parts_of(questionnaire))), st.sampled_from([*VALUES, NOT_ASKED]))
    people = data.draw(st.lists(one, min_size=1, max_size=8))
    columns = {key: of_values([person.get(key) for person in people]) for key in parts_of(questionnaire)}
    found = walk(questionnaire, columns, ColumnSituation(len(people)))
    for row, person in enumerate(people):
        agree(questionnaire, found, row, walk_one(questionnaire, person, Situation()))


STUDIES = ("mentoring", "job_rotation", "every_kind")


@pytest.mark.parametrize("name", STUDIES)
def test_simulated_people_go_the_way_the_route_leads_and_give_answers_that_forms_take(
    name: str, tmp_path: Path
) -> None:
    study = helper.every_kind_study(tmp_path) if name == "every_kind" else helper.own_study(name)
    plan = helper.plan_of(study, participants=400)
    walked, kinds = 0, set()
    for group in simulated(plan, 0):
        for sitting in group.sittings:
            for responses in sitting.responses:
                questionnaire = responses.questionnaire
                place = {section.id: index for index, section in enumerate(questionnaire.sections)}
                for row in range(len(responses.rows)):
                    reached = {
                        part.key
                        for page in pages_of(questionnaire)
                        for part in page.parts
                        if place[page.section.id] < responses.sections[row]
                    }
                    said = helper.answers_of(responses.given, row)
                    said = {key: each for key, each in said.items() if key in reached}
                    situation = helper.situation_of(group, responses, row, sitting.touchpoint.number)
                    route = walk_one(questionnaire, said, situation)
                    agree(questionnaire, responses.route, row, route)
                    assert route.complete or responses.sections[row] < len(place)
                    walked += 1
                for key, part in parts_of(questionnaire).items():
                    kinds.add(part.question.kind)
                    for value in responses.given[key].values:
                        assert KINDS[part.question.kind].check(part, value) is None, (key, value)
    assert walked > 150
    assert kinds >= {part.question.kind for each in study.questionnaires.values() for part in parts_of(each).values()}
