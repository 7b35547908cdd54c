"""A study's report: what it is built from, and that it was taken."""

from __future__ import annotations

from surveyapp.domain.errors import ReportFaults
from surveyapp.domain.reporting.loader import read_report
from surveyapp.domain.reporting.material import ReportMaterial
from surveyapp.services.results import taking
from surveyapp.services.results.releasing import released
from surveyapp.services.work import Desk


def material(desk: Desk, study_id: str, number: int | None = None) -> ReportMaterial:
    """What the report of a release (the newest without a number) is built from, in the study's own language. Raises
    NotFound, NotPermitted, NoReleaseYet, and ReportFaults where the study's files have faults."""
    release, tables = released.tables(desk, study_id, number)
    study = desk.as_written.study(study_id)
    report, faults = read_report(desk.runtime.settings.questionnaires / study.id, study)
    if faults:
        raise ReportFaults(faults)
    return ReportMaterial(study=study, report=report, release=release, pages={each.key: each.told for each in tables})


def took(desk: Desk, made_of: ReportMaterial, form: str) -> None:
    """Notes that a report was taken, before it leaves. `form`: docx or html. Raises NotPermitted."""
    taking.took_release(desk, made_of.study.id, "report", form, made_of.release.number)
