"""A request that is being answered, as it will be told of, and the number that a person can quote of it."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEY = "surveyapp.seen"
"""Where it stands in what the server hands over (WSGI's environ)."""

NOWHERE = "none"
"""The route of what no page is at."""


def new_number() -> str:
    """Twelve digits, in groups as they are read out over a telephone, in any language."""
    digits = f"{secrets.randbelow(10**12):012}"
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


@dataclass(kw_only=True)
class SeenRequest:
    """`number` is made here, whatever a header says; `route`: the name of the handler; `study` and `staff`: by id;
    `failure`: the error that a page of 500 and more tells of."""

    number: str = field(default_factory=new_number)
    began: float = field(default_factory=time.perf_counter)
    route: str = NOWHERE
    study: str | None = None
    staff: uuid.UUID | None = None
    status: int = 0
    failure: BaseException | None = None


def number_of(environ: Mapping[str, Any]) -> str | None:
    """The number of the request that is being answered; None where nobody gave it one (drafts)."""
    seen = environ.get(KEY)
    return seen.number if isinstance(seen, SeenRequest) else None


def note_failure(environ: Mapping[str, Any], error: BaseException) -> None:
    """Says what made the request that is being answered fail."""
    if isinstance(seen := environ.get(KEY), SeenRequest):
        seen.failure = error
