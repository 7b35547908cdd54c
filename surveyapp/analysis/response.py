"""Who answered, from counts of cases.

Every case has one standing, so the counts of a row add up. A case of somebody who withdrew is counted as that, whatever
they had answered. Open cases are not lost: who may still answer is told apart from whom time ran out for.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from surveyapp.analysis.composition import CountedPeople, Known, composition, values_of
from surveyapp.analysis.marking import complemented
from surveyapp.analysis.tallying import Rules
from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.standing import COULD_BE_ASKED, AnswerCount, CaseCount, Standing
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Net
from surveyapp.domain.instrument.study import Attribute
from surveyapp.domain.results import Category, Composition, Edition, PeopleKind, ResponseCounts, ResponseTable, Slice
from surveyapp.domain.versions.comparability import Link

KeyOf = Callable[[CaseCount], str | None]
"""Which row a case is in; None: what would tell is not known."""


def response_table(
    counts: Iterable[CaseCount],
    slices: Sequence[Slice],
    key_of: KeyOf,
    rules: Rules,
    *,
    edition: Edition,
    group: str,
    touchpoint: int,
    by: str,
    label: str,
    on: dt.date,
    first: bool,
) -> ResponseTable:
    """Response at a touchpoint, a row a slice; slices without a case are left out, and a last one, without a value, has
    those of whom the value is not known. `first`: nobody was asked before."""
    rows: dict[str | None, list[CaseCount]] = {}
    for count in counts:
        if count.touchpoint == touchpoint:
            rows.setdefault(key_of(count), []).append(count)
    wanted = [*slices, *([Slice("", by, None)] if by else [])]
    made = [
        _row(people, rows.get(people.value, ()), rules, first=first)
        for people in wanted
        if people.value in rows or not by
    ]
    everybody = [_row(Slice(""), [each for held in rows.values() for each in held], rules, first=first)] if by else []
    return ResponseTable(
        edition=edition,
        group=group,
        touchpoint=touchpoint,
        by=by,
        label=label,
        on=on,
        rows=_marked([*everybody, *made])[len(everybody) :],
    )


ASKED = tuple(standing.value for standing in Standing if standing in COULD_BE_ASKED)
OTHERS = tuple(standing.value for standing in Standing if standing not in COULD_BE_ASKED)


def _marked(rows: Sequence[ResponseCounts]) -> tuple[ResponseCounts, ...]:
    """The rows with what gives a marked count away marked too: the first of several is everybody's."""
    cells = {
        (index, name): cell
        for index, row in enumerate(rows)
        for name in ("cases", "could_be_asked", *ASKED, *OTHERS)
        if (cell := getattr(row, name)) is not None
    }
    sums = [[(index, name) for name in ("could_be_asked", *ASKED)] for index in range(len(rows))]
    sums += [[(index, name) for name in ("cases", "could_be_asked", *OTHERS)] for index in range(len(rows))]
    if len(rows) > 1:
        sums += [[(index, name) for index in range(len(rows))] for name in dict.fromkeys(name for _, name in cells)]
    found = complemented(cells, sums)
    again: list[dict[str, Any]] = [{} for _ in rows]
    for (index, name), cell in found.items():
        again[index][name] = cell
    return tuple(dataclasses.replace(row, **cells) for row, cells in zip(rows, again, strict=True))


def _row(people: Slice, counts: Iterable[CaseCount], rules: Rules, *, first: bool) -> ResponseCounts:
    by_standing: Counter[Standing] = Counter()
    modes: Counter[Mode] = Counter()
    before: Counter[Standing] = Counter()
    easy = 0
    for count in counts:
        by_standing[count.standing] += count.people
        before[count.standing] += count.people * count.before
        if count.standing is Standing.ANSWERED and count.mode is not None:
            modes[count.mode] += count.people
            easy += count.people * count.easy
    asked = sum(by_standing[standing] for standing in COULD_BE_ASKED)
    answered, small = by_standing[Standing.ANSWERED], rules.small(asked)
    asked_before = sum(before[standing] for standing in COULD_BE_ASKED)
    own = {
        standing.value: rules.cell(by_standing[standing], asked, private=small)
        if standing in COULD_BE_ASKED
        else rules.cell(by_standing[standing])
        for standing in Standing
    }
    return ResponseCounts(
        people=people,
        cases=rules.cell(by_standing.total()),
        could_be_asked=rules.cell(asked, private=small),
        **own,
        asked_before=None if first else rules.cell(asked_before, private=rules.small(asked_before)),
        again=None if first else rules.cell(before[Standing.ANSWERED], asked_before, private=rules.small(asked_before)),
        modes={mode.value: rules.cell(modes[mode], answered, private=rules.small(answered)) for mode in Mode},
        easy=rules.cell(easy, answered, private=rules.small(answered)),
        low_base=rules.low(asked),
    )


