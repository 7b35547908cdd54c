"""A day on the spot without a signal: the page that works by itself, what it is given, where sealed answers arrive."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request

from surveyapp.domain.errors import InputRefused, StateRefused
from surveyapp.services.fieldwork import away
from surveyapp.services.fieldwork.away import AwayPerson
from surveyapp.services.responses.expected_time import expected_time
from surveyapp.services.security.boxes import BoxUnreadable
from surveyapp.web.packs import saves, slip
from surveyapp.web.participant.fetched import pack
from surveyapp.web.shared import assembly, headers
from surveyapp.web.shared.incoming import sent_object, takes_json
from surveyapp.web.shared.language import known_language, speak_here
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_session, desk, staff_only
from surveyapp.web.shared.words import worded
from surveyapp.web.spot.routes import spot

sealed = Blueprint("sealed", __name__)

LARGEST = 1024 * 1024
"""Bytes of a box."""


@spot.get("/<study_id>/away")
@staff_only
def away_page(study_id: str) -> Reply:
    """The page that goes on without a signal. Nothing of anybody is on it."""
    study = runtime().study(study_id)
    away.instrument(desk(), current_session().session, study_id, study.source_language)
    return render_template("spot/away.html", study=desk().study(study_id), languages=runtime().offered(study))


@spot.get("/<study_id>/away/<language>")
@staff_only
def away_part(study_id: str, language: str) -> Response:
    """What participants are shown in a language: consent, what comes after the questions, and where the pack is."""
    if not known_language(language) or language not in runtime().offered(runtime().study(study_id)):
        abort(404)
    speak_here(language, (language,))
    study, questionnaire = away.instrument(desk(), current_session().session, study_id, language)
    touchpoint = next(each for each in study.touchpoints if each.questionnaire == questionnaire.id)
    page = render_template("spot/away_part.html", study=study, time=expected_time(runtime(), study, touchpoint))
    return jsonify(
        html=page, pack=pack.address(study, questionnaire), required=[each.id for each in study.required_purposes]
    )


@spot.post("/<study_id>/away")
@takes_json
@staff_only
def go_away(study_id: str) -> Response:
    """Locks this session and gives the day, for whoever knows its PIN."""
    typed = str((sent_object() or {}).get("pin", ""))
    try:
        given = away.go(desk(), current_session().session, study_id, typed)
    except InputRefused as refused:
        return saves.why(422, "pin", sentence=worded(refused.sentence))
    except StateRefused as refused:
        return saves.why(409, "state", sentence=worded(refused.sentence))
    name, public = given.key
    return jsonify(
        # How long there is, never a time of day: the clock of the tablet may be wrong.
        left=int((given.day.ends_at - runtime().clock()).total_seconds()),
        key={"name": name, "public": public},
        people=[_person(each) for each in given.people],
    )


def _person(given: AwayPerson) -> dict[str, Any]:
    """Without facts that texts quote, and without a token: no session of theirs is there."""
    told = slip.contents(given.visit, False, "") | slip.version_of(given.visit) | {"facts": {}, "token": None}
    return {
        "name": given.person.name,
        "reference": given.person.reference,
        "site": given.person.site,
        "ticket": given.ticket,
        "slip": told,
    }


@spot.get("/worker.js")
def worker() -> Response:
    """The service worker of that page: it shows what is kept of it, and nothing else."""
    given = headers.protecting(headers.is_secure(current_app) or request.is_secure)
    script = current_app.extensions["scripts"]("away_worker")
    text = f"const HEADERS = {json.dumps(given | {'Content-Type': 'text/html; charset=utf-8'})};\n{script}"
    response = Response(text, mimetype="text/javascript")
    headers.keep_for_a_while(response)
    return response


@sealed.post("/sealed")
@takes_json
@saves.in_json
def receive() -> Response:
    """A box from a tablet, whoever is signed in on it, or nobody."""
    request.max_content_length = LARGEST
    try:
        return jsonify(became=away.receive(runtime(), request.get_data(cache=False)).value)
    except BoxUnreadable:
        return saves.why(422, "shape")


assembly.csrf.exempt(receive)
