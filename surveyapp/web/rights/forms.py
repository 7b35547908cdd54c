"""The forms: who they say they are, and why."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from flask import request
from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.consequences import ReferralDecision
from surveyapp.domain.privacy.leaving import REASONS, LeavingReason, ParticipationChange
from surveyapp.domain.responses import CORRECTED_BY_STAFF, CorrectionReason
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.web.rights.words import CORRECTION_WORDS, DECISION_WORDS, FACT_WORDS, REASON_WORDS
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.words import worded


class _RefusedAtFields(StaffForm):
    """A form that shows what the service refused beside the field it is about."""

    def refuse(self, refused: InputRefused) -> None:
        field = self[refused.field or "why"]
        field.errors = [*field.errors, worded(refused.sentence)]


class IdentityForm(_RefusedAtFields):
    """What they were asked for and knew. `values`: what is on record, to compare with."""

    facts = SelectMultipleField(lazy("What they knew"), validate_choice=False)

    def __init__(self, values: Mapping[IdentityFact, str | dt.date]) -> None:
        super().__init__()
        self.values = values
        self.facts.choices = [SelectChoice(fact.value, FACT_WORDS[fact]) for fact in values]

    @property
    def confirmed(self) -> frozenset[IdentityFact]:
        """The facts that were ticked."""
        return frozenset(fact for fact in self.values if fact.value in (self.facts.data or ()))


class LettingInForm(IdentityForm):
    """Who they are, and whether somebody else was let in for them."""

    taken = BooleanField(lazy("Somebody else opened their link, or chose the PIN"))


class ChangeForm(IdentityForm):
    """Who they are, and why they want a change."""

    why = RadioField(lazy("Why, as far as they said"), validate_choice=False)

    def __init__(self, values: Mapping[IdentityFact, str | dt.date], change: ParticipationChange) -> None:
        super().__init__(values)
        self.reasons: Sequence[LeavingReason] = REASONS[change]
        self.why.choices = [SelectChoice(why.value, REASON_WORDS[why]) for why in self.reasons]

    @property
    def reason(self) -> LeavingReason | None:
        return next((each for each in self.reasons if each.value == self.why.data), None)


def decided() -> tuple[uuid.UUID | None, ReferralDecision | None]:
    """Which referral was posted, and what is to come of it."""
    written = request.form.get("referral", ""), request.form.get("decision", "")
    try:
        referral = uuid.UUID(written[0])
    except ValueError:
        return None, None
    return referral, next((each for each in ReferralDecision if each.value == written[1]), None)


class ReferralForm(_RefusedAtFields):
    """What comes of a referral. `refused`: why what was posted is not done, said where it was chosen."""

    referral = HiddenField()
    decision = RadioField(lazy("What comes of it"), validate_choice=False)

    def __init__(
        self, referral: uuid.UUID, decisions: Sequence[ReferralDecision], refused: InputRefused | None
    ) -> None:
        # Several are on one page: the one that was posted is whose it is.
        posted_here = request.method == "POST" and decided()[0] == referral
        super().__init__(request.form if posted_here else None, data={"referral": str(referral)})
        self.decision.choices = [SelectChoice(each.value, DECISION_WORDS[each]) for each in decisions]
        self.decision.id = f"decision-{referral}"
        if refused is not None and posted_here:
            self.decision.errors = [*self.decision.errors, worded(refused.sentence)]


class ReopenForm(_RefusedAtFields):
    """Why answers that were sent are opened again."""

    why = RadioField(
        lazy("Why"),
        choices=[
            SelectChoice(why.value, words) for why, words in CORRECTION_WORDS.items() if why in CORRECTED_BY_STAFF
        ],
        validate_choice=False,
    )

    @property
    def reason(self) -> CorrectionReason | None:
        return next((each for each in CORRECTED_BY_STAFF if each.value == self.why.data), None)
