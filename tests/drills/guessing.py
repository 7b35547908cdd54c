"""10,000 wrong guesses from 200 addresses, codes and passwords, while 20 real people and 5 staff come and go.

The staff signed in with their browsers once before. The addresses guess at their accounts, at accounts that there are
not, and at codes; half of the real people sit at an address that guesses."""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from flask import Flask

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.keyring import CODE_ALPHABET, CODE_LENGTH
from surveyapp.services.runtime import system_clock
from surveyapp.store.security import guesses
from tests import factories
from tests.conftest import Clock
from tests.drills import Ground, Row, enough, none, rounds
from tests.page import Client

FULL = {"wrong": 10_000, "addresses": 200, "people": 20, "staff": 5, "visits": 10}
SHORT = {"wrong": 300, "addresses": 20, "people": 4, "staff": 2, "visits": 2}

AT_ONCE = 4
"""Guesses that are under way at the same time."""


@dataclass
class Told:
    """What came back."""

    guesses: Counter[int] = field(default_factory=Counter)
    without_wait: int = 0
    kept_out: list[str] = field(default_factory=list)
    alarmed_at: int | None = None
    visits: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def run(ground: Ground, *, wrong: int, addresses: int, people: int, staff: int, visits: int) -> list[Row]:
    clock = Clock()
    clock.now = system_clock()
    runtime = factories.create_runtime(ground.url, clock)
    factories.open_questionnaires(runtime)
    app = create_app(runtime)
    told = Told()
    codes = [factories.create_code(runtime, factories.create_participant(runtime)) for _ in range(people)]
    members = [factories.create_staff(runtime, Role.MANAGER) for _ in range(staff)]
    browsers = [Client(app.test_client()) for _ in members]
    for member, browser in zip(members, browsers, strict=True):
        browser.sign_in(member.email)
        clock.forward(seconds=60)
    emails = [*(member.email for member in members), *(f"nobody{number}@example.org" for number in range(20))]
    numbers = itertools.count(1)

    def alarms() -> int:
        with runtime.database.reading() as session:
            return guesses.unread(session)

    def attack(part: int) -> None:
        random_ = random.Random(part)
        client = app.test_client()
        tokens = {path: token_of(client, path) for path in ("/start", "/staff/login")}
        for _ in rounds("guesses of one in four", wrong // AT_ONCE):
            address = f"198.51.{random_.randrange(addresses) // 250}.{random_.randrange(addresses) % 250}"
            path, form = (
                ("/start", {"code": "".join(random_.choices(CODE_ALPHABET, k=CODE_LENGTH))})
                if random_.random() < 0.5
                else ("/staff/login", {"email": random_.choice(emails), "password": f"guess {random_.random()}"})
            )
            response = client.post(
                path, data={**form, "csrf_token": tokens[path]}, environ_base={"REMOTE_ADDR": address}
            )
            made = next(numbers)
            with told.lock:
                told.guesses[response.status_code] += 1
                told.without_wait += response.status_code == 429 and not response.headers.get("Retry-After")
            if made % 10 == 0 and told.alarmed_at is None and alarms():
                told.alarmed_at = made

    def come_and_go() -> None:
        for visit in range(visits):
            if enough.is_set():
                return
            told.visits += 1
            for number, code in enumerate(codes):
                address = f"198.51.0.{number % min(addresses, 250)}" if number % 2 else "203.0.113.9"
                person(app, code, address, told)
            for number, (member, browser) in enumerate(zip(members, browsers, strict=True)):
                clock.forward(seconds=31)
                browser.raw.environ_base["REMOTE_ADDR"] = f"198.51.0.{(visit + number) % min(addresses, 250)}"
                browser.post("/staff/logout", browser.page("/staff/sessions").fields())
                browser.sign_in(member.email)
                if browser.get("/manage/job_rotation").status_code != 200:
                    told.kept_out.append(f"{member.email} on visit {visit}")

    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        under_way = [pool.submit(attack, part) for part in range(AT_ONCE)]
        under_way.append(pool.submit(come_and_go))
        for each in under_way:
            each.result()
    runtime.database.dispose()
    made = sum(told.guesses.values())
    return [
        Row("wrong guesses made", made, made == wrong // AT_ONCE * AT_ONCE or enough.is_set()),
        Row("of them refused with how long to wait", told.guesses[429], told.guesses[429] > 0),
        none("refused without saying how long", told.without_wait),
        none("let in, or answered by an error", made - told.guesses[422] - told.guesses[429]),
        Row("alarmed by guess", told.alarmed_at, told.alarmed_at is not None and told.alarmed_at <= 200 + 10 * AT_ONCE),
        Row("visits of real people and staff", told.visits * (people + staff)),
        none("of them kept out", len(told.kept_out)),
    ]


def person(app: Flask, code: str, address: str, told: Told) -> None:
    """Somebody comes with their code, looks at the first page, and leaves."""
    client = app.test_client()
    form = {"code": code, "csrf_token": token_of(client, "/start")}
    response = client.post("/start", data=form, environ_base={"REMOTE_ADDR": address}, follow_redirects=True)
    if response.status_code != 200 or not response.request.path.startswith("/survey"):
        told.kept_out.append(f"{code} at {address}: {response.status_code} {response.request.path}")
    client.get("/survey/leave")


def token_of(client: object, path: str) -> str:
    return Client(client).page(path).fields()["csrf_token"][0]  # type: ignore[arg-type]
