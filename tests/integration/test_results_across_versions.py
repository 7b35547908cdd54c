"""Answers to several versions: counted together where the author says they compare, and never where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from surveyapp.domain.answers import Codes, Missing, Number, Reason
from surveyapp.domain.results import Distribution, ResultRow, Shift
from surveyapp.domain.staff import Role
from surveyapp.reports.files import tables
from surveyapp.reports.files.records import distribution_records
from surveyapp.reports.text import series
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.results import distributions, looking, measures
from surveyapp.services.results import table as results_table
from surveyapp.services.results.releasing import released, releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from tests import factories, versioned
from tests.conftest import Clock
from tests.versioned import COFFEE, DRINKS, NAME, STUDY, WORTH, coffee, questionnaire

OTHERWISE = COFFEE.replace("do you like", "did you like")
THREE = COFFEE.replace("liking", "three")
TO_THREE = "coffee: {mapping: {much: good, somewhat: good, little: fair, not: bad}, because: Four became three.}"
TENSE = "coffee: {comparable: yes, because: Only the tense.}"
PAST = "coffee: {comparable: no, because: It asks about the past.}"
SAME_AT_TWO = {"second/v1": questionnaire("second", 1, THREE)}

Make = Callable[..., Runtime]


@pytest.fixture
def make(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Make]:
    made: list[Runtime] = []

    def create(files: Mapping[str, str], study: str = STUDY, **choice: int) -> Runtime:
        made.append(versioned.create_runtime(database_url, clock, tmp_path / "studies", files, study, **choice))
        return made[-1]

    yield create
    for runtime in made:
        runtime.database.dispose()


def asked(runtime: Runtime, touchpoint: int = 1) -> dict[str, Distribution]:
    staff = factories.create_staff(runtime, Role.EVALUATOR, study=NAME)
    return {each.key: each for each in distributions.questions(Desk(runtime, staff), NAME, "guest", touchpoint)}


def measured(runtime: Runtime, **choice: bool) -> Shift:
    return measures.shift(
        Desk(runtime, factories.create_staff(runtime, Role.EVALUATOR, study=NAME)), NAME, "liking", **choice
    )


def counts(found: Distribution) -> dict[str, int | None]:
    return {option.code: found.tallies[0].cells[option.code].count for option in found.options}


def said_of(found: Distribution) -> list[tuple[str, str | None, int | None]]:
    return [(note.kind, note.reason, note.version) for note in found.series_notes]


def table(runtime: Runtime, variable: str) -> list[ResultRow]:
    return [
        row
        for row in results_table.table(factories.operator(runtime), NAME)
        if row.variable == variable and row.segment == "all"
    ]


def version_two(new: str, changes: str, *, second: str | None = None) -> dict[str, str]:
    return {
        "first/v2": questionnaire("first", 2, new, changes=changes),
        "second/v1": questionnaire("second", 1, second or new),
    }


def test_a_comparable_rewording_counts_everybody_and_says_so(make: Make) -> None:
    runtime = make(version_two(OTHERWISE, TENSE))
    versioned.answer(runtime, 1, 1, *coffee("much", "not"))
    versioned.answer(runtime, 1, 2, *coffee("much"), start=3)
    found = asked(runtime)["coffee"]
    assert counts(found) == {"much": 2, "somewhat": 0, "little": 0, "not": 1}
    assert found.text == "How much did you like the coffee?"
    assert said_of(found) == [("reworded", "Only the tense.", 2)]


def test_answers_on_an_old_scale_are_turned_into_the_new_one(make: Make) -> None:
    runtime = make(version_two(THREE, TO_THREE))
    versioned.answer(runtime, 1, 1, *coffee("much", "somewhat", "little", "not"))
    versioned.answer(runtime, 1, 2, *coffee("bad"), start=5)
    found = asked(runtime)["coffee"]
    assert counts(found) == {"good": 2, "fair": 1, "bad": 2}
    assert said_of(found) == [("rescaled", "Four became three.", 2)]
    rows = {row.category: (row.count, row.base) for row in table(runtime, "coffee") if row.touchpoint == 1}
    assert rows == {"good": (2, 5), "fair": (1, 5), "bad": (2, 5), "liked": (2, 5)}


STRICT = STUDY.replace(
    "  three:\n",
    "  strict:\n    options: {much: Very much, somewhat: Somewhat, little: A little, not: Not at all}\n"
    "    nets: {liked: {label: Liked it, options: [much]}}\n    favourable: liked\n"
    "  three:\n",
)
STRICTLY = COFFEE.replace("liking", "strict")


def liked(found: Distribution) -> int | None:
    return found.tallies[0].cells["liked"].count


@pytest.mark.parametrize(("comparable", "people", "kind"), [("yes", 12, "redefined"), ("no", 2, "left_out")])
def test_a_net_that_was_redefined_counts_everybody_the_new_way_or_only_those_after(
    make: Make, comparable: str, people: int, kind: str
) -> None:
    """Ten of ten liked it, then none of twelve: the same answers, and nobody had changed their mind."""
    why = "Only the best answer counts now."
    runtime = make(version_two(STRICTLY, f"coffee: {{comparable: {comparable}, because: {why}}}"), STRICT)
    versioned.answer(runtime, 1, 1, *coffee(*["somewhat"] * 10))
    before = asked(runtime)["coffee"]
    assert (liked(before), before.tallies[0].base.count, said_of(before)) == (10, 10, [])
    versioned.answer(runtime, 1, 2, *coffee("somewhat", "somewhat"), start=11)
    found = asked(runtime)["coffee"]
    assert (liked(found), found.tallies[0].base.count) == (0, people)
    assert said_of(found) == [(kind, why, 2)]


def test_whom_a_question_asks_is_said_where_it_changed(make: Make) -> None:
    why = "{id: tea, kind: yes_no, text: Tea too?, ask_if: {coffee: %s}}"
    said = "tea: {comparable: yes, because: Those who like it somewhat are asked too.}"
    runtime = make(
        {
            "first/v1": questionnaire("first", 1, COFFEE, why % "much"),
            "first/v2": questionnaire("first", 2, COFFEE, why % "[much, somewhat]", changes=said),
        }
    )
    versioned.answer(runtime, 1, 1, {"coffee": Codes(("much",)), "tea": Codes(("yes",))})
    versioned.answer(runtime, 1, 2, {"coffee": Codes(("somewhat",)), "tea": Codes(("no",))}, start=2)
    assert said_of(asked(runtime)["tea"]) == [("rebased", "Those who like it somewhat are asked too.", 2)]


def test_what_does_not_compare_is_left_out_of_every_number(make: Make) -> None:
    runtime = make(version_two(OTHERWISE, PAST))
    versioned.answer(runtime, 1, 1, *coffee("much", "much"))
    versioned.answer(runtime, 1, 2, *coffee("not"), start=3)
    found = asked(runtime)["coffee"]
    assert counts(found) == {"much": 0, "somewhat": 0, "little": 0, "not": 1}
    assert said_of(found) == [("left_out", "It asks about the past.", 2)]
    assert {(row.category, row.count) for row in table(runtime, "coffee") if row.kind == "net"} >= {("liked", 0)}


def test_until_somebody_answers_the_new_wording_the_old_one_is_shown(make: Make) -> None:
    runtime = make(version_two(OTHERWISE, PAST))
    versioned.answer(runtime, 1, 1, *coffee("much", "much"))
    found = asked(runtime)["coffee"]
    assert (counts(found)["much"], found.text, said_of(found)) == (2, "How much do you like the coffee?", [])


def test_a_rating_is_turned_number_by_number(make: Make) -> None:
    mapping = "worth: {mapping: {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4, 9: 5, 10: 5}, because: By halves.}"
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, WORTH),
        "first/v2": questionnaire("first", 2, COFFEE, WORTH.replace("ten", "five"), changes=mapping),
    }
    runtime = make(files)
    versioned.answer(runtime, 1, 1, {"worth": Number(Decimal(10))}, {"worth": Number(Decimal(9))})
    versioned.answer(runtime, 1, 2, {"worth": Number(Decimal(2))}, start=3)
    found = asked(runtime)["worth"]
    assert counts(found) == {"1": 0, "2": 1, "3": 0, "4": 0, "5": 2}
    assert found.tallies[0].rating is not None
    assert (found.tallies[0].rating.mean, found.tallies[0].rating.maximum) == (Decimal("4.0"), 5)


def test_two_options_that_became_one_count_a_person_once(make: Make) -> None:
    new = DRINKS.replace("tea: Tea, juice: Juice, ", "other: Any other, ")
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, DRINKS),
        "first/v2": questionnaire(
            "first",
            2,
            COFFEE,
            new,
            changes="drinks: {mapping: {tea: other, juice: other, water: water}, because: Few drank it.}",
        ),
    }
    runtime = make(files)
    versioned.answer(runtime, 1, 1, {"drinks": Codes(("tea", "juice"))}, {"drinks": Codes(("water",))})
    versioned.answer(runtime, 1, 2, {"drinks": Codes(("other", "water"))}, start=3)
    found = asked(runtime)["drinks"]
    assert (counts(found), found.tallies[0].base.count) == ({"other": 2, "water": 2}, 3)


def test_an_added_option_needs_no_word_and_is_named(make: Make) -> None:
    new = DRINKS.replace("water: Water", "water: Water, milk: Milk")
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, DRINKS),
        "first/v2": questionnaire("first", 2, COFFEE, new),
    }
    runtime = make(files)
    versioned.answer(runtime, 1, 1, {"drinks": Codes(("tea",))})
    versioned.answer(runtime, 1, 2, {"drinks": Codes(("milk",))}, start=2)
    found = asked(runtime)["drinks"]
    assert counts(found) == {"tea": 1, "juice": 0, "water": 0, "milk": 1}
    assert found.series_notes[0].options == ("Milk",)


def test_an_added_option_is_told_of_those_it_was_offered_to_as_well(make: Make) -> None:
    """23 of 98 chose it, of whom 32 never saw it: the export says so, and so does the page, its table and its file."""
    more = DRINKS.replace("water: Water", "water: Water, milk: Milk")
    most = more.replace("milk: Milk", "milk: Milk, oats: Oat milk")
    files = {f"first/v{number}": questionnaire("first", number, COFFEE, each) for number, each in enumerate(
        (DRINKS, more, most), 1)}  # fmt: skip
    runtime = make(files)
    tea, milk = {"drinks": Codes(("tea",))}, {"drinks": Codes(("milk", "tea"))}
    versioned.answer(runtime, 1, 1, tea, tea, tea)
    versioned.answer(runtime, 1, 2, milk, tea, start=4)
    versioned.answer(runtime, 1, 3, milk, {"drinks": Codes(("oats",))}, {"drinks": Missing(Reason.DONT_KNOW)}, start=6)
    found = asked(runtime)["drinks"]
    [tally] = found.tallies
    assert (tally.base.count, tally.cell("milk").count, tally.cell("milk").percent) == (7, 2, 29)
    offered = {code: (each.chosen.count, each.base.count, each.chosen.percent) for code, each in tally.offered.items()}
    assert offered == {"milk": (2, 4, 50), "oats": (1, 2, 50)}
    assert series.distribution_words([found], ENGLISH)[-2:] == (
        "Of the 7 who answered, 3 were not offered “Milk”; of the 4 who were, 2 chose it (50%).",
        "Of the 7 who answered, 5 were not offered “Oat milk”; of the 2 who were, 1 chose it (50%).",
    )
    desk = Desk(runtime, factories.create_staff(runtime, Role.EVALUATOR, study=NAME))
    alone = looking.look(desk, NAME, looking.Look(group="guest", variable="drinks", option="milk"))
    assert series.footnotes(alone, ENGLISH)[-1].startswith("Of the 7 who answered, 3 were not offered “Milk”")
    rows = {row.heading: row.cells[0].text for row in tables.answers([found], ENGLISH).rows}
    assert (rows["Milk"], rows["Milk, of those offered it"]) == ("2", "2 of 4")
    told = [each for each in distribution_records(NAME, [found]) if each["kind"] == "offered"]
    assert [(each["category"], each["count"], each["base"], each["percent"]) for each in told] == [
        ("milk", 2, 4, 50), ("oats", 1, 2, 50)
    ]  # fmt: skip
    printed = [row for row in table(runtime, "drinks") if row.kind == "offered"]
    assert [(row.category, row.count, row.base, row.percent) for row in printed] == [
        ("milk", 2, 4, 50), ("oats", 1, 2, 50)
    ]  # fmt: skip


def test_how_many_were_not_offered_an_option_is_in_no_release(make: Make) -> None:
    """Who began on which version is nobody's to know: a release says that some were not offered it, and no number."""
    new = DRINKS.replace("water: Water", "water: Water, milk: Milk")
    runtime = make({f"first/v{number}": questionnaire("first", number, COFFEE, each) for number, each in enumerate(
        (DRINKS, new), 1)})  # fmt: skip
    versioned.answer(runtime, 1, 1, *[{"drinks": Codes(("tea",))}] * 20)
    versioned.answer(runtime, 1, 2, *[{"drinks": Codes(("milk",))}] * 20, start=21)
    assert asked(runtime)["drinks"].tallies[0].offered
    releases.make(factories.operator(runtime), NAME)
    _, told = released.questions(factories.operator(runtime), NAME, "guest", 1, None)
    [found] = [each for each in told if each.key == "drinks"]
    assert not any(tally.offered for tally in found.tallies)
    [said] = series.distribution_words([found], ENGLISH)
    assert said.endswith("New: Milk. Who answered before was not offered this, and is in the base.")


