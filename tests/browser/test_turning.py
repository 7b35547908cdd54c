"""The page turns on the phone: in a browser, against the real server, and without a signal."""

from __future__ import annotations

import itertools
import re
import secrets
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from surveyapp.domain.answers import Codes
from surveyapp.domain.instrument.option_order import is_reversed
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.browser.conftest import Tab
from tests.browser.phone_pages import PIN, PLACED, READY, go_on, saved
from tests.browser.phone_pages import opened as opened
from tests.integration.test_answering import walk_to
from tests.integration.test_pack import open_mentoring

KNOWN = "fetch(location.pathname.replace(/q\\/.*/, 'slip')).then((got) => got.json()).then(({ answers }) => answers)"
"""What the server has of the answers, by variable."""

Opened = Callable[..., Page]


@pytest.fixture
def first(tab: Tab, link: str) -> Page:
    """A phone on the first question, ready to turn."""
    return ready(tab, link)


def ready(tab: Tab, link: str, *, own: bool = True) -> Page:
    """A phone, theirs or one that others use too, that opened a link and is on the first question, ready to turn."""
    page = tab(link, "phone")
    page.get_by_label("I have read what this is about").check()
    go_on(page)
    page.locator("#own" if own else "#own-no").check()
    go_on(page)
    page.wait_for_function(READY)
    return page


def question(page: Page) -> str:
    return page.url.partition("?")[0].rpartition("/q/")[2]


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f'label:has(input[name="{name}"][value="{value}"])').click()


def turn(page: Page) -> None:
    """Presses Continue; what follows is there at once."""
    page.locator("button.main:visible").click()


