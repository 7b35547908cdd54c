"""All that is held of somebody is in what they are handed: whatever changes in a row that is about them changes it, but
for what says here why it does not."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary, String, Table, Uuid, update

from surveyapp.domain.privacy.held import HeldRecord
from surveyapp.services.privacy import subject_access
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.store.column_types import OneOf, UtcDateTime
from surveyapp.store.database import undone
from tests import factories
from tests.conftest import Clock
from tests.held import Held, about_people
from tests.integration.privacy.test_subject_access import somebody
from tests.migrations.test_members import filling

NOT_ABOUT_THEM: Mapping[str, str] = {
    "answer_code": "themes are told by their names",
    "changed_case": "days as they were before everybody's were changed, for taking that back",
    "coded_answer": "when and by whom words were read; what was found in them is told",
    "contact_lookup": "made of their contacts, to find them by",
    "kept_form": "what staff, or they themselves, typed and did not send yet; gone in three days",
    "known_save": "by what a save is known again that comes twice",
    "lease": "who works on it at this moment",
    "marked_span": "which of their own words readers are not shown",
    "newest_answer": "which answer is the newest",
    "reading_purpose": "of staff",
    "sent_code": "gone with what it let in",
    "spot_arrival": "gone with the day",
    "spot_day": "of staff, gone with the day",
}
"""Tables from which there is a way to a person, and why nothing of theirs is told from them."""

_WORKED_OUT = "follows from attempts and decisions, which are told"
_STAFF = "names of staff are other people's"
_HASH = "a hash"
_SEALED = "sealed: what is in it is told"
NOT_TOLD: Mapping[str, str] = {
    "access.digest": _HASH,
    "answer.position": "the order of options",
    "answer_history.position": "the order of options",
    "answer_history.sealed": _SEALED,
    "answer.sealed": _SEALED,
    "attempt.staff_id": _STAFF,
    "attempt.note": "one from before people had keys: told where there is none that is sealed",
    "attempt.note_sealed": _SEALED,
    "attempt.before": "for taking an attempt back within a minute",
    "call_decision.staff_id": _STAFF,
    "case.assigned_to": _STAFF,
    "case.on_their_own_since": "holds for the length of a call",
    "case.on_their_own_of": _STAFF,
    **{
        f"case.{name}": _WORKED_OUT
        for name in (
            "calls",
            "allowed",
            "tried_at",
            "tried_outcome",
            "tried_mode",
            "tried_by",
            "keeper",
            "not_by",
            "rest_until",
            "parts_left",
            "again_at",
            "held_back",
            "sent",
            "sent_mode",
        )
    },
    "consent.recorded_by": _STAFF,
    "contact.ciphertext": _SEALED,
    "list_row.line": "where in the file",
    "list_row.before": _SEALED,
    "merge.folded_id": "who they were is told by the reference",
    "merge.by_staff": _STAFF,
    "merge.before": _SEALED,
    **{
        f"message.{name}": "how it is handed over; that it was is told"
        for name in ("step", "request", "planned_at", "due_at", "tries", "ended_at", "via", "reference")
    },
    "message.decided_by": _STAFF,
    **{
        f"participant.{name}": "read from what they said of when to call, which is told"
        for name in ("call_way", "call_languages", "call_interviewer", "call_begins", "call_ends", "call_days")
    },
    "participation.by_staff": _STAFF,
    "pin.hashed": _HASH,
    "pin.wrong": "how often another was tried",
    "pin.once_until": "until when one that was read out to them works",
    "quotation.language": "of which text it is a place in; the words are told",
    "quotation.asked_by": _STAFF,
    "quotation.decided_by": _STAFF,
    "referral.decided_by": _STAFF,
    "relationship.recorded_at": "when somebody wrote down what is told",
    "reopening.by_staff": _STAFF,
    "reopening.revision": "how many saves there were by then",
    "response.state": "follows from when it was sent",
    "response.revision": "how many saves there were",
    "response.seed": "the order in which options stand",
    "response.reopened_at": "each opening is told",
    "save.client_id": "by what a save is known again that comes twice",
    "save.revision": "in which order they came, which is that of what is told",
    "save.section": "which page it came from; what was said there is told",
    "save.version": "the questions are told as they were asked",
    "save.wording": "which revision of a translation",
    "save.payload_hash": _HASH,
    "web_session.digest": _HASH,
    "web_session.audience": "of a participant's link it is a participant's",
    "web_session.staff_id": _STAFF,
    "web_session.own_device": "what it may keep",
    "web_session.began": "whether an answer came in it; the answers are told",
    "web_session.verified_at": "of staff",
    "web_session.expires_at": "when it ends by itself",
    "web_session.ended_why": "of staff",
    "web_session.lent_until": "of staff",
    "words_translation.by_staff": _STAFF,
    "words_translation.written_at": "when somebody wrote down what is told",
    "words_translation.sealed": _SEALED,
}
"""Columns that change nothing of what they are handed, and why."""

NOT_ANOTHER: Mapping[str, str] = {
    "contact.key_id": "no other opens it",
    "contact.field": "it is sealed under this name",
    "participant.study": "told; there is no study of another name",
    "response.questionnaire": "told; there are no questions of another name",
    "response.version": "told; there are no questions of another number",
}
"""Columns of which another value is none."""

ONE_OF = frozenset({"code", "number", "day", "time_of_day", "text", "sealed", "reason"})
"""An answer is one of these: those that are empty stay so."""


OTHERS: Mapping[str, object] = {
    "case.touchpoint": 9,
    "participant.group_id": "employee",
    "participant.reference": "P-1234",
    "save.revision": 99,
}
"""What a column may be in place of what it is, where not anything may stand there."""


def other(column: Column[Any], value: object) -> object:
    """Another value that fits a column."""
    match column.type:
        case OneOf():
            return next(each for each in column.type.kind if each != value)
        case _ if value is None:
            return filling(column)
        case UtcDateTime() | Date():
            return value + dt.timedelta(days=1)  # type: ignore[operator]
        case Boolean():
            return not value
        case Integer():
            return value + 1  # type: ignore[operator]
        case String():
            return f"{value}x"
        case JSON():
            return {**value, "age": "25_29"}  # type: ignore[dict-item]
        case Uuid():
            return None if column.nullable else uuid.uuid4()
    raise AssertionError(f"{column}: {column.type!r}")


class Probed(Held):
    """And what they are handed, `before` anything of it changes."""

    @functools.cached_property
    def before(self) -> HeldRecord:
        return self.record()

    def record(self) -> HeldRecord:
        self.session.expire_all()
        person = participants.participant(self.session, self.id, self.work.now.date())
        assert person is not None
        return subject_access.record_of(self.work, person, "en")

    def told(self, table: Table, column: Column[Any], value: object) -> bool:
        """Whether they are handed something else where a column of their row is another."""
        row = self.row(table)
        before = self.before
        with undone(self.session):
            its = [key == row[key.name] for key in table.primary_key]
            self.session.execute(update(table).where(*its).values({column.name: value}))
            return self.record() != before

    def another(self, table: Table, column: Column[Any]) -> object:
        if str(column) in OTHERS:
            return OTHERS[str(column)]
        value = self.row(table)[column.name]
        if column.foreign_keys and value is None:
            return self.of_person(column)
        return other(column, value)


def test_whatever_changes_about_them_changes_what_they_are_handed(runtime: Runtime, clock: Clock) -> None:
    person = somebody(runtime, clock)
    wrong, unneeded = [], []
    with factories.operator(runtime).writing() as work:
        held = Probed(work, person)
        for table in about_people():
            for column in table.columns if table.name not in NOT_ABOUT_THEM else ():
                name = f"{table.name}.{column.name}"
                if column.primary_key or (column.foreign_keys and not column.nullable) or name in NOT_ANOTHER:
                    continue
                if column.name in ONE_OF and held.row(table)[column.name] is None and table.name.startswith("answer"):
                    continue
                if isinstance(column.type, LargeBinary):
                    told = False
                else:
                    told = held.told(table, column, held.another(table, column))
                if not told and name not in NOT_TOLD:
                    wrong.append(name)
                if told and name in NOT_TOLD:
                    unneeded.append(name)
    assert (wrong, unneeded) == ([], [])
