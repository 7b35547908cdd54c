"""What the page of somebody's own record calls things."""

from __future__ import annotations

import datetime as dt
import enum
from html import unescape

import pytest

from surveyapp.domain.answers import Mode
from surveyapp.domain.participants import Origin
from surveyapp.domain.privacy.held import HeldChange, HeldConsent, HeldRecord, HeldUntil
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.sending.planning import ENDS_A_WAY, WhyNot
from surveyapp.reports.files import held_record
from surveyapp.reports.text import held_words
from surveyapp.reports.text.phrasing import ENGLISH

AT = dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("kind", held_words.WORDS, ids=lambda kind: kind.__name__)
def test_every_member_that_may_stand_in_it_has_a_word(kind: type[enum.Enum]) -> None:
    assert set(held_words.WORDS[kind]) == (ENDS_A_WAY if kind is WhyNot else set(kind))


def test_members_of_two_kinds_that_are_one_text_are_not_one_word() -> None:
    changes = (
        HeldChange(at=AT, change=ParticipationChange.WITHDRAWN, why=LeavingReason.PRIVACY),
        HeldChange(at=AT, change=ParticipationChange.DIED, why=LeavingReason.DIED),
    )
    agreed = HeldConsent(
        purpose="take_part", version=1, text="I agree.", given=True, mode=Mode.IN_PERSON, at=AT, taken_by="Job Shop"
    )
    record = HeldRecord(
        format="1", made_at=AT, language="en", time_zone="Europe/London", study="s", title="S", about="", help_name="",
        help_phone=None, help_email=None, reference="P-0001", group="people", origin=Origin.REAL, enrolled_on=AT.date(),
        stopped_at=None, withdrawn_at=AT, deceased_at=None, declined_contact_at=None, language_asked=None,
        one_does_not_call=False, pin_set_at=None, contact=(), known=(), events=(), belongs_with=(), consents=(agreed,),
        touchpoints=(),
        merged=(), changes=changes, sights=(), channel_ends=(), lists=(), browsers=(), releases=0,
        kept=(HeldUntil(what=KeptThing.WITHDRAWN, until=dt.date(2026, 7, 15)),), then=None,
    )  # fmt: skip
    page = unescape(held_record.as_page(record, ENGLISH))
    for line in (
        "Withdrawn on 15 June 2026, 11:30: you did not want your answers kept",
        "Recorded as deceased on 15 June 2026, 11:30: somebody said so",
        "Everything, since you withdrew: until 15 July 2026",
    ):
        assert f">{line}<" in page
    assert "version 1, 15 June 2026, 11:30, in person, Who took the consent: Job Shop" in page
