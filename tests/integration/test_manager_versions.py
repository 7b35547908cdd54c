"""A manager opens a version and moves those midway, each after reading what it means."""

from __future__ import annotations

import re
from pathlib import Path

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Runtime
from tests import factories, versioned
from tests.conftest import Clock
from tests.integration.test_moving import answer_four, cafe, guest
from tests.page import Client

__all__ = ["cafe"]

VERSIONS = f"/manage/{versioned.NAME}/versions"


def manager(runtime: Runtime) -> Client:
    staff = factories.create_staff(runtime, Role.MANAGER, study=versioned.NAME)
    app = create_app(runtime)
    app.testing = True
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
    after = client.page(VERSIONS).words
    assert "Version 2 of first is open: new responses begin on it." in after
    assert re.search(r"Version 2, 15 Jun 2026, Manager\d+", after), "and who opened it"
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


def test_what_numbers_mean_otherwise_is_read_before_a_version_opens(
    sqlite_url: str, clock: Clock, tmp_path: Path
) -> None:
    """A net that counts otherwise, a score that is made otherwise, a threshold of the study: each is on the page."""
    price = versioned.WORTH.replace("worth,", "price,")
    score = "scores:\n  - {id: sum, title: Sum, method: %s, items: [worth, price]}\n"
    questions = versioned.COFFEE, versioned.WORTH, price
    strict = "{id: coffee, kind: choice, scale: strict, text: How much do you like the coffee?}"
    said = "coffee: {comparable: yes, because: Only the best answer counts.}\nsum: {comparable: no, because: A mean.}"
    study = versioned.STUDY.partition("measures:")[0].replace(
        "  three:\n",
        "  strict:\n    options: {much: Very much, somewhat: Somewhat, little: A little, not: Not at all}\n"
        "    nets: {liked: {label: Liked it, options: [much]}}\n    favourable: liked\n  three:\n",
    )
    files = {"first/v1": versioned.questionnaire("first", 1, *questions) + score % "sum"}
    versioned.write(tmp_path, files, study)
    made = factories.create_runtime(sqlite_url, clock, tmp_path)
    for name in ("first", "second"):
        questionnaire_versions.freeze(made, versioned.NAME, name)
    factories.open_questionnaires(made, versioned.NAME)
    made.database.dispose()
    files["first/v2"] = versioned.questionnaire("first", 2, strict, *questions[1:], changes=said) + score % "mean"
    versioned.write(tmp_path, files, study)
    made = factories.create_runtime(sqlite_url, clock, tmp_path)
    questionnaire_versions.freeze(made, versioned.NAME, "first")
    made.database.dispose()
    versioned.write(tmp_path, files, study.replace("minimum_base: 1,", "minimum_base: 5,"))
    runtime = factories.create_runtime(sqlite_url, clock, tmp_path)
    words = manager(runtime).page(f"{VERSIONS}/first/open").words
    for sentence in (
        "counted otherwise, comparable Only the best answer counts.",
        "Net liked Liked it (much, somewhat) Liked it (much)",
        "counted otherwise, not comparable A mean.",
        "How it is made sum mean",
        "What is different in the study since it was frozen",
        "Threshold minimum_base 1 5",
    ):
        assert sentence in words
    runtime.database.dispose()
