"""What members of the domain are called wherever people read of them, pages and files alike: in the source's words, to
be said in the reader's."""

from __future__ import annotations

from surveyapp.domain.fieldwork.cases import Disposition, Outcome
from surveyapp.domain.i18n import N_
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role

OUTCOMES: dict[Outcome, str] = {
    Outcome.NO_ANSWER: N_("No answer"),
    Outcome.BUSY: N_("Busy"),
    Outcome.ANSWERPHONE: N_("Answerphone"),
    Outcome.CALLBACK: N_("Call back"),
    Outcome.APPOINTMENT: N_("Appointment made"),
    Outcome.LINK_SENT: N_("Link sent"),
    Outcome.WRONG_NUMBER: N_("Wrong number"),
    Outcome.MOVED: N_("Moved"),
    Outcome.LANGUAGE_BARRIER: N_("Language barrier"),
    Outcome.REFUSED: N_("Refused"),
    Outcome.REFUSED_SOFTLY: N_("Refused for now"),
    Outcome.NOT_ELIGIBLE: N_("Not eligible"),
    Outcome.COMPLAINED: N_("Complained"),
    Outcome.WITHDREW: N_("Withdrew"),
    Outcome.DECEASED: N_("Has died"),
    Outcome.BROKEN_OFF: N_("Broken off"),
    Outcome.COMPLETED: N_("Completed"),
}

DISPOSITIONS: dict[Disposition, str] = {
    Disposition.COMPLETE: N_("Complete"),
    Disposition.PARTIAL: N_("Partial"),
    Disposition.REFUSAL: N_("Refusal"),
    Disposition.NON_CONTACT: N_("No contact yet"),
    Disposition.OTHER: N_("Could not take part"),
    Disposition.DECEASED: N_("Deceased"),
    Disposition.UNKNOWN: N_("Not known"),
    Disposition.NOT_ELIGIBLE: N_("Not eligible"),
}

ROLES: dict[Role, str] = {
    Role.INTERVIEWER: N_("Interviewer"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.EVALUATOR: N_("Evaluator"),
    Role.MANAGER: N_("Manager"),
    Role.VIEWER: N_("Viewer"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.READ_WORDS: N_("Reader of open answers"),
    Role.EXPORT_ANSWERS: N_("Exporter of single answers"),
}

WAYS: dict[SendingWay, str] = {
    SendingWay.EMAIL: N_("E-mail"),
    SendingWay.TEXT: N_("Text message"),
    SendingWay.LETTER: N_("Letter"),
}

MESSAGE_STATES: dict[MessageState, str] = {
    MessageState.PLANNED: N_("Waits to be sent"),
    MessageState.HANDING_OVER: N_("Being sent"),
    MessageState.SENT: N_("Went out"),
    MessageState.FAILED: N_("Not taken"),
    MessageState.UNCERTAIN: N_("Uncertain"),
    MessageState.BOUNCED: N_("Came back"),
    MessageState.STOPPED: N_("Stopped"),
}
