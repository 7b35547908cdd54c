"""The manager's forms."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_wtf.file import FileRequired
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TelField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import DateInput

from surveyapp.domain.errors import ContactShared, FieldFault
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import CONTACT_FIELDS, Contact, Site
from surveyapp.services.participants.enrolment_form import ListColumn
from surveyapp.web.shared.incoming import StaffForm, UploadedFile
from surveyapp.web.shared.language import direction, language_apart
from surveyapp.web.shared.words import PREFERRED, worded

NEW_SITE = "+"
"""The choice of a site that is not on record yet. No site's reference is so written."""


def _choice(value: str, label: object) -> SelectChoice:
    """A choice, marked with the language of its label where that is not the page's."""
    language = language_apart(label)
    return SelectChoice(value, str(label), {"lang": language, "dir": direction(language)} if language else {})


def _select(label: object, first: object, choices: Iterable[tuple[str, object]]) -> SelectField:
    # The services say what is wrong with a value, in a file as in a form.
    made = [SelectChoice("", first), *(_choice(*each) for each in choices)]
    return SelectField(label, choices=made, validate_choice=False)


def _day(label: object) -> StringField:
    """A day, kept as it was typed."""
    return StringField(label, widget=DateInput())


class FormOfFaults(StaffForm):
    """A form that shows what the services refuse where it was written."""

    def refuse(self, faults: Iterable[FieldFault]) -> None:
        for fault in faults:
            field = self.field_of(fault.field)
            field.errors = [*field.errors, worded(fault.sentence)]

    def field_of(self, column: str) -> Field:
        return self[column]


class SiteForm(FormOfFaults):
    """A form that says, beside other things, at which site somebody is: one that is there, or a new one. Its classes
    have the fields `site`, `new_site` and what is said of a new site."""

    columns: Sequence[ListColumn] = ()

    @property
    def adds_site(self) -> bool:
        return bool(self["site"].data == NEW_SITE)

    def written(self) -> dict[str, str]:
        """What was written, by column. What stands under “a new site” counts only when that was chosen."""
        said = {column.name: self[column.name].data or "" for column in self.columns}
        if self.adds_site:
            said["site"] = self["new_site"].data or ""
            if not said["site"].strip():
                # A new site without a reference is a fault, like a name without one.
                said["site_name"] = said["site_name"] or "?"
        else:
            said |= {name: "" for name in said if name == "site_name" or name.startswith("site.")}
        return said

    def field_of(self, column: str) -> Field:
        return self["new_site"] if column == "site" and self.adds_site else self[column]

    def names(self, prefix: str) -> list[str]:
        """The columns of site's attributes, relationships or events: those that begin so."""
        return [column.name for column in self.columns if column.name.startswith(prefix)]


class ContactForm(FormOfFaults):
    """How somebody is reached. Others may have the same number or address, which is then confirmed."""

    name = StringField(lazy("Name"))
    phone = TelField(lazy("Phone number"))
    email = EmailField(lazy("E-mail address"))
    preferred = _select(lazy("Prefers"), lazy("Not known"), PREFERRED.items())
    times = StringField(lazy("Best times to reach them"))
    language = StringField(lazy("Languages they speak"))
    other_phones = StringField(lazy("Other phone numbers"))
    address = StringField(lazy("Postal address"))
    needs = StringField(lazy("What they need"))
    born = StringField(lazy("Year of birth"))
    confirmed = BooleanField(lazy("They share it with somebody, so that is right"))
    must_confirm = False

    def ask_to_confirm(self, shared: ContactShared) -> None:
        self.must_confirm = True
        self.refuse(shared.shared)
        self.confirmed.errors = [_("Check that this is not the same person twice. If they share it, say so here.")]

    def written(self) -> dict[str, str]:
        return {name: self[name].data or "" for name in CONTACT_FIELDS}

    @staticmethod
    def of(contact: Contact) -> ContactForm:
        return ContactForm(data={name: getattr(contact, name) for name in CONTACT_FIELDS})


class EventForm(FormOfFaults):
    """Something that happened, and when."""

    event = SelectField(lazy("What happened"), validate_choice=False)
    on = _day(lazy("On which day"))

    def __init__(self, study: Study) -> None:
        super().__init__()
        self.event.choices = [_choice(*each) for each in study.events.items()]


class RelatedForm(FormOfFaults):
    """Whom somebody of a group has a relationship to. `unseen`: relationships that are to somebody whom whoever looks
    does not manage, and that others change."""

    relationship = SelectField(lazy("What they are to one another"), validate_choice=False)
    other = StringField(lazy("Reference of the other"))

    def __init__(self, study: Study, group: str, unseen: Collection[str] = ()) -> None:
        super().__init__()
        self.relationship.choices = [
            _choice(each.id, each.label_for(group)) for each in study.relationships_of(group) if each.id not in unseen
        ]


