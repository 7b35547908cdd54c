"""Simulated cohorts: what is stored of them is what answering would have stored; they are never mixed with anybody."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp import create_app
from surveyapp.analysis.simulation import cohort, plan
from surveyapp.domain.answers import Answer
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.instrument.kinds import form_values
from surveyapp.domain.participants import Origin, Participant, Site
from surveyapp.domain.staff import Role
from surveyapp.services.cases import scheduling
from surveyapp.services.demo import loading as demo
from surveyapp.services.participants import links
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import answering
from surveyapp.services.responses.survey_session import ByInterviewer, Who, visit_in
from surveyapp.services.runtime import Runtime
from surveyapp.services.simulation import making
from surveyapp.services.simulation.making import simulate
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants
from surveyapp.store.answer_rows import PersonWords
from surveyapp.store.database import seals_of
from surveyapp.store.responses import given_answers
from surveyapp.store.tables import (
    AnswerHistoryRow,
    AnswerRow,
    CaseRow,
    ConsentRow,
    EventRow,
    ParticipantRow,
    QuestionnaireVersionRow,
    ResponseRow,
    SaveRow,
    SiteRow,
)
from tests import every_kind, factories
from tests.conftest import Clock
from tests.page import Client

STUDIES = ("mentoring", "job_rotation", "every_kind")


def installation(study: str, url: str, clock: Clock, folder: Path) -> Runtime:
    if study == "every_kind":
        folder.mkdir()
        return every_kind.create_runtime(url, clock, folder, open_versions=False)
    return factories.create_runtime(url, clock)


@pytest.fixture(params=STUDIES)
def study(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def simulated(study: str, database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """An installation with a cohort of a study."""
    made = installation(study, database_url, clock, tmp_path / "simulated")
    simulate(factories.operator(made), study, 90, 11)
    yield made
    made.database.dispose()


@pytest.fixture
def other(study: str, sqlite_template: Path, tmp_path: Path) -> Iterator[Runtime]:
    """An empty installation with the same study, whose clock a test moves."""
    shutil.copy(sqlite_template, tmp_path / "other.db")
    made = installation(study, f"sqlite:///{tmp_path / 'other.db'}", Clock(), tmp_path / "lived")
    yield made
    made.database.dispose()


def rows(session: Session, table: type[Any], **where: object) -> list[Any]:
    query = select(table)
    for name, value in where.items():
        query = query.where(getattr(table, name) == value)
    return list(session.scalars(query))


def stored(session: Session, reference: str, hash_of_words: Callable[[str], str] = str) -> dict[str, Any]:
    """Everything of a person that answering writes, without keys, and words unsealed. `hash_of_words`: makes of the
    hash of a save with words in it what is compared."""
    [person] = rows(session, ParticipantRow, reference=reference)
    words = PersonWords(session, person=person.id)
    found: dict[str, Any] = {
        "consents": sorted(
            (each.purpose, each.version, each.given, each.mode.value, each.recorded_at)
            for each in rows(session, ConsentRow, participant_id=person.id)
        )
    }
    for case in rows(session, CaseRow, participant_id=person.id):
        window = (case.opens_at, case.due_at, case.closes_at)
        [response] = rows(session, ResponseRow, case_id=case.id) or [None]
        if response is None:
            found[f"case {case.touchpoint}"] = window
            continue
        saves = sorted(rows(session, SaveRow, response_id=response.id), key=lambda each: each.revision)
        number = {save.id: save.revision for save in saves}
        history = {save.id: rows(session, AnswerHistoryRow, save_id=save.id) for save in saves}
        found[f"case {case.touchpoint}"] = {
            "window": (*window, case.disposition),
            "response": (
                response.questionnaire,
                response.version,
                response.state,
                response.revision,
                response.started_at,
                response.submitted_at,
            ),
            "saves": [
                (
                    save.revision,
                    save.section,
                    save.version,
                    save.language,
                    save.wording,
                    save.mode,
                    save.by_staff is None,
                    save.client_at,
                    save.recorded_at,
                    hash_of_words(save.payload_hash) if has_words(history[save.id]) else save.payload_hash,
                )
                for save in saves
            ],
            "history": sorted((number[save.id], *cells(each, words)) for save in saves for each in history[save.id]),
            "answers": sorted(
                (number[each.save_id], *cells(each, words))
                for each in rows(session, AnswerRow, response_id=response.id)
            ),
        }
    return found


def cells(row: Any, words: PersonWords) -> tuple[str, ...]:
    columns = ("variable", "position", "code", "number", "day", "time_of_day", "reason")
    return (*(str(getattr(row, name)) for name in columns), str(words.of(row)))


def has_words(history: list[Any]) -> bool:
    """Whether a save has an answer in words, a note beside a reason aside."""
    return any(row.reason is None and (row.text is not None or row.sealed is not None) for row in history)


def keyed(there: Session, reference: str) -> Callable[[str], str]:
    """The hash of words as answering stores it: of those that are sealed, with the person's own key."""
    seals, [person] = seals_of(there), rows(there, ParticipantRow, reference=reference)
    return lambda plain: seals.fingerprint(person.id, plain) if seals.words_sealed(person.study) else plain


