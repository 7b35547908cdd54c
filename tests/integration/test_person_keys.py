"""A key for each person: what it seals, what is there without it, and what was sealed before there were any."""

from __future__ import annotations

import dataclasses
import uuid
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from surveyapp.cli import main
from surveyapp.domain.answers import Text
from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.staff import Role, Staff
from surveyapp.services import readiness
from surveyapp.services import runtime as runtimes
from surveyapp.services.participants import contacts
from surveyapp.services.privacy import resealing, rotating
from surveyapp.services.responses import survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases, participants
from surveyapp.store.security import sealed_rows
from surveyapp.store.security.key_file import KeyFile
from surveyapp.store.tables import AnswerHistoryRow, AnswerRow, AttemptRow, Base, ContactLookupRow, ContactRow, SaveRow
from tests import factories
from tests.sealed import KnownPerson, know


@pytest.fixture
def staff(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.INTERVIEWER)


def dumped(runtime: Runtime) -> str:
    """Every value of every row, as text."""
    with runtime.database.engine.connect() as connection:
        return "\n".join(
            repr(value)
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table))
            for value in row
        )


def check_all_there(runtime: Runtime, staff: Staff, known: KnownPerson) -> None:
    visit = survey_session.visit(runtime, factories.by_interviewer(staff, known.participant))
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, known.participant.id) == known.contact
        assert [each.note for each in cases.attempts_of(work.session, visit.case.id)] == [known.note]
        assert contacts.find(work, factories.everyone(runtime), known.contact.name) == [known.participant.reference]
    assert visit.given is not None
    assert visit.given["heard_via_detail"].answer == Text(known.words)


def test_what_says_who_somebody_is_and_what_they_said_is_nowhere_in_the_database(
    runtime: Runtime, staff: Staff
) -> None:
    known = know(runtime, staff, 7)
    held = dumped(runtime)
    assert [secret for secret in known.secrets if secret in held] == []
    check_all_there(runtime, staff, known)


def test_a_study_may_keep_words_in_clear_but_nothing_else(runtime: Runtime, staff: Staff) -> None:
    study = dataclasses.replace(runtime.study(factories.STUDY), open_answers="clear")
    plain = runtimes.build(runtime.settings, runtime.clock, {factories.STUDY: study})
    known = know(plain, staff, 7)
    held = dumped(plain)
    assert [secret for secret in known.secrets if secret in held] == [known.words]
    check_all_there(plain, staff, known)
    plain.database.dispose()


def test_the_hash_of_words_cannot_be_tried_without_the_key(runtime: Runtime, staff: Staff) -> None:
    from surveyapp.domain.answers import Codes
    from surveyapp.domain.responses import payload_hash

    known = know(runtime, staff, 7)
    with runtime.database.reading() as session:
        (stored,) = session.scalars(select(SaveRow.payload_hash))
    said = {"heard_via": Codes(("online",)), "heard_via_detail": Text(known.words)}
    assert stored != payload_hash("start", said)


def test_without_the_file_of_keys_it_says_so_and_makes_no_other(runtime: Runtime, staff: Staff) -> None:
    known = know(runtime, staff, 7)
    place = runtime.settings.person_keys
    elsewhere = place.rename(place.with_name("elsewhere"))
    assert str(place) in (readiness.problem(runtime) or "")
    with pytest.raises(KeyMissing), factories.operator(runtime).reading() as work:
        contacts.read(work, known.participant.id)
    other = factories.create_participant(runtime)
    with pytest.raises(KeyMissing), factories.operator(runtime).writing() as work:
        contacts.write(work, other, known.contact)
    with pytest.raises(KeyMissing, match=r"No new one was made|keys at"):
        readiness.migrate(runtime.settings)
    assert not place.exists()
    elsewhere.rename(place)
    assert readiness.problem(runtime) is None
    check_all_there(runtime, staff, known)


def test_a_new_installation_gets_its_file_of_keys_from_migrating(runtime: Runtime) -> None:
    runtime.settings.person_keys.unlink()
    readiness.migrate(runtime.settings)
    assert readiness.problem(runtime) is None


def test_a_contact_key_that_is_missing_is_named(runtime: Runtime, staff: Staff) -> None:
    known = know(runtime, staff, 7)
    settings = dataclasses.replace(runtime.settings, contact_keys={"other": b"o" * 32})
    other = runtimes.build(settings, runtime.clock, runtime.studies)
    with pytest.raises(KeyMissing, match="first"), factories.operator(other).reading() as work:
        contacts.read(work, known.participant.id)
    other.database.dispose()


@pytest.mark.parametrize("keys", [{"other": b"o" * 32}, {"first": b"o" * 32}])
def test_nothing_is_served_with_a_contact_key_that_opens_nobodys_key(
    runtime: Runtime, staff: Staff, keys: dict[str, bytes]
) -> None:
    """Missing, or another under the name."""
    other = runtimes.build(dataclasses.replace(runtime.settings, contact_keys=keys), runtime.clock, runtime.studies)
    readiness.check_start(other)  # nobody has a key yet
    know(runtime, staff, 7)
    with pytest.raises(KeyMissing, match=r"SURVEYAPP_CONTACT_KEYS called first, and nothing it lists opens them"):
        readiness.check_start(other)
    lines = rotating.inventory(factories.operator(other))
    (line,) = [each for each in lines if each.what == "people's own keys" and each.count]
    assert (line.key_id, line.missing or line.shut) == ("first", True)
    readiness.check_start(runtime)
    other.database.dispose()


