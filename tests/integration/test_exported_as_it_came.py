"""How answers came, in files and for programs: by the save that counts, each by whoever gave it, and absence as it was
by the cut."""

from __future__ import annotations

import dataclasses
import uuid
from decimal import Decimal
from pathlib import Path

import pytest

from surveyapp.domain.answers import Answer, Codes, Mode, Text
from surveyapp.domain.exports.dataset import AnswerExport, ExportShape, ExportValue, MissingKind
from surveyapp.domain.exports.jobs import ExportRequest
from surveyapp.domain.participants import Participant
from surveyapp.domain.responses import CorrectionReason, NewSave
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.cases import scheduling
from surveyapp.services.exports import pages
from surveyapp.services.exports.answers import export_answers
from surveyapp.services.fieldwork import calls, interview
from surveyapp.services.open_answers import coding
from surveyapp.services.open_answers.reading import Reader
from surveyapp.services.privacy import correcting
from surveyapp.services.programs.tokens import ProgramCaller
from surveyapp.services.responses import answering
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.services.results import response
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import cases, participants, responses
from surveyapp.store.privacy import reopening
from tests import factories, versioned
from tests.conftest import Clock
from tests.integration.open_answers.test_themes_counted import WHY, add
from tests.integration.test_answering import walk_to
from tests.interviewer import create_reachable
from tests.phone import SHORTEST
from tests.program import token_of

pytestmark = pytest.mark.both_databases

AGREED = {"take_part": True}

Rows = list[dict[str, ExportValue]]


def taken(runtime: Runtime, study: str, shape: ExportShape, release: int | None = None) -> AnswerExport:
    request = ExportRequest(shape=shape, form="csv", purpose="To see how it came", release=release)
    return export_answers(factories.operator(runtime), study, request, str)


def rows(export: AnswerExport, name: str) -> Rows:
    [dataset] = [each for each in export.datasets if each.name == name]
    names = [column.name for column in dataset.columns]
    return [dict(zip(names, row, strict=True)) for row in dataset.rows()]


def page(runtime: Runtime, study: str, shape: ExportShape, name: str, release: int | None = None) -> Rows:
    """The same as a program reads it."""
    staff = factories.create_staff(runtime, Role.EXPORT_ANSWERS, study=study)
    made = token_of(runtime, staff)
    caller = ProgramCaller(token=made.token, staff=staff, secret=made.secret)
    request = pages.PageRequest(shape=shape, dataset=name, release=release)
    found = pages.page(Desk(runtime, staff), caller, study, request, str)
    names = [column.name for column in found.dataset.columns]
    return [dict(zip(names, row, strict=True)) for row in found.rows]


# By the cut

LATER = versioned.STUDY.replace(
    "number: 2, title: Touchpoint 2, questionnaire: second, opens: enrolled",
    'number: 2, title: Touchpoint 2, questionnaire: second, opens: "submitted(guest, 1) + 10 days"',
).replace("segments:", "releases: {every: month, minimum_new: 1}\nsegments:")


def test_by_a_cut_nobody_failed_to_answer_what_they_were_not_yet_asked(
    database_url: str, clock: Clock, tmp_path: Path
) -> None:
    """Of two who were asked by then one had answered; of two who were asked after it one has answered since."""
    made = versioned.create_runtime(database_url, clock, tmp_path / "q", {}, LATER)
    versioned.answer(made, 1, 1, *versioned.coffee("much", "somewhat"))
    replan(made)
    clock.forward(days=11)
    versioned.answer(made, 2, 1, *versioned.coffee("not"), start=2)
    versioned.answer(made, 1, 1, *versioned.coffee("little", "not"), start=3)
    replan(made)
    clock.forward(days=1)
    releases.make(factories.operator(made), versioned.NAME)
    clock.forward(days=20)
    versioned.answer(made, 2, 1, *versioned.coffee("somewhat"), start=3)

    def second(release: int | None) -> dict[ExportValue, ExportValue]:
        found = rows(taken(made, versioned.NAME, ExportShape.WIDE, release), "guest")
        told = page(made, versioned.NAME, ExportShape.WIDE, "guest", release)
        for name in ("t2_coffee", "t2_version", "t2_mode", "t2_submitted_on", "t2_by_proxy"):
            by_program = {row["t1_coffee"]: row[name] or row[f"{name}_missing"] for row in told}
            assert by_program == {row["t1_coffee"]: row[name] for row in found}, name
        return {row["t1_coffee"]: row["t2_coffee"] for row in found}

    unasked, silent = MissingKind.NOT_DUE, MissingKind.NO_RESPONSE
    assert second(1) == {"much": silent, "somewhat": "not", "little": unasked, "not": unasked}
    assert second(None) == {"much": silent, "somewhat": "not", "little": "somewhat", "not": silent}
    made.database.dispose()


