"""Gathering all that is held of one person, for them to have: after they were asked who they are, and noted."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Text, TimeOfDay
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.fieldwork.cases import Case
from surveyapp.domain.instrument.conditions import Reference
from surveyapp.domain.instrument.easy.renderings import plain_of
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.piping import QuotedFact, filled, kept_apart, known_fact
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import CONTACT_FIELDS, Participant
from surveyapp.domain.privacy.held import (
    FORMAT,
    HeldAnswer,
    HeldAttempt,
    HeldChange,
    HeldConsent,
    HeldDecision,
    HeldEvent,
    HeldFact,
    HeldLink,
    HeldMerge,
    HeldMessage,
    HeldQuotation,
    HeldRecord,
    HeldReferral,
    HeldReopening,
    HeldSight,
    HeldTouchpoint,
    HeldTranslation,
    HeldUntil,
)
from surveyapp.domain.responses import Response
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.participants import contacts, identity
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import leaving, retention, splitting
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, participants, relationships, releases, responses
from surveyapp.store import staff as staff_store
from surveyapp.store.answering import said
from surveyapp.store.calling import stands
from surveyapp.store.entry import accesses, pins
from surveyapp.store.mending import merging
from surveyapp.store.open_answers import coding, marking, quoting
from surveyapp.store.privacy import held, participation, reopening
from surveyapp.store.sending import outbox

SIGHTS = frozenset(
    {
        AuditAction.CONTACT_SEEN,
        AuditAction.CONTACT_CORRECTED,
        AuditAction.WITHDRAWN_PERSON_SEEN,
        AuditAction.IDENTITY_CONFIRMED,
        AuditAction.RECORD_GIVEN_OUT,
    }
)
"""What the audit trail notes of somebody that was a look at who they are, or a change to it."""


def held_record(
    desk: Desk, study_id: str, reference: str, confirmed: Collection[IdentityFact], language: str | None = None
) -> HeldRecord:
    """All that is held of somebody, in a language of their study (None: the one they last answered in).

    Raises NotPermitted, NotFound, and InputRefused (`facts`) where too few facts were confirmed.
    """
    with desk.writing() as work:
        person = leaving.found(work, desk, study_id, reference)
        identity.confirm(work, person, confirmed, rights=True)
        made = record_of(work, person, language)
        work.record(AuditAction.RECORD_GIVEN_OUT, reference, study=study_id, language=made.language)
        return made


def record_of(work: Work, person: Participant, language: str | None) -> HeldRecord:
    """All that is held of somebody, in the unit of work of a caller who has checked that the actor may have it, and
    notes that it was given out."""
    source, session = work.runtime.study(person.study), work.session
    there, referred = cases.cases_of(session, person.id), held.referrals(session, person.id)
    last = language or held.last_language(session, person.id)
    spoken = plain_of(last) if last else last
    spoken = spoken if spoken in work.runtime.offered(source) else source.source_language
    study = work.runtime.study_in(source, spoken)
    group = study.group(person.group)
    texts = {(purpose.id, purpose.version): purpose.text for purpose in study.consent}
    scope = Scope(study.id, work.runtime.origin)
    return HeldRecord(
        format=FORMAT,
        made_at=work.now,
        language=spoken,
        time_zone=study.time_zone,
        study=study.id,
        title=study.public_title,
        about=study.about,
        help_name=study.help.name,
        help_phone=study.help.phone,
        help_email=study.help.email,
        reference=person.reference,
        group=group.title if group else person.group,
        origin=person.origin,
        enrolled_on=person.enrolled_on,
        stopped_at=person.stopped_at,
        withdrawn_at=person.withdrawn_at,
        deceased_at=person.deceased_at,
        declined_contact_at=person.declined_contact_at,
        language_asked=person.language_asked,
        one_does_not_call=person.not_called_by is not None,
        pin_set_at=pin.set_at if (pin := pins.pin_of(session, person.id)) else None,
        contact=tuple(_contact(work, person)),
        known=tuple(_known(study, person)),
        events=tuple(
            HeldEvent(name=study.events.get(each.event, each.event), on=each.on, source=each.source)
            for each in participants.events(session, person.id)
        ),
        belongs_with=tuple(
            HeldFact(name=_called(study, each.relationship, person.group), value=each.reference)
            for each in relationships.related_to(session, scope, person.id)
        ),
        consents=tuple(
            HeldConsent(
                purpose=each.purpose,
                version=each.version,
                text=texts.get((each.purpose, each.version)),
                given=each.given,
                mode=mode,
                at=each.recorded_at,
                taken_by=taken_by,
            )
            for each, mode, taken_by in held.consents(session, person.id)
        ),
        touchpoints=tuple(_touchpoint(work, study, person, case, referred, spoken) for case in there),
        merged=tuple(_merges(work, source, study, person, spoken)),
        changes=tuple(
            HeldChange(at=each.at, change=each.change, why=each.why)
            for each in participation.of(session, person.id)
        ),
        sights=tuple(_sights(work, study, person)),
        channel_ends=tuple(held.channel_ends(session, person.id)),
        lists=tuple(held.lists(session, person.id)),
        browsers=tuple(held.browsers(session, person.id)),
        releases=len(releases.releases(session, scope)),
        kept=tuple(
            HeldUntil(what=what, until=until)
            for what, until in retention.person_until(work, source, person.id).items()
        ),
        then=source.retention.then if source.retention else None,
    )  # fmt: skip


def _contact(work: Work, person: Participant) -> list[HeldFact]:
    contact = contacts.read(work, person.id)
    return [HeldFact(name=name, value=value) for name in CONTACT_FIELDS if (value := getattr(contact, name))]


def _known(study: Study, person: Participant) -> list[HeldFact]:
    """What is known of them and of their site, as the study calls it."""
    site = person.site
    found = [] if site is None else [HeldFact(name="site", value=site.name)]
    for attribute in study.attributes:
        on_record: Mapping[str, str] = person.attributes if attribute.scope == "participant" else {}
        if attribute.scope == "site" and site is not None:
            on_record = site.attributes
        if value := on_record.get(attribute.name):
            found.append(HeldFact(name=attribute.label, value=attribute.values.get(value, value)))
    return found


def _called(study: Study, relationship: str, group: str) -> str:
    declared = study.relationship(relationship)
    return declared.label_for(group) if declared else relationship


def _touchpoint(
    work: Work,
    study: Study,
    person: Participant,
    case: Case,
    referred: Mapping[uuid.UUID, HeldReferral],
    language: str,
) -> HeldTouchpoint:
    touchpoint = study.touchpoint(person.group, case.touchpoint)
    response = responses.response_of(work.session, case.id)
    return HeldTouchpoint(
        number=case.touchpoint,
        title=touchpoint.title if touchpoint else str(case.touchpoint),
        opens_at=case.opens_at,
        due_at=case.due_at,
        closes_at=case.ends_at,
        agreed_at=case.next_at,
        moved_at=case.moved_at,
        disposition=case.disposition,
        proxy=study.proxies.get(case.proxy, case.proxy) if case.proxy else None,
        questionnaire=response.questionnaire if response else None,
        version=response.version if response else None,
        started_at=response.started_at if response else None,
        sent_at=response.submitted_at if response else None,
        sent_again_at=response.sent_again_at if response else None,
        answers=tuple(_answers(work, study, person, response, case.touchpoint, language)) if response else (),
        reopenings=tuple(
            HeldReopening(at=each.at, why=each.why) for each in reopening.of(work.session, response.id)
        ) if response else (),
        attempts=tuple(
            HeldAttempt(
                at=each.at, outcome=each.outcome, mode=each.mode, note=each.note, next_at=each.next_at,
                detail=each.detail, referral=referred.get(each.id),
            )
            for each in cases.attempts_of(work.session, case.id)
        ),
        links=tuple(
            HeldLink(
                kind=each.kind, claim=each.claim, issued_at=each.issued_at, expires_at=each.ends_at(case),
                revoked_at=each.revoked_at,
            )
            for each in accesses.accesses_of(work.session, case.id)
        ),
        messages=tuple(
            HeldMessage(
                at=each.handed_at or each.due_at, way=each.way, state=each.state, language=each.language, why=each.why
            )
            for each in outbox.of_case(work.session, case.id)
        ),
        decisions=tuple(
            HeldDecision(at=each.at, kind=each.kind, more=each.more)
            for each in stands.decisions(work.session, case.id)
        ),
    )  # fmt: skip


def _merges(work: Work, source: Study, study: Study, person: Participant, language: str) -> Iterator[HeldMerge]:
    """Who they were besides. What was set aside is read as it was before the merge."""
    for merge in merging.of_person(work.session, person.id):
        with splitting.as_before(work, source, person, merge) as aside:
            referred = {each: held.referrals(work.session, each) for each in {owner.id for owner, _ in aside}}
            touchpoints = tuple(
                _touchpoint(work, study, owner, case, referred[owner.id], language) for owner, case in aside
            )
        yield HeldMerge(reference=merge.reference, at=merge.made_at, set_aside=touchpoints)


def _answers(
    work: Work, study: Study, person: Participant, response: Response, touchpoint: int, language: str
) -> list[HeldAnswer]:
    """Every answer ever given, in the order asked and then given; a question that is asked no longer by its name. What
    questions quote reads as it stands now."""
    asked = parts_of(
        work.runtime.instrument_in(work.session, study, response.questionnaire, response.version, language)
    )
    counting = said.of_response(work.session, response.id).current
    current = {key: each.answer for key, each in counting.items()}
    fact = _quoted(work, study, person, asked, current, touchpoint, language)
    order = {key: place for place, key in enumerate(asked)}
    given = held.answers(work.session, response.id)
    beside = _beside_words(work, person, response.id, current)
    made = []
    for each in sorted(given, key=lambda each: order.get(each.variable, len(order))):
        part, answer = asked.get(each.variable), each.answer
        stands = counting.get(each.variable)
        counts = stands is not None and stands.save_id == each.save_id and stands.answer == answer
        made.append(
            HeldAnswer(
                variable=each.variable,
                question=filled(part.question.text, fact) if part else each.variable,
                statement=filled(part.statement.text, fact) if part and part.statement else None,
                moment=part.moment_label if part else None,
                said=_said(part, answer),
                reason=answer.reason if isinstance(answer, Missing) else None,
                mode=each.mode,
                rendering=each.rendering,
                language=each.language,
                at=each.at,
                device_at=each.device_at,
                late=each.late,
                by_staff=each.by_staff,
                counts=counts,
                **(beside.get(each.variable, {}) if counts else {}),
            )
        )
    return made


def _beside_words(
    work: Work, person: Participant, response_id: uuid.UUID, current: Mapping[str, Answer]
) -> dict[str, dict[str, Any]]:
    """What staff keep beside somebody's words, by variable: translations, the themes found in them, quotations."""
    session = work.session
    texts = {(response_id, key): each.text for key, each in current.items() if isinstance(each, Text)}
    if not texts:
        return {}
    translated = marking.translations(session, dict.fromkeys(texts, person.id), texts)
    themes = coding.themes_of_response(session, person.study, person.group, response_id)
    uses = quoting.uses(session, person.study)
    chosen: dict[str, list[HeldQuotation]] = {}
    for each in quoting.of_person(session, person.id):
        if each.place not in texts:
            continue
        versions = [texts[each.place], *(made.text for made in translated.get(each.place, ()))]
        standing = [text for text in versions if quoting.fingerprint(session, person.id, text) == each.words]
        chosen.setdefault(each.variable, []).append(
            HeldQuotation(
                words=standing[0][each.start : each.end] if standing else "",
                state=each.state,
                at=each.asked_at,
                reports=tuple(dict.fromkeys(use.report for use in uses.get(each.id, ()))),
                beside=each.segment or None,
                decided_at=each.decided_at,
                why=each.why or None,
            )
        )
    return {
        key: {
            "translations": tuple(
                HeldTranslation(language=made.language, text=made.text)
                for made in translated.get((response_id, key), ())
            ),
            "themes": themes.get(key, ()),
            "quotations": tuple(chosen.get(key, ())),
        }
        for _, key in texts
    }


