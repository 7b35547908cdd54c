"""A database that is full, read-only, locked, gone or stopped: every page answers 503 and gives back what was typed."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from surveyapp import create_app
from surveyapp.domain.answers import Text
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Action, Role
from surveyapp.services import readiness
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from surveyapp.store.connecting import engines
from surveyapp.store.connecting.engines import file_of
from surveyapp.store.database import Database
from surveyapp.store.security import heartbeat
from surveyapp.web.shared.errors import unavailable as unavailable_page
from tests import factories
from tests.conftest import Clock
from tests.integration.test_access_rules import PLACES, RULES, STAFF, WRITTEN, methods
from tests.page import Client, Page, read
from tests.phone import Phone
from tests.rights import kept_to_modes

Break = Callable[[Runtime], Callable[[], None]]
"""Breaks the database of an installation; what comes back mends it."""

TYPED = 'It went well — mostly.\nThe coach "listened" <3 ' + "and more " * 400 + "end"


def database_file(runtime: Runtime) -> Path:
    path = file_of(runtime.settings.database_url)
    assert path is not None
    return path


def gone(runtime: Runtime) -> Callable[[], None]:
    path, away = database_file(runtime), database_file(runtime).with_name("away.db")
    path.rename(away)
    return lambda: away.rename(path) and None  # type: ignore[func-returns-value]


def _with_pragma(runtime: Runtime, pragma: str, back: str) -> Callable[[], None]:
    def set_up(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA {pragma}")

    runtime.database.dispose()
    event.listen(runtime.database.engine, "connect", set_up)

    def mend() -> None:
        event.remove(runtime.database.engine, "connect", set_up)
        runtime.database.dispose()

    return mend


def read_only(runtime: Runtime) -> Callable[[], None]:
    return _with_pragma(runtime, "query_only = ON", "query_only = OFF")


def full(runtime: Runtime) -> Callable[[], None]:
    # It cannot be less than there is: no page may be added.
    return _with_pragma(runtime, "max_page_count = 1", "max_page_count = 4294967294")


def locked(runtime: Runtime) -> Callable[[], None]:
    """By another process, for longer than is waited."""
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN EXCLUSIVE');"
        "print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(database_file(runtime))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"

    def mend() -> None:
        holder.communicate("")

    return mend


def damaged(runtime: Runtime) -> Callable[[], None]:
    path = database_file(runtime)
    runtime.database.dispose()
    whole = path.read_bytes()
    path.write_bytes(b"not a database at all " * 400)

    def mend() -> None:
        runtime.database.dispose()
        path.write_bytes(whole)

    return mend


def emptied(runtime: Runtime) -> Callable[[], None]:
    """Somebody made a file in its place, as a database that is opened carelessly would."""
    path, away = database_file(runtime), database_file(runtime).with_name("away.db")
    path.rename(away)
    path.touch()

    def mend() -> None:
        runtime.database.dispose()
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        away.rename(path)

    return mend


def limited(runtime: Runtime) -> Callable[[], None]:
    """No file may grow beyond what a shell said before the server started (`ulimit -f`): not the database, nor the file
    of people's keys, nor what is counted."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)


NOTHING_WORKS: list[Break] = [gone, damaged, emptied]
NOTHING_IS_STORED: list[Break] = [read_only, full, locked, limited]


@pytest.fixture
def runtime(sqlite_url: str, clock: Clock) -> Iterator[Runtime]:
    made = factories.create_runtime(sqlite_url, clock)
    factories.open_questionnaires(made)
    yield made
    made.database.dispose()


@pytest.fixture
def somebody(runtime: Runtime) -> Participant:
    return factories.create_participant(runtime, reference="BF-0001")


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 50)


def everything(client: Client) -> Iterator[tuple[str, str, str]]:
    """(method, path, endpoint) of every route."""
    adapter = client.raw.application.url_map.bind("localhost")
    for rule in client.raw.application.url_map.iter_rules():
        path = adapter.build(rule.endpoint, {name: PLACES.get(name, "nothing") for name in rule.arguments})
        for method in sorted(methods(rule)):
            yield method, path, rule.endpoint


def answer(client: Client, method: str, path: str) -> TestResponse:
    written = {**WRITTEN, "words": TYPED, "password": "a secret that is typed again"} if method == "POST" else None
    response = client.raw.open(path, method=method, data=written, query_string={"mode": "phone"})
    if response.mimetype == "text/html" and response.status_code >= 400:
        read(response.text).check()
    response.close()
    return response


HELD_BY_ITS_SENDER = ("participant.saves", "interviewer.saves", "spot.go_away", "sealed.receive")
"""A script keeps what it sends until it is answered for, and shows no page of ours."""


