"""A unit of work: one transaction, one moment, somebody who acts. What it does and what the audit trail says of it
happen together or not at all."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from surveyapp.domain.audit import Actor, AuditAction, AuditEntry, Operator
from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope, Staff, scope_of
from surveyapp.services.person_keys import PersonSeals
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.store.database import seals_of
from surveyapp.store.security import audit


@dataclass(frozen=True, kw_only=True)
class Work:
    """What happens in one transaction: `now` is the one moment it happens at, `actor` who does it, `language` what they
    read what a study says in (None: as it was written).

    Functions that take a `Work` are steps of somebody else's; whoever opened it has checked that the actor may.
    """

    runtime: Runtime
    session: Session
    now: dt.datetime
    actor: Actor
    language: str | None
    writes: bool

    def record(
        self, action: AuditAction, subject: str | None = None, *, study: str | None = None, **detail: Any
    ) -> None:
        """Puts what this work does into the audit trail: `subject` is a participant's reference, a questionnaire, or
        the key of a member of staff; neither it nor `detail` holds a name, contact details or answers."""
        assert self.writes, "work that only reads is rolled back, and its audit entry with it"
        audit.record(self.session, self.now, self.actor, action, study, subject, detail)

    def record_many(self, action: AuditAction, subjects: Sequence[tuple[str, dict[str, Any]]], *, study: str) -> None:
        """`record` of one action done to many participants of a study, each with its detail."""
        assert self.writes, "work that only reads is rolled back, and its audit entries with it"
        audit.record_many(self.session, self.now, self.actor, action, study, subjects)

    def recorded(self, study: str, action: AuditAction) -> list[tuple[dt.datetime, dict[str, Any]]]:
        """When something was done in a study before and what was noted of it, oldest first."""
        return audit.details(self.session, study, action)

    def newest(self, action: AuditAction) -> dict[str, Any] | None:
        """What was noted when something was last done; None if it never was."""
        found = audit.newest(self.session, action)
        return None if found is None else found.detail

    def last_noted_at(self) -> dt.datetime | None:
        """When anything was noted last."""
        return audit.last_at(self.session)

    @property
    def seals(self) -> PersonSeals:
        """What opens and seals with people's own keys."""
        seals = seals_of(self.session)
        assert isinstance(seals, PersonSeals)
        return seals

    def noted_of(self, study: str, subject: str) -> list[AuditEntry]:
        """What the audit trail has of one participant of a study, oldest first."""
        return audit.about(self.session, study, subject)

    def by(self, actor: Actor) -> Work:
        """The same work, once it is known who does it."""
        return dataclasses.replace(self, actor=actor)

    @property
    def staff(self) -> Staff:
        """The actor of work that staff alone do."""
        assert isinstance(self.actor, Staff)
        return self.actor

    @property
    def staff_id(self) -> uuid.UUID | None:
        """Who entered something, where staff did."""
        return self.actor.id if isinstance(self.actor, Staff) else None

    def study(self, study_id: str) -> Study:
        """A study in the language the actor reads. Raises NotFound."""
        return self.runtime.study_for_staff(study_id, self.language)

    def instrument(self, study: Study, questionnaire: str, version: int) -> Questionnaire:
        """A version as it was opened, in the language the actor reads. Raises StateRefused for one that never was."""
        return self.runtime.instrument_for_staff(self.session, study, questionnaire, version, self.language)

    def today(self, study: Study) -> dt.date:
        """The day it is where the study is."""
        return self.now.astimezone(self.runtime.zone(study)).date()

    def person(self, participant_id: uuid.UUID) -> Participant | None:
        """A participant by key, with what is known of their site on the day it is where their study is. For code that
        came by way of their own link or a case already scoped."""
        return participants.participant(self.session, participant_id, self._day_in)

    def _day_in(self, study_id: str) -> dt.date:
        study = self.runtime.studies.get(study_id)
        # A study that is written no more is nowhere; its people can still say that they want no messages.
        return self.now.date() if study is None else self.today(study)


