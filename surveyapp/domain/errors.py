"""The catalogue of what can go wrong, each with a sentence for the person and what to do next.

What is said is put into words where it is shown: `sentences` holds it by code, `faults` of answers are worded by the
web layer, which keys on code and kind; what participants read of the rest keys on the class.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass

from surveyapp.domain.entry.doors import Door
from surveyapp.domain.sentences import Sentence


class ShiftlineError(Exception):
    """Something a person caused or can mend. `str(error)` is a sentence that says what to do."""


class SaidError(ShiftlineError):
    """One that says a sentence of the catalogue, whoever it is shown to puts it into words."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SettingsError(ShiftlineError):
    """The environment holds a value we refuse to start with."""


class NotPermitted(SaidError):
    """The staff member may not do this."""


class NotFound(SaidError):
    """There is no such thing, or it is outside what this staff member may see. The two look the same on purpose."""


class AccessRefused(ShiftlineError):
    """A participant's link or code does not open anything. `why` is wrong, expired, revoked or closed."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The link is {why}.")
        self.why = why


class NotOnRoute(ShiftlineError):
    """The page asked for is not one this person can be on now. `page` is where they should be (None: the end)."""

    def __init__(self, page: str | None) -> None:
        super().__init__("That question is not the one to answer now.")
        self.page = page


class AnswersRefused(ShiftlineError):
    """What was posted is not an answer to this page. `faults` says why, by variable; nothing was stored."""

    def __init__(self, faults: tuple[AnswerFault, ...]) -> None:
        super().__init__("; ".join(f"{fault.variable}: {fault.code}" for fault in faults))
        self.faults = faults


class AlreadySubmitted(ShiftlineError):
    """The response was handed in; its answers no longer change."""


class DoorShut(ShiftlineError):
    """The link alone does not open this: `door` says what it opens."""

    def __init__(self, door: Door) -> None:
        super().__init__("The link alone does not open this.")
        self.door = door


class ConsentMissing(ShiftlineError):
    """No question may be answered before consent to take part is recorded."""


class Unfinished(ShiftlineError):
    """The response cannot be submitted: `page` is the first page still to answer."""

    def __init__(self, page: str) -> None:
        super().__init__("There is a question still to answer.")
        self.page = page


class HeldByAnother(ShiftlineError):
    """The case is open on somebody else's screen: `name` is whose, `until` when the hold ends if nothing is saved."""

    def __init__(self, name: str, until: dt.datetime) -> None:
        super().__init__(f"{name} has this case open.")
        self.name = name
        self.until = until


class TriedMeanwhile(ShiftlineError):
    """Somebody tried the person `at` a moment after the queue was seen that a case is opened from: `name`, where it is
    known."""

    def __init__(self, name: str | None, at: dt.datetime) -> None:
        super().__init__(f"{name or 'Somebody'} has tried them meanwhile.")
        self.name = name
        self.at = at


class NotHeld(ShiftlineError):
    """The staff member does not have the case open: it has to be opened first."""

    def __init__(self) -> None:
        super().__init__("You do not have this case open. Open it first.")


class NoSpotDay(ShiftlineError):
    """The staff member has begun no day on the spot in this study, or it is over."""

    def __init__(self) -> None:
        super().__init__("There is no day on the spot. Begin one first.")


class StateRefused(SaidError):
    """The thing is in a state in which this cannot be done."""


class KeyMissing(StateRefused):
    """What is sealed cannot be opened, or nothing can be sealed: a key is not there, or was destroyed on purpose."""


class NoReleaseYet(StateRefused):
    """Nothing of the study was released yet."""


class NotReady(SaidError):
    """What was asked for is being made just now."""


class DatabaseFault(enum.StrEnum):
    """What can be wrong with a database while nothing is wrong with what was asked of it."""

    GONE = "gone"
    DOWN = "down"
    BUSY = "busy"
    FULL = "full"
    READ_ONLY = "read_only"
    DISK = "disk"
    DAMAGED = "damaged"
    NOT_MIGRATED = "not_migrated"
    OLDER = "older"
    NEWER = "newer"


