"""Every error as a page that says what happened and how to get out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any

from babel import Locale
from flask import Flask, current_app, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from surveyapp.domain import errors
from surveyapp.services.security import refusals
from surveyapp.watching import meters
from surveyapp.watching.requests import note_failure, number_of
from surveyapp.web.shared.headers import RETRY_AFTER, is_secure, protecting
from surveyapp.web.shared.incoming import SentFromElsewhere, is_for_scripts
from surveyapp.web.shared.session import given_back, is_program_path, is_staff_path, sent_texts, typed_texts
from surveyapp.web.shared.sign_in import desk, signed_in
from surveyapp.web.shared.words import worded


def install(app: Flask) -> None:
    app.add_template_global(lambda: number_of(request.environ), "request_number")
    app.register_error_handler(errors.NotFound, _not_found)
    app.register_error_handler(errors.NotPermitted, _not_permitted)
    app.register_error_handler(errors.StateRefused, cannot_be_done_now)
    app.register_error_handler(errors.DatabaseUnavailable, unavailable)
    app.register_error_handler(errors.NotReady, lambda error: _page(503, _("Not ready yet"), worded(error.sentence)))
    app.register_error_handler(CSRFError, stale)
    app.register_error_handler(SentFromElsewhere, _sent_from_elsewhere)
    app.register_error_handler(SecurityError, _not_our_name)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    app.wsgi_app = LastResort(app)  # type: ignore[method-assign]  # as Flask has it wrapped


PROBLEM = "application/problem+json"
"""What programs are told that is wrong (RFC 9457)."""


def _page(status: int, title: str, sentence: str, typed: Sequence[str] | None = None) -> ErrorPage:
    """`typed`: what is given back of a form; left out, all that staff typed into theirs."""
    if typed is None:
        typed = sent_texts() if is_staff_path(request.path) else ()
    if is_program_path(request.path):
        return _problem(status, title, sentence)
    template = "shared/error_staff.html" if is_staff_path(request.path) else "shared/error.html"
    template = current_app.config.get("ERROR_PAGE", template)
    return render_template(template, title=title, sentence=sentence, typed=typed), status


def _problem(status: int, title: str, sentence: str) -> tuple[str, int, dict[str, str]]:
    said = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
    return json.dumps(said, ensure_ascii=False), status, {"Content-Type": PROBLEM}


def cannot_be_done_now(error: errors.StateRefused) -> ErrorPage:
    return _page(409, _("This cannot be done now"), worded(error.sentence))


def _not_found(error: errors.NotFound) -> ErrorPage:
    return _refused(error, 404, _("There is no such page"))


def _not_permitted(error: errors.NotPermitted) -> ErrorPage:
    return _refused(error, 403, _("You cannot do this"))


def _refused(error: errors.NotPermitted | errors.NotFound, status: int, title: str) -> ErrorPage:
    """What cannot be noted is not said either: while nothing can be stored, what was sent is given back."""
    try:
        _note(error)
    except errors.DatabaseUnavailable as down:
        return unavailable(down)
    return _page(status, title, worded(error.sentence))


def _note(error: errors.NotPermitted | errors.NotFound) -> None:
    """What staff are refused is in the audit trail: something that is not there may be somebody else's."""
    if is_staff_path(request.path) and signed_in() is not None:
        asked = request.view_args or {}
        refusals.note(desk(), error, request.endpoint, asked.get("study_id"), asked.get("reference"))


def stale(_error: CSRFError) -> ErrorPage:
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


