"""What somebody had typed when their session ended. It is kept sealed, for them alone, until they are in again and send
it, throw it away, or let three days go by; what staff typed of somebody who is erased goes with them."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag

from surveyapp.domain.audit import System
from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.web_sessions import WebSession
from surveyapp.services.person_keys import PERSONAL
from surveyapp.services.runtime import Runtime
from surveyapp.services.sealed_files import own_keys
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
        made = SealedForm(
            id=kept_id,
            staff_id=session.staff_id,
            access_id=session.access_id,
            path=path,
            sealed=_sealed(work, session, kept_id, written),
            kept_at=work.now,
        )
        own_keys.forget(work, store.keep_form(work.session, made))
        return True


def of_session(runtime: Runtime, session: WebSession) -> list[KeptForm]:
    """What is kept for whoever's session this is, oldest first. What no key opens any more is passed over."""
    with Desk(runtime, System()).reading() as work:
        found = store.forms_of(work.session, _owner(session), work.now - KEPT_FOR)
        return [opened for each in found if (opened := _opened(work, each))]


def let_go(runtime: Runtime, session: WebSession, kept_id: uuid.UUID) -> None:
    """Forgets one that was sent or thrown away; anybody else's stays."""
    with Desk(runtime, System()).writing() as work:
        own_keys.forget(work, store.remove_form(work.session, _owner(session), kept_id))


def remove_old(work: Work) -> None:
    """Lets go of everybody's that nobody came back for."""
    own_keys.forget(work, store.remove_old_forms(work.session, work.now - KEPT_FOR))


def let_go_of(work: Work, person: Participant, contact: Contact) -> None:
    """Lets go of what staff had typed on a page of somebody's or that names them, as part of erasing them."""
    named = {each for each in (person.reference, contact.phone, contact.email) if each}
    for kept in store.forms_of_staff(work.session):
        form = _opened(work, kept)
        typed = [] if form is None else [value for values in form.fields.values() for value in values]
        page = kept.path.partition("?")[0].split("/")
        if person.reference in page or any(name in value for name in named for value in typed):
            assert kept.staff_id is not None
            own_keys.forget(work, store.remove_form(work.session, kept.staff_id, kept.id))


def _sealed(work: Work, session: WebSession, kept_id: uuid.UUID, written: str) -> Sealed:
    """What a participant typed is sealed with their own key, which goes with them, from every copy of the database;
    what staff typed, who may have typed it of anybody, with one of the form's own, which goes with the form."""
    person = accesses.person_of(work.session, session.access_id) if session.access_id else None
    if person is not None:
        return work.seals.sealed(person, _bound_to(kept_id), written)
    return own_keys.seal(work, kept_id, _bound_to(kept_id), written)


def _opened(work: Work, kept: SealedForm) -> KeptForm | None:
    owner = kept.staff_id or kept.access_id
    assert owner is not None
    try:
        if kept.sealed.key_id != PERSONAL:  # it is from before forms had keys of their own
            written = work.runtime.keyring.unseal(owner, _bound_to(kept.id), kept.sealed)
        elif kept.access_id is not None and (person := accesses.person_of(work.session, kept.access_id)) is not None:
            written = work.seals.unseal(person, _bound_to(kept.id), kept.sealed.ciphertext)
        else:
            written = own_keys.unseal(work, kept.id, _bound_to(kept.id), kept.sealed.ciphertext)
    except (InvalidTag, KeyError, KeyMissing):
        return None
    return KeptForm(id=kept.id, path=kept.path, fields=json.loads(written))


def _owner(session: WebSession) -> uuid.UUID:
    owner = session.staff_id or session.access_id
    assert owner is not None
    return owner


def _bound_to(kept_id: uuid.UUID) -> str:
    return f"kept_form:{kept_id}"
