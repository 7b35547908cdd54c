"""What a page costs: bytes over the air, requests, statements to the database. A phone on 2G pays for each."""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import json
import re
import uuid
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from surveyapp import create_app
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.conftest import Clock
from tests.device import Device
from tests.page import Client, Page
from tests.phone import Phone

GZIP = {"Accept-Encoding": "gzip"}
FIRST_PAGE, LARGEST_QUESTION = 11_600, 2_000
"""Bytes, compressed: the first page with its styles and script, and the HTML of a question."""

COLD = 27_700
"""Bytes, headers included, compressed as a phone takes them, of all that comes before the first question can be turned.
A server adds a line, its name and the date to each, and two redirects lie between: `make bench-phone` counts those."""

ONCE_IT_IS_THERE = {"later.js": 4_300, "rest": 4_050, "typed.js": 2_800}
"""Bytes, headers included, of what is not among these: the script and the rest of the pack, which are fetched once the
first question can be answered; and before it, where a questionnaire has a number, a day or a time that is typed."""

FURTHER, FURTHER_BY_SCRIPT = 2_080, 560
"""Bytes, request and answer, headers included, of a further question."""

SMALLEST_CODING = {"Accept-Encoding": "br, gzip"}

SMALLEST = 500
"""Bytes below which compressing an answer saves nothing."""

STATEMENTS_TO_SHOW, STATEMENTS_TO_SAVE, STATEMENTS_TO_SAVE_ON_ANOTHER_ROUTE = 3, 6, 8
"""To show: whose session it is and where they stand; what was answered. To save besides: the response's next place,
the save, the history, the current answers; and where the route changes what is dropped, and what stands off it."""


def wire(client: Client, address: str) -> int:
    """Bytes of the body as sent."""
    with client.raw.get(address, headers=GZIP) as response:
        assert response.status_code == 200
        if response.content_length and response.content_length > SMALLEST:
            assert response.headers["Content-Encoding"] == "gzip", address
        return len(response.data)


def needed(page: Page) -> list[str]:
    """What the browser fetches besides the page."""
    return [
        attributes.get("href") or attributes["src"]
        for tag, attributes in page.elements
        if (tag == "link" and attributes.get("rel") in ("stylesheet", "prefetch", "icon")) or "src" in attributes
    ]


def test_the_first_page_is_small_and_asks_for_little(runtime: Runtime) -> None:
    phone = Phone(runtime)
    first = phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    parts = needed(first)
    assert sorted(part.rpartition("/")[2].partition("?")[0] for part in parts) == [
        "icon.svg",
        "participant.css",
        "participant.js",
    ]
    assert (
        wire(phone.client, phone.own("/survey/consent"))
        + sum(wire(phone.client, part) for part in parts if ".svg" not in part)
        < FIRST_PAGE
    )