def _sent_from_elsewhere(_error: SentFromElsewhere) -> ErrorPage:
    if is_staff_path(request.path):
        return _page(
            403,
            _("It cannot be seen where this was sent from"),
            _(
                "Nothing was stored. Open the page on this site and send it from there. If that is what you did, your "
                "browser or an extension hides where forms are sent from: allow it to tell this site."
            ),
            # Another site may have written it.
            typed=(),
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
        number=number_of(request.environ),
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


ErrorPage = tuple[str, int] | tuple[str, int, dict[str, str]]


def _http(error: HTTPException) -> ErrorPage | HTTPException:
    status = error.code or 500
    if (down := _database_in(getattr(error, "original_exception", None))) is not None:
        # Before a handler was chosen, or after it was done: the session.
        return unavailable(down)
    if status < 400:
        return error
    if is_program_path(request.path):
        return _http_problem(error, status)
    title, sentence = _SENTENCES.get(status, lambda: (_("That did not work"), _("Go back and try again.")))()
    return _page(status, title, sentence)


def _http_problem(error: HTTPException, status: int) -> ErrorPage:
    """What HTTP itself refuses, of what programs ask: nothing is there, or nothing takes this method."""
    sentences = {
        404: _("There is no such address here. /api/v1/openapi.json lists those that there are."),
        405: _("What is here is read: ask for it with GET."),
    }
    said, _status, kind = _problem(
        status, HTTPStatus(status).phrase, sentences.get(status) or _("Ask for an address of /api/v1/openapi.json.")
    )
    allowed = {"Allow": ", ".join(sorted(getattr(error, "valid_methods", None) or ["GET"]))} if status == 405 else {}
    return said, status, {**kind, **allowed}


def unavailable(error: errors.DatabaseUnavailable) -> ErrorPage:
    """The database cannot work: nothing was stored. Who this is cannot be looked up, so that the page holds nothing but
    what this very request brought: a form is given back with what was written in it, to be sent again."""
    note_failure(request.environ, error)
    current_app.logger.error("the database failed (%s) at %s", error.fault, request.endpoint)
    meters.database_failures.inc()
    if is_program_path(request.path):
        said, status, kind = _problem(
            503, _("We cannot reach the answers just now"), _("Wait half a minute, then ask for it again.")
        )
        return said, status, {**kind, **RETRY_AFTER}
    return (
        _handed_back(
            _("We cannot reach the answers just now"),
            sent=_("What you just sent was not stored. It is kept on this page: wait a minute, then send it again."),
            asked=_("Everything that was stored before is kept. Wait a minute, then try again."),
        ),
        503,
        RETRY_AFTER,
    )


def _handed_back(title: str, *, sent: str, asked: str) -> str:
    """A page for which nothing is looked up: it shows what this request brought, and nothing else. `sent`, `asked`:
    what is said of a form, which can be sent again, and of a page."""
    again = request.method == "POST" and request.blueprint != "staff" and not request.files
    fields = list(given_back(request.form.to_dict(flat=False))) if again else []
    return render_template(
        "shared/handed_back.html",
        title=title,
        sentence=sent if again else asked,
        typed=[(name, value) for name, value, typed in fields if typed],
        unseen=[(name, value) for name, value, typed in fields if not typed],
        again=again,
        address=request.full_path.rstrip("?"),
    )


WAIT_WHERE_FULL = {"Retry-After": "10"}
"""Where somebody asks for more than people do: by then there is room for a sixth of what a minute has."""


def asked_too_much() -> ErrorPage:
    """Nothing was looked up or stored. A script is told so, and keeps what it sent."""
    if is_for_scripts():
        return json.dumps({"why": "busy"}), 429, {"Content-Type": "application/json", **WAIT_WHERE_FULL}
    if is_program_path(request.path):
        said, status, kind = _problem(
            429, _("Too much was asked for at once"), _("Wait ten seconds, then ask for it again.")
        )
        return said, status, {**kind, **WAIT_WHERE_FULL}
    page = _handed_back(
        _("Too much was asked for at once"),
        sent=_("What you just sent was not stored. It is kept on this page: wait ten seconds, then send it again."),
        asked=_(
            "More came from here within a minute than people do. Everything that was stored before is kept. Wait ten "
            "seconds, then try again."
        ),
    )
    return page, 429, WAIT_WHERE_FULL


def _database_in(error: BaseException | None) -> errors.DatabaseUnavailable | None:
    """The failure of the database that an error is, or came of."""
    while error is not None and not isinstance(error, errors.DatabaseUnavailable):
        error = error.__cause__ or error.__context__
    return error


def _unexpected(error: Exception) -> ErrorPage:
    if (down := _database_in(error)) is not None:
        return unavailable(down)
    if current_app.testing or current_app.debug:
        raise error
    note_failure(request.environ, error)
    current_app.logger.exception("unexpected error at %s", request.endpoint)
    return _page(
        500,
        _("Something went wrong on our side"),
        _("What you sent before is kept. Wait a moment, then go back and try again."),
    )


def _bare(app: Flask, **said: object) -> str:
    """A page that needs nothing of a request. It takes `title`, `sentence`, `language`, `direction`, `styled`, and the
    request's `number`, or None."""
    return app.jinja_env.get_template("shared/bare.html").render(**said)


_NUMBER = "0000-0000-0000"
"""Where a page that is made beforehand will have the request's number."""


class LastResort:
    """Around everything: what even the pages about errors could not handle. Its pages are made beforehand and depend on
    nothing in the request; nothing of the request is logged."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.inner = app.wsgi_app
        self.broken = _bare(
            app,
            title="Something went wrong on our side",
            sentence="What you sent before is kept. Wait a moment, then go back and try again.",
            language="en",
            direction="ltr",
            number=_NUMBER,
            styled=True,
        ).encode()
        self.down = _bare(
            app,
            title="We cannot reach the answers just now",
            sentence="Nothing was stored. Go back in your browser, wait a minute, and send it again.",
            language="en",
            direction="ltr",
            number=_NUMBER,
            styled=True,
        ).encode()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return self.inner(environ, start_response)
        except Exception as error:
            note_failure(environ, error)
            if _database_in(error) is not None:
                self.app.logger.error("the database failed, and with it the page that was to say so")
                return self._answer(environ, start_response, "503 Service Unavailable", self.down, RETRY_AFTER)
            if self.app.testing or self.app.debug:
                raise
            self.app.logger.exception("an error that no page could tell of")
            return self._answer(environ, start_response, "500 Internal Server Error", self.broken, {})

    def _answer(
        self,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        status: str,
        page: bytes,
        headers: dict[str, str],
    ) -> Iterable[bytes]:
        page = page.replace(_NUMBER.encode(), (number_of(environ) or "").encode())
        own = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page))}
        start_response(status, [*(protecting(is_secure(self.app)) | own | headers).items()])
        return [page]
