"""Somebody's way out of a study or back, and opening answers again: said what it means first, then done at once."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.privacy.leaving import NOT_SPOKEN_WITH, ParticipationChange
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork import referrals
from surveyapp.services.privacy import correcting, leaving, retention, subject_access
from surveyapp.web.rights import forms
from surveyapp.web.rights.blueprint import PERSON, home, page, rights
from surveyapp.web.rights.letting_in import let_in_page
from surveyapp.web.rights.words import RECORDED
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply, record_file
from surveyapp.web.shared.sign_in import current_staff, desk, recently_verified, staff_only

__all__ = ["rights"]


@rights.get("/<study_id>")
@staff_only
def requests(study_id: str) -> Reply:
    """Finding whoever asks for something, and what was recorded last."""
    return page("requests", recorded=leaving.recorded(desk(), study_id), found=None, written="")


@rights.post("/<study_id>")
@staff_only
def find(study_id: str) -> Reply:
    """Whom a reference, a phone number or an e-mail address belongs to. Posted: a number has no place in an address."""
    written = request.form.get("find", "")
    found = leaving.find(desk(), study_id, written)
    if len(found) == 1:
        return redirect(url_for(".person", study_id=study_id, reference=found[0]))
    return page("requests", recorded=leaving.recorded(desk(), study_id), found=found, written=written)


@rights.get("/<study_id>/retention")
@staff_only
def kept(study_id: str) -> Reply:
    """What is held of how many people, and until when."""
    return page("retention", outlook=retention.outlook(desk(), study_id))


@rights.route("/<study_id>/waiting", methods=["GET", "POST"])
@staff_only
def waiting(study_id: str) -> Reply:
    """Whom nobody calls until somebody has decided: wrong numbers and people who moved, for whoever runs the study;
    complaints, for a supervisor."""
    posted, refused = None, None
    if request.method == "POST":
        posted, decision = forms.decided()
        try:
            done = referrals.decide(desk(), study_id, posted, decision)
        except InputRefused as why:
            refused = why
        else:
            flash(_("%(reference)s: that is decided.", reference=done.reference))
            return redirect(url_for(".waiting", study_id=study_id, page=whole_number("page")))
    lines = referrals.waiting(desk(), study_id, whole_number("page") or 1, posted)
    shown = [(line, forms.ReferralForm(line.referral.id, line.decisions, refused)) for line in lines]
    faulty = next((form for _line, form in shown if form.errors), None)
    return page("waiting", faulty, lines=lines, shown=shown)


@rights.get(PERSON)
@staff_only
def person(study_id: str, reference: str) -> Reply:
    """Where somebody stands in the study, what was recorded, and what can be done for them."""
    return page("person", outlook=leaving.outlook(desk(), study_id, reference))


@rights.route(f"{PERSON}/pin", methods=["GET", "POST"])
@staff_only
def let_in(study_id: str, reference: str) -> Reply:
    """Lets somebody in who is on the phone, for whoever runs the study."""
    return let_in_page(study_id, reference, Action.MANAGE_PARTICIPANTS, home(staff_study(study_id), reference))


@rights.route(f"{PERSON}/held", methods=["GET", "POST"])
@recently_verified
def held(study_id: str, reference: str) -> Reply:
    """Asks who is speaking, and gives all that is held of them: as a page they can read, or as a file for a machine."""
    leaving.outlook(desk(), study_id, reference)
    form = forms.IdentityForm(leaving.to_ask_for(desk(), study_id, reference))
    if form.validate_on_submit():
        try:
            record = subject_access.held_record(desk(), study_id, reference, form.confirmed)
        except InputRefused as refused:
            form.refuse(refused)
        else:
            return record_file(record, as_json="json" in request.form)
    return page("held", form, reference=reference)


@rights.route(f"{PERSON}/<change>", methods=["GET", "POST"])
@staff_only
def change(study_id: str, reference: str, change: str) -> Reply:
    """Says what a change means for this person, asks who is speaking and why, and does it."""
    outlook = leaving.outlook(desk(), study_id, reference)
    wanted = next((each for each in ParticipationChange if each.value == change), None)
    if wanted is None:
        abort(404)
    asked = {} if wanted in NOT_SPOKEN_WITH else leaving.to_ask_for(desk(), study_id, reference)
    form = forms.ChangeForm(asked, wanted)
    if form.validate_on_submit():
        try:
            left = leaving.record(desk(), study_id, reference, wanted, form.reason, form.confirmed)
        except InputRefused as refused:
            form.refuse(refused)
        else:
            flash(_("%(reference)s: “%(change)s” is recorded.", reference=reference, change=RECORDED[wanted]))
            if left is None:
                return redirect(url_for(".requests", study_id=study_id))
            return redirect(url_for(".person", study_id=study_id, reference=reference))
    elif wanted not in outlook.changes:
        return redirect(url_for(".person", study_id=study_id, reference=reference))
    return page("change", form, outlook=outlook, change=wanted)


@rights.route(f"{PERSON}/<int:touchpoint>/reopen", methods=["GET", "POST"])
@staff_only
def reopen(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Says what opening sent answers again means, asks why, and does it."""
    current_staff().check(Action.CORRECT_ANSWERS, study_id)
    form, late = forms.ReopenForm(), 0
    if form.validate_on_submit():
        try:
            correcting.reopen(desk(), study_id, reference, touchpoint, form.reason)
        except InputRefused as refused:
            form.refuse(refused)
        else:
            flash(_("The answers are open again. Their link leads to them; what was sent counts until they send anew."))
            return redirect(url_for(".person", study_id=study_id, reference=reference))
    elif not form.errors:
        late = correcting.check(desk(), study_id, reference, touchpoint)
    return page("reopen", form, reference=reference, touchpoint=touchpoint, late=late, back=home)
