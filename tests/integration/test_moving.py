"""A newer version opens while people are midway: they finish on theirs, or a manager moves them, losing nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp import create_app
from surveyapp.domain.answers import Codes
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import KeyMissing, NotPermitted
from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.participants import links
from surveyapp.services.questionnaires import response_migration
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants, responses
from surveyapp.store.database import new_id
from tests import factories, versioned
from tests.conftest import Clock
from tests.interviewer import Interviewer, counted
from tests.page import Client
from tests.phone import Phone

SAME = "{id: coffee, kind: choice, scale: liking, text: How much do you like the coffee?}"
OLD = (
    SAME,
    "{id: recommend, kind: choice, scale: liking, text: Would you recommend it?}",
    "{id: mood, kind: choice, scale: liking, text: How is your mood?}",
    "{id: gone, kind: short, text: What is your favourite cup?}",
    "{id: last, kind: yes_no, text: Is that all?}",
)
NEW = (
    SAME,
    "{id: recommend, kind: choice, scale: liking, text: Would you recommend it to a friend?}",
    "{id: mood, kind: choice, scale: three, text: How is your mood?}",
    "{id: fresh, kind: yes_no, text: Is it fresh?}",
    "{id: last, kind: yes_no, text: Is that all?}",
)
CHANGES = """\
recommend: {comparable: no, because: It now names a friend.}
mood: {mapping: {much: good, somewhat: good, little: fair, not: bad}, because: Four options became three.}"""


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = cafe_of(database_url, clock, tmp_path)
    yield made
    made.database.dispose()


def cafe_of(database_url: str, clock: Clock, tmp_path: Path, **settings: object) -> Runtime:
    """Version 1 is open; version 2 is written."""
    files = {"first/v1": versioned.questionnaire("first", 1, *OLD)}
    versioned.write(tmp_path, files)
    made = factories.create_runtime(database_url, clock, tmp_path, **settings)
    for name in ("first", "second"):
        questionnaire_versions.freeze(made, versioned.NAME, name)
    factories.open_questionnaires(made, versioned.NAME)
    made.database.dispose()
    files["first/v2"] = versioned.questionnaire("first", 2, *NEW, changes=CHANGES)
    versioned.write(tmp_path, files)
    made = factories.create_runtime(database_url, clock, tmp_path, **settings)
    questionnaire_versions.freeze(made, versioned.NAME, "first")
    return made


def guest(runtime: Runtime, reference: str) -> str:
    """A new guest's link to touchpoint 1."""
    today = runtime.today(runtime.study(versioned.NAME))
    participant = Participant(
        id=new_id(), study=versioned.NAME, group="guest", reference=reference, origin=runtime.origin, enrolled_on=today
    )
    with factories.operator(runtime).writing() as work:
        participants.add_participant(work.session, participant)
        scheduling.plan_cases(work, participant)
        case = cases.cases_of(work.session, participant.id)[0]
        link = links.issue(work, participant, case, AccessKind.LINK).link
    assert link is not None
    return link


def visit(runtime: Runtime, link: str) -> survey_session.Visit:
    return survey_session.visit(runtime, factories.known_by(runtime, link))


def answer_four(runtime: Runtime, link: str) -> Phone:
    phone = Phone(runtime)
    phone.agree(link)
    phone.answer_until("last", {"mood": "little", "gone": "The blue one"})
    return phone


def moved(cafe: Runtime) -> None:
    factories.open_questionnaires(cafe, versioned.NAME)
    response_migration.move(factories.operator(cafe), versioned.NAME, "first")


def given(cafe: Runtime) -> dict[str, object]:
    with cafe.database.reading() as session:
        [response] = [each.id for each in session.query(responses.ResponseRow)]
        return {key: each.answer for key, each in responses.given_answers(session, response).items()}


FORMS: dict[str, tuple[str, dict[str, str], dict[str, object], str]] = {
    # On which page of version 1, what was chosen there, what stands then, and where they are
    "the same question": ("coffee", {"coffee": "not"}, {"coffee": Codes(("not",))}, "recommend"),
    "another question now": ("recommend", {"recommend": "much"}, {"coffee": Codes(("much",))}, "recommend"),
    "other options": (
        "mood",
        {"mood": "not"},
        {"coffee": Codes(("much",)), "mood": Codes(("bad",))},
        "recommend",
    ),
    "asked no more": (
        "gone",
        {"gone": "The blue one"},
        {"coffee": Codes(("much",)), "mood": Codes(("good",))},
        "recommend",
    ),
    "left empty": ("recommend", {}, {"coffee": Codes(("much",))}, "recommend"),
}


@pytest.mark.parametrize("case", FORMS)
def test_a_form_that_was_open_while_they_were_moved_is_read_as_it_was_asked(cafe: Runtime, case: str) -> None:
    """Without a script: the codes of an old page mean what its words said, and never what the new ones say."""
    at, chosen, stands, where = FORMS[case]
    phone = Phone(cafe)
    phone.agree(guest(cafe, "GU-1"))
    phone.answer_until(at)
    assert phone.question == at
    moved(cafe)
    phone.send(chosen)
    assert given(cafe) == stands
    assert phone.question == where
    assert "elsewhere" not in phone.page.words


