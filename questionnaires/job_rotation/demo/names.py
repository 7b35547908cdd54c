"""Invented people to ring: names, numbers kept for drama, and addresses that reach nobody."""

from __future__ import annotations

import random

# First names (women's, men's) and family names that go together. A person's ethnicity, where known, picks the set.
HERITAGES: dict[str, tuple[tuple[str, ...], ...]] = {
    "punjabi": (
        ("Manjit", "Simran", "Harpreet", "Jasleen", "Kiran", "Navdeep"),
        ("Gurdeep", "Amrit", "Jaspal", "Sukhdev", "Baljit", "Arjan"),
        ("Sandhu", "Dhaliwal", "Gill", "Bains", "Uppal", "Sahota"),
    ),
    "gujarati": (
        ("Hetal", "Nisha", "Bhavna", "Pooja", "Riddhi"),
        ("Chirag", "Nilesh", "Ketan", "Vivek", "Jignesh"),
        ("Parmar", "Solanki", "Mistry", "Chauhan", "Rathod"),
    ),
    "pakistani": (
        ("Sadia", "Nazia", "Hina", "Rukhsana", "Mehreen", "Aqsa"),
        ("Bilal", "Imran", "Waqas", "Usman", "Hamza", "Zeeshan"),
        ("Mahmood", "Akhtar", "Rafiq", "Qureshi", "Bashir", "Yousaf"),
    ),
    "bangladeshi": (
        ("Shahida", "Tahmina", "Nasrin"),
        ("Rezaul", "Shamim", "Tanvir"),
        ("Miah", "Uddin", "Chowdhury"),
    ),
    "nigerian": (
        ("Folake", "Ngozi", "Chiamaka", "Temitope", "Ifeoma", "Bukola"),
        ("Chinedu", "Tunde", "Emeka", "Segun", "Kelechi", "Femi"),
        ("Adebayo", "Okafor", "Nwosu", "Ogunleye", "Eze", "Balogun"),
    ),
    "ghanaian": (
        ("Abena", "Akosua", "Efua"),
        ("Kwabena", "Yaw", "Kofi"),
        ("Boateng", "Owusu", "Asante"),
    ),
    "zimbabwean": (
        ("Rudo", "Tendai", "Chipo", "Nyasha"),
        ("Tawanda", "Farai", "Tatenda"),
        ("Moyo", "Chikwanha", "Mutasa"),
    ),
    "caribbean": (
        ("Shanice", "Marcia", "Yvonne", "Tanisha"),
        ("Delroy", "Leroy", "Andre", "Winston"),
        ("Grant", "Francis", "Bailey", "Palmer"),
    ),
    "white_british": (
        ("Kelly", "Leanne", "Gemma", "Chloe", "Stacey", "Donna", "Megan", "Hayley", "Bethany", "Tracey", "Jodie"),
        ("Craig", "Lee", "Callum", "Darren", "Ryan", "Gareth", "Kieran", "Scott", "Jake", "Wayne", "Liam"),
        (
            "Hadley",
            "Mercer",
            "Tranter",
            "Beasley",
            "Pugh",
            "Wilkes",
            "Garner",
            "Satchwell",
            "Lovell",
            "Keeling",
            "Burdett",
            "Orton",
        ),
    ),
    "polish": (
        ("Agnieszka", "Magda", "Ewelina", "Kinga"),
        ("Tomasz", "Marek", "Piotr"),
        ("Gorska", "Wrona", "Sikora", "Duda"),
    ),
    "romanian": (
        ("Andreea", "Ioana", "Mihaela"),
        ("Bogdan", "Ciprian", "Vasile"),
        ("Munteanu", "Rusu", "Dobre"),
    ),
    "arab": (
        ("Rania", "Huda", "Samar"),
        ("Khaled", "Yasin", "Omar"),
        ("Haddad", "Nasser", "Saleh"),
    ),
    "kurdish": (
        ("Shilan", "Berivan", "Hana"),
        ("Karwan", "Rebaz", "Dilshad"),
        ("Aziz", "Rashid", "Kareem"),
    ),
}
BY_ETHNICITY: dict[str, tuple[str, ...]] = {
    "asian_asian_british": ("punjabi", "gujarati", "pakistani", "bangladeshi"),
    "black_african_caribbean_black_british": ("nigerian", "ghanaian", "zimbabwean", "caribbean"),
    "white_british": ("white_british",),
    "white_other": ("polish", "romanian"),
    "other": ("arab", "kurdish"),
}
# Where nobody said, the mixture of the city, roughly as it is among those who did.
MIXTURE = {
    "asian_asian_british": 0.32,
    "black_african_caribbean_black_british": 0.25,
    "white_british": 0.31,
    "white_other": 0.08,
    "other": 0.04,
}
# Given where a person prefers not to say their gender.
EITHER = ("Sam", "Alex", "Charlie")
PREFERRED = {"phone": 0.7, "email": 0.2, "in_person": 0.1}
TIMES = {"": 0.55, "after 16:00": 0.2, "before 12:00": 0.15, "12:00 to 14:00": 0.1}


class ContactBook:
    """Hands out names, numbers and addresses, no two alike."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.names: set[str] = set()
        # 07700 900000 to 900999 is kept by Ofcom for drama: nobody can have such a number.
        self.numbers = [f"+44 7700 900{last:03d}" for last in range(1000)]
        rng.shuffle(self.numbers)

    def add(self, attributes: dict[str, str], mode: str) -> dict[str, str]:
        """A new contact. `attributes` may hold a gender and an ethnicity, which the name then suits; `mode` is how
        the person answers, or would."""
        name = self._name(attributes.get("gender"), attributes.get("ethnicity"))
        address = name.lower().replace(" ", ".")
        preferred = self._draw(PREFERRED)
        if mode == "self":
            preferred = "email"
        elif mode == "in_person" and self.rng.random() < 0.5:
            preferred = "in_person"
        return {
            "name": name,
            "phone": self.numbers.pop(),
            "email": f"{address}@example.org",
            "preferred": preferred,
            "times": self._draw(TIMES),
            "language": "en",
        }

    def _draw(self, chances: dict[str, float]) -> str:
        return self.rng.choices(list(chances), list(chances.values()))[0]

    def _name(self, gender: str | None, ethnicity: str | None) -> str:
        while True:
            heritage = self.rng.choice(BY_ETHNICITY[ethnicity or self._draw(MIXTURE)])
            women, men, families = HERITAGES[heritage]
            fitting = {"female": women, "male": men, "prefer_not_to_say": EITHER}
            firsts = fitting[gender] if gender else women + men
            name = f"{self.rng.choice(firsts)} {self.rng.choice(families)}"
            if name not in self.names:
                self.names.add(name)
                return name
