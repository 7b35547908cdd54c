"""Rows of a sheet as rows of a list: each column under the name of what it holds, dates in one order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveyapp.domain import normalise
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.near_names import near
from surveyapp.domain.sentences import say, with_hint
from surveyapp.services.lists.files.sheet import ListSheet, RowFault
from surveyapp.services.lists.headings import JOINED, HeadingWords
from surveyapp.services.participants import contacts, enrolment_form
from surveyapp.services.participants.written_days import DayOrder, orders_in, read_day

WrittenRow = dict[str, str]
"""What a row says, by column of the list."""


@dataclass(frozen=True, kw_only=True)
class ListMapping:
    """What each column of a sheet is (empty: left out); which `group` everybody is in, where no column says it; which
    comes first in dates (None: not said); and how the file was read."""

    columns: tuple[str, ...]
    group: str = ""
    order: DayOrder | None = None
    encoding: str = ""
    sheet: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": list(self.columns),
            "group": self.group,
            "order": self.order and self.order.value,
            "encoding": self.encoding,
            "sheet": self.sheet,
        }

    @staticmethod
    def of_json(kept: Mapping[str, Any]) -> ListMapping:
        order = kept.get("order")
        return ListMapping(
            columns=tuple(kept["columns"]),
            group=kept["group"],
            order=DayOrder(order) if order else None,
            encoding=kept["encoding"],
            sheet=kept["sheet"],
        )


@dataclass(kw_only=True)
class MappedList:
    """The rows, and what is wrong with the list as a whole. `either`: a date of which nobody can tell whether the day
    or the month comes first; empty once that is told. `told`: the cells, by line and column,
    that are said to be spoilt."""

    rows: list[tuple[int, WrittenRow]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    either: str = ""
    told: set[tuple[int, str]] = field(default_factory=set)


def mapped(sheet: ListSheet, mapping: ListMapping, study: Study, sites: Mapping[str, str]) -> MappedList:
    """Puts every row under the names of its columns. `sites`: the reference of each site on record by its name."""
    columns = [*mapping.columns, *[""] * len(sheet.header)][: len(sheet.header)]
    spoilt = sheet.faults_in(columns)
    made = MappedList(faults=[*sheet.faults, *(fault for _, fault in spoilt)])
    made.told = {(fault.line, column) for column, fault in spoilt}
    _check_columns(sheet, columns, mapping, made)
    order, group = _order(sheet, columns, mapping, study, made), mapping.group
    dates = _dates(study)
    by_name = {name.casefold(): reference for name, reference in sites.items()}
    for line, cells in sheet.rows:
        row: WrittenRow = {"group": group} if group and "group" not in columns else {}
        for column, cell in zip(columns, cells, strict=False):
            if not column or not cell:
                continue
            if column in dates and (day := read_day(cell, order)) is not None:
                cell = day.isoformat()
            if column in row:
                cell = f"{row[column]}{JOINED.get(column, ' ')}{cell}"
            row[column] = cell
        made.rows.append((line, _completed(row, by_name)))
    return made


def date_either(sheet: ListSheet, mapping: ListMapping, study: Study) -> str:
    """A date of which nobody can tell whether the day or the month comes first; empty where there is none."""
    if mapping.order is not None:
        return ""
    certain, either = orders_in(_days_written(sheet, mapping.columns, study))
    return "" if certain else either


def _days_written(sheet: ListSheet, columns: Sequence[str], study: Study) -> Iterator[str]:
    dates = _dates(study)
    places = [place for place, column in enumerate(columns) if column in dates]
    return (cells[place] for _, cells in sheet.rows for place in places if place < len(cells))


def _check_columns(sheet: ListSheet, columns: Sequence[str], mapping: ListMapping, made: MappedList) -> None:
    if "group" not in columns and not mapping.group:
        made.faults.append(RowFault(sheet.line, "group", say("column_missing")))
    for column in dict.fromkeys(columns):
        if column and column not in JOINED and columns.count(column) > 1:
            made.faults.append(RowFault(sheet.line, column, say("column_twice")))


def unknown_columns(sheet: ListSheet, mapping: ListMapping, words: HeadingWords) -> list[RowFault]:
    """The columns that hold something and that nobody said what they are: for whoever cannot be asked."""
    found = []
    for place, (heading, column) in enumerate(zip(sheet.header, mapping.columns, strict=False)):
        if column:
            continue
        if not heading:
            if sheet.samples(place, 1) or any(sheet.header[place + 1 :]):
                found.append(RowFault(sheet.line, "", say("column_nameless", number=place + 1)))
        elif words.column(heading):
            found.append(RowFault(sheet.line, words.column(heading), say("column_twice")))
        else:
            hint = near("_".join(normalise.code(heading).casefold().split()), words.columns)
            found.append(
                RowFault(sheet.line, heading[:60], with_hint(say("column_unknown"), hint or say("column_correct_it")))
            )
    return found


def _dates(study: Study) -> frozenset[str]:
    return frozenset({"enrolled_on", "consented_on", "born", *(f"event.{event}" for event in study.events)})


def _order(sheet: ListSheet, columns: Sequence[str], mapping: ListMapping, study: Study, made: MappedList) -> DayOrder:
    """Which comes first in this list's dates: as was said, or as the dates themselves show. Says where they show both,
    and which date could be either where they show neither."""
    certain, either = orders_in(_days_written(sheet, columns, study))
    if len(certain) == 2:
        made.faults.append(RowFault(sheet.line, "", say("dates_mixed")))
        certain = {DayOrder.DAY}
    if mapping.order is not None:
        return mapping.order
    if not certain:
        made.either = either
        return DayOrder.DAY
    return next(iter(certain))


_BETWEEN_NUMBERS = re.compile(r"\s*(?:[;|]|\n|,| / |/(?=\s*[+0(])|\bor\b|\band\b|\blub\b|\boder\b|\bou\b)\s*")
_BLANKS = re.compile(r"[^\S\n]+")
"""Several in a row are one before numbers are told apart: each would be a place to begin from."""

_SITE_SIGNS = re.compile(r"[^A-Z0-9]+")


def _completed(row: WrittenRow, by_name: Mapping[str, str]) -> WrittenRow:
    """A name out of its parts, several numbers in one cell apart, a site by its name."""
    parts = [row.pop("given_name", ""), row.pop("family_name", "")]
    if any(parts) and not row.get("name"):
        row["name"] = " ".join(filter(None, parts))
    phone = row.get("phone", "")
    if phone and contacts.phone_number(phone) is None:
        several = _numbers(phone)
        if len(several) > 1 and all(contacts.phone_number(each) for each in several):
            row["phone"] = several[0]
            row["other_phones"] = "; ".join(filter(None, [*several[1:], row.get("other_phones", "")]))
    if "other_phones" in row:
        own = contacts.phone_number(row.get("phone", ""))
        others = _numbers(row["other_phones"])
        row["other_phones"] = "; ".join(each for each in others if own is None or contacts.phone_number(each) != own)
    _find_site(row, by_name)
    return row


def _numbers(written: str) -> list[str]:
    return [each for each in _BETWEEN_NUMBERS.split(_BLANKS.sub(" ", written)) if each]


def _find_site(row: WrittenRow, by_name: Mapping[str, str]) -> None:
    """Fills in the reference of a site that a list has by its name alone."""
    site, name = row.get("site", ""), row.get("site_name", "")
    if site and enrolment_form.SITE_REFERENCE.fullmatch(normalise.code(site).upper()):
        return
    name = name or site
    if not name:
        return
    known = by_name.get(normalise.one_line(name).casefold())
    if known:
        row["site"] = known
        row.pop("site_name", None)
    elif made := _SITE_SIGNS.sub("-", normalise.code(name).upper()).strip("-")[:20].strip("-"):
        row["site"], row["site_name"] = made, name


def on_record(sheet: ListSheet, mapping: ListMapping, there: Collection[str]) -> int:
    """How many rows name somebody who is there, as far as that is seen at once."""
    if "reference" not in mapping.columns:
        return 0
    place = mapping.columns.index("reference")
    return sum(place < len(cells) and str(cells[place]).strip() in there for _, cells in sheet.rows)
