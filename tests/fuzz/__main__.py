"""`make fuzz`: thousands of hostile requests, on both databases. Prints a tally and every request that was not answered
as it must be; `--seed` makes the same ones again."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import warnings
from pathlib import Path

from surveyapp.store import migrating
from tests.databases import Cluster, find_binary
from tests.fuzz.run import Tally, fuzz


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="on all databases together (20000)")
    parser.add_argument("--seed", type=int, default=None, help="any whole number; another one each time without")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--show", type=int, default=50, help="at most so many failing requests are printed (50)")
    parser.add_argument("--verbose", action="store_true", help="what each visitor was answered")
    wanted = parser.parse_args()
    seed = random.randrange(10**6) if wanted.seed is None else wanted.seed
    kinds = ["sqlite", "postgresql"] if wanted.database == "both" else [wanted.database]
    warnings.simplefilter("error")
    # Of uploads that break off. The file goes when nobody holds it.
    warnings.filterwarnings("ignore", "Unclosed file", ResourceWarning)
    failed = False
    for kind in kinds:
        print(f"{kind}: {wanted.requests // len(kinds)} requests, seed {seed}", flush=True)
        tally = _on(kind, wanted.requests // len(kinds), seed, wanted.show)
        _print(tally, wanted.verbose)
        failed = failed or bool(tally.failures)
    return int(failed)


class Watch:
    """Prints each failing request when it is found, and a line every thousand."""

    def __init__(self, show: int) -> None:
        self.show = show
        self.printed = 0

    def __call__(self, tally: Tally) -> None:
        for failure in tally.failures[self.printed : self.show]:
            print(f"  {failure}", flush=True)
        self.printed = len(tally.failures)
        if tally.requests % 1000 == 0:
            print(f"  {tally.requests} sent, {len(tally.failures)} not answered as they must be", flush=True)


def _on(kind: str, count: int, seed: int, show: int) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            url = f"sqlite:///{Path(folder) / 'fuzz.db'}"
            migrating.upgrade(url)
            return fuzz(url, count, seed, Watch(show))
        if find_binary("initdb") is None:
            sys.exit("PostgreSQL is not installed: use --database sqlite, or install it.")
        cluster = Cluster()
        try:
            url = cluster.url(cluster.create())
            migrating.upgrade(url)
            return fuzz(url, count, seed, Watch(show))
        finally:
            cluster.stop()


def _print(tally: Tally, verbose: bool) -> None:
    if tally.failures:
        print("  faults, most often first:")
        for fault, count in tally.kinds.most_common(40):
            print(f"    {count:6}  {fault}")
    print("  answers:", ", ".join(f"{status}: {count}" for status, count in sorted(tally.statuses.items())))
    if verbose:
        for answer, count in sorted(tally.answers.items()):
            print(f"    {count:6}  {answer}")
    print("  requests:", ", ".join(f"{way.replace('_', ' ')}: {count}" for way, count in tally.ways.items()))
    print(f"  {len(tally.failures)} of {tally.requests} were not answered as they must be", flush=True)


if __name__ == "__main__":
    sys.exit(main())
