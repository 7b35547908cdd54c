"""A time at which somebody is called, as it was agreed or asked for, and the moment that it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.agreed import agreed_in_words, moments_of
from surveyapp.domain.fieldwork.call_queue import Unkept, outside, unkept
from surveyapp.domain.fieldwork.cases import Case, CaseState
from surveyapp.domain.fieldwork.days import last_day
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.services.work import Work
from surveyapp.store.calling import stands

FURTHEST = dt.timedelta(days=180)
"""How far ahead a call can be agreed; anything later is a slip of the pen."""


@dataclass(frozen=True)
class AgreedTime:
    """A time for the next attempt, on the study's own clock (no zone): as a day and time, in words, or as both where
    they say the same. `later`: which of two it is where the clocks go back over it; None: nobody said."""

    at: dt.datetime | None = None
    in_words: str = ""
    later: bool | None = None


NO_TIME = AgreedTime()


def agreed_moment(work: Work, study: Study, said: AgreedTime, case: Case) -> dt.datetime:
    """The moment that is meant, within the days of the case they are called about. Of a case that is paused it is
    taken: nobody knows until when that is, and what they said is not to be lost. Raises InputRefused (field `agreed`,
    `in_words` or `which`)."""
    zone, now = work.runtime.zone(study), work.now
    agreed = said.at
    if said.in_words.strip():
        agreed = agreed_in_words(said.in_words, now.astimezone(zone).replace(tzinfo=None))
        if agreed is None:
            raise InputRefused(say("agreed_words"), "in_words")
        if said.at is not None and said.at != agreed:
            raise _differs(said.at, agreed)
    if agreed is None:
        raise InputRefused(say("agreed_missing"), "agreed")
    away = agreed - now.astimezone(zone).replace(tzinfo=None)
    # The first and last days of the calendar have no moment in every zone, and nobody means them.
    near = abs(away) < 2 * FURTHEST
    moments = moments_of(agreed, zone) if near else ()
    if near and not moments:
        raise InputRefused(say("agreed_not_there"), "agreed")
    if len(moments) > 1 and said.later is None and moments[1] > now:
        raise InputRefused(say("agreed_twice"), "which")
    moment = (moments[-1] if said.later else moments[0]) if moments else None
    if moment is None or moment <= now or moment > now + FURTHEST:
        if away > dt.timedelta(0):
            raise InputRefused(say("agreed_too_far", days=FURTHEST.days), "agreed")
        raise InputRefused(say("agreed_past"), "agreed")
    match outside(case, moment):
        case Unkept.OPENS_LATER:
            day = case.opens_at.astimezone(zone).date()
            raise InputRefused(say("agreed_opens_then", day=day), "agreed")
        case Unkept.ENDS_BEFORE if case.ends_at is not None:
            raise InputRefused(say("agreed_closed_then", day=last_day(case.ends_at, zone)), "agreed")
    return moment


@dataclass(frozen=True, kw_only=True)
class TimeCut:
    """A time that was agreed of somebody's case and at which nobody can call after a change of it, nor afterwards.
    `keeper`: the name of whose it is to keep; None: anybody's."""

    reference: str
    at: dt.datetime
    keeper: str | None


StandingSo = tuple[Case, CaseState]
"""A case and where it stands."""


def times_cut(work: Work, changes: Iterable[tuple[str, StandingSo, StandingSo | None]]) -> tuple[TimeCut, ...]:
    """The times that were agreed, the earliest first, that a change of cases takes away: each case by the reference of
    whose it is, before and after (None: it is not asked any more). A time that could not be kept before is none."""
    found = []
    for reference, before, after in changes:
        case, at = before[0], before[0].next_at
        if at is None or unkept(*before, at, work.now) is not None:
            continue
        if after is None or unkept(*after, at, work.now) is not None:
            found.append((at, reference, case.id))
    keepers = stands.keepers(work.session, [case_id for _, _, case_id in found]) if found else {}
    return tuple(
        TimeCut(reference=reference, at=at, keeper=keepers.get(case_id)) for at, reference, case_id in sorted(found)
    )


def _differs(at: dt.datetime, in_words: dt.datetime) -> InputRefused:
    sentence = say(
        "agreed_differs",
        day=at.date(),
        time=f"{at:%H:%M}",
        other_day=in_words.date(),
        other_time=f"{in_words:%H:%M}",
    )
    return InputRefused(sentence, "in_words")
