"""What a save comes to: worked out before anything is locked, sealed, and stored while all that it rests on holds.

Which form or device it came from, and what may be in it, is the business of whoever calls (`answering`, `local_saves`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from surveyapp.domain.answering.saves import contested_in, still_contested
from surveyapp.domain.answers import Answer, Answers, Text
from surveyapp.domain.audit import AuditAction, ByLink
from surveyapp.domain.entry.doors import PinStanding
from surveyapp.domain.entry.pins import Pin
from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import NOT_ASKED, Route, is_asked, walk
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import NewSave, RecordedAnswer, Response, payload_hash
from surveyapp.services.responses.survey_session import Visit, Who
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk, Work
from surveyapp.store.answer_rows import Cells, PersonWords
from surveyapp.store.answering import at_once, writing
from surveyapp.store.answering.said import CurrentAnswer
from surveyapp.store.answering.standing import Arrived
from surveyapp.store.answering.writing import PreparedSave
from surveyapp.store.database import after_commit, new_id
from surveyapp.store.entry import pins
from surveyapp.store.security import web_sessions
from surveyapp.watching import meters


@dataclass(frozen=True)
class Saved:
    """After a save: the visit as it now is, and whether it said nothing new (the same form sent again). `stands`: what
    came since what was on the screen, and so was not written over."""

    visit: Visit
    repeated: bool
    stands: Mapping[str, RecordedAnswer] = field(default_factory=dict)


Done = TypeVar("Done")


@dataclass(frozen=True)
class Planned(Generic[Done]):
    """What a save comes to, and the rows that make it so (None: there is nothing to store). `before`: what it was
    worked out on."""

    outcome: Done
    before: Visit
    rows: PreparedSave | None = None


MOST_TRIES = 20
"""How often a save is worked out anew because somebody else was quicker."""


def carry_out(
    runtime: Runtime,
    who: Who,
    work_out: Callable[[Work, Arrived | None], Planned[Done]],
    found: Arrived | None = None,
) -> Done:
    """Works a save out before anything is locked, and stores it under the lock as long as what it rests on still
    holds; else once more, on what there is then."""
    for _ in range(MOST_TRIES):
        with Desk(runtime, who.actor).glancing() as work:
            planned = work_out(work, found)
        if planned.rows is None:
            return planned.outcome
        single = at_once.is_single(planned.rows) and not _is_first(who, planned.before)
        with Desk(runtime, who.actor).writing(at_once=single) as work:
            if _store(work, who, planned.before, planned.rows):
                return planned.outcome
        found = None
    raise DatabaseUnavailable(DatabaseFault.BUSY)


def _is_first(who: Who, before: Visit) -> bool:
    """Whether more is stored with a save than itself: that they began in this session, and the PIN they chose."""
    return isinstance(who, ByLink) and (
        who.begins is not None or (before.response is not None and before.response.revision == 0)
    )


def _store(work: Work, who: Who, before: Visit, rows: PreparedSave) -> bool:
    stored = at_once.store(work.session, rows)
    if stored:
        by = "participant" if isinstance(who, ByLink) else "interviewer"
        after_commit(work.session, lambda: _measure(by, len(rows.saves), len(rows.history)))
    if stored and isinstance(who, ByLink):
        # Kept with the answer: what is said of it may never arrive, and they are let in again all the same.
        if who.begins is not None:
            web_sessions.set_began(work.session, who.begins)
        if before.response is not None and before.response.revision == 0:
            _keep_pin(work, who, before)
    return stored


def _measure(by: str, saves: int, answers: int) -> None:
    meters.saves.labels(by).inc(saves)
    meters.answers_saved.labels(by).inc(answers)


def carry_out_in(work: Work, who: Who, planned: Planned[Done]) -> Done:
    """Stores what was worked out in a unit of work that holds the case's lock."""
    if planned.rows is not None:
        stored = _store(work, who, planned.before, planned.rows)
        assert stored, "nobody else saves while the case is locked"
    return planned.outcome


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What a form brought: the answers of a page or, `page` then being its name, of a whole section. `save_id`: the id
    that the form was given when it was shown; `client_at`: when it was sent, by the browser's clock; `over`: of each
    variable the save whose answer was on the screen (None: nothing is known of that)."""

    section: str
    page: str
    answers: Answers
    save_id: uuid.UUID
    client_at: dt.datetime | None
    over: Mapping[str, uuid.UUID | None] | None = None


def plan(work: Work, who: Who, before: Visit, entered: Entered) -> Planned[Saved]:
    """What a form's answers come to. The same form sent again says nothing new."""
    questionnaire, _ = before.begun
    hashed = hash_of(work, before.participant, entered.page, entered.answers)
    changed = changed_by(before.given or {}, entered.answers)
    given = before.given or {}
    known = before.said.known
    if not changed or before.said.hashes.get(entered.save_id) == hashed:
        seen = known.get(entered.save_id) if entered.over is not None else None
        stands = {key: given[key] for key in still_contested(seen, given)} if seen else {}
        return Planned(Saved(before, True, stands), before)
    revision = questionnaire.wording[1] or None if questionnaire.wording else None
    new = NewSave(
        id=entered.save_id,
        section=entered.section,
        language=before.language,
        mode=who.mode,
        by=work.staff_id,
        client_at=entered.client_at,
        recorded_at=work.now,
        payload_hash=hashed,
        wording=revision,
    )
    contested = set() if entered.over is None else contested_in(changed, given, entered.over, known)
    taken = {key: answer for key, answer in changed.items() if key not in contested}
    rows, after = prepared(work, before, new, changed, taken)
    return Planned(Saved(after, False, {key: given[key] for key in sorted(contested)}), before, rows)


