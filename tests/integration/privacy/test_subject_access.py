"""All that is held of one person, as they get it: read by them, read by a machine, and noted."""

from __future__ import annotations

import dataclasses
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter

from surveyapp.cli import main
from surveyapp.domain.answers import Mode, Reason, Text
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotPermitted
from surveyapp.domain.fieldwork.call_stand import DecisionKind
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition, Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import DECISIONS, ReferralKind
from surveyapp.domain.fieldwork.lists import RowOutcome
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, Participant
from surveyapp.domain.privacy.held import (
    FORMAT,
    HeldAttempt,
    HeldBrowser,
    HeldChange,
    HeldChannelEnd,
    HeldDecision,
    HeldFact,
    HeldLink,
    HeldList,
    HeldRecord,
    HeldReferral,
    HeldReopening,
    HeldSight,
    HeldUntil,
)
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.responses import CorrectionReason, NewSave
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role
from surveyapp.reports.files import held_record
from surveyapp.reports.text.phrasing import ENGLISH, Phrasing
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.participants import contacts
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import subject_access
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from surveyapp.store import cases, participants, responses
from surveyapp.store.database import new_id
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.integration.test_who_answered import hand_in
from tests.interviewer import CONTACT, create_reachable
from tests.page import Client, Page

pytestmark = pytest.mark.both_databases

KNOWN = (IdentityFact.NAME, IdentityFact.PHONE)
HOSTILE = '<script>alert(1)</script> & "quoted" =1+1 \u202e'


def say(runtime: Runtime, person: Participant, clock: Clock, **words: str) -> None:
    """Says something in words, after all was handed in."""
    with runtime.database.writing() as session:
        case = cases.cases_of(session, person.id)[0]
        response = responses.response_of(session, case.id)
        assert response is not None
        save = NewSave(
            id=new_id(), section="any", language="ur", mode=Mode.SELF, by=None, client_at=None,
            recorded_at=clock.now, payload_hash=str(new_id()),
        )  # fmt: skip
        given = {key: Text(text) for key, text in words.items()}
        saved = responses.record_save(session, response, save, given)
        current = responses.current_answers(session, response.id)
        responses.replace_answers(session, response.id, saved, {**current, **given}, dict.fromkeys(given, saved))


@pytest.fixture
def person(runtime: Runtime, clock: Clock) -> Participant:
    return somebody(runtime, clock)


def somebody(runtime: Runtime, clock: Clock) -> Participant:
    """Of whom there are contacts, a link, an attempt, answers, and words that were changed."""
    contact = dataclasses.replace(CONTACT, name="Amara <b>Nowak</b>")
    made = create_reachable(runtime, contact, site=factories.create_site(runtime), attributes={"age": "over_50"})
    factories.create_link(runtime, made)
    staff = factories.create_staff(runtime, Role.INTERVIEWER, email="zofia@example.org")
    who = factories.by_interviewer(staff, made)
    calls.open_case(runtime, who)
    attempts.record_attempt(runtime, who, attempts.Outcome.NO_ANSWER, new_id(), "Rang twice")
    hand_in(runtime, made, recommend="very_likely")
    clock.forward(minutes=5)
    say(runtime, made, clock, recommend_why="because")
    clock.forward(minutes=5)
    say(runtime, made, clock, recommend_why=HOSTILE)
    return made


def record(runtime: Runtime, person: Participant, language: str | None = "en") -> HeldRecord:
    desk = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    return subject_access.held_record(desk, factories.STUDY, person.reference, KNOWN, language)


def test_everything_is_in_it(runtime: Runtime, person: Participant) -> None:
    held = record(runtime, person)
    assert (held.format, held.reference, held.language) == (FORMAT, person.reference, "en")
    assert {each.name: each.value for each in held.contact}["name"] == "Amara <b>Nowak</b>"
    assert {("site", "Employer SM"), ("Age", "Over 50")} < {(each.name, each.value) for each in held.known}
    first = held.touchpoints[0]
    assert [(each.variable, each.said, each.counts) for each in first.answers] == [
        ("recommend", ("Very likely",), True),
        ("recommend_why", ("because",), False),
        ("recommend_why", (HOSTILE,), True),
    ]
    assert first.answers[0].question.startswith("How likely are you to recommend the scheme")
    assert [(each.outcome.value, each.note) for each in first.attempts] == [("no_answer", "Rang twice")]
    assert len(first.links) == 1
    page = held_record.as_page(held, ENGLISH)
    assert "Opens on 15 June 2026. Due by 29 June 2026. Closes on 14 August 2026." in page, (
        "the last days, as elsewhere"
    )
    assert [(each.what, each.roles) for each in held.sights] == [
        ("contact_seen", (Role.INTERVIEWER,)), ("identity_confirmed", (Role.MANAGER,)),
    ]  # fmt: skip
    assert {each.what.value for each in held.kept} == {"contacts", "words", "answers"}


