"""What is counted is counted once for each state of the answers: by the first reader after a change, for all others."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from surveyapp.analysis.linked import build
from surveyapp.domain.answers import Codes
from surveyapp.domain.errors import NotReady
from surveyapp.domain.i18n import LocalText
from surveyapp.domain.results import Category, Cell, Distribution, Shift, Slice
from surveyapp.domain.staff import Role, Scope, Staff
from surveyapp.services.results import current, distributions, keeping, measures
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants, responses, results
from surveyapp.store.tables import ResultChangeRow
from tests import factories, versioned
from tests.conftest import Clock

pytestmark = pytest.mark.both_databases


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = versioned.create_runtime(database_url, clock, tmp_path, {})
    yield made
    made.database.dispose()


@pytest.fixture
def staff(cafe: Runtime) -> Staff:
    return factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME)


def coffee(*codes: str) -> list[dict[str, Codes]]:
    return [{"coffee": Codes((code,))} for code in codes]


def answered(runtime: Runtime, staff: Staff) -> int | None:
    """How many answered the question, as an evaluator sees it."""
    found = distributions.questions(Desk(runtime, staff), versioned.NAME, "guest", 1)
    return next(each for each in found if each.variable == "coffee").tallies[0].base.count


def another_process(runtime: Runtime) -> Runtime:
    """The same installation, as a process that has just begun."""
    return dataclasses.replace(runtime)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is counted from here on: tables made anew, tables brought up to date, pages made."""
    done: list[str] = []

    def noting(module: object, name: str, said: str) -> None:
        real = getattr(module, name)

        def wrapped(*args: object, **given: object) -> object:
            done.append(said)
            return real(*args, **given)

        monkeypatch.setattr(module, name, wrapped)

    noting(build, "build", "anew")
    noting(build, "updated", "updated")
    noting(distributions, "counted_questions", "page")
    return done


def test_a_page_is_counted_once_for_every_process(cafe: Runtime, staff: Staff, counted: list[str]) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much", "not"))
    assert answered(cafe, staff) == 2
    assert counted == ["anew", "page"]
    assert answered(cafe, staff) == answered(another_process(cafe), staff) == 2
    assert counted == ["anew", "page"]


def test_a_new_answer_is_taken_in_by_the_next_reader_alone(cafe: Runtime, staff: Staff, counted: list[str]) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much"))
    assert answered(cafe, staff) == 1
    counted.clear()
    versioned.answer(cafe, 1, 1, *coffee("not"), start=2)
    assert counted == []
    assert answered(cafe, staff) == 2
    assert counted == ["updated", "page"]


def test_what_began_and_was_not_handed_in_changes_nothing(runtime: Runtime, counted: list[str], phone: object) -> None:
    evaluator = factories.create_staff(runtime, Role.EVALUATOR)
    measures.overview(Desk(runtime, evaluator), factories.STUDY)
    with runtime.database.reading() as session:
        assert not results.waits(session, Scope(factories.STUDY, runtime.origin))


def test_whoever_withdraws_is_counted_no_more(cafe: Runtime, staff: Staff) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much", "not"))
    assert answered(cafe, staff) == 2
    with cafe.database.writing() as session:
        scope = Scope(versioned.NAME, cafe.origin)
        first = participants.participants(session, scope, dt.date(2026, 6, 15))[0]
        participants.withdraw(session, first.id, cafe.clock())
    assert answered(cafe, staff) == 1


def test_while_somebody_counts_others_see_the_figures_as_they_were(cafe: Runtime, staff: Staff) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much"))
    assert answered(cafe, staff) == 1
    versioned.answer(cafe, 1, 1, *coffee("not"), start=2)
    scope = Scope(versioned.NAME, cafe.origin)
    with cafe.database.writing() as session:
        assert results.claim(session, scope, "another", cafe.clock(), cafe.clock() + dt.timedelta(minutes=10))
    assert answered(cafe, staff) == 1
    with cafe.database.writing() as session:
        results.release_claim(session, scope, "another")
    assert answered(cafe, staff) == 2


def test_what_a_process_that_died_had_claimed_is_counted_by_another(cafe: Runtime, staff: Staff, clock: Clock) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much"))
    assert answered(cafe, staff) == 1
    versioned.answer(cafe, 1, 1, *coffee("not"), start=2)
    with cafe.database.writing() as session:
        results.claim(session, Scope(versioned.NAME, cafe.origin), "dead", clock(), clock() + current.CLAIM)
    assert answered(cafe, staff) == 1
    clock.now += current.CLAIM + dt.timedelta(seconds=1)
    assert answered(cafe, staff) == 2


def test_where_nothing_was_counted_yet_a_reader_waits_and_is_told(
    cafe: Runtime, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "PATIENCE", 0.0)
    versioned.answer(cafe, 1, 1, *coffee("much"))
    scope = Scope(versioned.NAME, cafe.origin)
    with cafe.database.writing() as session:
        results.claim(session, scope, "another", cafe.clock(), cafe.clock() + current.CLAIM)
    with pytest.raises(NotReady, match="counted for the first time"):
        answered(cafe, staff)


