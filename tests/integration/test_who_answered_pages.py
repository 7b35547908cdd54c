"""Who could be asked and who answered, as pages and files say it to an evaluator."""

from __future__ import annotations

import csv
import io

import pytest

from surveyapp.domain.answers import Mode
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.conftest import NOW
from tests.integration.test_who_answered import hand_in
from tests.page import Client

ROOT = f"/results/{factories.STUDY}"


def said(client: Client, path: str) -> str:
    """All words of a page."""
    return client.page(ROOT + path).words


class TestPages:
    """What the pages and files say, to an evaluator."""

    @pytest.fixture
    def client(self, runtime: Runtime, client: Client) -> Client:
        client.sign_in(factories.create_staff(runtime, Role.EVALUATOR).email)
        return client

    @pytest.fixture
    def peopled(self, runtime: Runtime) -> None:
        site = factories.create_site(runtime)
        for mode in (Mode.PHONE, Mode.SELF):
            person = factories.create_participant(runtime, site=site, attributes={"gender": "female"})
            hand_in(runtime, person, mode)
        factories.create_participant(runtime, attributes={"gender": "male"})

    def records(self, client: Client, path: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(client.get(ROOT + path).data.decode("utf-8-sig"))))

    def test_before_anybody_is_enrolled(self, client: Client) -> None:
        page = said(client, "/who")
        assert "Nobody has been asked yet" in page
        assert "Targets and what was reached" in page  # they are not counted from anybody here
        assert "Nothing is known of anybody here" in said(client, "/who/backfill")
        assert "nobody could be asked yet" in said(client, "/who/backfill/2")

    @pytest.mark.usefixtures("peopled")
    def test_the_words_are_right(self, client: Client) -> None:
        text = said(client, "/who")
        for word in ("Could be asked", "Not yet", "Closed without an answer", "2 of 3", "67%"):
            assert word in text
        # Nobody withdrew, so there is no such column; nobody was asked before touchpoint 1.
        assert "By phone" in text
        assert "In person" not in text

    @pytest.mark.usefixtures("peopled")
    def test_figures_of_other_people_are_marked_and_never_counted(self, client: Client) -> None:
        page = said(client, "/who/backfill")
        assert "UK population" in page
        assert "other people" in page
        rows = [row for row in self.records(client, "/who/backfill.csv") if row["variable"] == "participant.gender"]
        others = [row for row in rows if row["kind"] == "comparator"]
        assert {(row["category"], row["value"], row["count"]) for row in others} == {
            ("female", "51", ""),
            ("male", "49", ""),
        }
        own = [row for row in rows if row["kind"] == "option" and row["people"] == "enrolled"]
        assert {row["category"]: row["count"] for row in own} == {
            "female": "2", "male": "1", "prefer_not_to_say": "0",
        }  # fmt: skip

    def test_figures_of_other_people_stand_beside_questions_and_measures(self, client: Client) -> None:
        question = said(client, "/questions/backfill/2/permanent_position_agreed")
        for words in (
            "Beside it: other people",
            "Danish job rotation",
            "70% to 80%",
            "DWP (2023)",
            "Not like for like",
        ):
            assert words in question
        assert "Kickstart leavers" in said(client, "/measures/placement_satisfaction")
        assert "Beside it" not in said(client, "/measures/stay_likelihood")
        files = ("/measures/placement_satisfaction.csv", "/questions/backfill/1.csv")
        for path in files:
            rows = [row for row in self.records(client, path) if row["kind"] == "comparator"]
            assert ("70", "Kickstart leavers", "") in {(row["value"], row["people"], row["count"]) for row in rows}

    @pytest.mark.usefixtures("peopled")
    def test_the_file_has_every_count_with_what_it_rests_on(self, client: Client) -> None:
        rows = self.records(client, "/who.csv")
        everybody = {
            row["category"]: (row["count"], row["percent"], row["base"])
            for row in rows
            if (row["group"], row["touchpoint"], row["segment"], row["kind"]) == ("backfill", "1", "", "response")
        }
        assert everybody["answered"] == ("2", "67", "3")
        assert everybody["cases"] == ("3", "", "")
        by_site = [row for row in rows if row["segment"] == "site" and row["category"] == "cases"]
        assert {(row["people"], row["count"]) for row in by_site if row["touchpoint"] == "1"} == {
            ("Employer SM", "2"),
            ("not known", "1"),
        }
        assert {row["note"] for row in rows} == {f"as on {NOW.date().isoformat()}"}

    def test_targets_as_a_file(self, client: Client) -> None:
        rows = self.records(client, "/targets.csv")
        assert {row["id"]: (row["target"], row["actual"], row["percent"]) for row in rows} == {
            "employers_taking_part": ("10", "7", "70"),
            "employees_upskilling": ("80", "72", "90"),
            "backfill_placed": ("80", "64", "80"),
            "backfill_long_term_work": ("60", "", ""),
        }

    def test_what_there_is_none_of(self, client: Client) -> None:
        for path in ("/who/nobody", "/who/backfill/9", "/who/nobody.csv", "/who/backfill/9.csv"):
            assert client.get(ROOT + path).status_code == 404, path
