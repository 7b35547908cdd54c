"""Keys are changed while the site is served: nobody loses a link, a contact or a session by it."""

from __future__ import annotations

import base64
import dataclasses
import uuid
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from surveyapp import create_app
from surveyapp.cli import main
from surveyapp.domain.errors import AccessRefused, KeyMissing
from surveyapp.domain.staff import Role, Staff
from surveyapp.services import readiness
from surveyapp.services import runtime as runtimes
from surveyapp.services.lists import held, imports, list_pages
from surveyapp.services.participants import bulk_links, contacts, links
from surveyapp.services.privacy import erasing, rotating
from surveyapp.services.responses import answering
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.entry import pins as store
from surveyapp.store.lists import records
from surveyapp.store.tables import Base
from tests import factories
from tests.page import Client
from tests.phone import Phone
from tests.sealed import know

NEW = b"n" * 32
NOTHING = rotating.Rotated(keys=0, second_factors=0, lists=0, rows=0)


@pytest.fixture
def staff(runtime: Runtime) -> Staff:
    return factories.create_staff(runtime, Role.INTERVIEWER)


def told(runtime: Runtime, **changes: object) -> Runtime:
    """The installation as its settings now have it."""
    settings = dataclasses.replace(runtime.settings, **changes)  # type: ignore[arg-type]
    return runtimes.build(settings, runtime.clock, runtime.studies)


def test_contact_keys_are_changed_and_the_old_one_is_needed_no_more(runtime: Runtime, staff: Staff) -> None:
    known, gone = [know(runtime, staff, number) for number in range(3)], know(runtime, staff, 9)
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, gone.participant)
    both = told(runtime, contact_keys={"new": NEW, **runtime.settings.contact_keys})
    desk = factories.operator(both)
    assert rotating.rotate(desk) == rotating.Rotated(keys=3, second_factors=1, lists=0, rows=0)
    assert rotating.rotate(desk) == NOTHING
    assert rotating.retired(rotating.inventory(desk)) == [("CONTACT_KEYS", "first")]
    alone = told(runtime, contact_keys={"new": NEW})
    for of_old in (runtime, alone):
        with factories.operator(of_old).reading() as work:
            if of_old is runtime:
                with pytest.raises(KeyMissing, match="new"):
                    contacts.read(work, known[0].participant.id)
            else:
                assert [contacts.read(work, each.participant.id) for each in known] == [each.contact for each in known]
    assert list(alone.person_keys.forgotten()) == [gone.participant.id]
    for made in (both, alone):
        made.database.dispose()


@pytest.mark.parametrize("looked_at", [False, True], ids=["read", "looked at"])
@pytest.mark.parametrize("older", [False, True], ids=["own key", "from before"])
def test_a_list_being_brought_in_outlasts_the_key(runtime: Runtime, looked_at: bool, older: bool) -> None:
    """As it came and as it was understood: its own key is sealed anew, or it is itself where it is from before lists
    had one."""
    manager = factories.create_staff(runtime, Role.MANAGER)
    data = b"First Name,Last Name,Mobile\nAmina,Yusuf,07700 900142\n"
    before = Desk(runtime, manager)
    import_id = imports.begin(before, factories.STUDY, "list.csv", data)
    both = told(runtime, contact_keys={"new": NEW, **runtime.settings.contact_keys})
    mapping = list_pages.opened(before, factories.STUDY, import_id, group="backfill").mapping
    if looked_at:
        imports.tell_columns(before, factories.STUDY, import_id, mapping)
    if older:
        with before.writing() as work:
            for name in ("file", "kept") if looked_at else ("file",):
                plain = held.unsealed(work, import_id, name)
                text = base64.b64encode(zlib.compress(plain)).decode()
                stored = runtime.keyring.seal(import_id, f"list {name}", text)
                records.change(work.session, import_id, **{name: stored.ciphertext})
            records.change(work.session, import_id, key_id=stored.key_id)
    desk = factories.operator(both)
    found = rotating.inventory(desk)
    assert [(each.key_id, each.count) for each in found if "list" in each.what] == [("first" if older else "", 1)]
    done = rotating.rotate(desk)
    assert (done.lists, done.keys) == ((1, 1) if older else (0, 1))
    assert rotating.rotate(desk) == NOTHING
    assert rotating.retired(rotating.inventory(desk)) == [("CONTACT_KEYS", "first")]
    alone = told(runtime, contact_keys={"new": NEW})
    if not looked_at:
        imports.tell_columns(Desk(alone, manager), factories.STUDY, import_id, mapping)
    with Desk(alone, manager).reading() as work:
        assert held.unsealed(work, import_id, "file") == data
        assert b"Amina" in held.unsealed(work, import_id, "kept")
    for made in (both, alone):
        made.database.dispose()


