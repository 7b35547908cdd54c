"""Every forced fact of joint_facts.csv has a test of its own, and none is left out."""

import re
from types import ModuleType

import pytest

from tests.cohort import read
from tests.unit import (
    test_job_rotation_facts_candidates,
    test_job_rotation_facts_employees,
    test_job_rotation_facts_people,
)

FACTS = {row["id"]: row["certainty"] for row in read("joint_facts.csv")}
MODULES = (test_job_rotation_facts_people, test_job_rotation_facts_candidates, test_job_rotation_facts_employees)
# Likely facts about employers, whom no questionnaire asks yet: nothing in the cohort could hold or break them.
OF_EMPLOYERS = {"J18", "J69"}


def named_in(*modules: ModuleType) -> list[str]:
    """The ids that functions of these modules are named for."""
    named = [re.match(r"test_(J\d\d)_", name) for module in modules for name in vars(module)]
    return [found[1] for found in named if found]


def missing(certainty: str, *modules: ModuleType) -> set[str]:
    return {fact for fact, held in FACTS.items() if held == certainty} - set(named_in(*modules))


def test_the_reference_has_the_facts_it_says() -> None:
    counts = {certainty: list(FACTS.values()).count(certainty) for certainty in FACTS.values()}
    assert counts == {"forced": 45, "likely": 22, "interpretation": 10}


def test_every_forced_fact_has_one_function() -> None:
    assert missing("forced", *MODULES) == set()
    assert len(named_in(*MODULES)) == len(set(named_in(*MODULES)))
    assert set(named_in(*MODULES)) <= set(FACTS)


def test_every_likely_fact_about_people_has_one_too() -> None:
    assert missing("likely", *MODULES) == OF_EMPLOYERS


@pytest.mark.parametrize("module", MODULES)
def test_a_fact_without_a_function_is_seen(module: ModuleType) -> None:
    rest = [each for each in MODULES if each is not module]
    assert missing("forced", *rest)