def documents(page: Page) -> list[str]:
    """Every page that is asked of the server from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    return asked


def answer(page: Page) -> None:
    """Chooses the first of every group on the page, and writes where something can be written."""
    for name in dict.fromkeys(each.get_attribute("name") for each in page.locator("main input[type=radio]").all()):
        page.locator(f'input[name="{name}"]').first.check(force=True)
    for box in page.locator("main input[type=checkbox]:not([data-alone])").all()[:1]:
        box.check(force=True)
    for box in page.locator("textarea").all():
        box.fill("It went well.")


def answer_on_to_the_next(page: Page) -> None:
    """Answers the question and goes on, with a way out alone where what was chosen does not go together."""
    on = question(page)
    answer(page)
    turn(page)
    if page.locator(".fault:visible").count():
        page.locator("input[data-alone]").first.check(force=True)
        turn(page)
    page.wait_for_function("(on) => !location.pathname.endsWith(`/q/${on}`)", arg=on)


def test_continue_shows_the_next_question_without_asking_for_a_page(first: Page) -> None:
    asked = documents(first)
    choose(first, "heard_via", "other")
    first.get_by_label("How did you hear?").fill("From a friend")
    turn(first)
    assert question(first) == "heard_via_detail"
    assert first.title().startswith(first.locator("h1").inner_text())
    assert first.evaluate("document.activeElement.tagName") == "H1", "it is read out"
    assert first.evaluate("scrollY") == 0
    first.locator("a.back").click()
    assert question(first) == "heard_via"
    expect(first.get_by_label("How did you hear?")).to_have_value("From a friend")
    first.go_back()
    first.wait_for_url("**/heard_via_detail")
    assert first.evaluate("history.state.page") == "heard_via_detail"
    first.go_forward()
    first.wait_for_url("**/heard_via")
    expect(first.get_by_label("How did you hear?")).to_have_value("From a friend")
    assert asked == []


def test_going_back_passes_over_nothing(first: Page) -> None:
    """A question that need not be answered, left by Back, is open still; what was written there goes along."""
    choose(first, "heard_via", "family")
    turn(first)
    assert question(first) == "heard_via_detail"
    saved(first)
    first.locator("a.back").click()
    assert question(first) == "heard_via"
    saved(first)
    assert set(first.evaluate(KNOWN)) == {"heard_via"}
    turn(first)
    assert question(first) == "heard_via_detail"
    first.get_by_label("How did that come about?").fill("At home")
    first.locator("a.back").click()
    assert question(first) == "heard_via"
    saved(first)
    assert first.evaluate(KNOWN)["heard_via_detail"]["form"] == {"heard_via_detail": ["At home"]}


def test_a_reload_shows_the_same_page(first: Page) -> None:
    choose(first, "heard_via", "family")
    turn(first)
    on = question(first)
    saved(first)
    first.reload()
    assert question(first) == on
    first.wait_for_function(READY)
    first.locator("a.back").click()
    assert first.locator('input[name="heard_via"][value="family"]').is_checked()


def test_what_is_wrong_is_said_there_in_the_same_words(first: Page) -> None:
    asked = documents(first)
    turn(first)
    fault = first.locator(".fault:visible")
    assert first.title().startswith("Error: ")
    assert first.evaluate("document.activeElement.id") == "heard_via-fault"
    words = fault.inner_text()
    choose(first, "heard_via", "family")
    turn(first)
    assert question(first) != "heard_via"
    assert not first.title().startswith("Error: ")
    assert asked == []
    assert "Choose an answer" in words


def test_without_a_signal_the_pages_turn_and_the_answers_are_sent_later(first: Page, runtime_sqlite: Runtime) -> None:
    first.context.set_offline(True)
    choose(first, "heard_via", "family")
    turn(first)
    passed = [question(first)]
    for _ in range(4):
        answer(first)
        turn(first)
        passed.append(question(first))
    assert len(set(passed)) == 5
    first.context.set_offline(False)
    saved(first)
    first.reload()
    assert question(first) == passed[-1], "the server is where the phone is"


THERE = """async () => new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html')
  .querySelector('main').innerHTML"""
"""What the server shows at the address of the page."""

LAID_OUT = """(html) => {
  const main = document.querySelector("main");
  const kept = [...main.childNodes];
  if (html !== null) main.innerHTML = html;
  const found = [...main.querySelectorAll("h1, legend, label, input, textarea, th, .end")]
    .filter((each) => each.type !== "hidden" && each.getClientRects().length)
    .map((each) => [each, each.getBoundingClientRect()])
    .map(([each, { x, width, height }]) => [each.tagName, ...[x, width, height].map(Math.round)].join(" "));
  main.replaceChildren(...kept);
  return [...found, `to the side: ${document.documentElement.scrollWidth - innerWidth}`];
}"""
"""Where what is on a page stands, and how large it is: of the page as it is, or of this in its place."""

SCREENS = ((320, 640), (640, 360), (1280, 800))


@pytest.mark.parametrize(
    ("group", "turned_round"),
    [("backfill", False), ("employee", False), ("mentee", False), ("mentee", True), ("mentor", False)],
)
def test_the_page_that_is_made_here_is_the_server_s(
    tab: Tab,
    runtime_sqlite: Runtime,
    live_server: str,
    monkeypatch: pytest.MonkeyPatch,
    group: str,
    turned_round: bool,
) -> None:
    """One set of templates: each page as it is turned is, element by element, what the server shows at its address, and
    looks like it on any screen; options in whatever order somebody has them."""
    seed = next(each for each in itertools.count(1) if is_reversed(each) is turned_round)
    monkeypatch.setattr(secrets, "randbits", lambda _bits: seed)
    page = ready(tab, live_server + link_to_one_of(runtime_sqlite, group))
    for _ in range(60):
        answer_on_to_the_next(page)
        if "/q/" not in page.url:
            page.wait_for_url("**/check")
            break
        here = tidy(page.locator("main").inner_html())
        saved(page)
        there = page.evaluate(THERE)
        assert here == tidy(there), question(page)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(LAID_OUT, None) == page.evaluate(LAID_OUT, there), (question(page), width)
    else:
        raise AssertionError("it never ends")


def link_to_one_of(runtime: Runtime, group: str) -> str:
    study = next(study.id for study in runtime.studies.values() if group in {each.id for each in study.groups})
    if study == "mentoring":
        open_mentoring(runtime)
    return factories.create_link(runtime, factories.create_participant(runtime, group, study_id=study))


def tidy(html: str) -> str:
    """Without what is the server's alone (a token, the id of a save) and what is the script's (places for faults), and
    in whichever order an element says what."""
    html = re.sub(r'<input type="hidden"[^>]*>', "", html)
    html = re.sub(r'<p class="fault"[^>]* hidden[^>]*>.*?</p>', "", html)
    html = re.sub(r' (tabindex="-1"|hidden="")', "", html)
    html = re.sub(r'<p class="(done-note|passed)".*?</p>', "", html)
    html = re.sub(r'<button type="button" class="read".*?</button>', "", html)
    html = re.sub(r'<(\w+)((?: [\w-]+="[^"]*")+)>', _in_order, html)
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", html)).strip()


def _in_order(tag: re.Match[str]) -> str:
    return " ".join([f"<{tag[1]}", *sorted(re.findall(r'[\w-]+="[^"]*"', tag[2]))]) + ">"


@pytest.mark.parametrize("keeps", [False, True], ids=["one's own", "what stands"])
def test_what_an_interviewer_wrote_down_meanwhile_is_told_and_one_of_the_two_chosen(
    runtime_sqlite: Runtime, person: Participant, first: Page, keeps: bool
) -> None:
    choose(first, "heard_via", "job_shop")
    turn(first)
    saved(first)
    staff = factories.create_staff(runtime_sqlite, Role.INTERVIEWER)
    interviewer = factories.by_interviewer(staff, person)
    answering.save_page(runtime_sqlite, interviewer, "heard_via", {"heard_via": ["family"]}, uuid.uuid4())
    first.locator("a.back").click()
    expect(first.locator('input[value="job_shop"]')).to_be_checked()
    choose(first, "heard_via", "online")
    turn(first)
    told = first.get_by_role("alert")
    expect(told).to_contain_text("An interviewer wrote down meanwhile")
    assert question(first) == "heard_via"
    expect(first.locator('input[value="online"]')).to_be_checked()
    if keeps:
        first.get_by_role("button", name="Keep the answer that stands").click()
    else:
        turn(first)
    expect(first.locator("h1")).not_to_contain_text("hear about")
    saved(first)
    stands = "family" if keeps else "online"
    assert factories.stored(runtime_sqlite, person)[0]["heard_via"] == Codes((stands,))


BOTH = "confidence_career_potential"
"""A question about two moments."""


@pytest.mark.parametrize(
    ("elsewhere", "here"),
    [
        ({f"{BOTH}@before:missing": ["dont_know"]}, {f"{BOTH}@before": "very_confident"}),
        ({f"{BOTH}@before": ["very_confident"]}, {f"{BOTH}@before:missing": "dont_know"}),
    ],
    ids=["a reason elsewhere", "a reason here"],
)
def test_what_is_filled_in_again_is_ones_own_alone_and_what_stands_says_of_which_moment(
    runtime_sqlite: Runtime,
    person: Participant,
    opened: Callable[..., Page],
    elsewhere: dict[str, list[str]],
    here: dict[str, str],
) -> None:
    who = factories.by_link(runtime_sqlite, person)
    answering.give_consent(runtime_sqlite, who, {"take_part": True})
    walk_to(runtime_sqlite, who, BOTH, PLACED)
    factories.set_pin(runtime_sqlite, person, PIN)
    page = opened(factories.create_link(runtime_sqlite, person))
    page.wait_for_function(READY)
    assert question(page) == BOTH
    theirs = {f"{BOTH}@now": ["very_confident"]} | elsewhere
    interviewer = factories.by_interviewer(factories.create_staff(runtime_sqlite, Role.INTERVIEWER), person)
    answering.save_page(runtime_sqlite, interviewer, BOTH, theirs, uuid.uuid4())
    mine = {f"{BOTH}@now": "not_very_confident"} | here
    for name, value in mine.items():
        page.locator(f'input[name="{name}"][value="{value}"]').check(force=True)
    turn(page)
    expect(page.get_by_role("alert")).to_contain_text("“Now”: Very confident")
    expect(page.get_by_role("alert")).to_contain_text("“Before the placement”: ")
    ticked = page.locator("main input:checked").evaluate_all("(all) => all.map(({ name, value }) => [name, value])")
    assert dict(ticked) == mine
    assert len(ticked) == 2
    turn(page)
    expect(page.locator(".moments")).to_have_count(0)
    saved(page)
    stored = factories.stored(runtime_sqlite, person)[0]
    assert stored[f"{BOTH}@now"] == Codes(("not_very_confident",))
