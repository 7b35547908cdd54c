"""What people say at touchpoint 1 where their answer carries none of the report's themes: invented sentences, by
question and, after the point, by the answer that it follows. A question that is not here is left unanswered then."""

BANKS: dict[str, tuple[str, ...]] = {
    "heard_via_detail.job_shop": (
        "I went in to use the computers and saw a leaflet.",
        "I got a text message from them.",
        "They had a stand in the shopping centre.",
        "I rang them about something else and they mentioned it.",
        "A man at the front desk gave me the details.",
        "I saw it on the board by the door.",
    ),
    "heard_via_detail.jobcentre_plus": (
        "My work coach brought it up at one of my appointments and sent me over to the Job Shop.",
        "They put me forward, and then the Job Shop called me.",
        "It came up when I signed on. They passed my name to the Job Shop.",
        "There was a message in my journal, and from there I was sent on.",
    ),
    "heard_via_detail.family": (
        "My sister works for the council.",
        "My dad saw it in the paper.",
        "My cousin had been on it.",
    ),
    "heard_via_detail.online": (
        "I was going through adverts one night.",
        "Somebody had shared it in a group that I am in.",
    ),
    "heard_via_detail.other": (
        "We got talking one day and it came up.",
        "I asked about it and they told me where to go.",
    ),
    "first_feeling_why.positive": (
        "Nobody had offered me anything like it.",
        "I was glad to have something to do with my days.",
        "The person who told me about it was so keen.",
        "I was happy that somebody thought of me.",
        "It was close by, and the hours were all right.",
        "I had nothing to lose.",
        "They explained it well.",
    ),
    "first_feeling_why.neutral": (
        "I was not sure if it would affect my money.",
        "I was told to go, so I went.",
        "It was one of many things that I had been offered.",
        "We are a small team, so I worried about who would cover for me.",
    ),
    "readiness_most_useful": (
        "They told us what the first day would be like.",
        "Getting used to being somewhere on time again.",
        "Working out how my money would change if I worked.",
        "Knowing what to wear.",
    ),
    "readiness_improve": (
        "More notice of when they are.",
        "Less filling in of forms.",
        "A room nearer to the bus stop.",
        "They were a bit short.",
    ),
    "confidence_long_term_job_why.down": (
        "I did not get the one I went for and it knocked me.",
        "I can see how many people want the same jobs.",
    ),
    "employability_opinion": (
        "They were fine.",
        "I did not mind them.",
    ),
    "employability_improve": (
        "Nothing. Keep them.",
        "Start a little later in the day.",
        "A warmer room.",
        "I have no ideas for that.",
    ),
    "overall_value_why.high": (
        "It came at the right time for me.",
        "Everyone I met wanted me to do well.",
        "I would not be where I am without it.",
        "It got me out of a rut.",
        "It has been good for me and for my family.",
    ),
    "overall_value_why.good": (
        "I got a good deal out of it.",
        "It was worth my time.",
        "It has got me going again.",
        "There is always room to do better.",
    ),
    "overall_value_why.low": (
        "It helped a bit, but I expected more.",
        "Nothing has come of it for me so far.",
        "There was a lot of waiting around.",
    ),
    "benefits": (
        "I deal with problems more calmly.",
        "I plan my week, and do not just take it as it comes.",
        "I have a certificate to show for it.",
        "It gave me ideas that I could try the next day.",
        "Some of it helps me at home too.",
    ),
    "progression_improved_why.agree": (
        "I have the certificate that the next job asks for.",
        "My manager sees me in another light.",
        "They told me to apply when something comes up.",
        "I have shown that I can take on more.",
        "There is a plan for me after this.",
        "I am doing part of the next job up already.",
    ),
    "progression_improved_why.not": (
        "There are not many jobs above mine.",
        "It is too early to tell.",
        "I am happy where I am.",
    ),
    "same_opportunity_without_why.no": (
        "We could not have paid for it.",
        "They could not have let me go for that long.",
    ),
}
