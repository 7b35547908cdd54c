"""Responses and their answers as datasets: a row a response, a row a person, or a row an answer; and what stands beside
them: how each response came about, how options were ordered, and the attempts to reach people."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from surveyapp.domain.answers import Answers
from surveyapp.domain.exports.columns import AskedColumn, InWords, answer_columns
from surveyapp.domain.exports.dataset import (
    MISSING_LABELS,
    ColumnRole,
    ColumnType,
    Dataset,
    ExportColumn,
    ExportedResponse,
    ExportRow,
    ExportShape,
    ExportValue,
    MissingKind,
    ValueLabel,
)
from surveyapp.domain.exports.names import unique_names
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.option_order import arranged
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study

AnswersOf = Callable[[Sequence[ExportedResponse]], Iterator[tuple[ExportedResponse, Answers]]]
"""The answers of responses, in the order of the responses, read some at a time."""

ABSENT_AT_TOUCHPOINT = (MissingKind.NOT_DUE, MissingKind.NO_RESPONSE)


@dataclass(frozen=True, kw_only=True)
class ExportedPerson:
    """Somebody of whom there is a row. `key`: what they are called in these files; `due`: the touchpoints at which they
    have been asked by now."""

    id: object
    key: str
    group: str
    known: Mapping[str, str]
    due: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ExportedAttempt:
    """One try to reach somebody, without what was noted of it."""

    person: object
    touchpoint: int
    at: dt.datetime
    mode: str
    outcome: str
    detail: str | None


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

    def datasets(self, shape: ExportShape) -> tuple[Dataset, ...]:
        """The answers in a shape, and what stands beside them."""
        match shape:
            case ExportShape.RESPONSES:
                main = [self._of_questionnaire(name) for name in self.versions]
            case ExportShape.WIDE:
                main = [self._of_group(group.id) for group in self.study.groups]
            case ExportShape.LONG:
                main = [self._long()]
        return (*(each for each in main if each.count), self._process(), *self._rendering(), self._attempted())

    @property
    def keys(self) -> dict[object, str]:
        return {person.id: person.key for person in self.people}

    def _of_questionnaire(self, name: str) -> Dataset:
        """A row a response on a questionnaire."""
        keys = self.keys
        mine = [each for each in self.responses if each.questionnaire == name]
        answers = answer_columns(self.versions[name], self.translate)
        known = self._known()
        known_of = _known_values(known, self.people)

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
                )

        fixed = (
            self._person(),
            self._group(),
            self._number("touchpoint", N_("Touchpoint")),
            self._number("version", N_("Version of the questionnaire")),
            self._plain("submitted_on", N_("Day on which the answers were sent (UTC)"), ColumnType.DATE),
            *self._how(""),
        )
        title = self.study.newest(name).title
        return _dataset(name, title, (*fixed, *known, *(each.column for each in answers)), len(mine), rows)

    def _of_group(self, group: str) -> Dataset:
        """A row a person, their touchpoints beside one another."""
        mine = [person for person in self.people if person.group == group]
        points = [each for each in self.study.touchpoints_of(group) if each.questionnaire in self.versions]
        known = self._known()
        known_of = _known_values(known, mine)
        answers = {
            each.number: answer_columns(
                self.versions[each.questionnaire], self.translate, ABSENT_AT_TOUCHPOINT, each.number
            )
            for each in points
        }
        there = [each for each in self.responses if each.group == group and each.touchpoint in answers]

        def rows() -> Iterator[ExportRow]:
            read = self.answers_of(there)
            beside = itertools.groupby(read, key=lambda each: each[0].person)
            current = next(beside, None)
            for person in mine:
                found: dict[int, tuple[ExportedResponse, Answers]] = {}
                if current is not None and current[0] == person.id:
                    found = {response.touchpoint: (response, given) for response, given in current[1]}
                    current = next(beside, None)
                row: list[ExportValue] = [person.key, person.group, *known_of[person.id]]
                for number, columns in answers.items():
                    row.extend(_at_touchpoint(person, number, columns, found.get(number)))
                yield row

        columns: list[ExportColumn] = [self._person(), self._group(), *known]
        for each in points:
            columns += [
                self._number(f"t{each.number}_version", N_("Version of the questionnaire"), each.title),
                self._plain(
                    f"t{each.number}_submitted_on",
                    N_("Day on which the answers were sent (UTC)"),
                    ColumnType.DATE,
                    each.title,
                ),
                *self._how(f"t{each.number}_", each.title),
                *(column.column for column in answers[each.number]),
            ]
        title = next((each.title for each in self.study.groups if each.id == group), group)
        return _dataset(group, title, columns, len(mine) if there else 0, rows)

    def _long(self) -> Dataset:
        """A row an answer; of several options a row each."""
        keys = self.keys
        columns = {name: answer_columns(versions, self.translate) for name, versions in self.versions.items()}
        labels = {
            (name, each.column.name): {value.value: value.label for value in each.column.values}
            for name, some in columns.items()
            for each in some
        }

        def rows() -> Iterator[ExportRow]:
            for response, given in self.answers_of(self.responses):
                for each in columns[response.questionnaire]:
                    column, cell = each.column, each.cell(given, response.version)
                    label = labels[response.questionnaire, column.name].get(_stored(cell))
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
                        label,
                        cell.value if isinstance(cell, MissingKind) else None,
                    )

        count = sum(len(columns[each.questionnaire]) for each in self.responses)
        fixed = (
            self._person(),
            self._group(),
            self._number("touchpoint", N_("Touchpoint")),
            self._plain("questionnaire", N_("Questionnaire"), ColumnType.TEXT),
            self._number("version", N_("Version of the questionnaire")),
            self._plain("variable", N_("Variable"), ColumnType.TEXT),
            self._plain("moment", N_("Moment that the answer speaks of"), ColumnType.TEXT),
            self._plain("option", N_("Option, where there may be several"), ColumnType.TEXT),
            *(
                self._plain(f"value_{kind.value}", label, kind, role=ColumnRole.ANSWER)
                for kind, label in (
                    (ColumnType.TEXT, N_("Answer: code or own words")),
                    (ColumnType.NUMBER, N_("Answer: number, or 1 where the option was chosen")),
                    (ColumnType.DATE, N_("Answer: day")),
                    (ColumnType.TIME, N_("Answer: time of day")),
                )
            ),
            self._plain("label", N_("The answer’s words"), ColumnType.TEXT),
            self._missing_kind(),
        )
        return _dataset("answers", self.translate(N_("Answers")), fixed, count, rows)

    def _process(self) -> Dataset:
        """How each response came about."""
        keys, responses = self.keys, self.responses

        def rows() -> Iterator[ExportRow]:
            for each in responses:
                yield (
                    keys[each.person],
                    each.group,
                    Decimal(each.touchpoint),
                    each.questionnaire,
                    Decimal(each.version),
                    each.started_at,
                    each.submitted_at,
                    Decimal(each.saves),
                    " ".join(each.modes),
                    " ".join(each.languages),
                )

        columns = (
            self._person(),
            self._group(),
            self._number("touchpoint", N_("Touchpoint")),
            self._plain("questionnaire", N_("Questionnaire"), ColumnType.TEXT),
            self._number("version", N_("Version of the questionnaire")),
            self._plain("started_at", N_("When the answers were begun (UTC)"), ColumnType.MOMENT),
            self._plain("submitted_at", N_("When the answers were sent (UTC)"), ColumnType.MOMENT),
            self._number("saves", N_("How often something was saved"), role=ColumnRole.PROCESS),
            self._plain("modes", N_("Modes, in the order used"), ColumnType.TEXT, role=ColumnRole.PROCESS),
            self._plain("languages", N_("Languages, in the order used"), ColumnType.TEXT, role=ColumnRole.PROCESS),
        )
        return _dataset("paradata", self.translate(N_("How responses came about")), columns, len(responses), rows)

    def _rendering(self) -> Iterator[Dataset]:
        """In which order each response's options stood, where they are not always as written."""
        ordered = {
            (name, version): [each for each in document.questions if each.order]
            for name, versions in self.versions.items()
            for version, document in versions.items()
        }
        count = sum(len(ordered[each.questionnaire, each.version]) for each in self.responses)
        keys, responses = self.keys, self.responses

        def rows() -> Iterator[ExportRow]:
            for each in responses:
                for question in ordered[each.questionnaire, each.version]:
                    shown = " ".join(option.code for option in arranged(question, each.seed))
                    yield keys[each.person], Decimal(each.touchpoint), question.id, shown

        columns = (
            self._person(),
            self._number("touchpoint", N_("Touchpoint")),
            self._plain("question", N_("Question"), ColumnType.TEXT),
            self._plain("options", N_("Its options, in the order shown"), ColumnType.TEXT, role=ColumnRole.PROCESS),
        )
        if count:
            yield _dataset(
                "rendering", self.translate(N_("The order in which options were shown")), columns, count, rows
            )

    def _attempted(self) -> Dataset:
        """Every try to reach somebody."""
        keys = self.keys
        found = [each for each in self.attempts() if each.person in keys]
        order = {key: place for place, key in enumerate(keys.values())}
        found.sort(key=lambda each: (order[keys[each.person]], each.at))

        def rows() -> Iterator[ExportRow]:
            for each in found:
                yield (keys[each.person], Decimal(each.touchpoint), each.at, each.mode, each.outcome, each.detail)

        columns = (
            self._person(),
            self._number("touchpoint", N_("Touchpoint")),
            self._plain("at", N_("When (UTC)"), ColumnType.MOMENT, role=ColumnRole.PROCESS),
            self._plain("mode", N_("Mode"), ColumnType.TEXT, role=ColumnRole.PROCESS),
            self._plain("outcome", N_("Outcome"), ColumnType.TEXT, role=ColumnRole.PROCESS),
            self._plain("detail", N_("More of the outcome"), ColumnType.TEXT, role=ColumnRole.PROCESS),
        )
        return _dataset("attempts", self.translate(N_("Attempts to reach people")), columns, len(found), rows)

    def _person(self) -> ExportColumn:
        return ExportColumn(
            name="person", label=self.translate(N_("Person")), type=ColumnType.TEXT, role=ColumnRole.KEY
        )

    def _group(self) -> ExportColumn:
        labels = tuple(
            ValueLabel(value=group.id, number=number, label=group.title)
            for number, group in enumerate(self.study.groups, 1)
        )
        return ExportColumn(
            name="group",
            label=self.translate(N_("Group")),
            type=ColumnType.CODE,
            role=ColumnRole.DESIGN,
            values=labels,
        )

    def _how(self, prefix: str, of: str | None = None) -> tuple[ExportColumn, ExportColumn]:
        return (
            self._plain(f"{prefix}mode", N_("Mode in which the answers were sent"), ColumnType.TEXT, of),
            self._plain(f"{prefix}language", N_("Language in which the answers were sent"), ColumnType.TEXT, of),
        )

    def _missing_kind(self) -> ExportColumn:
        labels = tuple(
            ValueLabel(value=kind.value, number=number, label=self.translate(MISSING_LABELS[kind]))
            for number, kind in enumerate(MissingKind, 1)
        )
        return ExportColumn(
            name="missing",
            label=self.translate(N_("Why there is no answer")),
            type=ColumnType.CODE,
            role=ColumnRole.ANSWER,
            values=labels,
        )

    def _number(
        self, name: str, label: str, of: str | None = None, role: ColumnRole = ColumnRole.DESIGN
    ) -> ExportColumn:
        return self._plain(name, label, ColumnType.NUMBER, of, role)

    def _plain(
        self,
        name: str,
        label: str,
        kind: ColumnType,
        of: str | None = None,
        role: ColumnRole = ColumnRole.DESIGN,
    ) -> ExportColumn:
        """A column of our own: its label is a source text. `of`: the touchpoint it belongs to, by its title."""
        said = self.translate(label)
        level = "nominal" if kind is ColumnType.TEXT else "scale"
        return ExportColumn(
            name=name,
            label=f"{of}: {said}" if of else said,
            type=kind,
            role=role,
            level=level,  # type: ignore[arg-type]
            least=0 if kind is ColumnType.NUMBER else None,
            missing=ABSENT_AT_TOUCHPOINT if of else (),
        )

    def _known(self) -> tuple[ExportColumn, ...]:
        """What is known of people and of their sites, where the study says which values there can be."""
        return tuple(
            ExportColumn(
                name=attribute.id.replace(".", "_"),
                label=attribute.label,
                type=ColumnType.CODE,
                role=ColumnRole.KNOWN,
                values=tuple(
                    ValueLabel(value=value, number=number, label=label)
                    for number, (value, label) in enumerate(attribute.values.items(), 1)
                ),
                missing=(MissingKind.NOT_KNOWN,),
                variable=attribute.id,
            )
            for attribute in self.study.attributes
            if attribute.values
        )


def _dataset(
    name: str, title: str, columns: Iterable[ExportColumn], count: int, rows: Callable[[], Iterator[ExportRow]]
) -> Dataset:
    from dataclasses import replace

    made = tuple(columns)
    names = unique_names(each.name for each in made)
    return Dataset(
        name=name,
        title=title,
        columns=tuple(replace(each, name=given) for each, given in zip(made, names, strict=True)),
        count=count,
        rows=rows,
    )


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


def _first_last(response: ExportedResponse) -> tuple[ExportValue, ExportValue]:
    """The mode and the language of the save that ended it."""
    return (response.modes[-1] if response.modes else None, response.languages[-1] if response.languages else None)


def _at_touchpoint(
    person: ExportedPerson,
    number: int,
    columns: Sequence[AskedColumn],
    found: tuple[ExportedResponse, Answers] | None,
) -> Iterator[ExportValue]:
    if found is None:
        absent = MissingKind.NO_RESPONSE if number in person.due else MissingKind.NOT_DUE
        yield from itertools.repeat(absent, 4 + len(columns))
        return
    response, given = found
    yield Decimal(response.version)
    yield response.submitted_at.date()
    yield from _first_last(response)
    yield from (each.cell(given, response.version) for each in columns)


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
