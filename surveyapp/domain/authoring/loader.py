"""A study's folder into a `Study`, or every fault in it at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

from surveyapp.domain.authoring import study_schema as w
from surveyapp.domain.authoring.checks.study import check_alone, check_study
from surveyapp.domain.authoring.fault_codes import NOTES
from surveyapp.domain.authoring.file_text import shown
from surveyapp.domain.authoring.folders import (
    STUDY,
    closed,
    closed_studies,
    misplaced,
    not_studies,
    shown_in,
    study_folders,
    version_files,
)
from surveyapp.domain.authoring.frozen import lock
from surveyapp.domain.authoring.media.manifest import read_media
from surveyapp.domain.authoring.message_rules import message_rules
from surveyapp.domain.authoring.questionnaire_loader import declaration_of, read_questionnaire
from surveyapp.domain.authoring.schema import ComparisonW
from surveyapp.domain.authoring.shape_faults import scales_alone, validated
from surveyapp.domain.authoring.yaml_source import Place, Source, read_source, shortened
from surveyapp.domain.errors import Fault, QuestionnaireFaults
from surveyapp.domain.instrument.consent.notice import Help, KeyFact, LawfulBasis, PrivacyNotice, PrivacyRight
from surveyapp.domain.instrument.consent.purposes import Governs, Purpose
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule
from surveyapp.domain.instrument.kinds.base import iso_day
from surveyapp.domain.instrument.measures.beside import Comparator, ComparatorPlace, ResponseLine, Target
from surveyapp.domain.instrument.measures.measure import Comparison, Measure, MeasureRow
from surveyapp.domain.instrument.questionnaire import (
    Questionnaire,
)
from surveyapp.domain.instrument.study import (
    Anchor,
    AnswersWanted,
    Attribute,
    CompletionRule,
    EnrolmentRule,
    Group,
    Relationship,
    ReleaseRule,
    Study,
    Thresholds,
    Touchpoint,
)


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
    faults = [*closed_studies(folder), *not_studies(folder)]
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
    written = validated(w.StudyW, source) if not source.faults else None
    scales = written.scales if written else scales_alone(source)
    sources: dict[tuple[str, int], Source] = {}
    questionnaires: dict[tuple[str, int], Questionnaire] = {}
    faults = [*closed(folder, shown(folder.name)), *misplaced(folder)]
    for path in version_files(folder):
        own = read_source(path, shown_in(folder, path))
        questionnaire = read_questionnaire(own, path, scales) if not own.faults else None
        if questionnaire is not None:
            questionnaires[questionnaire.id, questionnaire.version] = questionnaire
            sources[questionnaire.id, questionnaire.version] = own
        faults.extend(own.faults)
    if written is None:
        raise QuestionnaireFaults(tuple(sorted([*source.faults, *faults])))
    study = _study(source, folder, written, questionnaires)
    is_whole = not source.faults
    check_alone(study, source)
    if faults:
        raise QuestionnaireFaults(tuple(sorted([*source.faults, *faults])))
    if is_whole:
        check_study(study, source, sources)
    media, of_media = read_media(folder, study)
    faults = [*source.faults, *(fault for own in sources.values() for fault in own.faults), *of_media]
    return dataclasses.replace(study, media=media), tuple(sorted(faults))


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
                target=_answers_wanted(each.target),
                note=each.note,
            )
        )
    return Study(
        id=written.study,
        title=written.title,
        public_title=written.public_title,
        summary=written.summary,
        about=written.about,
        facts=tuple(KeyFact(**each.model_dump()) for each in written.facts),
        thanks=written.thanks,
        source_language=written.source_language,
        languages=tuple(written.languages),
        partial=tuple(written.partial),
        easy=tuple(written.easy),
        time_zone=written.time_zone,
        thresholds=Thresholds(**written.thresholds.model_dump()),
        completion=CompletionRule(**written.completion.model_dump()),
        soft_refusals_again=written.soft_refusals_again,
        help=Help(**written.help.model_dump()),
        groups=tuple(Group(name, **each.model_dump()) for name, each in written.groups.items()),
        attributes=tuple(Attribute(name, each.label, each.values) for name, each in written.attributes.items()),
        segments=tuple(written.segments),
        events=written.events,
        proxies=written.proxies,
        consent=tuple(_purpose(each) for each in written.consent),
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
        retention=_retention(source, written.retention),
        privacy=_privacy(written.privacy),
        corrections_days=_days(written.corrections),
        open_answers=written.open_answers,
        crosstabs=tuple((first, second) for first, second in written.crosstabs),
        targets=tuple(_target(source, ("targets", index), each) for index, each in enumerate(written.targets)),
        response=tuple(map(_response_line, written.response)),
        comparators=tuple(map(_comparator, written.comparators)),
        messages=message_rules(source, written.messages),
        frozen=_frozen(folder),
    )


def _frozen(folder: Path) -> dict[tuple[str, int], Mapping[str, int]]:
    """A lock that cannot be read is said by whoever freezes and serves."""
    try:
        return {key: locked.looks_back for key, locked in lock.read_lines(folder).items()}
    except QuestionnaireFaults:
        return {}


def _purpose(written: w.PurposeW) -> Purpose:
    """A consent; one that is required decides to take part, and need not say so."""
    governs = written.governs or ("take_part" if written.required else None)
    return Purpose(**(written.model_dump() | {"governs": Governs(governs) if governs else None}))


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


_KEEP = re.compile(r"(?:closed\((?P<number>\d{1,4})\)|(?P<end>end))(?: *\+ *(?P<days>\d{1,15}) days?)?")


def _retention(source: Source, written: w.RetentionW | None) -> RetentionRule | None:
    if written is None:
        return None
    ends = _keep(source, "study_ends", written.study_ends)
    if ends.date is None:
        sentence = f"“{shortened(written.study_ends)}” is not a date. Write it like `2027-12-31`."
        source.fault(("retention", "study_ends"), "bad_value", sentence)
    answers = _keep(source, "answers", written.answers)
    return RetentionRule(
        study_ends=ends.date or dt.date.max,
        contacts=_keep(source, "contacts", written.contacts),
        words=answers if written.words is None else _keep(source, "words", written.words),
        answers=answers,
        then=written.then,
        withdrawn_days=_days(written.withdrawn) or 0,
    )


def _privacy(written: w.PrivacyW | None) -> PrivacyNotice | None:
    if written is None:
        return None
    regulator = written.regulator
    return PrivacyNotice(
        controller=written.controller,
        contact=written.contact,
        collected=written.collected,
        basis=LawfulBasis(written.basis),
        why=written.why,
        recipients=tuple(written.recipients),
        rights=tuple(map(PrivacyRight, written.rights)),
        regulator=regulator.name,
        regulator_phone=regulator.phone,
        regulator_web=regulator.web,
        draft=written.draft,
    )


def _keep(source: Source, key: str, written: str) -> KeepUntil:
    if (day := iso_day(written)) is not None:
        return KeepUntil(date=day)
    match = _KEEP.fullmatch(written)
    if match is None and key != "study_ends":
        sentence = (
            f"“{shortened(written)}” does not say until when it is kept. Write a date such as `2028-06-30`, `end + 180 "
            "days`, or `closed(2) + 90 days` for so long after a person’s touchpoint 2 has closed."
        )
        source.fault(("retention", key), "bad_retention", sentence)
    if match is None:
        return KeepUntil()
    return KeepUntil(touchpoint=int(match["number"]) if match["number"] else None, days=int(match["days"] or 0))


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


def _answers_wanted(written: int | str | None) -> AnswersWanted | None:
    if written is None:
        return None
    return AnswersWanted(percent=int(written.rstrip(" %"))) if isinstance(written, str) else AnswersWanted(written)


def _response_line(written: w.ResponseLineW) -> ResponseLine:
    where = next(iter(written.where.items())) if written.where else None
    loaded = {"population": written.population or 0, "achieved": written.achieved or 0}
    return ResponseLine(**{**dict(written), **loaded, "where": where})


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


def _comparison(written: ComparisonW) -> Comparison:
    (first, _, one), (second, _, two) = (each.partition("/v") for each in written.between)
    versions = (int(one or 0), int(two or 0)) if one or two else None
    return Comparison(first, second, declaration_of(written.variable, written), versions)
