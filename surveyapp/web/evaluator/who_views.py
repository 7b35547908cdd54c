"""What the templates of who answered need, made from result objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from surveyapp.domain.instrument.measures.beside import Comparator
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import (
    Composition,
    Distribution,
    GroupResponse,
    ResponseCounts,
    ResponseTable,
    Shift,
    TouchpointPeople,
)
from surveyapp.reports.charts.bars import Bar, BarChart
from surveyapp.reports.charts.beside import answered_chart, comparators_chart, own_bar
from surveyapp.reports.files import people_tables
from surveyapp.reports.files.people_tables import PeopleTable
from surveyapp.reports.text.beside import source_words
from surveyapp.web.evaluator.choosing import LinkChoice
from surveyapp.web.evaluator.views import WORDS


@dataclass(frozen=True)
class WhoView:
    """All groups: targets, response at every touchpoint, and how they answered."""

    targets: PeopleTable | None
    chart: BarChart
    response: PeopleTable
    modes: PeopleTable


@dataclass(frozen=True)
class GroupView:
    """One group: response by site and segment, a table a touchpoint, and the profile."""

    response: tuple[PeopleTable, ...]
    profile: PeopleTable | None


@dataclass(frozen=True)
class TouchpointView:
    """One touchpoint: who answered beside who has not, and who was lost. `lost_facts`: what has
    become of those who answered the one before, in numbers."""

    chart: BarChart
    respondents: PeopleTable | None
    lost: PeopleTable | None
    lost_facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class BesideView:
    """Figures of other people beside a question or measure: drawn where they are shares, and where each is from."""

    chart: BarChart
    sources: tuple[tuple[str, str], ...]


def overview(study: Study, groups: Sequence[GroupResponse]) -> WhoView:
    tables = [(_title(study, each.group), table) for each in groups for table in each.response]
    return WhoView(
        targets=people_tables.targets_table(study.targets, study, WORDS) if study.targets else None,
        chart=answered_chart(
            [
                (
                    _title(study, each.group),
                    [(_point(study, each.group, table.touchpoint), table.rows[0]) for table in each.response],
                )
                for each in groups
            ],
            WORDS,
        ),
        response=people_tables.response_table(tables, _("What came of each case"), WORDS, _by_touchpoint(study)),
        modes=people_tables.modes_table(tables, WORDS, _by_touchpoint(study)),
    )


def anybody(groups: Sequence[GroupResponse]) -> bool:
    """Whether there is a single case."""
    return any(table.rows[0].cases.count for each in groups for table in each.response)


def group(study: Study, told: GroupResponse) -> GroupView:
    numbers = dict.fromkeys(table.touchpoint for table in told.response)
    return GroupView(
        response=tuple(
            people_tables.response_table(
                [(_heading(table), table) for table in told.response if table.touchpoint == number],
                _point(study, told.group, number),
                WORDS,
                _by_value,
            )
            for number in numbers
        ),
        profile=people_tables.composition_table(told.profile, study, _("Who they are"), WORDS, beside=True)
        if told.profile
        else None,
    )


def answered(study: Study, tables: Sequence[ResponseTable]) -> tuple[PeopleTable, ...]:
    """What a release tells of who answered: a table a touchpoint."""
    numbers = dict.fromkeys((table.group, table.touchpoint) for table in tables)
    return tuple(
        people_tables.answered_table(
            [(_heading(table), table) for table in tables if (table.group, table.touchpoint) == key],
            _point(study, *key),
            WORDS,
            _by_value,
        )
        for key in numbers
    )


def touchpoint(study: Study, told: TouchpointPeople) -> TouchpointView:
    point = _point(study, told.group, told.touchpoint)
    counts = told.everybody.rows[0]
    return TouchpointView(
        chart=answered_chart([(_title(study, told.group), [(point, counts)])], WORDS),
        respondents=_composition(told.respondents, study, _("Those who answered beside those who have not")),
        lost=_composition(told.lost, study, _("Those who stayed beside those who were lost")),
        lost_facts=_lost_facts(told),
    )


def _composition(together: Sequence[Composition], study: Study, caption: str) -> PeopleTable | None:
    return people_tables.composition_table(together, study, caption, WORDS) if together else None


def _lost_facts(told: TouchpointPeople) -> tuple[tuple[str, str], ...]:
    """Everybody who answered the touchpoint before, and what has become of them."""
    if told.before is None or not told.lost:
        return ()
    people = {
        each.kind: (each.tally.base.count or 0) + sum(cell.count or 0 for cell in each.tally.missing.values())
        for each in told.lost[0].columns
    }
    said = {
        "stayed": _("stayed: they answered again"),
        "lost": _("lost: it closed without their answer, or they refused"),
        "open": _("may still answer, and are not lost"),
        "not_asked": _("not asked again: not eligible, or not opened for them yet"),
    }
    whole = (WORDS.whole(sum(people.values())), _("answered the touchpoint before"))
    return (whole, *((WORDS.whole(people[kind]), words) for kind, words in said.items() if kind in people))


def places(study: Study, group_id: str | None, number: int | None) -> list[tuple[str, tuple[LinkChoice, ...]]]:
    """Every group with its pages, and the page of them all."""
    whole = LinkChoice(_("All groups"), url_for("evaluator.who", study_id=study.id), group_id is None)
    found: list[tuple[str, tuple[LinkChoice, ...]]] = [(_("Study"), (whole,))]
    for each in study.groups:
        own = [
            LinkChoice(
                _("Who they are"),
                url_for("evaluator.who_group", study_id=study.id, group=each.id),
                (group_id, number) == (each.id, None),
            )
        ]
        own += [
            LinkChoice(
                point.title,
                url_for("evaluator.who_touchpoint", study_id=study.id, group=each.id, touchpoint=point.number),
                (group_id, number) == point.key,
            )
            for point in study.touchpoints_of(each.id)
        ]
        found.append((each.title, tuple(own)))
    return found


def beside_question(study: Study, together: Sequence[Distribution]) -> BesideView | None:
    """The figures of other people that stand beside a question's variables; None where there are none."""
    own: dict[tuple[str, str], Bar] = {}
    found: dict[str, tuple[Comparator, str | None]] = {}
    for each in together:
        labels = {category.code: category.label for category in (*each.options, *each.nets)}
        for comparator, options in study.comparators_of(each.group, each.key):
            found[comparator.id] = comparator, WORDS.listed(labels[code] for code in options if code in labels) or None
            for code in options:
                if code in labels and each.tallies:
                    name = each.statement or each.moment_label
                    detail = WORDS.listed(part for part in (name, labels[code]) if part)
                    own[each.key, code] = own_bar(
                        _("This study"), detail, each.tallies[0].cell(code), each.tallies[0].base, WORDS,
                        flagged=each.tallies[0].low_base,
                    )  # fmt: skip
    return _beside(list(found.values()), list(own.values()))


