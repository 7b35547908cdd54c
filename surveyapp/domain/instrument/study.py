"""A study: who is asked, when, with which questionnaire, and what the results are made of."""

from __future__ import annotations

import datetime as dt
import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from surveyapp.domain.instrument.questionnaire import Declaration, Questionnaire
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.sending.rules import MessageRules


@dataclass(frozen=True)
class Thresholds:
    """When a number may be shown. `minimum_base`: a table on fewer people is not. `minimum_cell`: a count from 1 to one
    less than this is hidden. `low_base`: under it a number is flagged."""

    minimum_base: int = 10
    minimum_cell: int = 5
    low_base: int = 30


class Completion(enum.Enum):
    """How much of an interview that was handed in was answered."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True)
class CompletionRule:
    """From which percentage of the questions asked that were answered an interview is complete, and from which it is
    partial; under that it counts as broken off. AAPOR leaves the shares to the study, and these are its examples."""

    complete: int = 80
    partial: int = 50

    def of(self, answered: int, asked: int) -> Completion:
        """What `answered` of `asked` questions come to; where nothing was asked nothing is missing."""
        if 100 * answered >= self.complete * asked:
            return Completion.COMPLETE
        return Completion.PARTIAL if 100 * answered >= self.partial * asked else Completion.BROKEN_OFF


QUIET_DAYS = 28
"""After how many days without anybody new a study that does not say when enrolment ends is taken to have ended it."""


@dataclass(frozen=True)
class EnrolmentRule:
    """When nobody enrols any more: after the day `until`, or where there is none, once nobody of a group has for
    `quiet_days`."""

    until: dt.date | None = None
    quiet_days: int = QUIET_DAYS


@dataclass(frozen=True)
class ReleaseRule:
    """When a study's releases are made. `minimum_new`: how many people must be new or changed since the last (None: the
    usual, `domain.releases`). `live`: one is due whenever anybody is; only where no count is hidden."""

    every: Literal["week", "month", "manual"] = "manual"
    minimum_new: int | None = None
    live: bool = False


@dataclass(frozen=True)
class KeepUntil:
    """Until the end of which day something is kept: `date`; or so many `days` after the last day of a `touchpoint` (by
    its number) of the person's own or, without one, after the study's end."""

    date: dt.date | None = None
    touchpoint: int | None = None
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class RetentionRule:
    """Until when a study keeps what it holds of people. `then`: what becomes of answers; `withdrawn_days`: for how long
    all of somebody who withdrew is kept, so that it can be undone."""

    study_ends: dt.date
    contacts: KeepUntil
    words: KeepUntil
    answers: KeepUntil
    then: Literal["anonymise", "erase"] = "anonymise"
    withdrawn_days: int = 30

    def day_of(self, keep: KeepUntil) -> dt.date | None:
        """The last day on which something is kept, where it is one for everybody: None where it follows a touchpoint of
        each person's own."""
        if keep.touchpoint is not None:
            return None
        return keep.date or self.study_ends + dt.timedelta(days=keep.days)


@dataclass(frozen=True)
class Group:
    id: str
    title: str
    member: str
    reference_prefix: str


@dataclass(frozen=True)
class Attribute:
    """Something known of a participant or of a site. `id` is `site.employer_size`; `values` its codes and labels."""

    id: str
    label: str
    values: Mapping[str, str]

    @functools.cached_property
    def scope(self) -> str:
        return self.id.partition(".")[0]

    @functools.cached_property
    def name(self) -> str:
        return self.id.partition(".")[2]


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """When a touchpoint opens: `days` after enrolment, an event, or a touchpoint handed in; or on a day."""

    type: Literal["enrolled", "fixed", "submitted", "event"]
    days: int = 0
    date: dt.date | None = None
    touchpoint: tuple[str, int] | None = None
    event: str | None = None


