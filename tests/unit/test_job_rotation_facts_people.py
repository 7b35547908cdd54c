"""The report's facts about who is in the pilot (J01 to J18, J77): the demonstration cohort keeps each."""

from collections import Counter

from tests.cohort import (
    CANDIDATES,
    COHORT,
    EMPLOYEES,
    PEOPLE,
    Person,
    is_surveyed,
    pairs,
    placed,
    size_of,
)


def attended(people: list[Person] | None = None) -> list[Person]:
    return [person for person in (CANDIDATES if people is None else people) if person["attended_sessions"]]


def profiled(group: list[Person]) -> list[Person]:
    return [person for person in group if "ethnicity" in person["attributes"]]


def sized(people: list[Person], size: str) -> int:
    return sum(size_of(person) == size for person in people)


def test_J01_session_goers_split_into_placed_and_not() -> None:
    assert len(attended()) == 49
    assert [len(placed(attended())), sum(not person["site"] for person in attended())] == [8, 41]


def test_J02_placements_that_did_not_come_through_the_sessions() -> None:
    assert len(placed()) == 64
    assert sum(not person["attended_sessions"] for person in placed()) == 56


def test_J03_everyone_who_was_a_candidate_in_any_sense() -> None:
    assert len(CANDIDATES) == 105
    assert all(person["attended_sessions"] or person["site"] for person in CANDIDATES)


def test_J04_candidates_in_and_outside_the_surveyed_population() -> None:
    split = Counter((person["attended_sessions"], bool(person["site"]), is_surveyed(person)) for person in CANDIDATES)
    assert split == {(True, True, True): 8, (True, False, True): 41, (False, True, True): 27, (False, True, False): 29}
    assert all(person["not_eligible"]["1"] for person in CANDIDATES if not is_surveyed(person))


def test_J05_placed_in_the_surveyed_population() -> None:
    surveyed = [person for person in CANDIDATES if is_surveyed(person)]
    assert (len(surveyed), len(placed(surveyed))) == (76, 35)


def test_J06_one_small_employers_placement_fell_outside_fieldwork() -> None:
    small = [person for person in placed() if size_of(person) == "sme"]
    assert (len(small), sum(is_surveyed(person) for person in small)) == (13, 12)


def test_J08_employees_in_position_by_size() -> None:
    inside = [person for person in EMPLOYEES if is_surveyed(person)]
    outside = [person for person in EMPLOYEES if not is_surveyed(person)]
    assert [(sized(some, "sme"), sized(some, "large")) for some in (inside, outside)] == [(12, 26), (9, 25)]


def test_J09_large_employers_share_of_participants() -> None:
    assert (sized(placed(), "large"), sized(EMPLOYEES, "large")) == (51, 51)
    assert (len(placed()), len(EMPLOYEES)) == (64, 72)


def test_J10_response_by_part_of_the_population() -> None:
    surveyed = [person for person in CANDIDATES if is_surveyed(person)]
    parts = {
        "placed": placed(surveyed),
        "sessions only": [person for person in surveyed if not person["site"]],
        "sessions": attended(surveyed),
        "no sessions": [person for person in surveyed if not person["attended_sessions"]],
        "small": [person for person in surveyed if size_of(person) == "sme"],
        "large": [person for person in surveyed if size_of(person) == "large"],
        "small, employees": [p for p in EMPLOYEES if is_surveyed(p) and size_of(p) == "sme"],
        "large, employees": [p for p in EMPLOYEES if is_surveyed(p) and size_of(p) == "large"],
    }
    assert {name: (sum(bool(p["responses"]) for p in part), len(part)) for name, part in parts.items()} == {
        "placed": (29, 35),
        "sessions only": (18, 41),
        "sessions": (24, 49),
        "no sessions": (23, 27),
        "small": (8, 12),
        "large": (21, 23),
        "small, employees": (7, 12),
        "large, employees": (11, 26),
    }


def test_J11_profiled_candidates_are_all_placed() -> None:
    assert len(profiled(CANDIDATES)) == 40
    assert all(person["site"] for person in profiled(CANDIDATES))
    silent = [person for person in profiled(CANDIDATES) if not person["responses"]]
    assert 0 < len(silent) < 40, "the profile is monitoring data: respondents stand beside others in it"


def test_J12_profiled_employees() -> None:
    assert len(profiled(EMPLOYEES)) == 12
    assert {bool(person["responses"]) for person in profiled(EMPLOYEES)} == {True, False}


def test_J13_training_by_accreditation_and_level() -> None:
    rows = Counter(
        tuple(person["attributes"][f"training_{part}"] for part in ("offered", "accreditation", "level"))
        for person in profiled(EMPLOYEES)
    )
    assert rows == {
        ("leadership_management", "accredited", "level_3"): 4,
        ("nvq_level_3_adult_care", "accredited", "level_3"): 4,
        ("breakaway_classroom", "non_accredited", "level_1"): 2,
        ("management_shadowing", "non_accredited", "level_3"): 2,
    }


def test_J14_one_more_qualification_lies_between_one_and_three() -> None:
    levels = Counter(person["attributes"]["highest_qualification"] for person in profiled(CANDIDATES))
    assert (levels.pop("between_1_and_3"), levels.total()) == (1, 39)
    assert sum(levels[level] for level in ("none", "level_1", "level_2")) == 14
    assert sum(levels[f"level_{level}"] for level in range(4, 8)) == 20


def test_J15_employability_training_belongs_to_the_large_employer() -> None:
    trained = Counter(
        (size_of(p), p["attributes"]["training_offered"] == "employability") for p in profiled(CANDIDATES)
    )
    assert trained == {("large", True): 37, ("sme", False): 3}


AGES = ["under_25", "25_50", "over_50"]


def test_J16_a_small_employers_pair_of_somebody_under_21_and_an_older_employee() -> None:
    [(employee, candidate)] = [
        (employee, candidate)
        for employee, candidate in pairs()
        if size_of(candidate) == "sme" and candidate["attributes"].get("under_21") == "yes"
    ]
    assert employee["site"] == candidate["site"]
    assert AGES.index(employee["attributes"]["age"]) > AGES.index(candidate["attributes"]["age"])


def test_J17_one_employers_trainee_has_nobody_who_stands_in() -> None:
    [apprentice] = [p for p in EMPLOYEES if p["attributes"].get("training_length") == "apprenticeship_18_months"]
    assert size_of(apprentice) == "sme"
    assert apprentice not in [employee for employee, _ in pairs()]


def test_J77_by_people_most_took_part_under_the_large_employers_model() -> None:
    shares = [sized(some, "large") / len(some) for some in (placed(), EMPLOYEES)]
    assert [round(share, 1) for share in shares] == [0.8, 0.7]


def test_pairs_are_of_one_employee_and_one_candidate_of_the_same_employer() -> None:
    both = pairs()
    assert len(both) == len(COHORT["relationships"]) == 64
    assert len({employee["reference"] for employee, _ in both}) == 64
    assert sorted(candidate["reference"] for _, candidate in both) == sorted(p["reference"] for p in placed())
    assert all(employee["group"] == "employee" and candidate["group"] == "backfill" for employee, candidate in both)
    assert all(employee["site"] == candidate["site"] for employee, candidate in both)


def test_everybody_placed_has_a_role_and_nobody_else() -> None:
    assert [person for person in PEOPLE if "placement_role" in person["attributes"]] == placed()
