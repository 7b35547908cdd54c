"""Participants from a file: every fault said, all or nobody added, and no bytes that break it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role, Scope, Staff
from surveyapp.services.lists import all_at_once
from surveyapp.services.lists.all_at_once import Import, import_file
from surveyapp.services.lists.files import sheet
from surveyapp.services.lists.files.sheet import RowFault
from surveyapp.services.participants import contacts, enrolment
from surveyapp.services.privacy import subject_access
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock

STUDY = factories.STUDY
GOOD = """\
reference,group,site,site_name,site.employer_size,site.asks_uc,age,enrolled_on,name,phone,email,preferred,event.placement_start
,backfill,,,,,25_50,2026-06-01,Amina Farah,07700 900142,amina@example.org,phone,13/06/2026
BF-0009,backfill,,,,,Under 25,,"Lee, Sam",07700 900143,,,
,employee,S9,The Bakery,sme,yes,,,Zoë Weiß,,zoe@example.org,e-mail,
,employee,S9,,,,,,"Ola
Nowak",+48 22 123 45 67,,,
""".replace("e-mail", "email")


@pytest.fixture
def manager(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.MANAGER)


@pytest.fixture
def desk(runtime: Runtime, manager: Staff) -> Desk:
    return Desk(runtime, manager)


def references(runtime: Runtime) -> set[str]:
    with runtime.database.reading() as session:
        return participants.references(session, STUDY)


def faults(outcome: Import) -> list[tuple[int, str]]:
    return [(fault.line, fault.column) for fault in outcome.faults]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.upper().split("\n")[0].encode() + GOOD.encode()[GOOD.index("\n") :],
        GOOD.replace("\n,", "\n,,,\n,", 0).encode() + b",,,,,,,,,,,,\n\n",
    ],
    ids=["utf-8", "with a mark", "from windows", "capitals in the header", "blank rows"],
)
def test_a_file_adds_everybody_in_it(runtime: Runtime, desk: Desk, data: bytes) -> None:
    outcome = import_file(desk, STUDY, data)
    assert outcome == Import(
        references=("BF-0010", "BF-0009", "EM-0001", "EM-0002"), new_sites=("S9",), faults=(), shared=(), stored=True
    )
    assert references(runtime) == set(outcome.references)
    participant, contact = enrolment.contact_of(desk, STUDY, "EM-0002")
    assert contact == Contact(name="Ola Nowak", phone="+48 22 123 45 67")
    assert participant.site is not None
    assert (participant.site.name, participant.site.attributes) == (
        "The Bakery",
        {"employer_size": "sme", "asks_uc": "yes"},
    )
    first, contact = enrolment.contact_of(desk, STUDY, "BF-0010")
    assert first.attributes == {"age": "25_50"}
    with runtime.database.reading() as session:
        assert [event.event for event in participants.events(session, first.id)] == ["placement_start"]
        trail = audit.entries(session, STUDY)
    assert trail[-3].action == "participants_imported"
    assert trail[-3].detail == {"count": 4, "sha256": runtime.keyring.digest("list", hashlib.sha256(data).hexdigest())}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_recognised(runtime: Runtime, desk: Desk, delimiter: str) -> None:
    data = f'group{delimiter}name\nbackfill{delimiter}"Lee, Sam; again"\n'.encode()
    assert import_file(desk, STUDY, data).stored
    assert enrolment.contact_of(desk, STUDY, "BF-0001")[1].name == "Lee, Sam; again"


def test_every_fault_of_every_row_is_said_with_its_line_and_nobody_added(runtime: Runtime, desk: Desk) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    data = b"""\
reference,group,site,site.employer_size,age,enrolled_on,name,phone,email
BF-0001,backfill,,,,,Taken,,
BF-0002,backfill,,,,,"A name
over two lines",,
BF-0002,backfill,,,,,Twice,,
,backfil,,,24,2026-06-31,Four faults,123,
,employee,S9,sme,,,New site without all of it,,
,employee,S9,large,,,And another size,,
,employee
,backfill,,,,,Good,,
"""
    outcome = import_file(desk, STUDY, data)
    assert faults(outcome) == [
        (2, "reference"),
        (5, "reference"),
        (6, "age"),
        (6, "enrolled_on"),
        (6, "group"),
        (6, "phone"),
        (7, "site.asks_uc"),
        (8, "site.employer_size"),
    ]
    said = {(fault.line, fault.column): fault.sentence for fault in outcome.faults}
    assert said[5, "reference"] == "BF-0002 is on line 3 too."
    assert "Did you mean “backfill”?" in said[6, "group"]
    assert "one of: Asked, Not asked" in said[7, "site.asks_uc"]
    assert not outcome.stored
    assert references(runtime) == {"BF-0001"}


def test_a_dry_run_says_the_same_and_stores_nothing(runtime: Runtime, desk: Desk) -> None:
    outcome = import_file(desk, STUDY, GOOD.encode(), dry_run=True)
    assert outcome == Import(
        references=("BF-0010", "BF-0009", "EM-0001", "EM-0002"), new_sites=("S9",), faults=(), shared=(), stored=False
    )
    assert references(runtime) == set()
    with runtime.database.reading() as session:
        assert participants.sites(session, STUDY, runtime.clock().date()) == []


def test_shared_numbers_are_confirmed_first(runtime: Runtime, desk: Desk) -> None:
    enrolment.add(desk, STUDY, {"group": "backfill", "email": "amina@example.org"})
    data = (
        b"group,name,phone,email\nbackfill,A,07700 900142,\nbackfill,B,+447700900142,AMINA@example.org\n"
        b"backfill,C,07700 900144,\n"
    )
    outcome = import_file(desk, STUDY, data)
    assert outcome.shared == (
        RowFault(3, "email", "This e-mail address is also that of BF-0001."),
        RowFault(3, "phone", "This phone number is also that of line 2."),
    )
    assert not outcome.stored
    assert references(runtime) == {"BF-0001"}
    assert import_file(desk, STUDY, data, allow_shared=True).stored
    assert references(runtime) == {"BF-0001", "BF-0002", "BF-0003", "BF-0004"}


@pytest.mark.parametrize(
    ("data", "line", "sentence"),
    [
        (b"", 1, "The file is empty"),
        (b"\n\n  \n", 1, "The file is empty"),
        (b"group,name\n", 1, "nobody in the file"),
        ("group,name\nbackfill,Zoé\n".encode("cp1252"), 1, "not UTF-8 text"),
        (b"PK\x03\x04\x00\x00", 1, "The workbook is damaged"),
        (b"\x00\x01\x02\x03\x04\x05", 1, "neither a text file nor a workbook"),
        ("group,name\nbackfill,CafÃ©\n".encode(), 2, "it should say “Café”"),
        (b"group,phone\nbackfill,07700 90014\n", 2, "too short to dial"),
        (b"group,email\nbackfill,nina..b@example.org\n", 2, "an e-mail address such as"),
        (b'group,name\nbackfill,"open\nbackfill,B\n', 2, "quotation mark"),
        (b'group,name\nbackfill,"in"side\n', 2, "quotation mark"),
        (b"group,group\nbackfill,backfill\n", 1, "Two columns have this name"),
        (b"group,,name\nbackfill,x,A\n", 1, "Column 2 has no name"),
        (b"group,shoe size,phon\nbackfill,1,2\n", 1, "Did you mean “phone”?"),
        (b"name\nA\n", 1, "There is no such column"),
        (b"group\n" + b" " * 20_000_000, 1, "larger than 20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    runtime: Runtime, desk: Desk, data: bytes, line: int, sentence: str
) -> None:
    outcome = import_file(desk, STUDY, data)
    found = [fault for fault in outcome.faults if sentence in fault.sentence]
    assert [fault.line for fault in found] == [line], outcome.faults
    assert references(runtime) == set()


def test_what_a_spreadsheet_saves_as_unicode_text_is_imported(runtime: Runtime, desk: Desk) -> None:
    data = 'group\tname\tphone\temail\nbackfill\tZoé\t="07700 900142"\tmailto:zoe@example.org\n'.encode("utf-16")
    outcome = import_file(desk, STUDY, data)
    assert (outcome.faults, outcome.stored) == ((), True)
    with factories.operator(runtime).reading() as work:
        scope = Scope(STUDY, runtime.origin)
        assert contacts.find(work, scope, "+44 7700 900142") == list(outcome.references)
        assert contacts.find(work, scope, "zoe@example.org") == list(outcome.references)


def test_a_missing_column_is_said_once(runtime: Runtime, desk: Desk) -> None:
    outcome = import_file(desk, STUDY, b"name,phone\nA,1\nB,07700 900142\n")
    assert faults(outcome) == [(1, "group"), (2, "phone")]


def test_what_looks_like_a_formula_is_a_name_like_any_other(runtime: Runtime, desk: Desk) -> None:
    assert import_file(desk, STUDY, b'group,name\nbackfill,"=HYPERLINK(""x"")"\n').stored
    assert enrolment.contact_of(desk, STUDY, "BF-0001")[1].name == '=HYPERLINK("x")'


def test_only_managers_import(runtime: Runtime) -> None:
    with pytest.raises(NotPermitted):
        import_file(Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR)), STUDY, GOOD.encode(), dry_run=True)


def test_every_column_there_is_can_be_imported(runtime: Runtime, desk: Desk) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    values = {
        "relationship.paired_with": "BF-0001",
        "group": "employee",
        "reference": "EM-0500",
        "enrolled_on": "2026-06-01",
        "site": "S9",
        "site_name": "Site",
        "name": "A",
        "phone": "07700 900142",
        "email": "a@example.org",
        "times": "noon",
        "language": "Welsh",
        "other_phones": "07700 900143",
        "address": "1 High Street",
        "born": "1980",
        "given_name": "A",
        "family_name": "B",
        "consent_given_to": "Job Shop",
        "consent_wording": "1",
    }
    columns = all_at_once.columns(factories.operator(runtime), STUDY)
    row = [
        values.get(column.name) or (next(iter(column.values)) if column.values else "2026-06-02") for column in columns
    ]
    data = f"{','.join(column.name for column in columns)}\n{','.join(row)}\n".encode()
    outcome = import_file(desk, STUDY, data)
    assert outcome.faults == ()
    assert outcome.references == ("EM-0500",)
    person, _ = enrolment.contact_of(desk, STUDY, "EM-0500")
    with desk.reading() as work:
        taken = {each.taken_by for each in subject_access.record_of(work, person, None).consents}
    assert taken == {"Job Shop"}, "whose consent it is reads who took it"


def test_the_largest_file_is_imported_in_few_statements(sqlite_runtime: Runtime) -> None:
    rows = [f"backfill,Person {n},07{n:09d},p{n}@example.org,25_50" for n in range(5000)]
    data = "\n".join(["group,name,phone,email,age", *rows]).encode()
    with factories.counted(sqlite_runtime) as statements:
        outcome = import_file(factories.operator(sqlite_runtime), STUDY, data)
    assert len(outcome.references) == 5000
    assert outcome.stored
    assert len(statements) < 100, len(statements)


@pytest.fixture
def sqlite_runtime(sqlite_url: str, clock: Clock) -> Iterator[Runtime]:
    made = factories.create_runtime(sqlite_url, clock)
    yield made
    made.database.dispose()


CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "backfill",
            "employee",
            "BF-0001",
            "S9",
            "sme",
            "yes",
            "07700 900142",
            "a@example.org",
            "2026-06-01",
            "25_50",
            "phone",
            '"',
            "\n",
            "\r",
            ";",
            ",",
            "=1+1",
            "\ufeff",
            "\0",
            "\x85",
            "\u2028",
            "",
        ]
    ),
)
HEADERS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "group",
                "reference",
                "site",
                "site.employer_size",
                "age",
                "phone",
                "email",
                "enrolled_on",
                "preferred",
                "event.placement_start",
            ]
        ),
        st.text(max_size=12),
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=HEADERS,
    rows=st.lists(st.lists(CELLS, max_size=9), max_size=6),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoted=st.booleans(),
)
@example(header=["group"], rows=[["backfill"]], delimiter=",", encoding="utf-8", quoted=False)
def test_no_file_breaks_it_or_gets_in_by_half(
    sqlite_runtime: Runtime, header: list[str], rows: list[list[str]], delimiter: str, encoding: str, quoted: bool
) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quoted else text

    text = "\n".join(delimiter.join(cell(each) for each in row) for row in [header, *rows])
    _import_all_or_nobody(sqlite_runtime, text.encode(encoding, errors="replace"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), named=st.booleans())
def test_no_bytes_break_it(sqlite_runtime: Runtime, data: bytes, named: bool) -> None:
    _import_all_or_nobody(sqlite_runtime, (b"group,name,phone\nbackfill," if named else b"") + data)


def _import_all_or_nobody(runtime: Runtime, data: bytes) -> None:
    before = references(runtime)
    outcome = import_file(factories.operator(runtime), STUDY, data)
    added = references(runtime) - before
    if outcome.stored:
        assert added == set(outcome.references)
        assert len(added) == len(outcome.references) > 0
    else:
        assert not added
        assert outcome.faults or outcome.shared
    lines = len(data.splitlines()) + 1
    assert all(1 <= fault.line <= max(lines, 1) and fault.sentence for fault in outcome.faults)


def test_limits_are_what_the_page_says() -> None:
    assert (sheet.MAXIMUM_BYTES, sheet.MAXIMUM_ROWS) == (20_000_000, 50_000)
