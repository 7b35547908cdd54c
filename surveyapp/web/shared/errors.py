"""Every error as a page that says what happened and how to get out."""

from __future__ import annotations

from flask import Flask, current_app, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from surveyapp.domain import errors
from surveyapp.domain.instrument.translation import LocalText
from surveyapp.web.shared.session import is_staff_path


def install(app: Flask) -> None:
    app.register_error_handler(errors.NotFound, lambda error: _page(404, _("There is no such page"), _why(error)))
    app.register_error_handler(errors.NotPermitted, lambda error: _page(403, _("You cannot do this"), _why(error)))
    app.register_error_handler(errors.StateRefused, lambda error: _page(409, _("This cannot be done now"), _why(error)))
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _why(error: Exception) -> str:
    """What a service says, which is in English whatever the page is in."""
    return LocalText(str(error), "en")


def _page(status: int, title: str, sentence: str) -> tuple[str, int]:
    template = "shared/error_staff.html" if is_staff_path(request.path) else "shared/error.html"
    template = current_app.config.get("ERROR_PAGE", template)
    return render_template(template, title=title, sentence=sentence), status


def _stale(_error: CSRFError) -> tuple[str, int]:
    if is_staff_path(request.path):
        return _page(
            400,
            _("This page was open too long"),
            _("Go back, load the page again and send it once more. Nothing you sent was stored."),
        )
    return _page(
        400, _("This page is out of date"), _("Open your link again to go on. Everything you answered before is kept.")
    )


_SENTENCES = {
    404: lambda: (_("There is no such page"), _("Check the address, or open your link again.")),
    405: lambda: (_("There is no such page"), _("Check the address, or open your link again.")),
    413: lambda: (_("That was too much to send"), _("Make it smaller, and try again.")),
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
