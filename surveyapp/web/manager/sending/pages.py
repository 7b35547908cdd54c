"""The calendar of what is sent, switching it on and off, decisions, one person's messages, and what is taken along."""

from __future__ import annotations

import functools
import itertools
import uuid
from typing import Any

from flask import abort, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Action
from surveyapp.reports.files.csv_file import csv_file
from surveyapp.services import worker
from surveyapp.services.sending import calendar, deciding, taking
from surveyapp.services.sending.deciding import MessageDecision
from surveyapp.services.sending.taking import TakenMessage
from surveyapp.web.manager.blueprint import PERSON, manager, page
from surveyapp.web.manager.sending import papers, words
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, recently_verified, staff_only

SAID: dict[str, Any] = {
    "ways": words.WAYS,
    "kinds": words.KINDS,
    "asked_for": words.ASKED_FOR,
    "why": words.WHY,
    "states": words.STATES,
    "tones": words.TONES,
}


@manager.get("/<study_id>/messages")
@staff_only
def messages(study_id: str) -> Reply:
    """Who gets what when, before the first goes out; what is not sent and why; what waits for a decision."""
    found = calendar.calendar(desk(), study_id)
    days = [(day, list(lines)) for day, lines in itertools.groupby(found.lines, lambda each: each.day)]
    silent = found.sends and worker.standing(desk())[0].late
    may_switch = current_staff().may_everywhere(Action.MANAGE_PARTICIPANTS, study_id)
    return page(
        "sending/calendar",
        found=found,
        days=days,
        silent=silent,
        trials=papers.trials(study_id) if may_switch else (),
        may_switch=may_switch,
        decisions=words.DECISIONS,
        demo=runtime().settings.demo,
        most_letters=taking.MOST,
        **SAID,
    )


@manager.route("/<study_id>/messages/switch", methods=["GET", "POST"])
@recently_verified
def switch_messages(study_id: str) -> Reply:
    """Switches sending on or off, once that is confirmed."""
    found = calendar.calendar(desk(), study_id)
    if request.method == "POST":
        on = request.form.get("sends") == "on"
        calendar.switch(desk(), study_id, on)
        flash(_("Sending is on.") if on else _("Sending is off."))
        return redirect(url_for("manager.messages", study_id=study_id))
    return page("sending/switch", found=found, **SAID)


@manager.post("/<study_id>/messages/<uuid:message>/decide")
@staff_only
def decide_message(study_id: str, message: uuid.UUID) -> Reply:
    """What becomes of a message that is uncertain, came back or was not taken."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    try:
        decision = MessageDecision(request.form.get("decision", ""))
    except ValueError:
        abort(400)
    deciding.decide(desk(), study_id, message, decision)
    flash(_("That is noted."))
    return redirect(url_for("manager.messages", study_id=study_id, _anchor="decide"))


@manager.post("/<study_id>/messages/take/<way>")
@recently_verified
def take_messages(study_id: str, way: str) -> Reply:
    """Messages that nobody carries for us: letters as a PDF to print, others as a file."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    if way not in set(SendingWay):
        abort(404)
    if way == SendingWay.LETTER:
        lay_out = functools.partial(papers.letters, study_id)
        made = taking.take(desk(), study_id, SendingWay.LETTER, lay_out, papers.writable)
        return papers.file(made, f"{study_id}-letters.pdf")
    made = taking.take(desk(), study_id, SendingWay(way), functools.partial(_listed, way))
    response = make_response(made)
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{study_id}-{way}-messages.csv"'
    return response


def _listed(way: str, taken: list[TakenMessage]) -> bytes:
    """Messages as a file for whoever sends them: one who has texts sent has no subject, and the short words."""
    mail = way == SendingWay.EMAIL
    heads = ("reference", "to", "subject", "text", "language")
    return csv_file(
        heads,
        [
            (
                each.reference,
                each.message.to,
                each.message.subject if mail else "",
                each.message.text if mail else each.message.short,
                each.message.language,
            )
            for each in taken
        ],
    )


@manager.get("/<study_id>/messages/letter.pdf")
@staff_only
def try_letter(study_id: str) -> Reply:
    """A letter to nobody, in a language of the study or its easy words, with the envelope's window drawn: to print and
    fold before the first goes out."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    study = runtime().study(study_id)
    language = request.args.get("language", study.source_language)
    if language not in (*study.languages, *papers.trials(study_id)):
        abort(404)
    return papers.file(papers.trial(study_id, language), f"{study_id}-letter-{language}.pdf")


@manager.get(f"{PERSON}/messages")
@staff_only
def person_messages(study_id: str, reference: str) -> Reply:
    """What one person gets and got, and what a message says to them."""
    found = calendar.person(desk(), study_id, reference, request.args.get("step"))
    return page("sending/person", found=found, **SAID)


@manager.post(f"{PERSON}/messages/way")
@staff_only
def steer_way(study_id: str, reference: str) -> Reply:
    """Ends a way for somebody who wants no more by it, or opens it again."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    way = request.form.get("way", "")
    if way not in set(SendingWay):
        abort(400)
    deciding.steer_way(desk(), study_id, reference, SendingWay(way), ends="open" not in request.form)
    flash(_("That is noted."))
    return redirect(url_for("manager.person_messages", study_id=study_id, reference=reference))
