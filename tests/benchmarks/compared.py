"""A change against its base: each kind of request in the tree as it is and in another version, in turns, so that what
else the machine does disturbs both. `python -m tests.benchmarks compare --base REVISION [--rounds 5]`

Printed: the median of the rounds' ratios, the least and the most. A kind is called dearer or cheaper where every round
says so, by more than a twentieth.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from surveyapp.settings import ROOT
from tests.benchmarks.shared import headed

CLEARLY = 0.05


def main(base: str, rounds: int) -> None:
    headed(f"This tree against {base}, {rounds} rounds: processor of each kind of request")
    with tempfile.TemporaryDirectory(prefix="shiftline-compared-") as folder:
        tree = Path(folder) / "base"
        _git("worktree", "add", "--quiet", "--detach", str(tree), base)
        try:
            pairs = [(_measured(tree), _measured(ROOT)) for _ in range(rounds)]
        finally:
            _git("worktree", "remove", "--force", str(tree))
    for name in pairs[0][1]:
        if name in pairs[0][0]:
            ratios = [now[name] / then[name] for then, now in pairs]
            print(f"{name:50} {in_words(ratios)}   {_median(pairs, name)}", flush=True)


def in_words(ratios: Sequence[float]) -> str:
    """“1.12 × (1.08 to 1.15) dearer”."""
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    said = "dearer" if low > 1 + CLEARLY else "cheaper" if high < 1 - CLEARLY else ""
    return f"{middle:.2f} × ({low:.2f} to {high:.2f}) {said:8}"


def _median(pairs: Sequence[tuple[dict[str, float], dict[str, float]]], name: str) -> str:
    then, now = (statistics.median(pair[place][name] for pair in pairs) for place in (0, 1))
    return f"{then:.2f} → {now:.2f} pieces of work"


def _measured(tree: Path) -> dict[str, float]:
    """Pieces of work by kind of request, of the version in a folder. What measures is this tree's."""
    with tempfile.TemporaryDirectory(prefix="shiftline-compared-") as elsewhere:
        program = Path(elsewhere) / "asked.py"
        program.write_bytes((ROOT / "tests" / "benchmarks" / "by_request.py").read_bytes())
        ran = subprocess.run(
            [sys.executable, "-P", str(program), "--json"],
            cwd=elsewhere,
            env={**os.environ, "PYTHONPATH": str(tree)},
            check=True,
            capture_output=True,
            text=True,
        )
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True, text=True)
