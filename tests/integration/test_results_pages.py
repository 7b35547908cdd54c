"""An evaluator's pages over the demonstration: what they say, who may see them, what they never say."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from werkzeug.test import TestResponse

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.demo import loading as demo
from surveyapp.services.results import distributions
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.web.evaluator import routes
from tests import cohort, factories
from tests.conftest import Clock
from tests.page import Client, Page

ROOT = f"/results/{factories.STUDY}"
MEASURES = (
    "work_satisfaction",
    "placement_satisfaction",
    "confidence_career_potential",
    "confidence_long_term_job",
    "recommend_backfill",
    "recommend_employee",
    "stay_likelihood",
)
CAREER = (
    "Confidence in their own career potential rose from 11 (looking back) to 28 of the same 29 people; since then, too "
    "few to tell ⚑"
)
TOUCHPOINTS = ("backfill/1", "backfill/2", "employee/1", "employee/2")
EVERY_PAGE = (
    "",
    *(f"/measures/{measure}?by=employer_size" for measure in MEASURES),
    "/measures/placement_satisfaction.csv?people=matched",
    *(f"/questions/{touchpoint}" for touchpoint in TOUCHPOINTS),
    "/questions/backfill/1.csv?by=employer_size",
    "/questions/backfill/1/overall_value",
    "/questions/employee/1/uc_status?by=employer_size",
)


@dataclasses.dataclass
class Evaluator:
    """Somebody who may see results, signed in."""

    client: Client
    runtime: Runtime
    password: str = factories.PASSWORD

    def page(self, path: str, status: int = 200) -> Page:
        return self.client.page(ROOT + path, status)

    def get(self, path: str) -> TestResponse:
        return self.client.get(ROOT + path)


def signed_in(runtime: Runtime, *roles: Role) -> Evaluator:
    app = create_app(runtime)
    app.testing = True
    client = Client(app.test_client())
    assert client.sign_in(factories.create_staff(runtime, *roles).email).status_code == 302
    return Evaluator(client, runtime)


@pytest.fixture(scope="module")
def evaluator(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evaluator]:
    path = tmp_path_factory.mktemp("results") / "demo.db"
    path.write_bytes(demo_template.read_bytes())
    runtime = factories.create_runtime(f"sqlite:///{path}", Clock(), demo=True)
    yield signed_in(runtime, Role.EVALUATOR)
    runtime.database.dispose()


def figure_of(page: Page, narrow: bool = False) -> dict[str, Any]:
    """The JSON that the browser draws."""
    blocks = re.findall(r'<script type="application/json"( data-narrow="\d+")?>(.*?)</script>', page.source, re.DOTALL)
    found: dict[str, Any] = json.loads(next(text for mark, text in blocks if bool(mark) is narrow))
    return found


def records(response: TestResponse) -> list[dict[str, str]]:
    assert response.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def test_signing_in_leads_to_every_measure_by_theme(evaluator: Evaluator) -> None:
    page = evaluator.client.page("/staff")
    assert page.said("h2") == ["Satisfaction", "Confidence", "Recommendation", "Staying"]
    headlines = page.said("h3")
    assert {
        "Satisfaction at work: too few to tell, from 16 (looking back) to 17 of the same 18 people; since then, no "
        "change ⚑",
        "Satisfaction with the placement: too few to tell, from 18 to 15 of the same 19 people ⚑",
        CAREER,
        "Likely to recommend the scheme: too few to tell, from 19 to 18 of the same 19 people ⚑",
    } <= set(headlines)
    assert {f"{ROOT}/measures/{measure}" for measure in MEASURES} <= set(page.links())
    assert "looking back" in page.words
    assert "In the demonstration these answers are invented" in page.words
    assert "Employees were not asked this at touchpoint 1" in page.words


def test_an_evaluator_of_two_studies_goes_from_one_to_the_other(demo_runtime: Runtime) -> None:
    app = create_app(demo_runtime)
    app.testing = True
    client = Client(app.test_client())
    assert client.sign_in("evaluator@example.org", demo.password(demo_runtime)).status_code == 302
    assert "/results/mentoring" in client.page("/staff").links()
    other = client.page("/results/mentoring")
    assert other.said("h1") == ["Results: City Mentoring Programme"]
    assert ROOT in other.links()


def test_with_one_study_there_is_nothing_to_choose(evaluator: Evaluator) -> None:
    assert "/results/mentoring" not in evaluator.page("").links()


def test_a_measure_has_its_sentence_chart_change_and_table(evaluator: Evaluator) -> None:
    page = evaluator.page("/measures/confidence_career_potential")
    assert page.said("h1") == [CAREER]
    assert "“Before the placement” is looking back, asked at touchpoint 1" in page.words
    again = "Of the 29 who gave an answer to this at “Touchpoint 1”, 19 gave one at “Touchpoint 2”; 10 did not."
    assert again in page.words
    assert "+17 people" in page.words
    assert "Looking back: “Before the placement” to “Touchpoint 1”" in page.said("h2")
    assert "Measured: “Touchpoint 1” to “Touchpoint 2”" in page.said("h2")
    assert "10 not matched" in page.words
    assert "⚑ Fewer than 30 people: read with caution." in page.words
    assert "A looking-back answer tends to be rosier about today." in page.words
    for narrow in (False, True):
        texts = [note["text"] for note in figure_of(page, narrow)["layout"]["annotations"]]
        assert {"11 of 29", "38% ⚑", "28 of 29", "97% ⚑", "looking back"} <= set(texts)
    assert "11 38%" in page.words


def test_everyone_and_those_asked_twice_stand_side_by_side(evaluator: Evaluator) -> None:
    everyone = evaluator.page("/measures/placement_satisfaction")
    link = f"{ROOT}/measures/placement_satisfaction?people=matched"
    assert link in everyone.links()
    assert "Only the 19 who answered this twice" in everyone.words
    matched = evaluator.page("/measures/placement_satisfaction?people=matched")
    assert "Only the 19 people who gave an answer to this every time." in matched.words
    assert matched.said("h1")[0].endswith("from 18 to 15 of the same 19 people ⚑")
    for page in (everyone, matched):
        assert "27 of 29 93%" in page.words
        assert "15 of 19 79%" in page.words


def test_a_split_has_everyone_and_each_part_at_every_moment(evaluator: Evaluator) -> None:
    page = evaluator.page("/measures/stay_likelihood?by=employer_size")
    assert "Small or medium employer" in page.words
    assert "5 of 7 ⚑" in page.words
    rows = [row for row in page.said("th") if row.startswith("Before the training · ")]
    assert [row.split(" · ")[1].removesuffix(" looking back") for row in rows] == [
        "Everyone", "Small or medium employer", "Large employer",
    ]  # fmt: skip


def test_a_split_into_few_people_is_told_in_full(evaluator: Evaluator) -> None:
    """Whoever may see true counts sees those of two people too, marked as not for publication."""
    page = evaluator.page("/measures/confidence_career_potential?by=employer_size")
    assert "Small or medium employer" in page.words
    assert page.said("h1") == [CAREER]


def test_a_measure_asked_once_says_that_there_is_nothing_to_compare(evaluator: Evaluator) -> None:
    page = evaluator.page("/measures/recommend_employee?people=matched")
    assert "Employees were not asked this at touchpoint 1" in page.words
    assert "The people who answered every time cannot be shown apart here." in page.words
    assert "Looking back:" not in page.words
    assert "Measured:" not in page.words


@pytest.mark.parametrize("query", ["?by=foo", "?by=age", "?people=foo", "?by=&people=", "?by=<script>&people=%00"])
def test_what_cannot_be_asked_for_is_ignored_with_a_sentence(evaluator: Evaluator, query: str) -> None:
    page = evaluator.page(f"/measures/confidence_long_term_job{query}")
    assert page.said("h1") == [
        "Confidence in finding a long-term job rose from 7 (looking back) to 19 of the same 24 people ⚑"
    ]
    said = "Everyone is shown" in page.words
    assert said is (query != "?by=&people=")


@pytest.mark.parametrize(
    "path",
    ["/measures/foo", "/measures/foo.csv", "/questions/foo/1", "/questions/backfill/9", "/questions/backfill/1/foo",
     "/questions/backfill/9.csv", "/../other_study"],
)  # fmt: skip
def test_what_there_is_not_is_not_found(evaluator: Evaluator, path: str) -> None:
    assert evaluator.page(path, 404).said("h1") == ["There is no such page"]


@pytest.mark.parametrize("at", ["/results", "/released"])
@pytest.mark.parametrize("file", ["measures/confidence_career_potential", "questions/backfill/1"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("asked", ["?by=gender", "?people=some"])
def test_no_file_is_made_of_what_cannot_be_given(
    evaluator: Evaluator, at: str, file: str, ending: str, asked: str
) -> None:
    """Beside a page's numbers stands what was asked for in vain; a file would be taken for it."""
    page = evaluator.client.page(f"{at}/{factories.STUDY}/{file}.{ending}{asked}", 409)
    assert "There is no file of what the address asks for" in page.words
    assert "is one of employer_size" in page.words


