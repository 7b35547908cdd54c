"""Which true numbers of the working view are not for publication though they are of people enough: those without which
another that is not could be worked out from what stands beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from surveyapp.domain.results import Category, Cell, Offered, RatingSummary, Tally

K = TypeVar("K", bound=Hashable)


def complemented(cells: Mapping[K, Cell], sums: Iterable[Sequence[K]]) -> dict[K, Cell]:
    """The cells, more of them marked. `sums`: keys of a whole and of its parts, of which any one follows from the
    others. Where a single one of them is not for publication, the smallest other with somebody in it is not either;
    until none stands alone. A key without a cell is passed over."""
    found = dict(cells)
    if not any(cell.private for cell in found.values()):
        return found
    sums = [[key for key in each if key in found and found[key].count] for each in sums]
    left = True
    while left:
        left = False
        for each in sums:
            open_ = [key for key in each if not found[key].private]
            if open_ and len(each) - len(open_) == 1:
                smallest = min(open_, key=lambda key: found[key].count or 0)
                found[smallest] = dataclasses.replace(found[smallest], private=True)
                left = True
    return found


TallyPlace = tuple[int, str, str]
"""A cell of some tallies: which of them, base, cell, offered or missing, and its code."""


def marked(
    tallies: Sequence[Tally], options: Sequence[Category] = (), nets: Sequence[Category] = ()
) -> tuple[Tally, ...]:
    """One variable's tallies with what gives a marked count away marked too, and what is computed from them. `options`:
    those of which everybody has one, with their `nets`. Where the first tally is everybody's, the others are its
    parts."""
    cells = {(index, *place): cell for index, tally in enumerate(tallies) for place, cell in _cells(tally).items()}
    sums: list[list[TallyPlace]] = []
    for index in range(len(tallies)):
        if options:
            sums.append([(index, "base", ""), *((index, "cell", option.code) for option in options)])
        sums += [[(index, "cell", code) for code in (net.code, *net.members)] for net in nets]
    if len(tallies) > 1 and tallies[0].people.segment is None:
        columns = dict.fromkeys(place[1:] for place in cells)
        sums += [[(index, *column) for index in range(len(tallies))] for column in columns]
    cells = complemented(cells, sums)
    return tuple(_with(tally, index, cells) for index, tally in enumerate(tallies))


def _cells(tally: Tally) -> dict[tuple[str, str], Cell]:
    found = {("cell", code): cell for code, cell in tally.cells.items()}
    for code, offered in tally.offered.items():
        found["offered", code] = offered.base
        # Who chose it was offered it: one number in two places has one mark.
        private = found["cell", code].private or offered.chosen.private
        found["cell", code] = dataclasses.replace(found["cell", code], private=private)
    return found | {("missing", code): cell for code, cell in tally.missing.items()} | {("base", ""): tally.base}


def _with(tally: Tally, index: int, cells: Mapping[TallyPlace, Cell]) -> Tally:
    told = {code: cells[index, "cell", code] for code in tally.cells}
    return dataclasses.replace(
        tally,
        base=cells[index, "base", ""],
        cells=told,
        missing={code: cells[index, "missing", code] for code in tally.missing},
        offered={
            code: _offered(each, cells[index, "offered", code], told[code]) for code, each in tally.offered.items()
        },
        rating=_rating(tally.rating, told) if tally.rating else None,
    )


def _offered(offered: Offered, base: Cell, option: Cell) -> Offered:
    return Offered(base, dataclasses.replace(offered.chosen, private=option.private))


def _rating(rating: RatingSummary, cells: Mapping[str, Cell]) -> RatingSummary:
    """A mean is computed from every count; an end of the range, and the most common, is of who gave just that."""
    of = {
        "mean": list(cells),
        "most_common": [str(value) for value in rating.most_common or ()],
        "minimum": [str(rating.minimum)],
        "maximum": [str(rating.maximum)],
    }
    private = tuple(name for name, codes in of.items() if any(cells[code].private for code in codes if code in cells))
    return dataclasses.replace(rating, private=private)