def _quoted(
    work: Work,
    study: Study,
    person: Participant,
    asked: Mapping[str, Part],
    current: Mapping[str, Answer],
    touchpoint: int,
    language: str,
) -> QuotedFact:
    """What questions at a touchpoint quote of this person: what is known of them, and their own answers."""
    earlier: dict[int, Mapping[str, Answer]] = {}
    for case in cases.cases_of(work.session, person.id):
        if case.touchpoint < touchpoint and (response := responses.response_of(work.session, case.id)):
            earlier[case.touchpoint] = responses.current_answers(work.session, response.id)

    def fact(reference: Reference) -> str | None:
        match reference.scope:
            case "answer":
                answer = current.get(reference.name)
                return kept_apart(", ".join(_worded(asked.get(reference.name), answer, language))) if answer else None
            case "touchpoint":
                answer = earlier.get(reference.touchpoint or 0, {}).get(reference.name)
                if answer is None or isinstance(answer, Codes):
                    return None
                return kept_apart(", ".join(_worded(None, answer, language)))
            case _:
                return known_fact(study, person, reference)

    return fact


def _worded(part: Part | None, answer: Answer, language: str) -> tuple[str, ...]:
    """An answer as a question quotes it: days and numbers as the language writes them; nothing where there is none."""
    match answer:
        case Missing():
            return ()
        case Day(day):
            return (format_date(day, "d MMMM yyyy", locale=Locale.parse(language, sep="-")),)
        case Number(value):
            locale = Locale.parse(language, sep="-")
            return (format_decimal(value.normalize(), locale=locale, decimal_quantization=False),)
        case _:
            return _said(part, answer)


def _said(part: Part | None, answer: Answer) -> tuple[str, ...]:
    """What was answered: options by their words, everything else as it is stored."""
    match answer:
        case Codes(codes):
            options = {code: part.question.option(code) for code in codes} if part else {}
            return tuple(str(option.label) if (option := options.get(code)) else code for code in codes)
        case Number(value):
            return (f"{value.normalize():f}",)
        case Day(day):
            return (day.isoformat(),)
        case TimeOfDay(time):
            return (time.isoformat("minutes"),)
        case Text(text):
            return (text,)
        case Missing(_, note):
            return (note,) if note else ()


def _sights(work: Work, study: Study, person: Participant) -> list[HeldSight]:
    roles: dict[object, tuple[Role, ...]] = {None: ()}
    found = []
    for each in work.noted_of(study.id, person.reference):
        if each.action not in SIGHTS:
            continue
        if each.staff_id is not None and each.staff_id not in roles:
            staff = staff_store.staff_by_id(work.session, each.staff_id)
            grants = staff.grants if staff else ()
            roles[each.staff_id] = tuple(dict.fromkeys(grant.role for grant in grants if grant.study == study.id))
        found.append(HeldSight(at=each.at, what=each.action.value, roles=roles[each.staff_id]))
    return found
