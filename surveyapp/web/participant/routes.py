"""A participant's pages: in by link or code, consent, one question a page, check, submit, and out again."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from surveyapp.domain.audit import ByLink
from surveyapp.domain.errors import (
    AccessRefused,
    AlreadySubmitted,
    AnswerFault,
    AnswersRefused,
    ConsentMissing,
    NotOnRoute,
    StateRefused,
    Unfinished,
)
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.study import Study
from surveyapp.services.participants import links
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.responses.answering import Saved
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.participant import views
from surveyapp.web.shared.errors import stale
from surveyapp.web.shared.incoming import GUESSABLE, limiter
from surveyapp.web.shared.language import CHOICE, asked_language, speak
from surveyapp.web.shared.reply import Reply, with_query
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import has_cookie

participant = Blueprint("participant", __name__, template_folder="templates")


class NotLetIn(Exception):
    """Nobody has opened a link or code in this browser, or they have left."""


LONGEST_SHOWN = 200
"""Characters of what was typed in place of a code that are shown again: a link is pasted there, too."""

OPENED = "opened"
"""In the address that a link leads to: a browser that comes there without a session keeps none."""


@participant.get("/")
def front() -> Reply:
    return redirect(url_for(".start"))


@participant.route("/start", methods=["GET", "POST"])
@limiter.limit(GUESSABLE, methods=["POST"])
def start() -> Reply:
    """A code is typed here, by those who were given one in place of a link."""
    typed = request.form.get("code", "")
    if request.method == "GET" or _language_chosen():
        return render_template("participant/start.html", typed=typed[:LONGEST_SHOWN], fault=None)
    try:
        return _let_in(links.open_code(runtime(), typed))
    except AccessRefused as refused:
        fault = _code_fault(refused.why) if typed.strip() else _("Write the code you were given.")
        return render_template("participant/start.html", typed=typed[:LONGEST_SHOWN], fault=fault), 422


@participant.get("/s/<path:arrived>")
@participant.get("/S/<path:arrived>")
def link(arrived: str) -> Reply:
    """A personal link, and whatever a message has put around it."""
    return _let_in(links.open_link(runtime(), arrived))


@participant.get("/survey")
def survey() -> Reply:
    """Sends everybody to where they should be."""
    here = survey_session.visit(runtime(), _who())
    if not here.submitted and here.state not in ANSWERABLE:
        return _render("closed", here, state=here.state.value)
    return redirect(_place(here, note="back"))


@participant.get("/survey/consent")
def consent() -> Reply:
    here = survey_session.visit(runtime(), _who())
    return redirect(_place(here)) if _is_over(here) else _consent(here)


@participant.post("/survey/consent")
def give_consent() -> Reply:
    who = _who()
    agreed = views.agreed_in(request.form)
    if "decline" in request.form:
        answering.give_consent(runtime(), who, {})
        return redirect(url_for(".declined"))
    if _language_chosen():
        return _consent(survey_session.visit(runtime(), _who()), agreed)
    here = survey_session.visit(runtime(), who)
    if not _is_over(here) and not all(agreed.get(purpose.id) for purpose in here.study.required_purposes):
        return _consent(here, agreed, refused=True), 422
    return redirect(_place(answering.give_consent(runtime(), who, agreed)))


@participant.get("/survey/declined")
def declined() -> Reply:
    here = survey_session.visit(runtime(), _who())
    return redirect(_place(here)) if _is_over(here) or here.consented else _render("declined", here)


@participant.get("/survey/q/<page_id>")
def question(page_id: str) -> Reply:
    here = survey_session.visit(runtime(), _who())
    page = None if _is_over(here) else views.open_page(here, page_id)
    return redirect(_place(here)) if page is None else _question(here, page)


@participant.post("/survey/q/<page_id>")
def answer(page_id: str) -> Reply:
    who, form = _who(), request.form.to_dict(flat=False)
    # What was answered was asked in the language so far; what is shown next is in the one chosen.
    chosen = _language_chosen()
    try:
        saved = answering.save_page(runtime(), who, page_id, form, _save_id())
    except AnswersRefused as refused:
        here = survey_session.visit(runtime(), _who())
        page = views.open_page(here, page_id)
        if page is None:
            return redirect(_place(here))
        if chosen and views.only_unanswered(refused.faults):
            return _question(here, page, form)
        if _then() and views.only_unanswered(refused.faults):
            return redirect(_elsewhere(here, page_id, unsaved=views.anything_posted(page, form)))
        return _question(here, page, form, refused.faults), 422
    if chosen:
        return redirect(_address(page_id))
    return redirect(_elsewhere(saved.visit, page_id) if _then() else _onward(saved, page_id))


@participant.get("/survey/check")
def check() -> Reply:
    here = survey_session.visit(runtime(), _who())
    if _is_over(here) or not here.consented or not here.ready[1].complete:
        return redirect(_place(here))
    pages = here.ready[1].pages
    return _render("check", here, sections=views.answers_by_section(here), last=pages[-1] if pages else None)


@participant.post("/survey/check")
def submit() -> Reply:
    answering.submit(runtime(), _who())
    return redirect(url_for(".done"))


@participant.get("/survey/done")
def done() -> Reply:
    here = survey_session.visit(runtime(), _who())
    if not here.submitted:
        return redirect(_place(here))
    again = views.asked_again_on(here, runtime().zone(here.study))
    return _render("done", here, submitted_at=here.ready[2].submitted_at, again=again)


@participant.get("/survey/later")
def later() -> Reply:
    here = survey_session.visit(runtime(), _who())
    return redirect(_place(here)) if _is_over(here) else _render("later", here, unsaved="unsaved" in request.args)


@participant.get("/survey/leave")
def leave() -> Reply:
    """Ends the session in this browser. What is shown says nothing of the study or the person."""
    session.clear()
    return render_template("participant/left.html")


def _let_in(access_id: uuid.UUID) -> Response:
    """Begins this browser's session with the case; the same link again goes on with the session there is, so that a
    page open in another tab can still be sent."""
    if session.get("access") != str(access_id):
        chosen = session.get("language")
        session.clear()
        session["access"] = str(access_id)
        offered, known = links.languages(runtime(), access_id)
        wanted = known or request.accept_languages.best_match(offered) or offered[0]
        session["language"] = chosen if chosen in offered else wanted
    return redirect(with_query(url_for(".survey"), {OPENED: "1"}))


def _who() -> ByLink:
    """Who is answering. Raises NotLetIn."""
    try:
        access_id = uuid.UUID(session["access"])
    except (KeyError, ValueError):
        raise NotLetIn from None
    # Signed anew on every page, so that a session ends twelve hours after the last one and not after the first.
    session.modified = True
    return ByLink(access_id, asked_language())


def _save_id() -> uuid.UUID:
    """The id the form was given when it was shown. One that was tampered with counts as another form."""
    try:
        return uuid.UUID(request.form.get("save_id", ""))
    except ValueError:
        return uuid.uuid4()


def _language_chosen() -> bool:
    """Takes up the language whose button sent the form."""
    return speak(request.form.get(CHOICE, ""))


def _then() -> str | None:
    """Where somebody wants to go instead of on: `back` or `later`."""
    return next((value for value in request.form.getlist("then") if value in ("back", "later")), None)


def _checking() -> str | None:
    """`check` for those who came from the check page, and so go back to it."""
    return "check" if request.args.get("from") == "check" else None


def _address(page_id: str, note: str | None = None) -> str:
    """A question's address; those who came from the check page are remembered in it."""
    query: dict[str, Any] = {"note": note, "from": _checking()}
    return url_for(".question", page_id=page_id, **query)


