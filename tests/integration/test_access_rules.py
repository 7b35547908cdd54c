"""Who may open what: every endpoint of the application and its rule. A new endpoint fails here until it has one."""

from __future__ import annotations

import uuid

import pytest
from werkzeug.routing import Rule

from surveyapp.domain.staff import MAY, OF_THE_INSTALLATION, Action, Role
from surveyapp.services.runtime import Runtime
from surveyapp.store import staff
from tests import factories
from tests.page import Client

EVERYBODY, PARTICIPANT, ENTERING, STAFF = "everybody", "participant", "entering", "staff"
SCRIPT, PROGRAM, CARRIER = "a script", "a program", "a carrier"
"""Open to all; for whoever came by a link or code; between a right password and being signed in; signed in. A script
and a program are answered in JSON, and a program comes with a token: by which it gets where, `programs/test_let_in`
asks. A carrier of messages comes with a token of the settings, as `test_callbacks` does."""

RULES: dict[str, str | Action] = {
    "static": EVERYBODY,
    "survey_script": EVERYBODY,
    "health.live": EVERYBODY,
    "health.ready": EVERYBODY,
    "metrics.read": EVERYBODY,
    "carriers.delivery": CARRIER,
    "carriers.text": CARRIER,
    "participant.front": EVERYBODY,
    "participant.start": EVERYBODY,
    "participant.link": EVERYBODY,
    "participant.declined": PARTICIPANT,
    "participant.leave": EVERYBODY,
    "participant.answer": PARTICIPANT,
    "participant.moved": PARTICIPANT,
    "participant.answers": PARTICIPANT,
    "participant.yours": PARTICIPANT,
    "participant.code": PARTICIPANT,
    "participant.send_receipt": PARTICIPANT,
    "participant.remind_me": PARTICIPANT,
    "participant.drop_reminder": PARTICIPANT,
    "participant.ask_for_code": PARTICIPANT,
    "participant.give_code": PARTICIPANT,
    "participant.change_consent": PARTICIPANT,
    "participant.way_out": PARTICIPANT,
    "participant.take_way_out": PARTICIPANT,
    "participant.privacy": PARTICIPANT,
    "participant.correct": PARTICIPANT,
    "participant.erase": PARTICIPANT,
    "participant.erased": PARTICIPANT,
    "participant.take_along": PARTICIPANT,
    "participant.another_pin": PARTICIPANT,
    "participant.change_pin": PARTICIPANT,
    "participant.ask_for_a_call": PARTICIPANT,
    "participant.next_time": PARTICIPANT,
    "participant.begin": PARTICIPANT,
    "participant.begun": PARTICIPANT,
    "participant.give_pin": PARTICIPANT,
    "participant.pin": PARTICIPANT,
    "participant.check": PARTICIPANT,
    "participant.consent": PARTICIPANT,
    "participant.done": PARTICIPANT,
    "participant.give_consent": PARTICIPANT,
    "participant.later": PARTICIPANT,
    "participant.question": PARTICIPANT,
    "participant.pack": EVERYBODY,
    "participant.medium": EVERYBODY,
    "participant.worker": EVERYBODY,
    "participant.slip": SCRIPT,
    "participant.submit": PARTICIPANT,
    "participant.survey": PARTICIPANT,
    "participant.saves": SCRIPT,
    "participant.stand": SCRIPT,
    "staff.login": EVERYBODY,
    "staff.code": ENTERING,
    "staff.second_factor": ENTERING,
    "staff.join": EVERYBODY,
    "staff.new_password": EVERYBODY,  # says that there is no link, to whoever comes without one
    "staff.ask_passkey": EVERYBODY,
    "staff.passkey": EVERYBODY,
    "staff.provider": EVERYBODY,
    "staff.provider_back": EVERYBODY,
    "staff.ask_passkey_after_password": ENTERING,
    "staff.passkey_after_password": ENTERING,
    "staff.recovery": ENTERING,
    "staff.ask_first_passkey": ENTERING,
    "staff.first_passkey": ENTERING,
    "staff.keep_recovery_codes": ENTERING,
    "staff.go_on_from_codes": ENTERING,
    "staff.account": STAFF,
    "staff.ask_own_passkey": STAFF,
    "staff.add_passkey": STAFF,
    "staff.remove_passkey": STAFF,
    "staff.app": STAFF,
    "staff.remove_app": STAFF,
    "staff.new_recovery_codes": STAFF,
    "staff.alarms": STAFF,  # refuses whoever manages nobody: tested in test_alarms
    "staff.know_of_alarms": STAFF,
    "staff.own_sessions": STAFF,
    "staff.end_sessions": STAFF,
    "staff.session_left": EVERYBODY,  # tells a browser how long its own session lives
    "staff.stay": STAFF,
    "staff.kept": STAFF,
    "staff.throw_away": STAFF,
    "staff.verify": STAFF,
    "staff.ask_passkey_again": STAFF,
    "staff.verify_by_passkey": STAFF,
    "staff.home": STAFF,
    "staff.logout": STAFF,
    "staff.nothing": STAFF,
    "staff.password": STAFF,
    "interviewer.case": Action.INTERVIEW,
    "interviewer.check": Action.INTERVIEW,
    "interviewer.consent": Action.INTERVIEW,
    "interviewer.end": Action.INTERVIEW,
    "interviewer.hand_in": Action.INTERVIEW,
    "interviewer.open_case": Action.INTERVIEW,
    "interviewer.queue": STAFF,  # shows the studies in which they interview: none to somebody who does not
    "interviewer.release": Action.INTERVIEW,
    "interviewer.save": Action.INTERVIEW,
    "interviewer.undo": Action.INTERVIEW,
    "interviewer.hand_over": Action.INTERVIEW,
    "interviewer.to_decide": Action.DECIDE_CALLS,
    "interviewer.decide": Action.DECIDE_CALLS,
    "interviewer.interviewing": STAFF,  # of one's own
    "interviewer.themselves": Action.INTERVIEW,
    "interviewer.take_back": Action.INTERVIEW,
    "interviewer.keep_single_keys": STAFF,  # of one's own
    "interviewer.search": STAFF,
    "interviewer.pack": STAFF,
    "interviewer.saves": SCRIPT,
    "interviewer.slip": SCRIPT,
    "interviewer.stand": SCRIPT,
    "interviewer.section": Action.INTERVIEW,
    "interviewer.start": Action.INTERVIEW,
    "spot.day": Action.GIVE_ACCESS,
    "spot.begin": Action.GIVE_ACCESS,
    "spot.end": Action.GIVE_ACCESS,
    "spot.person": Action.GIVE_ACCESS,
    "spot.here": Action.GIVE_ACCESS,
    "spot.hand_over": Action.GIVE_ACCESS,
    "spot.away_page": Action.GIVE_ACCESS,
    "spot.away_part": Action.GIVE_ACCESS,
    "spot.go_away": Action.GIVE_ACCESS,
    "spot.worker": EVERYBODY,
    "sealed.receive": EVERYBODY,  # takes what only our key opens, with a ticket of ours in it: tested in test_spot_away
    "tablet.back": STAFF,  # of one's own, where it is lent: tested in test_spot_pages
    "tablet.take_back": STAFF,
    "tablet.ask_passkey": STAFF,
    "tablet.with_passkey": STAFF,
    "tablet.leave": STAFF,
    "supervisor.standing": Action.SEE_STANDING,
    "supervisor.standing_csv": Action.SEE_STANDING,
    "supervisor.response_csv": Action.SEE_STANDING,
    "supervisor.month": Action.SEE_STANDING,
    "evaluator.measure": Action.SEE_RESULTS,
    "evaluator.measure_csv": Action.SEE_RESULTS,
    "evaluator.overview": Action.SEE_RESULTS,
    "evaluator.question": Action.SEE_RESULTS,
    "evaluator.questions": Action.SEE_RESULTS,
    "evaluator.questions_csv": Action.SEE_RESULTS,
    "evaluator.questions_xlsx": Action.SEE_RESULTS,
    "evaluator.look": Action.SEE_RESULTS,
    "evaluator.look_csv": Action.SEE_RESULTS,
    "evaluator.look_places": Action.SEE_RESULTS,
    "evaluator.look_xlsx": Action.SEE_RESULTS,
    "evaluator.measure_xlsx": Action.SEE_RESULTS,
    "evaluator.taken": Action.SEE_RESULTS,
    "exporter.export": Action.EXPORT_ANSWERS,
    "exporter.own": Action.EXPORT_ANSWERS,
    "exporter.take": Action.EXPORT_ANSWERS,
    "exporter.throw_away": Action.EXPORT_ANSWERS,
    "programs.openapi_document": EVERYBODY,
    "programs.studies": PROGRAM,
    "programs.releases": PROGRAM,
    "programs.release": PROGRAM,
    "programs.records": PROGRAM,
    "programs.questionnaires": PROGRAM,
    "programs.questionnaire": PROGRAM,
    "programs.codebook": PROGRAM,
    "programs.standing": PROGRAM,
    "programs.answers": PROGRAM,
    "tokens.own": STAFF,
    "tokens.end": STAFF,
    "tokens.addresses": STAFF,
    "reader.places": Action.READ_WORDS,
    "reader.search": Action.READ_WORDS,
    "reader.purpose": Action.READ_WORDS,
    "reader.question": Action.READ_WORDS,
    "reader.act": Action.READ_WORDS,
    "reader.codes": Action.READ_WORDS,
    "reader.change_codes": Action.READ_WORDS,
    "reader.code_next": Action.READ_WORDS,
    "reader.code_answer": Action.READ_WORDS,
    "reporter.report": Action.SEE_RELEASES,
    "reporter.take": Action.SEE_RELEASES,
    "reader.quotations": Action.READ_WORDS,
    "reader.decide_quotation": Action.READ_WORDS,
    "reader.cases": Action.READ_WORDS,
    "reader.case": Action.READ_WORDS,
    "viewer.taken": Action.SEE_RELEASES,
    "viewer.measure_xlsx": Action.SEE_RELEASES,
    "viewer.measure": Action.SEE_RELEASES,
    "viewer.measure_csv": Action.SEE_RELEASES,
    "viewer.overview": Action.SEE_RELEASES,
    "viewer.crosstabs": Action.SEE_RELEASES,
    "viewer.crosstabs_xlsx": Action.SEE_RELEASES,
    "viewer.people_xlsx": Action.SEE_RELEASES,
    "viewer.crosstabs_csv": Action.SEE_RELEASES,
    "viewer.people": Action.SEE_RELEASES,
    "viewer.people_csv": Action.SEE_RELEASES,
    "viewer.question": Action.SEE_RELEASES,
    "viewer.questions": Action.SEE_RELEASES,
    "viewer.questions_csv": Action.SEE_RELEASES,
    "viewer.questions_xlsx": Action.SEE_RELEASES,
    "viewer.releases": Action.SEE_RELEASES,
    "manager.releases": Action.MAKE_RELEASE,
    "manager.preview_release": Action.MAKE_RELEASE,
    "manager.make_release": Action.MAKE_RELEASE,
    "evaluator.targets_csv": Action.SEE_RESULTS,
    "evaluator.who": Action.SEE_RESULTS,
    "evaluator.who_csv": Action.SEE_RESULTS,
    "evaluator.who_xlsx": Action.SEE_RESULTS,
    "evaluator.who_group": Action.SEE_RESULTS,
    "evaluator.who_group_csv": Action.SEE_RESULTS,
    "evaluator.who_group_xlsx": Action.SEE_RESULTS,
    "evaluator.who_touchpoint": Action.SEE_RESULTS,
    "evaluator.who_touchpoint_csv": Action.SEE_RESULTS,
    "rights.requests": Action.HANDLE_RIGHTS,
    "rights.find": Action.HANDLE_RIGHTS,
    "rights.kept": Action.HANDLE_RIGHTS,
    "rights.waiting": Action.HANDLE_RIGHTS,
    "rights.held": Action.HANDLE_RIGHTS,
    "rights.person": Action.HANDLE_RIGHTS,
    "rights.change": Action.HANDLE_RIGHTS,
    "rights.reopen": Action.CORRECT_ANSWERS,
    "evaluator.who_touchpoint_xlsx": Action.SEE_RESULTS,
    "manager.contact": Action.MANAGE_PARTICIPANTS,
    "manager.end_access": Action.MANAGE_PARTICIPANTS,
    "manager.event": Action.MANAGE_PARTICIPANTS,
    "manager.related": Action.MANAGE_PARTICIPANTS,
    "manager.find": Action.MANAGE_PARTICIPANTS,
    "manager.give": Action.MANAGE_PARTICIPANTS,
    "manager.import_file": Action.MANAGE_PARTICIPANTS,
    "manager.mend": Action.MANAGE_PARTICIPANTS,
    "manager.messages": Action.MANAGE_PARTICIPANTS,
    "manager.switch_messages": Action.MANAGE_PARTICIPANTS,
    "manager.decide_message": Action.MANAGE_PARTICIPANTS,
    "manager.take_messages": Action.MANAGE_PARTICIPANTS,
    "manager.try_letter": Action.MANAGE_PARTICIPANTS,
    "manager.person_messages": Action.MANAGE_PARTICIPANTS,
    "manager.steer_way": Action.MANAGE_PARTICIPANTS,
    "manager.touchpoints": Action.MANAGE_PARTICIPANTS,
    "manager.touchpoint": Action.MANAGE_PARTICIPANTS,
    "manager.replan": Action.MANAGE_PARTICIPANTS,
    "manager.merge": Action.MANAGE_PARTICIPANTS,
    "manager.split": Action.MANAGE_PARTICIPANTS,
    "manager.mend_case": Action.MANAGE_PARTICIPANTS,
    "manager.list_page": Action.MANAGE_PARTICIPANTS,
    "manager.list_columns": Action.MANAGE_PARTICIPANTS,
    "manager.list_decide": Action.MANAGE_PARTICIPANTS,
    "manager.list_discard": Action.MANAGE_PARTICIPANTS,
    "manager.list_undo": Action.MANAGE_PARTICIPANTS,
    "manager.list_results": Action.MANAGE_PARTICIPANTS,
    "manager.links": Action.MANAGE_PARTICIPANTS,
    "manager.pack": Action.MANAGE_PARTICIPANTS,
    "manager.move": Action.OPEN_VERSION,
    "manager.moving": Action.OPEN_VERSION,
    "manager.new": Action.MANAGE_PARTICIPANTS,
    "manager.open_version": Action.OPEN_VERSION,
    "manager.participants": Action.MANAGE_PARTICIPANTS,
    "rights.let_in": Action.MANAGE_PARTICIPANTS,
    "interviewer.let_in": Action.INTERVIEW,
    "manager.person": Action.MANAGE_PARTICIPANTS,
    "manager.template": Action.MANAGE_PARTICIPANTS,
    "manager.versions": Action.SEE_QUESTIONNAIRES,
    "manager.who_may": Action.GRANT_ROLES,
    "manager.take_role": Action.GRANT_ROLES,
    "administrator.account": Action.HOLD_ACCOUNTS,
    "administrator.act": Action.HOLD_ACCOUNTS,
    "administrator.end_token": Action.HOLD_ACCOUNTS,
    "administrator.all_accounts": Action.HOLD_ACCOUNTS,
    "administrator.invite": Action.HOLD_ACCOUNTS,
    "administrator.take_role": Action.HOLD_ACCOUNTS,
    "auditor.trail": Action.READ_AUDIT,
    "preview.beside": Action.SEE_QUESTIONNAIRES,
    "preview.codebook": Action.SEE_QUESTIONNAIRES,
    "preview.map": Action.SEE_QUESTIONNAIRES,
    "preview.phone_frame": Action.SEE_QUESTIONNAIRES,
    "phone.answer": Action.SEE_QUESTIONNAIRES,
    "phone.check": Action.SEE_QUESTIONNAIRES,
    "phone.consent": Action.SEE_QUESTIONNAIRES,
    "phone.privacy": Action.SEE_QUESTIONNAIRES,
    "phone.declined": Action.SEE_QUESTIONNAIRES,
    "phone.done": Action.SEE_QUESTIONNAIRES,
    "phone.give_consent": Action.SEE_QUESTIONNAIRES,
    "phone.later": Action.SEE_QUESTIONNAIRES,
    "phone.leave": Action.SEE_QUESTIONNAIRES,
    "phone.question": Action.SEE_QUESTIONNAIRES,
    "phone.submit": Action.SEE_QUESTIONNAIRES,
    "phone.survey": Action.SEE_QUESTIONNAIRES,
}

