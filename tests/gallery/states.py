"""The states of participants' pages, and how each is come to."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from surveyapp.domain.participants import Participant
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from tests import every_kind, factories
from tests.conftest import Clock
from tests.integration.test_answering import walk_to

PLACED = {"attended_readiness_sessions": "yes", "placed": "yes", "confidence_career_potential": "not_very_confident"}

PIN = "482913"


class Scene:
    """An installation of its own for a state, and the people in it."""

    def __init__(self, template: Path, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self._folder = tempfile.TemporaryDirectory(dir=folder)
        self._database = Path(self._folder.name) / "scene.db"
        shutil.copy(template, self._database)
        self._made: Runtime | None = None
        self.study = factories.STUDY

    def runtime(self, study: str = factories.STUDY) -> Runtime:
        """The installation, with a study's questionnaires open."""
        if self._made is None:
            url = f"sqlite:///{self._database}"
            if study == every_kind.NAME:
                self._made = every_kind.create_runtime(url, self.clock, Path(self._folder.name) / "study", demo=True)
            else:
                self._made = factories.create_runtime(url, self.clock, demo=True)
                factories.open_questionnaires(self._made)
            self.study = study
        return self._made

    def person(self, group: str = "backfill") -> Participant:
        return factories.create_participant(self.runtime(), group)

    def link(self, participant: Participant | None = None) -> str:
        if self.study == every_kind.NAME:
            return every_kind.create_link(self.runtime())
        return factories.create_link(self.runtime(), participant or self.person())

    def answered(
        self, stop: str | None, chosen: Mapping[str, str] = PLACED, *, pin: str = PIN, sent: bool = False
    ) -> Participant:
        """Somebody who has answered up to a question (None: every one), and chose a PIN unless that is empty."""
        person = self.person()
        who = factories.by_link(self.runtime(), person)
        answering.give_consent(self.runtime(), who, {"take_part": True})
        walk_to(self.runtime(), who, stop, dict(chosen))
        if sent:
            answering.submit(self.runtime(), who)
        if pin:
            factories.set_pin(self.runtime(), person, pin)
        return person

    def close(self) -> None:
        if self._made is not None:
            self._made.database.dispose()
        self._folder.cleanup()


@dataclass(frozen=True, kw_only=True)
class State:
    """A page in a state. `come` leads a browser there. `whole`: drawn in full, however long it is."""

    name: str
    come: Callable[[Page, Scene], object]
    study: str = factories.STUDY
    whole: bool = False
    scripted: bool = True
    languages: tuple[str, ...] = ("en", "ur")


def on(page: Page) -> None:
    """Presses the main button, and waits for what follows."""
    with page.expect_navigation():
        page.locator("button.main").click()


def let_in(page: Page, scene: Scene, stop: str | None, chosen: Mapping[str, str] = PLACED) -> None:
    """To the question somebody has come to, on a browser that they say is theirs."""
    page.goto(scene.link(scene.answered(stop, chosen)))
    if "/pin" in page.url:
        page.fill("#pin", PIN)
        on(page)
    page.locator("label:has(#own)").click()
    on(page)


def question(name: str, then: Callable[[Page], object] = lambda page: None) -> Callable[[Page, Scene], None]:
    def come(page: Page, scene: Scene) -> None:
        let_in(page, scene, name)
        then(page)

    return come


def of_every_kind(name: str, fill: bool = False) -> Callable[[Page, Scene], None]:
    """A question of the study that has every kind, empty or refused."""

    def come(page: Page, scene: Scene) -> None:
        page.goto(scene.link())
        page.locator("label:has(#agree-take_part)").click()
        on(page)
        page.locator("label:has(#own)").click()
        on(page)
        place = page.url.rpartition("/")[0]
        for _ in range(40):
            if page.url.endswith(f"/{name}"):
                break
            _fill(page)
            on(page)
        assert page.url.endswith(f"/{name}"), f"{place}: {name} is never come to"
        if fill:
            on(page)

    return come


GIVEN = {"nights": "3", "spent": "12", "breakfast": "7:30", "nickname": "Sam", "story": "It was good."}


