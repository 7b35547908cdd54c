"""A study's folder into a `Study`, or every fault in it at once."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from surveyapp.domain.answers import Reason
from surveyapp.domain.authoring import schema as w
from surveyapp.domain.authoring.checks.limits import check_limits
from surveyapp.domain.authoring.checks.study import check_study
from surveyapp.domain.authoring.condition_parser import read_condition
from surveyapp.domain.authoring.fault_codes import NOTES
from surveyapp.domain.authoring.file_text import shown
from surveyapp.domain.authoring.folders import STUDY, misplaced, not_studies, shown_in, study_folders, version_files
from surveyapp.domain.authoring.yaml_source import Place, Source, read_source, shortened
from surveyapp.domain.errors import Fault, QuestionnaireFaults
from surveyapp.domain.instrument.conditions import Condition
from surveyapp.domain.instrument.kinds import KINDS
from surveyapp.domain.instrument.kinds.base import iso_day
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
from surveyapp.domain.instrument.study import (
    Anchor,
    Attribute,
    Comparator,
    ComparatorPlace,
    Comparison,
    EnrolmentRule,
    Group,
    Help,
    Measure,
    MeasureRow,
    Purpose,
    Relationship,
    ReleaseRule,
    Study,
    Target,
    Thresholds,
    Touchpoint,
)

MISSING_BY_DEFAULT = (Reason.DONT_KNOW, Reason.PREFER_NOT_TO_SAY)


def load_studies(folder: Path) -> dict[str, Study]:
    """Every study under a folder, by id. Raises QuestionnaireFaults with all faults of all of them."""
    studies, faults = read_studies(folder)
    _raise(faults)
    return studies


def load_study(folder: Path) -> Study:
    """The study in a folder. Raises QuestionnaireFaults."""
    study, faults = read_study(folder)
    _raise(faults)
    return study


def _raise(faults: tuple[Fault, ...]) -> None:
    if any(fault.code not in NOTES for fault in faults):
        raise QuestionnaireFaults(faults)


def read_studies(folder: Path) -> tuple[dict[str, Study], tuple[Fault, ...]]:
    """The studies under a folder whose files make one, by the name of its folder, and all that is wrong with any."""
    studies: dict[str, Study] = {}
    faults = list(not_studies(folder))
    found = study_folders(folder)
    if not found and not faults:
        faults.append(
            Fault(
                file=shown(str(folder)),
                line=1,
                column=1,
                code="no_study",
                sentence="There is no study here: a folder with a study.yaml.",
            )
        )
    for each in found:
        try:
            studies[each.name], own = read_study(each)
        except QuestionnaireFaults as error:
            own = error.faults
        faults.extend(own)
    return studies, tuple(sorted(faults))


def read_study(folder: Path) -> tuple[Study, tuple[Fault, ...]]:
    """The study in a folder, and what is wrong between its parts, notes (`fault_codes.NOTES`) among it. Raises
    QuestionnaireFaults where the files do not even make a study."""
    source = read_source(folder / STUDY, shown(folder.name, STUDY))
    written = w.validated(w.StudyW, source) if not source.faults else None
    scales = written.scales if written else w.scales_alone(source)
    sources: dict[tuple[str, int], Source] = {}
    questionnaires: dict[tuple[str, int], Questionnaire] = {}
    faults = [*source.faults, *misplaced(folder)]
    for path in version_files(folder):
        own = read_source(path, shown_in(folder, path))
        questionnaire = _questionnaire(own, path, scales) if not own.faults else None
        if questionnaire is not None:
            questionnaires[questionnaire.id, questionnaire.version] = questionnaire
            sources[questionnaire.id, questionnaire.version] = own
        faults.extend(own.faults)
    if written is None or faults:
        raise QuestionnaireFaults(tuple(sorted(faults)))
    study = _study(source, folder, written, questionnaires)
    if not source.faults:
        check_study(study, source, sources)
    faults = source.faults + [fault for own in sources.values() for fault in own.faults]
    return study, tuple(sorted(faults))


def _study(
    source: Source, folder: Path, written: w.StudyW, questionnaires: dict[tuple[str, int], Questionnaire]
) -> Study:
    if written.study != folder.name:
        source.fault(
            ("study",),
            "wrong_folder",
            f"The study “{written.study}” stands in the folder “{folder.name}”. Give both the same name.",
        )
    touchpoints = []
    for index, each in enumerate(written.touchpoints):
        anchor = _anchor(source, ("touchpoints", index, "opens"), each.opens)
        touchpoints.append(
            Touchpoint(
                group=each.group,
                number=each.number,
                title=each.title,
                questionnaire=each.questionnaire,
                opens=anchor or Anchor(type="enrolled"),
                due_days=_days(each.due),
                closes_days=_days(each.closes),
                note=each.note,
            )
        )
    return Study(
        id=written.study,
        title=written.title,
        public_title=written.public_title,
        summary=written.summary,
        about=written.about,
        source_language=written.source_language,
        languages=tuple(written.languages),
        partial=tuple(written.partial),
        time_zone=written.time_zone,
        thresholds=Thresholds(**written.thresholds.model_dump()),
        help=Help(**written.help.model_dump()),
        groups=tuple(Group(name, **each.model_dump()) for name, each in written.groups.items()),
        attributes=tuple(Attribute(name, each.label, each.values) for name, each in written.attributes.items()),
        segments=tuple(written.segments),
        events=written.events,
        consent=tuple(Purpose(**each.model_dump()) for each in written.consent),
        touchpoints=tuple(touchpoints),
        measures=tuple(
            Measure(
                id=each.id,
                theme=each.theme,
                title=each.title,
                group=each.group,
                asked_of=each.asked_of,
                variable=each.variable,
                net=each.net,
                rows=tuple(MeasureRow(**row.model_dump()) for row in each.rows),
                note=each.note,
            )
            for each in written.measures
        ),
        questionnaires=questionnaires,
        comparisons=tuple(map(_comparison, written.comparisons)),
        relationships=tuple(
            Relationship(id=name, first=each.from_, second=each.to, label=each.label, reverse=each.reverse)
            for name, each in written.relationships.items()
        ),
        enrolment=_enrolment(source, written.enrolment),
        releases=ReleaseRule(**written.releases.model_dump()),
        crosstabs=tuple((first, second) for first, second in written.crosstabs),
        targets=tuple(_target(source, ("targets", index), each) for index, each in enumerate(written.targets)),
        comparators=tuple(map(_comparator, written.comparators)),
    )


def _enrolment(source: Source, written: w.EnrolmentW) -> EnrolmentRule:
    place: Place = ("enrolment",)
    if written.until is not None and written.quiet is not None:
        source.fault((*place, "quiet"), "two_meanings", "Enrolment ends in one way: keep `until` or `quiet`, not both.")
    until = iso_day(written.until) if written.until else None
    if written.until and until is None:
        sentence = f"“{shortened(written.until)}” is not a date. Write it like `2026-10-31`."
        source.fault((*place, "until"), "bad_value", sentence)
    quiet = _days(written.quiet)
    return EnrolmentRule(until) if quiet is None else EnrolmentRule(until, quiet)


def _target(source: Source, place: Place, written: w.TargetW) -> Target:
    day = iso_day(written.as_at)
    if day is None:
        sentence = f'“{shortened(written.as_at)}” is not a date. Write it like "2025-03-31".'
        source.fault((*place, "as_at"), "bad_value", sentence)
    by, parts = next(iter((written.by or {}).items()), (None, {}))
    return Target(
        id=written.id,
        label=written.label,
        target=written.target,
        actual=written.actual,
        by=by,
        parts=parts,
        as_at=day or dt.date.min,
        source=written.source,
        note=written.note,
    )


def _comparator(written: w.ComparatorW) -> Comparator:
    places = (ComparatorPlace(**{**each.model_dump(), "options": tuple(each.options)}) for each in written.beside)
    return Comparator(**{**dict(written), "beside": tuple(places)})


_ANCHOR = re.compile(
    r"(?:submitted\((?P<group>[a-z0-9_]+), *(?P<number>\d{1,4})\)|event\((?P<event>[a-z0-9_]+)\)"
    r"|(?P<enrolled>enrolled))(?: *\+ *(?P<days>\d{1,15}) days?)?"
)


def _anchor(source: Source, place: Place, written: str) -> Anchor | None:
    if (day := iso_day(written)) is not None:
        return Anchor(type="fixed", date=day)
    match = _ANCHOR.fullmatch(written)
    if match is None:
        source.fault(
            place,
            "bad_anchor",
            f"“{shortened(written)}” does not say when it opens. Write `enrolled`, a date such as "
            "`2025-01-15`, `submitted(group, 1) + 30 days` or `event(name) + 91 days`.",
        )
        return None
    days = int(match["days"] or 0)
    if match["enrolled"]:
        return Anchor(type="enrolled", days=days)
    if match["event"]:
        return Anchor(type="event", days=days, event=match["event"])
    return Anchor(type="submitted", days=days, touchpoint=(match["group"], int(match["number"])))


def _days(written: str | None) -> int | None:
    return int(written.split()[0]) if written else None


def _questionnaire(source: Source, path: Path, scales: dict[str, w.ScaleW] | None) -> Questionnaire | None:
    written = w.validated(w.QuestionnaireW, source)
    if written is None:
        return None
    if written.questionnaire != path.parent.name or f"v{written.version}" != path.stem:
        source.fault(
            ("questionnaire",),
            "wrong_file",
            f"“{written.questionnaire}” version {written.version} belongs in "
            f"{written.questionnaire}/v{written.version}.yaml.",
        )
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
        changes=tuple(_declaration(name, each) for name, each in written.changes.items()),
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


def _declaration(variable: str, written: w.ChangeW | w.ComparisonW) -> Declaration:
    mapping = tuple((old, str(new)) for old, new in (written.mapping or {}).items())
    return Declaration(variable, written.because, written.comparable == "yes" or bool(mapping), mapping)


def _comparison(written: w.ComparisonW) -> Comparison:
    (first, _, one), (second, _, two) = (each.partition("/v") for each in written.between)
    versions = (int(one or 0), int(two or 0)) if one or two else None
    return Comparison(first, second, _declaration(written.variable, written), versions)


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


def _check_keys(source: Source, place: Place, q: w.QuestionW) -> None:
    """What a kind needs and what it cannot use."""
    kind = KINDS[q.kind]
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
