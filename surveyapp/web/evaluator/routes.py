"""Results, for those who may see them. Nothing here names a person or shows anybody's words.

Pages say what the study says in the reader's language, where it is translated. Files are in the study's own language
and carry its codes, whoever takes them: they are put beside one another, and read by programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import Distribution, Shift
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.reports.files.csv_file import records_file
from surveyapp.reports.files.people_csv import measure_comparators, question_comparators
from surveyapp.reports.files.records import distribution_records, shift_records
from surveyapp.services.results import distributions, measures
from surveyapp.web.evaluator import choosing, drawing, taking, views
from surveyapp.web.evaluator.asked import ReadsAsked, ResultsQuery, asked_for, asked_in_a_file
from surveyapp.web.evaluator.doors import door
from surveyapp.web.evaluator.kept import DrawnPage, draw, working_page
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import csv_reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only

evaluator = Blueprint("evaluator", __name__, url_prefix="/results", template_folder="templates")
evaluator.record_once(lambda state: drawing.install(state.app))
# A global, because a macro that is imported sees no context.
evaluator.add_app_template_global(door, "door")


def _page(template: str, study: Study, results: Sequence[Shift | Distribution], **values: Any) -> DrawnPage:
    return draw(
        template,
        study,
        results,
        reads_questionnaires=current_staff().may(Action.SEE_QUESTIONNAIRES, study.id),
        **values,
    )


@evaluator.get("/<study_id>")
@staff_only
@working_page
def overview(study_id: str) -> DrawnPage:
    shifts = measures.overview(desk(), study_id)
    study = staff_study(study_id)
    manages = current_staff().may(Action.MANAGE_PARTICIPANTS, study_id)
    return _page(
        "overview", study, shifts, manages=manages, themes=views.overview(study, shifts),
        answered=views.anything_answered(shifts),
    )  # fmt: skip


@evaluator.get("/<study_id>/measures/<measure_id>")
@staff_only
@working_page
def measure(study_id: str, measure_id: str) -> DrawnPage:
    study = staff_study(study_id)
    asked = asked_for(study, request.args)
    shift, other = measures.shift_beside(desk(), study_id, measure_id, matched=asked.matched, segment=asked.segment)
    remarks = asked.remarks
    if asked.matched and not shift.matched:
        remarks += (_("The people who answered every time cannot be shown apart here. Everyone is shown."),)
    return _page(
        "measure", study, [shift], remarks=remarks, view=views.measure(study, shift, other),
        only=choosing.measure_only(study, shift),
    )  # fmt: skip


@evaluator.get("/<study_id>/measures/<measure_id>.csv")
@staff_only
def measure_csv(study_id: str, measure_id: str) -> Response:
    study = runtime().study(study_id)
    asked = asked_in_a_file(study, request.args)
    shift = measures.shift(desk().as_written, study_id, measure_id, matched=asked.matched, segment=asked.segment)
    taking.note(study_id, measure_id, "csv")
    return csv_reply(records_file((*shift_records(shift), *measure_comparators(study, shift))), measure_id)


@evaluator.get("/<study_id>/measures/<measure_id>.xlsx")
@staff_only
def measure_xlsx(study_id: str, measure_id: str) -> Response:
    study = staff_study(study_id)
    asked = asked_in_a_file(study, request.args)
    acting = desk().as_written
    shift, other = measures.shift_beside(acting, study_id, measure_id, matched=asked.matched, segment=asked.segment)
    records = (*shift_records(shift), *measure_comparators(study, shift))
    return taking.shift_workbook(study, shift, records, measure_id, other=other)


@evaluator.get("/<study_id>/questions/<group>/<int:touchpoint>")
@staff_only
@working_page
def questions(study_id: str, group: str, touchpoint: int) -> DrawnPage:
    study, asked, blocks = _questions(study_id, group, touchpoint)
    return _page(
        "questions", study, views.shown(blocks), group=study.group(group),
        touchpoint=study.touchpoint(group, touchpoint), asked=asked, remarks=asked.remarks,
        sections=views.by_section(blocks),
        places=choosing.touchpoint_choices(study, group, touchpoint, asked),
        split=choosing.question_split(study, group, touchpoint, asked),
    )  # fmt: skip


@evaluator.get("/<study_id>/questions/<group>/<int:touchpoint>/<variable>")
@staff_only
@working_page
def question(study_id: str, group: str, touchpoint: int, variable: str) -> DrawnPage:
    study, asked, blocks = _questions(study_id, group, touchpoint)
    block = next((block for block in blocks if block.id == variable), None)
    if block is None:
        raise NotFound(say("no_question", name=variable))
    return _page(
        "question", study, views.shown([block]), group=study.group(group),
        touchpoint=study.touchpoint(group, touchpoint), asked=asked, remarks=asked.remarks, block=block,
        split=choosing.one_question_split(study, group, touchpoint, variable, asked),
    )  # fmt: skip


@evaluator.get("/<study_id>/questions/<group>/<int:touchpoint>.csv")
@staff_only
def questions_csv(study_id: str, group: str, touchpoint: int) -> Response:
    study = runtime().study(study_id)
    asked = asked_in_a_file(study, request.args)
    found = distributions.questions(desk().as_written, study_id, group, touchpoint, segment=asked.segment)
    records = (*distribution_records(study_id, found), *question_comparators(study, found))
    taking.note(study_id, f"{group} {touchpoint}", "csv")
    return csv_reply(records_file(records), f"{group}_{touchpoint}")


@evaluator.get("/<study_id>/questions/<group>/<int:touchpoint>.xlsx")
@staff_only
def questions_xlsx(study_id: str, group: str, touchpoint: int) -> Response:
    study, asked, blocks = _questions(study_id, group, touchpoint, asked_in_a_file)
    found = distributions.questions(desk().as_written, study_id, group, touchpoint, segment=asked.segment)
    records = (*distribution_records(study_id, found), *question_comparators(runtime().study(study_id), found))
    notes = views.place_notes(study, group, touchpoint)
    return taking.questions_workbook(study, blocks, records, f"{group}_{touchpoint}", notes)


@evaluator.post("/<study_id>/taken")
@staff_only
def taken(study_id: str) -> tuple[str, int]:
    """A picture or a sentence that the browser makes leaves once it is noted here."""
    taking.note(study_id, *taking.asked_to_note())
    return "", 204


def _questions(
    study_id: str, group: str, touchpoint: int, read: ReadsAsked = asked_for
) -> tuple[Study, ResultsQuery, list[views.Block]]:
    study = staff_study(study_id)
    asked = read(study, request.args)
    found = distributions.questions(desk(), study_id, group, touchpoint, segment=asked.segment)
    return study, asked, views.blocks(found)
