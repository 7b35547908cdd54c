"""What a question costs the processor, beside the first version: both walk the same links back to back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from statistics import median
from typing import Any

from surveyapp.settings import ROOT
from tests.benchmarks.shared import headed, row

FIRST_VERSION = "2b45cce"
"""The commit where the first version stood complete."""

TURNS = 5
"""How often both walk, in turns: a rented machine is half as quick from one minute to the next, and what was measured
after one another then says nothing."""


def main(people: int = 3) -> None:
    headed(f"Answering, in process, durable: median milliseconds of processor a question of backfill_1, {TURNS} turns")
    first: list[float] = []
    today: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="shiftline-bench-") as folder:
        tree = Path(folder) / FIRST_VERSION
        try:
            _git("worktree", "add", "--quiet", "--detach", str(tree), FIRST_VERSION)
            libraries = _lacking(tree, Path(folder) / "libraries")
            for _ in range(TURNS):
                first.append(_walked(tree, people, libraries)["page"])
                today.append(_walked(ROOT, people))
        except subprocess.CalledProcessError as error:
            print(f"The first version is left out: {error.stderr.strip().splitlines()[-1]}", flush=True)
            today.append(_walked(ROOT, people))
        finally:
            if tree.exists():
                _git("worktree", "remove", "--force", str(tree))
    if first:
        row(f"without script, the first version ({FIRST_VERSION})", "", f"{median(first):.1f} ms")
    for what, target, name in (
        ("without script: POST, redirect, page", "1/4", "page"),
        ("an acknowledged save", "1/8", "save"),
    ):
        row(what, target, f"{median(each[name] for each in today):.1f} ms{_shares(first, today, name)}")
    held, most = median(each["held"] for each in today), max(each["held_most"] for each in today)
    row("the lock for a write held, but for the disk", "≤ 3 ms", f"{held:.1f} ms   most {most:.1f} ms")
    row("the disk's part of it, on this machine", "", f"{median(each['disk'] for each in today):.1f} ms")
    growth = median(each["growth"] for each in today)
    row("a visit after 500 saves against one after 10", "≤ 1.2", f"{growth:.2f}")


def _shares(first: Sequence[float], today: Sequence[Mapping[str, Any]], name: str) -> str:
    """Of the first version's in the same turn: the median, and the least and the most of the turns."""
    times = sorted(before / now[name] for before, now in zip(first, today, strict=False))
    return f"   1/{median(times):.1f}, in turns 1/{times[0]:.1f} to 1/{times[-1]:.1f}" if times else ""


def _lacking(tree: Path, folder: Path) -> Path:
    """A folder with the libraries that a version asks for and that are not here. Those that are stay as they are."""
    words = (tree / "requirements.txt").read_text(encoding="utf-8").split()
    asked = [each for each in words if "==" in each]
    here = {each.name.lower().replace("_", "-") for each in distributions()}
    lacking = [each for each in asked if each.partition("==")[0].lower() not in here]
    if lacking:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), *lacking]
        subprocess.run(command, check=True, capture_output=True, text=True)
    return folder


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)


def _walked(tree: Path, people: int, libraries: Path | None = None) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "tests" / "benchmarks" / "walked.py"), str(people)],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, filter(None, (tree, libraries))))},
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


if __name__ == "__main__":
    main()