def live_through(simulated: Runtime, other: Runtime, study: str, references: list[str]) -> None:
    """Enrols the same people elsewhere and has them answer the same, section by section, in the order of time."""
    clock = other.clock
    assert isinstance(clock, Clock)
    staff = factories.create_staff(other, Role.INTERVIEWER, study=study)
    happenings: list[tuple[dt.datetime, int, Any]] = []
    with simulated.database.reading() as session:
        for version in rows(session, QuestionnaireVersionRow, study=study):
            happenings.append((version.opened_at, 0, (version.questionnaire, version.version)))
        for reference in references:
            [person] = rows(session, ParticipantRow, reference=reference)
            events = rows(session, EventRow, participant_id=person.id)
            site = session.get(SiteRow, person.site_id) if person.site_id else None
            on = simulated.today(simulated.study(study))
            known = participants.participant(session, person.id, on)
            assert known is not None
            begins = dt.datetime.combine(person.enrolled_on, dt.time(), dt.UTC) - dt.timedelta(days=1)
            happenings.append((begins, 1, (known, site and site.reference, events)))
            for case in rows(session, CaseRow, participant_id=person.id):
                for response in rows(session, ResponseRow, case_id=case.id):
                    saves = sorted(rows(session, SaveRow, response_id=response.id), key=lambda each: each.revision)
                    given = given_answers(session, response.id)
                    happenings.append((response.started_at, 2, (reference, case.touchpoint, response, saves, given)))
    for moment, kind, what in sorted(happenings, key=lambda each: (each[0], each[1])):
        clock.now = moment
        if kind == 0:
            questionnaire_versions.open_version(factories.operator(other), study, *what)
        elif kind == 1:
            enrol(other, *what)
        else:
            answer(other, clock, study, staff, *what)


def enrol(other: Runtime, known: Participant, site_reference: str | None, events: list[Any]) -> None:
    with factories.operator(other).writing() as work:
        site: Site | None = None
        if site_reference and known.site:
            there = {each.reference: each for each in participants.sites(work.session, known.study, dt.date.max)}
            site = there.get(site_reference) or participants.add_site(
                work.session, known.study, site_reference, site_reference, known.site.attributes, dt.date(2020, 1, 1)
            )
        person = dataclasses.replace(known, id=uuid.uuid4(), origin=other.origin, site=site)
        participants.add_participant(work.session, person)
        for event in events:
            participants.add_event(
                work.session, person.id, participants.Event(event.event, event.on_date, event.source)
            )
        scheduling.plan_cases(work, person)


def answer(
    other: Runtime,
    clock: Clock,
    study: str,
    staff: Any,
    reference: str,
    touchpoint: int,
    response: Any,
    saves: list[Any],
    given: dict[str, Any],
) -> None:
    with other.database.reading() as session:
        [person] = rows(session, ParticipantRow, reference=reference)
        case = next(each for each in cases.cases_of(session, person.id) if each.touchpoint == touchpoint)
        known = participants.participant(session, person.id, clock().date())
    assert known is not None
    who: Who
    if saves and saves[0].by_staff is not None:
        who = ByInterviewer(staff=staff, study=study, reference=reference, touchpoint=touchpoint, mode=saves[0].mode)
    else:
        with factories.operator(other).writing() as work:
            link = links.issue(work, known, case, AccessKind.LINK).link
        assert link is not None
        who = factories.known_by(other, link)
    agreed = {purpose.id: True for purpose in other.study(study).consent}
    answering.give_consent(other, who, agreed)
    for save in saves:
        clock.now = save.recorded_at
        form = {
            name: values
            for key, each in given.items()
            if each.save_id == save.id
            for name, values in posted(key, each.answer, who).items()
        }
        with Desk(other, who.actor).writing() as work:
            visit = visit_in(work, who, lock=True)
            saved, faults = answering.save_section_in(work, who, visit, save.section, form, uuid.uuid4(), finish=True)
        assert (saved.repeated, faults) == (False, ())
    if response.submitted_at is not None:
        clock.now = response.submitted_at
        answering.submit(other, who)


def posted(key: str, answer: Answer, who: Who) -> dict[str, list[str]]:
    """What a form has: a participant leaves a question that they skip."""
    fields = form_values(key, answer)
    return {name: values for name, values in fields.items() if values != ["skipped"]}


