"""Somebody new as a manager writes them down, in a form or a row of a file, and everything wrong with it.

Both hand in a mapping from column names to text, so that both are checked by the same rules and told the same.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from surveyapp.domain import normalise
from surveyapp.domain.errors import FieldFault, InputRefused
from surveyapp.domain.i18n import N_, joined
from surveyapp.domain.instrument.study import Attribute, Group, Relationship, Study
from surveyapp.domain.near_names import near
from surveyapp.domain.participants import CONTACT_FIELDS, NEEDS, Contact
from surveyapp.domain.sentences import Sentence, say, with_hint
from surveyapp.services.participants import contacts
from surveyapp.services.participants.written_days import read_day, serial_day

PREFERRED = ("phone", "text", "email", "in_person", "video")
"""How somebody may prefer to be reached."""

EARLIEST = dt.date(2000, 1, 1)
"""A day before this is a slip of the pen."""

SITE_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,19}")
_SPREADSHEET_NUMBER = re.compile(r"\d+[.,]\d+E\+?\d+", re.IGNORECASE)
_TEXT_MARK = re.compile(r"^['\u2019](?=[+\d])")
"""What a spreadsheet is told by that a number is text, where it did not keep that to itself."""


@dataclass(frozen=True)
class ListColumn:
    """What may be written of a newcomer. `name` is the form field's and the file column's; `values` its codes and
    labels, where there is a choice. `declared`: the study has named it; else its label is the product's own word, and
    whoever shows it looks its translation up."""

    name: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    declared: bool = False


@dataclass(frozen=True, kw_only=True)
class NewParticipant:
    """Somebody to be enrolled, every value in itself usable. An empty reference means the next free number; an empty
    `site_name` or a site attribute left out means as it is on record. `relationships` are to whom, by reference."""

    group: str
    enrolled_on: dt.date
    reference: str = ""
    site: str = ""
    site_name: str = ""
    site_attributes: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    contact: Contact = field(default_factory=Contact)
    events: Mapping[str, dt.date] = field(default_factory=dict)
    relationships: Mapping[str, str] = field(default_factory=dict)


def columns(study: Study) -> tuple[ListColumn, ...]:
    """Everything that may be written of a newcomer in a study, in the order shown."""
    return (
        ListColumn("group", N_("Group"), {group.id: group.title for group in study.groups}),
        ListColumn("reference", N_("Reference")),
        ListColumn("enrolled_on", N_("Enrolled on")),
        ListColumn("site", N_("Site")),
        ListColumn("site_name", N_("Name of the new site")),
        *(ListColumn(each.id, each.label, each.values, declared=True) for each in study.site_attributes),
        *(
            ListColumn(attribute_column(each), each.label, each.values, declared=True)
            for each in study.participant_attributes
        ),
        ListColumn("name", N_("Name")),
        ListColumn("phone", N_("Phone number")),
        ListColumn("email", N_("E-mail address")),
        ListColumn("preferred", N_("Prefers"), {each: each.replace("_", " ") for each in PREFERRED}),
        ListColumn("times", N_("Best times to reach them")),
        ListColumn("language", N_("Languages they speak")),
        ListColumn("other_phones", N_("Other phone numbers")),
        ListColumn("address", N_("Postal address")),
        ListColumn("needs", N_("What they need"), {each: each.replace("_", " ") for each in NEEDS}),
        ListColumn("born", N_("Year of birth")),
        *(ListColumn(f"event.{event}", label, declared=True) for event, label in study.events.items()),
        *(
            ListColumn(relationship_column(each), joined(" / ", (each.label, each.reverse)), declared=True)
            for each in study.relationships
        ),
    )


_RESERVED = frozenset({"group", "reference", "enrolled_on", "site", "site_name", *CONTACT_FIELDS})


def attribute_column(attribute: Attribute) -> str:
    """`age` for `participant.age`, unless another column is called that."""
    return attribute.id if attribute.name in _RESERVED else attribute.name


def relationship_column(relationship: Relationship) -> str:
    """The column that has the reference of whom somebody has a relationship to."""
    return f"relationship.{relationship.id}"


def check(study: Study, today: dt.date, written: Mapping[str, str]) -> tuple[NewParticipant, list[FieldFault]]:
    """Reads what was written: the newcomer as far as it can be used, and everything that cannot, each with what to do.

    Says nothing of what only the database knows: references taken, sites on record.
    """
    read = _EnrolmentReader(study, today, written)
    return read.newcomer(), read.faults


def check_contact(written: Mapping[str, str]) -> tuple[Contact, list[FieldFault]]:
    """Reads how somebody is reached, as `check` does."""
    read = WrittenFields(dt.date.max, written)
    return read.contact(), read.faults


def check_event(study: Study, today: dt.date, event: str, on: str) -> tuple[dt.date | None, list[FieldFault]]:
    """Reads on which day what happened: the day, or None and what is wrong with `event` or `on`."""
    read = WrittenFields(today, {"event": event, "on": on})
    if event not in study.events:
        read.fault("event", say("event_missing", values=list(study.events)))
    day = read.day("on")
    if day is None and not on.strip():
        read.fault("on", say("day_missing"))
    return (None if read.faults else day), read.faults


def check_related(study: Study, group: str, relationship: str, reference: str) -> tuple[str, list[FieldFault]]:
    """Reads whom somebody of a group has a relationship to: the reference, empty for nobody, and what is wrong with
    `relationship` or `other`."""
    read = _EnrolmentReader(study, dt.date.max, {"other": reference})
    declared = study.relationship(relationship)
    if declared is None or not declared.other(group):
        read.fault("relationship", say("relationship_missing"))
        return "", read.faults
    return read.related(study.group(group), declared, "other"), read.faults


class WrittenFields:
    """Text by column name, read piece by piece; what cannot be used is collected."""

    def __init__(self, today: dt.date, written: Mapping[str, str]) -> None:
        self.today = today
        self.written = {name: normalise.one_line(value) for name, value in written.items()}
        self.faults: list[FieldFault] = []

        for name, value in written.items():
            # Said rather than taken out: where there is such a character, others are likely to be wrong too.
            if normalise.unusable_at(value) is not None:
                self.fault(name, say("cannot_be_shown"))
                self.written[name] = ""

    def fault(self, name: str, sentence: Sentence) -> None:
        self.faults.append(FieldFault(name, sentence))

    def said(self, name: str) -> str:
        return self.written.get(name, "")

    def one_of(self, name: str, values: Mapping[str, str]) -> str:
        """The code of a value written as its code or its label, in any case."""
        value = self.said(name)
        if not value or value in values:
            return value
        by_word = {_folded(word): code for code, label in reversed(list(values.items())) for word in (label, code)}
        code = by_word.get(_folded(value), "")
        if not code:
            hint = near(value, values) or say("use_one_of", values=list(values))
            self.fault(name, with_hint(say("not_a_value", written=_shortened(value)), hint))
        return code

    def several(self, name: str, values: Mapping[str, str]) -> str:
        """The codes of several values, each written as its code or its label, with commas or semicolons between."""
        if not self.said(name):
            return ""
        by_word = {_folded(word): code for code, label in values.items() for word in (code, label)}
        found: dict[str, None] = {}
        for part in re.split(r"[,;]", self.said(name)):
            if word := _folded(part):
                if word not in by_word:
                    hint = near(word, values) or say("use_one_of", values=list(values))
                    self.fault(name, with_hint(say("not_a_value", written=_shortened(part.strip())), hint))
                    return ""
                found[by_word[word]] = None
        return ", ".join(found)

    def year(self, name: str) -> str:
        """A year of birth, also of a whole date of birth: the rest of that is not kept."""
        value = normalise.code(self.said(name))
        day = read_day(value) if value and not value.isdigit() else None
        value = str(day.year) if day else value
        newest = min(self.today, dt.date(2200, 1, 1)).year
        if value and not (value.isascii() and value.isdigit() and 1900 <= int(value[:9]) <= newest):
            self.fault(name, say("not_a_year", written=_shortened(value)))
            return ""
        return value

    def day(self, name: str) -> dt.date | None:
        value = self.said(name)
        if not value:
            return None
        day = read_day(value)
        if day is None:
            meant = serial_day(value)
            self.fault(
                name,
                say("spreadsheet_day", written=_shortened(value), day=meant)
                if meant
                else say("not_a_date", written=_shortened(value)),
            )
        elif not EARLIEST <= day <= self.today:
            self.fault(name, say("day_to_come" if day > self.today else "day_too_long_ago", day=day))
            day = None
        return day

    def contact(self) -> Contact:
        given = {name: self.said(name) for name in CONTACT_FIELDS}
        given["preferred"] = self.one_of("preferred", {each: each.replace("_", " ") for each in PREFERRED})
        given["needs"] = self.several("needs", {each: each.replace("_", " ") for each in NEEDS})
        given["born"] = self.year("born")
        given["phone"] = _TEXT_MARK.sub("", given["phone"])
        if _SPREADSHEET_NUMBER.fullmatch(given["phone"]):
            self.fault("phone", say("spreadsheet_number", written=given["phone"]))
            given["phone"] = ""
        kept = Contact(**{name: self.contact_field(name, value) for name, value in given.items()})
        needed = contacts.needed_for(kept)
        if needed and not self.said(needed):
            self.fault("preferred", say(f"prefers_without_{needed}"))
        return kept

    def contact_field(self, name: str, value: str) -> str:
        try:
            return contacts.checked_field(name, value)
        except InputRefused as refused:
            self.fault(name, refused.sentence)
            return ""


class _EnrolmentReader(WrittenFields):
    """Reads somebody new to a study."""

    def __init__(self, study: Study, today: dt.date, written: Mapping[str, str]) -> None:
        super().__init__(today, written)
        self.study = study

    def newcomer(self) -> NewParticipant:
        group = self.group()
        site = self.site()
        self.within_the_study()
        return NewParticipant(
            group=group.id if group else "",
            enrolled_on=self.day("enrolled_on") or self.today,
            reference=self.reference(group),
            site=site,
            site_name=self.said("site_name"),
            site_attributes={
                each.name: value for each in self.study.site_attributes if (value := self.one_of(each.id, each.values))
            },
            attributes={
                each.name: value
                for each in self.study.participant_attributes
                if (value := self.one_of(attribute_column(each), each.values))
            },
            contact=self.contact(),
            events={event: day for event in self.study.events if (day := self.day(f"event.{event}"))},
            relationships={
                each.id: reference
                for each in self.study.relationships
                if (reference := self.related(group, each, relationship_column(each)))
            },
        )

    def within_the_study(self) -> None:
        """Says what lies after the study's own end."""
        if self.study.retention is None:
            return
        end = self.study.retention.study_ends
        for name in ("enrolled_on", *(f"event.{event}" for event in self.study.events)):
            day = read_day(self.said(name)) if self.said(name) else None
            if day is not None and end < day <= self.today:
                self.fault(name, say("day_after_study", day=day, end=end))

    def related(self, group: Group | None, relationship: Relationship, column: str) -> str:
        """The reference of whom somebody of a group has a relationship to, or empty."""
        reference = self.said(column).upper()
        if not reference or group is None:
            return ""
        other = self.study.group(relationship.other(group.id) or "")
        if other is None:
            self.fault(column, say("relationship_not_of_group", group=group.title))
            return ""
        if not reference_pattern(other).fullmatch(reference):
            self.fault(
                column,
                say(
                    "not_a_reference_of",
                    written=_shortened(reference),
                    group=other.title,
                    example=f"{other.reference_prefix}-0042",
                ),
            )
            return ""
        return reference

    def group(self) -> Group | None:
        if not self.said("group"):
            self.fault("group", say("group_missing", values=[group.id for group in self.study.groups]))
            return None
        code = self.one_of("group", {group.id: group.title for group in self.study.groups})
        return self.study.group(code) if code else None

    def reference(self, group: Group | None) -> str:
        reference = normalise.code(self.said("reference")).upper()
        if group and reference and not reference_pattern(group).fullmatch(reference):
            self.fault(
                "reference",
                say("not_a_reference", written=_shortened(reference), example=f"{group.reference_prefix}-0042"),
            )
        return reference

    def site(self) -> str:
        site = normalise.code(self.said("site")).upper()
        if site and not SITE_REFERENCE.fullmatch(site):
            self.fault("site", say("not_a_site_reference", written=_shortened(site)))
            return ""
        if not site:
            for name in ("site_name", *(each.id for each in self.study.site_attributes)):
                if self.said(name):
                    self.fault("site", say("site_missing"))
                    break
        if len(self.said("site_name")) > contacts.MAXIMUM_LENGTH:
            self.fault("site_name", say("text_too_long", limit=contacts.MAXIMUM_LENGTH))
        return site


def reference_pattern(group: Group) -> re.Pattern[str]:
    """`BF-0042`: the group's letters and a number of four digits or more."""
    return re.compile(rf"{re.escape(group.reference_prefix)}-\d{{4,8}}", re.ASCII)


def next_number(group: Group, taken: Iterable[str]) -> int:
    """One more than the highest number taken. Gaps are not filled: a number once given out stays its person's."""
    pattern = reference_pattern(group)
    return max((int(each.partition("-")[2]) for each in taken if pattern.fullmatch(each)), default=0) + 1


def _folded(word: str) -> str:
    return normalise.code(word).casefold()


def _shortened(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:59]}…"
