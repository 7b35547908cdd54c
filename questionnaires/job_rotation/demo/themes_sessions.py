"""What candidates' open answers are about: how they came, what they hope to learn, the readiness sessions."""

from __future__ import annotations

from themes import Theme, anyone, carrying, every, moved, no, role, says

POSITIVE, NEUTRAL = says("first_feeling", "positive"), says("first_feeling", "neutral")
PLACED, UNPLACED = says("placed", "yes"), says("placed", "no")
DISAGREES = ("tend_to_disagree", "strongly_disagree")
COACHED = no(says("readiness_one_to_one_helpful", *DISAGREES))
SURER = moved("confidence_long_term_job", 1)
JOB_SKILLS = ("want_admin", "want_care", "want_uk_health", "want_animal_care", "want_finance", "want_marketing")

START: tuple[Theme, ...] = (
    Theme("heard_job_coach", "heard_via_detail", 6, says("heard_via", "job_shop")),
    # First feelings
    Theme("feel_earlier_placement", "first_feeling_why", 2, every(POSITIVE, PLACED)),
    Theme("feel_life_event", "first_feeling_why", 2, POSITIVE, apart=("feel_earlier_placement",)),
    Theme(
        "feel_chance_of_work", "first_feeling_why", 12, POSITIVE, apart=("feel_life_event", "feel_earlier_placement")
    ),
    Theme(
        "feel_likes_model",
        "first_feeling_why",
        4,
        POSITIVE,
        apart=("feel_chance_of_work", "feel_life_event", "feel_earlier_placement"),
    ),
    Theme("feel_researched_model", "first_feeling_why", 1, anyone, within="feel_likes_model"),
    Theme(
        "feel_range_of_roles",
        "first_feeling_why",
        2,
        POSITIVE,
        apart=("feel_chance_of_work", "feel_life_event", "feel_earlier_placement", "feel_likes_model"),
    ),
    Theme("neutral_english", "first_feeling_why", 1, NEUTRAL),
    Theme("neutral_no_guarantee", "first_feeling_why", 1, NEUTRAL, apart=("neutral_english",)),
    Theme("neutral_roles", "first_feeling_why", 1, NEUTRAL, apart=("neutral_english", "neutral_no_guarantee")),
    Theme(
        "neutral_sceptical",
        "first_feeling_why",
        1,
        NEUTRAL,
        apart=("neutral_english", "neutral_no_guarantee", "neutral_roles"),
    ),
    Theme(
        "neutral_unsure",
        "first_feeling_why",
        5,
        NEUTRAL,
        apart=("neutral_english", "neutral_no_guarantee", "neutral_roles", "neutral_sceptical"),
    ),
    # What they would like to learn
    Theme("want_nothing_particular", "skills_wanted", 3, anyone),
    Theme("want_open_mind", "skills_wanted", 1, anyone, within="want_nothing_particular"),
    Theme(
        "want_job_specific",
        "skills_wanted",
        16,
        anyone,
        apart=("want_nothing_particular",),
        first=role("administration", "care", "animal_care", "finance", "marketing"),
    ),
    Theme("want_cross_cutting", "skills_wanted", 23, anyone, apart=("want_nothing_particular",)),
    Theme("want_marketing", "skills_wanted", 1, anyone, within="want_job_specific", first=role("marketing")),
    Theme(
        "want_finance", "skills_wanted", 1, anyone, within="want_job_specific", apart=JOB_SKILLS, first=role("finance")
    ),
    Theme("want_animal_care", "skills_wanted", 1, anyone, within="want_job_specific", apart=JOB_SKILLS),
    Theme("want_uk_health", "skills_wanted", 1, anyone, within="want_job_specific", apart=JOB_SKILLS),
    Theme("want_care", "skills_wanted", 3, anyone, within="want_job_specific", apart=JOB_SKILLS, first=role("care")),
    Theme(
        "want_admin",
        "skills_wanted",
        6,
        anyone,
        within="want_job_specific",
        apart=JOB_SKILLS,
        first=role("administration"),
    ),
    Theme("want_digital", "skills_wanted", 22, anyone, within="want_cross_cutting"),
    Theme("want_communication", "skills_wanted", 8, anyone, within="want_cross_cutting"),
    Theme(
        "want_confidence", "skills_wanted", 3, anyone, within="want_cross_cutting", first=carrying("want_communication")
    ),
    Theme("want_more_hours", "skills_wanted", 1, anyone, apart=("want_nothing_particular",)),
)