def _fill(page: Page) -> None:
    for name in dict.fromkeys(
        each.get_attribute("name") or "" for each in page.locator("main input:is([type=radio], [type=checkbox])").all()
    ):
        if not name.endswith(":missing"):
            page.locator(f'label:has(input[name="{name}"])').first.click()
    for box in page.locator(
        "main :is(input:not([type=radio], [type=checkbox], [type=hidden]), textarea):visible"
    ).all():
        name = box.get_attribute("name") or ""
        dates = {"day": "12", "month": "5", "year": "2026"}
        box.fill(dates.get(name.rpartition(":")[2]) or GIVEN.get(name, "5"))


def tap(*labels: int) -> Callable[[Page], None]:
    def then(page: Page) -> None:
        for index in labels:
            page.locator("main label:has(input)").nth(index).click()

    return then


def declined(page: Page, scene: Scene) -> None:
    page.goto(scene.link())
    page.locator("[name=decline]").click()


def consent_faulty(page: Page, scene: Scene) -> None:
    page.goto(scene.link())
    on(page)


def consent_open(page: Page, scene: Scene) -> None:
    page.goto(scene.link())
    for each in page.locator("main details > summary").all():
        each.click()


def begin(page: Page, scene: Scene) -> None:
    page.goto(scene.link())
    page.locator("label:has(#agree-take_part)").click()
    on(page)


def done(page: Page, scene: Scene) -> None:
    let_in(page, scene, None)
    on(page)


def sent(page: Page, scene: Scene) -> None:
    done(page, scene)
    page.locator("a.button.secondary").first.click()
    if page.locator("#pin").count():
        page.fill("#pin", PIN)
        on(page)


def later(page: Page, scene: Scene) -> None:
    let_in(page, scene, "hopes")
    page.locator("[name=then][value=later]").click()


def reminded(page: Page, scene: Scene) -> None:
    later(page, scene)
    page.check("[name=when][value=tomorrow]")
    page.locator("button[value=email]").click()


def receipt(page: Page, scene: Scene) -> None:
    done(page, scene)
    page.locator("button[value=email]").click()


def left(page: Page, scene: Scene) -> None:
    page.goto(scene.link())
    page.goto("/survey/leave")


def pin(page: Page, scene: Scene) -> None:
    page.goto(scene.link(scene.answered("hopes")))


def pin_wrong(page: Page, scene: Scene) -> None:
    pin(page, scene)
    page.fill("#pin", "739164")
    on(page)


def sent_code(page: Page, scene: Scene) -> None:
    page.goto(scene.link(scene.answered("hopes", pin="")))


def sent_code_asked(page: Page, scene: Scene) -> None:
    sent_code(page, scene)
    page.locator("button[value=text]").click()


def pin_beside_code(page: Page, scene: Scene) -> None:
    """Whoever asked for a code, and went back to the PIN."""
    pin(page, scene)
    page.locator("button[value=text]").click()
    page.locator("a.back").click()


def welcomed(page: Page, scene: Scene, pin: str = PIN) -> None:
    """By their link, on another phone, after sending."""
    page.goto(scene.link(scene.answered(None, pin=pin, sent=True)))


def pin_leaving(page: Page, scene: Scene) -> None:
    welcomed(page, scene)
    page.locator("main a[href$='/yours/out']").click()


def code_leaving(page: Page, scene: Scene) -> None:
    welcomed(page, scene, "")
    page.locator("main a[href$='/yours/out']").click()
    page.locator("button[value=text]").click()


def theirs(place: str) -> Callable[[Page, Scene], None]:
    """A page of what is theirs, where they began."""

    def come(page: Page, scene: Scene) -> None:
        let_in(page, scene, "hopes")
        page.goto(page.url.partition("/q/")[0] + place)

    return come


def way_out_faulty(page: Page, scene: Scene) -> None:
    theirs("/yours/out")(page, scene)
    on(page)


def withdrawn(page: Page, scene: Scene) -> None:
    theirs("/yours/out")(page, scene)
    page.locator("label:has(#change-withdrawn)").click()
    on(page)


def sent_code_wrong(page: Page, scene: Scene) -> None:
    sent_code_asked(page, scene)
    page.fill("#code", "000000")
    page.locator("#the-form button.main").click()


def code_wrong(page: Page, scene: Scene) -> None:
    page.goto("/start")
    page.fill("#code", "ABCD")
    on(page)


