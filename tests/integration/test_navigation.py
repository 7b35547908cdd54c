"""The bar of every staff page: whatever somebody may open is reached by links from where they land, and no link leads
to a refusal."""

from __future__ import annotations

import itertools
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from surveyapp import create_app
from surveyapp.domain.participants import Contact
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import MAY, Action, Grant, Role
from surveyapp.services.participants import contacts
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar, outbox
from surveyapp.services.sending.ways.carrier import CarrierOutcome
from surveyapp.store import participants
from surveyapp.web.shared.navigation import PLACES
from surveyapp.web.shared.session import STAFF_PATHS
from tests import factories, versioned
from tests.conftest import Clock
from tests.integration.test_access_rules import ENTERING, EVERYBODY, PARTICIPANT, RULES, STAFF
from tests.integration.test_moving import CHANGES, NEW, OLD, answer_four, guest
from tests.interviewer import first_options
from tests.page import Client, Page
from tests.sending import Told

NOT_PAGES = {
    "reporter.take",
    "spot.away_part",
    "spot.go_away",
    "manager.try_letter",
    "supervisor.standing_csv",
    "supervisor.response_csv",
    "evaluator.measure_csv",
    "evaluator.questions_csv",
    "evaluator.questions_xlsx",
    "evaluator.measure_xlsx",
    "evaluator.look_csv",
    "evaluator.look_xlsx",
    "evaluator.targets_csv",
    "evaluator.who_csv",
    "evaluator.who_xlsx",
    "evaluator.who_group_csv",
    "evaluator.who_group_xlsx",
    "evaluator.who_touchpoint_csv",
    "evaluator.who_touchpoint_xlsx",
    "viewer.measure_xlsx",
    "viewer.measure_csv",
    "viewer.crosstabs_csv",
    "viewer.crosstabs_xlsx",
    "viewer.people_csv",
    "viewer.people_xlsx",
    "viewer.questions_csv",
    "viewer.questions_xlsx",
    "evaluator.taken",
    "viewer.taken",
    "interviewer.release",
    "interviewer.take_back",
    "interviewer.save",
    "manager.template",
}
"""What only a file, a line of JSON, nothing at all or another page answers."""

