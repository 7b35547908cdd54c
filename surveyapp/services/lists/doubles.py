"""Who in a list may be there already, or be in it twice: by the same reference, the same phone number or e-mail
address, or the same or nearly the same name together with the group, the site or the year of birth."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.domain import normalise
from surveyapp.domain.fieldwork.lists import DoubleChoice
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.staff import Scope
from surveyapp.services.participants import contacts
from surveyapp.services.participants.list_columns import ListedPerson
from surveyapp.services.work import Work
from surveyapp.store import participants


class DoubleBy(enum.StrEnum):
    """What says that two may be one."""

    REFERENCE = "reference"
    CONTACT = "contact"
    NAME = "name"
    NEAR_NAME = "near_name"


@dataclass(frozen=True, kw_only=True)
class LikelyDouble:
    """A row, and whom it may be: somebody on record, by `reference`, or an earlier row, by `other_line`."""

    line: int
    by: DoubleBy
    reference: str = ""
    other_line: int = 0

    @property
    def proposed(self) -> DoubleChoice | None:
        """What is done where nothing else is said: whoever has the reference is meant by it. None where somebody has to
        say: people who share a telephone are two, and one person asked twice is lost to every comparison."""
        return DoubleChoice.UPDATE if self.by is DoubleBy.REFERENCE else None


@dataclass(frozen=True, kw_only=True)
class _Somebody:
    reference: str = ""
    line: int = 0
    key: str = ""
    group: str = ""
    site: str = ""
    born: str = ""

    @functools.cached_property
    def variants(self) -> tuple[int, ...]:
        """Hashes of the key, and of it with any one letter left out: two keys that share one may be a slip apart. None
        where there is no key."""
        key = self.key
        return tuple({hash(key), *(hash(key[:at] + key[at + 1 :]) for at in range(min(len(key), 40)))} if key else ())


def find(work: Work, scope: Scope, study: Study, rows: Sequence[tuple[int, ListedPerson]]) -> list[LikelyDouble]:
    """One for each row that may be somebody: the surest that there is. Those in scope alone are looked at. A row that
    says the same name and number as an earlier one is that one again, whoever else they may be: what is decided of the
    earlier row holds for it."""
    by_contact: dict[str, _Somebody] = {}
    again: dict[tuple[str, str], _Somebody] = {}
    by_name: dict[int, list[_Somebody]] = {}
    on_record = {each.reference: each for each in participants.participants(work.session, scope, work.today(study))}
    for reference, there in contacts.lookups(work, scope):
        person = on_record[reference]
        somebody = _Somebody(
            reference=reference,
            key=name_key(part for part in sorted(there) if part[0] != "+" and "@" not in part),
            group=person.group,
            site=person.site.reference if person.site else "",
        )
        for each in there:
            if each[0] == "+" or "@" in each:
                by_contact.setdefault(each, somebody)
        _remember(by_name, somebody)
    found: list[LikelyDouble] = []
    for line, listed in rows:
        new = listed.new
        somebody = _Somebody(
            line=line,
            key=name_key(normalise.name_parts(new.contact.name)),
            group=new.group,
            site=new.site,
            born=new.contact.born,
        )
        reached = [*contacts.reached_by(new.contact).values(), *contacts.other_numbers(new.contact)]
        if new.reference in on_record:
            found.append(LikelyDouble(line=line, by=DoubleBy.REFERENCE, reference=new.reference))
        elif other := _reached(again, [(each, somebody.key) for each in reached]) or _reached(by_contact, reached):
            found.append(_double(line, DoubleBy.CONTACT, other))
        elif other := next(_alike(by_name, somebody), None):
            found.append(_double(line, DoubleBy.NAME if other.key == somebody.key else DoubleBy.NEAR_NAME, other))
        for each in reached:
            by_contact.setdefault(each, somebody)
            if somebody.key:
                again.setdefault((each, somebody.key), somebody)
        _remember(by_name, somebody)
    return found


def _reached(known: Mapping[Any, _Somebody], by: Iterable[Any]) -> _Somebody | None:
    return next((known[each] for each in by if each in known), None)


def _double(line: int, by: DoubleBy, other: _Somebody) -> LikelyDouble:
    return LikelyDouble(line=line, by=by, reference=other.reference, other_line=other.line)


def name_key(parts: Iterator[str] | Sequence[str]) -> str:
    """The parts of a name in one order; empty for a name of one part, which says too little."""
    ordered = sorted(parts)
    return " ".join(ordered) if len(ordered) > 1 else ""


def _remember(by_name: dict[int, list[_Somebody]], somebody: _Somebody) -> None:
    for variant in somebody.variants:
        there = by_name.setdefault(variant, [])
        if len(there) < 20:
            there.append(somebody)


def _alike(by_name: dict[int, list[_Somebody]], somebody: _Somebody) -> Iterator[_Somebody]:
    known = [variant for variant in somebody.variants if variant in by_name]
    same = hash(somebody.key)
    for variant in sorted(known, key=lambda each: each != same):
        for other in by_name[variant]:
            together = (
                (somebody.group and somebody.group == other.group)
                or (somebody.site and somebody.site == other.site)
                or (somebody.born and somebody.born == other.born)
            )
            born_apart = somebody.born and other.born and somebody.born != other.born
            if together and not born_apart and a_slip_apart(somebody.key, other.key):
                yield other


def a_slip_apart(one: str, other: str) -> bool:
    """Whether two names are the same but for one letter: another, one more, one less, or two beside one another
    exchanged. A digit is no slip: it tells people apart."""
    if one == other:
        return True
    begin = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    first, second = one[begin:], other[begin:]
    if any(each.isdigit() for each in (first[:1], second[:1])):
        return False
    return (
        first[1:] == second[1:]
        or first[1:] == second
        or first == second[1:]
        or (first[:2] == second[1::-1] and first[2:] == second[2:] and len(first) > 1)
    )
