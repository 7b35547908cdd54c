"""Every page has its entry in the audit trail, or the reason why it has none. One that is not here fails; what is here
is really asked for, and the trail looked at. Of commands: `test_audit_of_commands`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule

from surveyapp.domain.audit import ActorKind, AuditEntry
from surveyapp.domain.audit import AuditAction as A
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.staff import MAY, Action, Role
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.store import staff
from surveyapp.store.security import audit
from tests import factories, versioned
from tests.integration.test_access_rules import MEMBER, PLACES, RULES, STAFF, WRITTEN, methods
from tests.integration.test_navigation import Walk, cafe, signed_in
from tests.page import Client

__all__ = ["cafe"]
"""A fixture: two studies with a release each."""

HISTORY = "what a participant answers and agrees to is in the history of their answers and consents"
NOTHING = "shows nothing of anybody"
COUNTS = "shows counts, and nothing of anybody; what is taken with one is an entry"
FIGURES = "counts alone, released for whoever may see releases; a file that is taken is an entry"
HOLD = "within a hold, whose beginning is an entry: contact_seen"
STEPS = "a step of signing in: its end is an entry, and so is a refusal"
QUESTIONS = "questionnaires, and nothing of anybody"

PAGES: dict[str, A | str] = {
    **{endpoint: HISTORY for endpoint in RULES if endpoint.startswith("participant.")},
    **{endpoint: QUESTIONS for endpoint in RULES if endpoint.startswith(("phone.", "preview."))},
    **{endpoint: COUNTS for endpoint in RULES if endpoint.startswith("evaluator.")},
    **{endpoint: A.RESULTS_TAKEN for endpoint in RULES if endpoint.endswith(("_csv", "_xlsx", "_png", "_svg"))},
    **{endpoint: FIGURES for endpoint in RULES if endpoint.startswith("viewer.")},
    **{
        endpoint: A.RELEASE_TAKEN
        for endpoint in RULES
        if endpoint.startswith("viewer.") and endpoint.endswith(("_csv", "_xlsx", "_png", "_svg"))
    },
    "supervisor.standing": A.PARTICIPANTS_SEEN,
    "supervisor.month": A.RESULTS_TAKEN,
    "evaluator.taken": A.RESULTS_TAKEN,
    "reporter.report": FIGURES,
    "reporter.take": A.RELEASE_TAKEN,
    "viewer.taken": "a picture or sentence that is taken is an entry, by test_released_figures_that_a_browser_takes",
    **{
        endpoint: "each reading and each decision is an entry, by test_reading"
        for endpoint in RULES
        if endpoint.startswith("reader.")
    },
    **{
        endpoint: "whatever a program reads is an entry, by programs/test_let_in"
        for endpoint in RULES
        if endpoint.startswith("programs.")
    },
    "programs.openapi_document": NOTHING,
    "tokens.own": "a token that is made is an entry, by programs/test_tokens",
    "tokens.end": "a token that is ended is an entry, by programs/test_tokens",
    "tokens.addresses": NOTHING,
    "administrator.end_token": "a token that is ended is an entry, by programs/test_tokens",
    "exporter.export": "answers that are taken are an entry, by test_exporting_pages",
    "exporter.own": "what one asked for oneself, each in the trail as it was asked",
    "exporter.take": "a file that is taken is an entry, by test_export_jobs",
    "exporter.throw_away": "of one's own, with nobody's answers in what is shown",
    "participant.worker": NOTHING,
    "participant.medium": NOTHING,
    "participant.way_out": NOTHING,
    "participant.erase": NOTHING,
    "participant.privacy": NOTHING,
    "participant.correct": "what is opened to be corrected is an entry, by test_theirs",
    "participant.next_time": NOTHING,
    "participant.take_way_out": "stopping and withdrawing are entries, by test_theirs",
    "participant.erased": "erasing is an entry, by test_theirs",
    "participant.code": NOTHING,
    "participant.send_receipt": "a receipt that is asked for is an entry, by test_own_messages",
    "participant.remind_me": "a reminder that is asked for is an entry, by test_own_messages",
    "participant.drop_reminder": "a reminder that is taken back is an entry, by test_own_messages",
    "participant.ask_for_code": "a code that is asked for is an entry, by test_sent_codes",
    "participant.give_code": "a code that is given, or refused, is an entry, by test_sent_codes",
    "participant.another_pin": NOTHING,
    "participant.change_pin": "a PIN that is changed, or refused, is an entry, by test_another_pin",
    "participant.take_along": "what is taken along, and a PIN that comes with it, is an entry, by test_theirs",
    "survey_script": NOTHING,
    "static": NOTHING,
    "health.live": NOTHING,
    "health.ready": NOTHING,
    "metrics.read": NOTHING,
    "carriers.delivery": "a way that ends is an entry, by test_callbacks",
    "carriers.text": "a way that ends is an entry, by test_callbacks",
    "staff.login": A.SIGN_IN_REFUSED,
    "staff.code": STEPS,
    "staff.second_factor": STEPS,
    "staff.new_password": STEPS,
    "staff.join": STEPS,
    "staff.ask_passkey": STEPS,
    "staff.passkey": A.SIGN_IN_REFUSED,
    "staff.ask_passkey_after_password": STEPS,
    "staff.passkey_after_password": STEPS,
    "staff.recovery": STEPS,
    "staff.ask_first_passkey": STEPS,
    "staff.first_passkey": STEPS,
    "staff.keep_recovery_codes": STEPS,
    "staff.go_on_from_codes": STEPS,
    "staff.provider": STEPS,
    "staff.provider_back": STEPS,
    "staff.account": NOTHING,
    "staff.ask_own_passkey": NOTHING,
    "staff.add_passkey": "a passkey that is kept is an entry, by test_passkeys",
    "staff.remove_passkey": "a passkey that is removed is an entry, by test_passkeys",
    "staff.app": "an app that is set up is an entry, by test_signing_in",
    "staff.remove_app": "an app that is removed is an entry, by test_passkeys",
    "staff.new_recovery_codes": A.RECOVERY_CODES_MADE,
    "staff.home": NOTHING,
    "staff.nothing": NOTHING,
    "staff.logout": A.SIGNED_OUT,
    "staff.verify": "a password given again is an entry, and so is a wrong one",
    "staff.ask_passkey_again": NOTHING,
    "staff.verify_by_passkey": "the same, by test_passkeys",
    "staff.own_sessions": NOTHING,
    "staff.end_sessions": "a session that is ended is an entry",
    "staff.session_left": NOTHING,
    "staff.stay": NOTHING,
    "staff.kept": "what one has typed oneself",
    "staff.throw_away": NOTHING,
    "staff.alarms": NOTHING,
    "staff.know_of_alarms": "whoever reads an alarm is an entry",
    "staff.password": "changing it is an entry, by test_signing_in",
    "interviewer.queue": A.QUEUE_SEEN,
    "interviewer.search": A.SEARCHED,
    "interviewer.interviewing": NOTHING,
    "interviewer.hand_over": "what is decided is an entry, by test_deciding_calls",
    "interviewer.to_decide": A.QUEUE_SEEN,
    "interviewer.decide": "what is decided is an entry, by test_deciding_calls",
    "interviewer.open_case": A.CONTACT_SEEN,
    "interviewer.case": A.CASE_SEEN,
    "interviewer.check": HOLD,
    "interviewer.consent": HOLD,
    "interviewer.end": HOLD,
    "interviewer.hand_in": HOLD,
    "interviewer.release": HOLD,
    "interviewer.save": HOLD,
    "interviewer.section": HOLD,
    "interviewer.start": HOLD,
    "interviewer.saves": HOLD,
    "interviewer.slip": HOLD,
    "interviewer.stand": HOLD,
    "interviewer.pack": QUESTIONS,
    "interviewer.themselves": "who lets somebody go on by themselves makes an entry, by test_switching",
    "interviewer.take_back": "the same",
    "interviewer.undo": "what is taken back is an entry, by test_ending_calls",
    "interviewer.keep_single_keys": NOTHING,
    "spot.day": "who is seen of a day is an entry, by test_spot",
    "spot.begin": "a day that begins is an entry, by test_spot",
    "spot.end": "and so is its end",
    "spot.person": "who is seen of a day is an entry, by test_spot",
    "spot.here": "whoever is marked is an entry, by test_spot",
    "spot.hand_over": "a tablet that is handed over is an entry, by test_spot",
    "spot.away_page": NOTHING,
    "spot.away_part": QUESTIONS,
    "spot.go_away": "what a tablet is given is an entry, by test_spot_away",
    "spot.worker": NOTHING,
    "sealed.receive": HISTORY,
    "tablet.back": NOTHING,
    "tablet.take_back": "a tablet that is taken back is an entry, and so is a wrong PIN, by test_spot",
    "tablet.ask_passkey": NOTHING,
    "tablet.with_passkey": "the same",
    "tablet.leave": "the end of the day and the session are entries, by test_spot",
    "manager.participants": A.PARTICIPANTS_SEEN,
    "manager.find": A.SEARCHED,
    "manager.person": A.PERSON_SEEN,
    "manager.contact": A.CONTACT_SEEN,
    "manager.event": A.EVENT_RECORDED,
    "manager.related": A.PERSON_SEEN,
    "manager.give": A.LINK_GIVEN_OUT,
    "manager.end_access": A.ACCESS_REVOKED,
    "manager.pack": "each link and code of a pack is an entry, by test_packs",
    "manager.links": "each link and code of the file is an entry, by test_manager_giving",
    "manager.new": "whoever is added is an entry, by test_enrolment",
    "manager.import_file": "what is imported is an entry, by test_importing",
    "manager.list_page": "what is seen of a list is an entry, by test_lists_brought_in",
    "manager.list_columns": NOTHING,
    "manager.mend": A.PERSON_SEEN,
    "manager.messages": "counts alone; who waits for a decision is an entry, by test_sending_pages",
    "manager.switch_messages": "switching is an entry, by test_sending_pages",
    "manager.decide_message": "what is decided is an entry, by test_sending_pages",
    "manager.take_messages": "each message taken along is an entry, by test_sending_pages",
    "manager.try_letter": NOTHING,
    "manager.person_messages": A.PERSON_SEEN,
    "manager.steer_way": A.CHANNEL_ENDED,
    "manager.merge": A.PERSON_SEEN,
    "manager.split": "who was taken apart is an entry, by test_merging",
    "manager.touchpoints": "counts alone",
    "manager.touchpoint": "what is changed is an entry, by test_touchpoints",
    "manager.replan": "what is changed is an entry, by test_replanning",
    "manager.mend_case": "what is changed is an entry, by test_mending",
    "manager.list_decide": "what is imported is an entry, by test_lists_brought_in",
    "manager.list_discard": NOTHING,
    "manager.list_undo": "what is taken back is an entry, by test_lists_brought_in",
    "manager.list_results": "every contact of the file is an entry, by test_lists_brought_in",
    "manager.template": NOTHING,
    "manager.versions": QUESTIONS,
    "manager.open_version": "what is opened is an entry, by test_manager_versions",
    "manager.move": "what is moved is an entry, by test_moving",
    "manager.moving": NOTHING,
    "manager.releases": COUNTS,
    "manager.preview_release": COUNTS,
    "manager.make_release": "a release is an entry, by test_releases",
    "manager.who_may": A.ROLES_SEEN,
    "manager.take_role": "what is taken is an entry, by test_granting",
    "administrator.all_accounts": A.ACCOUNTS_SEEN,
    "administrator.account": A.ACCOUNTS_SEEN,
    "administrator.act": A.SESSIONS_ENDED,
    "administrator.invite": "whoever is invited is an entry, by test_granting",
    "administrator.take_role": "what is taken is an entry, by test_granting",
    "auditor.trail": A.TRAIL_READ,
    "rights.requests": A.PARTICIPANTS_SEEN,
    "rights.find": A.SEARCHED,
    "rights.person": A.PERSON_SEEN,
    "rights.change": A.CONTACT_SEEN,
    "rights.let_in": A.CONTACT_SEEN,
    "interviewer.let_in": A.CONTACT_SEEN,
    "rights.held": A.CONTACT_SEEN,
    "rights.kept": COUNTS,
    "rights.waiting": A.PARTICIPANTS_SEEN,
    "rights.reopen": "opening answers again is an entry, by test_reopening",
}


def trail(runtime: Runtime) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return audit.entries(session)


def reachable(runtime: Runtime) -> Participant:
    """BF-0001, who has a phone number."""
    person = factories.create_participant(runtime, reference="BF-0001")
    with factories.operator(runtime).writing() as work:
        contacts.write(work, person, Contact(phone="024 7655 0000"))
    return person


def rules_of(client: Client, endpoint: str) -> Iterator[tuple[str, str, Rule]]:
    adapter = client.raw.application.url_map.bind("localhost")
    for each in client.raw.application.url_map.iter_rules():
        if each.endpoint == endpoint:
            for method in sorted(methods(each)):
                yield method, adapter.build(endpoint, {name: PLACES[name] for name in each.arguments}), each


def role_for(rule: str | Action) -> Role | None:
    if rule == STAFF:
        return Role.INTERVIEWER
    return next((role for role in Role if rule in MAY[role]), None) if isinstance(rule, Action) else None


def test_every_page_has_its_entry_or_the_reason_why_not(client: Client) -> None:
    endpoints = {rule.endpoint for rule in client.raw.application.url_map.iter_rules()}
    assert endpoints == set(PAGES)
    assert endpoints == set(RULES)


@pytest.mark.parametrize(
    "endpoint", [name for name, entry in PAGES.items() if isinstance(entry, A) and entry is not A.RELEASE_TAKEN]
)
def test_what_a_page_shows_or_does_is_in_the_trail(runtime: Runtime, client: Client, endpoint: str) -> None:
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    person = reachable(runtime)
    expected = PAGES[endpoint]
    if endpoint == "manager.end_access":
        factories.create_link(runtime, person)
    if endpoint.startswith("administrator."):
        with runtime.database.writing() as session:
            staff.add_staff(session, "member@example.org", "Member", "", [], runtime.clock(), key=MEMBER)
    role = role_for(RULES[endpoint])
    member = factories.create_staff(runtime, role) if role else None
    if member:
        client.sign_in(member.email)
    for method, path, _ in list(rules_of(client, endpoint)):
        before = len(trail(runtime))
        written = WRITTEN | {"search": "BF", "email": "nobody@example.org", "password": "wrong"}
        if endpoint in ("staff.login", "manager.end_access") and method == "GET":
            continue
        if (endpoint, method) == ("rights.waiting", "POST"):
            continue  # of nothing that waits: nobody is shown. What is decided is an entry, by test_call_pages
        said = {"mode": "phone"}
        response = client.raw.open(path, method=method, data=written if method == "POST" else None, query_string=said)
        new = [entry for entry in trail(runtime)[before:] if entry.action is expected]
        assert new, (method, path, response.status_code, [entry.action for entry in trail(runtime)[before:]])
        if member:
            assert {(entry.actor, entry.staff_id) for entry in new} == {(ActorKind.STAFF, member.id)}


def test_whatever_leaves_as_a_file_is_an_entry(runtime: Runtime, client: Client) -> None:
    """By what is sent, not by how its address ends. A picture is made in the browser, which says so."""
    reachable(runtime)
    clients = {}
    for role in Role:
        clients[role] = Client(client.raw.application.test_client())
        clients[role].sign_in(factories.create_staff(runtime, role).email)
    files = set()
    for endpoint, rule in RULES.items():
        if (role := role_for(rule)) is not None:
            for method, path, _ in rules_of(client, endpoint):
                if method == "GET":
                    response = clients[role].raw.get(path, query_string={"mode": "phone"})
                    if response.status_code == 200 and response.mimetype != "text/html":
                        files.add(endpoint)
    assert len(files) > 10
    assert {each for each in files if not isinstance(PAGES[each], A)} <= {
        "manager.template",
        "manager.try_letter",
        "staff.session_left",
    }


def test_every_file_of_a_release_is_in_the_trail(cafe: Runtime) -> None:
    client = signed_in(cafe, Role.VIEWER)
    walked = Walk(client, f"/released/{versioned.NAME}")
    files = {name for name, entry in PAGES.items() if entry is A.RELEASE_TAKEN}
    taken = [entry.detail["what"] for entry in trail(cafe) if entry.action is A.RELEASE_TAKEN]
    assert files & walked.reached == {"reporter.take" if what == "report" else f"viewer.{what}" for what in taken}
    assert len(set(taken)) >= 2


def test_released_figures_that_a_browser_takes_are_in_the_trail(cafe: Runtime) -> None:
    client = signed_in(cafe, Role.VIEWER)
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    for path, number in (("", None), ("/1", 1)):
        noted = client.raw.post(f"/released/{versioned.NAME}{path}/taken", data={"what": "confidence", "form": "svg"})
        assert noted.status_code == 204
        entry = trail(cafe)[-1]
        assert entry.action is A.RELEASE_TAKEN
        assert entry.detail == {"what": "confidence", "form": "svg", "number": number}


@pytest.mark.parametrize("said", [{}, {"what": "x", "form": "exe"}, {"what": "<b>", "form": "png"}, {"form": "png"}])
def test_what_no_page_says_is_not_noted(cafe: Runtime, said: dict[str, str]) -> None:
    client = signed_in(cafe, Role.EVALUATOR)
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    before = len(trail(cafe))
    assert client.raw.post(f"/results/{versioned.NAME}/taken", data=said).status_code == 400
    assert len(trail(cafe)) == before


def test_every_refusal_is_in_the_trail(runtime: Runtime, client: Client) -> None:
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    factories.create_participant(runtime, reference="BF-0001")
    member = factories.create_staff(runtime)
    client.sign_in(member.email)
    for endpoint, rule in RULES.items():
        if isinstance(rule, Action):
            for method, path, of in list(rules_of(client, endpoint)):
                before = len(trail(runtime))
                written = WRITTEN if method == "POST" else None
                response = client.raw.open(path, method=method, data=written, query_string={"mode": "phone"})
                assert response.status_code == 403, (method, path)
                (entry,) = trail(runtime)[before:]
                assert (entry.action, entry.staff_id, entry.detail["page"]) == (A.REFUSED, member.id, endpoint)
                assert entry.detail["why"] == "role_does_not_let"
                assert entry.study == (factories.STUDY if "study_id" in of.arguments else None)


def test_somebody_of_another_site_is_a_refusal_about_them(runtime: Runtime, client: Client) -> None:
    site = factories.create_site(runtime)
    factories.create_participant(runtime, reference="BF-0002")
    member = factories.create_staff(runtime, Role.MANAGER, site=site)
    client.sign_in(member.email)
    for reference, about in (("BF-0002", "BF-0002"), ("024 7655 0123", None)):
        assert client.get(f"/manage/{factories.STUDY}/participants/{reference}").status_code == 404
        entry = trail(runtime)[-1]
        assert (entry.action, entry.subject, entry.study) == (A.REFUSED, about, factories.STUDY)
        assert "7655" not in str(entry)


def test_what_was_looked_for_is_not_kept(runtime: Runtime, client: Client) -> None:
    reachable(runtime)
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    client.post(f"/manage/{factories.STUDY}/find", {"find": "024 7655 0000"})
    entry = next(each for each in trail(runtime)[::-1] if each.action is A.SEARCHED)
    assert entry.detail == {"found": 1}
