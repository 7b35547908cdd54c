"""Until when what is held of somebody is kept, as their study says, and what goes then."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.fieldwork.days import last_day
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule


class KeptThing(enum.StrEnum):
    """What has a time of its own. *Contacts*: how somebody is reached, and the links given to them. *Words*: what they
    or interviewers wrote in words of their own. *Answers*: all that is left. *Withdrawn*: everything of somebody who
    withdrew."""

    CONTACTS = "contacts"
    WORDS = "words"
    ANSWERS = "answers"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class KeptPerson:
    """Somebody, and what of theirs is held. `closes`: when each of their cases closes, by touchpoint; `held_open`:
    those of them that are paused, and close later than that."""

    id: uuid.UUID
    reference: str
    withdrawn_at: dt.datetime | None
    closes: Mapping[int, dt.datetime | None]
    contacts: bool
    words: bool
    anonymised: bool
    held_open: frozenset[int] = frozenset()


def kept_until(rule: RetentionRule, keep: KeepUntil, person: KeptPerson, zone: dt.tzinfo) -> dt.date:
    """The last day on which something of somebody is kept. Where it follows a touchpoint that never came for them, or
    that does not close, it follows the study's end: nothing is kept without one. So it does of one that is paused,
    which closes nobody can say when, but not before the day that was planned."""
    if keep.date is not None:
        return keep.date
    closes = None if keep.touchpoint is None else person.closes.get(keep.touchpoint)
    since = rule.study_ends if closes is None else last_day(closes, zone)
    if keep.touchpoint in person.held_open:
        since = max(since, rule.study_ends)
    return since + dt.timedelta(days=keep.days)


def retained(rule: RetentionRule, person: KeptPerson, zone: dt.tzinfo) -> dict[KeptThing, dt.date]:
    """Of what is held of somebody, the last day on which each is kept. Nothing is kept longer of whoever withdrew: all
    of it goes when that can be undone no more, what has an earlier time of its own goes then, and with the time of
    their answers everything."""
    found = {}
    if person.contacts:
        found[KeptThing.CONTACTS] = kept_until(rule, rule.contacts, person, zone)
    if person.words:
        found[KeptThing.WORDS] = kept_until(rule, rule.words, person, zone)
    if not person.anonymised:
        found[KeptThing.ANSWERS] = kept_until(rule, rule.answers, person, zone)
    if person.withdrawn_at is None:
        return found
    undone_until = person.withdrawn_at.astimezone(zone).date() + dt.timedelta(days=rule.withdrawn_days)
    everything = min(undone_until, found.pop(KeptThing.ANSWERS, undone_until))
    return {what: on for what, on in found.items() if on < everything} | {KeptThing.WITHDRAWN: everything}
