"""The chain over the audit trail: whatever is done to any field of any entry or link is found."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.audit import ActorKind, AuditAction, AuditEntry
from surveyapp.domain.security.audit_chain import (
    LATEST,
    ChainHead,
    ChainLink,
    Tampering,
    TrailFault,
    first_fault,
    lengthened,
)

KEY = b"k" * 32
BEGIN = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
details = st.dictionaries(
    texts, st.none() | st.booleans() | st.integers() | texts | st.lists(texts, max_size=2), max_size=3
)
moments = st.integers(0, 3600).map(lambda seconds: BEGIN + dt.timedelta(seconds=seconds))
entry_values = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "at": moments,
        "actor": st.sampled_from(ActorKind),
        "staff_id": st.none() | st.uuids(),
        "action": st.sampled_from(AuditAction),
        "study": st.none() | texts,
        "subject": st.none() | texts,
        "detail": details,
    }
)
trails = st.lists(entry_values, min_size=1, max_size=6, unique_by=lambda each: each["id"]).map(
    lambda found: sorted((AuditEntry(**each) for each in found), key=lambda each: (each.at, each.id))
)

Pairs = list[tuple[ChainLink, AuditEntry | None]]


def chained(entries: Sequence[AuditEntry], runs: int = 1) -> Pairs:
    """A trail chained in so many runs, an hour and a minute apart."""
    pairs: Pairs = []
    head = None
    for run in range(runs):
        share = entries[run * len(entries) // runs : (run + 1) * len(entries) // runs]
        made_at = BEGIN + dt.timedelta(minutes=61 * (run + 1))
        links = list(lengthened(KEY, head, made_at, share))
        head = ChainHead(links[-1].number, links[-1].mac) if links else head
        pairs += zip(links, share, strict=True)
    return pairs


def verified(pairs: Pairs, head: ChainHead | None = None, unchained: Sequence[AuditEntry] = ()) -> TrailFault | None:
    return first_fault(KEY, iter(pairs), unchained, head)


def head_of(pairs: Pairs) -> ChainHead:
    return ChainHead(pairs[-1][0].number, pairs[-1][0].mac)


@given(trails)
def test_a_trail_that_nobody_touched_is_whole(entries: list[AuditEntry]) -> None:
    pairs = chained(entries)
    assert verified(pairs) is None
    assert verified(pairs, head_of(pairs)) is None
    assert [link.number for link, _ in pairs] == list(range(1, len(entries) + 1))


@given(trails, entry_values, st.data())
def test_any_other_value_in_any_field_of_any_entry_is_found(
    entries: list[AuditEntry], other: dict[str, Any], data: st.DataObject
) -> None:
    pairs = chained(entries)
    place = data.draw(st.integers(0, len(pairs) - 1))
    field = data.draw(st.sampled_from([each.name for each in dataclasses.fields(AuditEntry)]))
    link, entry = pairs[place]
    assert entry is not None
    tampered = dataclasses.replace(entry, **{field: copy.deepcopy(other[field])})
    pairs[place] = (link, tampered)
    found = verified(pairs)
    # True and 1 are equal, and not the same.
    if repr(tampered) == repr(entry):
        assert found is None
    else:
        assert found is not None
        assert (found.what, found.number) == (Tampering.CHANGED, place + 1)


@given(trails, st.data())
def test_any_other_value_in_any_field_of_any_link_is_found(entries: list[AuditEntry], data: st.DataObject) -> None:
    pairs = chained(entries)
    place = data.draw(st.integers(0, len(pairs) - 1))
    link, entry = pairs[place]
    others = {"made_at": link.made_at + dt.timedelta(microseconds=1), "mac": "f" * 64, "number": link.number + 1}
    field = data.draw(st.sampled_from(sorted(others)))
    pairs[place] = (dataclasses.replace(link, **{field: others[field]}), entry)
    found = verified(pairs)
    assert found is not None
    assert found.number == place + 1


@given(trails, st.data())
def test_an_entry_that_was_taken_out_is_found_with_its_link_or_without(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    pairs = chained(entries)
    head = head_of(pairs)
    place = data.draw(st.integers(0, len(pairs) - 1))
    link, _ = pairs[place]
    found = verified([*pairs[:place], (link, None), *pairs[place + 1 :]])
    assert found is not None
    assert (found.what, found.number, found.entry_id) == (Tampering.REMOVED, place + 1, link.entry_id)
    without = [*pairs[:place], *pairs[place + 1 :]]
    found = verified(without, head)
    assert found is not None
    cut = Tampering.CUT_OFF if place == len(pairs) - 1 else Tampering.REMOVED
    assert (found.what, found.number) == (cut, place + 1)


@given(trails, st.data())
def test_a_trail_whose_end_was_cut_off_is_found_with_the_head_from_outside(
    entries: list[AuditEntry], data: st.DataObject
) -> None:
    pairs = chained(entries)
    head = head_of(pairs)
    left = pairs[: data.draw(st.integers(0, len(pairs) - 1))]
    assert verified(left) is None, "without the head nobody can know"
    assert verified(left, head) == TrailFault(what=Tampering.CUT_OFF, number=len(left) + 1, entry_id=None)


def entry(minutes: float, number: int = 1) -> AuditEntry:
    return AuditEntry(
        id=uuid.UUID(int=number),
        at=BEGIN + dt.timedelta(minutes=minutes),
        actor=ActorKind.SYSTEM,
        staff_id=None,
        action=AuditAction.SIGN_IN_REFUSED,
        study=None,
        subject=None,
        detail={},
    )


@pytest.mark.parametrize("chained_later", [True, False])
@pytest.mark.parametrize(("minutes", "late"), [(61 - LATEST.total_seconds() / 60 - 1, True), (52, False), (70, False)])
def test_an_entry_put_in_before_what_was_chained_is_found(chained_later: bool, minutes: float, late: bool) -> None:
    pairs, put_in = chained([entry(1)]), entry(minutes, number=2)
    if chained_later:
        made_at = BEGIN + dt.timedelta(minutes=122)
        pairs += [(link, put_in) for link in lengthened(KEY, head_of(pairs), made_at, [put_in])]
    found = verified(pairs, unchained=[] if chained_later else [put_in])
    assert (found is not None) is late
    if found is not None:
        assert (found.what, found.entry_id) == (Tampering.INSERTED, put_in.id)


def test_another_key_makes_no_such_chain() -> None:
    found = first_fault(b"x" * 32, iter(chained([entry(1)])), [], None)
    assert found is not None
    assert (found.what, found.number) == (Tampering.CHANGED, 1)


def test_a_head_is_read_as_it_is_written() -> None:
    head = ChainHead(7, "a" * 64)
    assert ChainHead.read(f"{head}\n") == head
    for written in ("", "7", f"x {'a' * 64}", "7 aaaa", f"7 {'A' * 64}", f"7 {'a' * 64} more"):
        with pytest.raises(ValueError, match=r"."):
            ChainHead.read(written)
