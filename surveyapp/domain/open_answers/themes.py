"""Themes as variables: what answers in words were coded with is counted as a question with several choices is, and an
“other” that was coded back as the option that it says.

A question's themes stand beside it as a question of their own (`<variable>_themes`), asked of those whom the words were
asked of. Its options are the codes in use (`t1`, `t2` … in the order in which they were made, so that a code keeps its
name whatever becomes of others), *none* where a coder found that none fits and, while there are any, *not coded yet*.
The line beside an option has none: its codes are options of the question that the line belongs to.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.instrument.kinds import KINDS, Part, PartType
from surveyapp.domain.instrument.measures.measure import Comparison
from surveyapp.domain.instrument.questionnaire import Declaration, Option, Question, Questionnaire, Section
from surveyapp.domain.open_answers.codes import CodeFrame, CodeState, with_parents
from surveyapp.domain.results.distributions import THEMES

NONE, UNCODED = "none", "uncoded"
"""The options of an answer that no code fits, and of one that nobody has coded yet."""


@dataclass(frozen=True)
class ThemeWords:
    """What is said in a reader's language: of a question's themes and of one with “other” coded back (both with
    `%(question)s`), that no code fits, and that an answer was not coded yet."""

    title: str
    coded: str
    none: str
    uncoded: str


@dataclass(frozen=True, kw_only=True)
class ThemedVariable:
    """A variable with its frame. `counted`: the options that are counted of somebody although their codes are not in
    use any more, *not coded yet* among them. `suffix`: of its themes' name, where two groups that answer the same
    questionnaire stand in one file. `beside`: where “other” was coded back, a question of its own says so beside the
    one that has what was given."""

    variable: str
    frame: CodeFrame
    counted: frozenset[str] = frozenset()
    suffix: str = ""
    beside: bool = False


def is_open(part: Part) -> bool:
    """Whether a variable is answered in words of one's own: not what has to fit a pattern, which is a code."""
    return part.type is PartType.TEXT and (part.when is not None or part.question.pattern is None)


def theme_variable(variable: str) -> str:
    """The name of the themes of a variable, which may be one of a before or a now."""
    return f"{variable.replace('@', '_')}{THEMES}"


def coded_variable(variable: str) -> str:
    """The name of a question with “other” coded back, where it stands beside what was given."""
    return f"{variable.replace('@', '_')}_coded"


def gained_variable(variable: str) -> str:
    """Under which name is kept which options a variable gained from what was said as “other”."""
    return f"{variable} gained"


def line_variable(part: Part, option: str) -> str | None:
    """The key of the line beside an option of a variable; None: it has none."""
    lines = part.kind.parts(part.question)
    return next((each.key for each in lines if each.when == (part.key, option)), None)


def code_names(frame: CodeFrame) -> dict[uuid.UUID, str]:
    """What each code is called as an option of the themes."""
    return {code.id: f"t{number}" for number, code in enumerate(frame.codes, 1)}


def themes_of(frame: CodeFrame, codes: Collection[uuid.UUID] | None) -> tuple[str, ...]:
    """An answer's options among the themes: of the codes that count of it (None: it was not coded) those in use, with
    those that they are nested in."""
    if codes is None:
        return (UNCODED,)
    active = {code.id for code in frame.active}
    fits = with_parents(frame, codes) & active
    return tuple(name for code, name in code_names(frame).items() if code in fits) or (NONE,)


def options_said(variable: str, frame: CodeFrame, option: str, codes: Collection[uuid.UUID] | None) -> tuple[str, ...]:
    """The options of the question that an “other” (`option`, with the line `variable`) was coded back to; none: it
    stays as it is."""
    active = {code.id for code in frame.active}
    return tuple(
        code.option or _new_option(variable, option, name)
        for code, name in zip(frame.codes, code_names(frame).values(), strict=True)
        if code.id in active and code.id in (codes or ())
    )


def _new_option(variable: str, option: str, name: str) -> str:
    """What an option is called that a question has only since “other” was coded back: of a before and a now each its
    own."""
    return "_".join(filter(None, (option, variable.partition("@")[2], name)))


def coded_back(codes: tuple[str, ...], option: str, said: tuple[str, ...], *, several: bool) -> tuple[str, ...]:
    """Somebody's options once their “other” is coded back. Of a question with one choice it is where it was coded to
    one option alone."""
    if option not in codes or not said or (not several and len(said) > 1):
        return codes
    return tuple(dict.fromkeys((*(each for each in codes if each != option), *said)))


