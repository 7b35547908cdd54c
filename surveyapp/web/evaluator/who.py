"""Who answered, and who they are. Sites are named and people never; where somebody may see some sites alone, all of it
is of those."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Response, render_template
from flask_babel import gettext as _

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import Edition
from surveyapp.domain.staff import Action
from surveyapp.reports.files import csv_file, people_csv
from surveyapp.reports.files.workbook import sheet_each
from surveyapp.services.results import response
from surveyapp.web.evaluator import taking, who_views
from surveyapp.web.evaluator.routes import evaluator
from surveyapp.web.evaluator.views import edition_words
from surveyapp.web.shared.assembly import local_date
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import csv_reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import desk, staff_only

evaluator.add_app_template_global(who_views.beside_question, "beside_question")
evaluator.add_app_template_global(who_views.beside_measure, "beside_measure")


def _page(
    template: str, study: Study, edition: Edition, here: tuple[str | None, int | None] = (None, None), **values: Any
) -> str:
    places = who_views.places(study, *here)
    return render_template(
        f"evaluator/{template}.html", study=study, places=places, edition=edition,
        edition_words=edition_words(edition, study), **values,
    )  # fmt: skip


@evaluator.get("/<study_id>/who")
@staff_only
def who(study_id: str) -> str:
    told = response.groups(desk(), study_id)
    study = staff_study(study_id)
    return _page(
        "who", study, told[0].edition, on=told[0].on, view=who_views.overview(study, told),
        anybody=who_views.anybody(told),
    )  # fmt: skip


@evaluator.get("/<study_id>/who.csv")
@staff_only
def who_csv(study_id: str) -> Response:
    """Response of every group, by everything that it is told by."""
    acting = desk().as_written
    study = runtime().study(study_id)
    tables = [table for each in study.groups for table in response.group(acting, study_id, each.id).response]
    taking.note(study_id, "response", "csv")
    return csv_reply(csv_file.records_file(people_csv.response_records(study_id, tables)), "response")


@evaluator.get("/<study_id>/who.xlsx")
@staff_only
def who_xlsx(study_id: str) -> Response:
    """Targets, what came of each case and how it was answered; response of every group by everything it is told by."""
    study, told = staff_study(study_id), response.groups(desk(), study_id)
    view, acting = who_views.overview(study, told), desk().as_written
    every = [table for each in study.groups for table in response.group(acting, study_id, each.id).response]
    sheets, records = (
        sheet_each([view.targets, view.response, view.modes]),
        people_csv.response_records(study_id, every),
    )
    return taking.workbook_reply(study, told[0].edition, "response", sheets, records, _notes(study, told[0].on))


@evaluator.get("/<study_id>/targets.csv")
@staff_only
def targets_csv(study_id: str) -> Response:
    acting = desk()
    acting.check(Action.SEE_RESULTS, study_id)
    study = runtime().study(study_id)
    taking.note(study_id, "targets", "csv")
    return csv_reply(csv_file.csv_file(people_csv.TARGET_COLUMNS, people_csv.target_rows(study)), "targets")


@evaluator.get("/<study_id>/who/<group>")
@staff_only
def who_group(study_id: str, group: str) -> str:
    told = response.group(desk(), study_id, group)
    study = staff_study(study_id)
    return _page(
        "who_group", study, told.edition, (group, None), on=told.on, group=study.group(group),
        view=who_views.group(study, told), unrecorded=told.unrecorded,
    )  # fmt: skip


@evaluator.get("/<study_id>/who/<group>.csv")
@staff_only
def who_group_csv(study_id: str, group: str) -> Response:
    """The profile, with the figures of other people that stand beside it."""
    told = response.group(desk().as_written, study_id, group)
    records = people_csv.composition_records(runtime().study(study_id), told.profile)
    taking.note(study_id, f"profile {group}", "csv")
    return csv_reply(csv_file.records_file(records), f"profile_{group}")


@evaluator.get("/<study_id>/who/<group>.xlsx")
@staff_only
def who_group_xlsx(study_id: str, group: str) -> Response:
    study, told = staff_study(study_id), response.group(desk(), study_id, group)
    view, written = who_views.group(study, told), response.group(desk().as_written, study_id, group)
    records = people_csv.composition_records(runtime().study(study_id), written.profile)
    sheets = sheet_each([view.profile, *view.response])
    return taking.workbook_reply(study, told.edition, f"profile_{group}", sheets, records, _notes(study, told.on))


@evaluator.get("/<study_id>/who/<group>/<int:touchpoint>")
@staff_only
def who_touchpoint(study_id: str, group: str, touchpoint: int) -> str:
    told = response.touchpoint_people(desk(), study_id, group, touchpoint)
    study = staff_study(study_id)
    return _page(
        "who_touchpoint", study, told.edition, (group, touchpoint), on=told.on, group=study.group(group),
        touchpoint=study.touchpoint(group, touchpoint), view=who_views.touchpoint(study, told),
    )  # fmt: skip


@evaluator.get("/<study_id>/who/<group>/<int:touchpoint>.csv")
@staff_only
def who_touchpoint_csv(study_id: str, group: str, touchpoint: int) -> Response:
    """Who answered beside who has not, and who was lost beside who stayed."""
    told = response.touchpoint_people(desk().as_written, study_id, group, touchpoint)
    records = people_csv.composition_records(runtime().study(study_id), (*told.respondents, *told.lost))
    taking.note(study_id, f"who {group} {touchpoint}", "csv")
    return csv_reply(csv_file.records_file(records), f"who_{group}_{touchpoint}")


@evaluator.get("/<study_id>/who/<group>/<int:touchpoint>.xlsx")
@staff_only
def who_touchpoint_xlsx(study_id: str, group: str, touchpoint: int) -> Response:
    study, told = staff_study(study_id), response.touchpoint_people(desk(), study_id, group, touchpoint)
    view = who_views.touchpoint(study, told)
    written = response.touchpoint_people(desk().as_written, study_id, group, touchpoint)
    records = people_csv.composition_records(runtime().study(study_id), (*written.respondents, *written.lost))
    sheets = sheet_each([view.respondents, view.lost])
    notes = (*_notes(study, told.on), *(f"{number} {words}" for number, words in view.lost_facts))
    return taking.workbook_reply(study, told.edition, f"who_{group}_{touchpoint}", sheets, records, notes)


def _notes(study: Study, on: dt.date) -> tuple[str, ...]:
    """On which day the cases stood so, and what the flag says."""
    return (
        _("Cases as they stand on %(day)s.", day=local_date(on, study.time_zone)),
        _("⚑ Fewer than %(number)s people: read with caution.", number=study.thresholds.low_base),
    )
