"""What the queue costs an interviewer where 10,000 people are due: a page of it."""

from __future__ import annotations

import datetime as dt
import functools
import random
import statistics

from sqlalchemy import insert

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.call_stand import call_stand
from surveyapp.domain.fieldwork.call_wishes import CallWishes
from surveyapp.domain.fieldwork.cases import Attempt, Disposition, Outcome
from surveyapp.domain.participants import Contact, Origin
from surveyapp.domain.staff import Role
from surveyapp.services.fieldwork import call_queue
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.calling import wishes as stored_wishes
from surveyapp.store.database import new_id
from surveyapp.store.tables import AttemptRow, CaseRow, ContactRow, ParticipantRow
from tests import factories
from tests.benchmarks.shared import headed, once, row
from tests.databases import find_binary
from tests.drills import ground

PEOPLE, TIMES = 10_000, 15
WAYS = ("phone", "phone", "phone", "email", "in_person")
TRIED = (Outcome.NO_ANSWER, Outcome.ANSWERPHONE, Outcome.BUSY, Outcome.LINK_SENT)


def peopled(runtime: Runtime, people: int = PEOPLE) -> None:
    """Stores so many people whose backfill_1 is due, half of them tried once or twice, each with a sealed contact."""
    chance = random.Random(12)
    study = runtime.study(factories.STUDY)
    zone, now = runtime.zone(study), runtime.clock()
    day = dt.timedelta(days=1)
    with factories.operator(runtime).writing() as work:
        ids = [new_id() for _ in range(people)]
        work.seals.expect_new(ids)
        persons, cases, tried, sealed = [], [], [], []
        for number, person in enumerate(ids):
            contact = Contact(name=f"Ada Byron{number}", phone="07700 900142", language="en", preferred="phone")
            sealed += [
                {"participant_id": person, "field": name, "key_id": each.key_id, "ciphertext": each.ciphertext}
                for name, each in contacts.sealed(work, person, contact).items()
            ]
            wishes = CallWishes(way=chance.choice(WAYS), languages=chance.choice(((), ("en",), ("pl", "en"))))
            persons.append(
                {
                    "id": person,
                    "study": study.id,
                    "group_id": "backfill",
                    "reference": f"BF-{number:05}",
                    "origin": Origin.REAL,
                    "attributes": {},
                    "enrolled_on": (now - 30 * day).date(),
                    **stored_wishes.columns(wishes),
                }
            )
            case_id = new_id()
            attempts = [
                Attempt(
                    id=new_id(),
                    case_id=case_id,
                    staff_id=None,
                    staff_name=None,
                    at=now - chance.randint(1, 12) * day - chance.randint(0, 600) * dt.timedelta(minutes=1),
                    outcome=chance.choice(TRIED),
                    mode=Mode.PHONE,
                )
                for _ in range(chance.choice((0, 0, 1, 2)))
            ]
            tried += [
                {"id": a.id, "case_id": case_id, "at": a.at, "outcome": a.outcome, "mode": a.mode} for a in attempts
            ]
            cases.append(
                {
                    "id": case_id,
                    "participant_id": person,
                    "touchpoint": 1,
                    "opens_at": now - 20 * day,
                    "due_at": now + chance.randint(-15, 15) * day,
                    "closes_at": now + 60 * day,
                    "disposition": Disposition.NON_CONTACT if attempts else Disposition.UNKNOWN,
                    **vars(call_stand(attempts, (), zone)),
                }
            )
        for table, rows in ((ParticipantRow, persons), (ContactRow, sealed), (CaseRow, cases), (AttemptRow, tried)):
            work.session.execute(insert(table), rows)


def on_a_tuesday(hour: int) -> dt.datetime:
    """The last Tuesday's hour, in Greenwich: in the evening nobody is called, and everybody is sorted."""
    today = dt.datetime.now(dt.UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today - dt.timedelta(days=(today.weekday() - 1) % 7)


def main(people: int = PEOPLE) -> None:
    headed(f"Calling: {people:,} people due, in process, with the entry in the audit trail")
    for kind in ("sqlite", "postgresql"):
        if kind == "postgresql" and find_binary("initdb") is None:
            print("PostgreSQL is not installed: left out.", flush=True)
            continue
        with ground(kind) as place:
            clock = [on_a_tuesday(11)]
            runtime = factories.create_runtime(place.url, lambda now=clock: now[0])
            peopled(runtime, people)
            if kind == "postgresql":
                with runtime.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
                    raw.exec_driver_sql("ANALYZE")
            desk = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
            for what, target, run, hour in (
                ("a page of the queue, with times agreed", "≤ 50 ms", functools.partial(call_queue.queue, desk), 11),
                ("the same, when nobody is called", "", functools.partial(call_queue.queue, desk), 22),
            ):
                clock[0] = on_a_tuesday(hour)
                run()
                taken = [once(run) for _ in range(TIMES)]
                passed, processor = (
                    statistics.median(getattr(t, name) for t in taken) * 1000 for name in ("clock", "processor")
                )
                row(f"{what}, {kind}", target, f"{passed:.1f} ms   of which this processor {processor:.1f} ms")
            runtime.database.dispose()


if __name__ == "__main__":
    main()
