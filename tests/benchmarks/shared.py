"""How benchmarks print, and what they are printed beside."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


def timed(what: str, run: Callable[[], object], times: int) -> None:
    """Prints the median and the slowest of so many runs."""
    taken = [once(run).clock * 1000 for _ in range(times)]
    print(f"{what:60} median {statistics.median(taken):8.1f} ms   slowest {max(taken):8.1f} ms", flush=True)


def row(what: str, target: str, measured: str) -> None:
    """Prints what was measured beside what is aimed at."""
    print(f"{what:60} target {target:>8}   measured {measured}", flush=True)


def in_words(taken: Taken) -> str:
    """The time by the clock and, of a machine that does more than this, the processor's."""
    return f"{_in_words(taken.clock):>10}   of which processor {_in_words(taken.processor):>10}"


def _in_words(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms" if seconds < 1 else f"{seconds:,.1f} s"


@dataclass(frozen=True)
class Taken:
    """How long something took, in seconds."""

    clock: float
    processor: float


def once(run: Callable[[], object]) -> Taken:
    """How long it takes once."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return Taken(time.perf_counter() - clock, time.process_time() - processor)


def headed(title: str) -> None:
    print(f"\n{title}", flush=True)
