"""A study's report: what it is built from, and that it was taken."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection

from surveyapp.domain.errors import ReportFaults
from surveyapp.domain.reporting.loader import read_report
from surveyapp.domain.reporting.material import ReportMaterial
from surveyapp.domain.staff import Action
from surveyapp.services.open_answers import quoting
from surveyapp.services.results import taking
from surveyapp.services.results.releasing import released
from surveyapp.services.work import Desk


def material(desk: Desk, study_id: str, number: int | None = None) -> ReportMaterial:
    """What the report of a release (the newest without a number) is built from, in the study's own language. Raises
    NotFound, NotPermitted, NoReleaseYet, KeyMissing, and ReportFaults where the study's files have faults."""
    release, tables = released.tables(desk, study_id, number)
    study = desk.as_written.study(study_id)
    report, faults = read_report(desk.runtime.settings.questionnaires / study.id, study)
    if faults:
        raise ReportFaults(faults)
    evaluates = desk.may(Action.SEE_RESULTS, study_id)
    return ReportMaterial(
        study=study,
        report=report,
        release=release,
        pages={each.key: each.told for each in tables},
        quotations=quoting.cleared(desk.as_written, study_id) if evaluates else (),
    )


def took(desk: Desk, made_of: ReportMaterial, name: str, content: bytes, quoted: Collection[uuid.UUID]) -> None:
    """Notes that a report was taken, before it leaves, and which quotations stand in it. `name`: of its file. Raises
    NotPermitted, and NotFound where something in it may not be quoted any more."""
    if quoted:
        digest = hashlib.sha256(content).hexdigest()
        quoting.used(desk, made_of.study.id, quoted, report=name, digest=digest)
    taking.took_release(desk, made_of.study.id, "report", name.rpartition(".")[2], made_of.release.number)
