"""The layer contracts of pyproject.toml hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from surveyapp.settings import ROOT


def test_every_layer_contract_holds() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


MANY = {"store": 18, "web/shared": 18}
"""Rooms that hold a module for every subject, and how many they may have; any other has twelve at most."""


def test_no_room_is_too_full_to_be_looked_over() -> None:
    package = ROOT / "surveyapp"
    rooms = {path.parent for path in package.rglob("*.py")}
    sizes = {str(room.relative_to(package)): len(list(room.glob("*.py"))) - 1 for room in rooms}
    assert {room: size for room, size in sizes.items() if size > MANY.get(room, 12)} == {}
