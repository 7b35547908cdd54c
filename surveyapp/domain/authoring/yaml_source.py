"""YAML files as plain data that remembers where each value stood, so that a fault can say its line.

The parser's events are built into data here rather than by its own composer, so that whatever the bytes are, reading
ends soon: nothing recurses, no alias is expanded, and how deep and how much is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from surveyapp.domain import near_names, normalise
from surveyapp.domain.authoring.fault_codes import FAULT_CODES
from surveyapp.domain.authoring.file_text import UnreadableFile, read_text
from surveyapp.domain.errors import Fault

Place = tuple[str | int, ...]
"""A path into the data: ("sections", 0, "questions", 3, "text")."""

MAXIMUM_DEPTH = 40
"""How deep mappings and lists may stand in one another. A condition is as deep at most, so all that walks one may
recurse."""

MAXIMUM_EVENTS = 20_000
"""How many keys, values, beginnings and ends a file may have: some thirty times the largest there is."""

MAXIMUM_DIGITS = 15
MOST_HINTS = 100


@dataclass
class Source:
    """A file's data and the position of every value in it. `faults` collects what is found wrong."""

    file: str
    data: Any
    positions: dict[Place, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, place: Place, code: str, sentence: str) -> None:
        """Records a fault at a value, or at the nearest one around it that the file has."""
        while place and place not in self.positions:
            place = place[:-1]
        self.fault_at(self.positions.get(place, (1, 1)), code, sentence)

    def fault_at(self, position: tuple[int, int], code: str, sentence: str) -> None:
        """Records a fault at a line and column, on one line whatever the file has in it."""
        assert code in FAULT_CODES, code
        line, column = position
        sentence = " ".join(sentence.split())
        self.faults.append(Fault(file=self.file, line=line, column=column, code=code, sentence=sentence))

    def did_you_mean(self, name: str, known: Iterable[str]) -> str:
        """`near_names.did_you_mean`, as long as the file has few faults: comparing thousands of names takes minutes."""
        return near_names.did_you_mean(name, known) if len(self.faults) < MOST_HINTS else ""


def read_source(path: Path, shown_as: str) -> Source:
    """Reads a YAML 1.2 file. Whatever is wrong with its bytes or as YAML is a fault, not an exception."""
    source = Source(shown_as, None)
    try:
        text = read_text(path)
    except UnreadableFile as error:
        source.fault_at((error.line, 1), error.code, error.sentence)
        return source
    if (line := _too_deep_at(text)) is not None:
        source.fault_at((line, 1), "too_deep", _TOO_DEEP)
        return source
    builder = _Builder(source, text)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if not builder.take(event):
                break
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source.fault_at(position, "not_yaml", _not_yaml(error.problem or error.context or ""))
    except (YAMLError, ValueError, ArithmeticError) as error:
        # Characters, escapes and versions that there are not: the parser says no line then.
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        source.fault_at((line, 1), "not_yaml", _not_yaml(str(getattr(error, "reason", error))))
    source.data = builder.data
    return source


_TOO_DEEP = f"Mappings and lists stand more than {MAXIMUM_DEPTH} deep in one another here. Say it with fewer."
_BRACKETS = re.compile(r"[\[{\]}]")
_DASHES = re.compile(rf"^ *(?:[-?:][ \t]+){{{MAXIMUM_DEPTH}}}", re.MULTILINE)


def _too_deep_at(text: str) -> int | None:
    """The line at which brackets or dashes are nested past all sense: the parser would take minutes over them."""
    if dashes := _DASHES.search(text):
        return text.count("\n", 0, dashes.start()) + 1
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth > 2 * MAXIMUM_DEPTH:
            return text.count("\n", 0, found.start()) + 1
    return None


def _not_yaml(problem: str) -> str:
    return (
        f"This is not YAML: {' '.join(problem.split())[:200]}. Check the indentation, and put quotation marks around a "
        "text that has “: ” in it or begins with a sign."
    )


@dataclass(kw_only=True)
class _Open:
    """A mapping or list that is being read. `key`: of a mapping, the one whose value comes next, and its event."""

    built: dict[str, Any] | list[Any]
    place: Place
    flow: bool
    key: str | None = None
    key_event: ScalarEvent | None = None


