"""A questionnaire around its phone, as a codebook, as a map, and beside another."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import force_locale, get_locale

from surveyapp.domain.answers import Reason
from surveyapp.domain.errors import NotFound
from surveyapp.domain.i18n import LocalText
from surveyapp.domain.instrument import piping
from surveyapp.domain.instrument.codebook import question_anchor
from surveyapp.domain.instrument.routing import pages_of
from surveyapp.domain.sentences import say
from surveyapp.domain.versions.comparability import VersionId
from surveyapp.domain.versions.side_by_side import side_by_side
from surveyapp.services.questionnaires import preview as service
from surveyapp.services.translation import interface_catalogues
from surveyapp.web.manager import version_words
from surveyapp.web.preview import words
from surveyapp.web.preview.blueprint import (
    ANYWHERE,
    SEED,
    PreviewContext,
    kept,
    may_preview,
    page,
    preview,
    preview_context,
    respondent_of,
)
from surveyapp.web.preview.map_view import map_view
from surveyapp.web.shared.answers import REASONS
from surveyapp.web.shared.headers import show_a_frame
from surveyapp.web.shared.language import in_language_of, own_name
from surveyapp.web.shared.reply import Reply

OTHER = "with"
"""The name that the other questionnaire travels by: `backfill_1/v2`."""


@preview.app_template_filter("plain")
def plain(text: str) -> str:
    """A text as it reads where nothing is known of anybody, in the language it is in."""
    return in_language_of(text, piping.plain(text))


@preview.get("")
@may_preview
def phone_frame(study_id: str, name: str, version: int) -> Reply:
    """The questionnaire on a phone, as its participants have it, and who is pretended to answer."""
    context = preview_context(study_id, name, version)
    show_a_frame()
    pages = pages_of(context.questionnaire)
    at = request.args.get("at", "")
    wanted = next((each for each in pages if each.id == at), None)
    query = dict(kept())
    address = (
        url_for("phone.question", **context.address | query | {"page_id": wanted.id, ANYWHERE: 1})
        if wanted
        else url_for("phone.consent", **context.address | query)
    )
    who = respondent_of()
    return page(
        "phone",
        context,
        **_around(context),
        place="phone",
        address=address,
        pages=pages,
        at=wanted.id if wanted else "",
        known_facts=service.known_facts(context.labelled, context.book),
        who=who,
        seed_name=SEED,
    )


@preview.get("/codebook")
@may_preview
def codebook(study_id: str, name: str, version: int) -> Reply:
    """Every question with its codes and its routing, to read or to print."""
    context = preview_context(study_id, name, version)
    return page(
        "codebook",
        context,
        **_around(context),
        place="codebook",
        words=words,
        names=_names(context),
        reason_words=_reasons(context.language),
    )


@preview.get("/map")
@may_preview
def map(study_id: str, name: str, version: int) -> Reply:
    """Sections and questions, and what is asked because of what."""
    context = preview_context(study_id, name, version)
    known = service.known_facts(context.labelled, context.book)
    tall = "ur" in (context.language, str(get_locale() or ""))
    view = map_view(context.book, known, tall)
    return page("map", context, **_around(context), place="map", view=view, words=words)


@preview.get("/beside")
@may_preview
def beside(study_id: str, name: str, version: int) -> Reply:
    """This version and another, question beside question. Without another: the one before, or after."""
    context = preview_context(study_id, name, version)
    others = [each for each in context.catalogue.wordings if each != VersionId(name, version)]
    wanted = request.args.get(OTHER)
    other = next((each for each in others if wanted == f"{each.questionnaire}/v{each.version}"), None)
    if wanted and other is None:
        raise NotFound(say("no_version_beside", version=wanted, study=study_id))
    if other is None:
        own = sorted((each for each in others if each.questionnaire == name), key=lambda each: -each.version)
        before = next((each for each in own if each.version < version), own[0] if own else None)
        other = before or (others[0] if others else None)
    found = None
    if other is not None:
        one = context.catalogue.questionnaire(other.questionnaire, other.version, context.language)
        later = _place(context, other) > _place(context, VersionId(name, version))
        pair = (context.questionnaire, one) if later else (one, context.questionnaire)
        found = side_by_side(context.labelled, *pair, words.say)
    return page(
        "beside",
        context,
        **_around(context),
        place="beside",
        found=found,
        other=other,
        others=others,
        other_name=OTHER,
        words=words,
        version_words=version_words,
    )


def _reasons(language: str) -> dict[Reason, str]:
    """What participants choose who have no answer, as they read it."""
    spoken = language if interface_catalogues.serves_participants(language) else interface_catalogues.SOURCE
    with force_locale(spoken):
        return {reason: LocalText(str(said), spoken) for reason, said in REASONS.items()}


def _around(context: PreviewContext) -> dict[str, object]:
    """What stands over each of these pages: the languages, the other versions."""
    languages = [(code, own_name(code)) for code in context.catalogue.languages]
    versions = [each.version for each in context.catalogue.wordings if each.questionnaire == context.questionnaire.id]
    return {"languages": languages, "versions": versions}


def _place(context: PreviewContext, wording: VersionId) -> tuple[int, str, int]:
    """When it is asked: by the first touchpoint that uses it, then by version."""
    used = [each.questionnaire for each in context.labelled.touchpoints]
    at = used.index(wording.questionnaire) if wording.questionnaire in used else len(used)
    return at, wording.questionnaire, wording.version


def _names(context: PreviewContext) -> dict[str, str]:
    """What an anchor is called: a question by its id, a section by its title."""
    book = context.book
    names = {question_anchor(each.question.id): each.question.id for each in book.entries}
    return names | {chapter.anchor: chapter.section.title for chapter in book.chapters}