def test_a_question_that_is_no_longer_asked_stays_where_it_was(make: Make) -> None:
    files = {
        "first/v1": questionnaire("first", 1, COFFEE, DRINKS, WORTH),
        "first/v2": questionnaire("first", 2, COFFEE, WORTH),
    }
    runtime = make(files)
    versioned.answer(runtime, 1, 1, {"drinks": Codes(("tea",)), **coffee("much")[0]})
    versioned.answer(runtime, 1, 2, *coffee("much"), start=2)
    found = asked(runtime)
    assert list(found) == ["coffee", "drinks", "worth"]
    assert counts(found["drinks"]) == {"tea": 1, "juice": 0, "water": 0}
    assert (said_of(found["drinks"]), said_of(found["coffee"])) == ([("removed", None, 2)], [])
    assert [row.count for row in table(runtime, "drinks")] == [1, 0, 0]


SAID = "comparisons:\n  - {variable: coffee, between: [first, second], %s}\n"


def step(runtime: Runtime) -> tuple[str, list[tuple[str, str | None]]]:
    found = measured(runtime).step(0, 1)
    return found.state, [(note.kind, note.reason) for note in found.notes]


def test_a_step_between_the_same_words_is_unmarked(make: Make) -> None:
    runtime = make({})
    versioned.answer(runtime, 1, 1, *coffee("much", "not"))
    versioned.answer(runtime, 2, 1, *coffee("much", "much"))
    assert step(runtime) == ("comparable", [])
    assert measured(runtime).changes[0].gained.count == 1


