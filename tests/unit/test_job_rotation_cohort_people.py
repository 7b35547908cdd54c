"""The people of the demonstration cohort: who they are, when they were asked, what they were asked and what they said.

What the published tables do not hold, from the report's account of its fieldwork; and that each person hangs together.
"""

import re
from collections import Counter
from itertools import pairwise

import pytest

from tests.cohort import (
    CANDIDATES,
    COHORT,
    PEOPLE,
    ROUTES,
    SITES,
    Answers,
    Person,
    answers_of,
    is_substantive,
    is_surveyed,
    movement,
    sittings,
    size_of,
)


def test_cohort_has_the_people_of_the_report() -> None:
    backfill = [person for person in PEOPLE if person["group"] == "backfill"]
    employee = [person for person in PEOPLE if person["group"] == "employee"]
    assert (len(backfill), len(employee)) == (105, 72)
    assert sum(person["attended_sessions"] for person in backfill) == 49
    surveyed = [person for person in backfill if is_surveyed(person)]
    in_position = [person for person in employee if is_surveyed(person)]
    assert (len(surveyed), len(in_position)) == (76, 38)
    assert [sum(size_of(p) == "sme" for p in some) for some in (surveyed, employee, in_position)] == [12, 21, 12]
    assert len(sittings("backfill", 1)) == 47
    assert len(sittings("employee", 1)) == 18
    assert all(is_surveyed(person) for person in PEOPLE if person["responses"])
    assert [person["reference"] for person in PEOPLE] == sorted({person["reference"] for person in PEOPLE})


def test_second_touchpoint_is_answered_by_people_of_the_first() -> None:
    twice = [(answers_of(person, 1), second) for person, second in sittings("backfill", 2)]
    assert len(twice) == 19
    assert all(first is not None and first["placed"] == second["placed"] == "yes" for first, second in twice)
    assert sum(second["employability_sessions"] == "yes" for _, second in twice) == 18
    again = [answers_of(person, 1) for person, _ in sittings("employee", 2)]
    assert len(again) == 13
    assert None not in again


def test_small_employers_results_hold_what_the_rows_leave_out() -> None:
    assert all(answers["placed"] == "yes" for _, answers in sittings("backfill", 1, "sme"))
    moves = [movement(answers, "stay_likelihood") for _, answers in sittings("employee", 1, "sme")]
    assert min(moves) >= 0
    assert sum(movement(answers, "stay_likelihood") > 0 for _, answers in sittings("employee", 1)) == 6
    assert sum(movement(answers, "work_satisfaction") < 0 for _, answers in sittings("employee", 1)) == 1


def test_sixty_four_candidates_were_placed_in_the_end() -> None:
    starts = {p["reference"]: p["events"][0]["days"] for p in PEOPLE if p["group"] == "backfill" and p["events"]}
    assert len(starts) == 64
    assert {p["reference"] for p in PEOPLE if p["group"] == "backfill" and p["site"]} == set(starts)
    for person, answers in sittings("backfill", 1):
        started, first = starts.get(person["reference"]), person["responses"][0]["days"]
        if answers["placed"] == "yes":
            assert started is not None
            low, high = {"4_to_8": (28, 55), "8_or_more": (56, 84)}[answers["weeks_in_placement"]]
            assert low <= first - started <= high
        else:
            assert started is None
    last_visit = max(person["responses"][0]["days"] for person, _ in sittings("backfill", 1))
    late = [starts[person["reference"]] for person in CANDIDATES if not is_surveyed(person)]
    assert min(late) > last_visit
    assert max(late) <= -1


def test_responses_came_in_the_ways_of_the_fieldwork() -> None:
    modes: Counter[tuple[str, str | None, int, str]] = Counter()
    for person in PEOPLE:
        for response in person["responses"]:
            modes[person["group"], size_of(person), response["touchpoint"], response["mode"]] += 1
    assert sum(n for (_, _, touchpoint, mode), n in modes.items() if (touchpoint, mode) == (1, "self")) == 3
    assert sum(n for (_, _, touchpoint, mode), n in modes.items() if (touchpoint, mode) == (2, "self")) == 2
    assert {mode for _, _, touchpoint, mode in modes if touchpoint == 2} == {"phone", "self"}
    assert {mode for group, size, t, mode in modes if (group, size, t) == ("backfill", "large", 1)} == {"in_person"}
    assert {group for group, _, _, mode in modes if mode == "video"} == {"employee"}
    assert {size for _, size, _, mode in modes if mode == "in_person"} == {"large"}


