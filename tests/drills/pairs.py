"""Two browsers for each pair of roles: one walks all that it is shown, the other tries each of its addresses and forms.

Every browser has a session of its own, begun as people begin one. What the other is refused shows nothing of anybody;
what it is shown is what the table of who may (`domain/staff.py`) gives it, of its own site."""

from __future__ import annotations

import io
import itertools
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from surveyapp import create_app
from surveyapp.domain.participants import Contact, Participant, Site
from surveyapp.domain.staff import MAY, OF_WHOLE_STUDIES, Action, Role
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime, system_clock
from surveyapp.store import participants
from tests import factories
from tests.drills import Ground, Row, rounds
from tests.integration.test_access_rules import ENTERING, EVERYBODY, PARTICIPANT, RULES, SCRIPT
from tests.page import Client, Page
from tests.phone import Phone

PARTICIPANTS = ("a participant", "another participant")

NAMES = ("Aurelia Quixabel", "Thessaly Zanzibronn")
"""Of which no part is the other's."""

FULL: dict[str, Any] = {"roles": tuple(Role), "pages": 80}
SHORT: dict[str, Any] = {"roles": (Role.INTERVIEWER, Role.MANAGER, Role.ADMINISTRATOR), "pages": 15}

MEET_NOBODY = frozenset(
    {Role.EVALUATOR, Role.VIEWER, Role.AUDITOR, Role.ADMINISTRATOR, Role.READ_WORDS, Role.EXPORT_ANSWERS}
)
"""Roles to whom nobody's name, contact or words are shown; an auditor reads references in the trail."""

OF_ONE_ENDPOINT = 3
"""So many addresses of one kind are walked: a list of people leads to each of them."""

SCRIPTS_OF_INTERVIEWS = (("GET", "interviewer.slip"), ("GET", "interviewer.stand"), ("POST", "interviewer.saves"))


@dataclass
class Secrets:
    """What is known of somebody that whoever may not see them is not told."""

    participant: Participant
    contact: Contact
    words: str

    @property
    def told(self) -> tuple[str, ...]:
        return (*self.contact.name.split(), self.contact.phone, self.contact.email, self.words)


@dataclass
class Seat:
    """Somebody in front of a browser of their own. `here`: the only site whose people they see."""

    name: str
    client: Client
    begin: str
    role: Role | None = None
    here: Site | None = None
    own: Secrets | None = None
    tokens: dict[str, str] = field(default_factory=dict)


def run(ground: Ground, roles: tuple[Role, ...], pages: int) -> list[Row]:
    runtime = factories.create_runtime(ground.url, system_clock, demo=True)
    factories.open_questionnaires(runtime)
    try:
        return _run(runtime, roles, pages)
    finally:
        runtime.database.dispose()


def _run(runtime: Runtime, roles: tuple[Role, ...], pages: int) -> list[Row]:
    app = create_app(runtime)
    app.testing = True
    sites = factories.create_site(runtime), factories.create_site(runtime, "LG", "large")
    people = [_somebody(runtime, site, name) for site, name in zip(sites, NAMES, strict=True)]
    seats = [_answering(runtime, app, each, name) for each, name in zip(people, PARTICIPANTS, strict=True)]
    for role in roles:
        for site in (None,) if role in OF_WHOLE_STUDIES else sites:
            seats.append(_signed_in(runtime, app, role, site))
    walked = {each.name: list(_walk(each, pages)) for each in seats}
    seen = sum(
        any(secret in said for each in people for secret in each.told)
        for seat in seats
        for method, address in walked[seat.name]
        if method == "GET" and (said := _said(seat.client.raw.get(address)))
    )
    pairs = list(itertools.permutations(seats, 2))
    tried = shown = refused = 0
    wrong: Counter[str] = Counter()
    for number in rounds("pairs", len(pairs)):
        owner, other = pairs[number]
        for method, address in walked[owner.name]:
            rule = _rule(app, method, address)
            if method == "POST" and other.role and isinstance(rule, Action) and rule in MAY[other.role]:
                continue  # That is theirs to do, and doing it would change what the others are shown.
            tried += 1
            answer = _ask(other, method, address)
            got_in = answer.status_code < 300 and answer.request.path == urlsplit(address).path
            shown, refused = shown + got_in, refused + (not got_in)
            for what in _faults(app, other, answer, got_in, people, method, address):
                wrong[f"{what}: {other.name} at {method} {address} of {owner.name} ({answer.status_code})"] += 1
    return [
        Row("pairs of browsers", len(pairs)),
        Row("pages that show whoever may see them a name, a contact or words", seen, seen > 0),
        Row("addresses and forms of the one tried by the other", tried, tried > len(pairs)),
        Row("of them shown, which the table gives both", shown),
        Row("of them refused", refused, refused > 0),
        Row("shown what is not theirs", list(wrong)[:5] or 0, not wrong),
    ]


