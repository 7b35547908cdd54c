"""What opens and seals what is kept of a person under a key of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Protocol


class Seals(Protocol):
    """Seals texts with the key of the person they are of. Lives as long as a unit of work."""

    def expect(self, people: Iterable[uuid.UUID]) -> None:
        """Reads the keys of many people in one go, where each would be looked up by itself."""

    def seal(self, person: uuid.UUID, name: str, text: str) -> bytes:
        """Bound to the person and to what it is called. Raises KeyMissing."""

    def unseal(self, person: uuid.UUID, name: str, sealed: bytes) -> str:
        """Raises KeyMissing."""

    def words_sealed(self, study: str) -> bool:
        """Whether answers in people's own words are sealed in a study."""
