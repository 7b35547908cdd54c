"""Making releases: numbered cuts of a study's results that everybody may see and nobody can undo."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound, StateRefused
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.releases import Release, ReleaseTerms, TouchpointKey, collecting, due_on, needed
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope, Staff
from surveyapp.services.results import current
from surveyapp.services.results.data import ResultData, read_data
from surveyapp.services.results.releasing import cuts, drafting
from surveyapp.services.results.releasing.released import PUBLISHED, PageObjects, WaysTold, how_told, written
from surveyapp.services.work import Desk
from surveyapp.store import releases as store
from surveyapp.store.database import new_id


@dataclass(frozen=True, kw_only=True)
class ReleaseOutlook:
    """What stands in the way of the next release. `last`: the one before. `people` have answered, `new_or_changed` of
    them since, of the `needed`. `collecting`: whose counts would be ranges. `changed`: which of its terms are others
    than those of the last. `due_on`: the first day on which it is due by itself; None: never."""

    number: int
    last: Release | None
    people: int
    new_or_changed: int
    needed: int
    collecting: Mapping[TouchpointKey, dt.datetime | None]
    changed: tuple[str, ...]
    due_on: dt.date | None
    today: dt.date

    @property
    def missing(self) -> int:
        """How many people more have to be new or changed."""
        return max(0, self.needed - self.new_or_changed)

    @property
    def due(self) -> bool:
        return self.due_on is not None and self.due_on <= self.today and not self.missing


@dataclass(frozen=True, kw_only=True)
class ReleasePreview:
    """A release as it would be: of each page how its rows would be told, and no number of it."""

    outlook: ReleaseOutlook
    pages: Mapping[str, WaysTold]


def outlook(desk: Desk, study_id: str) -> ReleaseOutlook:
    """What stands in the way of the next release. Raises NotFound, NotPermitted."""
    study = _allowed(desk, study_id)
    scope = Scope(study.id, desk.runtime.origin)
    with desk.reading() as work:
        last = store.release(work.session, scope)
        progress = store.progress(work.session, scope, last.cut_at if last else None)
        if current.in_tables_alone(work):
            progress = _in_tables(desk, study, last)
        facts = store.collecting_facts(work.session, scope)
        zone = desk.runtime.zone(study)
        return ReleaseOutlook(
            number=last.number + 1 if last else 1,
            last=last,
            people=progress.people,
            new_or_changed=progress.new_or_changed,
            needed=needed(study.releases, progress.people),
            collecting=collecting(study, facts, work.now, zone),
            changed=ReleaseTerms.of(study).changes_since(last.terms) if last else (),
            due_on=due_on(study.releases, last.cut_at.astimezone(zone).date() if last else None),
            today=work.today(study),
        )


def _in_tables(desk: Desk, study: Study, last: Release | None) -> store.AnswersSince:
    """How far the answers are of simulated people who stand in linked tables alone: nobody answers after that."""
    state = current.up_to_date(desk, study)
    tables = current.tables(desk, study, state)
    people = sum(tables.outline(group.id).answered_at_all for group in study.groups)
    return store.AnswersSince(people, 0 if last else people, state.answers_at)


def preview(desk: Desk, study_id: str) -> ReleasePreview:
    """How the next release would tell what it holds. Raises NotFound, NotPermitted, StateRefused where too few people
    are new or changed, or a count could be worked out: what it would not tell is not shown either."""
    ahead = outlook(desk, study_id)
    _enough(ahead)
    draft = _draft(desk, study_id, ahead)
    _protected(draft)
    return ReleasePreview(outlook=ahead, pages={key: how_told(page) for key, page in draft.objects.items()})


def make(desk: Desk, study_id: str) -> Release:
    """Makes the next release. Nothing of it is there until all of it is. Raises NotFound, NotPermitted, and
    StateRefused where too few people are new or changed, a count could be worked out, or another was made
    meanwhile."""
    ahead = outlook(desk, study_id)
    _enough(ahead)
    return _made(desk, _draft(desk, study_id, ahead))


def make_due(desk: Desk, study_id: str) -> Release | None:
    """Makes the next release if it is due by what the study says; None where it is not. Raises as `make` does."""
    ahead = outlook(desk, study_id)
    return _made(desk, _draft(desk, study_id, ahead)) if ahead.due else None


def take_down(desk: Desk, study_id: str, number: int, pages: Collection[str]) -> int:
    """Deletes what pages of a release say, by their keys, for good; that they were there stays, and later releases
    protect the rest as if they still were. Returns how many could be read until now. Raises NotFound for a release that
    there is none of or that does not hold all of them, NotPermitted."""
    study = _allowed(desk, study_id)
    with desk.writing() as work:
        release = store.release(work.session, Scope(study.id, desk.runtime.origin), number)
        if release is None:
            raise NotFound(say("no_release", number=number))
        there = {key for key in store.pages(work.session, release.id) if not key.startswith(PUBLISHED)}
        if not there.issuperset(pages):
            raise NotFound(say("not_in_release", number=number))
        taken = store.take_down(work.session, release.id, pages, work.now)
        work.record(AuditAction.RELEASE_PAGES_TAKEN_DOWN, str(number), study=study.id, pages=sorted(pages))
    return taken


def _allowed(desk: Desk, study_id: str) -> Study:
    """A release is of every site: somebody who manages one of them does not make it."""
    study = desk.study(study_id)
    desk.check_everywhere(Action.MAKE_RELEASE, study_id, say("whole_study_only"))
    return study


def _enough(ahead: ReleaseOutlook) -> None:
    if ahead.missing:
        raise StateRefused(
            say(
                "too_few_new",
                new=ahead.new_or_changed,
                needed=ahead.needed,
                missing=ahead.missing,
            )
        )


@dataclass(frozen=True, kw_only=True)
class _Draft:
    release: Release
    objects: Mapping[str, PageObjects]
    groups: tuple[drafting.GroupDraft, ...]


def _draft(desk: Desk, study_id: str, ahead: ReleaseOutlook) -> _Draft:
    """Everything of a release, in memory. In the study's own language: a release is one thing, whoever reads it."""
    data = read_data(desk.as_written, study_id, Action.MAKE_RELEASE)
    study, scope = data.study, Scope(study_id, desk.runtime.origin)
    with desk.reading() as work:
        now = work.now
        earlier = list(reversed(store.releases(work.session, scope)))
    release = Release(
        id=new_id(),
        study=study.id,
        origin=desk.runtime.origin,
        number=ahead.number,
        cut_at=now,
        answers_at=data.state.answers_at or now,
        made_by=desk.actor.name if isinstance(desk.actor, Staff) else None,
        people=ahead.people,
        new_or_changed=ahead.new_or_changed,
        terms=ReleaseTerms.of(study),
        versions=_versions(data),
        collecting=ahead.collecting,
    )
    groups = tuple(drafting.group_draft(data, group.id, release, earlier) for group in study.groups)
    objects: dict[str, PageObjects] = {}
    for group in groups:
        objects |= group.objects
    return _Draft(release=release, objects=objects, groups=groups)