def _is_over(here: Visit) -> bool:
    return here.submitted or here.state not in ANSWERABLE


def _place(here: Visit, note: str | None = None) -> str:
    """The address of the page a person should be on."""
    if here.submitted:
        return url_for(".done")
    if here.state not in ANSWERABLE:
        return url_for(".survey")
    if not here.consented or here.route is None or here.response is None:
        return url_for(".consent")
    page = views.resume_at(here.route)
    if page is None:
        return url_for(".check")
    return _address(page.id, note if here.response.revision else None)


def _onward(saved: Saved, page_id: str) -> str:
    """Where Continue leads: from the check page only through what is newly asked, and back to it."""
    if _checking():
        return _place(saved.visit)
    following = saved.next_page(page_id)
    return url_for(".check") if following is None else url_for(".question", page_id=following.id)


def _elsewhere(here: Visit, page_id: str, unsaved: bool = False) -> str:
    """Where `then` leads. `unsaved`: something on the page could not be stored, as part of the answer is missing."""
    return url_for(".later", unsaved=1 if unsaved else None) if _then() == "later" else _back(here, page_id)


def _back(here: Visit, page_id: str) -> str:
    """Where Back leads: the question before, or what this is about."""
    _questionnaire, route, _response = here.ready
    if _checking() and route.complete:
        return url_for(".check")
    before = route.before(page_id) if route.page(page_id) else None
    return _address(before.id) if before else url_for(".consent")


