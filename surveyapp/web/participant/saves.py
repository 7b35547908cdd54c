"""The door for saves that a script sends in the background, in JSON, and how far the answers stand.

Whatever became of a save, the answer is 200 and says so. Everything else means that it goes on waiting where it is,
but for what is no save at all (422), or of somebody who is gone (410).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, jsonify, request
from flask_babel import force_locale

from surveyapp.domain.answering.saves import SaveFate, SentSave
from surveyapp.domain.entry.doors import READS_ANSWERS, Door
from surveyapp.domain.errors import (
    AccessRefused,
    DoorShut,
    NotFound,
)
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState
from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.domain.instrument.routing import Page
from surveyapp.services.privacy import erasing
from surveyapp.services.responses import local_saves, survey_session
from surveyapp.services.responses.local_saves import Received
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.translation import interface_catalogues
from surveyapp.web.packs import saves
from surveyapp.web.participant import entrance, views
from surveyapp.web.participant.entrance import NotLetIn, SomebodyElses
from surveyapp.web.shared import assembly
from surveyapp.web.shared.faults import fault_sentence
from surveyapp.web.shared.incoming import JSON, takes_json
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import signed_form_token


def in_json(view: Callable[[str], Response]) -> Callable[[str], Response]:
    """What keeps somebody from here, as a script is told it."""

    @saves.in_json
    @wraps(view)
    def handler(handle: str) -> Response:
        try:
            return view(handle)
        except NotLetIn as error:
            return saves.why(410, "gone") if error.gone or _was_erased() else saves.why(401, "ended")
        except (AccessRefused, NotFound):
            return saves.why(410, "gone") if _was_erased() else saves.why(401, "ended")
        except SomebodyElses:
            return saves.why(410, "gone") if _was_erased() else saves.why(409, "elses")
        except DoorShut:
            return saves.why(403, "door")

    return handler


def _was_erased() -> bool:
    """Whether the phone names somebody who was erased: of them there is no session that could say so."""
    return erasing.was_erased(runtime(), request.headers.get(saves.WHOSE, ""))


@takes_json
@in_json
def stand(handle: str) -> Response:
    """How far the answers stand, and a token for the saves to come. Behind a door not even how many saves there were:
    whoever else has the link would see somebody answer."""
    here = survey_session.visit(runtime(), entrance.who(handle), entrance.standing())
    revision = here.response.revision if here.response else 0
    shown = revision if here.door in READS_ANSWERS else None
    return jsonify(revision=shown, token=signed_form_token(), state=_state(here))


def _state(here: Visit) -> str:
    """`open` where saves are taken; else what keeps them from being."""
    if here.state is CaseState.WITHDRAWN:
        return here.state.value
    if here.submitted:
        return "sent"
    if here.state not in ANSWERABLE:
        return here.state.value
    if here.door is not Door.QUESTIONS:
        return "door"
    return "open" if here.consented and here.response is not None else "consent"


@takes_json
@in_json
def receive(handle: str) -> Response:
    """A save. Who sends it is known before its token is looked at: of a session that is over neither is good."""
    who = entrance.who(handle)
    assembly.csrf.protect()
    if request.mimetype != JSON:
        return saves.why(415, "shape")
    sent = saves.sent()
    received = local_saves.receive(runtime(), who, sent, entrance.standing())
    visit = received.visit
    if visit is not None and visit.response is not None and visit.response.revision:
        entrance.note_began(handle)
    if received.fate is SaveFate.SAVED:  # in which there are no words
        return jsonify(saves.answer(sent, received, _faults))
    spoken = plain_of(sent.language)
    serves = interface_catalogues.serves_participants(spoken)
    with force_locale(spoken if serves else interface_catalogues.SOURCE):
        return jsonify(saves.answer(sent, received, _faults))


def _faults(page: Page, sent: SentSave, received: Received) -> list[dict[str, str]]:
    visit, parts = received.visit, {part.key: part for part in page.parts}
    ids = {}
    if visit is not None:
        view = views.question_page(visit, page, sent.form, received.faults)
        ids = {each.name: each.faulty_id for field in view.fields for each in field.with_lines}
    return [
        {
            "variable": each.variable,
            "code": each.code,
            "sentence": fault_sentence(each, parts[each.variable]),
            "id": ids.get(each.variable, parts[each.variable].field_id),
        }
        for each in received.faults
    ]


def add_saves(blueprint: Blueprint, prefix: str) -> None:
    """Serves them from a blueprint. The token is looked at in the handler itself."""
    blueprint.add_url_rule(f"{prefix}/stand", "stand", stand, methods=["GET"])
    blueprint.add_url_rule(f"{prefix}/saves", "saves", receive, methods=["POST"])
    assembly.csrf.exempt(receive)