def test_every_closed_question_has_its_distribution_and_table(evaluator: Evaluator) -> None:
    staff = factories.create_staff(evaluator.runtime, Role.EVALUATOR)
    page = evaluator.page("/questions/backfill/1")
    assert page.said("h2") == [
        "How it began", "Work readiness sessions", "How the sessions were", "Work placements", "Your placement",
        "What the placement has changed", "What comes next", "Looking at it all",
    ]  # fmt: skip
    found = distributions.questions(Desk(evaluator.runtime, staff), factories.STUDY, "backfill", 1)
    assert {each.question for each in found} == set(page.said("h3"))
    assert all(each.statement in page.words for each in found if each.statement)
    assert "34 of 47" in page.words
    assert "Mean 8.5 · most common 8 · from 5 to 10" in page.words
    assert "Several answers could be chosen" in page.words
    invented = evaluator.page("/questions/employee/2")
    assert "In the demonstration these answers are invented" in invented.words


def test_one_question_has_a_figure_for_the_browser(evaluator: Evaluator) -> None:
    statements = figure_of(evaluator.page("/questions/backfill/1/readiness_leaders_helpful"))
    assert [trace["name"] for trace in statements["data"]] == [
        "Strongly disagree", "Tend to disagree", "Neither agree nor disagree", "Tend to agree", "Strongly agree",
    ]  # fmt: skip
    rating = figure_of(evaluator.page("/questions/backfill/1/overall_value"), narrow=True)
    assert any("Extremely valuable" in note["text"] for note in rating["layout"]["annotations"])


