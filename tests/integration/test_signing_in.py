"""Staff signing in, as they and those who would like to be them meet it."""

from __future__ import annotations

import contextlib
import datetime as dt
import re

import pyotp
import pytest
from flask import Flask

from surveyapp import create_app
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.staff import Grant, Role, Staff
from surveyapp.services.keyring import hash_password
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.sessions import Browser
from surveyapp.services.staff import accounts, sign_in
from surveyapp.services.staff.passwords import check_new_password
from surveyapp.services.work import Desk
from surveyapp.store import staff as store
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.page import Client, Page

SHORTLY = dt.timedelta(microseconds=1)
TEN, A_QUARTER = 10, dt.timedelta(minutes=15)
"""So many failures rest an account for so long."""

WRONG_CODE = "That code is not right"


def post(client: Client, path: str, **data: str) -> Page | str:
    """Posts a form with what its page holds: the page that comes back, or where it leads."""
    response = client.post(path, {**client.page(path).fields(), **data})
    return response.location or Page(response.text)


def try_password(client: Client, email: str, password: str) -> Page | str:
    return post(client, "/staff/login", email=email, password=password)


def problems(page: Page | str) -> list[str]:
    assert isinstance(page, Page), f"went on to {page}"
    return [text for text in page.said("li") if text]


def cookie(client: Client) -> str:
    found = client.raw.get_cookie("__Host-shiftline_staff")
    return found.value if found else ""


def acts(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return [entry.action for entry in audit.entries(session)]


def test_an_evaluator_signs_in_with_a_password_alone(runtime: Runtime, client: Client) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    assert try_password(client, evaluator.email.upper(), factories.PASSWORD) == "/results/job_rotation"
    assert "signed_in" in acts(runtime)


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.MANAGER, "/manage/job_rotation"),
        (Role.INTERVIEWER, "/interviews"),
        (Role.SUPERVISOR, "/interviews"),
    ],
)
def test_whoever_sees_contacts_gives_a_code_as_well(runtime: Runtime, client: Client, role: Role, home: str) -> None:
    member = factories.create_staff(runtime, role)
    assert try_password(client, member.email, factories.PASSWORD) == "/staff/code"
    assert client.get("/staff/password").location.startswith("/staff/login"), "a password alone opens nothing"
    assert post(client, "/staff/code", code=factories.next_code(runtime, member.email)) == home


def test_every_reason_for_refusal_reads_the_same(runtime: Runtime, client: Client) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    said = {
        tuple(problems(try_password(client, email, password)))
        for email, password in (
            (manager.email, "wrong"),
            ("nobody@example.org", factories.PASSWORD),
            ("nobody@example.org", "wrong"),
        )
    }
    assert said == {("The e-mail address or the password is not right. Check both and try again.",)}
    assert acts(runtime).count("sign_in_refused") == 3, "the same work, whoever it was"


def fail(runtime: Runtime, email: str, times: int) -> None:
    """So many wrong passwords in a row."""
    for _ in range(times):
        with pytest.raises(InputRefused):
            sign_in.check_password(runtime, email, "wrong")


def get_in(runtime: Runtime, email: str) -> Staff:
    """The right password of somebody who needs no second factor. Raises InputRefused while the account rests."""
    return sign_in.finish(runtime, sign_in.check_password(runtime, email, factories.PASSWORD), Browser()).staff


