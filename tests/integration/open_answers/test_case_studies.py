"""Case studies: one person, under no name, with consent, and nothing of them that few share."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.answers import Codes, Text
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound, NotPermitted
from surveyapp.domain.staff import Role
from surveyapp.services.open_answers import case_studies, quoting
from surveyapp.services.open_answers.case_studies import CaseStudy
from surveyapp.services.open_answers.reading import Reader
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.store.security import audit
from tests import factories, versioned
from tests.conftest import NOW, Clock
from tests.integration.open_answers.test_quoting import FILES, NAME, QUOTING, READER, agree, ask, person, staff


@pytest.fixture
def cafe(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    """Ten guests, of whom the first agrees to be quoted and is quoted: five of a small site, who like the coffee, and
    five of a large one, who do not."""
    made = versioned.create_runtime(sqlite_url, clock, tmp_path, FILES)
    study = made.study(NAME)
    made = dataclasses.replace(made, studies={NAME: dataclasses.replace(study, consent=(*study.consent, QUOTING))})
    said = ["much"] * 5 + ["little"] * 5
    versioned.answer(
        made, 1, 1, *({"coffee": Codes((each,)), "why": Text(f"It is warm {n}")} for n, each in enumerate(said))
    )
    versioned.answer(made, 2, 1, *versioned.coffee("somewhat", *["much"] * 4, *["not"] * 5))
    with factories.operator(made).writing() as work:
        small = participants.add_site(work.session, NAME, "S1", "The corner", {"size": "small"}, NOW.date())
        large = participants.add_site(work.session, NAME, "S2", "The hall", {"size": "large"}, NOW.date())
        for number in range(1, 11):
            site = small if number < 6 else large
            placed = participants.Placed(group="guest", site_id=site.id, enrolled_on=NOW.date(), attributes={})
            participants.replace_placed(work.session, person(made, number).id, placed)
    agree(made, 1)
    first, second = staff(made, Role.READ_WORDS), staff(made, Role.READ_WORDS)
    quoting.decide(second, NAME, ask(first, "warm 0"), clear=True)
    yield made
    made.database.dispose()


def read(cafe: Runtime) -> tuple[CaseStudy, ...]:
    return case_studies.case_studies(staff(cafe, Role.READ_WORDS), READER, NAME)


def test_a_person_is_told_over_the_touchpoints_as_far_as_others_are_alike(cafe: Runtime) -> None:
    [found] = read(cafe)
    assert (found.member, found.known, found.quotations) == ("guest", (("Site size", "Small"),), 1)
    first, second = found.moments
    assert [each.text for each in first.quotations] == ["It is warm 0"]
    assert [each.said for each in first.answers] == ["Very much"]
    # One alone likes it somewhat: with the four who like it much they liked it.
    assert [each.said for each in second.answers] == ["Liked it"]
    again = case_studies.case_study(staff(cafe, Role.READ_WORDS), READER, NAME, found.token)
    assert again == found


def test_what_few_share_is_not_told(cafe: Runtime) -> None:
    with factories.operator(cafe).writing() as work:
        participants.withdraw(work.session, person(cafe, 2).id, work.now)
    [found] = read(cafe)
    assert found.known == ()
    assert [each.said for moment in found.moments for each in moment.answers] == [None, None]


def test_whoever_may_not_be_quoted_is_no_case_study(cafe: Runtime) -> None:
    [found] = read(cafe)
    agree(cafe, 1, given=False)
    assert read(cafe) == ()
    with pytest.raises(NotFound, match="no case study"):
        case_studies.case_study(staff(cafe, Role.READ_WORDS), READER, NAME, found.token)


def test_a_case_is_named_otherwise_in_another_session_and_each_reading_is_in_the_trail(cafe: Runtime) -> None:
    desk = staff(cafe, Role.READ_WORDS)
    [found] = read(cafe)
    [other] = case_studies.case_studies(desk, Reader(uuid.uuid4(), "a report"), NAME)
    assert found.token != other.token
    with cafe.database.reading() as session:
        told = [each for each in audit.entries(session) if each.action is AuditAction.CASE_STUDY_READ]
    assert [each.detail["purpose"] for each in told] == ["the report", "a report"]
    assert not any(each.participant for each in told if hasattr(each, "participant"))
    with pytest.raises(NotPermitted):
        case_studies.case_studies(staff(cafe, Role.EVALUATOR), READER, NAME)
