"""An installation to throw requests at: two studies, people at every stage, staff of every role, all signed in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from surveyapp import create_app, create_draft_app
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.staff import Role
from surveyapp.services.cases import scheduling
from surveyapp.services.keyring import HANDLE_LENGTH
from surveyapp.services.participants import contacts
from surveyapp.settings import ROOT
from surveyapp.store import participants
from surveyapp.store.database import new_id
from tests import every_kind, factories
from tests.fuzz.browser import HOST, Browser, PageForm, forms_of
from tests.program import token_of

BEGIN = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)
TALK = "?mode=phone&language=en"


class HeldClock:
    """A clock that is moved on, so that a code of the second factor is good once more."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> dt.datetime:
        return self.now


RENEWED_EVERY = 40
"""Requests after which a visitor begins anew: what they could do has mostly been done by then."""


@dataclass
class Visitor:
    """Somebody with a browser. `again` makes them anew when their session has ended."""

    name: str
    browser: Browser
    again: Callable[[], None]
    home: str = "/start"
    turns: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    handle: str | None = None

    def begin(self) -> None:
        """Takes up the session they have; the first time, and now and then, a new one."""
        self.turns += 1
        if self.turns % RENEWED_EVERY == 1:
            self.again()
        self.browser.cookies = dict(self.kept)


