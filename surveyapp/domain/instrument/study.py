"""A study: who is asked, when, with which questionnaire, and what the results are made of."""

from __future__ import annotations

import datetime as dt
import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from surveyapp.domain.instrument.consent.notice import Help, KeyFact, PrivacyNotice
from surveyapp.domain.instrument.consent.purposes import Governs, Purpose
from surveyapp.domain.instrument.consent.retention import RetentionRule
from surveyapp.domain.instrument.easy.media import MediaShelf
from surveyapp.domain.instrument.measures.beside import Comparator, ResponseLine, Target
from surveyapp.domain.instrument.measures.measure import Comparison, Measure
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.scores import turned_items
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


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study, with the newest version of each of its questionnaires as the files have it. `partial` are the
    languages offered although not every word is translated, `easy` those that have easy words too. `crosstabs`: the
    pairs of variables that a release puts across one another, at each touchpoint that asks both. `about` and
    `facts` are read before the first question, `thanks` once everything is sent. `completion`: what an interview
    that was handed in counts as; `proxies`: who may answer for somebody, by code (nobody, where there is none);
    `soft_refusals_again`: whether somebody who refused softly may be asked once more, after two weeks and by
    another interviewer; `messages`: what is sent to people (None: nothing); `corrections_days`: for how many days
    after sending people correct what they sent (None: they ask staff); `media`: what stands beside easy words;
    `frozen`: the versions that are and, of each that looks back, which version of every questionnaire that it looks at
    was the newest when it was frozen."""

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
    easy: tuple[str, ...] = ()
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
    media: MediaShelf = field(default_factory=MediaShelf, hash=False)
    frozen: Mapping[tuple[str, int], Mapping[str, int]] = field(default_factory=dict, hash=False)

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

    def versions_of(self, questionnaire: str) -> tuple[Questionnaire, ...]:
        """Every version the files have, the newest first; none of an unknown questionnaire."""
        found = (each for (name, _), each in self.questionnaires.items() if name == questionnaire)
        return tuple(sorted(found, key=lambda each: -each.version))

    def turned_items(self, group: str, touchpoint: int) -> frozenset[str]:
        """The variables of a touchpoint that are worded the other way round; none of one that there is not."""
        point = self.touchpoint(group, touchpoint)
        return turned_items(self.newest(point.questionnaire).scores) if point else frozenset()

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
        """Since when somebody does not want to be contacted again, by their consents: they said no to that, or to
        taking part at all; None: they did not say so."""
        said = (consents.get(each.id) for each in self.contact_purposes)
        return max((each.recorded_at for each in said if each is not None and not each.given), default=None)

    @property
    def contact_purposes(self) -> tuple[Purpose, ...]:
        """A no to any of these is one to being contacted again."""
        return (*self.purposes_of(Governs.CONTACT_AGAIN), *self.purposes_of(Governs.TAKE_PART))

    def purposes_of(self, governs: Governs) -> tuple[Purpose, ...]:
        """What they are asked to consent to that decides it."""
        return tuple(purpose for purpose in self.consent if purpose.governs is governs)
