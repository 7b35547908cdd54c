"""The catalogue of what can go wrong, each with a sentence for the person and what to do next.

What is said is put into words where it is shown: `sentences` holds it by code, `faults` of answers are worded by the
web layer, which keys on code and kind; what participants read of the rest keys on the class.
"""

from __future__ import annotations

import datetime as dt
import enum
import errno
import os
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


_OF_WHERE_IT_GOES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def said_of_file(error: OSError) -> str | None:
    """What to do about a file or an output that cannot be read or written, for whoever runs the installation; None for
    what is nothing of the kind, and a fault of the program."""
    if error.filename is not None:
        return (
            f"{os.fsdecode(error.filename)} cannot be read or written ({error.strerror}). Let the user that runs this "
            "do so, or name another place."
        )
    if error.errno in _OF_WHERE_IT_GOES:
        return (
            f"Not all could be written ({error.strerror}). Make room where it goes, or let it go elsewhere, and run "
            "this again."
        )
    return None


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


class CallOver(StateRefused):
    """Whoever asks had the case open last, and it takes no answers now: the call is to be ended. `gone`: nothing more
    of theirs is kept, since they withdrew."""

    def __init__(self, sentence: Sentence, *, gone: bool = False) -> None:
        super().__init__(sentence)
        self.gone = gone


class KeyMissing(StateRefused):
    """What is sealed cannot be opened, or nothing can be sealed: a key is not there, or was destroyed on purpose."""


class PersonKeyGone(KeyMissing):
    """What is sealed of somebody opens with no key that there is: theirs is not there, or was destroyed or renewed."""


class NoReleaseYet(StateRefused):
    """Nothing of the study was released yet."""


class NotReady(SaidError):
    """What was asked for is being made just now."""


class DatabaseFault(enum.StrEnum):
    """What can be wrong with a database while nothing is wrong with what was asked of it."""

    GONE = "gone"
    LEFT_BEHIND = "left_behind"
    DOWN = "down"
    UNKNOWN_HOST = "unknown_host"
    ADDRESS = "address"
    TLS = "tls"
    PASSWORD = "password"  # noqa: S105 - the name of a fault
    ROLE = "role"
    DOOR = "door"
    NO_DATABASE = "no_database"
    NOT_PERMITTED = "not_permitted"
    CONNECTIONS = "connections"
    STARTING = "starting"
    STANDBY = "standby"
    BUSY = "busy"
    MEMORY = "memory"
    FULL = "full"
    READ_ONLY = "read_only"
    KEYS_SHUT = "keys_shut"
    DISK = "disk"
    DAMAGED = "damaged"
    TOO_OLD = "too_old"
    ENCODING = "encoding"
    NO_SCHEMA = "no_schema"
    NOT_MIGRATED = "not_migrated"
    UNFINISHED = "unfinished"
    OLDER = "older"
    NEWER = "newer"
    UNSETTLED = "unsettled"


