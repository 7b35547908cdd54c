"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """“ Did you mean x?”, or nothing when no known name is near."""
    near = difflib.get_close_matches(name, list(known), 1, 0.7)
    return f" Did you mean “{near[0]}”?" if near else ""