def test_an_interviewers_screen_that_was_open_meanwhile_is_not_stored_as_what_is_asked_now(cafe: Runtime) -> None:
    """Without a script; and what was written on it is shown to be copied."""
    guest(cafe, "GU-1")
    with cafe.database.reading() as session:
        person = participants.participant_by_reference(
            session, Scope(versioned.NAME, cafe.origin), "GU-1", cafe.clock().date()
        )
    assert person is not None
    member = factories.create_staff(cafe, Role.INTERVIEWER, study=versioned.NAME)
    interviewer = Interviewer(Client(create_app(cafe).test_client()), cafe, staff=member)
    interviewer.open(person)
    interviewer.start()
    page = interviewer.client.page(f"{interviewer.case}/sections/start{interviewer.talk}")
    moved(cafe)
    sent = {**page.fields(), "recommend": "much", "gone": "The blue one", "then": "stay"}
    answer = interviewer.client.raw.post(f"{interviewer.case}/sections/start{interviewer.talk}", data=sent)
    assert answer.status_code == 409
    assert "The blue one" in answer.get_data(as_text=True)
    assert given(cafe) == {}


def test_an_answer_that_was_carried_over_is_looked_at_before_it_is_changed(cafe: Runtime) -> None:
    phone = Phone(cafe)
    phone.agree(guest(cafe, "GU-1"))
    phone.answer_until("gone")
    phone.open("/survey/q/mood")
    moved(cafe)
    assert given(cafe)["mood"] == Codes(("good",))
    phone.send(mood="not")
    assert given(cafe)["mood"] == Codes(("good",))
    assert phone.question == "recommend", "which comes before it, and is asked anew"
    assert "You answered this elsewhere" not in phone.page.words
    phone.send(recommend="much")
    assert (phone.question, phone.chosen()) == ("mood", {"mood": ["good"]})
    phone.send(mood="bad")
    assert given(cafe)["mood"] == Codes(("bad",))


def test_two_who_began_before_and_after_the_opening_each_finish_on_their_own(cafe: Runtime) -> None:
    before, after = guest(cafe, "GU-0001"), guest(cafe, "GU-0002")
    early = answer_four(cafe, before)
    assert questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first") == (2, True)
    late = Phone(cafe)
    late.agree(after)
    assert late.answer_until("last") == ["coffee", "recommend", "mood", "fresh"]
    early.answer_until(None)
    early.send()
    assert early.path == "/survey/done"
    assert visit(cafe, before).ready[2].version == 1
    assert visit(cafe, after).ready[2].version == 2


def test_before_moving_it_is_said_what_every_answer_becomes(cafe: Runtime) -> None:
    answer_four(cafe, guest(cafe, "GU-0001"))
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    seen = response_migration.preview(factories.operator(cafe), versioned.NAME, "first")
    assert [(each.reference, each.kept, each.asked_again, each.set_aside) for each in seen.people] == [
        ("GU-0001", 2, 1, 1)
    ]
    fates = {each.variable: dict(each.fates) for each in seen.variables}
    assert fates == {
        "coffee": {"kept": 1},
        "recommend": {"asked_again": 1},
        "mood": {"mapped": 1},
        "gone": {"set_aside": 1},
    }
    said = {each.variable: (each.reason, each.mapped) for each in seen.changed}
    assert said["recommend"] == ("It now names a friend.", ())
    assert said["mood"] == ("Four options became three.", (("A little", "Fair", 1),))


def test_what_an_earlier_move_set_aside_is_not_counted_again(
    cafe: Runtime, database_url: str, clock: Clock, tmp_path: Path
) -> None:
    link = guest(cafe, "GU-0001")
    answer_four(cafe, link)
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    response_migration.move(factories.operator(cafe), versioned.NAME, "first")
    third = versioned.questionnaire("first", 3, *(each for each in NEW if "id: mood" not in each))
    (tmp_path / versioned.NAME / "first" / "v3.yaml").write_text(third, encoding="utf-8")
    later = factories.create_runtime(database_url, clock, tmp_path)
    questionnaire_versions.freeze(later, versioned.NAME, "first")
    questionnaire_versions.open_newest(factories.operator(later), versioned.NAME, "first")
    seen = response_migration.preview(factories.operator(later), versioned.NAME, "first")
    assert [(each.version, each.kept, each.set_aside) for each in seen.people] == [(2, 1, 1)]
    assert {each.variable: dict(each.fates) for each in seen.changed} == {"mood": {"set_aside": 1}}
    response_migration.move(factories.operator(later), versioned.NAME, "first")
    assert {"gone", "mood"} <= set(visit(later, link).given or {}), "kept in the history"
    later.database.dispose()


