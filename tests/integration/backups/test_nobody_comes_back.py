"""Who was erased, renewed or made anonymous, merged and taken apart, before and after a backup that is put back: of
whoever was erased nothing can be read afterwards, anywhere; whoever asked for nothing loses nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Literal

import pytest

from surveyapp.domain.fieldwork.cases import Outcome
from surveyapp.domain.instrument.consent.retention import KeepUntil, RetentionRule
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.staff import Action, Role
from surveyapp.services.fieldwork import attempts, calls
from surveyapp.services.participants import contacts, roster
from surveyapp.services.privacy import erasing, merging, replaying, retention, splitting
from surveyapp.services.privacy import restored as restored_backup
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.security.backups import backup
from surveyapp.services.work import Desk
from surveyapp.store import cases
from surveyapp.store.connecting.engines import file_of
from surveyapp.store.tables import MergeRow, ParticipantRow
from tests import factories
from tests.conftest import Clock
from tests.integration.backups.installed import put_back
from tests.integration.backups.readable import readable
from tests.sealed import KnownPerson, know

pytestmark = pytest.mark.both_databases

STUDY = factories.STUDY
TYPED = "nobody knew that before"
STORIES = {
    "never merged": "backup",
    "merged after it": "backup merge",
    "merged and taken apart after it": "backup merge split",
    "merged before it": "merge backup",
    "merged before it, taken apart after": "merge backup split",
    "merged, written of, taken apart after it": "merge write backup split",
    "merged and taken apart before it": "merge write split backup",
}


class Two:
    """Two people of whom everything is known, the first of whom the second is merged into, and a third."""

    def __init__(self, runtime: Runtime, more: str = "kept", third_comes: Callable[[], None] = lambda: None) -> None:
        self.runtime, self.staff = runtime, factories.create_staff(runtime, Role.INTERVIEWER)
        self.kept, self.folded = (know(runtime, self.staff, number) for number in (1, 2))
        third_comes()
        self.third = know(runtime, self.staff, 3)
        if more == "folded":
            self.say(self.folded, "another answer of mine")
        for each in self.people:
            self.hang_up(each.participant)
        self.made: backup.MadeBackup | None = None

    @property
    def people(self) -> tuple[KnownPerson, ...]:
        return self.kept, self.folded, self.third

    @property
    def desk(self) -> Desk:
        return Desk(self.runtime, factories.create_staff(self.runtime, Role.MANAGER))

    def say(self, known: KnownPerson, words: str) -> None:
        who = factories.by_interviewer(self.staff, known.participant)
        form = {"heard_via": ["online"], "heard_via_detail": [words]}
        answering.save_section(self.runtime, who, "start", form, uuid.uuid4(), finish=False)

    def hang_up(self, person: Participant) -> None:
        with factories.operator(self.runtime).writing() as work:
            cases.end_leases(work.session, person.id, work.now)

    def backup(self) -> None:
        self.made = backup.create(factories.operator(self.runtime))

    def merge(self) -> None:
        merging.merge(self.desk, STUDY, self.kept.participant.reference, self.folded.participant.reference)

    def split(self) -> None:
        splitting.split(self.desk, STUDY, self.kept.participant.reference, self.folded.participant.reference)

    def write(self) -> None:
        """A call while they are merged: a note, and the contact corrected."""
        who = factories.by_interviewer(self.staff, self.kept.participant)
        calls.open_case(self.runtime, who)
        attempts.record_attempt(self.runtime, who, Outcome.NO_ANSWER, uuid.uuid4(), TYPED)
        self.hang_up(self.kept.participant)
        with factories.operator(self.runtime).writing() as work:
            held = contacts.read(work, self.kept.participant.id)
            contacts.write(work, self.kept.participant, dataclasses.replace(held, times="before noon"))


def read_by(runtime: Runtime, two: Two, aside: str | None = None) -> str:
    """What can be read with the keys of now."""
    url, schema = runtime.settings.database_url, ""
    if aside is not None and file_of(url) is not None:
        url = f"sqlite:///{aside}"
    elif aside is not None:
        schema = aside.removeprefix("the schema ")
    return readable(runtime, url, [each.participant.id for each in two.people], schema)


def missing(two: Two, known: KnownPerson, text: str) -> list[str]:
    return [each for each in known.secrets if each not in text]


def told(two: Two, known: KnownPerson, text: str) -> list[str]:
    return [each for each in known.secrets if each in text]


WALKED = [
    (story, erased, more)
    for story, steps in STORIES.items()
    for erased in ("kept", "folded", "nobody")
    if erased != "folded" or "split" in steps or "merge" not in steps
    for more in ("kept", "folded")
    if more == "kept" or steps == "merge write backup split"
]
"""What happened, who was erased then, and whose answers stand: of two who are one, one alone cannot be erased."""


@pytest.mark.parametrize(("story", "erased", "more"), WALKED)
def test_who_was_erased_stays_so_and_whoever_asked_for_nothing_loses_nothing(
    installed: Runtime, story: str, erased: str, more: str
) -> None:
    two, steps = Two(installed, more), STORIES[story].split()
    for step in steps:
        getattr(two, step)()
    merged = "merge" in steps and "split" not in steps
    gone = [] if erased == "nobody" else [two.kept, two.folded] if merged else [getattr(two, erased)]
    stay = [each for each in two.people if each not in gone]
    for each in gone[:1]:
        with factories.operator(installed).writing() as work:
            erasing.erase(work, each.participant)
    installed.database.dispose()
    assert two.made is not None
    live = read_by(installed, two)
    restored = put_back(installed, two.made)
    in_backup = read_by(installed, two)
    settled = restored_backup.settle(factories.operator(installed))
    after, aside = read_by(installed, two), read_by(installed, two, restored.aside)

    for text in (live, in_backup, after, aside):
        assert [told(two, each, text) for each in gone] == [[] for _ in gone]
        assert [missing(two, each, text) for each in stay] == [[] for _ in stay]
    assert {each.participant.id for each in gone} == set(installed.person_keys.forgotten())
    in_one = merging_at(steps) and not gone
    with factories.operator(installed).reading() as work:
        there = {each for (each,) in work.session.query(ParticipantRow.id)}
        assert {each.participant.id for each in stay} - there == ({two.folded.participant.id} if in_one else set())
        assert not there & {each.participant.id for each in gone}
        assert bool(work.session.query(MergeRow).all()) is in_one
        for each in stay:
            if each.participant.id in there and not in_one:
                held = contacts.read(work, each.participant.id)
                assert dataclasses.replace(held, times="") == dataclasses.replace(each.contact, times="")
                assert contacts.find(work, factories.everyone(installed), each.contact.phone) == [
                    each.participant.reference
                ]
    assert settled.erased_again == len(gone) - (merging_at(steps) and len(gone) > 1)
    assert replaying.replay(factories.operator(installed)) == replaying.Replayed(0, 0)
    # As if nothing had been: they are merged and taken apart again, and whoever is there is whole.
    if not gone:
        if not in_one:
            two.merge()
        two.split()
        text = read_by(installed, two)
        assert [missing(two, each, text) for each in two.people] == [[], [], []]


SHORT = KeepUntil(touchpoint=1, days=10)
RULE = RetentionRule(study_ends=dt.date(2030, 12, 31), contacts=SHORT, words=SHORT, answers=SHORT)


@pytest.mark.parametrize(("story", "then"), [*((each, "anonymise") for each in STORIES), ("merged before it", "erase")])
def test_whoever_was_let_go_of_is_so_at_once_after_a_restore_and_nobody_else_is(
    installed: Runtime, clock: Clock, story: str, then: Literal["anonymise", "erase"]
) -> None:
    study = dataclasses.replace(installed.study(STUDY), retention=dataclasses.replace(RULE, then=then))
    runtime = dataclasses.replace(installed, studies={**installed.studies, STUDY: study})
    two = Two(runtime, third_comes=lambda: clock.forward(days=60))
    for step in STORIES[story].split():
        getattr(two, step)()
    clock.forward(days=20)
    retention.run(factories.operator(runtime), STUDY)
    runtime.database.dispose()
    assert two.made is not None
    live = read_by(runtime, two)
    restored = put_back(runtime, two.made)
    in_backup = read_by(runtime, two)
    restored_backup.settle(factories.operator(runtime))
    after, aside = read_by(runtime, two), read_by(runtime, two, restored.aside)
    for text in (live, in_backup, after, aside):
        assert [told(two, each, text) for each in (two.kept, two.folded)] == [[], []]
        assert missing(two, two.third, text) == []
    supervisor = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    assert roster.find(supervisor, Action.HANDLE_RIGHTS, STUDY, two.third.contact.phone) == ["BF-9003"]
    assert retention.run(factories.operator(runtime), STUDY) == {}


def test_whoever_was_let_go_of_in_part_keeps_nobody_from_being_found_after_a_restore(
    installed: Runtime, clock: Clock
) -> None:
    """Of somebody who is reached and never said a word nothing is sealed once their contact goes: their key is
    renewed."""
    study = dataclasses.replace(installed.study(STUDY), retention=dataclasses.replace(RULE, answers=KeepUntil()))
    runtime = dataclasses.replace(installed, studies={**installed.studies, STUDY: study})
    bare = factories.create_participant(runtime, reference="BF-0100")
    with factories.operator(runtime).writing() as work:
        contacts.write(work, bare, Contact(name="Amina Yusuf", phone="07700 900142"))
    clock.forward(days=60)
    later = know(runtime, factories.create_staff(runtime, Role.INTERVIEWER), 2)
    clock.forward(days=20)
    made = backup.create(factories.operator(runtime))
    assert retention.run(factories.operator(runtime), STUDY) == {KeptThing.CONTACTS: 1}
    put_back(runtime, made)
    restored_backup.settle(factories.operator(runtime))
    supervisor = Desk(runtime, factories.create_staff(runtime, Role.SUPERVISOR))
    for written, found in ((later.contact.phone, ["BF-9002"]), ("07700 900142", [])):
        assert roster.find(supervisor, Action.HANDLE_RIGHTS, STUDY, written) == found
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, later.participant.id) == later.contact


def merging_at(steps: list[str]) -> bool:
    """Whether they were one when the backup was made."""
    before = steps[: steps.index("backup")]
    return "merge" in before and "split" not in before
