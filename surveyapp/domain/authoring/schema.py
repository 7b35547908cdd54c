"""The files' shape as pydantic models: what an author may write. `loader` and `questionnaire_loader` turn them into the
domain's own objects.

A sentence for each way of getting the shape wrong is in `shape_faults`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from surveyapp.domain import normalise
from surveyapp.domain.instrument.kinds import KINDS

NameW = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=60)]
WordsW = Annotated[
    str,
    StringConstraints(min_length=1, strip_whitespace=True),
    BeforeValidator(lambda written: normalise.free_text(written) if isinstance(written, str) else written),
]
"""Words that people read, in the one shape of all text that comes in."""

Days = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15} days?$")]
PercentW = Annotated[str, StringConstraints(pattern=r"^(100|[1-9][0-9]?) ?%$")]
MomentsW = Annotated[dict[Literal["before", "now"], WordsW], Field(min_length=1)]
ConditionW = Annotated[
    Any,
    WithJsonSchema(
        {"type": "object", "minProperties": 1, "description": "A condition: `{placed: yes}`, `{answered: benefits}`, …"}
    ),
]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class OptionW(Model):
    text: WordsW
    exclusive: bool = False
    specify: WordsW | None = None
    value: int | None = None


class NetW(Model):
    label: WordsW
    options: Annotated[list[Code], Field(min_length=1)]


RatingEnd = Annotated[int, Field(ge=-1000, le=1000)]


class ScaleW(Model):
    options: Annotated[dict[Code, WordsW], Field(min_length=1)] | None = None
    nets: dict[NameW, NetW] = {}
    favourable: NameW | None = None
    neutral: Code | None = None
    values: Annotated[dict[Code, int], Field(min_length=1)] | None = None
    from_: RatingEnd | None = Field(None, alias="from")
    to: RatingEnd | None = None
    low: WordsW | None = None
    high: WordsW | None = None


class StatementW(Model):
    text: WordsW
    ask_if: ConditionW = None


class PatternW(Model):
    match: WordsW
    says: WordsW


if TYPE_CHECKING:
    KindName = str
else:
    KindName = Literal[tuple(KINDS)]


class QuestionW(Model):
    id: NameW
    kind: KindName
    text: WordsW
    hint: WordsW | None = None
    interviewer: WordsW | None = None
    ask_if: ConditionW = None
    scale: NameW | None = None
    options: Annotated[dict[Code, WordsW | OptionW], Field(min_length=1)] | None = None
    statements: dict[NameW, WordsW | StatementW] | None = None
    moments: MomentsW | None = None
    missing: list[Literal["dont_know", "prefer_not_to_say"]] | None = None
    required: bool | None = None
    minimum: int | None = None
    maximum: int | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    units: Annotated[list[WordsW], Field(min_length=1)] | None = None
    earliest: str | None = None
    latest: str | None = None
    max_length: Annotated[int, Field(ge=1, le=20000)] | None = None
    pattern: PatternW | None = None
    order: Literal["reversed_for_half", "shuffled"] | None = None
    fact: bool = False
    apart: NameW | None = None


class SectionW(Model):
    id: NameW
    title: WordsW
    interviewer: WordsW | None = None
    ask_if: ConditionW = None
    questions: Annotated[list[QuestionW], Field(min_length=1)]


class BandW(Model):
    label: WordsW
    from_: int = Field(alias="from")
    to: int


VariableKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(@(before|now))?$", max_length=70)]


def _as_written(number: object) -> object:
    """A number to the digits that its author wrote: a float of YAML is the shortest that says the same."""
    return Decimal(str(number)) if isinstance(number, int | float) and not isinstance(number, bool) else number


class ReliabilityW(Model):
    value: Annotated[
        Decimal,
        BeforeValidator(_as_written),
        Field(gt=0, lt=1),
        WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
    ]
    sd: Annotated[
        Decimal, BeforeValidator(_as_written), Field(gt=0), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
    ]
    source: WordsW
    better: Literal["higher", "lower"] = "higher"


class ScoreW(Model):
    id: NameW
    title: WordsW
    method: Literal["sum", "mean"]
    items: Annotated[list[VariableKey], Field(min_length=2)]
    reverse: list[VariableKey] = []
    minimum_answered: Annotated[int, Field(ge=1)] | None = None
    bands: dict[NameW, BandW] = {}
    reliability: ReliabilityW | None = None


class ChangeW(Model):
    comparable: Literal["yes", "no"] | None = None
    mapping: Annotated[dict[Code, Any], Field(min_length=1)] | None = None
    because: WordsW


VersionNameW = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(/v[1-9][0-9]{0,3})?$", max_length=70)
]


class ComparisonW(Model):
    variable: NameW
    between: Annotated[list[VersionNameW], Field(min_length=2, max_length=2)]
    comparable: Literal["yes", "no"] | None = None
    mapping: Annotated[dict[Code, Any], Field(min_length=1)] | None = None
    because: WordsW


class QuestionnaireW(Model):
    questionnaire: NameW
    version: Annotated[int, Field(ge=1, le=9999)]
    title: WordsW
    changes: dict[NameW, ChangeW] = {}
    sections: Annotated[list[SectionW], Field(min_length=1)]
    scores: list[ScoreW] = []


class ThresholdsW(Model):
    minimum_base: Annotated[int, Field(ge=1)] = 10
    minimum_cell: Annotated[int, Field(ge=1)] = 5
    low_base: Annotated[int, Field(ge=1)] = 30


class CompletionW(Model):
    complete: Annotated[int, Field(ge=1, le=100)] = 80
    partial: Annotated[int, Field(ge=1, le=100)] = 50


class HelpW(Model):
    name: WordsW
    phone: WordsW | None = None
    email: WordsW | None = None


class AttributeW(Model):
    label: WordsW
    values: Annotated[dict[Code, WordsW], Field(min_length=1)]


class GroupW(Model):
    title: WordsW
    member: WordsW
    reference_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,6}$")]


class PurposeW(Model):
    id: NameW
    version: Annotated[int, Field(ge=1, le=9999)] = 1
    required: bool = False
    text: WordsW
    aloud: WordsW | None = None
    governs: Literal["take_part", "contact_again", "quote", "link_records", "share_file"] | None = None


class KeyFactW(Model):
    text: WordsW
    more: WordsW | None = None


class TouchpointW(Model):
    group: NameW
    number: Annotated[int, Field(ge=1, le=9999)]
    title: WordsW
    questionnaire: NameW
    opens: WordsW
    due: Days | None = None
    closes: Days | None = None
    target: Annotated[int, Field(ge=1)] | PercentW | None = None
    note: WordsW | None = None


class RowW(Model):
    touchpoint: int
    moment: Literal["before", "now"] | None = None
    label: WordsW
    detail: WordsW | None = None


class MeasureW(Model):
    id: NameW
    theme: Literal["satisfaction", "confidence", "recommendation", "staying"]
    title: WordsW
    group: NameW
    asked_of: WordsW
    variable: NameW
    net: NameW
    rows: Annotated[list[RowW], Field(min_length=1)]
    note: WordsW | None = None


class RelationshipW(Model):
    from_: NameW = Field(alias="from")
    to: NameW
    label: WordsW
    reverse: WordsW


class EnrolmentW(Model):
    until: WordsW | None = None
    quiet: Days | None = None


class ReleasesW(Model):
    every: Literal["week", "month", "manual"] = "manual"
    minimum_new: Annotated[int, Field(ge=1)] | None = None
    live: bool = False


class RetentionW(Model):
    study_ends: WordsW
    contacts: WordsW
    words: WordsW | None = None
    answers: WordsW
    then: Literal["anonymise", "erase"] = "anonymise"
    withdrawn: Days = "30 days"


class RegulatorW(Model):
    name: WordsW
    phone: WordsW | None = None
    web: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=200)] | None = None


class PrivacyW(Model):
    controller: WordsW
    contact: WordsW
    collected: WordsW
    basis: Literal["consent", "public_task", "legitimate_interests", "contract", "legal_obligation", "vital_interests"]
    why: WordsW
    recipients: Annotated[list[WordsW], Field(min_length=1)]
    rights: Annotated[
        list[Literal["access", "rectify", "erase", "restrict", "object", "port", "withdraw"]], Field(min_length=1)
    ]
    regulator: RegulatorW
    draft: bool = False


AttributeName = Annotated[str, StringConstraints(pattern=r"^(site|participant)\.[a-z][a-z0-9_]*$")]

PeopleCounted = Annotated[int, Field(ge=0)]
FigureW = Annotated[
    Decimal,
    BeforeValidator(_as_written),
    Field(ge=0),
    WithJsonSchema({"type": "number", "minimum": 0}),
]


class TargetW(Model):
    id: NameW
    label: WordsW
    target: Annotated[int, Field(ge=1)]
    actual: PeopleCounted | None = None
    by: Annotated[dict[AttributeName, dict[Code, PeopleCounted]], Field(min_length=1, max_length=1)] | None = None
    as_at: WordsW
    source: WordsW
    note: WordsW | None = None


class ResponseLineW(Model):
    id: NameW
    label: WordsW
    method: WordsW
    group: NameW | None = None
    touchpoint: Annotated[int, Field(ge=1, le=9999)] = 1
    of: Literal["listed", "could_be_asked"] = "could_be_asked"
    where: Annotated[dict[AttributeName, Code], Field(min_length=1, max_length=1)] | None = None
    population: PeopleCounted | None = None
    achieved: PeopleCounted | None = None
    source: WordsW | None = None
    note: WordsW | None = None


class PlaceW(Model):
    group: NameW | None = None
    variable: VariableKey | None = None
    attribute: AttributeName | None = None
    options: list[Code] = []


class ComparatorW(Model):
    id: NameW
    label: WordsW
    people: WordsW
    value: FigureW
    to: FigureW | None = None
    unit: WordsW = "%"
    date: WordsW
    source: WordsW
    definition: WordsW | None = None
    beside: Annotated[list[PlaceW], Field(min_length=1)]


WeekDay = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class MessageStepW(Model):
    kind: Literal["invite", "remind", "thank"]
    after: Days = "0 days"
    by: Annotated[list[Literal["email", "text", "letter"]], Field(min_length=1)]
    another: bool = False
    groups: list[NameW] = []
    subject: WordsW | None = None
    text: WordsW | None = None
    short: WordsW | None = None


class CallsW(Model):
    after: Days
    groups: list[NameW] = []


class MessagesW(Model):
    hours: WordsW = "9:00 to 19:00"
    days: Annotated[list[WeekDay], Field(min_length=1)] = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    at_most: Annotated[int, Field(ge=1, le=20)] = 3
    steps: Annotated[dict[NameW, MessageStepW], Field(min_length=1)]
    calls: CallsW | None = None
    window: WordsW | None = None


class StudyW(Model):
    study: NameW
    title: WordsW
    public_title: WordsW
    summary: WordsW
    about: WordsW
    facts: Annotated[list[KeyFactW], Field(max_length=3)] = []
    thanks: WordsW | None = None
    source_language: str = "en"
    languages: list[str] = ["en"]
    partial: list[str] = []
    easy: list[str] = []
    time_zone: str = "Europe/London"
    thresholds: ThresholdsW = ThresholdsW()
    completion: CompletionW = CompletionW()
    soft_refusals_again: bool = False
    help: HelpW
    attributes: dict[AttributeName, AttributeW] = {}
    segments: list[AttributeName] = []
    groups: Annotated[dict[NameW, GroupW], Field(min_length=1)]
    events: dict[NameW, WordsW] = {}
    proxies: dict[NameW, WordsW] = {}
    relationships: dict[NameW, RelationshipW] = {}
    consent: list[PurposeW]
    touchpoints: Annotated[list[TouchpointW], Field(min_length=1)]
    scales: dict[NameW, ScaleW] = {}
    measures: list[MeasureW] = []
    crosstabs: list[Annotated[list[VariableKey], Field(min_length=2, max_length=2)]] = []
    enrolment: EnrolmentW = EnrolmentW()
    releases: ReleasesW = ReleasesW()
    retention: RetentionW | None = None
    privacy: PrivacyW | None = None
    corrections: Days | None = None
    open_answers: Literal["sealed", "clear"] = "sealed"
    comparisons: list[ComparisonW] = []
    targets: list[TargetW] = []
    response: list[ResponseLineW] = []
    comparators: list[ComparatorW] = []
    messages: MessagesW | None = None


SCHEMAS: dict[str, type[Model]] = {"questionnaire": QuestionnaireW, "study": StudyW}
"""The files an author writes, and the shape of each."""


def json_schema(file: str) -> str:
    """The JSON Schema (2020-12) of one of `SCHEMAS`, as text that ends with a newline."""
    schema = SCHEMAS[file].model_json_schema(by_alias=True)
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=1) + "\n"
