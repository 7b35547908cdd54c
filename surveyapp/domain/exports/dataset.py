"""One result object from which every format of single answers is written: columns, and rows of typed values.

A value is what was answered or, where there is no answer, the kind of absence; None: nothing is to be said in that
column. Nobody's name or way to be reached is in any of it.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from surveyapp.domain.answers import Mode
from surveyapp.domain.i18n import N_


class ExportShape(enum.StrEnum):
    """What a row is: a response, a person with all their responses beside one another, or one answer."""

    RESPONSES = "responses"
    WIDE = "wide"
    LONG = "long"


class ColumnType(enum.StrEnum):
    """What the values of a column are. *flag*: whether one option of several was chosen; *moment*: a day with a time,
    in UTC."""

    CODE = "code"
    FLAG = "flag"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    TEXT = "text"


MeasureLevel = Literal["nominal", "ordinal", "scale"]


class ColumnRole(enum.StrEnum):
    """What a column is there for: to tell rows apart, to say how somebody was asked, what was known of them before,
    what they answered, or how that came about."""

    KEY = "key"
    DESIGN = "design"
    KNOWN = "known"
    ANSWER = "answer"
    PROCESS = "process"


class MissingKind(enum.StrEnum):
    """Why there is no answer. The first four were stored with the answers; the others follow from what there is."""

    NOT_ASKED = "not_asked"
    DONT_KNOW = "dont_know"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"
    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"
    NOT_IN_VERSION = "not_in_version"
    NOT_DUE = "not_due"
    NO_RESPONSE = "no_response"
    LET_GO = "let_go"
    NOT_KNOWN = "not_known"


MISSING_LABELS: Mapping[MissingKind, str] = {
    MissingKind.NOT_ASKED: N_("Not asked, by the route"),
    MissingKind.DONT_KNOW: N_("Don’t know"),
    MissingKind.PREFER_NOT_TO_SAY: N_("Prefer not to say"),
    MissingKind.SKIPPED: N_("Skipped"),
    MissingKind.NOT_REACHED: N_("Not reached"),
    MissingKind.NOT_IN_VERSION: N_("Not in this version of the questionnaire"),
    MissingKind.NOT_DUE: N_("Not due yet"),
    MissingKind.NO_RESPONSE: N_("No response at this touchpoint"),
    MissingKind.LET_GO: N_("Words that are kept no longer"),
    MissingKind.NOT_KNOWN: N_("Not known"),
}
"""Each as source text."""

ExportValue = str | bool | int | Decimal | dt.date | dt.time | dt.datetime | MissingKind | None
ExportRow = Sequence[ExportValue]


@dataclass(frozen=True, kw_only=True)
class ValueLabel:
    """One value that a column can have, as it is stored, its number in formats that hold numbers alone, and its
    words."""

    value: str
    number: int
    label: str


@dataclass(frozen=True, kw_only=True)
class ExportColumn:
    """A column. `name` is at most as long as a study's own names are, and its alone in its file. `values`: those that
    have words. `missing`: the kinds of absence that there can be. `least`: the smallest number there can be (None:
    any). `variable` and `option`: of an answer, the instrument's own names; `question`: what was asked, in full."""

    name: str
    label: str
    type: ColumnType
    role: ColumnRole
    level: MeasureLevel = "nominal"
    values: tuple[ValueLabel, ...] = ()
    missing: tuple[MissingKind, ...] = ()
    least: int | None = None
    variable: str | None = None
    option: str | None = None
    question: str | None = None
    touchpoint: int | None = None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Columns and `count` rows, read anew each time that `rows` is called."""

    name: str
    title: str
    columns: tuple[ExportColumn, ...]
    count: int
    rows: Callable[[], Iterator[ExportRow]]


@dataclass(frozen=True, kw_only=True)
class ComparedVariable:
    """A variable in one version of a questionnaire, and what became of it since the one that its group met before.
    `status`: same, reworded, rescaled and so on, the gravest first; `because`: the author's reasons; `mapping`: each
    earlier code with the one that it counts as now, be it the same (nothing where all stay); `before`: the
    questionnaire and version it is compared with."""

    variable: str
    group: str
    questionnaire: str
    version: int
    touchpoints: tuple[int, ...]
    text: str
    before: tuple[str, int] | None = None
    status: tuple[str, ...] = ()
    comparable: bool = True
    because: tuple[str, ...] = ()
    mapping: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class AnswerExport:
    """Everything that leaves at once, and what has to be known of it. `edition`: `live`, or `release_3` for what had
    been sent by that release's cut. `missing_labels` and `notes` are in words for people; `whose`: the keys of those
    whose answers are in it."""

    study: str
    title: str
    language: str
    shape: ExportShape
    edition: str
    made_at: dt.datetime
    purpose: str
    people: int
    responses: int
    datasets: tuple[Dataset, ...]
    notes: tuple[str, ...]
    missing_labels: Mapping[MissingKind, str]
    compared: tuple[ComparedVariable, ...] = ()
    references: bool = False
    whose: frozenset[object] = frozenset()

    @property
    def stem(self) -> str:
        """How the name of each of its files begins."""
        return f"{self.study}_{self.edition}_{self.made_at:%Y-%m-%d}"

    def file_name(self, dataset: Dataset, ending: str) -> str:
        return f"{self.stem}_{dataset.name}.{ending}"


class ByProxy(enum.StrEnum):
    """How much of what somebody answered came from somebody who answered for them."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


BY_PROXY_LABELS: Mapping[ByProxy, str] = {
    ByProxy.NONE: N_("None of the answers"),
    ByProxy.SOME: N_("Some of the answers"),
    ByProxy.ALL: N_("All answers"),
}
"""Each as source text."""


@dataclass(frozen=True, kw_only=True)
class ExportedResponse:
    """A response that was sent, by whom and how it came: `submitted_at` when first, `sent_again_at` when after a
    correction; `modes`, `languages` and `renderings` in the order last used (the last is that of the save that ended
    it), `saves` how often something was saved. `proxy`: who answered for them last, by the study's code;
    `mode_by_answer`: of each answer that was given, where they came in several modes."""

    id: object
    person: object
    reference: str
    group: str
    touchpoint: int
    questionnaire: str
    version: int
    seed: int
    started_at: dt.datetime
    submitted_at: dt.datetime
    sent_again_at: dt.datetime | None = None
    saves: int
    modes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    renderings: tuple[str, ...] = ()
    proxy: str | None = None
    mode_by_answer: Mapping[str, str] = field(default_factory=dict)

    def mode_of(self, variable: str) -> str | None:
        """The mode in which the answer to a variable came that was given."""
        if self.mode_by_answer:
            return self.mode_by_answer.get(variable)
        return self.modes[-1] if self.modes else None

    @property
    def by_proxy(self) -> ByProxy:
        """How much of it somebody else answered: of the answers that stand."""
        came = {mode == Mode.PROXY.value for mode in self.mode_by_answer.values() or self.modes[-1:]}
        if True not in came:
            return ByProxy.NONE
        return ByProxy.SOME if False in came else ByProxy.ALL