def _somebody(runtime: Runtime, site: Site, name: str) -> Secrets:
    person = factories.create_participant(runtime, site=site)
    family = name.split()[-1]
    contact = Contact(name=name, phone=f"07700 9{len(name):05d}", email=f"{family}@example.org".lower())
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, contact)
        assert participants.participant(work.session, person.id, work.now.date())
    return Secrets(person, contact, f"{family} told me in the canteen")


def _answering(runtime: Runtime, app: Flask, secrets: Secrets, name: str) -> Seat:
    phone = Phone(runtime, app)
    phone.agree(factories.create_link(runtime, secrets.participant))
    phone.send(heard_via="family")
    phone.send(heard_via_detail=secrets.words)
    return Seat(name, phone.client, phone.own("/survey/q/heard_via_detail"), own=secrets)


def _signed_in(runtime: Runtime, app: Flask, role: Role, site: Site | None) -> Seat:
    name = f"{role.value}{f' of {site.reference}' if site else ''}"
    member = factories.create_staff(runtime, role, email=f"{name.replace(' ', '.')}@example.org".lower(), site=site)
    client = Client(app.test_client())
    landed = client.sign_in(member.email)
    return Seat(name, client, landed.location or "/staff", role=role, here=site)


def _walk(seat: Seat, pages: int) -> Iterator[tuple[str, str]]:
    """(method, address) of all that somebody is shown, following links from where they land; forms are not sent."""
    urls = seat.client.raw.application.url_map.bind("localhost")
    waiting, known, kinds = [seat.begin], {seat.begin}, Counter[tuple[str, str]]()
    while waiting and pages:
        address = waiting.pop(0)
        answer = seat.client.raw.get(address)
        if answer.status_code in (301, 302, 303, 307):
            found = [answer.location]
        elif answer.status_code == 200 and answer.mimetype == "text/html":
            pages -= 1
            yield "GET", address
            page = Page(answer.text)
            found = page.links()
            for tag, attributes in page.elements:
                action = attributes.get("action", "").partition("#")[0] or address
                if tag == "form" and attributes.get("method", "").lower() == "post" and ("POST", action) not in known:
                    known.add(("POST", action))  # type: ignore[arg-type]
                    if _endpoint(urls, action, "POST") not in ("staff.logout", None):
                        yield "POST", action
        else:
            if answer.status_code == 200:
                yield "GET", address
            found = []
        for each in found:
            parts = urlsplit(each)
            link = f"{parts.path}?{parts.query}" if parts.query else parts.path
            endpoint = _endpoint(urls, link, "GET")
            kind = (endpoint or "", parts.query.partition("=")[0])
            if parts.netloc or endpoint in (None, "static", "participant.leave", "staff.provider") or link in known:
                continue
            if "lang=" in link or kinds[kind] >= OF_ONE_ENDPOINT:
                continue
            kinds[kind] += 1
            known.add(link)
            waiting.append(link)
    if seat.own is not None:
        yield from _of_scripts(seat)
    yield from _of_interviews(urls, known)


