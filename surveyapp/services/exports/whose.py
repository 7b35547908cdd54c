"""Whose answers may leave, and what they are called there: without whoever withdrew or did not agree."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.exports.tables import ExportedPerson
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.work import Work
from surveyapp.store import participants
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.answering import exported


@dataclass(frozen=True, kw_only=True)
class WhoseAnswers:
    """The people whose answers may leave, by key in the order of their rows, and how many are left out and why."""

    people: Mapping[object, ExportedPerson]
    withdrawn: int
    not_shared: int
    not_linked: int


def whose(
    work: Work,
    study: Study,
    scope: Scope,
    until: dt.datetime,
    references: bool,
    named: Mapping[uuid.UUID, str] | None = None,
) -> WhoseAnswers:
    """Whose answers may leave now, and where they had been asked by the moment `until`. `references`: by their
    reference, of those who agreed to be linked; `named`: of these people alone, by what they are called there. Raises
    InputRefused (`references`)."""
    only = None if named is None else named.keys()
    everybody = participants.participants(work.session, scope, work.today(study), only=only)
    there = [person for person in everybody if person.withdrawn_at is None]
    shared = _consenting(work, study, scope, Governs.SHARE_FILE, only)
    sharing = [person for person in there if shared is None or person.id in shared]
    linking = sharing
    if references:
        linked = _consenting(work, study, scope, Governs.LINK_RECORDS, only)
        if linked is None:
            raise InputRefused(say("nobody_asked_to_link"), "references")
        linking = [person for person in sharing if person.id in linked]
    due = exported.asked_by(work.session, scope, until, only)
    if references:
        keys = [person.reference for person in linking]
    else:
        keys = _keys(len(linking)) if named is None else [named[person.id] for person in linking]
    made = [
        ExportedPerson(
            id=person.id,
            key=key,
            group=person.group,
            known=_known(person),
            due=frozenset(due.get(person.id, ())),
        )
        for person, key in zip(linking, keys, strict=True)
    ]
    # By the file's own keys, so that the order of rows tells nothing of the order of references.
    made.sort(key=lambda each: each.key)
    return WhoseAnswers(
        people={each.id: each for each in made},
        withdrawn=len(everybody) - len(there),
        not_shared=len(there) - len(sharing),
        not_linked=len(sharing) - len(linking),
    )


def _keys(count: int) -> list[str]:
    """So many different names for people, drawn by lot for these files alone."""
    made: set[str] = set()
    while len(made) < count:
        made.add(f"p{secrets.token_hex(5)}")
    return list(made)


def _known(person: Participant) -> dict[str, str]:
    """What is known of somebody and of their site, by the attribute's full id."""
    own = {f"participant.{name}": value for name, value in person.attributes.items()}
    return own | ({f"site.{name}": value for name, value in person.site.attributes.items()} if person.site else {})


def _consenting(
    work: Work, study: Study, scope: Scope, use: Governs, only: Collection[uuid.UUID] | None
) -> set[object] | None:
    """Who agreed to a use of their answers; None where the study asks nobody about it."""
    purposes = [each.id for each in study.purposes_of(use)]
    if not purposes:
        return None
    said = said_of_consent.last_said_in(work.session, scope, purposes, only)
    return {person for person, consents in said.items() if study.allows(use, consents)}
