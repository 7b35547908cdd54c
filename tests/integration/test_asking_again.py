"""What takes much away, or lets somebody in later, asks for the password again once it was given a while ago."""

from __future__ import annotations

import pytest

from surveyapp.domain.staff import Staff
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.conftest import Clock
from tests.integration.test_sessions import HOME, copied
from tests.integration.test_sessions import manager as manager
from tests.integration.test_sessions import signed_in as signed_in
from tests.page import Client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/staff/account"),
        ("POST", "/staff/account/passkeys/ask"),
        ("POST", "/staff/account/passkeys"),
        ("POST", "/staff/account/passkeys/00000000-0000-0000-0000-000000000001/remove"),
        ("GET", "/staff/account/app"),
        ("POST", "/staff/account/app"),
        ("POST", "/staff/account/app/remove"),
        ("POST", "/staff/account/recovery-codes"),
        ("GET", "/rights/job_rotation/BF-0001/held"),
    ],
)
def test_what_lets_in_later_or_hands_a_record_over_asks_for_the_password_again(
    runtime: Runtime, signed_in: Client, clock: Clock, method: str, path: str
) -> None:
    """Somebody at a desk that was left alone makes themselves no key, and takes nobody's record."""
    factories.create_participant(runtime, reference="BF-0001")
    form = signed_in.page("/staff/password").fields()
    clock.forward(minutes=10)
    reply = signed_in.raw.open(path, method=method, data=form if method == "POST" else None)
    back = path if method == "GET" else "/staff/account"
    assert reply.location == f"/staff/verify?next={back}"
    clock.forward(minutes=-1)
    assert "/staff/verify" not in (
        signed_in.raw.open(path, method=method, data=form if method == "POST" else None).location or ""
    )


def test_another_session_is_ended_by_whoever_gave_the_password_lately(
    signed_in: Client, manager: Staff, clock: Clock
) -> None:
    """To see them is open to whoever is in; to end them would be a way to keep their owner out."""
    other = Client(signed_in.raw.application.test_client())
    clock.forward(minutes=10)
    other.sign_in(manager.email)
    page = signed_in.page("/staff/sessions")
    everything = {**page.fields(), "others": "1"}
    (asked,) = {
        signed_in.post("/staff/sessions", form).location
        for form in (everything, {**page.fields(), "session": "00000000-0000-0000-0000-000000000001"})
    }
    assert asked == "/staff/verify?next=/staff/sessions"
    assert other.get(HOME).status_code == 200
    right = {**signed_in.page(asked).fields(), "password": factories.PASSWORD}
    assert signed_in.post(asked, right).location == "/staff/sessions"
    signed_in.post("/staff/sessions", {**signed_in.page("/staff/sessions").fields(), "others": "1"})
    assert [each.get(HOME).status_code for each in (signed_in, other)] == [200, 302]


def test_links_for_many_ask_for_the_password_again(runtime: Runtime, signed_in: Client, clock: Clock) -> None:
    factories.create_participant(runtime)
    links_page = f"{HOME}/participants/links"
    clock.forward(minutes=9, seconds=59)
    form = {**signed_in.page(links_page).fields(), "touchpoint": "backfill.1", "way": "direct"}
    clock.forward(seconds=1)
    asked = signed_in.post(links_page, form).location
    assert asked == "/staff/verify?next=/staff/kept"
    wrong = signed_in.post(asked, {**signed_in.page(asked).fields(), "password": "wrong"})
    assert wrong.status_code == 422
    # What it opens is not open to a copy of the cookie from before.
    thief = copied(signed_in)
    assert thief.get(HOME).status_code == 200
    right = {**signed_in.page(asked).fields(), "password": factories.PASSWORD}
    assert signed_in.post(asked, right).location == "/staff/kept"
    assert thief.get(HOME).location.startswith("/staff/login")
    response = signed_in.post(links_page, {**signed_in.page("/staff/kept").fields()})
    assert response.mimetype == "text/csv"
    assert signed_in.get(links_page).status_code == 200
    clock.forward(minutes=10)
    assert signed_in.get(links_page).location == f"/staff/verify?next={links_page}"
