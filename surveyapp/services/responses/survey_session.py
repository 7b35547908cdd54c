"""Where somebody is in a questionnaire: who answers, and all that a page shows of what they have said so far."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from surveyapp.domain.answers import Mode
from surveyapp.domain.audit import Actor, ByLink, System
from surveyapp.domain.entry.doors import READS_ANSWERS, Answering, Door, PinStanding, door
from surveyapp.domain.entry.pins import standing_of
from surveyapp.domain.errors import AccessRefused, ConsentMissing, NotFound
from surveyapp.domain.fieldwork.cases import ANSWERABLE, Case, CaseState
from surveyapp.domain.fieldwork.days import end_of
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.instrument.easy.renderings import easy_of, is_easy, plain_of
from surveyapp.domain.instrument.piping import earlier_answers_of
from surveyapp.domain.instrument.questionnaire import Questionnaire, Section
from surveyapp.domain.instrument.routing import Page, Route, Situation, walk
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.participants import ConsentGiven, Participant
from surveyapp.domain.responses import RecordedAnswer, Response, ResponseState
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Staff, scope_of
from surveyapp.services.cases import leases
from surveyapp.services.cases.next_time import NextTime, next_time
from surveyapp.services.cases.state import could_be_opened, state_for_answering
from surveyapp.services.participants import links
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, responses
from surveyapp.store.answering import said, standing
from surveyapp.store.answering.said import SaidSoFar
from surveyapp.store.answering.standing import Arrived as Arrived
from surveyapp.store.entry import accesses


@dataclass(frozen=True, kw_only=True)
class ByInterviewer:
    """An interviewer who has the case open."""

    staff: Staff
    study: str
    reference: str
    touchpoint: int
    mode: Mode
    language: str = "en"

    @property
    def actor(self) -> Actor:
        return self.staff


Who = ByLink | ByInterviewer


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Everything a page shows: where the person is in which questionnaire, and what they have said so far.

    `questionnaire`, `route` and `response` are None until consent is recorded. `given` is the latest answer to every
    variable, on the route or not; once `submitted`, the one that was sent. `consents` is what was last said of each
    purpose. `situation` is what routing, and texts that quote, look at besides. All texts are in `language`: the one
    asked for if the study offers it, and else its source; `easy`: the languages in which the questionnaire has easy
    words, which are a variety of each (`easy/renderings`).

    `door`: what the link opens for whoever came by one. Where that is not the answers, they are not read, and
    `questionnaire`, `route` and `given` are None; `pin`: whether they have one.

    `correctable_until`: the first moment at which whoever sent the answers, or sends them now, no longer corrects them
    by themselves; None where they do not, or no longer.

    `standing` and `said`: what this was made of, for a save to be worked out on; nobody who is made up has a standing.
    """

    study: Study
    touchpoint: Touchpoint
    participant: Participant
    case: Case
    state: CaseState
    consents: Mapping[str, ConsentGiven]
    language: str
    easy: tuple[str, ...] = ()
    response: Response | None = None
    questionnaire: Questionnaire | None = None
    given: Mapping[str, RecordedAnswer] | None = None
    situation: Situation = field(default_factory=Situation)
    door: Door = Door.QUESTIONS
    pin: PinStanding = PinStanding.NONE
    standing: Arrived | None = None
    said: SaidSoFar = field(default_factory=SaidSoFar)
    correctable_until: dt.datetime | None = None

    @functools.cached_property
    def route(self) -> Route | None:
        """The way through the questionnaire, walked once somebody asks for it."""
        if self.questionnaire is None:
            return None
        given = {key: each.answer for key, each in (self.given or {}).items()}
        return walk(self.questionnaire, given, self.situation)

    def along(self, route: Route) -> Visit:
        """The same, with its route walked already."""
        vars(self)["route"] = route
        return self

    @property
    def consented(self) -> bool:
        """Whether every required purpose was agreed to, in the wording that now stands."""
        return self.study.allows(Governs.TAKE_PART, self.consents)

    @property
    def has_other_words(self) -> bool:
        """Whether there are easy words in this language beside the usual ones."""
        return plain_of(self.language) in self.easy

    @property
    def is_easy(self) -> bool:
        """Whether this is in easy words."""
        return is_easy(self.language)

    @property
    def agreed_here(self) -> Mapping[str, bool]:
        """What was said of each purpose, in the wording that now stands, since these very questions were begun. What
        was said at an earlier touchpoint ticks no box: a box that nobody ticked is no consent."""
        if self.response is None:
            return {}
        versions = {purpose.id: purpose.version for purpose in self.study.consent}
        return {name: said.given and said.version >= versions.get(name, 0) for name, said in self.consents.items()}

    @property
    def required_consents(self) -> tuple[ConsentGiven, ...]:
        """What was last said of the required purposes."""
        said = (self.consents.get(purpose.id) for purpose in self.study.required_purposes)
        return tuple(each for each in said if each is not None)

    @property
    def submitted(self) -> bool:
        """Whether it was sent, and is neither open again nor withdrawn."""
        return _is_sent(self.response, self.state)

    @property
    def ready(self) -> tuple[Questionnaire, Route, Response]:
        """The questionnaire, route and response. Raises ConsentMissing when nothing was begun."""
        questionnaire, response = self.begun
        assert self.route is not None
        return questionnaire, self.route, response

    @property
    def begun(self) -> tuple[Questionnaire, Response]:
        """`ready` without the route. Raises ConsentMissing likewise."""
        if self.questionnaire is None or self.response is None:
            raise ConsentMissing("Consent to take part comes before the first question.")
        return self.questionnaire, self.response

    def pages_in(self, section: Section) -> tuple[Page, ...]:
        """The section's pages that are on the route."""
        return tuple(page for page in self.ready[1].pages if page.section.id == section.id)

    def next_page(self, page_id: str) -> Page | None:
        """The page after this one, but never beyond the first still to answer; None when it is time to check."""
        route = self.ready[1]
        following = route.after(page_id) if route.leads_past(page_id) else route.frontier
        return following if following is None or route.page(following.id) else route.frontier


