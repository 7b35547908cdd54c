"""What follows from each outcome of an attempt, written down once for the rule and for what is stored to be held
against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.fieldwork.cases import CaseState, Outcome

OPEN, REFUSED, NOT_ELIGIBLE = CaseState.OPEN, CaseState.REFUSED, CaseState.NOT_ELIGIBLE
WITHDRAWN, DECEASED = CaseState.WITHDRAWN, CaseState.DECEASED


@dataclass(frozen=True, kw_only=True)
class Follows:
    """Of somebody with two open cases and a link to the first, untried: what `outcome` at the first makes of `case`
    (its state), `aapor` (its disposition's class), `next_call`, the `other` case's state, whether the interviewer and a
    colleague have the `other` case, and the same of the first, in their queues (`mine`, `theirs`: the touchpoints);
    whether the `link` works; `put_right_by`: what whoever puts it right after the minute may do; what the `trail`
    notes."""

    case: CaseState
    aapor: str
    next_call: str
    other: CaseState = OPEN
    mine: tuple[int, ...] = (1, 2)
    theirs: tuple[int, ...] = (1, 2)
    link: bool = True
    put_right_by: str | None = None
    trail: tuple[str, ...] = ("attempt_recorded",)


IN_TURN = Follows(case=OPEN, aapor="NC", next_call="in_turn")
AGREED = Follows(case=OPEN, aapor="NC", next_call="when_agreed")
ON_A_LIST = {"next_call": "once_decided", "mine": (), "theirs": ()}

TABLE: Mapping[Outcome, Follows] = {
    Outcome.NO_ANSWER: IN_TURN,
    Outcome.BUSY: IN_TURN,
    Outcome.ANSWERPHONE: IN_TURN,
    Outcome.CALLBACK: AGREED,
    Outcome.APPOINTMENT: AGREED,
    Outcome.LINK_SENT: Follows(
        case=OPEN, aapor="NC", next_call="in_turn", trail=("attempt_recorded", "link_given_out")
    ),
    Outcome.WRONG_NUMBER: Follows(case=OPEN, aapor="UO", put_right_by="MANAGE_PARTICIPANTS", **ON_A_LIST),  # type: ignore[arg-type]
    Outcome.MOVED: Follows(case=OPEN, aapor="UO", put_right_by="MANAGE_PARTICIPANTS", **ON_A_LIST),  # type: ignore[arg-type]
    Outcome.LANGUAGE_BARRIER: Follows(case=OPEN, aapor="O", next_call="by_another", mine=()),
    Outcome.REFUSED: Follows(
        case=REFUSED, aapor="R", next_call="never", mine=(2,), theirs=(2,), put_right_by="MANAGE_PARTICIPANTS"
    ),
    Outcome.REFUSED_SOFTLY: Follows(
        case=REFUSED, aapor="R", next_call="never", mine=(2,), theirs=(2,), put_right_by="MANAGE_PARTICIPANTS"
    ),
    Outcome.NOT_ELIGIBLE: Follows(
        case=NOT_ELIGIBLE, aapor="NE", next_call="never", mine=(2,), theirs=(2,), put_right_by="MANAGE_PARTICIPANTS"
    ),
    Outcome.COMPLAINED: Follows(case=OPEN, aapor="NC", put_right_by="HANDLE_RIGHTS", **ON_A_LIST),  # type: ignore[arg-type]
    Outcome.WITHDREW: Follows(
        case=WITHDRAWN,
        aapor="UO",
        next_call="never",
        other=WITHDRAWN,
        mine=(),
        theirs=(),
        link=False,
        put_right_by="HANDLE_RIGHTS",
        trail=("identity_confirmed", "participation_withdrawn", "attempt_recorded"),
    ),
    Outcome.DECEASED: Follows(
        case=DECEASED,
        aapor="O",
        next_call="never",
        other=DECEASED,
        mine=(),
        theirs=(),
        link=False,
        put_right_by="HANDLE_RIGHTS",
        trail=("access_revoked", "death_recorded", "attempt_recorded"),
    ),
    Outcome.BROKEN_OFF: Follows(case=OPEN, aapor="P", next_call="in_turn"),
    Outcome.COMPLETED: Follows(
        case=CaseState.SUBMITTED, aapor="I", next_call="never", mine=(2,), theirs=(2,), put_right_by="CORRECT_ANSWERS"
    ),
}
