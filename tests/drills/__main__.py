"""`make drill`: the figures that the promises of docs/security.md rest on. Exits with 1 where one does not hold."""

from __future__ import annotations

import argparse
import sys
import time
import warnings

from tests.databases import find_binary
from tests.drills import KINDS, drill, enough, ground, listen, names


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; all of them without one")
    parser.add_argument("--short", action="store_true", help="the small numbers that the tests use")
    parser.add_argument("--database", choices=KINDS, help="on this kind of database alone")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(names())
    if unknown:
        parser.error(f"There is no drill “{min(unknown)}”. There are: {', '.join(names())}.")
    warnings.simplefilter("error")
    # The folders of factories go with the process.
    warnings.filterwarnings("ignore", "Implicitly cleaning up", ResourceWarning)
    listen()
    holds = True
    for name in asked.names or names():
        module = drill(name)
        numbers = module.SHORT if asked.short else module.FULL
        for kind in getattr(module, "DATABASES", KINDS):
            if asked.database not in (None, kind) or enough.is_set():
                continue
            if kind == "postgresql" and find_binary("initdb") is None:
                sys.exit("PostgreSQL is not installed: use --database sqlite, or install it.")
            print(f"{name} on {kind} ({', '.join(f'{key} {value}' for key, value in numbers.items())})", flush=True)
            begun = time.monotonic()
            with ground(kind) as place:
                rows = module.run(place, **numbers)
            for row in rows:
                print(f"  {row}", flush=True)
            early = ", ended early as asked" if enough.is_set() else ""
            print(f"  ({time.monotonic() - begun:.0f} s{early})", flush=True)
            holds = holds and all(row.holds for row in rows)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
