"""What staff asked for and were refused is in the audit trail: in a transaction of its own, because the one that was
refused is rolled back."""

from __future__ import annotations

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import SaidError
from surveyapp.domain.staff import Scope
from surveyapp.services.work import Desk
from surveyapp.store import participants


def note(desk: Desk, why: SaidError, page: str | None, study_id: str | None, reference: str | None) -> None:
    """Notes a refusal: which page, of which study there is, about which participant there is, and the code of the
    reason. What was asked for besides may be anything that was typed, and is not kept."""
    study = desk.runtime.studies.get(study_id or "")
    with desk.writing() as work:
        about = None
        if study is not None and reference is not None:
            everywhere = Scope(study.id, work.runtime.origin)
            found = participants.participant_by_reference(work.session, everywhere, reference, work.today(study))
            about = found.reference if found else None
        work.record(AuditAction.REFUSED, about, study=study.id if study else None, page=page, why=why.sentence.code)