MEMBER = uuid.UUID("018f0000-0000-7000-8000-000000000001")
"""The key of somebody who has an account and no role."""

PLACES = {
    "study_id": factories.STUDY,
    "reference": "BF-0001",
    "other": "BF-0002",
    "touchpoint": 1,
    "group": "backfill",
    "name": "backfill_1",
    "version": 1,
    "measure_id": "placement_satisfaction",
    "variable": "recommend",
    "section_id": "start",
    "page_id": "heard_via",
    "token": "nothing",
    "arrived": "nothing",
    "handle": "a" * 20,
    "passkey_id": uuid.UUID(int=0),
    "import_id": uuid.UUID(int=0),
    "filename": "icon.svg",
    "number": None,
    "year": 2026,
    "month": 6,
    "staff_id": MEMBER,
    "change": "stopped",
    "study": factories.STUDY,
    "questionnaire": "backfill_1",
    "language": "en",
    "digest": "nothing",
    "part": "rest",
    "mark": "nothing",
    "token_id": uuid.UUID(int=0),
    "job_id": uuid.UUID(int=0),
    "release": "latest",
    "dataset": "backfill_1",
    "form": "html",
    "message": uuid.UUID(int=7),
    "way": "email",
}
"""Something that is there, for every part of an address."""

WRITTEN = {
    "event": "placement_start",
    "on": "2026-06-01",
    "group": "backfill",
    "touchpoint": "backfill.1",
    "kind": "link",
    "mode": "phone",
    "outcome": "no_answer",
    "find": "BF",
    "act": "end_sessions",
    "member": str(MEMBER),
    "role": "viewer",
    "what": "confidence",
    "form": "png",
    "decision": "left",
    "way": "email",
}
"""What is posted to whoever might take it: enough to get past the form."""


