"""Words as XML can hold them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lxml import etree

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent: Any, tag: str, /, text: str | None = None, **attributes: str) -> Any:
    """A further element of one, with its words; characters that XML has none of become spaces."""
    made = etree.SubElement(parent, tag, {key.rstrip("_"): plain(value) for key, value in attributes.items()})
    if text is not None:
        made.text = plain(text)
    return made


def plain(text: str) -> str:
    return _NOT_IN_XML.sub(" ", text)


def save(root: Any, target: Path) -> None:
    etree.ElementTree(root).write(target, encoding="utf-8", xml_declaration=True, pretty_print=True)
