"""A participant's pages: in by link or code, consent, one question a page, check, submit, and out again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from surveyapp.domain.audit import ByLink
from surveyapp.domain.errors import (
    AccessRefused,
    StateRefused,
)
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.web_sessions import EndedWhy, SessionAudience, SessionStanding, WebSession
from surveyapp.services.participants import links
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.security import guesses, kept_forms, sessions
from surveyapp.services.security.kept_forms import KeptForm
from surveyapp.services.security.sessions import SessionOver
from surveyapp.web.participant import pages, views
from surveyapp.web.shared.errors import stale
from surveyapp.web.shared.language import CHOICE, asked_language, speak
from surveyapp.web.shared.reply import Reply, with_query
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import begin, browser, form_token, has_cookie, keep_form, token, typed_texts

participant = Blueprint("participant", __name__, template_folder="templates")


class NotLetIn(Exception):
    """Nobody has opened a link or code in this browser, or they have left. `rested`: their session, where it ended by
    itself."""

    def __init__(self, rested: WebSession | None = None) -> None:
        super().__init__()
        self.rested = rested


KEPT = "kept"
"""In the cookie: something that was typed when the session before ended is kept for them."""

LONGEST_SHOWN = 200
"""Characters of what was typed in place of a code that are shown again: a link is pasted there, too."""

OPENED = "opened"
"""In the address that a link leads to: a browser that comes there without a session keeps none."""


@participant.get("/")
def front() -> Reply:
    return redirect(url_for(".start"))


@participant.route("/start", methods=["GET", "POST"])
def start() -> Reply:
    """A code is typed here, by those who were given one in place of a link."""
    typed = request.form.get("code", "")
    if request.method == "GET" or _language_chosen():
        return render_template("participant/start.html", typed=typed[:LONGEST_SHOWN], fault=None)
    try:
        return _let_in(links.open_code(runtime(), typed))
    except AccessRefused as refused:
        seconds = (
            guesses.wrong_code(runtime(), request.remote_addr or "") if refused.why == "wrong" and typed.strip() else 0
        )
        fault = _code_fault(refused.why, seconds) if typed.strip() else _("Write the code you were given.")
        page = render_template("participant/start.html", typed=typed[:LONGEST_SHOWN], fault=fault)
        return make_response(page, 429, {"Retry-After": str(seconds)}) if seconds else (page, 422)


@participant.get("/s/<path:arrived>")
@participant.get("/S/<path:arrived>")
def link(arrived: str) -> Reply:
    """A personal link, and whatever a message has put around it."""
    return _let_in(links.open_link(runtime(), arrived))


@participant.get("/survey/leave")
def leave() -> Reply:
    """Ends the session in this browser. What is shown says nothing of the study or the person, in their language."""
    language = str(get_locale() or "en")
    if known := token():
        sessions.end(runtime(), known, EndedWhy.LEFT)
    session.clear()
    with force_locale(language):
        return render_template("participant/left.html")


def _let_in(access_id: uuid.UUID) -> Response:
    """Begins this browser's session with the case; the same link again goes on with the session there is, so that a
    page open in another tab can still be sent."""
    if not _is_in_with(access_id):
        chosen = session.get("language")
        offered, known = links.languages(runtime(), access_id)
        wanted = known or request.accept_languages.best_match(offered) or offered[0]
        same = (was := token()) and (before := sessions.rested(runtime(), was)) and before.access_id == access_id
        begun = sessions.begin_participant(runtime(), access_id, browser())
        begin(begun.token, chosen if chosen in offered else wanted, form_token() if same else None)
        if kept_forms.of_session(runtime(), begun.session):
            session[KEPT] = True
    return redirect(with_query(url_for(".survey"), {OPENED: "1"}))


def _is_in_with(access_id: uuid.UUID) -> bool:
    try:
        return _web_session().access_id == access_id
    except (NotLetIn, AccessRefused):
        return False


def _who() -> ByLink:
    """Who is answering. Raises NotLetIn, AccessRefused."""
    access_id = _web_session().access_id
    assert access_id is not None
    return ByLink(access_id, asked_language())


def _web_session() -> WebSession:
    """The session of this browser, asked of the database once a request. Raises NotLetIn, AccessRefused."""
    if "web_session" not in g:
        known = token()
        if known is None:
            raise NotLetIn
        try:
            g.web_session = sessions.of(runtime(), known, SessionAudience.PARTICIPANT)
        except SessionOver as over:
            if over.why is EndedWhy.ACCESS_REVOKED:
                raise AccessRefused("revoked") from None
            raise NotLetIn(None if over.standing is SessionStanding.ENDED else over.session) from None
    return cast(WebSession, g.web_session)


def _language_chosen() -> bool:
    """Takes up the language whose button sent the form."""
    return speak(request.form.get(CHOICE, ""))


class StoredAnswers:
    """Keeps what somebody says who was let in by a link or code. `_at_first`: who they are, in the language of the page
    that sent the form."""

    def __init__(self) -> None:
        self.told: Mapping[str, Any] = {}
        self._at_first = _who()

    def here(self, place: str) -> Visit:
        return survey_session.visit(runtime(), _who())

    def page(self, here: Visit, page_id: str) -> Page | None:
        return views.open_page(here, page_id)

    def beside(self, here: Visit, page_id: str) -> tuple[Page | None, Page | None]:
        route = here.ready[1]
        return route.before(page_id) if route.page(page_id) else None, here.next_page(page_id)

    def may_check(self, here: Visit) -> bool:
        return here.ready[1].complete

    def address(self, place: str, here: Visit | None = None, **values: Any) -> str:
        return url_for(f"participant.{place}", **values)

    def language_chosen(self) -> bool:
        return _language_chosen()

    def give_consent(self, agreed: Mapping[str, bool]) -> Visit:
        return answering.give_consent(runtime(), self._at_first, agreed)

    def answer(self, page_id: str, form: Form) -> Visit:
        return answering.save_page(runtime(), self._at_first, page_id, form, _save_id()).visit

    def kept(self) -> KeptForm | None:
        if not session.get(KEPT):
            return None
        found = kept_forms.of_session(runtime(), _web_session())
        return next((each for each in found if each.path.partition("?")[0] == request.path), None)

    def submit(self) -> None:
        answering.submit(runtime(), self._at_first)


pages.add_pages(participant, "/survey", StoredAnswers)


def _save_id() -> uuid.UUID:
    """The id the form was given when it was shown. One that was tampered with counts as another form."""
    try:
        return uuid.UUID(request.form.get("save_id", ""))
    except ValueError:
        return uuid.uuid4()


def _code_fault(why: str, seconds: int) -> str:
    if seconds:
        return _(
            "That code is not right. Many wrong codes were sent from here: wait a while, and check each letter and "
            "number. A right code opens at any time."
        )
    if why == "wrong":
        return _("That code is not right. Check each letter and number, then try again.")
    return _("That code no longer works. Ask the person who invited you for a new one.")


@participant.errorhandler(NotLetIn)
def _not_let_in(error: NotLetIn) -> Reply:
    why = "rested" if error.rested else "cookies" if OPENED in request.args else "unknown"
    kept = keep_form(error.rested)
    return _refused(why, 403, kept=kept, typed=[] if kept else typed_texts(request.form.to_dict(flat=False)))


@participant.errorhandler(CSRFError)
def _no_token(error: CSRFError) -> Reply:
    """A page that was open too long or, where no cookie came with it, a browser that kept none."""
    if has_cookie():
        return stale(error)
    return _refused("cookies", 400, typed=typed_texts(request.form.to_dict(flat=False)))


@participant.errorhandler(AccessRefused)
def _access_refused(error: AccessRefused) -> Reply:
    """A link that opens nothing, or an access that ended while it was used. Somebody else's wrong link ends nothing."""
    if request.endpoint != "participant.link":
        session.clear()
    status = 404 if error.why == "wrong" else 410
    return _refused(error.why, status, typed=typed_texts(request.form.to_dict(flat=False)))


def _refused(why: str, status: int, **more: Any) -> Reply:
    return render_template("participant/refused.html", why=why, studies=_studies(), **more), status


def _studies() -> list[Study]:
    """Every study, as whoever reads this page would be told of it."""
    return [
        runtime().study_in(
            study, language if (language := asked_language()) in runtime().offered(study) else study.source_language
        )
        for study in runtime().studies.values()
    ]


@participant.errorhandler(StateRefused)
def _state_refused(_error: StateRefused) -> Reply:
    """Answers are not taken now: closed since the page was shown, or nothing is open yet to begin on."""
    backend = StoredAnswers()
    here = backend.here("survey")
    if here.state not in ANSWERABLE:
        return redirect(url_for(".survey"))
    return pages.show(backend, "closed", here, state="not_ready"), 409
