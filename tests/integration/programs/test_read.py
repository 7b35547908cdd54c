"""What programs read, and that each answer is the one that the document, the files and the pages have."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from surveyapp import create_app
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.staff import Role, Scope
from surveyapp.reports.files.csv_file import records_file
from surveyapp.reports.files.people_csv import response_records
from surveyapp.services.results import response
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from tests import factories, versioned
from tests.conftest import Clock
from tests.page import Client
from tests.program import ALL_ROLES, EVERY, STUDY, Program, described, member, token_of

# The document


def test_the_document_is_openapi_and_has_every_address() -> None:
    validate(described())
    assert {each["get"]["operationId"] for each in described()["paths"].values()} == set(EVERY)


def test_it_is_served_to_everybody_and_says_nothing_of_anybody(app: Flask) -> None:
    reply = app.test_client().get("/api/v1/openapi.json")
    assert reply.json == described()
    assert "max-age" in reply.headers["Cache-Control"]


def test_each_address_is_answered_as_it_says(everything: Program) -> None:
    for path, _scope in EVERY.values():
        answer = everything.read(path)
        assert len(str(answer)) > 60, path


# What is asked


@pytest.mark.parametrize(
    ("path", "asked", "status", "says"),
    [
        (f"{STUDY}/releases", {"limit": "0"}, 400, "a whole number from 1 to 100"),
        (f"{STUDY}/releases", {"limit": ["1", "2"]}, 400, "more than once"),
        (f"{STUDY}/releases", {"offset": "1"}, 400, "There are: cursor, limit."),
        ("/studies", {"lang": "pl"}, 400, "no parameter “lang”"),
        (f"{STUDY}/releases", {"cursor": "x"}, 400, "Begin again without one"),
        (f"{STUDY}/releases", {"cursor": "é"}, 400, "cannot be used for cursor"),
        (f"{STUDY}/releases/1/records", {"cursor": "eA"}, 400, "Begin again without one"),
        (f"{STUDY}/releases/1/records", {"table": "nothing"}, 404, "has no table “nothing”"),
        (f"{STUDY}/releases/first", {}, 400, "a release’s number, or latest"),
        (f"{STUDY}/releases/7", {}, 404, "7"),
        (f"{STUDY}/questionnaires/first/9", {}, 404, "no version 9"),
        (f"{STUDY}/questionnaires/first/2", {"language": "pl"}, 404, "no such language"),
        (f"{STUDY}/codebook", {"shape": "round"}, 400, "one of responses, wide, long"),
        (f"{STUDY}/codebook", {"language": "xx"}, 400, "one of en"),
        (f"{STUDY}/standing", {"group": "nobody"}, 404, "no group"),
        (f"{STUDY}/answers/nothing", {}, 404, "There are: attempts, first, paradata"),
        (f"{STUDY}/answers/first", {"cursor": "____"}, 400, "Begin again without one"),
        (f"{STUDY}/answers/first", {"release": "9"}, 404, "9"),
        (f"{STUDY}/answers/first", {"limit": "1001"}, 400, "from 1 to 1000"),
        ("/studies/nothing/releases", {}, 404, "no study"),
        ("/nothing", {}, 404, "openapi.json"),
    ],
)
def test_what_cannot_be_had_says_why(
    everything: Program, path: str, asked: dict[str, Any], status: int, says: str
) -> None:
    reply = everything.ask(path, **asked)
    assert (reply.status_code, reply.mimetype) == (status, "application/problem+json")
    assert says in reply.json["detail"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_is_written(app: Flask, everything: Program, method: str) -> None:
    reply = getattr(everything.client, method)("/api/v1/studies", headers=everything.headers)
    assert (reply.status_code, reply.mimetype) == (405, "application/problem+json")
    assert "GET" in reply.headers["Allow"]


def test_what_has_not_changed_is_not_sent_again(everything: Program) -> None:
    for name, (path, _) in EVERY.items():
        first = everything.ask(path)
        kept = described()["paths"][path_of(name)]["get"]["responses"].get("304") is not None
        assert ("ETag" in first.headers) == kept, path
        if kept:
            again = everything.ask(path, {"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.headers["ETag"]) == (304, first.headers["ETag"])
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "private, no-cache"
            assert everything.ask(path, {"If-None-Match": '"another"'}).status_code == 200
        else:
            assert first.headers["Cache-Control"] == "no-store"


def path_of(name: str) -> str:
    return next(path for path, each in described()["paths"].items() if each["get"]["operationId"] == name)


# That it says what files and pages say


def test_records_are_those_of_the_files(cafe: Runtime, app: Flask, everything: Program) -> None:
    viewer = Client(app.test_client())
    viewer.sign_in(member(cafe, Role.VIEWER).email)
    tables = [each["name"] for each in everything.read(f"{STUDY}/releases/1")["tables"]]
    assert len(tables) > 5
    for table, address in (
        ("measure.liking", "measures/liking.csv"),
        ("questions.guest.1", "questions/guest/1.csv"),
        ("questions.guest.1.size", "questions/guest/1.csv?by=size"),
        ("people.guest", "people/guest.csv"),
    ):
        file = viewer.raw.get(f"/released/{versioned.NAME}/1/{address}")
        assert file.status_code == 200, address
        rows = list(csv.DictReader(io.StringIO(file.get_data(as_text=True).lstrip("\ufeff"))))
        records = everything.read(f"{STUDY}/releases/1/records", table=table)["records"]
        assert [each.pop("table") for each in records] == [table] * len(records)
        written = records_file(records)
        assert list(csv.DictReader(io.StringIO(written.decode("utf-8-sig")))) == rows
        assert len(rows) > 1


def test_page_by_page_it_is_the_whole(everything: Program) -> None:
    whole = everything.read(f"{STUDY}/releases/1/records", limit=200)["records"]
    assert everything.read_all(f"{STUDY}/releases/1/records", "records", limit=3) == whole
    assert {each["table"] for each in whole} == {
        each["name"] for each in everything.read(f"{STUDY}/releases/latest")["tables"] if not each["taken_down"]
    }


def test_a_cursor_is_of_one_request_and_one_token(cafe: Runtime, app: Flask, everything: Program) -> None:
    """What comes in which order is another's elsewhere: with its cursor people would be left out and come twice."""
    at = f"{STUDY}/answers/first"
    cursor = everything.read(at, limit=2)["next"]
    assert cursor
    assert everything.ask(at, cursor=cursor, limit=5).status_code == 200, "how many at once is nothing of it"
    other = Program(app, token_of(cafe, member(cafe, *ALL_ROLES)).secret)
    for program, path, more in (
        (other, at, {}),
        (everything, f"{STUDY}/answers/second", {}),
        (everything, at, {"release": 1}),
        (everything, f"{STUDY}/releases/1/records", {}),
        (everything, f"{STUDY}/releases", {}),
    ):
        answer = program.ask(path, cursor=cursor, **more)
        assert (answer.status_code, "Begin again without one" in answer.get_data(as_text=True)) == (400, True), path