def arrive(runtime: Runtime, token: str, language: str) -> Arrived:
    """Whose session a browser's token is of, marked as used now if that was not written down lately. Raises
    SessionOver."""
    with Desk(runtime, System()).glancing() as work:
        digests = runtime.keyring.digests("session", token)
        found = standing.of_session(work.session, digests, language)
    alive = sessions.alive(runtime, found.web_session if found else None)
    assert found is not None
    return found if alive is found.web_session else dataclasses.replace(found, web_session=alive)


def visit(runtime: Runtime, who: Who, found: Arrived | None = None) -> Visit:
    """What there is to show. `found`: where they stand, if that was read already. Raises AccessRefused, NotFound,
    NotPermitted."""
    with Desk(runtime, who.actor).glancing() as work:
        return visit_in(work, who, found=found)


def asked_again(runtime: Runtime, visit: Visit) -> NextTime | None:
    """When somebody who sent their answers is asked again."""
    with Desk(runtime, System()).reading() as work:
        return next_time(work, visit.study, visit.participant.id, visit.case.id)


def visit_in(
    work: Work,
    who: Who,
    lock: bool = False,
    found: Arrived | None = None,
    client_ids: Collection[uuid.UUID] = (),
) -> Visit:
    """`visit` inside the unit of work of whoever answers. With `lock`, for a write: the case is locked until it ends,
    and an interviewer's hold renewed. `client_ids`: saves to be looked for. Raises HeldByAnother then, if a colleague
    has the case open."""
    if work.writes:
        work.session.flush()
    arrived = _standing(work, who, lock, found)
    runtime, case, person, response = work.runtime, arrived.case, arrived.participant, arrived.response
    source = runtime.study(person.study)
    offered = runtime.offered(source, work.session)
    language = plain_of(who.language) if plain_of(who.language) in offered else source.source_language
    easy = _offered_easy(work, source, person, case, response)
    language = easy_of(language) if language in easy and is_easy(who.language) else language
    study = runtime.study_in(source, language)
    touchpoint = study.touchpoint(person.group, case.touchpoint)
    if touchpoint is None:
        raise NotFound(say("touchpoint_gone", touchpoint=case.touchpoint, group=person.group))
    pin = standing_of(arrived.pin, work.now)
    opens = Door.QUESTIONS
    if isinstance(who, ByLink):
        assert arrived.access is not None
        opens = door(answering_of(response), who.by, arrived.access.passage, pin)
    reads = response is not None and opens in READS_ANSWERS
    state = state_for_answering(work, case, response, withdrawn=person.withdrawn_at is not None)
    questionnaire, earlier = None, frozenset[tuple[int, str]]()
    if reads:
        assert response is not None
        questionnaire = runtime.instrument_in(
            work.session,
            study,
            response.questionnaire,
            response.version,
            language,
            arrived.wording if language == who.language else None,
        )
        earlier = earlier_answers_of(questionnaire) if case.touchpoint > 1 else earlier
    sent = _is_sent(response, state)
    so_far = said.said(work.session, arrived, work.today(source), earlier, client_ids, answers=reads, sent=sent)
    if person.site is not None:
        person = dataclasses.replace(person, site=dataclasses.replace(person.site, attributes=so_far.attributes))
    situation = Situation()
    if questionnaire is not None:
        known = runtime.looking_back(study.id, questionnaire).known(so_far.earlier) if so_far.earlier else {}
        situation = Situation(known, person.attributes, so_far.attributes)
    return Visit(
        study=study,
        touchpoint=touchpoint,
        participant=person,
        case=case,
        state=state,
        consents=so_far.consents,
        language=language,
        easy=easy,
        response=response,
        door=opens,
        pin=pin if isinstance(who, ByLink) else PinStanding.NONE,
        standing=arrived,
        said=so_far,
        correctable_until=_correctable_until(work, study, case, response, person),
        questionnaire=questionnaire,
        given=None if questionnaire is None else so_far.given,
        situation=situation,
    )


