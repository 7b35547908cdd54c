"""What somebody reads of people who has a database, the file of keys and the contact key: every sealed cell is tried
with every key that there is, and with every key that follows from them."""

from __future__ import annotations

import base64
import itertools
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from surveyapp.services.lists import bringing
from surveyapp.services.mending import before
from surveyapp.services.participants.contacts import LOOKUP
from surveyapp.services.person_keys import _text_of, together
from surveyapp.services.runtime import Runtime
from surveyapp.store import answer_rows, cases
from tests.integration.backups.installed import rows

Cell = tuple[tuple[str, ...], bytes]
"""What it may be bound to beside the person, and what is sealed."""


def readable(runtime: Runtime, url: str, people: Sequence[uuid.UUID], schema: str = "") -> str:
    """All that can be read in a database, of cells that are sealed and of those that are not."""
    at = f'"{schema}".' if schema else ""
    texts = [str(each) for each in rows(url, f"SELECT * FROM {at}participant")]
    waiting, keys = list(_cells(url, at)), _keys(runtime, people)
    while waiting:
        names, sealed = waiting.pop()
        opened = [
            text for owner, key in keys for name in names if (text := _text_of(key, owner, name, sealed)) is not None
        ]
        texts += opened
        for text in opened:
            if text.startswith("{"):
                waiting += _pictured(json.loads(text).get("picture", {}))
    return "\n".join(texts)


def _keys(runtime: Runtime, people: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, bytes]]:
    found, _shut = runtime.person_keys.tried_of(people)
    each = [(person, key) for person, keys in found.items() for key in keys]
    own = {person: keys[-1] for person, keys in found.items()}
    pairs = [(person, together([own[person], own[other]])) for person, other in itertools.permutations(own, 2)]
    return [*each, *pairs]


def _cells(url: str, at: str) -> Iterator[Cell]:
    for field, sealed in rows(url, f"SELECT field, ciphertext FROM {at}contact"):
        yield (str(field),), _bytes(sealed)
    for (sealed,) in rows(url, f"SELECT ciphertext FROM {at}contact_lookup"):
        yield (LOOKUP,), _bytes(sealed)
    for key, sealed in rows(url, f"SELECT id, note_sealed FROM {at}attempt WHERE note_sealed IS NOT NULL"):
        yield (cases.bound_note(uuid.UUID(str(key))),), _bytes(sealed)
    for table in ("answer", "answer_history"):
        for variable, sealed in rows(url, f"SELECT variable, sealed FROM {at}{table} WHERE sealed IS NOT NULL"):
            yield (answer_rows.bound(str(variable)),), _bytes(sealed)
    for (sealed,) in rows(url, f"SELECT before FROM {at}list_row WHERE before IS NOT NULL"):
        yield (bringing.BEFORE,), _bytes(sealed)
    for (sealed,) in rows(url, f"SELECT before FROM {at}merge WHERE before IS NOT NULL"):
        for part in json.loads(_bytes(sealed)).values():
            yield (before.KEPT, before.FOLDED, before.BOTH), base64.b64decode(part)


def _pictured(picture: dict[str, Any]) -> Iterator[Cell]:
    for row in picture.get("contact", ()):
        yield (row["field"][1],), base64.b64decode(row["ciphertext"][1])
    for row in picture.get("contact_lookup", ()):
        yield (LOOKUP,), base64.b64decode(row["ciphertext"][1])
    for row in picture.get("attempt", ()):
        if row["note_sealed"][1]:
            yield (cases.bound_note(uuid.UUID(row["id"][1])),), base64.b64decode(row["note_sealed"][1])
    for row in (*picture.get("answer", ()), *picture.get("answer_history", ())):
        if row["sealed"][1]:
            yield (answer_rows.bound(row["variable"][1]),), base64.b64decode(row["sealed"][1])


def _bytes(cell: object) -> bytes:
    assert isinstance(cell, bytes | memoryview)
    return bytes(cell)
