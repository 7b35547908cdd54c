"""Coding open answers: the frame of a question, and one answer after the other by keyboard."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.open_answers.codes import Agreement
from surveyapp.domain.staff import Action
from surveyapp.reports.text.phrasing import MINUS
from surveyapp.services.open_answers import coding, frames
from surveyapp.services.open_answers.reading import Reader
from surveyapp.web.reader import views
from surveyapp.web.reader.routes import for_a_purpose, reader
from surveyapp.web.shared.answers import written_number
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import current_session, current_staff, desk

AT = "/<study_id>/words/<group>/<int:touchpoint>/<variable>"


def agreement_words(found: Agreement) -> str:
    """Template global: a coefficient with its interval; that there is none, where there is none."""
    if found.value is None:
        return _("none to tell")
    value = _two(found.value)
    if found.low is None or found.high is None:
        return value
    return _("%(value)s (%(low)s to %(high)s)", value=value, low=_two(found.low), high=_two(found.high))


def _two(value: float) -> str:
    rounded = views.hundredths(value)
    # With the sign that numbers have everywhere here, and on its own side of them.
    return f"{MINUS}{written_number(-rounded)}" if rounded < 0 else written_number(rounded)


reader.add_app_template_global(agreement_words, "agreement_words")


@reader.get(f"{AT}/codes")
@for_a_purpose
def codes(study_id: str, who: Reader, group: str, touchpoint: int, variable: str) -> Reply:
    """The frame of a question, how far coding is, and how far two coders agree."""
    return _frame(study_id, who, (group, touchpoint, variable))


@reader.post(f"{AT}/codes")
@for_a_purpose
def change_codes(study_id: str, who: Reader, group: str, touchpoint: int, variable: str) -> Reply:
    """Changes the frame. What takes codes away from answers shows first from how many."""
    place, form = (group, touchpoint, variable), request.form
    do, code = form.get("do", ""), form.get("code", "")
    sure = form.get("sure") == "yes"
    try:
        match do:
            case "keep":
                frames.keep_code(desk(), study_id, place, code or None, form)
            case "options":
                frames.take_options(desk(), study_id, place)
            case "merge" | "split" | "retire" if not sure:
                return _consequence(study_id, who, place, do, code)
            case "merge":
                frames.merge(desk(), study_id, place, code, form.get("into", ""))
            case "split":
                frames.split(desk(), study_id, place, code, form.get("titles", "").splitlines())
            case "retire":
                frames.retire(desk(), study_id, place, code)
    except InputRefused as refused:
        if do in ("merge", "split"):
            return _consequence(study_id, who, place, do, code, str(refused)), 422
        return _frame(study_id, who, place, fault=str(refused), faulty=code or "new"), 422
    return redirect(url_for(".codes", study_id=study_id, group=group, touchpoint=touchpoint, variable=variable))


@reader.get(f"{AT}/coding")
@for_a_purpose
def code_next(study_id: str, who: Reader, group: str, touchpoint: int, variable: str) -> Reply:
    """The next answer to code, or to settle."""
    return _coding(study_id, who, (group, touchpoint, variable))


@reader.post(f"{AT}/coding")
@for_a_purpose
def code_answer(study_id: str, who: Reader, group: str, touchpoint: int, variable: str) -> Reply:
    """Keeps the codes of an answer, and goes on to the next."""
    place, settle = (group, touchpoint, variable), _settles()
    token = request.form.get("answer", "")
    try:
        coding.code_answer(desk(), who, study_id, place, token, request.form.getlist("codes"), settle=settle)
    except InputRefused as refused:
        return _coding(study_id, who, place, str(refused)), 422
    here = url_for(".code_next", study_id=study_id, group=group, touchpoint=touchpoint, variable=variable,
                   settle="yes" if settle else None)  # fmt: skip
    return redirect(here)


def _settles() -> bool:
    return request.args.get("settle") == "yes"


def _frame(
    study_id: str, who: Reader, place: tuple[str, int, str], *, fault: str | None = None, faulty: str = ""
) -> str:
    found = coding.standing(desk(), study_id, place)
    study = staff_study(study_id)
    return render_template(
        "reader/codes.html", study=study, purpose=who.purpose, found=found, question=found.question,
        crumb=views.question_crumb(study, found.question), fault=fault, faulty=faulty, typed=request.form,
        may_change=current_staff().may_everywhere(Action.READ_WORDS, study_id),
    )  # fmt: skip


def _consequence(
    study_id: str, who: Reader, place: tuple[str, int, str], do: str, code_id: str, fault: str | None = None
) -> str:
    code, answers, nested = frames.answers_of(desk(), study_id, place, code_id)
    found = coding.standing(desk(), study_id, place)
    return render_template(
        "reader/consequence.html", study=staff_study(study_id), purpose=who.purpose, do=do, code=code, answers=answers,
        nested=nested, found=found, question=found.question, fault=fault, typed=request.form,
    )  # fmt: skip


def _coding(study_id: str, who: Reader, place: tuple[str, int, str], fault: str | None = None) -> str:
    shown = coding.next_answer(desk(), who, study_id, place, settle=_settles())
    study = staff_study(study_id)
    values: dict[str, Any] = {"gone": views.GONE, "may_be": views.FOUND}
    return render_template(
        "reader/coding.html", study=study, purpose=who.purpose, shown=shown, settle=_settles(), fault=fault,
        place={"group": place[0], "touchpoint": place[1], "variable": place[2]}, view=values,
        keys=current_session().staff.single_keys,
    )  # fmt: skip
