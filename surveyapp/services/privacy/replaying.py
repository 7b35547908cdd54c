"""Erasures are listed twice, in the database and beside the keys outside it: what one of the two lacks, because it was
brought back from a copy or because the program was killed in between, is done again."""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.services.privacy import erasing
from surveyapp.services.work import Desk
from surveyapp.store.security import erasures


@dataclass(frozen=True)
class Replayed:
    """How many people were erased from the database again, and how many keys were destroyed again."""

    people: int
    keys: int


def replay(desk: Desk) -> Replayed:
    """Erases whoever the keys say was erased, and destroys the keys of whoever the database says was. Doing it again
    does nothing. To be run whenever a database or a file of keys was put back. Raises KeyMissing."""
    keys = desk.runtime.person_keys
    forgotten = keys.forgotten()
    with desk.reading() as work:
        listed = erasures.listed(work.session)
        there = erasures.still_there(work.session, {*listed, *forgotten})
    for start in range(0, len(there), 100):
        with desk.writing() as work:
            for person in there[start : start + 100]:
                erasing.erase_by_key(work, person, AuditAction.ERASURE_REPLAYED)
    unknown = [person for person in forgotten if person not in listed and person not in there]
    if unknown:
        with desk.writing() as work:
            for person in unknown:
                erasures.erase(work.session, person, forgotten[person])
    late = {person: at for person, at in listed.items() if person not in forgotten}
    for at in sorted(set(late.values())):
        keys.forget([person for person, moment in late.items() if moment == at], at)
    return Replayed(len(there), len(late))
