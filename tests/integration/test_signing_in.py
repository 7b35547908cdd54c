"""Staff signing in, as they and those who would like to be them meet it."""

from __future__ import annotations

import datetime as dt
import re

import argon2
import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from surveyapp import create_app
from surveyapp.domain.errors import InputRefused, SignInAgain
from surveyapp.domain.staff import Role
from surveyapp.services import keyring
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.sessions import Browser
from surveyapp.services.staff import accounts, own_account, sign_in
from surveyapp.services.work import Desk
from surveyapp.store import staff as store
from surveyapp.store.security import audit
from surveyapp.store.tables import Base
from tests import factories
from tests.conftest import Clock
from tests.page import Client, Page

SHORTLY = dt.timedelta(microseconds=1)
NEW = "four words or so"
TEN = 10
FREE = 5
"""So many wrong ones before anybody waits."""

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


def details(runtime: Runtime, action: str) -> list[dict[str, object]]:
    """What the trail says of every such act."""
    with runtime.database.reading() as session:
        return [entry.detail for entry in audit.entries(session) if entry.action == action]


def acts(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return [entry.action for entry in audit.entries(session)]


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.MANAGER, "/manage/job_rotation"),
        (Role.INTERVIEWER, "/interviews"),
        (Role.SUPERVISOR, "/standing/job_rotation"),
        (Role.EVALUATOR, "/results/job_rotation"),
        (Role.VIEWER, "/released/job_rotation"),
        (None, "/staff/nothing"),
    ],
)
def test_everybody_gives_a_code_as_well(runtime: Runtime, client: Client, role: Role | None, home: str) -> None:
    member = factories.create_staff(runtime, *([role] if role else []))
    assert try_password(client, member.email.upper(), factories.PASSWORD) == "/staff/code"
    assert client.get("/staff/password").location.startswith("/staff/login"), "a password alone opens nothing"
    assert post(client, "/staff/code", code=factories.next_code(runtime, member.email)) == home
    assert details(runtime, "signed_in") == [{"ways": ["password", "code"]}]


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


def test_a_password_is_hashed_anew_once_hashes_are_slower(
    runtime: Runtime, client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    monkeypatch.setattr(keyring, "_hasher", argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))

    def hashed() -> str | None:
        with runtime.database.reading() as session:
            found = store.credentials(session, manager.email)
        assert found is not None
        return found.password_hash

    before = hashed()
    assert problems(try_password(client, manager.email, "wrong"))
    assert hashed() == before, "by nobody who does not have it"
    try_password(client, manager.email, factories.PASSWORD)
    assert "m=16,t=2,p=1" in (hashed() or "")
    code = pyotp.TOTP(factories.TOTP_KEY).at(clock.now)
    assert post(client, "/staff/code", code=code) == "/manage/job_rotation", "and the sign-in goes on"


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
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
    code = pyotp.TOTP(factories.TOTP_KEY).at(clock.now + dt.timedelta(seconds=seconds))
    if taken:
        assert sign_in.check_code(runtime, entering, code, Browser()).factor_given
    else:
        with pytest.raises(InputRefused):
            sign_in.check_code(runtime, entering, code, Browser())


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
    assert post(client, "/staff/second-factor", code=pyotp.TOTP(key).at(clock.now)) == "/staff/recovery-codes"
    assert keep_codes(client) == "/manage/job_rotation"
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
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
    made = sign_in.new_secret(runtime, entering)
    with pytest.raises(SignInAgain):
        sign_in.set_up(runtime, entering, made.sealed, pyotp.TOTP(made.key).at(runtime.clock()))


def test_a_key_made_for_somebody_else_is_refused(runtime: Runtime) -> None:
    first, second = (factories.create_staff(runtime, Role.MANAGER, second_factor=False) for _ in range(2))
    made = sign_in.new_secret(runtime, sign_in.check_password(runtime, first.email, factories.PASSWORD, Browser()))
    entering = sign_in.check_password(runtime, second.email, factories.PASSWORD, Browser())
    for sealed in (made.sealed, "", "first:", "first:%%%", "unknown:AAAA"):
        with pytest.raises(SignInAgain):
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


def invite(runtime: Runtime, *roles: Role) -> str:
    """The path of a newcomer's invitation."""
    added = accounts.add_user(factories.operator(runtime), "new@example.org", "New", roles, factories.STUDY)
    assert added.link is not None
    return added.link.removeprefix(runtime.settings.public_url)


def test_by_an_invitation_somebody_chooses_their_password_and_second_factor(
    runtime: Runtime, client: Client, clock: Clock
) -> None:
    path = invite(runtime, Role.MANAGER)
    assert problems(try_password(client, "new@example.org", "")), "nobody signs in without a password"
    clock.now += dt.timedelta(hours=72) - SHORTLY
    client.get(path)
    assert client.get(path).location == "/staff/new-password", "opening it uses nothing up"
    for new, fault in (
        ("short", "15 to 200"),
        ("aaaaaaaaaaaaaaaa", "too easy"),
        ("NEW@example.org!!", "your name or address"),
    ):
        assert fault in problems(post(client, "/staff/new-password", password=new, again=new))[0]
    assert "not the same" in problems(post(client, "/staff/new-password", password=NEW, again="x"))[0]
    assert post(client, "/staff/new-password", password=NEW, again=NEW) == "/staff/second-factor"
    key = re.sub(r"\s", "", client.page("/staff/second-factor").said("code")[0])
    assert post(client, "/staff/second-factor", code=pyotp.TOTP(key).at(clock.now)) == "/staff/recovery-codes"
    assert keep_codes(client) == "/manage/job_rotation"
    assert details(runtime, "signed_in") == [{"ways": ["link", "code"]}]
    thief = Client(client.raw.application.test_client())
    assert thief.get(path).status_code == 410, "it works once"


