"""A participant's pages, once: consent, one question a page, check, submit, and what lies between them.

They stand on any `Backend`. Which page leads to which is decided here alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, request

from surveyapp.domain.errors import (
    AlreadySubmitted,
    AnswerFault,
    AnswersRefused,
    ConsentMissing,
    NotOnRoute,
    Unfinished,
)
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import Page, resume_at
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.security.kept_forms import KeptForm
from surveyapp.web.participant import serving, untouched, views
from surveyapp.web.participant.entrance import OPENED
from surveyapp.web.participant.serving import AnswersContested, Backend, PageRule, has_begun, note_named, show
from surveyapp.web.participant.untouched import Goal
from surveyapp.web.shared import static_files
from surveyapp.web.shared.incoming import save_to_come
from surveyapp.web.shared.presenting import presented_to
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import give_back_at


def survey(backend: Backend) -> Reply:
    """Sends everybody to where they should be."""
    here = backend.here("survey")
    if not here.submitted and here.state not in ANSWERABLE:
        return show(backend, "closed", here, state=here.state.value)
    if here.submitted and request.args.get("note") == "late":
        return redirect(backend.address("done", here, note="late"))
    return redirect(place(backend, here, note="back"))


def consent(backend: Backend) -> Reply:
    here = backend.here("consent")
    return redirect(place(backend, here)) if _is_over(here) else _consent(backend, here, serving.filled_in())


def privacy(backend: Backend) -> Reply:
    """What is done with what they give, whether their link opens anything or not."""
    here = backend.here("privacy")
    return show(backend, "privacy", here, yours=here.consented)


def give_consent(backend: Backend) -> Reply:
    agreed = views.agreed_in(request.form)
    if "decline" in request.form:
        backend.give_consent({})
        return redirect(backend.address("declined"))
    if backend.language_chosen():
        return serving.again(backend.address("consent"), agreed)
    here = backend.here("consent")
    missing = [] if _is_over(here) else views.consent_missing(here.study, agreed)
    if missing:
        return _consent(backend, here, agreed, missing), 422
    return redirect(place(backend, backend.give_consent(agreed)))


def declined(backend: Backend) -> Reply:
    here = backend.here("declined")
    if _is_over(here) or here.consented:
        return redirect(place(backend, here))
    return show(backend, "declined", here)


def question(backend: Backend, page_id: str) -> Reply:
    here = backend.here("question")
    page = None if _is_over(here) or backend.asks_first(here) else backend.page(here, page_id)
    return redirect(place(backend, here)) if page is None else _question(backend, here, page, kept=backend.kept())


def answer(backend: Backend, page_id: str) -> Reply:
    form = request.form.to_dict(flat=False)
    # What was answered was asked in the language so far; what is shown next is in the one chosen.
    chosen = backend.language_chosen()
    try:
        after = backend.answer(page_id, form, passing=chosen or _then() is not None)
    except AnswersRefused as refused:
        here = backend.here("question")
        page = backend.page(here, page_id)
        if page is None:
            return redirect(place(backend, here))
        if chosen and views.only_unanswered(refused.faults):
            if not views.anything_posted(page, form):
                return redirect(_address(backend, page_id, here))
            return _question(backend, here, page, form)
        unsaved = views.anything_posted(page, form)
        # Whoever gives the tablet back does not come back to what could not be taken, and is told of it before.
        if _then() and views.only_unanswered(refused.faults) and not (unsaved and _then() == "tablet"):
            return redirect(_elsewhere(backend, here, page_id, unsaved))
        return _question(backend, here, page, form, refused.faults), 422
    except AnswersContested as contested:
        here = backend.here("question")
        if (page := backend.page(here, page_id)) is None:
            return redirect(place(backend, here))
        return _question(backend, here, page, form, stands=contested.stands), 409
    if chosen:
        return redirect(_address(backend, page_id, after))
    return redirect(_elsewhere(backend, after, page_id) if _then() else _onward(backend, after, page_id))


def give_back(backend: Backend, page_id: str | None) -> Reply:
    """What somebody sent from a page that was open too long, ready to be sent again: a question as it was filled in,
    or else the page they should be on."""
    here = backend.here("question")
    page = None if page_id is None or _is_over(here) else backend.page(here, page_id)
    if page is None:
        return redirect(place(backend, here))
    return _question(backend, here, page, request.form.to_dict(flat=False), note="ended"), 400


def check(backend: Backend) -> Reply:
    here = backend.here("check")
    if _is_over(here) or not here.consented or not backend.may_check(here):
        return redirect(place(backend, here))
    pages = here.ready[1].pages
    return show(backend, "check", here, sections=views.answers_by_section(here), last=pages[-1] if pages else None)


def submit(backend: Backend) -> Reply:
    backend.submit()
    return redirect(backend.address("done"))


def done(backend: Backend) -> Reply:
    here = backend.here("done")
    if not here.submitted:
        return redirect(place(backend, here))
    return show(backend, "done", here, again=backend.asked_again(here), welcomed=OPENED in request.args)


def later(backend: Backend) -> Reply:
    here = backend.here("later")
    if _is_over(here):
        return redirect(place(backend, here))
    return show(backend, "later", here, unsaved="unsaved" in request.args)


PAGES: tuple[PageRule[Backend], ...] = (
    ("GET", "/consent", consent),
    ("POST", "/consent", give_consent),
    ("GET", "/declined", declined),
    ("GET", "/q/<page_id>", question),
    ("POST", "/q/<page_id>", answer),
    ("GET", "/check", check),
    ("POST", "/check", submit),
    ("GET", "/done", done),
    ("GET", "/later", later),
    ("GET", "/privacy", privacy),
)
"""Every page but `survey`, and leaving, which is each backend's own business."""


