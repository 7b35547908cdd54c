"""Two signed cookies: participants' pages and staff's pages never see each other's session.

A cookie holds what a page needs before anybody is known (the CSRF token, a language, the steps of signing in) and the
token of a session in the database, which alone decides whether it opens anything.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import functools
import hmac
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import itsdangerous
from flask import Flask, Request, Response, current_app, g, has_request_context, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadData, BadSignature, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from surveyapp.domain.web_sessions import PARTICIPANT_ABSOLUTE, WebSession, device_words
from surveyapp.services.security import guesses, kept_forms
from surveyapp.services.security.sessions import Browser
from surveyapp.web.shared.runtime import runtime

STAFF_PATHS = (
    "/staff",
    "/interviews",
    "/results",
    "/released",
    "/manage",
    "/rights",
    "/standing",
    "/accounts",
    "/audit",
    "/spot",
    "/tablet",
)
"""Where staff work. Everything else is for participants, but for what is for programs."""

PROGRAM_PATH = "/api"
"""Where programs read. No cookie is looked at or set there."""

TOKEN = "sid"  # noqa: S105 - the name it goes by in the cookie
"""The token of a session in the database, in the cookie."""

STAFF_COOKIE = "shiftline_staff"

FORM_TOKEN = "csrf_token"  # noqa: S105 - the name that Flask-WTF gives it
"""Flask-WTF's token in the cookie, before it is signed for a form."""

COOKIE_LIVES = PARTICIPANT_ABSOLUTE + dt.timedelta(days=1)
"""How long a cookie's signature is good: longer than any session in the database that it may name."""


KNOWN_FOR, MOST_KNOWN = dt.timedelta(days=400), 8
"""How long a browser is known to an account, and to how many accounts at once."""


MOST_OPENED = 2048
"""How many cookies and tokens a process keeps opened, of each kind."""


class _Signature(TimestampSigner):
    """The library's, which works its key out anew for each text."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._derived: dict[Any, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        if secret_key not in self._derived:
            self._derived[secret_key] = super().derive_key(secret_key)
        return self._derived[secret_key]


class Signer(URLSafeTimedSerializer):
    """Signs and opens as the library does, and opens each text once: the same cookie comes with every request of a
    browser, the same token with every save of a page. How old one may be is looked at each time."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, signer=_Signature, **options)
        self._kept = super().make_signer()
        self._opened = functools.lru_cache(maxsize=MOST_OPENED)(self._open)

    def make_signer(self, salt: str | bytes | None = None) -> itsdangerous.Signer:
        return self._kept if salt is None or salt == self.salt else super().make_signer(salt)

    def loads(  # type: ignore[override]  # as the library’s own
        self,
        s: str | bytes,
        max_age: int | None = None,
        return_timestamp: bool = False,
        salt: str | bytes | None = None,
    ) -> Any:
        """Raises BadSignature, SignatureExpired. What is returned is the caller's to change."""
        if isinstance(s, str) and salt is None:
            said, at = self._opened(s)
            if _is_flat(said) and (max_age is None or 0 <= int(time.time()) - at.timestamp() <= max_age):
                return (copy.copy(said), at) if return_timestamp else copy.copy(said)
        return super().loads(s, max_age, return_timestamp, salt)

    def _open(self, written: str) -> tuple[Any, dt.datetime]:
        said, at = super().loads(written, return_timestamp=True)
        return said, at


def _is_flat(said: Any) -> bool:
    """Whether a copy of it shares nothing with it that could be changed."""
    of_it = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    return not any(isinstance(each, dict | list) for each in of_it)


def is_staff_path(path: str) -> bool:
    return "/" + path[1:].partition("/")[0] in STAFF_PATHS


def is_program_path(path: str) -> bool:
    return path == PROGRAM_PATH or path.startswith(PROGRAM_PATH + "/")


def cookie_name(path: str) -> str:
    """The name of the cookie that pages at a path see. Over HTTPS one that a browser takes from this host alone, with
    `Secure`, for the whole of it; a demonstration without HTTPS cannot have such a one."""
    return _named(STAFF_COOKIE if is_staff_path(path) else "shiftline_participant")


