"""A manager opens a version and moves those midway, each after reading what it means."""

from __future__ import annotations

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Runtime
from tests import factories, versioned
from tests.integration.test_moving import answer_four, cafe, guest
from tests.page import Client

__all__ = ["cafe"]

VERSIONS = f"/manage/{versioned.NAME}/versions"


def manager(runtime: Runtime) -> Client:
    staff = factories.create_staff(runtime, Role.MANAGER, study=versioned.NAME)
    app = create_app(runtime)
    app.testing = True
    app.config["RATELIMIT_ENABLED"] = False
    client = Client(app.test_client())
    assert client.sign_in(staff.email).status_code == 302
    return client


def test_what_is_different_is_read_before_a_version_opens(cafe: Runtime) -> None:
    answer_four(cafe, guest(cafe, "GU-0001"))
    client = manager(cafe)
    page = client.page(f"{VERSIONS}/first/open")
    for said in (
        "What is different from version 1",
        "Would you recommend it to a friend?",
        "reworded, not comparable",
        "It now names a friend.",
        "1 person is midway on an earlier version",
    ):
        assert said in page.words
    token = page.fields()["csrf_token"][0]
    client.post(f"{VERSIONS}/first/open", {"csrf_token": token})
    assert "Version 2 of first is open: new responses begin on it." in client.page(VERSIONS).words
    assert client.get(f"{VERSIONS}/first/open").status_code == 404


def test_people_are_moved_after_reading_what_their_answers_become(cafe: Runtime) -> None:
    answer_four(cafe, guest(cafe, "GU-0001"))
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    client = manager(cafe)
    assert "Move them" in client.page(VERSIONS).words
    page = client.page(f"{VERSIONS}/first/move")
    for said in ("GU-0001", "It now names a friend.", "“A little” becomes “Fair”", "Asked again: 1"):
        assert said in page.words
    client.post(f"{VERSIONS}/first/move", {"csrf_token": page.fields()["csrf_token"][0]})
    assert "1 person was moved." in client.page(VERSIONS).words
    assert "Nobody is midway on an older version." in client.page(f"{VERSIONS}/first/move").words
