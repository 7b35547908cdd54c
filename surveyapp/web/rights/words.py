"""What ways out of a study, reasons and facts are called on staff pages."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.responses import CorrectionReason
from surveyapp.services.participants.identity import IdentityFact

CHANGES: dict[ParticipationChange, LazyString] = {
    ParticipationChange.STOPPED: _("Stop"),
    ParticipationChange.TAKEN_UP: _("Take up again"),
    ParticipationChange.WITHDRAWN: _("Withdraw"),
    ParticipationChange.WITHDRAWAL_UNDONE: _("Undo the withdrawal"),
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
    ParticipationChange.ERASED: _("Everything that is held of them goes, for good."),
}
"""What comes of it, in a sentence."""

RECORDED: dict[ParticipationChange, LazyString] = {
    ParticipationChange.STOPPED: _("Stopped"),
    ParticipationChange.TAKEN_UP: _("Taken up again"),
    ParticipationChange.WITHDRAWN: _("Withdrawn"),
    ParticipationChange.WITHDRAWAL_UNDONE: _("Withdrawal undone"),
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
}

CORRECTION_WORDS: dict[CorrectionReason, LazyString] = {
    CorrectionReason.SLIP: _("They chose or typed something by mistake"),
    CorrectionReason.MISUNDERSTOOD: _("They understood a question in another way"),
    CorrectionReason.LEFT_OUT: _("They left something out"),
    CorrectionReason.ENTERED_WRONGLY: _("We entered something wrongly for them"),
}

FACT_WORDS: dict[IdentityFact, LazyString] = {
    IdentityFact.NAME: _("Their name"),
    IdentityFact.PHONE: _("Their phone number"),
    IdentityFact.EMAIL: _("Their e-mail address"),
    IdentityFact.SITE: _("Their site"),
    IdentityFact.ENROLLED: _("The day they enrolled"),
    IdentityFact.EVENT: _("The day of what happened first"),
}
"""What somebody on the phone is asked for."""
