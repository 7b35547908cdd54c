"""A list from a file in one go, for whoever cannot be asked in between: everything that is wrong is said, and either
all are added or nobody is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from surveyapp.domain.fieldwork.lists import DoubleChoice, ListRecord, ListState
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.lists import bringing, checking, headings, held, sorting
from surveyapp.services.lists.bringing import StepOfList
from surveyapp.services.lists.checking import Listed
from surveyapp.services.lists.files import reading
from surveyapp.services.lists.files.sheet import ListSheet, RowFault
from surveyapp.services.lists.known import compare
from surveyapp.services.lists.mapping import ListMapping, mapped, unknown_columns
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.participants import list_columns
from surveyapp.services.participants.enrolment_form import ListColumn
from surveyapp.services.participants.written_days import DayOrder
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.database import new_id
from surveyapp.store.lists import records
from surveyapp.store.participants import Sealed

NEEDED = ("group",)
"""Columns a file cannot do without. All others may be left out or empty."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """What came of a file. `references` are those added, or that would be; empty when there are `faults`. `shared` are
    phone numbers and e-mail addresses that others have too, and that the file was imported before: unless these were
    allowed, nobody was added either. `changed`: how many who were there already have what the file says of them."""

    references: tuple[str, ...] = ()
    new_sites: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()
    shared: tuple[RowFault, ...] = ()
    changed: int = 0
    stored: bool = False


def columns(desk: Desk, study_id: str) -> tuple[ListColumn, ...]:
    """What a file's first row may name. Raises NotFound."""
    return list_columns.columns(desk.study(study_id))


def import_file(
    desk: Desk,
    study_id: str,
    data: bytes,
    *,
    dry_run: bool = False,
    allow_shared: bool = False,
    update: bool = False,
    order: DayOrder | None = None,
    encoding: str = "",
    sheet: str = "",
) -> Import:
    """Adds everybody in a file, or nobody. With `dry_run` says what would come of it and stores nothing. `update`:
    whoever has a reference that is there already is changed by what the file says. `order`, `encoding`, `sheet`: what
    the file does not show by itself. Raises NotPermitted, NotFound."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.runtime.study(study_id)
    people, faults = _read(desk, study, data, order, encoding, sheet)
    file_print = held.print_of(data)
    with desk.reading() as work:
        rows = _sorted(people, _known(work, scope) if update else frozenset())
        new = [(line, listed.new) for line, listed in rows.new]
        compared = compare(work, scope, study, new, rows.known, rows.groups, look_for_shared=True)
        again = _imported_before(work, study, file_print)
    faults = checking.all_faults(faults, compared, {line for line, *_ in rows.known})
    placement = compared.placement
    shared = tuple(sorted([*again, *(RowFault(line, each.field, each.sentence) for line, each in placement.shared)]))
    if faults:
        return Import(faults=tuple(faults), shared=shared)
    sites = tuple(placement.new_sites)
    if dry_run or (shared and not allow_shared):
        references = tuple(person.reference for _, person in placement.people)
        changed = len({each.person.id for each in compared.changes.values()})
        return Import(references=references, new_sites=sites, shared=shared, changed=changed)
    brought = _bring_in(desk, scope, study, rows, len(people), file_print)
    return Import(references=brought.references, new_sites=sites, shared=shared, changed=brought.changed, stored=True)


def _read(
    desk: Desk, study: Study, data: bytes, order: DayOrder | None, encoding: str, wanted: str
) -> tuple[list[Listed], list[RowFault]]:
    words = headings.words_for(desk.runtime, study)
    sheet = reading.read_sheet(data, words, encoding=encoding, sheet_name=wanted)
    if (which := _which_sheet(sheet, wanted)) is not None:
        return [], [RowFault(1, "", which)]
    mapping = ListMapping(columns=words.proposed(sheet.header), order=order, encoding=encoding)
    if not sheet.header:
        return [], sheet.everything_wrong
    if sheet.encoding and not encoding:
        sheet.fault(1, "", say("encoding_guessed", encoding=sheet.encoding))
    with desk.reading() as work:
        sites = {each.name: each.reference for each in participants.sites(work.session, study.id, work.today(study))}
    made = mapped(sheet, mapping, study, sites)
    made.faults += unknown_columns(sheet, mapping, words)
    if made.either and order is None:
        made.faults.append(RowFault(sheet.line, "", say("dates_either", written=made.either)))
    return checking.read_rows(study, desk.runtime.today(study), desk.runtime.zone(study), made, lambda done: None)


def _which_sheet(sheet: ListSheet, wanted: str) -> Sentence | None:
    """What is to be said first of a workbook: which sheet is the list, where several may be, or one that is not seen,
    and that the one named is not there."""
    if wanted and not sheet.name:
        return None if sheet.faults else say("sheets_none")
    if wanted and wanted != sheet.name:
        return say("sheet_not_there", sheet=_quoted([wanted]), sheets=_quoted(sheet.sheets or [sheet.name]))
    hidden = [each for each in sheet.lists if each in sheet.hidden]
    if wanted or (not hidden and len(sheet.lists) < 2):
        return None
    if len(sheet.lists) < 2:
        return say("sheet_hidden", sheet=_quoted(hidden))
    if hidden:
        return say("sheets_some_hidden", sheets=_quoted(sheet.lists), hidden=_quoted(hidden))
    return say("sheets_several", sheets=_quoted(sheet.lists))


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"“{each}”" for each in names)


def _known(work: Work, scope: Scope) -> frozenset[str]:
    return frozenset(participants.references_in(work.session, scope))


def _sorted(people: list[Listed], known: frozenset[str]) -> sorting.Sorted:
    """What becomes of each row: whoever has a reference that is `known` is changed, all others are new."""
    rows = sorting.Sorted(groups=True)
    for line, listed in people:
        if listed.new.reference in known:
            rows.known.append((line, listed.new.reference, DoubleChoice.UPDATE, listed))
        else:
            rows.new.append((line, listed))
    return rows


def _imported_before(work: Work, study: Study, file_print: str) -> list[RowFault]:
    """A warning when this very file was imported already: people without a number or address would be there twice."""
    day = held.brought_before(work, study, file_print)
    return [] if day is None else [RowFault(1, "", say("file_imported", day=day))]


def _bring_in(
    desk: Desk,
    scope: Scope,
    study: Study,
    rows: sorting.Sorted,
    total: int,
    file_print: str,
) -> bringing.Brought:
    import_id = new_id()
    with desk.writing() as work:
        mark = held.mark(work, file_print)
        record = ListRecord(
            id=import_id,
            study=study.id,
            staff_id=work.staff_id,
            staff_name=None,
            file_name="",
            sha256=mark,
            state=ListState.IMPORTING,
            made_at=work.now,
            done=0,
            total=total,
            beat_at=work.now,
        )
        records.add(work.session, record, Sealed("", b""))
    try:
        return bringing.bring_in(
            desk, scope, study, import_id, rows, Decisions(), mark, lambda done: None, StepOfList()
        )
    except BaseException:
        with desk.writing() as work:
            records.remove(work.session, import_id)
        raise
