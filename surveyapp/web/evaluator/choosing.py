"""The links of a results page that choose what is shown: people, split, touchpoint. Each address says all of its
state."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from surveyapp.domain.i18n import in_language_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import Shift
from surveyapp.services.results import looking
from surveyapp.services.results.looking import KnownValues, Look
from surveyapp.web.evaluator.asked import BY, MATCHED, ONLY, PEOPLE, ResultsQuery, segments
from surveyapp.web.evaluator.doors import door
from surveyapp.web.shared.language import isolated
from surveyapp.web.shared.sign_in import desk


@dataclass(frozen=True)
class LinkChoice:
    """One of several links of which one is taken."""

    label: str
    url: str
    chosen: bool


def measure_url(shift: Shift, by: str | None, *, matched: bool | None = None) -> str:
    matched = shift.matched if matched is None else matched
    people = MATCHED if matched else None
    return door("measure", study_id=shift.study, measure_id=shift.measure, people=people, by=by)


def people_choices(shift: Shift, label: str | None, differ: bool) -> tuple[LinkChoice, ...]:
    """Everyone, or those asked more than once, who are called `label`; nothing to choose where they are the same
    people."""
    if label is None or not differ:
        return ()
    return (
        LinkChoice(_("Everyone"), measure_url(shift, shift.segment, matched=False), not shift.matched),
        LinkChoice(label, measure_url(shift, shift.segment, matched=True), shift.matched),
    )


def measure_split(study: Study, shift: Shift) -> tuple[LinkChoice, ...]:
    return _split(study, shift.segment, functools.partial(measure_url, shift))


OnlyChoices = tuple[tuple[str, tuple[LinkChoice, ...]], ...]
"""Under the name of each attribute a link for each of its values, to the people of whom it is known."""


def only_choices(
    study: Study, known: KnownValues, url: Callable[[str], str], chosen: tuple[str, str] | None = None
) -> OnlyChoices:
    """The values that somebody has who answered (`known`), and what is `chosen`, so that it can be seen to be. `url`:
    from `attribute:value` to the address of those people alone."""
    offered = [
        (each, [value for value in each.values if value in known.get(each.id, ()) or (each.id, value) == chosen])
        for each in study.attributes
    ]
    return tuple(
        (each.label, tuple(LinkChoice(each.values[value], url(f"{each.id}:{value}"), chosen == (each.id, value))
                           for value in values))
        for each, values in offered if values
    )  # fmt: skip


def measure_only(study: Study, shift: Shift) -> OnlyChoices:
    """From a measure to some people alone, as it is looked at: the same split, everyone or matched."""
    by = study.segment(shift.segment) if shift.segment else None
    state = {BY: by.id if by else None, PEOPLE: MATCHED if shift.matched else None}

    def url(only: str) -> str:
        kept: dict[str, Any] = {**state, ONLY: only}
        return url_for("evaluator.look", study_id=study.id, group=shift.group, variable=shift.variable, **kept)

    known = looking.known(desk(), study.id, Look(group=shift.group, variable=shift.variable))
    return only_choices(study, known, url)


def question_split(study: Study, group: str, touchpoint: int, asked: ResultsQuery) -> tuple[LinkChoice, ...]:
    return _split(study, asked.segment, functools.partial(questions_url, study, group, touchpoint))


def one_question_split(
    study: Study, group: str, touchpoint: int, variable: str, asked: ResultsQuery
) -> tuple[LinkChoice, ...]:
    def url(by: str | None) -> str:
        return door("question", study_id=study.id, group=group, touchpoint=touchpoint, variable=variable, by=by)

    return _split(study, asked.segment, url)


def _split(study: Study, segment: str | None, url: Callable[[str | None], str]) -> tuple[LinkChoice, ...]:
    if not study.segments:
        return ()
    each = [
        LinkChoice(
            _("By %(segment)s", segment=isolated(_lowered(attribute.label))),
            url(attribute.name),
            segment == attribute.name,
        )
        for attribute in segments(study)
    ]
    return (LinkChoice(_("All together"), url(None), segment is None), *each)


def _lowered(label: str) -> str:
    return in_language_of(label, label[:1].lower() + label[1:])


def questions_url(study: Study, group: str, touchpoint: int, by: str | None = None) -> str:
    return door("questions", study_id=study.id, group=group, touchpoint=touchpoint, by=by)


def touchpoint_choices(
    study: Study, group: str, touchpoint: int, asked: ResultsQuery
) -> list[tuple[str, list[LinkChoice]]]:
    """Every group with its touchpoints, as links that keep the split."""
    return [
        (each.title, [
            LinkChoice(point.title, questions_url(study, each.id, point.number, asked.segment),
                   (each.id, point.number) == (group, touchpoint))
            for point in study.touchpoints_of(each.id)
        ])
        for each in study.groups
    ]  # fmt: skip
