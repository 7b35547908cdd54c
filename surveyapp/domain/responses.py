"""A case's answers, and the history of how they came."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from surveyapp.domain.answers import Answer, Mode


@dataclass(frozen=True)
class Response:
    """Answers on one questionnaire version. `revision` counts its saves; `seed` fixes any shuffling."""

    id: uuid.UUID
    case_id: uuid.UUID
    questionnaire: str
    version: int
    state: str
    revision: int
    seed: int
    started_at: dt.datetime
    submitted_at: dt.datetime | None = None


@dataclass(frozen=True)
class Given:
    """The latest answer somebody gave to a variable, and how: what an interviewer sees of a participant's start."""

    variable: str
    answer: Answer
    mode: Mode
    by: uuid.UUID | None
    recorded_at: dt.datetime
    save_id: uuid.UUID


@dataclass(frozen=True)
class NewSave:
    """One page or screen's answers as they come in."""

    id: uuid.UUID
    section: str
    language: str
    mode: Mode
    by: uuid.UUID | None
    client_at: dt.datetime | None
    recorded_at: dt.datetime
    payload_hash: str


@dataclass(frozen=True)
class Sitting:
    """A response at one touchpoint, in short: when it was handed in (None: not yet), in which modes it was entered, in
    the order first used, and by which staff (key and name)."""

    touchpoint: int
    submitted_at: dt.datetime | None
    modes: tuple[Mode, ...]
    by: tuple[tuple[uuid.UUID, str], ...]
