"""The demonstration quotes: words of its invented people, chosen by whoever evaluates it and cleared by somebody else,
through the services that real ones go through.

A study's folder says which as `demo/quotations.json`: whose words, at which touchpoint and question, and what of them
is redacted first.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Action
from surveyapp.services.open_answers import marking_words, quoting
from surveyapp.services.open_answers.reading import Reader, token_of
from surveyapp.services.work import Desk
from surveyapp.store.open_answers import reading

PURPOSE = "The demonstration shows words that may be quoted"


def quote(chooses: Desk, clears: Desk, study_id: str, people: Mapping[str, Participant], file: Path) -> None:
    """Has words quoted, where the study's cohort says some. `people`: by reference. Raises what the services do: of a
    cohort whose words are others by now, none is quoted in silence."""
    if not file.exists():
        return
    reader = Reader(uuid.uuid4(), PURPOSE)
    for each in json.loads(file.read_text(encoding="utf-8"))["quotations"]:
        person = people[each["reference"]]
        place = (person.group, each["touchpoint"], each["variable"])
        token = _token(chooses, reader, study_id, person, each)
        for words in each.get("redact", ()):
            marking_words.redact_words(chooses, reader, study_id, place, token, words)
        asked = quoting.ask(chooses, reader, study_id, place, token, each["words"], segment=each.get("segment", ""))
        quoting.decide(clears, study_id, str(asked), clear=True)


def _token(desk: Desk, reader: Reader, study_id: str, person: Participant, written: Mapping[str, Any]) -> str:
    """What a page of the reader's would call an answer."""
    scope = desk.scope(Action.READ_WORDS, study_id)
    with desk.reading() as work:
        answers = reading.written(work.session, scope, [written["variable"]], person.group, written["touchpoint"])
        return next(token_of(reader, each.place) for each in answers if each.person == person.id)
