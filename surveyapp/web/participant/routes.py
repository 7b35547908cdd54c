"""A participant's pages: in by link or code, consent, one question a page, check, submit, and out again."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
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

from surveyapp.domain.entry.doors import Door
from surveyapp.domain.errors import AccessRefused, DoorShut, StateRefused
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.privacy.held import HeldRecord
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.domain.sending.own_reminder import OwnTime
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.cases.next_time import NextTime
from surveyapp.services.fieldwork.tablets import LentTablet
from surveyapp.services.participants import links
from surveyapp.services.responses import answering, pins, sent_codes, survey_session
from surveyapp.services.responses import own_messages as own_messages_service
from surveyapp.services.responses import theirs as theirs_service
from surveyapp.services.responses.expected_time import ExpectedTime, expected_time
from surveyapp.services.responses.own_messages import ReminderStand
from surveyapp.services.responses.sent_codes import AskedCode, CodeStand
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.responses.theirs import Theirs
from surveyapp.services.security import guesses, kept_forms, sessions
from surveyapp.services.security.kept_forms import KeptForm
from surveyapp.web.packs import slip
from surveyapp.web.participant import (
    codes,
    entrance,
    getting_in,
    media,
    own_messages,
    pack,
    pages,
    saves,
    theirs,
    views,
)
from surveyapp.web.participant.entrance import GONE, HANDLE, HANDLED, KEPT, OPENED, NotLetIn, SomebodyElses
from surveyapp.web.shared import headers
from surveyapp.web.shared.errors import stale
from surveyapp.web.shared.incoming import sent_from_here
from surveyapp.web.shared.language import CHOICE, asked_language, speak
from surveyapp.web.shared.reply import Reply, with_query
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import has_cookie, keep_form, token, typed_texts
from surveyapp.web.shared.sign_in import lent
from surveyapp.web.shared.static_files import SCRIPT

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
    typed = request.form.get("code", "")
    if request.method == "GET" or _language_chosen():
        return render_template("participant/start.html", typed=typed[:LONGEST_SHOWN], fault=None)
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
    """Ends the session in this browser, whosever page this is left from. What is shown says nothing of the study or the
    person, in their language."""
    language = str(get_locale() or "en")
    if known := token():
        sessions.end(runtime(), known, EndedWhy.LEFT)
    session.clear()
    with force_locale(language):
        return render_template("participant/left.html")


def _language_chosen() -> bool:
    """Takes up the language whose button sent the form."""
    return speak(request.form.get(CHOICE, ""))


class StoredAnswers:
    """Keeps what somebody says who was let in by a link or code, on the pages of their handle. `_at_first`: who they
    are, in the language of the page that sent the form."""

    def __init__(self, handle: str) -> None:
        self._handle = handle
        self._at_first = entrance.who(handle)
        self.own_device = entrance.own_device(handle)
        # What a page asks the database for only where it says it.
        asked = {"code_ways": self._code_ways, "reminders": self._reminders}
        self.told: Mapping[str, Any] = {"own_device": self.own_device, "turns": True, **asked}

    def at_the_door(self) -> Visit:
        return survey_session.visit(runtime(), entrance.who(self._handle), entrance.standing())

    def here(self, place: str) -> Visit:
        """Raises DoorShut where there are questions that the link alone does not open."""
        here = self.at_the_door()
        if place == "privacy":
            return here
        if here.door is not Door.QUESTIONS and not here.submitted and here.state in ANSWERABLE:
            raise DoorShut(here.door)
        return here

    def page(self, here: Visit, page_id: str) -> Page | None:
        return views.open_page(here, page_id)

    def beside(self, here: Visit, page_id: str) -> tuple[Page | None, Page | None]:
        route = here.ready[1]
        return route.before(page_id) if route.page(page_id) else None, here.next_page(page_id)

    def may_check(self, here: Visit) -> bool:
        return here.ready[1].complete

    def asks_first(self, here: Visit) -> bool:
        return self.own_device is None

    def address(self, place: str, here: Visit | None = None, **values: Any) -> str:
        return url_for(f"participant.{place}", handle=self._handle, **values)

    def expected_time(self, here: Visit) -> ExpectedTime:
        return expected_time(runtime(), here.study, here.touchpoint)

    def language_chosen(self) -> bool:
        return _language_chosen()

    def give_consent(self, agreed: Mapping[str, bool]) -> Visit:
        return answering.give_consent(runtime(), self._at_first, agreed)

    def answer(self, page_id: str, form: Form) -> Visit:
        saved = answering.save_page(
            runtime(), self._at_first, page_id, form, _save_id(), found=entrance.standing(), seen=_seen(form)
        )
        after = saved.visit
        # A page that only tells something stores nothing: whoever passed it has not begun.
        if after.response and after.response.revision:
            entrance.note_began(self._handle)
        if saved.stands:
            raise pages.AnswersContested(saved.stands)
        return after

    def kept(self) -> KeptForm | None:
        if not session.get(KEPT):
            return None
        found = kept_forms.of_session(runtime(), entrance.web_session())
        return next((each for each in found if each.path.partition("?")[0] == request.path), None)

    def asked_again(self, here: Visit) -> NextTime | None:
        return survey_session.asked_again(runtime(), here)

    def submit(self) -> None:
        answering.submit(runtime(), self._at_first)
        entrance.note_sent()

    def choose_pin(self, typed: str) -> None:
        entrance.note_chosen(pins.choose(runtime(), self._at_first, typed))

    def give_pin(self, typed: str) -> None:
        pins.give(runtime(), self._at_first, typed)
        entrance.note_proven()

    def _code_ways(self) -> tuple[SendingWay, ...]:
        """By which ways a code can be sent; looked up by the pages that offer one."""
        return sent_codes.ways(runtime())

    def _reminders(self, here: Visit) -> ReminderStand:
        return own_messages_service.reminder_stand(runtime(), self._at_first, here)

    def send_receipt(self, way: SendingWay | None) -> None:
        own_messages_service.receipt(runtime(), self._at_first, way)

    def remind(self, way: SendingWay | None, when: OwnTime | None) -> None:
        own_messages_service.remind(runtime(), self._at_first, way, when)

    def drop_reminder(self) -> None:
        own_messages_service.no_reminder(runtime(), self._at_first)

    def code_stand(self) -> CodeStand:
        return sent_codes.stand(runtime(), entrance.who(self._handle), entrance.web_session().id)

    def ask_for_code(self, way: SendingWay | None) -> AskedCode:
        session_id, address = entrance.web_session().id, request.remote_addr or ""
        return sent_codes.ask(runtime(), entrance.who(self._handle), session_id, way, address)

    def give_code(self, typed: str) -> Visit:
        before = sent_codes.give(runtime(), self._at_first, entrance.web_session().id, typed)
        entrance.note_proven()
        return before

    def theirs(self) -> Theirs:
        return theirs_service.see(runtime(), entrance.who(self._handle))

    def change_consent(self, said: dict[str, bool]) -> None:
        theirs_service.consent(runtime(), self._at_first, said)

    def change_part(self, wanted: ParticipationChange) -> None:
        theirs_service.change(runtime(), self._at_first, wanted)

    def correct(self) -> None:
        theirs_service.correct(runtime(), self._at_first)

    def take_along(self) -> HeldRecord:
        return theirs_service.take_along(runtime(), self._at_first)

    def ask_for_a_call(self, at: dt.datetime | None) -> None:
        theirs_service.ask_for_a_call(runtime(), self._at_first, at)

    def leave_for_good(self) -> None:
        session.clear()

    def say_whose(self, own: bool) -> None:
        entrance.say_whose(self._handle, own)
        self.own_device = own


@participant.get(f"{HANDLED}/slip", endpoint="slip")
@saves.in_json
def slip_of(handle: str) -> Response:
    """The personal part of what a phone turns its pages with; 404 where there is no question to answer."""
    backend = StoredAnswers(handle)
    here = backend.here("question")
    if here.submitted or here.state not in ANSWERABLE or not here.consented or backend.asks_first(here):
        abort(404)
    whose = runtime().keyring.whose(here.participant.id)
    told = slip.contents(here, handle, backend.own_device, pack.address(here.study, here.ready[0]))
    told |= {"whose": whose, "scripts": url_for(SCRIPT, name="survey")}
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
participant.add_url_rule(media.ADDRESS, "medium", media.medium)
pages.add_pages(participant, HANDLED, HANDLED, StoredAnswers)
getting_in.add_doors(participant, HANDLED, StoredAnswers)
codes.add_codes(participant, HANDLED, StoredAnswers)
own_messages.add_own_messages(participant, HANDLED, StoredAnswers)
theirs.add_theirs(participant, HANDLED, StoredAnswers)
saves.add_saves(participant, HANDLED)


def moved(page_id: str | None = None) -> Reply:
    """Where a page was before its address had a handle: on to the one of whoever was let in. Raises NotLetIn."""
    path = f"{url_for('.survey', handle=entrance.own_handle())}{request.path.removeprefix('/survey')}"
    return redirect(with_query(path, request.args.to_dict(flat=False)), code=307)


for _path in ("", *dict.fromkeys(each[1] for each in pages.PAGES)):
    participant.add_url_rule(f"/survey{_path}", "moved", moved, methods=["GET", "POST"])


def _save_id() -> uuid.UUID:
    """The id the form was given when it was shown. One that was tampered with counts as another form."""
    try:
        return uuid.UUID(request.form.get("save_id", ""))
    except ValueError:
        return uuid.uuid4()


def _seen(form: Form) -> list[uuid.UUID | None] | None:
    """Of each part of the page the save whose answer was on the screen. One that is no id was never seen here."""
    try:
        return [uuid.UUID(each) if each else None for each in form["seen"]] if "seen" in form else None
    except ValueError:
        return [uuid.uuid4() for _each in form["seen"]]


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
    if error.gone or GONE in request.args:
        why = "gone"
    # Of a page of somebody else's nothing is kept for whoever was here last, nor shown.
    handle = (request.view_args or {}).get("handle")
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
            return current_app.handle_user_exception(another)  # type: ignore[return-value]
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
    return redirect(url_for(".pin", handle=entrance.own_handle()))


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
    return pages.show(backend, "closed", here, state="not_ready"), 409
