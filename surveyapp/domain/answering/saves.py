"""What becomes of a save that a device sends when it can: perhaps late, perhaps twice, perhaps beside another's.

Each has an id of its own, never used again, and names for each variable the save whose answer was on the screen.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState
from surveyapp.domain.normalise import storable

LATE_FOR = dt.timedelta(hours=72)
"""How long after closing, by our clock, answers are kept that were begun before it."""

MOST_FIELDS, MOST_VALUES = 500, 500
"""Of one page: no question has as many."""

Name = Annotated[str, Field(max_length=200)]


def _storable_name(name: str) -> str:
    if storable(name) != name:
        raise ValueError("not a name")
    return name


def _in_utc(at: dt.datetime) -> dt.datetime:
    try:
        return at.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


StorableName = Annotated[Name, AfterValidator(_storable_name)]
"""A name that a database can hold."""

LanguageTag = Annotated[str, Field(max_length=35), AfterValidator(_storable_name)]

DeviceMoment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment by a device's clock, in UTC."""


class SentSave(BaseModel):
    """One page's answers as a device sends them. `save`: its id; `form`: the fields that the page's form would have
    posted; `over`: for each variable the id of the save whose answer was on the screen (None: there was none); `at`: by
    the device's clock; `version`, `wording` and `language`: of the words they were asked in; `passing`: it was sent by
    going elsewhere than on (`said_in_passing`)."""

    model_config = ConfigDict(frozen=True, strict=True)

    save: uuid.UUID
    page: StorableName
    questionnaire: StorableName
    version: Annotated[int, Field(ge=1, le=999_999_999)]
    wording: Annotated[int, Field(ge=0, le=999_999_999)] | None = None
    language: LanguageTag
    at: DeviceMoment | None = None
    form: Annotated[dict[Name, Annotated[list[str], Field(max_length=MOST_VALUES)]], Field(max_length=MOST_FIELDS)]
    over: Annotated[dict[Name, uuid.UUID | None], Field(max_length=MOST_FIELDS)] = Field(default_factory=dict)
    passing: bool = False

    @field_validator("form")
    @classmethod
    def _storable(cls, form: dict[str, list[str]]) -> dict[str, list[str]]:
        return {storable(name): [storable(value) for value in values] for name, values in form.items()}


class SaveFate(enum.StrEnum):
    """What became of a save. What was contested, kept off the route or as a correction is in the history; what was
    faulty, known or discarded left nothing."""

    SAVED = "saved"
    KNOWN = "known"
    KEPT_OFF_ROUTE = "kept_off_route"
    FAULTY = "faulty"
    CONTESTED = "contested"
    KEPT_AS_CORRECTION = "kept_as_correction"
    DISCARDED = "discarded"


class Reception(enum.Enum):
    """How a save is met: its answers stand; they are kept for staff to look at; they are let go."""

    TAKEN = "taken"
    LATE = "late"
    DISCARDED = "discarded"


def reception(state: CaseState, closed_at: dt.datetime | None, begun_at: dt.datetime, now: dt.datetime) -> Reception:
    """How a save is met in a case's state, whatever the device's clock says. Answers that were sent, refused or put out
    of reach meanwhile are corrections; after closing for `LATE_FOR`, of a response that was begun before it."""
    if state in ANSWERABLE:
        return Reception.TAKEN
    if state is CaseState.WITHDRAWN:
        return Reception.DISCARDED
    if state is CaseState.CLOSED:
        in_time = closed_at is not None and begun_at < closed_at and now < closed_at + LATE_FOR
        return Reception.LATE if in_time else Reception.DISCARDED
    return Reception.LATE


class Meanwhile(enum.Enum):
    """Why answers do not come to stand any more that somebody is still giving."""

    SENT = "sent"
    STOPPED = "stopped"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not_eligible"
    DIED = "died"
    WITHDREW = "withdrew"
    CONSENT_TAKEN_BACK = "consent_taken_back"
    CLOSED = "closed"
    LATER = "later"


_MEANWHILE = {
    CaseState.SUBMITTED: Meanwhile.SENT,
    CaseState.REFUSED: Meanwhile.REFUSED,
    CaseState.NOT_ELIGIBLE: Meanwhile.NOT_ELIGIBLE,
    CaseState.DECEASED: Meanwhile.DIED,
    CaseState.WITHDRAWN: Meanwhile.WITHDREW,
    CaseState.CLOSED: Meanwhile.CLOSED,
    CaseState.SCHEDULED: Meanwhile.LATER,
    CaseState.PAUSED: Meanwhile.LATER,
}


def meanwhile(state: CaseState, stopped: bool) -> Meanwhile:
    """What came between, by the state of a case in which no answers are taken. `stopped`: whether the person did, which
    ends their cases as a refusal does."""
    return Meanwhile.STOPPED if stopped and state is CaseState.REFUSED else _MEANWHILE[state]


@dataclass(frozen=True)
class SeenSave:
    """A save that is known: its key (None: it changed nothing), how many saves there were with it, and the variables of
    which it has something in the history."""

    save_id: uuid.UUID | None
    revision: int
    said: frozenset[str]


class StandingSave(Protocol):
    """The save whose answer to a variable stands: the id that its sender gave it, and its place among the saves. An
    answer that was recorded is one."""

    @property
    def client_id(self) -> uuid.UUID: ...

    @property
    def revision(self) -> int: ...


def is_contested(
    variable: str, standing: StandingSave | None, over: uuid.UUID | None, known: Mapping[uuid.UUID, SeenSave]
) -> bool:
    """Whether what stands came since what was on the screen, so that it is not written over in silence. `known`: the
    saves met, by the id that their sender gave them.

    One that was seen and changed nothing here (it said what stood, or was about something else) is seen as long as
    nothing came after it; one that was itself contested here still is.
    """
    if standing is None or standing.client_id == over:
        return False
    seen = None if over is None else known.get(over)
    return seen is None or variable in seen.said or standing.revision > seen.revision


def contested_in(
    changed: Collection[str],
    standing: Mapping[str, StandingSave],
    over: Mapping[str, uuid.UUID | None],
    known: Mapping[uuid.UUID, SeenSave],
) -> set[str]:
    """Of the variables that a save would change those in which what stands came since what was on the screen."""
    return {key for key in changed if is_contested(key, standing.get(key), over.get(key), known)}


def still_contested(seen: SeenSave, standing: Mapping[str, StandingSave]) -> Collection[str]:
    """The variables of a known save that another's answer still stands for, though it came earlier: nobody has chosen
    yet. What was taken once is never older than what stands."""
    return [each for each in sorted(seen.said) if each in standing and standing[each].revision < seen.revision]
