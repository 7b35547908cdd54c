"""The links and codes that let a participant in."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction, ByLink, System
from surveyapp.domain.errors import AccessRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import ANSWERABLE, Access, Case, CaseState
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Action
from surveyapp.services.keyring import CODE_LENGTH, new_code, new_token, typed_code, written_code
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import study_catalogues
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, responses

LINK_DAYS_AFTER_CLOSING = 90
"""How long a link goes on opening receipt and choices after its case has closed."""

OPENS = ANSWERABLE | {CaseState.SCHEDULED, CaseState.SUBMITTED}
"""States of a case in which a link or code opens something: questions, a date to come back, or a receipt."""

GIVEN_OUT = {"link": AuditAction.LINK_GIVEN_OUT, "code": AuditAction.CODE_GIVEN_OUT}
"""What giving out either is called in the audit trail."""


@dataclass(frozen=True)
class GivenOut:
    """A new link or code, the only time it can be read. `link` is the path a link opens; `code` as it is written."""

    reference: str
    touchpoint: int
    link: str | None
    code: str | None
    expires_at: dt.datetime | None


def open_link(runtime: Runtime, token: str) -> uuid.UUID:
    """The access that a link's token opens. Raises AccessRefused (wrong, expired or revoked)."""
    with Desk(runtime, System()).reading() as work:
        return _admitted(work, cases.access_by_digest(work.session, runtime.keyring.digest("link", token))).id


def open_code(runtime: Runtime, typed: str) -> uuid.UUID:
    """The access that a typed code opens. Raises AccessRefused."""
    code = typed_code(typed)
    if len(code) != CODE_LENGTH:
        raise AccessRefused("wrong")
    with Desk(runtime, System()).reading() as work:
        return _admitted(work, cases.access_by_digest(work.session, runtime.keyring.digest("code", code))).id


def languages(runtime: Runtime, access_id: uuid.UUID) -> tuple[tuple[str, ...], str | None]:
    """What the study of an access offers, and which of them the person's contact record names, as code or as word.
    Raises AccessRefused."""
    with Desk(runtime, ByLink(access_id)).reading() as work:
        case = cases.case(work.session, admitted_case(work, access_id))
        assert case is not None
        found = participants.participant(work.session, case.participant_id, work.now.date())
        assert found is not None
        offered = runtime.offered(runtime.study(found.study))
        written = contacts.read(work, found.id).language.strip().casefold()
    names = {code: {code.casefold(), *study_catalogues.names_of(code)} for code in offered}
    return offered, next((code for code, known in names.items() if written in known), None)


def admitted_case(work: Work, access_id: uuid.UUID) -> uuid.UUID:
    """The case that an access opens now. Raises AccessRefused."""
    return _admitted(work, cases.access(work.session, access_id)).case_id


def _admitted(work: Work, access: Access | None) -> Access:
    if access is None:
        raise AccessRefused("wrong")
    if access.revoked_at is not None:
        raise AccessRefused("revoked")
    if access.expires_at is not None and work.now >= access.expires_at:
        raise AccessRefused("expired")
    return access


def give_out(desk: Desk, study: str, reference: str, touchpoint: int, kind: str) -> GivenOut:
    """Makes a new link (`link`) or code (`code`) for a case. Those given out before go on working.

    Raises NotPermitted, NotFound, and StateRefused when the person can no longer answer.
    """
    scope = desk.scope(Action.GIVE_ACCESS, study)
    with desk.writing() as work:
        case = cases.case_in_scope(work.session, scope, reference, touchpoint)
        if case is None:
            raise NotFound(f"There is no {reference} at touchpoint {touchpoint} in this study.")
        today = work.today(work.runtime.study(study))
        participant = participants.participant(work.session, case.participant_id, today)
        assert participant is not None
        response = responses.response_of(work.session, case.id)
        state = case.state(work.now, response.state if response else None, bool(participant.withdrawn_at))
        if state not in OPENS:
            raise StateRefused(
                f"{reference} can no longer answer touchpoint {touchpoint}: the case is "
                f"{state.value.replace('_', ' ')}."
            )
        given = issue(work, participant, case, kind)
        work.record(GIVEN_OUT[kind], reference, study=study, touchpoint=touchpoint)
        return given


def issue(work: Work, participant: Participant, case: Case, kind: str) -> GivenOut:
    """Makes the link or code inside a unit of work whose caller has checked who asks."""
    made = new_secret(work, case, kind)
    cases.add_access(work.session, made.access, made.digest)
    link, code = (made.written, None) if kind == "link" else (None, made.written)
    return GivenOut(participant.reference, case.touchpoint, link, code, made.access.expires_at)


@dataclass(frozen=True)
class Secret:
    """A link or code about to be given out: what is stored of it, and what the person gets."""

    access: Access
    digest: str
    written: str = field(repr=False)


def expiry(case: Case) -> dt.datetime | None:
    """When the links and codes of a case end; None where the case does not close."""
    return case.closes_at and case.closes_at + dt.timedelta(days=LINK_DAYS_AFTER_CLOSING)


def new_secret(work: Work, case: Case, kind: str) -> Secret:
    """A new `link` (its path) or `code` (as it is typed) for a case. Stores nothing."""
    secret = new_token() if kind == "link" else new_code()
    return Secret(
        cases.new_access(case.id, kind, work.now, expiry(case)),
        work.runtime.keyring.digest(kind, secret),
        f"/s/{secret}" if kind == "link" else written_code(secret),
    )


def revoke(desk: Desk, study: str, reference: str, touchpoint: int) -> int:
    """Ends every link and code of a case; returns how many. Raises NotPermitted, NotFound."""
    scope = desk.scope(Action.GIVE_ACCESS, study)
    with desk.writing() as work:
        case = cases.case_in_scope(work.session, scope, reference, touchpoint)
        if case is None:
            raise NotFound(f"There is no {reference} at touchpoint {touchpoint} in this study.")
        count = cases.revoke_accesses(work.session, case.id, work.now)
        work.record(AuditAction.ACCESS_REVOKED, reference, study=study, touchpoint=touchpoint, count=count)
        return count
