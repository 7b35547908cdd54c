"""Lists of people as offices, address books, survey programs and accidents make them. The same every time.

Each `ListFile` says who is in it, as (name, phone as dialled), and nothing else may come of it; or by which codes it is
refused or asked about, so that none is taken in silently wrong.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook

Person = tuple[str, str | None]

ZOE, LUKASZ = ("Zoë Weiß", "+447700900142"), ("Łukasz Żak", "+447700900143")
HEADER = ("Name", "Phone")
ROWS = (("Zoë Weiß", "07700 900142"), ("Łukasz Żak", "07700 900143"))
BOTH = (ZOE, LUKASZ)


@dataclass(frozen=True)
class ListFile:
    """A file, and what comes of it."""

    name: str
    data: bytes
    people: tuple[Person, ...] = ()
    codes: tuple[str, ...] = ()


def list_files() -> Iterator[ListFile]:
    yield from _text()
    yield from _headers()
    yield from _phones()
    yield from _days()
    yield from _damage()
    yield from _workbooks()
    yield from _no_lists()


def _csv(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    def cell(text: str) -> str:
        quoted = any(each in text for each in f'{delimiter}"\n')
        return '"' + text.replace('"', '""') + '"' if quoted else text

    return "\n".join(delimiter.join(cell(each) for each in row) for row in rows) + "\n"


PLAIN = _csv([HEADER, *ROWS])


def _text() -> Iterator[ListFile]:
    yield ListFile("UTF-8", PLAIN.encode(), BOTH)
    yield ListFile("UTF-8 with a mark", PLAIN.encode("utf-8-sig"), BOTH)
    yield ListFile("UTF-16", PLAIN.replace(",", "\t").encode("utf-16"), BOTH)
    yield ListFile("UTF-16, big end first", b"\xfe\xff" + PLAIN.encode("utf-16-be"), BOTH)
    yield ListFile("UTF-16 without a mark", PLAIN.encode("utf-16-le"), BOTH)
    yield ListFile("Windows line ends", PLAIN.replace("\n", "\r\n").encode(), BOTH)
    yield ListFile("old Macintosh line ends", PLAIN.replace("\n", "\r").encode(), BOTH)
    yield ListFile("semicolons", PLAIN.replace(",", ";").encode(), BOTH)
    yield ListFile("tabs", PLAIN.replace(",", "\t").encode(), BOTH)
    yield ListFile("bars", PLAIN.replace(",", "|").encode(), BOTH)
    yield ListFile("a line sep=;", b"sep=;\n" + PLAIN.replace(",", ";").encode(), BOTH)
    yield ListFile("a quoted line sep=;", b'"sep=;"\n' + PLAIN.replace(",", ";").encode(), BOTH)
    german = _csv([("Nachname", "Vorname", "Telefon", "Stunden"), ("Weiß", "Zoë", "07700 900142", "37,5")], ";")
    yield ListFile("semicolons with decimal commas", german.encode(), (ZOE,))
    western = _csv([HEADER, ("Zoë Weiß", "07700 900142"), ("François Müller", "07700 900143")])
    people = (ZOE, ("François Müller", "+447700900143"))
    yield ListFile("Windows-1252", western.encode("cp1252"), people, ("encoding:cp1252",))
    polish = _csv([HEADER, ("Łukasz Żółć", "07700 900142"), ("Małgorzata Wiśniewska", "07700 900143")])
    people = (("Łukasz Żółć", "+447700900142"), ("Małgorzata Wiśniewska", "+447700900143"))
    yield ListFile("Windows-1250", polish.encode("cp1250"), people, ("encoding:cp1250",))
    russian = _csv([HEADER, ("Екатерина Смирнова", "07700 900142"), ("Дмитрий Иванов", "07700 900143")])
    people = (("Екатерина Смирнова", "+447700900142"), ("Дмитрий Иванов", "+447700900143"))
    yield ListFile("Windows-1251", russian.encode("cp1251"), people, ("encoding:cp1251",))
    yield ListFile("blank rows", PLAIN.replace("\n", "\n,\n\n").encode(), BOTH)
    titled = "Job Rotation,,\nList of 3 June,,\n,,\n" + _csv([(*HEADER, "Notes"), *((*row, "") for row in ROWS)])
    yield ListFile("title rows", titled.encode(), BOTH)
    short = "Name,Phone,E-mail address\nZoë Weiß,07700 900142\nŁukasz Żak,07700 900143\n"
    yield ListFile("short rows", short.encode(), BOTH)
    yield ListFile("a comma too many", b"Name,Phone\nLee, Sam,07700 900142\n", (), ("row_cells",))
    yield ListFile("a quotation mark left open", b'Name,Phone\n"Sam,1\n', (), ("row_quotation",))
    yield ListFile("a name over two lines", 'Name,Phone\n"Zoë\nWeiß",07700 900142\n'.encode(), (ZOE,))


def _headers() -> Iterator[ListFile]:
    outlook = (
        ("Title", "First Name", "Middle Name", "Last Name", "Company", "Home City", "Mobile Phone", "E-mail Address"),
        ("Ms", "Zoë", "", "Weiß", "", "York", "07700 900142", "zoe@example.org"),
    )
    yield ListFile("Outlook", _csv(outlook).encode(), (ZOE,))
    google = (("Given Name", "Family Name", "E-mail 1 - Value", "Phone 1 - Value"), ("Zoë", "Weiß", "", "07700900142"))
    yield ListFile("Google contacts", _csv(google).encode(), (ZOE,))
    personnel = (("Surname", "Forename", "Job title", "Mobile Number", "Post Code"), ("Weiß", "Zoë", "Baker", "07700 900142", "YO1"))  # fmt: skip  # noqa: E501
    yield ListFile("a personnel office", _csv(personnel).encode(), (ZOE,))
    lime = (
        ("tid", "firstname", "lastname", "email", "emailstatus", "token", "language", "validfrom"),
        ("1", "Zoë", "Weiß", "zoe@example.org", "OK", "x7", "en", ""),
    )
    yield ListFile("LimeSurvey", _csv(lime).encode(), (("Zoë Weiß", None),))
    survey_cto = (
        ("SubmissionDate", "deviceid", "respondent_name", "phone_number", "KEY"),
        ("Jun 3, 2026", "a", "Zoë Weiß", "7700900142", "uuid:1"),
    )
    yield ListFile("SurveyCTO", _csv(survey_cto).encode(), (ZOE,))
    yield ListFile("our own names", _csv([("name", "phone"), *ROWS]).encode(), BOTH)
    yield ListFile("headings kept as text", ('="Name",="Phone"\n' + _csv(ROWS)).encode(), BOTH)
    twice = _csv([("Email", "Email", "Name"), ("a@example.org", "b@example.org", "Zoë Weiß")])
    yield ListFile("two e-mail addresses", twice.encode(), (("Zoë Weiß", None),))
    yield ListFile("no heading that is known", b"Foo,Bar\n1,2\n", (("", None),))


PHONES = {
    "07700 900142": True,
    "07700-900142": True,
    "(07700) 900142": True,
    "07700.900.142": True,
    "+44 7700 900142": True,
    "+44 (0)7700 900142": True,
    "0044 7700 900142": True,
    "7700900142": True,
    "tel:+447700900142": True,
    "'07700900142": True,
    "\u202a07700 900142\u202c": True,
    "٠٧٧٠٠ ٩٠٠١٤٢": True,
    "07700\u00a0900142": True,
    "0７700 900142": True,
    "07700 90014": False,
    "07700 900142 3": False,
    "O7700 9OO142 x": False,
    "ask her sister": False,
    "7.7009E+09": False,
    "900142": False,
    "07700 900142 / ask": False,
    "+999 123": False,
    "zoe@example.org": False,
    "0": False,
    "#####": False,
}
"""Twenty-five spellings, and whether somebody can be called by each."""


def _phones() -> Iterator[ListFile]:
    for written, right in PHONES.items():
        data = _csv([HEADER, ("Zoë Weiß", written)]).encode()
        if right:
            yield ListFile(f"phone {written!r}", data, (ZOE,))
        elif written[0] == "#":
            yield ListFile(f"phone {written!r}", data, (), ("cell_error",))
        elif "E+" in written:
            yield ListFile(f"phone {written!r}", data, (), ("spreadsheet_number",))
        else:
            code = ("both", "too_short_to_dial") if written in _TOO_SHORT else ("not_a_phone_number",)
            yield ListFile(f"phone {written!r}", data, (), code)
    two = _csv([HEADER, ("Zoë Weiß", "07700 900142 / 07700 900143")])
    yield ListFile("two phones in a cell", two.encode(), (ZOE,))


_TOO_SHORT = ("07700 90014", "900142")


def _days() -> Iterator[ListFile]:
    def joined(*days: str) -> bytes:
        return _csv([(*HEADER, "Date joined"), *(("Zoë Weiß", "07700 900142", day) for day in days)]).encode()

    for day in ("2026-06-13", "13/06/2026", "13.06.2026", "13-06-2026", "13 June 2026", "13-Jun-26", "2026-06-13 00:00:00", "June 13, 2026", "05/05/2026"):  # fmt: skip  # noqa: E501
        yield ListFile(f"day {day}", joined(day), (ZOE,))
    yield ListFile("days of the United States", joined("06/13/2026", "06/03/2026"), (ZOE, ZOE))
    yield ListFile("days that could be either", joined("03/06/2026"), (ZOE,), ("dates_either",))
    yield ListFile("days in both orders", joined("13/06/2026", "06/13/2026"), (), ("dates_mixed", "not_a_date"))
    yield ListFile("a spreadsheet's count of days", joined("46186"), (), ("spreadsheet_day",))
    yield ListFile("a day to come", joined("2027-06-13"), (), ("day_to_come",))
    yield ListFile("a day long ago", joined("1926-06-13"), (), ("day_too_long_ago",))
    yield ListFile("no day", joined("soon"), (), ("not_a_date",))


def _damage() -> Iterator[ListFile]:
    def named(name: str) -> bytes:
        return _csv([HEADER, (name, "07700 900142")]).encode("utf-8", "surrogatepass")

    yield ListFile("decoded wrong", named("CafÃ©"), (), ("wrong_characters",))
    yield ListFile("a lost letter", named("Caf\ufffd"), (), ("letter_lost",))
    yield ListFile("an entity", named("O&#39;Brien"), (), ("cell_markup",))
    yield ListFile("a tag", named("<b>Zoë</b>"), (), ("cell_markup",))
    yield ListFile("an ampersand", named("Marks & Spencer"), (("Marks & Spencer", "+447700900142"),))
    yield ListFile("a formula", named('=HYPERLINK("http://x")'), (('=HYPERLINK("http://x")', "+447700900142"),))
    yield ListFile("a reference that broke", named("#REF!"), (), ("cell_error",))
    yield ListFile("NUL in a name", named("Zo\0e"), (), ("cannot_be_shown",))
    yield ListFile("a bell", named("Zo\x07e"), (), ("cannot_be_shown",))
    bidi = "\u202bعائشہ\u202c"
    yield ListFile("marks of direction", named(bidi), ((bidi, "+447700900142"),))
    yield ListFile("a name that is a date", named("Jun-26"), (("Jun-26", "+447700900142"),))
    yield ListFile("a name without an end", named("x" * 300), (), ("text_too_long",))


def workbook(*sheets: Sequence[Sequence[Any]], merged: str = "") -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(list(row))
        if merged:
            sheet.merge_cells(merged)
    if not sheets:
        book.create_sheet("Empty")
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _workbooks() -> Iterator[ListFile]:
    yield ListFile("XLSX", workbook([HEADER, *ROWS]), BOTH)
    yield ListFile("XLSX with numbers", workbook([HEADER, ("Zoë Weiß", 7700900142)]), (ZOE,))
    dated = [(*HEADER, "Date joined"), (*ROWS[0], dt.date(2026, 6, 3)), (*ROWS[1], dt.datetime(2026, 6, 3, 9, 30))]  # noqa: DTZ001
    yield ListFile("XLSX with days", workbook(dated), BOTH)
    yield ListFile("XLSX with title rows", workbook([("Our list",), (), HEADER, *ROWS]), BOTH)
    yield ListFile("XLSX whose first sheet is empty", workbook([], [HEADER, *ROWS]), BOTH)
    yield ListFile("XLSX with a merged title", workbook([("Our list", None), HEADER, *ROWS], merged="A1:B1"), BOTH)
    merged = workbook([("Group", *HEADER), ("backfill", *ROWS[0]), ("", *ROWS[1])], merged="A2:A3")
    yield ListFile("XLSX with merged rows", merged, (), ("cells_merged", "group_missing"))
    yield ListFile("XLSX with formulas", workbook([HEADER, ("=A9", "07700 900142")]), (), ("formula_without_value",))
    noted = [(*HEADER, "Our own sums"), (*ROWS[0], "=A9"), (*ROWS[1], 7)]
    yield ListFile("XLSX with formulas in what is left out", workbook(noted), BOTH)
    yield ListFile(
        "XLSX with rows merged in what is left out", workbook(noted[:1] + noted[2:], merged="C2:C3"), BOTH[1:]
    )
    yield ListFile("XLSX with a formula above", workbook([("Printed on", "=TODAY()"), HEADER, *ROWS]), BOTH)
    above = workbook([("Our list", None), (), HEADER, *ROWS], merged="A1:B2")
    yield ListFile("XLSX with a title over two rows", above, BOTH)
    yield ListFile(
        "an error in what is left out", _csv([(*HEADER, "Our own sums"), (*ROWS[0], "#N/A")]).encode(), BOTH[:1]
    )
    yield ListFile("XLSX without anything", workbook(), (), ("file_empty",))
    yield ListFile("XLSX with columns alone", workbook([HEADER]), (), ("file_without_people",))
    yield ListFile("5,000 columns in a workbook", workbook([["x"] * 5000, ["1"] * 5000]), (), ("too_many_columns",))
    good = workbook([HEADER, *ROWS])
    yield ListFile("XLSX cut short", good[: len(good) // 2], (), ("workbook_broken",))
    yield ListFile("XLSX with a password", _ole("EncryptedPackage"), (), ("workbook_protected",))
    yield ListFile("XLS of before 2007", _ole("Workbook"), (), ("workbook_old",))
    yield ListFile("ODS", zipped({"mimetype": b"application/vnd.oasis"}), (), ("workbook_other",))
    bomb = {"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": bytes(1_000_000)}
    yield ListFile("XLSX that unpacks to gigabytes", _claiming(zipped(bomb)), (), ("workbook_too_large",))
    entities = {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'}
    yield ListFile("XLSX with entities", zipped(entities), (), ("workbook_broken",))
    yield ListFile("ZIP of nothing", zipped({"xl/workbook.xml": b""}), (), ("workbook_broken",))


def _ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + stream.encode("utf-16-le") + bytes(500)


def zipped(parts: dict[str, bytes]) -> bytes:
    """A ZIP of parts by name."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def _claiming(archive: bytes) -> bytes:
    """The same, saying of a part that it unpacks to four gigabytes."""
    return archive.replace((1_000_000).to_bytes(4, "little"), (4_000_000_000).to_bytes(4, "little"))


