"""Whoever is signed in now gets no token for what somebody else entered before, and none of it is stored as theirs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from surveyapp.services.runtime import Runtime
from tests import factories
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client


@pytest.fixture
def ines(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


def asked(who: Interviewer, place: str, headers: dict[str, str]) -> TestResponse:
    return who.client.raw.get(f"{who.case}/{place}{who.talk}", headers=headers)


def saved(who: Interviewer, headers: dict[str, str]) -> TestResponse:
    save: dict[str, Any] = {
        "save": str(uuid.uuid4()), "page": "heard_via", "questionnaire": "backfill_1", "version": 1, "language": "en",
        "form": {"heard_via": ["online"]},
    }  # fmt: skip
    return who.client.raw.post(
        f"{who.case}/saves{who.talk}", json=save, headers={"X-CSRFToken": who.token(), **headers}
    )


def test_the_token_of_another_is_given_to_nobody_who_does_not_name_themselves(
    client: Client, runtime: Runtime, ines: Interviewer
) -> None:
    person = create_reachable(runtime)
    ines.open(person)
    ines.start()
    sam = Interviewer(client, runtime)
    own, others = ({"X-Whose": each.staff.id.hex} for each in (ines, sam))
    for place in ("stand", "slip"):
        assert asked(ines, place, own).status_code == 200
        for headers in (others, {}, {"X-Whose": "łącze".encode().decode("latin-1")}):
            refused = asked(ines, place, headers)
            assert (refused.status_code, refused.json["why"]) == (401, "ended")  # type: ignore[index]
            assert f"{ines.staff.name} is signed in here now." in refused.json["sentence"]  # type: ignore[index]
    assert saved(ines, others).status_code == 401
    assert factories.stored(runtime, person)[0] == {}
    assert saved(ines, own).json["became"] == "saved"  # type: ignore[index]


def test_a_page_that_says_nothing_of_it_saves_by_the_token_of_its_own_session(
    runtime: Runtime, ines: Interviewer
) -> None:
    ines.open(create_reachable(runtime))
    ines.start()
    assert saved(ines, {}).json["became"] == "saved"  # type: ignore[index]