def beside_measure(study: Study, shift: Shift) -> BesideView | None:
    """The same beside a measure: its rows are the study's own shares."""
    measure = study.measure(shift.measure)
    if measure is None:
        return None
    found: dict[str, tuple[Comparator, str | None]] = {}
    for key in measure.keys:
        for comparator, options in study.comparators_of(shift.group, key):
            net = shift.net.label if shift.net and options == (measure.net,) else None
            found[comparator.id] = comparator, net
    own = [
        own_bar(row.label, row.detail, row.net, row.tally.base, WORDS, flagged=row.tally.low_base)
        for row in shift.everyone
        if any(net for _comparator, net in found.values())
    ]
    return _beside(list(found.values()), own)


def _beside(found: Sequence[tuple[Comparator, str | None]], own: Sequence[Bar]) -> BesideView | None:
    if not found:
        return None
    sources = tuple((comparator.people, source_words(comparator, WORDS)) for comparator, _option in found)
    return BesideView(comparators_chart(found, own, WORDS), sources)


def _title(study: Study, group_id: str) -> str:
    found = study.group(group_id)
    return found.title if found else group_id


def _point(study: Study, group_id: str, number: int) -> str:
    found = study.touchpoint(group_id, number)
    return found.title if found else str(number)


def _by_touchpoint(study: Study) -> people_tables.NameOf:
    def name(table: ResponseTable, _row: ResponseCounts) -> tuple[str, str | None]:
        found = study.touchpoint(table.group, table.touchpoint)
        return (found.title, found.note) if found else (str(table.touchpoint), None)

    return name


def _heading(table: ResponseTable) -> str | None:
    return None if not table.by else table.label or _("Site")


def _by_value(table: ResponseTable, row: ResponseCounts) -> tuple[str, str | None]:
    if not table.by:
        return _("Everyone"), None
    return row.people.label or _("Not known"), None