def test_whom_a_contact_key_opens_are_served_though_others_are_not(
    runtime: Runtime, staff: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    """A key that is lost for good keeps nobody else from answering."""
    know(runtime, staff, 7)
    settings = dataclasses.replace(runtime.settings, contact_keys={"other": b"o" * 32})
    other = runtimes.build(settings, runtime.clock, runtime.studies)
    know(other, staff, 8)
    assert readiness.check_start(other)
    assert "called first, and nothing it lists opens them" in caplog.text
    other.database.dispose()


@pytest.mark.parametrize("lies_there", [b"", b"something else" * 99])
def test_what_is_no_file_of_keys_is_not_taken_for_one(runtime: Runtime, lies_there: bytes) -> None:
    """Nor where nothing is sealed yet: whatever is sealed later would be sealed with nothing."""
    place = runtime.settings.person_keys
    place.write_bytes(lies_there)
    assert "is no file of people's keys" in (readiness.problem(runtime) or "")
    for use in (lambda: readiness.check_start(runtime), lambda: readiness.migrate(runtime.settings)):
        with pytest.raises(KeyMissing, match="is no file of people's keys"):
            use()
    assert place.read_bytes() == lies_there


def _keys_commands() -> list[str]:
    group = main.get_command(click.Context(main), "keys")
    assert isinstance(group, click.Group)
    return group.list_commands(click.Context(group))


@pytest.mark.parametrize("command", _keys_commands())
def test_without_the_file_every_command_of_keys_ends_in_a_sentence(
    runtime: Runtime, staff: Staff, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    know(runtime, staff, 7)
    for name, value in factories.environment(runtime.settings.database_url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SURVEYAPP_PERSON_KEYS", str(tmp_path / "nowhere.keys"))
    done = CliRunner().invoke(main, ["keys", command, *([str(tmp_path / "copy")] if command == "copy" else [])])
    if command == "reseal":  # nothing of before is there, so that no key is looked for
        assert done.exit_code == 0
    else:
        assert (done.exit_code, "with people's keys is not in its place" in done.output) == (1, True), done.output
    assert not (tmp_path / "nowhere.keys").exists()


def as_before(runtime: Runtime, known: KnownPerson) -> None:
    """Puts what is sealed with a person's key back as it was kept before there were any."""
    person = known.participant.id
    with runtime.database.writing() as session:
        for name in ("name", "phone", "email", "preferred", "times"):
            sealed = runtime.keyring.seal(person, name, getattr(known.contact, name))
            session.execute(
                update(ContactRow)
                .where(ContactRow.participant_id == person, ContactRow.field == name)
                .values(key_id=sealed.key_id, ciphertext=sealed.ciphertext)
            )
        session.delete(session.get_one(ContactLookupRow, person))
        session.execute(update(AttemptRow).values(note=known.note, note_sealed=None))
        for table in (AnswerRow, AnswerHistoryRow):
            session.execute(update(table).where(table.sealed.is_not(None)).values(text=known.words, sealed=None))


def test_what_was_kept_before_is_read_and_then_sealed_with_peoples_own_keys(runtime: Runtime, staff: Staff) -> None:
    known = know(runtime, staff, 7)
    as_before(runtime, known)
    runtime.person_keys.file.empty()
    with factories.operator(runtime).reading() as work:
        assert contacts.read(work, known.participant.id) == known.contact
        before = sealed_rows.counts(work.session)
    assert before["note", ""] == before["words once said", ""] == 1
    assert resealing.reseal(factories.operator(runtime)) == 4
    held = dumped(runtime)
    assert [secret for secret in known.secrets if secret in held] == []
    check_all_there(runtime, staff, known)
    with factories.operator(runtime).reading() as work:
        after = sealed_rows.counts(work.session)
    assert {key_id for what, key_id in after if what != "second factor"} == {"person"}
    assert resealing.reseal(factories.operator(runtime)) == 0


def test_many_peoples_keys_are_read_in_one_go(runtime: Runtime, staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    from surveyapp.services.fieldwork import call_queue
    from surveyapp.services.work import Desk

    for number in range(12):
        know(runtime, staff, number)
    reads: list[int] = []
    read = KeyFile.read

    def noted(file: KeyFile, people: set[uuid.UUID]) -> object:
        reads.append(len(people))
        return read(file, people)

    monkeypatch.setattr(KeyFile, "read", noted)
    assert len(call_queue.queue(Desk(runtime, staff)).lines) == 12
    assert reads == [12]
    reads.clear()
    with factories.operator(runtime).reading() as work:
        assert contacts.find(work, factories.everyone(runtime), "07700900003") == ["BF-9003"]
        assert len(participants.lookups(work.session, factories.everyone(runtime))) == 12
    assert reads == [12]
