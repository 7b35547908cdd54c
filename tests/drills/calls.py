"""Somebody who interviews faster than the server answers: how often a call ends, or words are lost, unmeant."""

from __future__ import annotations

import random
import shutil
from collections import Counter

from playwright.sync_api import sync_playwright

from surveyapp.domain.staff import Role
from surveyapp.services.runtime import system_clock
from tests import factories
from tests.browser.conftest import QUIET_AND_HEADLESS, serving_app, sign_in
from tests.drills import Ground, Row, none, rounds
from tests.interviewer import create_reachable
from tests.typist import DELAYS, Slow, begun, goes_wrong

DATABASES = ("sqlite",)
FULL = {"runs": 200}
SHORT = {"runs": 4}


def run(ground: Ground, runs: int) -> list[Row]:
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        return [Row("Chromium", "not installed (no `chromium` on the PATH)", False)]
    runtime = factories.create_runtime(ground.url, system_clock, demo=True)
    factories.open_questionnaires(runtime)
    staff = factories.create_staff(runtime, Role.INTERVIEWER, second_factor=False)
    slow, random_, wrong = Slow(runtime), random.Random(12), Counter[str]()
    with sync_playwright() as playwright, serving_app(slow.app) as address:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET_AND_HEADLESS)
        page = browser.new_page()
        page.goto(f"{address}/interviews")
        sign_in(page, staff.email, "/interviews")
        made = 0
        for number in rounds("interviews", runs):
            made += 1
            slow.delay = DELAYS[number % len(DELAYS)]
            found = goes_wrong(page, runtime, begun(runtime, staff, create_reachable(runtime)), random_)
            if found:
                wrong[found] += 1
        browser.close()
    runtime.database.dispose()
    return [
        Row("interviews, the server taking 0, 150, 300 and 800 ms", made),
        none("on which a call ended, or words were lost", sum(wrong.values())),
        *(Row(each, times, False) for each, times in wrong.items()),
    ]