def _named(name: str) -> str:
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def has_cookie() -> bool:
    """Whether the browser sent a session at all, good or not."""
    return cookie_name(request.path) in request.cookies


def token() -> str | None:
    """The token that the browser came with."""
    found = session.get(TOKEN)
    return found if isinstance(found, str) else None


def staff_token() -> str | None:
    """The token that the browser has of a session of staff, also on a participant's page."""
    if is_staff_path(request.path):
        return token()
    signer = SessionByAudience().get_signing_serializer(current_app)
    written = request.cookies.get(_named(STAFF_COOKIE))
    if signer is None or written is None:
        return None
    try:
        found = signer.loads(written, max_age=int(COOKIE_LIVES.total_seconds())).get(TOKEN)
    except BadSignature:
        return None
    return found if isinstance(found, str) else None


def browser() -> Browser:
    """The browser that asks, as sessions keep it."""
    return Browser(
        words=device_words(request.headers.get("User-Agent", "")),
        token=token(),
        address=request.remote_addr or "",
        known_by=known_by(),
    )


def known_by() -> dict[str, str]:
    """What this browser is known by to the accounts that signed in with it (`guesses.account_key` to a mark). It opens
    nothing: it only keeps them apart from whoever tries the account elsewhere."""
    try:
        found = _known_by_signer().loads(request.cookies.get(_known_by_name(), ""))
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def remember_browser(email: str) -> None:
    """Lets an account that has just signed in know this browser, from the next answer on."""
    known, key = known_by(), guesses.account_key(runtime(), email)
    if key not in known:
        newest = dict(list(known.items())[1 - MOST_KNOWN :])
        g.known_by = {**newest, key: guesses.new_browser_mark()}


def keep_known_by(response: Response) -> Response:
    if "known_by" in g:
        response.set_cookie(
            _known_by_name(),
            _known_by_signer().dumps(g.known_by),
            max_age=KNOWN_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response


def _known_by_name() -> str:
    return _named("shiftline_browser")


def _known_by_signer() -> URLSafeSerializer:
    keys = [*(current_app.config.get("SECRET_KEY_FALLBACKS") or ()), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt="known browser")


def begin(new: str, language: str | None, form_token: str | None = None) -> None:
    """Begins the browser's cookie anew with the token of a new session: nothing is carried over from the one before but
    a language and, where it was the same person's and ended by itself, the token of the forms that they have open."""
    session.clear()
    session[TOKEN] = new
    if language is not None:
        session["language"] = language
    # Of 128 bits, in half the characters of what Flask-WTF would make: it goes both ways with every form.
    session[FORM_TOKEN] = form_token or secrets.token_urlsafe(16)


def form_token() -> str | None:
    """The token of the forms that this browser has open."""
    found = session.get(FORM_TOKEN)
    return found if isinstance(found, str) else None


def signed_form_token() -> str:
    """The token of a page's forms, one for all of them, as Flask-WTF signs it."""
    page = g._get_current_object().__dict__
    if FORM_TOKEN not in page:
        if form_token() is None:
            session[FORM_TOKEN] = secrets.token_urlsafe(16)
        page[FORM_TOKEN] = str(_form_signer().dumps(session[FORM_TOKEN]))
    return cast(str, page[FORM_TOKEN])


def is_form_token(sent: str | None) -> bool:
    """Whether a form brought the token of this browser's session."""
    own = form_token()
    if not sent or own is None:
        return False
    try:
        found = _form_signer().loads(sent, max_age=current_app.config["WTF_CSRF_TIME_LIMIT"])
    except BadData:
        return False
    return isinstance(found, str) and hmac.compare_digest(own.encode(), found.encode())


def _form_signer() -> Signer:
    """With the keys and the salt of Flask-WTF, by which staff's forms go."""
    made = current_app.extensions
    if "form_signer" not in made:
        keys = current_app.config.get("WTF_CSRF_SECRET_KEY") or current_app.secret_key
        made["form_signer"] = Signer(keys, salt="wtf-csrf-token")
    return cast(Signer, made["form_signer"])


def keep_form(of: WebSession | None) -> bool:
    """Keeps the form that was just sent for whoever's session this is or was, files and tokens left out; returns
    whether it is kept. Not for a script, which holds what it sends, nor for forms of one's own account: passwords are
    in them."""
    if of is None or request.method != "POST" or request.blueprint == "staff" or request.accept_mimetypes.best == JSON:
        return False
    fields = {name: values for name, values in _sent_fields().items() if name not in NEVER_KEPT}
    return bool(fields) and kept_forms.keep(runtime(), of, request.full_path.rstrip("?"), fields)


def given_back(fields: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, bool]]:
    """Every field of a form that was sent, its value, and whether somebody seems to have typed it: not what stands for
    a choice, nor what a page put there. Secrets are left out: they are typed again."""
    for name, values in fields.items():
        if name not in SECRETS:
            for value in values:
                ours = name in NEVER_KEPT or (name not in WORDS and _OURS.fullmatch(value) is not None)
                yield name, value, bool(value.strip()) and not ours


