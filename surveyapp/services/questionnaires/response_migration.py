"""Moving responses that are under way to the version that is open, after a look at what each answer becomes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.answers import Answer, Codes, Mode, Text
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import NOT_ASKED, Situation, parts_of, walk
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.near_names import near
from surveyapp.domain.responses import NewSave, RecordedAnswer
from surveyapp.domain.sentences import say, with_hint
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.answer_migration import Carried, Fate, carry
from surveyapp.domain.versions.comparability import VersionHistory
from surveyapp.services.one_by_one import one_by_one
from surveyapp.services.pages import ListPage, page_of
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import carrying, saving, survey_session
from surveyapp.services.work import Desk, Work
from surveyapp.store import cases, responses
from surveyapp.store import questionnaire_versions as store
from surveyapp.store.answering import writing
from surveyapp.store.database import new_id
from surveyapp.store.responses import Midway


@dataclass(frozen=True, kw_only=True)
class VariableMove:
    """What becomes of one variable's answers, of everybody midway: how many share each fate, and for those that are
    mapped which answer becomes which, in how many responses. `reason`: the author's word."""

    variable: str
    question: str
    fates: Mapping[Fate, int]
    mapped: tuple[tuple[str, str, int], ...]
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class PersonMove:
    """What moving means for one person: how many answers go along, and how many questions are asked again."""

    reference: str
    touchpoint: int
    version: int
    kept: int
    asked_again: int
    set_aside: int


@dataclass(frozen=True, kw_only=True)
class MovePreview:
    """How many are midway on an older version, what becomes of their answers on the version that is open, and some of
    the people, a page of them."""

    questionnaire: str
    title: str
    version: int
    people: ListPage[PersonMove]
    variables: tuple[VariableMove, ...]

    @property
    def changed(self) -> tuple[VariableMove, ...]:
        """The variables of which some answer does not simply go along."""
        return tuple(each for each in self.variables if set(each.fates) != {"kept"})


@dataclass(frozen=True)
class _Way:
    """A version that somebody is midway on, and what leads from it to the one that is open."""

    old: Questionnaire
    target: Questionnaire
    history: VersionHistory

    def carried(self, given: Mapping[str, RecordedAnswer]) -> tuple[Carried, ...]:
        return carry(self.history, self.old, self.target, {key: one.answer for key, one in given.items()})

    def becoming(self, given: Mapping[str, RecordedAnswer]) -> tuple[Carried, ...]:
        """What this move does: an answer that their version does not ask was set aside by an earlier one, and stays
        so."""
        asked = parts_of(self.old)
        return tuple(each for each in self.carried(given) if each.fate != "set_aside" or each.variable in asked)


def preview(desk: Desk, study_id: str, name: str, page: int | None = None) -> MovePreview:
    """What moving everybody to the open version of a questionnaire would mean; which people, a page of them (None: all
    of them). As many statements for some hundreds of people as for one. Raises NotPermitted, NotFound."""
    scope = questionnaire_versions.whole_study(desk, study_id)
    with desk.reading() as work:
        study = work.study(study_id)
        target = _target(work, study, name)
        there = responses.midway(work.session, scope, name, target.version, work.today(study))
        ways = _ways(work, study, there, target)
        given = responses.given_answers_of(work.session, {each.response.id: each.participant.id for each in there})
    becomes = [ways[each.response.version].becoming(given[each.response.id]) for each in there]
    people = [_person(each, carried) for each, carried in zip(there, becomes, strict=True)]
    return MovePreview(
        questionnaire=name,
        title=target.title,
        version=target.version,
        people=page_of(people, page),
        variables=_variables([*(way.old for way in ways.values()), target], becomes),
    )


