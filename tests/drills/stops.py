"""PostgreSQL is stopped at once and started again while participants answer.

SQLite is no server: it runs inside the workers, and `kills` stops it with them, in the middle of a transaction. What
else can take its file away (locked, full, read-only, damaged, moved) is in `integration/test_database_faults.py`."""

from __future__ import annotations

import random
import time

from tests.drills import Ground, Row, none, rounds
from tests.drills._load import answering, figures

DATABASES = ("postgresql",)
FULL = {"stops": 30, "participants": 20}
SHORT = {"stops": 1, "participants": 3}


def run(ground: Ground, stops: int, participants: int) -> list[Row]:
    assert ground.cluster is not None, "a server of its own"
    random_ = random.Random(10)
    made = 0
    with answering(ground, participants) as load:
        for _ in rounds("stops", stops):
            if load.tally.troubles:
                break
            made += 1
            ground.cluster.stop_at_once()
            time.sleep(random_.uniform(0, 2))
            ground.cluster.start()
            load.wait_for_more(random_.randrange(1, 2 * participants))
    return [
        Row("times stopped", made),
        *figures(load, ground.url),
        none("pages that did not give back what was written", load.tally.not_given_back),
    ]