def _no_lists() -> Iterator[ListFile]:
    yield ListFile("nothing", b"", (), ("file_empty",))
    yield ListFile("blanks", b"\n \n,,\n", (), ("file_empty",))
    yield ListFile("columns alone", b"Name,Phone\n", (), ("file_without_people",))
    yield ListFile("an executable", b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 4, (), ("file_not_csv",))
    yield ListFile("NUL everywhere", b"Name\0\0,Phone\0\0\n\0\0" * 20, (), ("file_not_csv",))
    yield ListFile("PDF", b"%PDF-1.7\n" + bytes(100), (), ("file_is_pdf",))
    yield ListFile("RTF", b"{\\rtf1 Name}", (), ("file_is_document",))
    yield ListFile("gzip", b"\x1f\x8b\x08" + bytes(100), (), ("file_is_packed",))
    page = b"<html><table><tr><td>Name</td></tr></table></html>"
    yield ListFile("a page called .xls", page, (), ("file_is_page",))
    yield ListFile("JSON", b'[{"name": "Zoe"}]', (), ("file_is_json",))
    yield ListFile(
        "5,000 columns", (",".join(["Name"] * 5000) + "\n" + "x," * 4999).encode(), (), ("too_many_columns",)
    )
    yield ListFile("50,001 rows", b"Name\n" + b"Zoe\n" * 50_001, (), ("file_too_long",))
    yield ListFile("20 MB", b"Name\n" + b"x" * 20_000_000, (), ("file_too_large",))
