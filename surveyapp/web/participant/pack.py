"""What every phone is given that answers a version in a language: its pages, and how they are read and routed.

Nothing in it is of anybody. The pages are the fragments that the server's own pages are made of, nothing filled in and
quotations as written. A pack is made once a process; its address holds a hash of its bytes, and so it is kept for good.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol, get_minus_sign_symbol
from flask import Response, abort, current_app, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.kinds import KINDS, Control, Part, PartType
from surveyapp.domain.instrument.kinds.dates import MONTHS_BY_NAME
from surveyapp.domain.instrument.outside import as_data, condition_of, leaves_outside
from surveyapp.domain.instrument.piping import quotes, texts_of
from surveyapp.domain.instrument.questionnaire import Questionnaire, Section
from surveyapp.domain.instrument.routing import Page, pages_of, parts_of
from surveyapp.domain.instrument.study import Study
from surveyapp.services.responses import packing
from surveyapp.web.participant import views
from surveyapp.web.shared import headers
from surveyapp.web.shared.faults import fault_sentence, which_number
from surveyapp.web.shared.language import asked_language, isolated, known_language, speak_here
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.static_files import in_codings, send_in_coding

ADDRESS = "/survey/pack/<study>/<questionnaire>/<int:version>/<language>/<digest>"
"""Where a pack is. It says what it is a pack of, so that any process can make it."""


@dataclass(frozen=True)
class Pack:
    """`bodies`: its JSON by the content coding that it is sent in."""

    digest: str
    bodies: Mapping[str, bytes]


def address(study: Study, questionnaire: Questionnaire) -> str:
    """Where this version's pack is, in the language of this request."""
    made = _made(study, questionnaire)
    return url_for(
        "participant.pack",
        study=study.id,
        questionnaire=questionnaire.id,
        version=questionnaire.version,
        language=asked_language(),
        digest=made.digest,
    )


def pack(study: str, questionnaire: str, version: int, language: str, digest: str) -> Response:
    """404 where it is no longer served: another release, other words. Raises NotFound for what never was."""
    if not known_language(language):
        abort(404)
    speak_here(language, (language,))
    made = _made(*packing.opened(runtime(), study, questionnaire, version, language))
    if made.digest != digest:
        abort(404)
    response = send_in_coding(Response(mimetype="application/json"), made.bodies)
    headers.keep_for_good(response)
    return response


def _made(study: Study, questionnaire: Questionnaire) -> Pack:
    packs: dict[object, Pack] = current_app.extensions.setdefault("packs", {})
    key = (study.id, questionnaire.id, questionnaire.version, questionnaire.wording, asked_language())
    if key not in packs:
        body = json.dumps(contents(study, questionnaire), ensure_ascii=False, separators=(",", ":")).encode()
        packs[key] = Pack(hashlib.sha256(body).hexdigest()[:20], in_codings(body))
    return packs[key]


def contents(study: Study, questionnaire: Questionnaire) -> dict[str, Any]:
    """A pack as data, in the language of this request."""
    made = _Packing(study, questionnaire)
    locale = get_locale()
    return {
        "questionnaire": questionnaire.id,
        "version": questionnaire.version,
        "wording": (questionnaire.wording and questionnaire.wording[1]) or None,
        "language": asked_language(),
        "direction": locale.text_direction if locale else "ltr",
        "sections": [_section(each) for each in questionnaire.sections],
        "pages": [made.page(page) for page in pages_of(questionnaire)],
        "faults": made.faults,
        "screens": {"kept": render_template("participant/_kept.html")},
        "words": _words(study, questionnaire),
    }


def _section(section: Section) -> dict[str, str]:
    """A section, and what a page says of being in it: with its number among them (two names in braces), without one,
    and once it is done."""
    says: Any = current_app.jinja_env.get_template("participant/macros.html").make_module({"_": _})
    return {
        "id": section.id,
        "title": str(section.title),
        "where": says.where(section, "{number}", "{all}"),
        "inside": says.where(section, None, None),
        "passed": says.passed(section.title),
    }


class _Packing:
    """`faults`: each set of sentences once; parts name theirs by its place."""

    def __init__(self, study: Study, questionnaire: Questionnaire) -> None:
        self._study = study
        self._outside = leaves_outside(questionnaire)
        self._quoted = {
            quote.reference.name
            for question in questionnaire.questions
            for text in texts_of(question)
            for quote in quotes(text)
            if quote.reference and quote.reference.scope == "answer"
        }
        self.faults: list[dict[str, str]] = []

    def page(self, page: Page) -> dict[str, Any]:
        condition = condition_of(page)
        view = views.blank_page(page)
        return _full(
            {
                "id": page.id,
                "section": page.section.id,
                "if": as_data(condition, self._outside) if condition else None,
                "kind": page.question.kind,
                "question": page.question.id if page.question.order else None,
                "quotes": any("{" in text for text in texts_of(page.question)),
                "parts": [self._part(part) for part in page.parts],
                "html": render_template("participant/_question.html", view=view, study=self._study, back="", action=""),
            }
        )

    def _part(self, part: Part) -> dict[str, Any]:
        labelled = part.key in self._quoted
        labels = {each.code: str(each.label) for each in part.question.options if labelled or each.exclusive}
        faults = self._place_of(dict(_sentences(part)))
        return reading_of(part) | ({"labels": labels} if labels and part.when is None else {}) | {"faults": faults}

    def _place_of(self, sentences: dict[str, str]) -> int:
        if sentences not in self.faults:
            self.faults.append(sentences)
        return self.faults.index(sentences)