class World:
    """Everything requests are thrown at. `places` holds the addresses that there are, by the endpoint they belong to;
    `secrets` what must never be logged."""

    def __init__(self, database_url: str, folder: Path, random_: random.Random) -> None:
        self.random = random_
        self.clock = HeldClock()
        self.secrets: set[str] = {factories.PASSWORD}
        own = factories.create_runtime(database_url, self.clock)
        factories.open_questionnaires(own)
        own.database.dispose()
        questionnaires = folder / "questionnaires"
        questionnaires.mkdir()
        alone = every_kind.create_runtime(database_url, self.clock, questionnaires, public_url=f"https://{HOST}")
        (questionnaires / factories.STUDY).symlink_to(ROOT / "questionnaires" / factories.STUDY)
        studies = {each: study for each, study in own.studies.items() if each == factories.STUDY}
        self.runtime = dataclasses.replace(alone, studies=studies | dict(alone.studies))
        self.app = create_app(self.runtime)
        behind = dataclasses.replace(self.runtime.settings, proxies=1)
        self.proxied = create_app(dataclasses.replace(self.runtime, settings=behind))
        self.drafts = create_draft_app(str(questionnaires), every_kind.NAME, "guest_1")
        self.holds: dict[str, Participant] = {}
        self._numbers = 1000
        self.site = factories.create_site(self.runtime)
        self.people = [self._person() for _ in range(12)]
        self.visitors = [*self._staff(), *self._participants(), self._nobody(), self._program()]

    def _person(self) -> Participant:
        made = factories.create_participant(self.runtime, site=self.site)
        with factories.operator(self.runtime).writing() as work:
            contacts.write(
                work,
                made,
                Contact(
                    name="Amara Nowak",
                    phone="07700 900142",
                    email="amara@example.org",
                    preferred="phone",
                    times="after 16:00",
                    language="en",
                ),
            )
        return made

    def _guest(self) -> Participant:
        self._numbers += 1
        study = self.runtime.study(every_kind.NAME)
        made = Participant(
            id=new_id(),
            study=study.id,
            group="guest",
            reference=f"GU-{self._numbers}",
            origin=self.runtime.origin,
            enrolled_on=self.runtime.today(study),
        )
        with factories.operator(self.runtime).writing() as work:
            participants.add_participant(work.session, made)
            scheduling.plan_cases(work, made)
        return made

    def _nobody(self) -> Visitor:
        browser = Browser(self.app)

        def again() -> None:
            browser.cookies.clear()
            browser.open("/start")
            nobody.kept = dict(browser.cookies)

        nobody = Visitor("nobody", browser, again)
        return nobody

    def _program(self) -> Visitor:
        """Reads by a token, and by nothing else."""
        browser = Browser(self.app)

        def again() -> None:
            self.clock.now += dt.timedelta(minutes=2)
            owner = factories.create_staff(self.runtime, Role.EVALUATOR, Role.EXPORT_ANSWERS)
            secret = token_of(self.runtime, owner).secret
            self.secrets.add(secret)
            browser.token = secret

        return Visitor("program", browser, again, "/api/v1/studies")

    def _staff(self) -> Iterator[Visitor]:
        roles: tuple[tuple[str, tuple[Role, ...]], ...] = (
            ("interviewer", (Role.INTERVIEWER,)),
            ("supervisor", (Role.SUPERVISOR,)),
            ("evaluator", (Role.EVALUATOR,)),
            ("manager", (Role.MANAGER,)),
            ("all roles", (Role.INTERVIEWER, Role.EVALUATOR, Role.MANAGER)),
            ("no role", ()),
        )
        for name, given in roles:
            yield self._member(name, given)
        yield self._half_way("code", Role.MANAGER, second_factor=True)
        yield self._half_way("second factor", Role.MANAGER, second_factor=False)

    def _member(self, name: str, roles: tuple[Role, ...]) -> Visitor:
        browser = Browser(self.app)

        def again() -> None:
            self.clock.now += dt.timedelta(minutes=2)
            browser.cookies.clear()
            staff = factories.create_staff(self.runtime, *roles)
            self._sign_in(browser, staff.email)
            if Role.INTERVIEWER in roles or Role.SUPERVISOR in roles:
                self.holds[name] = self._talk(browser)
            browser.open("/staff/password")
            member.kept = dict(browser.cookies)

        member = Visitor(name, browser, again, "/staff")
        return member

    def _half_way(self, name: str, role: Role, *, second_factor: bool) -> Visitor:
        browser = Browser(self.app)

        def again() -> None:
            self.clock.now += dt.timedelta(minutes=2)
            browser.cookies.clear()
            staff = factories.create_staff(self.runtime, role, second_factor=second_factor)
            form = self._form(browser, "/staff/login")
            browser.submit(form, email=staff.email, password=factories.PASSWORD)
            browser.open(visitor.home)
            visitor.kept = dict(browser.cookies)

        visitor = Visitor(f"at the {name}", browser, again, f"/staff/{name.replace(' ', '-')}")
        return visitor

    def _form(self, browser: Browser, url: str) -> PageForm:
        here, received = browser.open(url)
        return next(form for form in forms_of(received, here) if form.method == "POST" and "csrf_token" in form.fields)

    def _sign_in(self, browser: Browser, email: str) -> None:
        received = browser.submit(self._form(browser, "/staff/login"), email=email, password=factories.PASSWORD)
        while received.status == 429:
            # Everybody is at one address here: whoever guessed at passwords before makes the others wait.
            self.clock.now += dt.timedelta(minutes=15)
            received = browser.submit(self._form(browser, "/staff/login"), email=email, password=factories.PASSWORD)
        if received.location and "/staff/code" in received.location:
            code = factories.next_code(self.runtime, email)
            received = browser.submit(self._form(browser, "/staff/code"), code=code)
        assert received.status == 302, (received.status, received.text)

    def _talk(self, browser: Browser) -> Participant:
        """Opens somebody's case and begins the interview."""
        person = self._person()
        self.people.append(person)
        case = f"/interviews/{person.study}/{person.reference}/1"
        token = dict(self._form(browser, "/staff/password").values)["csrf_token"]
        form = PageForm(f"{case}/open", "POST", multipart=False, values=[("csrf_token", token)])
        browser.submit(form)
        form.action = f"{case}/start"
        browser.submit(form, mode="phone", language="en")
        form.action = f"{case}/consent{TALK}"
        browser.submit(form, consent_take_part="yes", consent_recontact="no", consent_quote_words="yes")
        return person

    def _participants(self) -> Iterator[Visitor]:
        for name, guest in (("participant", False), ("guest", True)):
            for steps in (0, 1, 4):
                yield self._participant(f"{name} after {steps} pages", steps, guest=guest)

    def _participant(self, name: str, steps: int, *, guest: bool) -> Visitor:
        browser = Browser(self.app)

        def again() -> None:
            browser.cookies.clear()
            person = self._guest() if guest else self._person()
            link = factories.create_link(self.runtime, person)
            self.secrets.add(link.removeprefix("/s/"))
            here, received = browser.open(link)
            visitor.handle = here.split("/survey/")[1][:HANDLE_LENGTH]
            for _ in range(steps):
                form = next((each for each in forms_of(received, here) if each.method == "POST"), None)
                if form is None:
                    break
                location = browser.submit(form, **sensible(form)).location
                here, received = browser.open(location or "/survey")
            visitor.kept = dict(browser.cookies)

        visitor = Visitor(name, browser, again, "/survey")
        return visitor

    def places(self, app: Flask) -> list[Rule]:
        """Every address there is, as a rule of the application's."""
        return list(app.url_map.iter_rules())

    def value_for(self, name: str, filled: dict[str, str]) -> str:
        """Something that really exists, for a name in an address; `filled` is what stands before it."""
        pick = self.random.choice
        study_id = filled.get("study_id", factories.STUDY)
        study = self.runtime.studies.get(study_id) or self.runtime.study(factories.STUDY)
        match name:
            case "study_id":
                return pick((factories.STUDY, factories.STUDY, factories.STUDY, every_kind.NAME))
            case "reference":
                return pick(self.people).reference
            case "touchpoint":
                return pick(("1", "2"))
            case "group":
                return pick(study.groups).id
            case "name":
                return pick(sorted({questionnaire for questionnaire, _ in study.questionnaires}))
            case "version":
                return "1"
            case "page_id" | "variable":
                return pick((*every_kind.PAGES, "heard_via", "first_feeling"))
            case "section_id":
                questionnaire = pick(list(study.questionnaires.values()))
                return pick(questionnaire.sections).id
            case "release":
                return pick(("latest", "1"))
            case "dataset":
                return pick(sorted({questionnaire for questionnaire, _ in study.questionnaires}))
            case "measure_id":
                return pick(study.measures).id if study.measures else "nothing"
            case "token":
                link = factories.create_link(self.runtime, pick(self.people))
                self.secrets.add(link.removeprefix("/s/"))
                return link.removeprefix("/s/")
            case "handle":
                return self.runtime.keyring.handle(new_id())
            case "filename":
                return pick(("css/base.css", "icon.svg", "js/sign_in.js"))
        return "x"

    def address_of(self, rule: Rule, broken: Callable[[str], str | None]) -> str:
        """An address that fits a rule, a segment of it `broken` where that gives one."""
        filled: dict[str, str] = {}

        def fill(found: re.Match[str]) -> str:
            name = found[1].rpartition(":")[2]
            filled[name] = broken(name) or self.value_for(name, filled)
            return filled[name]

        return re.sub(r"<([^>]+)>", fill, rule.rule)


def sensible(form: PageForm) -> dict[str, str]:
    """The first choice of everything there is to choose from on a participant's page, without going back."""
    return {
        name: choices[0]
        for name, choices in form.choices.items()
        if form.fields.get(name) in ("radio", "checkbox") and name != "then"
    }
