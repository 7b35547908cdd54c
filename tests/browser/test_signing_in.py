"""A member of staff from the invitation to the recovery code, in a browser with a security key of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from werkzeug.serving import make_server

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from surveyapp.services.staff import accounts
from tests import factories
from tests.browser.accessible import check_accessible
from tests.browser.conftest import Quiet, Tab
from tests.conftest import Clock

PASSPHRASE = "gravel tin oboe harbour"


@pytest.fixture
def at_localhost(sqlite_url: str, clock: Clock) -> Iterator[tuple[str, Runtime]]:
    """An installation that asks for second factors, under the one name on this machine that passkeys can be for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    runtime = factories.create_runtime(sqlite_url, clock, public_url=f"http://localhost:{port}")
    factories.open_questionnaires(runtime)
    server = make_server("127.0.0.1", port, create_app(runtime), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{port}", runtime
    server.shutdown()
    thread.join()
    server.server_close()
    runtime.database.dispose()


def add_security_key(page: Page) -> None:
    """Chromium's virtual authenticator: one that keeps passkeys and finds its holder to be who they are."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_from_the_invitation_to_the_recovery_code(at_localhost: tuple[str, Runtime], tab: Tab) -> None:
    address, runtime = at_localhost
    added = accounts.add_user(factories.operator(runtime), "ana@example.org", "Ana", [Role.MANAGER], factories.STUDY)
    assert added.link is not None
    page = tab("about:blank")
    add_security_key(page)

    # The invitation: a password, then the first second factor, then the codes, and in.
    page.goto(added.link)
    assert page.url == f"{address}/staff/new-password", "the link's secret does not stay in the address"
    check_accessible(page)
    page.fill("#password", "too short")
    show = page.locator("[data-shows=password]")
    show.click()
    assert page.get_attribute("#password", "type") == "text"
    page.fill("#again", "too short")
    page.click("main form button:not([type])")
    assert "15 to 200" in page.locator(".error-summary").inner_text()
    page.fill("#password", PASSPHRASE)
    page.fill("#again", PASSPHRASE)
    page.press("#again", "Enter")
    page.wait_for_url("**/staff/second-factor")
    check_accessible(page)
    page.fill("#name", "laptop")
    page.click("text=Make a passkey")
    page.wait_for_url("**/staff/recovery-codes")
    page.click("text=Show the codes")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(set(codes)) == 10
    check_accessible(page)
    page.click("text=I have kept them")
    page.wait_for_url("**/manage/job_rotation")

    # The link is used up.
    other = tab(added.link)
    assert "no longer works" in other.locator("h1").inner_text()
    check_accessible(other)

    # By the passkey alone.
    page.click("text=Sign out")
    page.wait_for_url("**/staff/login")
    check_accessible(page)
    page.click("text=Sign in with a passkey")
    page.wait_for_url("**/manage/job_rotation")
    page.goto(f"{address}/staff/account")
    assert "laptop" in page.locator("section[aria-labelledby=passkeys]").inner_text()
    check_accessible(page)

    # By the password and the passkey.
    page.click("text=Sign out")
    page.fill("#email", "ana@example.org")
    page.fill("#password", PASSPHRASE)
    page.press("#password", "Enter")
    page.wait_for_url("**/staff/code")
    check_accessible(page)
    page.click("text=Use a passkey")
    page.wait_for_url("**/manage/job_rotation")

    # In a browser without the passkey: by the password and a recovery code.
    elsewhere = tab(f"{address}/staff/login", "phone")
    elsewhere.fill("#email", "ana@example.org")
    elsewhere.fill("#password", PASSPHRASE)
    elsewhere.press("#password", "Enter")
    elsewhere.wait_for_url("**/staff/code")
    elsewhere.click("a:has-text('Use a recovery code')")
    check_accessible(elsewhere)
    elsewhere.fill("#code", codes[3].lower())
    elsewhere.press("#code", "Enter")
    elsewhere.wait_for_url("**/staff/account*")
    assert "9 are left" in elsewhere.locator("[role=status]").first.inner_text()


def test_without_a_script_a_code_does(at_localhost: tuple[str, Runtime], tab: Tab) -> None:
    address, runtime = at_localhost
    manager = factories.create_staff(runtime, Role.MANAGER)
    page = tab(f"{address}/staff/login", java_script_enabled=False)
    assert not page.locator("text=Sign in with a passkey").is_visible()
    page.fill("#email", manager.email)
    page.fill("#password", factories.PASSWORD)
    page.press("#password", "Enter")
    page.fill("#code", factories.next_code(runtime, manager.email))
    page.press("#code", "Enter")
    page.wait_for_url("**/manage/job_rotation")


def test_at_a_number_the_page_says_where_passkeys_work(at_localhost: tuple[str, Runtime], tab: Tab) -> None:
    address, _ = at_localhost
    page = tab(address.replace("localhost", "127.0.0.1") + "/staff/login")
    assert f"they work at {address} and not at the address you are at" in page.locator("main").inner_text()
    assert not page.locator("text=Sign in with a passkey").is_visible()
    check_accessible(page)
