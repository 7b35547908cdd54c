"""Open answers, for those who may read words. Nobody is named here: who wrote which is a number of the page.

What is looked for and what is redacted is posted: a name has no place in an address.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.open_answers.marking import SpanDecision
from surveyapp.services.open_answers import marking_words, quoting, reading
from surveyapp.services.open_answers.reading import Reader, ReadingQuery, ReadPage
from surveyapp.services.staff.granting import PURPOSE_LENGTH
from surveyapp.web.reader import views
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import direction, own_name, staff_study
from surveyapp.web.shared.reply import Reply, with_query
from surveyapp.web.shared.sign_in import current_session, desk, staff_only

reader = Blueprint("reader", __name__, url_prefix="/results", template_folder="templates")
for _name, _global in (("said_beside", views.said_beside), ("direction_of", direction), ("language_name", own_name)):
    reader.add_app_template_global(_global, _name)


def for_a_purpose(handler: Callable[..., Reply]) -> Callable[..., Reply]:
    """Hands on who reads and what for; whoever has not said it yet in this session is asked first."""

    @functools.wraps(handler)
    def guarded(study_id: str, **named: Any) -> Reply:
        session_id = current_session().session.id
        said = reading.purpose_of(desk(), session_id, study_id)
        if said is None:
            to = request.path if request.method == "GET" else url_for("reader.places", study_id=study_id)
            return _ask_purpose(study_id, to)
        return handler(study_id, Reader(session_id, said), **named)

    return staff_only(guarded)


def _ask_purpose(study_id: str, to: str, written: str = "", fault: str | None = None) -> Reply:
    return render_template(
        "reader/purpose.html", study=staff_study(study_id), to=to, written=written, fault=fault,
        most=PURPOSE_LENGTH,
    )  # fmt: skip


@reader.post("/<study_id>/words/purpose")
@staff_only
def purpose(study_id: str) -> Reply:
    """What somebody reads for; then they go on to where they were."""
    written, to = request.form.get("purpose", ""), request.form.get("to", "")
    home = url_for("reader.places", study_id=study_id)
    if to != home and not to.startswith(f"{home}/"):
        to = home
    try:
        reading.say_purpose(desk(), current_session().session.id, study_id, written)
    except InputRefused as refused:
        return _ask_purpose(study_id, to, written, str(refused))
    return redirect(to)


@reader.get("/<study_id>/words")
@for_a_purpose
def places(study_id: str, who: Reader) -> Reply:
    """Every question that people answered in their own words."""
    found = reading.places(desk(), study_id)
    study = staff_study(study_id)
    return render_template("reader/places.html", study=study, purpose=who.purpose, groups=views.by_group(study, found))


@reader.post("/<study_id>/words")
@for_a_purpose
def search(study_id: str, who: Reader) -> Reply:
    """The answers to any question in which some words stand."""
    written = request.form.get("q", "")
    found = reading.search(desk(), who, study_id, written, whole_number("page") or 1)
    return _answers(study_id, who, found, ReadingQuery(search=written, page=found.page))


@reader.get("/<study_id>/words/<group>/<int:touchpoint>/<variable>")
@for_a_purpose
def question(study_id: str, who: Reader, group: str, touchpoint: int, variable: str) -> Reply:
    """The answers to one question."""
    return _question(study_id, who, (group, touchpoint, variable), "")


@reader.post("/<study_id>/words/<group>/<int:touchpoint>/<variable>")
@for_a_purpose
def act(study_id: str, who: Reader, group: str, touchpoint: int, variable: str) -> Reply:
    """Looks for words among the answers, or decides something of one of them, and shows the page again."""
    place, token, sought = (group, touchpoint, variable), request.form.get("answer", ""), request.form.get("q", "")
    wanted = request.form.get("do", "search")
    try:
        match wanted:
            case "redact" | "leave":
                decision = SpanDecision.REDACTED if wanted == "redact" else SpanDecision.LEFT
                marking_words.decide_found(desk(), who, study_id, place, token, decision)
            case "words":
                marking_words.redact_words(desk(), who, study_id, place, token, request.form.get("words", ""))
            case "take_back":
                marking_words.take_back(desk(), who, study_id, place, token)
            case "quote":
                quoting.ask(
                    desk(), who, study_id, place, token, request.form.get("quote", ""),
                    segment=request.form.get("segment", ""), language=request.form.get("in_language", ""),
                )  # fmt: skip
                return redirect(url_for(".quotations", study_id=study_id))
            case "translate":
                marking_words.translate(
                    desk(), who, study_id, place, token, request.form.get("language", ""), request.form.get("text", "")
                )
    except InputRefused as refused:
        return _question(study_id, who, place, sought, views.AnswerFaultView(token, wanted, str(refused)))
    if sought or wanted == "search":
        return _question(study_id, who, place, sought)
    here = url_for(".question", study_id=study_id, group=group, touchpoint=touchpoint, variable=variable)
    state = {name: request.args[name] for name in ("only", "band", "page") if name in request.args}
    return redirect(with_query(here, state) + (f"#a-{token}" if token.isalnum() else ""))


def _question(
    study_id: str,
    who: Reader,
    place: tuple[str, int, str],
    sought: str,
    fault: views.AnswerFaultView | None = None,
) -> Reply:
    only = request.args.get("only", "").partition("=")
    asked = ReadingQuery(
        only=(only[0], only[2]) if only[2] else None,
        band=request.args.get("band") or None,
        search=sought,
        page=whole_number("page") or 1,
    )
    found = reading.read(desk(), who, study_id, *place, asked)
    return _answers(study_id, who, found, asked, fault)


def _answers(
    study_id: str, who: Reader, found: ReadPage, asked: ReadingQuery, fault: views.AnswerFaultView | None = None
) -> Reply:
    study = staff_study(study_id)
    remarks = []
    if found.too_few:
        remarks.append(
            _("Too few people are in that segment, or outside it, for their words to be read by it. Everyone is shown.")
        )
    page = render_template(
        "reader/answers.html", study=study, purpose=who.purpose, found=found, asked=asked, fault=fault,
        remarks=remarks, view=views.page(study, found, asked), keys=current_session().staff.single_keys,
    )  # fmt: skip
    return (page, 422) if fault else page