def test_questions_quote_what_is_known_of_them(runtime: Runtime) -> None:
    factories.open_questionnaires(runtime, "mentoring")
    with factories.operator(runtime).writing() as work:
        today = work.now.date()
        site = participants.add_site(work.session, "mentoring", "CB", "Canary Bakery", {"sector": "care"}, today)
    person = factories.create_participant(runtime, "manager", site, reference="MA-9001", study_id="mentoring")
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, CONTACT)
    hand_in(runtime, person, apprentices="3")
    manager = factories.create_staff(runtime, Role.MANAGER, study="mentoring")
    held = subject_access.held_record(Desk(runtime, manager), "mentoring", person.reference, KNOWN, "en")
    asked = {each.variable: each.question for each in held.touchpoints[0].answers}
    assert asked["apprentices"] == "How many apprentices do you manage at Canary Bakery?"


def test_no_link_and_no_name_of_staff_is_in_it(runtime: Runtime, person: Participant) -> None:
    made = held_record.as_json(record(runtime, person)).decode()
    assert "zofia" not in made.lower()
    assert "/s/" not in made
    assert "digest" not in made


def test_the_page_and_the_file_say_the_same_and_words_come_out_as_stored(runtime: Runtime, person: Participant) -> None:
    held = record(runtime, person)
    assert TypeAdapter(HeldRecord).validate_json(held_record.as_json(held)) == held
    source = held_record.as_page(held, ENGLISH)
    page = Page(source)
    assert page.problems == []
    assert "<script" not in source
    assert "<b>" not in source
    assert HOSTILE in "".join(page.text["div"])
    assert "Amara <b>Nowak</b>" in page.text["dd"]
    assert not {name for _tag, attributes in page.elements for name in attributes} & {"src", "onclick", "action"}
    assert [attributes["href"][0] for tag, attributes in page.elements if tag == "a"] == ["#"] * 10


@pytest.mark.parametrize(("language", "direction"), [("ur", "rtl"), ("pl", "ltr"), (None, "rtl")])
def test_it_is_in_their_language(runtime: Runtime, person: Participant, language: str | None, direction: str) -> None:
    """None: the one they last answered in, where the study is offered in it."""
    held = record(runtime, person, language)
    if language is None and held.language != "ur":
        pytest.skip("the study is not offered in Urdu here")
    known, gettext, ngettext = interface_catalogues.spoken(held.language)
    source = held_record.as_page(held, Phrasing(gettext, ngettext, lambda: known))
    if known == held.language:
        assert f'dir="{direction}"' in source
        assert "What you agreed to" not in source


def test_it_is_noted_and_asked_for_first(runtime: Runtime, person: Participant) -> None:
    desk = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    with pytest.raises(InputRefused):
        subject_access.held_record(desk, factories.STUDY, person.reference, [IdentityFact.NAME])
    interviewer = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    with pytest.raises(NotPermitted):
        subject_access.held_record(interviewer, factories.STUDY, person.reference, KNOWN)
    subject_access.held_record(desk, factories.STUDY, person.reference, KNOWN)
    with runtime.database.reading() as session:
        last = audit.entries(session)[-2:]
    assert [each.action for each in last] == [AuditAction.IDENTITY_CONFIRMED, AuditAction.RECORD_GIVEN_OUT]


def test_somebody_of_whom_there_is_nothing_but_a_reference(runtime: Runtime) -> None:
    made = factories.create_participant(runtime)
    with factories.operator(runtime).writing() as work:
        subject_access.contacts.write(work, made, Contact(name="A", email="a@example.org"))
    desk = factories.operator(runtime)
    held = subject_access.held_record(
        desk, factories.STUDY, made.reference, (IdentityFact.NAME, IdentityFact.EMAIL)
    )  # fmt: skip
    assert (held.consents, held.changes) == ((), ())
    assert Page(held_record.as_page(held, ENGLISH)).problems == []


