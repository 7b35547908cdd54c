"""The demonstration cohort adds up to every published result.

Counted here in plain Python, with nothing of the solver that made the cohort or of the application.
"""

import copy
from collections import Counter
from fractions import Fraction
from math import floor

import pytest

from tests.cohort import NETS, PEOPLE, ROUTES, Person, answers_of, is_substantive, movement, read, sittings

PUBLISHED = [row for row in read("published.csv") if row["implied_n"]]
ADDITIONS = read("published_additions.csv")
RATINGS, PROFILE = read("ratings.csv"), read("profile.csv")


def counted(row: dict[str, str], people: list[Person]) -> tuple[int, int]:
    """How many people a row of published.csv counts, and of how many."""
    asked = []
    for _, answers in sittings(row["group"], int(row["touchpoint"]), row["segment"], people):
        variable, answer = ROUTES.get(row["asked_of"], (None, None))
        if variable is None or answers.get(variable) == answer:
            asked.append(answers)
    if row["timing"] == "change":
        ways = [movement(answers, row["variable"]) for answers in asked]
        towards = {"less_satisfied": -1, "more_likely": 1}[row["category"]]
        return sum(way * towards > 0 for way in ways), len(ways)
    name = row["variable"] if row["timing"] == "-" else f"{row['variable']}@{row['timing']}"
    given = [answers[name] for answers in asked if is_substantive(answers.get(name))]
    options = NETS.get(row["category"], {row["category"]})
    return sum(bool(options & set(one if isinstance(one, list) else [one])) for one in given), len(given)


def name_of(row: dict[str, str]) -> str:
    return "-".join(row[key] for key in ("group", "touchpoint", "segment", "variable", "timing", "category"))


def test_every_published_row_with_a_count_is_here() -> None:
    assert len(PUBLISHED) == 105
    assert sum(row["timing"] == "change" for row in PUBLISHED) == 2


@pytest.mark.parametrize("row", PUBLISHED, ids=name_of)
def test_cohort_gives_the_published_count(row: dict[str, str]) -> None:
    assert counted(row, PEOPLE) == (int(row["implied_n"]), int(row["implied_base"]))


@pytest.mark.parametrize("row", ADDITIONS, ids=name_of)
def test_cohort_gives_what_a_second_reading_added(row: dict[str, str]) -> None:
    count, base = counted(row, PEOPLE)
    assert int(row["implied_low"]) <= count <= int(row["implied_high"])
    # The base of those asked about Universal Credit is not printed: all but one organisation's employees.
    assert base == int(row["implied_base"] or sum("uc_status@now" in a for _, a in sittings("employee", 1)))


def test_every_addition_has_a_range_and_some_of_one_count() -> None:
    assert len(ADDITIONS) == 14
    assert sum(bool(row["implied_n"]) for row in ADDITIONS) == 7


@pytest.mark.parametrize("row", PUBLISHED, ids=name_of)
def test_count_notices_when_a_person_is_taken_away(row: dict[str, str]) -> None:
    last = sittings(row["group"], int(row["touchpoint"]), row["segment"])[-1][0]
    without = [person for person in PEOPLE if person is not last]
    variable, answer = ROUTES.get(row["asked_of"], (None, None))
    answers = answers_of(last, int(row["touchpoint"])) or {}
    was_asked = variable is None or answers.get(variable) == answer
    if was_asked and is_substantive(answers.get(row["variable"], "both moments")):
        assert counted(row, without) != (int(row["implied_n"]), int(row["implied_base"]))
    else:
        assert counted(row, without) == (int(row["implied_n"]), int(row["implied_base"]))


def test_counts_notice_when_one_answer_changes() -> None:
    people = copy.deepcopy(PEOPLE)
    [unlikely] = [a for _, a in sittings("backfill", 2, people=people) if a["recommend"] not in NETS["likely"]]
    unlikely["recommend"] = "quite_likely"
    wrong = [row for row in PUBLISHED if counted(row, people) != (int(row["implied_n"]), int(row["implied_base"]))]
    assert [name_of(row) for row in wrong] == ["backfill-2-all-recommend---likely"]


@pytest.mark.parametrize("row", RATINGS, ids=lambda row: f"{row['group']}-{row['touchpoint']}-{row['segment']}")
def test_ratings_have_the_published_mean_mode_and_range(row: dict[str, str]) -> None:
    values = [answers["overall_value"] for _, answers in sittings(row["group"], int(row["touchpoint"]), row["segment"])]
    assert len(values) == int(row["base"])
    if (row["group"], row["segment"]) == ("backfill", "sme"):
        assert sum(values) == 69  # 8.7 is not a mean of eight whole numbers
    else:
        tenths = floor(Fraction(10 * sum(values), len(values)) + Fraction(1, 2))
        assert f"{tenths / 10:.1f}" == row["printed_mean"]
    (mode, times), (_, next_times) = Counter(values).most_common(2)
    assert mode == int(row["printed_mode"])
    assert times > next_times
    assert (min(values), max(values)) == (int(row["printed_min"]), int(row["printed_max"]))


@pytest.mark.parametrize("row", PROFILE, ids=lambda row: f"{row['group']}-{row['variable']}-{row['category']}")
def test_profile_attributes_have_the_published_counts(row: dict[str, str]) -> None:
    group = [person["attributes"] for person in PEOPLE if person["group"] == row["group"]]
    known = [attributes[row["variable"]] for attributes in group if row["variable"] in attributes]
    assert len(known) == int(row["base"])
    assert known.count(row["category"]) == int(row["count"])


def test_a_profile_is_known_whole_or_not_at_all() -> None:
    for group in ("backfill", "employee"):
        variables = {row["variable"] for row in PROFILE if row["group"] == group}
        for person in PEOPLE:
            if person["group"] == group:
                assert variables & set(person["attributes"]) in (set(), variables)