def test_a_broken_step_has_no_change_at_all(make: Make) -> None:
    runtime = make(
        {"second/v1": questionnaire("second", 1, THREE)}, STUDY + SAID % "comparable: no, because: Another scale."
    )
    versioned.answer(runtime, 1, 1, *coffee("much", "not"))
    versioned.answer(runtime, 2, 1, *coffee("good", "good"))
    shift = measured(runtime)
    assert step(runtime) == ("broken", [("broken", "Another scale.")])
    assert shift.changes == ()
    assert [row.tally.base.count for row in shift.everyone] == [2, 2]
    assert [option.code for option in shift.options] == ["good", "fair", "bad"]
    assert shift.everyone[0].scale is not None
    assert [option.code for option in shift.everyone[0].scale.options] == ["much", "somewhat", "little", "not"]


def test_a_mapped_step_is_marked_and_counted_in_the_later_scale(make: Make) -> None:
    said = SAID % "mapping: {much: good, somewhat: good, little: fair, not: bad}, because: Four became three."
    runtime = make({"second/v1": questionnaire("second", 1, THREE)}, STUDY + said)
    versioned.answer(runtime, 1, 1, *coffee("much", "somewhat", "not"))
    versioned.answer(runtime, 2, 1, *coffee("good", "fair", "good"))
    shift = measured(runtime)
    assert step(runtime) == ("marked", [("rescaled", "Four became three.")])
    (change,) = shift.changes
    told = (change.base, change.before, change.after, change.gained, change.given_up)
    assert [each.count for each in told] == [3, 2, 2, 1, 1]
    assert all(row.scale is None for row in shift.everyone)


