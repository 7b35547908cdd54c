"""The day in a message reads in the language of the words that it stands in, whoever they go to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import wording
from tests import factories, versioned
from tests.conftest import Clock

MESSAGES = """\
languages: [en, pl]
partial: [pl]
messages:
  steps:
    invite:
      kind: invite
      by: [email]
      subject: Your questions
      text: "Hello {name|there}. Please answer by {until|the end}. {link}"
      short: "Please answer by {until|the end}. {link}"
"""

PO = """\
msgid ""
msgstr ""
"Language: pl\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "message.invite.short"
msgid "Please answer by {until|the end}. {link}"
msgstr "Odpowiedz do {until|końca}. {link}"
"""


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """A study whose text message alone is in Polish."""
    folder = versioned.write(tmp_path, {}, versioned.STUDY + MESSAGES)
    (folder / "text").mkdir()
    (folder / "text" / "pl.po").write_text(PO, encoding="utf-8")
    made = factories.create_runtime(sqlite_url, clock, tmp_path)
    yield made
    made.database.dispose()


def test_a_day_is_in_the_language_of_what_it_stands_in(cafe: Runtime) -> None:
    study = cafe.study(versioned.NAME)
    assert study.messages is not None
    [step] = study.messages.steps
    closes = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    with factories.operator(cafe).reading() as work:
        facts = wording.facts_for(work, study, closes, "pl", name="", link="https://…", code="")
        said = wording.worded(work, study, step, SendingWay.EMAIL, "pl", facts)
    assert said.text == "Hello there. Please answer by 1 January 2027. https://…"
    assert said.short == "Odpowiedz do 1 stycznia 2027. https://…"


def test_whoever_reads_polish_is_told_the_day_of_a_study_without_end(cafe: Runtime) -> None:
    study = cafe.study(versioned.NAME)
    assert study.messages is not None
    with factories.operator(cafe).reading() as work:
        facts = wording.facts_for(work, study, None, "pl", name="", link="https://…", code="")
        said = wording.worded(work, study, study.messages.steps[0], SendingWay.TEXT, "pl", facts)
    assert said.short == "Odpowiedz do końca. https://…"