def move(desk: Desk, study_id: str, name: str) -> int:
    """Moves everybody midway to the open version, one by one, so that nobody who answers meanwhile waits for more than
    one of them; returns how many they were. Each keeps every answer in the history; those that are mapped or asked
    again are recorded as a save of their own. Where one cannot be moved the others are, and where it breaks off whoever
    was moved stays so, each with an entry in the audit trail: moving again moves the rest. Raises NotPermitted,
    NotFound."""
    those = to_move(desk, study_id, name)
    moved: list[Midway] = []

    def move_one(each: Midway) -> None:
        with desk.as_written.writing() as work:
            still = those.move(work, each)
        moved.extend(still)

    one_by_one(those.there, move_one)
    return len(moved)


@dataclass(frozen=True, kw_only=True)
class ToMove:
    """Who is midway on an older version of a questionnaire, and what leads from there to the one that is open."""

    study: Study
    scope: Scope
    target: Questionnaire
    there: Sequence[Midway]
    ways: Mapping[int, _Way]

    def move(self, work: Work, each: Midway) -> list[Midway]:
        """Moves one of them, if they are still to be moved once their case is this work's: whom it moved."""
        case_id, target = each.response.case_id, self.target
        cases.lock_one(work.session, case_id)
        # Handed in, moved, withdrawn or erased, while this waited for the case.
        today = work.today(self.study)
        still = responses.midway(work.session, self.scope, target.id, target.version, today, case_id)
        for now in still:
            known = self.ways if now.response.version in self.ways else _ways(work, self.study, still, target)
            _move(work, self.study, now, known[now.response.version])
        return still


def to_move(desk: Desk, study_id: str, name: str) -> ToMove:
    """Who is to be moved. Raises NotPermitted, NotFound."""
    scope = questionnaire_versions.whole_study(desk, study_id)
    with desk.as_written.reading() as work:
        study = work.study(study_id)
        target = _target(work, study, name)
        there = responses.midway(work.session, scope, name, target.version, work.today(study))
        ways = _ways(work, study, there, target)
    return ToMove(study=study, scope=scope, target=target, there=there, ways=ways)


def _ways(work: Work, study: Study, there: Sequence[Midway], target: Questionnaire) -> dict[int, _Way]:
    """The way of each version that somebody is midway on, oldest first. Raises StateRefused."""
    found = {}
    for version in sorted({each.response.version for each in there}):
        old = work.instrument(study, target.id, version)
        found[version] = _Way(old, target, carrying.between(work, study, old, target))
    return found


def _move(work: Work, study: Study, each: Midway, way: _Way) -> None:
    old, target = each.response, way.target
    given = responses.given_answers(work.session, old.id)
    if work.seals.words_sealed(study.id) and any(isinstance(one.answer, Text) for one in given.values()):
        # Words that another file of keys opens are not written anew as none.
        work.seals.require(each.participant.id)
    becomes = {carried.variable: carried for carried in way.carried(given)}
    responses.set_version(work.session, old.id, target.version)
    response = dataclasses.replace(old, version=target.version)
    sources: dict[str, RecordedAnswer] = {key: one for key, one in given.items() if key in becomes}
    for (mode, language), changed in _changes_by_how(given, becomes).items():
        hashed = saving.hash_of(work, each.participant, "moved", changed)
        save = NewSave(
            id=new_id(),
            section="",
            language=language,
            mode=mode,
            by=work.staff_id,
            client_at=None,
            recorded_at=work.now,
            payload_hash=hashed,
        )
        stored = responses.record_save(work.session, response, save, changed)
        response = dataclasses.replace(response, revision=response.revision + 1)
        sources.update(
            {
                key: RecordedAnswer(
                    variable=key,
                    answer=answer,
                    mode=mode,
                    by=save.by,
                    recorded_at=work.now,
                    save_id=stored,
                    client_id=save.id,
                    revision=response.revision,
                    language=language,
                )
                for key, answer in changed.items()
            }
        )
    _replace_current(work, each, target, sources)
    work.record(
        AuditAction.RESPONSE_MOVED,
        each.participant.reference,
        study=study.id,
        touchpoint=each.touchpoint,
        questionnaire=target.id,
        **{"from": old.version, "to": target.version},
    )


