"""`/metrics`: who may read it, what stands in it, and that what is said of it elsewhere is what there is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from surveyapp import create_app
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.services import gauges, worker
from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from surveyapp.watching import meters
from tests import factories
from tests.conftest import Clock
from tests.integration.test_incoming import served
from tests.logged import to_the_end
from tests.page import Client
from tests.phone import Phone

TOKEN = "m" * 40
HERE = {"Host": "127.0.0.1:8000"}
SITE = {"Host": "survey.example.org"}


@pytest.mark.parametrize(
    ("peer", "headers", "proxies", "status"),
    [
        ("127.0.0.1", HERE, 0, 200),
        ("::1", HERE, 0, 200),
        ("127.0.0.1", {"Host": "localhost"}, 1, 200),
        ("127.0.0.1", SITE, 0, 403),
        ("10.0.0.7", HERE, 0, 403),
        ("", HERE, 0, 403),
        # Behind a proxy on this machine everybody is connected from it, and says of themselves what they like.
        ("127.0.0.1", {**HERE, "X-Forwarded-For": "127.0.0.1"}, 0, 403),
        ("127.0.0.1", {**HERE, "X-Forwarded-For": "127.0.0.1"}, 1, 403),
        ("10.0.0.7", {**HERE, "X-Forwarded-For": "127.0.0.1"}, 1, 403),
        ("10.0.0.7", {"Host": "10.0.0.7", "X-Forwarded-Host": "localhost", "X-Forwarded-For": "127.0.0.1"}, 1, 403),
        ("127.0.0.1", {**HERE, "Forwarded": "for=127.0.0.1"}, 0, 403),
        ("127.0.0.1", {**HERE, "X-Real-Ip": "127.0.0.1"}, 0, 403),
        ("10.0.0.7", {**SITE, "Authorization": f"Bearer {TOKEN}"}, 0, 200),
        ("10.0.0.7", {**SITE, "Authorization": f"Bearer {TOKEN[:-1]}"}, 0, 403),
        ("10.0.0.7", {**SITE, "Authorization": f"Basic {TOKEN}"}, 0, 403),
        ("10.0.0.7", {**SITE, "Authorization": "Bearer é"}, 0, 403),
        ("10.0.0.7", {"Host": "evil.example", "Authorization": f"Bearer {TOKEN}"}, 0, 400),
    ],
)
def test_this_machine_and_whoever_has_the_token_read_it(
    runtime: Runtime, peer: str, headers: Mapping[str, str], proxies: int, status: int
) -> None:
    client = served(runtime, public_url="https://survey.example.org", metrics_token=TOKEN, proxies=proxies)
    response = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert response.status_code == status
    if status == 403:
        assert "SURVEYAPP_METRICS_TOKEN" in response.text
        assert "shiftline_" not in response.text


def test_without_a_token_nobody_has_one(runtime: Runtime) -> None:
    client = served(runtime, public_url="https://survey.example.org")
    for sent in ("Bearer ", "Bearer None", "Bearer"):
        assert client.get("/metrics", headers={**SITE, "Authorization": sent}).status_code == 403


Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def test_what_people_do_is_counted_by_route_and_by_no_path(runtime: Runtime, clock: Clock) -> None:
    app = create_app(runtime)
    client = Client(to_the_end(app.test_client()))

    def read() -> Samples:
        clock.forward(minutes=1)
        return samples(client.raw.get("/metrics", headers=HERE).text)

    worker.round_of(factories.operator(runtime), ["messages"])
    link = factories.create_link(runtime, factories.create_participant(runtime))
    before = read()
    phone = Phone(runtime, app)
    phone.client = client
    phone.agree(link)
    passed = phone.answer_until("first_feeling_why")
    for number in range(20):
        client.raw.get(f"/nothing/{number}", headers={"Host": "localhost"})
        client.raw.open("/start", method=f"ODD{number}")
    after = read()
    change = {each: value - before.get(each, 0) for each, value in after.items()}
    assert len(passed) > 1
    assert change["shiftline_saves_total", (("by", "participant"),)] == len(passed)
    assert change["shiftline_answers_saved_total", (("by", "participant"),)] >= len(passed)
    assert change["shiftline_request_seconds_count", (("route", "participant.question"),)] >= len(passed)
    assert change["shiftline_requests_total", (("route", "none"), ("status", "4xx"))] == 40
    assert change["shiftline_database_wait_seconds_count", (("what", "connection"),)] > len(passed)
    assert after["shiftline_ready", ()] == 1
    assert after["shiftline_worker_failed", (("task", "messages"),)] == 0
    assert 0 < after["shiftline_worker_seen_seconds", (("task", "messages"),)] < 600
    assert {dict(labels)["state"] for name, labels in after if name == "shiftline_messages"} >= {"planned", "sent"}
    assert after["shiftline_releases", (("study", "job_rotation"),)] == 0
    text = client.raw.get("/metrics", headers=HERE).text
    assert phone.handle not in text
    assert link.rpartition("/")[2] not in text
    routes = {dict(labels).get("route") for _name, labels in after} - {None, "none"}
    assert routes <= set(app.view_functions)


def test_while_the_database_fails_that_is_what_is_measured(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: object, **_more: object) -> None:
        raise DatabaseUnavailable(DatabaseFault.DOWN)

    monkeypatch.setattr(runtime.database, "_connection", fails)
    response = served(runtime).get("/metrics", headers=HERE)
    assert response.status_code == 200
    assert samples(response.text)["shiftline_ready", ()] == 0


def test_figures_are_looked_up_now_and_then(runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(gauges, "look", lambda _runtime: looked.append(1) or ())
    kept = gauges.Gauges(runtime)
    for seconds in (0, 5, 9.9, 0.2, 20):
        clock.forward(seconds=seconds)
        kept.readings()
    assert len(looked) == 3


SERIES = re.compile(r"shiftline_[a-z_]+")
ENDS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def series() -> dict[str, str]:
    """Every name that a query can have, and what it is of."""
    counted = {
        f"{each.name}{end}": each.name for one in meters.COUNTED for each in one.describe() for end in ENDS[each.type]
    }
    return counted | {name: name for name in meters.LOOKED_UP}


def test_the_dashboard_and_the_alarms_ask_for_what_there_is_and_for_all_of_it() -> None:
    folder = ROOT / "deploy" / "watching"
    dashboard = json.loads((folder / "dashboard.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(asked) > 15
    drawn = {name for each in asked for name in SERIES.findall(each)}
    alarms = set(SERIES.findall(" ".join(re.findall(r"expr: (.*)", (folder / "alarms.yml").read_text("utf-8")))))
    assert len(alarms) > 5
    known = series()
    assert (drawn | alarms) - set(known) == set()
    assert meters.names() - {known[name] for name in drawn} == set()


def test_the_guide_explains_what_there_is() -> None:
    guide = (ROOT / "docs" / "guides" / "watch_it.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(shiftline_[a-z_]+)", guide, re.MULTILINE))
    assert {name.removesuffix("_total") for name in told} == meters.names()
    assert {name for name in told if name.endswith("_total")} == {each for each in series() if each.endswith("_total")}