def test_standing_is_what_the_page_of_response_says(cafe: Runtime, everything: Program) -> None:
    answer = everything.read(f"{STUDY}/standing")
    assert (answer["edition"], answer["for_publication"]) == ("working", False)
    told = response.group(factories.operator(cafe), versioned.NAME, "guest").response
    assert [(each["category"], each["count"], each["segment"]) for each in answer["records"]] == [
        (each["category"], each.get("count"), each.get("segment")) for each in response_records(versioned.NAME, told)
    ]
    assert {each["edition"] for each in answer["records"]} == {"working"}


@pytest.mark.parametrize("shape", list(ExportShape))
def test_the_codebook_has_every_column_of_answers(everything: Program, shape: ExportShape) -> None:
    for dataset in everything.read(f"{STUDY}/codebook", shape=shape.value)["datasets"]:
        answer = everything.read(f"{STUDY}/answers/{dataset['dataset']}", shape=shape.value)
        assert [each["column"] for each in dataset["columns"]] == answer["columns"]
        for column in dataset["columns"]:
            codes = {value["value"] for value in column["values"]}
            if column["type"] == "code" and codes:
                assert {row[column["column"]] for row in answer["rows"]} <= {*codes, None}


@pytest.mark.parametrize("shape", list(ExportShape))
def test_a_job_that_was_set_up_before_anybody_answered_runs_on(
    sqlite_url: str, clock: Clock, tmp_path: Path, shape: ExportShape
) -> None:
    """Each dataset of the codebook is answered with its columns before the first answer, after it and of a release."""
    runtime = versioned.create_runtime(sqlite_url, clock, tmp_path, {}, versioned.STUDY + "releases: {live: true}\n")
    program = Program(create_app(runtime), token_of(runtime, member(runtime, *ALL_ROLES)).secret)

    def read(**asked: Any) -> dict[str, list[str]]:
        datasets = program.read(f"{STUDY}/codebook", shape=shape.value)["datasets"]
        listed = {each["dataset"]: [column["column"] for column in each["columns"]] for each in datasets}
        for name, columns in listed.items():
            assert program.read(f"{STUDY}/answers/{name}", shape=shape.value, **asked)["columns"] == columns, name
        return listed

    before = read()
    versioned.answer(runtime, 1, 1, *versioned.coffee(*["much"] * 24))
    assert read() == before
    releases.make(factories.operator(runtime), versioned.NAME)
    assert read(release=1) == before
    runtime.database.dispose()


def test_people_are_called_the_same_by_one_token_and_otherwise_by_another(cafe: Runtime, app: Flask) -> None:
    who = member(cafe, Role.EXPORT_ANSWERS)
    one, another = (Program(app, token_of(cafe, who, name=name).secret) for name in ("One", "Another"))
    path = f"{STUDY}/answers/first"
    whole = one.read(path)["rows"]
    assert one.read_all(path, "rows", limit=5) == whole
    assert one.read(path)["rows"] == whole
    people = {row["person"] for row in whole}
    assert len(people) == 12
    assert not any("GU" in each for each in people)
    assert not people & {row["person"] for row in another.read(path)["rows"]}
    # Of one token they are the same in every dataset.
    assert {row["person"] for row in one.read(f"{STUDY}/answers/guest", shape="wide")["rows"]} == people


# Whoever leaves: last, for what is read of them from then on is another


def test_whoever_withdrew_is_at_once_in_no_answer(cafe: Runtime, app: Flask) -> None:
    program = Program(app, token_of(cafe, member(cafe, *ALL_ROLES)).secret)
    before = {shape: people(program, shape) for shape in ExportShape}
    with cafe.database.writing() as session:
        scope = Scope(versioned.NAME, cafe.origin)
        person = participants.participant_by_reference(session, scope, "GU-0001", cafe.clock().date())
        assert person is not None
        participants.withdraw(session, person.id, cafe.clock())
    for shape in ExportShape:
        assert len(people(program, shape)) == len(before[shape]) - 1
        assert people(program, shape) < before[shape]


def people(program: Program, shape: ExportShape) -> set[str]:
    """Whoever is in any dataset of a shape."""
    datasets = [each["dataset"] for each in program.read(f"{STUDY}/codebook", shape=shape.value)["datasets"]]
    return {
        row["person"]
        for name in datasets
        for row in program.read_all(f"{STUDY}/answers/{name}", "rows", shape=shape.value, limit=4)
    }