def add_pages(
    blueprint: Blueprint,
    survey_at: str,
    prefix: str,
    backend_of: Callable[..., Backend],
    guard: Callable[[Callable[..., Reply]], Callable[..., Reply]] | None = None,
) -> None:
    """Serves the pages from a blueprint, each under its function's name: `survey` at an address, and the others below
    `prefix`. `backend_of` is given what the address names, the question's page left out."""

    def add(method: str, path: str, page: Callable[..., Reply]) -> None:
        def handler(page_id: str | None = None, **named: Any) -> Reply:
            backend = backend_of(**named)
            return page(backend) if page_id is None else page(backend, page_id)

        blueprint.add_url_rule(path, page.__name__, guard(handler) if guard else handler, methods=[method])

    def here() -> Backend:
        return backend_of(**{key: value for key, value in (request.view_args or {}).items() if key != "page_id"})

    add("GET", survey_at, survey)
    for method, path, page in PAGES:
        add(method, prefix + path, page)

    @blueprint.errorhandler(NotOnRoute)
    def _not_on_route(error: NotOnRoute) -> Reply:
        return redirect(here().address("check") if error.page is None else _address(here(), error.page, note="moved"))

    @blueprint.errorhandler(Unfinished)
    def _unfinished(error: Unfinished) -> Reply:
        return redirect(_address(here(), error.page, note="moved"))

    @blueprint.errorhandler(AlreadySubmitted)
    def _already_submitted(_error: AlreadySubmitted) -> Reply:
        return redirect(here().address("done"))

    @blueprint.errorhandler(ConsentMissing)
    def _consent_missing(_error: ConsentMissing) -> Reply:
        return redirect(here().address("consent"))


def _then() -> str | None:
    """Where somebody wants to go instead of on: `back`, `later` or, on a tablet that was handed to them, `tablet`."""
    return next((value for value in request.form.getlist("then") if value in ("back", "later", "tablet")), None)


def _checking() -> bool:
    """Whether they came from the check page, and so go back to it."""
    return request.args.get("from") == "check"


def _address(backend: Backend, page_id: str, here: Visit | None = None, note: str | None = None) -> str:
    place, values = _to_question(page_id)
    return backend.address(place, here, **dict(values), **({"note": note} if note else {}))


def _to_question(page_id: str) -> Goal:
    """A question; those who came from the check page are remembered in its address."""
    return "question", (("page_id", page_id), ("from", "check")) if _checking() else (("page_id", page_id),)


