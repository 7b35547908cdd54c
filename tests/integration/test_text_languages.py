"""A study that is translated in part, on pages in Polish: each text that is still in English says so, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from surveyapp import create_app
from surveyapp.domain.i18n import LocalText, source_of
from surveyapp.domain.instrument.translation import texts_of
from surveyapp.domain.staff import Role
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from tests import factories, versioned
from tests.conftest import Clock
from tests.integration.test_moving import guest
from tests.integration.test_navigation import Walk
from tests.integration.test_staff_languages import _interface_that_is_complete
from tests.page import Client, Page

__all__ = ["_interface_that_is_complete"]

MARK = "<Q&A>"
"""Stands in the English texts of the study: it would survive neither being escaped twice nor not at all."""

TEXTS = re.compile(r"\b(title|public_title|summary|about|label|text|member|low|high|asked_of|small): ([^,{}\n]+)")

PO = """\
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "study.title"
msgid "The café <Q&A>"
msgstr "Kawiarnia"
"""


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """A study of which Polish has the title alone."""
    folder = versioned.write(
        tmp_path, {"second/v1": versioned.questionnaire("second", 1, versioned.COFFEE, versioned.WORTH)}
    )
    for path in folder.rglob("*.yaml"):
        path.write_text(TEXTS.sub(rf'\1: "\2 {MARK}"', path.read_text()))
    study = folder / "study.yaml"
    study.write_text(study.read_text() + "languages: [en, pl]\n")
    (folder / "text").mkdir()
    (folder / "text" / "pl.po").write_text(PO)
    made = factories.create_runtime(sqlite_url, clock, tmp_path, demo=True)
    for name in ("first", "second"):
        questionnaire_versions.freeze(made, versioned.NAME, name)
    factories.open_questionnaires(made, versioned.NAME)
    versioned.answer(made, 1, 1, *versioned.coffee("much", "not"))
    guest(made, "GU-0009")
    with made.database.writing() as session:
        site = participants.add_site(session, versioned.NAME, "HQ", "Head office", {"size": "small"}, clock().date())
    factories.create_participant(made, "guest", site=site, reference="GU-0010", study_id=versioned.NAME)
    yield made
    made.database.dispose()


@pytest.fixture
def polish(cafe: Runtime) -> Client:
    """Somebody with every role, who reads Polish."""
    app = create_app(cafe)
    app.testing = True
    client = Client(app.test_client())
    client.sign_in(factories.create_staff(cafe, *Role, study=versioned.NAME, second_factor=False).email)
    client.get("/staff/password?lang=pl")
    return client


def test_every_english_text_on_a_polish_page_says_that_it_is_english(cafe: Runtime, polish: Client) -> None:
    pages: dict[str, Page] = {}
    walked = Walk(polish, "/staff", seen=pages.__setitem__)
    assert walked.refused == []
    own = {text.source for text in texts_of(cafe.study(versioned.NAME)) if MARK in text.source}
    marked = {
        path: {
            (text.strip(), language)
            for text, language in page.spoken
            if text.strip() in own and not in_a_bare_place(page, text)
        }
        for path, page in pages.items()
        if "/phone" not in path
    }
    assert {each for texts in marked.values() for each in texts if each[1] != "en"} == set()
    assert sum(bool(texts) for texts in marked.values()) > 15
    menus = {path for path, page in pages.items() if any(tag == "optgroup" for tag, _ in page.elements)}
    assert {path.rpartition("/")[2] for path in menus} >= {"links", "coffee"}
    titles = [
        text for page in pages.values() for text, _ in page.spoken
        if "Kawiarnia" in text and not in_a_bare_place(page, text)
    ]  # fmt: skip
    assert titles
    assert not any(MARK in text for text in titles)


def in_a_bare_place(page: Page, text: str) -> bool:
    """Where no element can stand, the text stands alone (an option has a language of its own)."""
    return any(text in said for tag in ("title", "option") for said in page.text.get(tag, []))


@pytest.fixture
def app(cafe: Runtime) -> Flask:
    return create_app(cafe)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ text }}", '<span lang="en" dir="ltr">Q&amp;A</span>'),
        ("{{ _('%(one)s: 1', one=text) }}", '<span lang="en" dir="ltr">Q&amp;A</span>: 1'),
        ("{{ [text, text] | join(', ') }}", '<span lang="en" dir="ltr">Q&amp;A</span>, ' * 2),
        ("{{ text | isolated }}", "Q&amp;A"),
        ("<option{{ lang_of(text) }}>{{ text | isolated }}", '<option lang="en" dir="ltr">Q&amp;A'),
        ("{% filter striptags | e %}{{ text }}{% endfilter %}", "Q&amp;A"),
    ],
)
def test_a_text_marks_itself_where_it_is_not_in_the_pages_language(app: Flask, template: str, said: str) -> None:
    text = LocalText("Q&A", "en")
    with app.test_request_context("/staff/login", headers={"Accept-Language": "pl"}):
        app.preprocess_request()
        assert render_template_string(template, text=text) == said.removesuffix(", ")
    with app.test_request_context("/staff/login"):
        app.preprocess_request()
        assert "<span" not in render_template_string(template, text=text)
    assert source_of(text) == "Q&A"