@dataclass(frozen=True)
class AnswersWanted:
    """How many answers a touchpoint sets out for: a `number`, or so many in a hundred of those who could be asked."""

    number: int | None = None
    percent: int | None = None

    def of(self, could_be_asked: int, *, whole: bool) -> int | None:
        """How many that is of so many people, rounded up. A number is of all of them (`whole`) and of no part."""
        if self.percent is not None:
            return -(-self.percent * could_be_asked // 100)
        return self.number if whole else None


@dataclass(frozen=True, kw_only=True)
class Touchpoint:
    """A moment at which a group is asked. `due_days` and `closes_days` are the last day on which answers come in time,
    and on which they are taken, in days after the one it opens on; both last to their end. None: never. `target`: how
    many answers it sets out for."""

    group: str
    number: int
    title: str
    questionnaire: str
    opens: Anchor
    due_days: int | None = None
    closes_days: int | None = None
    note: str | None = None
    target: AnswersWanted | None = None

    @property
    def key(self) -> tuple[str, int]:
        return self.group, self.number


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """What one person of a group may be to one person of another, such as the employee and the candidate who stands in.

    `label` is what the person of `first` calls the other (“Stands in for them”), `reverse` what that one calls the
    first. Everybody has it to one person at most.
    """

    id: str
    first: str
    second: str
    label: str
    reverse: str

    def other(self, group: str) -> str | None:
        """The group of whom somebody of a group has this relationship to; None if they cannot have it."""
        return {self.first: self.second, self.second: self.first}.get(group)

    def label_for(self, group: str) -> str:
        """What somebody of a group calls the other."""
        return self.label if group == self.first else self.reverse


class Governs(enum.StrEnum):
    """What a consent decides. *Take part*: no question without it. *Contact again*: whether they are asked at later
    touchpoints; only a no says that they are not. *Quote*: whether their words are shown outside the study, under no
    name. *Link records*: whether a file of answers may be joined with records that name them elsewhere. *Share file*:
    whether their answers go into files for people outside the study."""

    TAKE_PART = "take_part"
    CONTACT_AGAIN = "contact_again"
    QUOTE = "quote"
    LINK_RECORDS = "link_records"
    SHARE_FILE = "share_file"


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """Something a participant consents to, in a version of its wording, and what it decides (`governs`; None in a file
    that does not say it, which a check refuses). `aloud`: how an interviewer asks it, where what stands on a screen
    does not do for the ear."""

    id: str
    version: int
    required: bool
    text: str
    aloud: str | None = None
    governs: Governs | None = None

    def agreed(self, consents: Mapping[str, ConsentGiven]) -> bool:
        """Whether it was agreed to, in the wording that now stands; `consents`: what was last said of each purpose."""
        said = consents.get(self.id)
        return said is not None and said.given and said.version >= self.version

    @property
    def said(self) -> str:
        """What an interviewer reads out."""
        return self.aloud or self.text


@dataclass(frozen=True)
class KeyFact:
    """One thing that people are told at a glance before they begin; `more` is behind it."""

    text: str
    more: str | None = None


@dataclass(frozen=True)
class MeasureRow:
    """One moment of a measure: which touchpoint it was asked at and which moment it speaks of."""

    touchpoint: int
    moment: str | None
    label: str
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What a shift chart shows. The first row is the before, when there are two or more."""

    id: str
    theme: str
    title: str
    group: str
    asked_of: str
    variable: str
    net: str
    rows: tuple[MeasureRow, ...]
    note: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The variables of its rows, each once."""
        rows = (f"{self.variable}@{row.moment}" if row.moment else self.variable for row in self.rows)
        return tuple(dict.fromkeys(rows))


@dataclass(frozen=True)
class Comparison:
    """What the author says of a variable that two questionnaires ask differently; a mapping goes from `first` to
    `second`. It is about the newest version of each or, with `versions`, about two of one questionnaire: what a frozen
    file did not declare is declared here."""

    first: str
    second: str
    declaration: Declaration
    versions: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a programme set out to reach, and how far it had come on a day: a loaded figure with its source, never
    counted from participants. `by`: the attribute that `parts` tells the actual figure by, by value."""

    id: str
    label: str
    target: int
    as_at: dt.date
    source: str
    actual: int | None = None
    by: str | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    note: str | None = None

    @property
    def percent(self) -> int | None:
        """How much of the target was reached, in whole percent, half up."""
        return None if self.actual is None else (200 * self.actual + self.target) // (2 * self.target)


@dataclass(frozen=True, kw_only=True)
class ResponseLine:
    """A line of the study's table of response, such as a report prints: who was asked, by which `method`. Counted where
    it names a `group`: of all who are `listed` at its touchpoint or of those who could be asked, `where` an attribute
    has a value. Or loaded: of a `population` so many were `achieved`, by a `source`."""

    id: str
    label: str
    method: str
    group: str | None = None
    touchpoint: int = 1
    of: Literal["listed", "could_be_asked"] = "could_be_asked"
    where: tuple[str, str] | None = None
    population: int = 0
    achieved: int = 0
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class ComparatorPlace:
    """What of a study a comparator stands beside: a `variable` of a group, or an `attribute` (of everybody's, where no
    group is named); with `options`, those of its options, nets or values."""

    group: str | None = None
    variable: str | None = None
    attribute: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Comparator:
    """A published figure of other people that is set beside a study's own, with where it comes from. `people`: whose
    figure it is; `value`, or from `value` `to` another, in `unit`; `definition`: what it counts, where that is not
    quite the same."""

    id: str
    label: str
    people: str
    value: Decimal
    unit: str
    date: str
    source: str
    beside: tuple[ComparatorPlace, ...]
    to: Decimal | None = None
    definition: str | None = None

    @property
    def is_share(self) -> bool:
        """Whether it can be drawn on the scale of percentages."""
        return self.unit == "%"


@dataclass(frozen=True)
class Help:
    """Whom a participant may ask."""

    name: str
    phone: str | None = None
    email: str | None = None


class LawfulBasis(enum.StrEnum):
    """On what somebody's data may be used (UK GDPR, Article 6)."""

    CONSENT = "consent"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"


class PrivacyRight(enum.StrEnum):
    """What people may ask for of what is held of them (UK GDPR, Articles 7 and 15 to 21)."""

    ACCESS = "access"
    RECTIFY = "rectify"
    ERASE = "erase"
    RESTRICT = "restrict"
    OBJECT = "object"
    PORT = "port"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class PrivacyNotice:
    """What people are told of what is done with their data, in plain words: who decides over it (`controller`) and how
    they are reached, what is asked of whom (`collected`) and `why`, on which basis, who gets it, what people may ask
    for and to whom they may complain. Until when it is kept is the study's retention.
    `draft`: it is to be replaced before anybody real is asked."""

    controller: str
    contact: str
    collected: str
    basis: LawfulBasis
    why: str
    recipients: tuple[str, ...]
    rights: tuple[PrivacyRight, ...]
    regulator: str
    regulator_phone: str | None = None
    regulator_web: str | None = None
    draft: bool = False


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study, with the newest version of each of its questionnaires as the files have it. `partial` are the languages
    offered although not every word is translated. `crosstabs`: the pairs of variables that a release puts across one
    another, at each touchpoint that asks both. `about` and `facts` are read before the first question, `thanks` once
    everything is sent. `completion`: what an interview that was handed in counts as; `proxies`: who may answer for
    somebody, by code (nobody, where there is none); `soft_refusals_again`: whether somebody who refused softly may be
    asked once more, after two weeks and by another interviewer; `messages`: what is sent to people (None: nothing);
    `corrections_days`: for how many days after sending people correct what they sent (None: they ask staff)."""

    id: str
    title: str
    public_title: str
    summary: str
    about: str
    source_language: str
    languages: tuple[str, ...]
    time_zone: str
    thresholds: Thresholds
    help: Help
    groups: tuple[Group, ...]
    attributes: tuple[Attribute, ...]
    segments: tuple[str, ...]
    events: Mapping[str, str]
    consent: tuple[Purpose, ...]
    touchpoints: tuple[Touchpoint, ...]
    measures: tuple[Measure, ...]
    partial: tuple[str, ...] = ()
    questionnaires: Mapping[tuple[str, int], Questionnaire] = field(default_factory=dict, hash=False)
    comparisons: tuple[Comparison, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    enrolment: EnrolmentRule = EnrolmentRule()
    releases: ReleaseRule = ReleaseRule()
    retention: RetentionRule | None = None
    privacy: PrivacyNotice | None = None
    corrections_days: int | None = None
    open_answers: Literal["sealed", "clear"] = "sealed"
    crosstabs: tuple[tuple[str, str], ...] = ()
    targets: tuple[Target, ...] = ()
    response: tuple[ResponseLine, ...] = ()
    comparators: tuple[Comparator, ...] = ()
    facts: tuple[KeyFact, ...] = ()
    thanks: str | None = None
    completion: CompletionRule = CompletionRule()
    proxies: Mapping[str, str] = field(default_factory=dict)
    soft_refusals_again: bool = False
    messages: MessageRules | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    @functools.cached_property
    def site_attributes(self) -> tuple[Attribute, ...]:
        """What is known of sites."""
        return tuple(each for each in self.attributes if each.scope == "site")

    @functools.cached_property
    def participant_attributes(self) -> tuple[Attribute, ...]:
        """What is known of participants."""
        return tuple(each for each in self.attributes if each.scope == "participant")

    def group(self, group_id: str) -> Group | None:
        return next((group for group in self.groups if group.id == group_id), None)

    def touchpoint(self, group: str, number: int) -> Touchpoint | None:
        return next((touchpoint for touchpoint in self.touchpoints if touchpoint.key == (group, number)), None)

    def touchpoints_of(self, group: str) -> tuple[Touchpoint, ...]:
        return tuple(touchpoint for touchpoint in self.touchpoints if touchpoint.group == group)

    def relationship(self, relationship_id: str) -> Relationship | None:
        return next((each for each in self.relationships if each.id == relationship_id), None)

    def relationships_of(self, group: str) -> tuple[Relationship, ...]:
        """The relationships that somebody of a group can have."""
        return tuple(each for each in self.relationships if each.other(group))

    def measure(self, measure_id: str) -> Measure | None:
        return next((measure for measure in self.measures if measure.id == measure_id), None)

    def attribute(self, attribute_id: str) -> Attribute | None:
        return next((attribute for attribute in self.attributes if attribute.id == attribute_id), None)

    def segment(self, name: str) -> Attribute | None:
        """A declared segment by its short name (`employer_size`)."""
        return next(
            (attribute for attribute in self.attributes if attribute.name == name and attribute.id in self.segments),
            None,
        )

    def comparators_of(self, group: str, variable: str) -> tuple[tuple[Comparator, tuple[str, ...]], ...]:
        """The comparators that stand beside a variable of a group, each with the options it stands beside."""
        return tuple(
            (each, place.options)
            for each in self.comparators
            for place in each.beside
            if (place.group, place.variable) == (group, variable)
        )

    def comparators_of_attribute(self, group: str, attribute: str) -> tuple[tuple[Comparator, tuple[str, ...]], ...]:
        """The comparators that stand beside an attribute of a group's people, each with the values it stands beside."""
        return tuple(
            (each, place.options)
            for each in self.comparators
            for place in each.beside
            if place.attribute == attribute and place.group in (None, group)
        )

    def newest(self, questionnaire: str) -> Questionnaire:
        """The newest version the files have. Raises KeyError for an unknown questionnaire."""
        return self.questionnaires[
            questionnaire, max(version for name, version in self.questionnaires if name == questionnaire)
        ]

    @functools.cached_property
    def required_purposes(self) -> tuple[Purpose, ...]:
        return tuple(purpose for purpose in self.consent if purpose.required)

    def allows(self, governs: Governs, consents: Mapping[str, ConsentGiven]) -> bool:
        """Whether somebody's consent, as last said of each purpose, allows what purposes of this kind decide.
        Everything needs a yes to each of them, in the wording that now stands, and a study that asks for none has none;
        to contact somebody again only needs that they did not say no."""
        if governs is Governs.CONTACT_AGAIN:
            return self.declined_contact_at(consents) is None
        purposes = self.purposes_of(governs)
        return bool(purposes) and all(each.agreed(consents) for each in purposes)

    def declined_contact_at(self, consents: Mapping[str, ConsentGiven]) -> dt.datetime | None:
        """Since when somebody does not want to be contacted again, by their consents; None: they did not say so."""
        said = (consents.get(each.id) for each in self.purposes_of(Governs.CONTACT_AGAIN))
        return max((each.recorded_at for each in said if each is not None and not each.given), default=None)

    def purposes_of(self, governs: Governs) -> tuple[Purpose, ...]:
        """What they are asked to consent to that decides it."""
        return tuple(purpose for purpose in self.consent if purpose.governs is governs)
