"""What every kind of question has in common: its parts, and how a posted field becomes an answer or a fault."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from surveyapp.domain.answers import Answer, Codes, Day, Missing, Number, Reason, Text, TimeOfDay
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.patterns import matches
from surveyapp.domain.instrument.questionnaire import MomentsLayout, Question, Statement
from surveyapp.domain.normalise import code, free_text, length, one_line

Form = Mapping[str, Sequence[str]]
"""A posted form: every value of every field, by field name. A part's field is named by its variable's key; a reason for
having no answer stands in a field of its own (`missing_field`), so that whatever is typed is an answer."""


def missing_field(key: str) -> str:
    """The field in which a variable's reason for no answer is sent: a value of `Reason`."""
    return f"{key}:missing"


def note_field(key: str) -> str:
    """The field in which an interviewer says why a question is skipped."""
    return f"{key}:note"


class PartType(enum.Enum):
    """What a part's substantive answers are."""

    CODE = "code"
    CODES = "codes"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    TEXT = "text"


class Control(enum.Enum):
    """How an answer is entered: one of several, any of several, a number between two named ends, a line or several
    lines typed, several short boxes, or nothing at all."""

    ONE = "one"
    ANY = "any"
    SCALE = "scale"
    LINE = "line"
    LINES = "lines"
    BOXES = "boxes"
    NOTHING = "nothing"


class Summary(enum.Enum):
    """What results say of a variable: people by option; by number, with a mean; a quantity's mean, median and range;
    the same of a day or a time, which has no mean; how many wrote something; nothing."""

    OPTIONS = "options"
    RATING = "rating"
    QUANTITY = "quantity"
    TIME = "time"
    WORDS = "words"
    NONE = "none"


class SkipRule(enum.Enum):
    """Who may leave a required question without an answer: nobody, or an interviewer who gives a reason."""

    NOBODY = "nobody"
    INTERVIEWER = "interviewer"


@dataclass(frozen=True)
class Box:
    """One of the short boxes of an answer typed in several: posted as `key:name`. `label` is a source text, `size` in
    characters, `input_mode` the keyboard that suits."""

    name: str
    label: str
    size: int
    input_mode: str


@dataclass(frozen=True, kw_only=True)
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
    def moments_layout(self) -> MomentsLayout | None:
        """How its question's before and now are asked; None where it does not ask both."""
        return self.question.moments_layout

    @property
    def field_id(self) -> str:
        """The key as an HTML id."""
        return self.key.replace("@", "-")

    @property
    def kind(self) -> Kind:
        return KINDS[self.question.kind]

    @property
    def control(self) -> Control:
        return Control.LINE if self.when else self.kind.control

    @property
    def summary(self) -> Summary:
        return Summary.WORDS if self.when else self.kind.summary

    @property
    def codes(self) -> tuple[str, ...]:
        """What can be answered, where that can be listed."""
        return () if self.when else self.kind.codes(self.question)

    @property
    def limit(self) -> int:
        """The most code points that words may have."""
        return SHORT_LENGTH if self.when else self.question.max_length or self.kind.most_characters


@dataclass
class Parsed:
    """What a form came to: answers for the parts that have one, and every fault found."""

    answers: dict[str, Answer] = field(default_factory=dict)
    faults: list[AnswerFault] = field(default_factory=list)


KINDS: dict[str, Kind] = {}
"""Every kind by name. A subclass of `Kind` with a name is in it."""

SHORT_LENGTH, OPEN_LENGTH = 200, 5000
"""Code points a line and a free answer may have where the questionnaire says nothing."""

ALWAYS = frozenset(("id", "kind", "text", "hint", "interviewer", "ask_if"))
"""What a question of any kind may be given."""

MOMENTS = frozenset(("moments", "apart"))
"""What a question may be given that can be asked of a before and a now."""