def test_versions_and_touchpoints_are_put_together(make: Make) -> None:
    """The first touchpoint was answered on four options, then on three; the second on three."""
    runtime = make(version_two(THREE, TO_THREE))
    versioned.answer(runtime, 1, 1, *coffee("much", "not"))
    versioned.answer(runtime, 1, 2, *coffee("bad"), start=3)
    versioned.answer(runtime, 2, 1, *coffee("good", "good", "good"))
    shift = measured(runtime)
    assert step(runtime) == ("comparable", [])
    assert [note.kind for note in shift.everyone[0].notes] == ["rescaled"]
    change = shift.changes[0]
    assert (change.base.count, change.before.count, change.after.count) == (3, 1, 3)


def test_one_questionnaire_at_two_touchpoints_breaks_with_its_version(make: Make) -> None:
    study = STUDY.replace("questionnaire: second", "questionnaire: first")
    runtime = make({"first/v2": questionnaire("first", 2, OTHERWISE, changes=PAST)}, study)
    versioned.answer(runtime, 1, 1, *coffee("much", "not"))
    versioned.answer(runtime, 2, 2, *coffee("much", "much"))
    assert step(runtime) == ("broken", [("broken", "It asks about the past.")])
    assert asked(runtime, 1)["coffee"].text == "How much do you like the coffee?"


def test_what_is_left_out_of_a_touchpoint_is_in_no_change(make: Make) -> None:
    runtime = make(version_two(OTHERWISE, PAST))
    versioned.answer(runtime, 1, 1, *coffee("much", "not"))
    versioned.answer(runtime, 1, 2, *coffee("much"), start=3)
    versioned.answer(runtime, 2, 1, *coffee("much", "much", "much"))
    shift = measured(runtime)
    assert (shift.changes[0].base.count, shift.changes[0].second_alone.count) == (1, 2)
    assert [note.kind for note in shift.everyone[0].notes] == ["left_out"]


def test_a_measure_of_a_question_that_is_not_open_yet_has_no_answers(make: Make) -> None:
    files = {"first/v1": questionnaire("first", 1, DRINKS), "first/v2": questionnaire("first", 2, DRINKS, COFFEE)}
    runtime = make(files, newest=1)
    versioned.answer(runtime, 1, 1, {"drinks": Codes(("tea",))})
    versioned.answer(runtime, 2, 1, *coffee("much"))
    assert [row.tally.base.count for row in measured(runtime).everyone] == [0, 1]
    assert "coffee" not in asked(runtime)
