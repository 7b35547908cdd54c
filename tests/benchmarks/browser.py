"""When a page can be used in a browser that has never seen this site: headless Chromium, on loopback, unthrottled."""

from __future__ import annotations

import shutil
import threading

from flask import Flask
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from tests import factories

FREE = """() => new Promise(done => {
  const asked = () => {
    const before = performance.now();
    setTimeout(() => { const now = performance.now(); now - before < 50 ? done(now) : asked(); });
  };
  document.readyState === "complete" ? asked() : addEventListener("load", asked);
})"""
"""When everything has loaded and what is asked of the page is answered within 50 ms, in ms since it was asked for. An
idle callback would wait for frames, which a browser without a window may not draw."""


def interactive(app: Flask, email: str, address: str) -> float | None:
    """Seconds until a page is loaded and answers at once, to somebody who has signed in, with nothing of this site kept
    by the browser; None where there is no Chromium."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        return None
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.port}"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium)
            page = browser.new_page()
            page.goto(f"{root}/staff/login")
            page.fill("[name=email]", email)
            page.fill("[name=password]", factories.PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url("**/staff/code")
            page.fill("[name=code]", factories.next_code(app.extensions["surveyapp"], email))
            page.press("[name=code]", "Enter")
            page.wait_for_url("**/results/**")
            signed_in = page.context.storage_state()
            page.close()
            taken = []
            for _ in range(3):
                context = browser.new_context(storage_state=signed_in)
                page = context.new_page()
                page.goto(root + address, wait_until="commit")
                taken.append(float(page.evaluate(FREE)) / 1000)
                if page.url != root + address:
                    raise AssertionError(f"{address} led to {page.url}")
                context.close()
            browser.close()
    finally:
        server.shutdown()
    return sorted(taken)[1]
