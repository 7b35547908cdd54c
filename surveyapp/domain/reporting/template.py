"""A report's template as it is written: headings, paragraphs, lists, directives, and numbers named inside the text.

Nothing of a result is known here. Each number and each directive keeps its line and column, so that whatever is wrong
with it later, a release in which it is not told among it, is said with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from surveyapp.domain.errors import Fault
from surveyapp.domain.near_names import did_you_mean

REPORT_FAULT_CODES: dict[str, str] = {
    "bad_line": "a line of a report that is no heading, directive or text",
    "bad_number": "braces in a report that name no number",
    "unknown_number": "a number that the study does not have",
    "unknown_form": "a way of telling a number that it does not have",
    "unknown_directive": "a directive that there is not",
    "unknown_figure": "a figure, table or list of something that the study does not have",
    "not_in_release": "something that the release does not hold",
    "not_told": "a number that the release does not tell, to protect people",
    "unreadable_report": "a template that cannot be read",
}
"""What can be wrong with a report, beside what is wrong with any file of a study."""

NUMBER_FORMS: dict[str, tuple[str, ...]] = {
    "answer": ("of", "count", "base", "percent", "said", "mean", "most_common", "minimum", "maximum"),
    "answered": ("count",),
    "headline": ("said",),
    "change": ("base", "first_alone", "before", "after", "rose", "same", "fell", "points", "interval"),
    "target": ("actual", "target", "percent", "said"),
    "comparator": ("value",),
    "cost": ("value",),
    "loaded": ("of", "count", "base", "percent", "said"),
    "release": ("number", "until", "people"),
}
"""How each kind of number can be told; the first is what stands where nothing is said."""

OPTIONLESS = frozenset({"base", "mean", "most_common", "minimum", "maximum"})
"""What is told of a variable as a whole; the rest of an answer's forms are of one option or net."""


@dataclass(frozen=True, kw_only=True)
class AnswerName:
    """An answer as it is named: `employee.1[employer_size=sme].work_satisfaction@before=satisfied`."""

    group: str
    touchpoint: int
    variable: str
    segment: str | None = None
    value: str | None = None
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class NumberName:
    """A number that a text names: its place, what was written, its kind, its words and how it is to be told. `answer`
    is there for the kind of that name."""

    line: int
    column: int
    written: str
    kind: str
    names: tuple[str, ...] = ()
    form: str
    answer: AnswerName | None = None


ReportText = tuple[str | NumberName, ...]
"""A text with the numbers that are named in it."""


@dataclass(frozen=True)
class ReportHeading:
    line: int
    level: int
    text: ReportText


@dataclass(frozen=True)
class ReportParagraph:
    line: int
    text: ReportText


@dataclass(frozen=True)
class ReportList:
    line: int
    items: tuple[ReportText, ...]


@dataclass(frozen=True, kw_only=True)
class Directive:
    """A line that names what stands there: `::figure measure work_satisfaction by employer_size | Caption`."""

    line: int
    kind: str
    subject: str
    names: tuple[str, ...] = ()
    by: str | None = None
    caption: ReportText = ()


ReportBlock = ReportHeading | ReportParagraph | ReportList | Directive


@dataclass(frozen=True, kw_only=True)
class ReportTemplate:
    """A template. `file`: as faults name it."""

    file: str
    title: ReportText
    subtitle: ReportText = ()
    blocks: tuple[ReportBlock, ...]

    def texts(self) -> Iterator[ReportText]:
        """Every text of it, in order."""
        yield self.title
        yield self.subtitle
        for block in self.blocks:
            if isinstance(block, ReportList):
                yield from block.items
            elif isinstance(block, Directive):
                yield block.caption
            else:
                yield block.text


DIRECTIVES: dict[str, tuple[str, ...]] = {
    "figure": ("question", "measure", "comparators"),
    "table": (
        "question",
        "measure",
        "steps",
        "crosstab",
        "answered",
        "targets",
        "comparators",
        "costs",
        "outcomes",
        "loaded",
    ),
    "quotations": ("question",),
    "themes": ("question",),
    "contents": ("",),
}
"""What each directive can be of."""

