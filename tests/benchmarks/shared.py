"""How benchmarks print, and what they are printed beside."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable


def milliseconds(run: Callable[[], object], times: int) -> tuple[float, float]:
    """The median and the slowest of so many runs."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        run()
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken), max(taken)


def timed(what: str, run: Callable[[], object], times: int) -> None:
    """Prints the median and the slowest of so many runs."""
    median, slowest = milliseconds(run, times)
    print(f"{what:60} median {median:8.1f} ms   slowest {slowest:8.1f} ms", flush=True)


def row(what: str, target: str, measured: str) -> None:
    """Prints what was measured beside what is aimed at."""
    print(f"{what:60} target {target:>12}   measured {measured:>12}", flush=True)


def seconds(taken: float) -> str:
    return f"{taken * 1000:,.0f} ms" if taken < 1 else f"{taken:,.1f} s"


def once(run: Callable[[], object]) -> float:
    """How long it takes once, in seconds."""
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def headed(title: str, lines: Iterable[str] = ()) -> None:
    print("\n".join(["", title, *lines]), flush=True)