def test_what_is_stored_is_what_answering_would_have_stored(simulated: Runtime, other: Runtime, study: str) -> None:
    """But that the words of invented people are in clear, and their hash plain: there is nobody to keep them from."""
    with simulated.database.reading() as session:
        references = [row.reference for row in rows(session, ParticipantRow)][::3]
    live_through(simulated, other, study, references)
    submitted = 0
    with simulated.database.reading() as here, other.database.reading() as there:
        for reference in references:
            expected, found = stored(there, reference), stored(here, reference, keyed(there, reference))
            purposes = {purpose.id for purpose in other.study(study).required_purposes}
            for each in (expected, found):
                each["consents"] = [said for said in each["consents"] if said[0] in purposes]
            assert found == expected
            submitted += sum("response" in each for each in found.values() if isinstance(each, dict))
    assert submitted > 10


def test_the_same_seed_makes_the_same_cohort_and_another_seed_another(tmp_path: Path, sqlite_template: Path) -> None:
    found = []
    for place, seed in enumerate((5, 5, 6)):
        shutil.copy(sqlite_template, tmp_path / f"{place}.db")
        runtime = factories.create_runtime(f"sqlite:///{tmp_path / f'{place}.db'}", Clock())
        simulate(factories.operator(runtime), "mentoring", 40, seed)
        with runtime.database.reading() as session:
            found.append({row.reference: stored(session, row.reference) for row in rows(session, ParticipantRow)})
        runtime.database.dispose()
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_what_was_interrupted_goes_on_and_comes_to_the_same(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (making, plan, cohort):
        monkeypatch.setattr(module, "BATCH", 30)
    found = []
    for stop in (None, 50):
        shutil.copy(sqlite_template, tmp_path / f"{stop}.db")
        clock = Clock()
        runtime = factories.create_runtime(f"sqlite:///{tmp_path / f'{stop}.db'}", clock)
        desk = factories.operator(runtime)
        if stop:
            with pytest.raises(KeyboardInterrupt):
                simulate(desk, "mentoring", 80, 3, Interrupting(stop))
            with runtime.database.reading() as session:
                assert len(rows(session, ParticipantRow)) == 30, "the batch that was interrupted is not there"
            clock.forward(days=3)
        simulate(desk, "mentoring", 80, 3)
        with runtime.database.reading() as session:
            found.append({row.reference: stored(session, row.reference) for row in rows(session, ParticipantRow)})
        runtime.database.dispose()
    assert len(found[0]) == 80
    assert found[0] == found[1]


class Interrupting:
    """Progress that somebody stops when so many participants are done."""

    def __init__(self, stop: int) -> None:
        self.left = stop

    def __call__(self, more: int) -> None:
        self.left -= more
        if self.left <= 0:
            raise KeyboardInterrupt


def test_another_cohort_the_same_again_and_people_are_refused(runtime: Runtime) -> None:
    desk = factories.operator(runtime)
    simulate(desk, "mentoring", 20, 3)
    with pytest.raises(StateRefused, match="The cohort is there already: 20 simulated participants of mentoring"):
        simulate(desk, "mentoring", 20, 3)
    with pytest.raises(StateRefused, match="another cohort of mentoring: 20 participants of seed 3"):
        simulate(desk, "mentoring", 20, 4)
    with runtime.database.reading() as session:
        assert participants.counts_by_origin(session) == {Origin.SIMULATED: 20}
    simulate(desk, "job_rotation", 20, 4)
    with runtime.database.reading() as session:
        assert participants.counts_by_origin(session) == {Origin.SIMULATED: 40}


def test_a_database_with_people_is_left_alone(runtime: Runtime) -> None:
    factories.create_participant(runtime)
    with pytest.raises(StateRefused, match="holds 1 people who are not simulated"):
        simulate(factories.operator(runtime), "mentoring", 20, 3)
    with runtime.database.reading() as session:
        assert participants.counts_by_origin(session) == {Origin.REAL: 1}


def test_the_demonstration_is_not_loaded_over_a_cohort(runtime: Runtime) -> None:
    simulate(factories.operator(runtime), "mentoring", 20, 3)
    shown = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, demo=True))
    with pytest.raises(StateRefused, match="holds simulated people"):
        demo.load(shown)
    assert shown.origin is Origin.SIMULATED


def test_a_reader_of_the_database_sees_simulated_people_and_is_told(runtime: Runtime) -> None:
    simulate(factories.operator(runtime), "job_rotation", 60, 3)
    reader = factories.create_runtime(runtime.settings.database_url, runtime.clock)
    assert reader.origin is Origin.SIMULATED
    client = Client(create_app(reader).test_client())
    assert client.sign_in(factories.create_staff(reader, Role.EVALUATOR).email).status_code == 302
    page = client.page("/results/job_rotation/questions/employee/1")
    assert "Simulation: invented people and answers." in page.source
    assert factories.create_participant(reader).origin is Origin.SIMULATED
    reader.database.dispose()