_HEADING = re.compile(r"(#{1,3}) +(\S.*)")
_HEAD = re.compile(r"(title|subtitle): *(.*)")
_ANSWER = re.compile(
    r"(?P<group>[a-z]\w*)\.(?P<touchpoint>\d{1,4})(?:\[(?P<segment>\w+)=(?P<value>\w+)\])?"
    r"\.(?P<variable>\w+(?:@(?:before|now))?)(?:=(?P<code>\w+))?"
)
_PLACE = re.compile(r"[a-z]\w*\.\d{1,4}(?:\+\d{1,4})*\.(?:\w+(?:@(?:before|now))?|\*)")


@dataclass
class TemplateReading:
    """What is found wrong while a file's texts are read."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, column: int, code: str, sentence: str) -> None:
        self.faults.append(report_fault(self.file, line, column, code, sentence))


def report_fault(file: str, line: int, column: int, code: str, sentence: str) -> Fault:
    """One thing wrong with a report."""
    assert code in REPORT_FAULT_CODES, code
    return Fault(file=file, line=line, column=column, code=code, sentence=sentence)


def read_template(written: str, file: str) -> tuple[ReportTemplate, tuple[Fault, ...]]:
    """A template from its text, and everything that is wrong with how it is written."""
    reading = TemplateReading(file)
    head: dict[str, ReportText] = {}
    blocks: list[ReportBlock] = []
    waiting: list[tuple[int, str]] = []

    def close() -> None:
        if not waiting:
            return
        line = waiting[0][0]
        if waiting[0][1].startswith("- "):
            blocks.append(ReportList(line, tuple(_items(waiting, reading))))
        else:
            blocks.append(ReportParagraph(line, _joined_lines(waiting, reading)))
        waiting.clear()

    for number, line in enumerate(written.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("//"):
            close()
        elif not blocks and not waiting and (said := _HEAD.fullmatch(bare)):
            head[said[1]] = read_text(said[2], number, line.index(said[2]) + 1 if said[2] else 1, reading)
        elif bare.startswith("::"):
            close()
            if (directive := _directive(bare, number, reading)) is not None:
                blocks.append(directive)
        elif bare.startswith("#"):
            close()
            if (heading := _HEADING.fullmatch(bare)) is None:
                sentence = "A heading is one to three # and a space before its words. Write `## Its words`."
                reading.fault(number, 1, "bad_line", sentence)
            else:
                text = read_text(heading[2], number, len(heading[1]) + 2, reading)
                blocks.append(ReportHeading(number, len(heading[1]), text))
        else:
            if waiting and bare.startswith("- ") and not waiting[0][1].startswith("- "):
                close()
            waiting.append((number, bare))
    close()
    if not head.get("title"):
        reading.fault(1, 1, "bad_line", "The report has no title. Begin the file with a line `title: Its words`.")
    template = ReportTemplate(
        file=file, title=head.get("title", ()), subtitle=head.get("subtitle", ()), blocks=tuple(blocks)
    )
    return template, tuple(sorted(reading.faults))


def _joined_lines(lines: list[tuple[int, str]], reading: TemplateReading) -> ReportText:
    pieces: list[str | NumberName] = []
    for index, (number, line) in enumerate(lines):
        if index:
            pieces.append(" ")
        pieces.extend(read_text(line, number, 1, reading))
    return tuple(pieces)


def _items(lines: list[tuple[int, str]], reading: TemplateReading) -> Iterator[ReportText]:
    """A list's items; a line that does not begin one goes on with the one before."""
    item: list[tuple[int, str]] = []
    for number, line in lines:
        if line.startswith("- ") and item:
            yield _joined_lines(item, reading)
            item = []
        item.append((number, line.removeprefix("- ")))
    yield _joined_lines(item, reading)