class _Builder:
    """Puts a file's data together, an event at a time."""

    def __init__(self, source: Source, text: str) -> None:
        self.source, self.text = source, text
        self.data: Any = None
        self.stack: list[_Open] = []
        self.events = self.documents = 0

    def take(self, event: Event) -> bool:
        """Takes the next event; False where there is no going on."""
        self.events += 1
        if self.events > MAXIMUM_EVENTS:
            return self._stop(event, "too_large", "There is more in this file than one can hold. Split it.")
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                return self._stop(event, "not_yaml", "A second document begins here. Take the line `---` out.")
        elif isinstance(event, CollectionEndEvent):
            self.stack.pop()
        elif isinstance(event, NodeEvent):
            return self._node(event)
        return True

    def _stop(self, event: Event, code: str, sentence: str) -> bool:
        self.source.fault_at(_position(event), code, sentence)
        return False

    def _node(self, event: NodeEvent) -> bool:
        self._check_plain(event)
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.built, dict) and top.key is None:
            return self._key(top, event)
        place = self._place(top)
        self.source.positions.setdefault(place, _position(event))
        value: Any = None
        if isinstance(event, ScalarEvent):
            value = self._scalar(top, event)
        elif isinstance(event, CollectionStartEvent):
            if len(self.stack) == MAXIMUM_DEPTH:
                return self._stop(event, "too_deep", _TOO_DEEP)
            value = {} if isinstance(event, MappingStartEvent) else []
        if top is None:
            self.data = value
        elif isinstance(top.built, dict):
            assert top.key is not None
            top.built[top.key] = value
            top.key = None
        else:
            top.built.append(value)
        if isinstance(event, CollectionStartEvent):
            self.stack.append(_Open(built=value, place=place, flow=bool(event.flow_style)))
        return True

    def _place(self, top: _Open | None) -> Place:
        if top is None:
            return ()
        if isinstance(top.built, list):
            return (*top.place, len(top.built))
        assert top.key is not None
        return (*top.place, top.key)

    def _key(self, top: _Open, event: NodeEvent) -> bool:
        if not isinstance(event, ScalarEvent):
            return self._stop(event, "not_yaml", "A list or a mapping cannot be a key. Write a word before the colon.")
        self._check_characters(event)
        key = str(event.value)
        self.source.positions.setdefault((*top.place, key), _position(event))
        if key in top.built:
            self.source.fault_at(
                _position(event), "written_twice", f"“{shortened(key)}” is written twice here. Keep one."
            )
        top.key, top.key_event = key, event
        return True

    def _check_plain(self, event: NodeEvent) -> None:
        """No anchors, aliases or tags: nothing needs them, aliases loop and multiply, and in words they are a slip."""
        if isinstance(event, AliasEvent) or event.anchor is not None or getattr(event, "ctag", None) is not None:
            self.source.fault_at(
                _position(event),
                "not_plain",
                "A word that begins with *, & or ! is no word in YAML. Put quotation marks around the text; aliases, "
                "anchors and tags are not used here.",
            )

    def _check_characters(self, event: ScalarEvent) -> None:
        if (at := normalise.unusable_at(event.value)) is not None:
            character = f"U+{ord(event.value[at]):04X}"
            sentence = f"There is a character ({character}) that no text can have. Take it out."
            self.source.fault_at(_position(event), "bad_character", sentence)

    def _scalar(self, top: _Open | None, event: ScalarEvent) -> Any:
        """YAML 1.2's core schema, less what invites surprises: no octal, no underscores in numbers, dates stay text."""
        self._check_characters(event)
        written = str(event.value)
        if event.style is not None:
            return written
        self._check_cut(top, event)
        if written in ("", "~", "null"):
            return None
        if written in ("true", "false"):
            return written == "true"
        if not re.fullmatch(r"[+-]?\d+(\.\d+)?", written, re.ASCII):
            return written
        if len(written.lstrip("+-").replace(".", "")) > MAXIMUM_DIGITS:
            sentence = f"A number has {MAXIMUM_DIGITS} digits at most. Put quotation marks around it if it is a text."
            self.source.fault_at(_position(event), "bad_value", sentence)
            return None
        return float(written) if "." in written else int(written)

    def _check_cut(self, top: _Open | None, event: ScalarEvent) -> None:
        """An unquoted text that YAML ends before its author meant it to."""
        if top is None:
            return
        if top.flow and isinstance(top.built, dict) and not event.value:
            assert top.key_event is not None
            if event.start_mark.index == top.key_event.end_mark.index:
                self.source.fault_at(
                    _position(top.key_event),
                    "cut_text",
                    f"“{shortened(top.key or '')}” stands alone: inside braces a text ends at a comma. Put quotation "
                    "marks around the whole text.",
                )
            return
        comment = _COMMENT.match(self.text, event.end_mark.index) if event.value else None
        if comment is None:
            return
        same_line = comment["gap"] is not None
        if same_line and comment["gap"] != " #" and comment["begins"] in (" ", "\n", ""):
            return  # two spaces before it and one after: a comment, as style guides for YAML want one written
        if not same_line and not (
            top.key_event and not top.flow and len(comment["indent"]) > top.key_event.start_mark.column
        ):
            return  # a comment on a line of its own, no deeper than the key
        line = event.end_mark.line + (1 if same_line else 2)
        self.source.fault_at(
            (line, 1),
            "cut_text",
            "The text ends where the # is: what follows is a comment. Put quotation marks around the whole text, or "
            "write two spaces before a comment and one after its #.",
        )


_COMMENT = re.compile(r"(?P<gap>[ \t]+#)(?P<begins>\n|.|$)|[ \t]*\n(?P<indent>[ ]*)#")


def shortened(text: str) -> str:
    """What an author wrote, as a sentence can hold it: short, and on one line."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _position(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
