"""A study's words, by id, and the same study or questionnaire said in another language.

English (or whatever the study's source language is) stands in the YAML. A translation is found by the id of a text
*and* its source: when the source changes, the old translation no longer fits, and the source is shown until there is a
new one.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from surveyapp.domain.i18n import LocalText, source_of
from surveyapp.domain.instrument.consent.notice import KeyFact, PrivacyNotice
from surveyapp.domain.instrument.consent.purposes import Purpose
from surveyapp.domain.instrument.easy.renderings import is_easy
from surveyapp.domain.instrument.easy.words import with_media
from surveyapp.domain.instrument.kinds import KINDS
from surveyapp.domain.instrument.measures.beside import Comparator, ResponseLine, Target
from surveyapp.domain.instrument.measures.measure import Comparison, Measure, MeasureRow
from surveyapp.domain.instrument.questionnaire import (
    Moment,
    Net,
    Option,
    Pattern,
    Question,
    Questionnaire,
    Score,
    Section,
    Statement,
)
from surveyapp.domain.instrument.study import Attribute, Group, Relationship, Study, Touchpoint
from surveyapp.domain.sending.rules import MessageRules


class Audience(enum.Enum):
    """Who meets a text: those who answer and those who read questions out to them, or staff alone."""

    PARTICIPANT = "participant"
    EVALUATOR = "evaluator"


@dataclass(frozen=True)
class SourceText:
    """A text of a study: its id, what the source says, and who meets it."""

    id: str
    source: str
    audience: Audience


Translations = Mapping[tuple[str, str], str]
"""(id, source) to the translation."""


Translate = Callable[[str, str, Audience], str]
"""What a text becomes: called with its id, its source and who meets it, in the order written."""

P, E = Audience.PARTICIPANT, Audience.EVALUATOR


def texts_of(study: Study) -> tuple[SourceText, ...]:
    """Every text of a study and of all its questionnaires' versions, once each, in the order written."""
    found: dict[tuple[str, str], SourceText] = {}

    def note(id: str, source: str, audience: Audience) -> str:
        known = found.get((id, source))
        if known is None or audience is P:
            found[id, source] = SourceText(id, source, audience)
        return source

    _study(study, note)
    for questionnaire in study.questionnaires.values():
        _questionnaire(questionnaire, note)
    return tuple(found.values())


def texts_of_questionnaire(questionnaire: Questionnaire) -> tuple[SourceText, ...]:
    """Every text of one version of a questionnaire."""
    found: dict[tuple[str, str], SourceText] = {}

    def note(id: str, source: str, audience: Audience) -> str:
        found.setdefault((id, source), SourceText(id, source, audience))
        return source

    _questionnaire(questionnaire, note)
    return tuple(found.values())


def translated(
    questionnaire: Questionnaire, words: Mapping[str, str], language: str, source: str, revision: int
) -> Questionnaire:
    """The questionnaire in a language: the same structure, each text a `LocalText` in `language` or, where `words` (id
    to translation) has none, in the `source` language. In easy words, with what stands beside them."""
    said = _questionnaire(questionnaire, _saying(lambda id, _source: words.get(id), language, source))
    said = with_media(said, words) if is_easy(language) else said
    return dataclasses.replace(said, wording=(language, revision))


def translated_study(study: Study, words: Translations, language: str) -> Study:
    """The study with what participants meet of its own texts in a language, as `translated` does. What staff alone
    meet, and its questionnaires, stay as they are: staff choose their language apart."""
    say = _saying(lambda id, text: words.get((id, text)), language, study.source_language)
    return _study(study, lambda id, text, audience: say(id, text, audience) if audience is P else text)


def translated_whole(study: Study, words: Translations, language: str) -> Study:
    """The study in a language for its staff: what they alone meet too, and every version of its questionnaires."""
    said = _study(study, _saying(lambda id, text: words.get((id, text)), language, study.source_language))
    questionnaires = {
        key: translated(each, words_for(each, words), language, study.source_language, 0)
        for key, each in study.questionnaires.items()
    }
    return dataclasses.replace(said, questionnaires=questionnaires)


def words_for(questionnaire: Questionnaire, words: Translations) -> dict[str, str]:
    """The translations, by id, that a version of a questionnaire can use: what is stored when it is opened."""
    pairs = ((text.id, words.get((text.id, text.source))) for text in texts_of_questionnaire(questionnaire))
    return {id: said for id, said in pairs if said is not None}


def words_fingerprint(words: Mapping[str, str]) -> str:
    """SHA-256 of a version's words in a language, in hex."""
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _saying(find: Callable[[str, str], str | None], language: str, source: str) -> Translate:
    def say(id: str, text: str, _audience: Audience) -> str:
        said = find(id, text)
        return LocalText(text, source) if said is None else LocalText(said, language, text)

    return say


def _maybe(say: Translate, id: str, text: str | None, audience: Audience = P) -> str | None:
    return None if text is None else say(id, text, audience)


