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