def _question(here: Visit, page: Page, posted: Form | None = None, faults: tuple[AnswerFault, ...] = ()) -> str:
    return _render(
        "question",
        here,
        view=views.question_page(here, page, posted, faults),
        back=_back(here, page.id),
        action=_address(page.id),
        save_id=uuid.uuid4(),
        note=_NOTES.get(request.args.get("note", ""), lambda: None)(),
    )


_NOTES = {
    "back": lambda: _("Welcome back. Your answers are saved. Go on from here."),
    "moved": lambda: _("That question is not the one to answer now. Go on from here."),
}


def _consent(here: Visit, agreed: dict[str, bool] | None = None, refused: bool = False) -> str:
    """The consent page, ticked as before or as posted; with what is missing, when it was refused."""
    said = {purpose: each.given for purpose, each in here.consents.items()}
    return _render(
        "consent",
        here,
        agreed=said if agreed is None else agreed,
        missing=views.consent_missing(here.study, agreed or {}) if refused else [],
        begun=here.response is not None,
        changed_mind=any(said.get(purpose.id) is False for purpose in here.study.required_purposes),
    )


def _render(name: str, here: Visit, **context: Any) -> str:
    """A page of somebody's study. `to` finds the others: they are not only served here."""
    return render_template(f"participant/{name}.html", visit=here, study=here.study, to=_to, **context)


def _to(place: str, **values: Any) -> str:
    return url_for(f".{place}", **values)


def _code_fault(why: str) -> str:
    if why == "wrong":
        return _("That code is not right. Check each letter and number, then try again.")
    return _("That code no longer works. Ask the person who invited you for a new one.")


@participant.errorhandler(NotLetIn)
def _not_let_in(_error: NotLetIn) -> Reply:
    why = "cookies" if OPENED in request.args else "unknown"
    return render_template("participant/refused.html", why=why, studies=_studies()), 403


@participant.errorhandler(CSRFError)
def _no_token(error: CSRFError) -> Reply:
    """A page that was open too long or, where no cookie came with it, a browser that kept none."""
    if has_cookie():
        return stale(error)
    return render_template("participant/refused.html", why="cookies", studies=_studies()), 400


@participant.errorhandler(AccessRefused)
def _access_refused(error: AccessRefused) -> Reply:
    """A link that opens nothing, or an access that ended while it was used. Somebody else's wrong link ends nothing."""
    if request.endpoint != "participant.link":
        session.clear()
    status = 404 if error.why == "wrong" else 410
    return render_template("participant/refused.html", why=error.why, studies=_studies()), status


def _studies() -> list[Study]:
    """Every study, as whoever reads this page would be told of it."""
    return [
        runtime().study_in(
            study, language if (language := asked_language()) in runtime().offered(study) else study.source_language
        )
        for study in runtime().studies.values()
    ]


@participant.errorhandler(NotOnRoute)
def _not_on_route(error: NotOnRoute) -> Reply:
    return redirect(url_for(".check") if error.page is None else _address(error.page, "moved"))


@participant.errorhandler(Unfinished)
def _unfinished(error: Unfinished) -> Reply:
    return redirect(_address(error.page, "moved"))


@participant.errorhandler(AlreadySubmitted)
def _already_submitted(_error: AlreadySubmitted) -> Reply:
    return redirect(url_for(".done"))


@participant.errorhandler(ConsentMissing)
def _consent_missing(_error: ConsentMissing) -> Reply:
    return redirect(url_for(".consent"))


@participant.errorhandler(StateRefused)
def _state_refused(_error: StateRefused) -> Reply:
    """Answers are not taken now: closed since the page was shown, or nothing is open yet to begin on."""
    here = survey_session.visit(runtime(), _who())
    return (
        redirect(url_for(".survey"))
        if here.state not in ANSWERABLE
        else (_render("closed", here, state="not_ready"), 409)
    )
