"""The files' shape as pydantic models: what an author may write. `loading` turns them into the domain's own objects.

A sentence for each way of getting the shape wrong is in `shape_faults`.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from surveyapp.domain import normalise
from surveyapp.domain.authoring.yaml_source import Place, Source, shortened
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


class TouchpointW(Model):
    group: NameW
    number: Annotated[int, Field(ge=1, le=9999)]
    title: WordsW
    questionnaire: NameW
    opens: WordsW
    due: Days | None = None
    closes: Days | None = None
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


class StudyW(Model):
    study: NameW
    title: WordsW
    public_title: WordsW
    summary: WordsW
    about: WordsW
    source_language: str = "en"
    languages: list[str] = ["en"]
    partial: list[str] = []
    time_zone: str = "Europe/London"
    thresholds: ThresholdsW = ThresholdsW()
    help: HelpW
    attributes: dict[AttributeName, AttributeW] = {}
    segments: list[AttributeName] = []
    groups: Annotated[dict[NameW, GroupW], Field(min_length=1)]
    events: dict[NameW, WordsW] = {}
    relationships: dict[NameW, RelationshipW] = {}
    consent: list[PurposeW]
    touchpoints: Annotated[list[TouchpointW], Field(min_length=1)]
    scales: dict[NameW, ScaleW] = {}
    measures: list[MeasureW] = []
    crosstabs: list[Annotated[list[VariableKey], Field(min_length=2, max_length=2)]] = []
    enrolment: EnrolmentW = EnrolmentW()
    releases: ReleasesW = ReleasesW()
    comparisons: list[ComparisonW] = []
    targets: list[TargetW] = []
    comparators: list[ComparatorW] = []


SCHEMAS: dict[str, type[Model]] = {"questionnaire": QuestionnaireW, "study": StudyW}
"""The files an author writes, and the shape of each."""


def json_schema(file: str) -> str:
    """The JSON Schema (2020-12) of one of `SCHEMAS`, as text that ends with a newline."""
    schema = SCHEMAS[file].model_json_schema(by_alias=True)
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=1) + "\n"


M = TypeVar("M", bound=Model)


def validated(model: type[M], source: Source) -> M | None:
    """The file's data as a model, or None with every fault of shape recorded."""
    try:
        return TypeAdapter(model).validate_python(source.data)
    except ValidationError as error:
        for detail in error.errors():
            _record(source, model, detail)
        return None


def scales_alone(source: Source) -> dict[str, ScaleW] | None:
    """The scales of a study.yaml that has faults elsewhere, so that its questionnaires can be checked all the same;
    None where they cannot be made out."""
    written = source.data.get("scales") if isinstance(source.data, dict) else None
    try:
        return TypeAdapter(dict[NameW, ScaleW]).validate_python(written or {})
    except ValidationError:
        return None


DAYS_KEYS = ("due", "closes", "quiet")

_SENTENCES = {
    "missing": ("missing_key", "“{name}” is missing. Add it."),
    "string_type": ("not_words", "“{name}” should be words. Put quotation marks around a number or date."),
    "int_type": ("not_a_number", "“{name}” should be a whole number."),
    "is_instance_of": ("not_a_number", "“{name}” should be a number."),
    "decimal_type": ("not_a_number", "“{name}” should be a number."),
    "dict_type": ("not_a_mapping", "“{name}” should be a mapping: a line `key: value` for each entry, indented."),
    "model_type": ("not_a_mapping", "“{name}” should be a mapping: a line `key: value` for each entry."),
    "list_type": ("not_a_list", "“{name}” should be a list: each entry on a line that begins with a dash."),
    "bool_type": ("not_true_or_false", "“{name}” should be true or false."),
    "string_pattern_mismatch": (
        "bad_name",
        "“{value}” cannot be used for “{name}”: use lower-case letters, digits and single underscores.",
    ),
    "string_too_short": ("empty", "“{name}” is empty. Write something, or take the line out."),
    "too_short": ("empty", "“{name}” is empty. It needs at least one entry."),
}


def _record(source: Source, model: type[Model], detail: Any) -> None:
    if detail["type"] == "model_type" and detail["loc"][-1:] in (("OptionW",), ("StatementW",)):
        return  # said already: these may be words too
    place: Place = tuple(step for step in detail["loc"] if _is_a_place(source.data, step))
    name = shortened(str(place[-1])) if place else "the file"
    kind = detail["type"]
    value = shortened(str(detail.get("input")))
    if kind == "extra_forbidden":
        known = {field.alias or key for each in Model.__subclasses__() for key, field in each.model_fields.items()}
        near = source.did_you_mean(name, known)
        source.fault(place, "unknown_key", f"“{name}” is not a key that can stand here.{near}")
    elif kind in ("literal_error", "enum"):
        allowed = detail["ctx"]["expected"].replace("'", "")
        near = source.did_you_mean(value, re.split(", | or ", allowed))
        source.fault(place, "not_allowed", f"“{value}” cannot be used for “{name}”. Use one of: {allowed}.{near}")
    elif kind == "string_pattern_mismatch" and name in DAYS_KEYS:
        source.fault(place, "bad_value", f"“{name}” is a number of days: write `7 days`.")
    elif kind in _SENTENCES:
        code, sentence = _SENTENCES[kind]
        if name in DAYS_KEYS:
            sentence = "“{name}” is a number of days: write `7 days`."
        if kind == "missing":
            place, name = place, str(detail["loc"][-1])
        source.fault(place, code, sentence.format(name=name, value=value))
    else:
        source.fault(place, "bad_value", f"“{name}”: {detail['msg']}.")


def _is_a_place(data: object, step: object) -> bool:
    """Pydantic names the branch of a union in a location; those steps are no place in the file."""
    return not (
        isinstance(step, str)
        and (step.startswith(("constrained-str", "function-", "dict[")) or step in {"OptionW", "StatementW", "[key]"})
    )
