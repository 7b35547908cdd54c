"""PostgreSQL's primary is killed while participants answer on several servers, and its synchronous standby takes over.

The address of the database names both (`host=…&host=…&target_session_attrs=read-write`): whoever connects finds the one
that takes writes. Whoever watches over them for real (Patroni, a provider, a person) promotes; here the drill does, at
once, so that the pause is that of taking over and of finding it, and not of noticing.

Before that a page of results is read from the standby, with its age, while it keeps up and while it is held back.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import re
import statistics
import time
from unittest import mock

from surveyapp import create_app
from surveyapp.domain.staff import Role
from surveyapp.services.results import standby as reading
from surveyapp.services.runtime import system_clock
from tests import factories
from tests.databases import Cluster
from tests.drills import Ground, Row, none, rounds
from tests.drills._load import answering, figures
from tests.page import Client

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
        read = _read(primary, standby, database)
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
        *read,
        Row("primaries killed", len(pauses)),
        *found,
        none("pages that did not give back what was written", load.tally.not_given_back),
        Row(
            f"seconds until {participants} more answers were acknowledged",
            f"median {statistics.median(pauses):.1f}, most {max(pauses):.1f}" if pauses else "never",
            bool(pauses),
        ),
    ]


def _read(primary: Cluster, standby: Cluster, database: str) -> list[Row]:
    """What a page of results says of where it was read: as the standby keeps up, held back for three seconds, and held
    back for longer than is borne."""
    runtime = factories.create_runtime(
        primary.url(database), system_clock, public_url="http://localhost", standby_url=standby.url(database)
    )
    client = Client(create_app(runtime).test_client())
    client.sign_in(factories.create_staff(runtime, Role.EVALUATOR).email)
    page = f"/released/{factories.STUDY}/releases"
    said = []

    def look() -> None:
        found = re.search(r'<p class="read-from">([^<]*)</p>', client.get(page).text)
        said.append(found[1] if found else "nothing")

    until = time.monotonic() + 20
    while (not said or "from a copy" not in said[-1]) and time.monotonic() < until:
        look()  # until the standby has that somebody signed in
    said = said[-1:]
    standby.say("SELECT pg_wal_replay_pause()")
    factories.create_staff(runtime, Role.VIEWER)
    time.sleep(3)
    look()
    with mock.patch.object(reading, "MOST_BEHIND", dt.timedelta(seconds=2)):
        look()
    standby.say("SELECT pg_wal_replay_resume()")
    runtime.database.dispose()
    if runtime.standby is not None:
        runtime.standby.dispose()
    wanted = ("from a copy", "from a copy", "has fallen behind")
    names = ("keeps up", "is 3 s behind", "is more behind than is borne")
    return [
        Row(f"a page of results while the standby {name}", words, part in words)
        for name, words, part in zip(names, said, wanted, strict=True)
    ]