def test_days_are_within_the_windows() -> None:
    for person in PEOPLE:
        days = {response["touchpoint"]: response["days"] for response in person["responses"]}
        if 1 in days:
            assert -75 <= days[1] <= -35
            assert 0 < days[1] - person["enrolled_days"] < 60
        if 2 in days:
            assert 30 < days[2] - days[1] <= 45
            assert days[2] <= -1
        for touchpoint in (1, 2):
            tries = [try_ for try_ in person["attempts"] if try_["touchpoint"] == touchpoint]
            opens = person["enrolled_days"] if touchpoint == 1 else days.get(1, 0) + 30
            assert len(tries) <= 3
            assert all(opens < try_["days"] < min(opens + 60, days.get(touchpoint, 0)) for try_ in tries)
            assert all(first["days"] < second["days"] for first, second in pairwise(tries))
            assert all(9 <= try_["hour"] <= 20 for try_ in tries)


def test_refusals_are_final_and_some_cases_are_still_open() -> None:
    refused = [p for p in PEOPLE if any(try_["outcome"] == "refused" for try_ in p["attempts"])]
    assert Counter(person["group"] for person in refused) == {"backfill": 5, "employee": 4}
    assert not any(person["responses"] for person in refused)
    assert all(person["attempts"][-1]["outcome"] == "refused" for person in refused)
    silent = [p for p in PEOPLE if not p["responses"] and p not in refused and is_surveyed(p)]
    recent = Counter(person["group"] for person in silent if person["enrolled_days"] > -50)
    assert min(recent["backfill"], recent["employee"]) >= 10
    once = [p for p, _ in sittings("backfill", 1) if len(p["responses"]) == 1]
    assert sum(-80 <= p["responses"][0]["days"] <= -35 for p in once if not p["not_eligible"]) >= 8
    for person in PEOPLE:
        tried = {str(attempt["touchpoint"]) for attempt in person["attempts"]}
        assert not tried & set(person["not_eligible"])


def test_contacts_are_nobodys_and_no_two_alike() -> None:
    contacts = [person["contact"] for person in PEOPLE]
    assert all(re.fullmatch(r"\+44 7700 900\d{3}", contact["phone"]) for contact in contacts)
    assert all(contact["email"].endswith("@example.org") for contact in contacts)
    for key in ("name", "phone", "email"):
        assert len({contact[key] for contact in contacts}) == len(contacts)


# Who is asked what: every closed variable of each questionnaire, by its route ("": everyone).
STATEMENTS = (
    "leaders_helpful convenient_times topics_appropriate one_to_one_helpful "
    "motivation new_opportunities useful_in_workplace prepared_for_workplace"
)
BOTH_TOUCHPOINTS = {
    "": "hopes placed overall_value career_opportunities recommend",
    "placed": "placement_satisfaction placement_suits employer_support employability_sessions "
    "confidence_career_potential@now outcome_skills_experience outcome_overcome_challenges outcome_less_uc_reliance",
    "employability": "employability_engaging employability_topics",
}
CLOSED: dict[tuple[str, int], list[dict[str, str]]] = {
    ("backfill", 1): [
        BOTH_TOUCHPOINTS,
        {
            "": "heard_via first_feeling attended_readiness_sessions hopes_permanent_position",
            "attended": "confidence_long_term_job@before confidence_long_term_job@now "
            + " ".join(f"readiness_{end}" for end in STATEMENTS.split()),
            "placed": "weeks_in_placement confidence_career_potential@before employer_discussed_permanent",
            "not_placed": "not_placed_reason",
        },
    ],
    ("backfill", 2): [
        BOTH_TOUCHPOINTS,
        {"": "permanent_position_agreed", "not_agreed": "hopes_permanent_position"},
    ],
    ("employee", 1): [
        {
            "": "introduced_by first_feeling skills_developed overall_value training_useful training_enjoyable "
            "work_satisfaction@before work_satisfaction@now stay_likelihood@before stay_likelihood@now "
            "progression_improved same_opportunity_without responsibilities_changed job_title_more_senior",
            "asks_uc": "uc_status@before uc_status@now",
        }
    ],
    ("employee", 2): [
        {
            "": "work_satisfaction@now stay_likelihood@now overall_value progression_improved "
            "responsibilities_changed job_title_more_senior recommend"
        }
    ],
}


def is_asked(route: str, person: Person, answers: Answers) -> bool:
    if route == "asks_uc":
        return bool(SITES[person["site"]]["attributes"]["asks_uc"] == "yes")
    variable, answer = ROUTES.get(route, (None, None))
    return variable is None or answers.get(variable) == answer


