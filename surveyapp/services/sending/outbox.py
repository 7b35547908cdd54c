"""Sending: what is due is planned as rows, and each row is handed over once.

A row is marked *handing over* in a transaction of its own, committed before anything leaves the machine. Whoever finds
a row so afterwards knows that nobody knows: it is *uncertain*, and never sent again by itself. Links are made as a
message is handed over, and are in memory alone.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import KeyMissing, StateRefused
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sending.planning import MessageState, PlannedMessage, WhyNot, due, is_of_earlier_window
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.sending import asked, wording
from surveyapp.services.sending.facts import everyone, language_of, plan_of, rules_of
from surveyapp.services.sending.ways.carrier import Carrier, CarrierOutcome, OutgoingMessage, Receipt
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants
from surveyapp.store.entry import accesses
from surveyapp.store.sending import outbox as store
from surveyapp.store.sending import recipients, worker
from surveyapp.store.sending.outbox import NewMessage, OutboxMessage
from surveyapp.store.sending.recipients import RecipientFacts

HOLD = dt.timedelta(minutes=5)
"""How long whoever sends has the lock without a sign of life: longer than any carrier is waited for."""

AGAIN_AFTER = dt.timedelta(minutes=15)
"""After how long a message that was not taken is tried again; twice as long each time."""

LONGEST_WAIT = dt.timedelta(hours=12)

MOST_AT_ONCE = 200
"""Messages that are looked up at a time."""


@contextmanager
def the_lock(desk: Desk, holder: str | None = None) -> Iterator[Callable[[], None]]:
    """Lets one process at a time send; what it yields is called before each message, to keep the lock. What an earlier
    one left in handing over is uncertain from here on. Raises StateRefused where another has it."""
    mine = holder or secrets.token_hex(8)

    def keep() -> None:
        with desk.writing() as work:
            if not worker.take(work.session, mine, work.now, work.now + HOLD):
                raise StateRefused(say("sending_already"))

    keep()
    with desk.writing() as work:
        for left in store.handing_over(work.session):
            store.moved(work.session, left.id, (MessageState.HANDING_OVER,), MessageState.UNCERTAIN, ended_at=work.now)
    try:
        yield keep
    finally:
        with desk.writing() as work:
            worker.let_go(work.session, mine)


def plan_due(work: Work, scope: Scope, study: Study) -> int:
    """Plans what is due now in a study, a row each; how many are new. What waits since before goes by the way that the
    plan says now; of what is not to go any more no row stays, whether or not anybody carries it. The caller has the
    lock."""
    new: list[NewMessage] = []
    anew: list[NewMessage] = []
    rules = rules_of(study)
    for facts in everyone(work, study, scope):
        earlier = {each.step: is_of_earlier_window(rules, each, facts.case.opens_at) for each in facts.history}
        plan = plan_of(work, study, facts)
        for each in due(plan, work.now):
            if earlier.get(each.step.id, True):
                (anew if each.step.id in earlier else new).append(_as_planned(work, study, facts, each))
        _plan_again(work, study, facts, plan)
    store.add(work.session, new, work.now)
    store.renew(work.session, anew, work.now)
    return len(new) + len(anew)


def _as_planned(work: Work, study: Study, facts: RecipientFacts, each: PlannedMessage) -> NewMessage:
    """A message that goes, as its row has it."""
    assert each.way is not None
    assert each.at is not None
    language = language_of(work, study, facts, each.step)
    return NewMessage(case_id=facts.case.id, step=each.step.id, way=each.way, language=language, due_at=each.at)


def _plan_again(work: Work, study: Study, facts: RecipientFacts, plan: Sequence[PlannedMessage]) -> None:
    """Leads somebody's rows that wait after the plan."""
    going = {each.step.id: each for each in plan if each.why is None}
    for row in facts.history:
        if row.state is not MessageState.PLANNED:
            continue
        if (now := going.get(row.step)) is None:
            store.take_back_step(work.session, facts.case.id, row.step)
        elif now.way is not row.way:
            store.go_otherwise(work.session, _as_planned(work, study, facts, now))


def send_asked_for(desk: Desk, carriers: Mapping[SendingWay, Carrier]) -> Counter[MessageState]:
    """Sends what people asked for and wait for, and nothing else. Raises StateRefused where another process sends: that
    one looks for it between any two messages."""
    done: Counter[MessageState] = Counter()
    try:
        with the_lock(desk) as keep:
            _send_asked_for(desk, carriers, keep, done, {})
    finally:
        for carrier in carriers.values():
            carrier.close()
    return done