def _versions(data: ResultData) -> dict[str, list[int]]:
    """The versions that somebody who is counted answered on, by questionnaire."""
    found: dict[str, set[int]] = {}
    for point in data.study.touchpoints:
        if answered := data.outline(point.group).answered_versions(point.number):
            found.setdefault(point.questionnaire, set()).update(answered)
    return {name: sorted(found[name]) for name in sorted(found)}


def _protected(draft: _Draft) -> None:
    if not all(group.passed for group in draft.groups):
        raise StateRefused(say("not_protected"))


def _made(desk: Desk, draft: _Draft) -> Release:
    """Stores a draft. A count that can be worked out from it stands in the way."""
    _protected(draft)
    pages = {key: written(key, page) for key, page in draft.objects.items()}
    for group in draft.groups:
        pages[drafting.published_key(group.group)] = group.published
    log = json.dumps([line for group in draft.groups for line in group.log], ensure_ascii=False)
    release = draft.release
    for group in draft.groups:
        if group.cut is not None:
            cuts.keep(desk.runtime, release, group.group, group.cut)
    by = desk.actor.id if isinstance(desk.actor, Staff) else None
    try:
        with desk.writing() as work:
            store.add(work.session, release, by, pages, log)
            work.record(
                AuditAction.RELEASE_MADE,
                str(release.number),
                study=release.study,
                people=release.people,
                new_or_changed=release.new_or_changed,
            )
    except store.NumberTaken as error:
        raise StateRefused(say("made_meanwhile", number=release.number)) from error
    return release
