"""What all of the interviewer's pages share: whom they are about, the frame around a case, what refusals look like."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import (
    AlreadySubmitted,
    CallOver,
    ConsentMissing,
    HeldByAnother,
    NotHeld,
    NotOnRoute,
    StateRefused,
    TriedMeanwhile,
)
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.instrument.easy.renderings import easy_of
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork import calls
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.services.fieldwork.interview import ASKING
from surveyapp.services.responses.answering import MovedMeanwhile
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.web.interviewer.queue_words import HOLDS, in_the_way
from surveyapp.web.interviewer.views import ENDINGS, MODES, attempt_words, consequence_of, facts
from surveyapp.web.shared.errors import cannot_be_done_now
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import sent_texts
from surveyapp.web.shared.sign_in import current_staff

interviewer = Blueprint("interviewer", __name__, url_prefix="/interviews", template_folder="templates")

CASE = "/<study_id>/<reference>/<int:touchpoint>"
"""Where a case's pages are."""


class ModeMissing(Exception):
    """The address does not say how they are talking: that is chosen on the case's own page."""


def caller(study_id: str, reference: str, touchpoint: int) -> ByInterviewer:
    """The interviewer at the case of the address; by phone, unless it says otherwise."""
    written = request.args.get("mode", "")
    mode = next((mode for mode in ASKING if mode.value == written), Mode.PHONE)
    language = request.args.get("language", "")
    if study_id in runtime().studies:
        study = runtime().study(study_id)
        if language not in (*runtime().offered(study), *map(easy_of, study.easy)):
            language = study.source_language
    return ByInterviewer(
        staff=current_staff(), study=study_id, reference=reference, touchpoint=touchpoint, mode=mode, language=language
    )


def addressed() -> ByInterviewer:
    """The interviewer at the case of the address, whatever page of it that is."""
    places = request.view_args or {}
    return caller(places["study_id"], places["reference"], places["touchpoint"])


def talker(study_id: str, reference: str, touchpoint: int) -> ByInterviewer:
    """The interviewer while talking: the address says how. Raises ModeMissing."""
    if request.args.get("mode") not in {mode.value for mode in ASKING}:
        raise ModeMissing
    return caller(study_id, reference, touchpoint)


def own(endpoint: str, **more: Any) -> str:
    """A page of the case in the address; how they talk goes along."""
    names = ("study_id", "reference", "touchpoint")
    kept = {key: request.args[key] for key in ("mode", "language") if key in request.args}
    places = {key: value for key, value in (request.view_args or {}).items() if key in names}
    return url_for(f"interviewer.{endpoint}", **places | kept | more)


def frame(case: OpenCase, who: ByInterviewer) -> dict[str, Any]:
    """What the page around an open case shows: the person, the call, the state of the hold and of the last save."""
    handles = who.staff.may_of(Action.HANDLE_RIGHTS, case.visit.participant)
    saves = [given.recorded_at for given in (case.visit.given or {}).values()]
    return {
        "case": case,
        "visit": case.visit,
        "who": who,
        "zone": case.visit.study.time_zone,
        "facts": facts(case, who.staff.id),
        "endings": ENDINGS,
        "consequence_of": partial(consequence_of, ended=case.ended),
        "modes": MODES,
        "attempt_words": attempt_words,
        "not_called": HOLDS,
        "in_the_way": in_the_way(case.blocked),
        "wrong_number": ReferralKind.WRONG_NUMBER in case.blocked,
        "saved_at": max(saves, default=None),
        "own": own,
        "asks": url_for("rights.person", study_id=who.study, reference=who.reference) if handles else None,
    }


@interviewer.errorhandler(HeldByAnother)
def _held(error: HeldByAnother) -> Any:
    places = request.view_args or {}
    study = runtime().study(places["study_id"])
    may_take_over = calls.may_take_over(runtime(), addressed())
    page = render_template(
        "interviewer/held.html",
        error=error,
        study=study,
        may_take_over=may_take_over,
        own=own,
        typed=sent_texts(),
        **places,
    )
    return page, 409


@interviewer.errorhandler(TriedMeanwhile)
def _tried(error: TriedMeanwhile) -> Any:
    return closed_page(addressed(), tried=error), 409


def closed_page(who: ByInterviewer, tried: TriedMeanwhile | None = None) -> str:
    """A case that the interviewer does not have open: the way to open it."""
    case = calls.closed_case(runtime(), who)
    blocked = in_the_way(case.blocked)
    return render_template(
        "interviewer/closed.html", visit=case.visit, blocked=blocked, shut=case.shut, tried=tried, own=own
    )


@interviewer.errorhandler(CallOver)
def _over(error: CallOver) -> Reply:
    """What to do with a call in whose middle the case came to take no answers: say what came of it, or let it go."""
    return _over_page(error)


@interviewer.errorhandler(StateRefused)
def _cannot_be_done_now(error: StateRefused) -> Reply:
    places = request.view_args or {}
    over = calls.call_over(runtime(), addressed()) if "touchpoint" in places else None
    return _over_page(over) if over is not None else cannot_be_done_now(error)


def _over_page(error: CallOver) -> Reply:
    who = addressed()
    page = render_template(
        "interviewer/over.html",
        error=error,
        reference=who.reference,
        touchpoint=who.touchpoint,
        own=own,
        typed=sent_texts(),
    )
    return page, 409


def sent_on(address: str, sentence: str, notice: bool = False) -> Reply:
    """Somewhere else, where what was asked for cannot be done here. What somebody had written is shown before they go
    there, with `sentence`; where nothing was, that is said at once, as a `notice` there or by the page itself."""
    typed = sent_texts()
    if typed:
        title = _("This cannot be done now")
        page = render_template("shared/error_staff.html", title=title, sentence=sentence, typed=typed, onward=address)
        return page, 409
    if notice:
        flash(sentence)
    return redirect(address)


@interviewer.errorhandler(NotHeld)
def _open_first(_error: NotHeld) -> Reply:
    sentence = _(
        "You do not have this case open: it was closed, or nothing was saved for a while. Every answer stored before "
        "is kept."
    )
    return sent_on(own("case"), sentence)


@interviewer.errorhandler(ModeMissing)
def _say_how_first(_error: ModeMissing) -> Reply:
    return sent_on(own("case"), _("Choose how you are talking."))


@interviewer.errorhandler(ConsentMissing)
def _consent_first(_error: ConsentMissing) -> Reply:
    return sent_on(own("consent"), _("They do not agree to take part, or not any more, so nothing of this was stored."))


@interviewer.errorhandler(NotOnRoute)
def _go_where_they_are(error: NotOnRoute) -> Reply:
    address = own("section", section_id=error.page) if error.page else own("check")
    return sent_on(address, _("These questions are not asked any more, so nothing of this was stored."))


@interviewer.errorhandler(MovedMeanwhile)
def _asked_otherwise(_error: MovedMeanwhile) -> Reply:
    sentence = _("The questions were changed since this page was shown, so nothing of this was stored. Ask them anew.")
    return sent_on(own("check"), sentence, notice=True)


@interviewer.errorhandler(AlreadySubmitted)
def _already_submitted(_error: AlreadySubmitted) -> Reply:
    sentence = _("These answers are handed in already, so nothing more can be entered.")
    return sent_on(url_for("interviewer.queue"), sentence, notice=True)
