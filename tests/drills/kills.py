"""Workers and masters of the server are killed (kill -9) while participants answer."""

from __future__ import annotations

import random

from tests.drills import Ground, Row, rounds
from tests.drills._load import answering, figures

FULL = {"kills": 200, "participants": 20}
SHORT = {"kills": 4, "participants": 3}

EVERY = 4
"""Each so many kills it is the master."""


def run(ground: Ground, kills: int, participants: int) -> list[Row]:
    random_ = random.Random(10)
    made = masters = 0
    with answering(ground, participants) as load:
        for number in rounds("kills", kills):
            if load.tally.troubles:
                break
            made += 1
            if number % EVERY == EVERY - 1:
                load.server.kill_master()
                masters += 1
            else:
                load.server.kill_worker(random_)
            load.wait_for_more(random_.randrange(1, 2 * participants))
    return [Row("workers killed", made - masters), Row("masters killed", masters), *figures(load, ground.url)]
