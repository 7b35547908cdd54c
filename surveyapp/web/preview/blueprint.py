"""What the pages that show a questionnaire share: where it comes from, in which language, and who is pretended to be
answering."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Blueprint, current_app, render_template, request

from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.instrument.codebook import Codebook, codebook
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.services.questionnaires import catalogue as service
from surveyapp.services.questionnaires.catalogue import Catalogue
from surveyapp.services.questionnaires.preview import TrialRespondent
from surveyapp.web.shared.language import CHOICE, SHOWN, staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, staff_only

PREFIX = "/manage/<study_id>/questionnaires/<name>/v<int:version>"

preview = Blueprint("preview", __name__, url_prefix=PREFIX, template_folder="templates")
phone = Blueprint("phone", __name__, url_prefix=f"{PREFIX}/phone", template_folder="../participant/templates")


DRAFTS = "drafts"
"""The extension that a server of drafts has, and no other: a function from a study's id to its catalogue."""

SEED, SAID, ANYWHERE = "seed", "a", "any"
"""Names in an address: the seed of the options' order, what was said so far, and whether a page need not be reached."""


@dataclass(frozen=True, kw_only=True)
class PreviewContext:
    """A version of a questionnaire in a language: what all these pages are about. `labelled` is the study with what is
    known of people in the looker's own language. `address` names it in addresses."""

    catalogue: Catalogue
    labelled: Study
    language: str
    study: Study
    questionnaire: Questionnaire
    book: Codebook

    @property
    def address(self) -> dict[str, Any]:
        found = self.questionnaire
        return {"study_id": self.study.id, "name": found.id, "version": found.version}


F = TypeVar("F", bound=Callable[..., Any])


def may_preview(handler: F) -> F:
    """Lets signed-in staff through, and everybody where drafts are served: that is only on the author's own machine."""
    guarded = staff_only(handler)

    @functools.wraps(handler)
    def open_or_guarded(*args: Any, **values: Any) -> Any:
        return handler(*args, **values) if DRAFTS in current_app.extensions else guarded(*args, **values)

    return cast(F, open_or_guarded)


def catalogue_of(study_id: str) -> Catalogue:
    """Raises NotFound, NotPermitted, QuestionnaireFaults."""
    drafts = current_app.extensions.get(DRAFTS)
    if drafts is not None:
        return cast(Catalogue, drafts(study_id))
    return service.catalogue(desk(), study_id)


def preview_context(study_id: str, name: str, version: int) -> PreviewContext:
    """What an address names, in the language it asks for. Raises NotFound, NotPermitted, QuestionnaireFaults."""
    catalogue = catalogue_of(study_id)
    wanted = request.form.get(CHOICE, request.args.get(SHOWN, ""))
    language = wanted if wanted in catalogue.languages else catalogue.study.source_language
    questionnaire = catalogue.questionnaire(name, version, language)
    labelled = catalogue.study if DRAFTS in current_app.extensions else staff_study(study_id)
    book = codebook(labelled, questionnaire)
    return PreviewContext(
        catalogue=catalogue,
        labelled=labelled,
        language=language,
        study=catalogue.study_in(language),
        questionnaire=questionnaire,
        book=book,
    )


def respondent_of(arguments: Mapping[str, str] | None = None) -> TrialRespondent:
    """Who is answering, as the address has it: what is known of them goes by names with a full stop in them."""
    said = request.args if arguments is None else arguments
    seed = said.get(SEED, "1")
    known = {key: value for key, value in said.items() if "." in key and value}
    return TrialRespondent(known, int(seed) if seed.isdecimal() and len(seed) < 10 else 1)


def kept() -> dict[str, str]:
    """What stays in the address from page to page: the language, the seed and what is known."""
    return {key: value for key, value in request.args.items() if value and (key in (SHOWN, SEED) or "." in key)}


def page(template: str, context: PreviewContext, **more: Any) -> str:
    """A page about a questionnaire, in the frame of whoever serves it."""
    drafts = DRAFTS in current_app.extensions
    return render_template(
        f"preview/{template}.html",
        frame="preview/draft_frame.html" if drafts else "preview/staff_frame.html",
        study=context.study,
        context=context,
        drafts=drafts,
        kept=kept(),
        shown_name=SHOWN,
        **more,
    )


@preview.errorhandler(QuestionnaireFaults)
@phone.errorhandler(QuestionnaireFaults)
def _faults(error: QuestionnaireFaults) -> Reply:
    """What stops a questionnaire from being read: where, and what to do."""
    return render_template("preview/faults.html", faults=error.faults, drafts=DRAFTS in current_app.extensions), 422
