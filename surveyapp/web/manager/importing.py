"""Bringing a list in: the file, what its columns are, what would come of it, and how far it has come."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.lists import DoubleChoice, LateChoice, ListState
from surveyapp.domain.participants import CONTACT_FIELDS
from surveyapp.domain.staff import Action
from surveyapp.reports.files.csv_file import csv_file
from surveyapp.services.lists import all_at_once, held, imports, list_pages, taking_back
from surveyapp.services.lists.doubles import DoubleBy
from surveyapp.services.lists.files.sheet import MAXIMUM_BYTES, MAXIMUM_ROWS
from surveyapp.services.lists.files.text_files import ENCODINGS
from surveyapp.services.lists.mapping import ListMapping
from surveyapp.services.lists.putting_back import told
from surveyapp.services.lists.putting_back.person import GONE, WITHDRAWN
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.participants.enrolment_form import ListColumn
from surveyapp.services.participants.written_days import DayOrder
from surveyapp.web.manager import forms, views
from surveyapp.web.manager.blueprint import manager, page
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import listed, staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import current_staff, desk, recently_verified, staff_only
from surveyapp.web.shared.words import worded

LIST = "/<study_id>/participants/import/<uuid:import_id>"

STATES = {
    ListState.READ: lazy("Columns to be told"),
    ListState.CHECKING: lazy("Being looked at"),
    ListState.CHECKED: lazy("To be decided"),
    ListState.IMPORTING: lazy("Being brought in"),
    ListState.IMPORTED: lazy("In the study"),
    ListState.UNDONE: lazy("Taken back"),
}

CHOICES = {
    DoubleChoice.ANOTHER: lazy("Somebody else: add them"),
    DoubleChoice.MERGE: lazy("The same person: fill in what is not known yet"),
    DoubleChoice.UPDATE: lazy("The same person: what the list says goes before"),
    DoubleChoice.LEAVE: lazy("Leave the row out"),
}

BY = {
    DoubleBy.REFERENCE: lazy("the same reference"),
    DoubleBy.CONTACT: lazy("the same phone number or e-mail address"),
    DoubleBy.NAME: lazy("the same name, and group, site or year of birth"),
    DoubleBy.NEAR_NAME: lazy("nearly the same name, and group, site or year of birth"),
}

LATE = {
    LateChoice.CLOSED: lazy("Closed: they are added, and nobody asks them this"),
    LateChoice.FROM_TODAY: lazy("Open from today, for as long as the study gives"),
    LateChoice.NOT_ASKED: lazy("Not theirs: they count as not eligible for it"),
}


@manager.route("/<study_id>/participants/import", methods=["GET", "POST"])
@staff_only
def import_file(study_id: str) -> Reply:
    """Takes a file, and lists those of before."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    form = forms.ImportForm()
    if form.validate_on_submit():
        data = form.file.data.read(MAXIMUM_BYTES + 1)
        try:
            import_id = imports.begin(desk(), study_id, form.file.data.filename or "", data)
        except InputRefused as refused:
            form.file.errors = [worded(refused.sentence)]
        else:
            return redirect(url_for("manager.list_page", study_id=study_id, import_id=import_id))
    return page(
        "import",
        form,
        lists=held.lists(desk(), study_id),
        states=STATES,
        columns=all_at_once.columns(desk(), study_id),
        column_label=views.column_label,
        needed=all_at_once.NEEDED,
        maximum_rows=MAXIMUM_ROWS,
    )


@manager.get("/<study_id>/participants/import/columns.csv")
@staff_only
def template(study_id: str) -> Reply:
    """An empty file to fill in: the names of every column."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    response = make_response(csv_file([column.name for column in all_at_once.columns(desk().as_written, study_id)], []))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{study_id}-participants.csv"'
    return response


@manager.get(LIST)
@staff_only
def list_page(study_id: str, import_id: uuid.UUID) -> Reply:
    """A list where it stands: its columns, what would come of it, how far it has come, or what came of it."""
    found = held.record(desk(), study_id, import_id)
    match found.state:
        case ListState.READ:
            return _columns_page(study_id, import_id)
        case ListState.CHECKED:
            return _decide_page(study_id, import_id)
        case ListState.CHECKING | ListState.IMPORTING:
            stand = held.worked_on(desk(), found)
            return page("list_progress", record=found, stand=stand, interrupted=held.interrupted(desk(), found))
        case ListState.UNDONE:
            return _taken_back_page(study_id, import_id)
    if (stand := held.worked_on(desk(), found)) is not None:
        return page("list_going_back", record=found, stand=stand)
    back = told.taking_back(desk(), study_id, import_id)
    return page("list_done", record=found, back=back, failure=held.failure(found))


def _taken_back_page(study_id: str, import_id: uuid.UUID) -> Reply:
    record, study = held.record(desk(), study_id, import_id), staff_study(study_id)
    made = told.taken_back(desk(), study_id, import_id)
    labels = _labels(made.columns) if made else {}
    labels |= {WITHDRAWN: _("has withdrawn"), GONE: _("how they were is kept no longer")}
    labels |= {
        f"touchpoint.{number}": _("Touchpoint %(number)s", number=number)
        for number in sorted({each.number for each in study.touchpoints})
    }
    return page(
        "list_taken_back",
        record=record,
        made=made,
        said=functools.partial(_said, labels),
        failure=worded(failure) if (failure := held.failure(record)) else "",
    )


def _said(labels: Mapping[str, str], columns: Iterable[str]) -> str:
    """Columns in words, as they follow one another in a list."""
    return listed([labels.get(each, each) for each in sorted(columns, key=lambda each: [*labels, each].index(each))])


def _columns_page(study_id: str, import_id: uuid.UUID, refused: InputRefused | None = None, **changed: Any) -> Reply:
    opened = list_pages.opened(desk(), study_id, import_id, **changed)
    return page(
        "list_columns",
        opened=opened,
        fault=worded(refused.sentence) if refused else "",
        at=refused.field if refused else "",
        faulty=refused is not None,
        failure=held.failure(opened.record),
        labels=_labels(opened.columns),
        encodings=ENCODINGS,
    )


@manager.post(f"{LIST}/columns")
@staff_only
def list_columns(study_id: str, import_id: uuid.UUID) -> Reply:
    """Keeps what the columns are, and looks at every row."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    asked, study = request.form, staff_study(study_id)
    encoding = asked.get("encoding", "")
    order = asked.get("order", "")
    changed: dict[str, Any] = {
        "group": asked.get("group", "") if study.group(asked.get("group", "")) else "",
        "order": DayOrder(order) if order in set(DayOrder) else None,
        "encoding": encoding if encoding in ENCODINGS else "",
        "sheet": asked.get("sheet", ""),
    }
    opened = list_pages.opened(desk(), study_id, import_id)
    read_anew = (changed["encoding"], changed["sheet"]) != (opened.mapping.encoding, opened.mapping.sheet)
    names = {column.name for column in opened.columns}
    told = tuple(
        each if (each := asked.get(f"column-{place}", "")) in names else "" for place in range(len(opened.sheet.header))
    )
    if not read_anew:
        changed["columns"] = told
    else:
        imports.keep_reading(desk(), study_id, import_id, changed["encoding"], changed["sheet"])
        return redirect(url_for("manager.list_page", study_id=study_id, import_id=import_id))
    try:
        imports.tell_columns(desk(), study_id, import_id, ListMapping(**changed))
    except InputRefused as refused:
        return _columns_page(study_id, import_id, refused, **changed)
    return redirect(url_for("manager.list_page", study_id=study_id, import_id=import_id))


