"""The segments that words may be read or quoted by: never one so small that reading it tells who is in it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from surveyapp.domain.instrument.study import Attribute, Study
from surveyapp.services.work import Work
from surveyapp.store import participants
from surveyapp.store.open_answers.reading import WrittenAnswer


@dataclass(frozen=True, kw_only=True)
class SegmentChoice:
    """A value of a segment that words can be read by, and how many people of it wrote something."""

    attribute: Attribute
    value: str
    people: int


def segment_values(
    work: Work, study: Study, answers: Sequence[WrittenAnswer], segment: str
) -> dict[uuid.UUID, str | None]:
    """The value of a segment of everybody who wrote these answers."""
    attribute = study.segment(segment)
    assert attribute is not None
    if attribute.scope == "participant":
        return {each.person: each.attributes.get(attribute.name) for each in answers}
    sites = {each.id: each for each in participants.sites(work.session, study.id, work.today(study))}
    return {
        each.person: sites[each.site_id].attributes.get(attribute.name) if each.site_id in sites else None
        for each in answers
    }


def segment_choices(work: Work, study: Study, answers: Sequence[WrittenAnswer]) -> tuple[SegmentChoice, ...]:
    """The segments that these words can be read by. A value is named beside words only where enough people of it wrote
    some, and nobody else or enough of the others did: reading one tells who is in the other."""
    found = []
    people, least = len({each.person for each in answers}), study.thresholds.minimum_base
    for attribute in study.attributes:
        if attribute.id not in study.segments:
            continue
        counted = Counter(segment_values(work, study, answers, attribute.name).values())
        found += [
            SegmentChoice(attribute=attribute, value=value, people=counted[value])
            for value in attribute.values
            if counted[value] >= least and (counted[value] == people or people - counted[value] >= least)
        ]
    return tuple(found)
