"""What binds the answers together: the facts of joint_facts.csv that the published rows alone do not force.

Each is named by its id there. Facts about words are seen to where the words are, and facts about people in their plan.
"""

from __future__ import annotations

from model import CohortModel
from ortools.sat.python import cp_model
from people import CARE
from variables import AGREEMENT, EXTENT, LIKELIHOOD, SATISFACTION, VALUE

SKILLS_BEHIND = ("digital", "teamwork", "other", "none")


def bind_candidates(model: CohortModel) -> None:
    """The facts about candidates' closed answers."""
    _between_statements(model)
    _themes_need(model)
    _case_studies(model)


def _between_statements(model: CohortModel) -> None:
    """J36: of three statements, those neutral or tending to disagree are 6 to 9, and both ends are reached."""
    doubts = [
        model.number(1, f"readiness_{end}", AGREEMENT[2:4])
        for end in ("new_opportunities", "useful_in_workplace", "prepared_for_workplace")
    ]
    reaches_six = [model.model.new_bool_var("") for _ in doubts]
    reaches_nine = [model.model.new_bool_var("") for _ in doubts]
    for doubt, six, nine in zip(doubts, reaches_six, reaches_nine, strict=True):
        model.model.add_linear_constraint(doubt, 6, 9)
        model.model.add(doubt == 6).only_enforce_if(six)
        model.model.add(doubt == 9).only_enforce_if(nine)
    model.model.add_bool_or(*reaches_six)
    model.model.add_bool_or(*reaches_nine)


def _themes_need(model: CohortModel) -> None:
    """What the themes of open answers need of closed ones: reasons want people who can give them."""
    for name in ("readiness_topics_appropriate", "readiness_one_to_one_helpful"):  # J37
        model.model.add_linear_constraint(model.number(1, name, AGREEMENT[3:4]), 1, 6)
    for reason in ("not_sector_of_interest", "logistics"):
        model.model.add_linear_constraint(model.number(1, "not_placed_reason", (reason,)), 1, 2)
    model.choose(1, "not_placed_reason", ("other_job_offer",), 1)
    # Half of the very satisfied like the role, and nearly a third of the quite satisfied have too little to do.
    model.choose(1, "placement_satisfaction", SATISFACTION[:1], 14)
    # Eight reasons for 9 or 10, from most to least cited, and eight for 7 or 8, ask for many of both.
    model.model.add(model.number(1, "overall_value", VALUE[8:]) >= 20)
    model.model.add(model.number(1, "overall_value", VALUE[6:8]) >= 18)
    # J40: the confidence of somebody who attended and is placed rose. Of the unplaced six or more rise (J39) anyhow.
    risers = [
        model.moves(person, "confidence_long_term_job")[0]
        for person in model.in_segment(1, "all")
        if model.people[person].attended and model.people[person].placed
    ]
    model.model.add(sum(risers) >= 2)


def _case_studies(model: CohortModel) -> None:
    """J73: a candidate of the large employer with high hopes; J74: one who came by the Job Shop, in a busy time."""
    first, second = [], []
    for person in model.in_segment(1, "all"):
        said, plan = model.answers[person, 1], model.people[person]
        if plan.size == "large":
            top = model.model.new_bool_var("")
            model.model.add(sum(said["overall_value"][each] for each in VALUE[8:]) >= 1).only_enforce_if(top)
            hopes = said["hopes"]
            first.append(
                (
                    hopes["lasting_employment"],
                    hopes["new_knowledge_skills"],
                    said["employer_discussed_permanent"]["yes"],
                    top,
                )
            )
        if plan.placed and plan.attended:
            likely = model.model.new_bool_var("")
            model.model.add(sum(said["recommend"][each] for each in LIKELIHOOD[:2]) >= 1).only_enforce_if(likely)
            rose = [model.moves(person, f"confidence_{end}")[0] for end in ("long_term_job", "career_potential")]
            second.append(
                (said["heard_via"]["job_shop"], said["employer_support"][EXTENT[0]], likely, rose[0], rose[1])
            )
    model.someone(*first)
    model.someone(*second)


def bind_employees(model: CohortModel) -> None:
    """The facts about employees' closed answers."""
    _skills(model)
    _progress(model)
    _carers(model)
    model.someone(  # J67: no new duties, and hands-on managing only through the scheme
        *(
            (
                said["training_useful"]["strongly_agree"],
                said["training_enjoyable"]["strongly_agree"],
                said["responsibilities_changed"]["no"],
                said["same_opportunity_without"]["no"],
                said["skills_developed"]["management_leadership"],
            )
            for said in (model.answers[person, 1] for person in model.in_segment(1, "large"))
        )
    )


def _skills(model: CohortModel) -> None:
    """J53: with small employers communication comes second to the skills of the job; overall, third place has 5."""
    communication = model.number(1, "skills_developed", ("communication",), "sme")
    for skill in ("management_leadership", "problem_solving", *SKILLS_BEHIND):
        model.model.add(model.number(1, "skills_developed", (skill,), "sme") <= communication)
    for skill in ("job_specific_technical", *SKILLS_BEHIND):
        model.model.add(model.number(1, "skills_developed", (skill,)) <= 5)


def _progress(model: CohortModel) -> None:
    """J59: 8 and 6 agree, in some order. J65: somebody with a more senior title is happier at work."""
    strongly = model.number(1, "progression_improved", AGREEMENT[:1])
    model.model.add_linear_expression_in_domain(strongly, cp_model.Domain.from_values([6, 8]))
    model.someone(
        *(
            (model.moves(person, "work_satisfaction")[0], model.answers[person, 1]["job_title_more_senior"]["yes"])
            for person in model.in_segment(1, "sme")
        )
    )


def _carers(model: CohortModel) -> None:
    """J66: a carer is senior now, would not have been without it, and means to stay. Both carers' duties changed."""
    carers = [
        model.answers[person, 1]
        for person in model.in_segment(1, "sme")
        if (site := model.people[person].site) is not None and site.reference == CARE
    ]
    for said in carers:
        model.model.add(said["responsibilities_changed"]["yes"] == 1)
    model.someone(
        *(
            (
                said["job_title_more_senior"]["yes"],
                said["same_opportunity_without"]["no"],
                said["stay_likelihood@now"]["very_likely"],
            )
            for said in carers
        )
    )
