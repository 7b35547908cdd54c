"""Works out what is stored of cases beside what it follows from, where it is from before that or not as it ought to be:
how they stand for whoever calls, and how their answers were sent. Some at a time."""

from __future__ import annotations

from surveyapp.domain.instrument.study import Study
from surveyapp.services.cases import consents
from surveyapp.services.cases.call_wishes import read_wishes
from surveyapp.services.cases.standing import work_out
from surveyapp.services.participants import contacts
from surveyapp.services.work import Desk
from surveyapp.store import participants
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.answering import sent
from surveyapp.store.calling import stands, wishes

AT_ONCE = 500
"""Of how many cases or people a unit of work works it out: so long nobody else writes on SQLite."""


def work_out_older(desk: Desk) -> int:
    """Works out what was tried, reads what people asked for, and does what they said of being contacted again, from
    before any of it was stored; and how answers were sent, where something else is kept. How many. Doing it again finds
    nothing; killed in between, it goes on from there. Raises KeyMissing."""
    count = 0
    while True:
        with desk.writing() as work:
            there = stands.uncounted(work.session, list(desk.runtime.studies), AT_ONCE)
            for case_id, study in there:
                work_out(work, desk.runtime.study(study), case_id)
        count += len(there)
        if len(there) < AT_ONCE:
            break
    while True:
        with desk.writing() as work:
            people = stands.unread(work.session, AT_ONCE)
            held = contacts.read_many(work, people)
            wishes.write(work.session, {person: read_wishes(contact) for person, contact in held.items()})
        count += len(people)
        if len(people) < AT_ONCE:
            break
    count += _sent_otherwise(desk)
    return count + sum(_declined(desk, study) for study in desk.runtime.studies.values())


def _sent_otherwise(desk: Desk) -> int:
    with desk.reading() as work:
        found = sent.differing(work.session)
    for start in range(0, len(found), AT_ONCE):
        with desk.writing() as work:
            sent.note(work.session, found[start : start + AT_ONCE])
    return len(found)


def _declined(desk: Desk, study: Study) -> int:
    purposes = [each.id for each in study.contact_purposes]
    with desk.reading() as work:
        found = said_of_consent.declining(work.session, study.id, purposes) if purposes else []
    for start in range(0, len(found), AT_ONCE):
        with desk.writing() as work:
            for key in found[start : start + AT_ONCE]:
                person = participants.participant(work.session, key, work.today(study))
                if person is not None:
                    consents.follow(work, study, person)
    return len(found)
