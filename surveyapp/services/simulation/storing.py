"""Storing simulated people as the program's own services would have: enrolled, their cases planned, consent recorded,
every section saved, and what is finished handed in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surveyapp.analysis.simulation.cohort import PACE, SimulatedGroup, SimulatedResponses, SimulatedSitting
from surveyapp.analysis.simulation.columns import ANSWERS
from surveyapp.analysis.simulation.people import SimulatedPeople
from surveyapp.analysis.simulation.plan import HISTORY, CohortPlan
from surveyapp.analysis.simulation.saves import sources
from surveyapp.domain.answers import Answer, Mode
from surveyapp.domain.fieldwork.cases import Case, Disposition, Window, window
from surveyapp.domain.instrument.routing import NOT_ASKED
from surveyapp.domain.participants import ConsentGiven, Event, Origin, Participant, Site
from surveyapp.domain.responses import NewSave, Response, ResponseState, payload_hash
from surveyapp.services.keyring import hash_password, new_token
from surveyapp.services.work import Work
from surveyapp.store import demonstration, enrolment, participants
from surveyapp.store import staff as staff_store
from surveyapp.store.database import new_id
from surveyapp.store.demonstration import FilledResponse

AT_ONCE = 500
"""How many people are turned into rows before they are stored."""

INTERVIEWER = "simulated-interviewer@example.org"
"""In whose name simulated interviews are entered. The account is switched off, and nobody knows its password."""

REFUSES, NOT_REACHED = 0.06, 0.35
"""Of those who could answer and did not, who refused and who was not reached; of the others nothing is known."""


@dataclass(frozen=True)
class Storing:
    """What every batch of a cohort needs: its sites, and who entered its interviews."""

    plan: CohortPlan
    sites: Sequence[Site]
    interviewer: uuid.UUID

    @classmethod
    def prepare(cls, work: Work, plan: CohortPlan) -> Storing:
        """Makes the sites and the interviewer, or finds those that there are."""
        known = staff_store.credentials(work.session, INTERVIEWER)
        if known is None:
            made = staff_store.add_staff(
                work.session, INTERVIEWER, "Simulated interviewer", hash_password(new_token()), (), work.now
            )
            staff_store.set_active(work.session, made.id, active=False)
        return cls(plan, add_sites(work, plan), made.id if known is None else known.staff.id)

    def store(self, work: Work, group: SimulatedGroup, progress: Callable[[int], None]) -> int:
        """Stores a group's people of a batch; how many rows that was."""
        batch = _Batch(self, group)
        rows = 0
        for first in range(0, len(group.people.numbers), AT_ONCE):
            some = range(first, min(first + AT_ONCE, len(group.people.numbers)))
            people = [batch.person(row) for row in some]
            enrolled = [batch.enrolment(row, person) for row, person in zip(some, people, strict=True)]
            enrolment.add_newcomers(work.session, enrolled)
            filled = [
                each
                for row, new in zip(some, enrolled, strict=True)
                for each in batch.responses(row, {case.touchpoint: case.id for case in new.cases})
            ]
            consents = (
                said for row, person in zip(some, people, strict=True) for said in batch.consents(row, person.id)
            )
            rows += sum(1 + len(each.events) + len(each.cases) for each in enrolled)
            rows += demonstration.add_consents(work.session, consents)
            rows += demonstration.add_filled(work.session, filled)
            progress(len(some))
        return rows


def add_sites(work: Work, plan: CohortPlan) -> list[Site]:
    """The sites of the plan's list in its order: new, or those that there are."""
    study = plan.study.id
    there = {site.reference: site for site in participants.sites(work.session, study, plan.as_of)}
    sites = []
    for place, attributes in enumerate(plan.sites, 1):
        reference = f"SIM{place:03d}"
        site = there.get(reference) or participants.add_site(
            work.session, study, reference, f"Simulated site {place}", attributes, plan.as_of - HISTORY
        )
        sites.append(site)
    return sites


