"""The form with which a day on the spot begins."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import PasswordField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from surveyapp.domain.errors import FieldsRefused
from surveyapp.services.fieldwork.spot_days import SpotChoice, SpotPlaces
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.words import worded


class SpotDayForm(StaffForm):
    """Where, for whom, and the PIN that takes the tablet back."""

    sites = SelectMultipleField(lazy("Where are you?"), validate_choice=False)
    touchpoint = RadioField(lazy("Who is asked there?"), validate_choice=False)
    pin = PasswordField(lazy("A PIN for today"))

    def __init__(self, places: SpotPlaces) -> None:
        super().__init__()
        self.sites.choices = [SelectChoice(str(site.id), site.name) for site in places.sites]
        groups = {group.id: group.title for group in places.study.groups}
        self.touchpoint.choices = [
            SelectChoice(
                f"{each.group}.{each.number}",
                _("%(group)s: %(touchpoint)s", group=groups[each.group], touchpoint=each.title),
            )
            for each in places.study.touchpoints
        ]
        if not places.sites:
            del self.sites
        elif len(places.sites) == 1 and not self.sites.data:
            self.sites.data = [str(places.sites[0].id)]
        if len(places.study.touchpoints) == 1 and not self.touchpoint.data:
            self.touchpoint.data = str(self.touchpoint.choices[0].value)

    def refuse(self, refused: FieldsRefused) -> None:
        for fault in refused.faults:
            self[fault.field].errors = [worded(fault.sentence)]

    def chosen(self) -> SpotChoice:
        """What was chosen; what is no choice at all as one that there is not."""
        group, _dot, number = str(self.touchpoint.data or "").rpartition(".")
        sites = [found for each in (self.sites.data or [] if "sites" in self else []) if (found := _key(each))]
        return SpotChoice(
            group=group,
            touchpoint=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0,
            sites=sites,
            pin=self.pin.data or "",
        )


def _key(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None