@pytest.mark.parametrize(("group", "touchpoint"), CLOSED)
def test_people_answer_what_they_are_asked_and_nothing_else(group: str, touchpoint: int) -> None:
    skipped = 0
    for person, answers in sittings(group, touchpoint):
        asked = {
            variable
            for part in CLOSED[group, touchpoint]
            for route, names in part.items()
            if is_asked(route, person, answers)
            for variable in names.split()
        }
        closed = {name for name in answers if name not in open_answers(person, touchpoint)}
        assert closed == asked
        left_out = [name for name in closed if not is_substantive(answers[name])]
        skipped += len(left_out)
        assert not left_out or person["responses"][0]["mode"] != "self"  # only an interviewer may pass over one
        for multiple in ("hopes", "skills_developed"):
            if multiple in answers:
                assert len(answers[multiple]) == len(set(answers[multiple])) > 0
                assert "none" not in answers[multiple] or answers[multiple] == ["none"]
    assert skipped == ((group, touchpoint) == ("employee", 1))


def test_one_employer_is_not_asked_about_benefits() -> None:
    quiet = [site["reference"] for site in COHORT["sites"] if site["attributes"]["asks_uc"] == "no"]
    assert len(quiet) == 1
    assert SITES[quiet[0]]["attributes"]["employer_size"] == "sme"
    assert any(person["site"] == quiet[0] for person, _ in sittings("employee", 1))


def changed(answers: Answers, earlier: Answers | None, variable: str) -> bool:
    before = answers.get(f"{variable}@before") if earlier is None else earlier.get(f"{variable}@now")
    now = answers.get(f"{variable}@now")
    return before is not None and now is not None and before != now


def open_answers(person: Person, touchpoint: int) -> set[str]:
    """The open questions a person should have had at a touchpoint, from their closed answers."""
    answers = answers_of(person, touchpoint) or {}
    earlier = answers_of(person, 1) if touchpoint == 2 else None
    have = {
        f"{name}_other_text"
        for name in ("heard_via", "hopes", "not_placed_reason", "skills_developed")
        if answers.get(name) == "other" or (isinstance(answers.get(name), list) and "other" in answers[name])
    }
    for variable in (
        "work_satisfaction",
        "stay_likelihood",
        "confidence_long_term_job",
        "confidence_career_potential",
    ):
        have |= {f"{variable}_why"} if changed(answers, earlier, variable) else set()
    if person["group"] == "employee":
        if touchpoint == 2:
            return have | {"recommend_why"}
        have |= {"introduced_how", "first_feeling_why", "training_content", "benefits"}
        have |= {"progression_improved_why", "same_opportunity_without_why"}
        if answers["responsibilities_changed"] == "yes":
            have |= {"responsibilities_before", "responsibilities_after"}
        return have
    have |= {"overall_value_why", "recommend_why"}
    if answers["placed"] == "yes":
        have |= {"placement_satisfaction_why"} | ({"challenges"} if touchpoint == 1 else set())
        have |= {"what_would_suit_better"} if answers["placement_suits"] == "no" else set()
        if touchpoint == 1 and answers["employability_sessions"] == "yes":
            have |= {"employability_opinion", "employability_improve"}
    if touchpoint == 1:
        have |= {"heard_via_detail", "first_feeling_why"}
        have |= {"skills_wanted"} if "new_knowledge_skills" in answers["hopes"] else set()
        if answers["attended_readiness_sessions"] == "yes":
            have |= {"readiness_most_useful", "readiness_improve"}
            for closed, why in (("topics_appropriate", "topics"), ("one_to_one_helpful", "one_to_one")):
                if answers[f"readiness_{closed}"] in ("tend_to_disagree", "strongly_disagree"):
                    have |= {f"readiness_{why}_disagree_why"}
    return have


def test_open_questions_are_asked_of_those_they_are_for() -> None:
    said, silent = Counter[str](), 0
    for person in PEOPLE:
        own: list[str] = []
        for response in person["responses"]:
            expected = open_answers(person, response["touchpoint"])
            assert expected <= set(response["answers"])
            for name in expected:
                text = response["answers"][name]
                if text == {"missing": "skipped"}:
                    assert not name.endswith("_other_text")
                    silent += 1
                else:
                    assert text == text.strip() != ""
                    own.append(text)
        assert len(own) == len(set(own)), f"{person['reference']} says the same thing twice"
        said.update(own)
    assert max(said.values()) <= 3
    assert 0.12 < silent / (silent + said.total()) < 0.3


def test_one_persons_answers_go_together() -> None:
    values: dict[str, list[int]] = {"very_likely": [], "quite_likely": [], "neither": []}
    same = steps = 0
    for person, answers in sittings("backfill", 1):
        values[answers["recommend"]].append(answers["overall_value"])
        second = answers_of(person, 2) or {}
        for name in ("placement_satisfaction", "recommend", "confidence_career_potential@now", "career_opportunities"):
            if name in second:
                steps += 1
                same += second[name] == answers[name]
    means = [sum(values[key]) / len(values[key]) for key in values]
    assert means == sorted(means, reverse=True)
    assert steps / 2 < same < steps