class _Batch:
    """A group's people of a batch, one by one."""

    def __init__(self, storing: Storing, group: SimulatedGroup) -> None:
        self.storing, self.plan = storing, storing.plan
        self.people = group.people
        self.sittings = [_Sitting(self.plan, sitting, group.people) for sitting in group.sittings]
        self.site_of = group.people.sites.tolist()
        self.enrolled: list[dt.date] = group.people.enrolled.tolist()
        self.numbers: list[int] = group.people.numbers.tolist()
        self.orders: list[int] = group.people.orders.tolist()
        self.happened = {event: days.tolist() for event, days in group.people.events.items()}

    def mode(self, row: int) -> tuple[Mode, uuid.UUID | None]:
        phone = bool(self.people.interviewed[row])
        return (Mode.PHONE, self.storing.interviewer) if phone else (Mode.SELF, None)

    def person(self, row: int) -> Participant:
        site = self.site_of[row]
        known = {name: column.known(row) for name, column in self.people.attributes.items()}
        key = new_id()
        said = {each.purpose: each for _, each, _, _ in self.consents(row, key)}
        return Participant(
            id=key,
            study=self.plan.study.id,
            group=self.people.group.id,
            reference=f"{self.people.group.reference_prefix}-{self.numbers[row]:07d}",
            origin=Origin.SIMULATED,
            enrolled_on=self.enrolled[row],
            site=self.storing.sites[site] if site >= 0 else None,
            attributes={name: value for name, value in known.items() if isinstance(value, str)},
            declined_contact_at=self.plan.study.declined_contact_at(said),
        )

    def enrolment(self, row: int, person: Participant) -> enrolment.Enrolment:
        events = [Event(name, days[row], "simulated") for name, days in self.happened.items() if days[row]]
        return enrolment.Enrolment(
            participant=person,
            contact={},
            lookup=None,
            events=events,
            cases=list(self.cases(row, person)),
        )

    def cases(self, row: int, person: Participant) -> Iterator[Case]:
        asked = False
        for each in self.sittings:
            case = each.case(row, person.id)
            if case is not None:
                declined = asked and person.declined_contact_at is not None
                yield dataclasses.replace(case, disposition=Disposition.REFUSAL) if declined else case
            asked = asked or each.started[row] is not None

    def consents(self, row: int, key: uuid.UUID) -> Iterator[tuple[uuid.UUID, ConsentGiven, Mode, uuid.UUID | None]]:
        """Said before the first answer, and the same ever after."""
        begun = min((at for each in self.sittings if (at := each.started[row]) is not None), default=None)
        if begun is not None:
            for purpose in self.plan.study.consent:
                said = bool(self.people.consents[purpose.id][row])
                given = ConsentGiven(purpose.id, purpose.version, said, begun.replace(tzinfo=dt.UTC))
                yield key, given, *self.mode(row)

    def responses(self, row: int, cases: Mapping[int, uuid.UUID]) -> Iterator[FilledResponse]:
        mode, by = self.mode(row)
        for sitting in self.sittings:
            if sitting.started[row] is not None:
                case = cases[sitting.touchpoint.number]
                yield sitting.response(row, case, self.orders[row], mode, by)


