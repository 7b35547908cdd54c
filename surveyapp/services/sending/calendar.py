"""What a manager sees before the first message goes out: who gets what when, by step, way, language and group; what is
not sent and why; what needs a decision. And switching sending on or off."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound, StateRefused
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sending.planning import MessageState, PlannedMessage, WhyNot
from surveyapp.domain.sending.rules import MessageStep, SendingWay
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.services.mending.whole_study import whole_study
from surveyapp.services.participants import contacts
from surveyapp.services.sending import wording
from surveyapp.services.sending.facts import calls_begin, everyone, language_of, plan_of
from surveyapp.services.sending.ways.chosen import carried
from surveyapp.services.sending.wording import WordedMessage
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.sending import outbox as store
from surveyapp.store.sending import recipients
from surveyapp.store.sending.outbox import OutboxMessage
from surveyapp.store.sending.recipients import RecipientFacts

TO_DECIDE = (MessageState.UNCERTAIN, MessageState.BOUNCED, MessageState.FAILED)
"""States of a message that a person sees to."""

MOST_LISTED = 100
"""Messages that are listed one by one."""


@dataclass(frozen=True, kw_only=True)
class CalendarLine:
    """So many people of a group get a step on a day, by a way and in a language."""

    day: dt.date
    step: str
    group: str
    touchpoint: int
    way: SendingWay
    language: str
    people: int


@dataclass(frozen=True, kw_only=True)
class CallsBegin:
    """So many people of a group are called from a day on, if they have not answered by then. Past days are those whose
    calls have begun."""

    day: dt.date
    group: str
    touchpoint: int
    people: int


@dataclass(frozen=True, kw_only=True)
class SendingCalendar:
    """A study's sending. `lines`: what will be sent from now on, in order; `not_sent`: how many are not sent a step, by
    why; `states`: how far messages are that there are rows of; `by_hand`: ways without a carrier, whose messages
    somebody takes along, and how many of them wait; `decide`: messages that a person sees to; `calls`: from when they
    are called who are still due, where the study writes first."""

    study: Study
    sends: bool
    since: dt.datetime | None
    lines: tuple[CalendarLine, ...]
    not_sent: Mapping[tuple[str, WhyNot], int]
    states: Mapping[tuple[str, MessageState], int]
    by_hand: Mapping[SendingWay, int]
    decide: tuple[OutboxMessage, ...]
    calls: tuple[CallsBegin, ...]

    @property
    def first_day(self) -> dt.date | None:
        return self.lines[0].day if self.lines else None

    @property
    def messages(self) -> int:
        return sum(each.people for each in self.lines)

    def on(self, day: dt.date) -> int:
        return sum(each.people for each in self.lines if each.day == day)


def calendar(desk: Desk, study_id: str) -> SendingCalendar:
    """Of those whom the actor manages. Raises NotPermitted, NotFound."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.study(study_id)
    with desk.reading() as work:
        zone = work.runtime.zone(study)
        lines: Counter[tuple[dt.date, int, str, int, SendingWay, str]] = Counter()
        not_sent: Counter[tuple[str, WhyNot]] = Counter()
        by_hand: Counter[SendingWay] = Counter()
        calls: Counter[tuple[dt.date, str, int]] = Counter()
        order = {step.id: number for number, step in enumerate(study.messages.steps)} if study.messages else {}
        away = carried(work.runtime.settings)
        for facts in everyone(work, study, scope) if study.messages else ():
            if (begins := calls_begin(work, study, facts)) is not None:
                calls[begins.astimezone(zone).date(), facts.group, facts.case.touchpoint] += 1
            for each in plan_of(work, study, facts):
                if each.why is not None:
                    if each.why is not WhyNot.DONE:
                        not_sent[each.step.id, each.why] += 1
                    continue
                assert each.at is not None
                assert each.way is not None
                day, language = each.at.astimezone(zone).date(), language_of(work, study, facts, each.step)
                lines[day, order[each.step.id], facts.group, facts.case.touchpoint, each.way, language] += 1
                if each.way not in away and each.at <= work.now:
                    by_hand[each.way] += 1
        sends, since = store.sends(work.session, study_id)
        states = dict(store.counts(work.session, scope))
        decide = store.in_states(work.session, scope, TO_DECIDE, MOST_LISTED)
    names = [step.id for step in study.messages.steps] if study.messages else []
    if decide:
        desk.note(AuditAction.MESSAGES_SEEN, study=study_id, people=sorted({each.reference for each in decide}))
    return SendingCalendar(
        study=study,
        sends=sends,
        since=since,
        lines=tuple(
            CalendarLine(
                day=day, step=names[number], group=group, touchpoint=touchpoint, way=way, language=language,
                people=people,
            )
            for (day, number, group, touchpoint, way, language), people in sorted(lines.items())
        ),
        not_sent=dict(sorted(not_sent.items(), key=lambda each: (order[each[0][0]], each[0][1]))),
        states=states,
        by_hand=by_hand,
        decide=tuple(decide),
        calls=tuple(
            CallsBegin(day=day, group=group, touchpoint=touchpoint, people=people)
            for (day, group, touchpoint), people in sorted(calls.items())
        ),
    )  # fmt: skip