def themed(questionnaire: Questionnaire, frames: Mapping[str, ThemedVariable], words: ThemeWords) -> Questionnaire:
    """A questionnaire with the themes of its questions, each after its own, and with the options that “other” was coded
    to. What its author says of how a question compares is said of its themes too."""
    sections = tuple(_themed_section(section, frames, words) for section in questionnaire.sections)
    if sections == questionnaire.sections:
        return questionnaire
    return dataclasses.replace(
        questionnaire,
        sections=sections,
        changes=(*questionnaire.changes, *_mirrored(questionnaire.changes, frames)),
    )


def themed_comparisons(
    comparisons: tuple[Comparison, ...], frames: Mapping[str, ThemedVariable]
) -> tuple[Comparison, ...]:
    """What is said between questionnaires, said of the themes too."""
    more = [
        dataclasses.replace(each, declaration=said)
        for each in comparisons
        for said in _mirrored((each.declaration,), frames)
    ]
    return (*comparisons, *more)


def _mirrored(said: tuple[Declaration, ...], frames: Mapping[str, ThemedVariable]) -> Iterator[Declaration]:
    for each in said:
        for variable in frames:
            if variable.partition("@")[0] == each.variable:
                yield dataclasses.replace(each, variable=theme_variable(variable), mapping=())


Lines = Mapping[str, Sequence[ThemedVariable]]
"""Of a question's options, the lines beside them that have frames: of a before and a now one each."""


def _themed_section(section: Section, frames: Mapping[str, ThemedVariable], words: ThemeWords) -> Section:
    questions: list[Question] = []
    for question in section.questions:
        parts = KINDS[question.kind].parts(question)
        lines: dict[str, list[ThemedVariable]] = {}
        hosts: dict[str, ThemedVariable] = {}
        for part in parts:
            if part.when is not None and part.key in frames:
                lines.setdefault(part.when[1], []).append(frames[part.key])
                hosts.setdefault(part.when[0], frames[part.key])
        beside = {host: themed for host, themed in hosts.items() if themed.beside}
        questions.append(question if beside else _with_options(question, lines))
        for host, line in beside.items():
            questions.append(_coded_question(question, coded_variable(host) + line.suffix, lines, words))
        questions.extend(
            _theme_question(part, frames[part.key], words)
            for part in parts
            if part.when is None and is_open(part) and part.key in frames
        )
    made = tuple(questions)
    return section if made == section.questions else dataclasses.replace(section, questions=made)


def _coded_question(question: Question, name: str, lines: Lines, words: ThemeWords) -> Question:
    """A question with what it gained, without the lines beside its options: those stand where they were given."""
    made = _with_options(question, lines)
    return dataclasses.replace(
        made,
        id=name,
        text=words.coded % {"question": question.text},
        options=tuple(dataclasses.replace(each, specify=None) for each in made.options),
        moments=(),
        apart=None,
    )


def _theme_question(part: Part, themed: ThemedVariable, words: ThemeWords) -> Question:
    frame, names = themed.frame, code_names(themed.frame)
    gone = [each for each in frame.codes if each.state is not CodeState.ACTIVE and names[each.id] in themed.counted]
    titles = {each.id: each.title for each in frame.codes}
    options = [
        Option(
            code=names[each.id],
            label=f"{titles[each.parent]}: {each.title}" if each.parent in titles else each.title,
        )
        for each in (*frame.active, *gone)
    ]
    options.append(Option(code=NONE, label=words.none, exclusive=True))
    if UNCODED in themed.counted:
        options.append(Option(code=UNCODED, label=words.uncoded, exclusive=True))
    return Question(
        id=theme_variable(part.key) + themed.suffix,
        kind="multiple",
        text=words.title % {"question": part.label},
        ask_if=part.question.ask_if,
        options=tuple(options),
        missing=part.question.missing,
    )


def _with_options(question: Question, lines: Lines) -> Question:
    """A question with the options that lines beside its own were coded to and that it did not have, each before the
    option whose line says it."""
    options: list[Option] = []
    for option in question.options:
        for line in lines.get(option.code, ()):
            names = code_names(line.frame)
            options.extend(
                Option(code=_new_option(line.variable, option.code, names[each.id]), label=each.title)
                for each in line.frame.active
                if each.option is None
            )
        options.append(option)
    return dataclasses.replace(question, options=tuple(options)) if lines else question
