"""Lists of people as spreadsheets and address books hand them over: understood, or said by row and column."""

from __future__ import annotations

import datetime as dt

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from surveyapp.domain import normalise
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.participants import Contact
from surveyapp.services.lists import checking, headings
from surveyapp.services.lists import mapping as mapping_of_lists
from surveyapp.services.lists.files import workbook
from surveyapp.services.lists.files.reading import read_sheet
from surveyapp.services.lists.files.sheet import LONGEST_CELL, ListSheet
from surveyapp.services.lists.mapping import ListMapping, mapped
from surveyapp.services.participants import contacts, enrolment_form
from surveyapp.settings import ROOT
from tests.list_files import ListFile, list_files, zipped

WRITTEN = "group,name,phone\npeople,Zoë Łuczak,07700 900142\n"
READ = [(2, ("people", "Zoë Łuczak", "07700 900142"))]
STUDY = load_study(ROOT / "questionnaires" / "job_rotation")
WORDS = headings._words(STUDY, ())


def read(data: bytes) -> ListSheet:
    found = read_sheet(data, WORDS)
    found.rows = [(line, tuple(cells)) for line, cells in found.rows]
    return found


@pytest.mark.parametrize("file", list(list_files()), ids=lambda file: file.name)
def test_every_kind_of_list_is_right_or_refused_with_a_reason(file: ListFile) -> None:
    sheet = read(file.data)
    mapping = ListMapping(columns=WORDS.proposed(sheet.header), group="backfill")
    made = mapped(sheet, mapping, STUDY, {})
    today = dt.date(2026, 11, 26)
    people, faults = (
        checking.read_rows(STUDY, today, dt.UTC, made, lambda done: None)
        if 0 < len(made.rows) < 100
        else ([], made.faults)
    )
    codes = {fault.sentence.code for fault in faults} | {
        str(part) for fault in faults for part in (getattr(fault.sentence.params.get("first"), "code", ""),) if part
    }
    if made.either:
        codes.add("dates_either")
    if sheet.encoding:
        codes.add(f"encoding:{sheet.encoding}")
    assert codes == set(file.codes)
    if not faults:
        said = [(listed.new.contact.name, contacts.phone_number(listed.new.contact.phone)) for _, listed in people]
        assert said == list(file.people)


def test_the_kinds_of_list_are_many_and_each_by_its_own_name() -> None:
    names = [file.name for file in list_files()]
    assert len(names) == len(set(names)) >= 60


DECLARED = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("xl/worksheets/sheet1.xml", f"{DECLARED}<x/>".encode()),
        ("behind_a_remark.xml", f"<!--{'x' * 70_000}-->{DECLARED}<x/>".encode()),
        ("in_utf_16.xml", f'<?xml version="1.0" encoding="UTF-16"?>{DECLARED}<x/>'.encode("utf-16")),
        ("by_another_name.dat", f"{DECLARED}<x/>".encode()),
    ],
)
def test_a_document_type_is_refused_wherever_it_stands(name: str, part: bytes) -> None:
    """By ourselves, whichever library that would have refused it too happens to be there."""
    fault = workbook.refusal(zipped({"xl/workbook.xml": b"<workbook/>", name: part}))
    assert fault is not None
    assert fault.code == "workbook_broken"
    sound = {"xl/workbook.xml": b"<!-- <!DOCTYPE x> --><workbook/>", name: b"<x/>", "xl/media/image.png": b"\x89PNG"}
    assert workbook.refusal(zipped(sound)) is None


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
    [fault] = read(f"group,name\npeople,{wrong}\n".encode()).everything_wrong
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
    assert read(f"group,name\npeople,{name}\n".encode()).everything_wrong == []


def test_a_cell_of_any_length_is_read_and_said_by_its_column() -> None:
    """And no more of it is handed on than anything that a list holds can have."""
    sheet = read(b"group,name\npeople," + b"x" * 200_000 + b"\npeople,Ann\n")
    assert [len(cells[1]) for _, cells in sheet.rows] == [LONGEST_CELL, 3]
    [fault] = sheet.everything_wrong
    assert (fault.line, fault.column, fault.sentence.code) == (2, "name", "text_too_long")
    _, wrong = enrolment_form.check_contact({"name": sheet.rows[0][1][1]})
    assert [fault.field for fault in wrong] == ["name"]


def test_a_reference_of_thousands_of_digits_to_a_sign_breaks_nothing() -> None:
    [fault] = read(b"group,name\npeople,<b>&#" + b"9" * 5_000 + b";</b>\n").everything_wrong
    assert fault.sentence.code == "text_too_long"


def test_a_heading_that_is_longer_than_any_is_compared_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def counted(heading: str) -> str:
        compared.append(len(heading))
        return folded(heading)

    folded = headings.folded
    monkeypatch.setattr(headings, "folded", counted)
    sheet = read(("é" * 100_000 + ",name\n" + "ﷺ" * 100_000 + ",Ann\n").encode())
    assert sheet.header[1] == "name"
    assert max(compared) <= headings.LONGEST_HEADING


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("07700 900142 / 07700 900143", ["07700 900142", "07700 900143"]),
        ("07700   900142 /  07700 900143", ["07700 900142", "07700 900143"]),
        ("07700 900142\n\n 07700 900143;07700 900144", ["07700 900142", "07700 900143", "07700 900144"]),
        ("07700 900142\t or\t07700 900143 , 07700 900144", ["07700 900142", "07700 900143", "07700 900144"]),
        ("+44 7700 900142/(07700) 900143", ["+44 7700 900142", "(07700) 900143"]),
    ],
)
def test_numbers_in_one_cell_are_told_apart(written: str, numbers: list[str]) -> None:
    assert mapping_of_lists._numbers(written) == numbers


def test_numbers_are_looked_for_in_text_without_runs_of_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    class Told:
        def split(self, text: str) -> list[str]:
            given.append(text)
            return [text]

    monkeypatch.setattr(mapping_of_lists, "_BETWEEN_NUMBERS", Told())
    read_as = ListMapping(columns=("name", "phone", "other_phones"), group="backfill")
    mapped(read(f"name,phone,other phones\nAnn,1{' ' * 1_900}1,2{chr(0x2003) * 1_900}2\n".encode()), read_as, STUDY, {})
    assert given == ["1 1", "2 2"]


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


ADDRESSES = st.one_of(
    st.emails(),
    st.text("ab.-_+'ſKżœ@", max_size=12),
    st.tuples(
        st.text("abZ.'+\u0142", max_size=70),
        st.sampled_from(
            ["example.org", "Example.ORG", "xn--bcher-kva.example", "a.local", "x", "xn--a", "b\u00fccher.de"]
        ),
    ).map("@".join),
)


@given(ADDRESSES)
@settings(max_examples=300)
def test_an_address_whose_domain_is_known_is_read_as_one_that_is_new(written: str) -> None:
    try:
        found = validate_email(normalise.one_line(written), check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        found = None
    assert contacts.email_address(written) == found
