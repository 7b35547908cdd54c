"""Rows of a list that may be somebody who is there already: told, asked about, and done as somebody says."""

from __future__ import annotations

from collections import Counter

import pytest

from surveyapp.domain.fieldwork.lists import DoubleChoice
from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Staff
from surveyapp.services.lists import imports, list_pages, taking_back
from surveyapp.services.lists.doubles import DoubleBy
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.participants import enrolment
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.lists import records
from tests.integration.test_lists_brought_in import STUDY, contact, looked_at, references
from tests.integration.test_lists_brought_in import desk as desk
from tests.integration.test_lists_brought_in import manager as manager
from tests.office import IMPORT
from tests.page import Client, Page


def test_likely_doubles_are_told_by_what_says_so(desk: Desk) -> None:
    enrolment.add(desk, STUDY, {"group": "backfill", "name": "Amina Yusuf", "phone": "07700 900142"})
    enrolment.add(desk, STUDY, {"group": "employee", "name": "Daniel Osei"})
    import_id = looked_at(
        desk,
        "Reference,Name,Phone\nBF-0001,A Y,\n,Someone Else,+447700900142\n,Yusuf Amina,\n,Amina Yusof,\n"
        ",Daniel Osei,\n,Kerry Platt,07700 900150\n,Kerry Plat,07700 900151\n",
    )
    found = {each.double.line: each.double for each in list_pages.looked_at(desk, STUDY, import_id).doubles}
    assert {line: (each.by, each.reference, each.other_line) for line, each in found.items()} == {
        2: (DoubleBy.REFERENCE, "BF-0001", 0),
        3: (DoubleBy.CONTACT, "BF-0001", 0),
        4: (DoubleBy.NAME, "BF-0001", 0),
        5: (DoubleBy.NEAR_NAME, "BF-0001", 0),
        8: (DoubleBy.NEAR_NAME, "", 7),
    }


@pytest.mark.parametrize(
    ("choice", "people", "kept"),
    [
        (DoubleChoice.ANOTHER, {"BF-0001", "BF-0002"}, ("07700 900142", "")),
        (DoubleChoice.MERGE, {"BF-0001"}, ("07700 900142", "1 High Street")),
        (DoubleChoice.UPDATE, {"BF-0001"}, ("07700 900199", "1 High Street")),
        (DoubleChoice.LEAVE, {"BF-0001"}, ("07700 900142", "")),
    ],
)
def test_a_double_is_kept_merged_updated_or_left_out_and_all_of_it_taken_back(
    runtime: Runtime, desk: Desk, choice: DoubleChoice, people: set[str], kept: tuple[str, str]
) -> None:
    enrolment.add(desk, STUDY, {"group": "backfill", "name": "Amina Yusuf", "phone": "07700 900142"})
    import_id = looked_at(desk, "Name,Phone,Address\nAmina Yusuf,07700 900199,1 High Street\n")
    imports.decide(desk, STUDY, import_id, Decisions(doubles={2: choice}))
    assert references(runtime) == people
    held = contact(desk, "BF-0001")
    assert (held.phone, held.address) == kept
    taking_back.undo(desk, STUDY, import_id)
    assert references(runtime) == {"BF-0001"}
    assert contact(desk, "BF-0001") == Contact(name="Amina Yusuf", phone="07700 900142")


def test_nobody_is_added_who_may_be_there_already_before_somebody_says_so(
    runtime: Runtime, desk: Desk, client: Client, manager: Staff
) -> None:
    """Added on a press that was meant for all others, they would be asked twice, and each answer stand alone."""
    for name, phone in (("Amina Yusuf", "07700 900142"), ("Kerry Platt", "07700 900150")):
        enrolment.add(desk, STUDY, {"group": "backfill", "name": name, "phone": phone})
    import_id = looked_at(
        desk, "Name,Phone\nDaniel Osei,07700 900160\nAmina Yusuf,07700 900142\nKerry Platt,07700 900150\n"
    )
    client.sign_in(manager.email)
    here = f"{IMPORT}/{import_id}"
    shown = client.page(here)
    assert not {"double-3", "double-4"} & shown.fields().keys()
    refused = client.post(f"{here}/decide", {**shown.fields(), "double-3": "leave", "go": "on"})
    assert refused.status_code == 422
    again = Page(refused.text)
    assert "of which nothing is said yet: 1. Say of each whether it is the same person." in again.words
    assert 'href="#double-4"' in refused.text
    assert again.fields()["double-3"] == ["leave"]
    assert references(runtime) == {"BF-0001", "BF-0002"}
    client.post(f"{here}/decide", {**again.fields(), "double-4": "another", "go": "on"})
    assert references(runtime) == {"BF-0001", "BF-0002", "BF-0003", "BF-0004"}


def test_many_doubles_are_decided_of_page_by_page_and_the_rest_together(
    runtime: Runtime, desk: Desk, client: Client, manager: Staff
) -> None:
    enrolment.add(desk, STUDY, {"group": "backfill", "name": "Amina Yusuf", "phone": "07700 900142"})
    import_id = looked_at(desk, "Name,Phone\n" + "Amina Yusuf,07700 900142\n" * 60)
    client.sign_in(manager.email)
    here = f"{IMPORT}/{import_id}"
    first = client.page(here)
    assert "Page 1 of 3" in first.words
    decided = {**first.fields(), "double-2": "update", "doubles": "3"}
    assert client.post(f"{here}/decide", decided).location.endswith("?doubles=3")
    third = client.page(f"{here}?doubles=3")
    assert "Page 3 of 3" in third.words
    assert client.page(here).fields()["double-2"] == ["update"]
    client.post(f"{here}/decide", {**third.fields(), "double-61": "another", "others": "leave", "go": "on"})
    # What nobody said anything of goes with the rest, also where it was on a page that was gone through.
    with runtime.database.reading() as session:
        outcomes = Counter(each.outcome.value for each in records.rows_of(session, import_id))
    assert outcomes == {"updated": 1, "added": 1, "left_out": 58}
