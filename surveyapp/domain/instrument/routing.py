"""Which pages a person is asked, in order, given what they have answered.

The route is a pure function of the questionnaire, the answers given so far (whether or not they are still on the
route) and what is known of the person. One pass is enough: a condition may only look back.
"""

from __future__ import annotations

import functools
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from surveyapp.domain.answers import Answer, Answers, Codes, Missing, Reason
from surveyapp.domain.instrument.conditions import Condition, KnownValue, Lookup, MayBe, Reference, evaluate
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire, Section, Statement

NOT_ASKED = Missing(Reason.NOT_ASKED)


def is_asked(answer: Answer) -> bool:
    """Whether an answer is one, and not what stands where nobody was asked."""
    return not (isinstance(answer, Missing) and answer.reason is Reason.NOT_ASKED)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a participant sees at a time: one question, or one statement of a grid. `id` is its place in the URL.

    The before of a question whose moments are asked apart has a page of its own, `<id>-before`, in the later section.
    """

    id: str
    section: Section
    question: Question
    statement: Statement | None
    parts: tuple[Part, ...]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Those that all have to hold for it to be asked."""
        return self.own_conditions if self.section.ask_if is None else (self.section.ask_if, *self.own_conditions)

    @functools.cached_property
    def own_conditions(self) -> tuple[Condition, ...]:
        """Those of them that are not its section's."""
        written = (self.question.ask_if, self.statement.ask_if if self.statement else None)
        return tuple(condition for condition in written if condition is not None)

    @functools.cached_property
    def awaited(self) -> frozenset[str]:
        """The variables that all need an answer or a reason for none: what is asked of an option waits for it."""
        return frozenset(part.key for part in self.parts if part.when is None)


@functools.lru_cache(maxsize=128)
def pages_of(questionnaire: Questionnaire) -> tuple[Page, ...]:
    """Every page of a questionnaire, as written. Computed once a process for each version."""
    return tuple(
        page
        for section in questionnaire.sections
        for question, parts in asked_in(questionnaire, section)
        for page in _pages(section, question, parts)
    )


def asked_in(questionnaire: Questionnaire, section: Section) -> Iterator[tuple[Question, tuple[Part, ...]]]:
    """The questions of a section in the order asked, with the variables that are asked there: the befores that come
    from earlier sections (`apart`) stand first, after what is only to be read."""
    back = list(_asked_back(questionnaire, section))
    for question in section.questions:
        parts = KINDS[question.kind].parts(question)
        if parts:
            yield from back
            back = []
        later = stands_apart(questionnaire, section, question)
        yield question, tuple(part for part in parts if not (later and part.moment == "before"))
    yield from back


def _asked_back(questionnaire: Questionnaire, section: Section) -> Iterator[tuple[Question, tuple[Part, ...]]]:
    for earlier in questionnaire.sections:
        for question in earlier.questions:
            if question.apart == section.id and stands_apart(questionnaire, earlier, question):
                parts = KINDS[question.kind].parts(question)
                yield question, tuple(part for part in parts if part.moment == "before")


def stands_apart(questionnaire: Questionnaire, section: Section, question: Question) -> bool:
    """Whether the before of a section's question is asked in a later one. One that is not there, or not later, is a
    fault of its author's: the two are then asked together."""
    if question.apart is None or question.moments_layout is None:
        return False
    ids = [each.id for each in questionnaire.sections]
    return question.apart in ids and ids.index(question.apart) > ids.index(section.id)


def _pages(section: Section, question: Question, parts: tuple[Part, ...]) -> Iterator[Page]:
    back = "-before" if question.apart and parts and all(part.moment == "before" for part in parts) else ""
    if not question.statements:
        yield Page(id=f"{question.id}{back}", section=section, question=question, statement=None, parts=parts)
    for statement in question.statements:
        own = tuple(part for part in parts if part.statement == statement)
        yield Page(id=f"{statement.id}{back}", section=section, question=question, statement=statement, parts=own)


@functools.lru_cache(maxsize=128)
def parts_of(questionnaire: Questionnaire) -> Mapping[str, Part]:
    """Every variable of a questionnaire by its key, in the order asked."""
    return {part.key: part for page in pages_of(questionnaire) for part in page.parts}


@dataclass(frozen=True)
class Situation:
    """What routing may look at besides this response: the person's submitted answers at earlier touchpoints
    (by touchpoint number, then variable key), as the questionnaire knows them (`versions/looking_back`), and the
    attributes of the person and of their site."""

    earlier: Mapping[int, Mapping[str, Answer | MayBe]] = field(default_factory=dict)
    participant: Mapping[str, str] = field(default_factory=dict)
    site: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SectionProgress:
    """A section in which something is or may still be asked: how many of its `pages` are `answered`."""

    section: Section
    answered: int
    pages: int


