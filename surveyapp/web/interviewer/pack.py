"""The pack that an interviewer's screen is made of where the keys are pressed: a card a question, nothing filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.piping import texts_of
from surveyapp.domain.instrument.questionnaire import Questionnaire, Section
from surveyapp.domain.instrument.routing import Page
from surveyapp.services.responses import packing
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.interviewer.blueprint import interviewer
from surveyapp.web.interviewer.screens import blank_cards, fault_in_words
from surveyapp.web.packs import pack as packs
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import staff_only


@dataclass(frozen=True)
class Cards:
    """What an interviewer is shown of a questionnaire."""

    questionnaire: Questionnaire

    def page(self, page: Page) -> dict[str, Any]:
        return {}

    def section(self, section: Section) -> dict[str, Any]:
        """With its number among the others: two names in braces."""
        head = render_template("interviewer/_head.html", section=section, number="{number}", count="{count}")
        return {"head": head}

    def around(self) -> dict[str, Any]:
        return {
            "cards": [
                {
                    "id": card.id,
                    "section": card.section,
                    "pages": card.pages,
                    "quotes": any("{" in text for text in texts_of(card.question)),
                    "html": render_template("interviewer/cards.html", screen={"cards": [card]}),
                }
                for card in blank_cards(self.questionnaire)
            ]
        }

    def fault(self, fault: AnswerFault, part: Part) -> str:
        return fault_in_words(fault, part)

    def parts(self, whole: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """All of it at once: an interviewer sees a section."""
        return (whole,)

    def words(self) -> dict[str, Any]:
        most = max((len(section.questions) for section in self.questionnaire.sections), default=0)
        return {
            "next": _("Next section"),
            "error": _("Error:"),
            "last": _("Last look"),
            "answered": _("answered"),
            "to_answer": [
                ngettext("%(num)s to answer", "%(num)s to answer", number) for number in range(1, 4 * most + 1)
            ],
            "more": _("These answers bring up more questions in this section."),
            "waits": _("What comes next depends on earlier answers. It is shown as soon as there is a signal."),
            "first": _("Everything is saved first. This goes on by itself as soon as it is."),
            "unsaved": _("What you entered here is not saved, because it cannot be as it stands. Put it right first."),
            "without": _("Go without it"),
            "elsewhere": _("This case is open in another window too, and something was entered there."),
            "ended": _(
                "What came of a call was recorded for this case in another window. Look at the attempts before "
                "you go on."
            ),
            "stands": {
                "self": _("The participant answered this meanwhile: %(answer)s. That answer stands.", answer="{}"),
                "interviewer": _("This was entered elsewhere meanwhile: %(answer)s. That answer stands.", answer="{}"),
                "keep": _("Keep the answer that stands"),
                "mine": _("Put what I entered in its place"),
            },
        }


def address(visit: Visit) -> str:
    """Where the pack of this interview is, in its language."""
    questionnaire = visit.ready[0]
    return packs.address("interviewer.pack", visit.study, questionnaire, visit.language, Cards(questionnaire))


@interviewer.get(f"/pack{packs.TAIL}")
@staff_only
def pack(study: str, questionnaire: str, version: int, language: str, digest: str) -> Response:
    """404 where it is no longer served: another release, other words. Raises NotFound for what never was."""
    opened, version_of_it = packing.opened(runtime(), study, questionnaire, version, language)
    return packs.sent(digest, opened, version_of_it, Cards(version_of_it))
