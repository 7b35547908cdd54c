"""Translators' files, the same for the interface and for a study: read, and written so that what did not change stays
as it was."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from surveyapp.domain import normalise
from surveyapp.domain.authoring.file_text import UnreadableFile, exists, read_text
from surveyapp.domain.instrument.easy.renderings import plain_of

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
_LINE = re.compile(r'(?:(?P<keyword>msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?"(?P<said>(?:[^"\\]|\\.)*)"')


class PoUnreadable(Exception):
    """A file is no .po. `line` is where, `why` what is wrong and what to do, `code` what faults call it."""

    def __init__(self, line: int, why: str, code: str = "broken_wording") -> None:
        super().__init__(why)
        self.line, self.why, self.code = line, why, code


@dataclass(frozen=True)
class PoFile:
    """A language's words as a translator has them, how far they are (`draft…`, or empty when they are done), and the
    lines at which an entry is said again that came before: of two, the catalogue has the later."""

    catalog: Catalog
    status: str = DRAFT
    repeated: tuple[int, ...] = ()

    @property
    def is_draft(self) -> bool:
        return self.status.startswith("draft")


def read(path: Path, language: str) -> PoFile:
    """A file, or an empty one where there is none. Raises PoUnreadable."""
    try:
        if not exists(path):
            return PoFile(Catalog(locale=plain_of(language), project="Shiftline", creation_date=_MADE, fuzzy=False))
        text = read_text(path, MAXIMUM_BYTES)
        repeated = _check_lines(text)
        catalog = Catalog(locale=plain_of(language))
        PoFileParser(catalog, abort_invalid=True).parse(io.StringIO(text))
    except UnreadableFile as error:
        raise PoUnreadable(error.line, error.sentence, error.code) from None
    except PoFileError as error:
        raise PoUnreadable(int(error.lineno) + 1, f"{error}. Mend it, or bring an earlier one back.") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # What its header says goes to parsers of dates, character sets and plural forms; their errors know no line.
        raise PoUnreadable(1, f"The header cannot be read: {error}. Bring an earlier one back.") from None
    status = _STATUS.search(text)
    return PoFile(catalog, status[1] if status else "", repeated)


def _check_lines(text: str) -> tuple[int, ...]:
    """Refuses what the parser would mend or pass over in silence: quotation marks that do not close, a keyword out of
    its order or said twice. Returns the line of each entry that came before. Raises PoUnreadable."""
    entry: dict[str, str] = {}
    seen: set[tuple[str | None, str]] = set()
    repeated: list[int] = []
    began, last = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            why = "This is no line of a translation: a keyword such as msgstr, and text in quotation marks. Mend it."
            raise PoUnreadable(number, why)
        keyword = found["keyword"]
        if keyword in ("msgctxt", "msgid") and ("msgid" in entry or keyword in entry):
            _finish(entry, began, seen, repeated)
            entry = {}
        if keyword in ("msgctxt", "msgid"):
            began = number
        if not _may_follow(keyword, entry):
            why = f"{keyword or 'This text'} cannot stand here: an entry is msgctxt, msgid, msgstr, each once. Mend it."
            raise PoUnreadable(number, why)
        last = keyword or last
        entry[last] = entry.get(last, "") + found["said"]
    if entry:
        _finish(entry, began, seen, repeated)
    return tuple(repeated)


def _may_follow(keyword: str | None, entry: Mapping[str, str]) -> bool:
    """Whether a keyword, or text that goes on (None), may come next in an entry that has these keywords so far."""
    told = any(each.startswith("msgstr") for each in entry)
    match keyword:
        case None:
            return bool(entry)
        case "msgctxt" | "msgid":
            return not told
        case "msgid_plural":
            return "msgid" in entry and not told and keyword not in entry
        case "msgstr":
            return "msgid" in entry and "msgid_plural" not in entry and not told
    return "msgid_plural" in entry and keyword not in entry


def _finish(entry: Mapping[str, str], began: int, seen: set[tuple[str | None, str]], repeated: list[int]) -> None:
    if "msgid" not in entry or not any(each.startswith("msgstr") for each in entry):
        raise PoUnreadable(began, "This entry is cut short: it has no msgid or no msgstr. Mend it.")
    key = entry.get("msgctxt"), entry["msgid"]
    if key in seen:
        repeated.append(began)
    seen.add(key)


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
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return True


def is_translated(message: Message) -> bool:
    """Whether a message has its translation, in every plural form, and no doubt about it."""
    forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return bool(forms) and not any(normalise.is_blank(form or "") for form in forms) and not message.fuzzy
