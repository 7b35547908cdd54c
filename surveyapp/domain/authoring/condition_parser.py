"""Conditions as authors write them, into the tree that is evaluated."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, cast

from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.conditions import (
    All,
    Answered,
    AnyOf,
    Changed,
    Compare,
    Condition,
    Is,
    Not,
    Reference,
    reference_of,
)

_COMPARISONS = ("at_least", "at_most", "more_than", "less_than")


def read_condition(source: Source, place: Place, written: Any) -> Condition | None:
    """The condition written at a place; None (and a fault) when it cannot be understood."""
    if not isinstance(written, dict) or not written:
        source.fault(place, "bad_condition", "A condition is a mapping, such as `{placed: yes}`.")
        return None
    items = [_entry(source, (*place, key), key, value) for key, value in written.items()]
    if any(item is None for item in items):
        return None
    known = tuple(item for item in items if item is not None)
    return known[0] if len(known) == 1 else All(known)


def _entry(source: Source, place: Place, key: str, value: Any) -> Condition | None:
    if key in ("all", "any"):
        if not isinstance(value, list) or not value:
            source.fault(place, "bad_condition", f"“{key}” takes a list of conditions.")
            return None
        items = [read_condition(source, (*place, index), item) for index, item in enumerate(value)]
        if any(item is None for item in items):
            return None
        known = tuple(item for item in items if item is not None)
        return All(known) if key == "all" else AnyOf(known)
    if key == "not":
        inner = read_condition(source, place, value)
        return None if inner is None else Not(inner)
    if key == "answered":
        reference = _reference(source, place, value)
        return None if reference is None else Answered(reference)
    if key == "changed":
        return _changed(source, place, value)
    if key in _COMPARISONS:
        return _comparison(source, place, key, value)
    return _is(source, place, key, value)


def _changed(source: Source, place: Place, value: Any) -> Condition | None:
    if isinstance(value, dict) and set(value) == {"from", "to"}:
        before = _reference(source, (*place, "from"), value["from"])
        after = _reference(source, (*place, "to"), value["to"])
        return None if before is None or after is None else Changed(before, after)
    reference = _reference(source, place, value)
    if reference is None:
        return None
    if reference.scope != "answer" or "@" in reference.name:
        source.fault(
            place, "bad_condition", "“changed” takes a variable with a before and a now, or `{from: …, to: …}`."
        )
        return None
    return Changed(Reference("answer", f"{reference.name}@before"), Reference("answer", f"{reference.name}@now"))


def _comparison(source: Source, place: Place, key: str, value: Any) -> Condition | None:
    if not isinstance(value, dict) or len(value) != 1:
        source.fault(place, "bad_condition", f"“{key}” takes one variable and a number: `{key}: {{overall_value: 8}}`.")
        return None
    [(name, number)] = value.items()
    reference = _reference(source, (*place, name), name)
    if isinstance(number, bool) or not isinstance(number, int | float):
        source.fault((*place, name), "bad_condition", f"“{number}” is not a number to compare with.")
        return None
    operator = cast(Literal["at_least", "at_most", "more_than", "less_than"], key)
    return None if reference is None else Compare(reference, operator, Decimal(str(number)))


def _is(source: Source, place: Place, key: str, value: Any) -> Condition | None:
    reference = _reference(source, place, key)
    options = value if isinstance(value, list) else [value]
    if not options or any(not isinstance(option, str) for option in options):
        hint = source.did_you_mean(key, (*_COMPARISONS, "answered", "changed", "all", "any", "not"))
        if any(isinstance(option, bool) for option in options):
            hint = hint or " The options of a yes_no are `yes` and `no`."
        elif any(isinstance(option, int | float) for option in options):
            hint = hint or f" A number is compared as `at_least: {{{key}: 3}}`, at_most, more_than or less_than."
        source.fault(
            place, "bad_condition", f"“{key}” should be compared with an option's code, or a list of codes.{hint}"
        )
        return None
    return None if reference is None else Is(reference, tuple(options))


def _reference(source: Source, place: Place, written: Any) -> Reference | None:
    reference = reference_of(written) if isinstance(written, str) else None
    if reference is None:
        source.fault(
            place,
            "bad_reference",
            f"“{written}” is not a reference. Write `variable`, `variable@before`, "
            "`touchpoint_1.variable@now`, `site.attribute` or `participant.attribute`.",
        )
    return reference
