"""What every answer tells the browser it may and may not do."""

from __future__ import annotations

from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)


FRAME = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""For a participant's page as staff look at it, in a frame."""

AROUND_A_FRAME = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
"""For the page around that."""


def show_in_a_frame() -> None:
    """Lets this page stand in a frame of this site's own."""
    g.content_security_policy = FRAME


def show_a_frame() -> None:
    """Lets this page hold one."""
    g.content_security_policy = AROUND_A_FRAME


def keep_for_good(response: Response) -> None:
    """Of what is nobody's, under an address that changes when it does."""
    g.nobodys = True
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"


def keep_for_a_while(response: Response) -> None:
    """Of what is nobody's, under an address that stays."""
    g.nobodys = True
    response.headers["Cache-Control"] = "public, max-age=600"


def protecting(secure: bool, policy: str = CONTENT_SECURITY_POLICY) -> dict[str, str]:
    """The headers of a page; `secure`: of a site that is there over HTTPS."""
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        # Pages hold answers and names: nothing stays on a shared computer, not even behind the back button.
        "Cache-Control": "no-store",
    }
    return headers | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})


def is_secure(app: Flask) -> bool:
    """Whether people reach the site over HTTPS, whatever a proxy says of a request."""
    return str(app.config.get("SITE_ADDRESS", "")).startswith("https://")


def install(app: Flask) -> None:
    @app.after_request
    def protect(response: Response) -> Response:
        headers = protecting(
            is_secure(app) or request.is_secure, g.get("content_security_policy", CONTENT_SECURITY_POLICY)
        )
        if (request.endpoint == "static" or "nobodys" in g) and response.status_code < 400:
            # Nobody's: how long they are kept is said where they are served.
            del headers["Cache-Control"]
        response.headers.update(headers)
        return response