def _questionnaire(questionnaire: Questionnaire, say: Translate) -> Questionnaire:
    title = say(f"{questionnaire.id}.title", questionnaire.title, P)
    sections = tuple(_section(questionnaire.id, section, say) for section in questionnaire.sections)
    scores = tuple(_score(questionnaire.id, score, say) for score in questionnaire.scores)
    changes = tuple(
        dataclasses.replace(each, because=say(f"{questionnaire.id}.change.{each.variable}", each.because, E))
        for each in questionnaire.changes
    )
    return dataclasses.replace(questionnaire, title=title, sections=sections, scores=scores, changes=changes)


def _section(questionnaire: str, section: Section, say: Translate) -> Section:
    id = f"{questionnaire}.section.{section.id}"
    return dataclasses.replace(
        section,
        title=say(f"{id}.title", section.title, P),
        interviewer=_maybe(say, f"{id}.interviewer", section.interviewer),
        questions=tuple(_question(questionnaire, question, say) for question in section.questions),
    )


def _question(questionnaire: str, question: Question, say: Translate) -> Question:
    id = f"{questionnaire}.{question.id}"
    return dataclasses.replace(
        question,
        text=say(f"{id}.text", question.text, P),
        hint=_maybe(say, f"{id}.hint", question.hint),
        interviewer=_maybe(say, f"{id}.interviewer", question.interviewer),
        moments=tuple(_moment(id, moment, say) for moment in question.moments),
        statements=tuple(_statement(id, statement, say) for statement in question.statements),
        options=tuple(_option(id, question, option, say) for option in question.options),
        nets=tuple(_net(question, net, say) for net in question.nets),
        pattern=_pattern(id, question.pattern, say),
        units=_units(id, question, say),
        low=_maybe(say, f"scale.{question.scale}.low", question.low),
        high=_maybe(say, f"scale.{question.scale}.high", question.high),
    )


def _units(id: str, question: Question, say: Translate) -> tuple[str, ...]:
    """Translated, and as the author wrote them: people write a unit in whichever language they know it."""
    translated = tuple(say(f"{id}.unit.{number}", unit, P) for number, unit in enumerate(question.units, 1))
    return tuple(dict.fromkeys((*translated, *map(source_of, question.units))))


def _pattern(id: str, pattern: Pattern | None, say: Translate) -> Pattern | None:
    return None if pattern is None else dataclasses.replace(pattern, says=say(f"{id}.pattern", pattern.says, P))


def _score(questionnaire: str, score: Score, say: Translate) -> Score:
    id = f"{questionnaire}.score.{score.id}"
    bands = tuple(dataclasses.replace(band, label=say(f"{id}.band.{band.code}", band.label, E)) for band in score.bands)
    return dataclasses.replace(score, title=say(f"{id}.title", score.title, E), bands=bands)


def _moment(id: str, moment: Moment, say: Translate) -> Moment:
    return dataclasses.replace(moment, label=say(f"{id}.moment.{moment.id}", moment.label, P))


def _statement(id: str, statement: Statement, say: Translate) -> Statement:
    return dataclasses.replace(statement, text=say(f"{id}.statement.{statement.id}", statement.text, P))


def _option(id: str, question: Question, option: Option, say: Translate) -> Option:
    own = f"scale.{question.scale}.{option.code}" if question.scale else f"{id}.option.{option.code}"
    if KINDS[question.kind].standard.get(option.code) == option.label:
        own = f"yes_no.{option.code}"
    return dataclasses.replace(
        option, label=say(own, option.label, P), specify=_maybe(say, f"{own}.specify", option.specify)
    )


def _net(question: Question, net: Net, say: Translate) -> Net:
    return dataclasses.replace(net, label=say(f"scale.{question.scale}.net.{net.name}", net.label, E))


def _study(study: Study, say: Translate) -> Study:
    return dataclasses.replace(
        study,
        public_title=say("study.public_title", study.public_title, P),
        about=say("study.about", study.about, P),
        facts=tuple(_key_fact(number, fact, say) for number, fact in enumerate(study.facts, 1)),
        thanks=_maybe(say, "study.thanks", study.thanks),
        help=dataclasses.replace(study.help, name=say("study.help.name", study.help.name, P)),
        consent=tuple(_purpose(purpose, say) for purpose in study.consent),
        privacy=_privacy(study.privacy, say),
        title=say("study.title", study.title, E),
        summary=say("study.summary", study.summary, E),
        groups=tuple(_group(group, say) for group in study.groups),
        attributes=tuple(_attribute(attribute, say) for attribute in study.attributes),
        events={name: say(f"event.{name}", label, E) for name, label in study.events.items()},
        proxies={name: say(f"proxy.{name}", label, P) for name, label in study.proxies.items()},
        touchpoints=tuple(_touchpoint(touchpoint, say) for touchpoint in study.touchpoints),
        measures=tuple(_measure(measure, say) for measure in study.measures),
        comparisons=tuple(_comparison(comparison, say) for comparison in study.comparisons),
        relationships=tuple(_relationship(relationship, say) for relationship in study.relationships),
        targets=tuple(_target(target, say) for target in study.targets),
        response=tuple(_response_line(line, say) for line in study.response),
        comparators=tuple(_comparator(comparator, say) for comparator in study.comparators),
        messages=None if study.messages is None else _messages(study.messages, say),
    )


