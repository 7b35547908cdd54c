"""What somebody had typed when their session ended. It is kept sealed, for them alone, until they are in again and send
it, throw it away, or let three days go by."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag

from surveyapp.domain.audit import System
from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.web_sessions import WebSession
from surveyapp.services.person_keys import PERSONAL
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store.database import new_id
from surveyapp.store.entry import accesses
from surveyapp.store.participants import Sealed
from surveyapp.store.security import web_sessions as store
from surveyapp.store.security.web_sessions import SealedForm

KEPT_FOR = dt.timedelta(hours=72)
MOST_KEPT = 20
"""For one person: a browser that sends more is no person's."""

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class KeptForm:
    """A form as it was sent: to which address, and every field's values."""

    id: uuid.UUID
    path: str
    fields: Fields = field(repr=False)


def keep(runtime: Runtime, session: WebSession, path: str, fields: Fields) -> bool:
    """Keeps a form that came in with a session of somebody; returns whether there was room for it."""
    owner = _owner(session)
    kept_id = new_id()
    written = json.dumps({key: list(each) for key, each in fields.items()})
    with Desk(runtime, System()).writing() as work:
        remove_old(work)
        if store.count_forms(work.session, owner) >= MOST_KEPT:
            return False
        store.keep_form(
            work.session,
            SealedForm(
                id=kept_id,
                staff_id=session.staff_id,
                access_id=session.access_id,
                path=path,
                sealed=_sealed(work, session, kept_id, written),
                kept_at=work.now,
            ),
        )
        return True


def of_session(runtime: Runtime, session: WebSession) -> list[KeptForm]:
    """What is kept for whoever's session this is, oldest first. What no key opens any more is passed over."""
    with Desk(runtime, System()).reading() as work:
        found = store.forms_of(work.session, _owner(session), work.now - KEPT_FOR)
        return [opened for each in found if (opened := _opened(work, session, each))]


def let_go(runtime: Runtime, session: WebSession, kept_id: uuid.UUID) -> None:
    """Forgets one that was sent or thrown away; anybody else's stays."""
    with Desk(runtime, System()).writing() as work:
        store.remove_form(work.session, _owner(session), kept_id)


def remove_old(work: Work) -> None:
    """Lets go of everybody's that nobody came back for."""
    store.remove_old_forms(work.session, work.now - KEPT_FOR)


def _sealed(work: Work, session: WebSession, kept_id: uuid.UUID, written: str) -> Sealed:
    """What a participant typed is sealed with their own key, which goes with them, from every copy of the database."""
    person = accesses.person_of(work.session, session.access_id) if session.access_id else None
    if person is not None:
        return work.seals.sealed(person, _bound_to(kept_id), written)
    return work.runtime.keyring.seal(_owner(session), _bound_to(kept_id), written)


def _opened(work: Work, session: WebSession, kept: SealedForm) -> KeptForm | None:
    try:
        if kept.sealed.key_id == PERSONAL:
            assert session.access_id is not None
            person = accesses.person_of(work.session, session.access_id)
            assert person is not None
            written = work.seals.unseal(person, _bound_to(kept.id), kept.sealed.ciphertext)
        else:
            written = work.runtime.keyring.unseal(_owner(session), _bound_to(kept.id), kept.sealed)
    except (InvalidTag, KeyError, KeyMissing):
        return None
    return KeptForm(id=kept.id, path=kept.path, fields=json.loads(written))


def _owner(session: WebSession) -> uuid.UUID:
    owner = session.staff_id or session.access_id
    assert owner is not None
    return owner


def _bound_to(kept_id: uuid.UUID) -> str:
    return f"kept_form:{kept_id}"
