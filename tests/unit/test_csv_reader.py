"""Lists of people as spreadsheets and address books hand them over: understood, or said by row and column."""

from __future__ import annotations

import datetime as dt

import pytest

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.participants import Contact
from surveyapp.services.participants import contacts, enrolment_form
from surveyapp.services.participants.csv_reader import MAXIMUM_BYTES, read_table
from surveyapp.settings import ROOT

KNOWN = ("group", "name", "phone", "email", "times")
WRITTEN = "group,name,phone\npeople,Zoë Łuczak,07700 900142\n"
READ = [(2, {"group": "people", "name": "Zoë Łuczak", "phone": "07700 900142"})]


def faults(data: bytes) -> list[tuple[int, str]]:
    return [(fault.line, fault.column) for fault in read_table(data, KNOWN, ("group",)).faults]


@pytest.mark.parametrize(
    "data",
    [
        WRITTEN.encode(),
        WRITTEN.encode("utf-8-sig"),
        WRITTEN.encode("utf-16"),
        WRITTEN.replace(",", "\t").encode("utf-16"),
        b"\xfe\xff" + WRITTEN.encode("utf-16-be"),
        WRITTEN.encode("utf-16-le"),
        WRITTEN.encode("utf-16-be"),
        WRITTEN.replace("\n", "\r\n").encode(),
        WRITTEN.replace("\n", "\r").encode(),
        WRITTEN.replace(",", ";").encode(),
        WRITTEN.replace(",", "\t").encode(),
        WRITTEN.replace("group,name,phone", "Group, NAME ,Phone\u200b").encode(),
        WRITTEN.replace("07700 900142", '="07700 900142"').encode(),
        WRITTEN.replace("07700 900142", '"=""07700 900142"""').encode(),
        WRITTEN.replace("group,name,phone", '="group",="name",="phone"').encode(),
    ],
)
def test_what_spreadsheets_save_is_read(data: bytes) -> None:
    table = read_table(data, KNOWN, ("group",))
    assert (table.rows, table.faults) == (READ, [])


def test_the_line_that_tells_a_spreadsheet_its_delimiter_is_no_row() -> None:
    table = read_table(f"sep=;\n{WRITTEN.replace(',', ';')}".encode(), KNOWN, ("group",))
    assert (table.rows, table.faults) == ([(3, READ[0][1])], [])


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"", [(1, "")]),
        (b"PK\x03\x04" + bytes(100), [(1, "")]),
        (b"\xd0\xcf\x11\xe0" + bytes(100), [(1, "")]),
        (b"\x7fELF" + bytes(range(256)), [(2, "")]),
        (WRITTEN.encode("latin-1", "replace"), [(2, "")]),
        (WRITTEN.encode() + b"x" * MAXIMUM_BYTES, [(1, "")]),
        (b"group,name,name\npeople,a,b\n", [(1, "name")]),
        (b"group,name,\xef\xbc\xae\xef\xbc\xa1\xef\xbc\xad\xef\xbc\xa5\npeople,a,b\n", [(1, "name")]),
        (
            b"group,name\npeople,Caf\xc3\x83\xc2\xa9\npeople,Ann\npeople,W\xc3\x83\xc2\xb3jcik\n",
            [(2, "name"), (4, "name")],
        ),
        (b"group,name,times\npeople,Caf\xef\xbf\xbd,\xc3\x83\xc2\xa0 midi\n", [(2, "name"), (2, "times")]),
        (b"group,name\npeople,a,b\n", [(2, "")]),
        (b'group,name\npeople,"a\n', [(2, "")]),
    ],
)
def test_what_cannot_be_read_is_said_where_it_stands(data: bytes, where: list[tuple[int, str]]) -> None:
    assert faults(data) == where


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("CafÃ©", "Café"),
        ("Å\x81ukasz", "Łukasz"),
        ("WÃ³jcik", "Wójcik"),
        ("à¨ªà©°à¨œà¨¾à¨¬à©€", "ਪੰਜਾਬੀ"),
        ("Ø§Ø±Ø¯Ùˆ", "اردو"),
        ("Ann â€œNanâ€œ Lee", "Ann “Nan“ Lee"),
        ("Ã\u00a0 midi", "à midi"),
    ],
)
def test_a_file_that_was_decoded_wrong_is_said_with_what_it_should_say(wrong: str, meant: str) -> None:
    [fault] = read_table(f"group,name\npeople,{wrong}\n".encode(), KNOWN, ()).faults
    assert (fault.line, fault.column) == (2, "name")
    assert f"it should say “{meant}”" in fault.sentence


