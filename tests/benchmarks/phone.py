"""What a participant's phone waits for: headless Chromium with a processor four times slower, answers that take 400 ms
longer, 400 kbit/s each way.

The delay is put before every answer's first byte, as Chromium's own throttling does it; a connection costs no more.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright
from werkzeug.serving import make_server

from surveyapp import create_app
from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.participants import Participant
from surveyapp.services.cases import scheduling
from surveyapp.services.participants import links
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, participants
from surveyapp.store.database import new_id
from surveyapp.store.migrating import upgrade
from tests import factories
from tests.benchmarks.questionnaires import SMALLEST, large_questionnaire
from tests.benchmarks.shared import headed, row
from tests.browser.conftest import Quiet
from tests.conftest import Clock

SLOWER, LATENCY, KILOBITS = 4, 400, 400
TIMES = 5
HEAP = 64

SHOWN = """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"""
TURNED = """(name) => new Promise(done => {
  const main = document.querySelector("main");
  const began = performance.now();
  new MutationObserver((_, seen) => {
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  }).observe(main, { childList: true });
  document.querySelector("button.main:not([hidden])").click();
})"""
"""From the press of Continue until the next question is painted, ms."""

READY = "() => history.state && history.state.page"
"""Whether the pages can be turned on the phone by now."""


@dataclass
class Measured:
    """What a phone went through: times in seconds, bytes of bodies as sent."""

    times: dict[str, list[float]] = field(default_factory=dict)
    bytes: dict[str, list[int]] = field(default_factory=dict)

    def took(self, what: str, seconds: float) -> None:
        self.times.setdefault(what, []).append(seconds)

    def sent(self, what: str, size: int) -> None:
        self.bytes.setdefault(what, []).append(size)


class Wire:
    """Counts what goes over the air on a page: answers whole, headers included, and the bodies of requests. What comes
    from the browser's own cache does not."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._names: dict[str, str] = {}
        self._bytes: Counter[str] = Counter()
        self._session.send("Network.enable")
        self._session.on("Network.loadingFinished", self._came)
        self._session.on("Network.requestWillBeSent", self._sent)

    def _came(self, told: dict[str, Any]) -> None:
        self._bytes[self._names.get(told["requestId"], "")] += int(told["encodedDataLength"])

    def _sent(self, told: dict[str, Any]) -> None:
        name = told["request"]["url"].partition("?")[0].rpartition("/")[2]
        self._names[told["requestId"]] = name
        self._bytes[name] += len(told["request"].get("postData", "").encode())
        # What was redirected never finishes: its answer comes with what follows.
        self._bytes[name] += int(told.get("redirectResponse", {}).get("encodedDataLength", 0))

    def of(self, name: str) -> int:
        """Bytes of what is called that since it was last asked; they are not counted again."""
        return self._bytes.pop(name, 0)

    def since(self) -> int:
        """Bytes of all else since it was last asked."""
        counted = self._bytes.total()
        self._bytes.clear()
        return counted


@contextmanager
def phone(browser: Browser, slow: bool = True, **options: Any) -> Iterator[Page]:
    """A phone with nothing in its cache."""
    context: BrowserContext = browser.new_context(viewport={"width": 360, "height": 740}, **options)
    page = context.new_page()
    page.set_default_timeout(60_000)
    session: CDPSession = context.new_cdp_session(page)
    if slow:
        session.send("Network.enable")
        rate = KILOBITS * 1000 / 8
        conditions = {"offline": False, "latency": LATENCY, "downloadThroughput": rate, "uploadThroughput": rate}
        session.send("Network.emulateNetworkConditions", conditions)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page
    context.close()


def painted(page: Page) -> float:
    """Seconds from the request of the page that is loaded until it could be read, redirects included."""
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    return float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")) / 1000


def go_on(page: Page) -> float:
    with page.expect_navigation(wait_until="domcontentloaded"):
        page.locator("button.main:visible").first.click()
    return painted(page)


def answered(page: Page) -> None:
    """Chooses the first of every group on the page, and the way out where there is nothing else."""
    page.evaluate(
        """() => {
        const names = new Set();
        for (const input of document.querySelectorAll("form.question input")) {
          if (!["radio", "checkbox"].includes(input.type) || names.has(input.name.split(":")[0])) continue;
          names.add(input.name.split(":")[0]);
          input.checked = true;
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }
      }"""
    )


