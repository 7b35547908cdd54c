"""What is found of what should have been done by itself and was not, by what the data says: whoever does it, the worker
or something else, has not."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from surveyapp.domain.audit import Operator
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.security.fitness import UNDONE_AGE
from surveyapp.services.doctor.finding import WRONG, Found
from surveyapp.services.doctor.machine import by_the_worker
from surveyapp.services.privacy import retention
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk


def letting_go(runtime: Runtime) -> Found:
    """Whether something is held of people past the last day that their study keeps it."""
    desk = Desk(runtime, Operator())
    for study_id, study in runtime.studies.items():
        outlook = retention.outlook(desk, study_id)
        over = [line for line in outlook.lines if outlook.today - line.on > UNDONE_AGE]
        if not over:
            continue
        people = Counter[KeptThing]()
        for line in over:
            people[line.what] += line.people
        several = [f"{what.value} of {many} {'people' if many > 1 else 'person'}" for what, many in people.items()]
        yield (
            WRONG,
            f"{study.title}: {', '.join(several)} should be held no longer, and the first of it since {over[0].on}.",
            "`surveyapp retention run` lets go of it now. To have that done each day: "
            f"{by_the_worker(runtime.settings, 'retention')}.",
        )


def releasing(runtime: Runtime) -> Found:
    """Whether a study that wants releases by themselves waits for one that nobody makes. What a worker that makes them
    does not get done is told of the worker."""
    waiting = [each for each in runtime.studies.values() if each.releases.live or each.releases.every != "manual"]
    if "releases" in runtime.settings.worker or not waiting:
        return
    # Counting takes pandas: where no study wants it this does without.
    from surveyapp.services.results.releasing import releases

    for study in waiting:
        ahead = releases.outlook(Desk(runtime, Operator()), study.id)
        if ahead.due and ahead.today - (ahead.due_on or dt.date.min) > UNDONE_AGE:
            yield (
                WRONG,
                f"{study.title}: a release is due that nobody makes.",
                f"`surveyapp releases make {study.id}` makes it now. To have each made when it is due: "
                f"{by_the_worker(runtime.settings, 'releases')}.",
            )
