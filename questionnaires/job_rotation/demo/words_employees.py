"""What employees say in their own words: invented sentences, by variable and direction."""

BANKS: dict[str, tuple[str, ...]] = {
    "skills_developed.other": (
        "Coaching new starters",
        "Writing reports",
        "Keeping calm in a difficult moment",
    ),
    "work_satisfaction.up": (
        "I feel that I am going somewhere now.",
        "I have more say in how things are done.",
        "I know what I am doing, so I enjoy it more.",
        "I feel valued since they put me forward.",
        "The work is more interesting than it was.",
        "I get on better with the team.",
        "I am trusted with more.",
        "The training broke up the routine and I came back fresh.",
    ),
    "work_satisfaction.down": (
        "The work piled up while I was training.",
        "I learned new things but I am not allowed to use them.",
    ),
    "work_satisfaction.up_later": (
        "Things have settled, and I can use what I learned.",
        "I have been given a project of my own.",
    ),
    "work_satisfaction.down_later": (
        "We are short of staff and I am stretched.",
        "It has gone back to how it was before.",
    ),
    "stay_likelihood.up": (
        "They have put time into me, so I want to give it back.",
        "I can see a future here now.",
        "There is a next step for me here, and I did not think there was.",
        "I was looking around before. I have stopped.",
        "I like the work more than I did.",
        "I feel part of the plans here.",
    ),
    "stay_likelihood.down": ("There is nowhere to go next in this place.",),
    "stay_likelihood.up_later": (
        "They have talked to me about a bigger role.",
        "I had a good talk with my manager about what comes next.",
    ),
    "stay_likelihood.down_later": (
        "I have seen jobs that pay more for what I can do now.",
        "My hours may change, so I am not quite so sure.",
    ),
    "recommend.very": (
        "The person who stood in for me did so well out of it.",
        "It is a way in that they would not get anywhere else.",
        "I have seen what it does for somebody who was out of work.",
        "It is well run, and they learn by doing the job.",
        "Anybody who wants to get back to work should do it.",
    ),
    "recommend.quite": (
        "It is good if the manager has time for them.",
        "I would, as long as they know there may be no job after it.",
        "It helped the one I worked with. It was hard for her at first, though.",
        "It depends which team they land in.",
        "Worth doing, but ask what the work will be.",
    ),
    "recommend.not": ("It made little difference, from what I could see.",),
}

# What a person's duties were, and what they have become, by the theme that the two carry (or none).
DUTIES: dict[str, tuple[tuple[str, str], ...]] = {
    "duties_care_to_overseeing": (
        (
            "I went from house to house, helping people wash, dress and eat.",
            "I look after the carers now. I check their work and plan what each of them has to learn.",
        ),
    ),
    "duties_assistant_to_medication": (
        (
            "I gave a hand with meals and kept people company.",
            "I give out the tablets and test people's blood on my own.",
        ),
    ),
    "duties_supervising_to_growth": (
        (
            "Paperwork in the main, and keeping an eye on the team.",
            "I am there to make the business bigger, and I follow the figures that show if we do.",
        ),
    ),
    "": (
        (
            "Seeing customers and taking orders.",
            "I still see customers, but I also train new starters and check their work.",
        ),
        (
            "I did my own jobs and passed any problems to the owner.",
            "I run the morning shift, give out the jobs and deal with problems myself.",
        ),
    ),
}
