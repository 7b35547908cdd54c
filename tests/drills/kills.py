"""Workers and masters of the server are killed (kill -9) while participants answer."""

from __future__ import annotations

import random

from tests.drills import Ground, Row, rounds
from tests.drills._load import answering, figures

FULL = {"kills": 200, "participants": 20, "every": 4}
SHORT = {"kills": 2, "participants": 3, "every": 2}


def run(ground: Ground, kills: int, participants: int, every: int) -> list[Row]:
    """`every`: each so many kills it is the master."""
    random_ = random.Random(10)
    made = masters = 0
    with answering(ground, participants) as load:
        for number in rounds("kills", kills):
            if load.tally.troubles:
                break
            made += 1
            if number % every == every - 1:
                load.server.kill_master()
                masters += 1
            else:
                load.server.kill_worker(random_)
            load.wait_for_more(random_.randrange(1, 2 * participants))
    return [Row("workers killed", made - masters), Row("masters killed", masters), *figures(load, ground.url)]
