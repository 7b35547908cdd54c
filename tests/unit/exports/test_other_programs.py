"""What other programs make of the files: PSPP of .sav, a JSON-LD processor of how versions compare, and whoever reads
Triple-S by its rules."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pyld import jsonld

from surveyapp.domain.exports.dataset import AnswerExport, ColumnType, Dataset, ExportShape, MissingKind
from surveyapp.reports.exports import comparability_ld, folder
from surveyapp.reports.exports.numbered import absent_number, floor_of
from surveyapp.services.exports.comparability import compared
from tests import versioned
from tests.conftest import unavailable
from tests.unit.exports import every_answer


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> AnswerExport:
    made = every_answer.study(tmp_path_factory.mktemp("study"))
    return every_answer.export_of(
        made, ExportShape.RESPONSES, every_answer.every_answer(made.questionnaires["guest_1", 1])
    )


# PSPP


@pytest.fixture(scope="module")
def in_pspp(export: AnswerExport, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dictionary of the answers' file as PSPP tells it, by variable; and its value labels, by variable label."""
    if shutil.which("pspp") is None:
        unavailable("PSPP")
    at = tmp_path_factory.mktemp("sav")
    folder.write(export, "sav", at)
    (at / "show.sps").write_text(f"GET FILE='{at / file_of(export)}'.\nDISPLAY DICTIONARY.\n", encoding="utf-8")
    told = at / "told.csv"
    subprocess.run(["pspp", "-O", "format=csv", "-o", str(told), str(at / "show.sps")], check=True, timeout=120)
    with told.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    start = lines.index(["Table: Variables"])
    end = lines.index(["Table: Value Labels"])
    head = lines[start + 1]
    variables = {line[0]: dict(zip(head, line, strict=True)) for line in lines[start + 2 : end] if line}
    labels: dict[str, dict[str, str]] = {}
    about = ""
    for line in lines[end + 2 :]:
        if len(line) == 3:
            about = line[0] or about
            labels.setdefault(about, {})[line[2]] = line[1]
    return variables, labels


def file_of(export: AnswerExport) -> str:
    return export.file_name(export.datasets[0], "sav")


def test_pspp_reads_names_labels_levels_and_kinds_of_absence(export: AnswerExport, in_pspp: Any) -> None:
    variables, labels = in_pspp
    for column in export.datasets[0].columns:
        told = variables[column.name]
        assert told["Label"] == column.label
        assert told["Measurement Level"].lower() == column.level
        numbers = column.type in (ColumnType.CODE, ColumnType.FLAG, ColumnType.NUMBER)
        if column.missing and numbers:
            floor = floor_of(column)
            assert told["Missing Values"] == f"{floor - 10} THRU {floor - 1}"
            for kind in column.missing:
                if floor == -90:
                    number, mark = labels[column.label][export.missing_labels[kind]].split("[")
                    assert (float(number), mark) == (absent_number(column, kind), "a]")
        elif column.missing:
            beside = variables[f"{column.name}_missing"]
            assert (beside["Label"], beside["Missing Values"]) == (column.label, "")
        for value in column.values:
            assert float(labels[column.label][value.label]) == value.number


def test_pspp_reads_every_value(export: AnswerExport, in_pspp: Any, tmp_path: Path) -> None:
    del in_pspp  # Skips where there is none.
    folder.write(export, "sav", tmp_path / "out")
    target = tmp_path / "read.csv"
    source = tmp_path / "out" / file_of(export)
    subprocess.run(["pspp-convert", "--labels", str(source), str(target)], check=True, timeout=120)
    with target.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    dataset = export.datasets[0]
    rows = list(dataset.rows())
    assert len(read) == len(rows)
    for place, column in enumerate(dataset.columns):
        if column.type not in (ColumnType.CODE, ColumnType.FLAG):
            continue
        words = {value.value: value.label for value in column.values}
        for told, row in zip(read, rows, strict=True):
            value = row[place]
            if value is None:
                assert told[column.name].strip() == "", (column.name, told[column.name])
                continue
            expected = (
                export.missing_labels[value]
                if isinstance(value, MissingKind)
                else words[str(int(value)) if isinstance(value, bool) else str(value)]
            )
            assert told[column.name] == expected, (column.name, value)


# Triple-S


@pytest.fixture(scope="module")
def in_triples(
    export: AnswerExport, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Dataset, Any, list[list[str]]]]:
    at = tmp_path_factory.mktemp("triples")
    folder.write(export, "triples", at)
    found = []
    for dataset in export.datasets:
        root = etree.parse(at / export.file_name(dataset, "sss")).getroot()
        with (at / export.file_name(dataset, "csv")).open(encoding="utf-8", newline="") as file:
            found.append((dataset, root, list(csv.reader(file))))
    return found


