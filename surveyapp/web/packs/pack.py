"""What every browser is given in which a version is answered: its pages, and how they are read and routed.

Nothing in it is of anybody. What is shown is the fragments that the server's own pages are made of, nothing filled in
and quotations as written: a participant's pages or an interviewer's cards. A pack is made once a process; its address
holds a hash of its bytes, and so it is kept for good.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol, get_minus_sign_symbol
from flask import Response, abort, current_app, url_for
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
from surveyapp.web.packs.folding import said_once
from surveyapp.web.shared import headers
from surveyapp.web.shared.faults import which_number
from surveyapp.web.shared.language import asked_language
from surveyapp.web.shared.static_files import in_codings, send_in_coding

TAIL = "/<study>/<questionnaire>/<int:version>/<language>/<digest>"
"""What the address of a pack ends in. It says what it is a pack of, so that any process can make it."""


_MEASURED = frozenset({PartType.NUMBER, PartType.DATE, PartType.TIME})


class Drawing(Protocol):
    """What a kind of pack shows of a questionnaire beside what reading and routing need."""

    def page(self, page: Page) -> dict[str, Any]:
        """What is shown of a page."""

    def section(self, section: Section) -> dict[str, Any]:
        """What is shown of being in a section."""

    def around(self) -> dict[str, Any]:
        """What the pack holds besides."""

    def words(self) -> dict[str, Any]:
        """The sentences that scripts say."""

    def fault(self, fault: AnswerFault, part: Part) -> str:
        """What is wrong, in words."""

    def parts(self, whole: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """A pack as it is sent: what is asked for first, and what may come after."""


@dataclass(frozen=True)
class PackPart:
    """What is sent of a pack in one piece: its JSON."""

    body: bytes

    @functools.cached_property
    def bodies(self) -> Mapping[str, bytes]:
        """By the content coding that it is sent in: made for the first browser that asks for it, of a long
        questionnaire in a second or two, which is why none waits for the part that comes later."""
        return in_codings(self.body)


@dataclass(frozen=True)
class Pack:
    """Its parts, and a hash of them, which is all that a page needs which names it."""

    parts: tuple[PackPart, ...]
    digest: str


def address(endpoint: str, study: Study, questionnaire: Questionnaire, language: str, draw: Drawing) -> str:
    """Where this version's pack is, in a language."""
    made = _made(study, questionnaire, draw)
    return url_for(
        endpoint,
        study=study.id,
        questionnaire=questionnaire.id,
        version=questionnaire.version,
        language=language,
        digest=made.digest,
    )


def sent(digest: str, study: Study, questionnaire: Questionnaire, draw: Drawing, place: int = 0) -> Response:
    """One part of a pack, by its place; 404 where it is no longer served: another release, other words."""
    made = _made(study, questionnaire, draw)
    if made.digest != digest:
        abort(404)
    response = send_in_coding(Response(mimetype="application/json"), made.parts[place].bodies)
    headers.keep_for_good(response)
    return response


def _made(study: Study, questionnaire: Questionnaire, draw: Drawing) -> Pack:
    packs: dict[object, Pack] = current_app.extensions.setdefault("packs", {})
    key = (
        type(draw),
        study.id,
        questionnaire.id,
        questionnaire.version,
        questionnaire.wording,
        asked_language(),
        str(get_locale()),
    )
    if key not in packs:
        parts = tuple(
            json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
            for part in draw.parts(contents(study, questionnaire, draw))
        )
        packs[key] = Pack(tuple(map(PackPart, parts)), hashlib.sha256(b"".join(parts)).hexdigest()[:20])
    return packs[key]


def contents(study: Study, questionnaire: Questionnaire, draw: Drawing) -> dict[str, Any]:
    """A pack as data, in the language of this request."""
    made = _Packing(questionnaire, draw)
    locale = get_locale()
    # What reads these as they are typed is a script of its own (`typed.js`).
    typed = any(
        part.type in _MEASURED and part.control is not Control.SCALE for part in parts_of(questionnaire).values()
    )
    return (
        {
            "questionnaire": questionnaire.id,
            "version": questionnaire.version,
            "wording": (questionnaire.wording and questionnaire.wording[1]) or None,
            "language": asked_language(),
            "direction": locale.text_direction if locale else "ltr",
            "sections": [
                {"id": each.id, "title": str(each.title)} | draw.section(each) for each in questionnaire.sections
            ],
            "pages": [made.page(page) for page in pages_of(questionnaire)],
            "faults": made.faults,
            "words": _words(questionnaire) | draw.words(),
        }
        | ({"typed": True} if typed else {})
        | draw.around()
    )


class _Packing:
    """`faults`: each set of sentences once; parts name theirs by its place."""

    def __init__(self, questionnaire: Questionnaire, draw: Drawing) -> None:
        self._draw = draw
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
        made = _full(
            {
                "id": page.id,
                "section": page.section.id,
                "if": as_data(condition, self._outside) if condition else None,
                "question": page.question.id if page.question.order else None,
                "quotes": any("{" in text for text in texts_of(page.question)),
                "parts": [self._part(part) for part in page.parts],
            }
            | self._draw.page(page)
        )
        return said_once(made) if "html" in made else made

    def _part(self, part: Part) -> dict[str, Any]:
        labelled = part.key in self._quoted
        labels = {each.code: str(each.label) for each in part.question.options if labelled or each.exclusive}
        faults = self._place_of(dict(self._sentences(part)))
        return reading_of(part) | ({"labels": labels} if labels and part.when is None else {}) | {"faults": faults}

    def _place_of(self, sentences: dict[str, str]) -> int:
        if sentences not in self.faults:
            self.faults.append(sentences)
        return self.faults.index(sentences)

    def _sentences(self, part: Part) -> Iterator[tuple[str, str]]:
        """What can be found wrong with a part, by fault code. Where it depends on what is typed, that has a name in
        braces."""
        for fault in _possible(part):
            yield fault.code, self._draw.fault(fault, part)
        if part.type is PartType.CODES and part.when is None:
            yield "exclusive_option", self._draw.fault(AnswerFault(part.key, "exclusive", "{option}"), part)
        if part.type is PartType.NUMBER and part.control is Control.LINE:
            yield "ambiguous_number", which_number("{one}", "{two}", "{first}", "{second}")


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


def _words(questionnaire: Questionnaire) -> dict[str, Any]:
    locale = get_locale() or "en"
    types = {part.type for part in parts_of(questionnaire).values()}
    words: dict[str, Any] = {
        "list": _("%(first)s, %(rest)s", first="{}", rest="{}"),
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
