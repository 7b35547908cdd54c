"""What becomes of each row of a list, by what was decided of it: somebody new, a change of somebody on record, part of
an earlier row, left out."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from surveyapp.domain.fieldwork.lists import DoubleChoice, LateChoice
from surveyapp.services.lists.checking import Listed
from surveyapp.services.lists.doubles import LikelyDouble
from surveyapp.services.lists.known import KnownRow
from surveyapp.services.participants import contacts
from surveyapp.services.participants.list_columns import ListedPerson

SaidValue = TypeVar("SaidValue")


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What was decided of a list: of each row that may be a double, and of cases whose window is over."""

    doubles: Mapping[int, DoubleChoice] = field(default_factory=dict)
    late: Mapping[tuple[str, int], LateChoice] = field(default_factory=dict)

    def over(self, before: Decisions) -> Decisions:
        """These, and what was decided before of what these say nothing of."""
        return Decisions(doubles={**before.doubles, **self.doubles}, late={**before.late, **self.late})

    def as_json(self) -> dict[str, Any]:
        return {
            "doubles": {str(line): choice.value for line, choice in self.doubles.items()},
            "late": {f"{group}.{number}": choice.value for (group, number), choice in self.late.items()},
        }

    @staticmethod
    def of_json(kept: Mapping[str, Any]) -> Decisions:
        late = {}
        for key, choice in kept.get("late", {}).items():
            group, _, number = key.rpartition(".")
            late[group, int(number)] = LateChoice(choice)
        return Decisions(
            doubles={int(line): DoubleChoice(choice) for line, choice in kept.get("doubles", {}).items()}, late=late
        )


@dataclass(kw_only=True)
class Sorted:
    """Rows by what is done with them. `known`: those that change somebody on record, by whose reference, and how;
    `groups`: whether a column says which group somebody is in."""

    new: list[Listed] = field(default_factory=list)
    known: list[KnownRow] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    folded: list[int] = field(default_factory=list)
    groups: bool = False


def sort_rows(people: Sequence[Listed], doubles: Sequence[LikelyDouble], decisions: Decisions) -> Sorted:
    """What becomes of each row. One that belongs to an earlier row goes where that went: it is folded into that, or is
    of the person that it was of."""
    found, by_line = Sorted(), {each.line: each for each in doubles}
    places, went = dict[int, int](), dict[int, str]()
    for line, listed in people:
        double = by_line.get(line)
        choice = decisions.doubles.get(line, double.proposed) if double else None
        if double and choice is DoubleChoice.LEAVE:
            found.left_out.append(line)
            continue
        together = choice if choice in (DoubleChoice.MERGE, DoubleChoice.UPDATE) else None
        reference = double and (double.reference or went.get(double.other_line or 0))
        if reference and together:
            found.known.append((line, reference, together, listed))
            went[line] = reference
        elif double and double.other_line in places and together:
            at = places[line] = places[double.other_line]
            earlier_line, earlier = found.new[at]
            found.new[at] = (earlier_line, _folded(earlier, listed, together))
            found.folded.append(line)
        else:
            places[line] = len(found.new)
            found.new.append((line, listed))
    return found


def _folded(earlier: ListedPerson, later: ListedPerson, choice: DoubleChoice) -> ListedPerson:
    """Two rows of a list as one: nothing that either says is lost, whichever goes before. What they consented to and
    that they want to be left alone stand beside each other, as with somebody on record."""
    one, other = earlier.new, later.new
    new = dataclasses.replace(
        one,
        enrolled_on=_enrolled_on(earlier, later, choice),
        reference=_said(one.reference, other.reference, choice),
        site=_said(one.site, other.site, choice),
        site_name=_said(one.site_name, other.site_name, choice),
        contact=contacts.together(one.contact, other.contact, choice),
        attributes=merged(one.attributes, other.attributes, choice),
        site_attributes=merged(one.site_attributes, other.site_attributes, choice),
        relationships=merged(one.relationships, other.relationships, choice),
        events=merged(one.events, other.events, choice),
    )
    return ListedPerson(
        new=new,
        consents=(*earlier.consents, *later.consents),
        do_not_contact=earlier.do_not_contact or later.do_not_contact,
        dated=earlier.dated or later.dated,
        may_be_contacted=earlier.may_be_contacted or later.may_be_contacted,
    )


def _enrolled_on(earlier: ListedPerson, later: ListedPerson, choice: DoubleChoice) -> dt.date:
    says = later if later.dated and (choice is DoubleChoice.UPDATE or not earlier.dated) else earlier
    return says.new.enrolled_on


def _said(before: str, said: str, choice: DoubleChoice) -> str:
    return said or before if choice is DoubleChoice.UPDATE else before or said


def merged(
    before: Mapping[str, SaidValue], said: Mapping[str, SaidValue], choice: DoubleChoice
) -> dict[str, SaidValue]:
    """What is known of somebody together with what a row says: which goes before is chosen."""
    return {**before, **said} if choice is DoubleChoice.UPDATE else {**said, **before}