@dataclass(frozen=True)
class Desk:
    """Where somebody acts from: the installation, who they are, and the language they read what a study says in (None:
    as it was written). Every use case is asked from one, and opens one unit of work."""

    runtime: Runtime
    actor: Actor
    language: str | None = None

    @property
    def as_written(self) -> Desk:
        """The same actor, reading what a study says as it was written."""
        return dataclasses.replace(self, language=None)

    @property
    def on_primary(self) -> Desk:
        """The same actor, reading the database that is written to, and not a copy of it."""
        return dataclasses.replace(self, runtime=self.runtime.of_primary)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Work]:
        """Work that only reads; it is rolled back."""
        with self.runtime.database.reading() as session:
            yield self._work(session, writes=False)

    @contextlib.contextmanager
    def glancing(self) -> Iterator[Work]:
        """Work that only reads, a statement or two of which each sees what stands when it comes."""
        with self.runtime.database.glancing() as session:
            yield self._work(session, writes=False)

    def note(self, action: AuditAction, subject: str | None = None, *, study: str | None = None, **detail: Any) -> None:
        """Puts what only reads into the audit trail: a sight, a search, a file, a refusal. A transaction of its own,
        before anything is shown."""
        with self.writing() as work:
            work.record(action, subject, study=study, **detail)

    @contextlib.contextmanager
    def writing(self, *, at_once: bool = False) -> Iterator[Work]:
        """Work that writes: committed when the block ends, rolled back when it raises. `at_once`: it is a single
        statement."""
        with self.runtime.database.writing(at_once=at_once) as session:
            yield self._work(session, writes=True)

    def _work(self, session: Session, *, writes: bool) -> Work:
        return Work(
            runtime=self.runtime,
            session=session,
            now=self.runtime.clock(),
            actor=self.actor,
            language=self.language,
            writes=writes,
        )

    def studies(self, action: Action) -> tuple[str, ...]:
        """The studies in which the actor may do it."""
        match self.actor:
            case Staff():
                return self.actor.studies(action, self.runtime.studies)
            case Operator():
                return tuple(sorted(self.runtime.studies))
            case _:
                return ()

    def may_everywhere(self, action: Action, study_id: str) -> bool:
        """Whether the actor may do it at every site of a study."""
        match self.actor:
            case Staff():
                return self.actor.may_everywhere(action, study_id)
            case Operator():
                return True
            case _:
                return False

    def may(self, action: Action, study_id: str) -> bool:
        """Whether the actor may do it, at some site at least: of what is nobody's in particular. Of a participant it is
        asked with `may_of`, of those whom a query finds with `scope`."""
        return study_id in self.studies(action)

    def may_of(self, action: Action, person: Participant) -> bool:
        """Whether the actor may do it of a participant."""
        match self.actor:
            case Staff():
                return self.actor.may_of(action, person)
            case Operator():
                return True
            case _:
                return False

    def check(self, action: Action, study_id: str) -> None:
        """Raises NotPermitted, with the reason, unless the actor may, at some site at least. As with `may`, that says
        nothing of any participant."""
        self.scope(action, study_id)

    def check_everywhere(self, action: Action, study_id: str, sentence: Sentence) -> Scope:
        """Everybody of a study, whom it concerns. Raises NotPermitted unless the actor may do it at every site: with
        `sentence` where they may at some."""
        scope = self.scope(action, study_id)
        if scope.sites is not None:
            raise NotPermitted(sentence)
        return scope

    def scope(self, action: Action, study_id: str, *besides: Action) -> Scope:
        """Whom the actor may see when doing this, and `besides` whatever else is done to them with it: a role over one
        site says nothing of the people of another, whatever else they may do there. An operator, who can read the
        database, sees all of the study. Raises NotPermitted."""
        match self.actor:
            case Staff():
                found = scope_of(self.actor, action, study_id, self.runtime.origin)
                for each in besides:
                    found = found.also(scope_of(self.actor, each, study_id, self.runtime.origin))
                return found
            case Operator():
                return Scope(study_id, self.runtime.origin)
            case _:
                raise NotPermitted(say("role_does_not_let", action=action))

    def study(self, study_id: str) -> Study:
        """A study in the language the actor reads. Raises NotFound."""
        return self.runtime.study_for_staff(study_id, self.language)
