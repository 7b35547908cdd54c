"""The shape of a study's own file as pydantic models, in the words of `schema`, which `loader` turns into the domain's
own objects; and what an editor is told of both files."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema

from surveyapp.domain.authoring.schema import (
    Code,
    ComparisonW,
    Days,
    Fits,
    Model,
    NameW,
    PercentW,
    QuestionnaireW,
    ScaleW,
    VariableKey,
    WordsW,
    as_written,
)


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
    reference_prefix: Annotated[
        str, StringConstraints(pattern=r"^[A-Z]{1,6}$"), Fits("use one to six capitals, A to Z.")
    ]


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
    target: (
        Annotated[
            Annotated[int, Field(ge=1)] | PercentW,
            Fits("write a number of answers, 1 or more, or a share from `1 %` to `100 %`."),
        ]
        | None
    ) = None
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
    web: (
        Annotated[
            str,
            StringConstraints(pattern=r"^https://[^\s]+$", max_length=200),
            Fits("write its whole address, `https://` first, in no more than 200 characters."),
        ]
        | None
    ) = None


class PrivacyW(Model):
    controller: WordsW
    contact: WordsW
    collected: WordsW
    basis: Literal["consent", "public_task", "legitimate_interests", "contract", "legal_obligation", "vital_interests"]
    why: WordsW
    recipients: Annotated[list[WordsW], Field(min_length=1)]
    rights: Annotated[list[Literal["access", "rectify", "erase", "object", "port", "withdraw"]], Field(min_length=1)]
    regulator: RegulatorW
    draft: bool = False


AttributeName = Annotated[
    str,
    StringConstraints(pattern=r"^(site|participant)\.[a-z][a-z0-9_]*$"),
    Fits("begin with `site.` or `participant.`, then lower-case letters, digits and underscores.", "bad_name"),
]

PeopleCounted = Annotated[int, Field(ge=0)]
FigureW = Annotated[
    Decimal,
    BeforeValidator(as_written),
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


class _NothingEmpty(GenerateJsonSchema):
    """A key may be left out, and then is: it does not stand there with nothing after it."""

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> dict[str, Any]:
        written = super().default_schema(schema)
        return {key: value for key, value in written.items() if (key, value) != ("default", None)}


def json_schema(file: str) -> str:
    """The JSON Schema (2020-12) of one of `SCHEMAS`, as text that ends with a newline."""
    schema = SCHEMAS[file].model_json_schema(by_alias=True, schema_generator=_NothingEmpty)
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=1) + "\n"