def walk(browser: Browser, link: str, script: bool, measured: Measured, questions: int) -> None:
    """From the link over so many questions."""
    how = "with script" if script else "without script"
    with phone(browser) as page:
        if not script:
            # Without any of the survey's modules a page goes on as one without script does, and can be measured.
            session = page.context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.setBlockedURLs", {"urls": ["*/static/survey/*"]})
        wire = Wire(page)
        page.goto(link, wait_until="domcontentloaded")
        measured.took("link → consent readable", painted(page))
        page.locator("[name=agree-take_part]").check()
        measured.took("consent → whose phone it is", go_on(page))
        page.locator("#own").check()
        measured.took("whose phone it is → first question", go_on(page))
        if script:
            page.wait_for_function(READY)
        page.wait_for_load_state("networkidle")
        if script:
            # It is asked for once the first question can be answered, and nothing of that waits for it.
            measured.sent("once it is there, with script", wire.of("later.js") + wire.of("rest"))
        measured.sent(f"cold to the first question, {how}", wire.since())
        for _ in range(questions):
            answered(page)
            if script:
                measured.took(f"Continue → next question, {how}", float(page.evaluate(TURNED)) / 1000)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(LATENCY * 3)
            else:
                measured.took(f"Continue → next question, {how}", go_on(page))
                page.wait_for_load_state("networkidle")
            measured.sent(f"a further question, {how}", wire.since())


class AsServed(Quiet):
    """With the headers of the server that serves people: its name and the date, once."""

    def version_string(self) -> str:
        return "gunicorn"

    def send_response(self, code: int, message: str | None = None) -> None:
        self.send_response_only(code, message)
        self.send_header("Server", self.version_string())
        self.send_header("Date", self.date_time_string())


@contextmanager
def served(runtime: Runtime) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(runtime), threaded=True, request_handler=AsServed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


def large_runtime(folder: Path, questions: int = 300) -> Runtime:
    """An installation of one study with a questionnaire of so many questions."""
    study = folder / "questionnaires" / "smallest"
    (study / "first").mkdir(parents=True)
    (study / "study.yaml").write_text(SMALLEST.read_text(encoding="utf-8"), encoding="utf-8")
    (study / "first" / "v1.yaml").write_text(large_questionnaire(questions), encoding="utf-8")
    url = f"sqlite:///{folder / 'large.db'}"
    upgrade(url)
    runtime = factories.create_runtime(url, Clock(), questionnaires=folder / "questionnaires", demo=True)
    questionnaire_versions.freeze(runtime, "smallest", "first")
    questionnaire_versions.open_newest(factories.operator(runtime), "smallest", "first")
    return runtime


def link_of(runtime: Runtime, study_id: str) -> str:
    study = runtime.study(study_id)
    group = study.groups[0]
    made = Participant(
        id=new_id(),
        study=study.id,
        group=group.id,
        reference=f"{group.reference_prefix}-0001",
        origin=runtime.origin,
        enrolled_on=runtime.today(study),
        site=None,
        attributes={},
    )
    with factories.operator(runtime).writing() as work:
        participants.add_participant(work.session, made)
        scheduling.plan_cases(work, made)
    with factories.operator(runtime).writing() as work:
        (case, *_) = cases.cases_of(work.session, made.id)
        given = links.issue(work, made, case, AccessKind.LINK)
    assert given.link is not None
    return given.link


def chromium() -> str | None:
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def main() -> None:
    """Prints a row each."""
    headed(f"A phone: Chromium, {SLOWER} × slower, {LATENCY} ms, {KILOBITS} kbit/s")
    executable = chromium()
    if executable is None:
        print("Chromium is not installed (no `chromium` on the PATH).")
        return
    measured = Measured()
    with tempfile.TemporaryDirectory(prefix="shiftline-phone-") as name, sync_playwright() as playwright:
        url = f"sqlite:///{Path(name) / 'bench.db'}"
        upgrade(url)
        runtime = factories.create_runtime(url, Clock(), demo=True)
        factories.open_questionnaires(runtime)
        browser = playwright.chromium.launch(executable_path=executable)
        with served(runtime) as address:
            for each in range(TIMES + 1):
                link = address + factories.create_link(runtime, factories.create_participant(runtime))
                # The first one warms what is made once a process.
                walk(browser, link, each % 2 == 0, measured if each else Measured(), 4)
        browser.close()
        for what, target in TARGETS.items():
            taken, sizes = measured.times.get(what), measured.bytes.get(what)
            if taken:
                row(what, target, f"{statistics.median(taken):.2f} s   slowest {max(taken):.2f} s")
            if sizes:
                row(what, target, f"{statistics.median(sizes) / 1000:.2f} KB   most {max(sizes) / 1000:.2f} KB")
        limited = playwright.chromium.launch(
            executable_path=executable, args=[f"--js-flags=--max-old-space-size={HEAP}"]
        )
        large = large_runtime(Path(name))
        with served(large) as address:
            _large(limited, address + link_of(large, "smallest"))
        limited.close()


def _large(browser: Browser, link: str) -> None:
    """300 questions, all of them turned on a phone whose scripts have so much memory."""
    with phone(browser, slow=False) as page:
        session = page.context.new_cdp_session(page)
        page.goto(link)
        page.locator("[name=agree-take_part]").check()
        go_on(page)
        page.locator("#own").check()
        go_on(page)
        page.wait_for_function(READY)
        # Nobody answers five questions while the rest of them is made, once a process, and comes.
        page.wait_for_load_state("networkidle")
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        taken = []
        while "/q/" in page.url and len(taken) < 300:
            answered(page)
            taken.append(float(page.evaluate(TURNED)) / 1000)
        session.send("Performance.enable")
        used = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
        row(f"300 questions in {HEAP} MB of heap: pages turned", "300", str(len(taken)))
        # The last leads to what the server shows once all is sent.
        turns = taken[:-1]
        row("their slowest turn", "≤ 0.1 s", f"{max(turns):.2f} s   median {statistics.median(turns):.3f} s")
        row("heap in use at the end", f"{HEAP} MB", f"{used['JSHeapUsedSize'] / 2**20:.1f} MB")


TARGETS = {
    "Continue → next question, with script": "≤ 0.1 s",
    "Continue → next question, without script": "≤ 1.05 s",
    "link → consent readable": "≤ 1.6 s",
    "consent → whose phone it is": "≤ 1.0 s",
    "whose phone it is → first question": "≤ 1.0 s",
    "cold to the first question, with script": "≤ 30 KB",
    "once it is there, with script": "",
    "cold to the first question, without script": "",
    "a further question, with script": "≤ 1 KB",
    "a further question, without script": "≤ 2.4 KB",
}


if __name__ == "__main__":
    main()
