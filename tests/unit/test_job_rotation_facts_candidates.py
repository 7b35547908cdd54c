"""The report's facts about candidates' answers (J19 to J50, J73, J74): the demonstration cohort keeps each."""

from collections import Counter

from tests.cohort import (
    CANDIDATES,
    NETS,
    PEOPLE,
    Answers,
    Person,
    answers_of,
    carrying,
    giving,
    moving,
    sittings,
    size_of,
    themes_of,
)

FIRST = [(person, answers) for person, answers in sittings("backfill", 1)]


def by_size(variable: str, *options: str) -> tuple[int, int]:
    """How many with small employers, and with the large one, gave one of these options."""
    small, large = (len(giving("backfill", 1, variable, *options, segment=size)) for size in ("sme", "large"))
    return small, large


def crossed(people: list[tuple[Person, Answers]] | None = None) -> Counter[tuple[str, str]]:
    """How many by whether they attended sessions and whether they are placed."""
    given = FIRST if people is None else people
    return Counter((answers["attended_readiness_sessions"], answers["placed"]) for _, answers in given)


def unplaced() -> list[Person]:
    return giving("backfill", 1, "placed", "no")


def test_J19_all_unplaced_respondents_attended() -> None:
    assert crossed()["yes", "no"] == 18 == len(unplaced())


def test_J20_attended_and_placed() -> None:
    assert crossed()["yes", "yes"] == 6


def test_J21_placed_without_the_sessions() -> None:
    assert crossed()["no", "yes"] == 23


def test_J22_nobody_is_neither() -> None:
    assert crossed()["no", "no"] == 0
    assert crossed([*FIRST, ({}, {"attended_readiness_sessions": "no", "placed": "no"})])["no", "no"] == 1


def test_J23_at_most_two_of_the_unplaced_were_placed_later() -> None:
    later = [person for person in unplaced() if person["events"] or person["site"]]
    assert len(later) <= 2
    assert not any("placement_start" in str(person["events"]) for person in unplaced() if person not in later)


def test_J24_all_eight_small_employers_respondents_are_placed() -> None:
    assert len(sittings("backfill", 1, "sme")) == 8
    assert by_size("placed", "yes")[0] == 8


def test_J25_placed_respondents_by_size() -> None:
    assert by_size("placed", "yes") == (8, 21)


def test_J26_employability_sessions_are_the_large_employers() -> None:
    assert by_size("employability_sessions", "yes") == (0, 21)
    assert by_size("employability_sessions", "no") == (8, 0)


def test_J27_modes() -> None:
    modes = Counter((size_of(person), person["responses"][0]["mode"]) for person, _ in FIRST)
    assert modes["large", "in_person"] == 21
    assert {mode for (size, mode) in modes if size != "large"} == {"phone", "self"}
    online = [person for person in PEOPLE if any(each["mode"] == "self" for each in person["responses"])]
    assert len(online) == 3
    assert {person["group"] for person in online} == {"backfill", "employee"}


def test_J28_no_one_under_four_weeks() -> None:
    weeks = Counter(answers.get("weeks_in_placement") for _, answers in FIRST)
    assert (weeks["under_4"], weeks["4_to_8"], weeks["8_or_more"]) == (0, 23, 6)


def test_J29_neither_satisfied_nor_dissatisfied_one_of_each_size() -> None:
    assert by_size("placement_satisfaction", "neither") == (1, 1)
    assert by_size("placement_satisfaction", "satisfied") == (7, 20)
    assert by_size("placement_satisfaction", "dissatisfied") == (0, 0)


def test_J30_the_two_whom_the_role_does_not_suit() -> None:
    unsuited = giving("backfill", 1, "placement_suits", "no")
    assert [(size_of(p), p["attributes"]["placement_role"]) for p in unsuited] == [("large", "customer_service")] * 2
    assert by_size("placement_suits", "yes") == (8, 19)


def test_J31_great_support_by_size() -> None:
    assert by_size("employer_support", "great_extent") == (7, 14)
    assert by_size("employer_support", "some_extent") == (1, 7)


def test_J32_the_one_not_confident_now_is_with_a_small_employer() -> None:
    assert by_size("confidence_career_potential@now", "confident") == (7, 21)
    assert by_size("confidence_career_potential@before", "confident") == (4, 7)


def test_J33_outcomes_by_size() -> None:
    assert by_size("outcome_skills_experience", "agree") == (7, 20)
    assert by_size("outcome_overcome_challenges", "agree") == (7, 19)
    assert by_size("outcome_less_uc_reliance", "agree") == (5, 19)


def test_J34_talk_of_a_permanent_job_by_size() -> None:
    assert by_size("employer_discussed_permanent", "yes") == (7, 6)


STATEMENTS = ("new_opportunities", "useful_in_workplace", "prepared_for_workplace")


def test_J36_neutral_or_tending_to_disagree_over_three_statements() -> None:
    doubts = {
        name: len(giving("backfill", 1, f"readiness_{name}", "neutral_or_tend_to_disagree")) for name in STATEMENTS
    }
    assert (min(doubts.values()), max(doubts.values())) == (6, 9)
    assert doubts["new_opportunities"] <= 8


def test_J37_disagreement_with_topics_and_one_to_one_exists() -> None:
    for name in ("topics_appropriate", "one_to_one_helpful"):
        assert 1 <= len(giving("backfill", 1, f"readiness_{name}", "tend_to_disagree")) <= 6