def prepared(
    work: Work,
    before: Visit,
    new: NewSave,
    said: Answers,
    taken: Answers,
    aside: Answers | None = None,
    asked_in: int = 0,
) -> tuple[PreparedSave, Visit]:
    """The rows of a save, and the visit as it then is: all that it `said` goes into the history, and of that what was
    `taken` stands from now on. `aside`: what of it stays in the history of another version, `asked_in`."""
    response, standing = before.response, before.standing
    assert response is not None
    assert standing is not None
    revision, saves, history = response.revision, list[Cells](), list[Cells]()
    words = words_of(work, before.participant)
    parts = [(aside or {}, asked_in), (said, asked_in if new.late else response.version)]
    for answers, version in parts:
        if answers:
            revision += 1
            save_id = new_id()
            # The id that it came with is that of what was said on the version of now, where there is any of that.
            sent = new if answers is said or not said else dataclasses.replace(new, id=new_id())
            saves.append(writing.save_row(response, save_id, version, revision, sent))
            history += writing.history_rows(words, save_id, answers)
    after = dataclasses.replace(response, revision=revision)
    anew = _standing_anew(work, before, after, new, save_id, taken) if taken else None
    rows = PreparedSave(
        standing=standing,
        consents_said=before.said.consents_said,
        revision=revision,
        saves=saves,
        history=history,
        dropped=anew.dropped if anew else (),
        answers=anew.answers if anew else (),
        newest=anew.newest if anew else (),
    )
    there = dataclasses.replace(standing, response=after)
    if anew is None:
        return rows, dataclasses.replace(before, response=after, standing=there)
    state = CaseState.IN_PROGRESS if before.state in ANSWERABLE else before.state
    so_far = dataclasses.replace(before.said, given=anew.given, current=anew.current)
    here = dataclasses.replace(before, response=after, standing=there, state=state, given=anew.given, said=so_far)
    return rows, here.along(anew.route)


@dataclass(frozen=True, kw_only=True)
class _Anew:
    """What stands once something was taken, and the rows that make it so."""

    given: Mapping[str, RecordedAnswer]
    current: Mapping[str, CurrentAnswer]
    route: Route
    dropped: Sequence[Cells]
    answers: Sequence[Cells]
    newest: Sequence[Cells]


def _standing_anew(
    work: Work, before: Visit, response: Response, new: NewSave, save_id: uuid.UUID, taken: Answers
) -> _Anew:
    """`response`: as it is with the save."""
    questionnaire, _ = before.begun
    given = {**(before.given or {})}
    for key, answer in taken.items():
        given[key] = RecordedAnswer(
            variable=key,
            answer=answer,
            mode=new.mode,
            by=new.by,
            recorded_at=new.recorded_at,
            save_id=save_id,
            client_id=new.id,
            revision=response.revision,
            language=new.language,
        )
    route = walk(questionnaire, {key: each.answer for key, each in given.items()}, before.situation)
    current, dropped, answers = before.said.current, list[Cells](), list[Cells]()
    if response.reopened_at is not None:
        # Until they are sent again what was sent counts.
        pointed = dict.fromkeys(taken, save_id)
    else:
        target = {**dict.fromkeys(route.not_asked, NOT_ASKED), **route.answers}
        sources = {key: each.save_id for key, each in given.items()}
        off = [key for key in {**taken, **current} if key in sources and key not in route.answers]
        pointed = {key: sources[key] for key in sorted(off) if key in taken or is_asked(current[key].answer)}
        dropped, answers, current = writing.current_rows(
            words_of(work, before.participant), response.id, save_id, current, target, sources
        )
    newest = writing.newest_rows(response.id, pointed)
    return _Anew(given=given, current=current, route=route, dropped=dropped, answers=answers, newest=newest)


def words_of(work: Work, participant: Participant) -> PersonWords:
    """What seals and opens the words of a person."""
    return PersonWords(work.session, person=participant.id, study=participant.study)


def hash_of(work: Work, participant: Participant, page_id: str, answers: Answers) -> str:
    """`payload_hash`, keyed with the person's own key where it is of words that are sealed: a plain one would let
    whoever reads it try which words they were."""
    plain = payload_hash(page_id, answers)
    words = any(isinstance(answer, Text) for answer in answers.values())
    return (
        work.seals.fingerprint(participant.id, plain) if words and work.seals.words_sealed(participant.study) else plain
    )


def _keep_pin(work: Work, who: ByLink, before: Visit) -> None:
    """The PIN chosen before the first answer belongs to whoever gave that answer, and to nobody who opened the same
    link elsewhere meanwhile. One from an earlier touchpoint stays."""
    if who.chosen_pin and before.pin is PinStanding.NONE:
        pins.set_pin(work.session, Pin(participant_id=before.participant.id, hashed=who.chosen_pin, set_at=work.now))
        work.record(AuditAction.PIN_CHOSEN, before.participant.reference, study=before.study.id)


def filled_in(form: Form) -> set[str]:
    """The variables of which a form has something, a reason for no answer too."""
    return {name.partition(":")[0] for name, values in form.items() if any(value.strip() for value in values)}


def changed_by(given: Mapping[str, RecordedAnswer], answers: Answers) -> dict[str, Answer]:
    """The answers that say something new. One that only repeats what stands is not entered again: the interviewer who
    pages past a participant's own answer did not give it."""
    return {key: answer for key, answer in answers.items() if key not in given or given[key].answer != answer}
