"""What is kept of two people who are merged, so that they can be taken apart: in three parts, each sealed so that it
goes with whom it tells of. Whichever of both is erased later, from an old copy the other can be had back without
them."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.participants import CONTACT_FIELDS, Contact
from surveyapp.services.participants import contacts
from surveyapp.services.work import Work
from surveyapp.store.mending import merging as store
from surveyapp.store.mending import pictures

KEPT, FOLDED, BOTH = "before a merge: stays", "before a merge: goes", "before a merge: both"
"""What each part is bound to."""

_WHOLE = "before a merge"
"""What a picture in one piece is bound to, as it was kept before there were parts."""


@dataclass(frozen=True, kw_only=True)
class Before:
    """What is kept of whoever stays, of whom was merged into them, and of both together: None where that cannot be
    opened, because its owner is erased."""

    kept: dict[str, Any] | None
    folded: dict[str, Any] | None
    both: dict[str, Any] | None

    @property
    def either(self) -> dict[str, Any]:
        """What both parts say."""
        found = self.kept if self.kept is not None else self.folded
        assert found is not None
        return found

    def without(self, came: Mapping[str, Any]) -> Before:
        """The same, once somebody else went from whoever stays: of how they are reached, what `came` with that one is
        in none of it."""

        def cleared(part: dict[str, Any] | None) -> dict[str, Any] | None:
            if part is None:
                return None
            said = {when: vars(without(Contact(**each), came)) for when, each in part["contact"].items()}
            return {**part, "contact": said}

        return Before(kept=cleared(self.kept), folded=self.folded, both=cleared(self.both))

    @property
    def picture(self) -> dict[str, Any]:
        """All rows that can be put back."""
        parts = [each["picture"] for each in (self.folded, self.kept) if each is not None]
        return {name: [row for each in parts for row in each.get(name, ())] for name in {*parts[0], *parts[-1]}}


def without(contact: Contact, came: Mapping[str, Any]) -> Contact:
    """How somebody is reached without what `came` with another, as it was `before` and `after` that: what was changed
    since stays, unless it is the other's too."""
    before, after = (Contact(**came[when]) for when in ("before", "after"))
    theirs = _numbers(after) - _numbers(before)
    made = {}
    for name in CONTACT_FIELDS:
        now, was = getattr(contact, name), getattr(before, name)
        if now == getattr(after, name) or (name == "phone" and contacts.phone_number(now) in theirs):
            now = was
        elif name == "other_phones":
            now = "; ".join(
                each for each in map(str.strip, now.split(";")) if contacts.phone_number(each) not in theirs
            )
        made[name] = now
    return Contact(**made)


def _numbers(contact: Contact) -> set[str]:
    return {*contacts.other_numbers(contact), *filter(None, [contacts.phone_number(contact.phone)])}


def sealed(work: Work, kept: uuid.UUID, folded: uuid.UUID, before: Before, others: list[uuid.UUID]) -> bytes:
    """The three parts, sealed: the first as whoever stays was until now, with `others` merged into them, the last as
    they are from now on."""
    parts = {"kept": work.seals.seal_with(kept, others, KEPT, pictures.as_text(before.kept or {}))}
    parts["folded"] = work.seals.seal(folded, FOLDED, pictures.as_text(before.folded or {}))
    parts["both"] = work.seals.seal(kept, BOTH, pictures.as_text(before.both or {}))
    return json.dumps({name: base64.b64encode(each).decode() for name, each in parts.items()}).encode()


def opened(work: Work, merge_id: uuid.UUID, kept: uuid.UUID, folded: uuid.UUID) -> Before | None:
    """What was kept, as far as it opens; None where nothing is kept any more, or none of it opens."""
    found = store.before_of(work.session, merge_id)
    if found is None:
        return None
    if not found.startswith(b"{"):
        text = work.seals.unsealed(kept, _WHOLE, found)
        whole = None if text is None else json.loads(text)
        return whole and Before(kept={**whole, "picture": {}}, folded=whole, both=whole)
    parts = {name: base64.b64decode(each) for name, each in json.loads(found).items()}
    texts = [
        work.seals.unsealed(who, name, parts[part])
        for part, who, name in (("kept", kept, KEPT), ("folded", folded, FOLDED), ("both", kept, BOTH))
    ]
    mine, theirs, both = (None if each is None else json.loads(each) for each in texts)
    return None if mine is None and theirs is None else Before(kept=mine, folded=theirs, both=both)


def seal_anew(work: Work, merge_id: uuid.UUID, kept: uuid.UUID, before: Before) -> None:
    """Seals what tells of whoever stays, and of both, as they are now: somebody else went from them."""
    found = store.before_of(work.session, merge_id)
    assert found is not None
    parts = json.loads(found)
    for part, name, held in (("kept", KEPT, before.kept), ("both", BOTH, before.both)):
        if held is not None:
            sealed = work.seals.seal(kept, name, pictures.as_text(held))
            parts[part] = base64.b64encode(sealed).decode()
    store.keep_before(work.session, merge_id, json.dumps(parts).encode())
