"""The pack that a phone turns its pages with: each page as `_question.html` renders it, nothing filled in."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import Response, abort, current_app, render_template
from flask_babel import gettext as _
from markupsafe import escape

from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Questionnaire, Section
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.instrument.study import Study
from surveyapp.services.responses import packing
from surveyapp.web.packs import pack as packs
from surveyapp.web.packs.folding import folded
from surveyapp.web.packs.parting import parted
from surveyapp.web.participant import views
from surveyapp.web.participant.fetched import media
from surveyapp.web.shared.faults import fault_sentence
from surveyapp.web.shared.language import asked_language, isolated, known_language, speak_here
from surveyapp.web.shared.runtime import runtime

ADDRESS = f"/survey/pack{packs.TAIL}"
REST = f"{ADDRESS}/<any(rest):part>"
"""Where the rest of it is, which `pack.js` asks for."""


@dataclass(frozen=True)
class Pages:
    """What a participant is shown of a study's questionnaire."""

    study: Study

    def page(self, page: Page) -> dict[str, Any]:
        view = views.blank_page(page)
        drawn = render_template("participant/_question.html", view=view, study=self.study, back="", action="")
        pictures = [media.address(self.study, file) for file in view.pictures]
        return {"html": folded(drawn, [part.key for part in page.parts])} | ({"pictures": pictures} if pictures else {})

    def section(self, section: Section) -> dict[str, Any]:
        """Its title as markup, where that is more than the words."""
        marked = escape(section.title)
        return {} if marked == str(section.title) else {"html": marked}

    def around(self) -> dict[str, Any]:
        """`way`: of any section, with names in braces: with its number among the others, without one, and once it is
        done."""
        says: Any = current_app.jinja_env.get_template("participant/macros.html").make_module({"_": _})
        any_section = SimpleNamespace(title="{section}")
        return {
            "screens": {name: render_template(f"participant/_{name}.html") for name in ("kept", "read")},
            "way": {
                "where": says.where(any_section, "{number}", "{all}"),
                "inside": says.where(any_section, None, None),
                "passed": says.passed(any_section.title),
            },
        }

    def parts(self, whole: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        return parted(whole)

    def fault(self, fault: AnswerFault, part: Part) -> str:
        return fault_sentence(fault, part)

    def words(self) -> dict[str, Any]:
        return {
            "ending": f" – {isolated(self.study.public_title)}",
            "error": _("Error:"),
            "moved": _("That question is not the one to answer now. Go on from here."),
            "waits": _("This goes on by itself as soon as there is a signal."),
            "language": _(
                "Other words, or another language, need a signal. What you wrote stays here: try again in a while."
            ),
            "refused": _("This could not be saved. What you wrote stays here: choose Continue to try again."),
            "state": {
                "saved": _("Saved"),
                "waiting": _("Kept on this phone, trying again"),
                "cannot_keep": _("This phone cannot keep it. Keep this page open"),
                "ended": _("Kept on this phone. Open your link again"),
                "ended_here": _("Not sent yet. Keep this page open, and open your link in another tab"),
                "elses": _("Kept on this phone until your link is opened again"),
            },
            "stands": {
                "self": _("You answered this elsewhere meanwhile: %(answer)s. That answer stands.", answer="{}"),
                "interviewer": _("An interviewer wrote down meanwhile: %(answer)s. That answer stands.", answer="{}"),
                "below": _("Below is what you chose here. Choose Continue to put it in its place."),
                "keep": _("Keep the answer that stands"),
            },
        }


def address(study: Study, questionnaire: Questionnaire) -> str:
    """Where this version's pack is, in the language of this request."""
    return packs.address("participant.pack", study, questionnaire, asked_language(), Pages(study))


def pack(study: str, questionnaire: str, version: int, language: str, digest: str, part: str = "") -> Response:
    """404 where it is no longer served: another release, other words. Raises NotFound for what never was."""
    if not known_language(language):
        abort(404)
    speak_here(language, (language,))
    opened, version_of_it = packing.opened(runtime(), study, questionnaire, version, language)
    return packs.sent(digest, opened, version_of_it, Pages(opened), 1 if part else 0)
