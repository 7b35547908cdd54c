"""Sessions end on the server: a cookie that somebody copied opens nothing once they have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select

from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.participants import links
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.staff import accounts, granting
from surveyapp.services.work import Desk
from surveyapp.store.tables import WebSessionRow
from tests import factories
from tests.conftest import Clock
from tests.page import Client
from tests.phone import Phone

STAFF_COOKIE, PARTICIPANT_COOKIE = "__Host-shiftline_staff", "__Host-shiftline_participant"
SECOND = dt.timedelta(seconds=1)
HOME = "/manage/job_rotation"


def copied(client: Client, name: str = STAFF_COOKIE) -> Client:
    """Another browser with a copy of the cookie."""
    found = client.raw.get_cookie(name)
    assert found is not None
    thief = Client(client.raw.application.test_client())
    thief.raw.set_cookie(name, found.value)
    return thief


def is_in(client: Client) -> bool:
    response = client.get(HOME)
    assert response.status_code == 200 or (response.location or "").startswith("/staff/login")
    return response.status_code == 200


def ended(runtime: Runtime) -> list[EndedWhy | None]:
    """Why every session there is was ended, oldest first."""
    with runtime.database.reading() as session:
        return list(session.scalars(select(WebSessionRow.ended_why).order_by(WebSessionRow.id)))


@pytest.fixture
def manager(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.MANAGER)


@pytest.fixture
def signed_in(client: Client, manager: Staff) -> Client:
    client.sign_in(manager.email)
    assert is_in(client)
    return client


def test_a_copied_cookie_opens_nothing_after_signing_out(runtime: Runtime, signed_in: Client) -> None:
    thief = copied(signed_in)
    assert is_in(thief)
    signed_in.post("/staff/logout", signed_in.page(HOME).fields())
    assert not is_in(signed_in)
    assert not is_in(thief)
    assert ended(runtime) == [EndedWhy.SIGNED_OUT]


def sign_in_again(runtime: Runtime, client: Client, manager: Staff) -> None:
    client.sign_in(manager.email)


def change_password(runtime: Runtime, client: Client, manager: Staff) -> None:
    form, new = client.page("/staff/password").fields(), "four words or so"
    response = client.post("/staff/password", {**form, "current": factories.PASSWORD, "password": new, "again": new})
    assert response.location == "/staff/password?changed=1"


def new_password(runtime: Runtime, client: Client, manager: Staff) -> None:
    accounts.new_link(factories.operator(runtime), manager.email)


def more_roles(runtime: Runtime, client: Client, manager: Staff) -> None:
    granting.grant(factories.operator(runtime), manager.email, factories.STUDY, Role.EVALUATOR)


def fewer_roles(runtime: Runtime, client: Client, manager: Staff) -> None:
    factories.create_staff(runtime, Role.MANAGER)
    granting.revoke(factories.operator(runtime), manager.email, factories.STUDY, Role.MANAGER)


def lose_second_factor(runtime: Runtime, client: Client, manager: Staff) -> None:
    accounts.reset_second_factor(factories.operator(runtime), manager.email)


def deactivate(runtime: Runtime, client: Client, manager: Staff) -> None:
    accounts.set_active(factories.operator(runtime), manager.email, False)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (sign_in_again, EndedWhy.REPLACED),
        (change_password, EndedWhy.PASSWORD_CHANGED),
        (new_password, EndedWhy.PASSWORD_CHANGED),
        (more_roles, EndedWhy.ROLES_CHANGED),
        (fewer_roles, EndedWhy.ROLES_CHANGED),
        (lose_second_factor, EndedWhy.SECOND_FACTOR_CHANGED),
        (deactivate, EndedWhy.DEACTIVATED),
    ],
)
def test_a_copied_cookie_opens_nothing_after(
    runtime: Runtime, signed_in: Client, manager: Staff, act: Callable[..., None], why: EndedWhy
) -> None:
    thief = copied(signed_in)
    act(runtime, signed_in, manager)
    response = thief.get(HOME)
    assert (response.status_code, response.location.partition("?")[0]) == (302, "/staff/login")
    assert ended(runtime)[0] is why


def test_somebody_made_active_again_is_not_signed_in_again(runtime: Runtime, signed_in: Client, manager: Staff) -> None:
    deactivate(runtime, signed_in, manager)
    accounts.set_active(factories.operator(runtime), manager.email, True)
    assert not is_in(signed_in)


@pytest.mark.parametrize(("off", "lives"), [(-SECOND, True), (dt.timedelta(), False), (SECOND, False)])
def test_staff_who_do_nothing_for_half_an_hour_are_signed_out(
    signed_in: Client, clock: Clock, off: dt.timedelta, lives: bool
) -> None:
    clock.forward(minutes=20)
    assert is_in(signed_in)
    clock.now += dt.timedelta(minutes=30) + off
    assert is_in(signed_in) is lives


@pytest.mark.parametrize(("off", "lives"), [(-SECOND, True), (dt.timedelta(), False), (SECOND, False)])
def test_after_twelve_hours_staff_sign_in_anew_whatever_they_do(
    signed_in: Client, clock: Clock, off: dt.timedelta, lives: bool
) -> None:
    began = clock.now
    while clock.now < began + dt.timedelta(hours=11, minutes=40):
        clock.forward(minutes=20)
        assert is_in(signed_in)
    clock.now = began + dt.timedelta(hours=12) + off
    assert is_in(signed_in) is lives


def test_what_a_page_reads_of_a_session_is_one_row_by_its_key(runtime: Runtime, signed_in: Client) -> None:
    with factories.counted(runtime) as statements:
        signed_in.get(HOME)
    read = [each for each in statements if "web_session" in each]
    assert len(read) == 1
    assert read[0].startswith("SELECT")
    assert read[0].split("WHERE")[1].split()[0] == "web_session.digest", "the unique index finds it"


def test_use_is_written_down_once_a_minute(runtime: Runtime, signed_in: Client, clock: Clock) -> None:
    def written() -> int:
        with factories.counted(runtime) as statements:
            signed_in.get(HOME)
        return len([each for each in statements if each.startswith("UPDATE web_session")])

    clock.forward(seconds=59)
    assert written() == 0
    clock.forward(seconds=1)
    assert [written(), written()] == [1, 0]


# Participants


def go_on(phone: Phone) -> str:
    phone.open("/survey")
    return phone.heading


def thief_of(phone: Phone) -> Phone:
    thief = Phone.__new__(Phone)
    thief.client = copied(phone.client, PARTICIPANT_COOKIE)
    return thief


OVER = "Open your link again"


def test_leaving_ends_the_session_for_a_copied_cookie_too(runtime: Runtime, phone: Phone) -> None:
    thief = thief_of(phone)
    assert go_on(thief) != OVER
    phone.open("/survey/leave")
    assert go_on(thief) == OVER
    assert thief.status == 403
    assert ended(runtime) == [EndedWhy.LEFT]


def test_another_persons_link_ends_the_session_that_was_there(runtime: Runtime, phone: Phone) -> None:
    thief = thief_of(phone)
    phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    assert go_on(thief) == OVER
    assert ended(runtime) == [EndedWhy.REPLACED, None]


def test_the_same_link_goes_on_with_the_session_there_is(runtime: Runtime, phone: Phone, link: str) -> None:
    phone.open(link)
    assert ended(runtime) == [None]


def test_revoking_what_let_them_in_ends_it(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    links.revoke(Desk(runtime, manager), factories.STUDY, candidate.reference, 1)
    assert go_on(phone) == "This link no longer works"
    assert ended(runtime) == [EndedWhy.ACCESS_REVOKED]


def test_withdrawing_ends_every_session_of_the_person(runtime: Runtime, candidate: Participant, phone: Phone) -> None:
    other = Phone(runtime, phone.client.raw.application)
    other.open(factories.create_link(runtime, candidate))
    stranger = Phone(runtime, phone.client.raw.application)
    stranger.agree(factories.create_link(runtime, factories.create_participant(runtime)))
    with factories.operator(runtime).writing() as work:
        assert sessions.end_all_of_participant(work, candidate.id, EndedWhy.WITHDRAWN) == 2
    assert [go_on(each) == "Nothing more is asked of you" for each in (phone, other, stranger)] == [True, True, False]


@pytest.mark.parametrize(("own", "minutes"), [(None, 30), (False, 30), (True, 12 * 60)])
@pytest.mark.parametrize(("off", "lives"), [(-SECOND, True), (dt.timedelta(), False), (SECOND, False)])
def test_a_participants_page_that_nobody_uses_closes(
    runtime: Runtime, phone: Phone, clock: Clock, own: bool | None, minutes: int, off: dt.timedelta, lives: bool
) -> None:
    with runtime.database.reading() as session:
        (row_id,) = session.scalars(select(WebSessionRow.id))
    with runtime.database.writing() as session:
        session.get_one(WebSessionRow, row_id).own_device = own
    clock.now += dt.timedelta(minutes=minutes) + off
    assert (go_on(phone) != OVER) is lives
    if not lives:
        assert "Nobody used this page for a while" in phone.page.words


def test_a_participants_session_ends_with_their_link(runtime: Runtime, link: str, clock: Clock) -> None:
    # Enrolled on 15 June: the link is good to the end of 12 November.
    end = dt.datetime(2026, 11, 13, tzinfo=dt.UTC)
    clock.now = end - dt.timedelta(minutes=10)
    phone = Phone(runtime)
    phone.open(link)
    clock.now = end - SECOND
    assert go_on(phone) == "The time for this is over"
    clock.now = end
    assert go_on(phone) == OVER


def test_a_cookie_of_before_sessions_were_kept_is_nobodys(client: Client) -> None:
    with client.raw.session_transaction() as cookie:
        cookie["access"] = "01890a5d-ac96-774b-bcce-b302099a8057"
    response = client.get("/survey")
    assert response.status_code == 403
    assert "Open your link again" in response.text
    with client.raw.session_transaction("/staff") as cookie:
        cookie["_user_id"] = "01890a5d-ac96-774b-bcce-b302099a8057:1"
    assert not is_in(client)


def test_neither_audience_takes_the_others_session(runtime: Runtime, signed_in: Client, phone: Phone) -> None:
    with signed_in.raw.session_transaction("/staff") as cookie:
        staffs = cookie["sid"]
    with phone.client.raw.session_transaction() as cookie:
        theirs = cookie["sid"]
        cookie["sid"] = staffs
    assert go_on(phone) == OVER
    with signed_in.raw.session_transaction("/staff") as cookie:
        cookie["sid"] = theirs
    assert not is_in(signed_in)


def test_the_database_does_not_hold_a_token(runtime: Runtime, signed_in: Client) -> None:
    with signed_in.raw.session_transaction("/staff") as cookie:
        token = cookie["sid"]
    with runtime.database.reading() as session:
        (row,) = session.scalars(select(WebSessionRow))
    assert len(row.digest) == 64
    assert token not in (row.digest, str(row.id))


def test_cookies_of_a_site_over_https_are_this_hosts_alone(client: Client) -> None:
    client.page("/staff/login")
    client.page("/start")
    cookies = [client.raw.get_cookie(name) for name in (STAFF_COOKIE, PARTICIPANT_COOKIE)]
    for each in cookies:
        assert each is not None
        assert (each.secure, each.http_only, each.same_site, each.path, each.origin_only) == (
            True,
            True,
            "Lax",
            "/",
            True,
        )


def test_rows_of_sessions_go_a_while_after_they_are_over(
    runtime: Runtime, signed_in: Client, manager: Staff, clock: Clock
) -> None:
    clock.forward(days=30, hours=12)
    signed_in.sign_in(manager.email)
    assert len(ended(runtime)) == 2
    clock.forward(seconds=1)
    signed_in.sign_in(manager.email)
    assert len(ended(runtime)) == 2, "the first is gone, the third is there"


# One's own


@pytest.mark.both_databases
def test_ones_sessions_are_listed_and_ended_one_or_all_others(
    runtime: Runtime, signed_in: Client, manager: Staff
) -> None:
    app = signed_in.raw.application
    others = [Client(app.test_client()) for _ in range(2)]
    agents = ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "curl/8.5.0")
    for other, agent in zip(others, agents, strict=True):
        other.raw.environ_base["HTTP_USER_AGENT"] = agent
        other.sign_in(manager.email)
    stranger = Client(app.test_client())
    stranger.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    page = signed_in.page("/staff/sessions")
    assert len(page.said("h2")) == 3
    assert page.said("h2")[0].endswith("(this one)")
    assert "Firefox, Android" in page.said("h2")
    token = page.fields()["csrf_token"][0]
    (phone,) = [
        each.id for each in sessions.own_sessions(Desk(runtime, manager)) if each.user_agent == "Firefox, Android"
    ]
    signed_in.post("/staff/sessions", {"csrf_token": token, "session": str(phone)})
    assert [is_in(each) for each in others] == [False, True]
    # Somebody else's is not theirs to end.
    theirs = stranger.page("/staff/sessions").fields()["csrf_token"][0]
    (own,) = [each.id for each in sessions.own_sessions(Desk(runtime, manager)) if each.user_agent == ""][:1]
    stranger.post("/staff/sessions", {"csrf_token": theirs, "session": str(own)})
    assert [is_in(each) for each in others] == [False, True]
    signed_in.post("/staff/sessions", {"csrf_token": token, "others": "1"})
    assert [is_in(each) for each in (signed_in, *others, stranger)] == [True, False, False, True]
    assert signed_in.post("/staff/sessions", {"csrf_token": token, "session": "x"}).status_code == 400


def test_asking_how_long_there_is_does_not_prolong_it_and_staying_does(signed_in: Client, clock: Clock) -> None:
    token = signed_in.page("/staff/sessions").fields()["csrf_token"][0]
    clock.forward(minutes=28)
    assert signed_in.get("/staff/session").json == {"left": 120, "last": False}
    clock.forward(minutes=1)
    assert signed_in.get("/staff/session").json == {"left": 60, "last": False}
    assert signed_in.post("/staff/session", {"csrf_token": token}).json == {"left": 1800, "last": False}
    clock.forward(minutes=30)
    assert signed_in.get("/staff/session").json == {"left": 0, "last": False}
    assert not is_in(signed_in)
    assert Client(signed_in.raw.application.test_client()).get("/staff/session").json == {"left": 0, "last": False}


def test_the_last_half_hour_of_twelve_cannot_be_put_off(signed_in: Client, clock: Clock) -> None:
    began = clock.now
    while clock.now < began + dt.timedelta(hours=11, minutes=40):
        clock.forward(minutes=20)
        assert is_in(signed_in)
    token = signed_in.page("/staff/sessions").fields()["csrf_token"][0]
    assert signed_in.post("/staff/session", {"csrf_token": token}).json == {"left": 1200, "last": True}
