"""A study's report of a release, to look at what stands in it and to take it along."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask import abort as give_up

from surveyapp.domain.errors import Fault, NoReleaseYet, ReportFaults
from surveyapp.domain.releases import Release
from surveyapp.domain.staff import Action
from surveyapp.reports.documents.building import build
from surveyapp.reports.documents.document import Document
from surveyapp.reports.documents.forms import REPORT_FORMS, phrasing_of, written_report
from surveyapp.reports.text.phrasing import Phrasing
from surveyapp.services.reporting import reports
from surveyapp.services.translation import interface_catalogues
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only

reporter = Blueprint("reporter", __name__, url_prefix="/released", template_folder="templates")


@reporter.get("/<study_id>/report", defaults={"number": None})
@reporter.get("/<study_id>/<int:number>/report")
@staff_only
def report(study_id: str, number: int | None) -> str | tuple[str, int]:
    """What the report of a release holds, and its files; or what stands in the way of it."""
    study = staff_study(study_id)
    document: Document | None = None
    release: Release | None = None
    faults: tuple[Fault, ...] = ()
    try:
        material = reports.material(desk(), study_id, number)
        release = material.release
        document = build(material, _words(material.study.source_language), runtime().settings.public_url)
    except NoReleaseYet:
        makes = current_staff().may_everywhere(Action.MAKE_RELEASE, study_id)
        return render_template("viewer/none_yet.html", study=study, makes=makes)
    except ReportFaults as error:
        faults = error.faults
    page = render_template(
        "reporter/report.html", study=study, document=document, release=release, number=number, faults=faults,
        own=current_staff().may(Action.SEE_QUESTIONNAIRES, study_id),
    )  # fmt: skip
    return page, 409 if faults else 200


@reporter.get("/<study_id>/report.<form>", defaults={"number": None})
@reporter.get("/<study_id>/<int:number>/report.<form>")
@staff_only
def take(study_id: str, number: int | None, form: str) -> Response:
    """The report as a file, which is in the audit trail before it leaves."""
    if form not in REPORT_FORMS:
        give_up(404)
    material = reports.material(desk(), study_id, number)
    words = _words(material.study.source_language)
    document = build(material, words, runtime().settings.public_url)
    content = written_report(document, form, words)
    name = f"{study_id}_report_release_{material.release.number}.{form}"
    reports.took(desk(), material, name, content, document.quoted)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=REPORT_FORMS[form], headers=headers)


def _words(language: str) -> Phrasing:
    """A report is one thing, whoever takes it: in the study's own language."""
    return phrasing_of(*interface_catalogues.spoken(language))
