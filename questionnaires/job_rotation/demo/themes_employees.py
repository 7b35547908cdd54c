"""What employees' open answers are about at touchpoint 1."""

from __future__ import annotations

from people import CARE
from themes import Theme, anyone, at, carrying, every, moved, no, says, with_employer

LARGE, SMALL = with_employer("large"), with_employer("sme")
LINE_MANAGERS = every(LARGE, says("skills_developed", "management_leadership"))
OTHER_TRAINEES = no(LINE_MANAGERS)
POSITIVE = says("first_feeling", "positive")
SAME, NOT_SAME = says("same_opportunity_without", "yes"), says("same_opportunity_without", "no")
HAPPIER, STAYS = moved("work_satisfaction", 1), moved("stay_likelihood", 1)
JUST_PROMOTED = every(LARGE, says("progression_improved", "tend_to_disagree"))

THEMES: tuple[Theme, ...] = (
    # How the scheme was offered
    Theme("intro_just_promoted", "introduced_how", 1, JUST_PROMOTED),
    Theme("intro_moving_up", "introduced_how", 1, says("job_title_more_senior", "yes"), apart=("intro_just_promoted",)),
    Theme("intro_open_call", "introduced_how", 13, anyone, apart=("intro_just_promoted", "intro_moving_up")),
    # First feelings
    Theme("feel_line_manage", "first_feeling_why", 4, every(POSITIVE, LINE_MANAGERS)),
    Theme("feel_new_skills", "first_feeling_why", 3, POSITIVE),
    Theme("feel_experience", "first_feeling_why", 2, POSITIVE),
    Theme("feel_personal_growth", "first_feeling_why", 2, POSITIVE),
    Theme("feel_confidence_at_work", "first_feeling_why", 2, POSITIVE),
    Theme("feel_any_training_good", "first_feeling_why", 1, POSITIVE),
    # What the training was
    Theme("content_half_day_then_job", "training_content", 6, LINE_MANAGERS),
    Theme("content_plan_assign_tasks", "training_content", 4, LINE_MANAGERS),
    Theme("content_personalities", "training_content", 4, LINE_MANAGERS),
    Theme("content_goals", "training_content", 3, LINE_MANAGERS),
    Theme("content_workloads", "training_content", 3, LINE_MANAGERS),
    Theme("content_illnesses", "training_content", 2, at(CARE)),
    Theme("content_autism", "training_content", 1, at("S5")),
    Theme("content_safeguarding", "training_content", 2, at(CARE, "S5")),
    Theme("content_patience", "training_content", 2, at(CARE, "S5")),
    Theme("content_business_types", "training_content", 1, every(OTHER_TRAINEES, at("S1", "S3", "S4"))),
    Theme("content_business_planning", "training_content", 2, every(OTHER_TRAINEES, at("S1", "S3", "S4"))),
    Theme("content_team_differences", "training_content", 1, every(OTHER_TRAINEES, at("S1", "S3", "S4"))),
    Theme("content_online_videos", "training_content", 2, OTHER_TRAINEES),
    Theme("content_shadowing_senior", "training_content", 2, OTHER_TRAINEES),
    Theme("content_theory_external_trainer", "training_content", 4, OTHER_TRAINEES),
    # How it was useful
    Theme("benefit_management_experience", "benefits", 5, LINE_MANAGERS),
    Theme("benefit_management_detail", "benefits", 3, anyone, within="benefit_management_experience"),
    Theme("benefit_confidence_attitude", "benefits", 4, anyone),
    Theme("benefit_colleagues_chances", "benefits", 3, anyone),
    Theme("benefit_young_people", "benefits", 1, LARGE),
    # Why work is better or worse
    Theme("sat_up_was_stuck", "work_satisfaction_why", 1, every(HAPPIER, says("job_title_more_senior", "yes"))),
    Theme("sat_up_valued", "work_satisfaction_why", 3, HAPPIER),
    Theme("sat_up_employer_interest", "work_satisfaction_why", 2, HAPPIER),
    Theme("sat_up_knowledge", "work_satisfaction_why", 2, HAPPIER),
    Theme("sat_up_hopeful", "work_satisfaction_why", 2, HAPPIER),
    Theme("sat_down_backfill_unhappy", "work_satisfaction_why", 1, moved("work_satisfaction", -1)),
    # Why they mean to stay
    Theme("stay_progression_real", "stay_likelihood_why", 3, every(STAYS, SMALL)),
    Theme("stay_valued", "stay_likelihood_why", 2, every(STAYS, SMALL)),
    Theme("stay_happier", "stay_likelihood_why", 2, every(STAYS, SMALL)),
    Theme("stay_confidence", "stay_likelihood_why", 1, every(STAYS, SMALL)),
    # A career, and what would have been without it
    Theme(
        "progression_just_promoted", "progression_improved_why", 1, JUST_PROMOTED, first=carrying("intro_just_promoted")
    ),
    Theme("same_job_add_on", "same_opportunity_without_why", 1, every(SAME, LARGE)),
    Theme("same_employer_develops", "same_opportunity_without_why", 5, SAME, apart=("same_job_add_on",)),
    Theme(
        "same_but_sooner_easier",
        "same_opportunity_without_why",
        3,
        SAME,
        apart=("same_job_add_on", "same_employer_develops"),
    ),
    Theme("no_confidence_new_role", "same_opportunity_without_why", 1, every(NOT_SAME, SMALL)),
    Theme("no_faster", "same_opportunity_without_why", 1, every(NOT_SAME, SMALL), apart=("no_confidence_new_role",)),
    Theme("no_hands_on_management", "same_opportunity_without_why", 3, every(NOT_SAME, LARGE)),
    # Duties, before and after: the words are pairs, in words_employees.DUTIES
    Theme(
        "duties_care_to_overseeing",
        "responsibilities_after",
        1,
        every(at(CARE), says("responsibilities_changed", "yes"), says("job_title_more_senior", "yes")),
    ),
    Theme(
        "duties_assistant_to_medication",
        "responsibilities_after",
        1,
        every(at(CARE), says("responsibilities_changed", "yes")),
        apart=("duties_care_to_overseeing",),
    ),
    Theme(
        "duties_supervising_to_growth",
        "responsibilities_after",
        1,
        every(no(at(CARE)), says("responsibilities_changed", "yes")),
        first=says("job_title_more_senior", "yes"),
    ),
)
