"""Passkeys: what lets somebody in, and every answer that does not."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveyapp.domain.errors import InputRefused, NotFound, SignInAgain, StateRefused
from surveyapp.domain.security.passkeys import RelyingParty, relying_party
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.sessions import Browser
from surveyapp.services.staff import accounts, by_passkey, own_account, passkeys, sign_in
from surveyapp.services.staff.sign_in import SignInWay, Step
from surveyapp.services.work import Desk
from surveyapp.store import staff as staff_store
from surveyapp.store.security import audit
from tests import factories
from tests.authenticator import Authenticator
from tests.conftest import Clock
from tests.page import Client, Page

ORIGIN = "http://localhost:8000"


def enrolled(runtime: Runtime, staff: Staff, name: str = "my phone", **device: Any) -> Authenticator:
    """A passkey that somebody has made, signed in."""
    made = Authenticator(origin=ORIGIN, **device)
    asked = own_account.ask_for_passkey(Desk(runtime, staff))
    own_account.add_passkey(Desk(runtime, staff), asked.challenge, made.make(asked.options), name)
    return made


def test_a_passkey_alone_is_both_factors(runtime: Runtime) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    device = enrolled(runtime, evaluator)
    for _ in range(2):
        asked = by_passkey.ask_to_sign_in(runtime)
        assert json.loads(asked.options)["userVerification"] == "required"
        entering = by_passkey.enter(runtime, asked.challenge, device.show(asked.options))
        assert sign_in.step(runtime, entering) is Step.DONE
        assert sign_in.finish(runtime, entering, Browser()).staff.id == evaluator.id
    ways = own_account.ways_in(Desk(runtime, evaluator))
    assert [(each.name, each.sign_count, each.transports) for each in ways.passkeys] == [
        ("my phone", 2, ("internal",)),
    ]
    assert ways.passkeys[0].last_used_at == runtime.clock()
    with runtime.database.reading() as session:
        signed_in = [each.detail for each in audit.entries(session) if each.action.value == "signed_in"]
    assert signed_in == [{"ways": ["passkey"]}] * 2


def test_a_passkey_follows_a_password(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    device, spare = enrolled(runtime, manager), enrolled(runtime, manager, "key ring")
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
    asked = by_passkey.ask_after_password(runtime, entering)
    assert len(json.loads(asked.options)["allowCredentials"]) == 2
    given = by_passkey.give(runtime, entering, asked.challenge, spare.show(asked.options))
    assert given.ways == (SignInWay.PASSWORD, SignInWay.PASSKEY)
    assert sign_in.step(runtime, given) is Step.DONE
    other = factories.create_staff(runtime, Role.MANAGER)
    theirs = sign_in.check_password(runtime, other.email, factories.PASSWORD, Browser())
    asked = by_passkey.ask_after_password(runtime, theirs)
    with pytest.raises(InputRefused):
        by_passkey.give(runtime, theirs, asked.challenge, device.show(asked.options))


def test_the_first_factor_may_be_a_passkey(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER, second_factor=False)
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
    assert sign_in.step(runtime, entering) is Step.SET_UP
    asked = by_passkey.ask_to_set_up(runtime, entering)
    device = Authenticator(origin=ORIGIN)
    after = by_passkey.set_up(runtime, entering, asked.challenge, device.make(asked.options), "  my   phone ")
    assert sign_in.step(runtime, after) is Step.RECOVERY_CODES
    with pytest.raises(SignInAgain):
        sign_in.step(runtime, entering)
    again = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
    with pytest.raises(SignInAgain):
        by_passkey.ask_to_set_up(runtime, again)


Wrong = Callable[[Authenticator], object]

WRONG: dict[str, Wrong] = {
    "nobody was verified": lambda each: setattr(each, "verifies", False),
    "another site asked": lambda each: setattr(each, "origin", "https://shiftline.example"),
    "for another site": lambda each: setattr(each, "party", "shiftline.example"),
    "its count went back": lambda each: setattr(each, "count", 0),
    "another key signed": lambda each: setattr(each, "key", Authenticator(origin=ORIGIN).key),
    "nobody knows it": lambda each: setattr(each, "credential_id", b"nobody's"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_an_answer_that_is_wrong_lets_nobody_in(runtime: Runtime, wrong: Wrong) -> None:
    device = enrolled(runtime, factories.create_staff(runtime, Role.MANAGER))
    for _ in range(3):
        asked = by_passkey.ask_to_sign_in(runtime)
        by_passkey.enter(runtime, asked.challenge, device.show(asked.options))
    wrong(device)
    asked = by_passkey.ask_to_sign_in(runtime)
    with pytest.raises(InputRefused, match="does not let you in"):
        by_passkey.enter(runtime, asked.challenge, device.show(asked.options))


def test_an_answer_lets_in_once(runtime: Runtime, clock: Clock) -> None:
    """Also a copy of it with a copy of the browser's cookie, and by a passkey that does not count."""
    device = enrolled(runtime, factories.create_staff(runtime, Role.MANAGER), counts=False)
    asked = by_passkey.ask_to_sign_in(runtime)
    answer = device.show(asked.options)
    by_passkey.enter(runtime, asked.challenge, answer)
    for seconds in (0, 299, 2, 600):
        clock.forward(seconds=seconds)
        with pytest.raises(InputRefused):
            by_passkey.enter(runtime, asked.challenge, answer)


