"""Easy words in a browser: chosen while the page turns, with pictures, with and without a signal, for everybody."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from surveyapp.services.runtime import Runtime, build
from surveyapp.settings import ROOT
from surveyapp.store.tables import SaveRow
from tests import factories
from tests.browser.accessible import check_accessible, check_reflow, check_targets
from tests.browser.conftest import Tab, serving
from tests.browser.phone_pages import saved, until
from tests.browser.test_turning import choose, ready, turn
from tests.browser.test_without_a_signal import kept
from tests.conftest import Clock

LOADED = """() => {
  const shown = document.querySelector(".pictured img");
  return shown?.complete && shown.naturalWidth > 0;
}"""
SHELVED = """async () => {
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) if (url.includes("/survey/media/")) return true;
  return false;
}"""


def choose_words(page: Page, words: str) -> None:
    page.locator(".tongues summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()


def test_easy_words_are_chosen_turned_saved_and_kept_for_when_there_is_no_signal(
    tab: Tab, link: str, runtime_sqlite: Runtime
) -> None:
    fetched: list[str] = []
    page = ready(tab, link)
    page.on("request", lambda request: fetched.append(request.url) if "/survey/media/" in request.url else None)
    choose(page, "heard_via", "family")
    turn(page)
    saved(page)
    assert fetched == []
    choose_words(page, "Easy words")
    expect(page.locator("h1")).to_contain_text("Tell us how you found out.")
    page.wait_for_function(LOADED)
    check_accessible(page)
    check_reflow(page)
    page.locator(".tongues summary").click()
    check_targets(page, ".words")
    check_reflow(page)
    page.locator(".tongues summary").click()
    # The page turns, and what is answered says in which words it was asked.
    page.fill("textarea", "My brother told me.")
    turn(page)
    expect(page.locator("h1")).to_contain_text("Think back to when you first heard")
    page.wait_for_function(LOADED)
    saved(page)
    with runtime_sqlite.database.reading() as session:
        languages = session.scalars(select(SaveRow.language).order_by(SaveRow.revision)).all()
    assert (languages[0], languages[-1]) == ("en", "en-simple")
    # Without a signal, the page and its pictures are the ones that were there.
    kept(page, "My brother")
    until(page, SHELVED, "pictures are never kept")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("main.easy h1")).to_contain_text("Think back to when you first heard")
    page.context.set_offline(False)


CLIP = Path(__file__).parent / "clips" / "moving.webm"
"""A real clip of a second, in VP8: a light box that goes over a dark ground."""

PLAYED = """async () => {
  const clip = document.querySelector(".signed video");
  clip.muted = true;
  await clip.play();
  const cues = clip.textTracks[0];
  while (!(clip.currentTime > 0.3 && cues.activeCues?.length)) await new Promise((done) => setTimeout(done, 20));
  const drawn = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  drawn.drawImage(clip, 0, 0);
  return {
    wide: clip.videoWidth,
    said: cues.activeCues[0].text,
    shown: cues.mode,
    dark: [...drawn.getImageData(2, 2, 1, 1).data],
  };
}"""


def test_a_signed_clip_is_played_with_its_captions(tab: Tab, sqlite_url: str, clock: Clock, tmp_path: Path) -> None:
    home = tmp_path / "questionnaires"
    shutil.copytree(ROOT / "questionnaires", home)
    media = home / "job_rotation" / "media"
    shutil.copy(CLIP, media / "signed.webm")
    (media / "signed.vtt").write_text("WEBVTT\n\n00:00.000 --> 01:00.000\nHow did you find out?\n", encoding="utf-8")
    manifest, place = media / "media.yaml", "{file: finding-out.svg, alt: A person hears about something.}"
    signed = f"{place}, clip: {{en: {{file: signed.webm, captions: signed.vtt}}}}"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(place, signed, 1), encoding="utf-8")
    before = factories.create_runtime(sqlite_url, clock, demo=True)
    made = build(dataclasses.replace(before.settings, questionnaires=home), clock)
    factories.open_questionnaires(made)
    fetched: list[str] = []
    with serving(made) as address:
        page = ready(tab, address + factories.create_link(made, factories.create_participant(made)))
        page.on("request", lambda request: fetched.append(request.url) if "/survey/media/" in request.url else None)
        choose_words(page, "Easy words")
        expect(page.locator(".signed video")).to_be_visible()
        assert not any(each.endswith(".webm") for each in fetched), "no clip before it is played"
        played = page.evaluate(PLAYED)
    assert (played["wide"], played["said"], played["shown"]) == (160, "How did you find out?", "showing")
    red, green, blue, _ = played["dark"]
    assert green > red + 30 < blue, "its picture is drawn"
    for database in (before.database, made.database):
        database.dispose()
