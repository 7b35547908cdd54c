"""What states, outcomes and roles are called on staff pages: one mapping each, for every page that shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeVar

from flask_babel import LazyString, format_date, gettext
from flask_babel import lazy_gettext as _

from surveyapp.domain.audit import ActorKind
from surveyapp.domain.fieldwork.cases import CaseState
from surveyapp.domain.programs.tokens import TokenScope
from surveyapp.domain.sentences import Sentence
from surveyapp.domain.staff import Action, Role
from surveyapp.reports.text import names
from surveyapp.web.shared.answers import DAY, written_number
from surveyapp.web.shared.language import isolated, listed

Named = TypeVar("Named")


def in_words(names: Mapping[Named, str]) -> dict[Named, LazyString]:
    """Names, each in the words of whoever reads the page."""
    return {member: _(name) for member, name in names.items()}


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

OUTCOMES = in_words(names.OUTCOMES)
ROLES = in_words(names.ROLES)

PREFERRED: dict[str, LazyString] = {
    "phone": _("Phone"),
    "text": _("Text message"),
    "email": _("E-mail"),
    "in_person": _("In person"),
    "video": _("Video call"),
}
"""How somebody may prefer to be reached, by what their contact record says."""

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
