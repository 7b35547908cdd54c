"""Who may do what: roles given and taken, by managers in their study, by administrators and the operator anywhere."""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.participants import Site
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import MAY_BE_OF_ALL, OF_THE_INSTALLATION, OF_WHOLE_STUDIES, Action, Grant, Role, Staff
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store import staff as store

PURPOSE_LENGTH = 300
"""Characters of what a role is given or taken for."""

_REACHES_SOMEBODY = re.compile(r"@|(?:\d[\s().-]?){7}")


@dataclass(frozen=True, kw_only=True)
class RoleHeld:
    """A role as a page shows it: whose, which, at which site; `open` is whether whoever looks may take it."""

    staff: Staff
    grant: Grant
    site: Site | None
    open: bool


@dataclass(frozen=True, kw_only=True)
class WhoMay:
    """Who has which role in a study. `roles` and `sites` are what whoever looks may give there; `whole` whether also
    over every site."""

    held: tuple[RoleHeld, ...]
    roles: tuple[Role, ...]
    sites: tuple[Site, ...]
    whole: bool


def who_may(desk: Desk, study_id: str) -> WhoMay:
    """Everybody with a role in a study, the roles in their order, and what may be given there. Raises NotFound,
    NotPermitted."""
    study = desk.runtime.study(study_id)
    scope = desk.scope(Action.GRANT_ROLES, study_id)
    with desk.writing() as work:
        work.record(AuditAction.ROLES_SEEN, study=study_id)
        there = participants.sites(work.session, study_id, work.today(study))
        by_id = {site.id: site for site in there}
        sites = tuple(site for site in there if scope.sites is None or site.id in scope.sites)
        held = [
            RoleHeld(
                staff=each,
                grant=grant,
                site=by_id.get(grant.site_id) if grant.site_id else None,
                open=_open(work, grant, each),
            )
            for each in store.everyone(work.session)
            for grant in each.grants
            if grant.covers(study_id)
        ]
        anywhere = [None, *(site.id for site in sites)]
        roles = tuple(
            role
            for role in Role
            if role not in OF_THE_INSTALLATION
            and any(_may_grant(work, Grant(role, study_id, each)) for each in anywhere)
        )
    order = list(Role)
    held.sort(key=lambda each: (order.index(each.grant.role), each.staff.name.casefold(), each.staff.email))
    return WhoMay(held=tuple(held), roles=roles, sites=sites, whole=scope.sites is None)


def grant(
    desk: Desk,
    who: str | uuid.UUID,
    study: str | None,
    role: Role,
    site: str | None = None,
    *,
    true_counts: bool = True,
    purpose: str | None = None,
) -> Grant | None:
    """Gives somebody who has an account (by e-mail address or key) a role in a study, over one site's participants or
    all; without a study, in the whole installation. An evaluator with or without true counts, also where they had it
    the other way. Returns what they now have, None where they had just that. Ends their sessions. `purpose` is kept in
    the audit trail. Raises InputRefused, NotFound, NotPermitted."""
    _check_gives(desk, study)
    check(desk, role, study, site)
    if role is not Role.EVALUATOR and not true_counts:
        raise InputRefused(say("counts_of_evaluators"), "true_counts")
    why = _why(purpose)
    with desk.writing() as work:
        found = existing(work, who)
        given = dataclasses.replace(of(work, role, study, site), true_counts=true_counts)
        _check_grant(work, given, found)
        if given in found.grants:
            return None
        if not store.add_grants(work.session, found.id, [given]):
            store.set_true_counts(work.session, found.id, given)
        sessions.end_all_of_staff(work, found.id, EndedWhy.ROLES_CHANGED)
        work.record(AuditAction.ROLES_GRANTED, str(found.id), study=study, roles=written(work, [given]), **why)
        return given


def revoke(
    desk: Desk,
    who: str | uuid.UUID,
    study: str | None,
    role: Role | None = None,
    *,
    grants: Sequence[tuple[Role, str | None]] = (),
    purpose: str | None = None,
) -> tuple[str, ...]:
    """Takes somebody's role in a study (in the whole installation without one) away, over every site they had it for;
    without a role, all of theirs there; with `grants`, these alone, each a role and the reference of its site. Ends
    their sessions. Returns what was taken, as the list of users has it. Raises NotFound, NotPermitted, and StateRefused
    for the last manager of a study or administrator who can sign in."""
    _check_gives(desk, study)
    if study is not None:
        desk.runtime.study(study)
    why = _why(purpose)
    with desk.writing() as work:
        found = existing(work, who)
        named = {of(work, each, study, site).key for each, site in grants}
        taken = [
            each
            for each in found.grants
            if each.study == study and role in (None, each.role) and (not named or each.key in named)
        ]
        if not taken:
            listed = ", ".join(written(work, found.grants)) or "none"
            where = study or "the whole installation"
            raise NotFound(say("role_not_held", email=found.email, study=where, roles=listed))
        for each in taken:
            _check_grant(work, each, found)
        check_not_last(work, found, taken)
        told = tuple(written(work, taken))
        store.remove_grants(work.session, found.id, taken)
        sessions.end_all_of_staff(work, found.id, EndedWhy.ROLES_CHANGED)
        work.record(AuditAction.ROLES_REVOKED, str(found.id), study=study, roles=list(told), **why)
        return told