def _replace_current(work: Work, each: Midway, target: Questionnaire, sources: Mapping[str, RecordedAnswer]) -> None:
    answers = {key: one.answer for key, one in sources.items() if one.answer != NOT_ASKED}
    situation: Situation = survey_session.situation_of(work, each.participant, each.touchpoint, target)
    route = walk(target, answers, situation)
    # What the current answers no longer hold goes on standing off the route.
    aside = {key: one.save_id for key, one in sources.items() if key not in route.answers}
    writing.point(work.session, each.response.id, aside)
    keys = {key: one.save_id for key, one in sources.items()}
    derived = dict.fromkeys(route.not_asked, NOT_ASKED)
    last = max((one.save_id for one in sources.values()), default=None)
    if last is not None:
        asked = {**derived, **route.answers}
        responses.replace_answers(work.session, each.response.id, last, asked, keys)


def _changes_by_how(
    given: Mapping[str, RecordedAnswer], becomes: Mapping[str, Carried]
) -> dict[tuple[Mode, str], dict[str, Answer]]:
    """What to record anew, by the mode and the language, easy words among them, in which it was said: moving is not
    another way of answering."""
    found: dict[tuple[Mode, str], dict[str, Answer]] = {}
    for key, carried in becomes.items():
        if carried.fate == "mapped" and carried.new is not None:
            found.setdefault((given[key].mode, given[key].language), {})[key] = carried.new
        elif carried.fate == "asked_again":
            found.setdefault((given[key].mode, given[key].language), {})[key] = NOT_ASKED
    return found


def _target(work: Work, study: Study, name: str) -> Questionnaire:
    known = sorted({each for each, _ in study.questionnaires})
    if name not in known:
        raise NotFound(with_hint(say("no_questionnaire", name=name, study=study.id), near(name, known)))
    version = store.open_version(work.session, study.id, name)
    if version is None:
        raise NotFound(say("no_open_version", name=name, study=study.id))
    return work.instrument(study, name, version)


def _person(each: Midway, becomes: tuple[Carried, ...]) -> PersonMove:
    fates = Counter(carried.fate for carried in becomes)
    return PersonMove(
        reference=each.participant.reference,
        touchpoint=each.touchpoint,
        version=each.response.version,
        kept=fates["kept"] + fates["mapped"],
        asked_again=fates["asked_again"],
        set_aside=fates["set_aside"],
    )


def _variables(wordings: list[Questionnaire], carried: list[tuple[Carried, ...]]) -> tuple[VariableMove, ...]:
    parts: dict[str, Part] = {}
    for questionnaire in wordings:
        parts.update(parts_of(questionnaire))
    found: dict[str, list[Carried]] = {}
    for becomes in carried:
        for each in becomes:
            found.setdefault(each.variable, []).append(each)
    old = {key: part for questionnaire in wordings[:-1] for key, part in parts_of(questionnaire).items()}
    return tuple(
        VariableMove(
            variable=key,
            question=parts[key].label if key in parts else key,
            fates=Counter(each.fate for each in together),
            mapped=_mappings(together, old.get(key), parts.get(key)),
            reason=next((each.reason for each in together if each.reason), None),
        )
        for key, together in found.items()
    )


def _mappings(together: list[Carried], old: Part | None, new: Part | None) -> tuple[tuple[str, str, int], ...]:
    pairs = Counter(
        (_label(old, each.old), _label(new, each.new)) for each in together if each.fate == "mapped" and each.new
    )
    return tuple((before, after, count) for (before, after), count in sorted(pairs.items()))


def _label(part: Part | None, answer: Answer) -> str:
    if isinstance(answer, Codes):
        options = [part.question.option(code) if part else None for code in answer.codes]
        return ", ".join(option.label if option else code for option, code in zip(options, answer.codes, strict=True))
    return str(getattr(answer, "value", ""))
