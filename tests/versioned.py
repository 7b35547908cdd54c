"""A made-up study whose questionnaires come in versions, written into a folder and loaded from there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from surveyapp.domain.answers import Answer, Codes, Mode
from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.instrument.questionnaire import fingerprint, to_document
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import NewSave, Response
from surveyapp.domain.staff import Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.runtime import Clock, Runtime
from surveyapp.store import cases, participants, questionnaire_versions, responses
from surveyapp.store.database import new_id
from tests import factories

NAME = "cafe"

STUDY = """\
study: cafe
title: The café
public_title: The café
summary: A study whose questions change.
about: About it.
help: {name: Us}
retention: {study_ends: "2099-12-31", contacts: end + 30 days, answers: end + 365 days}
privacy:
  controller: Us
  contact: us@example.org
  collected: What they think.
  basis: consent
  why: To know.
  recipients: [Us]
  rights: [access]
  regulator: {name: The regulator}
thresholds: {minimum_base: 1, minimum_cell: 1}
attributes:
  site.size: {label: Site size, values: {small: Small, large: Large}}
segments: [site.size]
groups:
  guest: {title: Guests, member: guest, reference_prefix: GU}
consent:
  - {id: take_part, version: 1, required: true, text: I agree to take part.}
touchpoints:
  - {group: guest, number: 1, title: Touchpoint 1, questionnaire: first, opens: enrolled, closes: 300 days}
  - {group: guest, number: 2, title: Touchpoint 2, questionnaire: second, opens: enrolled, closes: 300 days}
scales:
  liking:
    options: {much: Very much, somewhat: Somewhat, little: A little, not: Not at all}
    nets: {liked: {label: Liked it, options: [much, somewhat]}}
    favourable: liked
  three:
    options: {good: Good, fair: Fair, bad: Bad}
    nets: {liked: {label: Liked it, options: [good]}}
    favourable: liked
  ten: {from: 1, to: 10, low: Poor, high: Superb}
  five: {from: 1, to: 5, low: Poor, high: Superb}
measures:
  - id: liking
    theme: satisfaction
    title: Liking the coffee
    group: guest
    asked_of: All guests
    variable: coffee
    net: liked
    rows:
      - {touchpoint: 1, label: Touchpoint 1}
      - {touchpoint: 2, label: Touchpoint 2}
"""

COFFEE = "{id: coffee, kind: choice, scale: liking, text: How much do you like the coffee?}"
DRINKS = "{id: drinks, kind: multiple, text: What do you drink?, options: {tea: Tea, juice: Juice, water: Water}}"
WORTH = "{id: worth, kind: rating, scale: ten, text: What is it worth?}"
VIEWS = (
    "{id: views, kind: statements, scale: liking, text: How much do you like, "
    "statements: {room: The room, music: The music}}"
)
WHY = "{id: why, kind: open, ask_if: {coffee: much}, text: Why is that?}"


def questionnaire(name: str, version: int, *questions: str, changes: str = "") -> str:
    """The file of a version with one section. `changes`: lines to stand under that key."""
    lines = [f"questionnaire: {name}", f"version: {version}", "title: About us"]
    if changes:
        lines += ["changes:", *(f"  {line}" for line in changes.splitlines())]
    lines += ["sections:", "  - id: start", "    title: Start", "    questions:"]
    return "\n".join([*lines, *(f"      - {question}" for question in questions or (COFFEE,))]) + "\n"


def write(root: Path, files: Mapping[str, str], study: str = STUDY) -> Path:
    """The study's folder under `root`; `files` by name, such as `first/v2`. Both touchpoints have a v1 anyhow."""
    folder = root / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    whole = {"first/v1": questionnaire("first", 1), "second/v1": questionnaire("second", 1), **files}
    for name, text in whole.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def load(root: Path, files: Mapping[str, str], study: str = STUDY) -> Study:
    return load_study(write(root, files, study))


def create_runtime(
    database_url: str,
    clock: Clock,
    root: Path,
    files: Mapping[str, str],
    study: str = STUDY,
    newest: int = 99,
    **changes: object,
) -> Runtime:
    """An installation with this study alone, its questionnaires opened version by version, up to `newest`."""
    write(root, files, study)
    runtime = factories.create_runtime(database_url, clock, root, **changes)
    with runtime.database.writing() as session:
        opened = [each for each in sorted(runtime.study(NAME).questionnaires.items()) if each[0][1] <= newest]
        for (name, version), each in opened:
            document = to_document(each)
            questionnaire_versions.add_version(
                session, NAME, name, version, fingerprint(document), document, runtime.clock(), None
            )
    return runtime


