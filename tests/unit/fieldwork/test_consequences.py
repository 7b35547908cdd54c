"""What follows from each outcome, by the rule; tests/integration/test_consequences.py holds what is stored to the same
table."""

from __future__ import annotations

import dataclasses

import pytest

from surveyapp.domain.fieldwork.cases import CaseState, Disposition, Outcome, disposition_after
from surveyapp.domain.fieldwork.consequences import (
    CONSEQUENCES,
    DECIDES,
    DECISIONS,
    DETAILS,
    STILL_NOT_CALLED,
    LinksThen,
    OutcomeDetail,
    ReferralDecision,
    ReferralKind,
    note_needed,
)
from surveyapp.domain.responses import ResponseState
from tests.consequences import TABLE
from tests.fieldwork import NOW, make_case


@pytest.mark.parametrize("outcome", Outcome)
def test_the_rule_is_the_table(outcome: Outcome) -> None:
    told, rule = TABLE[outcome], CONSEQUENCES[outcome]
    becomes = disposition_after(Disposition.UNKNOWN, outcome)
    case = dataclasses.replace(make_case(NOW), disposition=becomes)
    response = ResponseState.SUBMITTED if outcome is Outcome.COMPLETED else None
    assert case.state(NOW, response, withdrawn=outcome is Outcome.WITHDREW) is told.case
    assert becomes.aapor == told.aapor
    ended = told.other in (CaseState.WITHDRAWN, CaseState.DECEASED)
    assert (rule.leaving is not None) is ended
    assert (rule.referral is not None) is (told.next_call == "once_decided")
    assert (rule.links in (LinksThen.ENDED, LinksThen.OPEN_NOTHING)) is not told.link
    assert (rule.put_right_by.name if rule.put_right_by else None) == told.put_right_by


def test_the_case_s_letters_are_aapor_s() -> None:
    assert {each.aapor for each in Disposition} == {"I", "P", "R", "NC", "O", "UO", "NE"}


def test_whoever_is_referred_can_be_decided_about_and_each_decision_calls_or_does_not() -> None:
    assert set(DECISIONS) == set(DECIDES) == set(ReferralKind)
    assert {each for decisions in DECISIONS.values() for each in decisions} == set(ReferralDecision)
    assert all(set(decisions) - STILL_NOT_CALLED for decisions in DECISIONS.values())
    assert {rule.referral for rule in CONSEQUENCES.values()} == {None, *ReferralKind}


def test_each_detail_is_of_one_outcome() -> None:
    told = [each for details in DETAILS.values() for each in details]
    assert sorted(told) == sorted(OutcomeDetail)
    assert note_needed(Outcome.COMPLAINED, None)
    assert note_needed(Outcome.MOVED, OutcomeDetail.CONTACT_TAKEN)
    assert not note_needed(Outcome.MOVED, OutcomeDetail.CONTACT_UNKNOWN)
    assert not note_needed(Outcome.REFUSED, None)
