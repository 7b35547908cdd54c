"""Finding people by what somebody says of them: a reference or part of one, a name or how its parts begin, a whole
phone number, an e-mail address. Every search enters the audit trail, without the words: with how many it found."""

from __future__ import annotations

from surveyapp.domain import normalise
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.staff import Action
from surveyapp.services.participants import contacts
from surveyapp.services.work import Desk
from surveyapp.store import participants


def people(desk: Desk, action: Action, study_id: str, written: str) -> list[str]:
    """References of the people in a study whom these words may mean, among those that the actor may see for an action:
    the one whose reference it is, or else everybody found by their contact, or else by part of their reference.
    Nothing is looked for where nothing is written. Raises NotPermitted."""
    scope = desk.scope(action, study_id)
    wanted = normalise.code(written).casefold()
    if not wanted:
        return []
    with desk.writing() as work:
        references = participants.references_in(work.session, scope)
        found = (
            [each for each in references if each.casefold() == wanted]
            or contacts.find(work, scope, written)
            or [each for each in references if wanted in each.casefold()]
        )
        work.record(AuditAction.SEARCHED, study=study_id, found=len(found))
    return found
