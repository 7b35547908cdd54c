"""Puts the application together: extensions, sessions, headers, languages, errors, what templates may use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from babel import Locale
from flask import Flask, g, request
from flask_babel import format_date, format_datetime, get_locale
from werkzeug.middleware.proxy_fix import ProxyFix

from surveyapp.domain.fieldwork.days import last_day
from surveyapp.domain.web_sessions import WARN_BEFORE, WebSession
from surveyapp.services.security import guesses
from surveyapp.settings import Settings
from surveyapp.web.shared import (
    answers,
    errors,
    faults,
    headers,
    incoming,
    language,
    navigation,
    reading,
    sign_in,
    static_files,
    words,
)
from surveyapp.web.shared.runtime import has_runtime, runtime
from surveyapp.web.shared.session import COOKIE_LIVES, SessionByAudience, is_staff_path, keep_known_by, let_go_of_sent

csrf = incoming.CsrfBySite()


def assemble(app: Flask, settings: Settings, door: Callable[[], Any]) -> None:
    """Everything a page of an installation rests on. `door`: asked before anything is looked up for a request; what it
    returns is answered in place of a page."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        # Sessions, and the tokens of forms, that were signed with a key of before go on until they end.
        SECRET_KEY_FALLBACKS=list(settings.secret_keys_before),
        WTF_CSRF_SECRET_KEY=[*reversed(settings.secret_keys_before), settings.secret_key],
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not settings.demo,
        PERMANENT_SESSION_LIFETIME=COOKIE_LIVES,
        SITE_ADDRESS=settings.public_url,
        SITE_NAMES=incoming.site_names(settings.public_url, settings.demo),
    )
    app.session_interface = SessionByAudience()
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask has it wrapped
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    app.before_request(_keep_a_connection)
    app.teardown_request(_let_go_of_it)
    assemble_pages(app, settings.demo, door)
    app.before_request(sign_in.keep_locked)
    reading.look_after_reading(app)
    # A global, because a macro that is imported sees no context.
    app.add_template_global(lambda: navigation.navigation(sign_in.current_staff()), "navigation")
    app.add_template_global(sign_in.signed_in, "signed_in")
    app.add_template_global(sign_in.lent, "lent")
    app.add_template_global(sign_in.session_left, "session_left")
    app.add_template_global(lambda: guesses.unread_alarms(sign_in.desk()), "unread_alarms")
    app.jinja_env.globals["warn_before"] = int(WARN_BEFORE.total_seconds())
    app.after_request(lambda response: let_go_of_sent(_whose_session, response))
    app.after_request(keep_known_by)


def _keep_a_connection() -> None:
    """What a request asks the database, it asks over one connection."""
    kept = g.connection = runtime().database.keeping()
    kept.__enter__()


def _let_go_of_it(_error: BaseException | None) -> None:
    if "connection" in g:
        g.pop("connection").__exit__(None, None, None)


def _whose_session() -> WebSession | None:
    if is_staff_path(request.path):
        found = sign_in.signed_in()
        return found.session if found else None
    return g.get("web_session")


def assemble_pages(app: Flask, demo: bool = False, door: Callable[[], Any] | None = None) -> None:
    """What pages need, whoever they are for and wherever they come from: no database, nobody signed in."""
    app.config.update(
        # A phone in a tunnel outlasts an hour: a form is good as long as the session it belongs to.
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        # Of results pages of 100 to 200 KB a sixth less goes over the wire than at the default level, for 5 ms more;
        # the next level takes 12 more.
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=8,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/css",
            "application/javascript",
            "text/javascript",
            "application/json",
            "image/svg+xml",
            "text/csv",
        ],
    )
    # First: what else answers before a page does speaks the page's language.
    language.install(app)
    if door is not None:
        app.before_request(door)
    csrf.init_app(app)
    # Registered before what compresses, it runs after that.
    app.after_request(headers.leave_the_date)
    headers.Compressed(app)
    static_files.install(app)
    headers.install(app)
    errors.install(app)
    _template_globals(app, demo)


def _template_globals(app: Flask, demo: bool) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def everywhere() -> dict[str, object]:
        locale = get_locale() or Locale("en")
        return {
            "demo": demo,
            "simulated": has_runtime() and runtime().simulated,
            "language": str(locale).replace("_", "-"),
            "direction": locale.text_direction,
            "is_staff_page": is_staff_path(request.path),
        }

    app.add_template_global(sign_in.give_back_at, "give_back_at")
    app.add_template_global(faults.takes_focus, "takes_focus")
    app.add_template_filter(faults.says_what_is_wrong, "says_what_is_wrong")
    app.add_template_filter(local_time, "local_time")
    app.add_template_filter(local_date, "local_date")
    app.add_template_filter(last_local_day, "last_local_day")
    app.add_template_filter(language.broken_at, "broken_at")
    app.add_template_filter(language.own_name, "language_name")
    app.add_template_filter(language.unbroken, "unbroken")
    app.add_template_filter(answers.written_number, "written_number")
    app.add_template_filter(answers.written_percent, "written_percent")
    app.add_template_filter(words.state_word, "state_word")
    app.add_template_filter(words.state_tone, "state_tone")
    app.add_template_filter(words.role_word, "role_word")
    app.add_template_filter(words.worded, "worded")


def local_time(moment: dt.datetime | None, time_zone: str, pattern: str = "d MMM yyyy, HH:mm") -> str:
    """A moment in the study's own zone, as the reader's language writes it."""
    from zoneinfo import ZoneInfo

    return (
        ""
        if moment is None
        else format_datetime(moment.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None), pattern, rebase=False)
    )


def local_date(moment: dt.datetime | dt.date | None, time_zone: str, pattern: str = "d MMM yyyy") -> str:
    from zoneinfo import ZoneInfo

    if isinstance(moment, dt.datetime):
        moment = moment.astimezone(ZoneInfo(time_zone)).date()
    return "" if moment is None else format_date(moment, pattern, rebase=False)


def last_local_day(end: dt.datetime | None, time_zone: str, pattern: str = "d MMM yyyy") -> str:
    """Template filter: the last day of what ends at a moment (`due_at`, `closes_at`, `expires_at`), where the study
    is."""
    from zoneinfo import ZoneInfo

    return "" if end is None else format_date(last_day(end, ZoneInfo(time_zone)), pattern, rebase=False)
