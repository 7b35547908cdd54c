"""Every kind of question with every answer that it can have, and words that files have trouble with, as an export made
without any database."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from surveyapp.domain.answers import Answer, Answers, Codes, Day, Missing, Number, Reason, Text, TimeOfDay
from surveyapp.domain.authoring.loader import load_studies
from surveyapp.domain.exports.beside import ExportedAttempt
from surveyapp.domain.exports.dataset import (
    MISSING_LABELS,
    AnswerExport,
    ExportedResponse,
    ExportShape,
)
from surveyapp.domain.exports.tables import ExportedPerson, ExportTables
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.normalise import free_text
from tests import every_kind

AT = dt.datetime(2026, 3, 7, 9, 30, 15, tzinfo=dt.UTC)

PROXIES = {"carer": "A carer", "relative": "A relative"}
MODES = (("phone", "self"), ("proxy", "phone"), ("proxy",))
WHO = ("relative", "carer", "whoever the study once named", None)

TYPED = (
    "=1+1",
    "@SUM(A1)",
    "+44",
    "-7",
    "'quoted'",
    "''",
    ".not_asked",
    "<b>&amp;</b> ]]>",
    'a "quotation", a semicolon; and a comma',
    "two\nlines\n\nand a tab\there",
    "\u202eright to left\u202c and \u200fmarks\u200e",
    "اردو میں جواب: بہت اچھا",
    "👩‍👩‍👧‍👦 🇵🇱 e\u0301",
    "NA",
    "nan",
    "null",
    "0",
    "007",
    "1e5",
    "2026-03-07",
    " not trimmed ",
    "x" * 10_000,
    "ٹ" * 9_999 + "ے",
    "😀" * 10_000,
)

HOSTILE = tuple(dict.fromkeys(map(free_text, TYPED)))
"""As they are stored."""


def study(folder: Path, *, language: str = "en") -> Study:
    """The study of every kind, from its files."""
    (folder / every_kind.NAME / "guest_1").mkdir(parents=True)
    written = every_kind.STUDY.format(language=language, opens="enrolled")
    (folder / every_kind.NAME / "study.yaml").write_text(written, encoding="utf-8")
    (folder / every_kind.NAME / "guest_1" / "v1.yaml").write_text(every_kind.QUESTIONNAIRE, encoding="utf-8")
    return dataclasses.replace(load_studies(folder)[every_kind.NAME], proxies=PROXIES)


def every_answer(questionnaire: Questionnaire) -> list[dict[str, Answer]]:
    """So many responses that each variable has each of its answers in one of them, each reason for none, and none."""
    by_key = {key: list(_answers(part)) for key, part in parts_of(questionnaire).items()}
    longest = max(map(len, by_key.values()))
    made = []
    for row in range(longest):
        given = {key: answers[row % len(answers)] for key, answers in by_key.items()}
        made.append({key: answer for key, answer in given.items() if answer is not None})
    return made


def _answers(part: Part) -> Iterator[Answer | None]:
    match part.type:
        case PartType.CODE:
            yield from (Codes((code,)) for code in part.codes)
        case PartType.CODES:
            yield from (Codes((code,)) for code in part.codes)
            yield Codes(tuple(part.codes[:2]))
        case PartType.NUMBER:
            yield from (Number(Decimal(code)) for code in part.codes)
            if not part.codes:
                yield from (Number(Decimal(each)) for each in ("0", "7.5", "60", "0.25"))
        case PartType.DATE:
            yield from (Day(dt.date.fromisoformat(each)) for each in ("2026-01-01", "2026-12-31", "1899-12-31"))
        case PartType.TIME:
            yield from (TimeOfDay(dt.time.fromisoformat(each)) for each in ("00:00", "07:30", "23:59"))
        case PartType.TEXT:
            yield from map(Text, HOSTILE)
            yield Text("")
    yield from map(Missing, (*part.question.missing, Reason.SKIPPED, Reason.NOT_ASKED))
    yield None


def export_of(
    made: Study, shape: ExportShape, answers: Sequence[Answers], versions: Sequence[int] | None = None
) -> AnswerExport:
    """An export of guests who gave these answers, one each. `versions`: theirs, where it is not the first's."""
    by_version = {version: document for (_, version), document in made.questionnaires.items()}
    people = [
        ExportedPerson(id=number, key=f"p{number:05d}", group="guest", known={}) for number in range(len(answers))
    ]
    responses = [
        ExportedResponse(
            id=number,
            person=number,
            reference=f"GU-{number:04d}",
            group="guest",
            touchpoint=1,
            questionnaire="guest_1",
            version=versions[number] if versions else 1,
            seed=number,
            started_at=AT - dt.timedelta(minutes=10),
            submitted_at=AT,
            sent_again_at=AT + dt.timedelta(days=1) if number % 2 else None,
            saves=3,
            modes=MODES[number % len(MODES)],
            mode_by_answer={key: ("proxy", "phone")[place % 2] for place, key in enumerate(answers[number])}
            if number % len(MODES) == 1
            else {},
            proxy=WHO[number % len(WHO)],
            languages=("en", "ur"),
            renderings=("usual", "easy"),
        )
        for number in range(len(answers))
    ]
    attempt = ExportedAttempt(person=0, touchpoint=1, at=AT, mode="phone", outcome="no_answer", detail=None)
    tables = ExportTables(
        study=made,
        translate=str,
        versions={"guest_1": by_version},
        people=people,
        responses=responses,
        answers_of=lambda some: ((each, answers[int(str(each.id))]) for each in some),
        attempts=lambda: [attempt],
    )
    return AnswerExport(
        study=made.id,
        title=made.title,
        language="en",
        shape=shape,
        edition="live",
        made_at=AT,
        purpose="To see what comes out",
        people=len(people),
        responses=len(responses),
        datasets=tables.datasets(shape),
        notes=("A note.",),
        missing_labels=MISSING_LABELS,
    )
