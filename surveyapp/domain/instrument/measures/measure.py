"""What shift charts are made of, and what an author says of questions that differ."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.instrument.questionnaire import Declaration


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
