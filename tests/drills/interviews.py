"""Two interviewers at once work off one queue: nobody is called by both, and every attempt counts once."""

from __future__ import annotations

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from surveyapp import create_app
from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.participants import Contact
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from tests import factories
from tests.conftest import NOW, Clock
from tests.drills import Ground, Row, none
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client

FULL = {"people": 20}
SHORT = {"people": 4}

NEXT = re.compile(r'class="next".*?action="(/interviews/[^"]+)/open".*?name="seen" value="([^"]*)"', re.DOTALL)


def run(ground: Ground, people: int) -> list[Row]:
    runtime = factories.create_runtime(ground.url, Clock())
    factories.open_questionnaires(runtime)
    app = create_app(runtime)
    for number in range(people):
        create_reachable(runtime, Contact(name=f"Ada Byron {number}", phone="07700 900142", language="en"))
    both = [Interviewer(Client(app.test_client()), runtime) for _ in range(2)]
    together, met = threading.Barrier(len(both)), Counter[str]()

    def work_off(interviewer: Interviewer) -> None:
        together.wait()
        while following := NEXT.search(interviewer.client.get("/interviews").text):
            interviewer.case = following[1]
            opened = interviewer.post(f"{interviewer.case}/open", {"seen": following[2]})
            if opened.status_code != 302:
                # A colleague was faster: it is said, and the queue has somebody else next.
                met["held"] += opened.status_code == 409
                met["other"] += opened.status_code != 409
                continue
            if met.total() % 4 == 3:
                interviewer.end("no_answer")
            else:
                interviewer.start()
                interviewer.finish()
            met["worked"] += 1

    with ThreadPoolExecutor(len(both)) as pool:
        list(pool.map(work_off, both))
    rows = told(runtime, met)
    runtime.database.dispose()
    return rows


def told(runtime: Runtime, met: Counter[str]) -> list[Row]:
    with runtime.database.reading() as session:
        there = cases.overviews(session, factories.everyone(runtime), NOW.date())
        everybody = [each for each in there if each.case.touchpoint == 1]
        tried = [cases.attempts_of(session, each.case.id) for each in everybody]
    doubled = sum(len(each) > 1 for each in tried)
    missed = sum(not each for each in tried)
    completed = sum(bool(each) and each[-1].outcome is Outcome.COMPLETED for each in tried)
    return [
        Row("worked off by two at once", met["worked"], met["worked"] == len(everybody)),
        Row("of these interviews handed in", completed),
        none("people called by both", doubled),
        none("people called by nobody", missed),
        none("answers other than that a colleague was faster", met["other"]),
        Row("times a colleague was faster, and it was said", met["held"]),
    ]
