"""Benchmarks that print; `make bench`. Nothing here fails for being slow: a busy machine is no fault.

`python -m tests.benchmarks [NAME …] [--most N] [--cohorts FOLDER]`
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks import (
    answering,
    by_request,
    calling,
    carried,
    compared,
    lists,
    phone,
    protection,
    questionnaires,
    results,
    sending,
    served,
    soak,
)

NAMES = (
    "answering",
    "served",
    "carried",
    "requests",
    "calling",
    "sending",
    "questionnaires",
    "protection",
    "lists",
    "results",
)
ALONE = ("phone", "soak", "compare")
"""Only where it is asked for: it takes a browser of its own, an hour, or another version to compare with."""


def main() -> None:
    there_are = ", ".join(NAMES + ALONE)
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measures, and prints.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {there_are}; all but the last three without one")
    parser.add_argument("--most", type=int, default=1_000_000, help="how many participants at most (1,000,000)")
    parser.add_argument("--cohorts", type=Path, help="a folder to keep cohorts in, for another time")
    parser.add_argument("--minutes", type=float, default=30, help="how long a soak takes on each database (30)")
    parser.add_argument("--base", default="HEAD", help="what is compared with: any revision (HEAD)")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are measured (5)")
    asked = parser.parse_args()
    unknown = set(asked.names) - {*NAMES, *ALONE}
    if unknown:
        parser.error(f"There is no benchmark “{min(unknown)}”. There are: {there_are}.")
    names = asked.names or NAMES
    if "answering" in names:
        answering.main()
    if "served" in names:
        served.main()
    if "carried" in names:
        carried.main()
    if "requests" in names:
        by_request.main()
    if "compare" in names:
        compared.main(asked.base, asked.rounds)
    if "calling" in names:
        calling.main()
    if "sending" in names:
        sending.main()
    if "questionnaires" in names:
        questionnaires.main()
    if "protection" in names:
        protection.main()
    if "lists" in names:
        lists.main()
    if "phone" in names:
        phone.main()
    if "soak" in names:
        soak.main(asked.minutes)
    if "results" in names:
        with tempfile.TemporaryDirectory(prefix="shiftline-bench-") as folder:
            results.main(asked.cohorts or Path(folder), asked.most)


if __name__ == "__main__":
    main()
