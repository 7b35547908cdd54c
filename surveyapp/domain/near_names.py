"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from surveyapp.domain.sentences import Sentence, say


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """“ Did you mean x?”, or nothing when no known name is near."""
    found = near(name, known)
    return f" {found}" if found else ""


def near(name: str, known: Iterable[str]) -> Sentence | None:
    """The same, as a sentence for readers of any language."""
    found = difflib.get_close_matches(name, list(known), 1, 0.7)
    return say("did_you_mean", name=found[0]) if found else None
