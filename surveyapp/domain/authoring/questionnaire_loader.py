"""A version's file into a `Questionnaire`, or every fault of it recorded."""

from __future__ import annotations

from pathlib import Path

from surveyapp.domain.answers import Reason
from surveyapp.domain.authoring import schema as w
from surveyapp.domain.authoring.checks.limits import check_limits
from surveyapp.domain.authoring.checks.names import check_lists
from surveyapp.domain.authoring.condition_parser import read_condition
from surveyapp.domain.authoring.shape_faults import validated
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.conditions import Condition
from surveyapp.domain.instrument.kinds import KINDS
from surveyapp.domain.instrument.patterns import PatternRefused, check_pattern
from surveyapp.domain.instrument.questionnaire import (
    Band,
    Declaration,
    Moment,
    Net,
    Option,
    Pattern,
    Question,
    Questionnaire,
    Reliability,
    Score,
    Section,
    Statement,
)

MISSING_BY_DEFAULT = (Reason.DONT_KNOW, Reason.PREFER_NOT_TO_SAY)


def read_questionnaire(source: Source, path: Path, scales: dict[str, w.ScaleW] | None) -> Questionnaire | None:
    written = validated(w.QuestionnaireW, source)
    if written is None:
        return None
    if written.questionnaire != path.parent.name or f"v{written.version}" != path.stem:
        source.fault(
            ("questionnaire",),
            "wrong_file",
            f"“{written.questionnaire}” version {written.version} belongs in "
            f"{written.questionnaire}/v{written.version}.yaml.",
        )
    check_lists(source)
    if _too_much(source, written, scales or {}):
        return None
    sections = tuple(
        Section(
            id=section.id,
            title=section.title,
            questions=tuple(
                _question(source, ("sections", s, "questions", q), question, scales)
                for q, question in enumerate(section.questions)
            ),
            interviewer=section.interviewer,
            ask_if=_condition(source, ("sections", s, "ask_if"), section.ask_if),
        )
        for s, section in enumerate(written.sections)
    )
    return Questionnaire(
        id=written.questionnaire,
        version=written.version,
        title=written.title,
        sections=sections,
        changes=tuple(declaration_of(name, each) for name, each in written.changes.items()),
        scores=tuple(
            Score(
                id=each.id,
                title=each.title,
                method=each.method,
                items=tuple(each.items),
                reverse=tuple(each.reverse),
                minimum_answered=each.minimum_answered or len(each.items),
                bands=tuple(Band(code, band.label, band.from_, band.to) for code, band in each.bands.items()),
                reliability=Reliability(**dict(each.reliability)) if each.reliability else None,
            )
            for each in written.scores
        ),
    )


MOST_OPTIONS, MOST_PATTERNS = 20_000, 40


def _too_much(source: Source, written: w.QuestionnaireW, scales: dict[str, w.ScaleW]) -> bool:
    """Records that a questionnaire would take minutes to check: a scale is written once and read for every question."""
    questions = [question for section in written.sections for question in section.questions]
    used = [scales[question.scale].options or {} for question in questions if question.scale in scales]
    options = sum(map(len, used)) + sum(len(question.options or {}) for question in questions)
    patterns = len({question.pattern.match for question in questions if question.pattern})
    if options > MOST_OPTIONS:
        sentence = f"All its questions together have {options:,} options to choose from. {MOST_OPTIONS:,} is the most."
        source.fault(("sections",), "too_large", sentence)
    if patterns > MOST_PATTERNS:
        sentence = f"Its questions have {patterns} patterns. {MOST_PATTERNS} different ones are the most."
        source.fault(("sections",), "too_large", sentence)
    return options > MOST_OPTIONS or patterns > MOST_PATTERNS


def declaration_of(variable: str, written: w.ChangeW | w.ComparisonW) -> Declaration:
    mapping = tuple((old, str(new)) for old, new in (written.mapping or {}).items())
    return Declaration(variable, written.because, written.comparable == "yes" or bool(mapping), mapping)


def _condition(source: Source, place: Place, written: object) -> Condition | None:
    return None if written is None else read_condition(source, place, written)


