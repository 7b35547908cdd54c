"""What a row of a list may say beyond what the form for one person asks: a name in two parts, who wants to be left
alone, and consent that was given before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain import normalise
from surveyapp.domain.answers import Mode
from surveyapp.domain.errors import FieldFault
from surveyapp.domain.fieldwork.days import start_of
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import ConsentGiven
from surveyapp.domain.sentences import say
from surveyapp.services.participants import enrolment_form
from surveyapp.services.participants.enrolment_form import ListColumn, NewParticipant, WrittenFields
from surveyapp.store.enrolment import TakenConsent

_YES_NO = {"yes": N_("Yes"), "no": N_("No")}
_YES = frozenset({"yes", "y", "true", "1", "x", "tak", "oui", "ja", "si", "sí", "ਹਾਂ", "ہاں"})
_NO = frozenset({"no", "n", "false", "0", "nie", "non", "nein", "ਨਹੀਂ", "نہیں"})

_MODES = {"in_person": Mode.IN_PERSON, "phone": Mode.PHONE, "video": Mode.VIDEO}


def columns(study: Study) -> tuple[ListColumn, ...]:
    """Everything that a row may say, in the order shown."""
    return (
        *enrolment_form.columns(study),
        ListColumn("given_name", N_("First name")),
        ListColumn("family_name", N_("Last name")),
        ListColumn("do_not_contact", N_("Does not want to be contacted"), _YES_NO),
        *(ListColumn(f"consent.{each.id}", each.text, _YES_NO, declared=True) for each in study.consent),
        ListColumn("consented_on", N_("Day of the consent")),
        ListColumn("consent_given_to", N_("Who took the consent")),
        ListColumn("consent_wording", N_("Version of the consent’s wording")),
        ListColumn("consent_mode", N_("How the consent was given"), {each: each.replace("_", " ") for each in _MODES}),
    )


@dataclass(frozen=True, kw_only=True)
class ListedPerson:
    """Somebody in a list: who joins, what they consented to already, and whether they want to be left alone. `dated`:
    whether the row says the day of enrolment; `may_be_contacted`: whether it says that they may be."""

    new: NewParticipant
    consents: tuple[TakenConsent, ...] = ()
    do_not_contact: bool = False
    dated: bool = False
    may_be_contacted: bool = False


def check(
    study: Study, today: dt.date, zone: dt.tzinfo, written: Mapping[str, str]
) -> tuple[ListedPerson, list[FieldFault]]:
    """Reads a row, as `enrolment_form.check` does. `zone`: the study's; a consent counts from the first moment of its
    day there."""
    new, faults = enrolment_form.check(study, today, written)
    said = WrittenFields(
        today, {name: value for name, value in written.items() if name.startswith(("consent", "do_not"))}
    )
    alone = _yes_or_no(said, "do_not_contact")
    consents = tuple(_consents(study, said, zone))
    told = {fault.field for fault in faults}
    dated = bool(normalise.one_line(written.get("enrolled_on", "")))
    listed = ListedPerson(
        new=new, consents=consents, do_not_contact=alone is True, dated=dated, may_be_contacted=alone is False
    )
    return listed, [
        *faults,
        *(fault for fault in said.faults if fault.field not in told),
    ]


def declined_contact_at(study: Study, listed: ListedPerson) -> dt.datetime | None:
    """Since when somebody in a list does not want to be contacted again, by the consent in their row."""
    return study.declined_contact_at({each.given.purpose: each.given for each in listed.consents})


def _consents(study: Study, said: WrittenFields, zone: dt.tzinfo) -> list[TakenConsent]:
    answers = {each: _yes_or_no(said, f"consent.{each.id}") for each in study.consent}
    details = [
        name for name in ("consented_on", "consent_given_to", "consent_wording", "consent_mode") if said.said(name)
    ]
    day = said.day("consented_on")
    mode = _MODES.get(said.one_of("consent_mode", {each: each.replace("_", " ") for each in _MODES}) or "in_person")
    given = [each for each, answer in answers.items() if answer is not None]
    if not given:
        for name in details:
            said.fault(name, say("consent_to_nothing"))
        return []
    if day is None and not said.said("consented_on"):
        said.fault("consented_on", say("consent_without_day"))
    found = []
    for purpose in given:
        version = purpose.version
        if wording := said.said("consent_wording"):
            if wording.removeprefix("v").isascii() and wording.removeprefix("v").isdigit():
                version = int(wording.removeprefix("v")[:9])
            if not 1 <= version <= purpose.version or not wording.removeprefix("v").isdigit():
                said.fault(
                    "consent_wording", say("consent_wording_unknown", written=wording[:60], newest=purpose.version)
                )
                break
        if day is not None and mode is not None:
            consent = ConsentGiven(purpose.id, version, bool(answers[purpose]), start_of(day, zone))
            found.append(TakenConsent(given=consent, mode=mode, to=said.said("consent_given_to")[:254]))
    return found


def _yes_or_no(said: WrittenFields, name: str) -> bool | None:
    value = said.said(name).casefold()
    if not value:
        return None
    if value in _YES or value in _NO:
        return value in _YES
    said.fault(name, say("yes_or_no", written=value[:60]))
    return None
