"""Signing in with another provider's word for it, the provider being a real one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from typing import Any

import pyotp
import pytest
from joserfc.jwk import RSAKey

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.environment.outside import SignInProvider
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import accounts
from surveyapp.store import staff as store
from surveyapp.store.security import audit
from tests import factories, openid_provider
from tests.conftest import Clock
from tests.openid_provider import RunningProvider
from tests.page import Client, Page
from tests.posing_provider import SECRET, PosingProvider, by_secret, posing, unsigned

BACK = "http://127.0.0.1:8000/staff/openid/back"
FAILED = "did not answer as it should"
UNKNOWN = "no account here goes with who it says you are"


class StopAtHome(urllib.request.HTTPRedirectHandler):
    """Follows the provider's redirects until one leads back to us."""

    def redirect_request(self, *arguments: object) -> urllib.request.Request | None:
        url = str(arguments[-1])
        return None if url.startswith(BACK) else super().redirect_request(*arguments)  # type: ignore[arg-type]


@pytest.fixture
def provider() -> Iterator[RunningProvider]:
    with openid_provider.running(BACK) as found:
        yield found


def client_of(runtime: Runtime, provider: SignInProvider) -> Client:
    """A browser at an installation that the provider is set for."""
    runtime = dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, provider=provider))
    app = create_app(runtime)
    app.testing = True
    return Client(app.test_client())


@pytest.fixture
def browser(runtime: Runtime, provider: RunningProvider) -> Client:
    return client_of(runtime, provider.settings)


def to_the_provider_and_back(browser: Client, address: str = "/staff/openid") -> str:
    """The address that the provider sends the browser back to."""
    leaves = browser.get(address)
    assert leaves.status_code == 302, Page(leaves.text).words
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(leaves.location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"]
    assert asked["nonce"]
    opener = urllib.request.build_opener(StopAtHome, urllib.request.HTTPCookieProcessor(CookieJar()))
    with pytest.raises(urllib.error.HTTPError) as stopped:
        opener.open(leaves.location, timeout=10)
    stopped.value.close()
    back = urllib.parse.urlsplit(stopped.value.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_in(browser: Client) -> str:
    """Where a round by the provider leads, or what the page says."""
    response = browser.get(to_the_provider_and_back(browser))
    return response.location or Page(response.text).words


def test_a_provider_that_asked_for_both_factors_lets_in(
    runtime: Runtime, provider: RunningProvider, browser: Client
) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER, second_factor=False)
    assert "Sign in with Council account" in browser.page("/staff/login").words
    provider.means("u-1", manager.email.upper(), amr="mfa")
    assert sign_in(browser) == "/manage/job_rotation"
    with runtime.database.reading() as session:
        *_, bound, signed_in = audit.entries(session)
    assert (bound.action.value, signed_in.detail) == ("provider_bound", {"ways": ["provider"]})
    # From then on it is the provider's own name for them that counts, and no other's.
    provider.means("u-1", "married@example.org", amr="mfa")
    assert sign_in(browser) == "/manage/job_rotation"
    provider.means("u-2", manager.email, amr="mfa")
    assert UNKNOWN in sign_in(browser)


def test_otherwise_our_own_second_factor_follows(runtime: Runtime, provider: RunningProvider, browser: Client) -> None:
    with_app = factories.create_staff(runtime, Role.MANAGER)
    provider.means("u-1", with_app.email)
    assert sign_in(browser) == "/staff/code"
    code = factories.next_code(runtime, with_app.email)
    response = browser.post("/staff/code", {**browser.page("/staff/code").fields(), "code": code})
    assert response.location == "/manage/job_rotation"
    without = factories.create_staff(runtime, Role.EVALUATOR, second_factor=False)
    provider.means("u-2", without.email, amr="pwd")
    assert sign_in(browser) == "/staff/second-factor"
    assert pyotp.TOTP(factories.TOTP_KEY), "nothing of it is known to the provider"


@pytest.mark.parametrize(
    ("email", "verified"), [("nobody@example.org", True), ("manager@example.org", False), ("left@example.org", True)]
)
def test_whom_no_account_goes_with_is_not_let_in(
    runtime: Runtime, provider: RunningProvider, browser: Client, email: str, verified: bool
) -> None:
    factories.create_staff(runtime, Role.MANAGER, email="manager@example.org")
    factories.create_staff(runtime, Role.MANAGER, email="left@example.org")
    accounts.set_active(factories.operator(runtime), "left@example.org", False)
    provider.means("u-9", email, verified=verified, amr="mfa")
    assert UNKNOWN in sign_in(browser)
    with runtime.database.reading() as session:
        assert store.credentials(session, "nobody@example.org") is None, "no account is made"
        assert audit.entries(session)[-1].action.value == "sign_in_refused"


def test_whoever_has_no_password_shows_by_the_provider_that_it_is_they(
    runtime: Runtime, provider: RunningProvider, browser: Client, clock: Clock
) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    with runtime.database.writing() as session:
        store.set_password(session, manager.id, None)
    provider.means("u-1", manager.email, amr="mfa")
    sign_in(browser)
    links = "/manage/job_rotation/participants/links"
    clock.forward(minutes=10)
    page = browser.page(browser.get(links).location)
    (again,) = [each for each in page.links() if "/staff/openid" in each]
    assert browser.get(to_the_provider_and_back(browser, again)).location == links
    assert browser.get(links).status_code == 200
    # A provider that does not ask again, because it just let somebody in some time ago, shows nothing.
    clock.now = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=13)
    sign_in(browser)
    assert FAILED in Page(browser.get(to_the_provider_and_back(browser, again)).text).words


