"""Quotations: those asked for, cleared, refused, taken back and out of use, and the reports that still hold some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import redirect, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.open_answers.quoting import QuotationBar, QuotationState
from surveyapp.services.open_answers import quoting
from surveyapp.services.open_answers.quoting import QuotationSight
from surveyapp.services.open_answers.reading import Reader
from surveyapp.web.reader.routes import for_a_purpose, reader
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk

BARS: dict[QuotationBar, LazyString] = {
    QuotationBar.CONSENT: lazy("Whoever said this does not agree, or no longer, to be quoted."),
    QuotationBar.FOUND: lazy("Something in it may say who somebody is. Decide of it where the answer is read."),
    QuotationBar.CHANGED: lazy("The answer was changed since: choose the words from it anew."),
}
"""Why words may not be quoted now, and what to do."""


@dataclass(frozen=True)
class QuotationsOfQuestion:
    """Quotations of one question: what it is called, and they by theme."""

    question: str
    quotations: tuple[QuotationSight, ...]


@dataclass(frozen=True, kw_only=True)
class QuotationsView:
    """Some quotations: under which title, what that says of them, and they by question."""

    id: str
    title: str
    lead: str
    number: int
    questions: tuple[QuotationsOfQuestion, ...]


def quoted_as(seen: QuotationSight) -> str:
    """Template global: the role that stands for a name."""
    assert seen.quotation is not None
    if seen.quotation.segment:
        return _("%(member)s, %(segment)s", member=seen.quotation.member, segment=seen.quotation.segment)
    return seen.quotation.member


reader.add_app_template_global(quoted_as, "quoted_as")


@reader.get("/<study_id>/words/quotations")
@for_a_purpose
def quotations(study_id: str, who: Reader) -> Reply:
    """Every quotation of a study."""
    return _page(study_id, who)


@reader.post("/<study_id>/words/quotations")
@for_a_purpose
def decide_quotation(study_id: str, who: Reader) -> Reply:
    """Clears a quotation, refuses it, or takes it back."""
    form = request.form
    quotation, do = form.get("quotation", ""), form.get("do", "")
    try:
        match do:
            case "clear" | "refuse":
                quoting.decide(desk(), study_id, quotation, clear=do == "clear", why=form.get("why", ""))
            case "take_back":
                quoting.take_back(desk(), study_id, quotation)
    except InputRefused as refused:
        return _page(study_id, who, quotation, str(refused)), 422
    return redirect(url_for(".quotations", study_id=study_id))


def _page(study_id: str, who: Reader, faulty: str = "", fault: str | None = None) -> str:
    found = quoting.read(desk(), who, study_id)
    return render_template(
        "reader/quotations.html", study=staff_study(study_id), purpose=who.purpose, found=found,
        parts=_parts(found.quotations), bars=BARS, faulty=faulty, fault=fault,
    )  # fmt: skip


def _parts(found: Sequence[QuotationSight]) -> list[QuotationsView]:
    def view(id: str, title: str, lead: str, test: Callable[[QuotationSight], bool]) -> QuotationsView:
        some = sorted(filter(test, found), key=_order)
        by_question = tuple(
            QuotationsOfQuestion(question, tuple(each)) for question, each in groupby(some, key=_question)
        )
        return QuotationsView(id=id, title=title, lead=lead, number=len(some), questions=by_question)

    asked, cleared = QuotationState.ASKED, QuotationState.CLEARED
    made = [
        view(
            "asked",
            _("To be cleared"),
            _("Somebody other than who chose the words reads them once more."),
            lambda each: each.stored.state is asked and each.bar is None,
        ),
        view(
            "cleared",
            _("Cleared"),
            _("These may stand in reports."),
            lambda each: each.may_be_quoted,
        ),
        view(
            "barred",
            _("Not to be quoted now"),
            _("They were chosen or cleared; since then something says that they may not be quoted."),
            lambda each: each.stored.state in (asked, cleared) and each.bar is not None,
        ),
        view("refused", _("Refused"), "", lambda each: each.stored.state is QuotationState.REFUSED),
        view("taken-back", _("Taken back"), "", lambda each: each.stored.state is QuotationState.TAKEN_BACK),
    ]
    return [each for each in made if each.number]


def _question(seen: QuotationSight) -> str:
    return seen.quotation.question if seen.quotation is not None else ""


def _order(seen: QuotationSight) -> tuple[object, ...]:
    if seen.quotation is None:
        return ("", 0, "", (), seen.id)
    return (seen.quotation.group, seen.quotation.touchpoint, _question(seen), seen.quotation.themes, seen.id)
