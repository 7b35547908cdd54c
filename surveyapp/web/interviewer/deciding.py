"""A supervisor's page: whom nobody calls until it is decided, and the decision."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.call_stand import MOST_MORE, CallHold, DecisionKind
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork import call_queue, deciding
from surveyapp.web.interviewer import queue_words
from surveyapp.web.interviewer.blueprint import CASE, caller, interviewer
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only
from surveyapp.web.shared.words import worded


@interviewer.get("/<study_id>/decide")
@staff_only
def to_decide(study_id: str) -> Reply:
    """Who was tried five times, or not to be called any more, longest ago first."""
    return _page(study_id)


def _page(study_id: str, wrong: str = "", about: str = "") -> Reply:
    staff, now = current_staff(), runtime().clock()
    why = CallHold.STOPPED if request.args.get("view") == "stopped" else CallHold.SUPERVISOR
    number = max(whole_number("page") or 1, 1)
    count, lines = call_queue.held_back(desk(), Action.DECIDE_CALLS, study_id, why, number)
    page = render_template(
        "interviewer/decide.html",
        study=staff_study(study_id),
        lines=lines,
        count=count,
        stopped=why is CallHold.STOPPED,
        page=number,
        pages=max(1, -(-count // call_queue.PER_PAGE)),
        most=MOST_MORE,
        wrong=wrong,
        about=about,
        tries=queue_words.tries,
        spoken=queue_words.spoken,
        best_time=queue_words.best_time,
        due_in_words=queue_words.due_in_words,
        now=now,
        me=staff,
    )
    return page, 422 if wrong else 200


@interviewer.post(f"{CASE}/decide")
@staff_only
def decide(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Some attempts more, or none."""
    kind = DecisionKind.STOP if request.form.get("decision") == DecisionKind.STOP.value else DecisionKind.MORE
    who = caller(study_id, reference, touchpoint)
    try:
        deciding.decide(runtime(), who, kind, _number("seen"), _number("more"))
    except InputRefused as refused:
        return _page(study_id, worded(refused.sentence), reference)
    if kind is DecisionKind.STOP:
        flash(_("Nobody calls %(reference)s any more. Their link goes on working.", reference=reference))
    else:
        flash(_("%(reference)s is in the queue again.", reference=reference))
    return redirect(url_for("interviewer.to_decide", study_id=study_id))


def _number(name: str) -> int:
    written = request.form.get(name, "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else -1
