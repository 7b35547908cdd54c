"""Releases, for everyone who may see them: the same drawing as the working view's, of what is stored and nothing else.

An address without a number is the newest release's; with one it stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import NoReleaseYet, NotFound
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.releases import Release
from surveyapp.domain.results import WORKING, Distribution, Shift
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.reports.files.csv_file import records_file
from surveyapp.reports.files.records import crosstab_records, distribution_records, shift_records
from surveyapp.reports.files.released_records import answered_records
from surveyapp.reports.files.workbook import sheet_each
from surveyapp.services.results import taking as service
from surveyapp.services.results.releasing import released
from surveyapp.web.evaluator import choosing, taking, views, who_views
from surveyapp.web.evaluator.asked import ReadsAsked, ResultsQuery, asked_for, asked_in_a_file
from surveyapp.web.evaluator.doors import door
from surveyapp.web.evaluator.kept import DrawnPage, draw, released_page
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only
from surveyapp.web.viewer.words import standing

viewer = Blueprint("viewer", __name__, url_prefix="/released", template_folder="templates")


def _of_a_release(rule: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A page of the newest release and, under its number, of each."""

    def under_both(handler: Callable[..., Any]) -> Callable[..., Any]:
        guarded = staff_only(handler)
        viewer.get(f"/<study_id>{rule}", defaults={"number": None})(guarded)
        viewer.get(f"/<study_id>/<int:number>{rule}")(guarded)
        return handler

    return under_both


def _page(
    template: str,
    study: Study,
    release: Release,
    results: Sequence[Shift | Distribution],
    *,
    of: str | None = None,
    **values: Any,
) -> DrawnPage:
    """A page of a release, which says how it stands (`of`: for a group) and leads to the others."""
    return draw(
        template,
        study,
        results,
        reads_questionnaires=current_staff().may(Action.SEE_QUESTIONNAIRES, study.id),
        more=standing(study, release, of),
        link=(url_for("viewer.releases", study_id=study.id), _("All releases")),
        **values,
    )


@viewer.after_request
def _note_file(response: Response) -> Response:
    """A file that is taken, of any kind, is in the audit trail before it leaves."""
    if response.status_code == 200 and "attachment" in response.headers.get("Content-Disposition", ""):
        page = (request.endpoint or "").partition(".")[2]
        taken = request.view_args or {}
        service.took_release(desk(), taken["study_id"], page, response.mimetype or "", taken.get("number"))
    return response


@viewer.errorhandler(NoReleaseYet)
def _none_yet(_error: NoReleaseYet) -> tuple[str, int]:
    study = staff_study((request.view_args or {})["study_id"])
    makes = current_staff().may_everywhere(Action.MAKE_RELEASE, study.id)
    page = render_template("viewer/none_yet.html", study=study, makes=makes)
    return page, 409 if request.path.endswith(".csv") else 200


@viewer.get("/<study_id>/releases")
@staff_only
def releases(study_id: str) -> str:
    """Every release, and how many people it was made of."""
    found = released.releases(desk(), study_id)
    study = staff_study(study_id)
    makes = current_staff().may_everywhere(Action.MAKE_RELEASE, study_id)
    return render_template(
        "viewer/releases.html", study=study, makes=makes,
        releases=[(each, standing(study, each)) for each in found],
    )  # fmt: skip


@_of_a_release("")
@released_page
def overview(study_id: str, number: int | None) -> DrawnPage:
    study = staff_study(study_id)
    release, shifts = released.overview(desk(), study_id, number)
    return _page(
        "overview", study, release, shifts, manages=False, themes=views.overview(study, shifts), answered=True,
        people=[
            (each.title, door("people", study_id=study_id, group=each.id))
            for each in study.groups
            if each.id in released.groups(desk(), release)
        ],
        crossed=[
            (_named_place(study, group, number), door("crosstabs", study_id=study_id, group=group, touchpoint=number))
            for group, number in released.crossed_at(desk(), release)
        ],
    )  # fmt: skip


