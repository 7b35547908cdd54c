"""Two people who are one: merged, and taken apart again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import HiddenField, StringField

from surveyapp.domain.errors import FieldsRefused
from surveyapp.domain.privacy.leaving import ParticipationChange
from surveyapp.services.participants import enrolment_form, roster
from surveyapp.services.privacy import merging as service
from surveyapp.services.privacy import splitting
from surveyapp.services.privacy.merging import MergeFate
from surveyapp.web.manager import views
from surveyapp.web.manager.blueprint import PERSON, manager, page
from surveyapp.web.manager.forms import FormOfFaults
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, staff_only

FATES = {
    MergeFate.KEPT: lazy("stays as it is"),
    MergeFate.CARRIED: lazy("comes from the other, with what was answered and tried"),
    MergeFate.FIRST_STANDS: lazy("both have it, and this person’s stands"),
    MergeFate.OTHER_STANDS: lazy("both have it, and the other’s stands, for it is further along or was sent first"),
}
CHANGES = {
    ParticipationChange.STOPPED: lazy("The other asked not to be contacted: that holds for this person then."),
    ParticipationChange.WITHDRAWN: lazy("The other withdrew from the study: so does this person then."),
    ParticipationChange.DIED: lazy("It was recorded of the other that they died: that holds for this person then."),
}


class MergeForm(FormOfFaults):
    """Who the same person is."""

    other = StringField(lazy("Reference of the other one"))
    sure = HiddenField()


class SplitForm(StaffForm):
    """Nothing but that it is meant."""


@manager.route(f"{PERSON}/merge", methods=["GET", "POST"])
@staff_only
def merge(study_id: str, reference: str) -> Reply:
    """Makes one person of two; what follows is shown first."""
    found = roster.person(desk(), study_id, reference)
    form = MergeForm()
    plan = None
    if form.validate_on_submit():
        other = (form.other.data or "").strip()
        try:
            if form.sure.data and form.sure.data == other:
                made = service.merge(desk(), study_id, reference, other)
                flash(_("%(other)s is merged into %(reference)s.", other=made.other.reference, reference=reference))
                return redirect(url_for("manager.person", study_id=study_id, reference=reference))
            plan = service.plan(desk(), study_id, reference, other)
        except FieldsRefused as refused:
            form.refuse(refused.faults)
    filled = _labels(study_id, plan.filled) if plan else []
    return page("merge", form, participant=found.participant, plan=plan, filled=filled, fates=FATES, changes=CHANGES)


def _labels(study_id: str, names: Sequence[str]) -> list[str]:
    """What of a person is called on screens."""
    columns = enrolment_form.columns(staff_study(study_id))
    labels = {each.name: views.column_label(each) for each in columns}
    return [labels.get(name, name) for name in names]


@manager.route(f"{PERSON}/split/<other>", methods=["GET", "POST"])
@staff_only
def split(study_id: str, reference: str, other: str) -> Reply:
    """Takes two people apart who had been merged."""
    roster.person(desk(), study_id, reference)
    plan = splitting.plan_split(desk(), study_id, reference, other)
    form = SplitForm()
    if form.validate_on_submit():
        splitting.split(desk(), study_id, reference, other)
        flash(_("%(reference)s and %(other)s are two people again.", reference=reference, other=other))
        return redirect(url_for("manager.person", study_id=study_id, reference=reference))
    return page("split", form, plan=plan)