@pytest.fixture
def open_client(client: Client) -> Client:
    """Posts need no token here: what is tested is who is let in, not where the form came from."""
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    return client


@pytest.fixture(autouse=True)
def _somebody(runtime: Runtime) -> None:
    factories.create_participant(runtime, reference="BF-0001")
    with runtime.database.writing() as session:
        staff.add_staff(session, "member@example.org", "Member", "", [], runtime.clock(), key=MEMBER)


def addresses(client: Client, rule: str | Action) -> list[tuple[str, str, str]]:
    """(method, path, endpoint) of everything under a rule."""
    found = []
    adapter = client.raw.application.url_map.bind("localhost")
    for each in client.raw.application.url_map.iter_rules():
        if RULES.get(each.endpoint) == rule:
            path = adapter.build(each.endpoint, {name: PLACES[name] for name in each.arguments})
            found += [(method, path, each.endpoint) for method in sorted(methods(each))]
    return found


def methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def request(client: Client, method: str, path: str) -> tuple[int, str]:
    """The status of the answer, and where it leads."""
    written = WRITTEN if method == "POST" else None
    # An interview's address says how they talk.
    response = client.raw.open(path, method=method, data=written, query_string={"mode": "phone"})
    return response.status_code, response.location or ""


def test_every_part_of_an_address_has_something_there(open_client: Client) -> None:
    parts = {name for rule in open_client.raw.application.url_map.iter_rules() for name in rule.arguments}
    assert parts <= set(PLACES)