def test_J38_unplaced_session_goers_with_useful_feedback() -> None:
    saying = carrying("readiness_most_useful", "useful_employer_feedback")
    assert len(saying) == 3
    assert all(person in unplaced() for person in saying)


def test_J39_unplaced_surer_and_saying_it_was_the_interview_practice() -> None:
    [person] = carrying("confidence_long_term_job_why", "ltconf_interview_unplaced")
    rose = moving("backfill", "confidence_long_term_job", 1)
    assert person in unplaced()
    assert person in rose
    assert sum(each in unplaced() for each in rose) >= 6


def test_J40_long_term_confidence_of_some_rose_through_the_placement() -> None:
    saying = carrying("confidence_long_term_job_why", "ltconf_interviews_experience")
    rose = moving("backfill", "confidence_long_term_job", 1)
    assert any(person["site"] and person in rose for person in saying)


def test_J41_two_had_a_placement_at_the_same_employer_before() -> None:
    saying = carrying("first_feeling_why", "feel_earlier_placement")
    assert len(saying) == 2
    positive, there = giving("backfill", 1, "first_feeling", "positive"), giving("backfill", 1, "placed", "yes")
    assert all(person in positive and person in there for person in saying)


def test_J42_three_who_ticked_new_skills_named_none() -> None:
    saying = carrying("skills_wanted", "want_nothing_particular")
    assert len(saying) == 3
    assert all(person in giving("backfill", 1, "hopes", "new_knowledge_skills") for person in saying)
    assert all(set(themes_of(p, "skills_wanted")) <= {"want_nothing_particular", "want_open_mind"} for p in saying)


def test_J44_overall_value_sums() -> None:
    sums = [
        sum(answers["overall_value"] for _, answers in sittings("backfill", touchpoint, segment))
        for touchpoint, segment in ((1, "all"), (2, "all"), (1, "sme"))
    ]
    assert 398 <= sums[0] <= 401
    assert 153 <= sums[1] <= 154
    assert sums[2] == 69


def test_J45_touchpoint_2_people_were_placed_at_touchpoint_1() -> None:
    twice = [person for person, _ in sittings("backfill", 2)]
    assert len(twice) == 19
    assert all(person in giving("backfill", 1, "placed", "yes") for person in twice)


def test_J46_nearly_all_at_the_large_employer() -> None:
    assert Counter(size_of(person) for person, _ in sittings("backfill", 2)) == {"large": 18, "sme": 1}
    took_part = giving("backfill", 2, "employability_sessions", "yes")
    assert [size_of(person) for person in took_part] == ["large"] * 18


def falls(variable: str, *options: str) -> tuple[int, int]:
    """Of those asked at both touchpoints, how many gave one of these options at the first, and at the second."""
    both = [(answers_of(person, 1) or {}, second) for person, second in sittings("backfill", 2)]
    wanted = {each for option in options for each in NETS.get(option, {option})}
    first, second = (sum(str(said.get(variable)) in wanted for said in side) for side in zip(*both, strict=True))
    return first, second


def test_J47_net_falls_among_the_matched() -> None:
    for variable, option in (("placement_satisfaction", "satisfied"), ("placement_suits", "yes")):
        before, now = falls(variable, option)
        assert before >= 17
        assert now == 15
    assert falls("employability_engaging", "agree") == (18, 16)


def test_J49_permanent_job_agreed_and_hoped_for() -> None:
    agreed = Counter(answers["permanent_position_agreed"] for _, answers in sittings("backfill", 2))
    assert agreed == {"yes": 2, "no": 17}
    hoped = Counter(answers.get("hopes_permanent_position") for _, answers in sittings("backfill", 2))
    assert hoped == {"yes": 16, "no": 1, None: 2}


def test_J50_hopes_at_both_touchpoints() -> None:
    for touchpoint, values in ((1, {33, 34}), (2, {18, 19})):
        counts = {
            len(giving("backfill", touchpoint, "hopes", hope))
            for hope in ("new_knowledge_skills", "earn_more", "reduce_uc_reliance")
        }
        assert counts == values


def test_J73_case_study_of_a_candidate_with_the_large_employer() -> None:
    found = [
        person
        for person, answers in sittings("backfill", 1, "large")
        if {"lasting_employment", "new_knowledge_skills"} <= set(answers["hopes"])
        and answers["employability_sessions"] == answers["employer_discussed_permanent"] == "yes"
        and answers["overall_value"] >= 9
    ]
    assert found
    assert any("want_digital" in themes_of(person, "skills_wanted") for person in found)


def test_J74_case_study_of_a_candidate_by_way_of_the_job_shop() -> None:
    [person] = carrying("challenges", "challenge_busy_period")
    answers = answers_of(person, 1)
    assert answers is not None
    assert (answers["heard_via"], answers["placed"], answers["employer_support"]) == ("job_shop", "yes", "great_extent")
    assert answers["recommend"] in NETS["likely"]
    for name in ("confidence_long_term_job", "confidence_career_potential"):
        assert person in moving("backfill", name, 1)


def test_the_unplaced_stand_at_touchpoint_2_as_not_eligible() -> None:
    assert all(set(person["not_eligible"]) == {"2"} for person in unplaced())
    assert not any(person["not_eligible"] for person in giving("backfill", 1, "placed", "yes"))
    assert sum(bool(person["not_eligible"]) for person in CANDIDATES) == 29 + 18
