"""Where somebody belongs and how their cases stand, kept so that a change of it can be taken back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.fieldwork.cases import Disposition
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.services.cases import scheduling
from surveyapp.services.work import Work
from surveyapp.store import cases, participants, responses
from surveyapp.store import enrolment as store
from surveyapp.store.participants import Placed


def as_placed(work: Work, person: Participant) -> dict[str, Any]:
    """Where somebody belongs and how their cases stand, as JSON, so that a change can be taken back."""
    return {
        "group": person.group,
        "site": person.site.id.hex if person.site else None,
        "enrolled_on": person.enrolled_on.isoformat(),
        "cases": {
            each.id.hex: {
                "disposition": each.disposition.value,
                **{name: at.isoformat() if (at := getattr(each, name)) else None for name in _WINDOW},
            }
            for each in cases.cases_of(work.session, person.id)
        },
    }


_WINDOW = ("opens_at", "due_at", "closes_at", "moved_at")


def take_back(work: Work, study: Study, person: Participant, placed: Mapping[str, Any]) -> None:
    """Puts somebody back where they belonged by `as_placed`; a case that they have begun to answer stays as it is.
    Raises StateRefused where that is one of the group that they came to."""
    there = {each.id.hex: each for each in cases.cases_of(work.session, person.id)}
    begun = {key for key, each in there.items() if responses.response_of(work.session, each.id) is not None}
    if placed["group"] != person.group and begun:
        raise StateRefused(say("group_after_answers", reference=person.reference))
    site = uuid.UUID(placed["site"]) if placed["site"] else None
    enrolled_on = dt.date.fromisoformat(placed.get("enrolled_on", person.enrolled_on.isoformat()))
    belongs = Placed(group=placed["group"], site_id=site, enrolled_on=enrolled_on, attributes=person.attributes)
    participants.replace_placed(work.session, person.id, belongs)
    for key, case in there.items():
        if key in begun:
            continue
        if key not in placed["cases"]:
            store.take_case_back(work.session, case.id)
            continue
        kept = placed["cases"][key]
        window: dict[str, Any] = {
            name: dt.datetime.fromisoformat(kept[name]) if kept[name] else None for name in _WINDOW
        }
        scheduling.move(work, study, dataclasses.replace(case, **window))
        # That they were not eligible is all that came of where they belonged: a call since may have said otherwise.
        if case.disposition is Disposition.NOT_ELIGIBLE:
            cases.set_disposition(work.session, case, Disposition(kept["disposition"]))
