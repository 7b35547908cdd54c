"""What every answer tells the browser it may and may not do: each header where a browser acts on it, for a phone pays
for every byte of every answer."""

from __future__ import annotations

import base64
import hashlib

from flask import Flask, Response, current_app, g, request
from flask_compress import Compress

CONTENT_SECURITY_POLICY = ";".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


FRAME = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""For a participant's page as staff look at it, in a frame."""

WITH_A_CHART = CONTENT_SECURITY_POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob:")
"""For a page with a chart, of which a script makes a picture to be saved."""

AROUND_A_FRAME = f"{CONTENT_SECURITY_POLICY};frame-src 'self'"
"""For the page around that."""


def show_in_a_frame() -> None:
    """Lets this page stand in a frame of this site's own."""
    g.content_security_policy = FRAME


def show_a_frame() -> None:
    """Lets this page hold one."""
    g.content_security_policy = AROUND_A_FRAME


def show_a_chart() -> None:
    """Lets this page make a picture of a chart."""
    g.content_security_policy = WITH_A_CHART


def let_style(text: str) -> None:
    """Lets this page carry one style sheet in itself: these words, and no others."""
    mark = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    g.carried_style = f"'sha256-{mark}'"


def keep_for_good(response: Response) -> None:
    """Of what is nobody's, under an address that changes when it does."""
    g.nobodys = True
    response.headers["Cache-Control"] = "max-age=31536000,immutable"


def keep_for_a_while(response: Response) -> None:
    """Of what is nobody's, under an address that stays."""
    g.nobodys = True
    response.headers["Cache-Control"] = "public, max-age=600"


def ask_again() -> None:
    """Of what whoever fetched it may keep, and asks each time whether it is still so."""
    g.kept_by_one = True


def leave_the_date(response: Response) -> Response:
    """Takes out the date of an answer: what serves says it of each, and it would stand there twice."""
    response.headers.pop("Date", None)
    return response


class Compressed(Compress):
    """Flask-Compress, of what gets smaller by it: whose length is known to be below that never is, whoever asks."""

    def after_request(self, response: Response | None) -> Response:
        if response is not None:
            length = response.headers.get("Content-Length")
            if length is not None and int(length) < current_app.config["COMPRESS_MIN_SIZE"]:
                return response
        return super().after_request(response)


RETRY_AFTER = {"Retry-After": "30"}
"""Where the database fails: when it is worth trying again, in seconds."""

DATA = frozenset({"application/json", "application/problem+json", "text/css"})
"""What no browser takes for a page, as it is told not to guess (`nosniff`)."""

SCRIPT = "text/javascript"
"""Likewise below `/static/`. One that works in the background, which is elsewhere, has a policy of its own."""


def protecting(secure: bool, policy: str = CONTENT_SECURITY_POLICY) -> dict[str, str]:
    """The headers of a page; `secure`: of a site that is there over HTTPS."""
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(),geolocation=(),microphone=()",
        # Pages hold answers and names: nothing stays on a shared computer, not even behind the back button.
        "Cache-Control": "no-store",
    }
    return headers | ({"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} if secure else {})


def is_secure(app: Flask) -> bool:
    """Whether people reach the site over HTTPS, whatever a proxy says of a request."""
    return str(app.config.get("SITE_ADDRESS", "")).startswith("https://")


def of_data(secure: bool) -> dict[str, str]:
    """The headers of what is never a page: what guards what a page does has nothing to act on."""
    return _some(secure, "X-Content-Type-Options", "Cache-Control", "Strict-Transport-Security")


def of_redirect(secure: bool) -> dict[str, str]:
    """The headers of an answer that only leads on. A window is kept apart from others' (`Cross-Origin-Opener-Policy`)
    only if every answer on the way says so."""
    return _some(secure, "Cross-Origin-Opener-Policy", "Cache-Control", "Strict-Transport-Security")


def _some(secure: bool, *names: str) -> dict[str, str]:
    return {name: value for name, value in protecting(secure).items() if name in names}


def install(app: Flask) -> None:
    @app.after_request
    def protect(response: Response) -> Response:
        secure = is_secure(app) or request.is_secure
        of_nobody = (request.endpoint == "static" or "nobodys" in g) and response.status_code < 400
        if "Location" in response.headers:
            headers = of_redirect(secure)
            # A page that says where this leads is read by nobody.
            response.set_data(b"")
            response.headers.pop("Content-Type", None)
        elif response.mimetype in DATA or (response.mimetype == SCRIPT and request.path.startswith("/static/")):
            headers = of_data(secure)
        else:
            policy = g.get("content_security_policy", CONTENT_SECURITY_POLICY)
            if "carried_style" in g:
                policy = policy.replace("style-src 'self'", f"style-src 'self' {g.carried_style}")
            headers = protecting(secure, policy)
        if of_nobody:
            # How long they are kept is said where they are served.
            del headers["Cache-Control"]
        elif "kept_by_one" in g and response.status_code < 400:
            headers["Cache-Control"] = "private, no-cache"
        response.headers.update(headers)
        return response
