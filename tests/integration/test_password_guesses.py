"""Passwords and codes that somebody guesses: slowed by who tries, so that nobody is kept out by others."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import guesses
from surveyapp.services.security.guesses import TooManyGuesses
from surveyapp.services.security.sessions import Browser
from surveyapp.services.staff import accounts, invitations, own_account, sign_in
from surveyapp.services.work import Desk
from tests import factories
from tests.conftest import Clock
from tests.integration.test_signing_in import FREE, NEW, SHORTLY, WRONG_CODE, acts, post, problems, try_password
from tests.page import Client

ELSEWHERE = Browser(address="203.0.113.5")
KNOWN = "__Host-shiftline_browser"


def fail(runtime: Runtime, email: str, times: int, browser: Browser = ELSEWHERE) -> None:
    """So many wrong passwords in a row, in a browser that never signed in."""
    for _ in range(times):
        with pytest.raises(InputRefused):
            sign_in.check_password(runtime, email, "wrong", browser)


def get_in(runtime: Runtime, email: str, browser: Browser = ELSEWHERE) -> Staff:
    """The right password and code. Raises TooManyGuesses where they are not looked at."""
    entering = sign_in.check_password(runtime, email, factories.PASSWORD, browser)
    entering = sign_in.check_code(runtime, entering, factories.next_code(runtime, email), browser)
    return sign_in.finish(runtime, entering, browser).staff


def known_to(runtime: Runtime, staff: Staff) -> Browser:
    """A browser that somebody signed in with before."""
    return Browser(known_by={guesses.account_key(runtime, staff.email): "mark"})


def test_an_unknown_browser_waits_ever_longer_and_is_told_for_how_long(
    runtime: Runtime, client: Client, clock: Clock
) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    for _ in range(FREE):
        assert problems(try_password(client, manager.email, "wrong"))
    for wait in (30, 60, 120):
        form = {**client.page("/staff/login").fields(), "email": manager.email, "password": factories.PASSWORD}
        response = client.post("/staff/login", form)
        assert (response.status_code, response.headers["Retry-After"]) == (429, str(wait)), "even the right one"
        clock.now += dt.timedelta(seconds=wait) - SHORTLY
        assert client.post("/staff/login", form).headers["Retry-After"] == "1", "and until the last moment"
        clock.now += SHORTLY
        assert problems(try_password(client, manager.email, "wrong"))
    clock.forward(seconds=240)
    assert try_password(client, manager.email, factories.PASSWORD) == "/staff/code"


def test_nobody_is_told_whether_there_is_such_an_account(runtime: Runtime) -> None:
    fail(runtime, "nobody@example.org", FREE)
    with pytest.raises(TooManyGuesses) as refused:
        sign_in.check_password(runtime, " NOBODY@example.org", "wrong", ELSEWHERE)
    assert refused.value.seconds == 30


def test_unknown_browsers_of_an_account_are_slowed_together(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    for number in range(FREE):
        fail(runtime, manager.email, 1, Browser(address=f"192.0.2.{number}"))
    with pytest.raises(TooManyGuesses):
        get_in(runtime, manager.email, Browser(address="198.51.100.1"))


def test_a_known_browser_is_not_kept_out_by_others(runtime: Runtime) -> None:
    manager, colleague = (factories.create_staff(runtime, Role.MANAGER) for _ in range(2))
    fail(runtime, manager.email, FREE)
    assert get_in(runtime, manager.email, known_to(runtime, manager)).id == manager.id
    with pytest.raises(TooManyGuesses):
        get_in(runtime, manager.email, known_to(runtime, colleague))


def test_a_known_browser_has_a_count_of_its_own(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    fail(runtime, manager.email, FREE, known_to(runtime, manager))
    with pytest.raises(TooManyGuesses):
        get_in(runtime, manager.email, known_to(runtime, manager))
    assert get_in(runtime, manager.email).id == manager.id, "which is nobody else's"


def test_a_browser_is_known_once_somebody_has_signed_in_with_it(runtime: Runtime, client: Client) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    try_password(client, manager.email, factories.PASSWORD)
    assert client.raw.get_cookie(KNOWN) is None, "a password alone makes no browser known"
    client.sign_in(manager.email)
    found = client.raw.get_cookie(KNOWN)
    assert found is not None
    assert (found.secure, found.http_only, found.path) == (True, True, "/")
    assert manager.email not in found.value
    client.post("/staff/logout", client.page("/staff/password").fields())
    fail(runtime, manager.email, FREE)
    other = Client(client.raw.application.test_client())
    form = {**other.page("/staff/login").fields(), "email": manager.email, "password": factories.PASSWORD}
    assert other.post("/staff/login", form).status_code == 429
    other.raw.set_cookie(KNOWN, found.value[:-2] + "xx")
    assert other.post("/staff/login", form).status_code == 429, "one that we did not sign is none"
    assert try_password(client, manager.email, factories.PASSWORD) == "/staff/code"


def test_failures_are_counted_anew_after_a_success(runtime: Runtime, clock: Clock) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    for _ in range(3):
        fail(runtime, evaluator.email, FREE - 1)
        assert get_in(runtime, evaluator.email).id == evaluator.id
        clock.forward(seconds=30)


def test_failures_are_counted_anew_a_day_after_the_last(runtime: Runtime, clock: Clock) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    fail(runtime, evaluator.email, FREE)
    clock.forward(days=1)
    fail(runtime, evaluator.email, FREE - 1)
    assert get_in(runtime, evaluator.email).id == evaluator.id


def test_one_persons_failures_are_nobody_elses(runtime: Runtime) -> None:
    first, second = (factories.create_staff(runtime, Role.EVALUATOR) for _ in range(2))
    fail(runtime, first.email, FREE)
    assert get_in(runtime, second.email).id == second.id


def test_an_address_that_tries_many_accounts_is_slowed(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    spraying = Browser(address="192.0.2.7")
    for number in range(50):
        fail(runtime, f"somebody{number}@example.org", 1, spraying)
    with pytest.raises(TooManyGuesses):
        get_in(runtime, evaluator.email, spraying)
    known = dataclasses.replace(spraying, known_by=known_to(runtime, evaluator).known_by)
    assert get_in(runtime, evaluator.email, known).id == evaluator.id, "whose browser is known there gets in"


def test_an_operators_link_begins_the_count_anew(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    fail(runtime, evaluator.email, FREE)
    link = accounts.new_link(factories.operator(runtime), evaluator.email)
    opened = invitations.open_link(runtime, link.rpartition("/")[2])
    entering = invitations.choose_password(runtime, opened.id, NEW)
    assert sign_in.step(runtime, entering) is sign_in.Step.SECOND_FACTOR, "a link stands in for no second factor"
    assert sign_in.check_password(runtime, evaluator.email, NEW, ELSEWHERE).staff_id == evaluator.id


def test_wrong_current_passwords_count_by_session(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    desk, new = Desk(runtime, evaluator), "another right passphrase"
    for _ in range(FREE):
        with pytest.raises(InputRefused, match="That is not your password"):
            sign_in.change_password(desk, "wrong", new, Browser(token="a thief's"))
    with pytest.raises(TooManyGuesses):
        sign_in.change_password(desk, factories.PASSWORD, new, Browser(token="a thief's"))
    assert sign_in.change_password(desk, factories.PASSWORD, new, Browser(token="their own")).staff == evaluator


def test_wrong_codes_count_like_wrong_passwords(runtime: Runtime, client: Client, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    for _ in range(FREE):
        # The right password between wrong codes does not begin the count anew.
        assert try_password(client, manager.email, factories.PASSWORD) == "/staff/code"
        assert WRONG_CODE in problems(post(client, "/staff/code", code="000000"))[0]
    code = factories.next_code(runtime, manager.email)
    refused = client.post("/staff/code", {**client.page("/staff/code").fields(), "code": code})
    assert refused.status_code == 429, "even the right one is not looked at now"
    assert acts(runtime).count("second_factor_refused") == FREE
    clock.forward(seconds=30)
    client.sign_in(manager.email)
    assert client.get("/staff").location == "/manage/job_rotation"


def test_wrong_recovery_codes_count_like_wrong_passwords(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    code, *_ = own_account.new_recovery_codes(Desk(runtime, manager))
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, ELSEWHERE)
    for wrong in ("", "K7QM", code[:-1], code + "2", "K7QM-2VXA-9TBC-XY23"):
        with pytest.raises(InputRefused):
            sign_in.check_recovery_code(runtime, entering, wrong, ELSEWHERE)
    with pytest.raises(TooManyGuesses):
        sign_in.check_recovery_code(runtime, entering, code, ELSEWHERE)
    with pytest.raises(TooManyGuesses):
        sign_in.check_password(runtime, manager.email, factories.PASSWORD, ELSEWHERE)
