"""What a question costs the processor, beside the first version: both walk the same links back to back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from surveyapp.settings import ROOT
from tests.benchmarks.shared import headed, row

FIRST_VERSION = "2b45cce"
"""The commit where the first version stood complete."""

BEFORE = "5eeadf5"
"""The last one that loaded a visit through the ORM."""


def main(people: int = 3) -> None:
    headed("Answering, in process, durable: median milliseconds of processor a question of backfill_1")
    earlier: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="shiftline-bench-") as folder:
        for commit in (FIRST_VERSION, BEFORE):
            tree = Path(folder) / commit
            try:
                _git("worktree", "add", "--quiet", "--detach", str(tree), commit)
                earlier[commit] = _walked(tree, people, _lacking(tree, Path(folder) / f"{commit}-libraries"))["page"]
            except subprocess.CalledProcessError as error:
                print(f"{commit} is left out: {error.stderr.strip().splitlines()[-1]}", flush=True)
            finally:
                if tree.exists():
                    _git("worktree", "remove", "--force", str(tree))
    today = _walked(ROOT, people)
    for commit, words in ((FIRST_VERSION, "the first version"), (BEFORE, "before")):
        if commit in earlier:
            row(f"without script, {words} ({commit})", "", f"{earlier[commit]:.1f} ms")
    first = earlier.get(FIRST_VERSION)
    for what, target, name in (
        ("without script: POST, redirect, page", "1/4", "page"),
        ("an acknowledged save", "1/8", "save"),
    ):
        row(what, target, f"{today[name]:.1f} ms" + (f"   1/{first / today[name]:.1f}" if first else ""))
    row(
        "the lock for a write held, but for the disk",
        "≤ 3 ms",
        f"{today['held']:.1f} ms   most {today['held_most']:.1f} ms",
    )
    row("the disk's part of it, on this machine", "", f"{today['disk']:.1f} ms")
    row("a visit after 500 saves against one after 10", "≤ 1.2", f"{today['growth']:.2f}")


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
