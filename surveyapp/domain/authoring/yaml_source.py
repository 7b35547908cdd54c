"""YAML files as plain data that remembers where each value stood, so that a fault can say its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from surveyapp.domain.authoring.fault_codes import FAULT_CODES
from surveyapp.domain.errors import Fault

Place = tuple[str | int, ...]
"""A path into the data: ("sections", 0, "questions", 3, "text")."""


@dataclass
class Source:
    """A file's data and the position of every value in it. `faults` collects what is found wrong."""

    file: str
    data: Any
    positions: dict[Place, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, place: Place, code: str, sentence: str) -> None:
        """Records a fault at a value, or at the nearest one around it that the file has."""
        assert code in FAULT_CODES, code
        while place and place not in self.positions:
            place = place[:-1]
        line, column = self.positions.get(place, (1, 1))
        self.faults.append(Fault(file=self.file, line=line, column=column, code=code, sentence=sentence))


def read_source(path: Path, shown_as: str) -> Source:
    """Reads a YAML 1.2 file. Broken YAML and a key written twice are faults, not exceptions."""
    source = Source(shown_as, None)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        source.fault((), "not_utf8", "The file is not UTF-8 text. Save it as UTF-8.")
        return source
    try:
        node = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source.faults.append(
            Fault(
                file=shown_as,
                line=line,
                column=column,
                code="not_yaml",
                sentence=f"This is not YAML: {error.problem or error.context}. Check indentation and quotes.",
            )
        )
        return source
    source.data = _build(source, node, ()) if node is not None else None
    return source


def _build(source: Source, node: Node, place: Place) -> Any:
    source.positions.setdefault(place, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, MappingNode):
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*place, key)
            source.positions.setdefault(here, (key_node.start_mark.line + 1, key_node.start_mark.column + 1))
            if key in built:
                line, column = source_position(key_node)
                source.faults.append(
                    Fault(
                        file=source.file,
                        line=line,
                        column=column,
                        code="written_twice",
                        sentence=f"“{key}” is written twice here. Keep one.",
                    )
                )
            built[key] = _build(source, value_node, here)
        return built
    if isinstance(node, SequenceNode):
        return [_build(source, item, (*place, index)) for index, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node)


def source_position(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _scalar(node: ScalarNode) -> Any:
    """YAML 1.2's core schema, less what invites surprises: no octal, no underscores in numbers, dates stay text."""
    if node.style is not None:
        # The reader marks where a folded text was folded with a bell character, to be able to write it again so.
        return str(node.value).replace("\a", "") if node.style == ">" else node.value
    written = node.value
    if written in ("", "~", "null"):
        return None
    if written in ("true", "false"):
        return written == "true"
    if re.fullmatch(r"[+-]?\d+", written, re.ASCII):
        return int(written)
    if re.fullmatch(r"[+-]?\d+\.\d+", written, re.ASCII):
        return float(written)
    return written


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """“ Did you mean x?”, or nothing when no known name is near."""
    near = difflib.get_close_matches(name, list(known), 1, 0.7)
    return f" Did you mean “{near[0]}”?" if near else ""
