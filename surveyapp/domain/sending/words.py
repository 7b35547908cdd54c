"""What a message says: which facts its words can name, and what must not stand where others read it.

Whoever glances at a phone or at an envelope's window reads the subject and the first line; of a text message, all of
it. These say nothing of benefits, of health or of where somebody works.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from surveyapp.domain.sending.rules import MessageStep, SendingWay

NEEDS_FALLBACK = ("name", "until")
"""Facts that may not be known: what is said then stands after a bar, as in `{name|there}`."""

FACTS = ("name", "study", "link", "code", "until", "help")
"""What a message's words can fill in: the person's name, the study's public title, their own link, the same as a code
that is typed, the last day on which they can answer, and whom to ask."""

TELLING = (
    "allowance", "benefit", "benefits", "carer", "claimant", "debt", "diagnosis", "disability", "disabled",
    "doctor", "employer", "employers", "health", "hospital", "illness", "job centre", "jobcentre",
    "jobseeker", "jobseekers", "medical", "mental", "patient", "placement", "salary", "sanction", "therapy",
    "unemployed", "unemployment", "universal credit", "wage", "wages", "welfare", "workplace",
)  # fmt: skip
"""Words of benefits, health and employers that give somebody away to whoever looks over their shoulder."""

SHORTEST_PHRASE = 6
"""Letters of a label under which it is too common a word to say anything of somebody."""

_FACT = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}")


def facts_in(text: str) -> list[tuple[str, str | None]]:
    """The facts that a text fills in, each with what is said where it is not known."""
    return [(match[1].strip(), match[2]) for match in _FACT.finditer(text)]


def filled(text: str, facts: Mapping[str, str]) -> str:
    """A text with its facts filled in. What is put in stands in one line: nobody's name begins another header."""

    def word(match: re.Match[str]) -> str:
        return " ".join(facts.get(match[1].strip(), "").split()) or (match[2] or "").strip()

    return _FACT.sub(word, text)


def in_sight(step: MessageStep, way: SendingWay | None = None) -> list[tuple[str, str]]:
    """What others may read of a message, by its key: subject and first line, and all of a text message; `way`: of what
    goes that way alone."""
    found = []
    if way is not SendingWay.TEXT:
        found += [("subject", step.subject or ""), ("text", first_line(step.text or ""))]
    if way in (None, SendingWay.TEXT):
        found.append(("short", step.short or ""))
    return [(key, text) for key, text in found if text]


def first_line(text: str) -> str:
    return text.lstrip().partition("\n")[0]


def tells(text: str, phrases: Iterable[str]) -> str | None:
    """The first of these phrases that stands in a text as whole words, in whatever case."""
    said = f" {_words(text)} "
    return next((each for each in phrases if (words := _words(each)) and f" {words} " in said), None)


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