def test_a_key_that_something_rests_on_is_not_said_to_be_free(runtime: Runtime, staff: Staff) -> None:
    know(runtime, staff, 1)
    both = told(runtime, contact_keys={"new": NEW, **runtime.settings.contact_keys})
    found = rotating.inventory(factories.operator(both))
    assert rotating.retired(found) == []
    without = told(runtime, contact_keys={"new": NEW})
    found = rotating.inventory(factories.operator(without))
    assert {each.key_id for each in found if each.missing} == {"first"}
    for made in (both, without):
        made.database.dispose()


def test_a_link_under_an_older_access_key_opens_until_it_ends(runtime: Runtime, staff: Staff) -> None:
    person = factories.create_participant(runtime)
    token = factories.create_link(runtime, person).removeprefix("/s/")
    both = told(runtime, access_keys={"new": NEW, **runtime.settings.access_keys})
    assert links.open_link(both, token) == links.open_link(runtime, token)
    desk = factories.operator(both)
    assert ("ACCESS_KEYS", "first") not in rotating.retired(rotating.inventory(desk))
    newer = factories.create_link(both, person).removeprefix("/s/")
    assert links.open_link(both, newer)
    with pytest.raises(AccessRefused):
        links.open_link(runtime, newer)
    links.revoke(desk, factories.STUDY, person.reference, 1)
    assert ("ACCESS_KEYS", "first") in rotating.retired(rotating.inventory(desk))
    both.database.dispose()