def _messages(rules: MessageRules, say: Translate) -> MessageRules:
    steps = (
        dataclasses.replace(
            step,
            subject=_maybe(say, f"message.{step.id}.subject", step.subject),
            text=_maybe(say, f"message.{step.id}.text", step.text),
            short=_maybe(say, f"message.{step.id}.short", step.short),
        )
        for step in rules.steps
    )
    return dataclasses.replace(rules, steps=tuple(steps))


def _key_fact(number: int, fact: KeyFact, say: Translate) -> KeyFact:
    id = f"study.fact.{number}"
    return dataclasses.replace(fact, text=say(id, fact.text, P), more=_maybe(say, f"{id}.more", fact.more))


def _privacy(notice: PrivacyNotice | None, say: Translate) -> PrivacyNotice | None:
    if notice is None:
        return None
    id = "study.privacy"
    return dataclasses.replace(
        notice,
        controller=say(f"{id}.controller", notice.controller, P),
        contact=say(f"{id}.contact", notice.contact, P),
        collected=say(f"{id}.collected", notice.collected, P),
        why=say(f"{id}.why", notice.why, P),
        recipients=tuple(say(f"{id}.recipient.{number}", each, P) for number, each in enumerate(notice.recipients, 1)),
        regulator=say(f"{id}.regulator", notice.regulator, P),
    )


def _purpose(purpose: Purpose, say: Translate) -> Purpose:
    id = f"consent.{purpose.id}"
    return dataclasses.replace(purpose, text=say(id, purpose.text, P), aloud=_maybe(say, f"{id}.aloud", purpose.aloud))


def _group(group: Group, say: Translate) -> Group:
    id = f"group.{group.id}"
    return dataclasses.replace(
        group, title=say(f"{id}.title", group.title, E), member=say(f"{id}.member", group.member, E)
    )


def _attribute(attribute: Attribute, say: Translate) -> Attribute:
    values = {code: say(f"{attribute.id}.value.{code}", label, E) for code, label in attribute.values.items()}
    return dataclasses.replace(attribute, label=say(f"{attribute.id}.label", attribute.label, E), values=values)


def _relationship(relationship: Relationship, say: Translate) -> Relationship:
    id = f"relationship.{relationship.id}"
    return dataclasses.replace(
        relationship,
        label=say(f"{id}.label", relationship.label, E),
        reverse=say(f"{id}.reverse", relationship.reverse, E),
    )


def _target(target: Target, say: Translate) -> Target:
    id = f"target.{target.id}"
    return dataclasses.replace(
        target, label=say(f"{id}.label", target.label, E), note=_maybe(say, f"{id}.note", target.note, E)
    )


def _response_line(line: ResponseLine, say: Translate) -> ResponseLine:
    id = f"response.{line.id}"
    return dataclasses.replace(
        line,
        label=say(f"{id}.label", line.label, E),
        method=say(f"{id}.method", line.method, E),
        note=_maybe(say, f"{id}.note", line.note, E),
    )


def _comparator(comparator: Comparator, say: Translate) -> Comparator:
    id = f"comparator.{comparator.id}"
    return dataclasses.replace(
        comparator,
        label=say(f"{id}.label", comparator.label, E),
        people=say(f"{id}.people", comparator.people, E),
        definition=_maybe(say, f"{id}.definition", comparator.definition, E),
    )


def _touchpoint(touchpoint: Touchpoint, say: Translate) -> Touchpoint:
    id = f"touchpoint.{touchpoint.group}.{touchpoint.number}"
    return dataclasses.replace(
        touchpoint,
        title=say(f"{id}.title", touchpoint.title, E),
        note=_maybe(say, f"{id}.note", touchpoint.note, E),
    )


def _comparison(comparison: Comparison, say: Translate) -> Comparison:
    said = comparison.declaration
    id = f"comparison.{said.variable}.{comparison.first}.{comparison.second}"
    return dataclasses.replace(comparison, declaration=dataclasses.replace(said, because=say(id, said.because, E)))


def _measure(measure: Measure, say: Translate) -> Measure:
    id = f"measure.{measure.id}"
    return dataclasses.replace(
        measure,
        title=say(f"{id}.title", measure.title, E),
        asked_of=say(f"{id}.asked_of", measure.asked_of, E),
        rows=tuple(_row(f"{id}.row.{number}", row, say) for number, row in enumerate(measure.rows, 1)),
        note=_maybe(say, f"{id}.note", measure.note, E),
    )


def _row(id: str, row: MeasureRow, say: Translate) -> MeasureRow:
    return dataclasses.replace(
        row, label=say(f"{id}.label", row.label, E), detail=_maybe(say, f"{id}.detail", row.detail, E)
    )
