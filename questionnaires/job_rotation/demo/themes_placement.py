"""What candidates' open answers are about: the placement, the employer's sessions, and looking at it all."""

from __future__ import annotations

from themes import Theme, anyone, carrying, every, moved, no, rates, role, says

VERY, QUITE, NEITHER = (
    says("placement_satisfaction", f"{each}") for each in ("very_satisfied", "quite_satisfied", "neither")
)
PLACED = says("placed", "yes")
SESSIONS = says("employability_sessions", "yes")
SURER = moved("confidence_career_potential", 1)
TOP, GOOD, LOW = rates(9, 10), rates(7, 8), rates(1, 6)
FULL_OF_WORK = no(carrying("qsat_not_enough_work", "neither_little_work"))
SINGLE = ("challenge_line_manager", "challenge_role_changed", "challenge_no_vacancies", "challenge_busy_period")

PLACEMENT: tuple[Theme, ...] = (
    # Why they are satisfied, or not
    Theme("vsat_admin_experience", "placement_satisfaction_why", 1, every(VERY, role("administration"))),
    Theme("vsat_dream_job", "placement_satisfaction_why", 1, VERY, apart=("vsat_admin_experience",)),
    Theme(
        "vsat_employer_support",
        "placement_satisfaction_why",
        4,
        every(VERY, says("employer_support", "great_extent")),
        apart=("vsat_admin_experience", "vsat_dream_job"),
    ),
    Theme("vsat_manager_explore", "placement_satisfaction_why", 1, anyone, within="vsat_employer_support"),
    Theme(
        "vsat_flexible_childcare",
        "placement_satisfaction_why",
        1,
        anyone,
        within="vsat_employer_support",
        apart=("vsat_manager_explore",),
    ),
    Theme("vsat_role_fit", "placement_satisfaction_why", 7, every(VERY, says("placement_suits", "yes"))),
    Theme("qsat_other_role", "placement_satisfaction_why", 2, QUITE, first=says("placement_suits", "no")),
    Theme("qsat_not_enough_work", "placement_satisfaction_why", 4, QUITE, apart=("qsat_other_role",)),
    Theme(
        "qsat_clearer_path", "placement_satisfaction_why", 2, QUITE, apart=("qsat_other_role", "qsat_not_enough_work")
    ),
    Theme("qsat_career_information", "placement_satisfaction_why", 1, anyone, within="qsat_clearer_path"),
    Theme("qsat_support", "placement_satisfaction_why", 2, QUITE),
    Theme("qsat_enjoyable", "placement_satisfaction_why", 2, every(QUITE, says("placement_suits", "yes"))),
    Theme("qsat_skills_confidence", "placement_satisfaction_why", 2, QUITE),
    Theme("qsat_networking", "placement_satisfaction_why", 1, QUITE),
    Theme("neither_role_changed", "placement_satisfaction_why", 1, NEITHER),
    Theme("neither_little_work", "placement_satisfaction_why", 1, NEITHER, apart=("neither_role_changed",)),
    Theme("suit_digital", "what_would_suit_better", 1, anyone),
    Theme("suit_data_strategy", "what_would_suit_better", 1, anyone, apart=("suit_digital",)),
    # What was hard
    Theme("challenge_role_changed", "challenges", 1, PLACED, first=carrying("neither_role_changed")),
    Theme(
        "challenge_busy_period",
        "challenges",
        1,
        every(
            says("heard_via", "job_shop"),
            says("attended_readiness_sessions", "yes"),
            FULL_OF_WORK,
            says("employer_support", "great_extent"),
            says("recommend", "very_likely", "quite_likely"),
            SURER,
            moved("confidence_long_term_job", 1),
        ),
        apart=("challenge_role_changed",),
    ),
    Theme(
        "challenge_line_manager", "challenges", 1, every(PLACED, says("employer_support", "some_extent")), apart=SINGLE
    ),
    Theme("challenge_no_vacancies", "challenges", 1, PLACED, apart=SINGLE),
    Theme(
        "challenge_too_little",
        "challenges",
        7,
        PLACED,
        apart=SINGLE,
        first=carrying("neither_little_work", "qsat_not_enough_work"),
    ),
    Theme("challenge_mostly_shadowing", "challenges", 2, anyone, within="challenge_too_little"),
    Theme(
        "challenge_other_departments",
        "challenges",
        1,
        anyone,
        within="challenge_too_little",
        apart=("challenge_mostly_shadowing",),
    ),
    Theme("challenge_travel", "challenges", 5, PLACED, apart=(*SINGLE, "challenge_too_little")),
    Theme(
        "challenge_none",
        "challenges",
        11,
        every(PLACED, no(NEITHER), FULL_OF_WORK, says("placement_suits", "yes")),
        apart=(*SINGLE, "challenge_too_little", "challenge_travel"),
    ),
    # The employer's sessions
    Theme("employability_basic", "employability_opinion", 7, SESSIONS),
    Theme("employability_good", "employability_opinion", 8, SESSIONS, apart=("employability_basic",)),
    Theme("employability_interactive", "employability_opinion", 4, SESSIONS),
    Theme("employability_more_interaction", "employability_improve", 3, SESSIONS),
    Theme(
        "employability_digital_first", "employability_improve", 2, SESSIONS, apart=("employability_more_interaction",)
    ),
    Theme(
        "employability_day_in_life",
        "employability_improve",
        2,
        SESSIONS,
        apart=("employability_more_interaction", "employability_digital_first"),
    ),
    Theme(
        "employability_about_business",
        "employability_improve",
        2,
        SESSIONS,
        apart=("employability_more_interaction", "employability_digital_first", "employability_day_in_life"),
    ),
)

