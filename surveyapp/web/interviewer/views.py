"""What the interviewer's pages show of a case and of the queue, worked out before the template."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import LazyString, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Attempt, Outcome
from surveyapp.domain.instrument.study import Completion, Study
from surveyapp.domain.responses import ResponseSummary
from surveyapp.services.fieldwork.call_queue import QueueWanted
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.web.shared.assembly import local_date, local_time
from surveyapp.web.shared.language import listed, staff_study
from surveyapp.web.shared.words import OUTCOMES, preference

MODES: dict[Mode, LazyString] = {
    Mode.PHONE: lazy("Phone"),
    Mode.IN_PERSON: lazy("In person"),
    Mode.VIDEO: lazy("Video"),
    Mode.SELF: lazy("Online"),
}

COMPLETIONS: dict[Completion, LazyString] = {
    Completion.COMPLETE: lazy("complete"),
    Completion.PARTIAL: lazy("partial"),
    Completion.BROKEN_OFF: lazy("broken off"),
}
"""What an interview that is handed in counts as."""

ENDINGS: tuple[tuple[str, Outcome, LazyString], ...] = (
    ("N", Outcome.NO_ANSWER, lazy("No answer")),
    ("U", Outcome.BUSY, lazy("Busy")),
    ("A", Outcome.ANSWERPHONE, lazy("Answerphone")),
    ("C", Outcome.CALLBACK, lazy("Call back…")),
    ("P", Outcome.APPOINTMENT, lazy("Appointment…")),
    ("W", Outcome.WRONG_NUMBER, lazy("Wrong number")),
    ("O", Outcome.LANGUAGE_BARRIER, lazy("Language barrier")),
    ("R", Outcome.REFUSED, lazy("Refused")),
    ("F", Outcome.REFUSED_SOFTLY, lazy("Refused for now")),
    ("B", Outcome.BROKEN_OFF, lazy("Broken off")),
    ("L", Outcome.LINK_SENT, lazy("Send the link")),
)
"""The ways to end a call: key, outcome, what the chip says."""

CONSEQUENCES: dict[Outcome, LazyString] = {
    Outcome.NO_ANSWER: lazy("The case goes back into the queue, after people who were not tried for longer."),
    Outcome.BUSY: lazy("The case goes back into the queue, after people who were not tried for longer."),
    Outcome.ANSWERPHONE: lazy("The case goes back into the queue, after people who were not tried for longer."),
    Outcome.CALLBACK: lazy("Enter when they asked to be called. The case comes to the head of the queue then."),
    Outcome.APPOINTMENT: lazy("Enter the time you agreed. The case comes to the head of the queue then."),
    Outcome.REFUSED: lazy(
        "A refusal is final: nobody calls them about this touchpoint again, unless they get in touch themselves."
    ),
    Outcome.REFUSED_SOFTLY: lazy(
        "For “not now” or “no time”, when they did not say never. Where the study allows it, somebody else asks once "
        "more after two weeks."
    ),
    Outcome.BROKEN_OFF: lazy("Every answer so far is kept. The interview can be taken up where it stopped."),
    Outcome.LINK_SENT: lazy(
        "A new personal link is made when you record this. It is shown once, for you to copy into a message. "
        "Links given out before go on working."
    ),
    Outcome.WRONG_NUMBER: lazy("Say in the note what you learned. The person who runs the study mends the number."),
    Outcome.LANGUAGE_BARRIER: lazy("Say in the note which language they need."),
}


@dataclass(frozen=True)
class CaseFact:
    label: str
    value: str


def facts(case: OpenCase, staff_id: uuid.UUID) -> list[CaseFact]:
    """What the interviewer should know of the person at a glance, in their own language whatever that of the interview
    is. Empty ones are left out."""
    contact, study = case.contact, staff_study(case.visit.study.id)
    pairs = [
        (_("Name"), contact.name),
        (_("Prefers"), preference(contact.preferred, contact.times)),
        (_("Language"), language_name(contact.language)),
        (_("E-mail"), contact.email),
        (_("Belongs to"), _site(case, study)),
    ]
    pairs += [
        (study.events.get(event.event, event.event), local_date(event.on, study.time_zone, "d MMM"))
        for event in case.events
    ]
    pairs += [
        (_("Touchpoint %(number)s", number=summary.touchpoint), _sitting(study, summary, staff_id))
        for summary in case.summaries
    ]
    return [CaseFact(label, value) for label, value in pairs if value]


def language_name(written: str) -> str:
    """A language as the reader calls it, where a code is all that is known; other words stay as they are."""
    try:
        return Locale.parse(written.lower().replace("-", "_")).get_display_name(get_locale() or "en") or written
    except (ValueError, UnknownLocaleError):
        return written


def _site(case: OpenCase, study: Study) -> str:
    """The site's name and those of its attributes by which results are split, such as the size of an employer."""
    site = case.visit.participant.site
    if site is None:
        return ""
    attributes = [study.attribute(name) for name in study.segments if name.startswith("site.")]
    values = [each.values.get(site.attributes.get(each.name, ""), "") for each in attributes if each]
    return listed([site.name, *values])


def _sitting(study: Study, summary: ResponseSummary, staff_id: uuid.UUID) -> str:
    """`12 Nov, phone, by you`."""
    when = local_date(summary.submitted_at, study.time_zone, "d MMM") if summary.submitted_at else _("not finished")
    modes = listed(str(MODES[mode]).lower() for mode in summary.modes)
    names = [_("you") if key == staff_id else name for key, name in summary.by]
    by = _("by %(names)s", names=listed(names)) if names else ""
    return listed([when, modes, by])


def attempt_words(attempt: Attempt, time_zone: str, with_time: bool = True) -> str:
    """What came of an attempt: `call back, 12 Dec 14:00`."""
    word = str(OUTCOMES[attempt.outcome]).lower()
    if attempt.next_at is None or not with_time:
        return word
    return _("%(outcome)s, %(time)s", outcome=word, time=local_time(attempt.next_at, time_zone, "d MMM HH:mm"))


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What narrows the queue, as it stands in the address."""

    study: str = ""
    group: str = ""
    touchpoint: int | None = None
    view: str = ""
    page: int = 1

    @property
    def any(self) -> bool:
        return bool(self.study or self.group or self.touchpoint)

    @property
    def kept(self) -> dict[str, Any]:
        """What goes along to another page of the same."""
        narrowed = {"study": self.study, "group": self.group, "touchpoint": self.touchpoint, "view": self.view}
        return {name: value for name, value in narrowed.items() if value}

    @property
    def wanted(self) -> QueueWanted:
        return QueueWanted(
            study=self.study,
            group=self.group,
            touchpoint=self.touchpoint,
            agreed=self.view == "appointments",
            in_person=self.view == "in_person",
            later=self.view == "later",
            page=self.page,
        )