def send(
    desk: Desk,
    study_ids: Collection[str],
    carriers: Mapping[SendingWay, Carrier],
    *,
    wanted: Callable[[], bool] = lambda: True,
    holder: str | None = None,
) -> Counter[MessageState]:
    """Sends what is due in these studies, where sending is switched on, by the ways that have a carrier; how many came
    to what. It ends after the message in hand once nobody wants it any more. Somebody whose key is not there keeps
    nobody else waiting: that is raised in the end. Raises StateRefused where another process sends, KeyMissing."""
    done: Counter[MessageState] = Counter()
    wrong: dict[uuid.UUID, KeyMissing] = {}
    try:
        with the_lock(desk, holder) as keep:
            _resolve(desk, carriers)
            _send_asked_for(desk, carriers, keep, done, wrong)
            for study_id in study_ids:
                study = desk.runtime.study(study_id)
                scope = Scope(study_id, desk.runtime.origin)
                with desk.writing() as work:
                    on = store.sends(work.session, study_id)[0] and study.messages is not None
                    if on:
                        plan_due(work, scope, study)
                if on:
                    _send_study(desk, scope, carriers, keep, wanted, done, wrong)
            with desk.writing() as work:
                worker.done(work.session, worker.SENDING, work.now)
    finally:
        for carrier in carriers.values():
            carrier.close()
    if wrong:
        raise next(iter(wrong.values()))
    return done


def _send_asked_for(
    desk: Desk,
    carriers: Mapping[SendingWay, Carrier],
    keep: Callable[[], None],
    done: Counter[MessageState],
    wrong: dict[uuid.UUID, KeyMissing],
) -> None:
    """What was asked for, whether the study sends or not: it is the person who wants it, and waits."""
    with desk.reading() as work:
        found = store.asked_for(work.session, desk.runtime.origin, list(desk.runtime.studies), work.now, carriers)
    for message in found:
        if message.id in wrong:
            continue
        keep()
        try:
            state, _ = hand_over(desk, message, carriers[message.way])
        except KeyMissing as error:
            wrong[message.id] = error
        else:
            done[state] += 1


def _send_study(
    desk: Desk,
    scope: Scope,
    carriers: Mapping[SendingWay, Carrier],
    keep: Callable[[], None],
    wanted: Callable[[], bool],
    done: Counter[MessageState],
    wrong: dict[uuid.UUID, KeyMissing],
) -> None:
    up = dict(carriers)
    tried: set[uuid.UUID] = set()
    while up and wanted():
        with desk.reading() as work:
            found = store.waiting(work.session, scope, work.now, up, MOST_AT_ONCE)
        batch = [each for each in found if each.id not in tried]
        if not batch:
            return
        for message in batch:
            if not wanted():
                return
            if message.way not in up:
                continue
            tried.add(message.id)
            _send_asked_for(desk, carriers, keep, done, wrong)
            keep()
            try:
                state, outcome = hand_over(desk, message, up[message.way])
            except KeyMissing as error:
                wrong[message.id] = error
                continue
            done[state] += 1
            if outcome is CarrierOutcome.DOWN:
                # So it would be with the next: they wait until the next time.
                del up[message.way]


def hand_over(desk: Desk, message: OutboxMessage, carrier: Carrier) -> tuple[MessageState, CarrierOutcome | None]:
    """Hands one planned message over; what it came to, and what the carrier said, where it was asked."""
    with desk.writing() as work:
        made = take_up(work, message, carrier.name)
    if isinstance(made, MessageState):
        return made, None
    outgoing, given = made
    receipt = carrier.hand_over(outgoing)
    with desk.writing() as work:
        return settle(work, message, receipt, given), receipt.outcome


Given = tuple[uuid.UUID, ...]
"""The links and codes that were made for a message."""


