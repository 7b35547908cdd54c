"""What is shown of a list on its way into a study: its columns, what would come of it, and what came of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import FieldsRefused, SaidError, StateRefused
from surveyapp.domain.fieldwork.cases import Case, CaseState
from surveyapp.domain.fieldwork.lists import DoubleChoice, ListRecord, ListState, RowOutcome
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Contact, Site
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.kept_sentences import unpacked
from surveyapp.services.lists import checking, headings, held
from surveyapp.services.lists.checking import CasesAhead
from surveyapp.services.lists.doubles import DoubleBy, LikelyDouble
from surveyapp.services.lists.files import reading
from surveyapp.services.lists.files.sheet import ListSheet, RowFault
from surveyapp.services.lists.held import elsewhere, kept_double, record_in, scope_of, unsealed
from surveyapp.services.lists.known import EVENT
from surveyapp.services.lists.mapping import ListMapping, WrittenRow, date_either
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.mending import people as mending
from surveyapp.services.mending.people import MendPlan
from surveyapp.services.participants import contacts, list_columns
from surveyapp.services.participants.enrolment_form import ListColumn
from surveyapp.services.participants.list_columns import ListedPerson
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.database import new_id
from surveyapp.store.lists import records


@dataclass(frozen=True, kw_only=True)
class OpenList:
    """A list whose columns are being told. `columns`: what each may be; `repeated`: when this very file was brought in
    before."""

    record: ListRecord
    sheet: ListSheet
    mapping: ListMapping
    either: str
    columns: tuple[ListColumn, ...]


@dataclass(frozen=True, kw_only=True)
class LikelyPair:
    """A row and whom it may be, each by how they are reached."""

    double: LikelyDouble
    row: Contact
    other: Contact
    row_group: str
    other_group: str
    choice: DoubleChoice | None


@dataclass(frozen=True, kw_only=True)
class PersonAhead:
    """Somebody in a list and the cases they would have, each with its state and what its touchpoint is called."""

    line: int
    name: str
    group: str
    cases: tuple[tuple[Case, CaseState, str], ...]


@dataclass(frozen=True, kw_only=True)
class PlacedAhead:
    """Somebody on record whom a row puts into another group or site, or of whom it says other days, and what
    follows."""

    line: int
    reference: str
    plan: MendPlan

    @property
    def days(self) -> dict[str, dt.date]:
        """The days that are other ones from now on, by column."""
        enrolled = self.plan.enrolled_on if "enrolled_on" in self.plan.changed else None
        events = {f"{EVENT}{event}": day for event, day in self.plan.events.items()}
        return {**({"enrolled_on": enrolled} if enrolled else {}), **events}


@dataclass(frozen=True, kw_only=True)
class LookedAt:
    """A list that was looked at, with what is to be decided. `faults` are the first of `faulty`; `columns`: what they
    may be of; `placed`: the first of those whose group, site or days change."""

    record: ListRecord
    columns: tuple[ListColumn, ...]
    faults: tuple[RowFault, ...]
    faulty: int
    rows: int
    new: int
    new_sites: tuple[str, ...]
    ahead: tuple[CasesAhead, ...]
    doubles: tuple[LikelyPair, ...]
    doubles_in_all: int
    by: Mapping[str, int]
    people: tuple[PersonAhead, ...]
    page: int
    pages: int
    doubles_page: int
    double_pages: int
    decisions: Decisions
    placed: tuple[PlacedAhead, ...]
    placed_in_all: int
    again: Sentence | None = None


PER_PAGE = 25
SHOWN_PLACED = 50


def opened(desk: Desk, study_id: str, import_id: uuid.UUID, **changed: Any) -> OpenList:
    """A list whose columns are to be told; `changed`: fields of its mapping that somebody has said otherwise. Raises
    NotPermitted, NotFound, StateRefused."""
    scope_of(desk, study_id)
    study = desk.study(study_id)
    with desk.reading() as work:
        found = record_in(work, desk, study_id, import_id)
        data = unsealed(work, import_id, "file")
    mapping = ListMapping.of_json(found.summary["mapping"])
    mapping = dataclasses.replace(mapping, **changed)
    words = headings.words_for(desk.runtime, desk.runtime.study(study_id))
    sheet = reading.read_sheet(data, words, encoding=mapping.encoding, sheet_name=mapping.sheet)
    if len(mapping.columns) != len(sheet.header):
        mapping = dataclasses.replace(mapping, columns=words.proposed(sheet.header))
    either = date_either(sheet, mapping, study)
    return OpenList(record=found, sheet=sheet, mapping=mapping, either=either, columns=list_columns.columns(study))


def looked_at(desk: Desk, study_id: str, import_id: uuid.UUID, page: int = 1, doubles_page: int = 1) -> LookedAt:
    """A list with what there is to decide of it, a page of its likely doubles and one of its people. Seeing it is
    noted. Raises NotPermitted, NotFound, StateRefused."""
    scope, study = scope_of(desk, study_id), desk.study(study_id)
    with desk.reading() as work:
        found = record_in(work, desk, study_id, import_id)
        if found.state is not ListState.CHECKED:
            raise StateRefused(say("list_moved_on"))
        kept = json.loads(unsealed(work, import_id, "kept"))
        rows: list[tuple[int, WrittenRow]] = [(line, row) for line, row in kept["rows"]]
        likely = [kept_double(each) for each in kept["doubles"]]
        decisions = Decisions.of_json(found.summary.get("decisions", {}))
        pages = max(1, -(-len(rows) // PER_PAGE))
        page = min(max(page, 1), pages)
        shown = dict(rows[(page - 1) * PER_PAGE : page * PER_PAGE])
        # Whoever has the reference of a row is there, with the cases that they have.
        there = {each.line for each in likely if each.by is DoubleBy.REFERENCE}
        people = tuple(
            _person_ahead(work, study, line, row, decisions) for line, row in shown.items() if line not in there
        )
        double_pages = max(1, -(-len(likely) // PER_PAGE))
        doubles_page = min(max(doubles_page, 1), double_pages)
        by_line = dict(rows)
        groups = "group" in ListMapping.of_json(found.summary["mapping"]).columns
        beside = tuple(
            _beside(work, scope, study, each, by_line, decisions, groups)
            for each in likely[(doubles_page - 1) * PER_PAGE : doubles_page * PER_PAGE]
        )
        placed = {int(line): there for line, there in kept.get("placed", {}).items()}
        some = [each for each in likely if each.line in placed][:SHOWN_PLACED]
        coming = {each: Site(id=new_id(), study=study_id, reference=each, name=each) for each in kept["sites"]}
        moved = tuple(_placed(work, scope, study, each, placed, coming) for each in some)
        # One that was looked at before marks had keys has the plain hash beside it.
        day = held.brought_before(work, study, kept.get("print", found.sha256))
    desk.note(AuditAction.LIST_SEEN, study=study_id, page=page, doubles=len(beside))
    return LookedAt(
        record=found,
        columns=list_columns.columns(study),
        faults=tuple(RowFault(line, column, unpacked(why)) for line, column, why in kept["faults"]),
        faulty=int(found.summary["faulty"]),
        rows=len(rows),
        new=len(rows) - sum(each.proposed is not None for each in likely),
        new_sites=tuple(kept["sites"]),
        ahead=tuple(CasesAhead.of_json(each) for each in kept["ahead"]),
        doubles=beside,
        doubles_in_all=len(likely),
        by=found.summary["by"],
        people=people,
        page=page,
        pages=pages,
        doubles_page=doubles_page,
        double_pages=double_pages,
        decisions=decisions,
        placed=tuple(each for each in moved if each is not None),
        placed_in_all=len(placed),
        again=None if day is None else say("file_imported", day=day),
    )


def _placed(
    work: Work,
    scope: Scope,
    study: Study,
    double: LikelyDouble,
    placed: Mapping[int, Mapping[str, str]],
    coming: Mapping[str, Site],
) -> PlacedAhead | None:
    try:
        plan = mending.plan_in(work, scope, study, double.reference, placed[double.line], coming)
    except (FieldsRefused, SaidError):  # it is among the faults
        return None
    return PlacedAhead(line=double.line, reference=double.reference, plan=plan)


def _person_ahead(work: Work, study: Study, line: int, row: WrittenRow, decisions: Decisions) -> PersonAhead:
    zone = work.runtime.zone(study)
    listed, _ = list_columns.check(study, work.today(study), zone, row)
    person = checking.somebody(study, work.now, listed)
    standing = scheduling.as_it_stands(work, study)
    planned = scheduling.planned(standing, zone, work.now, person, listed.new.events, decisions.late)
    group = study.group(listed.new.group)
    titles = {each.number: each.title for each in study.touchpoints_of(listed.new.group)}
    return PersonAhead(
        line=line,
        name=row.get("name", ""),
        group=group.title if group else "",
        cases=tuple((case, case.state(work.now, None), titles[case.touchpoint]) for case in planned),
    )


def _beside(
    work: Work,
    scope: Scope,
    study: Study,
    double: LikelyDouble,
    rows: Mapping[int, WrittenRow],
    decisions: Decisions,
    groups: bool,
) -> LikelyPair:
    """`groups`: a column says who is in which. What is said of all who are new moves nobody who is there."""

    def of_row(line: int) -> ListedPerson:
        return list_columns.check(study, work.today(study), work.runtime.zone(study), rows.get(line, {}))[0]

    def title(group_id: str) -> str:
        group = study.group(group_id)
        return group.title if group else group_id

    own = of_row(double.line)
    if double.reference:
        person = participants.participant_by_reference(work.session, scope, double.reference, work.today(study))
        other = contacts.read(work, person.id) if person else Contact()
        other_group = person.group if person else ""
    else:
        listed = of_row(double.other_line)
        other, other_group = listed.new.contact, listed.new.group
    return LikelyPair(
        double=double,
        row=own.new.contact,
        other=other,
        row_group=title(own.new.group) if groups or double.by is not DoubleBy.REFERENCE else "",
        other_group=title(other_group),
        choice=decisions.doubles.get(double.line, double.proposed),
    )


@dataclass(frozen=True, kw_only=True)
class RowResult:
    """What came of a row, for the file that is handed back."""

    line: int
    outcome: RowOutcome
    reference: str
    contact: Contact


def results_of(desk: Desk, study_id: str, import_id: uuid.UUID) -> list[RowResult]:
    """What came of each row, with the reference and how the person is reached, so that it can be put beside the list:
    both are left out of whoever is at a site by now that the actor does not manage. Noted of everybody in it. Raises
    NotPermitted, NotFound."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id, Action.SEE_CONTACTS)
    with desk.writing() as work:
        record_in(work, desk, study_id, import_id)
        rows = records.rows_of(work.session, import_id)
        unseen = elsewhere(work, scope, import_id, rows)
        rows = [dataclasses.replace(each, reference=None) if each.participant_id in unseen else each for each in rows]
        people = [each.participant_id for each in rows if each.participant_id is not None]
        held = contacts.read_many(work, [each for each in people if each not in unseen])
        seen = sorted({each.reference for each in rows if each.reference})
        work.record_many(
            AuditAction.CONTACT_SEEN, [(reference, {"file": "list results"}) for reference in seen], study=study_id
        )
    return [
        RowResult(
            line=each.line,
            outcome=each.outcome,
            reference=each.reference or "",
            contact=held.get(each.participant_id, Contact()) if each.participant_id else Contact(),
        )
        for each in rows
    ]
