"""Letting somebody in who is on the phone, for whoever gives out links: from a page of the person, or from a case."""

from __future__ import annotations

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.staff import Action
from surveyapp.services.responses import pins
from surveyapp.web.rights import forms
from surveyapp.web.rights.blueprint import page
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk


def let_in_page(study_id: str, reference: str, action: Action, back: str) -> Reply:
    """Asks who is speaking, and shows a PIN, once, to be read out. `action`: what whoever does it was doing with them,
    `back`: where."""
    form = forms.LettingInForm(pins.to_ask_for(desk(), study_id, reference, action))
    if form.validate_on_submit():
        try:
            made = pins.read_out(desk(), study_id, reference, form.confirmed, action, taken=form.taken.data)
        except InputRefused as refused:
            form.refuse(refused)
        else:
            return page("let_in", form, done=True, made=made, reference=reference, back=back)
    return page("let_in", form, done=False, made=None, reference=reference, back=back)
