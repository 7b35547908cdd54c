"""Looks at all that an installation rests on, and says in sentences what is not right for real use, and what to do.

Nothing is changed but the heartbeat, which shows that the database takes a write.
"""

from __future__ import annotations

from collections.abc import Iterator

from surveyapp.domain.errors import DatabaseUnavailable, said_of_file
from surveyapp.domain.security.fitness import Finding
from surveyapp.services import readiness
from surveyapp.services.doctor import due, kept, machine, servers
from surveyapp.services.doctor.finding import WRONG, Examination
from surveyapp.services.runtime import Runtime

WITHOUT_THE_DATABASE: tuple[Examination, ...] = (
    machine.address,
    servers.door,
    machine.keys,
    machine.vault,
    machine.files,
    machine.disks,
    machine.backups,
    machine.set_aside,
    machine.passwords,
    servers.mail,
    servers.counting,
)

WITH_IT: tuple[Examination, ...] = (
    servers.clock,
    kept.trail,
    kept.people,
    kept.keys_of_people,
    kept.contact_keys,
    kept.access_keys,
    kept.keys_taken_out,
    kept.guessing,
    kept.studies,
    kept.counts,
    kept.sending,
    kept.jobs,
    due.letting_go,
    due.releasing,
    servers.server,
    servers.following,
    kept.worked,
    servers.notify,
)


def look(runtime: Runtime, faults: int = 0) -> list[Finding]:
    """All that is found, what is wrong first. A database that cannot be opened is a finding, too, and so are `faults`
    of questionnaires, for which the runtime has no studies."""
    found = list(_all(runtime, WITHOUT_THE_DATABASE))
    if faults:
        what = f"The questionnaires’ files have faults ({faults}), so a server that is started now serves nothing."
        found.append(Finding(WRONG, what, "`surveyapp questionnaires check` says each, and what to do."))
    try:
        problem = readiness.problem(runtime)
        if problem is None:
            # Of faulty files no study is known: that one has no folder cannot be told.
            found += _all(runtime, WITH_IT if faults else (*WITH_IT, kept.without_a_study))
        else:
            found.append(Finding(WRONG, "The database cannot serve.", problem))
    except DatabaseUnavailable as error:
        found.append(Finding(WRONG, "The database cannot serve.", str(error)))
    return sorted(found, key=lambda each: each.weight is not WRONG)


def _all(runtime: Runtime, looks: tuple[Examination, ...]) -> Iterator[Finding]:
    for each in looks:
        try:
            for finding in each(runtime):
                yield Finding(*finding)
        except OSError as error:
            if (said := said_of_file(error)) is None:
                raise
            yield Finding(WRONG, "What lies on this machine cannot all be looked at.", said)