@_of_a_release("/measures/<measure_id>")
@released_page
def measure(study_id: str, measure_id: str, number: int | None) -> DrawnPage:
    study = staff_study(study_id)
    asked = asked_for(study, request.args)
    release, shift = released.measure(desk(), study_id, measure_id, number, asked.segment)
    return _page(
        "measure",
        study,
        release,
        [shift],
        of=shift.group,
        remarks=_remarks(asked),
        view=views.measure(study, shift, None),
    )


@_of_a_release("/measures/<measure_id>.csv")
def measure_csv(study_id: str, measure_id: str, number: int | None) -> Response:
    asked = asked_in_a_file(runtime().study(study_id), request.args)
    release, shift = released.measure(desk().as_written, study_id, measure_id, number, asked.segment)
    return _csv(records_file(shift_records(shift)), release, measure_id)


@_of_a_release("/measures/<measure_id>.xlsx")
def measure_xlsx(study_id: str, measure_id: str, number: int | None) -> Response:
    study = staff_study(study_id)
    asked = asked_in_a_file(study, request.args)
    _, shift = released.measure(desk().as_written, study_id, measure_id, number, asked.segment)
    return taking.shift_workbook(study, shift, shift_records(shift), measure_id)


@_of_a_release("/questions/<group>/<int:touchpoint>")
@released_page
def questions(study_id: str, group: str, touchpoint: int, number: int | None) -> DrawnPage:
    study, asked, release, blocks = _questions(study_id, group, touchpoint, number)
    return _page(
        "questions", study, release, views.shown(blocks), of=group, group=study.group(group),
        touchpoint=study.touchpoint(group, touchpoint), asked=asked, remarks=asked.remarks,
        sections=views.by_section(blocks),
        places=choosing.touchpoint_choices(study, group, touchpoint, asked),
        split=choosing.question_split(study, group, touchpoint, asked),
    )  # fmt: skip


@_of_a_release("/questions/<group>/<int:touchpoint>/<variable>")
@released_page
def question(study_id: str, group: str, touchpoint: int, variable: str, number: int | None) -> DrawnPage:
    study, asked, release, blocks = _questions(study_id, group, touchpoint, number)
    block = next((block for block in blocks if block.id == variable), None)
    if block is None:
        raise NotFound(say("no_question", name=variable))
    return _page(
        "question", study, release, views.shown([block]), of=group, group=study.group(group),
        touchpoint=study.touchpoint(group, touchpoint), asked=asked, remarks=asked.remarks, block=block,
        split=choosing.one_question_split(study, group, touchpoint, variable, asked),
    )  # fmt: skip


@_of_a_release("/questions/<group>/<int:touchpoint>.csv")
def questions_csv(study_id: str, group: str, touchpoint: int, number: int | None) -> Response:
    asked = asked_in_a_file(runtime().study(study_id), request.args)
    release, found = released.questions(desk().as_written, study_id, group, touchpoint, number, asked.segment)
    return _csv(records_file(distribution_records(study_id, found)), release, f"{group}_{touchpoint}")


@_of_a_release("/crosstabs/<group>/<int:touchpoint>")
@released_page
def crosstabs(study_id: str, group: str, touchpoint: int, number: int | None) -> DrawnPage:
    """The declared questions of a touchpoint, one by another."""
    study = staff_study(study_id)
    release, found = released.crosstabs(desk(), study_id, group, touchpoint, number)
    return _page(
        "crosstabs", study, release, [], edition=found[0].edition, of=group, group=study.group(group),
        touchpoint=study.touchpoint(group, touchpoint), crossings=[views.crossing_view(each) for each in found],
    )  # fmt: skip


@_of_a_release("/crosstabs/<group>/<int:touchpoint>.csv")
def crosstabs_csv(study_id: str, group: str, touchpoint: int, number: int | None) -> Response:
    release, found = released.crosstabs(desk().as_written, study_id, group, touchpoint, number)
    records = [record for each in found for record in crosstab_records(each)]
    return _csv(records_file(records), release, f"{group}_{touchpoint}_crosstabs")