def _labels(columns: Iterable[ListColumn]) -> dict[str, str]:
    return {column.name: views.column_label(column) for column in columns}


def _decide_page(study_id: str, import_id: uuid.UUID, fault: str = "") -> Reply:
    seen = list_pages.looked_at(desk(), study_id, import_id, whole_number("page") or 1, whole_number("doubles") or 1)
    failure = held.failure(seen.record)
    return page(
        "list_decide",
        seen=seen,
        fault=fault or (worded(failure) if failure else ""),
        faulty=bool(fault),
        choices=CHOICES,
        by=BY,
        late=LATE,
        labels=_labels(seen.columns),
        groups={group.id: group.title for group in staff_study(study_id).groups},
    )


@manager.post(f"{LIST}/decide")
@staff_only
def list_decide(study_id: str, import_id: uuid.UUID) -> Reply:
    """Brings the list in as decided, or goes back to its columns."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    here = url_for("manager.list_page", study_id=study_id, import_id=import_id)
    if "back" in request.form:
        imports.back_to_columns(desk(), study_id, import_id)
        return redirect(here)
    decisions = Decisions(doubles=_doubles(request.form), late=_late(request.form))
    if (doubles := request.form.get("doubles", "")[:6]).isdecimal():
        imports.keep_decisions(desk(), study_id, import_id, decisions)
        return redirect(url_for("manager.list_page", study_id=study_id, import_id=import_id, doubles=doubles))
    others = request.form.get("others", "")
    try:
        imports.decide(
            desk(), study_id, import_id, decisions, DoubleChoice(others) if others in set(DoubleChoice) else None
        )
    except InputRefused as refused:
        imports.keep_decisions(desk(), study_id, import_id, decisions)
        return _decide_page(study_id, import_id, worded(refused.sentence))
    return redirect(here)


def _doubles(asked: Mapping[str, str]) -> dict[int, DoubleChoice]:
    return {
        int(line): DoubleChoice(value)
        for name, value in asked.items()
        if name.startswith("double-")
        and (line := name.removeprefix("double-")[:9]).isdecimal()
        and value in set(DoubleChoice)
    }


def _late(asked: Mapping[str, str]) -> dict[tuple[str, int], LateChoice]:
    found = {}
    for name, value in asked.items():
        group, _dot, number = name.removeprefix("late-").rpartition(".")
        if name.startswith("late-") and number.isdecimal() and value in set(LateChoice):
            found[group, int(number[:9])] = LateChoice(value)
    return found


@manager.post(f"{LIST}/discard")
@staff_only
def list_discard(study_id: str, import_id: uuid.UUID) -> Reply:
    """Throws a list away that was not brought in."""
    taking_back.discard(desk(), study_id, import_id)
    flash(_("The list is thrown away. Nobody of it was added."))
    return redirect(url_for("manager.import_file", study_id=study_id))


@manager.post(f"{LIST}/undo")
@recently_verified
def list_undo(study_id: str, import_id: uuid.UUID) -> Reply:
    """Takes a whole list back, while nobody whom it added has answered."""
    taking_back.undo(desk(), study_id, import_id)
    return redirect(url_for("manager.list_page", study_id=study_id, import_id=import_id))


@manager.get(f"{LIST}/results.csv")
@recently_verified
def list_results(study_id: str, import_id: uuid.UUID) -> Reply:
    """What came of each row, as a file."""
    rows = list_pages.results_of(desk(), study_id, import_id)
    columns = ("line", "result", "reference", *CONTACT_FIELDS)
    response = make_response(
        csv_file(
            columns,
            [
                (
                    each.line,
                    each.outcome.value,
                    each.reference,
                    *(getattr(each.contact, name) for name in CONTACT_FIELDS),
                )
                for each in rows
            ],
        )
    )
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{study_id}-list-results.csv"'
    return response
