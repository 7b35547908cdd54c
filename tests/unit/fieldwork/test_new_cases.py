"""What a new case is: its window, what becomes of one that is over, and whose it is not."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from surveyapp.domain.fieldwork.cases import Case, Disposition, window
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.fieldwork.lists import LateChoice
from surveyapp.domain.instrument.study import Anchor, Touchpoint
from surveyapp.domain.participants import Origin, Participant
from surveyapp.services.cases.scheduling import ended_before, new_case
from tests.fieldwork import NOBODY, NOW, SHORTLY

LONDON = ZoneInfo("Europe/London")
JOINED = dt.date(2026, 6, 10)
ASKED = Touchpoint(
    group="people",
    number=1,
    title="First",
    questionnaire="first",
    opens=Anchor(type="enrolled", days=28),
    due_days=1,
    closes_days=2,
)
PERSON = Participant(
    id=NOBODY, study="s", group="people", reference="P-0001", origin=Origin.REAL, enrolled_on=JOINED
)  # fmt: skip
DAYS = window(ASKED, JOINED, LONDON)


def made(now: dt.datetime, late: LateChoice = LateChoice.CLOSED, *, again: bool = False, **person: Any) -> Case:
    return new_case(ASKED, DAYS, dataclasses.replace(PERSON, **person), now, LONDON, late, again=again)


OVER = DAYS.closes_at
assert OVER is not None


@pytest.mark.parametrize(
    ("now", "late", "opens_on", "disposition", "moved"),
    [
        (OVER - SHORTLY, LateChoice.FROM_TODAY, dt.date(2026, 7, 8), Disposition.UNKNOWN, False),
        (OVER - SHORTLY, LateChoice.NOT_ASKED, dt.date(2026, 7, 8), Disposition.UNKNOWN, False),
        (OVER, LateChoice.CLOSED, dt.date(2026, 7, 8), Disposition.UNKNOWN, False),
        (OVER, LateChoice.NOT_ASKED, dt.date(2026, 7, 8), Disposition.NOT_ELIGIBLE, False),
        # From the day on which they join, whatever the anchor of the study's rule is.
        (OVER, LateChoice.FROM_TODAY, dt.date(2026, 7, 11), Disposition.UNKNOWN, True),
    ],
)
def test_what_becomes_of_a_window_that_is_over(
    now: dt.datetime, late: LateChoice, opens_on: dt.date, disposition: Disposition, moved: bool
) -> None:
    case = made(now, late)
    assert case.opens_at == start_of(opens_on, LONDON)
    assert case.closes_at == start_of(opens_on + dt.timedelta(days=3), LONDON)
    assert (case.disposition, case.moved_at) == (disposition, now if moved else None)


@pytest.mark.parametrize(
    ("person", "again", "disposition"),
    [
        ({}, True, Disposition.UNKNOWN),
        # What they have begun is theirs to finish: the first they ever had is not refused by it.
        ({"declined_contact_at": NOW}, False, Disposition.UNKNOWN),
        ({"declined_contact_at": NOW}, True, Disposition.REFUSAL),
        ({"stopped_at": NOW}, False, Disposition.REFUSAL),
        ({"stopped_at": NOW, "deceased_at": NOW}, False, Disposition.DECEASED),
    ],
)
def test_of_whom_a_case_is_a_refusal_from_the_start(
    person: dict[str, dt.datetime], again: bool, disposition: Disposition
) -> None:
    assert made(NOW, again=again, **person).disposition is disposition


@pytest.mark.parametrize(
    ("opens", "joined", "over"),
    [
        (Anchor(type="fixed", date=dt.date(2026, 6, 1)), dt.date(2026, 6, 3), False),
        (Anchor(type="fixed", date=dt.date(2026, 6, 1)), dt.date(2026, 6, 4), True),
        (Anchor(type="enrolled"), dt.date(2026, 6, 4), False),
    ],
)
def test_a_wave_on_fixed_days_is_not_of_whoever_joins_after_its_last(
    opens: Anchor, joined: dt.date, over: bool
) -> None:
    wave = dataclasses.replace(ASKED, opens=opens)
    person = dataclasses.replace(PERSON, enrolled_on=joined)
    assert ended_before(wave, window(wave, dt.date(2026, 6, 1), LONDON), person, LONDON) is over
