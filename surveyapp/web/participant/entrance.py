"""Who is answering in this browser: let in by a link or code, one person at a time, and known again on a device of
their own.

Beside the token of its session the signed cookie holds whose pages these are (`handle`), whether the PIN was given in
this session, and the hash of a PIN that waits for the first answer. Whether answers were begun in it stands with the
session: a cookie may never arrive.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import re
import uuid
from typing import Any, cast

from flask import after_this_request, current_app, g, request, session, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Response

from surveyapp.domain.audit import ByLink
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.errors import AccessRefused
from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.domain.web_sessions import EndedWhy, SessionStanding, WebSession
from surveyapp.services.participants import links
from surveyapp.services.responses import survey_session
from surveyapp.services.responses.survey_session import Arrived
from surveyapp.services.security import kept_forms, sessions
from surveyapp.services.security.sessions import SessionOver
from surveyapp.web.shared.language import CHOSEN, asked_language, preferred
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import begin, browser, form_token, token
from surveyapp.web.shared.sign_in import lent

HANDLED = "/survey/<handle:handle>"
"""Where somebody's pages are."""

OPENED = "opened"
"""In the address that a link leads to: a browser that comes there without a session keeps none."""

GONE = "gone"
"""In the address that a page leads to whose script was told that nothing of theirs is wanted any more."""

HANDLE, PROVEN, CHOSEN_PIN = "handle", "proven", "pin"
"""Names in the cookie of the session."""

ENDED = "ended"
"""In the cookie: when links to these questions were last ended. What a browser was known by before opens nothing."""

OVER = "over"
"""In the cookie: whose questions were left for good in this browser, and are asked no more."""

KEPT = "kept"
"""In the cookie: something that was typed when the session before ended is kept for them."""

_CARRIED = ("csrf_token", PROVEN, CHOSEN_PIN, CHOSEN, KEPT)
"""What another link to the same questions goes on with, so that a page open in another tab can still be sent."""

LINK = "shiftline_link"
"""The cookie that is there from a link to the slip: by what it says a device of their own knows the link again where
there is no signal. One by itself, for a slip is fetched in the background: an answer that came late with the session's
cookie in it would put back the one of before another link was opened."""

MARK_LIVES = dt.timedelta(days=400)
"""How long a device of somebody's own is known again: no browser keeps a cookie longer."""


class NotLetIn(Exception):
    """Nobody has opened a link or code in this browser, or they have left. `rested`: their session, where it ended by
    itself; `why`: the reason, where it was ended."""

    def __init__(self, rested: WebSession | None = None, why: EndedWhy | None = None) -> None:
        super().__init__()
        self.rested = rested
        self.why = why

    @property
    def gone(self) -> bool:
        """Whether nothing of theirs is wanted any more."""
        return self.why is EndedWhy.WITHDRAWN


class SomebodyElses(Exception):
    """A page of somebody whose time it is no longer: another person's link was opened in this browser since."""


def let_in(access_id: uuid.UUID) -> str:
    """Begins this browser's session with the case, and ends somebody else's; the same link again, or another to the
    same questions, goes on with what there is. Returns whose pages it now opens."""
    there = _session_there()
    tablet = lent()
    if there is None or there.access_id != access_id:
        arrived = links.arrival(runtime(), access_id)
        chosen = session.get("language")
        same = there is not None and session.get(HANDLE) == arrived.handle
        rested = session.get(HANDLE) == arrived.handle and (was := token()) and sessions.rested(runtime(), was)
        carried = {name: session[name] for name in _CARRIED if same and name in session}
        wanted = arrived.known or preferred(arrived.offered) or arrived.offered[0]
        on_tablet = sessions.Lent(tablet.began) if tablet else None
        begun = sessions.begin_participant(runtime(), access_id, browser(), there if same else None, on_tablet)
        for known in ("web_session", "standing"):
            g.pop(known, None)
        kept = chosen is not None and plain_of(chosen) in arrived.offered
        begin(begun.token, chosen if kept else wanted, form_token() if rested else None)
        session.update(carried)
        session[HANDLE] = arrived.handle
        if arrived.ended_at is not None:
            session[ENDED] = arrived.ended_at.isoformat()
        # Of whoever else has the link nothing that was typed is shown: the browser it was sent from is known by its
        # session that ended, and anybody who it is by their PIN.
        if rested:
            _note_kept(begun.session)
    return str(session[HANDLE])


def leave_for_good(handle: str) -> None:
    """Nobody is let in by this browser's session any more; a page of theirs that is still open is told so."""
    session.clear()
    session[OVER] = handle


def note_link(handle: str, path: str) -> None:
    """Keeps the mark of a link until `told_link`: a digest, from which nobody gets back to it."""
    _set_cookie(handle, LINK, "slip", hashlib.sha256(path.encode()).hexdigest()[:32], dt.timedelta(hours=1))


def told_link(handle: str) -> str | None:
    """The mark of the link that was opened last, once."""
    found = request.cookies.get(LINK, "")
    if found:
        _set_cookie(handle, LINK, "slip", "", dt.timedelta(0))
    return found if re.fullmatch("[0-9a-f]{32}", found) else None


def _session_there() -> WebSession | None:
    try:
        return web_session()
    except (NotLetIn, AccessRefused):
        return None