BY_ITSELF = {
    "evaluator.taken": "what a page posts when a picture or its sentence is taken",
    "viewer.taken": "the same",
    "interviewer.save": "a page that saves by itself",
    "interviewer.pack": "what the script of an interview asks for",
    "interviewer.keep_single_keys": "a switch of an interview's pages, which their script posts",
    "interviewer.take_back": "the button of a case whose person goes on by themselves: here nobody does",
    "interviewer.interviewing": "a button of the queue, of one's own: whoever does not interview has no queue",
    "interviewer.hand_over": "the button of two agreed times that clash: here none do",
    "interviewer.decide": "the button of somebody who was tried five times: here nobody was",
    "reader.question": "of words, and here nobody wrote any: walked in test_word_pages",
    "reader.act": "the same",
    "reader.codes": "the same",
    "reader.change_codes": "the same",
    "reader.code_next": "the same",
    "reader.code_answer": "the same",
    "reader.decide_quotation": "the same",
    "reader.case": "the same",
    "spot.person": "a page of a day on the spot that has begun: walked in test_spot_pages",
    "spot.here": "the same",
    "spot.hand_over": "the same",
    "spot.end": "the same",
    "spot.away_page": "the same",
    "spot.away_part": "what the script of that page asks for",
    "spot.go_away": "the same",
    "tablet.back": "a tablet that is handed over: here none is",
    "tablet.take_back": "the same",
    "tablet.ask_passkey": "the same",
    "tablet.with_passkey": "the same",
    "tablet.leave": "the same",
    "interviewer.undo": "the button of whoever recorded a call within the last minute: here nobody has",
    "interviewer.hand_in": "the button of an interview in which nothing is left to ask",
    "viewer.crosstabs": "the study here declares none",
    "viewer.crosstabs_csv": "the same",
    "viewer.crosstabs_xlsx": "the same",
    "manager.preview_release": "the button where enough people are new for a release: here nobody is since the last",
    "manager.make_release": "the button of that page",
    "supervisor.response_csv": "the study here declares no table of response",
    "evaluator.targets_csv": "the study here has no targets",
    "evaluator.who_group_csv": "nothing is known of its people",
    "evaluator.who_group_xlsx": "nothing is known of its people",
    "evaluator.who_touchpoint_csv": "nothing is known of its people",
    "evaluator.who_touchpoint_xlsx": "nothing is known of its people",
    "rights.reopen": "somebody who has sent everything is in no queue: they are found by their reference",
    "manager.pack": "the button of sites that somebody is at: here nobody is",
    "manager.related": "the study here has one group, and so no relationship",
    "manager.moving": "where moving very many people leads; nobody is midway here",
    "manager.list_page": "where a list that was chosen leads; none is here",
    "manager.list_columns": "the button of that page",
    "manager.list_decide": "the button of that page, once its columns are told",
    "manager.list_discard": "a button of that page",
    "manager.list_undo": "a button of that page, once the list is in",
    "manager.list_results": "a file of that page, once the list is in",
    "manager.split": "on the page of somebody whom another was merged into; nobody was here",
    "staff.ask_own_passkey": "the form for a passkey, under the name that passkeys are for",
    "staff.add_passkey": "the same",
    "staff.remove_passkey": "the button beside a passkey: here nobody has one",
    "staff.remove_app": "the button beside an authenticator app: the same",
    "staff.alarms": "the notice that is there once an alarm is raised",
    "staff.know_of_alarms": "the button of that page",
    "staff.end_sessions": "the buttons of whoever is signed in twice",
    "staff.stay": "a page that is left open",
    "staff.kept": "where somebody comes whose session ended while they typed",
    "staff.throw_away": "the button of that page",
    "staff.verify": "asked ten minutes after signing in, before what leaves in bulk",
    "staff.ask_passkey_again": "the same, for whoever has a passkey",
    "staff.verify_by_passkey": "the same",
    "tokens.end": "the button beside a token: here nobody has one",
    "administrator.end_token": "the same",
    "staff.home": "an address to begin at",
    "staff.nothing": "where somebody without a role lands",
}
"""Endpoints that no link leads to, and why."""

PRESSED = ("interviewer.open_case", "interviewer.start", "interviewer.consent", "reader.purpose")
"""Buttons that lead on to pages as links do."""


class Walk:
    """Follows every link of every page from where somebody lands; the endpoints seen, those of forms included."""

    def __init__(
        self, client: Client, begin: str, seen: Callable[[str, Page], None] = lambda _path, _page: None
    ) -> None:
        self.client = client
        self.show = seen
        self.urls = client.raw.application.url_map.bind("localhost")
        self.reached: set[str] = set()
        self.bars: dict[str, int] = {}
        self.refused: list[tuple[str, str, int]] = []
        self._seen: Counter[str] = Counter()
        self._waiting = [(begin, "sign in")]
        while self._waiting:
            self._open(*self._waiting.pop(0))

    def _open(self, address: str, found_on: str) -> None:
        response = self.client.get(address)
        path = urlsplit(address).path
        if response.status_code >= 400:
            self.refused.append((found_on, address, response.status_code))
        elif response.location:
            self._note(response.location, found_on)
        elif response.mimetype == "text/html":
            page = Page(response.text)
            self.show(path, page)
            if path.startswith(STAFF_PATHS) and "/phone" not in path:
                self.bars[path] = bar(page).count("aria-current=")
            for link in itertools.chain(page.links(), frames(page)):
                self._note(link, path)
            for tag, attributes in page.elements:
                if tag == "form":
                    method = attributes.get("method", "get").upper()
                    endpoint = self._endpoint(attributes.get("action") or path, method)
                    if method == "POST" and endpoint in PRESSED and self._seen[endpoint] < 2:
                        self._seen[endpoint] += 1
                        said = {**page.fields(), **first_options(page), "purpose": "to walk"}
                        led = self.client.post(attributes["action"], said).location or ""
                        if led == path:  # the page asked something first
                            self._waiting.append((led, path))
                        self._note(led, path)

    def _note(self, link: str, found_on: str) -> None:
        parts = urlsplit(link)
        endpoint = self._endpoint(parts.path or "/", "GET") if parts.scheme in ("", "http") else None
        # A page of a kind is enough, of each study (two people: they differ); a choice of language is the same page.
        if endpoint is None or "lang=" in parts.query:
            return
        kind = f"{endpoint} {parts.query if endpoint.endswith('.queue') else ''} {study_of(parts.path)}"
        enough = 2 if endpoint in ("manager.person", "interviewer.case", "administrator.account") else 1
        if parts.path and self._seen[kind] < enough and not self._seen[link]:
            self._seen[kind] += 1
            self._seen[link] += 1
            self._waiting.append((link, found_on))

    def _endpoint(self, path: str, method: str) -> str | None:
        try:
            endpoint, _ = self.urls.match(urlsplit(path).path, method=method)
        except HTTPException:
            return None
        self.reached.add(endpoint)
        return endpoint


