"""What follows from each outcome of an attempt, beside its case: for the person's links, what is referred to whom, how
they leave, and who can put it right. One table, which services do and pages say; a table of the tests, which has what
comes of it in the queue and in the trail besides, is walked over the rule and over what is stored."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.fieldwork.cases import Outcome, OutcomeDetail
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Action


class LinksThen(enum.Enum):
    """What becomes of the links and codes that were given out."""

    GO_ON = "go_on"
    ONE_MORE = "one_more"
    OPEN_NOTHING = "open_nothing"
    ENDED = "ended"


class WayOut(enum.Enum):
    """What an outcome says of the person's part in the study."""

    WITHDRAWN = "withdrawn"
    DIED = "died"


class ReferralKind(enum.StrEnum):
    """What somebody else has to see to before the person is called again."""

    WRONG_NUMBER = "wrong_number"
    MOVED = "moved"
    COMPLAINT = "complaint"


class ReferralDecision(enum.StrEnum):
    """What came of a referral. *Mended*: how to reach them was put right. *Not found*: nobody could. *Call again*, *by
    another*: a complaint after which they are called, by anybody or by somebody else. *Stopped*: never again."""

    MENDED = "mended"
    NOT_FOUND = "not_found"
    CALL_AGAIN = "call_again"
    BY_ANOTHER = "by_another"
    STOPPED = "stopped"


_REACH = (ReferralDecision.MENDED, ReferralDecision.NOT_FOUND)

DECISIONS: Mapping[ReferralKind, tuple[ReferralDecision, ...]] = {
    ReferralKind.WRONG_NUMBER: _REACH,
    ReferralKind.MOVED: _REACH,
    ReferralKind.COMPLAINT: (ReferralDecision.CALL_AGAIN, ReferralDecision.BY_ANOTHER, ReferralDecision.STOPPED),
}
"""What can be decided of each."""

DECIDES: Mapping[ReferralKind, Action] = {
    ReferralKind.WRONG_NUMBER: Action.MANAGE_PARTICIPANTS,
    ReferralKind.MOVED: Action.MANAGE_PARTICIPANTS,
    ReferralKind.COMPLAINT: Action.HANDLE_RIGHTS,
}
"""Who sees and decides it: who runs the study mends how people are reached, a supervisor hears complaints."""

ENDS_WAY: Mapping[ReferralKind, tuple[SendingWay, WhyNot]] = {
    ReferralKind.WRONG_NUMBER: (SendingWay.TEXT, WhyNot.WRONG_NUMBER),
    ReferralKind.MOVED: (SendingWay.LETTER, WhyNot.MOVED),
}
"""By which way nothing is sent any more once it is known that somebody else is there; a complaint ends none: while it
waits nothing is sent at all."""

STILL_NOT_CALLED = frozenset({ReferralDecision.NOT_FOUND, ReferralDecision.STOPPED})
"""Decisions after which the person is called as little as before."""


DETAILS: Mapping[Outcome, tuple[OutcomeDetail, ...]] = {
    Outcome.NOT_ELIGIBLE: (
        OutcomeDetail.OUTSIDE_GROUP,
        OutcomeDetail.NEVER_HAPPENED,
        OutcomeDetail.LISTED_TWICE,
        OutcomeDetail.OUTSIDE_AREA,
    ),
    Outcome.MOVED: (
        OutcomeDetail.CONTACT_TAKEN,
        OutcomeDetail.CONTACT_ASKED_FOR,
        OutcomeDetail.CONTACT_UNKNOWN,
    ),
}
"""Outcomes of which one of these is to be said."""


def note_needed(outcome: Outcome, detail: OutcomeDetail | None) -> bool:
    """Whether the note is where something stands that is needed: what was complained of, where somebody is now."""
    return outcome is Outcome.COMPLAINED or detail is OutcomeDetail.CONTACT_TAKEN


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What follows from an outcome, beside the case's disposition (`disposition_after`).

    `referral`: what is put on somebody's list, so that nobody calls them until it is decided; `leaving`: what is
    recorded of the person's part in the study, which ends their other cases; `put_right_by`: who can put it right once
    the minute for undoing is over (None: the next attempt does).
    """

    links: LinksThen = LinksThen.GO_ON
    referral: ReferralKind | None = None
    leaving: WayOut | None = None
    put_right_by: Action | None = None


_NOTHING_MORE = Consequence()

CONSEQUENCES: Mapping[Outcome, Consequence] = {
    Outcome.NO_ANSWER: _NOTHING_MORE,
    Outcome.BUSY: _NOTHING_MORE,
    Outcome.ANSWERPHONE: _NOTHING_MORE,
    Outcome.CALLBACK: _NOTHING_MORE,
    Outcome.APPOINTMENT: _NOTHING_MORE,
    Outcome.LINK_SENT: Consequence(links=LinksThen.ONE_MORE),
    Outcome.WRONG_NUMBER: Consequence(
        referral=ReferralKind.WRONG_NUMBER,
        put_right_by=DECIDES[ReferralKind.WRONG_NUMBER],
    ),
    Outcome.MOVED: Consequence(
        referral=ReferralKind.MOVED,
        put_right_by=DECIDES[ReferralKind.MOVED],
    ),
    Outcome.LANGUAGE_BARRIER: _NOTHING_MORE,
    Outcome.REFUSED: Consequence(put_right_by=Action.MANAGE_PARTICIPANTS),
    Outcome.REFUSED_SOFTLY: Consequence(put_right_by=Action.MANAGE_PARTICIPANTS),
    Outcome.NOT_ELIGIBLE: Consequence(put_right_by=Action.MANAGE_PARTICIPANTS),
    Outcome.COMPLAINED: Consequence(
        referral=ReferralKind.COMPLAINT,
        put_right_by=DECIDES[ReferralKind.COMPLAINT],
    ),
    Outcome.WITHDREW: Consequence(
        links=LinksThen.OPEN_NOTHING,
        leaving=WayOut.WITHDRAWN,
        put_right_by=Action.HANDLE_RIGHTS,
    ),
    Outcome.DECEASED: Consequence(
        links=LinksThen.ENDED,
        leaving=WayOut.DIED,
        put_right_by=Action.HANDLE_RIGHTS,
    ),
    Outcome.BROKEN_OFF: _NOTHING_MORE,
    Outcome.COMPLETED: Consequence(put_right_by=Action.CORRECT_ANSWERS),
}
