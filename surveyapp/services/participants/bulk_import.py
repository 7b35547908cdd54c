"""Many participants from one file: every fault of every row is said, and either all are added or nobody is."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.participants import enrolment_form
from surveyapp.services.participants.csv_reader import RowFault, read_table
from surveyapp.services.participants.enrolling import Placement, enrol, place
from surveyapp.services.participants.enrolment_form import ListColumn, NewParticipant
from surveyapp.services.work import Desk, Work
from surveyapp.store import enrolment as store

NEEDED = ("group",)
"""Columns a file cannot do without. All others may be left out or empty."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """What came of a file. `references` are those added, or that would be; empty when there are `faults`. `shared` are
    phone numbers and e-mail addresses that others have too, and that the file was imported before: unless these were
    allowed, nobody was added either."""

    references: tuple[str, ...] = ()
    new_sites: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()
    shared: tuple[RowFault, ...] = ()
    stored: bool = False


def columns(desk: Desk, study_id: str) -> tuple[ListColumn, ...]:
    """What a file's first row may name. Raises NotFound."""
    return enrolment_form.columns(desk.study(study_id))


def import_file(desk: Desk, study_id: str, data: bytes, *, dry_run: bool = False, allow_shared: bool = False) -> Import:
    """Adds everybody in a CSV file, in one unit of work, or nobody. With `dry_run` says what would come of it and
    stores nothing. Raises NotPermitted, NotFound."""
    study = desk.runtime.study(study_id)
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    # What needs no database is checked before it is asked: reading thousands of numbers takes a while.
    rows, faults = _read(study, desk.runtime.today(study), data)
    sha256 = hashlib.sha256(data).hexdigest()
    if dry_run or faults:
        with desk.reading() as work:
            again = _imported_before(work, study, sha256)
            return _outcome(_place(work, scope, study, rows), faults, again)
    with desk.writing() as work:
        store.lock(work.session, study_id)
        placement = _place(work, scope, study, rows)
        outcome = _outcome(placement, faults, _imported_before(work, study, sha256))
        if outcome.faults or (outcome.shared and not allow_shared):
            return outcome
        enrol(work, placement, "import")
        count = len(outcome.references)
        work.record(AuditAction.PARTICIPANTS_IMPORTED, study=study_id, count=count, sha256=sha256)
        return Import(
            references=outcome.references, new_sites=outcome.new_sites, faults=(), shared=outcome.shared, stored=True
        )


def _read(study: Study, today: dt.date, data: bytes) -> tuple[list[tuple[int, NewParticipant]], list[RowFault]]:
    table = read_table(data, [column.name for column in enrolment_form.columns(study)], NEEDED)
    faults, rows = list(table.faults), []
    told = {(fault.line, fault.column) for fault in faults}
    for line, cells in table.rows:
        new, wrong = enrolment_form.check(study, today, cells)
        rows.append((line, new))
        # A column that is missing was said to be, once; not again for every row.
        faults += [
            RowFault(line, fault.field, fault.sentence)
            for fault in wrong
            if (fault.field not in NEEDED or fault.field in table.columns) and (line, fault.field) not in told
        ]
    return rows, faults


def _place(work: Work, scope: Scope, study: Study, rows: list[tuple[int, NewParticipant]]) -> Placement:
    return place(work, scope, study, rows, lambda line: say("on_line", line=line))


def _imported_before(work: Work, study: Study, sha256: str) -> list[RowFault]:
    """A warning when this very file was imported already: people without a number or address would be there twice."""
    days = [
        at.astimezone(work.runtime.zone(study)).date()
        for at, detail in work.recorded(study.id, AuditAction.PARTICIPANTS_IMPORTED)
        if detail.get("sha256") == sha256
    ]
    return [RowFault(1, "", say("file_imported", day=day)) for day in days[-1:]]


def _outcome(placement: Placement, faults: list[RowFault], again: list[RowFault]) -> Import:
    told = {(fault.line, fault.column) for fault in faults}
    more = [
        RowFault(line, fault.field, fault.sentence)
        for line, fault in placement.faults
        if (line, fault.field) not in told
    ]
    every = tuple(sorted([*faults, *more]))
    shared = tuple(sorted([*again, *(RowFault(line, each.field, each.sentence) for line, each in placement.shared)]))
    if every:
        return Import(faults=every, shared=shared)
    references = tuple(participant.reference for _, participant in placement.people)
    return Import(references=references, new_sites=tuple(placement.new_sites), faults=(), shared=shared)
