"""A participant's pages: in by link or code, consent, one question a page, check, submit, and out again."""

from __future__ import annotations

import json
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from surveyapp.domain.errors import AccessRefused, DoorShut, StateRefused
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.fieldwork.tablets import LentTablet
from surveyapp.services.participants import links
from surveyapp.services.security import guesses, sessions
from surveyapp.web.packs import slip
from surveyapp.web.participant import (
    codes,
    entrance,
    getting_in,
    own_messages,
    pages,
    saves,
    serving,
    theirs,
)
from surveyapp.web.participant.entrance import GONE, HANDLE, HANDLED, OPENED, OVER, NotLetIn, SomebodyElses
from surveyapp.web.participant.fetched import media, pack
from surveyapp.web.participant.stored import StoredAnswers, language_chosen
from surveyapp.web.shared import headers
from surveyapp.web.shared.errors import stale
from surveyapp.web.shared.incoming import sent_from_here
from surveyapp.web.shared.language import asked_language
from surveyapp.web.shared.reply import Reply, with_query
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import has_cookie, keep_form, token, typed_texts
from surveyapp.web.shared.sign_in import lent
from surveyapp.web.shared.static_files import SCRIPT, take_time

participant = Blueprint("participant", __name__, template_folder="templates")


LONGEST_SHOWN = 200
"""Characters of what was typed in place of a code that are shown again: a link is pasted there, too."""


@participant.get("/")
def front() -> Reply:
    return redirect(url_for(".start"))


@participant.route("/start", methods=["GET", "POST"])
def start() -> Reply:
    """A code is typed here, by those who were given one in place of a link. Not on a tablet that is lent to somebody:
    it is theirs alone."""
    if (tablet := lent()) is not None:
        return _to_whom_it_is_lent(tablet)
    if request.method == "GET":
        return render_template("participant/start.html", typed=serving.filled_in() or "", fault=None)
    typed = request.form.get("code", "")
    if language_chosen():
        return serving.again(url_for(".start"), typed[:LONGEST_SHOWN])
    try:
        return _welcome(entrance.let_in(links.open_code(runtime(), typed)))
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
    access_id = links.open_link(runtime(), arrived)
    if (tablet := lent()) is not None and tablet.access_id != access_id:
        return _to_whom_it_is_lent(tablet)
    handle = entrance.let_in(access_id)
    entrance.note_link(handle, request.path)
    return _welcome(handle)


def _to_whom_it_is_lent(tablet: LentTablet) -> Reply:
    """Where they are, or to whoever lent it, if nobody is there any more."""
    return redirect(url_for(".survey", handle=tablet.handle) if tablet.handle else url_for("tablet.back"))


def _welcome(handle: str) -> Reply:
    """Straight to the page they should be on: a phone waits for every answer that only leads on."""
    backend = StoredAnswers(handle)
    try:
        place = pages.place(backend, backend.here("survey"), note="back")
    except DoorShut:
        place = backend.address("pin")
    return redirect(with_query(place, {OPENED: "1"}))


@participant.get("/survey/leave")
@participant.get(f"{HANDLED}/leave")
def leave(handle: str | None = None) -> Reply:
    """Ends the session in this browser, whosever page this is left from; `rested`: by itself, as nobody used it. What
    is shown says nothing of the person or their study, in their language."""
    language = str(get_locale() or "en")
    if known := token():
        sessions.end(runtime(), known, EndedWhy.LEFT)
    session.clear()
    with force_locale(language):
        return _refused("rested", 403) if "rested" in request.args else render_template("participant/left.html")


@participant.get(f"{HANDLED}/slip", endpoint="slip")
@saves.in_json
def slip_of(handle: str) -> Response:
    """The personal part of what a phone turns its pages with; 404 where there is no question to answer."""
    backend = StoredAnswers(handle)
    here = backend.here("question")
    if here.submitted or here.state not in ANSWERABLE or not here.consented or backend.asks_first(here):
        abort(404)
    whose = runtime().keyring.whose(here.participant.id)
    told = slip.contents(here, backend.own_device, pack.address(here.study, here.ready[0]))
    told |= {"whose": whose, "scripts": url_for(SCRIPT, name="survey")}
    take_time()
    # Only a device of their own keeps anything that a link could lead to.
    return jsonify(told | {"link": entrance.told_link(handle)} if backend.own_device else told)


