"""What every kind of question has in common: its parts, and how a posted field becomes an answer or a fault."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.instrument.patterns import matches
from surveyapp.domain.instrument.questionnaire import Question, Statement

Form = Mapping[str, Sequence[str]]
"""A posted form: every value of every field, by field name. A part's field is named by its variable's key."""

MISSING_PREFIX = "missing:"
"""A reason for no answer travels in the same field as the answer, as `missing:dont_know`: they exclude each other."""


class PartType(enum.Enum):
    """What a part's substantive answers are."""

    CODE = "code"
    CODES = "codes"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"


class SkipRule(enum.Enum):
    """Who may leave a required question without an answer: nobody, or an interviewer who gives a reason."""

    NOBODY = "nobody"
    INTERVIEWER = "interviewer"


@dataclass(frozen=True)
class Part:
    """One variable of a question.

    `key` is how it is stored and exported (`name` or `name@moment`). `when` is set on the line of text that goes with
    an option: (key of the part, code that must be chosen).
    """

    key: str
    name: str
    moment: str | None
    type: PartType
    label: str
    question: Question
    statement: Statement | None = None
    moment_label: str | None = None
    when: tuple[str, str] | None = None

    @property
    def required(self) -> bool:
        return self.question.required and self.when is None

    @property
    def field_id(self) -> str:
        """The key as an HTML id."""
        return self.key.replace("@", "-")


@dataclass
class Parsed:
    """What a form came to: answers for the parts that have one, and every fault found."""

    answers: dict[str, Answer] = field(default_factory=dict)
    faults: list[AnswerFault] = field(default_factory=list)


class Kind:
    """A kind of question. Subclasses say `name`, `closed`, and `parts`, and how one field is read."""

    name: str
    closed = True
    takes_moments = False
    takes_options = False
    type = PartType.CODE

    def parts(self, question: Question) -> tuple[Part, ...]:
        """The question's variables, in the order in which they are asked."""
        return tuple(part for moment in self._moments(question) for part in self._at(question, *moment))

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        """The answer that the field's non-empty values mean. Called only with at least one value, none of which is a
        reason for having no answer."""
        raise NotImplementedError

    def field_values(self, part: Part, form: Form) -> list[str]:
        """The part's posted values, trimmed, empty ones left out."""
        return [value for raw in form.get(part.key, ()) if (value := raw.strip())]

    def parse(self, parts: Sequence[Part], form: Form, skip: SkipRule = SkipRule.NOBODY) -> Parsed:
        """Reads the given parts of one question from a form.

        A part whose option was not chosen is left out: the route says it is not asked. A part with nothing posted is a
        `required` fault or, where an answer is optional, skipped.
        """
        parsed = Parsed()
        for part in parts:
            if part.when is not None:
                chosen = parsed.answers.get(part.when[0])
                if not (isinstance(chosen, Codes) and part.when[1] in chosen.codes):
                    continue
            outcome = self._parse_part(part, form, skip)
            if isinstance(outcome, AnswerFault):
                parsed.faults.append(outcome)
            else:
                parsed.answers[part.key] = outcome
        return parsed

    def check(self, part: Part, answer: Answer) -> AnswerFault | None:
        """Whether an answer that did not come from a form (the demo cohort, an import) is one this part can have."""
        if isinstance(answer, Missing):
            allowed = answer.reason in (Reason.SKIPPED, *part.question.missing)
            return None if allowed else AnswerFault(part.key, "not_an_option")
        parsed = self.parse([_without_rule(part)], {part.key: field_value(answer)}, SkipRule.NOBODY)
        if parsed.faults:
            return parsed.faults[0]
        return None if parsed.answers.get(part.key) == answer else AnswerFault(part.key, "unexpected")

    def _parse_part(self, part: Part, form: Form, skip: SkipRule) -> Answer | AnswerFault:
        posted = self.field_values(part, form)
        reasons = [value for value in posted if value.startswith(MISSING_PREFIX)]
        values = [value for value in posted if value not in reasons]
        if reasons and values:
            return AnswerFault(part.key, "exclusive")
        if reasons:
            return self._read_reason(part, reasons, form, skip)
        if values and part.type is not PartType.TEXT:
            return self.read(part, values)
        if values:
            return read_text(part, values)
        return AnswerFault(part.key, "required") if part.required else Missing(Reason.SKIPPED)

    def _read_reason(self, part: Part, reasons: list[str], form: Form, skip: SkipRule) -> Answer | AnswerFault:
        if len(set(reasons)) > 1:
            return AnswerFault(part.key, "more_than_one")
        word = reasons[0].removeprefix(MISSING_PREFIX)
        if word == Reason.SKIPPED.value and skip is SkipRule.INTERVIEWER:
            note = next((note.strip() for note in form.get(f"{part.key}:note", ()) if note.strip()), None)
            return Missing(Reason.SKIPPED, note)
        for reason in part.question.missing:
            if reason.value == word:
                return Missing(reason)
        return AnswerFault(part.key, "not_an_option")

    def _moments(self, question: Question) -> list[tuple[str | None, str | None]]:
        if question.moments:
            return [(moment.id, moment.label) for moment in question.moments]
        return [(None, None)]

    def _at(self, question: Question, moment: str | None, moment_label: str | None) -> list[Part]:
        return [self._part(question, question.id, question.text, moment, moment_label)]

    def _part(
        self,
        question: Question,
        name: str,
        label: str,
        moment: str | None,
        moment_label: str | None,
        statement: Statement | None = None,
    ) -> Part:
        return Part(variable_key(name, moment), name, moment, self.type, label, question, statement, moment_label)


def variable_key(name: str, moment: str | None) -> str:
    """How a variable is written everywhere: `work_satisfaction@before`, or the bare name where it has no moment."""
    return f"{name}@{moment}" if moment else name


def field_value(answer: Answer | None) -> list[str]:
    """The form values that would give this answer: how a page is filled in again."""
    match answer:
        case None:
            return []
        case Codes(codes):
            return list(codes)
        case Number(value):
            return [format(value.normalize(), "f")]
        case Day(value):
            return [value.isoformat()]
        case Text(text):
            return [text]
        case Missing(reason):
            return [f"{MISSING_PREFIX}{reason.value}"]


SHORT_LENGTH, OPEN_LENGTH = 200, 5000
"""Characters a line and a free answer may have where the questionnaire says nothing."""


def read_text(part: Part, values: list[str]) -> Answer | AnswerFault:
    """Somebody's own words, line ends made one kind. Too long is refused, never cut."""
    if len(values) > 1:
        return AnswerFault(part.key, "more_than_one")
    text = values[0].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    limit = SHORT_LENGTH if part.when else part.question.max_length or OPEN_LENGTH
    if len(text) > limit:
        return AnswerFault(part.key, "too_long", str(limit))
    pattern = part.question.pattern
    if pattern is not None and not matches(pattern.match, text):
        return AnswerFault(part.key, "wrong_pattern", pattern.says)
    return Text(text)


def _without_rule(part: Part) -> Part:
    return part if part.when is None else Part(part.key, part.name, part.moment, part.type, part.label, part.question)