def test_somebody_moved_goes_on_where_they_must_and_keeps_the_rest(cafe: Runtime) -> None:
    link = guest(cafe, "GU-0001")
    phone = answer_four(cafe, link)
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    assert response_migration.move(factories.operator(cafe), versioned.NAME, "first") == 1
    assert response_migration.move(factories.operator(cafe), versioned.NAME, "first") == 0
    now = visit(cafe, link)
    assert dict(now.ready[1].answers) == {"coffee": Codes(("much",)), "mood": Codes(("fair",))}
    # The page that was open is posted: it is no page to be on any more, and nothing is lost or broken.
    phone.send(last="yes")
    assert phone.status == 200
    assert phone.question == "recommend"
    assert phone.answer_until(None) == ["recommend", "mood", "fresh", "last"]
    phone.send()
    assert phone.path == "/survey/done"
    assert visit(cafe, link).ready[2].version == 2


def test_what_was_set_aside_is_still_in_the_history(cafe: Runtime) -> None:
    link = guest(cafe, "GU-0001")
    answer_four(cafe, link)
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    response_migration.move(factories.operator(cafe), versioned.NAME, "first")
    given = visit(cafe, link).given or {}
    assert "gone" in given
    assert "recommend" not in given, "asked again, so not filled in"


def test_nobody_moves_who_has_handed_in(cafe: Runtime) -> None:
    link = guest(cafe, "GU-0001")
    phone = answer_four(cafe, link)
    phone.answer_until(None)
    phone.send()
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    assert response_migration.preview(factories.operator(cafe), versioned.NAME, "first").people.matching == 0
    assert response_migration.move(factories.operator(cafe), versioned.NAME, "first") == 0
    assert visit(cafe, link).ready[2].version == 1


def seen_on(cafe: Runtime, version: int) -> int:
    """How many responses are on a version, as anybody else sees it."""
    with cafe.database.reading() as session:
        return session.query(responses.ResponseRow).filter_by(version=version).count()


@pytest.mark.both_databases
def test_each_is_moved_by_themselves_so_that_nobody_waits_for_all(cafe: Runtime, clock: Clock) -> None:
    for number in range(3):
        answer_four(cafe, guest(cafe, f"GU-000{number}"))
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    seen: list[int] = []

    def looked() -> dt.datetime:
        """The time, asked at the beginning of each unit of work; and what others see then."""
        seen.append(seen_on(cafe, 2))
        return clock()

    moving = factories.operator(dataclasses.replace(cafe, clock=looked))
    assert response_migration.move(moving, versioned.NAME, "first") == 3
    assert seen == [0, 0, 1, 2]


@pytest.mark.both_databases
def test_one_who_cannot_be_moved_keeps_nobody_else_back(cafe: Runtime) -> None:
    for number in range(3):
        answer_four(cafe, guest(cafe, f"GU-000{number}"))
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    with cafe.database.reading() as session:
        known = participants.participant_by_reference(
            session, Scope(versioned.NAME, cafe.origin), "GU-0001", cafe.clock().date()
        )
    assert known is not None
    cafe.person_keys.forget([known.id], cafe.clock())  # and what they wrote cannot be read any more
    with pytest.raises(KeyMissing):
        response_migration.move(factories.operator(cafe), versioned.NAME, "first")
    assert (seen_on(cafe, 1), seen_on(cafe, 2)) == (1, 2)
    with factories.operator(cafe).reading() as work:
        entries = [
            (reference, each.action)
            for reference in ("GU-0000", "GU-0001", "GU-0002")
            for each in work.noted_of(versioned.NAME, reference)
            if each.action is AuditAction.RESPONSE_MOVED
        ]
    assert [reference for reference, _ in entries] == ["GU-0000", "GU-0002"]


@pytest.mark.both_databases
def test_what_moving_means_is_read_in_as_many_statements_for_one_as_for_many(cafe: Runtime) -> None:
    counts = []
    links = [guest(cafe, f"GU-000{number}") for number in range(4)]
    phones = [answer_four(cafe, link) for link in links]
    questionnaire_versions.open_newest(factories.operator(cafe), versioned.NAME, "first")
    response_migration.preview(factories.operator(cafe), versioned.NAME, "first")  # which reads the versions, once
    for phone in (*phones[1:], None):
        with counted(cafe) as statements:
            seen = response_migration.preview(factories.operator(cafe), versioned.NAME, "first")
        counts.append((seen.people.matching, len(statements)))
        if phone is not None:
            phone.answer_until(None)
            phone.send()
    assert counts == [(many, counts[0][1]) for many in (4, 3, 2, 1)]


def test_only_a_manager_of_the_whole_study_moves_people(cafe: Runtime) -> None:
    evaluator = factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME)
    for act in (response_migration.preview, response_migration.move):
        with pytest.raises(NotPermitted):
            act(Desk(cafe, evaluator), versioned.NAME, "first")
