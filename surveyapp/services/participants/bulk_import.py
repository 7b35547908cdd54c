"""Many participants from one file: every fault of every row is said, and either all are added or nobody is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope, Staff, scope_of
from surveyapp.services.participants import enrolment_form
from surveyapp.services.participants.csv_reader import RowFault, read_table
from surveyapp.services.participants.enrolling import Placement, enrol, place
from surveyapp.services.participants.enrolment_form import ListColumn, NewParticipant
from surveyapp.services.runtime import Runtime
from surveyapp.store import audit
from surveyapp.store import enrolment as store

NEEDED = ("group",)
"""Columns a file cannot do without. All others may be left out or empty."""


@dataclass(frozen=True)
class Import:
    """What came of a file. `references` are those added, or that would be; empty when there are `faults`. `shared` are
    phone numbers and e-mail addresses that others have too, and that the file was imported before: unless these were
    allowed, nobody was added either."""

    references: tuple[str, ...] = ()
    new_sites: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()
    shared: tuple[RowFault, ...] = ()
    stored: bool = False


def columns(runtime: Runtime, study_id: str, language: str | None = None) -> tuple[ListColumn, ...]:
    """What a file's first row may name; what the study calls its columns and values is in `language` (None: as it was
    written). Raises NotFound."""
    return enrolment_form.columns(runtime.study_for_staff(study_id, language))


def import_file(
    runtime: Runtime,
    staff: Staff | None,
    study_id: str,
    data: bytes,
    *,
    dry_run: bool = False,
    allow_shared: bool = False,
) -> Import:
    """Adds everybody in a CSV file, in one unit of work, or nobody. With `dry_run` says what would come of it and
    stores nothing. `staff` is None on the operator's command line. Raises NotPermitted, NotFound."""
    study = runtime.study(study_id)
    scope = Scope(study_id, runtime.origin)
    if staff is not None:
        scope = scope_of(staff, Action.MANAGE_PARTICIPANTS, study_id, runtime.origin)
    # What needs no database is checked before it is asked: reading thousands of numbers takes a while.
    rows, faults = _read(study, runtime, data)
    sha256 = hashlib.sha256(data).hexdigest()
    if dry_run or faults:
        with runtime.database.reading() as session:
            again = _imported_before(runtime, session, study, sha256)
            return _outcome(_place(runtime, session, scope, study, rows), faults, again)
    with runtime.database.writing() as session:
        store.lock(session, study_id)
        placement = _place(runtime, session, scope, study, rows)
        outcome = _outcome(placement, faults, _imported_before(runtime, session, study, sha256))
        if outcome.faults or (outcome.shared and not allow_shared):
            return outcome
        enrol(runtime, session, placement, staff, "import")
        audit.record(
            session,
            runtime.clock(),
            staff.id if staff else None,
            "participants_imported",
            study_id,
            count=len(outcome.references),
            sha256=sha256,
        )
        return Import(outcome.references, outcome.new_sites, (), outcome.shared, True)


def _read(study: Study, runtime: Runtime, data: bytes) -> tuple[list[tuple[int, NewParticipant]], list[RowFault]]:
    table = read_table(data, [column.name for column in enrolment_form.columns(study)], NEEDED)
    faults, rows, today = list(table.faults), [], runtime.today(study)
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


def _place(
    runtime: Runtime, session: Session, scope: Scope, study: Study, rows: list[tuple[int, NewParticipant]]
) -> Placement:
    return place(runtime, session, scope, study, rows, lambda line: say("on_line", line=line))


def _imported_before(runtime: Runtime, session: Session, study: Study, sha256: str) -> list[RowFault]:
    """A warning when this very file was imported already: people without a number or address would be there twice."""
    days = [
        at.astimezone(runtime.zone(study)).date()
        for at, detail in audit.details(session, study.id, "participants_imported")
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
    return Import(references, tuple(placement.new_sites), (), shared)