def test_only_a_page_with_a_chart_may_make_a_picture_of_one(evaluator: Evaluator) -> None:
    for path, may in (("/questions/backfill/1/overall_value", True), ("/questions/backfill/1", False)):
        # Drawn anew, and as it was kept.
        for _ in range(2):
            assert ("blob:" in evaluator.get(path).headers["Content-Security-Policy"]) is may, path


def test_no_page_names_a_person_or_shows_their_words(evaluator: Evaluator) -> None:
    names = {person["contact"]["name"] for person in cohort.PEOPLE if person["contact"]}
    references = {person["reference"] for person in cohort.PEOPLE}
    words = {
        answer
        for person in cohort.PEOPLE
        for response in person["responses"]
        for variable, answer in response["answers"].items()
        if isinstance(answer, str) and " " in answer
    }
    assert len(names) > 100
    assert len(words) > 100
    for path in EVERY_PAGE:
        shown = unescape(evaluator.get(path).text)
        assert not [each for each in names | references | words if each in shown], path


def test_every_page_of_results_says_the_same_of_when_its_figures_are(evaluator: Evaluator) -> None:
    wanted = "Working figures, answers up to"
    said = {
        path: re.search(r'<b id="edition">(.*?)</b>', evaluator.get(path).text)
        for path in ("", "/look/backfill", "/look/backfill/stay_likelihood", "/questions/backfill/1", "/who")
        if evaluator.get(path).status_code == 200
    }
    assert "/look/backfill" in said
    assert all(each and each[1].startswith(wanted) for each in said.values()), said


