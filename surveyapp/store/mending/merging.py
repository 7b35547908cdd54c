"""Two people in the tables who are one: what was the second's goes over to the first, and back where that was an
error. What does not go over is a picture (`pictures`)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from surveyapp.domain.fieldwork.lists import RowOutcome
from surveyapp.domain.participants import MergeRecord
from surveyapp.domain.sending.planning import WhyNot
from surveyapp.store.database import rows_changed
from surveyapp.store.tables import (
    AccessRow,
    AttemptRow,
    CaseRow,
    ChannelEndRow,
    ConsentRow,
    EventRow,
    LeaseRow,
    ListRowRow,
    MergeRow,
    ParticipantRow,
    ParticipationRow,
    PinRow,
    ReferralRow,
    RelationshipRow,
)


def add(session: Session, record: MergeRecord, before: bytes) -> None:
    session.add(
        MergeRow(
            id=record.id,
            kept_id=record.kept_id,
            folded_id=record.folded_id,
            reference=record.reference,
            made_at=record.made_at,
            by_staff=record.by_staff,
            before=before,
        )
    )
    session.flush()


def of_person(session: Session, person: uuid.UUID) -> list[MergeRecord]:
    """Who was merged into somebody, the newest first."""
    query = select(MergeRow).where(MergeRow.kept_id == person)
    return [_record(row) for row in session.scalars(query.order_by(MergeRow.made_at.desc(), MergeRow.id.desc()))]


def folded_into(session: Session, people: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """The keys of those who were merged into any of these people, as one came after the other."""
    query = select(MergeRow.folded_id).where(MergeRow.kept_id.in_(people))
    return list(session.scalars(query.order_by(MergeRow.made_at, MergeRow.id)))


def with_any_of(session: Session, people: Collection[uuid.UUID]) -> list[MergeRecord]:
    """The merges in which any of these people is one of both, the newest first."""
    found: list[MergeRecord] = []
    wanted = set(people)
    for row in session.scalars(select(MergeRow).order_by(MergeRow.made_at.desc(), MergeRow.id.desc())):
        if row.kept_id in wanted or row.folded_id in wanted:
            found.append(_record(row))
    return found


def everybody(session: Session) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Whoever others were merged into, with the keys of those, as one came after the other."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    query = select(MergeRow.kept_id, MergeRow.folded_id).order_by(MergeRow.made_at, MergeRow.id)
    for kept, folded in session.execute(query):
        found.setdefault(kept, []).append(folded)
    return found


def before_of(session: Session, merge_id: uuid.UUID) -> bytes | None:
    """The picture of whoever was merged, sealed; None where it is kept no longer."""
    return session.scalar(select(MergeRow.before).where(MergeRow.id == merge_id))


def keep_before(session: Session, merge_id: uuid.UUID, before: bytes) -> None:
    """Keeps another picture in the place of the one there is."""
    session.execute(update(MergeRow).where(MergeRow.id == merge_id).values(before=before))


def remove(session: Session, merge_id: uuid.UUID) -> None:
    session.execute(delete(MergeRow).where(MergeRow.id == merge_id))


def _record(row: MergeRow) -> MergeRecord:
    return MergeRecord(
        id=row.id,
        kept_id=row.kept_id,
        folded_id=row.folded_id,
        reference=row.reference,
        made_at=row.made_at,
        by_staff=row.by_staff,
        can_be_split=row.before is not None,
    )


def kept_reference(session: Session, study: str, reference: str) -> str | None:
    """Into whom somebody was merged who had this reference."""
    query = (
        select(ParticipantRow.reference)
        .join(MergeRow, MergeRow.kept_id == ParticipantRow.id)
        .where(ParticipantRow.study == study, MergeRow.reference == reference)
    )
    return session.scalars(query.limit(1)).one_or_none()


def talked_with(session: Session, people: Collection[uuid.UUID], now: dt.datetime) -> bool:
    """Whether an interviewer has a case of any of these people open."""
    query = select(LeaseRow.case_id).join(CaseRow, CaseRow.id == LeaseRow.case_id)
    query = query.where(CaseRow.participant_id.in_(people), LeaseRow.until > now)
    return session.scalars(query.limit(1)).one_or_none() is not None


def any_of(session: Session, import_id: uuid.UUID) -> bool:
    """Whether somebody of a list was merged with another person."""
    into = select(MergeRow.id).join(ListRowRow, ListRowRow.participant_id == MergeRow.kept_id)
    away = select(ListRowRow.line).where(ListRowRow.participant_id.is_(None), ListRowRow.outcome != RowOutcome.LEFT_OUT)
    queries: tuple[Any, Any] = (into, away)
    found = (session.execute(each.where(ListRowRow.import_id == import_id).limit(1)).first() for each in queries)
    return any(each is not None for each in found)


@dataclass(kw_only=True)
class CarriedOver:
    """What went over from one person to another, by key: `cases` with all that hangs on them; `swapped`, cases of the
    first that went the other way; `attempts` and `accesses` with the case they were of; `times`: those that were
    agreed with the other, by the case that took them over."""

    cases: list[str] = field(default_factory=list)
    swapped: list[str] = field(default_factory=list)
    attempts: dict[str, str] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    accesses: dict[str, str] = field(default_factory=dict)
    consents: list[str] = field(default_factory=list)
    channel_ends: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    participations: list[str] = field(default_factory=list)
    relationships: list[tuple[str, str]] = field(default_factory=list)
    pin: bool = False
    list_rows: list[tuple[str, int]] = field(default_factory=list)


def carry_case(session: Session, case_id: uuid.UUID, to: uuid.UUID) -> None:
    """Gives a case, with its answers and attempts, to somebody. Its words stay sealed as they are."""
    session.execute(update(CaseRow).where(CaseRow.id == case_id).values(participant_id=to))
    session.execute(
        update(ReferralRow)
        .where(ReferralRow.attempt_id.in_(select(AttemptRow.id).where(AttemptRow.case_id == case_id)))
        .values(participant_id=to)
    )
    # What could be undone for a minute names whose it was.
    session.execute(update(AttemptRow).where(AttemptRow.case_id == case_id).values(before=None))


def set_aside(session: Session, case_id: uuid.UUID, aside: bool) -> None:
    """Takes a case's touchpoint out of the way while another of its person's takes its place, or puts it back."""
    number = case((CaseRow.touchpoint > 0, CaseRow.touchpoint), else_=-CaseRow.touchpoint)
    session.execute(update(CaseRow).where(CaseRow.id == case_id).values(touchpoint=-number if aside else number))


def carry_attempts(session: Session, before: uuid.UUID, after: uuid.UUID, to: uuid.UUID) -> dict[str, str]:
    """Gives the attempts of one case to another, whose person is `to`; of which case each was."""
    there = list(session.scalars(select(AttemptRow.id).where(AttemptRow.case_id == before)))
    carry_attempts_back(session, dict.fromkeys((each.hex for each in there), after.hex), to)
    return dict.fromkeys((each.hex for each in there), before.hex)


def carry_attempts_back(session: Session, of: Mapping[str, str], to: uuid.UUID) -> None:
    """Puts attempts with the cases they were of; where one is not there, because its person is erased, they go."""
    there = _cases_there(session, of.values())
    gone = [uuid.UUID(key) for key, case_id in of.items() if case_id not in there]
    session.execute(delete(ReferralRow).where(ReferralRow.attempt_id.in_(gone)))
    session.execute(delete(AttemptRow).where(AttemptRow.id.in_(gone)))
    for key, case_id in of.items():
        attempt = AttemptRow.id == uuid.UUID(key)
        session.execute(update(AttemptRow).where(attempt).values(case_id=uuid.UUID(case_id), before=None))
        session.execute(update(ReferralRow).where(ReferralRow.attempt_id == uuid.UUID(key)).values(participant_id=to))


def _cases_there(session: Session, cases: Collection[str]) -> set[str]:
    there = session.scalars(select(CaseRow.id).where(CaseRow.id.in_({uuid.UUID(each) for each in cases})))
    return {each.hex for each in there}


def carry_accesses(session: Session, before: uuid.UUID, after: uuid.UUID) -> dict[str, str]:
    """Lets the links and codes of one case open another; of which case each was."""
    there = list(session.scalars(select(AccessRow.id).where(AccessRow.case_id == before)))
    session.execute(update(AccessRow).where(AccessRow.id.in_(there)).values(case_id=after))
    return dict.fromkeys((each.hex for each in there), before.hex)


def carry_accesses_back(session: Session, of: Mapping[str, str]) -> None:
    """The same of links and codes."""
    there = _cases_there(session, of.values())
    gone = [uuid.UUID(key) for key, case_id in of.items() if case_id not in there]
    session.execute(delete(AccessRow).where(AccessRow.id.in_(gone)))
    for key, case_id in of.items():
        session.execute(update(AccessRow).where(AccessRow.id == uuid.UUID(key)).values(case_id=uuid.UUID(case_id)))


def carry_said(session: Session, folded: uuid.UUID, kept: uuid.UUID, carried: CarriedOver) -> None:
    """Gives what was said and what happened to somebody to another: consents, whose latest counts; ways by
    which they want nothing more; how they left and
    came back; events that did not happen to the other; relationships that the other has not; a PIN where the other has
    none."""
    carried.consents = _carry(session, ConsentRow, ConsentRow.participant_id == folded, kept)
    carried.participations = _carry(session, ParticipationRow, ParticipationRow.participant_id == folded, kept)
    # Who wants no more text messages wants none under either reference; what came back of an address stays with that.
    said = (ChannelEndRow.participant_id == folded, ChannelEndRow.why == WhyNot.OPTED_OUT)
    carried.channel_ends = _carry(session, ChannelEndRow, said[0] & said[1], kept)
    there = select(EventRow.event).where(EventRow.participant_id == kept)
    new = (EventRow.participant_id == folded, EventRow.event.not_in(there))
    carried.events = _carry(session, EventRow, new[0] & new[1], kept)
    mine = set(session.scalars(select(RelationshipRow.relationship).where(_either(kept))))
    for row in session.execute(select(RelationshipRow.__table__).where(_either(folded))).all():
        if row.relationship in mine or kept in (row.first_id, row.second_id):
            continue
        own = "first" if row.first_id == folded else "second"
        _relate(session, row.relationship, own, folded, kept)
        carried.relationships.append((row.relationship, own))
    # What came of a row of a list stays with the list: it cannot be taken back while its person is somebody else.
    rows = session.execute(select(ListRowRow.import_id, ListRowRow.line).where(ListRowRow.participant_id == folded))
    carried.list_rows = [(row.import_id.hex, row.line) for row in rows]
    session.execute(update(ListRowRow).where(ListRowRow.participant_id == folded).values(participant_id=None))
    if session.get(PinRow, kept) is None:
        mine_now = update(PinRow).where(PinRow.participant_id == folded).values(participant_id=kept)
        carried.pin = bool(rows_changed(session, mine_now))


def carry_said_back(session: Session, folded: uuid.UUID, kept: uuid.UUID, carried: CarriedOver) -> None:
    """Gives back what `carry_said` gave, as far as it is there still."""
    table: Any
    for table, keys in (
        (ConsentRow, carried.consents),
        (ChannelEndRow, carried.channel_ends),
        (ParticipationRow, carried.participations),
        (EventRow, carried.events),
    ):
        mine = (table.id.in_([uuid.UUID(each) for each in keys]), table.participant_id == kept)
        session.execute(update(table).where(*mine).values(participant_id=folded))
    for relationship, own in carried.relationships:
        _relate(session, relationship, own, kept, folded)
    for import_id, line in carried.list_rows:
        row = (ListRowRow.import_id == uuid.UUID(import_id), ListRowRow.line == line)
        session.execute(update(ListRowRow).where(*row).values(participant_id=folded))
    if carried.pin:
        session.execute(update(PinRow).where(PinRow.participant_id == kept).values(participant_id=folded))


def _carry(session: Session, table: Any, where: Any, to: uuid.UUID) -> list[str]:
    keys = list(session.scalars(select(table.id).where(where)))
    session.execute(update(table).where(table.id.in_(keys)).values(participant_id=to))
    return [each.hex for each in keys]


def _either(person: uuid.UUID) -> Any:
    return or_(RelationshipRow.first_id == person, RelationshipRow.second_id == person)


def _relate(session: Session, relationship: str, own: str, before: uuid.UUID, after: uuid.UUID) -> None:
    column = RelationshipRow.first_id if own == "first" else RelationshipRow.second_id
    theirs = (RelationshipRow.relationship == relationship, column == before)
    session.execute(update(RelationshipRow).where(*theirs).values({column: after}))


def replace_person(session: Session, person: uuid.UUID, **values: Any) -> None:
    """Changes what stands of somebody in their own row."""
    session.execute(update(ParticipantRow).where(ParticipantRow.id == person).values(**values))


def drop_pictures(session: Session, person: uuid.UUID) -> None:
    """Lets go of what was kept of those who were merged into somebody: that is final then."""
    session.execute(update(MergeRow).where(MergeRow.kept_id == person).values(before=None))
