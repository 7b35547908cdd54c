"""Translators' files, the same for the interface and for a study: read, and written so that what did not change stays
as it was."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

DRAFT = "draft, awaiting a translator"
"""The status of a new file. Whoever has gone through all of it takes the header line out."""

_STATUS = re.compile(r'^"X-Status: (.*)\\n"$', re.MULTILINE)
_VOLATILE = re.compile(
    r'^"(?:Generated-By|POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Last-Translator|Language-Team): .*\n',
    re.MULTILINE,
)
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class PoUnreadable(Exception):
    """A file is no .po. `line` is where, `why` what is wrong."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


@dataclass(frozen=True)
class PoFile:
    """A language's words as a translator has them, and how far they are (`draft…`, or empty when they are done)."""

    catalog: Catalog
    status: str = DRAFT

    @property
    def is_draft(self) -> bool:
        return self.status.startswith("draft")


def read(path: Path, language: str) -> PoFile:
    """A file, or an empty one where there is none. Raises PoUnreadable."""
    if not path.exists():
        return PoFile(Catalog(locale=language, project="Shiftline", creation_date=_MADE, fuzzy=False))
    try:
        text = path.read_text(encoding="utf-8")
        catalog = read_po(io.StringIO(text), locale=language, abort_invalid=True)
    except PoFileError as error:
        raise PoUnreadable(int(error.lineno) + 1, str(error)) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise PoUnreadable(1, str(error)) from None
    status = _STATUS.search(text)
    return PoFile(catalog, status[1] if status else "")


def write(path: Path, file: PoFile, *, sort: bool) -> bool:
    """Writes a file; says whether that changed anything. Without `sort`, in the order of the catalogue."""
    buffer = io.BytesIO()
    file.catalog.header_comment = "# Shiftline, in the language below. See questionnaires/README.md, “Languages”."
    file.catalog.fuzzy = False
    file.catalog.project, file.catalog.version = "Shiftline", "1"
    file.catalog.last_translator, file.catalog.language_team = "", ""
    write_po(buffer, file.catalog, width=100, no_location=True, sort_output=sort)
    text = _VOLATILE.sub("", buffer.getvalue().decode())
    if file.status:
        text = text.replace('"MIME-Version', f'"X-Status: {file.status}\\n"\n"MIME-Version', 1)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def is_translated(message: Message) -> bool:
    """Whether a message has its translation, in every plural form, and no doubt about it."""
    forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return bool(forms) and all(forms) and not message.fuzzy
