"""A made-up study whose one questionnaire has every kind of question, for pages that Job Rotation has none of."""

from __future__ import annotations

from pathlib import Path

from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.participants import Participant
from surveyapp.services.cases import scheduling
from surveyapp.services.participants import links
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.runtime import Clock, Runtime
from surveyapp.store import cases, participants
from surveyapp.store.database import new_id
from tests import factories

NAME = "every_kind"

STUDY = """\
study: every_kind
title: Every kind
public_title: Your year
summary: A study with a question of every kind.
about: |
  This asks a little of everything.

  It takes five minutes.
source_language: {language}
languages: [{language}]
help: {{name: The team, phone: 0808 157 0142, email: team@example.org}}
groups:
  guest: {{title: Guests, member: guest, reference_prefix: GU}}
consent:
  - {{id: take_part, version: 1, required: true, text: I agree to take part.}}
touchpoints:
  - {{group: guest, number: 1, title: Touchpoint 1, questionnaire: guest_1, opens: {opens}, closes: 30 days}}
scales:
  agreement:
    options: {{agree: Agree, neither: Neither, disagree: Disagree}}
    nets: {{agreeing: {{label: Agree, options: [agree]}}, disagreeing: {{label: Disagree, options: [disagree]}}}}
    favourable: agreeing
    neutral: neither
  chances: {{from: 0, to: 10, low: Not at all likely, high: Certain}}
"""

QUESTIONNAIRE = """\
questionnaire: guest_1
version: 1
title: Your year
sections:
  - id: hello
    title: Before you begin
    questions:
      - {id: welcome, kind: information, text: "These questions are about last year.\\n\\nThere are no wrong answers."}
      - {id: nights, kind: number, text: How many nights did you stay?, hint: Count parts., minimum: 0, maximum: 60}
      - {id: spent, kind: number, text: How much did you spend?, decimals: 2, units: [pounds, "£"], missing: []}
      - {id: arrived, kind: date, text: When did you arrive?, earliest: "2026-01-01", latest: "2026-12-31"}
      - {id: breakfast, kind: time, text: When did you have breakfast?, earliest: "05:00", latest: "12:00"}
      - {id: nickname, kind: short, text: What shall we call you?, max_length: 20}
      - {id: story, kind: open, text: Tell us about your stay., required: true, max_length: 100}
      - id: drinks
        kind: multiple
        text: What did you drink?
        options:
          tea: Tea
          other: {text: Something else, specify: What was it?}
          none: {text: None of these, exclusive: true}
      - id: rooms
        kind: statements
        scale: agreement
        text: How much do you agree?
        moments: {before: Last year, now: This year}
        statements: {room_quiet: The room was quiet., room_warm: The room was warm.}
      - id: come_back
        kind: rating
        scale: chances
        text: How likely are you to come back?
        moments: {before: A year ago, now: Today}
      - {id: happy, kind: yes_no, text: Were you happy?, required: false}
      - {id: thanks, kind: information, text: That was the last question.}
"""

PAGES = (
    "welcome",
    "nights",
    "spent",
    "arrived",
    "breakfast",
    "nickname",
    "story",
    "drinks",
    "room_quiet",
    "room_warm",
    "come_back",
    "happy",
    "thanks",
)


def create_runtime(
    database_url: str,
    clock: Clock,
    folder: Path,
    *,
    language: str = "en",
    opens: str = "enrolled",
    open_versions: bool = True,
    questionnaire: str = QUESTIONNAIRE,
    thresholds: str = "{}",
    **changes: object,
) -> Runtime:
    """An installation that has only this study, its files written into a folder."""
    (folder / NAME / "guest_1").mkdir(parents=True)
    study = STUDY.format(language=language, opens=opens) + f"thresholds: {thresholds}\n"
    (folder / NAME / "study.yaml").write_text(study, encoding="utf-8")
    (folder / NAME / "guest_1" / "v1.yaml").write_text(questionnaire, encoding="utf-8")
    runtime = factories.create_runtime(database_url, clock, folder, **changes)
    questionnaire_versions.freeze(runtime, NAME, "guest_1")
    if open_versions:
        factories.open_questionnaires(runtime, NAME)
    return runtime


def create_link(runtime: Runtime, reference: str = "GU-0001") -> str:
    """A link's path to the case of a new guest."""
    participant = create_guest(runtime, reference)
    with factories.operator(runtime).writing() as work:
        given = links.issue(work, participant, cases.cases_of(work.session, participant.id)[0], AccessKind.LINK)
    assert given.link is not None
    return given.link


def create_guest(runtime: Runtime, reference: str) -> Participant:
    """A new guest, with the case that follows."""
    participant = Participant(
        id=new_id(),
        study=NAME,
        group="guest",
        reference=reference,
        origin=runtime.origin,
        enrolled_on=runtime.today(runtime.study(NAME)),
    )
    with factories.operator(runtime).writing() as work:
        participants.add_participant(work.session, participant)
        scheduling.plan_cases(work, participant)
    return participant