def bar(page: Page) -> str:
    found = re.search(r"<nav class=\"bar\".*?</nav>", page.source, re.DOTALL)
    return found[0] if found else ""


def frames(page: Page) -> list[str]:
    return [attributes["src"] for tag, attributes in page.elements if tag == "iframe"]


def study_of(path: str) -> str:
    return next((each for each in (versioned.NAME, OTHER) if f"/{each}" in path), "")


def may_open(roles: Iterable[Role]) -> set[str]:
    """Every staff endpoint that the roles may open, but a participant's pages in a frame: how those lead to one
    another is tested where they are a participant's."""
    actions = {action for role in roles for action in MAY[role]}
    others = (EVERYBODY, PARTICIPANT, ENTERING)
    return {
        endpoint
        for endpoint, rule in RULES.items()
        if rule not in others
        and (rule == STAFF or rule in actions)
        and not endpoint.startswith("phone.")
        and endpoint not in BY_ITSELF
    }


BESIDE = tuple(
    f"/staff/{each}"
    for each in ("account", "account/app", "password", "nothing", "sessions", "login", "programs", "programs/addresses")
)
"""Pages that are under no place of the bar."""

OTHER = "bistro"
"""A second study, the same but for its name."""


MESSAGES = """\
messages:
  hours: 0:00 to 23:59
  days: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]
  steps:
    invite: {kind: invite, by: [email], subject: "{study}", text: "Your own link: {link} {help} Answer STOP."}
"""


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """Two studies in which everything there are pages for has happened: somebody is midway on a version that another
    followed, a version waits to be opened, somebody has submitted, there is a release, and a link works."""
    files = {"first/v1": versioned.questionnaire("first", 1, *OLD)}
    for newest in (1, 2):
        more = "events: {moved: Moved house}\nreleases: {live: true}\n" + MESSAGES
        folder = versioned.write(tmp_path, files, versioned.STUDY + more)
        shutil.rmtree(tmp_path / OTHER, ignore_errors=True)
        shutil.copytree(folder, tmp_path / OTHER)
        study = tmp_path / OTHER / "study.yaml"
        study.write_text(study.read_text().replace("study: cafe", f"study: {OTHER}"))
        made = factories.create_runtime(sqlite_url, clock, tmp_path, demo=True)
        for name in ("first", "second"):
            questionnaire_versions.freeze(made, versioned.NAME, name)
        if newest == 1:
            factories.open_questionnaires(made, versioned.NAME)
            answer_four(made, guest(made, "GU-0002"))
            guest(made, "GU-0003")
            versioned.answer(made, 1, 1, *versioned.coffee("much"))
            made.database.dispose()
        files["first/v2"] = versioned.questionnaire("first", 2, *NEW, changes=CHANGES)
        files["second/v2"] = versioned.questionnaire("second", 2)
    questionnaire_versions.open_newest(factories.operator(made), versioned.NAME, "first")
    with made.database.writing() as session:
        participants.add_site(session, versioned.NAME, "SM", "Small café", {"size": "small"}, made.clock().date())
    releases.make(factories.operator(made), versioned.NAME)
    # A message of which nobody knows whether it went.
    person = factories.create_participant(made, "guest", reference="GU-0005", study_id=versioned.NAME)
    with factories.operator(made).writing() as work:
        contacts.write(work, person, Contact(email="a@example.org"))
    calendar.switch(factories.operator(made), versioned.NAME, True)
    outbox.send(factories.operator(made), [versioned.NAME], {SendingWay.EMAIL: Told([CarrierOutcome.UNCERTAIN])})
    # Somebody whose roles can be taken away.
    for name in (versioned.NAME, OTHER):
        factories.create_staff(made, Role.VIEWER, study=name, more=[Grant(Role.AUDITOR, None)])
    yield made
    made.database.dispose()