def check_answer(response: TestResponse, method: str, endpoint: str) -> None:
    """A 503 is one that can be acted on; nothing else has a trace of what went wrong."""
    assert response.status_code < 500 or response.status_code == 503, (method, endpoint, response.status_code)
    if response.status_code != 503 or endpoint == "health.ready":
        return
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["Cache-Control"] == "no-store"
    assert "a secret" not in response.text
    own_account = endpoint.startswith("staff.")
    if endpoint in HELD_BY_ITS_SENDER:
        assert response.json == {"why": "unavailable"}, (endpoint, response.text)
    elif method == "POST" and not own_account:
        shown = read(response.text)
        # A line end after <textarea> is not part of what it holds.
        assert TYPED in [text.removeprefix("\n") for text in shown.text.get("textarea", [])], (endpoint, shown.words)
    else:
        assert TYPED not in response.text


@pytest.mark.parametrize("breaks", [*NOTHING_WORKS, *NOTHING_IS_STORED], ids=lambda each: each.__name__)
@pytest.mark.parametrize("who", ["staff", "participant", "nobody"])
def test_every_page_says_that_the_database_fails(
    runtime: Runtime, somebody: Participant, breaks: Break, who: str
) -> None:
    app = create_app(runtime)
    app.testing = True
    app.config.update(WTF_CSRF_ENABLED=False)
    client = Client(app.test_client())
    if who == "participant":
        client.raw.get(factories.create_link(runtime, somebody))
    elif who != "nobody":
        client.sign_in(factories.create_staff(runtime, *Role).email)
    runtime.database.dispose()
    # One visit after another: each begins with the session there was before anything broke.
    cookies = dict(client.raw._cookies)
    mend = breaks(runtime)
    failed = set()
    try:
        for method, path, endpoint in everything(client):
            if who == "participant" and RULES[endpoint] in (STAFF, *Action):
                continue  # there they are nobody
            client.raw._cookies = dict(cookies)
            response = answer(client, method, path)
            check_answer(response, method, endpoint)
            if response.status_code == 503:
                failed.add(endpoint)
    finally:
        mend()
    if breaks in NOTHING_WORKS and who != "nobody":
        assert len(failed) > 60 or who == "participant"
        assert "participant.survey" in failed or who != "participant"
    assert client.raw.get("/health/live").status_code == 200


@pytest.mark.parametrize("breaks", [*NOTHING_WORKS, *NOTHING_IS_STORED], ids=lambda each: each.__name__)
def test_what_a_participant_typed_is_sent_again_from_the_page_that_says_so(
    runtime: Runtime, somebody: Participant, breaks: Break
) -> None:
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, somebody))
    phone.answer_until("first_feeling_why", {"attended_readiness_sessions": "no", "placed": "no"})
    assert phone.question == "first_feeling_why"
    runtime.database.dispose()
    mend = breaks(runtime)
    try:
        phone.send({"first_feeling_why": TYPED})
        assert phone.status == 503
        assert "sent again" not in phone.page.words
        assert "kept on this page" in phone.page.words
        phone.send(typed(phone.page))
        assert phone.status == 503, "and once more, as often as it takes"
    finally:
        mend()
    phone.send(typed(phone.page))
    assert phone.status == 200
    assert phone.question != "first_feeling_why"
    answers, _ = factories.stored(runtime, somebody)
    assert answers["first_feeling_why"] == Text(TYPED)


def test_whatever_a_study_calls_its_questions_is_given_back_and_no_secret(runtime: Runtime) -> None:
    """An opinion, shopping and helping have *pin* in them, and are no PIN."""
    names = {
        key
        for study in runtime.studies.values()
        for questionnaire in study.questionnaires.values()
        for key in parts_of(questionnaire)
    }
    assert "employability_opinion" in names
    secrets = {"pin": "four eight two", "password": "a secret that is typed again"}
    app = create_app(runtime)
    with app.test_request_context("/survey/anything", method="POST", data=dict.fromkeys(names, TYPED) | secrets):
        shown, status, _ = unavailable_page(DatabaseUnavailable(DatabaseFault.BUSY))
    assert status == 503
    assert set(typed(Page(shown))) == names
    assert not [secret for secret in secrets.values() if secret in shown]


def typed(page: Page) -> dict[str, str]:
    """What the page's text areas hold, by the names they are sent under."""
    names = [attributes["name"] for tag, attributes in page.elements if tag == "textarea"]
    return dict(zip(names, (text.removeprefix("\n") for text in page.text.get("textarea", [])), strict=True))


