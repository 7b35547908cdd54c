"""What the interviewer's pages show of a case and of the queue, worked out before the template."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import LazyString, force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms.fields.choices import SelectChoice

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.cases import Attempt, Outcome
from surveyapp.domain.i18n import LocalText
from surveyapp.domain.instrument.easy.renderings import is_easy, plain_of
from surveyapp.domain.instrument.study import Completion, Study
from surveyapp.domain.responses import ResponseSummary
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork.call_queue import QueueWanted
from surveyapp.services.fieldwork.calls import OpenCase
from surveyapp.web.shared.assembly import local_date, local_time
from surveyapp.web.shared.language import known_language, listed, numbers_in_order, staff_study
from surveyapp.web.shared.words import OUTCOMES, preference

MODES: dict[Mode, LazyString] = {
    Mode.PHONE: lazy("Phone"),
    Mode.IN_PERSON: lazy("In person"),
    Mode.VIDEO: lazy("Video"),
    Mode.PROXY: lazy("By somebody for them"),
    Mode.SELF: lazy("Online"),
}

COMPLETIONS: dict[Completion, LazyString] = {
    Completion.COMPLETE: lazy("complete"),
    Completion.PARTIAL: lazy("partial"),
    Completion.BROKEN_OFF: lazy("broken off"),
}
"""What an interview that is handed in counts as."""

Ending = tuple[str, Outcome, LazyString]
"""A way to end a call: its key, the outcome, what the chip says."""

ENDINGS: tuple[tuple[LazyString, tuple[Ending, ...]], ...] = (
    (
        lazy("Not reached"),
        (
            ("N", Outcome.NO_ANSWER, lazy("No answer")),
            ("U", Outcome.BUSY, lazy("Busy")),
            ("A", Outcome.ANSWERPHONE, lazy("Answerphone")),
            ("W", Outcome.WRONG_NUMBER, lazy("Wrong number…")),
            ("M", Outcome.MOVED, lazy("Moved…")),
        ),
    ),
    (
        lazy("To go on later"),
        (
            ("C", Outcome.CALLBACK, lazy("Call back…")),
            ("P", Outcome.APPOINTMENT, lazy("Appointment…")),
            ("L", Outcome.LINK_SENT, lazy("Send the link…")),
            ("B", Outcome.BROKEN_OFF, lazy("Broken off")),
            ("O", Outcome.LANGUAGE_BARRIER, lazy("Language barrier…")),
        ),
    ),
    (
        lazy("It ends here"),
        (
            ("R", Outcome.REFUSED, lazy("Refused")),
            ("F", Outcome.REFUSED_SOFTLY, lazy("Refused for now")),
            ("I", Outcome.NOT_ELIGIBLE, lazy("Not eligible…")),
            ("K", Outcome.COMPLAINED, lazy("Complains…")),
            ("Q", Outcome.WITHDREW, lazy("Withdraws…")),
            ("D", Outcome.DECEASED, lazy("Has died…")),
        ),
    ),
)
"""The ways to end a call, under their headings."""

PUT_RIGHT_BY: dict[Action | None, LazyString] = {
    Action.MANAGE_PARTICIPANTS: lazy("After that, whoever runs the study can put it right."),
    Action.HANDLE_RIGHTS: lazy("After that, a supervisor can put it right, and says why."),
}
"""Who can still change what was recorded, once it can be undone no more."""

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
    Outcome.WRONG_NUMBER: lazy(
        "The case stays open and goes on the list of whoever runs the study. Nobody calls the person, about anything, "
        "until the number is mended, and no text message goes to it."
    ),
    Outcome.MOVED: lazy(
        "The case stays open and goes on the list of whoever runs the study. Nobody calls the person, about anything, "
        "until it is known how to reach them, and no letter goes to the address that they left."
    ),
    Outcome.LANGUAGE_BARRIER: lazy(
        "The case stays open and goes to another interviewer: one who speaks the language, where one is known."
    ),
    Outcome.NOT_ELIGIBLE: lazy(
        "This case ends as not eligible and counts in no response rate. Their other touchpoints stay as they are."
    ),
    Outcome.COMPLAINED: lazy(
        "What they said goes to a supervisor. Nobody calls or writes to the person, about anything, until that is "
        "decided. Their link goes on working."
    ),
    Outcome.WITHDREW: lazy(
        "All they ever answered leaves every page, file and count at once, at every touchpoint. Nobody contacts them "
        "again, and their links open nothing."
    ),
    Outcome.DECEASED: lazy(
        "Everything stops at once, for everybody: each open case and each touchpoint to come ends, every link ends, "
        "nobody calls or writes again, and a colleague who has them open is told at the next save. What they answered "
        "stays."
    ),
}

_ON_A_LIST = lazy("It goes on the list of whoever runs the study.")

ONCE_ENDED: dict[Outcome, LazyString] = {
    Outcome.WRONG_NUMBER: _ON_A_LIST,
    Outcome.MOVED: _ON_A_LIST,
    **{each: CONSEQUENCES[each] for each in (Outcome.COMPLAINED, Outcome.WITHDREW, Outcome.DECEASED)},
}
"""What follows for the person, where nothing more comes of their case."""


def consequence_of(outcome: Outcome, *, ended: bool) -> LazyString:
    """What follows from an outcome; `ended`: of a call in whose middle the case ended."""
    return ONCE_ENDED.get(outcome, lazy("It is kept among the attempts.")) if ended else CONSEQUENCES[outcome]


UNDOING: dict[Outcome, LazyString] = {
    Outcome.LINK_SENT: lazy("If you undo it the new link ends, even if you have sent it by then."),
    Outcome.WITHDREW: lazy(
        "Undone, all of it is back; only where their questions are open, the link has to be opened again."
    ),
    Outcome.DECEASED: lazy(
        "Undone, all of it is back; only where their questions are open, the link has to be opened again."
    ),
}
"""What undoing does not bring back."""


def after_minute(outcome: Outcome) -> str:
    """What whoever recorded it can tell the person, or should know, now that it stands."""
    match outcome:
        case Outcome.COMPLAINED:
            return _("A supervisor sees to it.")
        case Outcome.WRONG_NUMBER | Outcome.MOVED:
            return _("Whoever runs the study sees to it.")
    return ""


def every_language() -> list[SelectChoice]:
    """Every language that has a code of two letters, as the reader calls it, by that name."""
    reader = get_locale() or Locale("en")
    named = {code: name for code, name in reader.languages.items() if len(code) == 2}
    return [SelectChoice(code, name) for code, name in sorted(named.items(), key=lambda each: each[1].casefold())]


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
        (_("Answers for them"), study.proxies.get(case.visit.case.proxy or "", case.visit.case.proxy or "")),
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
    if is_easy(written):
        return _("%(language)s, easy words", language=language_name(plain_of(written)))
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


@dataclass(frozen=True)
class Script:
    """What is said before the questions. `asking`: for the person; `introducing`: once it is them; `leaving_word`: to
    somebody else; `message`: to an answerphone."""

    asking: str
    introducing: str
    leaving_word: str
    message: str


def script(study: Study, opened: OpenCase, me: str, language: str) -> Script:
    """What is said, in the language of whoever is called, where the product speaks it; else in the reader's."""
    if not known_language(language):
        return _script(study, opened.contact.name, me)
    with force_locale(language.replace("-", "_")):
        made = _script(study, opened.contact.name, me)
    return Script(*(LocalText(each, language) for each in vars(made).values()))


def _script(study: Study, name: str, me: str) -> Script:
    asking = _("“Hello, I would like to speak to the person whose number this is.”")
    if name:
        asking = _("“Hello, may I speak to %(name)s?”", name=name)
    introducing = _(
        "“My name is %(me)s. I am calling for %(help)s about %(study)s. Is this a good time?”",
        me=me, help=study.help.name, study=study.public_title,
    )  # fmt: skip
    leaving_word = _("“My name is %(me)s. When could I reach %(name)s?”", me=me, name=name or _("them"))
    message = _("“This is a message for %(name)s. My name is %(me)s. I will call again.”", name=name or _("you"), me=me)
    if study.help.phone:
        message = _(
            "“This is a message for %(name)s. My name is %(me)s. I will call again. You can reach us at %(phone)s.”",
            name=name or _("you"), me=me, phone=numbers_in_order(study.help.phone),
        )  # fmt: skip
    return Script(asking, introducing, leaving_word, message)
