"""What stands beside the answers: how each response came about, how its options were ordered, and the attempts to reach
people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from surveyapp.domain.exports.dataset import ColumnRole, ColumnType, Dataset, ExportedResponse, ExportRow
from surveyapp.domain.exports.own_columns import OwnColumns, dataset
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.option_order import arranged
from surveyapp.domain.instrument.questionnaire import Questionnaire

Keys = Mapping[object, str]
"""What people are called, by their own keys, in the order of their rows."""


@dataclass(frozen=True, kw_only=True)
class ExportedAttempt:
    """One try to reach somebody, without what was noted of it."""

    person: object
    touchpoint: int
    at: dt.datetime
    mode: str
    outcome: str
    detail: str | None


def process(own: OwnColumns, keys: Keys, responses: Sequence[ExportedResponse]) -> Dataset:
    """How each response came about."""

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
                " ".join(each.renderings),
                each.sent_again_at,
            )

    columns = (
        own.person(),
        own.group(),
        own.number("touchpoint", N_("Touchpoint")),
        own.plain("questionnaire", N_("Questionnaire"), ColumnType.TEXT),
        own.number("version", N_("Version of the questionnaire")),
        own.plain("started_at", N_("When the answers were begun (UTC)"), ColumnType.MOMENT),
        own.plain("submitted_at", N_("When the answers were first sent (UTC)"), ColumnType.MOMENT),
        own.number("saves", N_("How often something was saved"), role=ColumnRole.PROCESS),
        own.plain("modes", N_("Modes, in the order used"), ColumnType.TEXT, role=ColumnRole.PROCESS),
        own.plain("languages", N_("Languages, in the order used"), ColumnType.TEXT, role=ColumnRole.PROCESS),
        own.plain("renderings", N_("Usual or easy words, in the order used"), ColumnType.TEXT, role=ColumnRole.PROCESS),
        own.plain("sent_again_at", N_("When they were sent again after a correction (UTC)"), ColumnType.MOMENT),
    )
    return dataset("paradata", own.translate(N_("How responses came about")), columns, len(responses), rows)


def rendering(
    own: OwnColumns,
    keys: Keys,
    responses: Sequence[ExportedResponse],
    versions: Mapping[str, Mapping[int, Questionnaire]],
) -> Dataset | None:
    """In which order each response's options stood; None where they always stand as written."""
    ordered = {
        (name, version): [each for each in document.questions if each.order]
        for name, by_version in versions.items()
        for version, document in by_version.items()
    }
    count = sum(len(ordered[each.questionnaire, each.version]) for each in responses)

    def rows() -> Iterator[ExportRow]:
        for each in responses:
            for question in ordered[each.questionnaire, each.version]:
                shown = " ".join(option.code for option in arranged(question, each.seed))
                yield keys[each.person], Decimal(each.touchpoint), question.id, shown

    columns = (
        own.person(),
        own.number("touchpoint", N_("Touchpoint")),
        own.plain("question", N_("Question"), ColumnType.TEXT),
        own.plain("options", N_("Its options, in the order shown"), ColumnType.TEXT, role=ColumnRole.PROCESS),
    )
    if not any(ordered.values()):
        return None
    return dataset("rendering", own.translate(N_("The order in which options were shown")), columns, count, rows)


def attempted(own: OwnColumns, keys: Keys, attempts: Iterable[ExportedAttempt]) -> Dataset:
    """Every try to reach somebody."""
    found = [each for each in attempts if each.person in keys]
    order = {key: place for place, key in enumerate(keys.values())}
    found.sort(key=lambda each: (order[keys[each.person]], each.at))

    def rows() -> Iterator[ExportRow]:
        for each in found:
            yield (keys[each.person], Decimal(each.touchpoint), each.at, each.mode, each.outcome, each.detail)

    columns = (
        own.person(),
        own.number("touchpoint", N_("Touchpoint")),
        own.plain("at", N_("When (UTC)"), ColumnType.MOMENT, role=ColumnRole.PROCESS),
        own.plain("mode", N_("Mode"), ColumnType.TEXT, role=ColumnRole.PROCESS),
        own.plain("outcome", N_("Outcome"), ColumnType.TEXT, role=ColumnRole.PROCESS),
        own.plain("detail", N_("More of the outcome"), ColumnType.TEXT, role=ColumnRole.PROCESS),
    )
    return dataset("attempts", own.translate(N_("Attempts to reach people")), columns, len(found), rows)