class ParticipantForm(SiteForm, ContactForm):
    """Somebody new. Made for a study by `participant_form`, which adds its attributes, relationships and events."""

    key = HiddenField()
    group = SelectField(lazy("Group"), validate_choice=False)
    reference = StringField(lazy("Reference"))
    enrolled_on = _day(lazy("Enrolled on"))
    site = SelectField(lazy("Site"), validate_choice=False)
    new_site = StringField(lazy("Reference of the new site"))
    site_name = StringField(lazy("Name of the new site"))

    def __iter__(self) -> Iterator[Field]:
        """In the order of the page, which is that of the list of faults."""
        first = ["group", "reference", "enrolled_on", *CONTACT_FIELDS, "confirmed", "site", "new_site", "site_name"]
        names = [*first, *self.names("site."), *self.attributes, *self.names("relationship."), *self.names("event.")]
        fields = {field.short_name: field for field in super().__iter__()}
        return iter([fields.pop(name) for name in names] + list(fields.values()))

    @property
    def attributes(self) -> list[str]:
        """The columns of what is known of the person."""
        return [column.name for column in self.columns if column.name not in _FIXED and "." not in column.name]

    @property
    def uuid(self) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.key.data or "")
        except ValueError:
            return None


_FIXED = frozenset({"group", "reference", "enrolled_on", "site", "site_name", *CONTACT_FIELDS})


def participant_form(
    study: Study, columns: Sequence[ListColumn], sites: Sequence[Site], today: dt.date, key: uuid.UUID
) -> ParticipantForm:
    """The form for somebody new to a study. `columns` are those that may be written."""
    more: dict[str, Field] = {}
    for column in columns:
        if column.name not in _FIXED:
            label = column.label
            if column.name.startswith("relationship."):
                more[column.name] = StringField(label)
            elif column.values:
                more[column.name] = _select(label, lazy("Not known"), column.values.items())
            else:
                more[column.name] = _day(label)
    form: ParticipantForm = type("StudyParticipantForm", (ParticipantForm,), more)(
        data={"enrolled_on": today.isoformat(), "key": str(key)}
    )
    form.columns = columns
    form.group.choices = [SelectChoice("", _("Choose a group")), *(_choice(g.id, g.title) for g in study.groups)]
    form.site.choices = _sites(sites)
    return form


def _sites(there: Sequence[Site]) -> list[SelectChoice]:
    return [
        SelectChoice("", _("None")),
        *(SelectChoice(each.reference, _site_label(each)) for each in there),
        SelectChoice(NEW_SITE, _("A site that is not in this list")),
    ]


def _site_label(site: Site) -> str:
    return site.reference if site.name == site.reference else f"{site.reference}, {site.name}"


class ImportForm(StaffForm):
    """A file of participants."""

    file = UploadedFile(lazy("The list"), [FileRequired(lazy("Choose the file."))])


class LinksForm(StaffForm):
    """For whom links and codes are made."""

    touchpoint = SelectField(lazy("For whom"), validate_choice=False)
    everyone = BooleanField(lazy("Also those who have a link or code that works"))
    way = RadioField(
        lazy("How they reach people"),
        choices=[
            SelectChoice("direct", lazy("To each person themselves, in a message or e-mail")),
            SelectChoice("passed_on", lazy("Through somebody else, such as their employer, or on paper")),
        ],
        validators=[InputRequired(lazy("Say how they reach people."))],
    )

    def __init__(self, choices: Mapping[str, str]) -> None:
        super().__init__()
        self.touchpoint.choices = [SelectChoice(*each) for each in choices.items()]


class MendForm(SiteForm):
    """Where somebody belongs and what is known of them. Made for a study by `mend_form`."""

    sure = HiddenField()

    @property
    def others(self) -> list[str]:
        """The columns beside those of the site, in the order shown."""
        return [column.name for column in self.columns if column.name.partition(".")[0] not in ("site", "site_name")]


def mend_form(study: Study, columns: Sequence[ListColumn], sites: Sequence[Site], held: Mapping[str, str]) -> MendForm:
    """The form that changes what `columns` say of somebody; `held`: as it stands."""
    fields: dict[str, Field] = {}
    for column in columns:
        if column.name == "site":
            fields["site"] = SelectField(lazy("Site"), choices=_sites(sites), validate_choice=False)
            fields["new_site"] = StringField(lazy("Reference of the new site"))
        elif column.name == "site_name":
            fields["site_name"] = StringField(lazy("Name of the new site"))
        elif column.name == "group":
            fields["group"] = SelectField(lazy("Group"), choices=[_choice(g.id, g.title) for g in study.groups])
        elif column.values:
            fields[column.name] = _select(column.label, lazy("Not known"), column.values.items())
        else:
            fields[column.name] = _day(lazy("Enrolled on"))
    form: MendForm = type("StudyMendForm", (MendForm,), fields)(data=dict(held))
    form.columns = columns
    return form


class CaseForm(FormOfFaults):
    """The days of a case, and whether its person is asked again."""

    opens_on = _day(lazy("Opens on"))
    due_on = _day(lazy("Due on"))
    closes_on = _day(lazy("Last day"))
    again = BooleanField(lazy("They are asked again"))
    sure = HiddenField()

    def written(self) -> dict[str, str]:
        days = {name: self[name].data or "" for name in ("opens_on", "due_on", "closes_on")}
        return {**days, "again": "yes" if self.again.data else ""}
