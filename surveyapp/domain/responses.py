"""A case's answers, and the history of how they came."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from surveyapp.domain.answers import Answer, Answers, Mode, Reason, to_json


class ResponseState(enum.StrEnum):
    """How far a response has come."""

    STARTED = "started"
    SUBMITTED = "submitted"


class CorrectionReason(enum.StrEnum):
    """Why answers that were sent are opened again. *By themselves*: whoever sent them does, within the study's time."""

    SLIP = "slip"
    MISUNDERSTOOD = "misunderstood"
    LEFT_OUT = "left_out"
    ENTERED_WRONGLY = "entered_wrongly"
    BY_THEMSELVES = "by_themselves"


CORRECTED_BY_STAFF = tuple(each for each in CorrectionReason if each is not CorrectionReason.BY_THEMSELVES)
"""Why staff open them."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """Answers on one questionnaire version. `revision` counts its saves; `seed` fixes any shuffling. `submitted_at`:
    when it was first sent, for good; `reopened_at`: since when it is open again, and what was sent counts still;
    `sent_again_at`: when it was last sent after that."""

    id: uuid.UUID
    case_id: uuid.UUID
    questionnaire: str
    version: int
    state: ResponseState
    revision: int
    seed: int
    started_at: dt.datetime
    submitted_at: dt.datetime | None = None
    reopened_at: dt.datetime | None = None
    sent_again_at: dt.datetime | None = None


def stands_before(one: Response | None, other: Response | None) -> bool:
    """Which of two answers of one person at one touchpoint counts: whether it is the first. What was sent goes before
    what was begun, and that before nothing; of two that were sent the earlier, of two that were begun the one with
    more saves; else the first."""

    def place(response: Response | None) -> tuple[int, float]:
        if response is None:
            return 2, 0
        if response.submitted_at is not None:
            return 0, response.submitted_at.timestamp()
        return 1, -response.revision

    return place(one) <= place(other)


@dataclass(frozen=True, kw_only=True)
class Reopening:
    """One opening of answers that had been sent: why, when, by whom (None: from the command line), and how many saves
    there were: those after it are corrections."""

    why: CorrectionReason
    at: dt.datetime
    by_staff: uuid.UUID | None
    revision: int


class RecordedAnswer(NamedTuple):
    """The answer to a variable that stands, and how it came: what an interviewer sees of a participant's start.
    `language`: in which it was asked, easy words being a variety of one. With the key of its save, the id that its
    sender gave that, and its place among the response's saves."""

    variable: str
    answer: Answer
    mode: Mode
    by: uuid.UUID | None
    recorded_at: dt.datetime
    save_id: uuid.UUID
    client_id: uuid.UUID
    revision: int
    language: str


@dataclass(frozen=True, kw_only=True)
class NewSave:
    """One page or screen's answers as they come in. `wording` is the revision of the words they were asked in;
    None: the source's own. `late`: they came once no more were taken, and wait for staff."""

    id: uuid.UUID
    section: str
    language: str
    mode: Mode
    by: uuid.UUID | None
    client_at: dt.datetime | None
    recorded_at: dt.datetime
    payload_hash: str
    wording: int | None = None
    late: bool = False


@dataclass(frozen=True)
class ResponseSummary:
    """A response at one touchpoint, in short: when it was handed in (None: not yet), in which modes it was entered, in
    the order first used, and by which staff (key and name)."""

    touchpoint: int
    submitted_at: dt.datetime | None
    modes: tuple[Mode, ...]
    by: tuple[tuple[uuid.UUID, str], ...]


def payload_hash(page_id: str, answers: Answers) -> str:
    """SHA-256 over the page and its answers: two forms with the same hash say the same."""
    payload = json.dumps([page_id, {key: to_json(answer) for key, answer in answers.items()}], sort_keys=True)
    return hashlib.sha256(payload.encode()).hexdigest()


CountedValue = str | Decimal | dt.date | dt.time | bool
"""An option's code, a number, a day or a time; of words True: that there are any, and not what they say."""


HANDED_IN = ""
"""Stands for a variable where it is told that a response was handed in, and nothing of what is in it."""


@dataclass(frozen=True, kw_only=True)
class CountedAnswers:
    """Current answers to one variable, by column, of responses of one version at one touchpoint that were handed in: of
    each its person, and a value or the reason that there is none. A multiple has one an option. Of responses without a
    single answer the variable is `HANDED_IN`, to which there is neither: their people handed in, too."""

    touchpoint: int
    version: int
    variable: str
    people: Sequence[uuid.UUID]
    values: Sequence[CountedValue | None]
    reasons: Sequence[Reason | None]
