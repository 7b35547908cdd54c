"""Who answered and who they are as files, in the study's own words and codes; and figures of other people as rows of
their own in the files of questions and measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from surveyapp.domain.instrument.study import Comparator, Study
from surveyapp.domain.results import NOT_KNOWN, Cell, Composition, Distribution, Edition, ResponseTable, Shift, Tally
from surveyapp.reports.files.csv_file import MEASURE_COLUMNS, QUESTION_COLUMNS, CsvValue
from surveyapp.reports.files.people_tables import comparator_value, source_words
from surveyapp.reports.text.phrasing import ENGLISH

COUNTS = ("cases", "could_be_asked", "answered", "open", "closed", "refused", "not_open", "not_eligible", "withdrawn")
MODES = ("self", "phone", "in_person", "video")

RESPONSE_COLUMNS = (
    "study", "group", "touchpoint", "by", "value", "label", *COUNTS, "answered_percent", "asked_before",
    "answered_again", "answered_again_percent", *MODES, "low_base", "not_for_publication", "as_of", "data_at",
)  # fmt: skip
COMPOSITION_COLUMNS = (
    "study", "group", "kind", "subject", "id", "title", "value", "label", "people", "touchpoint", "count", "percent",
    "base", "low_base", "not_for_publication", "source", "date", "note", "data_at",
)  # fmt: skip
TARGET_COLUMNS = ("study", "id", "label", "target", "actual", "percent", "by", "as_at", "source", "note")


def response_rows(study: str, tables: Iterable[ResponseTable]) -> Iterator[tuple[CsvValue, ...]]:
    """A row for each row of response, columns as `RESPONSE_COLUMNS`; `by` is empty for everybody, and `value` for whom
    it is not known. `not_for_publication` names the columns that are not."""
    for table in tables:
        for row in table.rows:
            cells: dict[str, Cell] = {name: getattr(row, name) for name in COUNTS} | row.modes
            if row.asked_before is not None and row.again is not None:
                cells |= {"asked_before": row.asked_before, "answered_again": row.again}
            written: dict[str, CsvValue] = {name: cell.count for name, cell in cells.items()}
            written |= {
                "study": study,
                "group": table.group,
                "touchpoint": table.touchpoint,
                "by": table.by or None,
                "value": row.people.value,
                "label": row.people.label or None,
                "answered_percent": row.answered.percent,
                "answered_again_percent": row.again.percent if row.again else None,
                "low_base": _yes(row.low_base),
                "not_for_publication": " ".join(name for name, cell in cells.items() if cell.private) or None,
                "as_of": table.on,
                "data_at": _time(table.edition),
            }
            yield tuple(written.get(column) for column in RESPONSE_COLUMNS)


def composition_rows(study: Study, compositions: Iterable[Composition]) -> Iterator[tuple[CsvValue, ...]]:
    """A row for each count of people, columns as `COMPOSITION_COLUMNS`, and under each attribute the figures of other
    people (`kind` comparator), of which there is a percentage and never a count."""
    for each in compositions:
        start: dict[str, CsvValue] = {
            "study": study.id,
            "group": each.group,
            "subject": each.subject,
            "id": each.id,
            "title": each.label,
        }
        for column in each.columns:
            tally = column.tally
            about: dict[str, CsvValue] = {"people": column.kind, "touchpoint": column.touchpoint}
            for value, label, kind, cell in _counts(each, tally):
                written = start | about | _written(cell, tally) | {"value": value, "label": label, "kind": kind}
                yield tuple((written | {"data_at": _time(each.edition)}).get(name) for name in COMPOSITION_COLUMNS)
        for code, cell in each.shares.items():
            written = start | {
                "kind": "share",
                "value": None if code == NOT_KNOWN else code,
                "people": "lost, of lost and stayed",
                "count": cell.count,
                "percent": cell.percent,
                "not_for_publication": _yes(cell.private),
                "data_at": _time(each.edition),
            }
            yield tuple(written.get(name) for name in COMPOSITION_COLUMNS)
        if each.subject == "attribute" and any(column.kind == "enrolled" for column in each.columns):
            for comparator, options in study.comparators_of_attribute(each.group, each.id):
                written = start | _comparator(comparator, options) | {"people": comparator.people}
                yield tuple(written.get(name) for name in COMPOSITION_COLUMNS)


def _counts(each: Composition, tally: Tally) -> Iterator[tuple[str | None, str, str, Cell]]:
    for category in each.categories:
        label = category.label or "Any other answer"
        yield category.code, label, "own" if category.kind == "option" else category.kind, tally.cell(category.code)
    yield None, "Not known", "not known", tally.missing[NOT_KNOWN]


def _written(cell: Cell, tally: Tally) -> dict[str, CsvValue]:
    return {
        "count": cell.count,
        "percent": cell.percent,
        "base": tally.base.count,
        "low_base": _yes(tally.low_base),
        "not_for_publication": _yes(cell.private),
    }


def _comparator(comparator: Comparator, options: Sequence[str]) -> dict[str, CsvValue]:
    share = comparator.is_share and comparator.to is None
    return {
        "kind": "comparator",
        "value": " ".join(options) or None,
        "label": comparator.label,
        "percent": comparator.value if share else None,
        "source": comparator.source,
        "date": comparator.date,
        "note": ". ".join(
            part for part in (None if share else comparator_value(comparator, ENGLISH), comparator.definition) if part
        )
        or None,
    }


def target_rows(study: Study) -> Iterator[tuple[CsvValue, ...]]:
    """A row a target, columns as `TARGET_COLUMNS`."""
    for each in study.targets:
        by = ", ".join(f"{each.by}={code}: {people}" for code, people in each.parts.items())
        yield (
            study.id, each.id, each.label, each.target, each.actual, each.percent, by or None, each.as_at, each.source,
            each.note,
        )  # fmt: skip


def question_comparators(study: Study, distributions: Iterable[Distribution]) -> Iterator[tuple[CsvValue, ...]]:
    """The figures of other people beside the variables of a touchpoint, as rows of the questions' file."""
    for each in distributions:
        for comparator, options in study.comparators_of(each.group, each.key):
            written: dict[str, CsvValue] = {
                "study": study.id,
                "group": each.group,
                "touchpoint": each.touchpoint,
                "section": each.section,
                "variable": each.variable,
                "moment": each.moment,
                "question": each.question,
                "statement": each.statement,
                **_beside(comparator, options),
            }
            yield tuple(written.get(name) for name in QUESTION_COLUMNS)


def measure_comparators(study: Study, shift: Shift) -> Iterator[tuple[CsvValue, ...]]:
    """The figures of other people beside a measure, as rows of its file."""
    measure = study.measure(shift.measure)
    for key in measure.keys if measure else ():
        for comparator, options in study.comparators_of(shift.group, key):
            written: dict[str, CsvValue] = {
                "study": study.id,
                "measure": shift.measure,
                "title": shift.title,
                "people": comparator.people,
                **_beside(comparator, options),
            }
            yield tuple(written.get(name) for name in MEASURE_COLUMNS)


def _beside(comparator: Comparator, options: Sequence[str]) -> dict[str, CsvValue]:
    written = _comparator(comparator, options)
    return {
        "kind": "comparator",
        "category": written["value"],
        "label": f"{comparator.label} ({comparator.people})",
        "percent": written["percent"],
        "shown": "yes",
        "note": f"{comparator_value(comparator, ENGLISH)}: {source_words(comparator, ENGLISH)}",
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _time(edition: Edition) -> str | None:
    return None if edition.at is None else edition.at.isoformat(timespec="seconds")
