"""A save as a script sends it in the background, a participant's or an interviewer's, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, jsonify, request
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from surveyapp.domain.answering.saves import SaveFate, SentSave
from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import ConsentMissing, DatabaseUnavailable
from surveyapp.domain.instrument.kinds import form_values
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.services.responses.local_saves import NoSave, Received
from surveyapp.web.shared.answers import said_of_moment
from surveyapp.web.shared.headers import RETRY_AFTER
from surveyapp.web.shared.incoming import SentFromElsewhere

LONGEST = 512 * 1024
"""Bytes of a save; a page's form has as many at most."""

WHOSE = "X-Whose"
"""The header in which a script names whose answers it keeps, as the slip did."""

Faults = Callable[[Page, SentSave, Received], list[dict[str, str]]]
"""What is wrong with a save, in words: variable, code, sentence and id of where it is put right."""


def why(status: int, why: str, **more: Any) -> Response:
    """What keeps a save waiting, or from being one."""
    answer = jsonify(why=why, **more)
    answer.status_code = status
    return answer


def in_json(view: Callable[..., Response]) -> Callable[..., Response]:
    """What keeps a script out, told as it reads it, where it is the same for everybody: whoever is let in where, each
    door says itself."""

    @wraps(view)
    def handler(*args: Any, **values: Any) -> Response:
        try:
            return view(*args, **values)
        except CSRFError:
            return why(403, "token")
        except SentFromElsewhere:
            return why(403, "elsewhere")
        except ConsentMissing:
            return why(403, "consent")
        except (NoSave, ValidationError, RequestEntityTooLarge):
            return why(422, "shape")
        except DatabaseUnavailable:
            answer = why(503, "unavailable")
            answer.headers.update(RETRY_AFTER)
            return answer

    return handler


def sent() -> SentSave:
    """The save of this request. Raises ValidationError, RequestEntityTooLarge."""
    request.max_content_length = LONGEST
    return SentSave.model_validate_json(request.get_data(cache=False))


def answer(sent: SentSave, received: Received, faults: Faults) -> dict[str, Any]:
    """What became of a save, where they go on, and what stands in place of what was contested."""
    visit, page = received.visit, received.page
    answer: dict[str, Any] = {
        "save": str(sent.save),
        "became": received.fate.value,
        "revision": None,
        "next": None,
        "faults": [],
        "stands": {},
    }
    if page is not None and received.fate is SaveFate.FAULTY:
        answer["faults"] = faults(page, sent, received)
    if visit is None or visit.response is None:
        return answer
    following = visit.next_page(sent.page)
    answer["revision"] = visit.response.revision
    answer["next"] = "check" if following is None else following.id
    if page is not None:
        answer["stands"] = {key: _stands(page, key, each) for key, each in received.stands.items()}
    return answer


def _stands(page: Page, variable: str, given: RecordedAnswer) -> dict[str, Any]:
    part = next((each for each in page.parts if each.key == variable), None)
    return {
        "save": str(given.client_id),
        "form": form_values(variable, given.answer),
        "words": [str(each) for each in said_of_moment(part, given.answer)] if part else [],
        "whose": "self" if given.mode is Mode.SELF else "interviewer",
    }
