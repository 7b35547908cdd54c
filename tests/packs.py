"""What a phone makes of a page of a pack."""

from __future__ import annotations

import re
from typing import Any

from surveyapp.web.packs.folding import MARK


def said_whole(page: dict[str, Any]) -> dict[str, Any]:
    """A page as `said_once` found it, put together as `page.js` does it."""

    def of(place: int, part: dict[str, Any]) -> dict[str, Any]:
        codes = re.findall(rf'name="{MARK}{place}" value="([^"]+)', page["html"])
        return {"codes": codes} | part | {"key": part.get("key", MARK).replace(MARK, page["id"], 1)}

    return page | {"parts": [of(place, part) for place, part in enumerate(page["parts"])]}


def put_together(first: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """The two parts of a pack as `parted` left them, put together as `pack.js` does it."""
    html = iter(rest["html"])
    return first | {
        "pages": [page if "html" in page else page | {"html": next(html)} for page in first["pages"]],
        "faults": first["faults"] + rest["faults"],
        "words": first["words"] | rest["words"],
        "screens": rest["screens"],
    }