def test_every_endpoint_has_a_rule(open_client: Client) -> None:
    assert {rule.endpoint for rule in open_client.raw.application.url_map.iter_rules()} == set(RULES)


@pytest.mark.parametrize("rule", [STAFF, *Action])
def test_staff_pages_ask_whoever_comes_to_sign_in(open_client: Client, rule: str | Action) -> None:
    for method, path, endpoint in addresses(open_client, rule):
        status, leads_to = request(open_client, method, path)
        assert (status, leads_to.partition("?")[0]) == (302, "/staff/login"), (method, endpoint)


def test_the_steps_of_signing_in_begin_with_the_password(open_client: Client) -> None:
    for method, path, endpoint in addresses(open_client, ENTERING):
        assert request(open_client, method, path) == (302, "/staff/login"), (method, endpoint)


@pytest.mark.parametrize("role", [None, *Role])
def test_only_roles_that_may_get_in(runtime: Runtime, open_client: Client, role: Role | None) -> None:
    member = factories.create_staff(runtime, *([role] if role else []))
    open_client.sign_in(member.email)
    for action in Action:
        for method, path, endpoint in addresses(open_client, action):
            status, leads_to = request(open_client, method, path)
            if role and action in MAY[role]:
                # There is no version waiting to be opened, no role to be taken away, nobody to be taken apart, no
                # message to decide of, no list was brought in and no file was asked for.
                not_there = endpoint.startswith("manager.list_") or endpoint in (
                    "manager.open_version",
                    "manager.take_role",
                    "manager.split",
                    "manager.decide_message",
                    "administrator.take_role",
                    "administrator.end_token",
                    "exporter.take",
                    "exporter.throw_away",
                )
                assert status < 404 or status in (409, 422) or (not_there and status == 404), (endpoint, status)
                assert status not in (401, 403), (method, endpoint, status)
                assert not leads_to.startswith("/staff/login"), (method, endpoint)
            else:
                assert status == 403, (method, endpoint, status)