VALUE: tuple[Theme, ...] = (
    # 9 or 10: from the most to the least often said
    Theme("value_permanent_job", "overall_value_why", 1, every(TOP, says("employer_discussed_permanent", "yes"))),
    Theme("value_own_effort", "overall_value_why", 1, TOP, apart=("value_permanent_job",)),
    Theme(
        "value_good_fit",
        "overall_value_why",
        2,
        every(TOP, PLACED, says("placement_suits", "yes")),
        apart=("value_permanent_job", "value_own_effort"),
    ),
    Theme(
        "value_foot_in_door",
        "overall_value_why",
        5,
        every(TOP, PLACED),
        apart=("value_permanent_job", "value_own_effort"),
    ),
    Theme(
        "value_visible_progression",
        "overall_value_why",
        4,
        every(TOP, PLACED),
        apart=("value_permanent_job", "value_own_effort", "value_foot_in_door"),
    ),
    Theme("value_prospects", "overall_value_why", 6, TOP, apart=("value_permanent_job", "value_own_effort")),
    Theme("value_knowledge", "overall_value_why", 4, TOP, apart=("value_permanent_job", "value_own_effort")),
    Theme("value_confidence", "overall_value_why", 3, TOP, apart=("value_permanent_job", "value_own_effort")),
    # 7 or 8: the same, and then what they would rather have had
    Theme("value_employability", "overall_value_why", 1, every(GOOD, SESSIONS)),
    Theme("value_new_chances", "overall_value_why", 1, GOOD),
    Theme("value_motivated", "overall_value_why", 1, GOOD),
    Theme("value_challenged", "overall_value_why", 2, every(GOOD, PLACED)),
    Theme("value_colleagues", "overall_value_why", 2, every(GOOD, PLACED)),
    Theme("value_confidence", "overall_value_why", 3, GOOD),
    Theme("value_new_skills", "overall_value_why", 3, GOOD),
    Theme("value_knowledge", "overall_value_why", 4, GOOD),
    Theme("concern_too_short", "overall_value_why", 1, every(GOOD, PLACED)),
    Theme(
        "concern_no_guarantee",
        "overall_value_why",
        1,
        every(GOOD, says("employer_discussed_permanent", "no")),
        apart=("concern_too_short",),
    ),
    Theme("concern_for_young", "overall_value_why", 1, GOOD, apart=("concern_too_short", "concern_no_guarantee")),
    Theme(
        "concern_not_ideal_role",
        "overall_value_why",
        2,
        every(GOOD, PLACED),
        apart=("concern_too_short", "concern_no_guarantee", "concern_for_young"),
        first=carrying("qsat_other_role"),
    ),
    Theme(
        "concern_little_practical",
        "overall_value_why",
        3,
        every(GOOD, PLACED),
        apart=("concern_too_short", "concern_no_guarantee", "concern_for_young", "concern_not_ideal_role"),
        first=carrying("challenge_too_little"),
    ),
    # 6 or below
    Theme("low_not_applied_role", "overall_value_why", 1, every(LOW, PLACED), first=carrying("neither_role_changed")),
    Theme(
        "low_no_hands_on",
        "overall_value_why",
        1,
        every(LOW, PLACED),
        apart=("low_not_applied_role",),
        first=carrying("neither_little_work"),
    ),
    # Why they are surer of their career
    Theme("career_path_clear", "confidence_career_potential_why", 3, SURER, first=role("marketing")),
    Theme("career_marketing", "confidence_career_potential_why", 1, role("marketing"), within="career_path_clear"),
    Theme("career_meetings_speaking", "confidence_career_potential_why", 2, SURER, apart=("career_path_clear",)),
    Theme(
        "career_first_professional",
        "confidence_career_potential_why",
        2,
        SURER,
        apart=("career_path_clear", "career_meetings_speaking"),
    ),
    Theme(
        "career_foot_in_door",
        "confidence_career_potential_why",
        2,
        every(SURER, says("employer_discussed_permanent", "yes")),
        apart=("career_path_clear", "career_meetings_speaking", "career_first_professional"),
    ),
    Theme("career_cv", "confidence_career_potential_why", 2, SURER),
    Theme("career_can_do_role", "confidence_career_potential_why", 5, SURER, apart=("career_path_clear",)),
    Theme("career_skills", "confidence_career_potential_why", 3, anyone, within="career_can_do_role"),
    Theme("career_supportive_company", "confidence_career_potential_why", 5, SURER),
)
