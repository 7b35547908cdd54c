"""A questionnaire version, resolved: scales inlined, every default filled in. Immutable, and plain data throughout.

`to_document` and `from_document` are its stored form: canonical JSON, whose SHA-256 is what freezing records.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import TypeAdapter

from surveyapp.domain.answers import Reason
from surveyapp.domain.instrument.conditions import Condition


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing that can be chosen. `specify` is the label of a line of text shown when it is; `value` what it counts
    in a score."""

    code: str
    label: str
    exclusive: bool = False
    specify: str | None = None
    value: int | None = None


@dataclass(frozen=True)
class Net:
    """A named group of options: satisfied is very satisfied or quite satisfied."""

    name: str
    label: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A line of a grid: its own variable, on a page of its own for a participant."""

    id: str
    text: str
    ask_if: Condition | None = None


@dataclass(frozen=True)
class Moment:
    """What time an answer speaks of: `before` or `now`, and how this questionnaire calls it."""

    id: str
    label: str


@dataclass(frozen=True)
class Pattern:
    """What one line of text must look like: a regular expression over all of it, and the same in words."""

    match: str
    says: str


MomentsLayout = Literal["together", "apart"]
"""How a before and a now are asked: on one page, or the now first and the before in a later section."""

Order = Literal["reversed_for_half", "shuffled"]
"""How options are ordered, where not as written. An ordered scale may be turned round, never shuffled."""


class MediumKind(enum.Enum):
    """A *picture* stands beside words, a *sound* says them, a *clip* signs them."""

    PICTURE = "picture"
    SOUND = "sound"
    CLIP = "clip"


@dataclass(frozen=True, kw_only=True)
class Medium:
    """Something shown with a question (`of` is empty), a statement (`statement.useful`) or an option (`option.yes`).
    `file` is its name in addresses, made of what is in it: other content has another name. `alt` says a picture in
    words, `captions` names the file of a clip's captions, `transcript` says what it signs."""

    of: str
    kind: MediumKind
    file: str
    alt: str | None = None
    captions: str | None = None
    transcript: str | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, with everything its kind may need; what a kind does not use stays empty.

    `minimum` and `maximum` are a number's or a rating's limits and, of a multiple, how many may be chosen. `units`:
    what may be written with a number, of which the first is shown beside it. `fact`: the answer is no opinion, so that
    later texts may quote it. `apart`: the later section in which its before is asked; None: beside its now.
    `media`: what stands beside it in easy words; never in a document, as no words of a language are.
    """

    id: str
    kind: str
    text: str
    hint: str | None = None
    interviewer: str | None = None
    ask_if: Condition | None = None
    scale: str | None = None
    options: tuple[Option, ...] = ()
    nets: tuple[Net, ...] = ()
    favourable: str | None = None
    neutral: str | None = None
    statements: tuple[Statement, ...] = ()
    moments: tuple[Moment, ...] = ()
    missing: tuple[Reason, ...] = ()
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    low: str | None = None
    high: str | None = None
    decimals: int = 0
    units: tuple[str, ...] = ()
    earliest: str | None = None
    latest: str | None = None
    max_length: int | None = None
    pattern: Pattern | None = None
    order: Order | None = None
    fact: bool = False
    apart: str | None = None
    media: tuple[Medium, ...] = ()

    @property
    def moments_layout(self) -> MomentsLayout | None:
        """How its before and its now are asked; None where it does not have both."""
        if {"before", "now"} - {moment.id for moment in self.moments}:
            return None
        return "apart" if self.apart else "together"

    def option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)

    def medium(self, of: str, kind: MediumKind) -> Medium | None:
        """What stands beside it, or beside a statement or an option of it (`Medium.of`)."""
        return next((each for each in self.media if each.of == of and each.kind is kind), None)

    def net(self, name: str) -> Net | None:
        return next((net for net in self.nets if net.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a questionnaire as written; an interviewer's screen."""

    id: str
    title: str
    questions: tuple[Question, ...]
    interviewer: str | None = None
    ask_if: Condition | None = None


@dataclass(frozen=True)
class Band:
    """A named range of a score, both ends in it."""

    code: str
    label: str
    low: int
    high: int


@dataclass(frozen=True)
class Reliability:
    """How far a validated scale can be trusted, as was published: its reliability (above 0, below 1), the standard
    deviation `sd` of its scores, where both stand, and which way is better."""

    value: Decimal
    sd: Decimal
    source: str
    better: Literal["higher", "lower"] = "higher"


@dataclass(frozen=True, kw_only=True)
class Score:
    """A number made of several answers, as a validated scale is. `items` and `reverse` are variables' keys."""

    id: str
    title: str
    method: Literal["sum", "mean"]
    items: tuple[str, ...]
    reverse: tuple[str, ...] = ()
    minimum_answered: int = 1
    bands: tuple[Band, ...] = ()
    reliability: Reliability | None = None


@dataclass(frozen=True)
class Declaration:
    """What the author says of a variable that is not asked as it was: whether its answers still compare, and why.
    `mapping`: each old option (of a rating, each old number) to the new one that says the same."""

    variable: str
    because: str
    comparable: bool = False
    mapping: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """An instrument in one version. `changes`: what its author says of them, against the version before. `wording`: the
    language and revision of its words; None: as written."""

    id: str
    version: int
    title: str
    sections: tuple[Section, ...]
    changes: tuple[Declaration, ...] = ()
    scores: tuple[Score, ...] = ()
    wording: tuple[str, int] | None = None

    def __hash__(self) -> int:
        # Caches are keyed by questionnaire on every page served: hashing the whole tree each time would cost more
        # than the page.
        return hash((self.id, self.version, self.wording))

    @functools.cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    def score(self, name: str) -> Score | None:
        return next((score for score in self.scores if score.id == name), None)


_adapter = TypeAdapter(Questionnaire)


def to_document(questionnaire: Questionnaire) -> str:
    """Canonical JSON: sorted keys, no spaces, nothing that is empty, so that adding an optional field to the format
    later does not change what an old version hashes to."""
    tree = _pruned(_adapter.dump_python(questionnaire, mode="json"))
    return json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _pruned(tree: object) -> object:
    if isinstance(tree, dict):
        pairs = {key: _pruned(value) for key, value in tree.items()}
        return {key: value for key, value in pairs.items() if value is not None and value is not False and value != []}
    return [_pruned(item) for item in tree] if isinstance(tree, list) else tree


def from_document(document: str) -> Questionnaire:
    """The questionnaire of a stored document. Raises pydantic.ValidationError if it is not one."""
    return _adapter.validate_json(document)


def fingerprint(document: str) -> str:
    """SHA-256 of a document, in hex."""
    return hashlib.sha256(document.encode()).hexdigest()
