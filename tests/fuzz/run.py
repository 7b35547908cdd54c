"""Throws so many requests at an installation, and tells what came of each that it should not have."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz import checks, shots
from tests.fuzz.browser import Browser, Sent
from tests.fuzz.world import Visitor, World


@dataclass(frozen=True)
class Failure:
    """A request that was not answered as it must be. The same seed makes the same request of number `number`."""

    number: int
    visitor: str
    way: str
    sent: Sent
    faults: tuple[str, ...]

    def __str__(self) -> str:
        what = "\n    ! ".join(self.faults)
        return f"#{self.number} ({self.way}, by {self.visitor})\n    {self.sent}\n    ! {what}"


@dataclass
class Tally:
    """What came of all requests."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def kinds(self) -> Counter[str]:
        """How often each fault was found."""
        return Counter(fault for failure in self.failures for fault in failure.faults)


def fuzz(database_url: str, count: int, seed: int, watch: Callable[[Tally], None] = lambda _tally: None) -> Tally:
    """`count` requests at a new installation in an empty database, as `seed` makes them. `watch` is called after
    each."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, checks.listening() as heard:
        world = World(database_url, Path(folder), random.Random(seed))
        drafts = Visitor("author", Browser(world.drafts, scheme="http", host="127.0.0.1:8000"), lambda: None, "/")
        visitors = [*world.visitors, drafts]
        heard.lines.clear()
        for number in range(count):
            random_ = world.random = random.Random(f"{seed}:{number}")
            visitor = random_.choice(visitors)
            visitor.begin()
            heard.lines.clear()
            tally.failures += one(world, visitor, random_, number, heard, tally)
            tally.requests += 1
            watch(tally)
        world.runtime.database.dispose()
    return tally


def one(
    world: World, visitor: Visitor, random_: random.Random, number: int, heard: checks.Heard, tally: Tally
) -> Iterator[Failure]:
    way = random_.choices([way for way, _ in shots.WAYS], [weight for _, weight in shots.WAYS])[0]
    sent = way(world, visitor, random_)
    # What comes before, to see a page and its forms, must be in order too.
    found = [f"on the way: {fault}" for fault in heard.faults(world.secrets)]
    own = visitor.browser.application
    if random_.random() < 0.1 and own is not world.drafts:
        visitor.browser.application = world.proxied
    begin = time.perf_counter()
    try:
        received = visitor.browser.send(sent)
    except Exception as problem:
        found.append(f"nothing answered: {type(problem).__name__}: {problem}")
    else:
        tally.statuses[received.status] += 1
        turned_away = " to sign in" if (received.location or "").startswith("/staff/login") else ""
        tally.answers[f"{visitor.name}: {received.status}{turned_away}"] += 1
        found += checks.faults(received, sent.method, visitor.browser)
    finally:
        visitor.browser.application = own
    tally.slowest = max(tally.slowest, time.perf_counter() - begin)
    tally.ways[way.__name__] += 1
    found += heard.faults(world.secrets)
    if found:
        yield Failure(number, visitor.name, way.__name__, sent, tuple(found))
