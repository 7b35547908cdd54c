"""What programs read: by whose token, of what, and that each answer is the one that the document, the files and the
pages have."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from surveyapp import create_app
from surveyapp.domain.audit import AuditAction as A
from surveyapp.domain.audit import AuditEntry
from surveyapp.domain.errors import FieldsRefused
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.programs.tokens import CALLS, LIFETIMES, NEEDS, TokenScope
from surveyapp.domain.staff import MAY, Grant, Role, Scope, Staff
from surveyapp.reports.files.csv_file import records_file
from surveyapp.reports.files.people_csv import response_records
from surveyapp.services.programs import tokens
from surveyapp.services.results import response
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import accounts
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store import staff as staff_store
from surveyapp.store.security import audit
from tests import factories, versioned
from tests.conftest import Clock
from tests.page import Client
from tests.program import PURPOSE, Program, described, token_of

STUDY = f"/studies/{versioned.NAME}"
EVERY: dict[str, tuple[str, TokenScope | None]] = {
    "studies": ("/studies", None),
    "releases": (f"{STUDY}/releases", TokenScope.RELEASES),
    "release": (f"{STUDY}/releases/latest", TokenScope.RELEASES),
    "records": (f"{STUDY}/releases/1/records", TokenScope.RELEASES),
    "questionnaires": (f"{STUDY}/questionnaires", TokenScope.QUESTIONNAIRES),
    "questionnaire": (f"{STUDY}/questionnaires/first/2", TokenScope.QUESTIONNAIRES),
    "codebook": (f"{STUDY}/codebook", TokenScope.QUESTIONNAIRES),
    "standing": (f"{STUDY}/standing", TokenScope.STANDING),
    "answers": (f"{STUDY}/answers/first", TokenScope.ANSWERS),
}
"""An address of each operation at which there is something, and what a token has to be for."""

ALL_ROLES = (Role.EVALUATOR, Role.VIEWER, Role.EXPORT_ANSWERS)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def cafe(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Runtime]:
    """Guests at three touchpoints and one release: read by all tests here, and left as it is."""
    folder = tmp_path_factory.mktemp("programs")
    shutil.copy(sqlite_template, folder / "test.db")
    made = versioned.create_three_touchpoints(
        f"sqlite:///{folder / 'test.db'}", clock, folder / "q", "releases: {live: true}\n"
    )
    releases.make(factories.operator(made), versioned.NAME)
    yield made
    made.database.dispose()


@pytest.fixture(scope="module")
def app(cafe: Runtime) -> Flask:
    made = create_app(cafe)
    made.testing = True
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def everything(cafe: Runtime, app: Flask) -> Program:
    return Program(app, token_of(cafe, member(cafe, *ALL_ROLES)).secret)


@pytest.fixture(autouse=True)
def _another_minute(clock: Clock) -> None:
    clock.forward(minutes=2)


def member(runtime: Runtime, *roles: Role, **more: Any) -> Staff:
    return factories.create_staff(runtime, *roles, study=versioned.NAME, **more)


def trail(runtime: Runtime) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return audit.entries(session)


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


# Who gets where


@pytest.mark.parametrize("role", [None, *Role])
def test_a_token_opens_what_it_is_for_and_its_owner_may(cafe: Runtime, app: Flask, role: Role | None) -> None:
    """Every scope by every role: made while they had all roles, so that it is for everything, and asked once they have
    this one alone."""
    who = member(cafe, *ALL_ROLES)
    made = {scope: token_of(cafe, who, [scope]) for scope in TokenScope}
    with cafe.database.writing() as session:
        staff_store.remove_grants(session, who.id, who.grants)
        if role is not None:
            staff_store.add_grants(session, who.id, [factories.grant_of(role, versioned.NAME, None)])
    for has, token in made.items():
        program = Program(app, token.secret)
        for path, needs in EVERY.values():
            reply = program.ask(path)
            if needs is None:
                assert reply.status_code == 200
                seen = reply.json["studies"]
                may = role is not None and NEEDS[has] in MAY[role]
                assert [each["scopes"] for each in seen] == ([[has.value]] if may else [])
            elif has is not needs:
                assert (reply.status_code, reply.json["type"]) == (403, "urn:shiftline:problem:token_not_for")
            elif role is not None and NEEDS[needs] in MAY[role]:
                assert reply.status_code == 200, (path, reply.json)
            else:
                assert (reply.status_code, reply.json["type"]) == (403, "urn:shiftline:problem:role_does_not_let")


def test_a_role_in_another_study_opens_nothing_in_this_one(cafe: Runtime, app: Flask) -> None:
    who = factories.create_staff(cafe, *ALL_ROLES, study="another")
    program = Program(app, token_of(cafe, who).secret)
    for path, needs in EVERY.values():
        if needs is not None:
            assert program.ask(path).status_code == 403, path
    assert program.read("/studies") == {"studies": []}


def test_whoever_sees_no_true_counts_reads_no_standing(cafe: Runtime, app: Flask) -> None:
    who = member(cafe, more=[Grant(Role.EVALUATOR, versioned.NAME, true_counts=False)])
    with pytest.raises(FieldsRefused):
        token_of(cafe, who, [TokenScope.STANDING])
    program = Program(app, token_of(cafe, who).secret)
    assert program.ask(EVERY["standing"][0]).status_code == 403
    assert program.ask(EVERY["records"][0]).status_code == 200


@pytest.mark.parametrize("over", ["ended", "expired", "deactivated", "unknown", "restored"])
def test_what_is_over_opens_nothing_and_says_what_to_do(cafe: Runtime, app: Flask, clock: Clock, over: str) -> None:
    who = member(cafe, *ALL_ROLES)
    made = token_of(cafe, who, days=LIFETIMES[0])
    program = Program(app, made.secret)
    assert program.ask("/studies").status_code == 200
    operator = factories.operator(cafe)
    match over:
        case "ended":
            tokens.end_own(Desk(cafe, who), made.token.id)
        case "expired":
            clock.forward(days=LIFETIMES[0])
        case "deactivated":
            accounts.set_active(operator, who.id, False)
        case "restored":
            with operator.writing() as work:
                tokens.store.end_all(work.session, work.now)
        case "unknown":
            program = Program(app, made.secret[:-1])
    for path, _ in EVERY.values():
        reply = program.ask(path)
        assert reply.status_code == 401, path
        assert "account" in reply.json["detail"]
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
        if over == "unknown":
            break
    if over == "deactivated":
        accounts.set_active(operator, who.id, True)
        assert program.ask("/studies").status_code == 401
        assert tokens.own(Desk(cafe, who)) == ()
    if over == "expired":
        clock.now -= dt.timedelta(days=LIFETIMES[0])


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", "Basic dTpw", "Token x", "Bearer \x80"])
def test_without_a_token_it_says_where_tokens_come_from(app: Flask, sent: str) -> None:
    reply = Program(app).ask("/studies", {"Authorization": sent})
    assert reply.status_code == 401
    assert "token" in reply.json["detail"]


def test_a_token_in_the_address_counts_for_nothing(cafe: Runtime, app: Flask) -> None:
    secret = token_of(cafe, member(cafe, Role.VIEWER)).secret
    assert Program(app).ask("/studies", access_token=secret).status_code == 401


def test_the_database_does_not_hold_a_token(cafe: Runtime) -> None:
    secret = token_of(cafe, member(cafe, Role.VIEWER)).secret
    path = cafe.settings.database_url.removeprefix("sqlite:///")
    held = b"".join(each.read_bytes() for each in Path(path).parent.glob("test.db*") if each.is_file())
    assert secret.encode() not in held
    assert secret.partition("_")[2].encode() not in held


# Limits


def test_a_token_has_so_many_requests_a_minute(cafe: Runtime, app: Flask, clock: Clock) -> None:
    who = member(cafe, Role.VIEWER)
    program, other = (Program(app, token_of(cafe, who, name=name).secret) for name in ("One", "Another"))
    for _ in range(CALLS):
        assert program.ask("/studies").status_code == 200
    reply = program.ask("/studies")
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "60")
    assert other.ask("/studies").status_code == 200
    clock.forward(seconds=45)
    assert program.ask("/studies").headers["Retry-After"] == "15"
    clock.forward(seconds=15)
    assert program.ask("/studies").status_code == 200


def test_wrong_tokens_are_waited_for_and_a_right_one_never(cafe: Runtime, app: Flask) -> None:
    statuses = [wrong.ask("/studies").status_code for wrong in (Program(app, f"wrong{each}") for each in range(20))]
    assert 401 in statuses
    assert statuses[-1] == 429
    assert Program(app, token_of(cafe, member(cafe, Role.VIEWER)).secret).ask("/studies").status_code == 200


# The trail


def test_whatever_is_read_is_in_the_trail_under_its_owners_name(cafe: Runtime, app: Flask) -> None:
    who = member(cafe, *ALL_ROLES)
    made = token_of(cafe, who)
    program = Program(app, made.secret)
    for path, scope in EVERY.values():
        before = len(trail(cafe))
        program.read(path)
        [entry] = trail(cafe)[before:]
        expected = {TokenScope.RELEASES: A.RELEASE_TAKEN, TokenScope.STANDING: A.RESULTS_TAKEN}
        expected |= {TokenScope.ANSWERS: A.ANSWERS_EXPORTED}
        assert entry.action is expected.get(scope, A.PROGRAM_READ), path  # type: ignore[arg-type]
        assert (entry.staff_id, entry.detail["token"], entry.detail["form"]) == (who.id, str(made.token.id), "json")
        assert made.secret not in str(entry)
        if scope is TokenScope.ANSWERS:
            assert entry.detail["purpose"] == PURPOSE


def test_so_is_every_refusal(cafe: Runtime, app: Flask) -> None:
    who = member(cafe, Role.VIEWER)
    program = Program(app, token_of(cafe, who).secret)
    for path, why in ((EVERY["answers"][0], "token_not_for"), (f"{STUDY}/releases/9", "no_release")):
        before = len(trail(cafe))
        assert program.ask(path).status_code in (403, 404)
        [entry] = trail(cafe)[before:]
        assert (entry.action, entry.staff_id, entry.detail["why"]) == (A.REFUSED, who.id, why)
        assert entry.study == versioned.NAME


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