def replan(runtime: Runtime) -> None:
    """What follows from what was sent."""
    with factories.operator(runtime).writing() as work:
        scope, today = Scope(versioned.NAME, runtime.origin), runtime.today(runtime.study(versioned.NAME))
        for each in participants.participants(work.session, scope, today):
            scheduling.plan_cases(work, each)


# By the save that counts


def by_mode(runtime: Runtime) -> dict[str, int | None]:
    """What “Who answered” says."""
    told = response.group(factories.operator(runtime), factories.STUDY, "backfill").response
    counts = next(each for each in told if (each.touchpoint, each.by) == (1, "")).rows[0]
    return {mode: cell.count for mode, cell in counts.modes.items() if cell.count}


def test_a_correction_that_is_not_sent_changes_nothing_of_how_answers_came(runtime: Runtime, clock: Clock) -> None:
    person = create_reachable(runtime)
    they = factories.by_link(runtime, person)
    answering.give_consent(runtime, they, AGREED)
    walk_to(runtime, they, None, SHORTEST)
    answering.submit(runtime, they)
    sent_at = clock.now

    def told() -> list[tuple[ExportValue, ...]]:
        """The same in every shape, and for programs."""
        how: dict[str, set[tuple[ExportValue, ...]]] = {}
        for read in (files, page):
            for shape, name, prefix in (
                (ExportShape.RESPONSES, "backfill_1", ""),
                (ExportShape.WIDE, "backfill", "t1_"),
            ):
                [row] = read(runtime, factories.STUDY, shape, name)
                came = tuple(row[f"{prefix}{each}"] for each in ("mode", "language", "submitted_on"))
                how.setdefault("came", set()).add(came)
            [row] = read(runtime, factories.STUDY, ExportShape.LONG, "paradata")
            process = ("saves", "modes", "languages", "submitted_at", "sent_again_at")
            how.setdefault("process", set()).add(tuple(row[each] for each in process))
        return [each for some in how.values() for each in some]

    first = told()
    saves = first[1][0]
    assert first == [("self", "en", sent_at.date()), (saves, "self", "en", sent_at, None)]
    clock.forward(days=2)
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    correcting.reopen(manager, factories.STUDY, person.reference, 1, CorrectionReason.SLIP)
    asker = factories.by_interviewer(factories.create_staff(runtime, Role.INTERVIEWER), person)
    asker = dataclasses.replace(asker, language="pl")
    calls.open_case(runtime, asker)
    answering.save_page(runtime, asker, "heard_via", {"heard_via": ["online"]}, uuid.uuid4())
    assert told() == first
    assert by_mode(runtime) == {"self": 1}
    walk_to(runtime, asker, None, SHORTEST)
    answering.submit(runtime, asker)
    (came, (more, *process)) = told()
    assert came == ("phone", "pl", sent_at.date())
    assert process == ["self phone", "en pl", sent_at, clock.now]
    assert isinstance(more, Decimal)
    assert isinstance(saves, Decimal)
    assert more > saves
    assert by_mode(runtime) == {"phone": 1}


def files(runtime: Runtime, study: str, shape: ExportShape, name: str) -> Rows:
    return rows(taken(runtime, study, shape), name)


# By whoever gave it


@pytest.fixture
def allowed(runtime: Runtime) -> Runtime:
    """An installation whose study lets relatives and carers answer for people."""
    study = dataclasses.replace(
        runtime.studies[factories.STUDY], proxies={"carer": "A carer", "relative": "A relative"}
    )
    return dataclasses.replace(runtime, studies={**runtime.studies, factories.STUDY: study}, _studies_in={})


def interviewed(runtime: Runtime, person: Participant, mode: Mode, proxy: str = "") -> ByInterviewer:
    """Somebody who has the case open and began in a mode."""
    who = factories.by_interviewer(factories.create_staff(runtime, Role.INTERVIEWER), person, mode=mode)
    calls.open_case(runtime, who)
    interview.begin(runtime, who, proxy)
    return who


