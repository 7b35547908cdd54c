"""Pages of releases: what a viewer reads of each, what a manager looks at first, and one that was taken down."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import zlib

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from surveyapp import create_app
from surveyapp.domain.errors import NotFound, NotPermitted
from surveyapp.domain.staff import Role
from surveyapp.services.results.releasing import released
from surveyapp.services.results.releasing import releases as service
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import releases as store
from surveyapp.store.tables import ReleasePageRow
from tests import factories
from tests.integration.test_releases import MENTORING, ROTATION, client, mentored, operator, released_template, run
from tests.page import Page
from tests.program import Program, token_of

__all__ = ["mentored", "released_template"]

pytestmark = pytest.mark.both_databases


def links(page: Page, prefix: str) -> set[str]:
    return {link for link in page.links() if link.startswith(prefix)}


def test_a_viewer_reads_every_page_of_a_release_and_nothing_of_the_working_view(mentored: Runtime) -> None:
    viewer = client(mentored, Role.VIEWER)
    assert viewer.get("/staff").location == f"/released/{MENTORING}"
    newest = viewer.page(f"/released/{MENTORING}")
    assert "Release 3, answers up to 13 June 2026" in newest.words
    assert "Interim while people answer" in newest.words
    assert not links(newest, "/results")
    for path in sorted(links(newest, f"/released/{MENTORING}/measures/")):
        assert "Release 3, answers up to 13 June 2026" in viewer.page(path).words
    first = viewer.page(f"/released/{MENTORING}/1")
    assert "Release 1, answers up to" in first.words
    assert "each count is a range" in first.words
    assert all(link.startswith(f"/released/{MENTORING}/1/") for link in links(first, f"/released/{MENTORING}/")
               if "/measures/" in link)  # fmt: skip
    every = viewer.page(f"/released/{MENTORING}/releases")
    assert {f"/released/{MENTORING}/{number}" for number in (1, 2, 3)} <= set(every.links())
    questions = viewer.page(f"/released/{MENTORING}/1/questions/mentee/1")
    assert "Release 1" in questions.words
    assert not links(questions, "/manage"), "a viewer reads no questionnaire"
    for path in (f"/results/{MENTORING}", f"/results/{MENTORING}/questions/mentee/1"):
        assert viewer.get(path).status_code == 403
    assert viewer.get(f"/released/{MENTORING}/9").status_code == 404
    assert viewer.get(f"/released/{MENTORING}/measures/nothing").status_code == 404
    assert viewer.get(f"/released/{MENTORING}/questions/mentee/9").status_code == 404
    assert viewer.get(f"/released/{ROTATION}").status_code in (403, 404), "another study"


def test_a_file_says_which_release_it_is_of(mentored: Runtime) -> None:
    viewer = client(mentored, Role.VIEWER)
    response = viewer.get(f"/released/{MENTORING}/2/questions/mentee/1.csv")
    assert 'filename="mentee_1_release_2.csv"' in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert rows
    assert {row["edition"] for row in rows} == {"release 2"}, rows[0]
    response = viewer.get(f"/released/{MENTORING}/measures/belonging.csv")
    assert 'filename="belonging_release_3.csv"' in response.headers["Content-Disposition"]


def test_before_the_first_release_its_pages_say_so(demo_runtime: Runtime) -> None:
    viewer = client(demo_runtime, Role.VIEWER, study=ROTATION)
    for path in ("", "/measures/recommend_backfill", "/questions/backfill/1"):
        assert viewer.page(f"/released/{ROTATION}{path}").said("h2") == ["No release yet"]
    assert viewer.get(f"/released/{ROTATION}/questions/backfill/1.csv").status_code == 409
    assert viewer.get(f"/released/{ROTATION}/1").status_code == 404
    assert "There is no release yet." in viewer.page(f"/released/{ROTATION}/releases").words


def test_a_manager_looks_first_and_then_makes_it(demo_runtime: Runtime) -> None:
    manager = client(demo_runtime, Role.MANAGER, study=ROTATION)
    page = manager.page(f"/released/{ROTATION}")
    assert f"/manage/{ROTATION}/releases" in page.links()
    assert "a release needs" in manager.page(f"/manage/{ROTATION}/releases").words
    response = manager.post(f"/manage/{ROTATION}/releases/preview", {})
    assert response.status_code == 200
    seen = Page(response.text)
    assert "Make release 1?" in seen.words
    # Of each page how many rows are told in which way, which is no number of people.
    assert re.search(r"Numbers are seen once it is made", seen.words)
    response = manager.post(f"/manage/{ROTATION}/releases/make", {})
    assert response.location == f"/released/{ROTATION}/releases"
    assert "Release 1, answers up to" in manager.page(f"/released/{ROTATION}").words
    assert manager.post(f"/manage/{ROTATION}/releases/make", {}).status_code == 409
    with demo_runtime.database.reading() as session:
        assert [each.number for each in store.releases(session, factories.everyone(demo_runtime))] == [1]


def test_a_page_that_was_taken_down_is_said_to_be_gone(mentored: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = dataclasses.replace(factories.everyone(mentored), study=MENTORING)
    key = "measure belonging"
    with mentored.database.reading() as session:
        newest = store.release(session, scope)
    assert newest is not None
    with pytest.raises(NotFound):
        service.take_down(operator(mentored), MENTORING, newest.number, [key, "measure nothing"])
    with pytest.raises(NotPermitted):
        service.take_down(Desk(mentored, factories.create_staff(mentored, Role.VIEWER)), MENTORING, 1, [key])
    asked = run(mentored, monkeypatch, "take-down", MENTORING, str(newest.number), key, "measure nothing")
    assert f"Release {newest.number} of {MENTORING} has no page measure nothing. It has: " in asked.output
    asked = run(mentored, monkeypatch, "take-down", MENTORING, str(newest.number), key)
    assert "Where nobody can be asked, give --yes." in asked.output
    asked = run(mentored, monkeypatch, "take-down", MENTORING, str(newest.number), key, "--yes")
    assert asked.output.startswith("1 of 1 could be read until now.")
    assert service.take_down(operator(mentored), MENTORING, newest.number, [key]) == 0
    _, pages = released.pages(operator(mentored), MENTORING)
    assert pages[key] is None
    viewer = client(mentored, Role.VIEWER)
    assert viewer.get(f"/released/{MENTORING}/measures/belonging").status_code == 404
    assert viewer.get(f"/released/{MENTORING}").status_code == 200
    assert viewer.get(f"/released/{MENTORING}/2/measures/belonging").status_code == 200


def test_a_release_of_before_gives_no_percentage_of_a_bound(mentored: Runtime) -> None:
    """It was stored with 8 of 10 as “6 or more”, and 60% beside it: read, it has the bound alone, wherever it is."""
    key = "questions mentee 1"
    with mentored.database.writing() as session:
        newest = store.release(session, dataclasses.replace(factories.everyone(mentored), study=MENTORING))
        assert newest is not None
        body = (store.page(session, newest.id, key) or b"").decode()
        exact = r'(?<="no":\{)"count":\d+,"percent":\d+,"low":null,"high":null'
        body, changed = re.subn(exact, '"count":null,"percent":60,"low":777,"high":null', body)
        assert changed
        session.execute(
            update(ReleasePageRow)
            .where(ReleasePageRow.release_id == newest.id, ReleasePageRow.key == key)
            .values(body=zlib.compress(body.encode()))
        )
    viewer = client(mentored, Role.VIEWER)
    words = viewer.page(f"/released/{MENTORING}/questions/mentee/1").words
    assert "777 or more" in words
    assert not re.search(r"777 or more \(?60%|60% or more", words)
    rows = list(csv.DictReader(io.StringIO(viewer.get(f"/released/{MENTORING}/questions/mentee/1.csv").text)))
    told = [(row["count"], row["percent"]) for row in rows if row["at_least"] == "777"]
    assert told == [("", "")] * changed
    book = load_workbook(io.BytesIO(viewer.get(f"/released/{MENTORING}/questions/mentee/1.xlsx").data))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not any("777" in cell and "%" in cell for cell in cells)
    app, reader = create_app(mentored), factories.create_staff(mentored, Role.VIEWER, study=MENTORING)
    api = Program(app, token_of(mentored, reader).secret)
    path = f"/studies/{MENTORING}/releases/{newest.number}/records"
    records = api.read(path, table=key.replace(" ", "."))["records"]
    assert [each["percent"] for each in records if each["at_least"] == 777] == [None] * changed


def test_a_statement_worded_the_other_way_says_so_in_releases_of_before_too(mentored: Runtime) -> None:
    key, said = "questions mentee 2", "worded the other way round: “Disagree” is favourable, and counted at the end"
    with mentored.database.writing() as session:
        newest = store.release(session, dataclasses.replace(factories.everyone(mentored), study=MENTORING))
        assert newest is not None
        body = (store.page(session, newest.id, key) or b"").replace(b'"turned":true', b'"turned":false')
        session.execute(
            update(ReleasePageRow)
            .where(ReleasePageRow.release_id == newest.id, ReleasePageRow.key == key)
            .values(body=zlib.compress(body))
        )
    path = "questions/mentee/2"
    assert client(mentored, Role.VIEWER).page(f"/released/{MENTORING}/{path}").words.count(said) == 1
    evaluator = client(mentored, Role.EVALUATOR)
    assert evaluator.page(f"/results/{MENTORING}/{path}").words.count(said) == 1
    alone = evaluator.page(f"/results/{MENTORING}/look/mentee/awkward")
    assert alone.said("h1")[0].startswith("“Disagree” to “I find it hard to talk to my mentor.”: ")
