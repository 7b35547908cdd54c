"""What candidates say of the placement and of it all where an answer carries a theme: invented sentences, by theme."""

WORDS: dict[str, tuple[str, ...]] = {
    "vsat_admin_experience": ("I was looking for time in an office, and that is what I have.",),
    "vsat_dream_job": ("I have wanted to do this since I was at school.",),
    "vsat_employer_support": (
        "They look after me well.",
        "I can ask anyone anything, and they help.",
    ),
    "vsat_manager_explore": ("My boss sends me off to see what the other teams do.",),
    "vsat_flexible_childcare": ("They let me come and go around nursery times.",),
    "vsat_role_fit": (
        "I love what I do there.",
        "The job and I go well together.",
        "It is work that I am good at.",
        "I enjoy every bit of it.",
    ),
    "qsat_other_role": (
        "It is all right, but I would sooner be with one of the other teams.",
        "I would have picked a different desk if I could.",
    ),
    "qsat_not_enough_work": (
        "I sit about a good deal. Give me more to do.",
        "Some days I run out of jobs by eleven.",
    ),
    "qsat_clearer_path": ("I cannot see how you climb from here.",),
    "qsat_career_information": (
        "I would like somebody to tell me which careers there are, and what you need for each.",
    ),
    "qsat_support": (
        "People there do help me.",
        "My supervisor is good to me.",
    ),
    "qsat_enjoyable": (
        "It is good fun most of the time.",
        "I like the work.",
    ),
    "qsat_skills_confidence": (
        "I can do more than I could, and I feel better about myself.",
        "I am picking things up and getting braver.",
    ),
    "qsat_networking": ("I have met people who may help me later on.",),
    "neither_role_changed": ("I went for one job and they put me in another.",),
    "neither_little_work": ("There is hardly anything for me to do.",),
    "suit_digital": ("Something with computers, where I can build things.",),
    "suit_data_strategy": ("Working with numbers, to find out where a company should go.",),
    "challenge_role_changed": ("My job was swapped for another without a word.",),
    "challenge_busy_period": ("I began in their rush weeks, so it was a lot at once.",),
    "challenge_line_manager": ("The person over me and I do not get on.",),
    "challenge_no_vacancies": ("They hardly have any jobs going, so I may not be able to stay.",),
    "challenge_too_little": (
        "Not having enough to get on with.",
        "I wanted to do more than they gave me.",
        "The quiet hours, when I had nothing on.",
    ),
    "challenge_mostly_shadowing": (
        "I watch more than I do.",
        "I follow someone about all day and seldom get a go.",
    ),
    "challenge_other_departments": ("I would have liked a turn in the other teams, and that was not possible.",),
    "challenge_travel": (
        "Two buses there and two buses back.",
        "I have to be in three places in one day.",
    ),
    "challenge_none": (
        "Nothing has been hard.",
        "It has all gone smoothly.",
        "No, not a thing.",
        "I have had no trouble at all.",
    ),
    "employability_basic": (
        "A lot of it I knew before.",
        "Some weeks were far too easy for me.",
        "Parts of it were for people who have never worked.",
    ),
    "employability_good": (
        "They were lively. I learned a lot and met people from the other teams.",
        "I came out of them feeling stronger each week.",
        "They keep you awake, and you find out what goes on in the rest of the company.",
    ),
    "employability_interactive": (
        "I liked it best when we did things together.",
        "The games and the group tasks were good.",
    ),
    "employability_more_interaction": (
        "Let us join in more.",
        "Less listening and more doing.",
    ),
    "employability_digital_first": (
        "Do the computer week first. I needed it from day one.",
        "Begin with the computer part.",
    ),
    "employability_day_in_life": ("Bring in someone who works there to tell us what their day is like.",),
    "employability_about_business": ("Tell us more about what the company does and how it makes its money.",),
    "value_permanent_job": ("They have told me that I am staying on for good.",),
    "value_own_effort": ("You get back what you put in, and I put in everything.",),
    "value_good_fit": ("They found me a job that is just right for me.",),
    "value_foot_in_door": (
        "I am inside a company that I could never have got into.",
        "They know me there now, and that is half the battle.",
    ),
    "value_visible_progression": (
        "I have seen how people move up there, and I want to be one of them.",
        "There is a ladder in that place, so I would like to stay.",
    ),
    "value_prospects": (
        "My chances of a job have never been this good.",
        "I am sure that I will be hired somewhere after this.",
    ),
    "value_knowledge": (
        "I have learned such a great deal.",
        "It gave me know-how that I did not have.",
        "I know more about working life now.",
        "It was good to get some practice behind me.",
    ),
    "value_confidence": (
        "It gave me my self-belief back.",
        "I walk taller than I did.",
        "I am less scared of things.",
        "I trust myself more than I used to.",
    ),
    "value_employability": ("The weekly sessions at the company were worth it.",),
    "value_new_chances": ("Doors are open to me that were shut.",),
    "value_motivated": ("It has made me hungry for a real job.",),
    "value_challenged": ("The job pushes me, and I need that.",),
    "value_colleagues": ("The people I work with have been so kind.",),
    "value_new_skills": (
        "I can do things that I could not do before.",
        "I have some new tricks up my sleeve.",
    ),
    "concern_too_short": ("It is over too soon.",),
    "concern_no_guarantee": ("You could still end up with nothing.",),
    "concern_for_young": ("It seems made for school leavers and people fresh from university.",),
    "concern_not_ideal_role": ("It is not quite the job that I had in mind.",),
    "concern_little_practical": (
        "I would have liked to do more with my own hands.",
        "There was too little real work in it.",
    ),
    "low_not_applied_role": ("I did not get the job that I put in for.",),
    "low_no_hands_on": ("They never let me try anything myself.",),
    "career_path_clear": (
        "I have found out what I want to be.",
        "I used to be all over the place. Now I know which way to go.",
    ),
    "career_marketing": ("I had a go at marketing, and there is nothing else I want to do.",),
    "career_meetings_speaking": (
        "I sit in meetings and even stood up to talk in front of a group.",
        "I gave a little talk to the team, and nobody laughed.",
    ),
    "career_first_professional": (
        "I had never set foot in a place like that, and I fit in.",
        "It is the first time I have worked anywhere so proper.",
    ),
    "career_foot_in_door": (
        "I am in there now, so a lasting job is not a dream any more.",
        "Once you are inside, being kept on looks possible.",
    ),
    "career_cv": (
        "I have something to write down when I apply for the next one.",
        "It will look good on my CV.",
    ),
    "career_can_do_role": (
        "I have proved that I can do that job.",
        "I am good at it, and I did not know that.",
    ),
    "career_skills": (
        "I have the skills for the job now, and that is what counts.",
        "With what I can do by now, I know that I am up to it.",
    ),
    "career_supportive_company": (
        "The whole company is behind you there.",
        "People showed me the way and never let me sink.",
    ),
}
