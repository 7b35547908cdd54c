"""The interviewer's forms."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.cases import NEEDS_TIME, Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import DETAILS
from surveyapp.domain.instrument.consent.purposes import Purpose
from surveyapp.domain.instrument.easy.renderings import easy_of
from surveyapp.domain.privacy.leaving import REASONS, LeavingReason, ParticipationChange
from surveyapp.domain.staff import Staff
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.fieldwork.attempts import NOTE_LENGTH, SaidOfOutcome
from surveyapp.services.fieldwork.interview import MODES as TALKING
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.web.interviewer.views import MODES, every_language, language_name
from surveyapp.web.rights.words import DETAIL_WORDS, FACT_WORDS, REASON_WORDS
from surveyapp.web.shared.incoming import StaffForm, TypedMoment
from surveyapp.web.shared.words import worded

CONSENT = "consent_"
THEMSELVES = "-"
"""That nobody answers for the person: no code is written so."""


def _modes() -> list[SelectChoice]:
    return [SelectChoice(mode.value, MODES[mode]) for mode in TALKING]


class StartForm(StaffForm):
    """How they talk, and in which of the study's languages; `easy`: those that have easy words too."""

    mode = RadioField(lazy("How are you talking?"), [InputRequired(lazy("Choose how you are talking."))])
    language = SelectField(lazy("Language of the questions"))
    proxy = RadioField(lazy("Who answers?"), [InputRequired(lazy("Choose who answers."))])

    def __init__(
        self,
        languages: Sequence[str],
        talking: Mode,
        proxies: Mapping[str, str] = MappingProxyType({}),
        language: str | None = None,
        easy: Sequence[str] = (),
    ) -> None:
        mode = talking if talking in TALKING else Mode.PHONE
        super().__init__(data={"mode": mode.value, "language": language or languages[0], "proxy": THEMSELVES})
        self.mode.choices = _modes()
        if proxies:
            self.proxy.choices = [
                SelectChoice(THEMSELVES, lazy("They themselves")),
                *(SelectChoice(code, label) for code, label in proxies.items()),
            ]
        else:
            del self.proxy
        every = [*languages, *map(easy_of, easy)]
        self.language.choices = [SelectChoice(code, language_name(code)) for code in every]
        if len(every) == 1:
            del self.language

    def applied_to(self, who: ByInterviewer) -> ByInterviewer:
        """The interviewer, talking as chosen."""
        language = self.language.data if "language" in self else who.language
        return dataclasses.replace(
            who, mode=Mode.PROXY if self.answers_for else Mode(self.mode.data), language=language
        )

    @property
    def answers_for(self) -> str:
        """The code of who answers for the person; empty: they do."""
        return self.proxy.data if "proxy" in self and self.proxy.data != THEMSELVES else ""


NOTE_LABELS = {
    Outcome.COMPLAINED: lazy("What they complained of, in their words"),
    Outcome.MOVED: lazy("The new number or address, or what you learned of it"),
    Outcome.WRONG_NUMBER: lazy("What you learned (optional)"),
    Outcome.NOT_ELIGIBLE: lazy("What you learned (optional)"),
    Outcome.DECEASED: lazy("Who told you (optional; nothing of why or how)"),
}
"""What the note is for, where it is not for the next call alone."""


