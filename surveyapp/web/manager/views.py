"""What a manager's templates need, worked out from what the services say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.services.participants.bulk_links import LinksWanted
from surveyapp.services.participants.enrolment_form import ListColumn
from surveyapp.services.participants.roster import Roster
from surveyapp.services.questionnaires.versions import VersionState
from surveyapp.web.shared.language import isolated, listed

ALWAYS = (CaseState.OPEN, CaseState.OVERDUE, CaseState.IN_PROGRESS, CaseState.SUBMITTED)
"""States that have a column though nobody is in them: the way a case goes."""


@dataclass(frozen=True)
class StateRow:
    group: str
    touchpoint: Touchpoint
    counts: Mapping[CaseState, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class StateTable:
    """How many stand where: a row a touchpoint, a column a state."""

    states: tuple[CaseState, ...]
    rows: tuple[StateRow, ...]


def state_table(roster: Roster) -> StateTable:
    used = {state for counts in roster.counts.values() for state in counts}
    states = tuple(state for state in CaseState if state in used or state in ALWAYS)
    rows = tuple(
        StateRow(group.title, touchpoint, roster.counts.get(touchpoint.key, {}))
        for group in roster.study.groups
        for touchpoint in roster.study.touchpoints_of(group.id)
    )
    return StateTable(states, rows)


def waiting_choices(study: Study, waiting: Mapping[tuple[str, int], LinksWanted]) -> dict[str, str]:
    """For whom links can be made: `backfill.1` to words that say how many."""
    choices = {}
    for group in study.groups:
        for touchpoint in study.touchpoints_of(group.id):
            there = waiting.get(touchpoint.key)
            if there is not None:
                count = ngettext("%(num)s can answer", "%(num)s can answer", there.people)
                without = ngettext("%(num)s has no link yet", "%(num)s have no link yet", there.without)
                choices[f"{group.id}.{touchpoint.number}"] = _(
                    "%(group)s, %(touchpoint)s: %(count)s, %(without)s",
                    group=isolated(group.title),
                    touchpoint=isolated(touchpoint.title),
                    count=count,
                    without=without,
                )
    return choices


@dataclass(frozen=True)
class Versions:
    """A questionnaire's versions, newest first, and the touchpoints that ask it."""

    name: str
    used_at: tuple[str, ...]
    versions: tuple[VersionState, ...]


def column_label(column: ListColumn) -> str:
    """What a column holds, in the reader's language."""
    return column.label if column.declared else _(column.label)


def by_questionnaire(study: Study, states: Sequence[VersionState]) -> list[Versions]:
    """Every questionnaire, in the order of the touchpoints that ask it."""
    titles = {group.id: group.title for group in study.groups}
    order = list(dict.fromkeys(touchpoint.questionnaire for touchpoint in study.touchpoints))
    names = [*order, *sorted({state.questionnaire for state in states} - set(order))]
    return [
        Versions(
            name,
            tuple(listed([titles[each.group], each.title]) for each in study.touchpoints if each.questionnaire == name),
            tuple(reversed([state for state in states if state.questionnaire == name])),
        )
        for name in names
    ]