def known_of_who_answered(group: str, question: str) -> set[str]:
    """What is known of those who gave an answer to a question at any touchpoint, read from the cohort's file."""
    found: set[str] = set()
    for person in cohort.PEOPLE:
        answers = [answer for each in person["responses"] for name, answer in each["answers"].items()
                   if name.partition("@")[0] == question and "missing" not in answer]  # fmt: skip
        if person["group"] == group and answers:
            site = cohort.SITES[person["site"]]["attributes"] if person["site"] else {}
            found |= {f"participant.{name}:{value}" for name, value in person["attributes"].items()}
            found |= {f"site.{name}:{value}" for name, value in site.items()}
    return found


def test_a_measure_leads_to_people_of_whom_there_are_some_alone_and_keeps_what_is_looked_at(
    evaluator: Evaluator,
) -> None:
    study = evaluator.runtime.study(factories.STUDY)
    for measure, group, question in (
        ("confidence_career_potential", "backfill", "confidence_career_potential"),
        ("recommend_employee", "employee", "recommend"),
    ):
        page = evaluator.get(f"/measures/{measure}?by=employer_size&people=matched").text
        found = [unescape(each).replace("%3A", ":") for each in re.findall(r'href="([^"]*only=[^"]*)"', page)]
        offered = [re.search(r"only=([^&]+)", each)[1] for each in found]  # type: ignore[index]
        known = known_of_who_answered(group, question)
        assert offered == [
            f"{each.id}:{value}" for each in study.attributes for value in each.values if f"{each.id}:{value}" in known
        ]
        shown = set()
        for address, value in zip(found, offered, strict=True):
            assert "by=site.employer_size" in address
            assert ("people=matched" in address) is (group == "backfill")
            attribute = study.attribute(value.partition(":")[0])
            if attribute is not None and attribute.id not in shown:
                shown.add(attribute.id)
                words = evaluator.client.page(address).words
                assert f"({attribute.label}: {attribute.values[value.partition(':')[2]]})" in words, address
                assert "no answers yet" not in words, address
        assert len(shown) > 5


def test_menus_offer_what_is_known_of_this_group_and_what_is_chosen(evaluator: Evaluator) -> None:
    known = {each.partition(":")[0] for each in known_of_who_answered("employee", "recommend")}
    study = evaluator.runtime.study(factories.STUDY)
    others = next(each.id for each in study.attributes if each.id not in known)
    plain, chosen = (
        evaluator.page(f"/look/employee/recommend{query}").source for query in ("", f"?by={others}&with=0:{others}")
    )
    for before in ("", "0:"):
        offered = re.findall(rf'<option value="{before}((?:site|participant)\.\w+)"', plain)
        assert offered == [each.id for each in study.attributes if each.id in known]
        assert f'<option value="{before}{others}" selected>' in chosen