def closed(page: Page, scene: Scene) -> None:
    link = scene.link()
    scene.clock.forward(days=70)
    page.goto(link)


def at(address: str) -> Callable[[Page, Scene], None]:
    return lambda page, scene: page.goto(address) and None


BEFORE_AND_NOW = "confidence_career_potential"

STATES: tuple[State, ...] = (
    State(name="code", come=at("/start")),
    State(name="code-wrong", come=code_wrong),
    State(name="consent", come=lambda page, scene: page.goto(scene.link()), whole=True),
    State(name="consent-open", come=consent_open, whole=True),
    State(name="consent-faulty", come=consent_faulty, whole=True),
    State(name="consent-declined", come=declined),
    State(name="begin", come=begin, whole=True),
    State(name="question-choice", come=question("heard_via")),
    State(name="question-choice-chosen", come=question("placement_satisfaction", tap(1))),
    State(name="question-choice-faulty", come=question("placement_satisfaction", on)),
    State(name="question-choice-unscripted", come=question("placement_satisfaction", tap(1)), scripted=False),
    State(name="question-line", come=question("heard_via", tap(4))),
    State(name="question-line-faulty", come=question("hopes", on)),
    State(name="question-statement", come=question("readiness_convenient_times", tap(2))),
    State(name="question-before-now", come=question(BEFORE_AND_NOW, tap(3, 2))),
    State(name="question-before-now-faulty", come=question(BEFORE_AND_NOW, on)),
    State(name="question-open", come=question("first_feeling_why")),
    State(name="question-rating", come=question("overall_value", tap(6))),
    State(name="question-rating-faulty", come=question("overall_value", on)),
    State(name="question-multiple", come=question("hopes", tap(0, 2))),
    State(name="question-first-of-section", come=question("attended_readiness_sessions")),
    State(name="kind-read", come=of_every_kind("welcome"), study=every_kind.NAME, languages=("en",)),
    State(name="kind-number", come=of_every_kind("nights"), study=every_kind.NAME, languages=("en",)),
    State(name="kind-number-faulty", come=of_every_kind("nights", True), study=every_kind.NAME, languages=("en",)),
    State(name="kind-date-faulty", come=of_every_kind("arrived", True), study=every_kind.NAME, languages=("en",)),
    State(name="kind-time", come=of_every_kind("breakfast"), study=every_kind.NAME, languages=("en",)),
    State(name="kind-short", come=of_every_kind("nickname"), study=every_kind.NAME, languages=("en",)),
    State(name="kind-open-faulty", come=of_every_kind("story", True), study=every_kind.NAME, languages=("en",)),
    State(name="check", come=lambda page, scene: let_in(page, scene, None), whole=True),
    State(name="check-top", come=lambda page, scene: let_in(page, scene, None)),
    State(name="done", come=done, whole=True),
    State(name="sent", come=sent, whole=True),
    State(name="later", come=later, whole=True),
    State(name="later-reminded", come=reminded, whole=True),
    State(name="done-receipt", come=receipt, whole=True),
    State(name="left", come=left),
    State(name="pin", come=pin),
    State(name="pin-wrong", come=pin_wrong),
    State(name="sent-code", come=sent_code, whole=True),
    State(name="sent-code-asked", come=sent_code_asked, whole=True),
    State(name="sent-code-wrong", come=sent_code_wrong, whole=True),
    State(name="pin-beside-code", come=pin_beside_code),
    State(name="pin-leaving", come=pin_leaving, whole=True),
    State(name="code-leaving", come=code_leaving, whole=True),
    State(name="welcomed-sent", come=welcomed),
    State(name="theirs", come=theirs("/yours"), whole=True),
    State(name="theirs-answers", come=theirs("/answers"), whole=True),
    State(name="theirs-way-out", come=theirs("/yours/out"), whole=True),
    State(name="theirs-way-out-faulty", come=way_out_faulty, whole=True),
    State(name="theirs-withdrawn", come=withdrawn, whole=True),
    State(name="theirs-erase", come=theirs("/yours/erased"), whole=True),
    State(name="closed", come=closed),
    State(name="link-wrong", come=at("/s/nothing"), whole=True),
    State(name="no-page", come=at("/nowhere")),
)
