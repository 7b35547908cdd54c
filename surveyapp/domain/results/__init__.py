"""Results, as they are told. The chart, its table, its sentence, the export and the report all come from these.

There are two editions of every object. The *working* view is true and current, and marks what is not for publication.
A *release* has passed disclosure control: what may not be told is not in the object at all.
"""

from __future__ import annotations

from surveyapp.domain.results.cells import (
    WITHHELD,
    WITHOUT,
    WORKING,
    Category,
    Cell,
    Edition,
    Joined,
    NextLook,
    Offered,
    Quantity,
    QuantityBin,
    QuantitySummary,
    RatingSummary,
    ScoreSummary,
    Slice,
    Tally,
)
from surveyapp.domain.results.crosstabs import CrossSide, Crosstab
from surveyapp.domain.results.distributions import CodingBasis, Distribution, ResultRow
from surveyapp.domain.results.notes import SeriesNote
from surveyapp.domain.results.response import (
    NOT_KNOWN,
    Composition,
    GroupResponse,
    PeopleColumn,
    PeopleKind,
    ResponseCounts,
    ResponseTable,
    TouchpointPeople,
)
from surveyapp.domain.results.shifts import (
    Change,
    ChangeKind,
    ChangeTest,
    Interval,
    MeanChange,
    MissingBounds,
    MissingCase,
    ReliableChange,
    RowScale,
    Shift,
    ShiftRow,
    ShiftStep,
    TestName,
    Verdict,
    kind_between,
)

__all__ = [
    "NOT_KNOWN",
    "WITHHELD",
    "WITHOUT",
    "WORKING",
    "Category",
    "Cell",
    "Change",
    "ChangeKind",
    "ChangeTest",
    "CodingBasis",
    "Composition",
    "CrossSide",
    "Crosstab",
    "Distribution",
    "Edition",
    "GroupResponse",
    "Interval",
    "Joined",
    "MeanChange",
    "MissingBounds",
    "MissingCase",
    "NextLook",
    "Offered",
    "PeopleColumn",
    "PeopleKind",
    "Quantity",
    "QuantityBin",
    "QuantitySummary",
    "RatingSummary",
    "ReliableChange",
    "ResponseCounts",
    "ResponseTable",
    "ResultRow",
    "RowScale",
    "ScoreSummary",
    "SeriesNote",
    "Shift",
    "ShiftRow",
    "ShiftStep",
    "Slice",
    "Tally",
    "TestName",
    "TouchpointPeople",
    "Verdict",
    "kind_between",
]
