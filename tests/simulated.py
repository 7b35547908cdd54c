"""Plans of simulated cohorts, and one simulated person as the scalar parts of the program see them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from surveyapp.analysis.simulation.cohort import SimulatedGroup, SimulatedResponses
from surveyapp.analysis.simulation.columns import AnswerColumn
from surveyapp.analysis.simulation.plan import CohortPlan, SimulatedVersion
from surveyapp.domain.answers import Answer
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.routing import Situation
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Origin
from surveyapp.domain.releases import Release, ReleaseTerms
from surveyapp.settings import ROOT
from tests import every_kind

AS_OF = dt.date(2026, 6, 15)


def own_study(name: str) -> Study:
    return load_study(ROOT / "questionnaires" / name)


def every_kind_study(folder: Path) -> Study:
    """The study with a question of every kind, its files written into a folder."""
    (folder / every_kind.NAME / "guest_1").mkdir(parents=True)
    written = every_kind.STUDY.format(language="en", opens="enrolled")
    (folder / every_kind.NAME / "study.yaml").write_text(written, encoding="utf-8")
    (folder / every_kind.NAME / "guest_1" / "v1.yaml").write_text(every_kind.QUESTIONNAIRE, encoding="utf-8")
    return load_study(folder / every_kind.NAME)


def plan_of(study: Study, participants: int = 1500, seed: int = 7) -> CohortPlan:
    """Every version of the files, a later one open half a year before the day of the cohort."""
    versions: dict[str, tuple[SimulatedVersion, ...]] = {}
    for (name, version), questionnaire in sorted(study.questionnaires.items()):
        opened = dt.datetime(2023, 1, 1, tzinfo=dt.UTC) if version == 1 else dt.datetime(2025, 12, 1, tzinfo=dt.UTC)
        versions[name] = (*versions.get(name, ()), SimulatedVersion(opened, questionnaire))
    return CohortPlan(
        study=study,
        participants=participants,
        seed=seed,
        as_of=AS_OF,
        zone=ZoneInfo(study.time_zone),
        versions=versions,
    )


def answers_of(columns: Mapping[str, AnswerColumn], row: int) -> dict[str, Answer]:
    """One person's answers, without what there is none of."""
    known = {key: column.known(row) for key, column in columns.items()}
    return {key: answer for key, answer in known.items() if answer is not None and not isinstance(answer, str)}


def attributes_of(columns: Mapping[str, AnswerColumn], row: int) -> dict[str, str]:
    known = {name: column.known(row) for name, column in columns.items()}
    return {name: value for name, value in known.items() if isinstance(value, str)}


def situation_of(group: SimulatedGroup, responses: SimulatedResponses, row: int, touchpoint: int) -> Situation:
    """What the program knows of the person in a row of some responses when they answer a touchpoint."""
    person = int(responses.rows[row])
    earlier = {}
    for sitting in group.sittings:
        if sitting.touchpoint.number < touchpoint:
            keys = {key for each in sitting.responses for key in each.route.answers}
            said = answers_of({key: sitting.answers(key) for key in keys}, person)
            earlier[sitting.touchpoint.number] = said
    people = group.people
    return Situation(earlier, attributes_of(people.attributes, person), attributes_of(people.site_attributes, person))


def first_release(study: Study) -> Release:
    """A release that is drafted and not made."""
    at = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    return Release(
        id=uuid.UUID(int=1),
        study=study.id,
        origin=Origin.SIMULATED,
        number=1,
        cut_at=at,
        answers_at=at,
        made_by=None,
        people=0,
        new_or_changed=0,
        terms=ReleaseTerms.of(study),
        versions={},
        collecting={},
    )