@dataclass(frozen=True)
class Route:
    """The way through a questionnaire as far as it is known.

    `pages`: those to be asked for certain, in order. `answers`: the current answers, on the route only. `not_asked`:
    keys of variables that this person is, by now, certainly not asked. `possible`: `pages` and, between them, those
    that depend on questions still to come.
    """

    pages: tuple[Page, ...]
    answers: Mapping[str, Answer]
    not_asked: tuple[str, ...]
    possible: tuple[Page, ...]

    @functools.cached_property
    def _index(self) -> dict[str, int]:
        return {page.id: index for index, page in enumerate(self.pages)}

    def is_answered(self, page: Page) -> bool:
        """Whether every variable of the page has an answer or a reason for none. A page to read always is."""
        return page.awaited <= self.answers.keys()

    def leads_past(self, page_id: str) -> bool:
        """Whether a page is on it, answered or not."""
        return page_id in self._index

    @functools.cached_property
    def _answered(self) -> frozenset[str]:
        """The ids of the pages on the route that are answered."""
        answered = self.answers.keys()
        return frozenset(page.id for page in self.pages if page.awaited <= answered)

    @functools.cached_property
    def frontier(self) -> Page | None:
        """The first page still to answer; None when there is none and the response can be submitted."""
        answered = self.answers.keys()
        return next((page for page in self.pages if not page.awaited <= answered), None)

    @property
    def complete(self) -> bool:
        return self.frontier is None

    def page(self, page_id: str) -> Page | None:
        """The page, if it is on the route and not beyond the first one still to answer."""
        index = self._index.get(page_id)
        if index is None:
            return None
        limit = len(self.pages) if self.frontier is None else self._index[self.frontier.id]
        return self.pages[index] if index <= limit else None

    def after(self, page_id: str) -> Page | None:
        """The page that follows on the route; None at its end."""
        index = self._index[page_id] + 1
        return self.pages[index] if index < len(self.pages) else None

    def before(self, page_id: str) -> Page | None:
        """The page that comes before on the route; None at its start."""
        index = self._index[page_id] - 1
        return self.pages[index] if index >= 0 else None

    @property
    def undecided(self) -> int:
        """How many pages to answer depend on questions still to come."""
        return sum(bool(page.parts) and page.id not in self._index for page in self.possible)

    @property
    def progress(self) -> tuple[int, int]:
        """(pages answered, pages there are likely to be). A page that may or may not come counts as half."""
        askable = [page for page in self.pages if page.parts]
        answered = sum(self.is_answered(page) for page in askable)
        return answered, max(answered, len(askable) + self.undecided // 2)

    @functools.cached_property
    def sections(self) -> tuple[SectionProgress, ...]:
        """The sections of which something is or may still be asked, in order. One with nothing but what is to be read
        is not among them."""
        answered, known = self._answered, dict[str, list[Any]]()
        for page in self.possible:
            if page.parts:
                counts = known.get(page.section.id)
                if counts is None:
                    counts = known[page.section.id] = [page.section, 0, 0]
                counts[1] += page.id in answered
                counts[2] += 1
        return tuple(SectionProgress(*each) for each in known.values())


def walk(questionnaire: Questionnaire, given: Answers, situation: Situation) -> Route:
    """The route for the answers given. `given` may hold answers that are no longer on the route: they are kept out of
    `answers`, and come back by themselves when the route leads past them again."""
    parts = parts_of(questionnaire)
    on_route: list[Page] = []
    answers: dict[str, Answer] = {}
    not_asked: dict[str, None] = {}
    possible: list[Page] = []

    lookup = _lookup(parts, answers, not_asked, situation)
    section: Section | None = None
    opens: bool | None = True
    for page in pages_of(questionnaire):
        if page.section is not section:
            # A condition looks back: nothing that is answered within the section changes it.
            section = page.section
            opens = evaluate(section.ask_if, lookup)
        asked = _asked(page, opens, lookup) if page.own_conditions else opens
        if asked is not False:
            possible.append(page)
        if asked:
            on_route.append(page)
            for part in page.parts:
                if part.when and not _chosen(answers.get(part.when[0]), part.when[1]):
                    if part.when[0] in answers:
                        not_asked[part.key] = None
                elif (answer := given.get(part.key)) is not None and (
                    answer.__class__ is not Missing or is_asked(answer)
                ):
                    answers[part.key] = answer
        elif asked is False:
            not_asked.update(dict.fromkeys(part.key for part in page.parts))
    return Route(tuple(on_route), answers, tuple(not_asked), tuple(possible))


def known(questionnaire: Questionnaire, route: Route, situation: Situation) -> Lookup:
    """What conditions find once a route is walked."""
    return _lookup(parts_of(questionnaire), route.answers, frozenset(route.not_asked), situation)


def _lookup(
    parts: Container[str], answers: Mapping[str, Answer], not_asked: Container[str], situation: Situation
) -> Lookup:
    def lookup(reference: Reference) -> KnownValue:
        match reference.scope:
            case "answer":
                if reference.name in not_asked or reference.name not in parts:
                    return NOT_ASKED
                return answers.get(reference.name)
            case "participant":
                return situation.participant.get(reference.name, NOT_ASKED)
            case "site":
                return situation.site.get(reference.name, NOT_ASKED)
            case "touchpoint":
                return situation.earlier.get(reference.touchpoint or 0, {}).get(reference.name, NOT_ASKED)

    return lookup


def _asked(page: Page, opens: bool | None, lookup: Lookup) -> bool | None:
    """Whether a page is asked whose section `opens`."""
    outcome = opens
    if opens is False:
        return False
    for condition in page.own_conditions:
        value = evaluate(condition, lookup)
        if value is False:
            return False
        if value is None:
            outcome = None
    return outcome


def _chosen(answer: Answer | None, code: str) -> bool:
    return isinstance(answer, Codes) and code in answer.codes


def resume_at(route: Route) -> Page | None:
    """Where to go on: the first page to answer, or what is to be read just before it."""
    page = route.frontier
    while page is not None and (before := route.before(page.id)) is not None and not before.parts:
        page = before
    return page
