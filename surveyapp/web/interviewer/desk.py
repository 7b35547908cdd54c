"""Who is to be called, opening and closing a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import InputRefused, NotHeld
from surveyapp.domain.fieldwork.call_queue import QueuePriority
from surveyapp.domain.fieldwork.call_stand import MOST_MORE, CallHold, DecisionKind
from surveyapp.domain.fieldwork.call_wishes import within_call_hours
from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork import attempts, call_queue, calls, deciding
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.services.staff import own_account
from surveyapp.web.interviewer import forms, queue_words
from surveyapp.web.interviewer.blueprint import CASE, caller, closed_page, frame, interviewer, own
from surveyapp.web.interviewer.views import Filters, script
from surveyapp.web.rights.letting_in import let_in_page
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only
from surveyapp.web.shared.words import OUTCOMES, worded


@interviewer.get("")
@staff_only
def queue() -> Reply:
    """Who is to be called next and after that, as the address narrows it."""
    return _queue_page(_filters(), None)


def _filters() -> Filters:
    return Filters(
        study=request.args.get("study", ""),
        group=request.args.get("group", ""),
        touchpoint=whole_number("touchpoint"),
        view=request.args.get("view", ""),
        page=whole_number("page") or 1,
    )


def _queue_page(filters: Filters, mine: forms.InterviewingForm | None) -> Reply:
    found = call_queue.queue(desk(), filters.wanted)
    skip = min(max(whole_number("skip") or 0, 0), max(len(found.now) - 1, 0))
    first = found.now[skip] if found.now and found.page == 1 else None
    rest = [line for line in found.now if line is not first]
    page = _desk_page(filters, mine, queue=found, next=first, rest=rest, skip=skip)
    return page, 422 if mine is not None and mine.errors else 200


@interviewer.post("")
@staff_only
def search() -> Reply:
    """Whoever rings back. Posted: a name or a phone number does not belong in an address."""
    form = forms.SearchForm()
    text = (form.search.data or "").strip() if form.validate() else ""
    if not text:
        return _queue_page(Filters(), None)
    return _desk_page(Filters(), None, searched=text, found=call_queue.find(desk(), text))


def _desk_page(filters: Filters, mine: forms.InterviewingForm | None, searched: str = "", **more: Any) -> str:
    staff, now = current_staff(), runtime().clock()
    studies = [staff_study(study_id) for study_id in staff.studies(Action.INTERVIEW)]
    resting = [study for study in studies if not within_call_hours(now.astimezone(runtime().zone(study)))]
    undoable = attempts.undoable(desk())
    return render_template(
        "interviewer/queue.html",
        filters=filters,
        searched=searched,
        search_form=forms.SearchForm(formdata=None, search=searched),
        mine=mine or forms.InterviewingForm.of(staff),
        studies=studies,
        resting=resting,
        now=now,
        me=staff,
        undoable=undoable,
        undo_zone=runtime().study(undoable.study).time_zone if undoable else "UTC",
        outcomes=OUTCOMES,
        why=lambda line: queue_words.why(line, staff, now),
        why_unkept=queue_words.why_unkept,
        preferred_way=queue_words.preferred_way,
        spoken=queue_words.spoken,
        tries=queue_words.tries,
        due_in_words=queue_words.due_in_words,
        refused=CaseState.REFUSED,
        open=QueuePriority.OPEN,
        hold_minutes=runtime().settings.hold_minutes,
        **more,
    )


@interviewer.post("/mine")
@staff_only
def interviewing() -> Reply:
    """In which languages somebody interviews, and whether they are a woman or a man: people are matched by it."""
    form = forms.InterviewingForm()
    if not form.validate():
        return _queue_page(Filters(), form)
    try:
        own_account.keep_interviewing(desk(), form.speaks.data or "", form.gender.data or "")
    except InputRefused as refused:
        form.refuse(refused)
        return _queue_page(Filters(), form)
    flash(_("That is kept. The queue goes by it."))
    return redirect(url_for("interviewer.queue"))


@interviewer.post(f"{CASE}/hand-over")
@staff_only
def hand_over(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Makes a person anybody's again, whose time one agreed and cannot keep."""
    deciding.hand_over(runtime(), caller(study_id, reference, touchpoint))
    flash(_("%(reference)s can be called by anybody now, at the time agreed.", reference=reference))
    return redirect(url_for("interviewer.queue"))


