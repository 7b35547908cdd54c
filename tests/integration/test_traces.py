"""What leaves for a collector of traces: each request by its route and number with its statements, and nothing of
anybody; and what becomes of requests while no collector is there."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from werkzeug.routing import BuildError

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime, build
from surveyapp.store import staff
from surveyapp.watching import traces
from surveyapp.watching.logs import FIELDS
from surveyapp.watching.traces import Traces, TraceSettings
from surveyapp.web.watching.requests import WATCHERS
from tests import factories
from tests.conftest import Clock
from tests.integration.test_access_rules import MEMBER, PLACES, RULES, WRITTEN, methods
from tests.interviewer import CONTACT, create_reachable
from tests.logged import to_the_end
from tests.page import Client
from tests.phone import Phone

TOKEN = "hush-hush-of-the-collector"
WORDS, PIN = "Nobody told me where to park", "583920"
TRACE = "7f3a9c1b5d2e8f60"
HUSH = "hushqrtvwxzhushq2345"
"""Sent in every place of a request where something can be sent."""


class Collector:
    """Takes traces on this machine. While it is `held` it takes connections and says nothing."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.tokens: set[str | None] = set()
        self.goes_on, self.reached = threading.Event(), threading.Event()
        self.goes_on.set()
        collector = self

        class Takes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.reached.set()
                collector.goes_on.wait()
                collector.tokens.add(self.headers["Authorization"])
                collector.bodies.append(body)
                with contextlib.suppress(OSError):
                    self.send_response(200 if self.path == "/v1/traces" else 404)
                    self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1/traces"

    def spans(self) -> list[Span]:
        found = [ExportTraceServiceRequest.FromString(each) for each in self.bodies]
        return [
            span for each in found for of in each.resource_spans for scope in of.scope_spans for span in scope.spans
        ]

    def requests(self) -> list[Span]:
        return [each for each in self.spans() if each.kind == Span.SPAN_KIND_SERVER]


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.goes_on.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is told of a statement is the same of both databases (0043)."""
    return sqlite_url


@contextlib.contextmanager
def served(runtime: Runtime, settings: TraceSettings) -> Iterator[tuple[Client, Traces, Runtime]]:
    """An application that sends traces."""
    changed = dataclasses.replace(runtime.settings, traces=settings)
    made = build(changed, runtime.clock, runtime.studies)
    app = create_app(made)
    told: Traces = app.extensions["surveyapp.traces"]
    try:
        yield Client(to_the_end(app.test_client())), told, made
    finally:
        told.stop()
        made.database.dispose()


def said(span: Span) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def walk(client: Client, told: Traces, places: dict[str, Any]) -> None:
    """Every page, with something to hide in whatever can be sent to it."""
    app = client.raw.application
    adapter = app.url_map.bind("localhost")
    headers = {"User-Agent": HUSH, "Referer": f"http://localhost/s/{HUSH}", "traceparent": f"00-{PIN * 5}77-{TRACE}-01"}
    # Signing out ends the walk.
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.endpoint == "staff.logout"):
        try:
            path = adapter.build(rule.endpoint, {name: places[name] for name in rule.arguments})
        except (BuildError, ValueError):
            # Where only certain words are an address.
            path = adapter.build(rule.endpoint, {name: PLACES[name] for name in rule.arguments})
        for method in methods(rule):
            data = {**WRITTEN, "find": HUSH, "note": HUSH, HUSH: HUSH} if method == "POST" else None
            asked = {"code": HUSH, "q": HUSH, "mode": "phone", HUSH: HUSH}
            client.raw.open(path, method=method, data=data, query_string=asked, headers=headers)
            told.flush()


def test_whatever_is_sent_to_whichever_page_none_of_it_leaves(
    runtime: Runtime, collector: Collector, clock: Clock
) -> None:
    person = create_reachable(runtime)
    link = factories.create_link(runtime, person)
    member = factories.create_staff(runtime, *Role)
    with runtime.database.writing() as session:
        staff.add_staff(session, "member@example.org", "Member", "", [], clock(), key=MEMBER)
    with served(runtime, TraceSettings(collector.address, token=TOKEN)) as (client, told, made):
        phone = Phone(made, client.raw.application)
        phone.open(link)
        phone.send({"agree-take_part": "yes", "agree-recontact": "yes"})
        phone.say_whose("yes", PIN)
        phone.answer_until("first_feeling_why")
        phone.send(first_feeling_why=WORDS)
        assert phone.status == 200
        app = client.raw.application
        app.config["WTF_CSRF_ENABLED"] = False
        client.sign_in(member.email)
        client.post(f"/manage/{person.study}/find", data={"find": CONTACT.phone})
        client.get(f"/manage/{person.study}/participants/{person.reference}/contact")
        # Whoever may do all looks for what is not there, everywhere.
        walk(client, told, {name: HUSH if isinstance(place, str) else place for name, place in PLACES.items()})
        client.get(f"/{HUSH}")
        told.flush()
    everything = b"".join(collector.bodies).lower()
    secrets = (CONTACT.name, CONTACT.phone, CONTACT.email, PIN, WORDS, HUSH, TOKEN, phone.handle)
    secrets += (link.rpartition("/")[2], member.email, member.name, person.reference, str(person.id), person.id.hex)
    assert bytes.fromhex(TRACE) not in b"".join(collector.bodies)
    assert [each for each in secrets if each.lower().encode() in everything] == []
    assert collector.tokens == {f"Bearer {TOKEN}"}
    found = collector.requests()
    assert {each.name for each in found} == {said(each)["http.route"] for each in found}
    assert {each.name for each in found} >= set(RULES) - WATCHERS
    assert "none" in {each.name for each in found}
    ours = {traces.NAMED.get(each, f"shiftline.{each}") for each in (*FIELDS, "request")}
    assert all(set(said(each)) <= ours for each in found)
    done = [each for each in collector.spans() if each.kind == Span.SPAN_KIND_CLIENT]
    assert all(set(said(each)) == {"db.system.name", "db.query.text"} for each in done)
    assert {"SELECT", "INSERT", "UPDATE"} <= {each.name for each in done}
    by_id = {each.span_id: each for each in found}
    assert all(by_id[each.parent_span_id].trace_id == each.trace_id for each in done)
    assert all(by_id[each.parent_span_id].start_time_unix_nano <= each.start_time_unix_nano for each in done)
    assert all(each.start_time_unix_nano <= each.end_time_unix_nano for each in done)


def test_what_fails_is_found_by_the_number_that_a_person_quotes(
    runtime: Runtime, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = factories.create_link(runtime, factories.create_participant(runtime))

    def fails(*_arguments: Any, **_more: Any) -> None:
        raise ValueError(f"cannot store {WORDS!r}")

    with served(runtime, TraceSettings(collector.address)) as (client, told, made):
        phone = Phone(made, client.raw.application)
        phone.agree(link)
        client.raw.application.testing = False
        monkeypatch.setattr(answering, "save_page", fails)
        phone.send(phone.filled({}))
        assert phone.status == 500
        told.flush()
    (failed,) = [each for each in collector.requests() if each.status.code == Status.STATUS_CODE_ERROR]
    assert said(failed)["shiftline.request"] in phone.page.words
    assert said(failed)["http.response.status_code"] == 500
    (event,) = failed.events
    told_of = {each.key: each.value.string_value for each in event.attributes}
    assert told_of["exception.type"] == "ValueError"
    assert told_of["exception.stacktrace"].endswith("\nValueError")
    assert "in fails" in told_of["exception.stacktrace"]


def test_of_a_share_of_requests_alone(runtime: Runtime, collector: Collector) -> None:
    for share, sent in ((1e-9, 0), (1.0, 5)):
        with served(runtime, TraceSettings(collector.address, share)) as (client, told, _made):
            for _ in range(5):
                client.get("/start")
            client.get("/health/live")
            told.flush()
        assert len(collector.requests()) == sent


def test_without_the_setting_nothing_is_sent_and_nothing_noted(runtime: Runtime) -> None:
    app = create_app(runtime)
    assert app.extensions["surveyapp.traces"] is None
    assert not runtime.settings.times_statements


def test_while_a_collector_says_nothing_pages_are_answered(runtime: Runtime, collector: Collector) -> None:
    collector.goes_on.clear()
    with served(runtime, TraceSettings(collector.address)) as (client, told, _made):
        client.get("/start")
        sending = threading.Thread(target=told.flush)
        sending.start()
        assert collector.reached.wait(60)
        # A trace is on its way, and nobody says that it came.
        assert {client.get("/start").status_code for _ in range(10)} == {200}
        collector.goes_on.set()
        sending.join()
    assert len(collector.requests()) == 11


def test_where_no_collector_is_pages_are_answered_and_the_oldest_is_dropped(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "WAITING", 3)
    monkeypatch.setattr(traces, "SEND_WITHIN_S", 0.1)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1/traces"
        with served(runtime, TraceSettings(address)) as (client, told, _made):
            assert {client.get("/start").status_code for _ in range(10)} == {200}
            told.flush()
