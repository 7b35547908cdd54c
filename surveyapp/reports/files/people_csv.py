"""Who answered and who they are as records, in the study's own words and codes; and figures of other people as records
of their own, in the files of questions and measures too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from surveyapp.domain.instrument.measures.beside import Comparator
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import NOT_KNOWN, Category, Cell, Composition, Distribution, ResponseTable, Shift
from surveyapp.reports.files.people_tables import mode_words, response_columns
from surveyapp.reports.files.records import FileValue, Record, cell_record, edition_record, yes
from surveyapp.reports.text.beside import comparator_value, source_words
from surveyapp.reports.text.phrasing import ENGLISH

TARGET_COLUMNS = ("study", "id", "label", "target", "actual", "percent", "by", "as_at", "source", "note")


def response_records(study: str, tables: Iterable[ResponseTable]) -> Iterator[Record]:
    """Every number of response: `kind` is response, mode for how it came, or rendering for in which words. `segment` is
    empty for everybody, and `segment_value` for whom it is not known; `note` says on which day the cases stood so."""
    columns, modes = response_columns(ENGLISH), mode_words(ENGLISH)
    for table in tables:
        for row in table.rows:
            here: Record = {
                "study": study,
                **edition_record(table.edition),
                "group": table.group,
                "people": row.people.label or ("not known" if table.by else "everyone"),
                "segment": table.by or None,
                "segment_value": row.people.value,
                "touchpoint": table.touchpoint,
                "kind": "response",
                "low_base": yes(row.low_base),
                "note": f"as on {table.on.isoformat()}",
            }
            for name, label in columns.items():
                cell: Cell | None = getattr(row, name)
                if cell is not None:
                    base = row.asked_before if name == "again" else row.could_be_asked
                    assert base is not None
                    own = base.count if cell.percent is not None else None
                    yield cell_record(here, Category(name, label, "option"), cell, own)
            for mode, cell in row.modes.items():
                category = Category(mode, modes[mode], "option")
                yield {**cell_record(here, category, cell, row.answered.count), "kind": "mode"}
            if row.easy.count:
                category = Category("easy", "In easy words", "option")
                yield {**cell_record(here, category, row.easy, row.answered.count), "kind": "rendering"}


def composition_records(study: Study, compositions: Iterable[Composition]) -> Iterator[Record]:
    """Every number of people side by side, `people` saying of whom; and under each attribute of a profile the figures
    of other people (`kind` comparator), of which there is a percentage and never a count."""
    for each in compositions:
        about: Record = {
            "study": study.id,
            **edition_record(each.edition),
            "group": each.group,
            "measure": each.id if each.subject == "answer" else None,
            "variable": each.id if each.subject == "attribute" else None,
            "question": each.label,
        }
        labels = {NOT_KNOWN: "Not known"}
        for column in each.columns:
            tally, base = column.tally, column.tally.base.count
            here = {
                **about,
                "people": column.kind,
                "touchpoint": column.touchpoint,
                "low_base": yes(tally.low_base),
            }
            known = Category("known", "Known of", "option")
            yield {**cell_record(here, known, tally.base, base), "kind": "base"}
            for category in each.categories:
                labels[category.code] = category.label or "Any other answer"
                named = Category(category.code, labels[category.code], category.kind)
                yield cell_record(here, named, tally.cell(category.code), base)
            yield cell_record(here, Category(NOT_KNOWN, "Not known", "missing"), tally.missing[NOT_KNOWN], base)
        for code, cell in each.shares.items():
            both: Record = {**about, "people": "lost, of stayed and lost", "kind": "share"}
            yield cell_record(both, Category(code, labels[code], "option"), cell, None)
        if each.subject == "attribute" and any(column.kind == "enrolled" for column in each.columns):
            for comparator, options in study.comparators_of_attribute(each.group, each.id):
                yield {**about, **_comparator(comparator, options)}


def target_rows(study: Study) -> Iterator[tuple[FileValue, ...]]:
    """A row a target, columns as `TARGET_COLUMNS`."""
    for each in study.targets:
        by = ", ".join(f"{each.by}={code}: {people}" for code, people in each.parts.items())
        yield (
            study.id, each.id, each.label, each.target, each.actual, each.percent, by or None, each.as_at, each.source,
            each.note,
        )  # fmt: skip


def question_comparators(study: Study, distributions: Iterable[Distribution]) -> Iterator[Record]:
    """The figures of other people beside the variables of a touchpoint."""
    for each in distributions:
        for comparator, options in study.comparators_of(each.group, each.key):
            yield {
                "study": study.id,
                "group": each.group,
                "variable": each.variable,
                "section": each.section,
                "question": each.question,
                "statement": each.statement,
                "touchpoint": each.touchpoint,
                "moment": each.moment,
                **_comparator(comparator, options),
            }


def measure_comparators(study: Study, shift: Shift) -> Iterator[Record]:
    """The figures of other people beside a measure."""
    measure = study.measure(shift.measure)
    for key in measure.keys if measure else ():
        for comparator, options in study.comparators_of(shift.group, key):
            yield {
                "study": study.id,
                "group": shift.group,
                "measure": shift.measure,
                "variable": shift.variable,
                "moment": key.partition("@")[2] or None,
                **_comparator(comparator, options),
            }


def _comparator(comparator: Comparator, options: Sequence[str]) -> Record:
    """A figure of other people: never a count, and a range as its two ends."""
    low, high = (comparator.value, comparator.to) if comparator.to is not None else (None, None)
    return {
        "people": comparator.people,
        "kind": "comparator",
        "category": "+".join(options) or None,
        "label": comparator.label,
        "value": None if low is not None else comparator.value,
        "low": low,
        "high": high,
        "publish": "yes",
        "note": f"{comparator_value(comparator, ENGLISH)}: {source_words(comparator, ENGLISH)}",
    }
