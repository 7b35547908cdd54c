"""What a phone is given to turn its pages with: a pack that is the same for everybody, and a slip of its own person."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from surveyapp import create_app
from surveyapp.domain.instrument.kinds import PartType
from surveyapp.domain.instrument.routing import pages_of
from surveyapp.domain.participants import Participant
from surveyapp.services.cases import scheduling
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.store.database import new_id
from surveyapp.web.packs.parting import AT_ONCE
from tests import factories
from tests.packs import put_together, said_whole
from tests.page import Client
from tests.phone import Phone

A_PAGE, THE_REST = 150, 2_500
"""Bytes, compressed: of a page of a pack, on average; and of all it has besides: sections, words, faults, screens."""


def slip_of(phone: Phone) -> dict[str, Any]:
    response = phone.client.raw.get(phone.own("/survey/slip"))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = json.loads(response.data)
    return found


def pack_of(client: FlaskClient, slip: dict[str, Any]) -> dict[str, Any]:
    """All of the pack that a slip names, put together as a phone does it."""
    first, rest = (json.loads(client.get(slip["pack"] + part).data) for part in ("", "/rest"))
    return put_together(first, rest)


def open_mentoring(runtime: Runtime) -> None:
    for name in sorted({name for name, _ in runtime.study("mentoring").questionnaires}):
        questionnaire_versions.open_newest(factories.operator(runtime), "mentoring", name)


def mentee(runtime: Runtime, site_name: str) -> Participant:
    study = runtime.study("mentoring")
    with factories.operator(runtime).writing() as work:
        site = participants.add_site(
            work.session, study.id, site_name[:2].upper(), site_name, {"sector": "construction"}, runtime.today(study)
        )
        made = Participant(
            id=new_id(),
            study=study.id,
            group="mentee",
            reference=f"ME-{site_name[:2].upper()}",
            origin=runtime.origin,
            enrolled_on=runtime.today(study),
            site=site,
            attributes={"first_job": "yes"},
        )
        participants.add_participant(work.session, made)
        scheduling.plan_cases(work, made)
    return made


def begun(runtime: Runtime, participant: Participant) -> Phone:
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, participant))
    return phone


def test_a_pack_is_the_same_for_everybody_and_says_nothing_of_anybody(runtime: Runtime) -> None:
    open_mentoring(runtime)
    people = [mentee(runtime, "Quillfeather Ltd"), mentee(runtime, "Zephyrine Works")]
    phones = [begun(runtime, person) for person in people]
    slips = [slip_of(phone) for phone in phones]
    packs = [
        [phone.client.raw.get(slip["pack"] + part).data for part in ("", "/rest")]
        for phone, slip in zip(phones, slips, strict=True)
    ]
    assert packs[0] == packs[1]
    assert slips[0]["pack"] == slips[1]["pack"]
    said = b"".join(packs[0]).decode()
    assert "{site.name|your workplace}" in said, "quotations are as they are written"
    for person, phone in zip(people, phones, strict=True):
        assert person.site
        assert not [word for word in (person.reference, person.site.name, phone.handle, "csrf_token") if word in said]
    assert [slip["facts"]["site.name"] for slip in slips] == ["Quillfeather Ltd", "Zephyrine Works"]


def test_a_slip_tells_of_what_is_known_of_a_person_only_what_texts_quote(runtime: Runtime) -> None:
    open_mentoring(runtime)
    phone = begun(runtime, mentee(runtime, "Quillfeather Ltd"))
    slip = slip_of(phone)
    assert set(slip["facts"]) == {"site.name"}
    assert slip["outside"]
    assert set(slip["outside"].values()) <= {True, False}
    assert "construction" not in json.dumps(slip)
    assert "first_job" not in json.dumps(slip)
    pack = pack_of(phone.client.raw, slip)
    conditions = json.dumps([page.get("if") for page in pack["pages"]])
    assert "outside" in conditions
    assert "construction" not in conditions, "what it compares with stays with the server"


def test_a_slip_says_what_they_answered(runtime: Runtime, phone: Phone) -> None:
    fresh = slip_of(phone)
    assert (fresh["answers"], fresh["own"]) == ({}, True)
    phone.answer_until("hopes", {"heard_via": "other", "heard_via_other_text": "A friend, “Zed”"})
    later = slip_of(phone)
    assert later["answers"]["heard_via_other_text"]["form"] == {"heard_via_other_text": ["A friend, “Zed”"]}


@pytest.mark.parametrize("part", ["", "/rest"])
def test_a_pack_is_kept_for_good_and_needs_nobody(runtime: Runtime, phone: Phone, part: str) -> None:
    address = slip_of(phone)["pack"] + part
    stranger = Client(create_app(runtime).test_client())
    response = stranger.raw.get(address, headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert "Cookie" not in response.headers["Vary"]
    assert "Set-Cookie" not in response.headers
    assert response.headers["Content-Encoding"] == "gzip"
    assert ("heard_via" if not part else "recommend") in gzip.decompress(response.data).decode()


@pytest.mark.parametrize(
    "changed",
    [
        ("/en/", "/xx/"),
        ("/backfill_1/", "/nothing/"),
        ("/job_rotation/", "/nothing/"),
        ("/1/en/", "/9/en/"),
        ("/en/", "/en/0"),
        ("/pack/", "/pack/rest/"),
    ],
)
def test_a_pack_that_is_not_there(runtime: Runtime, phone: Phone, changed: tuple[str, str]) -> None:
    address = slip_of(phone)["pack"].replace(*changed)
    assert phone.client.raw.get(address).status_code == 404


def test_there_is_no_slip_where_nothing_is_asked(runtime: Runtime, link: str, phone: Phone) -> None:
    strange = Phone(runtime)
    strange.open(link)
    assert strange.client.raw.get(strange.own("/survey/slip")).status_code == 404, "before consent"
    phone.answer_until(None)
    phone.send()
    assert phone.client.raw.get(phone.own("/survey/slip")).status_code == 404, "after sending"


def test_nobody_reads_another_ones_slip(runtime: Runtime, phone: Phone) -> None:
    other = begun(runtime, factories.create_participant(runtime))
    response = other.client.raw.get(f"/survey/{phone.handle}/slip")
    assert response.status_code == 409
    assert json.loads(response.data) == {"why": "elses"}
    assert Client(create_app(runtime).test_client()).raw.get(f"/survey/{phone.handle}/slip").status_code == 401


def test_a_page_of_a_pack_is_small(runtime: Runtime, phone: Phone) -> None:
    open_mentoring(runtime)
    seen = [slip_of(phone)]
    seen += [slip_of(begun(runtime, factories.create_participant(runtime, "employee")))]
    seen += [slip_of(begun(runtime, mentee(runtime, "Quillfeather Ltd")))]
    for slip in seen:
        pack = pack_of(phone.client.raw, slip)
        whole, alone = (
            len(gzip.compress(json.dumps(each, ensure_ascii=False, separators=(",", ":")).encode()))
            for each in (pack, pack["pages"])
        )
        assert alone / len(pack["pages"]) <= A_PAGE, slip["pack"]
        assert whole - alone <= THE_REST, slip["pack"]


def test_a_pack_has_every_page_with_what_reading_and_routing_it_take(runtime: Runtime, phone: Phone) -> None:
    pack = pack_of(phone.client.raw, slip_of(phone))
    questionnaire = runtime.study(factories.STUDY).questionnaires["backfill_1", 1]
    assert [page["id"] for page in pack["pages"]] == [page.id for page in pages_of(questionnaire)]
    for folded, asked in zip(pack["pages"], pages_of(questionnaire), strict=True):
        page = said_whole(folded)
        assert [part["key"] for part in page["parts"]] == [part.key for part in asked.parts]
        codes = {part.key: list(part.codes) for part in asked.parts if part.type in (PartType.CODE, PartType.CODES)}
        assert {part["key"]: part["codes"] for part in page["parts"] if part["key"] in codes} == codes
        assert page["html"].count("<form") == 1
        assert "checked" not in page["html"]
        for part in page["parts"]:
            assert pack["faults"][part["faults"]]["more_than_one"]
            assert part.get("required", False) == ("required" in pack["faults"][part["faults"]])


def test_the_first_part_of_a_pack_has_all_that_the_first_questions_take(runtime: Runtime, phone: Phone) -> None:
    slip = slip_of(phone)
    first = json.loads(phone.client.raw.get(slip["pack"]).data)
    whole = pack_of(phone.client.raw, slip)
    assert [page["id"] for page in first["pages"] if "html" in page] == [
        page["id"] for page in whole["pages"][:AT_ONCE]
    ]
    for here, there in zip(first["pages"], whole["pages"], strict=True):
        assert {**there, "html": ""} == {**here, "html": ""}, "the way through is known from the beginning"
    for part in (part for page in first["pages"][:AT_ONCE] for part in page["parts"]):
        assert first["faults"][part["faults"]] == whole["faults"][part["faults"]]