def test_ten_wrong_passwords_rest_the_account_for_a_while(runtime: Runtime, client: Client, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    for _ in range(TEN):
        assert problems(try_password(client, manager.email, "wrong"))
    assert problems(try_password(client, manager.email, factories.PASSWORD)), "even the right one is refused now"
    clock.now += A_QUARTER - SHORTLY
    assert problems(try_password(client, manager.email, factories.PASSWORD)), "and until the last moment"
    clock.now += SHORTLY
    assert try_password(client, manager.email, factories.PASSWORD) == "/staff/code"


def test_nine_wrong_passwords_do_not(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    fail(runtime, evaluator.email, TEN - 1)
    assert get_in(runtime, evaluator.email).id == evaluator.id


def test_failures_are_counted_anew_after_a_success(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    for _ in range(3):
        fail(runtime, evaluator.email, TEN - 1)
        assert get_in(runtime, evaluator.email).id == evaluator.id
    fail(runtime, evaluator.email, TEN)
    with pytest.raises(InputRefused):
        get_in(runtime, evaluator.email)


def test_failures_are_counted_anew_after_a_rest(runtime: Runtime, clock: Clock) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    fail(runtime, evaluator.email, TEN)
    clock.now += A_QUARTER
    fail(runtime, evaluator.email, TEN - 1)
    assert get_in(runtime, evaluator.email).id == evaluator.id


def test_tries_while_an_account_rests_do_not_prolong_it(runtime: Runtime, clock: Clock) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    fail(runtime, evaluator.email, TEN)
    clock.now += A_QUARTER / 2
    fail(runtime, evaluator.email, 2 * TEN)
    clock.now += A_QUARTER / 2
    assert get_in(runtime, evaluator.email).id == evaluator.id


def test_one_persons_failures_are_nobody_elses(runtime: Runtime) -> None:
    first, second = (factories.create_staff(runtime, Role.EVALUATOR) for _ in range(2))
    fail(runtime, first.email, TEN)
    assert get_in(runtime, second.email).id == second.id


def test_an_operators_new_password_ends_the_rest(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    fail(runtime, evaluator.email, TEN)
    once = accounts.new_password(factories.operator(runtime), evaluator.email)
    entering = sign_in.check_password(runtime, evaluator.email, once)
    assert sign_in.step(runtime, entering) is sign_in.Step.NEW_PASSWORD
    fail(runtime, evaluator.email, TEN - 1)
    assert sign_in.check_password(runtime, evaluator.email, once).staff_id == evaluator.id


def test_wrong_current_passwords_count_too(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    for _ in range(TEN):
        with pytest.raises(InputRefused, match="That is not your password"):
            sign_in.change_password(Desk(runtime, evaluator), "wrong", "another right passphrase", Browser())
    with pytest.raises(InputRefused, match="That is not your password"):
        sign_in.change_password(Desk(runtime, evaluator), factories.PASSWORD, "another right passphrase", Browser())


@pytest.mark.parametrize(
    ("new", "taken"),
    [
        ("abcde" + "a" * 6, False),  # 11 characters
        ("abcde" + "a" * 7, True),
        ("abcd" + "a" * 20, False),  # four different ones
        ("abcde" + "a" * 195, True),
        ("abcde" + "a" * 196, False),  # 201 characters
        ("xx ANA@example.org xx", False),
        (factories.PASSWORD, False),
    ],
)
def test_what_can_be_chosen_as_a_password(new: str, taken: bool) -> None:
    with contextlib.nullcontext() if taken else pytest.raises(InputRefused):
        check_new_password(new, "ana@example.org", hash_password(factories.PASSWORD))


def test_wrong_codes_count_like_wrong_passwords(runtime: Runtime, client: Client, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    for _ in range(TEN):
        # The right password between wrong codes does not begin the count anew.
        assert try_password(client, manager.email, factories.PASSWORD) == "/staff/code"
        assert WRONG_CODE in problems(post(client, "/staff/code", code="000000"))[0]
    code = factories.next_code(runtime, manager.email)
    assert WRONG_CODE in problems(post(client, "/staff/code", code=code))[0], "even the right one is refused now"
    assert problems(try_password(client, manager.email, factories.PASSWORD))
    assert acts(runtime).count("second_factor_refused") == TEN
    clock.now += A_QUARTER
    client.sign_in(manager.email)
    assert client.get("/staff").location == "/manage/job_rotation"


def test_a_code_works_once(runtime: Runtime, client: Client, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    code = pyotp.TOTP(factories.TOTP_KEY).at(clock.now)
    try_password(client, manager.email, factories.PASSWORD)
    assert post(client, "/staff/code", code=f"{code[:3]} {code[3:]}") == "/manage/job_rotation"
    other = Client(client.raw.application.test_client())
    try_password(other, manager.email, factories.PASSWORD)
    assert WRONG_CODE in problems(post(other, "/staff/code", code=code))[0]
    before = pyotp.TOTP(factories.TOTP_KEY).at(clock.now, counter_offset=-1)
    assert WRONG_CODE in problems(post(other, "/staff/code", code=before))[0], "nor does an earlier one afterwards"
    clock.forward(seconds=30)
    assert post(other, "/staff/code", code=pyotp.TOTP(factories.TOTP_KEY).at(clock.now)) == "/manage/job_rotation"


@pytest.mark.parametrize(("seconds", "taken"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_phone_may_be_half_a_minute_off(runtime: Runtime, clock: Clock, seconds: int, taken: bool) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD)
    code = pyotp.TOTP(factories.TOTP_KEY).at(clock.now + dt.timedelta(seconds=seconds))
    if taken:
        assert sign_in.check_code(runtime, entering, code).code_given
    else:
        with pytest.raises(sign_in.InputRefused):
            sign_in.check_code(runtime, entering, code)


def test_a_right_password_waits_ten_minutes_for_its_code(runtime: Runtime, client: Client, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    try_password(client, manager.email, factories.PASSWORD)
    clock.now += dt.timedelta(minutes=10) - SHORTLY
    assert client.get("/staff/code").status_code == 200
    clock.now += SHORTLY
    assert client.get("/staff/code").location == "/staff/login?late=1"
    assert "took too long" in client.page("/staff/login?late=1").words


def test_the_first_time_the_second_factor_is_set_up(runtime: Runtime, client: Client, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER, second_factor=False)
    assert try_password(client, manager.email, factories.PASSWORD) == "/staff/second-factor"
    page = client.page("/staff/second-factor")
    key = re.sub(r"\s", "", page.said("code")[0])
    assert key not in cookie(client), "the cookie does not say the key"
    assert WRONG_CODE in problems(post(client, "/staff/second-factor", code="123456"))[0]
    assert re.sub(r"\s", "", client.page("/staff/second-factor").said("code")[0]) == key, "a wrong code keeps the key"
    assert post(client, "/staff/second-factor", code=pyotp.TOTP(key).at(clock.now)) == "/manage/job_rotation"
    with runtime.database.reading() as session:
        found = store.credentials(session, manager.email)
    assert found is not None
    assert found.totp is not None
    assert key.encode() not in found.totp.ciphertext
    assert "second_factor_set_up" in acts(runtime)
    clock.forward(minutes=1)
    again = Client(client.raw.application.test_client())
    assert try_password(again, manager.email, factories.PASSWORD) == "/staff/code"
    assert post(again, "/staff/code", code=pyotp.TOTP(key).at(clock.now)) == "/manage/job_rotation"


def test_a_second_factor_cannot_be_replaced_by_whoever_has_the_password(runtime: Runtime, client: Client) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    try_password(client, manager.email, factories.PASSWORD)
    assert client.get("/staff/second-factor").location.startswith("/staff/login")
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD)
    made = sign_in.new_secret(runtime, entering)
    with pytest.raises(sign_in.SignInAgain):
        sign_in.set_up(runtime, entering, made.sealed, pyotp.TOTP(made.key).at(runtime.clock()))


def test_a_key_made_for_somebody_else_is_refused(runtime: Runtime) -> None:
    first, second = (factories.create_staff(runtime, Role.MANAGER, second_factor=False) for _ in range(2))
    made = sign_in.new_secret(runtime, sign_in.check_password(runtime, first.email, factories.PASSWORD))
    entering = sign_in.check_password(runtime, second.email, factories.PASSWORD)
    for sealed in (made.sealed, "", "first:", "first:%%%", "unknown:AAAA"):
        with pytest.raises(sign_in.SignInAgain):
            sign_in.set_up(runtime, entering, sealed, pyotp.TOTP(made.key).at(runtime.clock()))


def test_the_demonstration_needs_no_second_factor(sqlite_url: str, clock: Clock) -> None:
    runtime = factories.create_runtime(sqlite_url, clock, demo=True)
    manager = factories.create_staff(runtime, Role.MANAGER, second_factor=False)
    app: Flask = create_app(runtime)
    app.testing = True
    assert try_password(Client(app.test_client()), manager.email, factories.PASSWORD) == "/manage/job_rotation"
    runtime.database.dispose()


def test_the_session_is_new_at_every_step(runtime: Runtime, client: Client) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    token = client.page("/staff/login").fields()["csrf_token"]
    seen = [cookie(client)]
    try_password(client, manager.email, factories.PASSWORD)
    waiting = cookie(client)
    assert client.page("/staff/code").fields()["csrf_token"] != token
    seen.append(waiting)
    post(client, "/staff/code", code=factories.next_code(runtime, manager.email))
    with client.raw.session_transaction("/staff") as session:
        assert "entering" not in session
    assert cookie(client) not in seen
    # The cookie from before the code, kept by somebody, still opens nothing.
    thief = client.raw.application.test_client()
    thief.set_cookie("__Host-shiftline_staff", waiting)
    assert thief.get("/staff/password").location.startswith("/staff/login")


@pytest.mark.parametrize(
    "target",
    [
        "https://example.com/",
        "//example.com/",
        "/\\example.com",
        "\\\\example.com",
        "/\t/example.com",
        "/\n/example.com",
        "javascript:alert(1)",
        "/s/secret",
        "staff",
        "http:///example.com",
        "/staff\r\nX: y",
        "///example.com/staff",
    ],
)
def test_only_this_sites_staff_pages_are_gone_on_to(runtime: Runtime, client: Client, target: str) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    form = client.page("/staff/login").fields()
    response = client.post(
        "/staff/login", {**form, "email": manager.email, "password": factories.PASSWORD}, query_string={"next": target}
    )
    assert response.location == "/staff/code"
    code = factories.next_code(runtime, manager.email)
    response = client.post(
        "/staff/code", {**client.page("/staff/code").fields(), "code": code}, query_string={"next": target}
    )
    assert response.location == "/manage/job_rotation"


def test_the_page_asked_for_comes_after_the_code(runtime: Runtime, client: Client) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    asked = client.get("/staff/password?a=b").location
    form = client.page(asked).fields()
    response = client.post(asked, {**form, "email": manager.email, "password": factories.PASSWORD})
    code = factories.next_code(runtime, manager.email)
    response = client.post(response.location, {**client.page(response.location).fields(), "code": code})
    assert response.location == "/staff/password?a=b"


def create_newcomer(runtime: Runtime, *roles: Role) -> Staff:
    with runtime.database.writing() as session:
        return store.add_staff(
            session,
            "new@example.org",
            "New",
            hash_password("K7QM-2VXA-9TBC-XY23"),
            [Grant(role, factories.STUDY) for role in roles],
            runtime.clock(),
            runtime.clock() + dt.timedelta(days=7),
        )


def test_a_one_time_password_is_replaced_at_once(runtime: Runtime, client: Client) -> None:
    newcomer = create_newcomer(runtime, Role.EVALUATOR)
    assert try_password(client, newcomer.email, "K7QM-2VXA-9TBC-XY23") == "/staff/new-password"
    assert client.get("/staff/password").location.startswith("/staff/login")
    for new, fault in (
        ("short", "12 to 200"),
        ("aaaaaaaaaaaaaaaa", "too easy"),
        ("K7QM-2VXA-9TBC-XY23", "Choose another"),
        ("NEW@example.org!!", "e-mail address"),
    ):
        assert fault in problems(post(client, "/staff/new-password", password=new, again=new))[0]
    assert "not the same" in problems(post(client, "/staff/new-password", password="four words or so", again="x"))[0]
    assert (
        post(client, "/staff/new-password", password="four words or so", again="four words or so")
        == "/results/job_rotation"
    )
    assert problems(try_password(client, newcomer.email, "K7QM-2VXA-9TBC-XY23"))
    assert try_password(client, newcomer.email, "four words or so") == "/results/job_rotation"


def test_a_one_time_password_expires(runtime: Runtime, client: Client, clock: Clock) -> None:
    newcomer = create_newcomer(runtime, Role.EVALUATOR)
    clock.forward(days=7)
    assert problems(try_password(client, newcomer.email, "K7QM-2VXA-9TBC-XY23"))
    clock.now -= SHORTLY
    assert try_password(client, newcomer.email, "K7QM-2VXA-9TBC-XY23") == "/staff/new-password"


def test_a_newcomer_who_sees_contacts_sets_up_the_second_factor_first(
    runtime: Runtime, client: Client, clock: Clock
) -> None:
    newcomer = create_newcomer(runtime, Role.MANAGER)
    assert try_password(client, newcomer.email, "K7QM-2VXA-9TBC-XY23") == "/staff/second-factor"
    assert client.get("/staff/new-password").location == "/staff/login?late=1"
    try_password(client, newcomer.email, "K7QM-2VXA-9TBC-XY23")
    key = re.sub(r"\s", "", client.page("/staff/second-factor").said("code")[0])
    assert post(client, "/staff/second-factor", code=pyotp.TOTP(key).at(clock.now)) == "/staff/new-password"
    new = "four words or so"
    assert post(client, "/staff/new-password", password=new, again=new) == "/manage/job_rotation"


def test_changing_ones_password_ends_the_other_sessions(runtime: Runtime, client: Client) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    other = Client(client.raw.application.test_client())
    client.sign_in(evaluator.email)
    other.sign_in(evaluator.email)
    new = "four words or so"
    assert "not your password" in problems(post(client, "/staff/password", current="wrong", password=new, again=new))[0]
    assert (
        post(client, "/staff/password", current=factories.PASSWORD, password=new, again=new)
        == "/staff/password?changed=1"
    )
    assert "is changed" in client.page("/staff/password?changed=1").words
    assert other.get("/staff/password").location.startswith("/staff/login")


def test_signing_out_ends_the_session(runtime: Runtime, client: Client) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    client.sign_in(evaluator.email)
    assert client.post("/staff/logout", client.page("/staff/password").fields()).location == "/staff/login"
    assert client.get("/staff/password").location.startswith("/staff/login")
