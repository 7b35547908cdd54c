"""`make gallery`: every page and state that participants meet, and stories of staff, as pictures to be looked at one by
one.

Each state is come to once in a language, and then drawn at three widths in light, and at one in dark. An index page
puts them beside one another.
"""

from __future__ import annotations

import argparse
import contextlib
import html
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from surveyapp.settings import ROOT
from surveyapp.store import migrating
from tests.browser.conftest import QUIET_AND_HEADLESS, serving
from tests.conftest import Clock
from tests.gallery.states import STATES, Scene, State
from tests.gallery.stories import STORIES, tell

WIDTHS = {320: 568, 360: 740, 768: 1024}
"""Widths in CSS pixels, each with the height of such a screen."""

DARK_AT = 360
LANGUAGES = ("en", "ur")


def main() -> int:
    asked = argparse.ArgumentParser(prog="make gallery", description=__doc__)
    asked.add_argument("--out", type=Path, default=ROOT / "build" / "gallery")
    asked.add_argument("--only", default="", help="states whose name begins so")
    asked.add_argument("--language", choices=LANGUAGES, action="append")
    given = asked.parse_args()
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed (no `chromium` on the PATH).", file=sys.stderr)
        return 2
    wanted = [each for each in STATES if each.name.startswith(given.only)]
    failed = 0
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET_AND_HEADLESS)
        template = Path(folder) / "template.db"
        migrating.upgrade(f"sqlite:///{template}")
        for language in given.language or LANGUAGES:
            for state in wanted:
                if language in state.languages:
                    with contextlib.closing(Scene(template, Path(folder), Clock())) as scene:
                        try:
                            _draw(browser, scene, state, language, given.out)
                        except Error as error:
                            print(f"{state.name} in {language}: {error}", file=sys.stderr)
                            failed += 1
            for name in (each for each in STORIES if each.startswith(given.only)):
                try:
                    tell(browser, Path(folder), name, language, given.out)
                except Error as error:
                    print(f"{name} in {language}: {error}", file=sys.stderr)
                    failed += 1
        browser.close()
    _index(given.out)
    print(f"{given.out / 'index.html'}: {len(list(given.out.glob('*.png')))} pictures")
    return min(failed, 1)


def _draw(browser: Browser, scene: Scene, state: State, language: str, out: Path) -> None:
    runtime = scene.runtime(state.study)
    with serving(runtime) as address, _page(browser, address, language, state.scripted) as page:
        state.come(page, scene)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=out / f"{state.name}-{language}-{width}.png", full_page=state.whole)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": DARK_AT, "height": WIDTHS[DARK_AT]})
        page.screenshot(path=out / f"{state.name}-{language}-{DARK_AT}-dark.png", full_page=state.whole)
        if problem := page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            print(f"{state.name} in {language} is wider than the screen: {problem}")


@contextlib.contextmanager
def _page(browser: Browser, address: str, language: str, scripted: bool) -> Iterator[Page]:
    context = browser.new_context(
        base_url=address,
        locale=language,
        java_script_enabled=scripted,
        viewport={"width": DARK_AT, "height": WIDTHS[DARK_AT]},
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def _index(out: Path) -> None:
    """A page with a row a state: its pictures, each under what it shows."""
    rows: dict[str, list[Path]] = {}
    for picture in sorted(out.glob("*.png")):
        rows.setdefault(picture.name.rpartition(f"-{_language_of(picture)}-")[0], []).append(picture)
    body = "\n".join(
        f"<h2>{html.escape(name)}</h2><div>"
        + "".join(
            f'<figure><img src="{each.name}" loading="lazy" alt="">'
            f"<figcaption>{html.escape(each.stem)}</figcaption></figure>"
            for each in pictures
        )
        + "</div>"
        for name, pictures in rows.items()
    )
    (out / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>Participants’ pages</title><style>body{font:1rem system-ui}"
        "div{display:flex;gap:1rem;overflow-x:auto;align-items:start}figure{margin:0}img{border:1px solid #999}"
        f"</style><h1>Participants’ pages</h1>\n{body}\n",
        encoding="utf-8",
    )


def _language_of(picture: Path) -> str:
    return next(language for language in LANGUAGES if f"-{language}-" in picture.name)


if __name__ == "__main__":
    sys.exit(main())