def test_a_challenge_waits_five_minutes_and_for_its_own_step(runtime: Runtime, clock: Clock) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    device = enrolled(runtime, manager)
    asked = by_passkey.ask_to_sign_in(runtime)
    clock.now += passkeys.GOOD_FOR
    with pytest.raises(InputRefused):
        by_passkey.enter(runtime, asked.challenge, device.show(asked.options))
    clock.now -= dt.timedelta(microseconds=1)
    assert by_passkey.enter(runtime, asked.challenge, device.show(asked.options)).staff_id == manager.id
    entering = sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser())
    asked = by_passkey.ask_after_password(runtime, entering)
    with pytest.raises(InputRefused):
        by_passkey.enter(runtime, asked.challenge, device.show(asked.options))
    with pytest.raises(InputRefused):
        by_passkey.enter(runtime, None, device.show(asked.options))
    asked = own_account.ask_for_passkey(Desk(runtime, manager))
    with pytest.raises(InputRefused):
        by_passkey.enter(runtime, asked.challenge, device.show(asked.options))


def test_others_failures_keep_no_passkey_out(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    device = enrolled(runtime, manager)
    for _ in range(5):
        with pytest.raises(InputRefused):
            sign_in.check_password(runtime, manager.email, "wrong", Browser())
    asked = by_passkey.ask_to_sign_in(runtime)
    assert by_passkey.enter(runtime, asked.challenge, device.show(asked.options)).staff_id == manager.id


def test_somebody_who_left_has_no_passkey(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    device = enrolled(runtime, manager)
    accounts.set_active(factories.operator(runtime), manager.email, False)
    asked = by_passkey.ask_to_sign_in(runtime)
    with pytest.raises(InputRefused):
        by_passkey.enter(runtime, asked.challenge, device.show(asked.options))


@pytest.mark.both_databases
def test_a_passkey_is_removed_but_not_the_last_second_factor(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    desk = Desk(runtime, manager)
    device = enrolled(runtime, manager)
    (kept,) = own_account.ways_in(desk).passkeys
    own_account.remove_app(desk)
    with pytest.raises(StateRefused, match="only second factor"):
        own_account.remove_passkey(desk, kept.id)
    stranger = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    with pytest.raises(NotFound):
        own_account.remove_passkey(stranger, kept.id)
    enrolled(runtime, manager, "key ring")
    own_account.remove_passkey(desk, kept.id)
    asked = by_passkey.ask_to_sign_in(runtime)
    with pytest.raises(InputRefused):
        by_passkey.enter(runtime, asked.challenge, device.show(asked.options))
    assert [each.name for each in own_account.ways_in(desk).passkeys] == ["key ring"]
    with runtime.database.reading() as session:
        acts = {each.action.value for each in audit.entries(session) if each.staff_id == manager.id}
    assert {"app_removed", "passkey_added", "passkey_removed"} <= acts


def test_whoever_is_signed_in_shows_by_a_passkey_that_it_is_they(
    runtime: Runtime, client: Client, clock: Clock
) -> None:
    """Also whoever has no password: they came by a passkey, or by a provider."""
    manager = factories.create_staff(runtime, Role.MANAGER)
    device, other = enrolled(runtime, manager), enrolled(runtime, factories.create_staff(runtime, Role.MANAGER))
    client.sign_in(manager.email)
    with runtime.database.writing() as session:
        staff_store.set_password(session, manager.id, None)
    links = "/manage/job_rotation/participants/links"
    clock.forward(minutes=10)
    page = Page(client.get(client.get(links).location, base_url=ORIGIN).text)
    assert "Use a passkey" in page.words
    assert "password" not in page.fields()
    token = page.fields()["csrf_token"]
    asking = {"csrf_token": token}

    def shown(by: Authenticator, ask: str = "/staff/verify/passkey/ask") -> str:
        answer = by.show(client.post(ask, asking).text)
        reply = client.post(f"/staff/verify/passkey?next={links}", {**asking, "answer": answer})
        return reply.location or Page(reply.text).words

    assert "does not let you in" in shown(other)
    assert "does not let you in" in shown(device, "/staff/passkey/ask"), "asked for signing in"
    assert client.get(links).status_code == 302
    assert shown(device) == links
    assert client.get(links).status_code == 200
    with runtime.database.reading() as session:
        acts = [(each.action.value, each.detail) for each in audit.entries(session) if each.staff_id == manager.id]
    assert ("verified_again", {"way": "passkey"}) in acts
    assert [each for each in acts if each[0] == "sign_in_refused"] == [("sign_in_refused", {"way": "passkey"})] * 2


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_passkey_has_a_name_of_its_owners(runtime: Runtime, name: str) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    with pytest.raises(InputRefused, match="a name of at most 60"):
        enrolled(runtime, manager, name)
    enrolled(runtime, manager, "x" * 60)


def test_no_passkey_is_kept_twice_or_for_two(runtime: Runtime) -> None:
    first, second = (factories.create_staff(runtime, Role.MANAGER) for _ in range(2))
    device = enrolled(runtime, first)
    for member in (first, second):
        asked = own_account.ask_for_passkey(Desk(runtime, member))
        with pytest.raises(InputRefused, match="could not be kept"):
            own_account.add_passkey(Desk(runtime, member), asked.challenge, device.make(asked.options), "again")
    asked = own_account.ask_for_passkey(Desk(runtime, first))
    with pytest.raises(InputRefused, match="took too long"):
        own_account.add_passkey(Desk(runtime, second), asked.challenge, device.make(asked.options), "not theirs")


def test_an_operator_takes_all_of_it_away(runtime: Runtime) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    device = enrolled(runtime, manager)
    accounts.reset_second_factor(factories.operator(runtime), manager.email)
    ways = own_account.ways_in(Desk(runtime, manager))
    assert (ways.app, ways.passkeys, ways.codes) == (False, (), 0)
    asked = by_passkey.ask_to_sign_in(runtime)
    with pytest.raises(InputRefused):
        by_passkey.enter(runtime, asked.challenge, device.show(asked.options))
    assert (
        sign_in.step(runtime, sign_in.check_password(runtime, manager.email, factories.PASSWORD, Browser()))
        is Step.SET_UP
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "rawId", "response", "type", "x"]), inner),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(said=JSON, at=st.integers(0, 400), junk=st.binary(min_size=1, max_size=6))
def test_whatever_is_sent_is_refused_with_a_sentence(runtime: Runtime, said: object, at: int, junk: bytes) -> None:
    """Anything that is JSON, what is none, and a good answer with bytes put in."""
    manager = factories.create_staff(runtime, Role.MANAGER)
    desk = Desk(runtime, manager)
    asked = own_account.ask_for_passkey(desk)
    good = Authenticator(origin=ORIGIN).make(asked.options)
    for answer in (json.dumps(said), str(said), good[:at] + junk.decode("latin-1") + good[at:], "[" * 100_000):
        try:
            own_account.add_passkey(desk, asked.challenge, answer, "any")
        except InputRefused:
            continue
        break  # what was put in changed nothing that counts
    with pytest.raises(InputRefused):
        by_passkey.enter(runtime, by_passkey.ask_to_sign_in(runtime).challenge, json.dumps(said))


@pytest.mark.parametrize(
    ("public_url", "party"),
    [
        ("https://survey.example.org", RelyingParty("survey.example.org", "https://survey.example.org")),
        ("https://survey.example.org:8443", RelyingParty("survey.example.org", "https://survey.example.org:8443")),
        ("http://127.0.0.1:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://localhost:5001", RelyingParty("localhost", "http://localhost:5001")),
        ("https://10.1.2.3", None),
    ],
)
def test_whom_passkeys_are_for(public_url: str, party: RelyingParty | None) -> None:
    assert relying_party(public_url) == party
