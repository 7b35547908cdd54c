"""What a question costs the processor, beside the first version: both walk the same links back to back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
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
    with tempfile.TemporaryDirectory(prefix="shiftline-bench-") as folder:
        trees = {commit: Path(folder) / commit for commit in (FIRST_VERSION, BEFORE)}
        try:
            for commit, tree in trees.items():
                _git("worktree", "add", "--quiet", "--detach", str(tree), commit)
            first, before = (_walked(tree, people) for tree in trees.values())
            today = _walked(ROOT, people)
        except subprocess.CalledProcessError as error:
            print(f"Left out: {error.stderr.strip().splitlines()[-1]}", flush=True)
            return
        finally:
            for tree in trees.values():
                if tree.exists():
                    _git("worktree", "remove", "--force", str(tree))
    row(f"without script, the first version ({FIRST_VERSION})", "", f"{first['page']:.1f} ms")
    row(f"without script, before ({BEFORE})", "", f"{before['page']:.1f} ms")
    row(
        "without script: POST, redirect, page", "1/4", f"{today['page']:.1f} ms   1/{first['page'] / today['page']:.1f}"
    )
    row("an acknowledged save", "1/8", f"{today['save']:.1f} ms   1/{first['page'] / today['save']:.1f}")


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)


def _walked(tree: Path, people: int) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "tests" / "benchmarks" / "walked.py"), str(people)],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


if __name__ == "__main__":
    main()
