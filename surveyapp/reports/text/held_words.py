"""What the page of somebody's own record calls things: it is said to them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.fieldwork.call_stand import DecisionKind
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition, Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralDecision, ReferralKind
from surveyapp.domain.fieldwork.lists import RowOutcome
from surveyapp.domain.i18n import N_
from surveyapp.domain.open_answers.quoting import QuotationState
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.responses import CorrectionReason
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role
from surveyapp.reports.text import names

WORDS: Mapping[type[enum.Enum], Mapping[Any, str]] = {
    Outcome: names.OUTCOMES,
    Disposition: names.DISPOSITIONS,
    Role: names.ROLES,
    SendingWay: names.WAYS,
    MessageState: names.MESSAGE_STATES,
    WhyNot: {
        WhyNot.OPTED_OUT: N_("you asked for no more"),
        WhyNot.BOUNCED: N_("messages to you came back"),
        WhyNot.WRONG_NUMBER: N_("the number was wrong"),
        WhyNot.MOVED: N_("you had moved"),
    },
    Mode: {
        Mode.SELF: N_("by yourself"),
        Mode.PHONE: N_("by phone"),
        Mode.IN_PERSON: N_("in person"),
        Mode.VIDEO: N_("by video call"),
        Mode.PROXY: N_("by somebody for you"),
    },
    Reason: {
        Reason.DONT_KNOW: N_("Don’t know"),
        Reason.PREFER_NOT_TO_SAY: N_("Prefer not to say"),
        Reason.SKIPPED: N_("Not answered"),
        Reason.NOT_ASKED: N_("Not asked"),
    },
    AccessKind: {
        AccessKind.LINK: N_("Link"),
        AccessKind.CODE: N_("Code"),
    },
    ParticipationChange: {
        ParticipationChange.STOPPED: N_("Stopped"),
        ParticipationChange.TAKEN_UP: N_("Taken up again"),
        ParticipationChange.WITHDRAWN: N_("Withdrawn"),
        ParticipationChange.WITHDRAWAL_UNDONE: N_("Withdrawal undone"),
        ParticipationChange.ERASED: N_("Erased"),
        ParticipationChange.DIED: N_("Recorded as deceased"),
        ParticipationChange.DEATH_UNDONE: N_("Recorded as deceased by mistake, and put right"),
    },
    LeavingReason: {
        LeavingReason.NOT_SAID: N_("no reason given"),
        LeavingReason.TIME: N_("it took too much time"),
        LeavingReason.NOT_RELEVANT: N_("it was not about you, or no longer"),
        LeavingReason.PRIVACY: N_("you did not want your answers kept"),
        LeavingReason.CHANGED_MIND: N_("you changed your mind"),
        LeavingReason.MISTAKE: N_("it was recorded by mistake"),
        LeavingReason.RETENTION: N_("the time to keep it was over"),
        LeavingReason.DIED: N_("somebody said so"),
        LeavingReason.MIXED_UP: N_("somebody else was meant"),
    },
    CorrectionReason: {
        CorrectionReason.SLIP: N_("something was chosen or typed by mistake"),
        CorrectionReason.MISUNDERSTOOD: N_("a question was understood in another way"),
        CorrectionReason.LEFT_OUT: N_("something was left out"),
        CorrectionReason.ENTERED_WRONGLY: N_("we entered something wrongly"),
        CorrectionReason.BY_THEMSELVES: N_("you opened them yourself"),
    },
    KeptThing: {
        KeptThing.CONTACTS: N_("How we reach you, and your links"),
        KeptThing.WORDS: N_("What you, or interviewers, wrote in words of your own"),
        KeptThing.ANSWERS: N_("Your answers, as yours"),
        KeptThing.WITHDRAWN: N_("Everything, since you withdrew"),
    },
    QuotationState: {
        QuotationState.ASKED: N_("asked for, and not cleared yet"),
        QuotationState.CLEARED: N_("cleared"),
        QuotationState.REFUSED: N_("refused"),
        QuotationState.TAKEN_BACK: N_("taken back"),
    },
    OutcomeDetail: {
        OutcomeDetail.OUTSIDE_GROUP: N_("you are not one of those this study asks"),
        OutcomeDetail.NEVER_HAPPENED: N_("what the questions are about never happened to you"),
        OutcomeDetail.LISTED_TWICE: N_("you were on the list twice"),
        OutcomeDetail.OUTSIDE_AREA: N_("you live or work outside the area of the study"),
        OutcomeDetail.CONTACT_TAKEN: N_("a new number or address was written down"),
        OutcomeDetail.CONTACT_ASKED_FOR: N_("a new number or address was asked for"),
        OutcomeDetail.CONTACT_UNKNOWN: N_("nobody knew where you were"),
    },
    ReferralKind: {
        ReferralKind.WRONG_NUMBER: N_("the number was wrong"),
        ReferralKind.MOVED: N_("you had moved"),
        ReferralKind.COMPLAINT: N_("you complained"),
    },
    ReferralDecision: {
        ReferralDecision.MENDED: N_("how to reach you was put right"),
        ReferralDecision.NOT_FOUND: N_("nobody knows how to reach you, and nobody calls you"),
        ReferralDecision.CALL_AGAIN: N_("you may be called again"),
        ReferralDecision.BY_ANOTHER: N_("you may be called again, by somebody else"),
        ReferralDecision.STOPPED: N_("nobody contacts you again"),
    },
    DecisionKind: {
        DecisionKind.MORE: N_("It was decided to try to reach you more often"),
        DecisionKind.STOP: N_("It was decided not to call you about this any more"),
        DecisionKind.IN_TOUCH: N_("You got in touch yourself"),
        DecisionKind.TRIED_AGAIN: N_("It was decided to ask you once more"),
        DecisionKind.HANDED_OVER: N_("It was decided that any interviewer may call you"),
    },
    RowOutcome: {
        RowOutcome.ADDED: N_("you came into the study with it"),
        RowOutcome.UPDATED: N_("it changed what is known of you"),
        RowOutcome.FILLED_IN: N_("what was not known of you was filled in from it"),
        RowOutcome.LEFT_OUT: N_("it changed nothing of yours"),
    },
}
"""What members are called, by their kind: members of two kinds may be the same text, and are not the same word."""

CONTACT = {
    "name": N_("Name"),
    "phone": N_("Phone number"),
    "email": N_("E-mail address"),
    "preferred": N_("Prefers"),
    "times": N_("Best times to reach them"),
    "language": N_("Languages they speak"),
    "other_phones": N_("Other phone numbers"),
    "address": N_("Postal address"),
    "needs": N_("What they need"),
    "born": N_("Year of birth"),
}
"""What the fields of a contact record are called."""

SIGHTS = {
    "contact_seen": N_("How to reach you was looked at"),
    "contact_corrected": N_("How to reach you was changed"),
    "withdrawn_person_seen": N_("Your record was looked at after you withdrew"),
    "identity_confirmed": N_("You were asked who you are"),
    "record_given_out": N_("All that is held of you was put together for you"),
}
"""What acts that the audit trail notes are called: `services.privacy.subject_access.SIGHTS`."""