class AttemptForm(StaffForm):
    """What came of a call. The key makes sure that a form sent twice counts once; `seen` is how many attempts the page
    showed."""

    outcome = HiddenField()
    attempt_id = HiddenField()
    seen = HiddenField()
    mode = RadioField(lazy("How did you try?"), [InputRequired(lazy("Choose how you tried to reach them."))])
    agreed = TypedMoment(lazy("Day and time agreed"), [Optional()])
    in_words = StringField(lazy("Or in words, as “Tuesday after 5”, “in two weeks”"), [Length(max=80)])
    which = RadioField(
        lazy("Which of the two?"),
        [Optional()],
        choices=[
            SelectChoice("first", lazy("the first, before the clocks go back")),
            SelectChoice("second", lazy("the second")),
        ],
    )
    detail = RadioField(lazy("Which is it?"), [Optional()])
    language = SelectField(lazy("Which language do they speak?"), validate_choice=False)
    facts = SelectMultipleField(lazy("What they knew"), validate_choice=False)
    why = RadioField(lazy("Why, as far as they said"), validate_choice=False)
    note = TextAreaField(
        lazy("Note for whoever calls next (optional)"),
        [Length(max=NOTE_LENGTH, message=lazy("Make the note shorter: at most %(max)d characters."))],
    )

    def __init__(
        self, mode: Mode, outcome: Outcome, values: Mapping[IdentityFact, str | dt.date] | None = None
    ) -> None:
        tried = mode if mode in TALKING else Mode.PHONE
        super().__init__(data={"mode": tried.value, "outcome": outcome.value, "attempt_id": str(uuid.uuid4())})
        self.values = values or {}
        self.mode.choices = _modes()
        if outcome not in NEEDS_TIME:
            del self.agreed, self.in_words, self.which
        if outcome in DETAILS:
            self.detail.choices = [SelectChoice(each.value, DETAIL_WORDS[each]) for each in DETAILS[outcome]]
        else:
            del self.detail
        if outcome is Outcome.LANGUAGE_BARRIER:
            self.language.choices = [SelectChoice("", lazy("Not known")), *every_language()]
        else:
            del self.language
        if outcome is Outcome.WITHDREW:
            self.facts.choices = [SelectChoice(fact.value, FACT_WORDS[fact]) for fact in self.values]
            reasons = REASONS[ParticipationChange.WITHDRAWN]
            self.why.choices = [SelectChoice(why.value, REASON_WORDS[why]) for why in reasons]
        else:
            del self.facts, self.why
        self.note.label.text = NOTE_LABELS.get(outcome, self.note.label.text)

    @property
    def key(self) -> uuid.UUID:
        """The attempt's key; a new one, should the field have been tampered with."""
        try:
            return uuid.UUID(self.attempt_id.data)
        except ValueError:
            return uuid.uuid4()

    @property
    def known(self) -> int | None:
        """How many attempts whoever sent it was shown; None where it does not say."""
        written = self.seen.data or ""
        return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else None

    def shows(self, attempts: int) -> None:
        """Notes how many attempts the page shows."""
        self.seen.data = str(attempts)

    @property
    def agreed_time(self) -> AgreedTime:
        if "agreed" not in self:
            return AgreedTime()
        later = {"first": False, "second": True}.get(self.which.data or "")
        return AgreedTime(self.agreed.data, self.in_words.data or "", later)

    @property
    def confirmed(self) -> frozenset[IdentityFact]:
        """The facts that were ticked."""
        ticked = self.facts.data or () if "facts" in self else ()
        return frozenset(fact for fact in self.values if fact.value in ticked)

    @property
    def said(self) -> SaidOfOutcome:
        """What the outcome needs besides, as far as it was filled in."""
        detail = self.detail.data if "detail" in self else ""
        language = self.language.data if "language" in self else ""
        known = "language" in self and any(each.value == language for each in self.language.choices)
        why = self.why.data if "why" in self else ""
        return SaidOfOutcome(
            detail=next((each for each in OutcomeDetail if each.value == detail), None),
            language=language if known and language else None,
            confirmed=self.confirmed,
            why=next((each for each in LeavingReason if each.value == why), None),
        )

    def applied_to(self, who: ByInterviewer) -> ByInterviewer:
        """The interviewer, having tried as chosen."""
        return dataclasses.replace(who, mode=Mode(self.mode.data))

    def refuse(self, refused: InputRefused) -> None:
        """Shows what the service refused beside the field it is about."""
        field = next((each for each in self if each.name == refused.field), self.note)
        field.errors = [*field.errors, worded(refused.sentence)]


class SearchForm(StaffForm):
    """Finds somebody by name, reference, phone number or e-mail address. Posted, so that none of them stands in an
    address or in a log."""

    search = StringField(lazy("Name, reference, phone number or e-mail address"), [Length(max=254)])


class InterviewingForm(StaffForm):
    """Whom an interviewer can call."""

    speaks = StringField(lazy("Languages"), [Length(max=120)])
    gender = SelectField(
        lazy("You are"),
        choices=[
            SelectChoice("", lazy("Not said")),
            SelectChoice("woman", lazy("A woman")),
            SelectChoice("man", lazy("A man")),
        ],
    )

    @classmethod
    def of(cls, staff: Staff) -> InterviewingForm:
        """Filled in with what they said."""
        return cls(formdata=None, speaks=", ".join(map(language_name, staff.speaks)), gender=staff.gender)

    def refuse(self, refused: InputRefused) -> None:
        self.speaks.errors = [*self.speaks.errors, worded(refused.sentence)]


def _asked_aloud(purpose: Purpose) -> str:
    """What an interviewer says: as the study words it for the ear, or what it says in writing, as a question."""
    return purpose.aloud or _("Please say yes or no to this: “%(text)s”", text=purpose.text)


def consent_form(purposes: Sequence[Purpose]) -> type[StaffForm]:
    """A form that asks yes or no to each purpose."""
    choices = [SelectChoice("yes", lazy("Yes")), SelectChoice("no", lazy("No"))]
    fields = {
        f"{CONSENT}{purpose.id}": RadioField(
            _asked_aloud(purpose), [InputRequired(lazy("Choose yes or no for each line."))], choices=choices
        )
        for purpose in purposes
    }
    return type("ConsentForm", (StaffForm,), fields)
