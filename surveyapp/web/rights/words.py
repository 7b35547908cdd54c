"""What ways out of a study, reasons and facts are called on staff pages."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from surveyapp.domain.fieldwork.cases import OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralDecision, ReferralKind
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.responses import CorrectionReason
from surveyapp.services.participants.identity import IdentityFact

CHANGES: dict[ParticipationChange, LazyString] = {
    ParticipationChange.STOPPED: _("Stop"),
    ParticipationChange.TAKEN_UP: _("Take up again"),
    ParticipationChange.WITHDRAWN: _("Withdraw"),
    ParticipationChange.WITHDRAWAL_UNDONE: _("Undo the withdrawal"),
    ParticipationChange.DIED: _("Record that they died"),
    ParticipationChange.DEATH_UNDONE: _("They did not die"),
    ParticipationChange.ERASED: _("Erase"),
}
"""What is done, as a button says it."""

SHORTLY: dict[ParticipationChange, LazyString] = {
    ParticipationChange.STOPPED: _("Nobody contacts them again. What they have sent stays in the results."),
    ParticipationChange.TAKEN_UP: _(
        "They take part again: what is still open can be answered, and they may be called."
    ),
    ParticipationChange.WITHDRAWN: _(
        "Their answers leave every page, file and count at once, and the next release. They can be erased afterwards."
    ),
    ParticipationChange.WITHDRAWAL_UNDONE: _("Their answers count again, from now on."),
    ParticipationChange.DIED: _("Everything stops at once, and every link ends. What they have sent stays."),
    ParticipationChange.DEATH_UNDONE: _(
        "It was recorded wrongly: they take part as before, and their links open again."
    ),
    ParticipationChange.ERASED: _("Everything that is held of them goes, for good."),
}
"""What comes of it, in a sentence."""

RECORDED: dict[ParticipationChange, LazyString] = {
    ParticipationChange.STOPPED: _("Stopped"),
    ParticipationChange.TAKEN_UP: _("Taken up again"),
    ParticipationChange.WITHDRAWN: _("Withdrawn"),
    ParticipationChange.WITHDRAWAL_UNDONE: _("Withdrawal undone"),
    ParticipationChange.DIED: _("Died"),
    ParticipationChange.DEATH_UNDONE: _("Death recorded wrongly"),
    ParticipationChange.ERASED: _("Erased"),
}
"""What was recorded."""

KEPT: dict[KeptThing, LazyString] = {
    KeptThing.CONTACTS: _("How they are reached, and their links"),
    KeptThing.WORDS: _("What they, or interviewers, wrote in words of their own"),
    KeptThing.ANSWERS: _("Their answers, as theirs"),
    KeptThing.WITHDRAWN: _("Everything of those who withdrew"),
}

REASON_WORDS: dict[LeavingReason, LazyString] = {
    LeavingReason.NOT_SAID: _("They did not say why"),
    LeavingReason.TIME: _("It takes too much of their time"),
    LeavingReason.NOT_RELEVANT: _("It is not about them, or no longer"),
    LeavingReason.PRIVACY: _("They do not want their answers kept"),
    LeavingReason.CHANGED_MIND: _("They changed their mind"),
    LeavingReason.MISTAKE: _("It was recorded by mistake"),
    LeavingReason.RETENTION: _("The time to keep it was over"),
    LeavingReason.DIED: _("Somebody close to them, or a notice, said so"),
    LeavingReason.MIXED_UP: _("Somebody else was meant"),
}

CORRECTION_WORDS: dict[CorrectionReason, LazyString] = {
    CorrectionReason.SLIP: _("They chose or typed something by mistake"),
    CorrectionReason.MISUNDERSTOOD: _("They understood a question in another way"),
    CorrectionReason.LEFT_OUT: _("They left something out"),
    CorrectionReason.ENTERED_WRONGLY: _("We entered something wrongly for them"),
    CorrectionReason.BY_THEMSELVES: _("They opened it themselves"),
}

FACT_WORDS: dict[IdentityFact, LazyString] = {
    IdentityFact.NAME: _("Their name"),
    IdentityFact.PHONE: _("Their phone number"),
    IdentityFact.EMAIL: _("Their e-mail address"),
    IdentityFact.SITE: _("Their site"),
    IdentityFact.ENROLLED: _("The day they enrolled"),
    IdentityFact.EVENT: _("The day of what happened first"),
    IdentityFact.REFERENCE: _("Their reference"),
}
"""What somebody on the phone is asked for."""

REFERRALS: dict[ReferralKind, LazyString] = {
    ReferralKind.WRONG_NUMBER: _("Wrong number"),
    ReferralKind.MOVED: _("Moved"),
    ReferralKind.COMPLAINT: _("Complaint"),
}
"""What somebody waits for a decision of."""

DECISION_WORDS: dict[ReferralDecision, LazyString] = {
    ReferralDecision.MENDED: _("Call them: how to reach them is put right"),
    ReferralDecision.NOT_FOUND: _("Do not call: nobody knows how to reach them (their link goes on working)"),
    ReferralDecision.CALL_AGAIN: _("Call them, whoever is free"),
    ReferralDecision.BY_ANOTHER: _("Call them, but somebody else does"),
    ReferralDecision.STOPPED: _("Never contact them again: they stop, and what they have sent stays"),
}
"""What can be decided."""

DETAIL_WORDS: dict[OutcomeDetail, LazyString] = {
    OutcomeDetail.OUTSIDE_GROUP: _("They are not one of those this study asks"),
    OutcomeDetail.NEVER_HAPPENED: _("What these questions are about never happened to them"),
    OutcomeDetail.LISTED_TWICE: _("They are on the list twice"),
    OutcomeDetail.OUTSIDE_AREA: _("They live or work outside the area of the study"),
    OutcomeDetail.CONTACT_TAKEN: _("I took the new number or address: it is in the note"),
    OutcomeDetail.CONTACT_ASKED_FOR: _("I asked for it, and it is to come"),
    OutcomeDetail.CONTACT_UNKNOWN: _("Nobody knew where they are now"),
}
"""Why somebody is not eligible, or what is known of where they moved, as the interviewer chose it."""