class _Sitting:
    """One touchpoint of a group's people, one by one."""

    def __init__(self, plan: CohortPlan, sitting: SimulatedSitting, people: SimulatedPeople) -> None:
        self.plan, self.touchpoint = plan, sitting.touchpoint
        self.anchored: list[dt.date | None] = sitting.anchored.tolist()
        self.started: list[dt.datetime | None] = sitting.started.tolist()
        self.submitted: list[dt.datetime | None] = sitting.submitted.tolist()
        self.luck = people.leanings.chance.of_batch("disposition", str(sitting.touchpoint.number)).random(
            len(self.anchored)
        )
        self.forms = [_Filled(responses) for responses in sitting.responses]
        self.form_of = np.full(len(self.anchored), -1)
        self.place = np.full(len(self.anchored), -1)
        for number, responses in enumerate(sitting.responses):
            self.form_of[responses.rows] = number
            self.place[responses.rows] = np.arange(len(responses.rows))

    def case(self, row: int, person: uuid.UUID) -> Case | None:
        day = self.anchored[row]
        if day is None:
            return None
        when = _window(self.plan, self.touchpoint.key, day)
        return Case(
            id=new_id(),
            participant_id=person,
            touchpoint=self.touchpoint.number,
            disposition=self._disposition(row, when),
            **vars(when),
        )

    def _disposition(self, row: int, when: Window) -> Disposition:
        if self.submitted[row] is not None:
            return Disposition.COMPLETE
        if self.started[row] is not None:
            return Disposition.PARTIAL
        opens_on = when.opens_at.astimezone(self.plan.zone).date()
        if opens_on >= self.plan.as_of or self.luck[row] >= REFUSES + NOT_REACHED:
            return Disposition.UNKNOWN
        return Disposition.REFUSAL if self.luck[row] < REFUSES else Disposition.NON_CONTACT

    def response(self, row: int, case: uuid.UUID, order: int, mode: Mode, by: uuid.UUID | None) -> FilledResponse:
        started, submitted = self.started[row], self.submitted[row]
        assert started is not None
        form, place = self.forms[self.form_of[row]], int(self.place[row])
        language = self.plan.study.source_language
        saves: dict[int, uuid.UUID] = {section: new_id() for section in form.saved(place)}
        answers = form.answers(place)
        said: dict[int, dict[str, Answer]] = {section: {} for section in saves}
        for key, answer, section in answers:
            if answer != NOT_ASKED:
                said[section][key] = answer
        names = form.sections
        return FilledResponse(
            response=Response(
                id=new_id(),
                case_id=case,
                questionnaire=self.touchpoint.questionnaire,
                version=form.version,
                state=ResponseState.STARTED if submitted is None else ResponseState.SUBMITTED,
                revision=len(saves),
                seed=order,
                started_at=started.replace(tzinfo=dt.UTC),
                submitted_at=submitted and submitted.replace(tzinfo=dt.UTC),
            ),
            saves={
                key: NewSave(
                    id=new_id(),
                    section=names[section],
                    language=language,
                    mode=mode,
                    by=by,
                    client_at=None,
                    recorded_at=_later(started, section + 1),
                    payload_hash=payload_hash(names[section], said[section]),
                )
                for section, key in saves.items()
            },
            answers=[(key, answer, saves[section]) for key, answer, section in answers],
        )


class _Filled:
    """The responses on one version, one by one."""

    def __init__(self, responses: SimulatedResponses) -> None:
        self.version = responses.questionnaire.version
        self.sections = [section.id for section in responses.questionnaire.sections]
        self._saves, source = sources(responses)
        self._columns = []
        for key, column in responses.route.answers.items():
            values: dict[int, Answer] = {**ANSWERS, **dict(enumerate(column.values))}  # type: ignore[arg-type]  # each is an answer
            self._columns.append((key, values, column.codes.tolist(), source[key].tolist()))

    def saved(self, place: int) -> list[int]:
        """The sections with a save."""
        found: list[int] = np.flatnonzero(self._saves[place]).tolist()
        return found

    def answers(self, place: int) -> list[tuple[str, Answer, int]]:
        """What stands of each variable, and the section whose save says it."""
        return [
            (key, values[codes[place]], source[place])
            for key, values, codes, source in self._columns
            if source[place] >= 0
        ]


def _later(started: dt.datetime, sections: int) -> dt.datetime:
    moment: dt.datetime = started + sections * PACE.astype(object)
    return moment.replace(tzinfo=dt.UTC)


@functools.lru_cache(maxsize=20_000)
def _window(plan: CohortPlan, touchpoint: tuple[str, int], day: dt.date) -> Window:
    found = plan.study.touchpoint(*touchpoint)
    assert found is not None
    return window(found, day, plan.zone)
