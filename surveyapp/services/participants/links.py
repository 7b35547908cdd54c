"""The links and codes that let a participant in."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction, ByLink, System
from surveyapp.domain.errors import AccessRefused, NotFound, StateRefused
from surveyapp.domain.fieldwork.cases import OPENS, Access, AccessKind, Case, access_expiry
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.cases.state import runs_out_at, state_of
from surveyapp.services.keyring import new_code, new_token, written_code
from surveyapp.services.participants import contacts
from surveyapp.services.participants.mangled_links import codes_in, tokens_in
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import access_keys, sessions
from surveyapp.services.translation import study_catalogues
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, responses
from surveyapp.store.entry import accesses

GIVEN_OUT = {AccessKind.LINK: AuditAction.LINK_GIVEN_OUT, AccessKind.CODE: AuditAction.CODE_GIVEN_OUT}
"""What giving out either is called in the audit trail."""


@dataclass(frozen=True, kw_only=True)
class GivenOut:
    """A new link or code, the only time it can be read. `link` is the path a link opens; `code` as it is written."""

    reference: str
    touchpoint: int
    link: str | None
    code: str | None
    expires_at: dt.datetime | None
    claim: bool


def open_link(runtime: Runtime, arrived: str) -> uuid.UUID:
    """The access that a link opens whose token is in what arrived, whatever a message has put around it. Raises
    AccessRefused (wrong, expired or revoked)."""
    with Desk(runtime, System()).reading() as work:
        return _first_of(work, [("link", token) for token in tokens_in(arrived)])


def open_code(runtime: Runtime, typed: str) -> uuid.UUID:
    """The access that a typed code opens, or a link that was pasted in its place. Raises AccessRefused."""
    with Desk(runtime, System()).reading() as work:
        codes, tokens = codes_in(typed), tokens_in(typed)
        return _first_of(work, [*(("code", code) for code in codes), *(("link", each) for each in tokens)])


def _first_of(work: Work, secrets: Iterable[tuple[str, str]]) -> uuid.UUID:
    """The first that is anybody's. One that ended is not passed over: it says why it opens nothing."""
    for kind, secret in secrets:
        found = accesses.access_by_digest(work.session, work.runtime.keyring.access_digests(kind, secret))
        if found is not None:
            return admitted(work, found).id
    raise AccessRefused("wrong")


@dataclass(frozen=True)
class Arrival:
    """Where an access leads: the handle in its pages' addresses, the languages its study offers, and which of these the
    person's contact record names, as code or as word. `ended_at`: when links or codes to these questions were last
    ended by staff; a browser that was known before that is known no more."""

    handle: str
    offered: tuple[str, ...]
    known: str | None
    ended_at: dt.datetime | None


def arrival(runtime: Runtime, access_id: uuid.UUID) -> Arrival:
    """Raises AccessRefused."""
    with Desk(runtime, ByLink(access_id=access_id)).reading() as work:
        access = admitted(work, accesses.access(work.session, access_id))
        case = cases.case(work.session, access.case_id)
        assert case is not None
        found = work.person(case.participant_id)
        assert found is not None
        offered = runtime.offered(runtime.study(found.study), work.session)
        ended_at = accesses.last_revoked(work.session, case.id)
        written = contacts.read(work, found.id).language.strip().casefold()
    names = {code: {code.casefold(), *study_catalogues.names_of(code)} for code in offered}
    return Arrival(
        runtime.keyring.handle(case.id),
        offered,
        next((code for code, known in names.items() if written in known), None),
        ended_at,
    )


def admitted(work: Work, access: Access | None) -> Access:
    """An access, if it works now. Raises AccessRefused."""
    if access is None:
        raise AccessRefused("wrong")
    if access.revoked_at is not None:
        raise AccessRefused("revoked")
    ends = runs_out_at(work, access)
    if ends is not None and work.now >= ends:
        raise AccessRefused("expired")
    return access