@participant.get("/survey/worker.js")
def worker() -> Response:
    """The service worker of these pages; also of links, which lead to them."""
    given = headers.protecting(headers.is_secure(current_app) or request.is_secure)
    script = current_app.extensions["scripts"]("worker")
    text = f"const HEADERS = {json.dumps(given | {'Content-Type': 'text/html; charset=utf-8'})};\n{script}"
    response = Response(text, mimetype="text/javascript", headers={"Service-Worker-Allowed": "/"})
    headers.keep_for_a_while(response)
    return response


participant.add_url_rule(pack.ADDRESS, "pack", pack.pack)
participant.add_url_rule(pack.REST, "pack", pack.pack)
participant.add_url_rule(media.ADDRESS, "medium", media.medium)
pages.add_pages(participant, HANDLED, HANDLED, StoredAnswers)
serving.serve(participant, HANDLED, StoredAnswers, getting_in.PAGES)
serving.serve(participant, HANDLED, StoredAnswers, codes.PAGES)
serving.serve(participant, HANDLED, StoredAnswers, own_messages.PAGES)
serving.serve(participant, HANDLED, StoredAnswers, theirs.PAGES)
saves.add_saves(participant, HANDLED)


def moved(page_id: str | None = None) -> Reply:
    """Where a page was before its address had a handle: on to the one of whoever was let in. Raises NotLetIn."""
    path = f"{url_for('.survey', handle=entrance.own_handle())}{request.path.removeprefix('/survey')}"
    return redirect(with_query(path, request.args.to_dict(flat=False)), code=307)


for _path in ("", *dict.fromkeys(each[1] for each in pages.PAGES)):
    participant.add_url_rule(f"/survey{_path}", "moved", moved, methods=["GET", "POST"])


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
    """Says how to come back. What was typed on a page stays there, to be sent once they have."""
    why = "rested" if error.rested else "cookies" if OPENED in request.args and not has_cookie() else "unknown"
    # Of a page of somebody else's nothing is kept for whoever was here last, nor shown.
    handle = (request.view_args or {}).get("handle")
    if error.gone or GONE in request.args or (handle and session.get(OVER) == handle):
        why = "gone"
    if session.get(HANDLE, handle) != handle:
        return _refused(why, 403)
    kept = keep_form(error.rested)
    return _refused(why, 403, kept=kept, typed=[] if kept else typed_texts(request.form.to_dict(flat=False)))


@participant.errorhandler(CSRFError)
def _no_token(error: CSRFError) -> Reply:
    """A page that was open too long: its own reader is given back what was on it. Or one of somebody else's; or, where
    no cookie came with it, a browser that kept none."""
    places = request.view_args or {}
    if "handle" in places and has_cookie() and sent_from_here() is not False:
        try:
            return pages.give_back(StoredAnswers(places["handle"]), places.get("page_id"))
        except (NotLetIn, SomebodyElses, AccessRefused, DoorShut) as another:
            return current_app.handle_user_exception(another)  # type: ignore[return-value]  # by a handler of ours
    if has_cookie():
        return stale(error)
    return _refused("cookies", 400, typed=typed_texts(request.form.to_dict(flat=False)))


@participant.errorhandler(SomebodyElses)
def _somebody_elses(_error: SomebodyElses) -> Reply:
    """Says whose time it is no longer, and nothing of either person. What was sent goes nowhere, and is not shown."""
    own = url_for(".survey", handle=entrance.own_handle())
    page = render_template(
        "participant/refused.html", why="elses", studies=_studies(), own=own, sent=request.method == "POST"
    )
    return page, 409


@participant.errorhandler(DoorShut)
def _door_shut(_error: DoorShut) -> Reply:
    """To the PIN, and from there to what they came for."""
    wanted = theirs.errand_of((request.endpoint or "").removeprefix("participant."))
    return redirect(url_for(".pin", handle=entrance.own_handle(), wanted=wanted))


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
            study,
            language if (language := plain_of(asked_language())) in runtime().offered(study) else study.source_language,
        )
        for study in runtime().studies.values()
    ]


@participant.errorhandler(StateRefused)
def _state_refused(_error: StateRefused) -> Reply:
    """Answers are not taken now: closed since the page was shown, or nothing is open yet to begin on."""
    backend = StoredAnswers(entrance.own_handle())
    here = backend.here("survey")
    if here.state not in ANSWERABLE:
        return redirect(backend.address("survey"))
    return serving.show(backend, "closed", here, state="not_ready"), 409