def reading_of(part: Part) -> dict[str, Any]:
    """What reading a part takes, and routing by it."""
    question = part.question
    own = part.when is None
    choosable = part.type in (PartType.CODE, PartType.CODES)
    limited = own and part.type in (PartType.NUMBER, PartType.CODES)
    dated = own and part.type in (PartType.DATE, PartType.TIME)
    return _full(
        {
            "key": part.key,
            "type": part.type.value,
            "when": list(part.when) if part.when else None,
            "required": part.required,
            "missing": [reason.value for reason in question.missing],
            "codes": list(part.codes) if choosable else None,
            "alone": [each.code for each in question.options if each.exclusive] if choosable else None,
            "minimum": question.minimum if limited else None,
            "maximum": question.maximum if limited else None,
            "decimals": question.decimals if limited else None,
            "units": list(question.units) if limited else None,
            "earliest": question.earliest if dated else None,
            "latest": question.latest if dated else None,
            "limit": part.limit if part.type is PartType.TEXT else None,
            "lines": part.control is Control.LINES,
            "pattern": own and question.pattern is not None,
            "boxes": [box.name for box in part.kind.boxes] if own else None,
        }
    )


def _full(data: dict[str, Any]) -> dict[str, Any]:
    """Without what is not there."""
    return {name: value for name, value in data.items() if value not in (None, False, [], {}) or name == "parts"}


def _sentences(part: Part) -> Iterator[tuple[str, str]]:
    """What can be found wrong with a part, by fault code. Where it depends on what is typed, that has a name in
    braces."""
    for fault in _possible(part):
        yield fault.code, fault_sentence(fault, part)
    if part.type is PartType.CODES and part.when is None:
        yield "exclusive_option", fault_sentence(AnswerFault(part.key, "exclusive", "{option}"), part)
    if part.type is PartType.NUMBER and part.control is Control.LINE:
        yield "ambiguous_number", which_number("{one}", "{two}", "{first}", "{second}")


def _possible(part: Part) -> Iterator[AnswerFault]:
    question, own = part.question, part.when is None
    codes: dict[str, object] = {"more_than_one": None, "not_an_option": None}
    if part.required:
        codes["required"] = None
    if question.missing and own:
        codes["exclusive"] = None
    match part.type if own else PartType.TEXT:
        case PartType.CODES:
            codes |= {"too_few": question.minimum, "too_many": question.maximum}
        case PartType.NUMBER:
            codes |= {"not_a_number": None, "too_small": question.minimum, "too_large": question.maximum}
            codes |= {"too_many_decimals": question.decimals} if question.decimals else {"not_whole": None}
        case PartType.DATE:
            codes |= dict.fromkeys(("not_a_date", *part.kind.sentences))
            codes |= {"too_early": question.earliest, "too_late": question.latest}
        case PartType.TIME:
            codes |= {"not_a_time": None, "too_early": question.earliest, "too_late": question.latest}
        case PartType.TEXT:
            codes |= {"too_long": part.limit}
    limits = ("too_few", "too_many", "too_small", "too_large", "too_early", "too_late")
    for code, limit in codes.items():
        if limit is not None or code not in limits:
            yield AnswerFault(part.key, code, None if limit is None else str(limit))


def _words(study: Study, questionnaire: Questionnaire) -> dict[str, Any]:
    locale = get_locale() or "en"
    types = {part.type for part in parts_of(questionnaire).values()}
    words: dict[str, Any] = {
        "ending": f" – {isolated(study.public_title)}",
        "error": _("Error:"),
        "moved": _("That question is not the one to answer now. Go on from here."),
        "waits": _("The next question depends on earlier answers. It is shown as soon as there is a signal."),
        "language": _("Another language needs a signal. What you wrote stays here: try again in a while."),
        "unread": _("This needs a signal to be checked. What you wrote stays here: try again in a while."),
        "refused": _("This could not be saved. What you wrote stays here: choose Continue to try again."),
        "state": {
            "saved": _("Saved"),
            "waiting": _("Kept on this phone, trying again"),
            "cannot_keep": _("This phone cannot keep it. Keep this page open"),
            "ended": _("Kept on this phone. Open your link again"),
            "elses": _("Kept on this phone until your link is opened again"),
        },
        "list": _("%(first)s, %(rest)s", first="{}", rest="{}"),
        "stands": {
            "self": _("You answered this elsewhere meanwhile: %(answer)s. That answer stands.", answer="{}"),
            "interviewer": _("An interviewer wrote down meanwhile: %(answer)s. That answer stands.", answer="{}"),
            "below": _("Below is what you chose here. Choose Continue to put it in its place."),
            "keep": _("Keep the answer that stands"),
        },
        "number": {
            "decimal": get_decimal_symbol(locale),
            "group": get_group_symbol(locale),
            "minus": get_minus_sign_symbol(locale),
            "sizes": _group_sizes(str(locale)),
        },
    }
    if PartType.DATE in types:
        words["months"] = list(_months(str(locale)))
        words["months_typed"] = dict(MONTHS_BY_NAME)
        words["faulty_boxes"] = dict(KINDS["date"].faulty_boxes)
    return words


@functools.cache
def _group_sizes(language: str) -> list[int]:
    return list(Locale.parse(language).decimal_formats[None].grouping)


@functools.cache
def _months(language: str) -> tuple[str, ...]:
    return tuple(Locale.parse(language).months["format"]["wide"].values())
