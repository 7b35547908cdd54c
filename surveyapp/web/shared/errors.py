"""Every error as a page that says what happened and how to get out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from babel import Locale
from flask import Flask, current_app, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from surveyapp.domain import errors
from surveyapp.web.shared.headers import is_secure, protecting
from surveyapp.web.shared.incoming import SentFromElsewhere
from surveyapp.web.shared.session import is_staff_path, typed_texts
from surveyapp.web.shared.words import worded


def install(app: Flask) -> None:
    app.register_error_handler(
        errors.NotFound, lambda error: _page(404, _("There is no such page"), worded(error.sentence))
    )
    app.register_error_handler(
        errors.NotPermitted, lambda error: _page(403, _("You cannot do this"), worded(error.sentence))
    )
    app.register_error_handler(
        errors.StateRefused, lambda error: _page(409, _("This cannot be done now"), worded(error.sentence))
    )
    app.register_error_handler(errors.NotReady, lambda error: _page(503, _("Not ready yet"), worded(error.sentence)))
    app.register_error_handler(CSRFError, stale)
    app.register_error_handler(SentFromElsewhere, _sent_from_elsewhere)
    app.register_error_handler(SecurityError, _not_our_name)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    app.wsgi_app = LastResort(app)  # type: ignore[method-assign]


def _page(status: int, title: str, sentence: str, typed: Sequence[str] = ()) -> tuple[str, int]:
    template = "shared/error_staff.html" if is_staff_path(request.path) else "shared/error.html"
    template = current_app.config.get("ERROR_PAGE", template)
    return render_template(template, title=title, sentence=sentence, typed=typed), status


def stale(_error: CSRFError) -> tuple[str, int]:
    """A form without the token of the session it is sent in. Whose it was cannot be known: it is given back to the
    browser that sent it, and kept nowhere."""
    # Forms of one's own account hold passwords.
    typed = [] if request.blueprint == "staff" else typed_texts(request.form.to_dict(flat=False))
    if is_staff_path(request.path):
        return _page(
            400,
            _("This page was open too long"),
            _("Go back, load the page again and send it once more. Nothing you sent was stored."),
            typed,
        )
    return _page(
        400,
        _("This page is out of date"),
        _("Open your link again to go on. Everything you answered before is kept."),
        typed,
    )


def _sent_from_elsewhere(_error: SentFromElsewhere) -> tuple[str, int]:
    if is_staff_path(request.path):
        return _page(
            403,
            _("It cannot be seen where this was sent from"),
            _(
                "Nothing was stored. Open the page on this site and send it from there. If that is what you did, your "
                "browser or an extension hides where forms are sent from: allow it to tell this site."
            ),
        )
    return _page(
        403,
        _("This was sent from another site"),
        _("Open your link again to go on. Everything you answered before is kept."),
    )


def _not_our_name(_error: SecurityError) -> tuple[str, int]:
    """No address can be made for such a page, so that it has no links."""
    current_app.logger.warning(
        "a page was asked for under a name that is not this site's; SURVEYAPP_PUBLIC_URL says which is"
    )
    locale = get_locale() or Locale("en")
    return _bare(
        current_app,
        title=_("This site has another address"),
        sentence=_("Check the address, or open the link that you were given."),
        language=str(locale).replace("_", "-"),
        direction=locale.text_direction,
        # A style sheet would be asked for under the same name.
        styled=False,
    ), 400


_SENTENCES = {
    404: lambda: (_("There is no such page"), _("Check the address, or open your link again.")),
    405: lambda: (_("There is no such page"), _("Check the address, or open your link again.")),
    413: lambda: (_("That was too much to send"), _("Make it smaller, and try again.")),
    415: lambda: (_("That cannot be read here"), _("Go back, fill in the form on the page and send that.")),
    429: lambda: (_("Too many tries"), _("Wait a minute, then try again.")),
}


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    title, sentence = _SENTENCES.get(status, lambda: (_("That did not work"), _("Go back and try again.")))()
    return _page(status, title, sentence)


def _unexpected(error: Exception) -> tuple[str, int]:
    if current_app.testing or current_app.debug:
        raise error
    current_app.logger.exception("unexpected error at %s", request.endpoint)
    return _page(
        500,
        _("Something went wrong on our side"),
        _("What you sent before is kept. Wait a moment, then go back and try again."),
    )


def _bare(app: Flask, **said: object) -> str:
    """A page that needs nothing of a request. It takes `title`, `sentence`, `language`, `direction`, `styled`."""
    return app.jinja_env.get_template("shared/bare.html").render(**said)


class LastResort:
    """Around everything: what even the pages about errors could not handle. Its page is made beforehand and depends on
    nothing in the request; nothing of the request is logged."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.inner = app.wsgi_app
        self.page = _bare(
            app,
            title="Something went wrong on our side",
            sentence="What you sent before is kept. Wait a moment, then go back and try again.",
            language="en",
            direction="ltr",
            styled=True,
        ).encode()
        self.headers = [
            *protecting(is_secure(app)).items(),
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(self.page))),
        ]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return self.inner(environ, start_response)
        except Exception:
            if self.app.testing or self.app.debug:
                raise
            self.app.logger.exception("an error that no page could tell of")
            start_response("500 Internal Server Error", self.headers)
            return [self.page]