def test_a_link_ends_after_72_hours_and_with_the_next(runtime: Runtime, client: Client, clock: Clock) -> None:
    path = invite(runtime, Role.EVALUATOR)
    newer = accounts.new_link(factories.operator(runtime), "new@example.org").removeprefix(runtime.settings.public_url)
    over = client.get(path)
    assert over.status_code == 410
    assert "Ask whoever gave it to you" in over.text
    client.get(newer)
    clock.now += dt.timedelta(hours=72)
    assert client.get("/staff/new-password").status_code == 410
    assert client.get(newer).status_code == 410
    assert client.get("/staff/join/nothing").status_code == 410
    assert client.get("/staff/new-password").status_code == 410, "without a link there is nothing to choose"


def test_a_link_lets_nobody_in_who_left(runtime: Runtime, client: Client) -> None:
    path = invite(runtime, Role.EVALUATOR)
    client.get(path)
    accounts.set_active(factories.operator(runtime), "new@example.org", False)
    assert client.get(path).status_code == 410
    assert client.get("/staff/new-password").status_code == 410


def test_neither_links_nor_codes_are_kept(runtime: Runtime, client: Client, clock: Clock) -> None:
    path = invite(runtime, Role.EVALUATOR)
    codes = own_account.new_recovery_codes(Desk(runtime, factories.create_staff(runtime, Role.EVALUATOR)))
    with runtime.database.reading() as session:
        rows = [
            str(row)
            for table in Base.metadata.sorted_tables
            if table.name in ("password_link", "recovery_code", "staff", "audit")
            for row in session.execute(select(table))
        ]
    assert len(rows) > TEN
    for secret in (path.rpartition("/")[2], *codes, *(code.replace("-", "") for code in codes)):
        assert not any(secret in row for row in rows)


def keep_codes(client: Client) -> Page | str:
    """Has the codes shown and goes on: where that leads."""
    shown = client.post("/staff/recovery-codes", client.page("/staff/recovery-codes").fields())
    assert len(set(Page(shown.text).said("code"))) == TEN
    return client.post("/staff/recovery-codes/kept", Page(shown.text).fields()).location


def test_a_recovery_code_stands_in_for_the_second_factor_once(runtime: Runtime, client: Client) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    code, other, *_ = own_account.new_recovery_codes(Desk(runtime, manager))
    try_password(client, manager.email, factories.PASSWORD)
    typed = code.lower().replace("-", " ")
    assert post(client, "/staff/recovery", code=typed) == "/staff/account?recovered=1"
    page = client.page("/staff/account?recovered=1")
    assert "You signed in with a recovery code. 9 are left." in page.words
    assert f"Used on {runtime.clock().day} {runtime.clock():%b %Y}." in page.words
    assert details(runtime, "recovery_code_used") == [{"left": 9}]
    again = Client(client.raw.application.test_client())
    try_password(again, manager.email, factories.PASSWORD)
    assert "Each works once" in problems(post(again, "/staff/recovery", code=code))[0]
    assert post(again, "/staff/recovery", code=other) == "/staff/account?recovered=1"
    own_account.new_recovery_codes(Desk(runtime, manager))
    third = Client(client.raw.application.test_client())
    try_password(third, manager.email, factories.PASSWORD)
    assert problems(post(third, "/staff/recovery", code=other)), "new ones end those of before"


def test_codes_are_made_anew_once_none_is_left(runtime: Runtime, client: Client, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    codes = own_account.new_recovery_codes(Desk(runtime, manager))
    for code in codes:
        entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
        entering = sign_in.check_recovery_code(runtime, entering, code, Browser())
    assert sign_in.step(runtime, entering) is sign_in.Step.RECOVERY_CODES
    try_password(client, manager.email, factories.PASSWORD)
    assert post(client, "/staff/code", code=factories.next_code(runtime, manager.email)) == "/staff/recovery-codes"
    assert client.get("/staff/account").location.startswith("/staff/login"), "nobody is in before they have them"
    assert keep_codes(client) == "/manage/job_rotation"


def test_an_app_is_replaced_and_removed_on_the_account_page(runtime: Runtime, client: Client, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(manager.email)
    key = re.sub(r"\s", "", client.page("/staff/account/app").said("code")[0])
    assert WRONG_CODE in problems(post(client, "/staff/account/app", code="123456"))[0]
    assert re.sub(r"\s", "", Page(client.get("/staff/account/app").text).said("code")[0]) != key, "left, and begun anew"
    key = re.sub(r"\s", "", client.page("/staff/account/app").said("code")[0])
    clock.forward(minutes=1)
    code = pyotp.TOTP(key).at(clock.now)
    form = {**client.page("/staff/account").fields(), "code": code}
    assert client.post("/staff/account/app", form).location == "/staff/account?done=app_set_up"
    clock.forward(minutes=1)
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
    with pytest.raises(InputRefused):
        sign_in.check_code(runtime, entering, pyotp.TOTP(factories.TOTP_KEY).at(clock.now), Browser())
    assert sign_in.check_code(runtime, entering, pyotp.TOTP(key).at(clock.now), Browser()).factor_given
    refused = client.post("/staff/account/app/remove", client.page("/staff/account").fields())
    assert refused.status_code == 409
    assert "only second factor" in refused.text


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