def read_text(written: str, line: int, column: int, reading: TemplateReading) -> ReportText:
    """A text and the numbers named in it; `{{` and `}}` are braces."""
    pieces: list[str | NumberName] = []
    for found in re.finditer(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+", written):
        token, at = found[0], column + found.start()
        if token in ("{{", "}}"):
            pieces.append(token[0])
        elif token in ("{", "}"):
            sentence = "A brace stands alone. Close the number that it opens, or write it twice to print it."
            reading.fault(line, at, "bad_number", sentence)
        elif found[1] is not None:
            if (name := _number(found[1], line, at, reading)) is not None:
                pieces.append(name)
        else:
            pieces.append(token)
    return tuple(pieces)


def _number(written: str, line: int, column: int, reading: TemplateReading) -> NumberName | None:
    told, _bar, form = (part.strip() for part in written.partition("|"))
    words = told.split()
    answer = _ANSWER.fullmatch(told)
    kind = "answer" if answer else words[0] if words else ""
    if kind not in NUMBER_FORMS or (kind == "answer" and not answer):
        sentence = (
            f"“{{{written}}}” names no number. Write an answer as `{{employee.1.first_feeling=positive}}`, or "
            f"{', '.join(f'`{{{each} …}}`' for each in NUMBER_FORMS if each != 'answer')}."
        )
        reading.fault(line, column, "bad_number", sentence + did_you_mean(kind, NUMBER_FORMS))
        return None
    form = form or NUMBER_FORMS[kind][0]
    if form not in NUMBER_FORMS[kind]:
        sentence = f"“{form}” is no way of telling this number. Write one of {', '.join(NUMBER_FORMS[kind])}."
        reading.fault(line, column, "unknown_form", sentence + did_you_mean(form, NUMBER_FORMS[kind]))
        return None
    wanted = {"change": 2, "release": 0, "answer": 0}.get(kind, 1)
    name = None
    if answer:
        name = AnswerName(
            group=answer["group"],
            touchpoint=int(answer["touchpoint"]),
            variable=answer["variable"],
            segment=answer["segment"],
            value=answer["value"],
            code=answer["code"],
        )
        if (name.code is None) != (form in OPTIONLESS):
            sentence = (
                f"“{form}” is told of an option: write `{told}=code`."
                if name.code is None
                else f"“{form}” is told of the whole variable: take `={name.code}` out."
            )
            reading.fault(line, column, "unknown_form", sentence)
            return None
    elif len(words) - 1 != wanted:
        what = {0: "nothing", 1: "one name", 2: "a measure and two of its rows, as `1>2`"}[wanted]
        reading.fault(line, column, "bad_number", f"After “{kind}” stands {what}.")
        return None
    return NumberName(
        line=line,
        column=column,
        written=written,
        kind=kind,
        names=() if answer else tuple(words[1:]),
        form=form,
        answer=name,
    )


def _directive(bare: str, line: int, reading: TemplateReading) -> Directive | None:
    told, _bar, caption = (part.strip() for part in bare[2:].partition("|"))
    kind, *words = told.split() or [""]
    if kind not in DIRECTIVES:
        sentence = f"There is no directive “{kind}”. Write one of {', '.join(f'`::{each}`' for each in DIRECTIVES)}."
        reading.fault(line, 1, "unknown_directive", sentence + did_you_mean(kind, DIRECTIVES))
        return None
    subject, *names = words or [""]
    if subject not in DIRECTIVES[kind]:
        sentence = f"`::{kind}` is of one of: {', '.join(each or 'nothing' for each in DIRECTIVES[kind])}."
        reading.fault(line, 1, "unknown_figure", sentence + did_you_mean(subject, DIRECTIVES[kind]))
        return None
    by = None
    if len(names) >= 2 and names[-2] == "by":
        names, by = names[:-2], names[-1]
    if subject in ("question", "comparators") and names and not all(map(_PLACE.fullmatch, names)):
        sentence = "Name a question as `group.touchpoint.question`, as in `employee.1.first_feeling`."
        reading.fault(line, 1, "unknown_figure", sentence)
        return None
    text = read_text(caption, line, bare.index("|") + 2 if caption else 1, reading) if caption else ()
    return Directive(line=line, kind=kind, subject=subject, names=tuple(names), by=by, caption=text)


@dataclass(frozen=True)
class NamedQuestion:
    """A question named by a directive: its group, touchpoints and one of its variables; `*`: every question."""

    group: str
    touchpoints: tuple[int, ...]
    variable: str

    @classmethod
    def of(cls, written: str) -> NamedQuestion:
        group, numbers, variable = written.split(".", 2)
        return cls(group, tuple(map(int, numbers.split("+"))), variable)
