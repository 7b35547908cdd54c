"""The interview: how they talk, consent read out, a section a screen, the last look."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import InputRefused, Unfinished
from surveyapp.domain.fieldwork.completion import answered_of
from surveyapp.services.fieldwork import attempts, calls, interview, switching
from surveyapp.services.responses import answering
from surveyapp.services.responses.expected_time import expected_time
from surveyapp.services.responses.survey_session import ByInterviewer, Visit
from surveyapp.web.interviewer import forms, saves
from surveyapp.web.interviewer.blueprint import (
    CASE,
    caller,
    frame,
    interviewer,
    own,
    sent_on,
    talker,
)
from surveyapp.web.interviewer.desk import case_page
from surveyapp.web.interviewer.screens import SectionScreen, section_screen
from surveyapp.web.interviewer.views import COMPLETIONS
from surveyapp.web.participant.views import answers_by_section
from surveyapp.web.shared.incoming import save_that_came, save_to_come
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import staff_only
from surveyapp.web.shared.words import worded


@interviewer.post(f"{CASE}/start")
@staff_only
def start(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Chooses how they talk, and goes to consent or to the first question to answer."""
    who = caller(study_id, reference, touchpoint)
    study = runtime().study(study_id)
    form = forms.StartForm(runtime().offered(study), who.mode, staff_study(study_id).proxies, easy=study.easy)
    if not form.validate():
        return case_page(calls.opened_case(runtime(), who), who, form)
    switching.take_back(runtime(), who)
    who = form.applied_to(who)
    talking = {"mode": who.mode.value, "language": who.language}
    visit = interview.begin(runtime(), who, form.answers_for)
    if interview.needs_consent(visit):
        return redirect(own("consent", **talking))
    return redirect(_where_to_go_on(visit, **talking))


def _where_to_go_on(visit: Visit, **talking: Any) -> str:
    section_id = interview.section_to_go_on(visit)
    return own("section", section_id=section_id, **talking) if section_id else own("check", **talking)


@interviewer.route(f"{CASE}/consent", methods=["GET", "POST"])
@staff_only
def consent(study_id: str, reference: str, touchpoint: int) -> Reply:
    """The study's introduction and each purpose of consent, to be read out; what they say is recorded."""
    who = talker(study_id, reference, touchpoint)
    case = calls.opened_case(runtime(), who)
    said = {f"{forms.CONSENT}{key}": "yes" if agreed else "no" for key, agreed in case.visit.agreed_here.items()}
    form = forms.consent_form(case.visit.study.consent)(data=said)
    if form.validate_on_submit():
        agreed = {
            purpose.id: form[f"{forms.CONSENT}{purpose.id}"].data == "yes" for purpose in case.visit.study.consent
        }
        visit = answering.give_consent(runtime(), who, agreed)
        if visit.consented:
            return redirect(_where_to_go_on(visit))
        flash(_("They did not agree to take part, so there are no questions. Record what came of the call."))
        return redirect(own("case"))
    time = expected_time(runtime(), case.visit.study, case.visit.touchpoint)
    page = render_template("interviewer/consent.html", form=form, time=time, **frame(case, who))
    return page, 422 if form.errors else 200


@interviewer.get(f"{CASE}/sections/<section_id>")
@staff_only
def section(study_id: str, reference: str, touchpoint: int, section_id: str) -> Reply:
    """One section, as it now is to be asked."""
    who = talker(study_id, reference, touchpoint)
    case = calls.opened_case(runtime(), who)
    if not case.visit.consented:
        return redirect(own("consent"))
    if case.visit.case.on_their_own_since is not None:
        return redirect(own("case"))
    screen = section_screen(case, interview.stand_of(case.visit, section_id), who.staff.id)
    return _section_page(who, case, screen)


def _section_page(who: ByInterviewer, case: calls.OpenCase, screen: SectionScreen) -> str:
    stands = interview.sections(case.visit)
    return render_template(
        "interviewer/section.html",
        screen=screen,
        stands=stands,
        number=1 + stands.index(screen.stand),
        save_id=save_to_come(str(uuid.uuid4()), case.visit.ready[0].version),
        slip=saves.slip_of(case, who),
        **frame(case, who),
    )


@interviewer.post(f"{CASE}/sections/<section_id>")
@staff_only
def save(study_id: str, reference: str, touchpoint: int, section_id: str) -> Reply:
    """Stores the screen by one of its buttons, where no script saves it as it is filled in."""
    who, posted = talker(study_id, reference, touchpoint), request.form.to_dict(flat=False)
    then = request.form.get("then", "stay")
    save_id, version = save_that_came(request.form.get("save_id", ""))
    after = interview.save(
        runtime(),
        who,
        section_id,
        posted,
        save_id,
        version=version,
        finish=then == "next",
        shown=request.form.getlist("shown"),
    )
    stand = interview.stand_of(after.case.visit, section_id)
    refilled = posted if after.faults else None
    screen = section_screen(after.case, stand, who.staff.id, refilled, after.faults)
    if after.faults:
        return _section_page(who, after.case, screen), 422
    return redirect(_next_page(after.case.visit, screen, then))


def _next_page(visit: Visit, screen: SectionScreen, then: str) -> str:
    stands = [stand for stand in interview.sections(visit) if stand.pages]
    here = stands.index(screen.stand)
    if then == "back" and here > 0:
        return own("section", section_id=stands[here - 1].section.id)
    if then == "check":
        return own("check")
    if then != "next":
        return own("section", section_id=screen.stand.section.id)
    if screen.stand.unanswered:
        flash(_("Saved. These answers bring up more questions in this section."))
        return own("section", section_id=screen.stand.section.id)
    if here + 1 < len(stands):
        return own("section", section_id=stands[here + 1].section.id)
    return own("check")


@interviewer.get(f"{CASE}/check")
@staff_only
def check(study_id: str, reference: str, touchpoint: int) -> Reply:
    """The last look: what is still to answer, section by section; then the answers are handed in."""
    who = talker(study_id, reference, touchpoint)
    if calls.opened_case(runtime(), who).visit.case.on_their_own_since is not None:
        return redirect(own("case"))
    return _last_look(who, "")


def _last_look(who: ByInterviewer, note: str, wrong: str | None = None) -> str:
    case = calls.opened_case(runtime(), who)
    count = answered_of(case.visit.ready[1])
    return render_template(
        "interviewer/check.html",
        stands=interview.sections(case.visit),
        answered=answers_by_section(case.visit),
        count=count,
        counts_as=COMPLETIONS[count.completion(case.visit.study.completion)],
        attempt_id=uuid.uuid4(),
        note=note,
        wrong=wrong,
        note_length=attempts.NOTE_LENGTH,
        **frame(case, who),
    )


@interviewer.post(f"{CASE}/check")
@staff_only
def hand_in(study_id: str, reference: str, touchpoint: int) -> Reply:
    who = talker(study_id, reference, touchpoint)
    try:
        attempts.hand_in(runtime(), who, _uuid(request.form.get("attempt_id")), request.form.get("note", ""))
    except InputRefused as refused:
        return _last_look(who, request.form.get("note", ""), worded(refused.sentence)), 422
    except Unfinished:
        return sent_on(own("check"), _("There are questions still to answer, so nothing was handed in."), notice=True)
    flash(_("The interview with %(reference)s is handed in. Thank you.", reference=reference))
    return redirect(url_for("interviewer.queue"))


def _uuid(written: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(written or "")
    except ValueError:
        return uuid.uuid4()
