"""Invented names, workplaces and sentences. None is anybody's."""

from __future__ import annotations

from typing import Any

SITES: list[dict[str, Any]] = [
    {"reference": "HW", "name": "Heronwick Care Homes", "attributes": {"sector": "care"}},
    {"reference": "PT", "name": "Pennytree Dental Group", "attributes": {"sector": "care"}},
    {"reference": "OB", "name": "Oldbarrow Builders", "attributes": {"sector": "construction"}},
    {"reference": "FS", "name": "Fennside Roofing", "attributes": {"sector": "construction"}},
    {"reference": "LK", "name": "Lanternkey Software", "attributes": {"sector": "digital"}},
    {"reference": "GT", "name": "Greythistle Hotel", "attributes": {"sector": "hospitality"}},
    {"reference": "MB", "name": "Marlbridge Catering", "attributes": {"sector": "hospitality"}},
]
TRADES = {
    "care": ("adult care", "dental nursing", "health care support"),
    "construction": ("joinery", "bricklaying", "roofing"),
    "digital": ("software testing", "web design", "IT support"),
    "hospitality": ("professional cookery", "hotel reception", "baking"),
}
FIRST_NAMES = (
    "Aisha", "Alfie", "Amara", "Ben", "Bronwen", "Carlos", "Chidi", "Daisy", "Dylan", "Elif", "Ewan", "Farah", "Freya",
    "George", "Hana", "Idris", "Isla", "Jamal", "Joanna", "Kasia", "Leon", "Lucy", "Mateusz", "Meera", "Niamh", "Noah",
    "Oluwaseun", "Poppy", "Ravi", "Rosa", "Sana", "Sean", "Tariq", "Tegan", "Viktor", "Yusuf", "Zara",
)  # fmt: skip
FAMILY_NAMES = (
    "Abara", "Ashcombe", "Begum", "Birtwell", "Castell", "Demir", "Dunmore", "Eastlake", "Fernando", "Gallowhill",
    "Hartnoll", "Iqbal", "Jarvie", "Kowalczyk", "Lindqvist", "Mbeki", "Nandra", "Osei", "Pembrook", "Quigley",
    "Rahman", "Sowerby", "Thackray", "Varga", "Wetherell", "Yeadon",
)  # fmt: skip
WORDS: dict[str, tuple[str, ...]] = {
    "usual_start": ("07:00", "07:30", "08:00", "08:30", "09:00"),
    "heard_via_other_text": ("A poster at the library", "At a jobs fair"),
    "hopes_other_text": ("Practice with talking to customers", "A reference for later"),
    "met_rarely_why_other_text": ("My shifts kept changing", "I was off sick"),
    "next_plans_other_text": ("To start on my own", "To travel for a year"),
    "reasons_other_text": ("I wanted to get to know other trades", "A friend told me how good it was"),
    "meets_how_other_text": ("On a walk", "By phone"),
    "study_help_what": ("The maths.", "Writing up my portfolio.", "How to plan my time before an exam."),
    "satisfaction_why": (
        "I learn something new most days.", "The team is good but I make a lot of tea.", "College and work do not fit.",
        "My supervisor takes time to explain.", "Long days, but I like the work.",
    ),
    "belonging_why": (
        "They know my name now.", "I have my own jobs to do.", "We had a week away on one job together.",
        "The person who showed me round has left.",
    ),
    "belonging_now_why": ("They ask me what I think.", "I was moved to another team.", "I help new starters now."),
    "commute_effect": ("I am up at five.", "Two buses, and the second is often late.", "I read on the train."),
    "first_job_feeling": ("Somebody to ask the small questions.", "To be told the rules on the first day."),
    "confidence_help": ("More practice.", "If somebody told me when I do well.", "A plan of what comes next."),
    "anything_else": ("Thank you for asking.", "No, that is all.", "I would like to meet other apprentices too."),
    "left_why": ("The firm had no more work.", "I changed to another course."),
    "worth_better": ("Meet somewhere quieter.", "A mentor from my own trade.", "Know what to talk about beforehand."),
    "satisfaction_changed_why": (
        "I passed my first unit.", "My hours changed.", "My mentor helped me to speak to my manager.",
        "We have fewer people and more to do.",
    ),
    "stopped_why": ("They moved away.", "We could not find a time.", "We said what there was to say."),
    "noticed_what": ("They ask more questions.", "They plan their week.", "They are calmer with customers."),
}  # fmt: skip
