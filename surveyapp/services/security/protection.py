"""Rights in the database: the application may add to the audit trail, and neither change nor remove."""

from __future__ import annotations

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound, StateRefused
from surveyapp.domain.sentences import say
from surveyapp.services.work import Desk
from surveyapp.store.security import protection as store


def protect(desk: Desk, role: str) -> None:
    """Gives the application's own role of PostgreSQL the rights it needs, of the audit trail to read and to insert
    alone. Raises StateRefused on SQLite, which has no roles, and for a role that may do everything anyway; NotFound
    for one that is not there."""
    with desk.writing() as work:
        if not store.roles_are_kept(work.session):
            raise StateRefused(say("no_roles_in_sqlite"))
        if not store.role_exists(work.session, role):
            raise NotFound(say("no_database_role", role=role))
        if store.is_owner(work.session, role):
            raise StateRefused(say("role_owns_all", role=role))
        store.give_rights(work.session, role)
        work.record(AuditAction.TRAIL_PROTECTED, role=role)