def _offered_easy(
    work: Work, study: Study, person: Participant, case: Case, response: Response | None
) -> tuple[str, ...]:
    """The languages in whose easy words they can have what they answer or, before they begin, will on the newest
    version."""
    if not study.easy:
        return ()
    touchpoint = study.touchpoint(person.group, case.touchpoint)
    if response is not None:
        asked = work.runtime.instrument(work.session, study.id, response.questionnaire, response.version)
    elif touchpoint is not None:
        asked = study.newest(touchpoint.questionnaire)
    else:
        return ()
    return tuple(each for each in study.easy if work.runtime.offers_easy(work.session, study, asked, each))


def _standing(work: Work, who: Who, lock: bool, found: Arrived | None) -> Arrived:
    """Raises AccessRefused, NotFound, NotPermitted, HeldByAnother."""
    if isinstance(who, ByInterviewer):
        case_id = _case_id(work, who)
        if lock:
            cases.lock_one(work.session, case_id)
            leases.take(work, case_id)
        case = standing.of_case(work.session, case_id, who.language)
        if case is None:  # erased while this waited for it
            raise AccessRefused("revoked")
        return case
    if lock:
        accesses.lock_case(work.session, who.access_id)
    if found is None or found.language != who.language:
        found = standing.of_access(work.session, who.access_id, who.language)
    links.admitted(work, found.access if found else None)
    assert found is not None
    return found


def _is_sent(response: Response | None, state: CaseState) -> bool:
    if response is None or response.state is not ResponseState.SUBMITTED or state is CaseState.WITHDRAWN:
        return False
    return response.reopened_at is None or state not in ANSWERABLE


def answering_of(response: Response | None) -> Answering:
    """How far the answers are; a response that was begun but not answered is none."""
    if response is None:
        return Answering.NONE
    if response.state is ResponseState.SUBMITTED and response.reopened_at is None:
        return Answering.SENT
    return Answering.SOME if response.revision else Answering.NONE


def _correctable_until(
    work: Work, study: Study, case: Case, response: Response | None, person: Participant
) -> dt.datetime | None:
    """Until the end of so many days after the answers were first sent, or are now, and not longer than the case takes
    any."""
    days = study.corrections_days
    if days is None or response is None or person.stopped_at is not None or not could_be_opened(work, case):
        return None
    zone = work.runtime.zone(study)
    sent_on = (response.submitted_at or work.now).astimezone(zone).date()
    until = end_of(sent_on + dt.timedelta(days=days), zone)
    until = until if case.ends_at is None else min(until, case.ends_at)
    return until if work.now < until else None


def situation_of(work: Work, participant: Participant, touchpoint: int, questionnaire: Questionnaire) -> Situation:
    """What routing may look at besides a response to a version: earlier answers, as it knows them, and what is known of
    the person and their site."""
    then = responses.earlier_answers(work.session, participant.id, touchpoint) if touchpoint > 1 else {}
    earlier = work.runtime.looking_back(participant.study, questionnaire).known(then)
    site = participant.site.attributes if participant.site else {}
    return Situation(earlier, participant.attributes, site)


def _case_id(work: Work, who: ByInterviewer) -> uuid.UUID:
    scope = scope_of(who.staff, Action.INTERVIEW, who.study, work.runtime.origin)
    case = cases.case_in_scope(work.session, scope, who.reference, who.touchpoint)
    if case is None:
        raise NotFound(say("no_case", reference=who.reference, touchpoint=who.touchpoint))
    return case.id
