"""What people are told is done with what they give: from where they agree, from what is theirs, at a shut door."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.instrument.consent.notice import LawfulBasis, PrivacyRight
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule
from surveyapp.services.questionnaires import versions
from surveyapp.services.runtime import Runtime
from surveyapp.settings import ROOT
from tests import factories, versioned
from tests.integration.test_theirs import PIN, begin, send
from tests.phone import Phone
from tests.unit.test_loading import write

HEADING = "What we do with what you tell us"


@pytest.fixture
def phone(runtime: Runtime) -> Phone:
    return Phone(runtime)


def test_it_is_read_before_anything_is_agreed_to(runtime: Runtime, phone: Phone) -> None:
    phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    assert phone.path == "/survey/consent"
    assert "/privacy" in phone.page.source
    phone.open("/survey/privacy")
    words = phone.page.words
    notice = runtime.study(factories.STUDY).privacy
    assert notice is not None
    assert HEADING in words
    assert "This is a draft." in words
    for said in (notice.controller, notice.contact, notice.why, *notice.recipients, notice.regulator):
        assert said in words
    assert "for 90 days after set 2 of your questions has closed" in words
    assert "until 29 December 2032" in words  # end of 2027 and 1,825 days
    assert "Most of it you can do yourself" not in words  # nothing is theirs yet


def test_it_is_reached_from_what_is_theirs(runtime: Runtime, phone: Phone) -> None:
    begin(phone, runtime, factories.create_participant(runtime))
    phone.open("/survey/yours")
    assert "/privacy" in phone.page.source
    phone.open("/survey/privacy")
    assert "Most of it you can do yourself, at once." in phone.page.words


def test_a_link_that_opens_no_answers_opens_it(runtime: Runtime) -> None:
    person = factories.create_participant(runtime)
    send(Phone(runtime), runtime, person)
    elsewhere = Phone(runtime)
    elsewhere.open(factories.create_link(runtime, person))
    elsewhere.open("/survey/privacy")
    assert HEADING in elsewhere.page.words
    assert PIN not in elsewhere.page.source


@pytest.mark.parametrize("language", ["pl", "pa", "ur"])
def test_no_english_is_left_in_another_language(runtime: Runtime, phone: Phone, language: str) -> None:
    phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    phone.open(f"/survey/privacy?lang={language}")
    study = runtime.study(factories.STUDY)
    assert study.privacy is not None
    words = phone.page.words
    assert HEADING not in words
    assert not [
        said for said in (study.privacy.why, *study.privacy.recipients, "What you may ask for") if said in words
    ]


def test_a_study_without_one_says_so(runtime: Runtime, phone: Phone) -> None:
    study = runtime.study(factories.STUDY)
    without = dataclasses.replace(runtime, studies={study.id: dataclasses.replace(study, privacy=None)})
    other = Phone(without)
    other.open(factories.create_link(without, factories.create_participant(without)))
    assert "/privacy" not in other.page.source
    other.open("/survey/privacy")
    assert "This study has not written it down yet." in other.page.words


def test_every_basis_and_right_has_its_words(runtime: Runtime) -> None:
    source = (ROOT / "surveyapp/web/participant/templates/participant/privacy.html").read_text(encoding="utf-8")
    assert [each for each in (*LawfulBasis, *PrivacyRight) if f"'{each.value}': _(" not in source] == []


def test_whom_to_ask_for_what_is_not_done_here(runtime: Runtime, phone: Phone, tmp_path: Path) -> None:
    """The law gives a right that the platform does not carry out: no study can list it as if it did."""
    phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    phone.open("/survey/privacy")
    notice = runtime.study(factories.STUDY).privacy
    assert notice is not None
    assert f"For that, ask those who decide over it: {notice.contact}." in phone.page.words
    assert "Keep it, in case you want to ask us for something" in phone.page.words
    written = versioned.STUDY.replace("rights: [access]", "rights: [access, restrict]")
    (tmp_path / "study.yaml").write_text(written, encoding="utf-8")
    assert any("“restrict” cannot be used" in each for each in faults(tmp_path))


def test_the_day_is_the_rules() -> None:
    rule = RetentionRule(
        study_ends=dt.date(2027, 12, 31),
        contacts=KeepUntil(touchpoint=2, days=90),
        words=KeepUntil(date=dt.date(2028, 6, 30)),
        answers=KeepUntil(days=1),
    )
    days = [rule.day_of(each) for each in (rule.contacts, rule.words, rule.answers)]
    assert days == [None, dt.date(2028, 6, 30), dt.date(2028, 1, 1)]


def faults(folder: Path) -> Iterator[str]:
    try:
        versions.check_folder(folder)
    except QuestionnaireFaults as error:
        yield from (str(each) for each in error.faults)


def test_check_does_not_pass_without_it(tmp_path: Path) -> None:
    """Both keys are asked for, each with what to do."""
    found = list(faults(write(tmp_path)))
    assert len(found) == 2
    assert all("no_privacy_notice" in each for each in found)
    assert [key for key in ("privacy", "retention") if any(f"Write `{key}:`" in each for each in found)] == [
        "privacy",
        "retention",
    ]
