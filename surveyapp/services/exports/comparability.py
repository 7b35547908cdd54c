"""How the answers of versions and touchpoints compare, as a file tells it: what every page of results goes by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from surveyapp.domain.exports.columns import parts_through, question_text
from surveyapp.domain.exports.dataset import ComparedVariable
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions.variable_history import history


def compared(study: Study, versions: Mapping[str, Mapping[int, Questionnaire]]) -> tuple[ComparedVariable, ...]:
    """Every variable of the versions that were answered, by group and version, with what became of it."""
    names: dict[str, None] = {}
    for documents in versions.values():
        for by_version in parts_through(documents).values():
            part = next(iter(by_version.values()))
            if part.when is None:
                names[part.name] = None
    return tuple(each for name in names for each in _of(study, name))


def _of(study: Study, name: str) -> Iterator[ComparedVariable]:
    for each in history(study, name):
        since = each.since
        yield ComparedVariable(
            variable=name,
            group=each.group,
            questionnaire=each.wording.questionnaire,
            version=each.wording.version,
            touchpoints=tuple(touchpoint.number for touchpoint in each.touchpoints),
            text=question_text(each.parts[0]) if each.parts else "",
            before=None if since is None else (since.wording.questionnaire, since.wording.version),
            status=("new",) if since is None else tuple(since.statuses),
            comparable=since is None or since.comparable,
            because=() if since is None else tuple(str(note.reason) for note in since.notes if note.reason),
            mapping=() if since is None else since.mapping,
        )