def test_what_rests_on_an_access_key_that_was_taken_out_too_early_is_told(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another was listed in its place: every link is shut, and what `list` tells of would not be the whole."""
    person = factories.create_participant(runtime)
    factories.create_link(runtime, person)
    factories.set_pin(runtime, person, "482913")
    alone = told(runtime, access_keys={"first_too": NEW})
    found = rotating.inventory(factories.operator(alone))
    missing = [(each.what, each.key_id, each.count) for each in found if each.missing]
    assert missing == [("links and codes that work", "first", 1), ("PINs", "first", 1)]
    assert rotating.waiting_pins(found) == 0, "no PIN comes under another key without its own"
    assert rotating.retired(found) == []
    assert "1  links and codes that work\tACCESS_KEYS first (missing!)" in run(alone, monkeypatch, "list")[1]
    alone.database.dispose()


def test_another_access_key_under_a_name_that_links_rest_on_is_told_and_nothing_is_made_with_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with settings made anew for a database that was brought along. A key that was lost is listed no more, and the
    new one under a name of its own."""
    person = factories.create_participant(runtime)
    token = factories.create_link(runtime, person).removeprefix("/s/")
    factories.set_pin(runtime, person, "482913")
    other = told(runtime, access_keys={"first": NEW})
    says = "another key under the name first than the one that links, codes and PINs rest on"
    with pytest.raises(KeyMissing, match=says):
        readiness.check_start(other)
    with pytest.raises(KeyMissing, match=says):
        factories.create_link(other, person)
    with pytest.raises(KeyMissing, match=says):
        bulk_links.give_out_to_all(
            factories.operator(other), factories.STUDY, "backfill", 1, only_without=False, claim=False
        )
    told_apart = [(each.what, each.key_id) for each in rotating.inventory(factories.operator(other)) if each.shut]
    assert told_apart == [("links and codes that work", "first"), ("PINs", "first")]
    said = run(other, monkeypatch, "list")[1]
    assert "1  links and codes that work\tACCESS_KEYS first (another key than they rest on!)" in said
    assert readiness.check_start(runtime), "the right one is still the right one"
    named = told(runtime, access_keys={"second": NEW})
    readiness.check_start(named)
    assert links.open_link(named, factories.create_link(named, person).removeprefix("/s/"))
    with pytest.raises(AccessRefused):
        links.open_link(named, token)
    for made in (other, named):
        made.database.dispose()


def test_a_name_that_nothing_rests_on_takes_another_key(runtime: Runtime) -> None:
    """Settings that are made twice before anybody is invited."""
    assert readiness.check_start(runtime)
    other = told(runtime, access_keys={"first": NEW})
    assert readiness.check_start(other)
    person = factories.create_participant(other)
    factories.create_link(other, person)
    with pytest.raises(KeyMissing):
        readiness.check_start(runtime)
    links.revoke(factories.operator(other), factories.STUDY, person.reference, 1)
    assert readiness.check_start(runtime)
    other.database.dispose()


def test_a_link_from_before_keys_had_names_opens_and_holds_the_oldest(runtime: Runtime) -> None:
    from sqlalchemy import update

    from surveyapp.store.tables import AccessRow

    token = factories.create_link(runtime, factories.create_participant(runtime)).removeprefix("/s/")
    with runtime.database.writing() as session:
        session.execute(update(AccessRow).values(digest=runtime.keyring.digest("link", token)))
    both = told(runtime, access_keys={"new": NEW, **runtime.settings.access_keys})
    assert links.open_link(both, token)
    assert rotating.retired(rotating.inventory(factories.operator(both))) == []
    both.database.dispose()


def test_a_pin_comes_under_the_first_access_key_when_it_is_next_given(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then its key is not said to be free; of before keys had names, too."""
    people = [factories.create_participant(runtime) for _ in range(2)]
    tokens = [factories.create_link(runtime, each).removeprefix("/s/") for each in people]
    both = told(runtime, access_keys={"new": NEW, **runtime.settings.access_keys})
    for person in people:
        who = factories.by_link(runtime, person)
        answering.give_consent(runtime, who, {"take_part": True})
        answering.save_page(runtime, who, "heard_via", {"heard_via": ["family"]}, uuid.uuid4())
        factories.set_pin(runtime, person, "482913")
    with runtime.database.writing() as session:
        kept = store.pin_of(session, people[1].id)
        assert kept is not None
        store.renew(session, kept, kept.hashed.removeprefix("first:"))
    _, out = run(both, monkeypatch, "list")
    assert "1  PINs\tACCESS_KEYS first" in out
    assert "2 PINs come under the first of SURVEYAPP_ACCESS_KEYS" in out
    for token in tokens:
        browser = Phone(both)
        browser.open(f"/s/{token}")
        browser.send({"pin": "111222"})
        assert "2  PINs\tACCESS_KEYS new" not in run(both, monkeypatch, "list")[1], "a wrong one changes nothing"
        browser.send({"pin": "482913"})
    _, out = run(both, monkeypatch, "list")
    assert "2  PINs\tACCESS_KEYS new" in out
    assert "come under" not in out
    alone = told(runtime, access_keys={"new": NEW})
    with alone.database.reading() as session:
        for person in people:
            kept = store.pin_of(session, person.id)
            assert kept is not None
            assert alone.keyring.pin_fits(kept.hashed, person.id, "482913")
    for made in (both, alone):
        made.database.dispose()


def test_a_form_that_was_open_when_the_session_key_changed_is_taken(runtime: Runtime) -> None:
    client = Client(create_app(runtime).test_client())
    page = client.page("/start")
    later = told(runtime, secret_key="t" * 40, secret_keys_before=(runtime.settings.secret_key,))
    after = Client(create_app(later).test_client())
    for cookie in client.raw._cookies.values():
        after.raw._cookies[cookie._storage_key] = cookie
    answered = after.post("/start", {**page.fields(), "code": "AAAA-BBBB-CCC"})
    assert answered.status_code != 400
    without = told(runtime, secret_key="t" * 40)
    stranger = Client(create_app(without).test_client())
    for cookie in client.raw._cookies.values():
        stranger.raw._cookies[cookie._storage_key] = cookie
    assert stranger.post("/start", {**page.fields(), "code": "AAAA-BBBB-CCC"}).status_code == 400
    for made in (later, without):
        made.database.dispose()


def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    for opens in ("open_desk", "open_desk_without_studies"):
        monkeypatch.setattr(f"surveyapp.cli.keys.{opens}", lambda: factories.operator(runtime))
    done = CliRunner().invoke(main, ["keys", *arguments])
    return done.exit_code, done.output


def test_the_commands_say_what_they_did(
    runtime: Runtime, staff: Staff, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    know(runtime, staff, 1)
    code, out = run(runtime, monkeypatch, "list")
    assert code == 0
    assert "1  people's own keys\tCONTACT_KEYS first" in out
    assert "rows: contact\ttheir own key" in out
    both = told(runtime, contact_keys={"new": NEW, **runtime.settings.contact_keys})
    assert "the keys of 1 people, 1 second factors" in run(both, monkeypatch, "rotate")[1]
    assert "Nothing rests on first any more" in run(both, monkeypatch, "list")[1]
    assert "Copied the keys of 1 people" in run(both, monkeypatch, "copy", str(tmp_path / "copy"))[1]
    assert (tmp_path / "copy").read_bytes() == runtime.settings.person_keys.read_bytes()
    for place in (str(runtime.settings.person_keys), str(Path(__file__)), str(tmp_path / "no" / "copy")):
        code, out = run(both, monkeypatch, "copy", place)
        assert code == 1
        assert "another place" in out
    assert "Erased 0 people again, and destroyed 0 keys again." in run(both, monkeypatch, "replay")[1]
    assert "Sealed 0" in run(both, monkeypatch, "reseal")[1]
    both.database.dispose()


def test_every_table_that_names_a_key_is_counted() -> None:
    naming = {table.name for table in Base.metadata.sorted_tables if any("key_id" in column.name for column in table.c)}
    assert naming == {"contact", "staff", "kept_form", "list_import", "export_job"}, (
        "count it in sealed_rows.counts, and let rotate seal it anew"
    )
