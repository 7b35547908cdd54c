"""What a list changed of somebody put back, each thing where it still stands as the list left it. What happened since
stays, and is said."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.fieldwork.cases import Case, Disposition
from surveyapp.domain.fieldwork.consequences import ReferralDecision
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Contact, Event, Participant
from surveyapp.domain.privacy.leaving import LeavingReason
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Scope
from surveyapp.services.cases import consents, scheduling, stopping
from surveyapp.services.lists.putting_back.kept import KeptChange, WrongReach, of_contact
from surveyapp.services.mending import people as mending
from surveyapp.services.participants import contacts, enrolment_form, relating
from surveyapp.services.work import Work
from surveyapp.store import cases, enrolment, participants, relationships, responses, results
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.calling import referrals
from surveyapp.store.lists.standing import standing
from surveyapp.store.participants import Placed
from surveyapp.store.sending import recipients

BELONGING = ("group", "site", "enrolled_on")

WITHDRAWN = "withdrawn"
"""What is said to stay of whoever has withdrawn since: all of it."""

GONE = "gone"
"""What is said to stay of somebody of whom it is kept no longer how they were."""

QUIET = "language_asked"
"""What goes with something else: nobody is told of it by itself."""


@dataclass(frozen=True)
class PutBack:
    """What was put `back` of somebody, and what `stays`, by the columns that said it (`touchpoint.…`: what became of
    a case); `left`: what stays, as it is kept."""

    back: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def put_back(work: Work, scope: Scope, study: Study, person: Participant, kept: KeptChange) -> PutBack:
    """Puts back what a list changed of somebody where it still stands as the list left it, in the caller's unit of
    work, who has locked the study, the person and their cases."""
    if person.withdrawn_at is not None:
        return PutBack(stays=(WITHDRAWN,))
    return _PuttingBack(work, scope, study, person, kept).all()


class _PuttingBack:
    def __init__(self, work: Work, scope: Scope, study: Study, person: Participant, kept: KeptChange) -> None:
        self.work, self.scope, self.study, self.person, self.kept = work, scope, study, person, kept
        self.contact = contacts.read(work, person.id)
        self.now = standing(work.session, [person.id])[person.id] | of_contact(self.contact)
        # What is by now as it was before the list needs nothing.
        others = {key: pair for key, pair in kept.changed.items() if self.now.get(key) != pair[0]}
        self.stands = {key: was for key, (was, left) in others.items() if self.now.get(key) == left}
        self.stays = {key for key in others if key not in self.stands and not self._gone(key)}

    def _gone(self, key: str) -> bool:
        """Whether it is of a case that is there no more."""
        return key.startswith(("window.", "standing.")) and key not in self.now

    def all(self) -> PutBack:
        """All of it, in the order in which one follows from the other."""
        self._reached()
        said_of_consent.take_back(self.work.session, self.person.id, [uuid.UUID(each) for each in self.kept.consents])
        self._related()
        self._belongs()
        gone = self._happened()
        self._windows(gone)
        self._stopped()
        if self.kept.consents:
            consents.follow(self.work, self.study, self._again())
        self._came()
        self.work.session.flush()
        results.note_change_of(self.work.session, self.person.id)
        back = self._columns(self.stands.keys() - self.stays)
        return PutBack(back, self._columns(self.stays), tuple(sorted(self.stays)))

    def _taken(self, kind: str) -> dict[str, Any]:
        """What of a kind is to be put back, by its name."""
        beginning = f"{kind}."
        return {
            key.removeprefix(beginning): was
            for key, was in self.stands.items()
            if key.startswith(beginning) and key not in self.stays
        }

    def _keep(self, keys: Iterable[str]) -> None:
        self.stays |= {key for key in keys if key in self.stands}

    def _again(self) -> Participant:
        return mending.again(self.work, self.study, self.person)

    def _reached(self) -> None:
        """How they are reached. They do not come to prefer what there is no number or address for."""
        made = dataclasses.replace(self.contact, **self._taken("contact"))
        if (needed := contacts.needed_for(made)) and not getattr(made, needed):
            self._keep((f"contact.{needed}", "contact.preferred"))
            made = dataclasses.replace(self.contact, **self._taken("contact"))
        if made == self.contact:
            return
        prepared = contacts.prepared(self.work, self.person.id, self.contact, made)
        contacts.write_many(self.work, [(self.person.id, prepared)])
        for each in self.kept.wrong:
            where = contacts.reached_otherwise(Contact(**each.reached), made)
            if each.fields & prepared.otherwise and not each.fields & where and self.now.get(each.key) == each.left:
                self._wrong_again(each)
        if QUIET in self.stands and made.language != self.contact.language:
            participants.set_language_asked(self.work.session, self.person.id, self.stands[QUIET])

    def _wrong_again(self, wrong: WrongReach) -> None:
        """A number or address that is there again is as wrong as it was before the list: nobody calls it, and nothing
        is sent there."""
        kind, name, *more = wrong.key.split(".")
        if kind == "ended":
            at = dt.datetime.fromisoformat(wrong.was)
            recipients.end_channel(self.work.session, self.person.id, SendingWay(name), WhyNot(more[0]), at)
        else:
            _kind, blocks, decision, decided_at, by = wrong.was
            referrals.as_before(
                self.work.session,
                uuid.UUID(name),
                blocks,
                ReferralDecision(decision) if decision else None,
                _moment(decided_at),
                uuid.UUID(by) if by else None,
            )

    def _related(self) -> None:
        for relationship, had in self._taken("related").items():
            _was, given = self.kept.changed[f"related.{relationship}"]
            there = self._again()
            if not relating.take_back(self.work, self.scope, self.study, there, relationship, had or "", given or ""):
                self._keep((f"related.{relationship}",))

    def _belongs(self) -> None:
        """Where they belong, and what is known of them. Nobody leaves a group in which they have answered, or belong
        with somebody; then none of it is put back."""
        session, there = self.work.session, self._again()
        if "group" in self.stands and (self._begun or relationships.partners(session, self.scope, [there.id])):
            self._keep(key for key in self.stands if key in BELONGING or key.startswith(("window.", "standing.")))
        site = self.stands.get("site")
        if site and self.scope.sites is not None and uuid.UUID(site) not in self.scope.sites:
            self._keep(("site",))
        wanted = {key: was for key, was in self.stands.items() if key in BELONGING and key not in self.stays}
        known = dict(there.attributes)
        for name, was in self._taken("attribute").items():
            known.pop(name, None)
            known |= {name: was} if was is not None else {}
        if not wanted and known == dict(there.attributes):
            return
        now_at = there.site.id.hex if there.site else None
        at = wanted.get("site", now_at)
        participants.replace_placed(
            session,
            there.id,
            Placed(
                group=wanted.get("group", there.group),
                site_id=uuid.UUID(at) if at else None,
                enrolled_on=dt.date.fromisoformat(wanted.get("enrolled_on", there.enrolled_on.isoformat())),
                attributes=known,
            ),
        )

    def _happened(self) -> set[str]:
        """What happened to them; what did not, after all."""
        gone = set()
        for event, was in self._taken("event").items():
            _was, (day, source) = self.kept.changed[f"event.{event}"]
            if was is None:
                enrolment.take_event_back(self.work.session, self.person.id, _event(event, day, source))
                gone.add(event)
            else:
                enrolment.set_event(self.work.session, self.person.id, _event(event, *was))
        return gone

    @functools.cached_property
    def _begun(self) -> set[str]:
        """The cases that they have begun to answer, by key."""
        there = cases.cases_of(self.work.session, self.person.id)
        return {each.id.hex for each in there if responses.response_of(self.work.session, each.id) is not None}

    def _windows(self, gone: set[str]) -> None:
        """The days of their cases; one that the list led to goes, unless something came of it or it is theirs all the
        same. What they have begun to answer keeps its days."""
        session, person = self.work.session, self._again()
        there = {each.id.hex: each for each in cases.cases_of(session, person.id)}
        made = any(was is None for was in self._taken("window").values())
        theirs = self._theirs(person, there) if made else set()
        for name, was in self._taken("window").items():
            case = there[name]
            touched = f"standing.{name}" in self.stays
            if name in self._begun or (was is None and (touched or case.touchpoint in theirs)):
                self._keep((f"window.{name}",))
            elif was is None:
                enrolment.take_case_back(session, case.id)
            else:
                days: dict[str, Any] = dict(
                    zip(("opens_at", "due_at", "closes_at", "moved_at"), map(_moment, was), strict=True)
                )
                scheduling.move(self.work, self.study, dataclasses.replace(case, **days))
        for case in there.values():
            touchpoint = self.study.touchpoint(person.group, case.touchpoint)
            if touchpoint is not None and touchpoint.opens.event in gone and case.moved_at is None:
                enrolment.take_case_back(session, case.id)
        if made:
            left = {each.id.hex for each in cases.cases_of(session, person.id)}
            self._keep(f"window.{name}" for name, was in self._taken("window").items() if was is None and name in left)

    def _theirs(self, person: Participant, there: Mapping[str, Case]) -> set[int]:
        """The touchpoints that are theirs by what stands now."""
        zone, sent = self.work.runtime.zone(self.study), dict[int, dt.date]()
        for case in there.values():
            response = responses.response_of(self.work.session, case.id)
            if response is not None and response.submitted_at is not None:
                sent[case.touchpoint] = response.submitted_at.astimezone(zone).date()
        happened = {each.event: each.on for each in reversed(participants.events(self.work.session, person.id))}
        standing_now = scheduling.as_it_stands(self.work, self.study)
        found = scheduling.windows(standing_now, zone, person, happened, sent)
        return {touchpoint.number for touchpoint, _ in found}

    def _stopped(self) -> None:
        """That they are contacted no more, by the list alone."""
        if "stopped_at" not in self.stands:
            return
        there = self._again()
        if there.deceased_at is not None:
            self._keep(("stopped_at",))
        else:
            stopping.take_up(self.work, there, LeavingReason.MISTAKE)

    def _came(self) -> None:
        """What had come of their cases. Nobody is asked again who has said since that they are not to be."""
        session, person = self.work.session, self._again()
        asked = person.stopped_at is None and person.deceased_at is None and person.declined_contact_at is None
        there = {each.id.hex: each for each in cases.cases_of(session, person.id)}
        for name, was in self._taken("standing").items():
            case = there.get(name)
            if was is None or case is None:
                continue
            before = Disposition(was[0])
            if case.disposition is not before and not asked:
                self._keep((f"standing.{name}",))
            else:
                cases.set_disposition(session, case, before)
                cases.set_next(session, case.id, _moment(was[1]))

    def _columns(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The columns that say what these keys are of, in the order of a list."""
        numbers = {each.id.hex: each.touchpoint for each in cases.cases_of(self.work.session, self.person.id)}
        own = {each.name: enrolment_form.attribute_column(each) for each in self.study.participant_attributes}
        found = set[str]()
        for key in keys:
            kind, _, name = key.partition(".")
            match kind:
                case "window" | "standing":
                    found |= {f"touchpoint.{numbers[name]}"} if name in numbers else set()
                case "contact":
                    found.add(name)
                case "attribute":
                    found.add(own.get(name, name))
                case "related":
                    found.add(f"relationship.{name}")
                case "stopped_at":
                    found.add("do_not_contact")
                case _:
                    found |= {key} - {QUIET}
        return tuple(sorted(found))


def _event(event: str, day: str, source: str) -> Event:
    return Event(event, dt.date.fromisoformat(day), source)


def _moment(written: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(written) if written else None
