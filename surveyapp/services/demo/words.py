"""The demonstration's open answers come coded and quoted.

Coded by the themes that its words were made of: a study's folder has them as `demo/frames.json`, for each group and
question the codes of its frame. Which of them an answer carries stands beside it in the cohort. Whoever reads words in
the demonstration is the one coder, and each code says that nobody found it by reading.

Quoted as `demo/quotations.json` says: whose words, at which touchpoint and question, and what is redacted of them;
chosen by whoever evaluates it and cleared by somebody else, through the services that real ones go through.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.open_answers.codes import CodedAnswer, CodingRound, ThemeCode
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Action, Scope, Staff
from surveyapp.services.open_answers import marking_words, quoting
from surveyapp.services.open_answers.reading import Reader, token_of
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants, results
from surveyapp.store.database import new_id
from surveyapp.store.open_answers import coding, reading

INVENTED = "A theme that the demonstration’s invented answers were made of: coded as they were made, not by reading."


def code_answers(
    work: Work, study: Study, people: Mapping[uuid.UUID, Mapping[str, Any]], coder: Staff, file: Path
) -> None:
    """Codes the open answers of a cohort, where its study has frames for them. `people`: as the cohort writes them, by
    key."""
    if not file.exists():
        return
    scope = Scope(study.id, work.runtime.origin)
    written = {
        (person, response["touchpoint"]): response.get("themes", {})
        for person, each in people.items()
        for response in each["responses"]
    }
    for group, frames in json.loads(file.read_text(encoding="utf-8"))["frames"].items():
        for variable, themes in frames.items():
            ids = {theme["id"]: new_id() for theme in themes}
            coding.keep_codes(
                work.session,
                (study.id, group, variable),
                [
                    ThemeCode(
                        id=ids[theme["id"]],
                        version=1,
                        title=theme["title"],
                        definition=INVENTED,
                        parent=ids.get(theme.get("parent")),
                        by=coder.id,
                        at=work.now,
                    )
                    for theme in themes
                ],
            )
            coding.code_first(
                work.session,
                [
                    (
                        answer,
                        CodedAnswer(
                            round=CodingRound.FIRST,
                            codes=frozenset(
                                ids[theme] for theme in written[answer.person, answer.touchpoint].get(variable, ())
                            ),
                            version=1,
                            by=coder.id,
                            at=work.now,
                        ),
                    )
                    for answer in reading.written(work.session, scope, [variable], group)
                ],
            )
            place = f"{group} {variable}"
            work.record(AuditAction.CODE_FRAME_CHANGED, study=study.id, question=place, what="demonstration", version=1)
        results.note_changes(work.session, scope, set(participants.ids(work.session, scope, group)))


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
