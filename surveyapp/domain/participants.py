"""Participants, where they belong, and how to reach them."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field


class Origin(enum.Enum):
    """Where a participant comes from. Results never mix them."""

    REAL = "real"
    DEMO = "demo"
    SIMULATED = "simulated"


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place or organisation participants belong to, with the attributes that hold today."""

    id: uuid.UUID
    study: str
    reference: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Participant:
    """A person in a study and a group. Nothing here says who they are; that is `Contact`. `stopped_at`: since when
    nobody contacts them; `withdrawn_at`: since when their answers are left out of everything; `deceased_at`: when it
    was recorded that they died; `declined_contact_at`: since when they do not want to be contacted again, though what
    they have begun is theirs to finish; `language_asked`: the language that whoever calls them has to speak;
    `not_called_by`: the interviewer who is not to."""

    id: uuid.UUID
    study: str
    group: str
    reference: str
    origin: Origin
    enrolled_on: dt.date
    site: Site | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    stopped_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    deceased_at: dt.datetime | None = None
    declined_contact_at: dt.datetime | None = None
    language_asked: str | None = None
    not_called_by: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class MergeRecord:
    """Somebody who was found to be the same person as another. `kept_id`: who they are now; `folded_id` and
    `reference`: who they were; `can_be_split`: what they were is kept still."""

    id: uuid.UUID
    kept_id: uuid.UUID
    folded_id: uuid.UUID
    reference: str
    made_at: dt.datetime
    by_staff: uuid.UUID | None
    can_be_split: bool = True


@dataclass(frozen=True)
class RelatedPerson:
    """Whom a participant has a relationship to, by that one's reference."""

    relationship: str
    reference: str


CONTACT_FIELDS = (
    "name",
    "phone",
    "email",
    "preferred",
    "times",
    "language",
    "other_phones",
    "address",
    "needs",
    "born",
)
"""What a contact record can hold, in the order shown."""

NEEDS = ("interpreter", "large_print", "relay", "proxy", "woman_interviewer", "man_interviewer")
"""What somebody may need to take part: an interpreter, large print, a relay service, somebody who answers for
them, to be interviewed by a woman or by a man."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How to reach a participant. Stored encrypted, field by field, apart from answers. `other_phones` has a semicolon
    between numbers, `needs` a comma between codes of `NEEDS`; `born` is a year."""

    name: str = ""
    phone: str = ""
    email: str = ""
    preferred: str = ""
    times: str = ""
    language: str = ""
    other_phones: str = ""
    address: str = ""
    needs: str = ""
    born: str = ""


@dataclass(frozen=True)
class ConsentGiven:
    """One purpose, as last said: which wording, yes or no, how and when it was recorded."""

    purpose: str
    version: int
    given: bool
    recorded_at: dt.datetime


@dataclass(frozen=True)
class Event:
    """Something that happened to a participant on a day."""

    event: str
    on: dt.date
    source: str
