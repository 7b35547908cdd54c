"""Tokens of programs: made, seen once, ended by their maker or an administrator, refused with all that is wrong."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from flask import Flask

from surveyapp.domain.audit import AuditAction as A
from surveyapp.domain.errors import FieldsRefused, NotFound
from surveyapp.domain.programs.tokens import MOST_TOKENS
from surveyapp.domain.staff import Role
from surveyapp.services.programs import tokens
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories
from tests.page import Client
from tests.program import PURPOSE, Program, described, member, token_of, trail


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"name": " "}, ["name"]),
        ({"name": "x" * 81}, ["name"]),
        ({"scopes": []}, ["scopes"]),
        ({"scopes": ["answers", "everything"]}, ["scopes"]),
        ({"days": 366}, ["days"]),
        ({"days": 0}, ["days"]),
        ({"purpose": ""}, ["purpose"]),
        ({"purpose": "for me@example.org"}, ["purpose"]),
        ({"name": "", "days": 0, "purpose": ""}, ["name", "days", "purpose"]),
        ({"name": "", "scopes": []}, ["name", "scopes"]),
    ],
)
def test_what_cannot_be_made_says_all_that_is_wrong(cafe: Runtime, said: dict[str, Any], fields: list[str]) -> None:
    desk = Desk(cafe, member(cafe, Role.EXPORT_ANSWERS))
    whole = {"name": "A program", "scopes": ["answers"], "days": 30, "purpose": PURPOSE, **said}
    with pytest.raises(FieldsRefused) as refused:
        tokens.make(desk, **whole)
    assert [each.field for each in refused.value.faults] == fields
    assert tokens.own(desk) == ()


def test_nobody_has_more_than_so_many_nor_ends_anothers(cafe: Runtime) -> None:
    who, other = member(cafe, Role.VIEWER), member(cafe, Role.VIEWER)
    made = [token_of(cafe, who) for _ in range(MOST_TOKENS)]
    with pytest.raises(FieldsRefused):
        token_of(cafe, who)
    with pytest.raises(NotFound):
        tokens.end_own(Desk(cafe, other), made[0].token.id)
    tokens.end_own(Desk(cafe, who), made[0].token.id)
    token_of(cafe, who)


def test_a_token_is_made_seen_once_and_ended_on_ones_own_page(cafe: Runtime, app: Flask) -> None:
    client = Client(app.test_client())
    who = member(cafe, Role.EVALUATOR)
    client.sign_in(who.email)
    assert "Tokens for programs" in client.page("/staff/account").words
    page = client.raw.post("/staff/programs", data={"name": "Nightly", "scopes": "releases", "days": "30"})
    [secret] = re.findall(r"shiftline_[\w-]+", page.get_data(as_text=True))
    assert Program(app, secret).ask("/studies").status_code == 200
    again = client.page("/staff/programs")
    assert "Nightly" in again.words
    assert secret not in again.source
    [token] = tokens.own(Desk(cafe, who))
    assert client.raw.post(f"/staff/programs/{token.id}/end").status_code == 302
    assert Program(app, secret).ask("/studies").status_code == 401
    assert [each.action for each in trail(cafe) if each.staff_id == who.id and "TOKEN" in each.action.name] == [
        A.TOKEN_MADE,
        A.TOKENS_ENDED,
    ]


def test_a_form_that_is_sent_again_makes_no_second_token(cafe: Runtime, app: Flask) -> None:
    client, who = Client(app.test_client()), member(cafe, Role.VIEWER)
    client.sign_in(who.email)
    said = {**client.page("/staff/programs").fields(), "name": "Nightly", "scopes": "releases", "days": "30"}
    first, again = (client.raw.post("/staff/programs", data=said) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 422)
    assert "This token was made already" in again.get_data(as_text=True)
    assert not re.findall(r"shiftline_[\w-]+", again.get_data(as_text=True))
    assert len(tokens.own(Desk(cafe, who))) == 1


def test_whoever_holds_accounts_ends_them(cafe: Runtime, app: Flask) -> None:
    who = member(cafe, Role.VIEWER)
    made = token_of(cafe, who, name="Somebody’s program")
    client = Client(app.test_client())
    client.sign_in(factories.create_staff(cafe, Role.ADMINISTRATOR).email)
    assert "Somebody’s program" in client.page(f"/accounts/{who.id}").words
    assert client.raw.post(f"/accounts/{who.id}/tokens/{made.token.id}/end").status_code == 302
    assert Program(app, made.secret).ask("/studies").status_code == 401
    assert client.raw.post(f"/accounts/{who.id}/tokens/{uuid.uuid4()}/end").status_code == 404


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": ""}, "Give the token a name"),
        ({"name": "", "scopes": None}, "Give the token a name"),
        ({"name": "", "scopes": None}, "at least one thing"),
        ({"scopes": "answers"}, "at least one thing"),
        ({"scopes": None}, "at least one thing"),
        ({"days": "400"}, "how many days it lasts"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(cafe: Runtime, app: Flask, said: dict[str, Any], why: str) -> None:
    client = Client(app.test_client())
    client.sign_in(member(cafe, Role.VIEWER).email)
    whole = {"name": "Nightly", "scopes": "releases", "days": "30", **said}
    reply = client.raw.post("/staff/programs", data={key: value for key, value in whole.items() if value is not None})
    assert reply.status_code == 422
    assert why in reply.get_data(as_text=True)


def test_whoever_may_see_nothing_is_told_so(cafe: Runtime, app: Flask) -> None:
    client = Client(app.test_client())
    client.sign_in(member(cafe, Role.INTERVIEWER).email)
    assert "Ask a manager of the study." in client.page("/staff/programs").words


def test_the_page_for_people_tells_of_every_address(cafe: Runtime, app: Flask) -> None:
    client = Client(app.test_client())
    client.sign_in(member(cafe, Role.VIEWER).email)
    words = client.page("/staff/programs/addresses").words
    for path in described()["paths"]:
        assert f"GET {path}" in words
