"""How a count that is told exactly, in part or not at all takes its place in a picture, and in which words.

A row is whole: nobody is left out of it. What is told exactly is drawn as it is; of a part that is bounded by “fewer
than 5” the most it can be, so that what stands beside it is the least that can be; a range at its middle; and what is
not told at all is the rest of the base, as an empty box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from surveyapp.domain.results import Category, Cell, Tally
from surveyapp.reports.text.phrasing import Phrasing, count_words

Manner = Literal["exact", "bounded", "ranged", "withheld"]
"""How a piece is drawn: solid (also “52 or more”: the least it can be), with a narrow hatch, with a wide one, empty."""


MOST_NAMED = 3
"""Private counts of a row that are named beside it; more are outlined alone."""


@dataclass(frozen=True, kw_only=True)
class RowPart:
    """Options that a row tells as one, before they have a place. `people`: as many as are drawn."""

    members: tuple[str, ...]
    cell: Cell
    manner: Manner
    people: float

    @property
    def private(self) -> bool:
        return self.cell.private


def pieces(tally: Tally, codes: Iterable[str]) -> tuple[RowPart, ...]:
    """What a tally tells of these options, in their order; those of which nobody was counted take no room. What is
    withheld stands once, where the first such option does, and is the rest of the base."""
    parts = list(tally.parts(codes))
    ranged = any(_is_range(part.cell) for part in parts)
    told = [_piece(part.members, part.cell, ranged=ranged) for part in parts if part.cell.told]
    hidden = tuple(code for part in parts if not part.cell.told for code in part.members)
    rest = max(0.0, middle(tally.base) - sum(piece.people for piece in told)) if hidden else 0.0
    found: list[RowPart] = []
    for part in parts:
        if part.cell.told:
            found.append(told.pop(0))
        elif part.members[0] == hidden[0]:
            found.append(RowPart(members=hidden, cell=part.cell, manner="withheld", people=rest))
    return tuple(piece for piece in found if piece.people > 0)


def piece_of(members: tuple[str, ...], cell: Cell) -> RowPart:
    """One piece that stands alone, as in a bar an option."""
    return _piece(members, cell, ranged=_is_range(cell)) if cell.told else RowPart(
        members=members, cell=cell, manner="withheld", people=0.0
    )  # fmt: skip


def _piece(members: tuple[str, ...], cell: Cell, *, ranged: bool) -> RowPart:
    if cell.count is not None:
        return RowPart(members=members, cell=cell, manner="exact", people=float(cell.count))
    if ranged:
        return RowPart(members=members, cell=cell, manner="ranged", people=middle(cell))
    if cell.low is not None:
        return RowPart(members=members, cell=cell, manner="exact", people=float(cell.low))
    return RowPart(members=members, cell=cell, manner="bounded", people=float(cell.high or 0))


def _is_range(cell: Cell) -> bool:
    return cell.count is None and cell.low is not None and cell.high is not None


def middle(cell: Cell) -> float:
    """A count, or the middle of what it can be; the least of it where there is no most, 0 where nothing is told."""
    least = cell.least or 0
    most = cell.most if cell.most is not None else least
    return (least + most) / 2


def end_words(count: Cell, base: Cell, words: Phrasing) -> str:
    """What stands at a row's end: “58 of 104”, “at least 96 of 100”, “45 to 49 of 50 to 54”; the base where no more is
    told."""
    if not count.told:
        return words.gettext("base %(base)s", base=count_words(base, words)) if base.told else count_words(base, words)
    said = count_words(count, words)
    if count.count is None and count.low is not None and count.high is None:
        said = words.gettext("at least %(number)s", number=words.whole(count.low))
    return words.gettext("%(count)s of %(base)s", count=said, base=count_words(base, words)) if base.told else said


def named(members: Sequence[str], options: Sequence[Category], words: Phrasing) -> str:
    """The names of options that are told as one."""
    labels = {option.code: option.label for option in options}
    return words.listed(labels[code] for code in members)


def private_words(tally: Tally, found: Sequence[RowPart], options: Sequence[Category], net: tuple[str, Cell] | None,
                  words: Phrasing) -> str | None:  # fmt: skip
    """What of a row is not for publication, in words: “not at all: 3”. None where all of it is for anybody."""
    if tally.base.private and (tally.collecting or all(cell.private for cell in tally.cells.values())):
        if tally.unreleased:
            return words.gettext("whole row: in no release")
        if tally.collecting:
            return words.gettext("whole row, until it closes")
        return words.gettext("whole row: too few people")
    parts = [(words.gettext("Base"), tally.base)] if tally.base.private else []
    parts += [(named(piece.members, options, words), piece.cell) for piece in found if piece.private]
    if net and net[1].private:
        parts.append(net)
    said = [words.labelled(label, count_words(cell, words)) for label, cell in parts]
    if len(said) > MOST_NAMED:
        return words.ngettext("%(num)s count, outlined", "%(num)s counts, outlined", len(said))
    return words.listed(said) or None