def give_out(
    desk: Desk, study: str, reference: str, touchpoint: int, kind: AccessKind, *, claim: bool = False
) -> GivenOut:
    """Makes a new link or code for a case. Those given out before go on working. `claim`: it is passed on or on paper.

    Raises NotPermitted, NotFound, and StateRefused when the person can no longer answer.
    """
    scope = desk.scope(Action.GIVE_ACCESS, study, Action.MANAGE_PARTICIPANTS)
    with desk.writing() as work:
        case = cases.case_in_scope(work.session, scope, reference, touchpoint)
        if case is None:
            raise NotFound(say("no_case", reference=reference, touchpoint=touchpoint))
        today = work.today(work.runtime.study(study))
        participant = participants.participant(work.session, case.participant_id, today)
        assert participant is not None
        response = responses.response_of(work.session, case.id)
        state = state_of(work, case, response, withdrawn=participant.withdrawn_at is not None)
        if state not in OPENS:
            raise StateRefused(say("cannot_answer", reference=reference, touchpoint=touchpoint, state=state))
        given = issue(work, participant, case, kind, claim=claim)
        work.record(GIVEN_OUT[kind], reference, study=study, touchpoint=touchpoint, claim=claim)
        return given


def issue(work: Work, participant: Participant, case: Case, kind: AccessKind, *, claim: bool = False) -> GivenOut:
    """Makes the link or code inside a unit of work whose caller has checked who asks."""
    made = new_secret(work, work.runtime.study(participant.study), case, kind, claim=claim)
    accesses.add_access(work.session, made.access, made.digest)
    link, code = (made.written, None) if kind is AccessKind.LINK else (None, made.written)
    return GivenOut(
        reference=participant.reference,
        touchpoint=case.touchpoint,
        link=link,
        code=code,
        expires_at=made.access.ends_at(case),
        claim=claim,
    )


@dataclass(frozen=True)
class Secret:
    """A link or code about to be given out: what is stored of it, and what the person gets."""

    access: Access
    digest: str
    written: str = field(repr=False)


def new_secret(work: Work, study: Study, case: Case, kind: AccessKind, *, claim: bool) -> Secret:
    """A new link (its path) or code (as it is typed) for a case. Stores neither. Raises KeyMissing where another access
    key is listed than the one that earlier ones rest on."""
    access_keys.confirm_first(work)
    secret = new_token() if kind is AccessKind.LINK else new_code()
    return Secret(
        accesses.new_access(case.id, kind, work.now, access_expiry(case, work.runtime.zone(study)), claim=claim),
        work.runtime.keyring.access_digest(kind, secret),
        f"/s/{secret}" if kind is AccessKind.LINK else written_code(secret),
    )


def revoke(desk: Desk, study: str, reference: str, touchpoint: int) -> int:
    """Ends every link and code of a case; returns how many. Raises NotPermitted, NotFound."""
    scope = desk.scope(Action.GIVE_ACCESS, study, Action.MANAGE_PARTICIPANTS)
    with desk.writing() as work:
        case = cases.case_in_scope(work.session, scope, reference, touchpoint)
        if case is None:
            raise NotFound(say("no_case", reference=reference, touchpoint=touchpoint))
        return _revoke(work, case, reference, study)


def revoke_all(work: Work, participant: Participant) -> None:
    """Ends every link and code of somebody, and whatever they let in."""
    for case in cases.cases_of(work.session, participant.id):
        if any(each.revoked_at is None for each in accesses.accesses_of(work.session, case.id)):
            _revoke(work, case, participant.reference, participant.study)


def _revoke(work: Work, case: Case, reference: str, study: str) -> int:
    count = accesses.revoke_accesses(work.session, case.id, work.now)
    sessions.end_all_of_case(work, case.id, EndedWhy.ACCESS_REVOKED)
    work.record(AuditAction.ACCESS_REVOKED, reference, study=study, touchpoint=case.touchpoint, count=count)
    return count
