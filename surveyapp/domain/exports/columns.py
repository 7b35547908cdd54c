"""The columns of a questionnaire's answers, over all the versions that were answered, and an answer as its cells.

A variable has a column; of several options each has one, and what was written beside an option one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.answers import Answer, Answers, Codes, Day, Missing, Number, Reason, Text, TimeOfDay
from surveyapp.domain.exports.dataset import (
    ColumnRole,
    ColumnType,
    ExportColumn,
    ExportValue,
    MeasureLevel,
    MissingKind,
    ValueLabel,
)
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds import Part, PartType, Summary
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import parts_of

InWords = Callable[[str], str]
"""What the platform says itself, from its source text, in the words of whoever reads."""

NOT_CHOSEN, CHOSEN = N_("Not chosen"), N_("Chosen")

IN_VERSION, IN_VERSIONS = N_("%(words)s (version %(versions)s)"), N_("%(words)s (versions %(versions)s)")
FROM_TO = N_("%(question)s From %(least)s to %(most)s.")

OF_REASON: Mapping[Reason, MissingKind] = {reason: MissingKind(reason.value) for reason in Reason}

_TYPES: Mapping[PartType, ColumnType] = {
    PartType.CODE: ColumnType.CODE,
    PartType.CODES: ColumnType.FLAG,
    PartType.NUMBER: ColumnType.NUMBER,
    PartType.DATE: ColumnType.DATE,
    PartType.TIME: ColumnType.TIME,
    PartType.TEXT: ColumnType.TEXT,
}


@dataclass(frozen=True, kw_only=True)
class AskedColumn:
    """A column of answers: what it is, and in which versions it is asked (with `option`: offered)."""

    column: ExportColumn
    key: str
    option: str | None
    versions: frozenset[int]

    def cell(self, answers: Answers, version: int) -> ExportValue:
        """What stands in it for a response of a version."""
        if version not in self.versions:
            return MissingKind.NOT_IN_VERSION
        return value_of(answers.get(self.key), self.option)


def value_of(answer: Answer | None, option: str | None = None) -> ExportValue:
    """An answer as a value: of several options, whether this one was chosen; where there is none, why. A text that is
    empty was let go: nobody can send one."""
    # What most answers are comes first: there are millions.
    if isinstance(answer, Codes):
        return answer.codes[0] if option is None else option in answer.codes
    match answer:
        case Missing(reason, _):
            return OF_REASON[reason]
        case Number(value):
            return value
        case None:
            return MissingKind.NOT_REACHED
        case Day(day):
            return day
        case TimeOfDay(time):
            return time
        case Text(text):
            return text or MissingKind.LET_GO


def parts_through(versions: Mapping[int, Questionnaire]) -> dict[str, dict[int, Part]]:
    """Every variable's part in each version that asks it, the newest first; variables in the order of the newest, those
    that it no longer asks where they stood."""
    found: dict[str, dict[int, Part]] = {}
    order: list[str] = []
    for version in sorted(versions, reverse=True):
        place = 0
        for key, part in parts_of(versions[version]).items():
            if key not in found:
                order.insert(place, key)
            place = order.index(key) + 1
            found.setdefault(key, {})[version] = part
    return {key: found[key] for key in order}


def answer_columns(
    versions: Mapping[int, Questionnaire],
    translate: InWords,
    more_missing: Sequence[MissingKind] = (),
    touchpoint: int | None = None,
) -> tuple[AskedColumn, ...]:
    """The columns of a questionnaire, each in the words of every version that it holds answers to. `more_missing`:
    kinds of absence besides those of its own; `touchpoint`: where columns of several touchpoints stand beside one
    another, which one these are of."""
    made: list[AskedColumn] = []
    for key, by_version in parts_through(versions).items():
        options = _options(by_version, translate)
        for option in options if next(iter(by_version.values())).type is PartType.CODES else [None]:
            asked = [
                version
                for version, part in by_version.items()
                if option is None or part.question.option(option) is not None
            ]
            missing = tuple(_missing(by_version, set(versions) - set(asked)))
            made.append(
                AskedColumn(
                    column=_column(
                        by_version, key, option, options, translate, (*missing, *more_missing), touchpoint
                    ),
                    key=key,
                    option=option,
                    versions=frozenset(asked),
                )
            )  # fmt: skip
    return tuple(made)


def _options(by_version: Mapping[int, Part], translate: InWords) -> dict[str, str]:
    """Every option there was, in the newest version's order, in the words of whichever versions offered it; those that
    the newest no longer offers after them."""
    found: dict[str, dict[int, str]] = {}
    for version, part in by_version.items():
        for option in part.question.options:
            found.setdefault(option.code, {})[version] = option.label
    return {code: _in_versions(said, translate) for code, said in found.items()}


def _in_versions(said: Mapping[int, str | None], translate: InWords) -> str:
    """What each version says, the newest first: once where all say the same, and else each with the versions that do.
    None: it says nothing there."""
    by_words: dict[str | None, list[int]] = {}
    for version, words in said.items():
        by_words.setdefault(words, []).append(version)
    if len(by_words) == 1:
        return next(iter(by_words)) or ""
    marked = []
    for words, versions in by_words.items():
        text = IN_VERSION if len(versions) == 1 else IN_VERSIONS
        listed = ", ".join(str(each) for each in sorted(versions))
        if words is not None:
            marked.append(translate(text) % {"words": words, "versions": listed})
    return "; ".join(marked)


def _missing(by_version: Mapping[int, Part], without: set[int]) -> Iterator[MissingKind]:
    reasons = {reason for part in by_version.values() for reason in part.question.missing}
    words = any(part.type is PartType.TEXT for part in by_version.values())
    for kind in MissingKind:
        match kind:
            case MissingKind.NOT_ASKED | MissingKind.SKIPPED | MissingKind.NOT_REACHED:
                yield kind
            case MissingKind.DONT_KNOW | MissingKind.PREFER_NOT_TO_SAY:
                if Reason(kind.value) in reasons:
                    yield kind
            case MissingKind.NOT_IN_VERSION:
                if without:
                    yield kind
            case MissingKind.LET_GO:
                if words:
                    yield kind


def _column(
    by_version: Mapping[int, Part],
    key: str,
    option: str | None,
    options: Mapping[str, str],
    translate: InWords,
    missing: tuple[MissingKind, ...],
    touchpoint: int | None,
) -> ExportColumn:
    part = next(iter(by_version.values()))
    said = _in_versions(dict(_questions(by_version, translate)), translate)
    name = key.replace("@", "_") + (f"_{option}" if option is not None else "")
    lows = [each.question.minimum for each in by_version.values()]
    return ExportColumn(
        name=name if touchpoint is None else f"t{touchpoint}_{name}",
        label=said if option is None else f"{options[option]} – {said}",
        type=_TYPES[part.type],
        role=ColumnRole.ANSWER,
        level=_level(part),
        values=_values(by_version, options, translate),
        missing=missing,
        least=min(low for low in lows if low is not None) if None not in lows else None,
        variable=key,
        option=option,
        question=said,
        touchpoint=touchpoint,
    )


def question_text(part: Part) -> str:
    """What was asked, in full: the question, the statement or the line beside an option, and which moment it is
    about."""
    asked = [part.question.text]
    if part.statement is not None or part.when is not None:
        asked.append(part.label)
    if part.moment_label:
        asked.append(f"({part.moment_label})")
    return " ".join(asked)


def _questions(by_version: Mapping[int, Part], translate: InWords) -> Iterator[tuple[int, str]]:
    """What each version asked; with its scale or its unit, where these are not the same in all."""
    scales = {part.codes for part in by_version.values() if part.kind.scaled}
    units = {part.question.units[:1] for part in by_version.values()}
    for version, part in by_version.items():
        text = question_text(part)
        if len(scales) > 1:
            ends = {"least": part.codes[0], "most": part.codes[-1]}
            text = translate(FROM_TO) % {"question": text, **ends}
        if len(units) > 1 and part.question.units:
            text = f"{text} ({part.question.units[0]})"
        yield version, text


def _level(part: Part) -> MeasureLevel:
    if part.summary in (Summary.RATING, Summary.QUANTITY, Summary.TIME):
        return "scale"
    return "ordinal" if part.type is PartType.CODE and part.question.scale else "nominal"


def _values(by_version: Mapping[int, Part], options: Mapping[str, str], translate: InWords) -> tuple[ValueLabel, ...]:
    part = next(iter(by_version.values()))
    if part.type is PartType.CODE:
        return tuple(
            ValueLabel(value=code, number=number, label=label)
            for number, (code, label) in enumerate(options.items(), 1)
        )
    if part.type is PartType.CODES:
        return flags(translate)
    ends = {version: dict(_ends(each)) for version, each in by_version.items()}
    return tuple(
        ValueLabel(value=str(number), number=number, label=label)
        for number in sorted({number for each in ends.values() for number in each})
        if (
            label := _in_versions(
                {
                    version: ends[version].get(number)
                    for version, each in by_version.items()
                    if not each.kind.scaled or str(number) in each.codes
                },
                translate,
            )
        )
    )


def _ends(part: Part) -> Iterator[tuple[int, str]]:
    """The numbers of a version that have words."""
    for number, label in (
        (part.question.minimum, part.question.low),
        (part.question.maximum, part.question.high),
    ):
        if number is not None and label:
            yield number, label


def flags(translate: InWords) -> tuple[ValueLabel, ...]:
    """The two values of a column that says whether something was chosen."""
    return (
        ValueLabel(value="0", number=0, label=translate(NOT_CHOSEN)),
        ValueLabel(value="1", number=1, label=translate(CHOSEN)),
    )