def switch(desk: Desk, study_id: str, on: bool) -> None:
    """Switches a study's sending on or off. Raises NotPermitted, NotFound, StateRefused where it sends nothing."""
    whole_study(desk, study_id)
    study = desk.study(study_id)
    if study.messages is None:
        raise StateRefused(say("no_messages", study=study.title))
    with desk.writing() as work:
        if store.sends(work.session, study_id)[0] is not on:
            store.switch(work.session, study_id, on, work.now, work.staff_id)
            work.record(AuditAction.SENDING_SWITCHED, study=study_id, on=on)


@dataclass(frozen=True, kw_only=True)
class PersonMessages:
    """One touchpoint of somebody: what becomes of every step, and what there are rows of. `called_from`: from when they
    are called if they have not answered, where the study writes first."""

    touchpoint: int
    called_from: dt.datetime | None
    plan: tuple[PlannedMessage, ...]
    history: tuple[OutboxMessage, ...]


@dataclass(frozen=True, kw_only=True)
class PersonSending:
    """All that is sent to somebody. `words`: what the chosen step says to them, their own link left out."""

    study: Study
    participant: Participant
    language: str
    touchpoints: tuple[PersonMessages, ...]
    ended: tuple[tuple[SendingWay, WhyNot, dt.datetime], ...]
    step: MessageStep | None
    words: tuple[WordedMessage, ...]


def person(desk: Desk, study_id: str, reference: str, step_id: str | None = None) -> PersonSending:
    """What somebody gets, and what a step says to them. Raises NotPermitted, NotFound."""
    scope, study = desk.scope(Action.MANAGE_PARTICIPANTS, study_id), desk.study(study_id)
    with desk.reading() as work:
        found = participants.participant_by_reference(work.session, scope, reference, work.today(study))
        if found is None:
            raise NotFound(say("no_participant", reference=reference))
        mine = [each for each in everyone(work, study, scope) if each.participant_id == found.id]
        steps = study.messages.steps if study.messages else ()
        step = next((each for each in steps if each.id == step_id and each.is_for(found.group)), None)
        language = language_of(work, study, mine[0], step) if mine else study.source_language
        words: tuple[WordedMessage, ...] = ()
        sees = desk.may_of(Action.SEE_CONTACTS, found)
        if step is not None and mine:
            words = tuple(_words(work, study, step, mine[-1], found, language, sees))
        made = PersonSending(
            study=study,
            participant=found,
            language=language,
            touchpoints=tuple(
                PersonMessages(
                    touchpoint=each.case.touchpoint,
                    called_from=calls_begin(work, study, each),
                    plan=plan_of(work, study, each) if study.messages else (),
                    history=tuple(store.of_case(work.session, each.case.id)),
                )
                for each in mine
            ),
            ended=tuple(recipients.ended_ways(work.session, found.id)),
            step=step,
            words=words,
        )
    desk.note(AuditAction.PERSON_SEEN, reference, study=study_id)
    if words and sees:
        desk.note(AuditAction.CONTACT_SEEN, reference, study=study_id, page="messages")
    return made


def _words(
    work: Work, study: Study, step: MessageStep, facts: RecipientFacts, found: Participant, language: str, sees: bool
) -> list[WordedMessage]:
    name = contacts.read(work, found.id).name if sees else ""
    filled_in = wording.facts_for(
        work, study, facts.case.closes_at, language, name=name, link=wording.LINK_HERE, code=wording.CODE_HERE
    )
    ways = [each for each in step.by if each is not SendingWay.LETTER or SendingWay.EMAIL not in step.by]
    return [wording.worded(work, study, step, way, language, filled_in) for way in ways]
