"""Responses and their answers as datasets: a row a response, a row a person, or a row an answer."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from surveyapp.domain.answers import Answers, Mode
from surveyapp.domain.exports import beside
from surveyapp.domain.exports.beside import ExportedAttempt
from surveyapp.domain.exports.columns import AskedColumn, InWords, answer_columns
from surveyapp.domain.exports.dataset import (
    ColumnRole,
    ColumnType,
    Dataset,
    ExportColumn,
    ExportedResponse,
    ExportRow,
    ExportShape,
    ExportValue,
    MissingKind,
)
from surveyapp.domain.exports.own_columns import ABSENT_AT_TOUCHPOINT, OwnColumns, dataset
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study

NOBODY_ANSWERED = frozenset({MissingKind.NOT_ASKED, MissingKind.NOT_REACHED, MissingKind.NOT_IN_VERSION})

AnswersOf = Callable[[Sequence[ExportedResponse]], Iterator[tuple[ExportedResponse, Answers]]]
"""The answers of responses, in the order of the responses, read some at a time."""


@dataclass(frozen=True, kw_only=True)
class ExportedPerson:
    """Somebody of whom there is a row. `key`: what they are called in these files; `due`: the touchpoints at which they
    had been asked by the moment that the files are of."""

    id: object
    key: str
    group: str
    known: Mapping[str, str]
    due: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ExportTables:
    """What the datasets of an export are made from. `versions`: by questionnaire, those that were answered; `people` in
    the order of their rows, and `responses` in the same."""

    study: Study
    translate: InWords
    versions: Mapping[str, Mapping[int, Questionnaire]]
    people: Sequence[ExportedPerson]
    responses: Sequence[ExportedResponse]
    answers_of: AnswersOf
    attempts: Callable[[], Iterable[ExportedAttempt]]

    @functools.cached_property
    def own(self) -> OwnColumns:
        return OwnColumns(self.study, self.translate)

    def datasets(self, shape: ExportShape, *, with_empty: bool = False) -> tuple[Dataset, ...]:
        """The answers in a shape, and what stands beside them; those that have no row only on request."""
        match shape:
            case ExportShape.RESPONSES:
                main = [self._of_questionnaire(name) for name in self.versions]
            case ExportShape.WIDE:
                main = [self._of_group(group.id) for group in self.study.groups]
            case ExportShape.LONG:
                main = [self._long()]
        shown = beside.rendering(self.own, self.keys, self.responses, self.versions)
        return (
            *(each for each in main if each.count or with_empty),
            beside.process(self.own, self.keys, self.responses),
            *([shown] if shown is not None and (shown.count or with_empty) else ()),
            beside.attempted(self.own, self.keys, self.attempts()),
        )

    @functools.cached_property
    def known_of(self) -> Mapping[object, tuple[ExportValue, ...]]:
        """What is known of each person, a value a column of `OwnColumns.known`."""
        return _known_values(self.own.known(), self.people)

    @functools.cached_property
    def keys(self) -> dict[object, str]:
        return {person.id: person.key for person in self.people}

    def _of_questionnaire(self, name: str) -> Dataset:
        """A row a response on a questionnaire."""
        keys = self.keys
        mine = [each for each in self.responses if each.questionnaire == name]
        answers = answer_columns(self.versions[name], self.translate)
        known = self.own.known()
        known_of = self.known_of

        def rows() -> Iterator[ExportRow]:
            for response, given in self.answers_of(mine):
                yield (
                    keys[response.person],
                    response.group,
                    Decimal(response.touchpoint),
                    Decimal(response.version),
                    response.submitted_at.date(),
                    *_first_last(response),
                    *known_of[response.person],
                    *(each.cell(given, response.version) for each in answers),
                    *self.own.who_answered(response),
                )

        fixed = (
            self.own.person(),
            self.own.group(),
            self.own.number("touchpoint", N_("Touchpoint")),
            self.own.number("version", N_("Version of the questionnaire")),
            self.own.plain("submitted_on", N_("Day on which the answers were first sent (UTC)"), ColumnType.DATE),
            *self.own.how(""),
        )
        # What is newer than a program that reads comes last: no column before it is called otherwise for it.
        columns = (*fixed, *known, *(each.column for each in answers), *self.own.by_whom(""))
        title = self.study.newest(name).title
        return dataset(name, title, columns, len(mine), rows)

    def _of_group(self, group: str) -> Dataset:
        """A row a person, their touchpoints beside one another."""
        mine = [person for person in self.people if person.group == group]
        points = [each for each in self.study.touchpoints_of(group) if each.questionnaire in self.versions]
        known = self.own.known()
        known_of = self.known_of
        answers = {
            each.number: answer_columns(
                self.versions[each.questionnaire], self.translate, ABSENT_AT_TOUCHPOINT, each.number
            )
            for each in points
        }
        there = [each for each in self.responses if each.group == group and each.touchpoint in answers]

        def rows() -> Iterator[ExportRow]:
            read = self.answers_of(there)
            by_person = itertools.groupby(read, key=lambda each: each[0].person)
            current = next(by_person, None)
            for person in mine:
                found: dict[int, tuple[ExportedResponse, Answers]] = {}
                if current is not None and current[0] == person.id:
                    found = {response.touchpoint: (response, given) for response, given in current[1]}
                    current = next(by_person, None)
                row: list[ExportValue] = [person.key, person.group, *known_of[person.id]]
                for number, columns in answers.items():
                    row.extend(self._at_touchpoint(person, number, columns, found.get(number)))
                yield row

        columns: list[ExportColumn] = [self.own.person(), self.own.group(), *known]
        for each in points:
            columns += [
                self.own.number(f"t{each.number}_version", N_("Version of the questionnaire"), each.title),
                self.own.plain(
                    f"t{each.number}_submitted_on",
                    N_("Day on which the answers were first sent (UTC)"),
                    ColumnType.DATE,
                    each.title,
                ),
                *self.own.how(f"t{each.number}_", each.title),
                *(column.column for column in answers[each.number]),
                *self.own.by_whom(f"t{each.number}_", each.title),
            ]
        title = next((each.title for each in self.study.groups if each.id == group), group)
        return dataset(group, title, columns, len(mine) if there else 0, rows)

    def _at_touchpoint(
        self,
        person: ExportedPerson,
        number: int,
        columns: Sequence[AskedColumn],
        found: tuple[ExportedResponse, Answers] | None,
    ) -> Iterator[ExportValue]:
        if found is None:
            absent = MissingKind.NO_RESPONSE if number in person.due else MissingKind.NOT_DUE
            yield from itertools.repeat(absent, 5 + len(columns) + (2 if self.study.proxies else 1))
            return
        response, given = found
        yield Decimal(response.version)
        yield response.submitted_at.date()
        yield from _first_last(response)
        yield from (each.cell(given, response.version) for each in columns)
        yield from self.own.who_answered(response)

    def _long(self) -> Dataset:
        """A row an answer; of several options a row each."""
        keys = self.keys
        columns = {name: answer_columns(versions, self.translate) for name, versions in self.versions.items()}
        labels = {
            (name, version, each.column.name): {value.value: value.label for value in each.column.values}
            for name, versions in self.versions.items()
            for version, document in versions.items()
            for each in answer_columns({version: document}, self.translate)
        }

        def rows() -> Iterator[ExportRow]:
            for response, given in self.answers_of(self.responses):
                for each in columns[response.questionnaire]:
                    column, cell = each.column, each.cell(given, response.version)
                    words = labels.get((response.questionnaire, response.version, column.name), {})
                    mode = None if _nobody_answered(cell) else response.mode_of(each.key)
                    yield (
                        keys[response.person],
                        response.group,
                        Decimal(response.touchpoint),
                        response.questionnaire,
                        Decimal(response.version),
                        each.key.partition("@")[0],
                        each.key.partition("@")[2] or None,
                        each.option,
                        *_by_type(column.type, cell),
                        words.get(_stored(cell)),
                        cell.value if isinstance(cell, MissingKind) else None,
                        mode,
                        *self.own.proxies(response, here=mode == Mode.PROXY.value),
                    )

        count = sum(len(columns[each.questionnaire]) for each in self.responses)
        fixed = (
            self.own.person(),
            self.own.group(),
            self.own.number("touchpoint", N_("Touchpoint")),
            self.own.plain("questionnaire", N_("Questionnaire"), ColumnType.TEXT),
            self.own.number("version", N_("Version of the questionnaire")),
            self.own.plain("variable", N_("Variable"), ColumnType.TEXT),
            self.own.plain("moment", N_("Moment that the answer speaks of"), ColumnType.TEXT),
            self.own.plain("option", N_("Option, where there may be several"), ColumnType.TEXT),
            *(
                self.own.plain(f"value_{kind.value}", label, kind, role=ColumnRole.ANSWER)
                for kind, label in (
                    (ColumnType.TEXT, N_("Answer: code or own words")),
                    (ColumnType.NUMBER, N_("Answer: number, or 1 where the option was chosen")),
                    (ColumnType.DATE, N_("Answer: day")),
                    (ColumnType.TIME, N_("Answer: time of day")),
                )
            ),
            self.own.plain("label", N_("The answer’s words"), ColumnType.TEXT),
            self.own.missing_kind(),
            self.own.plain("mode", N_("Mode in which this answer came"), ColumnType.TEXT),
            *self.own.proxy(),
        )
        return dataset("answers", self.translate(N_("Answers")), fixed, count, rows)


def _known_values(
    columns: Iterable[ExportColumn], people: Iterable[ExportedPerson]
) -> dict[object, tuple[ExportValue, ...]]:
    """What is known of each person, a value a column."""
    declared = [(column.variable or "", {value.value for value in column.values}) for column in columns]

    def values(known: Mapping[str, str]) -> Iterator[ExportValue]:
        for name, there in declared:
            value = known.get(name)
            yield value if value in there else MissingKind.NOT_KNOWN

    return {person.id: tuple(values(person.known)) for person in people}


def _first_last(response: ExportedResponse) -> tuple[ExportValue, ...]:
    """The mode, the language and the rendering of the save that ended it."""
    return tuple(used[-1] if used else None for used in (response.modes, response.languages, response.renderings))


def _nobody_answered(cell: ExportValue) -> bool:
    """Whether nobody said anything there, nor was silent."""
    return isinstance(cell, MissingKind) and cell in NOBODY_ANSWERED


def _stored(cell: ExportValue) -> str:
    """A value as value labels have it."""
    if isinstance(cell, bool):
        return str(int(cell))
    return str(cell)


def _by_type(kind: ColumnType, cell: ExportValue) -> tuple[ExportValue, ExportValue, ExportValue, ExportValue]:
    """A value in the column of its type: text, number, day, time."""
    if isinstance(cell, MissingKind):
        return None, None, None, None
    match kind:
        case ColumnType.NUMBER:
            return None, cell, None, None
        case ColumnType.FLAG:
            return None, Decimal(bool(cell)), None, None
        case ColumnType.DATE:
            return None, None, cell, None
        case ColumnType.TIME:
            return None, None, None, cell
        case _:
            return cell, None, None, None
