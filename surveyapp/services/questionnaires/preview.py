"""A questionnaire answered by somebody made up. Nothing is stored: what they said travels in the address of the page.

What is shown is a `Visit` like anybody's, so the pages are the participants' own.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import json
import uuid
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from surveyapp.domain.answers import Answer, Answers, Mode, Text, said_in_passing
from surveyapp.domain.errors import AnswersRefused, NotOnRoute
from surveyapp.domain.fieldwork.cases import Case, CaseState
from surveyapp.domain.instrument.codebook import Codebook
from surveyapp.domain.instrument.conditions import Reference, reference_id
from surveyapp.domain.instrument.kinds import KINDS, Form, Part, form_values, missing_field
from surveyapp.domain.instrument.kinds.base import OPEN_LENGTH
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import Page, Situation, pages_of
from surveyapp.domain.instrument.study import Anchor, Study, Touchpoint
from surveyapp.domain.participants import ConsentGiven, Origin, Participant, Site
from surveyapp.domain.responses import RecordedAnswer, Response, ResponseState
from surveyapp.services.responses.survey_session import Visit

NOBODY = uuid.UUID(int=0)
CARRIED_AT_MOST = 2800
"""Characters of answers in an address: with the rest of it, less than the 4,094 that servers take."""

_UNPACKED_AT_MOST = 400_000


@dataclass(frozen=True)
class KnownFact:
    """Something known of a person before they begin. `label` is None for what has no name but its id. `options`: the
    codes there are and their labels; empty where it is written."""

    id: str
    label: str | None
    options: Mapping[str, str]


@dataclass(frozen=True)
class TrialRespondent:
    """Who answers: what is known of them, by `Beforehand.id`, and the seed that fixes the order of their options."""

    known: Mapping[str, str] = dataclasses.field(default_factory=dict)
    seed: int = 1


def known_facts(study: Study, book: Codebook) -> tuple[KnownFact, ...]:
    """What a questionnaire looks at or quotes of a person, and of their site, before they begin."""
    return tuple(_asked_for(study, book, reference) for reference in book.known_facts)


def _asked_for(study: Study, book: Codebook, reference: Reference) -> KnownFact:
    name = reference_id(reference)
    part = book.known.part(reference)
    attribute = study.attribute(name)
    if attribute is not None:
        return KnownFact(name, attribute.label, attribute.values)
    if part is None:
        return KnownFact(name, None, {})
    return KnownFact(name, part.label, {option.code: option.label for option in part.question.options})


def begun(
    study: Study, questionnaire: Questionnaire, book: Codebook, who: TrialRespondent, language: str, carried: str = ""
) -> Visit:
    """Where somebody is in a questionnaire, having said what is `carried`. What is no answer (the file has changed
    since, or the address was tampered with) is left out."""
    now = dt.datetime.now(dt.UTC)
    touchpoint = _touchpoint(study, questionnaire.id)
    group = study.group(touchpoint.group)
    site = Site(
        id=NOBODY,
        study=study.id,
        reference="",
        name=who.known.get("site.name", ""),
        attributes=_attributes("site", who),
    )
    person = Participant(
        id=NOBODY,
        study=study.id,
        group=touchpoint.group,
        reference=f"{group.reference_prefix if group else ''}-0000",
        origin=Origin.SIMULATED,
        enrolled_on=now.astimezone(ZoneInfo(study.time_zone)).date(),
        site=site,
        attributes=_attributes("participant", who),
    )
    consents = {each.id: ConsentGiven(each.id, each.version, True, now) for each in study.consent}
    situation = Situation(_earlier(book, who), person.attributes, site.attributes)
    bare = Visit(
        study=study,
        touchpoint=touchpoint,
        participant=person,
        case=Case(
            id=NOBODY, participant_id=NOBODY, touchpoint=touchpoint.number, opens_at=now, due_at=None, closes_at=None
        ),
        state=CaseState.IN_PROGRESS,
        consents=consents,
        language=language,
        response=Response(
            id=NOBODY,
            case_id=NOBODY,
            questionnaire=questionnaire.id,
            version=questionnaire.version,
            state=ResponseState.STARTED,
            revision=0,
            seed=who.seed,
            started_at=now,
        ),
        questionnaire=questionnaire,
        situation=situation,
    )
    return _having_said(bare, dict(_unpacked(questionnaire, carried)))


def unasked(visit: Visit) -> Visit:
    """The visit as it is before consent is given; begun only if anything was said."""
    return dataclasses.replace(visit, consents={}, response=visit.response if visit.given else None)


def answered(visit: Visit, page_id: str, form: Form, anywhere: bool, *, passing: bool = False) -> Visit:
    """The visit after a page; `passing`: left by going elsewhere than on. Raises AnswersRefused and NotOnRoute, as for
    a participant."""
    page = page_at(visit, page_id, anywhere)
    if page is None:
        frontier = visit.ready[1].frontier
        raise NotOnRoute(frontier.id if frontier else None)
    parsed = KINDS[page.question.kind].parse(page.parts, form)
    if parsed.faults:
        raise AnswersRefused(tuple(parsed.faults))
    given = {key: each.answer for key, each in (visit.given or {}).items()}
    return _having_said(visit, given | (said_in_passing(parsed.answers, given) if passing else parsed.answers))


def page_at(visit: Visit, page_id: str, anywhere: bool) -> Page | None:
    """A page that somebody may be on or, looked up `anywhere`, any there is."""
    questionnaire, route, _ = visit.ready
    found = route.page(page_id)
    if found is None and anywhere:
        return next((page for page in pages_of(questionnaire) if page.id == page_id), None)
    return found


def beside(visit: Visit, page_id: str) -> tuple[Page | None, Page | None]:
    """The pages before and after: on the route or, for a page that nobody has come to yet, as they are written, but for
    those that are certainly not asked after what was said."""
    questionnaire, route, _ = visit.ready
    if route.page(page_id) is not None:
        return route.before(page_id), route.after(page_id)
    asked, left_out = {each.id for each in route.pages}, set(route.not_asked)
    pages = [
        each
        for each in pages_of(questionnaire)
        if each.id in asked or each.id == page_id or not all(part.key in left_out for part in each.parts)
    ]
    at = [each.id for each in pages].index(page_id)
    return pages[at - 1] if at else None, pages[at + 1] if at + 1 < len(pages) else None


def submitted(visit: Visit) -> Visit:
    """The visit as it is once all is sent."""
    _, _, response = visit.ready
    return dataclasses.replace(
        visit, response=dataclasses.replace(response, state=ResponseState.SUBMITTED, submitted_at=response.started_at)
    )


def carried(visit: Visit) -> str:
    """What was said, for an address: what a field would hold, by variable, packed. Long texts are cut where it would
    be too long for one."""
    given = {key: each.answer for key, each in (visit.given or {}).items()}
    if not given:
        return ""
    for limit in (OPEN_LENGTH, 1000, 400, 100, 20, 1):
        short = {key: _cut(answer, limit) for key, answer in given.items()}
        packed = _packed(
            {name: values for key, answer in short.items() for name, values in form_values(key, answer).items()}
        )
        if len(packed) <= CARRIED_AT_MOST:
            break
    return packed


def _cut(answer: Answer, limit: int) -> Answer:
    return Text(answer.text[:limit]) if isinstance(answer, Text) else answer


def _packed(said: Mapping[str, list[str]]) -> str:
    tidy = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(tidy.encode(), 9)).decode().rstrip("=")


def _unpacked(questionnaire: Questionnaire, packed: str) -> Iterator[tuple[str, Answer]]:
    form = _form_of(packed)
    for page in pages_of(questionnaire):
        said = {part.key for part in page.parts if part.key in form or missing_field(part.key) in form}
        if said:
            read = KINDS[page.question.kind].parse(page.parts, form)
            yield from ((key, answer) for key, answer in read.answers.items() if key in said)


def _form_of(packed: str) -> dict[str, list[str]]:
    """What was packed, as a form. A reason that no form can give (skipped) comes back by being left empty."""
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        said = json.loads(zlib.decompressobj().decompress(raw, _UNPACKED_AT_MOST))
    except (binascii.Error, ValueError, zlib.error):
        return {}
    if not isinstance(said, dict):
        return {}
    return {
        key: [
            value
            for value in values
            if isinstance(value, str) and not (key.endswith(":missing") and value == "skipped")
        ]
        for key, values in said.items()
        if isinstance(values, list)
    }


def _having_said(visit: Visit, answers: Answers) -> Visit:
    assert visit.questionnaire is not None
    given = {
        key: RecordedAnswer(
            variable=key,
            answer=each,
            mode=Mode.SELF,
            by=None,
            recorded_at=visit.case.opens_at,
            save_id=NOBODY,
            client_id=NOBODY,
            revision=0,
            language=visit.language,
        )
        for key, each in answers.items()
    }
    return dataclasses.replace(visit, given=given)


def _touchpoint(study: Study, questionnaire: str) -> Touchpoint:
    """The first touchpoint that asks it; one made up where none does yet."""
    found = next((each for each in study.touchpoints if each.questionnaire == questionnaire), None)
    return found or Touchpoint(
        group=study.groups[0].id, number=1, title="", questionnaire=questionnaire, opens=Anchor(type="enrolled")
    )


def _attributes(scope: str, who: TrialRespondent) -> dict[str, str]:
    prefix = f"{scope}."
    return {key.removeprefix(prefix): value for key, value in who.known.items() if key.startswith(prefix) and value}


def _earlier(book: Codebook, who: TrialRespondent) -> dict[int, dict[str, Answer]]:
    """Answers at earlier touchpoints, as somebody wrote them; what is no answer there is left out."""
    earlier: dict[int, dict[str, Answer]] = {}
    for reference in book.known_facts:
        part, value = book.known.part(reference), who.known.get(reference_id(reference), "")
        if reference.scope == "touchpoint" and part is not None and (answer := _read(part, value)) is not None:
            earlier.setdefault(reference.touchpoint or 0, {})[part.key] = answer
    return earlier


def _read(part: Part, value: str) -> Answer | None:
    if not value:
        return None
    return KINDS[part.question.kind].parse((part,), {part.key: [value]}).answers.get(part.key)
