"""The end of a call: what came of it, said with what follows before it is recorded, and taken back within the hour."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import InputRefused, NotHeld, TriedMeanwhile
from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.fieldwork.consequences import CONSEQUENCES as FOLLOWS
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.fieldwork.attempts import RECORDED_BY_HAND, RecordedAttempt
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.web.interviewer import forms
from surveyapp.web.interviewer.blueprint import CASE, caller, frame, interviewer, own
from surveyapp.web.interviewer.views import PUT_RIGHT_BY, UNDOING, after_minute
from surveyapp.web.rights import words
from surveyapp.web.shared.assembly import local_time
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import staff_only
from surveyapp.web.shared.words import OUTCOMES


@interviewer.post(f"{CASE}/undo")
@staff_only
def undo(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Takes back what was recorded of a call within the last minute; the case is open again."""
    who = caller(study_id, reference, touchpoint)
    who.staff.check(Action.INTERVIEW, study_id)
    try:
        attempt_id = uuid.UUID(request.form.get("attempt_id", ""))
    except ValueError:
        attempt_id = uuid.UUID(int=0)  # nobody's: whose case it is comes first
    attempts.undo(runtime(), who, attempt_id)
    flash(_("That is taken back: %(reference)s stands as before, and is open for you.", reference=reference))
    return redirect(own("case"))


@interviewer.route(f"{CASE}/end", methods=["GET", "POST"])
@staff_only
def end(study_id: str, reference: str, touchpoint: int) -> Reply:
    """What came of the call: what it needs besides, a note, and the case is let go."""
    who = caller(study_id, reference, touchpoint)
    written = (request.form if request.method == "POST" else request.args).get("outcome", "")
    outcome = next((each for each in RECORDED_BY_HAND if each.value == written), None)
    if outcome is None:
        case = calls.case_to_end(runtime(), who)
        ways = attempts.recordable(case.visit.state)
        return render_template("interviewer/end.html", outcome=None, ways=ways, **frame(case, who))
    asked_for = attempts.to_ask_for(runtime(), who) if outcome is Outcome.WITHDREW else {}
    form, since = forms.AttemptForm(who.mode, outcome, asked_for), None
    if form.validate_on_submit():
        try:
            return _ended(_recorded(form, who, outcome), study_id, reference, touchpoint)
        except InputRefused as refused:
            form.refuse(refused)
        except TriedMeanwhile:
            since = form.known
    case = _still_open(who) if form.errors or since is not None else calls.case_to_end(runtime(), who)
    if outcome not in attempts.recordable(case.visit.state):
        raise calls.over(case.visit, who)
    if since is not None or form.known is None:
        form.shows(len(case.attempts))
    page = render_template(
        "interviewer/end.html",
        outcome=outcome,
        title=OUTCOMES[outcome],
        undoing=UNDOING.get(outcome, ""),
        put_right=PUT_RIGHT_BY.get(FOLLOWS[outcome].put_right_by),
        form=form,
        since=() if since is None else case.attempts[since:],
        words=words,
        **frame(case, who),
    )
    return page, 409 if since is not None else 422 if form.errors else 200


def _recorded(form: forms.AttemptForm, who: ByInterviewer, outcome: Outcome) -> RecordedAttempt:
    note, said = form.note.data or "", form.said
    return attempts.record_attempt(
        runtime(), form.applied_to(who), outcome, form.key, note, form.agreed_time, said, form.known
    )


def _still_open(who: ByInterviewer) -> OpenCase:
    """The case of a call that could not be recorded as it was sent: taken up again, where the hold had lapsed."""
    try:
        return calls.case_to_end(runtime(), who)
    except NotHeld:
        return calls.open_case(runtime(), who)


def _ended(recorded: RecordedAttempt, study_id: str, reference: str, touchpoint: int) -> Reply:
    if recorded.given is not None:
        address = f"{runtime().settings.public_url}{recorded.given.link}"
        return render_template(
            "interviewer/link.html",
            address=address,
            given=recorded.given,
            reference=reference,
            study=staff_study(study_id),
            begun=recorded.answered,
            let_in=own("let_in"),
        )
    study = runtime().study(study_id)
    sentences = [
        _("%(reference)s: “%(outcome)s” is recorded.", reference=reference, outcome=OUTCOMES[recorded.outcome])
    ]
    if recorded.next_at is not None:
        when = local_time(recorded.next_at, study.time_zone, "EEEE d MMMM, HH:mm")
        sentences.append(_("The next call is agreed for %(when)s.", when=when))
    if recorded.paused:
        sentences.append(
            _("The touchpoint is paused: nobody can call before it goes on. The time stands among your appointments.")
        )
    if recorded.outside_hours:
        sentences.append(_("That is outside calling hours, so make sure that somebody is there to call."))
    if said := after_minute(recorded.outcome):
        sentences.append(said)
    flash(" ".join(sentences))
    return redirect(url_for("interviewer.queue"))
