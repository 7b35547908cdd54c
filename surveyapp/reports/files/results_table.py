"""The results table as records to print."""

from __future__ import annotations

from decimal import Decimal

from surveyapp.domain.results import ResultRow

COLUMNS = (
    "study",
    "group",
    "touchpoint",
    "segment",
    "variable",
    "timing",
    "statistic",
    "kind",
    "category",
    "count",
    "base",
    "value",
    "percent",
    "publish",
)


def as_record(study: str, row: ResultRow) -> dict[str, object]:
    """One row by column; what there is none of stays None."""
    value: object = row.value
    if isinstance(row.value, Decimal):
        number = float(row.value)
        value = int(number) if number == int(number) and row.statistic != "mean" else number
    elif row.value is not None:
        value = row.value.isoformat()
    fields = {column: getattr(row, column) for column in COLUMNS if column not in ("study", "value")}
    return {
        "study": study,
        **fields,
        "value": value,
    }
