"""What a participant's page shows, worked out before the template: fields with what is chosen, faults, the way back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from surveyapp.domain.answers import Mode, is_substantive
from surveyapp.domain.errors import AnswerFault
from surveyapp.domain.i18n import in_language_of
from surveyapp.domain.instrument.kinds import Form, Part, PartType
from surveyapp.domain.instrument.piping import as_written
from surveyapp.domain.instrument.questionnaire import Medium, MediumKind
from surveyapp.domain.instrument.routing import Page, Route, SectionProgress
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.normalise import is_blank
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.shared.answers import REASONS, said, said_of_moment
from surveyapp.web.shared.fields import Field, Filling
from surveyapp.web.shared.language import listed
from surveyapp.web.shared.presenting import presented_to

LONG = 160
"""Characters from which an answer is folded on the check page."""

WIDEST_ROW = 6
"""Numbers of a scale that fit beside each other at 320 px, each 44 px wide."""


@dataclass(frozen=True)
class Whereabouts:
    """Where a page is on the way. `sections` are those that are or may still be asked, its own the `number`th; None:
    nothing is asked in it. `passed`: the title of the section that the page is the first after, until it is answered.
    """

    sections: tuple[SectionProgress, ...] = ()
    number: int | None = None
    passed: str | None = None


@dataclass(frozen=True, kw_only=True)
class QuestionPage:
    """A question as a page. `heading` is what is asked; `lead` stands over it (the grid a statement belongs to)."""

    page: Page
    heading: str
    lead: str | None
    fields: tuple[Field, ...]
    faults: tuple[tuple[str, str], ...]
    columns: int
    where: Whereabouts

    @property
    def side_by_side(self) -> bool:
        """Whether the options of its moments stand in one table: an option a row, a moment a column. A line that goes
        with an option has no room in it."""
        return len(self.fields) > 1 and not any(option.line for field in self.fields for option in field.options)

    @property
    def title(self) -> str:
        return f"{self.lead} {self.heading}" if self.lead else self.heading

    @property
    def picture(self) -> Medium | None:
        return self._beside(MediumKind.PICTURE)

    @property
    def sound(self) -> Medium | None:
        return self._beside(MediumKind.SOUND)

    @property
    def clip(self) -> Medium | None:
        return self._beside(MediumKind.CLIP)

    def _beside(self, kind: MediumKind) -> Medium | None:
        """What stands beside its statement, or else beside its question."""
        question, statement = self.page.question, self.page.statement
        own = question.medium(f"statement.{statement.id}", kind) if statement else None
        return own or question.medium("", kind)

    @property
    def pictures(self) -> tuple[str, ...]:
        """The files of every picture on it."""
        shown = (self.picture, *(option.picture for field in self.fields for option in field.options))
        return tuple(dict.fromkeys(each.file for each in shown if each))

    @property
    def template(self) -> str:
        return f"participant/kinds/{self.page.question.kind}.html"

    @property
    def described(self) -> str:
        """Ids of the hint and of every fault, as far as there are any."""
        faults = [f"{field.id}-fault" for field in self.fields if field.fault]
        return " ".join((["the-hint"] if self.page.question.hint else []) + faults)

    def described_by(self, field: Field) -> str:
        """Ids of the field's hint and fault, as far as there are any. A hint on several fields stands over them all."""
        hint = ["the-hint"] if self.page.question.hint and len(self.fields) == 1 else []
        return " ".join(hint + ([f"{field.id}-fault"] if field.fault else []))


def question_page(
    visit: Visit, page: Page, posted: Form | None = None, faults: Sequence[AnswerFault] = ()
) -> QuestionPage:
    """The page filled in with what was last answered or, when it was refused, with what was posted."""
    filling = Filling(given=visit.given or {}, posted=posted, faults=faults, reasons=REASONS)
    return _laid_out(presented_to(visit, page), filling, whereabouts(visit.ready[1], page))


def untouched_page(page: Page, where: Whereabouts) -> QuestionPage:
    """A page that everybody is shown alike, before anything is answered on it."""
    return _laid_out(page, Filling(given={}, posted=None, faults=(), reasons=REASONS), where)


def blank_page(page: Page) -> QuestionPage:
    """The page for anybody: options and quotations as written, nothing filled in, a place for each fault."""
    filling = Filling(given={}, posted=None, faults=(), reasons=REASONS, blank=True)
    return _laid_out(as_written(page), filling, Whereabouts())


def whereabouts(route: Route, page: Page) -> Whereabouts:
    number = next((n for n, each in enumerate(route.sections, 1) if each.section.id == page.section.id), None)
    return Whereabouts(route.sections, number, _passed(route, page))


def _laid_out(page: Page, filling: Filling, where: Whereabouts) -> QuestionPage:
    question = page.question
    fields = tuple(filling.field(page, part) for part in page.parts if part.when is None)
    heading = page.statement.text if page.statement else question.text if page.parts else page.section.title
    listed = tuple((each.faulty_id, each.fault) for field in fields for each in field.with_lines if each.fault)
    return QuestionPage(
        page=page,
        heading=heading,
        lead=question.text if page.statement else None,
        fields=fields,
        faults=listed,
        columns=_columns(fields),
        where=where,
    )


