"""Single answers leave for whoever may take them, with a purpose: whose, under which name, and what is left out."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from surveyapp.cli import main
from surveyapp.domain.answers import Answer, Codes, Missing, Mode, Reason, Text
from surveyapp.domain.audit import AuditAction, AuditEntry
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted, ShiftlineError, StateRefused
from surveyapp.domain.exports.dataset import AnswerExport, ExportShape, ExportValue, MissingKind
from surveyapp.domain.exports.jobs import ExportRequest
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.staff import Action, Grant, Role, Scope
from surveyapp.services.exports.answers import export_answers
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.security import audit
from tests import factories, versioned
from tests.conftest import Clock

PURPOSE = "To look at each answer"
ANSWERS = ExportRequest(shape=ExportShape.RESPONSES, form="csv", purpose=PURPOSE)
FILES = {
    "first/v1": versioned.questionnaire("first", 1, versioned.COFFEE, versioned.DRINKS, versioned.WHY),
    "first/v2": versioned.questionnaire("first", 2, versioned.COFFEE),
    "second/v1": versioned.questionnaire("second", 1, versioned.COFFEE.replace("do you like", "did you like")),
}
COMPARED = versioned.STUDY + (
    "releases: {every: month, minimum_new: 1}\n"
    "comparisons:\n"
    "  - {variable: coffee, between: [first, second], comparable: yes, because: Only the tense is another.}\n"
)
WORDS = "=because I said so \u200f اردو"
FIRST: list[dict[str, Answer]] = [
    {"coffee": Codes(("much",)), "drinks": Codes(("tea", "water")), "why": Text(WORDS)},
    {"coffee": Codes(("not",)), "drinks": Missing(Reason.SKIPPED), "why": Missing(Reason.NOT_ASKED)},
    {"coffee": Codes(("little",))},
]


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = versioned.create_runtime(database_url, clock, tmp_path / "q", FILES, COMPARED)
    versioned.answer(made, 1, 1, *FIRST)
    versioned.answer(made, 1, 2, {"coffee": Codes(("somewhat",))}, start=4)
    versioned.answer(made, 2, 1, *versioned.coffee("somewhat", "much"))
    yield made
    made.database.dispose()


def taken(runtime: Runtime, request: ExportRequest = ANSWERS) -> AnswerExport:
    return export_answers(factories.operator(runtime), versioned.NAME, request, str)


def rows(export: AnswerExport, name: str) -> list[dict[str, ExportValue]]:
    [dataset] = [each for each in export.datasets if each.name == name]
    names = [column.name for column in dataset.columns]
    return [dict(zip(names, row, strict=True)) for row in dataset.rows()]


def asked(**wishes: Any) -> ExportRequest:
    return ExportRequest(**{"shape": ExportShape.RESPONSES, "form": "csv", "purpose": PURPOSE, **wishes})


def entries(runtime: Runtime) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return [each for each in audit.entries(session) if each.action is AuditAction.ANSWERS_EXPORTED]


def desk_of(runtime: Runtime, *roles: Role, more: list[Grant] | None = None) -> Desk:
    return Desk(runtime, factories.create_staff(runtime, *roles, study=versioned.NAME, more=more or []))


def test_a_row_a_response_has_each_answer_and_why_there_is_none(cafe: Runtime) -> None:
    found = {row["coffee"]: row for row in rows(taken(cafe), "first")}
    much, nobody, little, later = (found[each] for each in ("much", "not", "little", "somewhat"))
    assert (much["drinks_tea"], much["drinks_juice"], much["drinks_water"], much["why"]) == (True, False, True, WORDS)
    assert (nobody["drinks_tea"], nobody["why"]) == (MissingKind.SKIPPED, MissingKind.NOT_ASKED)
    assert (little["drinks_tea"], little["why"]) == (MissingKind.NOT_REACHED, MissingKind.NOT_REACHED)
    assert (later["drinks_tea"], later["why"]) == (MissingKind.NOT_IN_VERSION, MissingKind.NOT_IN_VERSION)
    assert {row["site_size"] for row in found.values()} == {MissingKind.NOT_KNOWN}


def test_a_row_a_person_puts_touchpoints_beside_one_another(cafe: Runtime) -> None:
    found = rows(taken(cafe, asked(shape=ExportShape.WIDE)), "guest")
    assert sorted((str(row["t1_coffee"]), str(row["t2_coffee"])) for row in found) == sorted(
        [("much", "somewhat"), ("not", "much"), ("little", "no_response"), ("somewhat", "no_response")]
    )
    assert len({row["person"] for row in found}) == 4


def test_a_row_an_answer_says_the_same(cafe: Runtime) -> None:
    wide = rows(taken(cafe), "first")
    long = rows(taken(cafe, asked(shape=ExportShape.LONG)), "answers")
    coffee = [row for row in long if row["variable"] == "coffee" and row["questionnaire"] == "first"]
    assert sorted(str(row["value_text"]) for row in coffee) == sorted(str(row["coffee"]) for row in wide)
    assert {row["label"] for row in coffee} == {"Very much", "Somewhat", "A little", "Not at all"}
    tea = [(row["value_number"], row["missing"]) for row in long if row["option"] == "tea"]
    assert len(tea) == 4
    assert set(tea) == {(1, None), (None, "skipped"), (None, "not_reached"), (None, "not_in_version")}


def test_whoever_withdrew_is_in_no_file(cafe: Runtime) -> None:
    with cafe.database.writing() as session:
        scope = Scope(versioned.NAME, cafe.origin)
        person = participants.participant_by_reference(session, scope, "GU-0001", cafe.clock().date())
        assert person is not None
        participants.withdraw(session, person.id, cafe.clock())
    for shape in ExportShape:
        export = taken(cafe, asked(shape=shape))
        assert export.people == 3
        for dataset in export.datasets:
            assert WORDS not in {value for row in dataset.rows() for value in row}
    assert any("they withdrew: 1." in note for note in export.notes)


def test_nobody_is_called_by_their_reference_or_twice_the_same(cafe: Runtime) -> None:
    first, second = taken(cafe), taken(cafe)
    names = [{row["person"] for row in rows(each, "first")} for each in (first, second)]
    assert not names[0] & names[1]
    assert not any(str(name).startswith("GU") for each in names for name in each)
    # Within what leaves at once they are the same, so that its files can be put together.
    assert {row["person"] for row in rows(first, "paradata")} == names[0]


CONSENTING = COMPARED.replace(
    "touchpoints:\n",
    "  - {id: share, version: 2, required: false, governs: share_file, text: My answers may leave in files.}\n"
    "  - {id: link, version: 1, required: false, governs: link_records, text: They may be put beside other records.}\n"
    "touchpoints:\n",
    1,
)


def test_who_is_in_a_file_and_who_by_reference_follows_their_consent(
    database_url: str, clock: Clock, tmp_path: Path
) -> None:
    made = versioned.create_runtime(database_url, clock, tmp_path / "q", FILES, CONSENTING)
    versioned.answer(made, 1, 1, *versioned.coffee("much", "somewhat", "little", "not", "not"))
    said = {  # by reference: share in which wording, share, link
        "GU-0001": (2, True, True),
        "GU-0002": (2, True, False),
        "GU-0003": (1, True, True),  # to an earlier wording
        "GU-0004": (2, False, True),
    }
    with made.database.writing() as session:
        scope = Scope(versioned.NAME, made.origin)
        for reference, (version, share, link) in said.items():
            person = participants.participant_by_reference(session, scope, reference, made.clock().date())
            assert person is not None
            for purpose, number, given in (("share", version, share), ("link", 1, link)):
                consent = ConsentGiven(purpose, number, given, made.clock())
                said_of_consent.add(session, person.id, consent, Mode.SELF, None)
    shared = taken(made)
    assert sorted(str(row["coffee"]) for row in rows(shared, "first")) == ["much", "somewhat"]
    assert any("leave in a file: 3." in note for note in shared.notes)
    linked = taken(made, asked(references=True))
    assert [row["person"] for row in rows(linked, "first")] == ["GU-0001"]
    assert any("other records: 1." in note for note in linked.notes)
    made.database.dispose()


def test_references_are_for_studies_that_ask_whether_people_may_be_linked(cafe: Runtime) -> None:
    with pytest.raises(InputRefused, match="asks nobody") as refused:
        taken(cafe, asked(references=True))
    assert refused.value.field == "references"
    assert entries(cafe) == []


@pytest.mark.parametrize(
    ("purpose", "why"),
    [
        ("", "taken out for"),
        (" \n", "taken out for"),
        ("x" * 301, "300 characters"),
        ("ask me@example.org", "leave out"),
    ],
)
def test_without_a_purpose_that_may_stand_nothing_leaves(cafe: Runtime, purpose: str, why: str) -> None:
    with pytest.raises(InputRefused, match=why) as refused:
        taken(cafe, asked(purpose=purpose))
    assert refused.value.field == "purpose"
    assert entries(cafe) == []


def test_no_role_lets_anybody_take_answers_out(cafe: Runtime) -> None:
    for role in set(Role) - {Role.EXPORT_ANSWERS}:
        with pytest.raises(NotPermitted, match="take single answers out"):
            export_answers(desk_of(cafe, role), versioned.NAME, ANSWERS, str)
    assert entries(cafe) == []


def test_whoever_was_granted_it_takes_them_and_the_trail_says_what_for(cafe: Runtime) -> None:
    desk = desk_of(cafe, Role.EXPORT_ANSWERS)
    assert desk.may(Action.EXPORT_ANSWERS, versioned.NAME)
    made = export_answers(desk, versioned.NAME, ANSWERS, str)
    [entry] = entries(cafe)
    assert entry.study == versioned.NAME
    assert entry.detail == {
        "shape": "responses", "form": "csv", "edition": "live", "purpose": PURPOSE, "people": 4, "responses": 6,
        "references": False,
    }  # fmt: skip
    assert (made.people, made.responses) == (4, 6)


def test_a_site_is_all_that_whoever_has_it_for_a_site_takes(cafe: Runtime) -> None:
    with cafe.database.writing() as session:
        site = participants.add_site(session, versioned.NAME, "NO", "North", {"size": "small"}, dt.date(2025, 1, 1))
        scope = Scope(versioned.NAME, cafe.origin)
        person = participants.participant_by_reference(session, scope, "GU-0002", cafe.clock().date())
        assert person is not None
        placed = participants.Placed(
            group="guest", site_id=site.id, enrolled_on=person.enrolled_on, attributes=person.attributes
        )
        participants.replace_placed(session, person.id, placed)
    desk = desk_of(cafe, more=[Grant(Role.EXPORT_ANSWERS, versioned.NAME, site.id)])
    made = export_answers(desk, versioned.NAME, ANSWERS, str)
    assert [(row["coffee"], row["site_size"]) for row in rows(made, "first")] == [("not", "small")]


def test_a_release_is_what_had_been_sent_by_its_cut(cafe: Runtime, clock: Clock) -> None:
    releases.make(factories.operator(cafe), versioned.NAME)
    clock.forward(hours=1)
    versioned.answer(cafe, 1, 1, {"coffee": Codes(("much",))}, start=5)
    assert (taken(cafe).responses, taken(cafe, asked(release=1)).responses) == (7, 6)
    assert taken(cafe, asked(release=1)).stem.startswith("cafe_release_1_")
    with pytest.raises(NotFound, match="no release 2"):
        taken(cafe, asked(release=2))


def test_where_nobody_answered_there_is_nothing_to_take(database_url: str, clock: Clock, tmp_path: Path) -> None:
    empty = versioned.create_runtime(database_url, clock, tmp_path / "q", {})
    with pytest.raises(StateRefused, match="Nobody has sent answers"):
        taken(empty)
    empty.database.dispose()


def test_how_a_variable_compares_is_told_with_the_reason(cafe: Runtime) -> None:
    found = {(each.questionnaire, each.version): each for each in taken(cafe).compared if each.variable == "coffee"}
    later = found["second", 1]
    assert (later.before, later.status[0], later.comparable) == (("first", 2), "reworded", True)
    assert later.because == ("Only the tense is another.",)


def run(runtime: Runtime, tmp_path: Path, *arguments: str) -> tuple[int, str, str]:
    environment = {
        **factories.environment(runtime.settings.database_url),
        "SURVEYAPP_QUESTIONNAIRES": str(tmp_path / "q"),
    }
    result = CliRunner().invoke(main, ["export", versioned.NAME, *arguments], env=environment)
    return result.exit_code, result.stdout, result.stderr


def test_the_command_writes_files_and_says_how_far_it_is(cafe: Runtime, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said, told = run(cafe, tmp_path, "--out", str(out), "--purpose", PURPOSE)
    assert code == 0, told
    assert "first: 4 of 4" in told
    assert "4 people, 6 responses." in said
    [path] = out.glob("cafe_live_*_first.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert f"'{WORDS}" in {row["why"] for row in csv.DictReader(file)}
    again, _, why = run(cafe, tmp_path, "--out", str(out), "--purpose", PURPOSE)
    assert again == 1
    assert "holds such an export already" in why


def test_what_cannot_be_written_says_why(cafe: Runtime, tmp_path: Path) -> None:
    (tmp_path / "a_file").write_text("in the way")
    code, _, why = run(cafe, tmp_path, "--out", str(tmp_path / "a_file" / "out"), "--purpose", PURPOSE)
    assert code == 1
    assert "could not be written" in why
    assert issubclass(StateRefused, ShiftlineError)
