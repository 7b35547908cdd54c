"""A questionnaire as its participants meet it: their own pages, answered by somebody made up. Nothing is stored."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from surveyapp.domain.errors import AnswerFault, AnswersRefused
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import Page
from surveyapp.services.questionnaires import preview
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.participant import views
from surveyapp.web.preview.blueprint import (
    ANYWHERE,
    SAID,
    catalogue_of,
    kept,
    may_preview,
    phone,
    preview_context,
    respondent_of,
)
from surveyapp.web.shared.headers import show_in_a_frame
from surveyapp.web.shared.language import CHOICE, SHOWN, speak_here
from surveyapp.web.shared.reply import Reply


@phone.before_request
def _prepare() -> None:
    show_in_a_frame()


@phone.get("/survey")
@may_preview
def survey(study_id: str, name: str, version: int) -> Reply:
    """Where somebody who has said so much would be."""
    here = _here(study_id, name, version)
    resumed = views.resume_at(here.ready[1])
    return _go("check", here) if resumed is None else _go("question", here, page_id=resumed.id)


@phone.get("/consent")
@may_preview
def consent(study_id: str, name: str, version: int) -> Reply:
    return _consent(_here(study_id, name, version), {})


@phone.post("/consent")
@may_preview
def give_consent(study_id: str, name: str, version: int) -> Reply:
    here, agreed = _here(study_id, name, version), views.agreed_in(request.form)
    if CHOICE in request.form:
        return _go("consent", here)
    if "decline" in request.form:
        return _go("declined", here)
    missing = views.consent_missing(here.study, agreed)
    return (_consent(here, agreed, missing), 422) if missing else _go("survey", here)


@phone.get("/declined")
@may_preview
def declined(study_id: str, name: str, version: int) -> Reply:
    return _render("declined", _here(study_id, name, version))


@phone.get("/q/<page_id>")
@may_preview
def question(study_id: str, name: str, version: int, page_id: str) -> Reply:
    here = _here(study_id, name, version)
    page = preview.page_at(here, page_id, _anywhere())
    return _go("survey", here) if page is None else _question(here, page)


@phone.post("/q/<page_id>")
@may_preview
def answer(study_id: str, name: str, version: int, page_id: str) -> Reply:
    here = _here(study_id, name, version)
    page = preview.page_at(here, page_id, _anywhere())
    if page is None:
        return _go("survey", here)
    form = request.form.to_dict(flat=False)
    back, later = (where in form.get("then", ()) for where in ("back", "later"))
    try:
        after = preview.answered(here, page, form)
    except AnswersRefused as refused:
        if CHOICE in form and views.only_unanswered(refused.faults):
            return _go("question", here, page_id=page_id)
        if back and views.only_unanswered(refused.faults):
            return redirect(_back(here, page))
        if later and views.only_unanswered(refused.faults):
            return _go("later", here, unsaved=1 if views.anything_posted(page, form) else None)
        return _question(here, page, form, refused.faults), 422
    if CHOICE in form:
        return _go("question", after, page_id=page_id)
    if back:
        return redirect(_back(after, page))
    if later:
        return _go("later", after)
    if request.args.get("from") == "check":
        return _go("survey", after)
    following = preview.beside(after, page)[1]
    return _go("check", after) if following is None else _go("question", after, page_id=following.id)


@phone.get("/check")
@may_preview
def check(study_id: str, name: str, version: int) -> Reply:
    here = _here(study_id, name, version)
    pages = here.ready[1].pages
    return _render("check", here, sections=views.answers_by_section(here), last=pages[-1] if pages else None)


@phone.post("/check")
@may_preview
def submit(study_id: str, name: str, version: int) -> Reply:
    return _go("done", _here(study_id, name, version))


@phone.get("/done")
@may_preview
def done(study_id: str, name: str, version: int) -> Reply:
    here = preview.submitted(_here(study_id, name, version))
    again = views.asked_again_on(here, catalogue_of(study_id).zone)
    return _render("done", here, submitted_at=here.ready[2].submitted_at, again=again)


@phone.get("/later", endpoint="later")
@may_preview
def finish_later(study_id: str, name: str, version: int) -> Reply:
    return _render("later", _here(study_id, name, version), unsaved="unsaved" in request.args)


@phone.get("/leave")
@may_preview
def leave(study_id: str, name: str, version: int) -> Reply:
    """Begins again, with nothing said."""
    catalogue_of(study_id)
    query: dict[str, Any] = dict(kept())
    return redirect(url_for(".consent", study_id=study_id, name=name, version=version, **query))


def _here(study_id: str, name: str, version: int) -> Visit:
    context = preview_context(study_id, name, version)
    speak_here(context.language, context.catalogue.languages)
    said = request.args.get(SAID, "")
    return preview.begun(context.study, context.questionnaire, context.book, respondent_of(), context.language, said)


def _anywhere() -> bool:
    return ANYWHERE in request.args


def _address(place: str, here: Visit, **values: Any) -> str:
    """A page's address, with all that travels in it. A page of the route needs no leave to be looked up."""
    query: dict[str, Any] = {**kept(), SAID: preview.carried(here) or None}
    if (chosen := request.form.get(CHOICE)) is not None:
        query[SHOWN] = chosen
    page_id = values.get("page_id")
    if _anywhere() and page_id is not None and here.ready[1].page(page_id) is None:
        query[ANYWHERE] = 1
    return url_for(f"phone.{place}", **(request.view_args or {}) | query | values)


def _go(place: str, here: Visit, **values: Any) -> Response:
    return redirect(_address(place, here, **values))


def _back(here: Visit, page: Page) -> str:
    if request.args.get("from") == "check" and here.ready[1].complete:
        return _address("check", here)
    before = preview.beside(here, page)[0]
    return _address("question", here, page_id=before.id) if before else _address("consent", here)


def _question(here: Visit, page: Page, posted: Form | None = None, faults: tuple[AnswerFault, ...] = ()) -> str:
    origin = {"from": "check"} if request.args.get("from") == "check" else {}
    return _render(
        "question",
        here,
        view=views.question_page(here, page, posted, faults),
        back=_back(here, page),
        action=_address("question", here, page_id=page.id, **origin),
        save_id="",
        note=None,
    )


def _consent(here: Visit, agreed: dict[str, bool], missing: list[tuple[str, str]] | None = None) -> str:
    return _render("consent", here, agreed=agreed, missing=missing or [], begun=bool(here.given), changed_mind=False)


def _render(name: str, here: Visit, **context: Any) -> str:
    """A participant's page, whose links lead to the others of these."""

    def to(place: str, **values: Any) -> str:
        return _address(place, here, **values)

    return render_template(f"participant/{name}.html", visit=here, study=here.study, to=to, demo=False, **context)