_WHAT_TO_DO = {
    DatabaseFault.GONE: "There is no database that can be opened where SURVEYAPP_DATABASE_URL says. If it was moved, "
    "move it back or correct the setting; if it is lost, stop the server and run `surveyapp backup restore`; if there "
    "never was one, run `surveyapp migrate`.",
    DatabaseFault.DOWN: "The database does not answer. Start its server, or correct SURVEYAPP_DATABASE_URL.",
    DatabaseFault.BUSY: "Something else has held the database for too long. Try again; if that does not help, find "
    "what holds it and end that.",
    DatabaseFault.FULL: "There is no room for the database to grow. Make room on its disk.",
    DatabaseFault.READ_ONLY: "The database cannot be written. Let whoever Shiftline runs as write its file and the "
    "folder it is in, or let its server take writes again.",
    DatabaseFault.DISK: "The disk under the database cannot be read or written. Look in the system's log, make room or "
    "replace the disk, and then check the database with `surveyapp backup create` and `verify`.",
    DatabaseFault.DAMAGED: "The database is damaged. Stop the server, keep a copy of what is there, and run `surveyapp "
    "backup restore`.",
    DatabaseFault.NOT_MIGRATED: "The database has not been migrated. Run `surveyapp migrate`.",
    DatabaseFault.OLDER: "The database was last used by an earlier Shiftline than this one. Stop the server, run "
    "`surveyapp backup create` and then `surveyapp migrate`.",
    DatabaseFault.NEWER: "The database was migrated by a newer Shiftline than this one. Install that one again, or "
    "restore a backup from before with `surveyapp backup restore`.",
}


class DatabaseUnavailable(ShiftlineError):
    """The database cannot do what it is there for just now: nothing of the unit of work was stored. `str` is for
    whoever runs the installation."""

    def __init__(self, fault: DatabaseFault) -> None:
        super().__init__(_WHAT_TO_DO[fault])
        self.fault = fault


class InputRefused(SaidError):
    """Staff typed something that cannot be used. `field` names the form field, or is None for the whole."""

    def __init__(self, sentence: Sentence, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class SignInAgain(ShiftlineError):
    """Signing in took too long, or the account changed meanwhile: it begins anew."""

    def __init__(self) -> None:
        super().__init__("That took too long. Sign in again.")


class FieldsRefused(ShiftlineError):
    """What was written in a form or a row cannot be used. `faults` says all that is wrong; nothing was changed."""

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        super().__init__(" ".join(fault.sentence for fault in faults))
        self.faults = faults


class ContactShared(ShiftlineError):
    """Others in the study have this phone number or e-mail address. Households share them: it can be confirmed.
    `shared` has a sentence for each; nothing was stored."""

    def __init__(self, shared: tuple[FieldFault, ...]) -> None:
        super().__init__(" ".join(fault.sentence for fault in shared))
        self.shared = shared


class QuestionnaireFaults(ShiftlineError):
    """The files under questionnaires/ have faults; none of them is served. `faults` holds all of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class ReportFaults(ShiftlineError):
    """A report that cannot be built: its files have faults, or name what the release does not tell. `faults` holds all
    of them; nothing was written."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, order=True, kw_only=True)
class Fault:
    """One thing wrong in a study's files: where, a code that tests and documents name it by, and what to do."""

    file: str
    line: int
    column: int
    code: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.sentence}"


@dataclass(frozen=True)
class FieldFault:
    """One thing wrong with what staff wrote: the form field or file column, and what to do."""

    field: str
    sentence: Sentence


@dataclass(frozen=True)
class AnswerFault:
    """One thing wrong with a posted page: the variable, a code, and what the sentence needs. `readings`: what a number
    that can be read in two ways may mean."""

    variable: str
    code: str
    limit: str | None = None
    readings: tuple[str, ...] = ()
