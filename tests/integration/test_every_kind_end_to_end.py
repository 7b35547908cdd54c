"""Every kind of question, every option of it, from a form to the stored answer, the results page, the CSV and the
command line: a participant's form and an interviewer's alike.

A new kind needs its row in `WALKS`, and nothing else here.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from click.testing import CliRunner

from surveyapp import create_app
from surveyapp.cli import main
from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text, TimeOfDay, is_substantive
from surveyapp.domain.instrument.kinds import KINDS, Part, Summary, missing_field
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, participants, responses
from tests import every_kind, factories
from tests.conftest import Clock
from tests.interviewer import Interviewer
from tests.office import spaced
from tests.page import Client
from tests.phone import Phone

Form = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Walk:
    """A question as it is written (but for its id), and answers typed or chosen, each with what is stored. Those that
    follow from the question itself (its options, its ways out) are added."""

    written: str
    typed: tuple[tuple[Form, Mapping[str, Answer]], ...] = ()


OPTIONS = "options: {tea: Tea, milk: Milk, other: {text: Something else, specify: What?}}"
WALKS: dict[str, Walk] = {
    "choice": Walk(
        f"kind: choice, {OPTIONS}",
        (({"q": "other", "q_other_text": "missing: cocoa"},
          {"q": Codes(("other",)), "q_other_text": Text("missing: cocoa")}),),
    ),
    "multiple": Walk(
        f"kind: multiple, {OPTIONS[:-1]}, none: {{text: None, exclusive: true}}}}",
        (({"q": ["tea", "milk"]}, {"q": Codes(("tea", "milk"))}),
         ({"q": ["none"]}, {"q": Codes(("none",))})),
    ),
    "statements": Walk("kind: statements, scale: agreement, statements: {quiet: Quiet., warm: Warm.}"),
    "yes_no": Walk("kind: yes_no, moments: {before: Before, now: Now}"),
    "rating": Walk("kind: rating, scale: chances, moments: {now: Now}"),
    "number": Walk(
        'kind: number, decimals: 2, units: [hours, h]',
        (({"q": "7,5"}, {"q": Number(Decimal("7.5"))}),
         ({"q": "۲ h"}, {"q": Number(Decimal(2))}),
         ({"q": "1 234,5"}, {"q": Number(Decimal("1234.5"))}),
         ({"q": "-0"}, {"q": Number(Decimal(0))}),
         ({"q": "7.50 hours"}, {"q": Number(Decimal("7.5"))})),
    ),
    "date": Walk(
        "kind: date",
        (({"q:day": "7th", "q:month": "March", "q:year": "2025"}, {"q": Day(dt.date(2025, 3, 7))}),
         ({"q:day": "۹", "q:month": "3", "q:year": "۲۰۲۵"}, {"q": Day(dt.date(2025, 3, 9))})),
    ),
    "time": Walk(
        "kind: time",
        (({"q": "7.30pm"}, {"q": TimeOfDay(dt.time(19, 30))}),
         ({"q": "0730"}, {"q": TimeOfDay(dt.time(7, 30))}),
         ({"q": "8"}, {"q": TimeOfDay(dt.time(8, 0))})),
    ),
    "short": Walk(
        "kind: short, required: true",
        (({"q": "missing:dont_know"}, {"q": Text("missing:dont_know")}), ({"q": "=1+1"}, {"q": Text("=1+1")})),
    ),
    "open": Walk(
        "kind: open",
        (({"q": "one\r\n<b>two</b>"}, {"q": Text("one\n<b>two</b>")}),
         ({"q": "\u3164"}, {"q": Missing(Reason.SKIPPED)})),
    ),
    "information": Walk("kind: information"),
}  # fmt: skip


STORED = ("multiple", "number", "date", "time", "open")
"""A kind for each form in which an answer is stored (`domain.answers`): what the others store is one of these."""


def _each(kinds: Iterable[str]) -> list[Any]:
    """A case for each, on both databases where a form in which answers are stored is first met."""
    return [pytest.param(kind, kind, marks=[pytest.mark.both_databases] * (kind in STORED)) for kind in kinds]


def test_every_kind_walks() -> None:
    assert set(WALKS) == set(KINDS)


def answers_of(parts: tuple[Part, ...], walk: Walk) -> list[tuple[Form, dict[str, Answer]]]:
    """Every answer to try: each option, each way out, then what is typed."""
    mains = [part for part in parts if part.when is None]
    tried: list[tuple[Form, dict[str, Answer]]] = []
    for code in mains[0].codes if mains else ():
        stored: Answer = Number(Decimal(code)) if mains[0].summary is Summary.RATING else Codes((code,))
        lines = {part.key: Missing(Reason.SKIPPED) for part in parts if part.when and part.when[1] == code}
        tried.append(({part.key: code for part in mains}, {part.key: stored for part in mains} | lines))
    for reason in mains[0].question.missing if mains else ():
        tried.append(
            ({missing_field(part.key): reason.value for part in mains}, {part.key: Missing(reason) for part in mains})
        )
    return [*tried, *((form, dict(stored)) for form, stored in walk.typed)]


@pytest.fixture
def walked(request: pytest.FixtureRequest, database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = every_kind.create_runtime(
        database_url,
        clock,
        tmp_path / "q",
        questionnaire="questionnaire: guest_1\nversion: 1\ntitle: One\nsections:\n  - id: only\n    title: Only\n"
        f"    questions:\n      - {{id: q, text: What is asked?, {WALKS[request.param].written}}}\n",
        thresholds="{minimum_base: 1, minimum_cell: 1}",
    )
    yield made
    made.database.dispose()


@pytest.mark.parametrize(("walked", "kind"), _each(WALKS), indirect=["walked"], ids=list(WALKS))
def test_a_kind_from_the_form_to_the_results(walked: Runtime, kind: str, tmp_path: Path) -> None:
    (question,) = walked.study(every_kind.NAME).newest("guest_1").questions
    parts = KINDS[kind].parts(question)
    tried = answers_of(parts, WALKS[kind]) or [({}, {})]
    interviewer = _interviewer(walked)
    stored: list[Mapping[str, Answer]] = []
    for number, (form, expected) in enumerate(tried):
        for by, answer in (("GP", _by_phone), ("GI", _by_interviewer)):
            reference = f"{by}-{number:04d}"
            answer(walked, interviewer, reference, form)
            found = _stored(walked, reference)
            assert {key: found[key] for key in expected} == expected, (by, form)
            assert set(found) - set(expected) <= {part.key for part in parts if part.when}
            stored.append(expected)
    page, rows = _evaluator(walked)
    printed = _printed(walked, tmp_path)
    for part in (part for part in parts if part.when is None):
        answers = [each[part.key] for each in stored]
        base = sum(map(is_substantive, answers))
        own = [row for row in rows if (row["variable"], row["moment"] or None) == (part.name, part.moment)]
        told = [row for row in printed if (row["variable"], row["timing"]) == (part.name, part.moment or "-")]
        assert {row["base"] for row in own} == {row["base"] for row in told} == {str(base)}
        for code, people in _counts(part, answers).items():
            assert [row["count"] for row in own if row["category"] == code] == [str(people)]
            assert [row["count"] for row in told if row["category"] == code] == [str(people)]
        for reason in part.question.missing:
            assert [row["count"] for row in own if row["category"] == reason.value] == ["2"]
        for name, value in _statistics(part, answers).items():
            if part.summary is not Summary.RATING:
                assert [_plain(row["value"]) for row in own if row["category"] == name] == [value]
            short = {"minimum": "min", "maximum": "max"}.get(name, name)
            assert [_plain(row["value"]) for row in told if row["statistic"] == short] == [value]
        assert f"Base {base}" in page
    assert not any(row["kind"] == "uncounted" for row in rows)
    assert bool(rows) == bool(printed) == bool(parts)


def _counts(part: Part, answers: list[Answer]) -> dict[str, int]:
    if not part.codes:
        return {"answered": sum(map(is_substantive, answers))}
    said = Counter(code for each in answers if isinstance(each, Codes) for code in each.codes)
    said.update(str(each.value) for each in answers if isinstance(each, Number))
    return {code: said[code] for code in part.codes}


def _statistics(part: Part, answers: list[Answer]) -> dict[str, str]:
    """What numbers, days and times come to, worked out another way than the product does."""
    values: list[Any] = sorted(each.value for each in answers if isinstance(each, Number | Day | TimeOfDay))
    if part.summary is Summary.RATING:
        return {"minimum": str(values[0]), "maximum": str(values[-1])}
    if part.summary is Summary.QUANTITY:
        mean = statistics.mean(values).quantize(Decimal("0.001"), "ROUND_HALF_UP")
        numbers = {"mean": mean, "median": statistics.median(values), "minimum": values[0], "maximum": values[-1]}
        return {name: _plain(str(value)) for name, value in numbers.items()}
    if part.summary is Summary.TIME:
        return {"minimum": values[0].isoformat(), "maximum": values[-1].isoformat()}
    return {}


def _plain(written: str) -> str:
    """A number however many zeros it ends with; a day or a time as it is."""
    return written if set(written) & {":"} or written.count("-") > 1 else format(Decimal(written).normalize(), "f")


def _by_phone(runtime: Runtime, interviewer: Interviewer, reference: str, form: Form) -> None:
    phone = Phone(runtime, interviewer.client.raw.application)
    phone.agree(every_kind.create_link(runtime, reference))
    while phone.path != "/survey/check":
        assert phone.status == 200, (phone.page.words, form)
        shown = {attributes.get("name") for _, attributes in phone.page.elements}
        phone.send({name: value for name, value in form.items() if name in shown})
    phone.send()
    assert phone.path == "/survey/done"


def _by_interviewer(runtime: Runtime, interviewer: Interviewer, reference: str, form: Form) -> None:
    interviewer.open(every_kind.create_guest(runtime, reference))
    interviewer.start()
    interviewer.answer("only", form)
    assert "/check" not in (interviewer.finish().location or "")


def _interviewer(runtime: Runtime) -> Interviewer:
    return Interviewer(_client(runtime), runtime, staff=factories.create_staff(
        runtime, Role.INTERVIEWER, study=every_kind.NAME))  # fmt: skip


def _client(runtime: Runtime) -> Client:
    app = create_app(runtime)
    app.testing = True
    return Client(app.test_client())


def _stored(runtime: Runtime, reference: str) -> Mapping[str, Answer]:
    with runtime.database.reading() as session:
        scope = Scope(every_kind.NAME, runtime.origin)
        person = participants.participant_by_reference(session, scope, reference, runtime.clock().date())
        assert person is not None
        [case] = cases.cases_of(session, person.id)
        response = responses.response_of(session, case.id)
        return {} if response is None else responses.current_answers(session, response.id)


def _evaluator(runtime: Runtime) -> tuple[str, list[dict[str, str]]]:
    """The results page as text, and the rows of its file."""
    client = _client(runtime)
    client.sign_in(factories.create_staff(runtime, Role.EVALUATOR, study=every_kind.NAME).email)
    address = f"/results/{every_kind.NAME}/questions/guest/1"
    written = client.get(f"{address}.csv").get_data().decode("utf-8-sig")
    return spaced(client.page(address).source), list(csv.DictReader(io.StringIO(written)))


def _printed(runtime: Runtime, tmp_path: Path) -> list[dict[str, str]]:
    environment = {
        **factories.environment(runtime.settings.database_url),
        "SURVEYAPP_QUESTIONNAIRES": str(tmp_path / "q"),
    }
    result = CliRunner().invoke(main, ["results", every_kind.NAME], env=environment)
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.mark.both_databases
@pytest.mark.parametrize("walked", ["choice"], indirect=True)
def test_what_cannot_be_counted_costs_itself_alone(walked: Runtime, tmp_path: Path) -> None:
    interviewer = _interviewer(walked)
    _by_phone(walked, interviewer, "GP-0001", {"q": "other", "q_other_text": "cocoa"})
    with walked.database.writing() as session:
        session.execute(sqlalchemy.text("UPDATE answer SET code = 'gone' WHERE variable = 'q'"))
    page, rows = _evaluator(walked)
    assert "What is stored does not fit this question, so it is not counted." in page
    assert [(row["variable"], row["kind"], row["publish"]) for row in rows] == [("q", "uncounted", "not counted")]
    assert [(row["variable"], row["statistic"]) for row in _printed(walked, tmp_path)] == [("q", "not counted")]
