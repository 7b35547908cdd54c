"""What follows from each outcome of an attempt: for the case, for the person's other cases, their links, and who is to
decide or can put it right. One table: pages say it before it is recorded, services do it, a test walks both."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.fieldwork.cases import Outcome, OutcomeDetail
from surveyapp.domain.staff import Action


class NextCall(enum.Enum):
    """Who is to call next, and when."""

    IN_TURN = "in_turn"
    WHEN_AGREED = "when_agreed"
    BY_ANOTHER = "by_another"
    ONCE_DECIDED = "once_decided"
    NEVER = "never"


class OtherCases(enum.Enum):
    """What becomes of the person's cases at other touchpoints."""

    AS_THEY_WERE = "as_they_were"
    NOT_CALLED = "not_called"
    ENDED = "ended"


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

    `referral`: what is put on somebody's list; `leaving`: what is recorded of the person's part in the study;
    `put_right_by`: who can put it right once the minute for undoing is over (None: the next attempt does); `lasting`:
    whether undoing it leaves something undone: whoever had the questions open has to open their link again.
    """

    next_call: NextCall
    others: OtherCases = OtherCases.AS_THEY_WERE
    links: LinksThen = LinksThen.GO_ON
    referral: ReferralKind | None = None
    leaving: WayOut | None = None
    put_right_by: Action | None = None
    lasting: bool = False

    @property
    def audited(self) -> tuple[AuditAction, ...]:
        """What enters the trail, in order, of somebody who has been given a link."""
        change = {
            WayOut.WITHDRAWN: (AuditAction.IDENTITY_CONFIRMED, AuditAction.PARTICIPATION_WITHDRAWN),
            WayOut.DIED: (AuditAction.ACCESS_REVOKED, AuditAction.DEATH_RECORDED),
        }
        link = (AuditAction.LINK_GIVEN_OUT,) if self.links is LinksThen.ONE_MORE else ()
        return (*(change[self.leaving] if self.leaving else ()), AuditAction.ATTEMPT_RECORDED, *link)


_IN_TURN = Consequence(next_call=NextCall.IN_TURN)
_WHEN_AGREED = Consequence(next_call=NextCall.WHEN_AGREED)

CONSEQUENCES: Mapping[Outcome, Consequence] = {
    Outcome.NO_ANSWER: _IN_TURN,
    Outcome.BUSY: _IN_TURN,
    Outcome.ANSWERPHONE: _IN_TURN,
    Outcome.CALLBACK: _WHEN_AGREED,
    Outcome.APPOINTMENT: _WHEN_AGREED,
    Outcome.LINK_SENT: Consequence(next_call=NextCall.IN_TURN, links=LinksThen.ONE_MORE),
    Outcome.WRONG_NUMBER: Consequence(
        next_call=NextCall.ONCE_DECIDED,
        others=OtherCases.NOT_CALLED,
        referral=ReferralKind.WRONG_NUMBER,
        put_right_by=DECIDES[ReferralKind.WRONG_NUMBER],
    ),
    Outcome.MOVED: Consequence(
        next_call=NextCall.ONCE_DECIDED,
        others=OtherCases.NOT_CALLED,
        referral=ReferralKind.MOVED,
        put_right_by=DECIDES[ReferralKind.MOVED],
    ),
    Outcome.LANGUAGE_BARRIER: Consequence(next_call=NextCall.BY_ANOTHER),
    Outcome.REFUSED: Consequence(next_call=NextCall.NEVER, put_right_by=Action.MANAGE_PARTICIPANTS),
    Outcome.REFUSED_SOFTLY: Consequence(next_call=NextCall.NEVER, put_right_by=Action.MANAGE_PARTICIPANTS),
    Outcome.NOT_ELIGIBLE: Consequence(next_call=NextCall.NEVER, put_right_by=Action.MANAGE_PARTICIPANTS),
    Outcome.COMPLAINED: Consequence(
        next_call=NextCall.ONCE_DECIDED,
        others=OtherCases.NOT_CALLED,
        referral=ReferralKind.COMPLAINT,
        put_right_by=DECIDES[ReferralKind.COMPLAINT],
    ),
    Outcome.WITHDREW: Consequence(
        next_call=NextCall.NEVER,
        others=OtherCases.ENDED,
        links=LinksThen.OPEN_NOTHING,
        leaving=WayOut.WITHDRAWN,
        put_right_by=Action.HANDLE_RIGHTS,
        lasting=True,
    ),
    Outcome.DECEASED: Consequence(
        next_call=NextCall.NEVER,
        others=OtherCases.ENDED,
        links=LinksThen.ENDED,
        leaving=WayOut.DIED,
        put_right_by=Action.HANDLE_RIGHTS,
        lasting=True,
    ),
    Outcome.BROKEN_OFF: _IN_TURN,
    Outcome.COMPLETED: Consequence(next_call=NextCall.NEVER, put_right_by=Action.CORRECT_ANSWERS),
}
