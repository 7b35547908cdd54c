"""A pack in two parts: what the first questions take, and the rest of it, which a phone fetches once the first question
is there. `pack.js` puts them together.

How every page is read and routed is in the first: the way through, and how far somebody is, are known from the
beginning. The rest holds what further pages show, and what is said once answers wait or come back.
"""

from __future__ import annotations

from typing import Any

AT_ONCE = 4
"""Pages that are shown as soon as the first part is there: more than anybody answers while the rest comes."""

SAID_LATER = frozenset({"language", "refused", "stands"})
"""Words that scripts say which come with the rest (`later.js`)."""


def parted(whole: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first part of a pack, and the rest."""
    now, further = whole["pages"][:AT_ONCE], whole["pages"][AT_ONCE:]
    # They are numbered as pages ask for them.
    faults = 1 + max((part["faults"] for page in now for part in page["parts"]), default=-1)
    words = whole["words"]
    first = {name: value for name, value in whole.items() if name != "screens"} | {
        "pages": [*now, *({name: value for name, value in page.items() if name != "html"} for page in further)],
        "faults": whole["faults"][:faults],
        "words": {name: said for name, said in words.items() if name not in SAID_LATER},
    }
    rest = {
        "html": [page["html"] for page in further],
        "faults": whole["faults"][faults:],
        "words": {name: words[name] for name in sorted(SAID_LATER)},
        "screens": whole["screens"],
    }
    return first, rest
