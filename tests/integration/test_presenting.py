"""A page as one person sees it, through the application: facts quoted, options in an order that stays theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.instrument.option_order import arranged
from surveyapp.domain.participants import Participant
from surveyapp.services.participants import links
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, participants
from tests import factories
from tests.conftest import Clock
from tests.phone import Phone

STUDY = """\
study: facts
title: Facts
public_title: Facts
summary: Quotes and orders.
about: About it.
help: {name: Us}
attributes: {site.size: {label: Size, values: {small: Small, large: Large}}}
groups: {people: {title: People, member: person, reference_prefix: P}}
consent: [{id: take_part, required: true, text: I agree.}]
touchpoints:
  - {group: people, number: 1, title: One, questionnaire: first, opens: enrolled}
  - {group: people, number: 2, title: Two, questionnaire: second, opens: "submitted(people, 1)"}
scales: {agreement: {options: {agree: Agree, neither: Neither, disagree: Disagree}}}
"""
FIRST = """\
questionnaire: first
version: 1
title: First
sections:
  - id: start
    title: Start
    questions:
      - {id: job, kind: short, text: What is your job?, fact: true, required: true,
         pattern: {match: "[A-Za-z ]+", says: Write letters only.}}
      - {id: used, kind: multiple, text: "What do you use as a {job|worker} at {site.name|work}?",
         hint: "{site.size|Any}",
         options: {a: Ant, b: Bee, c: Cat, d: Dog, none: {text: None, exclusive: true}}, order: shuffled, maximum: 2}
"""
SECOND = """\
questionnaire: second
version: 1
title: Second
sections:
  - id: start
    title: Start
    questions:
      - {id: still, kind: choice, text: "Are you still a {touchpoint_1.job|worker}?", scale: agreement, missing: [],
         order: reversed_for_half}
"""


@pytest.fixture
def facts(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    folder = tmp_path / "questionnaires"
    for name, text in (("study", STUDY), ("first/v1", FIRST), ("second/v1", SECOND)):
        path = folder / "facts" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    made = factories.create_runtime(database_url, clock, folder)
    for name in ("first", "second"):
        questionnaire_versions.freeze(made, "facts", name)
    factories.open_questionnaires(made, "facts")
    yield made
    made.database.dispose()


def create_participant(runtime: Runtime, with_site: bool) -> Participant:
    today = runtime.today(runtime.study("facts"))
    with factories.operator(runtime).writing() as work:
        site = (
            participants.add_site(work.session, "facts", "S1", "Acme <b>", {"size": "small"}, today)
            if with_site
            else None
        )
    return factories.create_participant(runtime, "people", site, reference="P-0001", study_id="facts")


def link(runtime: Runtime, participant: Participant, touchpoint: int) -> str:
    with factories.operator(runtime).writing() as work:
        case = next(each for each in cases.cases_of(work.session, participant.id) if each.touchpoint == touchpoint)
        given = links.issue(work, participant, case, AccessKind.LINK).link
    assert given is not None
    return given


@pytest.mark.parametrize("with_site", [True, False])
def test_a_fact_is_quoted_or_what_stands_for_it(facts: Runtime, with_site: bool) -> None:
    participant = create_participant(facts, with_site)
    phone = Phone(facts)
    phone.agree(link(facts, participant, 1))
    phone.send(job="cook 2")
    assert phone.faults == [("#job", "Write letters only.")]
    phone.send(job="cook")
    assert phone.heading == (
        "What do you use as a cook at Acme <b>?" if with_site else "What do you use as a cook at work?"
    )
    assert ("Small" if with_site else "Any") in phone.page.words
    phone.send(used=["a", "b", "c"])
    assert phone.faults == [("#used", "Choose 2 answers at most.")]
    phone.send(used=["a", "b"])
    assert phone.path == "/survey/check"
    assert "as a cook" in phone.page.words
    phone.send()
    phone.agree(link(facts, participant, 2))
    assert phone.heading == "Are you still a cook?"


def test_the_order_shown_can_be_told_and_stays_from_one_touchpoint_to_the_next(facts: Runtime) -> None:
    participant = create_participant(facts, False)
    phone = Phone(facts)
    first = link(facts, participant, 1)
    phone.agree(first)
    phone.send(job="cook")
    shown = [each["value"] for tag, each in phone.page.elements if tag == "input" and each.get("name") == "used"]
    visit = survey_session.visit(facts, factories.known_by(facts, first))
    questionnaire, _, response = visit.ready
    told = [option.code for option in arranged(questionnaire.questions[1], response.seed)]
    assert shown == told
    phone.send(used=["a"])
    phone.send()
    second = link(facts, participant, 2)
    phone.agree(second)
    later = survey_session.visit(facts, factories.known_by(facts, second))
    assert later.ready[2].seed == response.seed