def answer(runtime: Runtime, touchpoint: int, version: int, *sittings: Mapping[str, Answer], start: int = 1) -> None:
    """Hands in a response on a version for each sitting, of guests counted from `start`, who enrol when first met."""
    study = runtime.study(NAME)
    point = study.touchpoint("guest", touchpoint)
    assert point is not None
    with factories.operator(runtime).writing() as work:
        scope = Scope(NAME, runtime.origin)
        known = {each.reference: each for each in participants.participants(work.session, scope, runtime.today(study))}
        for number, given in enumerate(sittings, start):
            reference = f"GU-{number:04d}"
            participant = known.get(reference)
            if participant is None:
                participant = Participant(
                    id=new_id(),
                    study=NAME,
                    group="guest",
                    reference=reference,
                    origin=runtime.origin,
                    enrolled_on=runtime.today(study),
                )
                participants.add_participant(work.session, participant)
                scheduling.plan_cases(work, participant)
            case = next(each for each in cases.cases_of(work.session, participant.id) if each.touchpoint == touchpoint)
            now = runtime.clock()
            response = Response(
                id=new_id(),
                case_id=case.id,
                questionnaire=point.questionnaire,
                version=version,
                state="started",
                revision=0,
                seed=1,
                started_at=now,
            )
            responses.add_response(work.session, response)
            save = NewSave(
                id=new_id(),
                section="start",
                language="en",
                mode=Mode.SELF,
                by=None,
                client_at=None,
                recorded_at=now,
                payload_hash="0" * 64,
            )
            save_id = responses.record_save(work.session, response, save, given)
            responses.replace_answers(work.session, response.id, save_id, given, dict.fromkeys(given, save_id))
            responses.submit(work.session, response.id, now)


def coffee(*codes: str) -> list[dict[str, Answer]]:
    """A sitting for each answer to the coffee."""
    return [{"coffee": Codes((code,))} for code in codes]


# A marked step, then a broken one: reworded at the second touchpoint, on another scale at the third.
THREE_TOUCHPOINTS = STUDY.replace(
    "scales:\n",
    "  - {group: guest, number: 3, title: Touchpoint 3, questionnaire: third, opens: enrolled, closes: 300 days}\n"
    "scales:\n",
).replace(
    "      - {touchpoint: 2, label: Touchpoint 2}\n",
    "      - {touchpoint: 2, label: Touchpoint 2}\n      - {touchpoint: 3, label: Touchpoint 3, detail: a year on}\n"
    "comparisons:\n"
    "  - {variable: coffee, between: [first, second], comparable: yes, because: Only the tense is another.}\n"
    "  - {variable: coffee, between: [second, third], comparable: no, because: Three answers replaced four.}\n",
)
WAS = COFFEE.replace("do you like", "did you like")
THREE_FILES = {
    "first/v1": questionnaire("first", 1, COFFEE, DRINKS, VIEWS),
    "first/v2": questionnaire(
        "first",
        2,
        COFFEE,
        VIEWS.replace("How much", "How far"),
        changes="views: {comparable: no, because: How far is not how much.}",
    ),
    "second/v1": questionnaire("second", 1, WAS),
    "third/v1": questionnaire("third", 1, COFFEE.replace("liking", "three")),
}


def create_three_touchpoints(database_url: str, clock: Clock, root: Path, more: str = "", **changes: object) -> Runtime:
    """Twelve guests at three touchpoints: a marked step, then a broken one; and a version that dropped a question.
    `more`: further lines of the study's file."""
    runtime = create_runtime(database_url, clock, root, THREE_FILES, THREE_TOUCHPOINTS + more, **changes)
    drink: dict[str, Answer] = {"drinks": Codes(("tea",))}
    view: dict[str, Answer] = {"room": Codes(("much",)), "music": Codes(("not",))}
    first = coffee("much", "somewhat", "little", "not", "much", "somewhat", "little", "not")
    answer(runtime, 1, 1, *({**each, **drink, **view} for each in first))
    answer(runtime, 1, 2, *({**each, **view} for each in coffee("little", "somewhat", "not", "not")), start=9)
    answer(runtime, 2, 1, *coffee(*["much"] * 6, *["somewhat"] * 3, "little", "not", "not"))
    answer(runtime, 3, 1, *coffee(*["good"] * 5, *["fair"] * 4, "bad"))
    return runtime
