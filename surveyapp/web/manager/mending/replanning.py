"""Cases brought in line with a schedule that changed; what would move is shown first."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.fields.choices import SelectChoice

from surveyapp.domain.fieldwork.lists import LateChoice
from surveyapp.services.mending import replanning as service
from surveyapp.services.mending.replanning import ReplanChoices, ReplanFate
from surveyapp.web.manager.blueprint import manager, page
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, staff_only

FATES = {
    ReplanFate.NEW: lazy("New"),
    ReplanFate.MOVED: lazy("Move"),
    ReplanFate.SAME: lazy("Are so already"),
    ReplanFate.BEGUN: lazy("Begun or sent: stay"),
    ReplanFate.BY_HAND: lazy("Days chosen by hand: stay"),
    ReplanFate.OVER: lazy("Over: stay"),
    ReplanFate.WITHOUT_DAY: lazy("Not by the schedule: stay"),
}
LATE = {
    LateChoice.CLOSED: lazy("They are closed on arrival"),
    LateChoice.FROM_TODAY: lazy("They are open from today"),
    LateChoice.NOT_ASKED: lazy("Their people are not asked"),
}


class ReplanForm(StaffForm):
    """How far a new schedule reaches."""

    late = RadioField(lazy("New cases whose window is over"))
    ended = BooleanField(lazy("Move cases that are over, too"))
    sure = HiddenField()

    def __init__(self) -> None:
        super().__init__(data={"late": LateChoice.CLOSED.value})
        self.late.choices = [SelectChoice(each.value, words) for each, words in LATE.items()]

    @property
    def seen(self) -> str:
        """What `sure` has to say: that this is what was shown."""
        return f"{self.late.data}{' ended' if self.ended.data else ''}"

    @property
    def chosen(self) -> ReplanChoices:
        return ReplanChoices(late=LateChoice(self.late.data), ended=bool(self.ended.data))


@manager.route("/<study_id>/touchpoints/replan", methods=["GET", "POST"])
@staff_only
def replan(study_id: str) -> Reply:
    """What the schedule of study.yaml would make of every case, and doing it."""
    form = ReplanForm()
    choices = ReplanChoices()
    if form.validate_on_submit():
        choices = form.chosen
        if form.sure.data == form.seen:
            made = service.replan(desk(), study_id, choices)
            flash(ngettext("%(num)s case is new or has moved.", "%(num)s cases are new or have moved.", made.changes))
            return redirect(url_for("manager.touchpoints", study_id=study_id))
    return page("replan", form, plan=service.plan(desk(), study_id, choices), fates=FATES)