def web_session() -> WebSession:
    """The session of this browser, asked of the database once a request. Raises NotLetIn, AccessRefused."""
    page = g._get_current_object().__dict__
    if "web_session" not in page:
        known = token()
        if known is None or HANDLE not in session:
            raise NotLetIn
        try:
            arrived = survey_session.arrive(runtime(), known, asked_language())
        except SessionOver as over:
            if over.why is EndedWhy.ACCESS_REVOKED:
                raise AccessRefused("revoked") from None
            raise NotLetIn(None if over.standing is SessionStanding.ENDED else over.session, over.why) from None
        page |= {"standing": arrived, "web_session": arrived.web_session}
    return cast(WebSession, page["web_session"])


def standing() -> Arrived | None:
    """Where whoever has this session stands, as it was read with the session; once, for it may change after that."""
    web_session()
    found: Arrived | None = g.pop("standing", None)
    return found


def own_handle() -> str:
    """Whose pages this browser's session opens. Raises NotLetIn, AccessRefused."""
    web_session()
    return str(session[HANDLE])


def who(handle: str) -> ByLink:
    """Who is answering on a page of this handle. Raises NotLetIn, SomebodyElses, AccessRefused."""
    there = web_session()
    assert there.access_id is not None
    if handle != session[HANDLE]:
        raise SomebodyElses
    began = there.began or _is_marked(handle)
    return ByLink(
        access_id=there.access_id,
        language=asked_language(),
        by=_familiarity(there, began),
        chosen_pin=session.get(CHOSEN_PIN),
        begins=None if there.began else there.id,
    )


def _familiarity(there: WebSession, began: bool) -> Familiarity:
    if PROVEN in session:
        return Familiarity.PROVEN
    if there.began and there.own_device:
        return Familiarity.STAYED
    return Familiarity.BEGAN if began else Familiarity.STRANGE


def own_device(handle: str) -> bool | None:
    """Whether the device is theirs; None: not asked yet. One that is known again was theirs before."""
    there = web_session()
    if there.own_device is None and _is_marked(handle):
        say_whose(handle, True)
    return web_session().own_device


def say_whose(handle: str, own: bool) -> None:
    """Keeps what was said of the device."""
    sessions.say_whose(runtime(), web_session(), own)
    g.web_session = dataclasses.replace(web_session(), own_device=own)
    if not own and _is_marked(handle):
        _keep_mark(handle, "", dt.timedelta(0))
    elif own and web_session().began:
        note_began(handle)


def note_began(handle: str) -> None:
    """An answer was taken from this browser: a PIN that waited was kept with it, and a device of their own is known
    again once this session is over."""
    # A cookie that is touched is sent again.
    if CHOSEN_PIN in session:
        session.pop(CHOSEN_PIN)
    if web_session().own_device and not _is_marked(handle):
        _keep_mark(handle, str(_signer().dumps([handle, runtime().clock().isoformat()])), MARK_LIVES)


def note_chosen(hashed: str | None) -> None:
    """A PIN was chosen: it is kept now (None), or waits for the first answer."""
    if hashed is None:
        session[PROVEN] = True
    else:
        session[CHOSEN_PIN] = hashed


def note_proven() -> None:
    session[PROVEN] = True
    _note_kept(web_session())


def _note_kept(of: WebSession) -> None:
    """Notes that there is something that they had typed."""
    if kept_forms.of_session(runtime(), of):
        session[KEPT] = True


def note_sent() -> None:
    """Once the answers are sent, the PIN opens them, and not that it was given before."""
    if PROVEN in session:
        session.pop(PROVEN)


def _is_marked(handle: str) -> bool:
    """Whether answers of this handle were begun in this browser, since links to them were last ended."""
    found = _opened_mark(_keys(), request.cookies.get(_mark_name(), ""))
    if found is None or not dt.timedelta(0) <= dt.datetime.now(dt.UTC) - found[1] <= MARK_LIVES:
        return False
    signed = found[0]
    # Marks of before say no moment: they last until links are ended.
    marked, began = signed if isinstance(signed, list) else (signed, None)
    if marked != handle:
        return False
    ended = session.get(ENDED)
    return ended is None or (
        began is not None and dt.datetime.fromisoformat(began) > dt.datetime.fromisoformat(str(ended))
    )


def _keep_mark(handle: str, mark: str, lives: dt.timedelta) -> None:
    _set_cookie(handle, _mark_name(), "survey", mark, lives)


def _set_cookie(handle: str, name: str, place: str, value: str, lives: dt.timedelta) -> None:
    """A cookie that is sent with one place of somebody's pages, and all below it."""

    @after_this_request
    def _set(response: Response) -> Response:
        cookie = dump_cookie(
            name,
            value,
            max_age=int(lives.total_seconds()),
            path=url_for(f"participant.{place}", handle=handle),
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
            # How long is enough for every browser there is; until when would be 40 bytes more.
            sync_expires=False,
        )
        response.headers.add("Set-Cookie", cookie)
        return response


def _mark_name() -> str:
    """Of a cookie that one person's pages alone get, and so cannot be a `__Host-` one."""
    return "__Secure-shiftline_began" if current_app.config["SESSION_COOKIE_SECURE"] else "shiftline_began"


@functools.lru_cache(maxsize=1024)
def _opened_mark(keys: tuple[str, ...], written: str) -> tuple[Any, dt.datetime] | None:
    """What a mark says and when it was signed; None where it is not ours. The same comes with every answer."""
    try:
        signed, at = _signer_with(keys).loads(written, return_timestamp=True)
    except BadData:
        return None
    return signed, at


def _signer() -> URLSafeTimedSerializer:
    return _signer_with(_keys())


def _keys() -> tuple[str, ...]:
    return *(current_app.config.get("SECRET_KEY_FALLBACKS") or ()), current_app.config["SECRET_KEY"]


@functools.cache
def _signer_with(keys: tuple[str, ...]) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(keys, salt="began")
