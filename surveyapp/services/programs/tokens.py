"""Tokens of programs: made and ended by their owner, ended by whoever holds accounts, and who a program comes from.

Roles are looked up at each request: a token opens what its owner may then, of what it is for, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from surveyapp.domain.audit import AuditAction, System
from surveyapp.domain.errors import FieldFault, FieldsRefused, InputRefused, NotFound, SaidError, ShiftlineError
from surveyapp.domain.programs.tokens import (
    CALLS,
    LIFETIMES,
    LONGEST_NAME,
    MOST_TOKENS,
    NEEDS,
    PREFIX,
    RANDOM_BYTES,
    WITHIN,
    ProgramToken,
    TokenScope,
    TokenStanding,
    digest_of,
)
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Staff
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import guesses
from surveyapp.services.staff import accounts, granting
from surveyapp.services.work import Desk, Work
from surveyapp.store import staff as staff_store
from surveyapp.store.database import new_id
from surveyapp.store.sign_in import program_tokens as store


class TokenRefused(SaidError):
    """The token opens nothing: there is no such one, it is over, or its owner's account is closed."""


class ScopeMissing(SaidError):
    """The token is not for what was asked."""


class TooManyCalls(ShiftlineError):
    """More requests than a token has in a minute, or wrong tokens from an address: so many seconds have to go by."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many requests. Wait {seconds} seconds.")
        self.seconds = seconds


@dataclass(frozen=True)
class MadeToken:
    """A token that was just made, and its secret, the only time it can be read."""

    token: ProgramToken
    secret: str = field(repr=False)


@dataclass(frozen=True)
class ProgramCaller:
    """Who a program reads as, by which token. `secret`: the token itself, for what is worked out with it and kept
    nowhere."""

    staff: Staff
    token: ProgramToken
    secret: str = field(repr=False)

    def check(self, scope: TokenScope) -> None:
        """Raises ScopeMissing unless the token is for it."""
        if scope not in self.token.scopes:
            raise ScopeMissing(say("token_not_for", scope=scope.value))


def own(desk: Desk) -> tuple[ProgramToken, ...]:
    """Whoever asks: their tokens that live, the newest first."""
    with desk.reading() as work:
        return store.of_staff(work.session, work.staff.id, work.now)


def can_have(staff: Staff) -> tuple[TokenScope, ...]:
    """What somebody may let programs read, in some study."""
    return tuple(scope for scope, action in NEEDS.items() if staff.studies(action))


def make(
    desk: Desk, name: str, scopes: Iterable[str], days: int, purpose: str = "", asked_as: uuid.UUID | None = None
) -> MadeToken:
    """A token for whoever asks. `asked_as`: sent again under the same key, it is made once. Raises FieldsRefused (of
    `name`, `scopes`, `days`, `purpose`)."""
    said, wanted, what_for = " ".join(name.split()), set(scopes), ""
    with desk.writing() as work:
        allowed = {scope.value: scope for scope in can_have(work.staff)}
        faults = []
        if not said or len(said) > LONGEST_NAME:
            faults.append(FieldFault("name", say("token_name_wanted", most=LONGEST_NAME)))
        if not wanted or not wanted <= allowed.keys():
            faults.append(FieldFault("scopes", say("token_scope_wanted")))
        if days not in LIFETIMES:
            faults.append(FieldFault("days", say("token_days_wanted", days=list(LIFETIMES))))
        if TokenScope.ANSWERS.value in wanted & allowed.keys():
            try:
                what_for = granting.checked_purpose(purpose)
            except InputRefused as refused:
                faults.append(FieldFault("purpose", refused.sentence))
            else:
                if not what_for:
                    faults.append(FieldFault("purpose", say("export_purpose_wanted")))
        staff_store.credentials_by_id(work.session, work.staff.id, lock=True)
        if asked_as is not None and store.exists(work.session, asked_as):
            faults = [FieldFault("name", say("token_made_already"))]
        if not faults and len(store.of_staff(work.session, work.staff.id, work.now)) >= MOST_TOKENS:
            faults.append(FieldFault("name", say("tokens_too_many", most=MOST_TOKENS)))
        if faults:
            raise FieldsRefused(tuple(faults))
        secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
        made = ProgramToken(
            id=asked_as or new_id(),
            staff_id=work.staff.id,
            name=said,
            scopes=frozenset(allowed[each] for each in wanted),
            purpose=what_for,
            created_at=work.now,
            expires_at=work.now + dt.timedelta(days=days),
        )
        store.add(work.session, made, digest_of(secret))
        said_of_it = {"purpose": what_for} if what_for else {}
        work.record(
            AuditAction.TOKEN_MADE, None, token=str(made.id), scopes=sorted(made.scopes), days=days, **said_of_it
        )
    return MadeToken(made, secret)


def end_own(desk: Desk, token_id: uuid.UUID) -> None:
    """Ends one of one's own. Raises NotFound."""
    with desk.writing() as work:
        _end(work, work.staff.id, token_id)
        work.record(AuditAction.TOKENS_ENDED, token=str(token_id), count=1)


def of_account(desk: Desk, staff_id: uuid.UUID) -> tuple[ProgramToken, ...]:
    """Somebody's tokens that live, for whoever holds accounts. Raises NotPermitted."""
    accounts.check_holds(desk)
    with desk.reading() as work:
        return store.of_staff(work.session, staff_id, work.now)


def end_of_account(desk: Desk, staff_id: uuid.UUID, token_id: uuid.UUID) -> None:
    """Ends one of somebody's. Raises NotFound, NotPermitted."""
    accounts.check_holds(desk)
    with desk.writing() as work:
        _end(work, staff_id, token_id)
        work.record(AuditAction.TOKENS_ENDED, str(staff_id), token=str(token_id), count=1)


def _end(work: Work, staff_id: uuid.UUID, token_id: uuid.UUID) -> None:
    if not store.end(work.session, staff_id, work.now, token_id):
        raise NotFound(say("no_token"))


def called_by(runtime: Runtime, secret: str, address: str) -> ProgramCaller:
    """Who comes with a token; the request counts. Raises TokenRefused, TooManyCalls."""
    with Desk(runtime, System()).writing() as work:
        found = store.by_digest(work.session, digest_of(secret))
        caller = None if found is None else ProgramCaller(_owner(work, found), found, secret)
        calls = None if found is None else store.use(work.session, found.id, work.now)
        now = work.now
    if caller is None or calls is None:
        # As wrong codes are: counted by address, and once there are many, waited for.
        if seconds := guesses.wrong_code(runtime, address):
            raise TooManyCalls(seconds)
        raise TokenRefused(say("token_unknown"))
    if calls.count > CALLS:
        left = (calls.since + WITHIN - now).total_seconds()
        raise TooManyCalls(max(1, -int(-left // 1)))
    return caller


def _owner(work: Work, token: ProgramToken) -> Staff:
    """Whose token it is, where it opens anything. Raises TokenRefused."""
    match token.standing(work.now):
        case TokenStanding.EXPIRED:
            raise TokenRefused(say("token_expired"))
        case TokenStanding.ENDED:
            raise TokenRefused(say("token_ended"))
    staff = staff_store.staff_by_id(work.session, token.staff_id)
    if staff is None or not staff.active:
        raise TokenRefused(say("token_account_closed"))
    return staff


def note(
    desk: Desk, caller: ProgramCaller, action: AuditAction, study_id: str | None, what: str, **detail: int
) -> None:
    """Puts what a program reads into the trail, under its owner's name and the token's, before any of it is sent."""
    with desk.writing() as work:
        work.record(action, None, study=study_id, what=what, form="json", token=str(caller.token.id), **detail)