def test_a_file_that_was_moved_away_is_written_no_further_and_made_by_nobody(
    runtime: Runtime, somebody: Participant
) -> None:
    path = database_file(runtime)
    mends = []

    def moved_away_in_the_middle() -> None:
        with factories.operator(runtime).writing() as work:
            heartbeat.beat(work.session, work.now)
            mends.append(gone(runtime))

    with pytest.raises(DatabaseUnavailable) as caught:
        moved_away_in_the_middle()
    assert caught.value.fault is DatabaseFault.GONE, "found before it was committed"
    with pytest.raises(DatabaseUnavailable), factories.operator(runtime).reading():
        pass
    assert not path.exists()
    mends[0]()
    with factories.operator(runtime).reading() as work:
        assert work.session.execute(text("SELECT count(*) FROM heartbeat")).scalar() == 0


def test_readiness_proves_a_write_and_tells_nobody_why_not(
    runtime: Runtime, client: Client, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/health/ready").json == {"status": "ready"}
    for breaks in (*NOTHING_WORKS, read_only, locked):
        clock.forward(seconds=5)
        runtime.database.dispose()
        mend = breaks(runtime)
        caplog.clear()
        try:
            response = client.get("/health/ready")
            assert (response.status_code, response.json) == (503, {"status": "not ready"}), breaks.__name__
            assert caplog.records, breaks.__name__
            written = len(caplog.records)
            client.get("/health/ready")
            assert len(caplog.records) == written, "whoever asks again at once is told again, and nothing is looked at"
        finally:
            mend()
    clock.forward(seconds=5)
    assert client.get("/health/ready").status_code == 200


def test_what_stands_beside_a_file_and_cannot_be_written_is_named(sqlite_url: str) -> None:
    """SQLite makes it with the rights that the file has then, and leaves it so."""
    path = file_of(sqlite_url)
    assert path is not None
    with kept_to_modes():
        path.chmod(0o400)
        reader, writer = Database(sqlite_url), Database(sqlite_url)
        with reader.reading() as session:
            session.execute(text("SELECT 1 FROM heartbeat"))
            path.chmod(0o600)
            with pytest.raises(DatabaseUnavailable) as refused, writer.writing() as other:
                other.execute(text("DELETE FROM heartbeat"))
    assert refused.value.fault is DatabaseFault.READ_ONLY
    assert "-wal and -shm" in str(refused.value)
    reader.dispose()
    writer.dispose()


@pytest.mark.parametrize("shut", ["file", "folder", "keys"])
def test_what_is_there_and_another_user_s_is_not_said_to_be_lost(
    sqlite_url: str, clock: Clock, tmp_path: Path, shut: str
) -> None:
    """Whoever reads that there is no database may put a backup in its place. The doctor tells the rest all the same."""
    folder = tmp_path / "kept"
    folder.mkdir()
    path, keys = folder / "shut.db", tmp_path / "people.keys"
    shutil.copy(str(file_of(sqlite_url)), path)
    runtime = factories.create_runtime(f"sqlite:///{path}", clock, person_keys=keys)
    place = {"file": path, "folder": folder, "keys": keys}[shut]
    place.chmod(0)
    says = "SURVEYAPP_PERSON_KEYS names" if shut == "keys" else "The database cannot be written. Let whoever"
    try:
        with kept_to_modes():
            assert says in str(readiness.problem(runtime))
            assert readiness.check_start(runtime) is False, "served, with 503 until somebody has mended that"
            told = doctor.look(runtime)
            assert any(says in each.todo for each in told)
            assert any("each reader’s own machine" in each.what for each in told)
    finally:
        place.chmod(0o700)


STOPPED = """
import signal, sys
from sqlalchemy import text
from surveyapp.store.database import Database
signal.signal(signal.SIGINT, signal.default_int_handler)
url, unit, slow = sys.argv[1:]
with getattr(Database(url), unit)() as session:
    print("begun", flush=True)
    session.execute(text(slow))
"""
"""Whatever a shell starts in the background has been told to ignore Ctrl-C."""


@pytest.mark.parametrize("unit", ["writing", "reading", "glancing"])
def test_whoever_stops_what_is_done_is_not_told_that_the_database_is_down(database_url: str, unit: str) -> None:
    """Ctrl-C while a statement is carried out, which breaks its connection off."""
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000) SELECT max(i) FROM n"
    slow = "SELECT pg_sleep(600)" if "postgresql" in database_url else slow
    command = [sys.executable, "-c", STOPPED, database_url, unit, slow]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        assert asking.stdout.readline() == "begun\n"
        time.sleep(0.3)  # in the middle of the statement
        asking.send_signal(signal.SIGINT)
        _, said = asking.communicate(timeout=120)
    assert said.rstrip().splitlines()[-1].startswith("KeyboardInterrupt")
    assert "DatabaseUnavailable" not in said
