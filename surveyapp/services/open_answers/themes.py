"""What was coded of people's words, as the results count it: each question's themes as a variable of its own, and an
“other” that says one of the options as that option."""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from surveyapp.analysis.statistics.agreement import coefficient
from surveyapp.domain.answers import Answer, Answers, Codes, Missing, Reason, Text
from surveyapp.domain.exports.dataset import ExportedResponse
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds import Part, PartType
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.open_answers.codes import AnswerCoding, CodeFrame, compared
from surveyapp.domain.open_answers.themes import (
    UNCODED,
    ThemedVariable,
    ThemeWords,
    coded_back,
    coded_variable,
    gained_variable,
    is_open,
    options_said,
    theme_variable,
    themed,
    themes_of,
)
from surveyapp.domain.responses import CountedAnswers, CountedValue
from surveyapp.domain.results import CodingBasis
from surveyapp.domain.staff import Scope
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.work import Work
from surveyapp.store.open_answers import coding as store
from surveyapp.store.open_answers import reading

CodedPlace = tuple[uuid.UUID, int, str]
"""Of whom, at which touchpoint, in answer to which variable."""

TITLE = N_("Themes of “%(question)s”")
CODED = N_("%(question)s (with “other” coded back)")
NO_THEME = N_("None of the themes")
NOT_CODED = N_("Not coded yet")


def theme_words(language: str | None) -> ThemeWords:
    """What is said of themes in a language."""
    said = interface_catalogues.spoken(language or interface_catalogues.SOURCE)[1]
    return ThemeWords(title=said(TITLE), coded=said(CODED), none=said(NO_THEME), uncoded=said(NOT_CODED))


@dataclasses.dataclass(frozen=True, kw_only=True)
class GroupThemes:
    """The frames of a group by variable, and what counts of each answer that was coded with one."""

    frames: Mapping[str, CodeFrame]
    coded: Mapping[CodedPlace, AnswerCoding]

    def counted(self, place: CodedPlace) -> frozenset[uuid.UUID] | None:
        coding = self.coded.get(place)
        return None if coding is None else coding.counted

    def type_of(self, variable: str, parts: Mapping[str, Part]) -> PartType | None:
        """What the answers are of a variable that stands in no questionnaire, beside these parts of one."""
        for own in self.frames:
            part = parts.get(own)
            if part is None or not is_open(part):
                continue
            if part.when is None and variable == theme_variable(own):
                return PartType.CODES
            if part.when is not None and variable == gained_variable(part.when[0]):
                return PartType.CODES
        return None


def group_themes(work: Work, scope: Scope, group: str, only: Collection[uuid.UUID] | None = None) -> GroupThemes:
    """What is coded of a group's words; nothing is opened. `only`: of these participants alone."""
    there = {variable: frame for (_, variable), frame in store.frames(work.session, scope.study, group).items()}
    if not there:
        return GroupThemes(frames={}, coded={})
    answers = reading.written(work.session, scope, list(there), group, only=only, also_gone=True)
    codings = store.codings(work.session, answers)
    return GroupThemes(
        frames=there,
        coded={
            (each.person, each.touchpoint, each.variable): codings.get(each.place, AnswerCoding()) for each in answers
        },
    )


PartsAt = Callable[[int, int], Mapping[str, Part]]
"""The variables of the version that was answered at a touchpoint: (touchpoint, version) to parts by key."""

CodedValue = tuple[uuid.UUID, CountedValue | None, Reason | None]


def with_themes(answers: Iterable[CountedAnswers], themes: GroupThemes, parts_at: PartsAt) -> Iterator[CountedAnswers]:
    """A group's answers with those to its themes, and with what was said as “other” where it was coded back."""
    lines: dict[tuple[int, int], dict[str, dict[str, str]]] = {}
    for each in answers if themes.frames else ():
        asked = (each.touchpoint, each.version)
        if asked not in lines:
            lines[asked] = _lines(parts_at(*asked), themes)
        if each.variable in lines[asked]:
            several = parts_at(*asked)[each.variable].type is PartType.CODES
            yield from _coded_back(each, themes, lines[asked][each.variable], several=several)
            continue
        yield each
        if each.variable in themes.frames and parts_at(*asked)[each.variable].when is None:
            yield _themes(each, themes)
    if not themes.frames:
        yield from answers


