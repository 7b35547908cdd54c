"""What employees say where an answer carries a theme: invented sentences, by theme."""

WORDS: dict[str, tuple[str, ...]] = {
    "intro_just_promoted": ("I had stepped up a few weeks before, and my boss said this would go well with it.",),
    "intro_moving_up": ("They want me in a bigger job, so I was sent on it to prepare.",),
    "intro_open_call": (
        "An e-mail went round to everyone and I put my hand up.",
        "It was on the notice board. Whoever wanted it could ask, and then they picked.",
        "All of us heard about it at a team meeting. I applied and got a place.",
        "Anyone could go for it. I filled in a short form and they chose me.",
        "They asked the whole place who was keen. A few of us said yes and they drew up a list.",
        "There was a post on the staff page and I sent my name in.",
    ),
    "feel_line_manage": (
        "I was looking forward to having someone on placement to manage.",
        "I would get to be somebody's manager for the first time.",
    ),
    "feel_new_skills": (
        "There were things I wanted to learn and this was the way.",
        "I like picking up skills that I do not have yet.",
    ),
    "feel_experience": (
        "I was after more experience behind me.",
        "I had the theory but had not done much of it for real.",
    ),
    "feel_personal_growth": (
        "I saw it as something for me, to become a better version of myself.",
        "It would stretch me as a person, not only in my job.",
    ),
    "feel_confidence_at_work": (
        "I doubt myself a lot at work and I hoped this would change that.",
        "I wanted to speak up more and be less nervous in my job.",
    ),
    "feel_any_training_good": ("I never say no to a course. You always take something away.",),
    "content_half_day_then_job": (
        "We had one morning in a room, and then I learned by doing it in my job.",
        "It began with a short course of a few hours. The rest was on the job.",
    ),
    "content_plan_assign_tasks": (
        "How to plan what needs doing and decide who does what.",
        "Making a plan for the week and handing out the jobs.",
    ),
    "content_personalities": (
        "How people are all different and need managing in their own way.",
        "Getting on with all sorts of characters and leading them.",
    ),
    "content_goals": ("Giving people something to aim for and helping them get there.",),
    "content_workloads": ("Keeping an eye on how much everyone has on their plate.",),
    "content_illnesses": (
        "What different conditions look like. We acted out cases and talked them through.",
        "Health problems and how to spot them, with examples that we played out.",
    ),
    "content_autism": ("How to help children who are autistic, and what can upset them.",),
    "content_safeguarding": (
        "Keeping the people we look after safe.",
        "What to do if we think somebody in our care is at risk.",
    ),
    "content_patience": (
        "Staying calm with people and seeing it from their side.",
        "Being patient when somebody has a bad day.",
    ),
    "content_business_types": ("The ways that a company can be set up.",),
    "content_business_planning": (
        "Where a company wants to go, and writing that down as a plan.",
        "How to draw up a plan for the firm and think a few years ahead.",
    ),
    "content_team_differences": ("That everyone on a team is good at something else.",),
    "content_online_videos": (
        "I watched clips on the computer at home, and tried it out at work the next day.",
        "It was all on a website, with films to watch, and then I put it to use.",
    ),
    "content_shadowing_senior": (
        "I followed my manager around and saw how she does things.",
        "I sat beside the person who does the job I want and watched.",
    ),
    "content_theory_external_trainer": (
        "A tutor came in from a college. It was more talking than doing.",
        "It was mainly sitting and listening, with a teacher from outside the firm.",
    ),
    "benefit_management_experience": (
        "I have managed somebody for real now, and not just read about it.",
        "Having a person to look after taught me what managing is.",
    ),
    "benefit_management_detail": (
        "I manage someone for real. I found out what she could do, and gave her comments that helped.",
        "I have had a person to lead. I learned to put a problem so that he could solve it.",
        "Being a manager at last. I judge better who can do what, and I tell people how they did.",
    ),
    "benefit_confidence_attitude": (
        "I believe in myself more and go to work in a better mood.",
        "I am not as shy as I was, and I care more about my job.",
    ),
    "benefit_colleagues_chances": (
        "It was lovely to see others here get a chance too.",
        "I liked watching the people around me get on.",
    ),
    "benefit_young_people": ("I had not worked with anybody that young before, and I enjoyed it.",),
    "sat_up_was_stuck": ("I had been in one spot for years. I have moved up now, and I am glad to come in.",),
    "sat_up_valued": (
        "I feel that I count here now.",
        "They put money and time into me, and that makes me feel wanted.",
    ),
    "sat_up_employer_interest": (
        "My bosses really want to see me get on.",
        "It shows that the firm minds how I develop.",
    ),
    "sat_up_knowledge": (
        "I understand my job better than I did.",
        "I have learned such a lot, so I enjoy it more.",
    ),
    "sat_up_hopeful": (
        "I look forward now. I can see myself doing well.",
        "The future looks brighter and I feel ready for it.",
    ),
    "sat_down_backfill_unhappy": (
        "The person on placement with me did not like it in our department, and that got me down.",
    ),
    "stay_progression_real": (
        "I used to think there was no way up here. I can see one now.",
        "A step up in this place is a real thing for me, not just talk.",
    ),
    "stay_valued": (
        "They have shown that they think a lot of me.",
        "I am appreciated, so why would I go?",
    ),
    "stay_happier": (
        "I am more content and relaxed in my job.",
        "Work is a nicer place to be.",
    ),
    "stay_confidence": ("I trust myself to do the job well.",),
    "progression_just_promoted": ("I had moved up right before, so the course did not change anything there.",),
    "same_job_add_on": ("My work is what it was. The course came on top.",),
    "same_employer_develops": (
        "They train people and move them up here in any case.",
        "My employer is always putting us on something, and people do rise.",
    ),
    "same_but_sooner_easier": (
        "I would have got there one day, but this took the bumps out of the road.",
        "Yes, later on. It was less trouble this way.",
    ),
    "no_confidence_new_role": ("I would never have dared to begin in a new job without it.",),
    "no_faster": ("I would still be waiting for my turn to train.",),
    "no_hands_on_management": (
        "There would have been nobody for me to manage, so I could not have practised.",
        "You cannot learn to lead people from a book, and I had no one to lead.",
    ),
}
