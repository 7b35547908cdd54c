"""One variable through every touchpoint and version: where it is asked, in which words, and what lies between."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.instrument.condition_text import condition_words, known_of
from surveyapp.domain.instrument.conditions import All
from surveyapp.domain.instrument.kinds import Part
from surveyapp.domain.instrument.questionnaire import Score
from surveyapp.domain.instrument.routing import Page, pages_of
from surveyapp.domain.instrument.study import Study, Touchpoint
from surveyapp.domain.results import SeriesNote
from surveyapp.domain.versions import meaning
from surveyapp.domain.versions.comparability import VersionHistory, VersionId
from surveyapp.domain.versions.meaning import Status


@dataclass(frozen=True, kw_only=True)
class Since:
    """What became of it since an earlier wording. `statuses`: all that is another, the gravest first. `notes` are the
    steps in between, with the author's reasons; `mapping` each earlier code with the one that it
    counts as now, itself or another; nothing where codes stay."""

    wording: VersionId
    statuses: tuple[Status, ...]
    comparable: bool
    notes: tuple[SeriesNote, ...]
    mapping: tuple[tuple[str, str], ...] = ()

    @property
    def status(self) -> Status:
        return self.statuses[0]


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """The variable in one version, and the touchpoints of one group that use it. `parts`: one a moment; none where that
    version no longer asks it. `asked_if`: of whom, in words; None: of everybody. `since` is None where nothing came
    before for that group."""

    group: str
    touchpoints: tuple[Touchpoint, ...]
    wording: VersionId
    section: str | None
    parts: tuple[Part, ...]
    asked_if: str | None
    since: Since | None


def history(study: Study, variable: str) -> tuple[Occurrence, ...]:
    """Every version that asks a variable, or has stopped asking it, by group in the order of its touchpoints. Between
    questionnaires the newest versions are compared. Nothing where no questionnaire asks it."""
    found: list[Occurrence] = []
    for group in study.groups:
        points = study.touchpoints_of(group.id)
        order = tuple(dict.fromkeys(touchpoint.questionnaire for touchpoint in points))
        wordings = VersionHistory(study.questionnaires, study.comparisons, order)
        last: str | None = None
        for name in order:
            at = tuple(touchpoint for touchpoint in points if touchpoint.questionnaire == name)
            asking = wordings.asking(name, variable)
            if not asking:
                continue
            since = _between(wordings, variable, last, name) if last else None
            before: int | None = None
            for version in sorted(each for questionnaire, each in study.questionnaires if questionnaire == name):
                if version < asking[0]:
                    continue
                wording = VersionId(name, version)
                if before is not None:
                    since = _along(wordings, variable, VersionId(name, before), wording)
                if since is not None and since.status == "removed" and found[-1].parts == ():
                    continue
                found.append(_occurrence(study, group.id, at, wording, variable, since))
                before = version if version in asking else before
            last = name
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class ScoreOccurrence:
    """A score in one version, with what became of it since the one before; None where nothing came before."""

    wording: VersionId
    score: Score
    since: Since | None


def score_history(study: Study, score: str) -> tuple[ScoreOccurrence, ...]:
    """Every version that has a score, by questionnaire in the order in which touchpoints use them. Nothing where none
    has."""
    order = tuple(dict.fromkeys(touchpoint.questionnaire for touchpoint in study.touchpoints))
    wordings = VersionHistory(study.questionnaires, study.comparisons, order)
    found: list[ScoreOccurrence] = []
    for name in order:
        for version in wordings.scoring(name, score):
            wording = VersionId(name, version)
            here = wordings.score(wording, score)
            since = None
            if found:
                last = found[-1]
                link = wordings.score_link(score, last.wording, wording)
                statuses = tuple(meaning.score_differences(last.score, here)) or ("same",)
                since = Since(wording=last.wording, statuses=statuses, comparable=link.comparable, notes=link.notes)
            found.append(ScoreOccurrence(wording=wording, score=here, since=since))
    return tuple(found)


def _between(wordings: VersionHistory, variable: str, first: str, second: str) -> Since:
    old, new = (VersionId(name, wordings.asking(name, variable)[-1]) for name in (first, second))
    return _along(wordings, variable, old, new)


def _along(wordings: VersionHistory, variable: str, old: VersionId, new: VersionId) -> Since:
    if new.version not in wordings.asking(new.questionnaire, variable):
        return Since(wording=old, statuses=("removed",), comparable=False, notes=())
    link = wordings.link(variable, old, new)
    statuses = tuple(meaning.differences(wordings.asked(old, variable), wordings.asked(new, variable))) or ("same",)
    mapping = tuple((link.mapping or {}).items())
    return Since(wording=old, statuses=statuses, comparable=link.comparable, notes=link.notes, mapping=mapping)


def _occurrence(
    study: Study, group: str, at: tuple[Touchpoint, ...], wording: VersionId, variable: str, since: Since | None
) -> Occurrence:
    pages = [
        (page, part)
        for page in pages_of(study.questionnaires[wording])
        for part in page.parts
        if part.name == variable and part.when is None
    ]
    page = pages[0][0] if pages else None
    section = page.section.title if page else None
    parts = tuple(part for _, part in pages)
    return Occurrence(
        group=group,
        touchpoints=at,
        wording=wording,
        section=section,
        parts=parts,
        asked_if=_asked_if(study, wording, page) if page else None,
        since=since,
    )


def _asked_if(study: Study, wording: VersionId, page: Page) -> str | None:
    """What its section, its question and, in a grid, its statement are asked on."""
    statement = page.statement.ask_if if page.statement else None
    conditions = tuple(each for each in (page.section.ask_if, page.question.ask_if, statement) if each is not None)
    if not conditions:
        return None
    together = conditions[0] if len(conditions) == 1 else All(conditions)
    return condition_words(together, known_of(study, study.questionnaires[wording]))
