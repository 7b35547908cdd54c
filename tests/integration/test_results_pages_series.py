"""An evaluator's pages of a measure with a marked step and a broken one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.staff import Role
from tests import factories, versioned
from tests.conftest import Clock
from tests.page import Client

ROOT = f"/results/{versioned.NAME}"


@pytest.fixture(scope="module")
def evaluator(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("series")
    (folder / "test.db").write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{folder / 'test.db'}"
    runtime = versioned.create_three_touchpoints(url, Clock(), folder / "studies", demo=True)
    app = create_app(runtime)
    app.testing = True
    client = Client(app.test_client())
    staff = factories.create_staff(runtime, Role.EVALUATOR, study=versioned.NAME)
    assert client.sign_in(staff.email).status_code == 302
    yield client
    runtime.database.dispose()


COFFEE = (
    "Liking the coffee: too few to tell, from 5 to 9 of the same 12 people; since then, not asked in a way that "
    "compares ⚑ †"
)
FOOTNOTE = "† “Touchpoint 1” to “Touchpoint 2”: The wording was changed. Only the tense is another."
BREAK = "not comparable: Three answers replaced four."


def test_a_measures_page_says_what_compares_and_what_does_not(evaluator: Client) -> None:
    page = evaluator.page(f"{ROOT}/measures/liking")
    assert page.said("h1") == [COFFEE]
    assert [each for each in page.said("h2") if each.startswith("Measured")] == [
        "Measured: “Touchpoint 1” to “Touchpoint 2” †",
        "Measured: “Touchpoint 1” to “Touchpoint 3”",
        "Measured: “Touchpoint 2” to “Touchpoint 3”",
    ]
    assert FOOTNOTE in page.words
    assert page.words.count(BREAK) >= 2
    assert page.words.count("Not comparable: Three answers replaced four.") == 2


def test_the_overview_says_both_too(evaluator: Client) -> None:
    page = evaluator.page(ROOT)
    assert COFFEE in page.said("h3")
    assert FOOTNOTE in page.words
    assert BREAK in page.words


def test_a_touchpoints_page_says_what_was_left_out_and_what_is_asked_no_longer(evaluator: Client) -> None:
    page = evaluator.page(f"{ROOT}/questions/guest/1")
    headings = page.said("h3")
    assert headings == ["How much do you like the coffee?", "What do you drink?", "How far do you like"]
    assert "Not asked any more since version 2." in page.words
    assert "Answers from before version 2 are left out. How far is not how much." in page.words
    assert "8 of 8" in page.words
    assert "4 of 4" in page.words


def test_the_files_carry_the_notes(evaluator: Client) -> None:
    def notes(path: str, key: str) -> dict[str, str]:
        text = evaluator.get(ROOT + path).data.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        return {row[key]: row["note"] for row in rows if not row["until"]}

    assert notes("/measures/liking.csv", "row") == {
        "Touchpoint 1": "",
        "Touchpoint 2": "The wording was changed. Only the tense is another.",
        "Touchpoint 3": f"“Touchpoint 2”: {BREAK}",
    }
    assert notes("/questions/guest/1.csv", "variable")["drinks"] == "Not asked any more since version 2."