def signed_in(runtime: Runtime, *roles: Role, **wishes: Any) -> Client:
    """A demonstration's staff member: no second factor is asked for."""
    app = create_app(runtime)
    app.testing = True
    client = Client(app.test_client())
    member = factories.create_staff(runtime, *roles, second_factor=False, **{"study": versioned.NAME, **wishes})
    assert client.sign_in(member.email).status_code == 302
    return client


ROLES = [*((role,) for role in Role), (Role.INTERVIEWER, Role.EVALUATOR), (Role.SUPERVISOR, Role.MANAGER)]


@pytest.mark.parametrize("roles", ROLES, ids=lambda roles: "+".join(role.value for role in roles))
def test_all_that_somebody_may_open_is_reached_by_links_and_none_is_refused(
    cafe: Runtime, roles: tuple[Role, ...]
) -> None:
    walked = Walk(signed_in(cafe, *roles, more=[factories.grant_of(role, OTHER) for role in roles]), "/staff")
    assert walked.refused == []
    interviews = {Role.INTERVIEWER, Role.SUPERVISOR} & set(roles)
    asked = may_open(roles) - (set() if interviews else {"interviewer.queue", "interviewer.search"})
    # A demonstration shows what would go and has nothing to be taken along; nobody has asked for a file; and this study
    # writes no letters.
    unseen = {"manager.take_messages", "manager.try_letter", "exporter.take", "exporter.throw_away"}
    assert asked - unseen - walked.reached == set()
    assert {path: marks for path, marks in walked.bars.items() if marks != 1 and path not in BESIDE} == {}


def test_a_role_in_each_of_two_studies_reaches_both(cafe: Runtime) -> None:
    walked = Walk(signed_in(cafe, Role.MANAGER, more=[Grant(Role.EVALUATOR, OTHER)]), "/staff")
    assert walked.refused == []
    assert {f"/manage/{versioned.NAME}", f"/released/{versioned.NAME}", f"/results/{OTHER}"} <= walked.bars.keys()


def test_a_manager_of_one_site_is_led_to_no_refusal(cafe: Runtime) -> None:
    with cafe.database.reading() as session:
        (site,) = participants.sites(session, versioned.NAME, cafe.clock().date())
    walked = Walk(signed_in(cafe, Role.MANAGER, site=site), "/staff")
    assert walked.refused == []
    assert "manager.versions" in walked.reached


def test_a_role_in_a_study_that_is_not_served_leads_nowhere(cafe: Runtime) -> None:
    client = signed_in(cafe, Role.MANAGER, study="gone")
    assert client.get("/staff").location == "/staff/nothing"
    assert Walk(client, "/staff").refused == []


def test_every_page_of_staff_stands_under_one_place() -> None:
    endpoints = [each for part in PLACES for place in part for each in (*place.beneath, place.endpoint)]
    twice = {each for each in endpoints if endpoints.count(each) > 1} - {"interviewer.queue"}
    assert twice == set()
    under_actions = {endpoint for endpoint, rule in RULES.items() if isinstance(rule, Action)}
    not_pages = {endpoint for endpoint in under_actions if endpoint.startswith("phone.")} | NOT_PAGES
    assert under_actions - not_pages == set(endpoints) - {"interviewer.queue", "interviewer.search"}
