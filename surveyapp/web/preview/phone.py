"""A questionnaire as its participants meet it: their own pages, answered by somebody made up. Nothing is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for

from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import Page
from surveyapp.services.cases.next_time import NextTime
from surveyapp.services.questionnaires import preview
from surveyapp.services.responses.expected_time import ExpectedTime, minutes_expected
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.participant import pages
from surveyapp.web.preview.blueprint import (
    ANYWHERE,
    SAID,
    catalogue_of,
    kept,
    may_preview,
    phone,
    preview_context,
    respondent_of,
)
from surveyapp.web.shared.headers import show_in_a_frame
from surveyapp.web.shared.language import CHOICE, SHOWN, speak_here
from surveyapp.web.shared.reply import Reply


@phone.before_request
def _prepare() -> None:
    show_in_a_frame()


class PreviewedAnswers:
    """Takes what is said into the address of the next page. Pages that nobody has come to yet can be looked up."""

    def __init__(self, study_id: str, name: str, version: int) -> None:
        context = preview_context(study_id, name, version)
        speak_here(context.language, context.catalogue.languages)
        self._visit = preview.begun(
            context.study,
            context.questionnaire,
            context.book,
            respondent_of(),
            context.language,
            request.args.get(SAID, ""),
        )
        self._anywhere = ANYWHERE in request.args
        self.told: Mapping[str, Any] = {"demo": False}
        self.handle = None  # the answers are in them

    def here(self, place: str) -> Visit:
        if place in ("consent", "declined"):
            return preview.unasked(self._visit)
        return preview.submitted(self._visit) if place == "done" else self._visit

    def page(self, here: Visit, page_id: str) -> Page | None:
        return preview.page_at(here, page_id, self._anywhere)

    def beside(self, here: Visit, page_id: str) -> tuple[Page | None, Page | None]:
        return preview.beside(here, page_id)

    def may_check(self, here: Visit) -> bool:
        return True

    def asks_first(self, here: Visit) -> bool:
        return False

    def address(self, place: str, here: Visit | None = None, **values: Any) -> str:
        """With all that travels in it. A page of the route needs no leave to be looked up."""
        visit = here or self._visit
        query: dict[str, Any] = {**kept(), SAID: preview.carried(visit) or None}
        if self.language_chosen():
            query[SHOWN] = request.form[CHOICE]
        page_id = values.get("page_id")
        if self._anywhere and page_id is not None and visit.route is not None and visit.route.page(page_id) is None:
            query[ANYWHERE] = 1
        return url_for(f"phone.{place}", **(request.view_args or {}) | query | values)

    def expected_time(self, here: Visit) -> ExpectedTime:
        assert here.questionnaire is not None
        return ExpectedTime(minutes_expected(here.questionnaire), measured=False)

    def language_chosen(self) -> bool:
        return CHOICE in request.form

    def give_consent(self, agreed: Mapping[str, bool]) -> Visit:
        return self._visit

    def answer(self, page_id: str, form: Form, *, passing: bool) -> Visit:
        return preview.answered(self._visit, page_id, form, self._anywhere, passing=passing)

    def kept(self) -> None:
        """Nothing is kept here."""

    def asked_again(self, here: Visit) -> NextTime | None:
        if here.response is None or here.response.submitted_at is None:
            return None
        on = here.response.submitted_at.astimezone(ZoneInfo(here.study.time_zone)).date()
        days = [
            on + dt.timedelta(days=each.opens.days)
            for each in here.study.touchpoints_of(here.participant.group)
            if each.opens.type == "submitted" and each.opens.touchpoint == here.touchpoint.key
        ]
        return NextTime(min(days), False) if days else None

    def submit(self) -> None:
        """There is nothing to hand in."""


pages.add_pages(phone, "/survey", "", PreviewedAnswers, may_preview)


@phone.get("/leave")
@may_preview
def leave(study_id: str, name: str, version: int) -> Reply:
    """Begins again, with nothing said."""
    catalogue_of(study_id)
    query: dict[str, Any] = dict(kept())
    return redirect(url_for(".consent", study_id=study_id, name=name, version=version, **query))
