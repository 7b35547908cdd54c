"""What may not stand in a log: whoever reads it could open what a link opens.

Links and codes are taken out of every record when it is made, whichever part of the program or server makes it and
wherever it is written: the requests of an access log, and errors with what they say.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

_LINK = re.compile(r"((?:/|%2f)(?:s|join)(?:/|%2f)+)[^\s\"'<>]+", re.IGNORECASE)
_QUERY = re.compile(r"(/[^\s?\"'<>]*\?)[^\s\"'<>]+")
_SIGNS = "[2-9A-HJKMNP-Z]"
_CODE = re.compile(rf"\b{_SIGNS}{{4}}([- ]){_SIGNS}{{4}}\1{_SIGNS}{{3}}(?:{_SIGNS}\1{_SIGNS}{{4}})?\b", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text with every link's token, every code and whatever follows the question mark of an address cut out."""
    return _CODE.sub("…", _QUERY.sub(r"\1…", _LINK.sub(r"\1…", text)))


class RecordWithoutSecrets(logging.LogRecord):
    """A log record that holds no secret, in its message or in the error it tells of."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.exc_info and self.exc_info[0]:
            # Formatters write this in place of the traceback.
            self.exc_text = without_secrets("".join(traceback.format_exception(*self.exc_info)).rstrip())

    def getMessage(self) -> str:
        return without_secrets(super().getMessage())


def install() -> None:
    """For every record that is made from now on."""
    logging.setLogRecordFactory(RecordWithoutSecrets)
