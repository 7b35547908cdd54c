"""The layer contracts of pyproject.toml hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from surveyapp.settings import ROOT


def test_every_layer_contract_holds() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_the_architecture_names_every_room_and_none_that_is_not_there() -> None:
    tree = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[3]
    assert tree.lstrip().startswith("domain/")
    named: dict[str, set[str]] = {}
    for line in tree.strip().splitlines():
        if found := re.match(r"(\w+)/ ", line):
            layer = found[1]
        named.setdefault(layer, set()).update(set(re.findall(r"\b(\w+)/", line)) - {layer})
    packages = {path.parent.name for path in (ROOT / "surveyapp").glob("*/__init__.py")}
    assert named.keys() == packages
    for layer, rooms in named.items():
        there = {path.parent.name for path in (ROOT / "surveyapp" / layer).glob("*/__init__.py")}
        assert rooms == there, layer


MANY = {"store": 18, "web/shared": 18}
"""Rooms that hold a module for every subject, and how many they may have; any other has twelve at most."""


def test_no_room_is_too_full_to_be_looked_over() -> None:
    package = ROOT / "surveyapp"
    rooms = {path.parent for path in package.rglob("*.py")}
    sizes = {str(room.relative_to(package)): len(list(room.glob("*.py"))) - 1 for room in rooms}
    assert {room: size for room, size in sizes.items() if size > MANY.get(room, 12)} == {}
