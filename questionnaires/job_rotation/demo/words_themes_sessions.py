"""What candidates say of the time before a placement where an answer carries a theme: invented sentences, by theme."""

WORDS: dict[str, tuple[str, ...]] = {
    "heard_job_coach": (
        "I was with the Job Shop already, and the coach I see there told me.",
        "My Job Coach rang me up about it. I had been seeing her for a while.",
        "I go to the Job Shop most weeks, so my coach thought of me.",
    ),
    "feel_earlier_placement": (
        "I had been in that company for a fortnight once and did not want to leave.",
        "They had me for two weeks before. I jumped at going back.",
    ),
    "feel_life_event": (
        "We have a baby on the way, so I had to find work soon.",
        "I had only just moved to this country and needed to earn.",
    ),
    "feel_chance_of_work": (
        "I could see it ending in a proper job.",
        "It looked like my best shot at getting hired.",
        "For once there was work at the end of it, maybe even a career.",
        "I thought somebody might take me on after it.",
        "It was a way into a job, and I had not had one of those for ages.",
    ),
    "feel_likes_model": (
        "Somebody gets to study and I get to stand in. It is a clever idea.",
        "I like how both sides win from it.",
        "It made sense to me: they train and I do their work meanwhile.",
    ),
    "feel_researched_model": ("I looked it up at home. It has been done abroad, and I liked how it works.",),
    "feel_range_of_roles": (
        "There were several jobs to choose from and some were just what I like.",
        "The list of placements had the sort of thing I enjoy.",
    ),
    "neutral_english": ("I speak another language at home, so I worried that my English was too weak.",),
    "neutral_no_guarantee": ("Nobody could say that I would have a job after it.",),
    "neutral_roles": ("I was not sure that any of the jobs on the list were for me.",),
    "neutral_sceptical": ("I have been looking for so long that I do not get my hopes up.",),
    "neutral_unsure": (
        "I had no idea what it would be like.",
        "I could not picture what I would be doing.",
    ),
    "want_nothing_particular": (
        "There is nothing special that I am after.",
        "I could not name one thing.",
    ),
    "want_open_mind": ("I did not come for one thing. I just fancied something I had not done before.",),
    "want_job_specific": (
        "What you need to know for the line of work that I want.",
        "How the job I would like is really done.",
    ),
    "want_cross_cutting": ("Things that I could use wherever I end up.",),
    "want_marketing": ("How you get people to notice a brand.",),
    "want_finance": ("Bookkeeping, and how a company looks after its money.",),
    "want_animal_care": ("Looking after animals.",),
    "want_uk_health": ("I was a nurse back home. I want to see how it is done over here.",),
    "want_care": (
        "Anything to do with looking after people.",
        "How to be a good carer.",
    ),
    "want_admin": (
        "Working in an office: records, figures and the programs for them.",
        "Putting things into a database and keeping files straight.",
        "How to run the paperwork, and the software that goes with it.",
    ),
    "want_digital": (
        "Spreadsheets.",
        "I want to be quicker on a computer, with letters and tables.",
        "E-mail and calendars, the way they use them in offices.",
        "Typing up documents so that they look right.",
        "How to do sums in a spreadsheet without asking my son.",
        "The usual office programs. I only know my phone.",
        "Sending e-mails that sound right and setting up meetings.",
        "To be at home with Word and the rest of it.",
    ),
    "want_communication": (
        "Saying what I mean, at work and on the phone.",
        "Talking with people I do not know.",
        "To be better at explaining myself.",
    ),
    "want_confidence": (
        "To be less shy.",
        "I need to believe that I can do it.",
    ),
    "want_more_hours": ("I work a few hours a week now. Whatever gets me more of them.",),
    "disagree_too_specific": ("It was all about one firm's job. I could not use it for anything else.",),
    "disagree_coach_support": (
        "I expected more from my coach than I got.",
        "My coach had little time for me.",
    ),
    "useful_employer_feedback": (
        "I did not get the place, but the company told me what I had done well and what to change.",
        "They turned me down and still took time to say why. That helped.",
    ),
    "useful_job_coach": ("My Job Coach. I would not have stuck with it otherwise.",),
    "coach_finds_suitable_jobs": ("The coach looked for vacancies that are right for me, and not just any.",),
    "coach_disability_flexible": ("My coach dug out jobs with some give in them, which I need with my disability.",),
    "coach_available": (
        "I can get hold of my coach whenever I need to.",
        "There was always a coach on the other end of the phone.",
    ),
    "coach_answers": (
        "Whatever I asked, my coach knew or found out.",
        "My coach never minded a silly question.",
    ),
    "coach_scheme_information": ("The coach told me how the scheme works and what came next.",),
    "useful_interview_skills": (
        "How to come across well when an employer asks you in.",
        "Learning how to do an interview. I had not had one for ten years.",
        "They taught us what to say about ourselves to a panel.",
    ),
    "useful_mock_interviews": (
        "The pretend interviews. I shook at the first and was fine by the third.",
        "Acting out an interview, because it took the fear away.",
    ),
    "useful_hard_questions": (
        "In the practice they asked the nasty ones, like why I left my last job. Now I am ready for them.",
    ),
    "useful_cv_and_peers": (
        "Redoing my CV, and getting to know the others in the room.",
        "The morning we wrote CVs together. You see that you are not the only one.",
    ),
    "useful_aim_long_term_job": (
        "That it was about finding a job you can keep.",
        "They had their eye on proper work for us, and not something for a week.",
    ),
    "improve_nothing": (
        "Nothing, they were fine.",
        "I would leave them as they are.",
        "I cannot think of a thing.",
        "No changes from me.",
        "They do not need to be any better.",
    ),
    "improve_role_mismatch": (
        "They told us of one job and the interview was for another. The Job Shop and the company should talk.",
        "Make sure that the vacancy is the one we prepared for. Somebody had not passed it on.",
    ),
    "improve_tailoring": (
        "Ask each of us where we want to go, and start from there.",
        "It should have more to do with what I am aiming for.",
    ),
    "improve_overqualified": ("I have a degree and years behind me, and it was all about starter jobs.",),
    "improve_for_part_timers": (
        "I have a small job on the side. Everything there was meant for people with no work at all.",
    ),
    "ltconf_interview_unplaced": ("They did not choose me, but I know how to handle an interview from now on.",),
    "ltconf_interviews_experience": (
        "I have been in a real job, and I know what to say when they ask me in.",
        "Being on placement, and having practised for interviews.",
    ),
    "ltconf_support": ("So many people were behind me that I started to believe it.",),
    "ltconf_job_coach": (
        "It was my coach, really. She never gave up on me.",
        "The coaches at the Job Shop made all the difference.",
    ),
    "ltconf_cv": (
        "I have a CV now that I am not ashamed of.",
        "My CV is worth sending out at last.",
    ),
    "ltconf_peers": (
        "Chatting with the others on the course picked me up.",
        "I met people in the same boat and we egged each other on.",
    ),
    "ltconf_employer_feedback": ("I talked to a few companies and they told me what I am good at.",),
}
