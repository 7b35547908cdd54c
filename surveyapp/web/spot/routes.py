"""On the spot: the day's list, handing the tablet over, and taking it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import FieldsRefused, HeldByAnother, InputRefused, NoSpotDay, StateRefused
from surveyapp.services.fieldwork import spot_days, tablets
from surveyapp.services.staff import by_passkey, own_account
from surveyapp.web.account import passkey_forms
from surveyapp.web.account.forms import PasskeyForm
from surveyapp.web.account.passkey_forms import challenge_answered, passkeys_at
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import current_session, desk, staff_only
from surveyapp.web.shared.words import worded
from surveyapp.web.spot.forms import SpotDayForm

spot = Blueprint("spot", __name__, url_prefix="/spot", template_folder="templates")
tablet = Blueprint("tablet", __name__, url_prefix="/tablet", template_folder="templates")

PERSON = "/<study_id>/<reference>"


@spot.get("/<study_id>")
@staff_only
def day(study_id: str) -> Reply:
    """Who is due there, or the form that begins the day."""
    here = current_session().session
    try:
        listed = spot_days.people(desk(), here, study_id)
    except NoSpotDay:
        return _begin_page(study_id, SpotDayForm(spot_days.places(desk(), study_id)))
    return render_template("spot/day.html", listed=listed, study=listed.study)


def _begin_page(study_id: str, form: SpotDayForm) -> Reply:
    elsewhere = spot_days.current(desk(), current_session().session)
    page = render_template(
        "spot/begin.html",
        form=form,
        study=desk().study(study_id),
        elsewhere=desk().study(elsewhere.study) if elsewhere and elsewhere.study != study_id else None,
        passkeys=own_account.ways_in(desk()).passkeys and passkeys_at() == "",
    )
    return page, 422 if form.errors else 200


@spot.post("/<study_id>")
@staff_only
def begin(study_id: str) -> Reply:
    form = SpotDayForm(spot_days.places(desk(), study_id))
    form.validate()
    try:
        spot_days.begin(desk(), current_session().session, study_id, form.chosen())
    except FieldsRefused as refused:
        form.refuse(refused)
        return _begin_page(study_id, form)
    return redirect(url_for("spot.day", study_id=study_id))


@spot.post("/<study_id>/end")
@staff_only
def end(study_id: str) -> Reply:
    spot_days.scope_for(desk(), study_id)
    spot_days.end(desk(), current_session().session)
    flash(_("The day is over. Nothing of it is left on this tablet."))
    return redirect(url_for("spot.day", study_id=study_id))


@spot.get(PERSON)
@staff_only
def person(study_id: str, reference: str) -> Reply:
    """Somebody on the list, before the tablet is handed to them."""
    return _person_page(study_id, reference)


def _person_page(study_id: str, reference: str, **refused: Any) -> Reply:
    listed, who = spot_days.person(desk(), current_session().session, study_id, reference)
    page = render_template("spot/person.html", listed=listed, study=listed.study, who=who, **refused)
    return page, 409 if refused else 200


@spot.post(f"{PERSON}/here")
@staff_only
def here(study_id: str, reference: str) -> Reply:
    """Marks that somebody is there, or is not after all."""
    is_here = request.form.get("here") != "no"
    spot_days.mark(desk(), current_session().session, study_id, reference, here=is_here)
    return redirect(url_for("spot.day", study_id=study_id, _anchor=reference))


@spot.post(f"{PERSON}/hand-over")
@staff_only
def hand_over(study_id: str, reference: str) -> Reply:
    """Locks this session, and leads the tablet to the person's own pages."""
    try:
        return redirect(tablets.hand_over(desk(), current_session().session, study_id, reference))
    except HeldByAnother as held:
        return _person_page(study_id, reference, held=held)
    except StateRefused as refused:
        return _person_page(study_id, reference, refused=worded(refused.sentence))


@spot.errorhandler(NoSpotDay)
def _begin_first(_error: NoSpotDay) -> Reply:
    return redirect(url_for("spot.day", study_id=(request.view_args or {})["study_id"]))


@tablet.get("")
@staff_only
def back() -> Reply:
    """Where the staff member takes the tablet back. It says nothing of the person, nor of any study."""
    return _back_page(None)


def _back_page(fault: str | None) -> Reply:
    signed_in = current_session()
    if not signed_in.session.lent:
        return _to_the_day()
    of_day = tablets.day_of(desk(), signed_in.session)
    page = render_template(
        "spot/back.html",
        fault=fault,
        spent=of_day is None or of_day.spent,
        ways=own_account.ways_in(desk()),
        passkeys_at=passkeys_at(),
    )
    return page, 422 if fault else 200


def _to_the_day() -> Response | Reply:
    found = spot_days.current(desk(), current_session().session)
    return redirect(url_for("spot.day", study_id=found.study) if found else url_for("staff.home"))


@tablet.post("")
@staff_only
def take_back() -> Reply:
    try:
        tablets.take_back(desk(), current_session().session, request.form.get("pin", ""))
    except InputRefused as refused:
        return _back_page(worded(refused.sentence))
    except StateRefused:
        pass
    return _to_the_day()


@tablet.post("/passkey/ask")
@staff_only
def ask_passkey() -> Response:
    return passkey_forms.ask(by_passkey.ask_again(desk()))


@tablet.post("/passkey")
@staff_only
def with_passkey() -> Reply:
    answered = PasskeyForm()
    try:
        tablets.take_back_by_passkey(
            desk(), current_session().session, challenge_answered(), answered.answer.data or ""
        )
    except InputRefused as refused:
        return _back_page(worded(refused.sentence))
    except StateRefused:
        pass
    return _to_the_day()


@tablet.post("/leave")
@staff_only
def leave() -> Reply:
    """Ends the session, for whoever has neither PIN nor passkey: signing in takes both factors."""
    signed_in = current_session()
    if signed_in.session.lent:
        tablets.leave(desk(), signed_in.session, signed_in.token)
        session.clear()
    return redirect(url_for("staff.login"))
