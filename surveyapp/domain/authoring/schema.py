"""The shape of a questionnaire's file as pydantic models: what an author may write, and what its words are made of.
`questionnaire_loader` turns them into the domain's own objects; a study's own file is in `study_schema`.

A sentence for each way of getting the shape wrong is in `shape_faults`.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Fits:
    """What an author is told to write where something else does not fit; stands in an annotation, beside its pattern.
    `code`: the fault. `whole`: it is said of whatever does not fit, a number for a text among it."""

    says: str
    code: str = "bad_value"
    whole: bool = True


A_NAME = Fits("use lower-case letters, digits and single underscores, with a letter first.", "bad_name", whole=False)
NameW = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60), A_NAME]
A_CODE = Fits("use lower-case letters, digits and single underscores.", "bad_name", whole=False)
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=60), A_CODE]
WordsW = Annotated[
    str,
    StringConstraints(min_length=1, strip_whitespace=True),
    BeforeValidator(lambda written: normalise.free_text(written) if isinstance(written, str) else written),
]
"""Words that people read, in the one shape of all text that comes in."""

Days = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15} days?$"), Fits("write a number of days, like `7 days`.")]
PercentW = Annotated[
    str, StringConstraints(pattern=r"^(100|[1-9][0-9]?) ?%$"), Fits("write a share from `1 %` to `100 %`.")
]
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


VariableKey = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(@(before|now))?$", max_length=70),
    Fits("write a question’s or statement’s id, or one of a moment like `mood@before` or `mood@now`.", "bad_name"),
]


def as_written(number: object) -> object:
    """A number to the digits that its author wrote: a float of YAML is the shortest that says the same."""
    return Decimal(str(number)) if isinstance(number, int | float) and not isinstance(number, bool) else number


class ReliabilityW(Model):
    value: Annotated[
        Decimal,
        BeforeValidator(as_written),
        Field(gt=0, lt=1),
        WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
    ]
    sd: Annotated[
        Decimal, BeforeValidator(as_written), Field(gt=0), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
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
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(/v[1-9][0-9]{0,3})?$", max_length=70),
    Fits("write a questionnaire’s name, or one version of it like `first/v2`.", "bad_name"),
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
