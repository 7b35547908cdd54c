"""Auditors and the operator read the audit trail. That it was read is in it as well."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction, AuditEntry, AuditFilter
from surveyapp.domain.errors import NotFound, NotPermitted
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Staff
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff as staff_store
from surveyapp.store.security import audit as store

PER_PAGE = 50


@dataclass(frozen=True)
class TrailLine:
    """An entry, with who did it and whom it is about where those are staff."""

    entry: AuditEntry
    who: Staff | None
    about: Staff | None


@dataclass(frozen=True, kw_only=True)
class Trail:
    """A page of the trail, the newest first. `people` are the staff who did something in what the reader may see,
    `studies` those they may choose; `whole` whether they read of every study and of none."""

    lines: tuple[TrailLine, ...]
    matching: int
    page: int
    pages: int
    people: tuple[Staff, ...]
    studies: tuple[str, ...]
    whole: bool


def trail(desk: Desk, wanted: AuditFilter, page: int = 1) -> Trail:
    """A page of what the reader may see of the trail, as it is narrowed. Raises NotPermitted, also for a study that is
    not theirs."""
    studies = desk.studies(Action.READ_AUDIT)
    whole = not isinstance(desk.actor, Staff) or desk.actor.may(Action.READ_AUDIT, None)
    if not studies and not whole:
        raise NotPermitted(say("role_does_not_let", action=Action.READ_AUDIT))
    if wanted.study is not None:
        desk.check(Action.READ_AUDIT, wanted.study)
    within = None if whole else studies
    with desk.writing() as work:
        matching = store.count(work.session, wanted, within)
        pages = max(1, -(-matching // PER_PAGE))
        page = min(max(page, 1), pages)
        found = store.page(work.session, wanted, within, PER_PAGE, (page - 1) * PER_PAGE)
        people = _people(work, store.actors(work.session, within))
        lines = _lines(work, found)
        work.record(AuditAction.TRAIL_READ, study=wanted.study, page=page, narrowed=wanted.narrowing())
    return Trail(
        lines=lines,
        matching=matching,
        page=page,
        pages=pages,
        people=tuple(sorted(people.values(), key=lambda each: (each.name.casefold(), each.email))),
        studies=studies,
        whole=whole,
    )


def entries(desk: Desk, wanted: AuditFilter, *, who: str | None, limit: int) -> tuple[TrailLine, ...]:
    """The newest entries, as the operator narrows them; `who` is an e-mail address. Raises NotFound."""
    with desk.reading() as work:
        if who is not None:
            found = staff_store.credentials(work.session, who)
            if found is None:
                raise NotFound(say("no_account", email=who))
            wanted = dataclasses.replace(wanted, staff_id=found.staff.id)
        if wanted.study is not None and not store.count(work.session, AuditFilter(study=wanted.study), None):
            # Of one whose files are gone the trail goes on to tell.
            desk.runtime.study(wanted.study)
        return _lines(work, store.page(work.session, wanted, None, limit, 0))


def _lines(work: Work, found: Iterable[AuditEntry]) -> tuple[TrailLine, ...]:
    found = tuple(found)
    about = {entry.id: key for entry in found if (key := _key(entry.subject)) is not None}
    known = _people(work, {entry.staff_id for entry in found if entry.staff_id} | set(about.values()))
    return tuple(
        TrailLine(
            entry,
            known.get(entry.staff_id) if entry.staff_id else None,
            known.get(about[entry.id]) if entry.id in about else None,
        )
        for entry in found
    )


def _people(work: Work, keys: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, Staff]:
    return {each.id: each for each in staff_store.staff_by_ids(work.session, keys)}


def _key(subject: str | None) -> uuid.UUID | None:
    """The key of a member of staff, where an entry is about one."""
    try:
        return uuid.UUID(subject) if subject and len(subject) == 36 else None
    except ValueError:
        return None
