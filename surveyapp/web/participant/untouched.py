"""A question's page before anybody answers it: drawn once a process, and filled in for each who comes to it.

It is drawn of `Untouched` alone, in which nobody is. Where it says whose it is (its addresses, the form's token, the
save's id) it has marks, and `shown` puts the real ones in their place.
"""

from __future__ import annotations

import functools
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, render_template, request, url_for

from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.study import Study
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.participant import views
from surveyapp.web.participant.serving import has_begun
from surveyapp.web.participant.views import Whereabouts
from surveyapp.web.shared.incoming import save_to_come
from surveyapp.web.shared.language import asked_language
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.session import signed_form_token
from surveyapp.web.shared.sign_in import give_back_at

KEPT = 1024
"""How many pages a process keeps, some 5 KB each: every page of a study in its languages, by a few ways led there."""

# In no text of anybody's: they are known in this process alone.
_HANDLE, _TOKEN, _SAVE = (secrets.token_hex(16) for _mark in range(3))

Goal = tuple[str, tuple[tuple[str, Any], ...]]
"""One of somebody's pages, and what its address names besides them."""


@dataclass(frozen=True)
class PageReader:
    """Who reads a page, as far as it says so."""

    language: str
    is_easy: bool
    has_other_words: bool


@dataclass(frozen=True, kw_only=True)
class Untouched:
    """All that such a page depends on. `named`: what tells its study, its page and where that is from others, beside
    its `version`. `begun`: whether an answer of theirs is stored. `language`: the one asked for; that of the words
    around the study's follows from it. `below`: where the site begins. `given_back`: where the tablet is given back
    that it is on."""

    study: Study = field(compare=False)
    page: Page = field(compare=False)
    where: Whereabouts = field(compare=False)
    named: tuple[object, ...]
    version: int
    reader: PageReader
    begun: bool
    language: str
    simulated: bool
    below: str
    given_back: str | None
    back: Goal
    action: Goal
    note: str | None
    welcomed: bool


def untouched(here: Visit, page: Page, back: Goal, action: Goal, note: str | None, welcomed: bool) -> Untouched:
    """A page of the version that somebody answers, as everybody reads it."""
    questionnaire, route, _response = here.ready
    where = views.whereabouts(route, page)
    return Untouched(
        study=here.study,
        page=page,
        where=where,
        named=(
            here.study.id,
            questionnaire.id,
            questionnaire.wording,
            page.id,
            tuple((each.section.id, each.answered, each.pages) for each in where.sections),
            where.passed,
        ),
        version=questionnaire.version,
        reader=PageReader(here.language, here.is_easy, here.has_other_words),
        begun=has_begun(here),
        language=asked_language(),
        simulated=runtime().simulated,
        below=request.script_root,
        given_back=give_back_at(),
        back=back,
        action=action,
        note=note,
        welcomed=welcomed,
    )


def shown(asked: Untouched, handle: str) -> str:
    """The page among those of a handle, with a token and a save's id of its own."""
    drawn = current_app.extensions.get("untouched")
    if drawn is None:
        drawn = current_app.extensions["untouched"] = functools.lru_cache(maxsize=KEPT)(_drawn)
    page: str = drawn(asked)
    return page.replace(_HANDLE, handle).replace(_TOKEN, signed_form_token()).replace(_SAVE, uuid.uuid4().hex)


def address(handle: str, place: str, **values: Any) -> str:
    """Where one of the pages of a handle is."""
    return _marked(request.script_root, place, tuple(values.items())).replace(_HANDLE, handle)


@functools.lru_cache(maxsize=KEPT)
def _marked(_below: str, place: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(f"participant.{place}", handle=_HANDLE, **dict(values))


def _drawn(asked: Untouched) -> str:
    def to(place: str, **values: Any) -> str:
        return _marked(asked.below, place, tuple(values.items()))

    return render_template(
        "participant/question.html",
        study=asked.study,
        visit=asked.reader,
        begun=asked.begun,
        to=to,
        turns=True,
        view=views.untouched_page(asked.page, asked.where),
        seen=[""] * len(asked.page.parts),
        back=_marked(asked.below, *asked.back),
        action=_marked(asked.below, *asked.action),
        note=asked.note,
        welcomed=asked.welcomed,
        save_id=save_to_come(_SAVE, asked.version),
        csrf_token=lambda: _TOKEN,
        give_back_at=lambda: asked.given_back,
    )