@_of_a_release("/crosstabs/<group>/<int:touchpoint>.xlsx")
def crosstabs_xlsx(study_id: str, group: str, touchpoint: int, number: int | None) -> Response:
    study = staff_study(study_id)
    release, found = released.crosstabs(desk().as_written, study_id, group, touchpoint, number)
    records = [record for each in found for record in crosstab_records(each)]
    said = [view.said for view in map(views.crossing_view, found)]
    sheets = sheet_each(taking.crossed_tables(found))
    name, notes = f"{group}_{touchpoint}_crosstabs", (standing(study, release, group), *said)
    return taking.workbook_reply(study, found[0].edition, name, sheets, records, notes)


@_of_a_release("/people/<group>")
def people(study_id: str, group: str, number: int | None) -> str:
    """How many of a group answered each touchpoint."""
    study = staff_study(study_id)
    release, tables = released.people(desk(), study_id, group, number)
    edition = tables[0].edition if tables else WORKING
    return render_template(
        "viewer/people.html", study=study, group=study.group(group), tables=who_views.answered(study, tables),
        edition=edition, edition_words=views.edition_words(edition, study), more=standing(study, release, group),
        link=(url_for("viewer.releases", study_id=study.id), _("All releases")),
    )  # fmt: skip


@_of_a_release("/people/<group>.csv")
def people_csv(study_id: str, group: str, number: int | None) -> Response:
    release, tables = released.people(desk().as_written, study_id, group, number)
    records = list(answered_records(study_id, tables))
    return _csv(records_file(records), release, f"{group}_answered")


@viewer.post("/<study_id>/taken", defaults={"number": None})
@viewer.post("/<study_id>/<int:number>/taken")
@staff_only
def taken(study_id: str, number: int | None) -> tuple[str, int]:
    """A picture or a sentence that the browser makes leaves once it is noted here."""
    service.took_release(desk(), study_id, *taking.asked_to_note(), number)
    return "", 204


@_of_a_release("/people/<group>.xlsx")
def people_xlsx(study_id: str, group: str, number: int | None) -> Response:
    study = staff_study(study_id)
    release, tables = released.people(desk().as_written, study_id, group, number)
    records = list(answered_records(study_id, tables))
    edition = tables[0].edition if tables else WORKING
    sheets = sheet_each(who_views.answered(study, tables))
    return taking.workbook_reply(
        study, edition, f"{group}_answered", sheets, records, (standing(study, release, group),)
    )


@_of_a_release("/questions/<group>/<int:touchpoint>.xlsx")
def questions_xlsx(study_id: str, group: str, touchpoint: int, number: int | None) -> Response:
    study, asked, release, blocks = _questions(study_id, group, touchpoint, number, asked_in_a_file)
    _, found = released.questions(desk().as_written, study_id, group, touchpoint, number, asked.segment)
    notes = (standing(study, release, group), *views.place_notes(study, group, touchpoint))
    return taking.questions_workbook(
        study, blocks, distribution_records(study_id, found), f"{group}_{touchpoint}", notes
    )


def _questions(
    study_id: str, group: str, touchpoint: int, number: int | None, read: ReadsAsked = asked_for
) -> tuple[Study, ResultsQuery, Release, list[views.Block]]:
    study = staff_study(study_id)
    asked = read(study, request.args)
    release, found = released.questions(desk(), study_id, group, touchpoint, number, asked.segment)
    return study, asked, release, views.blocks(found)


def _named_place(study: Study, group_id: str, number: int) -> str:
    group, point = study.group(group_id), study.touchpoint(group_id, number)
    return ", ".join((group.title if group else group_id, point.title if point else str(number)))


def _remarks(asked: ResultsQuery) -> tuple[str, ...]:
    """A release holds everybody at each moment; the same people only from one moment to the next."""
    apart = (_("A release shows everyone at each moment, and below the same people from one moment to the next."),)
    return asked.remarks + (apart if asked.matched else ())


def _csv(content: bytes, release: Release, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}_release_{release.number}.csv"'}
    return Response(content, content_type="text/csv; charset=utf-8", headers=headers)