def test_a_count_that_fails_lets_the_next_reader_try(
    cafe: Runtime, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much"))
    with monkeypatch.context() as broken:
        broken.setattr(build, "build", lambda **_: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            answered(cafe, staff)
    assert answered(cafe, staff) == 1


def test_an_answer_that_comes_while_it_is_counted_is_found_by_the_next_reader(
    cafe: Runtime, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much"))
    real = responses.newest_submission
    late: list[int] = []

    def with_a_late_one(*args: object) -> object:
        if not late:
            late.append(1)
            thread = threading.Thread(target=lambda: versioned.answer(cafe, 1, 1, *coffee("not"), start=2))
            thread.start()
            thread.join()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(responses, "newest_submission", with_a_late_one)
    answered(cafe, staff)
    assert late
    assert answered(cafe, staff) == 2


def test_two_readers_at_once_count_once(cafe: Runtime, staff: Staff, counted: list[str]) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much", "not"))
    found: list[int | None] = []
    threads = [threading.Thread(target=lambda: found.append(answered(another_process(cafe), staff))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2, 2, 2, 2]
    assert counted.count("anew") == 1


def test_without_its_files_a_state_is_made_again(cafe: Runtime, staff: Staff) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much"))
    assert answered(cafe, staff) == 1
    for path in cafe.settings.cache.rglob("*.arrow"):
        path.write_bytes(b"not a table")
    found = measures.shift(Desk(cafe, staff), versioned.NAME, "liking")
    assert found.everyone[0].tally.base.count == 1


def test_what_nobody_reads_any_more_goes(cafe: Runtime, staff: Staff) -> None:
    for number in range(4):
        versioned.answer(cafe, 1, 1, *coffee("much"), start=1 + number)
        assert answered(cafe, staff) == number + 1
    assert len(list(cafe.settings.cache.glob("cafe-*/*.arrow"))) == 2
    with cafe.database.reading() as session:
        scope = Scope(versioned.NAME, cafe.origin)
        state = results.state(session, scope)
        assert state is not None
        assert session.scalars(select(ResultChangeRow.id).where(ResultChangeRow.state == state.name)).all()


def test_an_evaluator_of_some_sites_has_figures_of_their_own(cafe: Runtime, staff: Staff) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much", "not"))
    with cafe.database.writing() as session:
        site = participants.add_site(session, versioned.NAME, "S1", "Here", {"size": "small"}, dt.date(2026, 1, 1))
    narrow = factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME, site=site)
    assert answered(cafe, staff) == 2
    assert answered(cafe, narrow) == 0
    assert answered(cafe, staff) == 2


def test_other_thresholds_are_other_pages(cafe: Runtime, staff: Staff) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much"))
    assert answered(cafe, staff) == 1
    study = cafe.study(versioned.NAME)
    thresholds = dataclasses.replace(study.thresholds, minimum_base=10)
    strict = dataclasses.replace(cafe, studies={versioned.NAME: dataclasses.replace(study, thresholds=thresholds)})
    found = distributions.questions(Desk(strict, staff), versioned.NAME, "guest", 1)
    assert found[0].tallies[0].base.private


def test_while_a_touchpoint_collects_none_of_its_counts_are_for_publication(
    cafe: Runtime, staff: Staff, clock: Clock
) -> None:
    """Nor a count of nobody, which by itself any release would print."""
    versioned.answer(cafe, 1, 1, *coffee("much"))
    study = cafe.study(versioned.NAME)
    thresholds = dataclasses.replace(study.thresholds, minimum_base=1, minimum_cell=5)
    strict = dataclasses.replace(cafe, studies={versioned.NAME: dataclasses.replace(study, thresholds=thresholds)})

    def nobody_skipped() -> Cell:
        return distributions.questions(Desk(strict, staff), versioned.NAME, "guest", 1)[0].tallies[0].missing["skipped"]

    assert nobody_skipped() == Cell(0, private=True)
    clock.forward(days=310)
    assert nobody_skipped() == Cell(0)


def test_result_objects_are_kept_as_they_are(cafe: Runtime, staff: Staff) -> None:
    versioned.answer(cafe, 1, 1, *coffee("much", "not"))
    versioned.answer(cafe, 2, 1, *coffee("much", "much"))
    desk = Desk(cafe, staff)
    asked = distributions.questions(desk, versioned.NAME, "guest", 1, segment="size")
    assert keeping.unpacked(tuple[Distribution, ...], keeping.packed(tuple[Distribution, ...], asked)) == asked
    shift = measures.shift(desk, versioned.NAME, "liking", segment="size")
    assert keeping.unpacked(Shift, keeping.packed(Shift, shift)) == shift


def test_a_text_keeps_its_language() -> None:
    label = LocalText("Zadowolony", "pl", "Satisfied")
    category = keeping.unpacked(Category, keeping.packed(Category, Category("s", label, "option")))
    assert (category.label, category.label.language, category.label.source) == ("Zadowolony", "pl", "Satisfied")
    assert keeping.unpacked(Slice, keeping.packed(Slice, Slice("plain"))) == Slice("plain")