def test_triples_has_the_parts_of_the_standard_in_its_order(in_triples: Any) -> None:
    for _, root, _lines in in_triples:
        assert [each.tag for each in root] == ["date", "time", "origin", "survey"]
        assert [each.tag for each in root.find("survey")] == ["name", "title", "record"]
        assert len(root.find("survey/record").get("ident")) == 1
        idents = [each.get("ident") for each in root.iter("variable")]
        assert [each.isdecimal() for each in idents] == [True] * len(idents)
        assert len(set(idents)) == len(idents)
        names = [each.findtext("name") for each in root.iter("variable")]
        assert len({name.lower() for name in names}) == len(names)
        for variable in root.iter("variable"):
            tags = [each.tag for each in variable]
            middle = {"character": ["size"], "single": ["values"], "quantity": ["values"]}
            assert tags == ["name", "label", "position", *middle.get(variable.get("type"), [])]
            codes = [each.get("code") for each in variable.iter("value")]
            assert len(set(codes)) == len(codes)
            assert all(code.isdecimal() for code in codes)


def test_every_cell_of_triples_is_one_that_its_variable_may_have(in_triples: Any) -> None:
    for _, root, (header, *lines) in in_triples:
        for variable in root.iter("variable"):
            place = int(variable.find("position").get("start")) - 1
            assert header[place] == variable.findtext("name")
            for cell in (line[place] for line in lines if line[place]):
                match variable.get("type"):
                    case "single":
                        assert cell in {each.get("code") for each in variable.iter("value")}
                    case "quantity":
                        reach = variable.find("values/range")
                        assert float(reach.get("from")) <= float(cell) <= float(reach.get("to"))
                    case "character":
                        assert len(cell) <= int(variable.findtext("size"))
                    case "date":
                        assert dt.date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
                    case "time":
                        assert dt.time(int(cell[:2]), int(cell[2:4]), int(cell[4:]))


# How versions compare, as linked data

SKOS = "http://www.w3.org/2004/02/skos/core#"
OURS = "urn:shiftline:comparability#"

STUDY = versioned.STUDY + (
    "comparisons:\n"
    "  - {variable: coffee, between: [first, second], comparable: yes, because: Only the tense is another.}\n"
    "  - {variable: worth, between: [first/v1, first/v2], comparable: no, because: The scale is shorter.}\n"
)
FILES = {
    "first/v1": versioned.questionnaire("first", 1, versioned.COFFEE, versioned.WORTH, versioned.WHY),
    "first/v2": versioned.questionnaire(
        "first", 2, versioned.COFFEE, versioned.WORTH.replace("ten", "five"), versioned.WHY
    ),
    "second/v1": versioned.questionnaire("second", 1, versioned.COFFEE.replace("do you like", "did you like")),
}


@pytest.fixture
def expanded(export: AnswerExport, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The nodes of the graph by what they are called, as a processor expands them: without a context to look up."""
    study = versioned.load(tmp_path, FILES, STUDY)
    versions: dict[str, dict[int, Any]] = {}
    for (name, version), each in study.questionnaires.items():
        versions.setdefault(name, {})[version] = each
    told = dataclasses.replace(export, study=study.id, title=study.title, compared=compared(study, versions))

    def nothing(url: str, _options: Any) -> Any:
        raise AssertionError(f"asked for {url}")

    [root] = jsonld.expand(json.loads(comparability_ld.document(told)), {"documentLoader": nothing})
    return {node["@id"]: node for node in root["@graph"]}


def named(questionnaire: str, version: int, variable: str) -> str:
    return f"urn:shiftline:cafe:guest:{questionnaire}:v{version}:{variable}"


def values(node: dict[str, Any], term: str) -> list[Any]:
    return [each.get("@value", each.get("@id")) for each in node.get(term, [])]


def test_a_question_of_the_second_wave_leads_to_that_of_the_first(expanded: dict[str, dict[str, Any]]) -> None:
    node = expanded[named("second", 1, "coffee")]
    assert node["@type"] == ["http://rdf-vocabulary.ddialliance.org/discovery#Variable"]
    assert values(node, f"{SKOS}closeMatch") == [named("first", 2, "coffee")]
    assert "reworded" in values(node, f"{OURS}status")
    assert values(node, f"{OURS}comparable") == [True]
    assert values(node, f"{SKOS}changeNote") == ["Only the tense is another."]
    assert values(node, f"{OURS}touchpoint") == [2]


def test_what_stayed_matches_exactly_and_what_does_not_compare_says_why(expanded: dict[str, dict[str, Any]]) -> None:
    same = expanded[named("first", 2, "coffee")]
    assert values(same, f"{SKOS}exactMatch") == [named("first", 1, "coffee")]
    assert values(same, f"{OURS}status") == ["same"]
    other = expanded[named("first", 2, "worth")]
    assert values(other, f"{SKOS}relatedMatch") == [named("first", 1, "worth")]
    assert values(other, f"{OURS}comparable") == [False]
    assert values(other, f"{SKOS}changeNote") == ["The scale is shorter."]
    first = expanded[named("first", 1, "worth")]
    assert values(first, f"{OURS}status") == ["new"]
    assert not [term for term in first if term.endswith("Match")]


def test_every_wording_that_is_named_is_there(expanded: dict[str, dict[str, Any]]) -> None:
    for node in expanded.values():
        for term in ("exactMatch", "closeMatch", "relatedMatch"):
            assert set(values(node, f"{SKOS}{term}")) <= set(expanded)