def test_themes_stand_folded_under_their_question_and_say_how_many_they_are(evaluator: Evaluator) -> None:
    source = evaluator.page("/questions/backfill/1").source
    articles = re.findall(r'<article class="question( themes)?">(.*?)</article>', source, re.DOTALL)
    titles = [unescape(re.search(r"<h3>(.*?)</h3>", body, re.DOTALL)[1]) for _, body in articles]  # type: ignore[index]
    themed = [place for place, (mark, _) in enumerate(articles) if mark]
    records = list(csv.DictReader(io.StringIO(evaluator.get("/questions/backfill/1.csv").text.removeprefix("\ufeff"))))
    for place in themed:
        assert titles[place] == f"Themes of “{titles[place - 1]}”"
        body = articles[place][1]
        assert body.startswith("<details>\n<summary>")
        (variable,) = set(re.findall(r'id="table-(\w+)"', body))
        codes = {row["category"] for row in records if (row["variable"], row["kind"]) == (variable, "option")}
        number = len(codes - {"none", "uncoded"})
        assert f"{number} theme{'s' if number > 1 else ''}<" in body
    assert {each["variable"] for each in records if "_themes" in each["variable"]} == {
        variable for place in themed for variable in re.findall(r'id="table-(\w+)"', articles[place][1])
    }


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_only_those_who_may_see_results_do(evaluator: Evaluator, path: str) -> None:
    stranger = Client(evaluator.client.raw.application.test_client())
    assert stranger.get(ROOT + path).location.startswith("/staff/login?next=")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.EVALUATOR}, key=lambda role: role.value))
def test_nobody_but_an_evaluator_sees_working_figures(evaluator: Evaluator, role: Role) -> None:
    other = signed_in(evaluator.runtime, role)
    for path in EVERY_PAGE:
        assert other.get(path).status_code == 403, path


def test_pages_read_the_database_a_few_times(evaluator: Evaluator) -> None:
    for path in ("", "/measures/work_satisfaction", "/questions/backfill/1"):
        evaluator.get(path)
        with factories.counted(evaluator.runtime) as statements:
            evaluator.get(path)
        assert len(statements) <= 12, (path, len(statements))


def test_a_page_is_drawn_once_for_each_state_and_for_each_reader_of_its_kind(evaluator: Evaluator) -> None:
    path = "/questions/backfill/1?by=employer_size"
    first = evaluator.get(path).text
    manages_too = signed_in(evaluator.runtime, Role.EVALUATOR, Role.MANAGER)
    polish = signed_in(evaluator.runtime, Role.EVALUATOR)
    polish.client.get("/staff/login?lang=pl")
    drawn: list[str] = []
    draw = routes.draw

    def noted(template: str, *arguments: Any, **values: Any) -> Any:
        drawn.append(template)
        return draw(template, *arguments, **values)

    with mock.patch.object(routes, "draw", noted):
        assert _main(evaluator.get(path).text) == _main(first)
        assert _main(signed_in(evaluator.runtime, Role.EVALUATOR).get(path).text) == _main(first)
        assert drawn == []
        manages_too.get(path)
        assert len(drawn) == 1
        assert _main(polish.get(path).text) != _main(first)
        assert len(drawn) == 2
        # What our pages do not lead to, or is asked for in vain, is drawn each time.
        for strange in ("?by=star_sign", "?any=thing"):
            before = len(drawn)
            evaluator.get("/questions/backfill/1" + strange)
            evaluator.get("/questions/backfill/1" + strange)
            assert len(drawn) == before + 2, strange


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_before_the_first_response_pages_say_so(runtime: Runtime) -> None:
    reader = signed_in(runtime, Role.MANAGER, Role.EVALUATOR)
    page = reader.page("")
    assert page.said("h2") == ["No answers yet"]
    assert f"/manage/{factories.STUDY}" in " ".join(page.links())
    for measure in MEASURES:
        assert reader.page(f"/measures/{measure}?by=employer_size&people=matched").said("h1")[0].endswith(
            ": no answers yet"
        )  # fmt: skip
    assert "No answers yet." in reader.page("/questions/backfill/1").words
    assert "No answers yet." in reader.page("/questions/backfill/1/overall_value?by=employer_size").words
    written = records(reader.get("/measures/recommend_backfill.csv"))
    assert {each["base"] for each in written if each["kind"] != "comparator"} == {"0"}
