"""A pack that was taken apart is the same put together again."""

from __future__ import annotations

from typing import Any

import pytest

from surveyapp.web.packs.parting import AT_ONCE, parted
from tests.packs import put_together


def a_pack(pages: int) -> dict[str, Any]:
    """Of so many pages, of which each two in a row say the same of what is wrong."""
    return {
        "pages": [{"id": f"p{n}", "parts": [{"faults": n // 2}], "html": f"<p>{n}"} for n in range(pages)],
        "faults": [{"required": f"{n}"} for n in range((pages + 1) // 2)],
        "words": {"error": "Error:", "language": "Polski", "refused": "Not saved.", "stands": {"keep": "Keep"}},
        "screens": {"kept": "<h1>Waiting"},
        "sections": [],
    }


@pytest.mark.parametrize("pages", [0, 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_parted_and_put_together(pages: int) -> None:
    whole = a_pack(pages)
    first, rest = parted(whole)
    assert put_together(first, rest) == whole
    assert sum("html" in page for page in first["pages"]) == min(pages, AT_ONCE)
    assert len(first["faults"]) == (min(pages, AT_ONCE) + 1) // 2
    assert not first.keys() & {"screens"}
    assert first["words"] == {"error": "Error:"}