def test_a_role_in_another_study_opens_nothing_in_this_one(runtime: Runtime, open_client: Client) -> None:
    """Who has several may do what any of them gives: what all together are refused, each of them is. The trail is one
    page, and shows an auditor of a study what is of it."""
    of_studies = set(Role) - OF_THE_INSTALLATION
    for roles, shown in ((of_studies - {Role.AUDITOR}, set()), ({Role.AUDITOR}, {"auditor.trail"})):
        member = factories.create_staff(runtime, *sorted(roles, key=str), study="another")
        client = Client(open_client.raw.application.test_client())
        client.sign_in(member.email)
        for action in Action:
            for method, path, endpoint in addresses(client, action):
                if endpoint not in shown:
                    assert request(client, method, path)[0] == 403, (roles, method, endpoint)


def test_no_session_lets_a_program_in(runtime: Runtime, open_client: Client) -> None:
    """Nor does anything else that a browser sends by itself."""
    for signed_in in (False, True):
        found = list(addresses(open_client, PROGRAM))
        assert len(found) == 9
        for method, path, endpoint in found:
            reply = open_client.raw.open(path, method=method)
            assert (reply.status_code, reply.mimetype) == (401, "application/problem+json"), endpoint
            assert "Bearer" in reply.headers["WWW-Authenticate"]
            assert "Set-Cookie" not in reply.headers
        if not signed_in:
            open_client.sign_in(factories.create_staff(runtime, Role.EVALUATOR).email)


