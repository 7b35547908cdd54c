"""What states, outcomes and roles are called on staff pages: one mapping each, for every page that shows them."""

from __future__ import annotations

import datetime as dt

from flask_babel import LazyString, format_date, gettext
from flask_babel import lazy_gettext as _

from surveyapp.domain.audit import ActorKind
from surveyapp.domain.fieldwork.cases import CaseState, Disposition, Outcome
from surveyapp.domain.programs.tokens import TokenScope
from surveyapp.domain.sentences import Sentence
from surveyapp.domain.staff import Action, Role
from surveyapp.web.shared.answers import DAY, written_number
from surveyapp.web.shared.language import isolated, listed

STATES: dict[CaseState, LazyString] = {
    CaseState.SCHEDULED: _("Scheduled"),
    CaseState.OPEN: _("Open"),
    CaseState.PAUSED: _("Paused"),
    CaseState.OVERDUE: _("Overdue"),
    CaseState.IN_PROGRESS: _("In progress"),
    CaseState.SUBMITTED: _("Submitted"),
    CaseState.CLOSED: _("Closed"),
    CaseState.REFUSED: _("Refused"),
    CaseState.NOT_ELIGIBLE: _("Not eligible"),
    CaseState.DECEASED: _("Deceased"),
    CaseState.WITHDRAWN: _("Withdrawn"),
}
"""In the order a case goes through them."""

TONES: dict[CaseState, str] = {CaseState.SUBMITTED: "good", CaseState.OVERDUE: "warn", CaseState.PAUSED: "warn"}
"""How a state's tag is drawn (`.tag.good`, `.tag.warn`); the word in it says the same."""

OUTCOMES: dict[Outcome, LazyString] = {
    Outcome.NO_ANSWER: _("No answer"),
    Outcome.BUSY: _("Busy"),
    Outcome.ANSWERPHONE: _("Answerphone"),
    Outcome.CALLBACK: _("Call back"),
    Outcome.APPOINTMENT: _("Appointment made"),
    Outcome.LINK_SENT: _("Link sent"),
    Outcome.WRONG_NUMBER: _("Wrong number"),
    Outcome.MOVED: _("Moved"),
    Outcome.LANGUAGE_BARRIER: _("Language barrier"),
    Outcome.REFUSED: _("Refused"),
    Outcome.REFUSED_SOFTLY: _("Refused for now"),
    Outcome.NOT_ELIGIBLE: _("Not eligible"),
    Outcome.COMPLAINED: _("Complained"),
    Outcome.WITHDREW: _("Withdrew"),
    Outcome.DECEASED: _("Has died"),
    Outcome.BROKEN_OFF: _("Broken off"),
    Outcome.COMPLETED: _("Completed"),
}

DISPOSITIONS: dict[Disposition, LazyString] = {
    Disposition.COMPLETE: _("Complete"),
    Disposition.PARTIAL: _("Partial"),
    Disposition.REFUSAL: _("Refusal"),
    Disposition.NON_CONTACT: _("No contact yet"),
    Disposition.OTHER: _("Could not take part"),
    Disposition.DECEASED: _("Deceased"),
    Disposition.UNKNOWN: _("Not known"),
    Disposition.NOT_ELIGIBLE: _("Not eligible"),
}

PREFERRED: dict[str, LazyString] = {
    "phone": _("Phone"),
    "text": _("Text message"),
    "email": _("E-mail"),
    "in_person": _("In person"),
    "video": _("Video call"),
}
"""How somebody may prefer to be reached, by what their contact record says."""

ROLES: dict[Role, LazyString] = {
    Role.INTERVIEWER: _("Interviewer"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.EVALUATOR: _("Evaluator"),
    Role.MANAGER: _("Manager"),
    Role.VIEWER: _("Viewer"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.READ_WORDS: _("Reader of open answers"),
    Role.EXPORT_ANSWERS: _("Exporter of single answers"),
}

PROGRAM_SCOPES: dict[TokenScope, LazyString] = {
    TokenScope.RELEASES: _("Releases: their numbers, which may be published"),
    TokenScope.QUESTIONNAIRES: _("Questionnaires and the codebook"),
    TokenScope.STANDING: _("Standing: who could be asked and who answered, as working figures"),
    TokenScope.ANSWERS: _("Single answers"),
}
"""What a token lets a program read."""

ACTORS: dict[ActorKind, LazyString] = {
    ActorKind.STAFF: _("Staff"),
    ActorKind.OPERATOR: _("The command line"),
    ActorKind.PARTICIPANT: _("A participant"),
    ActorKind.SYSTEM: _("The program itself"),
}
"""Who an entry of the audit trail says has acted."""


def role_word(role: Role) -> str:
    """Template filter: what a role is called."""
    return str(ROLES[role])


def state_word(state: CaseState) -> str:
    """Template filter: what a case's state is called."""
    return str(STATES[state])


def state_tone(state: CaseState) -> str:
    """Template filter: the class of the state's tag; empty for a plain one."""
    return TONES.get(state, "")


def preference(preferred: str, times: str) -> str:
    """How and when somebody prefers to be reached, in words; empty when neither is known."""
    return listed([PREFERRED.get(preferred, preferred), times])


def worded(sentence: Sentence) -> str:
    """Template filter: what an error says, in the reader's language."""
    return sentence.in_words(gettext, _written)


def _written(value: object) -> str:
    """How the reader's language writes what a sentence is made of."""
    match value:
        case Sentence():
            return worded(value)
        case CaseState():
            return state_word(value).lower()
        case Action():
            return str(gettext(value.value))
        case str():
            return str(isolated(value))
        case int():
            return written_number(value)
        case dt.date():
            return str(format_date(value, DAY, rebase=False))
        case list() | tuple():
            return listed([_written(each) for each in value])
        case _:
            return str(value)
