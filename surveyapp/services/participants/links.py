"""The links and codes that let a participant in."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from surveyapp.domain.errors import AccessRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import OPENS, Access, AccessKind, Case, access_expiry
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Staff, scope_of
from surveyapp.services.cases.state import state_of
from surveyapp.services.keyring import new_code, new_token, written_code
from surveyapp.services.participants import contacts
from surveyapp.services.participants.mangled_links import codes_in, tokens_in
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import study_catalogues
from surveyapp.store import audit, cases, participants, responses


@dataclass(frozen=True)
class GivenOut:
    """A new link or code, the only time it can be read. `link` is the path a link opens; `code` as it is written."""

    reference: str
    touchpoint: int
    link: str | None
    code: str | None
    expires_at: dt.datetime | None


def open_link(runtime: Runtime, arrived: str) -> uuid.UUID:
    """The access that a link opens whose token is in what arrived, whatever a message has put around it. Raises
    AccessRefused (wrong, expired or revoked)."""
    with runtime.database.reading() as session:
        return _first_of(runtime, session, [("link", token) for token in tokens_in(arrived)])


def open_code(runtime: Runtime, typed: str) -> uuid.UUID:
    """The access that a typed code opens, or a link that was pasted in its place. Raises AccessRefused."""
    with runtime.database.reading() as session:
        codes, tokens = codes_in(typed), tokens_in(typed)
        return _first_of(runtime, session, [*(("code", code) for code in codes), *(("link", each) for each in tokens)])


def _first_of(runtime: Runtime, session: Session, secrets: Iterable[tuple[str, str]]) -> uuid.UUID:
    """The first that is anybody's. One that ended is not passed over: it says why it opens nothing."""
    for kind, secret in secrets:
        found = cases.access_by_digest(session, runtime.keyring.digest(kind, secret))
        if found is not None:
            return _admitted(runtime, found).id
    raise AccessRefused("wrong")


def languages(runtime: Runtime, access_id: uuid.UUID) -> tuple[tuple[str, ...], str | None]:
    """What the study of an access offers, and which of them the person's contact record names, as code or as word.
    Raises AccessRefused."""
    with runtime.database.reading() as session:
        case = cases.case(session, admitted_case(runtime, session, access_id))
        assert case is not None
        found = participants.participant(session, case.participant_id, runtime.clock().date())
        assert found is not None
        offered = runtime.offered(runtime.study(found.study))
        written = contacts.read(runtime, session, found.id).language.strip().casefold()
    names = {code: {code.casefold(), *study_catalogues.names_of(code)} for code in offered}
    return offered, next((code for code, known in names.items() if written in known), None)


def admitted_case(runtime: Runtime, session: Session, access_id: uuid.UUID) -> uuid.UUID:
    """The case that an access opens now. Raises AccessRefused."""
    return _admitted(runtime, cases.access(session, access_id)).case_id


def _admitted(runtime: Runtime, access: Access | None) -> Access:
    if access is None:
        raise AccessRefused("wrong")
    if access.revoked_at is not None:
        raise AccessRefused("revoked")
    if access.expired(runtime.clock()):
        raise AccessRefused("expired")
    return access


def give_out(runtime: Runtime, staff: Staff, study: str, reference: str, touchpoint: int, kind: AccessKind) -> GivenOut:
    """Makes a new link or code for a case. Those given out before go on working.

    Raises NotPermitted, NotFound, and StateRefused when the person can no longer answer.
    """
    scope = scope_of(staff, Action.GIVE_ACCESS, study, runtime.origin)
    with runtime.database.writing() as session:
        case = cases.case_in_scope(session, scope, reference, touchpoint)
        if case is None:
            raise NotFound(say("no_case", reference=reference, touchpoint=touchpoint))
        participant = participants.participant(session, case.participant_id, runtime.today(runtime.study(study)))
        assert participant is not None
        response = responses.response_of(session, case.id)
        state = state_of(runtime, case, response, withdrawn=participant.withdrawn_at is not None)
        if state not in OPENS:
            raise StateRefused(say("cannot_answer", reference=reference, touchpoint=touchpoint, state=state))
        given = issue(runtime, session, participant, case, kind)
        audit.record(session, runtime.clock(), staff.id, f"{kind}_given_out", study, reference, touchpoint=touchpoint)
        return given


def issue(runtime: Runtime, session: Session, participant: Participant, case: Case, kind: AccessKind) -> GivenOut:
    """Makes the link or code inside a unit of work whose caller has checked who asks."""
    made = new_secret(runtime, runtime.study(participant.study), case, kind)
    cases.add_access(session, made.access, made.digest)
    link, code = (made.written, None) if kind is AccessKind.LINK else (None, made.written)
    return GivenOut(participant.reference, case.touchpoint, link, code, made.access.expires_at)


@dataclass(frozen=True)
class Secret:
    """A link or code about to be given out: what is stored of it, and what the person gets."""

    access: Access
    digest: str
    written: str = field(repr=False)


def new_secret(runtime: Runtime, study: Study, case: Case, kind: AccessKind) -> Secret:
    """A new link (its path) or code (as it is typed) for a case. Stores nothing."""
    secret = new_token() if kind is AccessKind.LINK else new_code()
    return Secret(
        cases.new_access(case.id, kind, runtime.clock(), access_expiry(case, runtime.zone(study))),
        runtime.keyring.digest(kind, secret),
        f"/s/{secret}" if kind is AccessKind.LINK else written_code(secret),
    )


def revoke(runtime: Runtime, staff: Staff, study: str, reference: str, touchpoint: int) -> int:
    """Ends every link and code of a case; returns how many. Raises NotPermitted, NotFound."""
    scope = scope_of(staff, Action.GIVE_ACCESS, study, runtime.origin)
    with runtime.database.writing() as session:
        case = cases.case_in_scope(session, scope, reference, touchpoint)
        if case is None:
            raise NotFound(say("no_case", reference=reference, touchpoint=touchpoint))
        count = cases.revoke_accesses(session, case.id, runtime.clock())
        audit.record(
            session, runtime.clock(), staff.id, "access_revoked", study, reference, touchpoint=touchpoint, count=count
        )
        return count
