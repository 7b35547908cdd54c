"""What a list changed of somebody that was brought in before it was kept how it left them: told from how they were, how
they are, and what the audit trail has of them since. What somebody may have said since is left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import CONTACT_FIELDS, Participant
from surveyapp.services.lists.putting_back.kept import KeptChange, WrongReach, of_contact
from surveyapp.services.participants import contacts, enrolment_form
from surveyapp.services.work import Work
from surveyapp.store import cases
from surveyapp.store.calling import referrals
from surveyapp.store.lists.standing import PersonStands, standing

BROUGHT_BY = "import"
"""Who says what happened to somebody, where a list does."""

_DAYS_FOLLOW = frozenset({"group", "enrolled_on"})
"""What the days of cases follow from, beside events."""

_CANNOT_BE_TOLD = "?"


def change_of(
    work: Work, study: Study, person: Participant, rows: Sequence[Mapping[str, Any]], brought_at: dt.datetime
) -> KeptChange:
    """What the rows of somebody changed, the first of them first, as far as it can be told."""
    now: PersonStands = standing(work.session, [person.id])[person.id] | of_contact(contacts.read(work, person.id))
    since = set(_said_since(work, study, person, brought_at))
    found = KeptChange(changed={}, consents=[each for row in rows for each in row.get("consents", ())])

    def was(key: str, before: Any) -> None:
        if now.get(key) != before:
            found.changed[key] = (before, _CANNOT_BE_TOLD if key in since else now.get(key))

    first = rows[0]
    for name in CONTACT_FIELDS:
        was(f"contact.{name}", first["contact"].get(name, ""))
    known = {key.removeprefix("attribute.") for key in now if key.startswith("attribute.")}
    for name in known | first["attributes"].keys():
        was(f"attribute.{name}", first["attributes"].get(name))
    placed = next((row["placed"] for row in rows if "placed" in row), None)
    if placed is not None:
        for name in ("group", "site", "enrolled_on"):
            was(name, placed.get(name, now[name]))
        _cases(found, now, placed["cases"], since, brought_at)
    for row in rows:
        for event, day in row.get("events", {}).items():
            before, _ = found.changed.get(f"event.{event}", (row.get("events_before", {}).get(event), None))
            found.changed[f"event.{event}"] = (before, [day, BROUGHT_BY])
        for relationship, (had, given) in row.get("related", {}).items():
            before, _ = found.changed.get(f"related.{relationship}", (had or None, None))
            found.changed[f"related.{relationship}"] = (before, given)
        if row.get("stops"):
            found.changed["stopped_at"] = (None, brought_at.isoformat())
    found.wrong = list(_wrong(work, person, now, first, brought_at))
    return found


def _cases(
    found: KeptChange, now: PersonStands, before: Mapping[str, Any], since: set[str], brought_at: dt.datetime
) -> None:
    """Of cases what was kept of them; and those that there are since, which may be the list's."""
    for key in [each for each in now if each.startswith("window.")]:
        name = key.removeprefix("window.")
        kept = before.get(name)
        was = kept and [kept[each] for each in ("opens_at", "due_at", "closes_at", "moved_at")]
        said = key in since or "window" in since
        if was != now[key]:
            found.changed[key] = (was, _CANNOT_BE_TOLD if said else now[key])
        came = now[f"standing.{name}"]
        tried = came[2] is not None and dt.datetime.fromisoformat(came[2]) > brought_at
        if kept and came[0] == Disposition.NOT_ELIGIBLE.value != kept["disposition"] and not tried and not said:
            # That they were not eligible is all that came of where they belonged.
            found.changed[f"standing.{name}"] = ([kept["disposition"], *came[1:]], came)


def _said_since(work: Work, study: Study, person: Participant, brought_at: dt.datetime) -> Iterator[str]:
    """What the trail has of somebody since, by what it is of."""
    own = {enrolment_form.attribute_column(each): f"attribute.{each.name}" for each in study.participant_attributes}
    numbers = {each.touchpoint: each.id.hex for each in cases.cases_of(work.session, person.id)}
    for entry in work.noted_of(study.id, person.reference):
        if entry.at <= brought_at:
            continue
        match entry.action:
            case AuditAction.CONTACT_CORRECTED if "fields" in entry.detail:
                yield from (f"contact.{name}" for name in entry.detail["fields"])
            case AuditAction.CONTACT_CORRECTED:  # by another list
                yield from (f"contact.{name}" for name in CONTACT_FIELDS)
                yield from own.values()
            case AuditAction.PARTICIPANT_CHANGED:
                yield from (own.get(name, name) for name in entry.detail["fields"])
                if _DAYS_FOLLOW & set(entry.detail["fields"]):
                    yield "window"
            case AuditAction.EVENT_CORRECTED | AuditAction.EVENT_RECORDED:
                yield "window"
            case AuditAction.CASE_CHANGED if entry.detail.get("touchpoint") in numbers:
                yield f"window.{numbers[entry.detail['touchpoint']]}"


def _wrong(
    work: Work, person: Participant, now: PersonStands, before: Mapping[str, Any], brought_at: dt.datetime
) -> Iterator[WrongReach]:
    reached = {name: before["contact"].get(name, "") for name in ("phone", "other_phones", "email", "address")}
    for way, why, at in before.get("ended", ()):
        if (key := f"ended.{way}.{why}") not in now:
            yield WrongReach(key=key, was=at, left=None, reached=reached)
    for referral, kind in referrals.mended_at(work.session, person.id, brought_at):
        key = f"referral.{referral.hex}"
        yield WrongReach(key=key, was=[kind.value, True, None, None, None], left=now[key], reached=reached)