def _question(source: Source, place: Place, q: w.QuestionW, scales: dict[str, w.ScaleW] | None) -> Question:
    kind = KINDS[q.kind]
    scale = _scale(source, place, q, scales)
    _check_keys(source, place, q)
    missing = tuple(Reason(word) for word in q.missing) if q.missing is not None else MISSING_BY_DEFAULT
    question = Question(
        id=q.id,
        kind=q.kind,
        text=q.text,
        hint=q.hint,
        interviewer=q.interviewer,
        ask_if=_condition(source, (*place, "ask_if"), q.ask_if),
        scale=q.scale,
        options=_options(q, scale),
        nets=tuple(Net(name, net.label, tuple(net.options)) for name, net in scale.nets.items()) if scale else (),
        favourable=scale.favourable if scale else None,
        neutral=scale.neutral if scale else None,
        statements=tuple(
            Statement(name, each)
            if isinstance(each, str)
            else Statement(name, each.text, _condition(source, (*place, "statements", name, "ask_if"), each.ask_if))
            for name, each in (q.statements or {}).items()
        ),
        moments=tuple(Moment(name, label) for name, label in (q.moments or {}).items()),
        missing=missing if kind.closed else (),
        required=q.required if q.required is not None else kind.closed,
        minimum=scale.from_ if scale and scale.from_ is not None else q.minimum,
        maximum=scale.to if scale and scale.to is not None else q.maximum,
        low=scale.low if scale else None,
        high=scale.high if scale else None,
        decimals=q.decimals,
        units=tuple(q.units or ()),
        earliest=q.earliest,
        latest=q.latest,
        max_length=q.max_length,
        pattern=Pattern(q.pattern.match, q.pattern.says) if q.pattern else None,
        order=q.order,
        fact=q.fact,
        apart=q.apart,
    )
    check_limits(source, place, question)
    return question


def _scale(source: Source, place: Place, q: w.QuestionW, scales: dict[str, w.ScaleW] | None) -> w.ScaleW | None:
    if q.scale is None or scales is None:
        return None
    if q.scale not in scales:
        source.fault(
            (*place, "scale"),
            "unknown_scale",
            f"study.yaml has no scale “{q.scale}”.{source.did_you_mean(q.scale, scales)}",
        )
        return None
    scale = scales[q.scale]
    if KINDS[q.kind].scaled != (scale.from_ is not None and scale.to is not None):
        source.fault(
            (*place, "scale"),
            "wrong_scale",
            f"The scale “{q.scale}” does not fit a {q.kind}: a rating needs "
            "`from` and `to`, the other kinds need options.",
        )
    return scale


def _options(q: w.QuestionW, scale: w.ScaleW | None) -> tuple[Option, ...]:
    written: dict[str, str] | dict[str, str | w.OptionW] = q.options or (scale.options if scale else None) or {}
    written = written or dict(KINDS[q.kind].standard)
    values = (scale.values if scale and not q.options else None) or {}
    return tuple(
        Option(code=code, label=each, value=values.get(code))
        if isinstance(each, str)
        else Option(code=code, label=each.text, exclusive=each.exclusive, specify=each.specify, value=each.value)
        for code, each in written.items()
    )


EVERYWHERE = frozenset({"constructor"})
"""What every object in JavaScript has, of all that can be the name of a question: pages find answers by it."""


def _check_keys(source: Source, place: Place, q: w.QuestionW) -> None:
    """What a kind needs and what it cannot use."""
    kind = KINDS[q.kind]
    if q.id in EVERYWHERE:
        sentence = f"In a browser's scripts everything has something called “{q.id}”. Give the question another name."
        source.fault((*place, "id"), "bad_name", sentence)
    for key in w.QuestionW.model_fields:
        if key in q.model_fields_set and key not in kind.accepts:
            source.fault((*place, key), "key_of_another_kind", f"A {q.kind} has no “{key}”. Take it out.")
    if kind.needs_options and (q.scale is None) == (q.options is None):
        source.fault(place, "needs_options", f"“{q.id}” needs either a scale or options, one of the two.")
    if kind.scaled and q.scale is None:
        source.fault(place, "needs_options", f"“{q.id}” needs a scale with `from` and `to`.")
    if kind.needs_statements and not q.statements:
        source.fault(place, "needs_statements", f"“{q.id}” needs `statements`.")
    if kind.standard and q.options and set(q.options) != set(kind.standard):
        own = " and ".join(f"`{code}`" for code in kind.standard)
        source.fault((*place, "options"), "needs_options", f"A {q.kind} has the options {own}, and no others.")
    if q.pattern is not None:
        try:
            check_pattern(q.pattern.match)
        except PatternRefused as error:
            sentence = f"This is not a regular expression that can be used: {error}. Write a plainer one."
            source.fault((*place, "pattern", "match"), "bad_pattern", sentence)
    if q.order == "shuffled" and q.scale is not None:
        source.fault((*place, "order"), "shuffled_scale", "A scale has an order. Use `order: reversed_for_half`.")
    if q.fact and (q.scale is not None or q.moments is not None):
        source.fault(
            (*place, "fact"), "not_a_fact", "An answer on a scale, or about before and now, is an opinion, not a fact."
        )