def _of_scripts(seat: Seat) -> Iterator[tuple[str, str]]:
    """(method, address) of what a participant's script asks for, which no link leads to: the pack, too."""
    adapter = seat.client.raw.application.url_map.bind("localhost")
    handle = seat.begin.split("/")[2]
    for rule in seat.client.raw.application.url_map.iter_rules():
        if RULES[rule.endpoint] == SCRIPT and "handle" in rule.arguments:
            (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            yield method, adapter.build(rule.endpoint, {"handle": handle})
    slip = seat.client.raw.get(f"/survey/{handle}/slip").json
    assert slip is not None
    yield "GET", slip["pack"]
    yield "GET", f"{slip['pack']}/rest"


def _of_interviews(urls: Any, known: Iterable[str | tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(method, address) of what the script of an interview asks for, of every case that somebody was led to."""
    cases = set()
    for each in known:
        method, address = ("GET", each) if isinstance(each, str) else each
        if _endpoint(urls, address, method) in ("interviewer.case", "interviewer.open_case"):
            cases.add(tuple(sorted(urls.match(urlsplit(address).path, method=method)[1].items())))
    for case in sorted(cases):
        for method, endpoint in SCRIPTS_OF_INTERVIEWS:
            yield method, urls.build(endpoint, dict(case))


def _endpoint(urls: Any, address: str, method: str) -> str | None:
    try:
        return str(urls.match(urlsplit(address).path, method=method)[0])
    except HTTPException:
        return None


def _ask(seat: Seat, method: str, address: str) -> TestResponse:
    """As their browser asks: with its own cookies and, in a form, with the token of its own pages."""
    if method == "GET":
        return seat.client.raw.get(address)
    side = "participants" if address.startswith(("/survey", "/start")) else "staff"
    if side not in seat.tokens:
        begin = "/start" if side == "participants" else "/staff/sessions"
        fields = Page(seat.client.raw.get(begin, follow_redirects=True).text).fields()
        seat.tokens[side] = fields.get("csrf_token", [""])[0]
    headers = {"Sec-Fetch-Site": "same-origin"}
    if address.endswith("/saves"):
        # Whoever is let in here would be told what became of it, and it would be stored.
        said = {"form": {"heard_via_detail": ["of somebody else"]}, "over": {}, "at": system_clock().isoformat()}
        of = {
            "page": "heard_via_detail",
            "questionnaire": "backfill_1",
            "version": 1,
            "wording": None,
            "language": "en",
        }
        save = {"save": str(uuid.uuid4()), **of, **said}
        return seat.client.raw.post(address, json=save, headers={**headers, "X-CSRFToken": seat.tokens[side]})
    # Nothing that would be stored: who is let in is told what is missing.
    return seat.client.raw.post(address, data={"csrf_token": seat.tokens[side]}, headers=headers)


def _faults(
    app: Flask, other: Seat, answer: TestResponse, got_in: bool, people: list[Secrets], method: str, address: str
) -> Iterator[str]:
    """What the other was told that is not theirs."""
    said = _said(answer)
    strangers = [each for each in people if _is_nobody_of(other, each)]
    for each in people:
        if (each in strangers or other.role in MEET_NOBODY) and any(secret in said for secret in each.told):
            yield "words or contacts of somebody"
        if each in strangers and each.participant.reference in said and each.participant.reference not in address:
            yield "the reference of somebody"
    if not got_in:
        if answer.status_code >= 500:
            yield "an error"
        return
    rule = _rule(app, method, address)
    if other.role is not None:
        if isinstance(rule, Action) and rule not in MAY[other.role]:
            yield "a page beyond the table"
        if rule in (PARTICIPANT, SCRIPT, ENTERING):
            yield "a participant's page"
        if any(each.participant.reference in urlsplit(address).path for each in strangers):
            yield "a page of somebody of another site"
    elif rule == SCRIPT:
        yield "what another's script is told"
    elif rule not in (EVERYBODY, PARTICIPANT):
        yield "a page of staff"


def _said(answer: TestResponse) -> str:
    """All that can be read in an answer; of a workbook, in its parts."""
    data = answer.get_data()
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            data = b"\n".join(parts.read(name) for name in parts.namelist())
    return data.decode(errors="replace")


def _rule(app: Flask, method: str, address: str) -> str | Action:
    endpoint = _endpoint(app.url_map.bind("localhost"), address, method) or "static"
    # An interview's script is told in JSON what keeps it away; who may is the same as for the pages around it.
    of_interviews = RULES[endpoint] == SCRIPT and endpoint.startswith("interviewer.")
    return Action.INTERVIEW if of_interviews else RULES[endpoint]


def _is_nobody_of(other: Seat, person: Secrets) -> bool:
    """Whether somebody is not to be met by the other at all."""
    if other.own is not None:
        return other.own is not person
    if other.here is not None:
        return person.participant.site != other.here
    return other.role in (Role.ADMINISTRATOR, Role.VIEWER)
