"""Words that run the other way inside a sentence of a participant's page: the sentence around them stays in order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask_babel import force_locale
from playwright.sync_api import Page

from surveyapp import create_app
from surveyapp.domain.i18n import LocalText
from surveyapp.services.runtime import Runtime
from tests.browser.conftest import Tab

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
