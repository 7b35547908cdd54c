"""Translators' files, the same for the interface and for a study: read, and written so that what did not change stays
as it was."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from surveyapp.domain.authoring.file_text import UnreadableFile, exists, read_text

DRAFT = "draft, awaiting a translator"
"""The status of a new file. Whoever has gone through all of it takes the header line out."""

MAXIMUM_BYTES = 2_000_000
"""What a language's file may have: some fourteen times the largest there is."""

_STATUS = re.compile(r'^"X-Status: (.*)\\n"$', re.MULTILINE)
_VOLATILE = re.compile(
    r'^"(?:Generated-By|POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Last-Translator|Language-Team): .*\n',
    re.MULTILINE,
)
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_LINE = re.compile(r'#.*|(?:#~\s*)?(?:(?P<keyword>msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?"(?:[^"\\]|\\.)*"')
_FOLLOWS = {
    None: {"msgctxt", "msgid"},
    "msgctxt": {"msgid"},
    "msgid": {"msgid_plural", "msgstr"},
    "msgid_plural": {"msgstr"},
    "msgstr": {"msgctxt", "msgid", "msgstr["},
}
"""Which keyword of an entry may come after which."""


class PoUnreadable(Exception):
    """A file is no .po. `line` is where, `why` what is wrong and what to do, `code` what faults call it."""

    def __init__(self, line: int, why: str, code: str = "broken_wording") -> None:
        super().__init__(why)
        self.line, self.why, self.code = line, why, code


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
    try:
        if not exists(path):
            return PoFile(Catalog(locale=language, project="Shiftline", creation_date=_MADE, fuzzy=False))
        text = read_text(path, MAXIMUM_BYTES)
        _check_lines(text)
        catalog = Catalog(locale=language)
        PoFileParser(catalog, abort_invalid=True).parse(io.StringIO(text))
    except UnreadableFile as error:
        raise PoUnreadable(error.line, error.sentence, error.code) from None
    except PoFileError as error:
        raise PoUnreadable(int(error.lineno) + 1, f"{error}. Mend it, or bring an earlier one back.") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # What its header says goes to parsers of dates, character sets and plural forms; their errors know no line.
        raise PoUnreadable(1, f"The header cannot be read: {error}. Bring an earlier one back.") from None
    status = _STATUS.search(text)
    return PoFile(catalog, status[1] if status else "")


def _check_lines(text: str) -> None:
    """What the parser would pass over in silence: quotation marks that do not close, entries said twice over or cut
    short, the same entry again. Raises PoUnreadable."""
    last: str | None = None
    entry: dict[str, list[str]] = {}
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate([*text.split("\n"), ""], 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            why = "This is no line of a translation: a keyword such as msgstr, then text in quotation marks. Mend it."
            raise PoUnreadable(number, why)
        keyword, said = found["keyword"], line[line.index('"') :]
        if keyword is None:
            if last is None:
                raise PoUnreadable(number, "A text stands here that belongs to no entry. Put msgid or msgstr before it.")
            entry[last].append(said)
            continue
        name = "msgstr" if keyword.startswith("msgstr") else keyword
        again = keyword if keyword.startswith("msgstr[") and keyword in entry else "msgstr[" if "[" in keyword else name
        if again not in _FOLLOWS[last.partition("[")[0] if last else None] and name not in _FOLLOWS[last]:
            raise PoUnreadable(number, f"“{keyword}” cannot stand here: an entry is msgctxt, msgid, msgstr, each once.")
    return None


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
