"""What a study keeps until when, and letting go of it: said first, then done, a person at a time."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from surveyapp.cli import main
from surveyapp.domain.answers import Mode, Text
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.exports.jobs import ExportState
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule
from surveyapp.domain.participants import Participant
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptPerson, KeptThing, kept_until, retained
from surveyapp.domain.responses import NewSave
from surveyapp.domain.staff import Role
from surveyapp.services import worker
from surveyapp.services.participants import contacts
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving, retention
from surveyapp.services.results.table import table
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, participants, responses
from surveyapp.store.answering import export_jobs
from surveyapp.store.database import new_id
from surveyapp.store.entry import accesses
from surveyapp.store.security import audit
from surveyapp.store.tables import Base, ContactLookupRow, ContactRow
from tests import factories
from tests.conftest import NOW, Clock
from tests.fieldwork import NOBODY
from tests.integration.test_export_jobs_on_both import MADE, asked, states
from tests.integration.test_who_answered import hand_in
from tests.interviewer import create_reachable
from tests.page import Client
from tests.sealed import know

pytestmark = pytest.mark.both_databases

ENDS = dt.date(2026, 12, 31)
RULE = RetentionRule(
    study_ends=ENDS, contacts=KeepUntil(touchpoint=1, days=10), words=KeepUntil(days=30), answers=KeepUntil(days=90)
)


def kept(rule: RetentionRule, runtime: Runtime) -> Runtime:
    """The same installation, its study keeping things for other times."""
    study = dataclasses.replace(runtime.study(factories.STUDY), retention=rule)
    return dataclasses.replace(runtime, studies={**runtime.studies, study.id: study})


def person(**changes: object) -> KeptPerson:
    whole = {"withdrawn_at": None, "closes": {1: NOW, 2: None}, "contacts": True, "words": True, "anonymised": False}
    return KeptPerson(id=NOBODY, reference="P", **{**whole, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keep", "until"),
    [
        (KeepUntil(date=dt.date(2030, 1, 1)), dt.date(2030, 1, 1)),
        (KeepUntil(), ENDS),
        (KeepUntil(days=1), dt.date(2027, 1, 1)),
        (KeepUntil(touchpoint=1), dt.date(2026, 6, 15)),
        (KeepUntil(touchpoint=1, days=15), dt.date(2026, 6, 30)),
        (KeepUntil(touchpoint=2, days=1), dt.date(2027, 1, 1)),  # does not close
        (KeepUntil(touchpoint=3, days=1), dt.date(2027, 1, 1)),  # never came
    ],
)
def test_nothing_is_kept_without_an_end(keep: KeepUntil, until: dt.date) -> None:
    assert kept_until(RULE, keep, person(), dt.UTC) == until


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, {KeptThing.CONTACTS, KeptThing.WORDS, KeptThing.ANSWERS}),
        ({"contacts": False}, {KeptThing.WORDS, KeptThing.ANSWERS}),
        ({"contacts": False, "words": False, "anonymised": True}, set()),
        ({"withdrawn_at": NOW}, {KeptThing.CONTACTS, KeptThing.WITHDRAWN}),
        ({"withdrawn_at": NOW, "contacts": False}, {KeptThing.WITHDRAWN}),
    ],
)
def test_what_is_there_has_its_time(changes: dict[str, object], what: set[KeptThing]) -> None:
    assert set(retained(RULE, person(**changes), dt.UTC)) == what


def test_nothing_is_kept_longer_of_whoever_withdrew() -> None:
    """Whatever day they withdraw on: each thing goes on the day it would have gone, or sooner."""
    for words in (KeepUntil(days=30), KeepUntil(touchpoint=1)):
        rule = dataclasses.replace(RULE, words=words)
        for changes in ({"words": True}, {"words": True, "contacts": False}, {"words": False}):
            stays = retained(rule, person(**changes), dt.UTC)
            for day in range(0, 400, 7):
                withdrawn = NOW + dt.timedelta(days=day)
                goes = retained(rule, person(**changes, withdrawn_at=withdrawn), dt.UTC)
                everything = goes[KeptThing.WITHDRAWN]
                assert everything <= withdrawn.date() + dt.timedelta(days=rule.withdrawn_days)
                assert {what: min(goes.get(what, everything), everything) for what in stays} == {
                    what: min(on, everything) for what, on in stays.items()
                }
                assert everything <= stays[KeptThing.ANSWERS]


def test_contacts_of_whoever_withdrew_go_with_everybody_elses(runtime: Runtime, clock: Clock) -> None:
    runtime = kept(RULE, runtime)
    interviewer = factories.create_staff(runtime, Role.INTERVIEWER)
    stays, leaves = know(runtime, interviewer, 1), know(runtime, interviewer, 2)
    clock.forward(days=(dt.date(2026, 8, 24) - NOW.date()).days)
    facts = [IdentityFact.NAME, IdentityFact.PHONE]
    withdrawn, reference = ParticipationChange.WITHDRAWN, leaves.participant.reference
    leaving.record(factories.operator(runtime), factories.STUDY, reference, withdrawn, LeavingReason.PRIVACY, facts)
    clock.forward(days=1)
    assert retention.run(factories.operator(runtime), factories.STUDY) == {KeptThing.CONTACTS: 2}
    with factories.operator(runtime).reading() as work:
        assert [contacts.read(work, each.participant.id).name for each in (stays, leaves)] == ["", ""]
    leaving.record(
        factories.operator(runtime),
        factories.STUDY,
        reference,
        ParticipationChange.WITHDRAWAL_UNDONE,
        LeavingReason.MISTAKE,
        list(IdentityFact),
    )


def words_of(runtime: Runtime, who: Participant) -> dict[str, object]:
    with runtime.database.reading() as session:
        [case] = [each for each in cases.cases_of(session, who.id) if each.touchpoint == 1]
        response = responses.response_of(session, case.id)
        assert response is not None
        return dict(responses.current_answers(session, response.id))


def test_files_that_lie_ready_go_with_what_is_in_them(runtime: Runtime, clock: Clock) -> None:
    """With words, and with answers; how people are reached is in no file."""
    runtime = kept(RULE, runtime)
    know(runtime, factories.create_staff(runtime, Role.INTERVIEWER), 1)
    whose = factories.create_staff(runtime, Role.EXPORT_ANSWERS).id
    for days, thing, gone in (
        (90, KeptThing.CONTACTS, False),
        (160, KeptThing.WORDS, True),
        (100, KeptThing.ANSWERS, True),
    ):
        clock.forward(days=days)
        job = asked(runtime, whose)
        with runtime.database.writing() as session:
            assert export_jobs.claim(session, "a", clock()) is not None
            assert export_jobs.ready(session, job, "a", clock(), MADE)
        assert retention.run(factories.operator(runtime), factories.STUDY) == {thing: 1}
        assert states(runtime, whose)[job] is (ExportState.VOID if gone else ExportState.READY)


def lines(runtime: Runtime) -> list[tuple[str, str, int, bool]]:
    told = retention.outlook(factories.operator(runtime), factories.STUDY)
    return [(each.what.value, each.on.isoformat(), each.people, each.over) for each in told.lines]


def test_contacts_then_words_then_answers(runtime: Runtime, clock: Clock) -> None:
    runtime = kept(RULE, runtime)
    desk = factories.operator(runtime)
    people = [create_reachable(runtime) for _ in range(6)]
    for each in people:
        hand_in(runtime, each, recommend="very_likely")
    counted = [repr(row) for row in table(desk, factories.STUDY)]
    assert lines(runtime) == [
        ("contacts", "2026-08-24", 6, False), ("answers", "2027-03-31", 6, False),
    ]  # fmt: skip
    assert retention.run(desk, factories.STUDY) == {}
    clock.forward(days=90)
    assert [each[3] for each in lines(runtime)] == [True, False]
    assert retention.run(desk, factories.STUDY) == {KeptThing.CONTACTS: 6}
    assert retention.run(desk, factories.STUDY) == {}
    with runtime.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ContactRow)) == 0
        assert session.scalar(select(func.count()).select_from(ContactLookupRow)) == 0
        assert accesses.accesses_of(session, cases.cases_of(session, people[0].id)[0].id) == []
    clock.forward(days=365)
    assert retention.run(desk, factories.STUDY) == {KeptThing.ANSWERS: 6}
    assert retention.run(desk, factories.STUDY) == {}
    with runtime.database.reading() as session:
        references = participants.references(session, factories.STUDY)
        entries = [each for each in audit.entries(session) if each.action is AuditAction.KEPT_NO_LONGER]
    assert len(references) == 6
    assert all(each.startswith("anon-") for each in references)
    assert [each.subject for each in entries] == [None] * 12
    assert [repr(row) for row in table(desk, factories.STUDY)] == counted


def test_whoever_became_anonymous_has_no_key_that_opens_a_copy(runtime: Runtime, clock: Clock) -> None:
    """Neither of contacts nor of words: a key of theirs is another one, and seals nothing."""
    runtime = kept(RULE, runtime)
    known = know(runtime, factories.create_staff(runtime, Role.INTERVIEWER), 1)
    before = runtime.person_keys.of([known.participant.id])
    clock.forward(days=90)
    assert retention.run(factories.operator(runtime), factories.STUDY) == {KeptThing.CONTACTS: 1}
    assert runtime.person_keys.of([known.participant.id]) == before, "their words are kept still"
    clock.forward(days=365)
    assert KeptThing.ANSWERS in retention.run(factories.operator(runtime), factories.STUDY)
    assert runtime.person_keys.of([known.participant.id]) != before
    assert runtime.person_keys.forgotten() == {}, "what is brought back of them is made anonymous, not erased"


def test_words_go_and_that_there_were_some_stays(runtime: Runtime, clock: Clock) -> None:
    runtime = kept(dataclasses.replace(RULE, words=KeepUntil(date=dt.date(2026, 6, 20))), runtime)
    desk, who = factories.operator(runtime), create_reachable(runtime)
    hand_in(runtime, who, recommend="very_likely")
    with runtime.database.writing() as session:
        [case] = [each for each in cases.cases_of(session, who.id) if each.touchpoint == 1]
        response = responses.response_of(session, case.id)
        assert response is not None
        save = NewSave(
            id=new_id(), section="any", language="en", mode=Mode.SELF, by=None, client_at=None,
            recorded_at=clock.now, payload_hash="x",
        )  # fmt: skip
        saved = responses.record_save(session, response, save, {"recommend_why": Text("Żółć")})
        current = responses.current_answers(session, response.id)
        responses.replace_answers(
            session, response.id, saved, {**current, "recommend_why": Text("Żółć")}, {"recommend_why": saved}
        )
    assert words_of(runtime, who)["recommend_why"] == Text("Żółć")
    clock.forward(days=10)
    assert retention.run(desk, factories.STUDY) == {KeptThing.WORDS: 1}
    assert words_of(runtime, who)["recommend_why"] == Text("")
    assert "recommend" in words_of(runtime, who)


@pytest.mark.parametrize("then", ["erase", "anonymise"])
def test_who_withdrew_is_erased_after_their_time(runtime: Runtime, clock: Clock, then: str) -> None:
    runtime = kept(dataclasses.replace(RULE, then=then), runtime)  # type: ignore[arg-type]
    desk, who = factories.operator(runtime), create_reachable(runtime)
    hand_in(runtime, who, recommend="very_likely")
    known = (IdentityFact.NAME, IdentityFact.PHONE)
    leaving.record(
        desk, factories.STUDY, who.reference, ParticipationChange.WITHDRAWN, LeavingReason.NOT_SAID, known
    )  # fmt: skip
    clock.forward(days=30)
    assert retention.run(desk, factories.STUDY) == {}
    clock.forward(days=1)
    assert retention.run(desk, factories.STUDY) == {KeptThing.WITHDRAWN: 1}
    with runtime.database.reading() as session:
        assert participants.references(session, factories.STUDY) == set()
        named = {"audit", "erasure"}
        for each in Base.metadata.sorted_tables:
            if each.name not in named and "participant_id" in each.c:
                rows = session.execute(select(func.count()).where(each.c.participant_id == who.id)).scalar_one()
                assert rows == 0, each.name


def test_killed_half_way_the_rest_is_done_by_the_next_run(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = kept(RULE, runtime)
    desk = factories.operator(runtime)
    for _ in range(3):
        create_reachable(runtime)
    clock.forward(days=90)
    erase, done = retention.store.erase_contacts, []

    def once(session: object, who: object) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(who)
        erase(session, who)  # type: ignore[arg-type]

    monkeypatch.setattr(retention.store, "erase_contacts", once)
    with pytest.raises(KeyboardInterrupt):
        retention.run(desk, factories.STUDY)
    monkeypatch.undo()
    assert lines(runtime)[0] == ("contacts", "2026-08-24", 2, True)
    assert retention.run(desk, factories.STUDY) == {KeptThing.CONTACTS: 2}


def test_whoever_cannot_be_let_go_of_keeps_nobody_else(
    runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = kept(RULE, runtime)
    desk = factories.operator(runtime)
    first, *_others = sorted((create_reachable(runtime) for _ in range(3)), key=lambda each: each.reference)
    clock.forward(days=90)
    erase = retention.store.erase_contacts

    def but_not_of_the_first(session: object, who: object) -> None:
        if who == first.id:
            raise LookupError("a row that nobody thought of")
        erase(session, who)  # type: ignore[arg-type]

    monkeypatch.setattr(retention.store, "erase_contacts", but_not_of_the_first)
    with pytest.raises(LookupError):
        retention.run(desk, factories.STUDY)
    assert lines(runtime)[0] == ("contacts", "2026-08-24", 1, True)
    told = worker.round_of(desk, ["retention"])
    assert (told.did, told.failed) == ({}, {"retention": "LookupError"})
    monkeypatch.undo()
    assert retention.run(desk, factories.STUDY) == {KeptThing.CONTACTS: 1}


def test_the_command_and_the_page(
    runtime: Runtime, clock: Clock, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_reachable(runtime)
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(main, ["retention", "run", "--dry-run", "--study", factories.STUDY])
    # The command's own clock is not this test's: whether the day has passed is its business.
    assert told.exit_code == 0, told.output
    assert f"{factories.STUDY}: contacts of 1 person" in told.output
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    page = client.page(f"/rights/{factories.STUDY}/retention")
    assert "The study ends on 31 Dec 2027" in page.words
    assert "How they are reached, and their links" in page.words