def typed_texts(fields: Mapping[str, Sequence[str]]) -> list[str]:
    """What in a form somebody seems to have typed."""
    return [value for _, value, typed in given_back(fields) if typed]


def sent_texts() -> list[str]:
    """What whoever works here typed into the form that they have just sent; nothing of forms of one's own account, for
    passwords are in them, nor of what no page takes."""
    if request.method != "POST" or request.blueprint in (None, "staff"):
        return []
    return typed_texts(_sent_fields())


SENT = "kept_form"
"""The field that says which kept form is sent with it."""

SECRETS = frozenset({"password", "pin"})
"""Fields in which a secret is typed, outside the pages of one's own account, of which nothing is kept or shown again.
Whole names: a study may well ask for an *opinion*."""

WORDS = frozenset({"note", "in_words"})
"""Fields that hold nothing but what somebody wrote, though it be one word."""

NEVER_KEPT = frozenset({"csrf_token", SENT}) | SECRETS

_OURS = re.compile(r"[a-z0-9_]*|([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(\.[0-9]{1,9})?")
"""What an option, a button, a number, a key or a save to come is sent as: nobody typed it as words."""

JSON = "application/json"


def let_go_of_sent(of: Callable[[], WebSession | None], response: Response) -> Response:
    """Once a kept form was taken, it is kept no longer. `of`: whose session this is."""
    if request.method != "POST" or request.mimetype == JSON or response.status_code >= 400:
        return response
    if (sent := _sent_fields().get(SENT)) and (owner := of()):
        with contextlib.suppress(ValueError):
            kept_forms.let_go(runtime(), owner, uuid.UUID(sent[0]))
            session.pop("kept", None)
    return response


def _sent_fields() -> dict[str, list[str]]:
    """The form that was sent; none where it cannot be read, as where it is too large: whoever asks here is past the
    place where that is answered."""
    try:
        return request.form.to_dict(flat=False)
    except HTTPException:
        return {}


class SessionByAudience(SecureCookieSessionInterface):
    """Flask's signed session, in a cookie named for whom the page is for."""

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(request.path if has_request_context() else "")

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Made once: the keys of an application stay."""
        if "session_signer" not in app.extensions:
            made = super().get_signing_serializer(app)
            app.extensions["session_signer"] = made and Signer(
                made.secret_keys, made.salt, serializer=made.serializer, signer_kwargs=made.signer_kwargs
            )
        return cast("URLSafeTimedSerializer | None", app.extensions["session_signer"])

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return self.session_class() if is_program_path(request.path) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """A style sheet or script is the same for everybody: were it to vary by cookie, a phone would fetch it anew
        with every page."""
        asked = request._get_current_object()  # type: ignore[attr-defined]  # what stands behind it
        # Nobody keeps what is not to be stored, so that nobody asks by what it varies.
        kept = response.headers.get("Cache-Control") != "no-store"
        as_before = not kept and session and not self.should_set_cookie(app, session)
        if not as_before and asked.endpoint != "static" and not is_program_path(asked.path):
            super().save_session(app, session, response)
        if not kept:
            response.headers.pop("Vary", None)
