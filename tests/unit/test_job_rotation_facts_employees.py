"""The report's facts about employees' answers (J43, J51 to J67): the demonstration cohort keeps each."""

from collections import Counter

import pytest

from tests.cohort import (
    PEOPLE,
    Person,
    answers_of,
    carrying,
    gives,
    giving,
    moving,
    pairs,
    sittings,
    size_of,
    themes_of,
)


def references(people: list[Person]) -> set[str]:
    return {person["reference"] for person in people}


def by_size(variable: str, *options: str) -> tuple[int, int]:
    """How many with small employers, and with the large one, gave one of these options."""
    small, large = (len(giving("employee", 1, variable, *options, segment=size)) for size in ("sme", "large"))
    return small, large


def test_J43_the_one_employee_less_satisfied_has_an_unhappy_candidate() -> None:
    [employee] = moving("employee", "work_satisfaction", -1)
    assert size_of(employee) == "large"
    [candidate] = [candidate for one, candidate in pairs() if one is employee]
    said = answers_of(candidate, 1)
    assert said is not None
    assert said["placement_suits"] == "no"
    assert carrying("work_satisfaction_why", "sat_down_backfill_unhappy") == [employee]


def test_J51_both_neutral_employees_are_with_small_employers() -> None:
    assert by_size("first_feeling", "neutral") == (2, 0)
    assert by_size("first_feeling", "positive") == (5, 11)


def test_J52_nobody_claims_universal_credit_before_or_now() -> None:
    asked = [answers for _, answers in sittings("employee", 1) if "uc_status@now" in answers]
    assert 0 < len(asked) < 18
    assert {answers[f"uc_status@{moment}"] for answers in asked for moment in ("before", "now")} == {"no"}


def test_J53_small_employers_skills_order() -> None:
    small = Counter(skill for _, answers in sittings("employee", 1, "sme") for skill in answers["skills_developed"])
    every = Counter(skill for _, answers in sittings("employee", 1) for skill in answers["skills_developed"])
    others = [skill for skill in every if skill not in ("job_specific_technical", "communication")]
    assert small["job_specific_technical"] == 3
    assert 3 > small["communication"] >= max(small[skill] for skill in others)
    assert every["management_leadership"] - small["management_leadership"] >= 10
    assert every["communication"] - small["communication"] in (9, 10)
    assert 3 <= every["job_specific_technical"] <= 5 == every["problem_solving"]
    assert every.most_common(2) == [("management_leadership", 12), ("communication", 11)]
    assert max(every[skill] for skill in others if skill != "management_leadership") == 5


def test_J54_usefulness_and_enjoyment_by_size() -> None:
    assert by_size("training_useful", "agree") == (7, 9)
    assert by_size("training_enjoyable", "agree") == (7, 8)


def test_J55_small_employers_value_scores() -> None:
    scores = Counter(answers["overall_value"] for _, answers in sittings("employee", 1, "sme"))
    assert scores in ({8: 4, 10: 3}, {8: 3, 9: 2, 10: 2})
    large = [answers["overall_value"] for _, answers in sittings("employee", 1, "large")]
    assert sum(large) in (87, 88)
    assert min(large) == 6


def test_J56_satisfaction_by_size() -> None:
    assert by_size("work_satisfaction@before", "very_satisfied") == (0, 6)
    assert by_size("work_satisfaction@now", "very_satisfied") == (5, 9)
    assert by_size("work_satisfaction@now", "satisfied") == (7, 10)
    assert by_size("work_satisfaction@before", "quite_dissatisfied")[0] == 1
    assert by_size("work_satisfaction@before", "satisfied") == (6, 10)


def test_J57_how_many_grew_more_satisfied() -> None:
    small, large = (len(moving("employee", "work_satisfaction", 1, size)) for size in ("sme", "large"))
    assert small in (5, 6)
    assert 3 <= large <= 5
    assert 8 <= small + large <= 11
    assert [len(moving("employee", "work_satisfaction", -1, size)) for size in ("sme", "large")] == [0, 1]