SESSIONS: tuple[Theme, ...] = (
    Theme(
        "disagree_too_specific", "readiness_topics_disagree_why", 1, says("readiness_topics_appropriate", *DISAGREES)
    ),
    Theme(
        "disagree_coach_support",
        "readiness_one_to_one_disagree_why",
        1,
        says("readiness_one_to_one_helpful", *DISAGREES),
    ),
    # What was of most use
    Theme("useful_employer_feedback", "readiness_most_useful", 3, UNPLACED),
    Theme("useful_job_coach", "readiness_most_useful", 9, COACHED, apart=("useful_employer_feedback",)),
    Theme("coach_finds_suitable_jobs", "readiness_most_useful", 2, anyone, within="useful_job_coach"),
    Theme("coach_disability_flexible", "readiness_most_useful", 1, anyone, within="coach_finds_suitable_jobs"),
    Theme(
        "coach_available",
        "readiness_most_useful",
        2,
        no(carrying("coach_finds_suitable_jobs")),
        within="useful_job_coach",
    ),
    Theme(
        "coach_answers",
        "readiness_most_useful",
        2,
        no(carrying("coach_finds_suitable_jobs", "coach_available")),
        within="useful_job_coach",
    ),
    Theme(
        "coach_scheme_information",
        "readiness_most_useful",
        1,
        no(carrying("coach_finds_suitable_jobs", "coach_available", "coach_answers")),
        within="useful_job_coach",
    ),
    Theme("useful_interview_skills", "readiness_most_useful", 6, anyone),
    Theme("useful_mock_interviews", "readiness_most_useful", 3, anyone, within="useful_interview_skills"),
    Theme("useful_hard_questions", "readiness_most_useful", 1, anyone, within="useful_mock_interviews"),
    Theme("useful_cv_and_peers", "readiness_most_useful", 3, anyone, apart=("useful_interview_skills",)),
    Theme("useful_aim_long_term_job", "readiness_most_useful", 6, anyone),
    # What would make them better
    Theme("improve_nothing", "readiness_improve", 11, anyone),
    Theme("improve_role_mismatch", "readiness_improve", 4, anyone, apart=("improve_nothing",)),
    Theme("improve_tailoring", "readiness_improve", 3, anyone, apart=("improve_nothing", "improve_role_mismatch")),
    Theme("improve_overqualified", "readiness_improve", 1, anyone, within="improve_tailoring"),
    Theme(
        "improve_for_part_timers",
        "readiness_improve",
        1,
        anyone,
        apart=("improve_nothing", "improve_role_mismatch", "improve_tailoring"),
        first=carrying("want_more_hours"),
    ),
    # Why they are surer, or less sure, of finding lasting work
    Theme("ltconf_interview_unplaced", "confidence_long_term_job_why", 1, every(SURER, UNPLACED)),
    Theme(
        "ltconf_interviews_experience",
        "confidence_long_term_job_why",
        3,
        SURER,
        apart=("ltconf_interview_unplaced",),
        first=PLACED,
    ),
    Theme(
        "ltconf_support", "confidence_long_term_job_why", 5, every(SURER, COACHED), apart=("ltconf_interview_unplaced",)
    ),
    Theme("ltconf_job_coach", "confidence_long_term_job_why", 4, COACHED, within="ltconf_support"),
    Theme("ltconf_cv", "confidence_long_term_job_why", 2, SURER),
    Theme("ltconf_peers", "confidence_long_term_job_why", 2, SURER),
    Theme("ltconf_employer_feedback", "confidence_long_term_job_why", 1, SURER),
)