UNANSWERED = (Standing.OPEN, Standing.CLOSED, Standing.REFUSED)
LOST = (Standing.CLOSED, Standing.REFUSED)


def respondents(
    counts: Sequence[CaseCount],
    attribute: Attribute,
    key_of: KeyOf,
    touchpoint: int,
    rules: Rules,
    *,
    edition: Edition,
    group: str,
) -> Composition:
    """Those who answered a touchpoint beside those who could be asked and have not, by an attribute."""
    here = [each for each in counts if each.touchpoint == touchpoint]
    return composition(
        values_of(attribute),
        [
            CountedPeople("answered", touchpoint, _known(here, key_of, Standing.ANSWERED)),
            CountedPeople("not_answered", touchpoint, _known(here, key_of, *UNANSWERED)),
        ],
        rules,
        edition=edition,
        group=group,
        subject="attribute",
        id=attribute.id,
        label=attribute.label,
    )


def lost(
    counts: Sequence[CaseCount],
    attribute: Attribute,
    key_of: KeyOf,
    touchpoint: int,
    before: int,
    rules: Rules,
    *,
    edition: Edition,
    group: str,
) -> Composition:
    """Of those who answered the touchpoint `before`: who answered this one too, and who was lost, by an attribute."""
    here = [each for each in counts if each.touchpoint == touchpoint and each.before]
    all_before = _known([each for each in counts if each.touchpoint == before], key_of, Standing.ANSWERED)
    found: dict[PeopleKind, Known] = {
        "stayed": _known(here, key_of, Standing.ANSWERED),
        "lost": _known(here, key_of, *LOST),
        "open": _known(here, key_of, Standing.OPEN),
    }
    # Whoever is in none of these has no case here, or none that was opened for them.
    found["not_asked"] = Counter(
        {value: people - sum(each.get(value, 0) for each in found.values()) for value, people in all_before.items()}
    )
    return composition(
        values_of(attribute),
        _kept_columns(found, touchpoint),
        rules,
        edition=edition,
        group=group,
        subject="attribute",
        id=attribute.id,
        label=attribute.label,
    )


def lost_by_answer(
    counts: Iterable[AnswerCount],
    part: Part,
    net: Net,
    links: Mapping[int, Link],
    touchpoint: int,
    rules: Rules,
    *,
    edition: Edition,
    group: str,
    measure: str,
    label: str,
) -> Composition:
    """The same by their answer before: in the measure's net, or any other. Who gave no answer, or one to a wording that
    does not compare, is not known. Raises ValueError for an answer that is none of the question's."""
    inside, outside = net.name, f"not_{net.name}"
    found: dict[PeopleKind, Counter[str | None]] = {
        "stayed": Counter(),
        "lost": Counter(),
        "open": Counter(),
        "not_asked": Counter(),
    }
    for count in counts:
        link, value = links.get(count.version), None
        if count.code is not None and link is not None and link.comparable:
            code = link.mapping.get(count.code, count.code) if link.mapping else count.code
            if code not in part.codes:
                raise ValueError(f"Not an option of {part.key}: {code}.")
            value = inside if code in net.options else outside
        found[_again(count.standing)][value] += count.people
    return composition(
        (Category(inside, net.label, "net"), Category(outside, "", "net")),
        _kept_columns(found, touchpoint),
        rules,
        edition=edition,
        group=group,
        subject="answer",
        id=measure,
        label=label,
    )


def _again(standing: Standing | None) -> PeopleKind:
    """What became of somebody at the touchpoint after; None: they have no case there."""
    if standing is Standing.ANSWERED:
        return "stayed"
    if standing is Standing.OPEN:
        return "open"
    return "lost" if standing in LOST else "not_asked"


def _kept_columns(found: Mapping[PeopleKind, Known], touchpoint: int) -> list[CountedPeople]:
    """Those who stayed and were lost always, the others where there is somebody."""
    return [
        CountedPeople(kind, touchpoint, known)
        for kind, known in found.items()
        if kind in ("stayed", "lost") or any(known.values())
    ]


def _known(counts: Iterable[CaseCount], key_of: KeyOf, *standings: Standing) -> Counter[str | None]:
    found: Counter[str | None] = Counter()
    for count in counts:
        if count.standing in standings:
            found[key_of(count)] += count.people
    return found