def test_an_answer_is_taken_from_the_browser_that_asked_and_once(
    runtime: Runtime, provider: RunningProvider, browser: Client
) -> None:
    manager = factories.create_staff(runtime, Role.MANAGER)
    provider.means("u-1", manager.email, amr="mfa")
    back = to_the_provider_and_back(browser)
    thief = Client(browser.raw.application.test_client())
    assert FAILED in Page(thief.get(back).text).words, "state is of the other browser"
    assert FAILED in Page(browser.get(back.replace("code=", "code=x")).text).words
    assert FAILED in Page(browser.get(back).text).words, "state is used"
    assert sign_in(browser) == "/manage/job_rotation"


def test_a_provider_that_does_not_answer_is_said(runtime: Runtime) -> None:
    gone = SignInProvider(f"http://localhost:{openid_provider.free_port()}", "shiftline", "x", "Council account")
    assert FAILED in Page(client_of(runtime, gone).get("/staff/openid").text).words


def test_without_one_there_is_no_such_page(client: Client) -> None:
    assert client.get("/staff/openid").status_code == 404
    assert "Council account" not in client.page("/staff/login").words


@pytest.fixture(scope="module")
def impostor() -> Iterator[PosingProvider]:
    with posing() as found:
        yield found


def round_by(browser: Client, impostor: PosingProvider, token: Callable[[str], str | None]) -> str:
    """Where a round by it leads, or what the page says. `token` is given the nonce that we asked with."""
    leaves = browser.get("/staff/openid")
    if leaves.location is None:
        return Page(leaves.text).words
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(leaves.location).query)
    impostor.id_token = token(asked["nonce"][0])
    back = browser.get(f"/staff/openid/back?code=x&state={asked['state'][0]}")
    return back.location or Page(back.text).words


def test_no_token_but_a_right_one_lets_in(runtime: Runtime, impostor: PosingProvider) -> None:
    """Unsigned, signed by somebody else, by what everybody knows, with a key of its own; another's, of another time."""
    factories.create_staff(runtime, Role.MANAGER, email="manager@example.org")
    one, claims = impostor, impostor.claims
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    now = int(dt.datetime.now(dt.UTC).timestamp())
    wrong: dict[str, Callable[[str], str | None]] = {
        "none": lambda _nonce: None,
        "unsigned": lambda nonce: unsigned(claims(nonce)),
        "signed with our own secret": lambda nonce: by_secret(claims(nonce), SECRET.encode()),
        "signed with the public key": lambda nonce: by_secret(claims(nonce), one.key.as_pem(private=False)),
        "signed by somebody else": lambda nonce: one.signed(claims(nonce), stranger),
        "with a key of its own": lambda nonce: one.signed(claims(nonce), stranger, jwk=stranger.as_dict(private=False)),
        "changed after signing": lambda nonce: _with(one.signed(claims(nonce, sub="u-2")), claims(nonce)),
        "of another issuer": lambda nonce: one.signed(claims(nonce, iss="https://elsewhere.example")),
        "of nobody": lambda nonce: one.signed(claims(nonce, sub=None)),
        "for another": lambda nonce: one.signed(claims(nonce, aud="another")),
        "for nobody": lambda nonce: one.signed(claims(nonce, aud=None)),
        "asked for by another": lambda _nonce: one.signed(claims("another")),
        "asked for by nobody": lambda nonce: one.signed(claims(nonce, nonce=None)),
        "over": lambda nonce: one.signed(claims(nonce, exp=now - 600)),
        "without an end": lambda nonce: one.signed(claims(nonce, exp=None)),
    }
    browser = client_of(runtime, impostor.settings)
    came = {name: round_by(browser, impostor, token) for name, token in wrong.items()}
    assert {name: said for name, said in came.items() if FAILED not in said} == {}
    assert round_by(browser, impostor, lambda nonce: one.signed(claims(nonce))) == "/manage/job_rotation"


def _with(token: str, claims: dict[str, Any]) -> str:
    """A token with other claims under the signature it has."""
    head, _, signature = token.split(".")
    return f"{head}.{unsigned(claims).split('.')[1]}.{signature}"


def test_a_provider_that_names_itself_otherwise_is_not_asked(runtime: Runtime, impostor: PosingProvider) -> None:
    impostor.said = {"issuer": "https://elsewhere.example"}
    response = client_of(runtime, impostor.settings).get("/staff/openid")
    assert (response.location, FAILED in Page(response.text).words) == (None, True)
    impostor.said = {}


def test_our_secret_goes_nowhere_else(runtime: Runtime, impostor: PosingProvider) -> None:
    factories.create_staff(runtime, Role.MANAGER, email="manager@example.org")
    browser, right = client_of(runtime, impostor.settings), lambda nonce: impostor.signed(impostor.claims(nonce))
    impostor.token_moved = True
    assert FAILED in round_by(browser, impostor, right)
    assert impostor.handed == []
    impostor.token_moved = False
