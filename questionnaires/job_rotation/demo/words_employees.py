"""What employees say in their own words: invented sentences, by variable and direction."""

BANKS: dict[str, tuple[str, ...]] = {
    "skills_developed.other": (
        "Coaching new starters",
        "Writing reports",
        "Keeping calm in a difficult moment",
    ),
    "first_feeling.positive": (
        "I had been asking for training for a while.",
        "It was good to know they wanted to invest in me.",
        "I was pleased to be picked.",
        "It was a chance to learn without letting the team down.",
        "I have wanted to move up for some time.",
        "My manager explained it well and I could see the benefit.",
        "It was free and in work time, so it was an easy choice.",
        "I like learning, and I had not done any for years.",
        "I felt they valued what I do.",
        "I was a bit nervous about studying, but excited too.",
    ),
    "first_feeling.neutral": (
        "I was not sure how I would fit it in with the day job.",
        "We are a small team, so I worried about who would cover for me.",
        "I did not know much about it at that point.",
    ),
    "benefits.useful": (
        "I deal with problems more calmly now.",
        "I understand why we do things the way we do.",
        "I am better at giving feedback to people.",
        "I plan my week instead of just reacting.",
        "I feel more sure of myself in meetings.",
        "I have a qualification to show for it.",
        "I communicate better with my team.",
        "It gave me ideas that I could try the next day.",
        "I know how to handle hard conversations.",
        "I picked up skills that help at home too.",
        "It has made me think about the kind of manager I want to be.",
    ),
    "benefits.not_useful": (
        "Most of it I knew already.",
        "It has not come up in my job yet.",
        "It was interesting, but I have not used it much.",
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
    "progression_improved.agree": (
        "I have the qualification that the next job asks for.",
        "My manager sees me differently now.",
        "I have been told to apply when a post comes up.",
        "I have shown that I can take on more.",
        "I feel ready for a senior role.",
        "It has given me skills that other people here do not have.",
        "I am already doing part of the next job up.",
        "I have more belief in myself.",
        "There is a plan for me after this.",
    ),
    "progression_improved.not": (
        "There are not many jobs above mine.",
        "It is too early to tell.",
        "I am happy in the job I have.",
        "It helps me in this role, but I do not think it changes my chances.",
    ),
    "same_opportunity_without.yes": (
        "We have a training budget and I was next in line.",
        "I think I would have got it, but later.",
        "My employer is good about training.",
        "There are other courses we can go on.",
        "I would have asked for it anyway.",
        "It was part of my plan for the year.",
        "Bigger places like ours do offer it from time to time.",
    ),
    "same_opportunity_without.no": (
        "There would have been no one to cover for me.",
        "We could not have afforded it.",
        "They could not have let me go for that long.",
        "Nobody had ever offered me training before.",
        "I would have had to do it in my own time.",
    ),
    "recommend.very": (
        "You learn in work time and your job is covered.",
        "It is good for you and good for your employer.",
        "I have got so much out of it.",
        "It is well run and you come back with new ideas.",
        "Anyone who wants to get on should do it.",
    ),
    "recommend.quite": (
        "It is good if your manager is behind you.",
        "I would, as long as there is proper cover.",
        "It helped me. It is a lot of work on top of a job, though.",
        "It depends which course you are on.",
        "Worth doing, but ask what you will use it for.",
    ),
    "recommend.not": ("It made little difference to me.",),
}

# What a person's duties were, and what they have become.
DUTIES: tuple[tuple[str, str], ...] = (
    (
        "I did my own jobs and passed any problems to the owner.",
        "I run the morning shift, give out the jobs and deal with problems myself.",
    ),
    (
        "Seeing customers and taking orders.",
        "I still see customers, but I also train new starters and check their work.",
    ),
    (
        "General duties with the rest of the team.",
        "I lead a team of four and do their rota and their reviews.",
    ),
    (
        "Helping out where I was needed.",
        "I look after stock and ordering, and I report to the owner each week.",
    ),
    (
        "Doing the work I was given and filling in the daily records.",
        "I check everyone's records, do the audits and stand in when the manager is away.",
    ),
    (
        "Answering the phone and booking people in.",
        "I look after the office and supervise two people.",
    ),
)
