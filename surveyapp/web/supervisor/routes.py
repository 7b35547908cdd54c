"""Where a study stands: the live page, a month to take along, and the files of both. A page that is taken along is
printed by the browser."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from surveyapp.domain.progress.aapor import ESTIMATE
from surveyapp.domain.staff import Action
from surveyapp.reports.files import csv_file, standing_file
from surveyapp.services.participants import roster
from surveyapp.services.progress import month as months
from surveyapp.services.progress import standing as standings
from surveyapp.web.shared.reply import csv_reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only
from surveyapp.web.supervisor import views

supervisor = Blueprint("supervisor", __name__, url_prefix="/standing", template_folder="templates")

WORDS = {
    "fate_words": views.FATE_WORDS,
    "mode_words": views.MODE_WORDS,
    "main_rates": views.MAIN_RATES,
    "short_rates": views.SHORT_RATES,
}


@supervisor.get("/<study_id>")
@staff_only
def standing(study_id: str) -> str:
    """Progress, dispositions, rates, and what somebody has to see to; told apart by what the address asks for."""
    found = standings.standing(desk(), study_id, request.args.get("by", ""))
    response = standings.response_table(desk(), study_id) if found.study.response else ()
    staff, see = current_staff(), found.to_see
    named = {each.reference for some in (see.softly, see.overdue, see.stuck, see.held) for each in some.some}
    return render_template(
        "supervisor/standing.html",
        told=found,
        study=found.study,
        view=views.standing_view(found),
        response=response,
        choices=views.choices(found.study),
        letters=views.LETTERS,
        estimate=ESTIMATE,
        **WORDS,
        this_month=found.month,
        may_call=staff.may(Action.INTERVIEW, study_id),
        may_decide=staff.may(Action.DECIDE_CALLS, study_id),
        may_mend=staff.may(Action.MANAGE_PARTICIPANTS, study_id),
        called=roster.those(desk(), Action.INTERVIEW, study_id, named),
        managed=roster.those(desk(), Action.MANAGE_PARTICIPANTS, study_id, named),
    )


@supervisor.get("/<study_id>/standing.csv")
@staff_only
def standing_csv(study_id: str) -> Response:
    """A row a touchpoint and whatever it is told apart by: what came of its cases, and every rate."""
    found = standings.standing(desk().as_written, study_id, request.args.get("by", ""))
    months.took(desk(), study_id, "standing", "csv")
    return csv_reply(csv_file.csv_file(standing_file.COLUMNS, standing_file.standing_rows(found)), "standing")


@supervisor.get("/<study_id>/response.csv")
@staff_only
def response_csv(study_id: str) -> Response:
    """The study's table of response."""
    lines = standings.response_table(desk().as_written, study_id)
    months.took(desk(), study_id, "table of response", "csv")
    rows = standing_file.response_rows(runtime().study(study_id).id, lines)
    return csv_reply(csv_file.csv_file(standing_file.RESPONSE_COLUMNS, rows), "response_table")


@supervisor.get("/<study_id>/month/<int:year>/<int:month>")
@staff_only
def month(study_id: str, year: int, month: int) -> str:
    """What changed in a month, beside the one before: a page to print."""
    found = months.month(desk(), study_id, year, month)
    months.took(desk(), study_id, f"month {year}-{month:02}", "page")
    return render_template(
        "supervisor/month.html",
        told=found,
        study=found.standing.study,
        view=views.standing_view(found.standing),
        changed=views.changed(found),
        before=months.month_before(found.first),
        after=months.next_month(found.first),
        **WORDS,
    )
