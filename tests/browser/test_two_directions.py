"""Words that run the other way inside a sentence of a participant's page: the sentence around them stays in order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask_babel import force_locale
from playwright.sync_api import Page

from surveyapp import create_app
from surveyapp.domain.i18n import LocalText
from surveyapp.domain.instrument.piping import filled, kept_apart, quoting_apart
from surveyapp.services.runtime import Runtime
from surveyapp.web.shared.language import numbers_in_order
from tests.browser.conftest import Tab
from tests.browser.modules import modules, run

STANDS = """words => {
  const walker = document.createTreeWalker(document.querySelector("p"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + words.length);
    const { left, right } = range.getBoundingClientRect();
    return [left, right];
  }
}"""
"""Where some words of the paragraph begin and end, from the left."""


def said(runtime: Runtime, macro: str, *given: Any) -> str:
    app = create_app(runtime)
    with app.test_request_context(), force_locale("ur"):
        app.preprocess_request()
        template: Any = app.jinja_env.get_template("participant/macros.html")
        return str(getattr(template.module, macro)(*given))


@pytest.mark.parametrize(
    ("title", "language"), [("ارد How you feel", "ur"), ("How you feel", "en"), ("How you feel 7", "ur")]
)
def test_the_numbers_of_a_part_stand_after_its_title(
    runtime_sqlite: Runtime, tab: Tab, title: str, language: str
) -> None:
    page = shown(tab, said(runtime_sqlite, "where", SimpleNamespace(title=LocalText(title, language)), 3, 4))
    feel = page.evaluate(STANDS, "How you feel")
    for number in ("4", "3"):
        assert page.evaluate(STANDS, number)[1] <= feel[0], "right to left, what is said next stands further left"


def shown(tab: Tab, markup: str) -> Page:
    page = tab("about:blank", "phone")
    page.set_content(f'<!doctype html><html lang="ur" dir="rtl"><body style="font: 16px sans-serif">{markup}')
    return page


def test_a_fact_in_latin_letters_stands_as_it_is_read(tab: Tab) -> None:
    """On the server's page and on the phone, which fills in what is written."""
    text, care = "آپ {site.name|اپنی جگہ} میں کیسے ہیں؟", "24 Hour Care Ltd."
    page = shown(tab, f"<p>{filled(text, lambda _reference: care)}</p>")
    by_server = page.locator("p").inner_text()
    (figures, hour, stop) = (page.evaluate(STANDS, words) for words in ("24", "Hour", "."))
    assert figures[1] <= hour[0] < stop[0]
    with modules(page.context.browser) as phone:
        by_phone = run(
            phone,
            """
              const { quote } = await load("facts.js");
              const root = Object.assign(document.createElement("p"), { textContent: given.text });
              quote(root, () => given.fact);
              return root.textContent;
            """,
            {"text": quoting_apart(text), "fact": care},
        )
    assert by_phone == by_server


@pytest.mark.parametrize("written", ["24 گھنٹے", "At home", "بيت.", "שלום 7", "12", "۷", "é"])
def test_what_somebody_wrote_is_quoted_in_one_piece_here_as_there(tab: Tab, written: str) -> None:
    """As the server quotes it, whichever way it runs."""
    with modules(tab("about:blank", "phone").context.browser) as phone:
        by_phone = run(
            phone,
            'const { inWords } = await load("facts.js"); return inWords({ text: given }, {}, {});',
            written,
        )
    assert by_phone == kept_apart(written)


@pytest.mark.parametrize("box", ["open", "short", "line"])
def test_what_is_written_in_a_box_stands_as_it_runs(runtime_sqlite: Runtime, tab: Tab, box: str) -> None:
    """Latin words in a box of a page that runs from right to left have their full stop at their end."""
    app = create_app(runtime_sqlite)
    with app.test_request_context(), force_locale("ur"):
        app.preprocess_request()
        where = {"line": "macros.html"}.get(box, f"kinds/{box}.html")
        source = app.jinja_env.loader.get_source(app.jinja_env, f"participant/{where}")[0]
        opens = source.index("<textarea" if box == "open" else "<input{{ own_direction() }}")
        tag = app.jinja_env.from_string(source[opens : source.index(" id=", opens)] + ">").render()
    page = shown(tab, tag)
    page.locator("input, textarea").fill("It went well.")
    assert page.locator("input, textarea").evaluate("(box) => box.matches(':dir(ltr)')")


def test_a_telephone_number_is_read_from_its_first_group_on(runtime_sqlite: Runtime, tab: Tab) -> None:
    app = create_app(runtime_sqlite)
    with app.test_request_context(), force_locale("ur"):
        app.preprocess_request()
        contact = numbers_in_order(LocalText("ٹیم، 0808 157 0142, +44 20 7946 0000", "ur"))
    page = shown(tab, f"<p>{contact}</p>")
    for first, then in (("0808", "157"), ("157", "0142"), ("+44", "20"), ("20", "7946")):
        assert page.evaluate(STANDS, first)[1] <= page.evaluate(STANDS, then)[0], first