def _lines(parts: Mapping[str, Part], themes: GroupThemes) -> dict[str, dict[str, str]]:
    """Of each question with options, those that have a line beside them which has a frame, with the line's key."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for key, part in parts.items():
        if part.when is not None and key in themes.frames:
            found[part.when[0]][part.when[1]] = key
    return found


def _themes(answers: CountedAnswers, themes: GroupThemes) -> CountedAnswers:
    frame = themes.frames[answers.variable]
    rows: list[CodedValue] = []
    for person, value, reason in zip(answers.people, answers.values, answers.reasons, strict=True):
        if reason is not None:
            rows.append((person, None, reason))
        elif value is not None:
            codes = themes.counted((person, answers.touchpoint, answers.variable))
            rows.extend((person, option, None) for option in themes_of(frame, codes))
    return _answers(answers, theme_variable(answers.variable), rows)


def _coded_back(
    answers: CountedAnswers, themes: GroupThemes, lines: Mapping[str, str], *, several: bool
) -> Iterator[CountedAnswers]:
    rows: list[CodedValue] = []
    gained: list[CodedValue] = []
    for person, value, reason in zip(answers.people, answers.values, answers.reasons, strict=True):
        line = lines.get(value) if isinstance(value, str) and reason is None else None
        if line is None or not isinstance(value, str):
            rows.append((person, value, reason))
            continue
        said = options_said(line, themes.frames[line], value, themes.counted((person, answers.touchpoint, line)))
        now = coded_back((value,), value, said, several=several)
        rows.extend((person, option, None) for option in now)
        gained.extend((person, option, None) for option in now if option != value)
    yield _answers(answers, answers.variable, rows)
    if gained:
        yield _answers(answers, gained_variable(answers.variable), gained)


def _answers(like: CountedAnswers, variable: str, rows: Sequence[CodedValue]) -> CountedAnswers:
    return dataclasses.replace(
        like,
        variable=variable,
        people=[person for person, _, _ in rows],
        values=[value for _, value, _ in rows],
        reasons=[reason for _, _, reason in rows],
    )


def coding_basis(work: Work, scope: Scope, group: str) -> dict[str, CodingBasis]:
    """What the themes of each variable of a group rest on, by variable."""
    themes = group_themes(work, scope, group)
    return {variable: _basis(variable, frame, themes) for variable, frame in themes.frames.items()}


def _basis(variable: str, frame: CodeFrame, themes: GroupThemes) -> CodingBasis:
    codings = [coding for (_, _, own), coding in themes.coded.items() if own == variable]
    pairs = list(compared(codings))
    agreed = coefficient([[(code.id in one, code.id in two) for code in frame.active] for one, two in pairs])
    return CodingBasis(
        version=frame.version,
        coders=2 if pairs else 1,
        both=len(pairs),
        alpha=None if agreed is None else round(agreed, 2),
    )


class ThemesInFiles:
    """What was coded, beside single answers that leave in files: questionnaires with their themes, and each response's
    answers with its own. `versions`: those that were answered, by questionnaire."""

    def __init__(
        self,
        work: Work,
        scope: Scope,
        study: Study,
        versions: Mapping[str, Mapping[int, Questionnaire]],
        language: str | None,
    ) -> None:
        self.versions = versions
        self._groups: dict[str, GroupThemes] = {}
        self._suffixes: dict[str, str] = {}
        self._frames: dict[str, Mapping[str, ThemedVariable]] = {}
        words, taken = theme_words(language), set[tuple[str, str]]()
        for group in study.groups:
            themes = group_themes(work, scope, group.id)
            coded = {place[2] for place, coding in themes.coded.items() if coding.counted is not None}
            left = {place[2] for place, coding in themes.coded.items() if coding.counted is None}
            asked = {touchpoint.questionnaire for touchpoint in study.touchpoints_of(group.id)} & versions.keys()
            own = {(name, variable) for name in asked for variable in coded}
            suffix = f"_{group.id}" if own & taken else ""
            taken |= own
            frames = {
                variable: ThemedVariable(
                    variable=variable,
                    frame=frame,
                    counted=frozenset([UNCODED] if variable in left else []),
                    suffix=suffix,
                    beside=True,
                )
                for variable, frame in themes.frames.items()
                if variable in coded
            }
            if frames:
                self._groups[group.id], self._suffixes[group.id], self._frames[group.id] = themes, suffix, frames
                self.versions = {
                    name: {version: themed(each, frames, words) for version, each in documents.items()}
                    if name in asked
                    else documents
                    for name, documents in self.versions.items()
                }

    def beside(self, answers: Iterator[tuple[ExportedResponse, Answers]]) -> Iterator[tuple[ExportedResponse, Answers]]:
        """Each response's answers with what was coded of them."""
        for response, given in answers:
            themes = self._groups.get(response.group)
            more: dict[str, Answer] = {}
            came = dict(response.mode_by_answer)
            for variable, answer, source in () if themes is None else self._coded(response, given, themes):
                more[variable] = answer
                if source in came:
                    came[variable] = came[source]
            if not more:
                yield response, given
                continue
            yield dataclasses.replace(response, mode_by_answer=came), {**given, **more}

    def _coded(
        self, response: ExportedResponse, given: Answers, themes: GroupThemes
    ) -> Iterator[tuple[str, Answer, str]]:
        """Each variable that stands in no questionnaire, what it says, and the one whose answer it is made from."""
        suffix = self._suffixes[response.group]
        parts = parts_of(self.versions[response.questionnaire][response.version])
        back: dict[str, Codes] = {}
        for variable, own in self._frames[response.group].items():
            part, answer = parts.get(variable), given.get(variable)
            if part is None:
                continue
            assert isinstance(response.person, uuid.UUID)
            codes = themes.counted((response.person, response.touchpoint, variable))
            if part.when is not None:
                host, option = part.when
                match back.get(host, given.get(host)):
                    case Codes(chosen):
                        said = options_said(variable, own.frame, option, codes)
                        several = parts[host].type is PartType.CODES
                        back[host] = Codes(coded_back(chosen, option, said, several=several))
                    case Missing() as missing:
                        yield coded_variable(host) + suffix, missing, host
            elif isinstance(answer, Missing):
                yield theme_variable(variable) + suffix, answer, variable
            elif isinstance(answer, Text):
                # Words that were let go are counted still, coded or not.
                yield theme_variable(variable) + suffix, Codes(themes_of(own.frame, codes)), variable
        yield from ((coded_variable(host) + suffix, codes, host) for host, codes in back.items())