def take_up(work: Work, message: OutboxMessage, via: str) -> tuple[OutgoingMessage, Given] | MessageState:
    """Marks a message as being handed over, and makes its words and its link, under its case's lock; or what it is
    instead, where since it was planned it is not to be sent."""
    case = cases.locked_case(work.session, message.case_id)
    study = work.runtime.study(message.study)
    scope = Scope(message.study, work.runtime.origin)
    facts = everyone(work, study, scope, [message.case_id])
    if case is None or not facts:
        return MessageState.STOPPED
    person = participants.participant(work.session, facts[0].participant_id, work.today(study))
    assert person is not None
    before = {each.id for each in accesses.accesses_of(work.session, case.id)}
    language, unsaid = message.language, MessageState.STOPPED
    if message.request:
        outgoing = asked.made(work, study, message, facts[0], person, case)
        language = language if isinstance(outgoing, WhyNot) else outgoing.language
    else:
        found = next((each for each in plan_of(work, study, facts[0]) if each.step.id == message.step), None)
        if found is None or found.why is not None or found.way is None or found.at is None or found.at > work.now:
            return _not_now(work, message, found.why if found else WhyNot.DONE)
        if found.way is not message.way:
            # How they are reached has changed since it was planned, and whoever would carry it carries another way.
            store.go_otherwise(work.session, _as_planned(work, study, facts[0], found))
            return MessageState.PLANNED
        language, unsaid = language_of(work, study, facts[0], found.step), MessageState.FAILED
        outgoing = wording.made(work, study, found.step, message.way, language, person, case, message.id.hex)
    given = tuple(each.id for each in accesses.accesses_of(work.session, case.id) if each.id not in before)
    if isinstance(outgoing, WhyNot):
        for each in given:
            accesses.remove(work.session, each)
        store.moved(work.session, message.id, (MessageState.PLANNED,), unsaid, why=outgoing, ended_at=work.now)
        return unsaid
    if not store.moved(
        work.session,
        message.id,
        (MessageState.PLANNED,),
        MessageState.HANDING_OVER,
        handed_at=work.now,
        tries=message.tries + 1,
        via=via,
        reference=None,
        language=language,
    ):
        # Somebody else took it up: what was made for it goes.
        for each in given:
            accesses.remove(work.session, each)
        return MessageState.HANDING_OVER
    work.record(
        AuditAction.MESSAGE_HANDED_OVER,
        message.reference,
        study=message.study,
        touchpoint=message.touchpoint,
        step=message.step,
        way=message.way.value,
        via=via,
    )
    return outgoing, given


def _not_now(work: Work, message: OutboxMessage, why: WhyNot | None) -> MessageState:
    """A planned message that is not to go now: no row of it stays. Whatever the reason is, it may pass (somebody is
    taken up, a touchpoint opens again), and then it is planned anew; until then the plan says why it does not go."""
    store.take_back(work.session, message.id)
    return MessageState.PLANNED if why is None else MessageState.STOPPED


_OPEN = (MessageState.HANDING_OVER, MessageState.UNCERTAIN)


def settle(work: Work, message: OutboxMessage, receipt: Receipt, given: Given = ()) -> MessageState:
    """Notes what a carrier said of a message that was handed over."""
    more: dict[str, Any] = {"ended_at": work.now}
    match receipt.outcome:
        case CarrierOutcome.SENT:
            state = MessageState.SENT
        case CarrierOutcome.UNCERTAIN:
            state = MessageState.UNCERTAIN
        case CarrierOutcome.REFUSED:
            state, more["why"] = MessageState.FAILED, WhyNot.REFUSED
        case CarrierOutcome.UNWRITABLE:
            state, more["why"] = MessageState.FAILED, WhyNot.UNWRITABLE
        case CarrierOutcome.NO_SUCH_ADDRESS:
            state, more["why"] = MessageState.BOUNCED, WhyNot.BOUNCED
        case CarrierOutcome.NOT_TAKEN | CarrierOutcome.DOWN:
            first = asked.AGAIN_AFTER if message.request else AGAIN_AFTER
            wait = min(first * 2 ** min(message.tries, 6), LONGEST_WAIT)
            state, more = MessageState.PLANNED, {"handed_at": None, "due_at": work.now + wait, "via": None}
    if receipt.reference is not None:
        more["reference"] = receipt.reference
    store.moved(work.session, message.id, _OPEN, state, **more)
    # Whose it is now: meanwhile they may have been erased, or found to be the same as somebody else.
    whose = store.message(work.session, message.id)
    if whose is not None and state is MessageState.BOUNCED:
        recipients.end_channel(work.session, whose.participant_id, message.way, WhyNot.BOUNCED, work.now)
    if state in (MessageState.PLANNED, MessageState.FAILED, MessageState.BOUNCED):
        # Nobody has these: they would only stand on the person's page as given out.
        for each in given:
            accesses.remove(work.session, each)
    return state


def _resolve(desk: Desk, carriers: Mapping[SendingWay, Carrier]) -> None:
    """Asks carriers who can say what became of messages of which nobody knows."""
    with desk.reading() as work:
        open_ones = [
            each
            for study in desk.runtime.studies
            for each in store.in_states(
                work.session, Scope(study, desk.runtime.origin), (MessageState.UNCERTAIN,), MOST_AT_ONCE
            )
        ]
    for message in open_ones:
        carrier = carriers.get(message.way)
        if carrier is None or carrier.name != message.via:
            continue
        receipt = carrier.look_up(message.id.hex)
        if receipt is not None:
            with desk.writing() as work:
                settle(work, message, receipt)
