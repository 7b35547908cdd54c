"""What of a report's template the study does not have, before any release is looked at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from surveyapp.domain.errors import Fault
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.near_names import did_you_mean
from surveyapp.domain.reporting.loaded import ReportFigures
from surveyapp.domain.reporting.template import (
    AnswerName,
    Directive,
    NamedQuestion,
    NumberName,
    ReportTemplate,
    ReportText,
    report_fault,
)
from surveyapp.domain.results.distributions import THEMES


def check_report(template: ReportTemplate, figures: ReportFigures, study: Study, figures_file: str) -> list[Fault]:
    """Every fault of a template's names and of those in its figures."""
    found: list[Fault] = []
    for text in template.texts():
        found += _text_faults(text, template.file, study, figures)
    for outcome in figures.outcomes:
        for text in outcome.evidence:
            found += _text_faults(text, figures_file, study, figures)
    for block in template.blocks:
        if isinstance(block, Directive) and (sentence := directive_fault(block, study, figures)):
            found.append(report_fault(template.file, block.line, 1, "unknown_figure", sentence))
    return sorted(found)


def _text_faults(text: ReportText, file: str, study: Study, figures: ReportFigures) -> Iterator[Fault]:
    for piece in text:
        if isinstance(piece, NumberName) and (sentence := number_fault(piece, study, figures)):
            yield report_fault(file, piece.line, piece.column, "unknown_number", sentence)


def number_fault(name: NumberName, study: Study, figures: ReportFigures) -> str | None:
    """Why a study has no such number; None where it has."""
    if name.answer:
        return _answer_fault(name.answer, study)
    first = name.names[0] if name.names else ""
    match name.kind:
        case "answered":
            return _answered_fault(first, study)
        case "headline":
            return _unknown(first, [each.id for each in study.measures], "measure")
        case "change":
            return _change_fault(first, name.names[1], study)
        case "target":
            return _unknown(first, [each.id for each in study.targets], "target")
        case "comparator":
            return _unknown(first, [each.id for each in study.comparators], "comparator")
        case "cost":
            return _unknown(first, [each.id for each in figures.costs], "cost in figures.yaml")
        case "loaded" if figures.loaded_row(first) is None:
            rows = [f"{table.id}.{row.id}" for table in figures.tables for row in table.rows]
            return f"figures.yaml has no row “{first}”; a row is named `table.row`.{did_you_mean(first, rows)}"
    return None


def _unknown(name: str, known: Collection[str], what: str) -> str | None:
    return None if name in known else f"There is no {what} “{name}”.{did_you_mean(name, known)}"


def _answered_fault(place: str, study: Study) -> str | None:
    known = [f"{point.group}.{point.number}" for point in study.touchpoints]
    return _unknown(place, known, "touchpoint")


def _change_fault(measure_id: str, rows: str, study: Study) -> str | None:
    measure = study.measure(measure_id)
    if measure is None:
        return _unknown(measure_id, [each.id for each in study.measures], "measure")
    found = re.fullmatch(r"(\d{1,3})>(\d{1,3})", rows)
    if found is None or not 1 <= int(found[1]) < int(found[2]) <= len(measure.rows):
        return f"“{rows}” are no two rows of “{measure_id}”, which has {len(measure.rows)}. Write them as `1>2`."
    return None


def _touchpoint(group: str, number: int, study: Study) -> Touchpoint | str:
    if study.group(group) is None:
        return f"There is no group “{group}”.{did_you_mean(group, [each.id for each in study.groups])}"
    point = study.touchpoint(group, number)
    return point or f"The group “{group}” has no touchpoint {number}."


def _answer_fault(name: AnswerName, study: Study) -> str | None:
    point = _touchpoint(name.group, name.touchpoint, study)
    if isinstance(point, str):
        return point
    if name.segment is not None and (sentence := _segment_fault(name.segment, study, name.value)):
        return sentence
    parts = [parts_of(version) for version in _versions(point, study)]
    known = {key for each in parts for key in each}
    if name.variable.endswith(THEMES) and name.variable.removesuffix(THEMES) in known:
        return None  # which themes there are is known of a release alone
    if name.variable not in known:
        where = f"Touchpoint {name.touchpoint} of “{name.group}” does not ask “{name.variable}”"
        return f"{where}.{did_you_mean(name.variable, known)}"
    if name.code is None:
        return None
    codes = {
        code
        for each in parts
        if (part := each.get(name.variable))
        for code in (*part.codes, *(net.name for net in part.question.nets))
    }
    if name.code not in codes:
        return f"“{name.variable}” has no option or net “{name.code}”.{did_you_mean(name.code, codes)}"
    return None