def test_the_first_page_can_be_read_as_soon_as_it_is_there(runtime: Runtime) -> None:
    phone = Phone(runtime)
    first = phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    with phone.client.raw.get(phone.own("/survey/consent")) as response:
        policy = response.headers["Content-Security-Policy"]
    assert not [each for tag, each in first.elements if each.get("rel") == "stylesheet"]
    (carried,) = re.findall("<style>(.*?)</style>", first.source, re.DOTALL)
    with phone.client.raw.get(next(part for part in needed(first) if ".css" in part)) as response:
        assert len(carried) < len(response.text) * 0.6, "only what this page needs"
    mark = base64.b64encode(hashlib.sha256(carried.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{mark}';" in policy
    with phone.client.raw.get("/start") as response:
        assert "sha256" not in response.headers["Content-Security-Policy"]


def test_every_page_fits_without_anything_from_elsewhere(runtime: Runtime) -> None:
    client = Client(create_app(runtime).test_client())
    for part in needed(client.page("/start")):
        with client.raw.get(part) as response:
            assert response.status_code == 200
            assert b"@import" not in response.data
            assert b"url(http" not in response.data
            assert "Cookie" not in response.headers.get("Vary", ""), "it would be fetched anew whenever the cookie is"
            assert "immutable" in response.headers["Cache-Control"], "its address changes when it does"


def test_statements_a_page_makes_do_not_grow_with_what_was_answered(runtime: Runtime, phone: Phone) -> None:
    with factories.counted(runtime) as at_first:
        phone.open("/survey/q/heard_via")
    phone.answer_until("recommend", {"placed": "yes", "attended_readiness_sessions": "yes"})
    with factories.counted(runtime) as near_the_end:
        phone.open("/survey/q/recommend")
    assert len(reads(near_the_end)) == len(reads(at_first)) <= STATEMENTS_TO_SHOW
    more = set(needed(phone.page)) - set(needed(phone.open("/survey/consent")))
    assert [each.rpartition("/")[2] for each in more] == ["survey.js"], "only what turns the page"


def test_what_a_page_reads_does_not_grow_with_the_saves_made(runtime: Runtime, phone: Phone) -> None:
    """Steps of SQLite's own machine: what is read, whichever statement reads it."""
    if not runtime.settings.database_url.startswith("sqlite"):
        return
    page, form, read = phone.own("/survey/q/heard_via"), phone.page.fields(), dict[int, int]()
    steps = itertools.count()
    for saves in (4, 40):
        for each in range(saves):
            saved = uuid.uuid4().hex
            option = ("family", "online")[each % 2]
            phone.client.post(page, {**form, "heard_via": option, "save_id": saved})
            form["seen"] = saved
        with runtime.database.engine.connect() as connection:
            driver = connection.connection.driver_connection
        assert driver is not None
        began = next(steps)
        driver.set_progress_handler(lambda: next(steps) and None, 1)
        phone.client.get(page)
        driver.set_progress_handler(None, 1)
        read[saves] = next(steps) - began
    assert 100 < read[4] == pytest.approx(read[40], rel=0.02), read


def test_statements_a_save_makes(runtime: Runtime, phone: Phone) -> None:
    phone.answer_until("recommend", {"placed": "yes", "attended_readiness_sessions": "yes"})
    form = {**phone.page.fields(), "recommend": "very_likely"}
    with factories.counted(runtime) as statements:
        phone.client.post(phone.own("/survey/q/recommend"), form)
    assert len(reads(statements)) <= STATEMENTS_TO_SAVE
    with factories.counted(runtime) as again:
        phone.client.post(phone.own("/survey/q/recommend"), form)
    assert not [each for each in again if each.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_checking_reads_no_more_than_a_question(runtime: Runtime, phone: Phone) -> None:
    phone.answer_until(None, {"placed": "yes", "attended_readiness_sessions": "yes"})
    with factories.counted(runtime) as statements:
        phone.open("/survey/check")
    assert len(reads(statements)) <= STATEMENTS_TO_SHOW


@pytest.fixture
def again(runtime: Runtime, clock: Clock) -> Device:
    """A device at touchpoint 2, of somebody with a site, in Polish."""
    person = factories.create_participant(runtime, site=factories.create_site(runtime))
    who = factories.by_link(runtime, person)
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, person))
    phone.answer_until(None, {"placed": "yes", "attended_readiness_sessions": "yes"})
    answering.submit(runtime, who)
    clock.forward(days=31)
    later = Phone(runtime, phone.client.raw.application)
    later.agree(factories.create_link(runtime, person, 2))
    later.open(f"{later.path}?lang=pl")
    assert 'lang="pl"' in later.page.source, (later.path, later.heading)
    return Device(later, runtime, "backfill_2")


def test_statements_at_touchpoint_2_with_a_site_in_a_translation(runtime: Runtime, again: Device) -> None:
    phone = again.phone
    passed = 0
    while phone.path.startswith("/survey/q/"):
        with factories.counted(runtime) as shown:
            phone.client.get(phone.own(phone.path))
        assert len(reads(shown)) <= STATEMENTS_TO_SHOW, shown
        form = phone.filled({})
        before = answered_route(phone)
        with factories.counted(runtime) as saved:
            answer = phone.client.post(phone.own(phone.path), {**phone.page.fields(), **form})
        most = STATEMENTS_TO_SAVE if passed else STATEMENTS_TO_SAVE_ON_ANOTHER_ROUTE
        phone.open(answer.location)
        if answered_route(phone) != before:
            most = STATEMENTS_TO_SAVE_ON_ANOTHER_ROUTE
        assert len(reads(saved)) <= most, saved
        passed += 1
    assert passed > 5


def answered_route(phone: Phone) -> str:
    """How far the way through is long, as the page says."""
    return next((attributes.get("max", "") for tag, attributes in phone.page.elements if tag == "progress"), "")


def test_statements_a_save_of_a_script_makes(runtime: Runtime, again: Device) -> None:
    phone = again.phone
    page, form = phone.question, {name: [str(value)] for name, value in phone.filled({}).items()}
    body = again.body(page, form, language="pl")
    again.stand()
    with factories.counted(runtime) as first:
        told = again.send(body)
    assert told["became"] == "saved", told
    # That answers began in this session is said once.
    assert len(reads(first)) <= STATEMENTS_TO_SAVE + 1, first
    phone.open(f"/survey/q/{told['next']}")
    body = again.body(phone.question, {name: [str(value)] for name, value in phone.filled({}).items()}, language="pl")
    with factories.counted(runtime) as saved:
        assert again.send(body)["became"] == "saved"
    assert len(reads(saved)) <= STATEMENTS_TO_SAVE, saved
    with factories.counted(runtime) as once_more:
        assert again.send(body)["became"] == "known"
    assert len(reads(once_more)) == 2, once_more


WAYS_TO_SAVE = 3
"""There and back to PostgreSQL: who it is and where they stand; what was said; the save."""


def test_ways_to_the_server_and_back_that_a_save_takes(
    runtime: Runtime, again: Device, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not runtime.settings.database_url.startswith("postgresql"):
        return
    phone = again.phone
    form = {name: [str(each)] for name, each in phone.filled({}).items()}
    told = again.send(again.body(phone.question, form, language="pl"))
    phone.open(f"/survey/q/{told['next']}")
    form = {name: [str(each)] for name, each in phone.filled({}).items()}
    body = again.body(phone.question, form, language="pl")
    with (tmp_path_factory.mktemp("ways") / "said").open("w+b") as said:
        with runtime.database.engine.connect() as connection:
            driver = connection.connection.driver_connection
        assert driver is not None
        # To prepare what a connection has asked several times is a way of its own, once for each statement; how often
        # this one has asked it hangs on what ran over it before.
        monkeypatch.setattr(driver, "prepare_threshold", None)
        driver.pgconn.trace(said.fileno())
        assert again.send(body)["became"] == "saved"
        driver.pgconn.untrace()
        said.seek(0)
        lines = said.read().decode(errors="replace").splitlines()
    ways = [line for line in lines if re.search(r"\tF\t\d+\t(Sync|Query)", line)]
    assert len(ways) <= WAYS_TO_SAVE, ways


STATEMENTS_ELSEWHERE = {"link": 11, "consent": 4, "give_consent": 13, "begin": 2, "begun": 3, "check": 2, "submit": 14}
"""Of a link, nine are what begins a session. Whoever consents or submits is looked at once more under the lock, and
what follows is planned by how its touchpoint stands: paused, extended or closed. How answers were sent is kept with
their case, too."""


def posts_to(page: Page) -> str:
    return next(attributes["action"] for tag, attributes in page.elements if tag == "form")


def test_statements_on_the_way_in_and_out(runtime: Runtime) -> None:
    phone, made = Phone(runtime), dict[str, int]()
    # Whether a version has easy words is asked once a process.
    Phone(runtime).open(factories.create_link(runtime, factories.create_participant(runtime)))
    link = factories.create_link(runtime, factories.create_participant(runtime))
    with factories.counted(runtime) as statements:
        answer = phone.client.get(link)
    made["link"] = len(reads(statements))
    for shows, sends, form in (
        ("consent", "give_consent", {"agree-take_part": "yes", "agree-recontact": "yes"}),
        ("begin", "begun", {"own": "yes"}),
    ):
        with factories.counted(runtime) as statements:
            page = Page(phone.client.get(answer.location).text)
        made[shows] = len(reads(statements))
        with factories.counted(runtime) as statements:
            answer = phone.client.post(posts_to(page), {**page.fields(), **form})
        made[sends] = len(reads(statements))
    phone.open(answer.location)
    phone.answer_until(None, {"placed": "yes", "attended_readiness_sessions": "yes"})
    with factories.counted(runtime) as statements:
        phone.open("/survey/check")
    made["check"] = len(reads(statements))
    with factories.counted(runtime) as statements:
        phone.client.post(phone.own("/survey/check"), phone.page.fields())
    made["submit"] = len(reads(statements))
    # PostgreSQL is told which case and which response are held; in SQLite whoever writes holds all of it.
    holds = {"give_consent", "submit"} if runtime.settings.database_url.startswith("postgresql") else set[str]()
    assert not {name: n for name, n in made.items() if n > STATEMENTS_ELSEWHERE[name] + 2 * (name in holds)}, made


def over_the_air(answer: TestResponse) -> int:
    """Bytes of an answer with its headers. A server adds a line, its name and, to some, the date."""
    return len(str(answer.headers)) + len(answer.data)


def test_a_question_without_script_is_small(phone: Phone) -> None:
    # The first answer brings a cookie or two.
    phone.send(phone.filled({}))
    sent = {**phone.page.fields(), **phone.filled({})}
    led = phone.client.raw.post(phone.own(phone.path), data=sent, headers=SMALLEST_CODING)
    shown = phone.client.raw.get(led.location, headers=SMALLEST_CODING)
    sizes = [len(urlencode(sent, doseq=True)), over_the_air(led), over_the_air(shown)]
    assert sum(sizes) < FURTHER, sizes


def test_a_question_with_a_script_is_small(again: Device) -> None:
    form = {name: [str(value)] for name, value in again.phone.filled({}).items()}
    again.save(again.phone.question, form, language="pl")
    body = again.body(again.phone.question, form, language="pl")
    answer = again.post(body)
    assert answer.json is not None
    assert answer.json["became"] == "saved"
    assert len(json.dumps(body)) + over_the_air(answer) < FURTHER_BY_SCRIPT


def test_what_is_fetched_before_pages_turn(runtime: Runtime, phone: Phone) -> None:
    """Pages, styles, scripts, pack and slip, from the link to the first question that the phone itself follows."""
    pages = [phone.own(f"/survey{place}") for place in ("/consent", "/begin", "/q/heard_via")]
    parts = {part for page in pages for part in needed(phone.open(page)) if ".svg" not in part}
    slip = json.loads(phone.client.raw.get(phone.own("/survey/slip")).data)
    fetched = [*pages, *sorted(parts), phone.own("/survey/slip"), slip["pack"]]
    sizes = {}
    for each in fetched:
        with phone.client.raw.get(each, headers=SMALLEST_CODING) as answer:
            sizes[each] = over_the_air(answer)
    assert sum(sizes.values()) < COLD, (sum(sizes.values()), sizes)
    script = next(part for part in parts if part.endswith("/survey.js"))
    more = {
        name: over_the_air(phone.client.raw.get(address, headers=SMALLEST_CODING))
        for name, address in {
            "rest": f"{slip['pack']}/rest",
            **{name: script.replace("survey.js", name) for name in ("later.js", "typed.js")},
        }.items()
    }
    assert more == {name: size for name, size in more.items() if size < ONCE_IT_IS_THERE[name]}


def reads(statements: list[str]) -> list[str]:
    """The statements, without what opens and ends a transaction."""
    return [each for each in statements if not each.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


@pytest.mark.parametrize("group", ["backfill", "employee"])
def test_no_question_page_is_large(runtime: Runtime, group: str) -> None:
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime, group)))
    while phone.path.startswith("/survey/q/"):
        assert len(gzip.compress(phone.page.source.encode())) < LARGEST_QUESTION, phone.question
        phone.send(phone.filled({}))
    assert phone.path == "/survey/check"
