"""Where a study stands as a file, in the study's own words and codes: from the object that the page is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from surveyapp.domain.answers import Mode
from surveyapp.domain.progress.aapor import RATES
from surveyapp.domain.progress.standing import FATES, ResponseTableLine, StudyStanding
from surveyapp.reports.files.records import FileValue

COUNTS = ("listed", "not_open", "not_eligible", "withdrawn", "could_be_asked", "answered", *FATES, "declined")
MODES = tuple(Mode)

COLUMNS = (
    "study", "as_at", "by", "value", "label", "group", "touchpoint", *COUNTS, "target",
    *(f"mode_{mode.value}" for mode in MODES),
    *(name.upper() for name in ("i", "p", "r", "nc", "o", "uo", "ne")), "e",
    *(rate.name for rate in RATES),
)  # fmt: skip

RESPONSE_COLUMNS = ("study", "label", "method", "population", "achieved", "percent", "source", "note")


def standing_rows(told: StudyStanding) -> Iterator[list[FileValue]]:
    """A row for everybody at each touchpoint and, where they are told apart, for each part: counts, AAPOR's classes and
    its rates, as shares to four decimals."""
    rows = [("", row) for row in told.whole]
    rows += [(told.by, row) for row in told.rows] if told.by else []
    for by, row in rows:
        final = row.counts.final
        rates = (final.rate(rate.name) for rate in RATES)
        yield [
            told.study.id,
            told.at.isoformat(timespec="seconds"),
            by or None,
            row.value or None,
            row.label or ("not known" if by else "everyone"),
            row.touchpoint.group,
            row.touchpoint.number,
            *(getattr(row.counts, name) for name in COUNTS),
            row.target,
            *(row.counts.modes.get(mode, 0) for mode in MODES),
            *(getattr(final, name) for name in ("i", "p", "r", "nc", "o", "uo", "ne")),
            _share(final.e),
            *(None if rate is None else _share(rate) for rate in rates),
        ]


def response_rows(study: str, lines: Iterable[ResponseTableLine]) -> Iterator[list[FileValue]]:
    """The table of response, a row a line; `source` says where a loaded one comes from."""
    for each in lines:
        yield [study, each.label, each.method, each.population, each.achieved, each.percent, each.source, each.note]


def _share(share: Fraction) -> Decimal:
    return Decimal(f"{float(share):.4f}")