def test_what_somebody_else_answered_says_so_in_every_shape_and_for_programs(allowed: Runtime) -> None:
    modes = {"all": (Mode.PROXY, Mode.PROXY), "some": (Mode.PROXY, Mode.PHONE), "none": (Mode.PHONE, Mode.PHONE)}
    by_feeling = dict(zip(modes, ("positive", "negative", "neutral"), strict=True))
    for much, (begun, ended) in modes.items():
        person = create_reachable(allowed)
        first = interviewed(allowed, person, begun, "relative" if begun is Mode.PROXY else "")
        answering.give_consent(allowed, first, AGREED)
        walk_to(allowed, first, "hopes", {"first_feeling": by_feeling[much]})
        # Another way of the same interviewer: the case is theirs.
        last = dataclasses.replace(first, mode=ended)
        walk_to(allowed, last, None, SHORTEST)
        answering.submit(allowed, last)
    for read in (files, page):
        for shape, name, prefix in (
            (ExportShape.RESPONSES, "backfill_1", ""),
            (ExportShape.WIDE, "backfill", "t1_"),
        ):
            found = {
                row[f"{prefix}first_feeling"]: (row[f"{prefix}by_proxy"], row[f"{prefix}proxy"])
                for row in read(allowed, factories.STUDY, shape, name)
            }
            assert found == {
                "positive": ("all", "relative"),
                "negative": ("some", "relative"),
                "neutral": ("none", None),
            }
        long = read(allowed, factories.STUDY, ExportShape.LONG, "answers")
        whose = {row["person"]: row["value_text"] for row in long if row["variable"] == "first_feeling"}
        said = {
            (whose[row["person"]], row["variable"]): (row["mode"], row["proxy"])
            for row in long
            if row["variable"] in ("heard_via", "first_feeling", "hopes", "placed")
        }
        relative, themselves = ("proxy", "relative"), ("phone", None)
        for variable, expected in {
            "heard_via": (relative, relative, themselves),
            "first_feeling": (relative, relative, themselves),
            "hopes": (relative, themselves, themselves),
            "placed": (relative, themselves, themselves),
        }.items():
            assert tuple(said[each, variable] for each in by_feeling.values()) == expected, variable
        # Where nobody was asked, nobody answered.
        assert {(row["mode"], row["proxy"]) for row in long if row["missing"] in ("not_asked", "not_reached")} == {
            (None, None)
        }


def test_a_study_that_names_nobody_any_more_says_that_it_is_not_known(allowed: Runtime) -> None:
    person = create_reachable(allowed)
    who = interviewed(allowed, person, Mode.PROXY, "relative")
    answering.give_consent(allowed, who, AGREED)
    walk_to(allowed, who, None, SHORTEST)
    answering.submit(allowed, who)
    study = allowed.studies[factories.STUDY]
    for proxies, expected in (({"carer": "A carer"}, MissingKind.NOT_KNOWN), ({}, "no such column")):
        named = dataclasses.replace(study, proxies=proxies)
        runtime = dataclasses.replace(allowed, studies={**allowed.studies, factories.STUDY: named}, _studies_in={})
        [row] = files(runtime, factories.STUDY, ExportShape.RESPONSES, "backfill_1")
        assert (row["by_proxy"], row.get("proxy", "no such column")) == ("all", expected)


def test_what_was_coded_of_an_answer_came_as_the_answer_did(database_url: str, clock: Clock, tmp_path: Path) -> None:
    questions = {"first/v1": versioned.questionnaire("first", 1, versioned.COFFEE, versioned.WHY)}
    made = versioned.create_runtime(database_url, clock, tmp_path / "q", questions)
    versioned.answer(made, 1, 1, {"coffee": Codes(("much",)), "why": Text("It is warm")})
    with factories.operator(made).writing() as work:
        [person] = participants.participants(work.session, Scope(versioned.NAME, made.origin), clock.now.date())
        case = next(each for each in cases.cases_of(work.session, person.id) if each.touchpoint == 1)
        there = responses.response_of(work.session, case.id)
        assert there is not None
        now: dict[str, Answer] = {"coffee": Codes(("much",)), "why": Text("It is warm, he says")}
        # Corrected and sent again, of which the words came from somebody else.
        reopening.reopen(work.session, there, CorrectionReason.SLIP, None, work.now)
        clock.forward(minutes=1)
        save = NewSave(
            id=uuid.uuid4(), section="start", language="en", mode=Mode.PROXY, by=None, client_at=None,
            recorded_at=clock.now, payload_hash="1" * 64,
        )  # fmt: skip
        saved = responses.record_save(work.session, there, save, {"why": now["why"]})
        responses.replace_answers(work.session, there.id, saved, now, {"why": saved})
        reopening.send_again(work.session, there.id, clock.now)
    reader = Desk(made, factories.create_staff(made, Role.READ_WORDS, study=versioned.NAME))
    warm, themes = add(reader, WHY, "Warm"), Reader(uuid.uuid4(), "themes")
    shown = coding.next_answer(reader, themes, versioned.NAME, WHY)
    assert shown is not None
    coding.code_answer(reader, themes, versioned.NAME, WHY, shown.answer.token, [warm])
    long = files(made, versioned.NAME, ExportShape.LONG, "answers")
    assert {row["variable"]: row["mode"] for row in long} == {"coffee": "self", "why": "proxy", "why_themes": "proxy"}
    made.database.dispose()