_WHAT_TO_DO = {
    DatabaseFault.GONE: "There is no database that can be opened where {address} says. If it was moved, "
    "move it back or correct the setting; if it is lost, stop the server and run `surveyapp backup restore`; if there "
    "never was one, run `surveyapp migrate`.",
    DatabaseFault.LEFT_BEHIND: "There is no database where {address} says, but what was written to one last is there "
    "still, in the file of its name that goes on with -wal or -journal: it may hold answers that are in no backup. If "
    "the database was moved, move it back, or that file after it. If it is lost, stop the server and run `surveyapp "
    "backup restore` with `--replace`, which sets that file aside.",
    DatabaseFault.DOWN: "The database does not answer. Start its server, look in that server's log why it lets nobody "
    "in, or correct {address}.",
    DatabaseFault.UNKNOWN_HOST: "Nothing is known of a machine by the name that {address} has for the database's "
    "server. Correct the name, or have this machine ask a name server that knows it.",
    DatabaseFault.ADDRESS: "Nothing can be reached by what {address} says: there is something in it that PostgreSQL "
    "does not know, or what answers there is no PostgreSQL. Correct what stands after the `@` and after the `?`.",
    DatabaseFault.TLS: "No connection over TLS comes about with the database's server as {address} asks for it: the "
    "server offers none, or its certificate is not one that is believed. Give the server a certificate for the name "
    "it is called by, or correct `sslmode` and `sslrootcert`.",
    DatabaseFault.PASSWORD: "The database's server does not take the password, or was given none. Correct it in "
    "{address} or in the file that PGPASSFILE names, or set it anew on the server: `ALTER ROLE name PASSWORD …`.",
    DatabaseFault.ROLE: "The database's server knows nobody by the name that {address} has before the `@`, or does "
    "not let them sign in. Correct the name, or run `CREATE ROLE name LOGIN` or `ALTER ROLE name LOGIN` there.",
    DatabaseFault.DOOR: "The database's server is there, and lets nobody in from here in this way. Give it a line in "
    "pg_hba.conf for this machine, user and database; where it asks for TLS, give {address} `?sslmode=verify-full&"
    "sslrootcert=FILE`.",
    DatabaseFault.NO_DATABASE: "The server has no database of the name that {address} has. Correct the name; if "
    "there never was one, run `createdb` and then `surveyapp migrate`; if it is lost, run `createdb` and then "
    "`surveyapp backup restore`.",
    DatabaseFault.NOT_PERMITTED: "The database does not let the user that {address} names do this. Make that user the "
    "owner of the database and of its tables, or grant what is lacking; after `surveyapp audit protect`, migrate and "
    "restore as their owner.",
    DatabaseFault.CONNECTIONS: "The database's server has no connection left. Try again; if that does not help, end "
    "what holds them, start fewer processes, or raise max_connections (or the limit of the user or the database).",
    DatabaseFault.STARTING: "The database's server is just starting or stopping. Wait a minute and try again; if "
    "that does not help, look in its log.",
    DatabaseFault.STANDBY: "The database's server takes no writes: it is a standby, or was set to read only. Name the "
    "one that does in {address}, or both with `target_session_attrs=read-write`; if that one is lost, promote this "
    "one.",
    DatabaseFault.BUSY: "Something else has held the database for too long. Try again; if that does not help, find "
    "what holds it and end that.",
    DatabaseFault.MEMORY: "The database's server has no memory left for what was asked. Try again; if that does not "
    "help, give it more, or end what takes it.",
    DatabaseFault.FULL: "There is no room for the database to grow. Make room on its disk.",
    DatabaseFault.READ_ONLY: "The database cannot be written. Let whoever Shiftline runs as write its file, those "
    "beside it whose names go on with -wal and -shm, and the folder they are in.",
    DatabaseFault.KEYS_SHUT: "The file of people's keys cannot be read or written. Let whoever Shiftline runs as read "
    "and write the file that {address} names, and the folder it is in.",
    DatabaseFault.DISK: "The disk under the database cannot be read or written. Look in the system's log, make room or "
    "replace the disk, and then check the database with `surveyapp backup create` and `verify`.",
    DatabaseFault.DAMAGED: "The database is damaged. Stop the server, keep a copy of what is there, and run `surveyapp "
    "backup restore`.",
    DatabaseFault.TOO_OLD: "The database's server is older than PostgreSQL 15, which Shiftline needs. Bring the server "
    "up to date, or name a newer one in {address}.",
    DatabaseFault.ENCODING: "The database cannot hold the letters of every language: its encoding is not UTF8. Make "
    "another one with `createdb --encoding=UTF8 --template=template0`, and name it in {address}.",
    DatabaseFault.NO_SCHEMA: "The database has no schema that tables could stand in. Run `CREATE SCHEMA public` there, "
    "or correct the user's search_path.",
    DatabaseFault.NOT_MIGRATED: "The database has not been migrated. Run `surveyapp migrate`.",
    DatabaseFault.UNFINISHED: "The database is an unfinished copy: `surveyapp db copy` was stopped before all of "
    "it was there and compared. Run the same command again, which goes on where it stopped, and let {address} name the "
    "database that it is copied from until it is done.",
    DatabaseFault.OLDER: "The database was last used by an earlier Shiftline than this one. Stop the server, run "
    "`surveyapp backup create` and then `surveyapp migrate`.",
    DatabaseFault.NEWER: "The database was migrated by a newer Shiftline than this one. Install that one again, or "
    "restore a backup from before with `surveyapp backup restore`.",
    DatabaseFault.UNSETTLED: "A backup was put in the database's place, and what ended or was erased since it was made "
    "is there again. See that the file of people's keys is in its place, and run `surveyapp backup settle`: until then "
    "nothing is served.",
}

OF_DATABASE = "SURVEYAPP_DATABASE_URL"
"""What the database that is served from is named by."""


class DatabaseUnavailable(ShiftlineError):
    """The database cannot do what it is there for just now: nothing of the unit of work was stored. `str` is for
    whoever runs the installation. `address`: what that database is named by, for whoever has to correct it."""

    def __init__(self, fault: DatabaseFault, address: str = OF_DATABASE) -> None:
        super().__init__(_WHAT_TO_DO[fault].format(address=address))
        self.fault, self.address = fault, address

    def __reduce__(self) -> tuple[type[DatabaseUnavailable], tuple[DatabaseFault, str]]:
        return DatabaseUnavailable, (self.fault, self.address)


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
