"""Every touchpoint with how it stands, and one paused, resumed, extended, closed or as it was before."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, url_for
from flask_babel import lazy_gettext as lazy
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import NumberInput

from surveyapp.domain.errors import FieldsRefused
from surveyapp.domain.fieldwork.touchpoint_changes import (
    MOST_DAYS,
    TouchpointAct,
    TouchpointChangeKind,
    TouchpointStanding,
)
from surveyapp.domain.staff import Action
from surveyapp.services.mending import touchpoints as service
from surveyapp.web.manager.blueprint import manager, page
from surveyapp.web.manager.forms import FormOfFaults
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only

ACTS = {
    TouchpointAct.PAUSE: lazy("Pause it: nobody begins, nobody is called, nothing is overdue"),
    TouchpointAct.RESUME: lazy("Go on: it is paused no longer"),
    TouchpointAct.EXTEND: lazy("Give more days"),
    TouchpointAct.CLOSE: lazy("Close it: no more answers are taken"),
}
UNDO = {
    TouchpointChangeKind.EXTENDED: lazy("Take back that it was extended"),
    TouchpointChangeKind.CLOSED: lazy("Open it again as it was before it was closed"),
}
DONE = {
    TouchpointAct.PAUSE: lazy("The touchpoint is paused."),
    TouchpointAct.RESUME: lazy("The touchpoint goes on."),
    TouchpointAct.EXTEND: lazy("The touchpoint is extended."),
    TouchpointAct.CLOSE: lazy("The touchpoint is closed."),
    TouchpointAct.UNDO: lazy("The touchpoint is as it was before."),
}
KINDS = {
    TouchpointChangeKind.PAUSED: lazy("Paused"),
    TouchpointChangeKind.EXTENDED: lazy("Extended"),
    TouchpointChangeKind.CLOSED: lazy("Closed"),
}


class TouchpointForm(FormOfFaults):
    """What is done to a touchpoint."""

    act = RadioField(lazy("What is done"), validate_choice=False)
    days = StringField(lazy("Days to add"), widget=NumberInput(min=0, max=MOST_DAYS))
    sure = HiddenField()

    def offer(self, standing: TouchpointStanding) -> None:
        """Offers what can be done to a touchpoint that stands so."""
        self.act.choices = [SelectChoice(each.value, words) for each, words in _offered(standing)]

    @property
    def asks_days(self) -> bool:
        offered = {each.value for each in self.act.choices or ()}
        return bool(offered & {TouchpointAct.EXTEND.value, TouchpointAct.RESUME.value})

    @property
    def seen(self) -> str:
        """What `sure` has to say: that this is what was shown."""
        return f"{self.act.data or ''} {self.days.data or ''}".strip()

    def written(self) -> dict[str, str]:
        return {"act": self.act.data or "", "days": self.days.data or ""}


def _offered(standing: TouchpointStanding) -> Iterable[tuple[TouchpointAct, object]]:
    for each in standing.acts:
        if each in ACTS:
            yield each, ACTS[each]
        elif standing.undoable is not None:
            yield each, UNDO[standing.undoable.kind]


def _may_change(study_id: str) -> bool:
    """Whether touchpoints are theirs to change: those of the whole study are not a site's."""
    return current_staff().may_everywhere(Action.MANAGE_PARTICIPANTS, study_id)


@manager.get("/<study_id>/touchpoints")
@staff_only
def touchpoints(study_id: str) -> Reply:
    """Every touchpoint, whether it is paused, extended or closed, and where its cases stand."""
    return page("touchpoints", lines=service.lines(desk(), study_id), may_change=_may_change(study_id))


@manager.route("/<study_id>/touchpoints/<group>/<int:touchpoint>", methods=["GET", "POST"])
@staff_only
def touchpoint(study_id: str, group: str, touchpoint: int) -> Reply:
    """One touchpoint, and what is done to it; what follows is shown first."""
    line = service.line(desk(), study_id, group, touchpoint)
    form = TouchpointForm()
    form.offer(line.standing)
    plan = None
    if form.validate_on_submit():
        try:
            if form.sure.data and form.sure.data == form.seen:
                made = service.change(desk(), study_id, group, touchpoint, form.written())
                flash(str(DONE[made.act]))
                return redirect(url_for("manager.touchpoint", study_id=study_id, group=group, touchpoint=touchpoint))
            plan = service.plan(desk(), study_id, group, touchpoint, form.written())
        except FieldsRefused as refused:
            form.refuse(refused.faults)
    elif not form.is_submitted() and line.standing.paused_at is not None:
        form.days.data = str(service.days_paused(line, runtime().clock()))
    return page("touchpoint", form, line=line, plan=plan, kinds=KINDS, may_change=_may_change(study_id))