def _is_over(here: Visit) -> bool:
    return here.submitted or here.state not in ANSWERABLE


def place(backend: Backend, here: Visit, note: str | None = None) -> str:
    """The address of the page a person should be on."""
    if here.submitted:
        return backend.address("done", here)
    if here.state not in ANSWERABLE:
        return backend.address("survey", here)
    if not here.consented or here.route is None or here.response is None:
        return backend.address("consent", here)
    if backend.asks_first(here):
        return backend.address("begin", here)
    page = resume_at(here.route)
    if page is None:
        return backend.address("check", here)
    return _address(backend, page.id, here, note if has_begun(here) else None)


def _onward(backend: Backend, after: Visit, page_id: str) -> str:
    """Where Continue leads: from the check page only through what is newly asked, and back to it."""
    if _checking():
        return place(backend, after)
    _before, following = backend.beside(after, page_id)
    if following is None:
        return backend.address("check", after)
    return backend.address("question", after, page_id=following.id)


def _elsewhere(backend: Backend, here: Visit, page_id: str, unsaved: bool = False) -> str:
    """Where `then` leads. `unsaved`: something on the page could not be stored, as part of the answer is missing."""
    if _then() == "tablet" and (given_back := give_back_at()):
        return given_back
    if _then() != "back":
        return backend.address("later", here, **({"unsaved": 1} if unsaved else {}))
    return _at(backend, here, _back(backend, here, page_id))


def _at(backend: Backend, here: Visit, goal: Goal) -> str:
    place, values = goal
    return backend.address(place, here, **dict(values))


def _back(backend: Backend, here: Visit, page_id: str) -> Goal:
    """Where Back leads: the question before, or what this is about."""
    if _checking() and here.ready[1].complete:
        return "check", ()
    before, _following = backend.beside(here, page_id)
    return _to_question(before.id) if before else ("consent", ())


def _question(
    backend: Backend,
    here: Visit,
    page: Page,
    posted: Form | None = None,
    faults: tuple[AnswerFault, ...] = (),
    note: str | None = None,
    kept: KeptForm | None = None,
    stands: Mapping[str, RecordedAnswer] | None = None,
) -> str:
    shown = kept.fields if kept else posted
    given = here.given or {}
    back, action = _back(backend, here, page.id), _to_question(page.id)
    told = note_named("kept" if kept else note or request.args.get("note"), here)
    welcomed = not kept and not note and request.args.get("note") == "back"
    touched = shown is not None or bool(stands) or any(part.key in given for part in page.parts)
    if backend.handle and not touched and presented_to(here, page) is page:
        if not has_begun(here):
            static_files.take_time()
        return untouched.shown(untouched.untouched(here, page, back, action, told, welcomed), backend.handle)
    # What is filled in again was written over what was on the screen then; what stands now is told.
    seen = shown.get("seen") if shown and not stands else None
    return show(
        backend,
        "question",
        here,
        view=views.question_page(here, page, shown, faults),
        seen=seen or [str(given[part.key].client_id) if part.key in given else "" for part in page.parts],
        stands=views.told_of(page, stands or {}),
        skip=_onward(backend, here, page.id) if stands else None,
        back=_at(backend, here, back),
        action=_at(backend, here, action),
        save_id=save_to_come(uuid.uuid4().hex, here.ready[0].version),
        kept=kept,
        note=told,
        welcomed=welcomed,
    )


def _consent(
    backend: Backend,
    here: Visit,
    agreed: Mapping[str, bool] | None = None,
    missing: list[tuple[str, str]] | None = None,
) -> str:
    """The consent page, ticked as posted or as these very questions were begun with; with what is missing, when it was
    refused."""
    said = {purpose: each.given for purpose, each in here.consents.items()}
    return show(
        backend,
        "consent",
        here,
        agreed=here.agreed_here if agreed is None else agreed,
        time=backend.expected_time(here),
        missing=missing or [],
        started=here.response is not None,
        changed_mind=any(said.get(purpose.id) is False for purpose in here.study.required_purposes),
    )