def _versions(point: Touchpoint, study: Study) -> list[Questionnaire]:
    return [each for (name, _version), each in study.questionnaires.items() if name == point.questionnaire]


def _segment_fault(segment: str, study: Study, value: str | None) -> str | None:
    attribute = study.segment(segment)
    if attribute is None:
        known = [each.partition(".")[2] for each in study.segments]
        return f"“{segment}” is no segment of this study.{did_you_mean(segment, known)}"
    if value is not None and value not in attribute.values:
        return f"“{segment}” has no value “{value}”.{did_you_mean(value, attribute.values)}"
    return None


_NAMES = {"measure": 1, "steps": 1, "loaded": 1, "answered": None, "crosstab": 3, "question": 1}
"""How many names follow each subject; None: one or none."""


def directive_fault(block: Directive, study: Study, figures: ReportFigures) -> str | None:
    """Why a study has nothing for a directive; None where it has."""
    wanted = _NAMES.get(block.subject, 0)
    if block.subject == "comparators":
        wanted = 1 if block.kind == "figure" else 0  # the question that they stand beside; or all of them
    if (wanted is None and len(block.names) > 1) or (wanted is not None and len(block.names) != wanted):
        return f"`{block.subject}` takes {'at most 1' if wanted is None else wanted} name(s), not {len(block.names)}."
    if block.by is not None:
        if block.subject not in ("question", "measure") or block.kind == "quotations":
            return f"`{block.kind} {block.subject}` cannot be split. Take `by {block.by}` out."
        if sentence := _segment_fault(block.by, study, None):
            return sentence
    first = block.names[0] if block.names else ""
    match block.subject:
        case "measure" | "steps":
            return _unknown(first, [each.id for each in study.measures], "measure")
        case "answered" if first:
            return _unknown(first, [each.id for each in study.groups], "group")
        case "loaded":
            return _unknown(first, [each.id for each in figures.tables], "table in figures.yaml")
        case "crosstab":
            return _crosstab_fault(block.names, study)
        case "question" | "comparators" if first:
            return _question_fault(NamedQuestion.of(first), study)
        case "targets" | "comparators" | "costs" | "outcomes":
            held = {"targets": study.targets, "comparators": study.comparators, "costs": figures.costs}
            if not held.get(block.subject, figures.outcomes):
                return f"The study has no {block.subject}. Write some, or take the line out."
    return None


def _crosstab_fault(names: tuple[str, ...], study: Study) -> str | None:
    group, _dot, number = names[0].partition(".")
    point = _touchpoint(group, int(number) if number.isdigit() else 0, study)
    if isinstance(point, str):
        return point
    if (names[1], names[2]) not in study.crosstabs:
        return f"The study's `crosstabs` do not have “{names[1]}” and “{names[2]}” in this order. Add them there."
    return None


def _question_fault(place: NamedQuestion, study: Study) -> str | None:
    for number in place.touchpoints:
        name = AnswerName(group=place.group, touchpoint=number, variable=place.variable)
        if place.variable == "*":
            point = _touchpoint(place.group, number, study)
            if isinstance(point, str):
                return point
            continue
        if _is_of_two_moments(place, number, study):
            continue
        if sentence := _grid_fault(place, number, study) or _answer_fault(name, study):
            return sentence
    return None


def _is_of_two_moments(place: NamedQuestion, number: int, study: Study) -> bool:
    """Whether it is named without a moment, of a question that is asked of two: both are told then."""
    point = study.touchpoint(place.group, number)
    return point is not None and any(
        part.name == place.variable for version in _versions(point, study) for part in parts_of(version).values()
    )


def _grid_fault(place: NamedQuestion, number: int, study: Study) -> str | None:
    """Why a grid has nothing of its own to tell: each of its statements is answered by itself."""
    point = study.touchpoint(place.group, number)
    asked = [question for version in _versions(point, study) for question in version.questions] if point else []
    names = dict.fromkeys(
        each.id for question in asked if question.id == place.variable for each in question.statements
    )
    if not names:
        return None
    listed = ", ".join(f"“{each}”" for each in names)
    return f"“{place.variable}” is a grid: each of its statements is answered by itself. Name one: {listed}."
