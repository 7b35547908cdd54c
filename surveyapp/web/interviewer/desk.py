"""Who is to be called, opening and closing a case."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import NotHeld
from surveyapp.domain.fieldwork.call_queue import within_call_hours
from surveyapp.domain.fieldwork.cases import MAXIMUM_ATTEMPTS
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork import attempts, call_queue, calls
from surveyapp.services.fieldwork.call_queue import QueueLine
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.services.staff import own_account
from surveyapp.web.interviewer import forms
from surveyapp.web.interviewer.blueprint import CASE, caller, frame, interviewer, own
from surveyapp.web.interviewer.views import Filters, attempt_words, grouped
from surveyapp.web.rights.letting_in import let_in_page
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only
from surveyapp.web.shared.words import OUTCOMES, preference


@interviewer.get("")
@staff_only
def queue() -> Reply:
    """Everybody who is to be called, as the address filters them."""
    filters = Filters(
        request.args.get("study", ""),
        request.args.get("group", ""),
        whole_number("touchpoint"),
        request.args.get("view", ""),
    )
    lines = call_queue.queue(desk(), filters.study or None)
    return _queue_page(lines, filters, "")


@interviewer.post("")
@staff_only
def search() -> Reply:
    """The people in the queue who are looked for. Posted: a phone number does not belong in an address."""
    form = forms.SearchForm()
    text = (form.search.data or "").strip() if form.validate() else ""
    found = call_queue.queue(desk(), search=text)
    return _queue_page(found, Filters(), text)


def _queue_page(lines: list[QueueLine], filters: Filters, searched: str) -> str:
    staff, now = current_staff(), runtime().clock()
    shown = [line for line in lines if filters.fits(line)]
    if filters.view == "appointments":
        shown = sorted((line for line in shown if line.agreed_by(staff)), key=lambda line: line.next_at or now)
    elif filters.view == "in_person":
        shown = [line for line in shown if line.in_person]
    studies = [staff_study(study_id) for study_id in staff.studies(Action.INTERVIEW)]
    resting = [study for study in studies if not within_call_hours(now.astimezone(runtime().zone(study)))]
    return render_template(
        "interviewer/queue.html",
        groups=grouped(shown),
        count=len(shown),
        filters=filters,
        searched=searched,
        search_form=forms.SearchForm(formdata=None, search=searched),
        studies=studies,
        resting=resting,
        now=now,
        me=staff.id,
        undoable=attempts.undoable(desk()),
        outcomes=OUTCOMES,
        attempt_words=attempt_words,
        preference=preference,
        maximum=MAXIMUM_ATTEMPTS,
    )


@interviewer.post(f"{CASE}/open")
@staff_only
def open_case(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Takes the hold on the case; a supervisor may take it from a colleague."""
    take_over = request.form.get("take_over") == "yes"
    calls.open_case(runtime(), caller(study_id, reference, touchpoint), take_over)
    return redirect(own("case"))


@interviewer.get(CASE)
@staff_only
def case(study_id: str, reference: str, touchpoint: int) -> Reply:
    """The person and the call, before or between interviews; without the hold, only the way to open it."""
    who = caller(study_id, reference, touchpoint)
    try:
        opened = calls.opened_case(runtime(), who)
    except NotHeld:
        visit = calls.closed_case(runtime(), who)
        return render_template("interviewer/closed.html", visit=visit, own=own)
    form = forms.StartForm(runtime().offered(opened.visit.study), who.mode, staff_study(study_id).proxies)
    return case_page(opened, who, form)


def case_page(opened: OpenCase, who: ByInterviewer, form: forms.StartForm) -> Reply:
    """The page of an open case, with the form that starts or takes up the interview."""
    status = 422 if form.errors else 200
    return render_template("interviewer/case.html", form=form, **frame(opened, who)), status


@interviewer.post(f"{CASE}/release")
@staff_only
def release(study_id: str, reference: str, touchpoint: int) -> Reply:
    calls.release(runtime(), caller(study_id, reference, touchpoint))
    flash(_("%(reference)s is back in the queue. Every answer entered so far is kept.", reference=reference))
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
    current_staff().check(Action.INTERVIEW, study_id)
    return let_in_page(study_id, reference, own("case"))
