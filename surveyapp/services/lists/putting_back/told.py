"""What is told of taking a list back: what would come of it, and what came of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from surveyapp.domain.fieldwork.lists import CHANGED_ROWS, RowOutcome
from surveyapp.services.lists.held import elsewhere, record_in, scope_of
from surveyapp.services.lists.putting_back.kept import opened
from surveyapp.services.participants import list_columns
from surveyapp.services.participants.enrolment_form import ListColumn
from surveyapp.services.work import Desk, Work
from surveyapp.store.lists import records
from surveyapp.store.lists.records import ListRow

SHOWN_STAYED = 500
"""Of how many it is said what stays."""


@dataclass(frozen=True, kw_only=True)
class TakingBack:
    """What taking a list back would do: how many would go, how many would be as they were, and how many have begun to
    answer or are `elsewhere`, at sites that the actor does not manage, so that it cannot be. `begun`: some of it was
    done, and something kept the rest."""

    added: int
    changed: int
    answered: int
    elsewhere: int
    begun: bool


def taking_back(desk: Desk, study_id: str, import_id: uuid.UUID) -> TakingBack:
    """Raises NotPermitted, NotFound."""
    scope = scope_of(desk, study_id)
    with desk.reading() as work:
        found = record_in(work, desk, study_id, import_id)
        rows = records.rows_of(work.session, import_id)
        unseen = elsewhere(work, scope, import_id, rows)
        answered = records.answered(work.session, import_id)
    there = [each for each in rows if each.participant_id is not None]
    return TakingBack(
        added=sum(each.outcome is RowOutcome.ADDED for each in there),
        changed=len({each.participant_id for each in there if each.outcome in CHANGED_ROWS}),
        answered=answered,
        elsewhere=len(unseen),
        begun="back" in found.summary,
    )


@dataclass(frozen=True, kw_only=True)
class Stayed:
    """Somebody of whom something stays as it is, since it was changed after a list that was taken back: `what`, by the
    columns of a list, or as `person` says."""

    reference: str
    what: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What came of taking a list back: how many who were added went, how many who were there already were `put_back`,
    and of whom something stays: the first of `several`, of whom some are `elsewhere`, at sites that the actor does not
    manage. `columns`: what it may be of."""

    added: int
    put_back: int
    stayed: tuple[Stayed, ...]
    several: int
    elsewhere: int
    columns: tuple[ListColumn, ...]


def taken_back(desk: Desk, study_id: str, import_id: uuid.UUID) -> TakenBack | None:
    """None: it is not told of a list that was taken back before it was counted. Raises NotPermitted, NotFound."""
    scope, study = scope_of(desk, study_id), desk.study(study_id)
    with desk.reading() as work:
        back = record_in(work, desk, study_id, import_id).summary.get("back")
        if back is None:
            return None
        rows = [each for each in records.rows_of(work.session, import_id) if each.outcome in CHANGED_ROWS]
        unseen = elsewhere(work, scope, import_id, rows)
        seen = [each for each in rows if each.participant_id not in unseen]
        work.seals.expect(each.participant_id for each in seen[:SHOWN_STAYED] if each.participant_id)
        stayed = [each for row in seen[:SHOWN_STAYED] if (each := _stayed(work, row)) is not None]
    return TakenBack(
        added=back["added"],
        put_back=back["put_back"],
        stayed=tuple(stayed),
        several=len(rows),
        elsewhere=len(unseen),
        columns=list_columns.columns(study),
    )


def _stayed(work: Work, row: ListRow) -> Stayed | None:
    if row.before is None or row.participant_id is None or row.reference is None:
        return None
    stays = opened(work, row.participant_id, row.before).get("stays")
    return None if stays is None else Stayed(reference=row.reference, what=tuple(stays))