def test_no_carrier_is_let_in_where_no_token_is_set(open_client: Client) -> None:
    for method, path, endpoint in addresses(open_client, CARRIER):
        reply = open_client.raw.open(path, method=method, json={}, headers={"Authorization": "Bearer "})
        assert reply.status_code == 404, endpoint


def test_a_participants_pages_need_a_link_or_code(open_client: Client) -> None:
    for method, path, endpoint in addresses(open_client, PARTICIPANT):
        response = open_client.raw.open(path, method=method, data={})
        assert response.status_code == 403, (method, endpoint, response.status_code)
        assert "/start" in response.text, (method, endpoint)


def test_a_participants_script_is_told_that_nobody_is_let_in(runtime: Runtime, open_client: Client) -> None:
    for signed_in in (False, True):
        for method, path, endpoint in addresses(open_client, SCRIPT):
            response = open_client.raw.open(path, method=method, json={} if method == "POST" else None)
            told = dict(response.json or {})
            # Whoever is signed in is told that it is their role, and not that they are signed out.
            said = told.pop("sentence", None)
            assert (said is not None) == (signed_in and endpoint.startswith("interviewer.")), (method, endpoint)
            assert (response.status_code, told) == (401, {"why": "ended"}), (method, endpoint)
        if not signed_in:
            open_client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)


def test_a_staff_session_opens_no_participants_page(runtime: Runtime, open_client: Client) -> None:
    open_client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    for method, path, endpoint in addresses(open_client, PARTICIPANT):
        assert request(open_client, method, path)[0] == 403, (method, endpoint)
