"""PostgreSQL's primary is killed while participants answer on several servers, and its synchronous standby takes over.

The address of the database names both (`host=…&host=…&target_session_attrs=read-write`): whoever connects finds the one
that takes writes. Whoever watches over them for real (Patroni, a provider, a person) promotes; here the drill does, at
once, so that the pause is that of taking over and of finding it, and not of noticing.
"""

from __future__ import annotations

import dataclasses
import random
import statistics
import time

from tests.databases import Cluster
from tests.drills import Ground, Row, none, rounds
from tests.drills._load import answering, figures

DATABASES = ("postgresql",)
FULL = {"kills": 10, "participants": 20, "servers": 4}
SHORT = {"kills": 1, "participants": 3, "servers": 2}


def run(ground: Ground, kills: int, participants: int, servers: int) -> list[Row]:
    assert ground.cluster is not None, "a server of its own"
    random_ = random.Random(15)
    primary, standby = ground.cluster, Cluster(durable=True)
    database = ground.url.rpartition("/")[2]
    pauses: list[float] = []
    try:
        standby.follow(primary)
        both = dataclasses.replace(ground, url=primary.url_with(standby, database))
        with answering(both, participants, servers) as load:
            for _ in rounds("kills", kills):
                if load.tally.troubles:
                    break
                primary.stop_at_once()
                killed = time.monotonic()
                # What was on its way when it died is acknowledged by nobody.
                standby.promote()
                load.wait_for_more(participants)
                pauses.append(time.monotonic() - killed)
                primary, standby = standby, primary
                standby.follow(primary)
                load.wait_for_more(random_.randrange(1, 2 * participants))
        found = figures(load, both.url)
    finally:
        # What began the drill ends the one it knows.
        other = standby if primary is ground.cluster else primary
        other.stop()
    return [
        Row("primaries killed", len(pauses)),
        *found,
        none("pages that did not give back what was written", load.tally.not_given_back),
        Row(
            f"seconds until {participants} more answers were acknowledged",
            f"median {statistics.median(pauses):.1f}, most {max(pauses):.1f}" if pauses else "never",
            bool(pauses),
        ),
    ]
