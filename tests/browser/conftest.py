"""Browser tests run in the machine's own Chromium, driven by Playwright; nothing is downloaded for them."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

QUIET_AND_HEADLESS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run. Without Chromium the tests are skipped, but fail where CI=true."""
    chromium = shutil.which("chromium")
    if chromium is None:
        reason = "Chromium is not installed (no `chromium` on the PATH), so browser tests cannot run."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=QUIET_AND_HEADLESS)
        yield launched
        launched.close()
