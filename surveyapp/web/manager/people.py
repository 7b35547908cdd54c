"""Everybody in a study, somebody new, and one person."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import ContactShared, FieldsRefused
from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.staff import Action
from surveyapp.services.mending import people as mending
from surveyapp.services.participants import enrolment, enrolment_form, relating, roster
from surveyapp.services.participants.roster import Narrowed, Person
from surveyapp.web.manager import forms, views
from surveyapp.web.manager.blueprint import PERSON, manager, page
from surveyapp.web.rights.words import DECISION_WORDS, REFERRALS
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only


@manager.get("/<study_id>")
@staff_only
def participants(study_id: str) -> Reply:
    """Everybody, by group and touchpoint and state, as the address narrows it."""
    asked = request.args
    state = next((each for each in CaseState if each.value == asked.get("state")), None)
    narrowed = Narrowed(asked.get("group", ""), whole_number("touchpoint"), state)
    found = roster.roster(desk(), study_id, narrowed, whole_number("page") or 1)
    return page("participants", roster=found, narrowed=narrowed, table=views.state_table(found))


@manager.post("/<study_id>/find")
@staff_only
def find(study_id: str) -> Reply:
    """Whom a reference, a name, a phone number or an e-mail address belongs to. Posted: a name has no place in an
    address."""
    written = request.form.get("find", "")
    found = roster.find(desk(), Action.MANAGE_PARTICIPANTS, study_id, written)
    if len(found) == 1:
        return redirect(url_for("manager.person", study_id=study_id, reference=found[0]))
    return page("found", found=found, written=written)


@manager.route("/<study_id>/participants/new", methods=["GET", "POST"])
@staff_only
def new(study_id: str) -> Reply:
    """Adds one person."""
    sites = enrolment.sites(desk(), study_id)
    study = staff_study(study_id)
    form = forms.participant_form(
        study,
        enrolment_form.columns(study),
        sites,
        runtime().today(study),
        enrolment.new_key(),
    )
    if form.validate_on_submit():
        try:
            added = enrolment.add(desk(), study_id, form.written(), confirmed=bool(form.confirmed.data), key=form.uuid)
        except FieldsRefused as refused:
            form.refuse(refused.faults)
        except ContactShared as shared:
            form.ask_to_confirm(shared)
        else:
            flash(_("%(reference)s is added.", reference=added.reference))
            return redirect(url_for("manager.person", study_id=study_id, reference=added.reference))
    return page("new", form)


@manager.get(PERSON)
@staff_only
def person(study_id: str, reference: str) -> Reply:
    """One person: touchpoints, links and codes, who belongs with them, events. Neither answers nor contact details."""
    found = roster.person(desk(), study_id, reference)
    return _person_page(found, forms.EventForm(found.study))


def _person_page(found: Person, form: forms.EventForm, related_form: forms.RelatedForm | None = None) -> Reply:
    group = found.participant.group
    if related_form is None and found.study.relationships_of(group):
        related_form = forms.RelatedForm(found.study, group, found.related_elsewhere)
    return page(
        "person",
        form,
        faulty=bool(related_form and related_form.errors),
        related_form=related_form,
        person=found,
        may_handle=current_staff().may_of(Action.HANDLE_RIGHTS, found.participant),
        may_correct=current_staff().may_of(Action.CORRECT_ANSWERS, found.participant),
        now=runtime().clock(),
        referrals=REFERRALS,
        decisions=DECISION_WORDS,
    )


@manager.post(f"{PERSON}/related")
@staff_only
def related(study_id: str, reference: str) -> Reply:
    """Records to whom a person has a relationship, or that there is nobody."""
    found = roster.person(desk(), study_id, reference)
    form = forms.RelatedForm(found.study, found.participant.group, found.related_elsewhere)
    if form.validate_on_submit():
        try:
            relating.set_related(desk(), study_id, reference, form.relationship.data or "", form.other.data or "")
        except FieldsRefused as refused:
            form.refuse(refused.faults)
        else:
            flash(_("It is recorded who belongs with them."))
            return redirect(url_for("manager.person", study_id=study_id, reference=reference))
    return _person_page(found, forms.EventForm(found.study), form)


@manager.post(f"{PERSON}/events")
@staff_only
def event(study_id: str, reference: str) -> Reply:
    """Records when something happened."""
    form = forms.EventForm(staff_study(study_id))
    if form.validate_on_submit():
        try:
            enrolment.set_event(desk(), study_id, reference, form.event.data or "", form.on.data or "")
        except FieldsRefused as refused:
            form.refuse(refused.faults)
        else:
            flash(_("The day is recorded. Touchpoints that follow from it are planned."))
            return redirect(url_for("manager.person", study_id=study_id, reference=reference))
    return _person_page(roster.person(desk(), study_id, reference), form)


@manager.route(f"{PERSON}/contact", methods=["GET", "POST"])
@staff_only
def contact(study_id: str, reference: str) -> Reply:
    """How a person is reached, and mending it. Every sight of it is in the audit trail."""
    participant, held = enrolment.contact_of(desk(), study_id, reference)
    form = forms.ContactForm.of(held)
    if form.validate_on_submit():
        try:
            enrolment.correct_contact(desk(), study_id, reference, form.written(), confirmed=bool(form.confirmed.data))
        except FieldsRefused as refused:
            form.refuse(refused.faults)
        except ContactShared as shared:
            form.ask_to_confirm(shared)
        else:
            flash(_("The contact details are saved."))
            return redirect(url_for("manager.person", study_id=study_id, reference=reference))
    return page("contact", form, participant=participant)


@manager.route(f"{PERSON}/mend", methods=["GET", "POST"])
@staff_only
def mend(study_id: str, reference: str) -> Reply:
    """Changes where somebody belongs and what is known of them; what follows is shown first."""
    found = roster.person(desk(), study_id, reference)
    columns = mending.columns(found.study)
    held = mending.as_written(found.study, found.participant)
    form = forms.mend_form(found.study, columns, enrolment.sites(desk(), study_id), held)
    plan = None
    if form.validate_on_submit():
        try:
            if form.sure.data:
                mending.mend(desk(), study_id, reference, form.written())
                flash(_("The change is made."))
                return redirect(url_for("manager.person", study_id=study_id, reference=reference))
            plan = mending.plan(desk(), study_id, reference, form.written())
        except FieldsRefused as refused:
            form.refuse(refused.faults)
    return page("mend", form, participant=found.participant, plan=plan)


@manager.route(f"{PERSON}/<int:touchpoint>/mend", methods=["GET", "POST"])
@staff_only
def mend_case(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Changes the days of a case, or has somebody asked again; what follows is shown first."""
    held = mending.case_as_written(desk(), study_id, reference, touchpoint)
    form = forms.CaseForm(data=held)
    plan = mending.plan_case(desk(), study_id, reference, touchpoint, {})
    shown = False
    if form.validate_on_submit():
        try:
            if form.sure.data:
                mending.mend_case(desk(), study_id, reference, touchpoint, form.written())
                flash(_("The change is made."))
                return redirect(url_for("manager.person", study_id=study_id, reference=reference))
            plan = mending.plan_case(desk(), study_id, reference, touchpoint, form.written())
            shown = True
        except FieldsRefused as refused:
            form.refuse(refused.faults)
    return page("mend_case", form, plan=plan, shown=shown)
