"""What a list changed of somebody, kept sealed with their own key beside the row that said it: how each thing was, and
how the list left it, so that taking the list back undoes what the list did and nothing else."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.participants import Contact
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.participants.contacts import MENDS
from surveyapp.services.work import Work
from surveyapp.store.lists import records
from surveyapp.store.lists.standing import PersonStands
from surveyapp.store.sending.recipients import REACHED_BY

BEFORE = "before a list"
"""What is bound to how somebody was before a list changed it."""

_WRONG = ("ended", "referral")
"""What says that somebody is not reached by some field of theirs."""

_WATCHED = frozenset({"withdrawn_at", "deceased_at", "declined_contact_at"})
"""What no list changes by itself, or what follows from something else that it says."""

_REACHED = ("phone", "other_phones", "email", "address")


@dataclass(frozen=True, kw_only=True)
class WrongReach:
    """That somebody was not reached at a number or address, until a list said another: by what it is of (a way that had
    ended, a referral), how it `was` and how the list `left` it, and how they were `reached` then."""

    key: str
    was: Any
    left: Any
    reached: Mapping[str, str]

    @property
    def fields(self) -> frozenset[str]:
        """The fields of a contact that it was said of."""
        kind, name, *_ = self.key.split(".")
        if kind == "referral":
            return MENDS[ReferralKind(self.was[0])]
        return frozenset(each for each, way in REACHED_BY.items() if way is SendingWay(name))


@dataclass(kw_only=True)
class KeptChange:
    """What a list `changed`: by what it is of (as `PersonStands`, and `contact.…`), how it was and how the list left
    it; the `consents` that it brought, by key; and what was `wrong` of how somebody was reached."""

    changed: dict[str, tuple[Any, Any]]
    consents: Sequence[str] = ()
    wrong: list[WrongReach] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def of_json(kept: Mapping[str, Any]) -> KeptChange:
        return KeptChange(
            changed={key: (was, left) for key, (was, left) in kept["changed"].items()},
            consents=kept["consents"],
            wrong=[WrongReach(**each) for each in kept["wrong"]],
        )


def between(
    before: PersonStands,
    after: PersonStands,
    contact_before: Contact,
    contact_after: Contact,
    related: Collection[str],
    consents: Iterable[uuid.UUID],
) -> KeptChange:
    """What a list changed of somebody who stood so before it and stands so after. `related`: the relationships that it
    says: others are of rows about somebody else."""
    was, left = before | of_contact(contact_before), after | of_contact(contact_after)
    differ = [key for key in sorted(was.keys() | left.keys()) if was.get(key) != left.get(key)]
    reached = {name: getattr(contact_before, name) for name in _REACHED}
    found = KeptChange(changed={}, consents=[each.hex for each in consents])
    for key in differ:
        kind, _, name = key.partition(".")
        if kind in _WRONG:
            if was.get(key) is not None:
                found.wrong.append(WrongReach(key=key, was=was[key], left=left.get(key), reached=reached))
        elif key not in _WATCHED and (kind != "related" or name in related):
            found.changed[key] = (was.get(key), left.get(key))
    return found


def of_contact(contact: Contact) -> dict[str, str]:
    """How somebody is reached, by what it is of."""
    return {f"contact.{name}": value for name, value in vars(contact).items()}


def sealed(work: Work, person: uuid.UUID, kept: Mapping[str, Any]) -> bytes:
    return work.seals.seal(person, BEFORE, json.dumps(kept))


def opened(work: Work, person: uuid.UUID, before: bytes) -> dict[str, Any]:
    """What was kept of a row; nothing of whom no key opens it any more."""
    text = work.seals.unsealed(person, BEFORE, before)
    found: dict[str, Any] = {} if text is None else json.loads(text)
    return found


def hand_on(work: Work, import_id: uuid.UUID, person: uuid.UUID, kept: KeptChange, left: Collection[str]) -> None:
    """What a list left of somebody and a later one changed, that one puts back to how it was before this one, once it
    is taken back itself; with what was wrong there. `left`: what was not put back."""
    later = [
        (other, line, found)
        for other, line, before in records.later_of(work.session, import_id, person)
        if "changed" in (found := opened(work, person, before))
    ]
    for key in left:
        was, ours = kept.changed[key]
        for other, line, found in later:
            if key in found["changed"] and found["changed"][key][0] == ours:
                found["changed"][key][0] = was
                if key.startswith("contact."):
                    there = {each["key"] for each in found["wrong"]}
                    found["wrong"] += [asdict(each) for each in kept.wrong if each.key not in there]
                records.keep_before(work.session, other, line, sealed(work, person, found))
                break
