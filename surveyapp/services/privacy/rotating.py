"""Changing the keys of an installation while it is served, and saying what still rests on which.

A new key is listed first in the settings, the older ones after it; every process then knows both. `rotate` seals anew
what the older contact keys seal: people's own keys, staff's second factors, lists being brought in. What people's keys
seal stays as it is. Access keys cannot be changed under a link that was given out: an old one retires when its last
link ends. PINs come under the first when they are next given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from surveyapp.domain.audit import AuditAction
from surveyapp.services.lists import held
from surveyapp.services.privacy import resealing
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import access_keys
from surveyapp.services.work import Desk
from surveyapp.store import staff
from surveyapp.store.security import retiring, sealed_rows

OWN_KEYS, SECOND_FACTORS, PINS = "people's own keys", "second factors of staff", "PINs"

AT_ONCE = 500
"""How many people's keys are wrapped anew under one lock of their file."""


@dataclass(frozen=True)
class Rotated:
    """How many people's keys, second factors, lists being brought in and rows of before are sealed anew."""

    keys: int
    second_factors: int
    lists: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class SealedWith:
    """A line of the inventory: how many of what rest on which key of which setting. `missing`: the key is not there;
    `shut`: one of its name is, and is another."""

    what: str
    setting: str
    key_id: str
    count: int
    missing: bool = False
    shut: bool = False


def rotate(desk: Desk) -> Rotated:
    """Seals with the first contact key whatever an older one seals, some at a time. Doing it again finds nothing;
    killed in between, it goes on from there. Raises KeyMissing where an older key is no longer listed."""
    keys, first = desk.runtime.person_keys, desk.runtime.settings.contact_key_id
    # Rows of before are read with contact keys: they come under people's own keys.
    rows = resealing.reseal(desk)
    turning = [
        record.person
        for record in keys.file.everything()
        if record.gone_at is None and {each.key_id for each in record.keys} != {first}
    ]
    wrapped = 0
    remaining = iter(turning)
    while some := list(islice(remaining, AT_ONCE)):
        keys.wrap_anew(some)
        wrapped += len(some)
    lists = held.seal_anew(desk)
    with desk.writing() as work:
        factors = retiring.second_factors(work.session, first)
        for who, sealed in factors:
            secret = work.runtime.keyring.unseal(who, "totp", sealed)
            staff.set_totp(work.session, who, work.runtime.keyring.seal(who, "totp", secret))
        done = Rotated(wrapped, len(factors), lists, rows)
        if any(dataclasses.astuple(done)):
            work.record(AuditAction.KEYS_CHANGED, what="rotated", **dataclasses.asdict(done))
    return done


def inventory(desk: Desk) -> list[SealedWith]:
    """What is sealed or hashed with what, over the whole installation. Raises KeyMissing without the file of keys."""
    runtime = desk.runtime
    with desk.reading() as work:
        rows = sealed_rows.counts(work.session)
        links = retiring.live_accesses(work.session, work.now)
        pins = retiring.pins(work.session)
        sealed_people = sealed_rows.people(work.session)
    wrapped: dict[str, int] = {}
    there = set()
    for record in runtime.person_keys.file.everything():
        if record.gone_at is None:
            there.add(record.person)
            for each in record.keys:
                wrapped[each.key_id] = wrapped.get(each.key_id, 0) + 1
    _opened, shut = runtime.person_keys.tried()
    others = access_keys.others(runtime)
    found = [
        *(
            dataclasses.replace(each, shut=not each.missing and each.key_id in shut)
            for each in _lines(OWN_KEYS, "CONTACT_KEYS", list(runtime.settings.contact_keys), wrapped)
        ),
        *(
            _line(what, key_id, count, runtime)
            for (what, key_id), count in sorted(rows.items())
            if what != "second factor"
        ),
        *_lines(
            SECOND_FACTORS,
            "CONTACT_KEYS",
            list(runtime.settings.contact_keys),
            {key_id: count for (what, key_id), count in rows.items() if what == "second factor" and key_id},
        ),
        *(
            dataclasses.replace(each, shut=each.key_id in others)
            for what, counts in (("links and codes that work", links), (PINS, pins))
            for each in _lines(what, "ACCESS_KEYS", list(runtime.settings.access_keys), counts)
        ),
    ]
    if lost := len(sealed_people - there):
        found.append(SealedWith(what="people", setting="their own key", key_id="", count=lost, missing=True))
    return found


def _lines(what: str, setting: str, names: Sequence[str], counts: dict[str, int]) -> list[SealedWith]:
    listed = [SealedWith(what=what, setting=setting, key_id=name, count=counts.get(name, 0)) for name in names]
    others = [
        SealedWith(what=what, setting=setting, key_id=name, count=count, missing=bool(name))
        for name, count in sorted(counts.items())
        if name not in names and count
    ]
    return [*listed, *others]


def _line(what: str, key_id: str, count: int, runtime: Runtime) -> SealedWith:
    own = key_id == "person"
    return SealedWith(
        what=f"rows: {what}",
        setting="their own key" if own else "CONTACT_KEYS" if key_id else "in clear",
        key_id="" if own else key_id,
        count=count,
        missing=bool(key_id) and not own and key_id not in runtime.settings.contact_keys,
    )


def retired(found: Sequence[SealedWith]) -> list[tuple[str, str]]:
    """The keys (setting and name) that are listed after the first and that nothing rests on: they can be taken out."""
    counts: dict[tuple[str, str], int] = {}
    for each in found:
        if each.key_id:
            place = (each.setting, each.key_id)
            counts[place] = counts.get(place, 0) + each.count
    # Links from before keys had names rest on whichever is oldest.
    nameless = any(each.setting == "ACCESS_KEYS" and not each.key_id and each.count for each in found)
    firsts: set[str] = set()
    free = []
    for setting, name in counts:
        if setting not in firsts:
            firsts.add(setting)
        elif not counts[setting, name] and not (nameless and setting == "ACCESS_KEYS"):
            free.append((setting, name))
    return free


def waiting_pins(found: Sequence[SealedWith]) -> int:
    """How many PINs wait under older access keys until they are next given."""
    first = next((each.key_id for each in found if each.setting == "ACCESS_KEYS"), "")
    return sum(each.count for each in found if each.what == PINS and each.key_id != first and not each.missing)