@interviewer.post(f"{CASE}/open")
@staff_only
def open_case(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Takes the hold on the case; a supervisor may take it from a colleague."""
    who = caller(study_id, reference, touchpoint)
    deciding.take_up(runtime(), who, in_touch=request.form.get("in_touch") == "yes")
    calls.open_case(runtime(), who, request.form.get("take_over") == "yes", _seen(request.form.get("seen")))
    return redirect(own("case"))


def _seen(written: str | None) -> calls.SeenInQueue | None:
    """What a line of the queue said of when its case was tried last."""
    if written is None:
        return None
    try:
        return calls.SeenInQueue(dt.datetime.fromisoformat(written))
    except ValueError:
        return calls.SeenInQueue(None)


@interviewer.get(CASE)
@staff_only
def case(study_id: str, reference: str, touchpoint: int) -> Reply:
    """The person and the call, before or between interviews; without the hold, only the way to open it."""
    who = caller(study_id, reference, touchpoint)
    try:
        opened = calls.opened_case(runtime(), who)
    except NotHeld:
        return closed_page(who)
    offered = runtime().offered(opened.visit.study)
    proxies, easy = staff_study(study_id).proxies, opened.visit.easy
    form = forms.StartForm(offered, who.mode, proxies, opened.language(offered), easy)
    return case_page(opened, who, form)


def case_page(opened: OpenCase, who: ByInterviewer, form: forms.StartForm) -> Reply:
    """The page of an open case, with the form that starts or takes up the interview."""
    status = 422 if form.errors else 200
    study = runtime().study(who.study)
    language = opened.language(runtime().offered(study))
    said = script(runtime().study_in(study, language), opened, who.staff.name, language)
    return render_template("interviewer/case.html", form=form, script=said, **frame(opened, who)), status


@interviewer.post(f"{CASE}/release")
@staff_only
def release(study_id: str, reference: str, touchpoint: int) -> Reply:
    if calls.release(runtime(), caller(study_id, reference, touchpoint)):
        flash(_("%(reference)s is back in the queue. Every answer entered so far is kept.", reference=reference))
    else:
        flash(_("You do not have %(reference)s open any more.", reference=reference))
    return redirect(url_for("interviewer.queue"))


@interviewer.post("/keys")
@staff_only
def keep_single_keys() -> Reply:
    """Whether keys without Ctrl do something on this interviewer's pages, wherever they sign in."""
    own_account.keep_single_keys(desk(), request.form.get("single_keys") != "off")
    return redirect(url_for("interviewer.queue"))


@interviewer.route(f"{CASE}/pin", methods=["GET", "POST"])
@staff_only
def let_in(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Lets somebody in who is on the phone and goes on by their link."""
    return let_in_page(study_id, reference, Action.INTERVIEW, own("case"))


@interviewer.get("/<study_id>/decide")
@staff_only
def to_decide(study_id: str) -> Reply:
    """Who was tried five times, or not to be called any more, longest ago first."""
    return _decide_page(study_id)


def _decide_page(study_id: str, wrong: str = "", about: str = "") -> Reply:
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
        preferred_way=queue_words.preferred_way,
        due_in_words=queue_words.due_in_words,
        now=runtime().clock(),
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
        return _decide_page(study_id, worded(refused.sentence), reference)
    if kind is DecisionKind.STOP:
        flash(_("Nobody calls %(reference)s any more. Their link goes on working.", reference=reference))
    else:
        flash(_("%(reference)s is in the queue again.", reference=reference))
    return redirect(url_for("interviewer.to_decide", study_id=study_id))


def _number(name: str) -> int:
    written = request.form.get(name, "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else -1