def _passed(route: Route, page: Page) -> str | None:
    """The title of the section that was just done, on the first page after it."""
    before = route.before(page.id) if route.page(page.id) else None
    if before is None or before.section.id == page.section.id or (page.parts and route.is_answered(page)):
        return None
    return before.section.title


def _columns(fields: Sequence[Field]) -> int:
    """In how many columns a scale stands on a narrow screen, rows as even as can be (ten numbers: five and five)."""
    count = max((len(field.options) for field in fields), default=1)
    return math.ceil(count / max(1, math.ceil(count / WIDEST_ROW)))


def open_page(visit: Visit, page_id: str) -> Page | None:
    """The page, if this person may be on it now."""
    return visit.route.page(page_id) if visit.consented and visit.route is not None else None


def consent_missing(study: Study, agreed: Mapping[str, bool]) -> list[tuple[str, str]]:
    """What was not ticked and must be, to take part: (id of the box, sentence)."""
    return [
        (f"agree-{purpose.id}", _("To take part, tick “%(text)s”", text=purpose.text))
        for purpose in study.required_purposes
        if not agreed.get(purpose.id)
    ]


def agreed_in(names: Iterable[str]) -> dict[str, bool]:
    """The purposes that were ticked, of the names of a form's fields."""
    return {name.removeprefix("agree-"): True for name in names if name.startswith("agree-")}


def way_in(form: Mapping[str, str]) -> SendingWay | None:
    """By which way a form asks for something to be sent; None for one that there is not."""
    written = form.get("way", "")
    return SendingWay(written) if written in set(SendingWay) else None


@dataclass(frozen=True)
class Said:
    """An answer on the check page: under which moment, in which words; `own`: the person's, in whatever language."""

    moment: str | None
    words: tuple[str, ...]
    quiet: bool
    own: bool

    @property
    def long(self) -> bool:
        return any(len(word) > LONG for word in self.words)


@dataclass(frozen=True, kw_only=True)
class AnsweredQuestion:
    """A question with its answers on the check page. `first`: of the statements under its lead, the first shown."""

    page_id: str
    question: str
    lead: str | None
    first: bool
    said: tuple[Said, ...]


def answers_by_section(visit: Visit, said_only: bool = False) -> list[tuple[str, list[AnsweredQuestion]]]:
    """Everything on the route, under its section's title, in the order asked. `said_only`: what was answered."""
    _questionnaire, route, _response = visit.ready
    sections: dict[str, tuple[str, list[AnsweredQuestion]]] = {}
    led: set[tuple[str, str]] = set()
    for page in (presented_to(visit, each) for each in route.pages):
        if page.parts and not (said_only and all(part.key not in route.answers for part in page.parts)):
            text = page.statement.text if page.statement else page.question.text
            lead = page.question.text if page.statement else None
            line = AnsweredQuestion(
                page_id=page.id,
                question=text,
                lead=lead,
                first=(page.section.id, page.question.id) not in led,
                said=tuple(_said(page, part, route) for part in page.parts if part.when is None),
            )
            led.add((page.section.id, page.question.id))
            sections.setdefault(page.section.id, (page.section.title, []))[1].append(line)
    return list(sections.values())


def _said(page: Page, part: Part, route: Route) -> Said:
    answer = route.answers.get(part.key)
    words = list(said(part, answer))
    for text in page.parts:
        written = route.answers.get(text.key)
        if text.when and text.when[0] == part.key and is_substantive(written):
            option = part.question.option(text.when[1])
            place = words.index(option.label) if option and option.label in words else -1
            words[place] = in_language_of(
                words[place], _("%(option)s: %(text)s", option=words[place], text=said(text, written)[0])
            )
    several = len(part.question.moments) > 1
    quiet = not is_substantive(answer)
    return Said(part.moment_label if several else None, tuple(words), quiet, part.type is PartType.TEXT and not quiet)


def told_of(page: Page, stands: Mapping[str, RecordedAnswer]) -> list[tuple[str, str]]:
    """What somebody else answered meanwhile, and who: `self` or `interviewer`."""
    parts = {part.key: part for part in page.parts}
    return [
        (listed(said_of_moment(parts[key], each.answer)), "self" if each.mode is Mode.SELF else "interviewer")
        for key, each in stands.items()
        if key in parts
    ]


def only_unanswered(faults: Sequence[AnswerFault]) -> bool:
    """Whether all that is wrong is that something was left empty: nothing typed would be lost by going elsewhere."""
    return all(fault.code == "required" for fault in faults)


def anything_posted(page: Page, posted: Form) -> bool:
    """Whether the form holds anything at all for this page."""
    names = {part.key for part in page.parts}
    return any(
        not is_blank(value) for name, values in posted.items() if name.split(":")[0] in names for value in values
    )
