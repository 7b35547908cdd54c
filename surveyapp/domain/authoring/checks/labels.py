"""Labels that stand side by side to be told apart, and say the same: in the source here, in a translation by whoever
reads that."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from surveyapp.domain import normalise
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import SourceText, texts_of, texts_of_questionnaire

_SIDE_BY_SIDE = re.compile(
    r"(?P<scale>scale\.[^.]+)\.[^.]+|(?P<part>.+\.(?:option|statement|moment|value|net|band))\.[^.]+"
    r"|(?P<group>group)\.[^.]+\.title|(?P<event>event)\.[^.]+|(?P<yes_no>yes_no)\.[^.]+"
)
"""Ids of texts of which one is chosen among its like: what they have in common."""


def check_labels(study: Study, source: Source, sources: Mapping[tuple[str, int], Source]) -> None:
    """Records `same_label` for whatever an author worded twice alike."""
    said: set[str] = set()
    for key, texts in wordings(study):
        for one, other in same_labels((text.id, text.source) for text in texts):
            if other in said:
                continue
            said.add(other)
            if key is None or other.startswith("scale."):
                where, place = source, _study_place(other)
            else:
                where, place = sources[key], _place(study.questionnaires[key], other)
            codes = [f"“{each.removesuffix('.title').rpartition('.')[2]}”" for each in (one, other)]
            where.fault(place, "same_label", f"{' and '.join(codes)} read the same. Word one of them otherwise.")


def wordings(study: Study) -> Iterator[tuple[tuple[str, int] | None, tuple[SourceText, ...]]]:
    """The texts that people meet together: the study's own (None), and those of each version of a questionnaire."""
    yield None, texts_of(dataclasses.replace(study, questionnaires={}))
    for key, questionnaire in study.questionnaires.items():
        yield key, texts_of_questionnaire(questionnaire)


def same_labels(said: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Ids of two labels, the earlier first, that stand side by side and read the same whatever their case and spaces.
    `said`: each text's id and its words, in the order shown."""
    seen: dict[tuple[str, str], str] = {}
    for id, words in said:
        match = _SIDE_BY_SIDE.fullmatch(id)
        if match is None:
            continue
        common = next(each for each in match.groups() if each)
        first = seen.setdefault((common, normalise.as_read(words)), id)
        if first != id:
            yield first, id


def side_by_side(texts: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """(id, source) of labels by what those that stand side by side have in common; those alone left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    for id, source in texts:
        if match := _SIDE_BY_SIDE.fullmatch(id):
            found.setdefault(next(each for each in match.groups() if each), []).append((id, source))
    return {common: beside for common, beside in found.items() if len(beside) > 1}


def _study_place(id: str) -> Place:
    steps = id.split(".")
    match steps:
        case ["scale", name, "net", net]:
            return "scales", name, "nets", net
        case ["scale", name, code]:
            return "scales", name, "options", code
        case ["group", name, _]:
            return "groups", name
        case ["event", name]:
            return "events", name
        case [scope, name, "value", code]:
            return "attributes", f"{scope}.{name}", "values", code
    return ()


def _place(questionnaire: Questionnaire, id: str) -> Place:
    steps = id.split(".")
    if steps[1] == "score":
        index = next(index for index, score in enumerate(questionnaire.scores) if score.id == steps[2])
        return "scores", index, "bands", steps[-1]
    for s, section in enumerate(questionnaire.sections):
        for q, question in enumerate(section.questions):
            if question.id == steps[1]:
                return "sections", s, "questions", q, f"{steps[2]}s", steps[-1]
    return ()
