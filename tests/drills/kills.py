"""Workers and masters of the server are killed (kill -9) while participants answer."""

from __future__ import annotations

import random

from tests.drills import Ground, Row
from tests.drills._load import answering, figures

FULL = {"kills": 200, "participants": 20}
SHORT = {"kills": 4, "participants": 3}

EVERY = 4
"""Each so many kills it is the master."""


def run(ground: Ground, kills: int, participants: int) -> list[Row]:
    random_ = random.Random(10)
    masters = 0
    with answering(ground, participants) as load:
        for number in range(1, kills + 1):
            if load.tally.troubles:
                break
            if number % EVERY == 0:
                load.server.kill_master()
                masters += 1
            else:
                load.server.kill_worker(random_)
            load.wait_for_more(random_.randrange(1, 2 * participants))
    return [Row("workers killed", kills - masters), Row("masters killed", masters), *figures(load, ground.url)]
