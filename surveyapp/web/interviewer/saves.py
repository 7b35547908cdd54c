"""The interviewer's door for saves, which a script sends in the background, and the slip that it takes cards from.

As the participant's: whatever became of a save, the answer is 200 and says so, and everything else means that it waits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, jsonify, request
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.answering.saves import Meanwhile, SaveFate, SentSave
from surveyapp.domain.errors import (
    AccessRefused,
    ConsentMissing,
    HeldByAnother,
    NotFound,
    NotHeld,
    NotPermitted,
    StateRefused,
)
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork import calls
from surveyapp.services.fieldwork.calls import Hold, OpenCase
from surveyapp.services.responses import local_saves, survey_session
from surveyapp.services.responses.local_saves import Received
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.web.interviewer import pack
from surveyapp.web.interviewer.blueprint import CASE, caller, interviewer
from surveyapp.web.interviewer.screens import fault_in_words, said_by
from surveyapp.web.packs import saves, slip
from surveyapp.web.shared import assembly
from surveyapp.web.shared.assembly import local_time
from surveyapp.web.shared.incoming import JSON, takes_json
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import signed_form_token
from surveyapp.web.shared.sign_in import signed_in
from surveyapp.web.shared.words import worded

MEANWHILE: dict[Meanwhile, LazyString] = {
    Meanwhile.SENT: lazy("These answers were sent meanwhile."),
    Meanwhile.STOPPED: lazy("It was recorded meanwhile that they take part no longer."),
    Meanwhile.REFUSED: lazy("It was recorded meanwhile that they refused."),
    Meanwhile.NOT_ELIGIBLE: lazy("It was recorded meanwhile that they are not eligible."),
    Meanwhile.DIED: lazy("It was recorded meanwhile that they died."),
    Meanwhile.WITHDREW: lazy("They withdrew meanwhile."),
    Meanwhile.CONSENT_TAKEN_BACK: lazy("They took back their consent meanwhile."),
    Meanwhile.CLOSED: lazy("The time for these answers is over."),
    Meanwhile.LATER: lazy("These answers were put off to a later day meanwhile."),
}
"""Why what an interviewer enters does not count any more."""

ScriptView = Callable[[ByInterviewer], Response]


def in_json(view: ScriptView) -> Callable[..., Response]:
    """What keeps an interviewer from here, as a script is told it."""

    @saves.in_json
    @wraps(view)
    def handler(study_id: str, reference: str, touchpoint: int) -> Response:
        try:
            if signed_in() is None:
                return saves.why(401, "ended")
            who = caller(study_id, reference, touchpoint)
            if _entered_by_another(who):
                return saves.why(401, "ended", sentence=_signed_in_instead(who))
            who.staff.check(Action.INTERVIEW, study_id)
            return view(who)
        except HeldByAnother as error:
            sentence = _(
                "%(name)s has this case open now. What you entered since is kept in this window, and saved once they "
                "have closed it.",
                name=error.name,
            )
            return saves.why(409, "elses", sentence=sentence)
        except NotHeld:
            return saves.why(409, "lapsed")
        except ConsentMissing:
            sentence = _(
                "Not saved: they do not agree to take part, or not any more. Open the case in another tab, and leave "
                "this one open."
            )
            return saves.why(403, "consent", sentence=sentence)
        except AccessRefused:
            return saves.why(401, "ended", sentence=_("Not saved: nothing of theirs is there any more."))
        except (NotFound, NotPermitted, StateRefused) as error:
            sentence = _("Not saved: %(sentence)s", sentence=worded(error.sentence))
            return saves.why(401, "ended", sentence=sentence)

    return handler


def _entered_by_another(who: ByInterviewer) -> bool:
    """Whether what is in that window was entered by somebody else than is signed in by now. A save of a page that does
    not say so has the token of its session, or none that is good: here a new one is had only by whoever it was."""
    named = request.headers.get(saves.WHOSE)
    return named != who.staff.id.hex and not (named is None and request.method == "POST")


def _signed_in_instead(who: ByInterviewer) -> str:
    return _(
        "Not saved: %(name)s is signed in here now. Whoever entered these answers signs in again in another tab, and "
        "leaves this one open.",
        name=who.staff.name,
    )


def slip_of(case: OpenCase, who: ByInterviewer) -> dict[str, Any]:
    """What the screen of an open case is filled in from. Nothing of it is kept on the disk of the device."""
    visit, zone = case.visit, case.visit.study.time_zone
    handle = f"interview {who.study} {who.reference} {who.touchpoint}"
    by = {key: said_by(case, who.staff.id, each) for key, each in (visit.given or {}).items()}
    return (
        slip.contents(visit, None, pack.address(visit))
        | slip.version_of(visit)
        | {
            "handle": handle,
            "whose": who.staff.id.hex,
            "by": {key: words for key, words in by.items() if words},
            "hold": hold_told(Hold(case.lease, len(case.attempts)), zone),
        }
    )


def hold_told(hold: Hold, zone: str) -> dict[str, Any]:
    """The hold on the case as the screen says it, and how many attempts there are: one more was recorded elsewhere."""
    now, lease = runtime().clock(), hold.lease
    return {
        "at": local_time(now, zone, "HH:mm"),
        "until": local_time(lease.until, zone, "HH:mm") if lease else None,
        "seconds": int((lease.until - now).total_seconds()) if lease else 0,
        "attempts": hold.attempts,
    }


def _slip(who: ByInterviewer) -> Response:
    return jsonify(slip_of(calls.opened_case(runtime(), who), who))


def _stand(who: ByInterviewer) -> Response:
    """How far the answers stand, and a token for the saves to come."""
    here = survey_session.visit(runtime(), who)
    return jsonify(
        revision=here.response.revision if here.response else 0, token=signed_form_token(), state=here.state.value
    )


def _receive(who: ByInterviewer) -> Response:
    """A save. Who sends it is known before its token is looked at: of a session that is over neither is good."""
    assembly.csrf.protect()
    if request.mimetype != JSON:
        return saves.why(415, "shape")
    sent = saves.sent()
    received = local_saves.receive(runtime(), who, sent)
    answer = saves.answer(sent, received, _faults)
    if received.meanwhile is not None:
        answer["sentence"] = _no_longer(received.fate, received.meanwhile)
    if received.visit is not None:
        visit = received.visit
        answer["hold"] = hold_told(calls.hold_of(runtime(), who, visit.case.id), visit.study.time_zone)
    return jsonify(answer)


def _no_longer(fate: SaveFate, why: Meanwhile) -> str:
    """Why a save does not count, what became of it, and what to do."""
    if fate is SaveFate.DISCARDED:
        follows = _("End the call, and go back to the queue. Nothing more of theirs is kept.")
    elif why is Meanwhile.SENT:
        follows = _("What you enter now is kept as a correction, for whoever opens them again.")
    else:
        follows = _("End the call, and go back to the queue. What you enter now is kept aside, and does not count.")
    return f"{MEANWHILE[why]} {follows}"


def _faults(page: Page, sent: SentSave, received: Received) -> list[dict[str, str]]:
    parts = {part.key: part for part in page.parts}
    return [
        {
            "variable": each.variable,
            "code": each.code,
            "sentence": fault_in_words(each, parts[each.variable]),
            "id": f"q-{parts[each.variable].field_id}",
        }
        for each in received.faults
    ]


for _path, _view, _method in (("slip", _slip, "GET"), ("stand", _stand, "GET"), ("saves", _receive, "POST")):
    _handler = takes_json(in_json(_view))
    interviewer.add_url_rule(f"{CASE}/{_path}", _path, _handler, methods=[_method])
    # The token of a save is looked at in the handler itself.
    assembly.csrf.exempt(_handler)