@pytest.mark.parametrize(
    "name",
    [
        "Café",
        "Éé",
        "Åsa Öberg",
        "Łucja Żółć",
        "“CAFÉ”",
        "CAFÉ\u00a0»",
        "Strauß—Kahn",
        "MAÇÃ”",
        "ਪੰਜਾਬੀ",
        "اردو",
        "Zoë’s £5 €",
    ],
)
def test_letters_that_are_right_are_left_alone(name: str) -> None:
    assert read_table(f"group,name\npeople,{name}\n".encode(), KNOWN, ()).faults == []


def test_a_cell_of_any_length_is_read_and_said_by_its_column() -> None:
    table = read_table(b"group,name\npeople," + b"x" * 200_000 + b"\npeople,Ann\n", KNOWN, ())
    assert [len(cells["name"]) for _, cells in table.rows] == [200_000, 3]
    _, wrong = enrolment_form.check_contact({"name": table.rows[0][1]["name"]})
    assert [fault.field for fault in wrong] == ["name"]


CONTACTS = [
    ("phone", "tel:+447700900142", "+447700900142"),
    ("phone", "'07700900142", "07700900142"),
    ("phone", "٠٧٧٠٠ ٩٠٠١٤٢", "٠٧٧٠٠ ٩٠٠١٤٢"),
    ("phone", "07700 90014", None),
    ("phone", "900142", None),
    ("phone", "7700", None),
    ("phone", "+48 22 123 45 6", None),
    ("phone", "07700 900142 3", None),
    ("phone", "7.7009E+11", None),
    ("email", "mailto:nina@example.org", "nina@example.org"),
    ("email", "MAILTO:nina@example.org", "nina@example.org"),
    ("email", "o'brien+work@example.org", "o'brien+work@example.org"),
    ("email", "nina@exämple.org", "nina@exämple.org"),
    ("email", "nina..b@example.org", None),
    ("email", ".nina@example.org", None),
    ("email", "nina@example..org", None),
    ("email", "nina@-example.org", None),
    ("email", "nina@example.org, jo@example.org", None),
    ("email", "Nina <nina@example.org>", None),
    ("email", "nina@@example.org", None),
    ("email", "nina@example", None),
    ("name", "Ni\0na", None),
    ("name", "Ni\u200dna", "Ni\u200dna"),
    ("name", "\u200b\u2800", ""),
    ("name", "Zoe\u0308", "Zoë"),
]


@pytest.mark.parametrize(("field", "written", "kept"), CONTACTS, ids=[repr(each[1]) for each in CONTACTS])
def test_what_is_written_of_a_contact_is_understood_or_said(field: str, written: str, kept: str | None) -> None:
    contact, wrong = enrolment_form.check_contact({field: written})
    assert [fault.field for fault in wrong] == ([field] if kept is None else [])
    assert contact == Contact(**{field: kept or ""})


def test_a_number_that_is_too_short_is_told_apart_from_what_is_none() -> None:
    short, none = ({"phone": "07700 90014"}, {"phone": "ask her sister"})
    assert "too short to dial" in enrolment_form.check_contact(short)[1][0].sentence
    assert "too short to dial" not in enrolment_form.check_contact(none)[1][0].sentence
    assert contacts.phone_number("07700 900142") == "+447700900142"


def test_codes_and_days_are_read_in_any_shape_of_their_characters() -> None:
    study = load_study(ROOT / "questionnaires" / "job_rotation")
    written = {"group": "Ｂackfill", "reference": "bf–००४२", "enrolled_on": "१५/०१/२०२५", "site": "ｓ１"}
    new, wrong = enrolment_form.check(study, dt.date(2025, 6, 1), written)
    assert wrong == []
    assert (new.group, new.reference, new.site) == ("backfill", "BF-0042", "S1")
    assert new.enrolled_on == dt.date(2025, 1, 15)
