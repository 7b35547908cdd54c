"""Results, for those who may see them. Nothing here names a person or shows anybody's words.

Pages say what the study says in the reader's language, where it is translated. Files are in the study's own language
and carry its codes, whoever takes them: they are put beside one another, and read by programs.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.reports.files import csv_file, people_csv
from surveyapp.services.results import distributions, measures
from surveyapp.web.evaluator import views
from surveyapp.web.evaluator.asked import ResultsQuery, asked_for
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only

evaluator = Blueprint("evaluator", __name__, url_prefix="/results", template_folder="templates")
# Globals, because a macro that is imported sees no context.
evaluator.add_app_template_global(views.bar_drawing, "bar_drawing")
evaluator.add_app_template_global(views.panel_drawing, "panel_drawing")


def _page(template: str, study: Study, **values: Any) -> str:
    bundle, style = views.plotly_files()
    return render_template(f"evaluator/{template}.html", study=study, plotly=bundle, plotly_style=style, **values)


@evaluator.get("/<study_id>")
@staff_only
def overview(study_id: str) -> str:
    shifts = measures.overview(desk(), study_id)
    study = staff_study(study_id)
    manages = current_staff().may(Action.MANAGE_PARTICIPANTS, study_id)
    return _page(
        "overview", study, manages=manages, themes=views.overview(study, shifts),
        answered=views.anything_answered(shifts),
        data_at=max((shift.edition.at for shift in shifts if shift.edition.at), default=None),
    )  # fmt: skip


@evaluator.get("/<study_id>/measures/<measure_id>")
@staff_only
def measure(study_id: str, measure_id: str) -> str:
    study = staff_study(study_id)
    asked = asked_for(study, request.args)
    shift, other = measures.shift_beside(desk(), study_id, measure_id, matched=asked.matched, segment=asked.segment)
    remarks = asked.remarks
    if asked.matched and not shift.matched:
        remarks += (_("The people who answered every time cannot be shown apart here. Everyone is shown."),)
    return _page("measure", study, remarks=remarks, view=views.measure(study, shift, other))


@evaluator.get("/<study_id>/measures/<measure_id>.csv")
@staff_only
def measure_csv(study_id: str, measure_id: str) -> Response:
    study = runtime().study(study_id)
    asked = asked_for(study, request.args)
    shift = measures.shift(desk().as_written, study_id, measure_id, matched=asked.matched, segment=asked.segment)
    beside = people_csv.measure_comparators(runtime().study(study_id), shift)
    rows = (*csv_file.measure_rows(shift), *beside)
    return csv_reply(csv_file.csv_file(csv_file.MEASURE_COLUMNS, rows), measure_id)


@evaluator.get("/<study_id>/questions/<group>/<int:touchpoint>")
@staff_only
def questions(study_id: str, group: str, touchpoint: int) -> str:
    study, asked, blocks = _questions(study_id, group, touchpoint)
    return _page(
        "questions", study, group=study.group(group), touchpoint=study.touchpoint(group, touchpoint),
        asked=asked, sections=views.by_section(blocks),
        places=views.touchpoint_choices(study, group, touchpoint, asked),
        split=views.split_choices(study, group, touchpoint, asked),
        data_at=next((block.together[0].edition.at for block in blocks), None),
    )  # fmt: skip


@evaluator.get("/<study_id>/questions/<group>/<int:touchpoint>/<variable>")
@staff_only
def question(study_id: str, group: str, touchpoint: int, variable: str) -> str:
    study, asked, blocks = _questions(study_id, group, touchpoint)
    block = next((block for block in blocks if block.id == variable), None)
    if block is None:
        raise NotFound(say("no_question", name=variable))
    return _page(
        "question", study, group=study.group(group), touchpoint=study.touchpoint(group, touchpoint),
        asked=asked, block=block, figures=views.question_figures(block), data_at=block.together[0].edition.at,
    )  # fmt: skip


@evaluator.get("/<study_id>/questions/<group>/<int:touchpoint>.csv")
@staff_only
def questions_csv(study_id: str, group: str, touchpoint: int) -> Response:
    asked = asked_for(runtime().study(study_id), request.args)
    found = distributions.questions(desk().as_written, study_id, group, touchpoint, segment=asked.segment)
    beside = people_csv.question_comparators(runtime().study(study_id), found)
    rows = (*csv_file.question_rows(study_id, found), *beside)
    return csv_reply(csv_file.csv_file(csv_file.QUESTION_COLUMNS, rows), f"{group}_{touchpoint}")


def _questions(study_id: str, group: str, touchpoint: int) -> tuple[Study, ResultsQuery, list[views.Block]]:
    study = staff_study(study_id)
    asked = asked_for(study, request.args)
    found = distributions.questions(desk(), study_id, group, touchpoint, segment=asked.segment)
    return study, asked, views.blocks(found)


def csv_reply(content: bytes, name: str) -> Response:
    """A file to download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)
