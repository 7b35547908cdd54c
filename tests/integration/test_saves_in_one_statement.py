"""The one statement by which a server stores a save (`at_once`) stores, row by row, what the statements of any database
do (`writing`), or like these nothing at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Answers, Codes, Day, Missing, Mode, Number, Reason, Text, TimeOfDay
from surveyapp.domain.responses import NewSave, Response, ResponseState
from surveyapp.domain.web_sessions import EndedWhy
from surveyapp.services.participants import links
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import sessions
from surveyapp.store import participants, responses
from surveyapp.store.answer_rows import Cells, PersonWords, answer_cells
from surveyapp.store.answering import at_once, standing, writing
from surveyapp.store.answering.said import CurrentAnswer
from surveyapp.store.answering.standing import Arrived
from surveyapp.store.answering.writing import PreparedSave
from surveyapp.store.database import new_id
from surveyapp.store.entry import accesses
from surveyapp.store.security import web_sessions
from surveyapp.store.tables import AnswerHistoryRow, AnswerRow, NewestAnswerRow, ResponseRow, SaveRow
from tests import factories

pytestmark = pytest.mark.both_databases

Way = Callable[[Session, PreparedSave], bool]
WAYS: tuple[Way, Way] = (writing.store, at_once.store)


@dataclass(frozen=True)
class Step:
    """A save: what it said, what is current after it (*not asked* included), and what of it is pointed to besides."""

    said: Answers
    current: Answers
    pointed: tuple[str, ...] = ()
    late: bool = False


class Sealing(PersonWords):
    """Seals words, the same in the same way each time."""

    def cells(self, variable: str, answer: Answer) -> list[Cells]:
        made = answer_cells(variable, answer)
        sealed = made[0]["text"] if variable == "in_words" else None
        return made if sealed is None else [each | {"text": None, "sealed": sealed.encode()} for each in made]


@dataclass
class Person:
    """Whose saves are stored in one of the ways, in an installation."""

    runtime: Runtime
    way: Way
    arrived: Arrived
    current: dict[str, CurrentAnswer] = field(default_factory=dict)
    ids: list[uuid.UUID] = field(default_factory=list)

    @property
    def response(self) -> Response:
        assert self.arrived.response is not None
        return self.arrived.response

    def store(self, prepared: PreparedSave) -> bool:
        with self.runtime.database.writing(at_once=self.way is at_once.store) as session:
            return self.way(session, prepared)

    def prepared(self, step: Step, session: Session) -> PreparedSave:
        words, save_id, revision = Sealing(session), new_id(), self.response.revision + 1
        self.ids.append(save_id)
        new = NewSave(
            id=uuid.UUID(int=revision),
            section="before",
            language="en",
            mode=Mode.SELF,
            by=None,
            client_at=None if step.late else self.runtime.clock(),
            recorded_at=self.runtime.clock(),
            payload_hash=f"of {revision}",
            wording=None,
            late=step.late,
        )
        sources = {key: each.save_id for key, each in self.current.items()} | dict.fromkeys(step.said, save_id)
        dropped, answers, self.current = writing.current_rows(
            words, self.response.id, save_id, self.current, step.current, sources
        )
        return PreparedSave(
            standing=self.arrived,
            consents_said=0,
            revision=revision,
            saves=[writing.save_row(self.response, save_id, 1, revision, new)],
            history=writing.history_rows(words, save_id, step.said),
            dropped=dropped,
            answers=answers,
            newest=writing.newest_rows(self.response.id, dict.fromkeys(step.pointed, save_id)),
        )

    def does(self, step: Step) -> bool:
        with self.runtime.database.reading() as session:
            prepared = self.prepared(step, session)
        stored = self.store(prepared)
        if stored:
            self.arrived = dataclasses.replace(
                self.arrived, response=dataclasses.replace(self.response, revision=prepared.revision)
            )
        return stored

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """All that is stored of them. What differs from person to person is left out, and a save named by its place."""
        with self.runtime.database.reading() as session:
            found = {"revision": [(session.get_one(ResponseRow, self.response.id).revision,)]}
            saves = select(SaveRow.id).where(SaveRow.response_id == self.response.id)
            for table, mine in (
                (SaveRow, SaveRow.response_id == self.response.id),
                (AnswerHistoryRow, AnswerHistoryRow.save_id.in_(saves)),
                (AnswerRow, AnswerRow.response_id == self.response.id),
                (NewestAnswerRow, NewestAnswerRow.response_id == self.response.id),
            ):
                columns = [each for each in table.__table__.columns if each.name != "response_id"]
                rows = session.execute(select(*columns).where(mine)).all()
                found[table.__tablename__] = sorted((tuple(map(self._named, row)) for row in rows), key=repr)
            return found

    def _named(self, cell: object) -> object:
        return f"save {self.ids.index(cell) + 1}" if cell in self.ids else cell

    def forget(self) -> None:
        """Takes back all that was stored."""
        with self.runtime.database.writing() as session:
            mine = self.response.id
            saves = select(SaveRow.id).where(SaveRow.response_id == mine)
            session.execute(delete(AnswerRow).where(AnswerRow.response_id == mine))
            session.execute(delete(NewestAnswerRow).where(NewestAnswerRow.response_id == mine))
            session.execute(delete(AnswerHistoryRow).where(AnswerHistoryRow.save_id.in_(saves)))
            session.execute(delete(SaveRow).where(SaveRow.response_id == mine))
            session.execute(update(ResponseRow).where(ResponseRow.id == mine).values(revision=0))
        self.arrived = dataclasses.replace(self.arrived, response=dataclasses.replace(self.response, revision=0))
        self.current, self.ids = {}, []


def person(runtime: Runtime, way: Way) -> Person:
    link = factories.create_link(runtime, factories.create_participant(runtime))
    access_id = links.open_link(runtime, link.removeprefix("/s/"))
    begun = sessions.begin_participant(runtime, access_id, sessions.Browser(), None, None)
    with runtime.database.writing() as session:
        arrived = standing.of_access(session, access_id, "en")
        assert arrived is not None
        response = Response(
            id=new_id(),
            case_id=arrived.case.id,
            questionnaire="backfill_1",
            version=1,
            state=ResponseState.STARTED,
            revision=0,
            seed=1,
            started_at=runtime.clock(),
        )
        responses.add_response(session, response)
    return Person(runtime, way, dataclasses.replace(arrived, response=response, web_session=begun.session))


@pytest.fixture
def both(runtime: Runtime) -> tuple[Person, Person]:
    plain, single = WAYS
    return person(runtime, plain), person(runtime, single)


def alike(both: tuple[Person, Person], *steps: Step) -> Mapping[str, list[tuple[object, ...]]]:
    """Stores the steps both ways; returns what is stored by either."""
    for each in both:
        each.forget()
        for step in steps:
            assert each.does(step)
    plain, single = (each.rows() for each in both)
    assert single == plain
    return plain


EVERY: Answers = {
    "option": Codes(("yes",)),
    "several": Codes(("a", "b", "c")),
    "number": Number(Decimal("7.25")),
    "day": Day(dt.date(2026, 2, 28)),
    "time": TimeOfDay(dt.time(23, 59)),
    "plain": Text("Ünïcode: 'quoted', \"twice\" – and\nmore"),
    "in_words": Text("sealed"),
    "refused": Missing(Reason.SKIPPED),
    "noted": Missing(Reason.DONT_KNOW, "asked twice"),
    "not_asked": Missing(Reason.NOT_ASKED),
}


def test_each_kind_of_answer_is_stored_alike(both: tuple[Person, Person]) -> None:
    for count in range(1, len(EVERY) + 1):  # as many rows as a power of two, and one more or less
        some = dict(list(EVERY.items())[:count])
        found = alike(both, Step(some, some, pointed=tuple(some)[: count // 2]))
        assert (
            len(found["answer_history"])
            == len(found["answer"])
            == sum(len(answer_cells(key, each)) for key, each in some.items())
        )
        assert len(found["newest_answer"]) == count // 2


OPTION, OTHER = {"option": Codes(("yes",))}, {"option": Codes(("no",))}
SEVERAL, FEWER, MORE = ({"several": Codes(tuple(codes))} for codes in ("abc", "b", "abcde"))


@pytest.mark.parametrize(
    ("steps", "current"),
    [
        pytest.param([Step(OPTION, OPTION), Step(OTHER, OTHER)], 1, id="another answer takes its place"),
        pytest.param([Step(SEVERAL, SEVERAL), Step(FEWER, FEWER)], 1, id="fewer options"),
        pytest.param([Step(SEVERAL, SEVERAL), Step(MORE, MORE)], 5, id="more options"),
        pytest.param([Step(SEVERAL | OPTION, SEVERAL | OPTION), Step(OTHER, OTHER)], 1, id="off the route"),
        pytest.param(
            [Step(SEVERAL, SEVERAL), Step(OPTION, OPTION | {"several": Missing(Reason.NOT_ASKED)})],
            2,
            id="not asked any more",
        ),
        pytest.param([Step(SEVERAL | OPTION, {}), Step(FEWER, {})], 0, id="into the history alone"),
        pytest.param(
            [Step(OPTION, {}, ("option",)), Step(OTHER, {}, ("option",))], 0, id="pointed to, and then the next"
        ),
        pytest.param([Step(OPTION, OPTION), Step(OTHER, OPTION, late=True)], 1, id="late"),
    ],
)
def test_what_follows_is_stored_alike(both: tuple[Person, Person], steps: list[Step], current: int) -> None:
    assert len(alike(both, *steps)["answer"]) == current


def _text() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


_answers: st.SearchStrategy[Answer] = st.one_of(
    st.lists(st.sampled_from("abcdefghi"), min_size=1, max_size=9, unique=True).map(lambda each: Codes(tuple(each))),
    st.decimals(-999_999, 999_999, places=4).map(Number),
    st.dates().map(Day),
    st.times().map(lambda each: TimeOfDay(each.replace(microsecond=0))),
    _text().map(Text),
    st.builds(Missing, st.sampled_from([Reason.SKIPPED, Reason.DONT_KNOW]), st.none() | _text()),
)


@st.composite
def _steps(draw: st.DrawFn) -> list[Step]:
    """Saves of which each leaves some of what was said before current, and takes the rest away."""
    steps, standing_so_far = [], dict[str, Answer]()
    for _ in range(draw(st.integers(1, 3))):
        said = draw(st.dictionaries(st.sampled_from([*EVERY]), _answers, min_size=1, max_size=7))
        leaves = draw(st.sets(st.sampled_from([*EVERY]), max_size=4))
        standing_so_far = {key: each for key, each in (standing_so_far | said).items() if key not in leaves}
        pointed = tuple(sorted(each for each in said if each in leaves))
        steps.append(Step(said, dict(standing_so_far), pointed, late=draw(st.booleans())))
    return steps


def test_whatever_is_said_is_stored_alike(both: tuple[Person, Person]) -> None:
    @settings(max_examples=8, deadline=None)
    @given(_steps())
    def stored(steps: list[Step]) -> None:
        alike(both, *steps)

    stored()


def _stale(**changes: Any) -> Callable[[PreparedSave], PreparedSave]:
    def change(prepared: PreparedSave) -> PreparedSave:
        response = prepared.standing.response
        assert response is not None
        there = dataclasses.replace(response, **changes)
        return dataclasses.replace(prepared, standing=dataclasses.replace(prepared.standing, response=there))

    return change


def test_what_rests_on_something_that_changed_is_stored_neither_way(runtime: Runtime) -> None:
    now = runtime.clock()
    there: dict[str, Callable[[PreparedSave], PreparedSave]] = {
        "somebody saved": _stale(revision=7),
        "moved to another version": _stale(version=2),
        "sent": _stale(state=ResponseState.SUBMITTED),
        "opened again": _stale(reopened_at=now),
        "consent was said": lambda prepared: dataclasses.replace(prepared, consents_said=1),
    }
    since: dict[str, tuple[Callable[[Session, Arrived], object], Callable[[Session, Arrived], object] | None]] = {
        "withdrew": (
            lambda session, who: participants.withdraw(session, who.participant.id, now),
            lambda session, who: participants.withdraw(session, who.participant.id, None),
        ),
        "the session ended": (
            lambda session, who: web_sessions.end_of_case(session, who.case.id, now, EndedWhy.LEFT),
            None,
        ),
        "the link was ended": (lambda session, who: accesses.revoke_accesses(session, who.case.id, now), None),
    }
    step = Step(SEVERAL | OPTION, SEVERAL | OPTION, ("option",))
    for way in WAYS:
        who = person(runtime, way)
        assert who.does(step)
        before = who.rows()
        with runtime.database.reading() as session:
            prepared = who.prepared(Step(FEWER, FEWER), session)
        for why, stale in there.items():
            assert not who.store(stale(prepared)), why
        for why, (happens, taken_back) in since.items():
            with runtime.database.writing() as session:
                happens(session, who.arrived)
            assert not who.store(prepared), why
            if taken_back is not None:
                with runtime.database.writing() as session:
                    taken_back(session, who.arrived)
            else:
                # Without the session or link the rest still holds, and so what was refused was refused for it.
                gone = "web_session" if why == "the session ended" else "access"
                who.arrived = dataclasses.replace(who.arrived, **{gone: None})
                prepared = dataclasses.replace(prepared, standing=who.arrived)
        assert who.rows() == before
        assert who.store(prepared)
        assert who.rows() != before
