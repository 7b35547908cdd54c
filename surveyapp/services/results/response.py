"""Who a study's people are, and who of them answered, as evaluators see it."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from surveyapp.analysis import response
from surveyapp.analysis.composition import profile
from surveyapp.analysis.counting.alike import Together
from surveyapp.analysis.response import KeyOf
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.errors import NotFound
from surveyapp.domain.fieldwork.standing import COULD_BE_ASKED, CaseCount
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.instrument.study import Attribute, Touchpoint
from surveyapp.domain.participants import Site
from surveyapp.domain.results import Composition, GroupResponse, ResponseTable, Slice, TouchpointPeople
from surveyapp.domain.sentences import say
from surveyapp.services.results.data import ResultData, counting, measure_rows, read_data
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.progress import response_counts

SITE = "site"
"""What a response table is by that has a row a site."""


def groups(desk: Desk, study_id: str) -> tuple[GroupResponse, ...]:
    """Every group of a study, in its order: response of everybody at each touchpoint alone. Raises NotFound,
    NotPermitted, NotReady."""
    data = read_data(desk, study_id)
    now, on = _moment(data)

    def made() -> tuple[GroupResponse, ...]:
        return tuple(
            GroupResponse(
                edition=data.edition, group=each.id, on=on, response=tuple(_Reader(data, each.id, now, on).everybody())
            )
            for each in data.study.groups
        )

    return data.kept(f"response {on}", tuple[GroupResponse, ...], made)


def group(desk: Desk, study_id: str, group_id: str) -> GroupResponse:
    """One group: its response, by site and segment too, and its profile. Raises NotFound, NotPermitted, NotReady."""
    data = read_data(desk, study_id)
    if data.study.group(group_id) is None:
        raise NotFound(say("no_group", group=group_id))
    return group_response(data, group_id)


def group_response(data: ResultData, group_id: str) -> GroupResponse:
    """What `group` gives, from what was read. Cases open and close with the day, so it is kept by the day too."""
    now, on = _moment(data)

    def made() -> GroupResponse:
        reader = _Reader(data, group_id, now, on)
        return GroupResponse(
            edition=data.edition,
            group=group_id,
            on=on,
            response=(*reader.everybody(), *reader.by_site(), *reader.by_segment()),
            profile=tuple(reader.profile()),
            unrecorded=reader.unrecorded,
        )

    return data.kept(f"response {group_id} {on}", GroupResponse, made)


def touchpoint_people(desk: Desk, study_id: str, group_id: str, number: int) -> TouchpointPeople:
    """Who answered a touchpoint beside who has not, and who was lost since the one before. Raises NotFound,
    NotPermitted, NotReady."""
    data = read_data(desk, study_id)
    asked = data.study.touchpoint(group_id, number)
    if asked is None:
        raise NotFound(say("no_touchpoint", touchpoint=number, group=group_id))
    now, on = _moment(data)

    def made() -> TouchpointPeople:
        reader = _Reader(data, group_id, now, on)
        return TouchpointPeople(
            edition=data.edition,
            group=group_id,
            touchpoint=number,
            before=reader.before.get(number),
            on=on,
            everybody=next(table for table in reader.everybody() if table.touchpoint == number),
            respondents=tuple(reader.respondents(asked)),
            lost=tuple(reader.lost(asked)),
        )

    return data.kept(f"response {group_id} {number} {on}", TouchpointPeople, made)


def _moment(data: ResultData) -> tuple[dt.datetime, dt.date]:
    with data.desk.reading() as work:
        return work.now, work.today(data.study)


@dataclass
class _Reader:
    """Makes the tables of one group."""

    data: ResultData
    group: str
    now: dt.datetime
    on: dt.date

    def __post_init__(self) -> None:
        study, scope = self.data.study, self.data.scope
        self.touchpoints = sorted(study.touchpoints_of(self.group), key=lambda each: each.number)
        numbers = [each.number for each in self.touchpoints]
        self.before: Mapping[int, int] = dict(zip(numbers[1:], numbers, strict=False))
        with self.data.desk.reading() as work:
            found = participants.sites(work.session, study.id, self.data.outline(self.group).on)
            self.sites = {each.id: each for each in found if scope.sites is None or each.id in scope.sites}
            self.counts = response_counts.case_counts(work.session, scope, self.group, self.before, self.now)
        known = {each.id for each in study.attributes if self._known_of_anybody(each)}
        self.attributes = [each for each in study.attributes if each.id in known]
        self.unrecorded = tuple(each.label for each in study.attributes if each.id not in known)

    def _known_of_anybody(self, attribute: Attribute) -> bool:
        codes = self._people[attribute.id].table(self.group).attribute(attribute.id).codes
        return bool((codes >= 0).any()) or any(map(self._key(attribute), self.counts))

    @functools.cached_property
    def _people(self) -> Mapping[str, ResultData]:
        """By attribute, the people alike in it and in what they have answered."""
        numbers, ids = tuple(each.number for each in self.touchpoints), [each.id for each in self.data.study.attributes]
        asked = [Together(touchpoints=numbers, attributes=(name,)) for name in ids]
        return dict(zip(ids, self.data.together(self.group, asked), strict=True))

    def everybody(self) -> Iterator[ResponseTable]:
        for each in self.touchpoints:
            yield self._table(each, (Slice(""),), lambda _count: None, "", "")

    def by_site(self) -> Iterator[ResponseTable]:
        slices = [Slice(site.name, SITE, site.reference) for site in self.sites.values()]
        for each in self.touchpoints if self.sites else ():
            yield self._table(each, slices, self._site_of, SITE, "")

    def by_segment(self) -> Iterator[ResponseTable]:
        for attribute in self.attributes:
            if attribute.id not in self.data.study.segments:
                continue
            slices = [Slice(label, attribute.name, value) for value, label in attribute.values.items()]
            for each in self.touchpoints:
                yield self._table(each, slices, self._key(attribute), attribute.id, attribute.label)

    def _table(
        self, touchpoint: Touchpoint, slices: list[Slice] | tuple[Slice, ...], key_of: KeyOf, by: str, label: str
    ) -> ResponseTable:
        return response.response_table(
            self.counts,
            slices,
            key_of,
            self.data.rules(touchpoint),
            edition=self.data.edition,
            group=self.group,
            touchpoint=touchpoint.number,
            by=by,
            label=label,
            on=self.on,
            first=touchpoint.number not in self.before,
        )

    def profile(self) -> Iterator[Composition]:
        numbers = [each.number for each in self.touchpoints]
        collecting = any(self.data.rules(each).collecting for each in self.touchpoints)
        rules = Rules(self.data.study.thresholds, collecting)
        for attribute in self.attributes:
            beside = self.data.study.comparators_of_attribute(self.group, attribute.id)
            nets = {options: each.label for each, options in beside if len(options) > 1}
            table = self._people[attribute.id].table(self.group)
            yield profile(table, attribute, numbers, rules, edition=self.data.edition, nets=nets)

    def respondents(self, touchpoint: Touchpoint) -> Iterator[Composition]:
        for attribute in self.attributes if self._anybody_asked(touchpoint.number) else ():
            yield response.respondents(
                self.counts,
                attribute,
                self._key(attribute),
                touchpoint.number,
                self.data.rules(touchpoint),
                edition=self.data.edition,
                group=self.group,
            )

    def lost(self, touchpoint: Touchpoint) -> Iterator[Composition]:
        before = self.before.get(touchpoint.number)
        if before is None or not self._anybody_asked(touchpoint.number):
            return
        for attribute in self.attributes:
            yield response.lost(
                self.counts,
                attribute,
                self._key(attribute),
                touchpoint.number,
                before,
                self.data.rules(touchpoint),
                edition=self.data.edition,
                group=self.group,
            )
        yield from self._lost_by_answer(touchpoint, before)

    def _lost_by_answer(self, touchpoint: Touchpoint, before: int) -> Iterator[Composition]:
        """By the last thing that each measure asks at the touchpoint before: favourable, or not."""
        earlier = self.data.study.touchpoint(self.group, before)
        assert earlier is not None
        for measure in self.data.study.measures:
            if measure.group != self.group or all(row.touchpoint != before for row in measure.rows):
                continue
            rows, followed, _steps = measure_rows(self.data, measure)
            each = [found for (row, _), found in zip(rows, followed, strict=True) if row.touchpoint == before][-1]
            net = each.part.question.net(measure.net)
            if net is None or each.part.type is not PartType.CODE:
                continue
            with counting(each.part.key, earlier):
                with self.data.desk.reading() as work:
                    counts = response_counts.answer_counts(
                        work.session, self.data.scope, self.group, each.part.key, before, touchpoint.number, self.now
                    )
                yield response.lost_by_answer(
                    counts,
                    each.part,
                    net,
                    each.links,
                    touchpoint.number,
                    self.data.rules(touchpoint),
                    edition=self.data.edition,
                    group=self.group,
                    measure=measure.id,
                    label=measure.title,
                )

    def _anybody_asked(self, touchpoint: int) -> bool:
        return any(each.touchpoint == touchpoint and each.standing in COULD_BE_ASKED for each in self.counts)

    def _site_of(self, count: CaseCount) -> str | None:
        site = self._site(count.site)
        return site.reference if site else None

    def _site(self, id: uuid.UUID | None) -> Site | None:
        return None if id is None else self.sites.get(id)

    def _key(self, attribute: Attribute) -> Callable[[CaseCount], str | None]:
        def key(count: CaseCount) -> str | None:
            if attribute.scope == "participant":
                value = count.attributes.get(attribute.name)
            else:
                site = self._site(count.site)
                value = site.attributes.get(attribute.name) if site else None
            return value if value in attribute.values else None

        return key
