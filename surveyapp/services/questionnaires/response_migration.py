"""Moving responses that are under way to the version that is open, after a look at what each answer becomes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.answers import Answer, Codes, Mode
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import NOT_ASKED, Situation, parts_of, walk
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.near_names import near
from surveyapp.domain.responses import NewSave, RecordedAnswer, ResponseState
from surveyapp.domain.sentences import say, with_hint
from surveyapp.domain.staff import Scope
from surveyapp.domain.versions.answer_migration import Carried, Fate
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
    """Everybody midway on an older version, and what becomes of their answers on the version that is open."""

    questionnaire: str
    title: str
    version: int
    people: tuple[PersonMove, ...]
    variables: tuple[VariableMove, ...]

    @property
    def changed(self) -> tuple[VariableMove, ...]:
        """The variables of which some answer does not simply go along."""
        return tuple(each for each in self.variables if set(each.fates) != {"kept"})


def preview(desk: Desk, study_id: str, name: str) -> MovePreview:
    """What moving everybody to the open version of a questionnaire would mean. Raises NotPermitted, NotFound."""
    scope = questionnaire_versions.whole_study(desk, study_id)
    with desk.reading() as work:
        study = work.study(study_id)
        target = _target(work, study, name)
        carried = [(each, _becoming(work, study, each, target)) for each in _midway(work, study, scope, target)]
        wordings = {each.response.version: _instrument(work, study, each) for each, _ in carried}
    return MovePreview(
        questionnaire=name,
        title=target.title,
        version=target.version,
        people=tuple(_person(each, becomes) for each, becomes in carried),
        variables=_variables([*wordings.values(), target], [becomes for _, becomes in carried]),
    )


def move(desk: Desk, study_id: str, name: str) -> int:
    """Moves everybody midway to the open version, and returns how many they were. Each keeps every answer in the
    history; those that are mapped or asked again are recorded as a save of their own. Raises NotPermitted, NotFound."""
    scope = questionnaire_versions.whole_study(desk, study_id)
    moved = 0
    with desk.as_written.writing() as work:
        study = work.study(study_id)
        target = _target(work, study, name)
        for each in _midway(work, study, scope, target):
            cases.locked_case(work.session, each.response.case_id)
            response = responses.response_of(work.session, each.response.case_id)
            # Handed in, or moved, while this waited for the case.
            if response is None or response.state is not ResponseState.STARTED or response.version >= target.version:
                continue
            _move(work, study, dataclasses.replace(each, response=response), target)
            moved += 1
    return moved


def _move(work: Work, study: Study, each: Midway, target: Questionnaire) -> None:
    old = each.response
    given = responses.given_answers(work.session, old.id)
    becomes = {carried.variable: carried for carried in _carried(work, study, each, target)}
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
    situation: Situation = survey_session.situation_of(work, each.participant, each.touchpoint)
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


def _midway(work: Work, study: Study, scope: Scope, target: Questionnaire) -> list[Midway]:
    return responses.midway(work.session, scope, target.id, target.version, work.today(study))


def _instrument(work: Work, study: Study, each: Midway) -> Questionnaire:
    return work.instrument(study, each.response.questionnaire, each.response.version)


def _carried(work: Work, study: Study, each: Midway, target: Questionnaire) -> tuple[Carried, ...]:
    given = {key: one.answer for key, one in responses.given_answers(work.session, each.response.id).items()}
    return carrying.carried(work, study, _instrument(work, study, each), target, given)


def _becoming(work: Work, study: Study, each: Midway, target: Questionnaire) -> tuple[Carried, ...]:
    """What this move does: an answer that their version does not ask was set aside by an earlier one, and stays so."""
    asked = parts_of(_instrument(work, study, each))
    becomes = _carried(work, study, each, target)
    return tuple(carried for carried in becomes if carried.fate != "set_aside" or carried.variable in asked)


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
