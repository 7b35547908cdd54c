"""Erasures are listed twice, in the database and beside the keys outside it: what one of the two lacks, because it was
brought back from a copy or because the program was killed in between, is done again."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.services.privacy import erasing, splitting
from surveyapp.services.work import Desk
from surveyapp.store import enrolment
from surveyapp.store.mending import merging
from surveyapp.store.security import erasures

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Replayed:
    """How many people were erased from the database again, and how many keys were destroyed again."""

    people: int
    keys: int


def replay(desk: Desk) -> Replayed:
    """Erases whoever the keys say was erased, and destroys the keys of whoever the database says was. Whoever is merged
    with one of them there, and was not erased, is taken apart from them before. Doing it again does nothing. To be run
    whenever a database or a file of keys was put back. Raises KeyMissing."""
    keys = desk.runtime.person_keys
    forgotten = keys.forgotten()
    with desk.reading() as work:
        listed = erasures.listed(work.session)
        gone = {*listed, *forgotten}
        mixed = [each for each in merging.with_any_of(work.session, gone) if not {each.kept_id, each.folded_id} <= gone]
    for each in mixed:
        with desk.writing() as work:
            if not splitting.split_off(work, each):
                _log.warning("Two people are merged one of whom was erased, and nothing is kept to take them apart by.")
    with desk.reading() as work:
        there = erasures.still_there(work.session, gone)
    for start in range(0, len(there), 100):
        with desk.writing() as work:
            for person in there[start : start + 100]:
                # Whoever could not be taken apart from them is not erased in newer copies for that.
                erasing.erase_by_key(work, person, AuditAction.ERASURE_REPLAYED, with_them=gone)
    unknown = [person for person in forgotten if person not in listed and person not in there]
    if unknown:
        with desk.writing() as work:
            for person in unknown:
                erasures.erase(work.session, person, forgotten[person])
    late = {person: at for person, at in listed.items() if person not in forgotten}
    for at in sorted(set(late.values())):
        keys.forget([person for person, moment in late.items() if moment == at], at)
    _write_as_merged(desk)
    return Replayed(len(there), len(late))


def renew_of_nobody(desk: Desk) -> int:
    """Puts others in the place of the keys of whoever the database does not know, so that they open no copy of it; how
    many. They are not listed as erased. Raises KeyMissing."""
    keys = desk.runtime.person_keys
    with desk.writing() as work:
        nobodys = keys.never_renewed() - erasures.known(work.session) - erasures.listed(work.session).keys()
        if nobodys:
            keys.renew(nobodys, work.now)
            work.record(AuditAction.KEYS_CHANGED, what="of nobody", keys=len(nobodys))
    return len(nobodys)


def _write_as_merged(desk: Desk) -> None:
    """What is written of somebody from now on is sealed for whoever is merged into them in this database."""
    keys = desk.runtime.person_keys
    with desk.writing() as work:
        for study in sorted(work.runtime.studies):
            enrolment.lock(work.session, study)
        merged = merging.everybody(work.session)
        for person in {*merged, *keys.writing_together()}:
            keys.write_together(person, merged.get(person, ()))