def check_not_last(work: Work, found: Staff, without: Iterable[Grant]) -> None:
    """Raises StateRefused where nobody who can sign in would be left to manage a whole study, or to hold accounts, once
    somebody is without these grants."""
    for each in without:
        if each.role is Role.ADMINISTRATOR and not _another(work, found, each):
            raise StateRefused(say("last_administrator", email=found.email))
        if each.role is Role.MANAGER and each.site_id is None and not _another(work, found, each):
            raise StateRefused(say("last_manager", email=found.email, study=each.study))


def _another(work: Work, but: Staff, wanted: Grant) -> bool:
    """Whether somebody else who can sign in has just this; who has it is held until the work ends, so that two who
    take it from each other do so one after the other."""
    store.lock_holders(work.session, wanted.role)
    return any(
        wanted.key in {grant.key for grant in each.grants}
        for each in store.everyone(work.session)
        if each.active and each.id != but.id
    )


def check(desk: Desk, role: Role, study: str | None, site: str | None) -> None:
    """Raises InputRefused for what cannot be granted so, and NotFound for a study there is none of."""
    if study is None and role not in MAY_BE_OF_ALL:
        raise InputRefused(say("role_of_a_study", role=role.value), "study")
    if study is not None and role in OF_THE_INSTALLATION:
        raise InputRefused(say("role_of_all", role=role.value), "study")
    if site is not None and role in OF_WHOLE_STUDIES:
        raise InputRefused(say("role_of_no_site", role=role.value), "site")
    if study is not None:
        desk.runtime.study(study)


def of(work: Work, role: Role, study: str | None, site: str | None) -> Grant:
    """A grant, of a site by its reference. Raises NotFound."""
    if site is None or study is None:
        return Grant(role, study)
    today = work.today(work.runtime.study(study))
    known = {each.reference: each.id for each in participants.sites(work.session, study, today)}
    if site not in known:
        raise NotFound(say("no_site", site=site, study=study, sites=", ".join(known) or "it has none yet"))
    return Grant(role, study, known[site])


def existing(work: Work, who: str | uuid.UUID) -> Staff:
    """A member of staff, by e-mail address or key. Raises NotFound."""
    if isinstance(who, uuid.UUID):
        staff = store.staff_by_id(work.session, who)
        if staff is None:
            raise NotFound(say("no_member"))
        return staff
    found = store.credentials(work.session, who)
    if found is None:
        raise NotFound(say("no_account", email=who))
    return found.staff


def written(work: Work, grants: Sequence[Grant]) -> list[str]:
    """Grants as the list of users and the audit trail have them: `manager in job_rotation (site SM)`."""
    return written_of(work, [grants])[0]


def written_of(work: Work, many: Sequence[Sequence[Grant]]) -> list[list[str]]:
    """`written` of many people's grants. One statement, or none where nobody's is of a site."""
    ids = {grant.site_id for grants in many for grant in grants if grant.site_id}
    sites = participants.site_references(work.session, sorted(ids))
    return [_written(grants, sites) for grants in many]


def _written(grants: Sequence[Grant], sites: Mapping[uuid.UUID, str]) -> list[str]:
    return [
        f"{grant.role.value} in {grant.study or 'the whole installation'}"
        + (f" (site {sites[grant.site_id]})" if grant.site_id else "")
        + (" (releases only)" if grant.role is Role.EVALUATOR and not grant.true_counts else "")
        for grant in grants
    ]


def _check_gives(desk: Desk, study: str | None) -> None:
    """Raises NotPermitted for staff who give no roles there at all: before anything is said of who has which."""
    if isinstance(desk.actor, Staff):
        desk.actor.check(Action.GRANT_ROLES, study)


def _check_grant(work: Work, grant: Grant, to: Staff) -> None:
    """Raises NotPermitted unless whoever acts may; an operator may all."""
    if isinstance(work.actor, Staff):
        work.actor.check_grant(grant, to.id)


def _may_grant(work: Work, grant: Grant) -> bool:
    return not isinstance(work.actor, Staff) or work.actor.may_grant(grant)


def _open(work: Work, grant: Grant, of: Staff) -> bool:
    return _may_grant(work, grant) and not (isinstance(work.actor, Staff) and work.actor.id == of.id)


def checked_purpose(purpose: str) -> str:
    """A purpose as the trail keeps it, which is on record for good: nobody can be reached by it. Raises InputRefused
    (`purpose`)."""
    said = " ".join(purpose.split())
    if len(said) > PURPOSE_LENGTH:
        raise InputRefused(say("purpose_too_long", limit=PURPOSE_LENGTH), "purpose")
    if _REACHES_SOMEBODY.search(said):
        raise InputRefused(say("purpose_reaches_somebody"), "purpose")
    return said


def _why(purpose: str | None) -> dict[str, str]:
    """What the trail keeps of a purpose, where there is one. Raises InputRefused."""
    said = checked_purpose(purpose or "")
    return {"purpose": said} if said else {}