def test_each_way_of_reaching_somebody_and_all_that_can_become_of_them_has_words(
    runtime: Runtime, person: Participant
) -> None:
    held = record(runtime, person)
    case, at = held.touchpoints[0], held.made_at
    tried = HeldAttempt(at=at, outcome=Outcome.BUSY, mode=Mode.PHONE, note=None, next_at=at)
    referred = HeldReferral(kind=ReferralKind.MOVED, at=at, blocks_calls=True, decision=None, decided_at=None)
    link = HeldLink(kind=AccessKind.LINK, claim=True, issued_at=at, expires_at=None, revoked_at=None)
    gone = HeldChannelEnd(way=SendingWay.EMAIL, why=WhyNot.BOUNCED, at=at)
    browser = HeldBrowser(began_at=at, seen_at=at, ended_at=at, words="Mozilla/5.0 (Android 14) Firefox/128.0")
    answer = dataclasses.replace(case.answers[0], said=())
    everything = dataclasses.replace(
        case,
        attempts=(
            *(dataclasses.replace(tried, outcome=each) for each in Outcome),
            *(dataclasses.replace(tried, detail=each) for each in OutcomeDetail),
            *(
                dataclasses.replace(
                    tried, referral=dataclasses.replace(referred, kind=kind, decision=decision, decided_at=at)
                )
                for kind, several in DECISIONS.items()
                for decision in (None, *several)
            ),
        ),
        decisions=tuple(HeldDecision(at=at, kind=each, more=2) for each in DecisionKind),
        links=tuple(dataclasses.replace(link, kind=each) for each in AccessKind),
        reopenings=tuple(HeldReopening(at=at, why=each) for each in CorrectionReason),
        answers=(
            *(dataclasses.replace(answer, reason=each) for each in Reason),
            *(dataclasses.replace(answer, mode=each) for each in Mode),
        ),
    )
    every = dataclasses.replace(
        held,
        contact=tuple(HeldFact(name=each, value=f"their {each}") for each in CONTACT_FIELDS),
        declined_contact_at=at,
        language_asked="pl",
        one_does_not_call=True,
        pin_set_at=at,
        channel_ends=(gone, dataclasses.replace(gone, why=WhyNot.OPTED_OUT)),
        lists=tuple(HeldList(at=at, outcome=each) for each in RowOutcome),
        browsers=(browser, dataclasses.replace(browser, words="", ended_at=None)),
        touchpoints=tuple(dataclasses.replace(everything, disposition=each) for each in Disposition),
        changes=tuple(
            HeldChange(at=at, change=change, why=why) for change in ParticipationChange for why in LeavingReason
        ),
        sights=tuple(HeldSight(at=at, what=each, roles=tuple(Role)) for each in subject_access.SIGHTS),
        kept=tuple(HeldUntil(what=each, until=at.date()) for each in KeptThing),
    )
    page = Page(held_record.as_page(every, ENGLISH))
    assert page.problems == []
    assert {f"their {each}" for each in CONTACT_FIELDS} <= set(page.text["dd"])
    said = "\n".join(page.text["li"])
    for line in (
        "One interviewer does not call you any more.",
        "decided on 15 June 2026, 11:40, as you complained: you may be called again, by somebody else.",
        "Nobody calls you meanwhile.",
        "E-mail: nothing more since 15 June 2026, 11:40 (messages to you came back).",
        "Firefox, Android, since 15 June 2026, 11:40",
        "a browser that does not say what it is",
    ):
        assert line in said


def test_the_command_writes_both_for_this_user_alone(
    runtime: Runtime, person: Participant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "out"
    told = CliRunner().invoke(
        main,
        ["participants", "access", factories.STUDY, person.reference, "--out", str(folder), "--language", "en",
         "--confirmed", "name", "--confirmed", "phone"],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    files = sorted(folder.iterdir())
    assert [each.suffix for each in files] == [".html", ".json"]
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    assert json.loads(files[1].read_text())["reference"] == person.reference


def test_the_button(runtime: Runtime, person: Participant, client: Client) -> None:
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    page = client.page(f"/rights/{factories.STUDY}/{person.reference}/held")
    form = page.fields() | {"facts": ["name", "email"]}
    form.pop("json", None)
    given = client.post(f"/rights/{factories.STUDY}/{person.reference}/held", form)
    assert given.headers["Content-Disposition"] == f'attachment; filename="{person.reference}.html"'
    assert HOSTILE.split("\u202e")[0].replace("<", "&lt;").replace(">", "&gt;").split("&quot;")[0][:30] in given.text


def test_every_field_of_the_file_is_described() -> None:
    text = (ROOT / "docs" / "subject_access.md").read_text(encoding="utf-8")
    schema = TypeAdapter(HeldRecord).json_schema()
    tables = [schema, *schema["$defs"].values()]
    fields = {name for each in tables for name in each.get("properties", ())}
    assert {name for name in fields if f"`{name}`" not in text} == set()
    assert participants.Sealed.__name__ not in text
