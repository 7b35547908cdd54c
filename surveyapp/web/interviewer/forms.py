"""The interviewer's forms."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence

from flask_babel import lazy_gettext as lazy
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.cases import NEEDS_TIME, Outcome
from surveyapp.domain.instrument.study import Purpose
from surveyapp.domain.staff import Staff
from surveyapp.services.fieldwork.attempts import NOTE_LENGTH, AgreedTime
from surveyapp.services.fieldwork.interview import MODES as TALKING
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.web.interviewer.views import MODES, language_name
from surveyapp.web.shared.incoming import StaffForm, TypedMoment
from surveyapp.web.shared.words import worded

CONSENT = "consent_"


def _modes() -> list[SelectChoice]:
    return [SelectChoice(mode.value, MODES[mode]) for mode in TALKING]


class StartForm(StaffForm):
    """How they talk, and in which of the study's languages."""

    mode = RadioField(lazy("How are you talking?"), [InputRequired(lazy("Choose how you are talking."))])
    language = SelectField(lazy("Language of the questions"))

    def __init__(self, languages: Sequence[str], talking: Mode) -> None:
        super().__init__(data={"mode": talking.value, "language": languages[0]})
        self.mode.choices = _modes()
        self.language.choices = [SelectChoice(code, language_name(code)) for code in languages]
        if len(languages) == 1:
            del self.language

    def applied_to(self, who: ByInterviewer) -> ByInterviewer:
        """The interviewer, talking as chosen."""
        language = self.language.data if "language" in self else who.language
        return dataclasses.replace(who, mode=Mode(self.mode.data), language=language)


class AttemptForm(StaffForm):
    """What came of a call. The key makes sure that a form sent twice counts once."""

    outcome = HiddenField()
    attempt_id = HiddenField()
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
    note = TextAreaField(
        lazy("Note for whoever calls next (optional)"),
        [Length(max=NOTE_LENGTH, message=lazy("Make the note shorter: at most %(max)d characters."))],
    )

    def __init__(self, mode: Mode, outcome: Outcome) -> None:
        super().__init__(data={"mode": mode.value, "outcome": outcome.value, "attempt_id": str(uuid.uuid4())})
        self.mode.choices = _modes()
        if outcome not in NEEDS_TIME:
            del self.agreed, self.in_words, self.which

    @property
    def key(self) -> uuid.UUID:
        """The attempt's key; a new one, should the field have been tampered with."""
        try:
            return uuid.UUID(self.attempt_id.data)
        except ValueError:
            return uuid.uuid4()

    @property
    def agreed_time(self) -> AgreedTime:
        if "agreed" not in self:
            return AgreedTime()
        later = {"first": False, "second": True}.get(self.which.data or "")
        return AgreedTime(self.agreed.data, self.in_words.data or "", later)

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


def consent_form(purposes: Sequence[Purpose]) -> type[StaffForm]:
    """A form that asks yes or no to each purpose."""
    choices = [SelectChoice("yes", lazy("Yes")), SelectChoice("no", lazy("No"))]
    fields = {
        f"{CONSENT}{purpose.id}": RadioField(
            purpose.text, [InputRequired(lazy("Choose yes or no for each line."))], choices=choices
        )
        for purpose in purposes
    }
    return type("ConsentForm", (StaffForm,), fields)
