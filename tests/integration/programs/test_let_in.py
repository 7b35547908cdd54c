"""Who gets in: by whose token, where to, how often, and that all of it is in the trail."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask

from surveyapp.domain.audit import AuditAction as A
from surveyapp.domain.errors import FieldsRefused
from surveyapp.domain.programs.tokens import CALLS, LIFETIMES, NEEDS, TokenScope
from surveyapp.domain.staff import MAY, Grant, Role
from surveyapp.services.programs import tokens
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import accounts
from surveyapp.services.work import Desk
from surveyapp.store import staff as staff_store
from tests import factories, versioned
from tests.conftest import Clock
from tests.program import ALL_ROLES, EVERY, PURPOSE, STUDY, Program, member, token_of, trail

# Who gets where


@pytest.mark.parametrize("role", [None, *Role])
def test_a_token_opens_what_it_is_for_and_its_owner_may(cafe: Runtime, app: Flask, role: Role | None) -> None:
    """Every scope by every role: made while they had all roles, so that it is for everything, and asked once they have
    this one alone."""
    who = member(cafe, *ALL_ROLES)
    made = {scope: token_of(cafe, who, [scope]) for scope in TokenScope}
    with cafe.database.writing() as session:
        staff_store.remove_grants(session, who.id, who.grants)
        if role is not None:
            staff_store.add_grants(session, who.id, [factories.grant_of(role, versioned.NAME, None)])
    for has, token in made.items():
        program = Program(app, token.secret)
        for path, needs in EVERY.values():
            reply = program.ask(path)
            if needs is None:
                assert reply.status_code == 200
                seen = reply.json["studies"]
                may = role is not None and NEEDS[has] in MAY[role]
                assert [each["scopes"] for each in seen] == ([[has.value]] if may else [])
            elif has is not needs:
                assert (reply.status_code, reply.json["type"]) == (403, "urn:shiftline:problem:token_not_for")
            elif role is not None and NEEDS[needs] in MAY[role]:
                assert reply.status_code == 200, (path, reply.json)
            else:
                assert (reply.status_code, reply.json["type"]) == (403, "urn:shiftline:problem:role_does_not_let")


def test_a_role_in_another_study_opens_nothing_in_this_one(cafe: Runtime, app: Flask) -> None:
    who = factories.create_staff(cafe, *ALL_ROLES, study="another")
    program = Program(app, token_of(cafe, who).secret)
    for path, needs in EVERY.values():
        if needs is not None:
            assert program.ask(path).status_code == 403, path
    assert program.read("/studies") == {"studies": []}


def test_whoever_sees_no_true_counts_reads_no_standing(cafe: Runtime, app: Flask) -> None:
    who = member(cafe, more=[Grant(Role.EVALUATOR, versioned.NAME, true_counts=False)])
    with pytest.raises(FieldsRefused):
        token_of(cafe, who, [TokenScope.STANDING])
    program = Program(app, token_of(cafe, who).secret)
    assert program.ask(EVERY["standing"][0]).status_code == 403
    assert program.ask(EVERY["records"][0]).status_code == 200


@pytest.mark.parametrize("over", ["ended", "expired", "deactivated", "unknown", "restored"])
def test_what_is_over_opens_nothing_and_says_what_to_do(cafe: Runtime, app: Flask, clock: Clock, over: str) -> None:
    who = member(cafe, *ALL_ROLES)
    made = token_of(cafe, who, days=LIFETIMES[0])
    program = Program(app, made.secret)
    assert program.ask("/studies").status_code == 200
    operator = factories.operator(cafe)
    match over:
        case "ended":
            tokens.end_own(Desk(cafe, who), made.token.id)
        case "expired":
            clock.forward(days=LIFETIMES[0])
        case "deactivated":
            accounts.set_active(operator, who.id, False)
        case "restored":
            with operator.writing() as work:
                tokens.store.end_all(work.session, work.now)
        case "unknown":
            program = Program(app, made.secret[:-1])
    for path, _ in EVERY.values():
        reply = program.ask(path)
        assert reply.status_code == 401, path
        assert "account" in reply.json["detail"]
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
        if over == "unknown":
            break
    if over == "deactivated":
        accounts.set_active(operator, who.id, True)
        assert program.ask("/studies").status_code == 401
        assert tokens.own(Desk(cafe, who)) == ()
    if over == "expired":
        clock.now -= dt.timedelta(days=LIFETIMES[0])


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", "Basic dTpw", "Token x", "Bearer \x80"])
def test_without_a_token_it_says_where_tokens_come_from(app: Flask, sent: str) -> None:
    reply = Program(app).ask("/studies", {"Authorization": sent})
    assert reply.status_code == 401
    assert "token" in reply.json["detail"]


def test_a_token_in_the_address_counts_for_nothing(cafe: Runtime, app: Flask) -> None:
    secret = token_of(cafe, member(cafe, Role.VIEWER)).secret
    assert Program(app).ask("/studies", access_token=secret).status_code == 401


def test_the_database_does_not_hold_a_token(cafe: Runtime) -> None:
    secret = token_of(cafe, member(cafe, Role.VIEWER)).secret
    path = cafe.settings.database_url.removeprefix("sqlite:///")
    held = b"".join(each.read_bytes() for each in Path(path).parent.glob("test.db*") if each.is_file())
    assert secret.encode() not in held
    assert secret.partition("_")[2].encode() not in held


# Limits


def test_a_token_has_so_many_requests_a_minute(cafe: Runtime, app: Flask, clock: Clock) -> None:
    who = member(cafe, Role.VIEWER)
    program, other = (Program(app, token_of(cafe, who, name=name).secret) for name in ("One", "Another"))
    for _ in range(CALLS):
        assert program.ask("/studies").status_code == 200
    reply = program.ask("/studies")
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "60")
    assert other.ask("/studies").status_code == 200
    clock.forward(seconds=45)
    assert program.ask("/studies").headers["Retry-After"] == "15"
    clock.forward(seconds=15)
    assert program.ask("/studies").status_code == 200


def test_wrong_tokens_are_waited_for_and_a_right_one_never(cafe: Runtime, app: Flask) -> None:
    statuses = [wrong.ask("/studies").status_code for wrong in (Program(app, f"wrong{each}") for each in range(20))]
    assert 401 in statuses
    assert statuses[-1] == 429
    assert Program(app, token_of(cafe, member(cafe, Role.VIEWER)).secret).ask("/studies").status_code == 200


# The trail


def test_whatever_is_read_is_in_the_trail_under_its_owners_name(cafe: Runtime, app: Flask) -> None:
    who = member(cafe, *ALL_ROLES)
    made = token_of(cafe, who)
    program = Program(app, made.secret)
    for path, scope in EVERY.values():
        before = len(trail(cafe))
        program.read(path)
        [entry] = trail(cafe)[before:]
        expected = {TokenScope.RELEASES: A.RELEASE_TAKEN, TokenScope.STANDING: A.RESULTS_TAKEN}
        expected |= {TokenScope.ANSWERS: A.ANSWERS_EXPORTED}
        assert entry.action is expected.get(scope, A.PROGRAM_READ), path  # type: ignore[arg-type]
        assert (entry.staff_id, entry.detail["token"], entry.detail["form"]) == (who.id, str(made.token.id), "json")
        assert made.secret not in str(entry)
        if scope is TokenScope.ANSWERS:
            assert entry.detail["purpose"] == PURPOSE


def test_so_is_every_refusal(cafe: Runtime, app: Flask) -> None:
    who = member(cafe, Role.VIEWER)
    program = Program(app, token_of(cafe, who).secret)
    for path, why in ((EVERY["answers"][0], "token_not_for"), (f"{STUDY}/releases/9", "no_release")):
        before = len(trail(cafe))
        assert program.ask(path).status_code in (403, 404)
        [entry] = trail(cafe)[before:]
        assert (entry.action, entry.staff_id, entry.detail["why"]) == (A.REFUSED, who.id, why)
        assert entry.study == versioned.NAME
