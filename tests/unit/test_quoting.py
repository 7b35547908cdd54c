"""Where a text may quote a fact, and that braces anywhere else are a fault where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.errors import QuestionnaireFaults

STUDY = """\
study: tiny
title: Tiny {x|y}
public_title: Tiny {x|y}
summary: A study {x|y}
about: About {x|y}
facts:
  - text: A fact {x|y}
    more: More {x|y}
thanks: Thanks {x|y}
help:
  name: Us
attributes:
  site.size:
    label: Size {x|y}
    values:
      small: Small {x|y}
groups:
  people:
    title: People
    member: person {x|y}
    reference_prefix: P
events:
  job_start: A job {x|y}
consent:
  - id: take_part
    required: true
    text: I agree {x|y}
    aloud: You agree {x|y}
touchpoints:
  - group: people
    number: 1
    title: One {x|y}
    questionnaire: first
    opens: enrolled
scales:
  agreement:
    options:
      agree: Agree {x|y}
      disagree: Disagree }
    nets:
      in_favour:
        label: In favour {x|y}
        options: [agree]
  worth:
    from: 1
    to: 10
    low: Little {x|y}
    high: Much {x|y}
privacy:
  controller: Somebody {x|y}
  contact: Somewhere {x|y}
  collected: Things {x|y}
  basis: consent
  why: Because {x|y}
  recipients:
    - Nobody {x|y}
  rights: [access]
  regulator:
    name: The regulator {x|y}
messages:
  steps:
    invite:
      kind: invite
      by: [email]
      subject: About {study}  # quotes
      text: "Hello {name|there}, {link}, until {until|the end}"  # quotes
"""

QUESTIONNAIRE = """\
questionnaire: first
version: 1
title: First {site.name|x}
sections:
  - id: start
    title: How you feel at {site.name|x}
    interviewer: Read out at {site.name|x}
    questions:
      - id: liked
        kind: choice
        scale: agreement
        text: Did you like {site.name|it}?  # quotes
        hint: At {site.name|work}  # quotes
        interviewer: Say {site.name|it}  # quotes
        moments:
          before: Before {site.name|it}
          now: Now
      - id: views
        kind: statements
        scale: agreement
        text: Do you agree?
        statements:
          one: "{site.name|It} is good."  # quotes
          two:
            text: "{site.name|It} is bad."  # quotes
      - id: code
        kind: short
        text: Which code?
        pattern:
          match: "[A-Z]{3}"  # quotes
          says: Three letters {
      - id: hours
        kind: number
        text: How many?
        units:
          - hours at {site.name|it}
      - id: why
        kind: choice
        text: Why?
        options:
          a: At {site.name|it}
          b:
            text: Other {site.name|it}
            specify: Which }
      - id: value
        kind: rating
        scale: worth
        text: How much was it worth?
scores:
  - id: whole
    title: The whole {x|y}
    method: sum
    items: [hours, value]
    bands:
      all:
        label: All {x|y}
        from: 0
        to: 100
"""


def test_only_what_a_question_says_quotes(tmp_path: Path) -> None:
    files = {"tiny/study.yaml": STUDY, "tiny/first/v1.yaml": QUESTIONNAIRE}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(QuestionnaireFaults) as refused:
        load_study(tmp_path / "tiny")
    assert {(fault.file, fault.line) for fault in refused.value.faults if fault.code == "bad_quote"} == {
        (name, number)
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if ("{" in line or "}" in line) and not line.endswith("# quotes")
    }