def test_J58_how_many_became_more_likely_to_stay() -> None:
    assert [len(moving("employee", "stay_likelihood", 1, size)) for size in ("sme", "large")] == [5, 1]
    assert by_size("stay_likelihood@now", "very_likely") == (6, 11)


def test_J59_progression_split_and_size() -> None:
    given = Counter(answers["progression_improved"] for _, answers in sittings("employee", 1))
    assert sorted((given["strongly_agree"], given["tend_to_agree"])) == [6, 8]
    assert by_size("progression_improved", "agree") == (7, 7)
    assert by_size("progression_improved", "tend_to_disagree")[1] >= 1


def test_J60_the_one_tending_to_disagree_was_only_just_promoted() -> None:
    [person] = carrying("progression_improved_why", "progression_just_promoted")
    assert carrying("introduced_how", "intro_just_promoted") == [person]
    assert size_of(person) == "large"
    assert person in giving("employee", 1, "progression_improved", "tend_to_disagree")


def test_J61_counterfactual_by_size() -> None:
    assert by_size("same_opportunity_without", "no") == (4, 3)


SAME = {"same_employer_develops": 5, "same_but_sooner_easier": 3, "same_job_add_on": 1}


def test_J62_reasons_of_those_who_would_have_had_the_same() -> None:
    unchanged = references([p for p, _ in sittings("employee", 1)]) - references(
        giving("employee", 1, "same_opportunity_without", "no")
    )
    saying = {theme: references(carrying("same_opportunity_without_why", theme)) for theme in SAME}
    assert {theme: len(people) for theme, people in saying.items()} == SAME
    assert len(set.union(*saying.values())) == 9
    assert set.union(*saying.values()) <= unchanged
    assert len(unchanged) == 11


def test_J63_all_whose_duties_changed_are_with_small_employers() -> None:
    assert by_size("responsibilities_changed", "yes") == (5, 0)


def test_J64_the_more_senior_titles_go_with_changed_duties() -> None:
    senior = giving("employee", 1, "job_title_more_senior", "yes")
    assert len(senior) == 4
    assert references(senior) <= references(giving("employee", 1, "responsibilities_changed", "yes"))


def test_J65_was_stuck_now_senior_and_happier() -> None:
    happier = references(moving("employee", "work_satisfaction", 1))
    both = happier & references(giving("employee", 1, "job_title_more_senior", "yes"))
    assert references(carrying("work_satisfaction_why", "sat_up_was_stuck")) <= both
    assert len(both) >= 1


def cases(segment: str, wanted: dict[str, str], people: list[Person] | None = None) -> list[Person]:
    return [
        person
        for person, answers in sittings("employee", 1, segment, people)
        if all(gives(answers, variable, (option,)) for variable, option in wanted.items())
    ]


CARE = {"job_title_more_senior": "yes", "same_opportunity_without": "no", "stay_likelihood@now": "likely"}
COMMUNICATIONS = {
    "training_useful": "agree",
    "training_enjoyable": "agree",
    "responsibilities_changed": "no",
    "same_opportunity_without": "no",
    "skills_developed": "management_leadership",
}


def test_J66_case_study_of_a_carer() -> None:
    # Hours and pay are not asked of employees, so what the case study says of them is held by no answer.
    carers = [person for person in cases("sme", CARE) if person["site"] == "S2"]
    assert carers
    assert any("duties_care_to_overseeing" in themes_of(person, "responsibilities_after") for person in carers)


def test_J67_case_study_of_a_first_time_manager() -> None:
    assert cases("large", COMMUNICATIONS)


@pytest.mark.parametrize(("segment", "wanted"), [("sme", CARE), ("large", COMMUNICATIONS)])
def test_a_case_study_is_missed_where_nobody_is_it(segment: str, wanted: dict[str, str]) -> None:
    without = [person for person in PEOPLE if person not in cases(segment, wanted)]
    assert cases(segment, wanted, without) == []
