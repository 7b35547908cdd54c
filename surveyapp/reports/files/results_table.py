"""The results table as records to print."""

from __future__ import annotations

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
    "shown",
)


def as_record(study: str, row: ResultRow) -> dict[str, object]:
    """One row by column; what there is none of stays None."""
    value = None if row.value is None else float(row.value)
    fields = {column: getattr(row, column) for column in COLUMNS if column not in ("study", "value")}
    return {
        "study": study,
        **fields,
        "value": int(value) if value is not None and value == int(value) and row.statistic != "mean" else value,
    }