class Kind:
    """A kind of question. Subclasses say what differs.

    `accepts`: the keys of a question in a file that it can use. `described`, `asks` and `sentences` are source texts:
    what the kind is called; what to do about an empty answer, alone and beside ways out (`%(out)s`), where `%(low)s`
    and `%(high)s` are the question's limits; and what is wrong, by fault code, where the common sentence does not fit.
    `standard`: options that need not be written. `quotable`: an answer needs no label to be quoted. `input_mode`: the
    keyboard that suits what is typed. `boxes`, of several, and in which of them a fault is (`faulty_boxes`).
    """

    name: ClassVar[str]
    described: ClassVar[str]
    control: ClassVar[Control]
    summary: ClassVar[Summary]
    type: ClassVar[PartType] = PartType.CODE
    closed: ClassVar[bool] = True
    scaled: ClassVar[bool] = False
    needs_options: ClassVar[bool] = False
    needs_statements: ClassVar[bool] = False
    standard: ClassVar[Mapping[str, str]] = {}
    quotable: ClassVar[bool] = False
    accepts: ClassVar[frozenset[str]] = frozenset()
    asks: ClassVar[tuple[str, str]] = (N_("Choose an answer."), N_("Choose an answer, or %(out)s."))
    sentences: ClassVar[Mapping[str, str]] = {}
    input_mode: ClassVar[str | None] = None
    boxes: ClassVar[tuple[Box, ...]] = ()
    faulty_boxes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    most_characters: ClassVar[int] = OPEN_LENGTH

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" in vars(cls):
            KINDS[cls.name] = cls()

    def parts(self, question: Question) -> tuple[Part, ...]:
        """The question's variables, in the order in which they are asked."""
        return tuple(part for moment in self._moments(question) for part in self._at(question, *moment))

    def codes(self, question: Question) -> tuple[str, ...]:
        """What can be answered, where that can be listed."""
        return tuple(option.code for option in question.options)

    def read(self, part: Part, values: list[str]) -> Answer | AnswerFault:
        """The answer that the field's values mean, each in the shape of `normalise.code`. Called with at least one, and
        not for a part of words."""
        raise NotImplementedError

    def typed(self, part: Part, form: Form) -> list[str]:
        """The part's posted values in the one shape that they are read in, empty ones left out."""
        shape = _shape_of(part)
        return [value for raw in form.get(part.key, ()) if (value := shape(raw))]

    def limit_fault(self, written: str) -> str | None:
        """What is wrong with `earliest` or `latest` as a file has it; None: nothing."""
        return None if iso_day(written) else f"“{written}” is not a date. Write it as 2025-01-31."

    def box_values(self, part: Part, form: Form) -> dict[str, str]:
        """What stands in each box: as posted or, from the one value of the field itself, as stored."""
        return {box.name: "".join(form.get(f"{part.key}:{box.name}", ())).strip() for box in self.boxes}

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
        read = self._parse_part(part, form_values(part.key, answer), SkipRule.NOBODY)
        if isinstance(read, AnswerFault):
            return read
        return None if read == answer else AnswerFault(part.key, "unexpected")

    def _parse_part(self, part: Part, form: Form, skip: SkipRule) -> Answer | AnswerFault:
        values = self.typed(part, form)
        reasons = {reason for raw in form.get(missing_field(part.key), ()) if (reason := code(raw))}
        if reasons and values:
            return AnswerFault(part.key, "exclusive")
        if reasons:
            return self._read_reason(part, reasons, form, skip)
        if values:
            return read_text(part, values) if part.type is PartType.TEXT else self.read(part, values)
        return AnswerFault(part.key, "required") if part.required else Missing(Reason.SKIPPED)

    def _read_reason(self, part: Part, reasons: set[str], form: Form, skip: SkipRule) -> Answer | AnswerFault:
        if len(reasons) > 1:
            return AnswerFault(part.key, "more_than_one")
        [word] = reasons
        if word == Reason.SKIPPED.value and skip is SkipRule.INTERVIEWER:
            note = next((note for raw in form.get(note_field(part.key), ()) if (note := one_line(raw))), None)
            if note is not None and length(note) > SHORT_LENGTH:
                return AnswerFault(part.key, "too_long", str(SHORT_LENGTH))
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
        return Part(
            key=variable_key(name, moment),
            name=name,
            moment=moment,
            type=self.type,
            label=label,
            question=question,
            statement=statement,
            moment_label=moment_label,
        )


def variable_key(name: str, moment: str | None) -> str:
    """How a variable is written everywhere: `work_satisfaction@before`, or the bare name where it has no moment."""
    return f"{name}@{moment}" if moment else name


def form_values(key: str, answer: Answer | None) -> dict[str, list[str]]:
    """The fields that would give this answer: how a page is filled in again."""
    match answer:
        case None:
            return {}
        case Codes(codes):
            return {key: list(codes)}
        case Number(value):
            return {key: [typed_number(value)]}
        case Day(value):
            return {key: [value.isoformat()]}
        case TimeOfDay(value):
            return {key: [value.isoformat("minutes")]}
        case Text(text):
            return {key: [text]}
        case Missing(reason, note):
            return {missing_field(key): [reason.value]} | ({note_field(key): [note]} if note else {})


def typed_number(value: Decimal) -> str:
    """A number as it can be typed and read in one way only: three decimals could be thousands, four are decimals."""
    written = format(value.normalize(), "f")
    return f"{written}0" if len(written.partition(".")[2]) == 3 else written


def read_text(part: Part, values: list[str]) -> Answer | AnswerFault:
    """Somebody's own words. Too long is refused, never cut. What has to fit a pattern is a code, and read as one where
    it then fits: digits of any script are digits."""
    if len(values) > 1:
        return AnswerFault(part.key, "more_than_one")
    text, pattern = values[0], part.question.pattern if part.when is None else None
    if length(text) > part.limit:
        return AnswerFault(part.key, "too_long", str(part.limit))
    if pattern is not None:
        fitting = next((each for each in (code(text), text) if matches(pattern.match, each)), None)
        if fitting is None:
            return AnswerFault(part.key, "wrong_pattern", pattern.says)
        text = fitting
    return Text(text)


def _shape_of(part: Part) -> Callable[[str], str]:
    if part.type is not PartType.TEXT:
        return code
    return free_text if part.control is Control.LINES else one_line


def iso_day(written: str) -> dt.date | None:
    """A day as 2025-01-31, in no other of the ways of ISO 8601; None where it is none."""
    try:
        return dt.date.fromisoformat(written) if re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII) else None
    except ValueError:
        return None
