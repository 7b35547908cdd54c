"""Sealing with people's own keys what is from before they had any, some at a time, while the site is served."""

from __future__ import annotations

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.participants import Contact
from surveyapp.services.participants import contacts
from surveyapp.services.work import Desk, Work
from surveyapp.store import answer_rows, cases
from surveyapp.store.security import sealed_rows

AT_ONCE = 500
"""Of how many rows or people a unit of work seals anew: so long nobody else writes on SQLite."""


def reseal(desk: Desk) -> int:
    """Seals what is not sealed with people's own keys: contacts, notes, answers in words. How many of them. Doing it
    again finds nothing; killed in between, it goes on from there. Raises KeyMissing."""
    count = 0
    for some in (_contacts, _notes, _words):
        while True:
            with desk.writing() as work:
                done = some(work)
            count += done
            if not done:
                break
    if count:
        with desk.writing() as work:
            work.record(AuditAction.KEYS_CHANGED, what="resealed", rows=count)
    return count


def _contacts(work: Work) -> int:
    there = sealed_rows.contacts_of_before(work.session, AT_ONCE)
    work.seals.expect_new(there)
    for person, fields in there.items():
        contact = Contact(**{name: contacts.opened(work, person, name, sealed) for name, sealed in fields.items()})
        contacts.write_many(work, [(person, contacts.prepared(work, person, contact, contact))])
    return len(there)


def _notes(work: Work) -> int:
    there = sealed_rows.notes_of_before(work.session, AT_ONCE)
    work.seals.expect_new(each.person for each in there)
    sealed_rows.seal_notes(
        work.session,
        [(each.attempt, work.seals.seal(each.person, cases.bound_note(each.attempt), each.note)) for each in there],
    )
    return len(there)


def _words(work: Work) -> int:
    there = sealed_rows.words_of_before(work.session, work.runtime.person_keys.in_clear, AT_ONCE)
    work.seals.expect_new(each.person for each in there)
    sealed_rows.seal_words(
        work.session,
        [(each, work.seals.seal(each.person, answer_rows.bound(each.variable), each.text)) for each in there],
    )
    return len(there)
