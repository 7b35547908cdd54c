"""What somebody had typed when their session ended comes back to them, and to nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select

from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.participants import Participant
from surveyapp.domain.staff import Role, Staff
from surveyapp.services import worker
from surveyapp.services.privacy import erasing
from surveyapp.services.runtime import Runtime
from surveyapp.services.sealed_files import own_keys
from surveyapp.store.participants import Sealed, participant_by_reference
from surveyapp.store.security.key_file import of_thing
from surveyapp.store.tables import KeptFormRow
from surveyapp.web.shared.session import given_back, typed_texts
from tests import factories
from tests.conftest import NOW, Clock
from tests.page import Client, Page
from tests.phone import Phone
from tests.sealed import know

TYPED = "She said that mornings suit her best."
CONTACT = "/manage/job_rotation/participants/BF-0001/contact"


@pytest.fixture
def manager(runtime: Runtime) -> Staff:
    factories.create_participant(runtime, reference="BF-0001")
    return factories.create_staff(runtime, Role.MANAGER)


def kept(runtime: Runtime) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(KeptFormRow)) or 0


def sign_in(runtime: Runtime, client: Client, staff: Staff, at: str = "/staff/login") -> str:
    """Signs in on the page that somebody was led to; where that leads."""
    fields = client.page(at).fields()
    step = client.post(at, {**fields, "email": staff.email, "password": factories.PASSWORD}).location
    assert step.startswith("/staff/code")
    code = factories.next_code(runtime, staff.email)
    return str(client.post(step, {**client.page(step).fields(), "code": code}).location)


def filled(client: Client) -> dict[str, list[str]]:
    fields = client.page(CONTACT).fields()
    return {**fields, "name": ["Ana Kowalska"], "times": [TYPED]}


def name_of(client: Client) -> str:
    return client.page(CONTACT).fields()["name"][0]


def test_what_staff_sent_too_late_is_theirs_to_send_again(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock
) -> None:
    client.sign_in(manager.email)
    form = filled(client)
    clock.forward(minutes=30)
    led = client.post(CONTACT, form).location
    assert led.startswith("/staff/login?")
    assert "What you had typed is kept for you" in client.page(led).words
    assert kept(runtime) == 1
    with runtime.database.reading() as session:
        (row,) = session.scalars(select(KeptFormRow))
    assert TYPED.encode() not in row.ciphertext
    assert sign_in(runtime, client, manager, led) == "/staff/kept"
    page = client.page("/staff/kept")
    assert TYPED in page.words
    assert client.post(CONTACT, {**page.fields(), "kept": []}).location.endswith("/BF-0001")
    assert name_of(client) == "Ana Kowalska"
    assert kept(runtime) == 0


def test_another_member_of_staff_at_the_same_browser_does_not_get_it(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock
) -> None:
    colleague = factories.create_staff(runtime, Role.MANAGER)
    client.sign_in(manager.email)
    form = filled(client)
    clock.forward(minutes=30)
    led = client.post(CONTACT, form).location
    assert sign_in(runtime, client, colleague, led) == "/staff/kept"
    assert TYPED not in client.page("/staff/kept").words
    assert name_of(client) != "Ana Kowalska"
    client.post("/staff/kept", {**client.page(CONTACT).fields(), "kept": str(_id(runtime))})
    assert kept(runtime) == 1, "nor can they throw it away"


def _id(runtime: Runtime) -> object:
    with runtime.database.reading() as session:
        return session.scalars(select(KeptFormRow.id)).one()


def test_a_page_open_in_another_tab_can_be_sent_once_signed_in_again(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock
) -> None:
    client.sign_in(manager.email)
    form = filled(client)
    clock.forward(minutes=30)
    sign_in(runtime, client, manager)
    assert client.post(CONTACT, form).location.endswith("/BF-0001")
    assert name_of(client) == "Ana Kowalska"


def test_but_not_with_somebody_elses_session(runtime: Runtime, client: Client, manager: Staff, clock: Clock) -> None:
    client.sign_in(manager.email)
    form = filled(client)
    clock.forward(minutes=30)
    sign_in(runtime, client, factories.create_staff(runtime, Role.MANAGER))
    response = client.post(CONTACT, form)
    assert response.status_code == 400
    assert TYPED in Page(response.text).words, "whoever sent it can copy it"
    assert name_of(client) != "Ana Kowalska"
    assert kept(runtime) == 0


def test_nothing_is_kept_of_a_session_that_somebody_ended(runtime: Runtime, client: Client, manager: Staff) -> None:
    client.sign_in(manager.email)
    form = filled(client)
    thief = Client(client.raw.application.test_client())
    cookie = client.raw.get_cookie("__Host-shiftline_staff")
    assert cookie is not None
    thief.raw.set_cookie("__Host-shiftline_staff", cookie.value)
    client.post("/staff/logout", client.page("/staff/password").fields())
    assert thief.post(CONTACT, form).location == "/staff/login"
    assert kept(runtime) == 0


def test_passwords_are_never_kept(runtime: Runtime, client: Client, manager: Staff, clock: Clock) -> None:
    client.sign_in(manager.email)
    form = client.page("/staff/password").fields()
    clock.forward(minutes=30)
    client.post("/staff/password", {**form, "current": factories.PASSWORD, "password": "four words or so"})
    assert kept(runtime) == 0
    client.raw.delete_cookie("__Host-shiftline_staff")
    response = client.post("/staff/password", {**form, "password": "four words or so"})
    assert "four words or so" not in response.text


def test_it_can_be_thrown_away_and_goes_after_three_days(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock
) -> None:
    client.sign_in(manager.email)
    form = filled(client)
    clock.forward(minutes=30)
    client.post(CONTACT, form)
    clock.now += dt.timedelta(hours=72) - dt.timedelta(seconds=1)
    assert sign_in(runtime, client, manager) == "/staff/kept"
    fields = client.page("/staff/kept").fields()
    clock.forward(seconds=1)
    assert client.get("/staff/kept").location == "/staff"
    clock.now -= dt.timedelta(seconds=1)
    assert client.post("/staff/kept", {**fields, "kept": str(_id(runtime))}).location == "/staff/kept"
    assert kept(runtime) == 0


# Participants


def an_open_question(phone: Phone) -> str:
    """Goes on to the first page with a box to write in; its name."""
    while phone.path.startswith("/survey/"):
        boxes = [each["name"] for tag, each in phone.page.elements if tag == "textarea"]
        if boxes:
            return boxes[0]
        phone.send(phone.filled({"placed": "yes", "attended_readiness_sessions": "yes"}))
    raise AssertionError("no page to write on")


def box(page: Page) -> str:
    return page.said("textarea")[0]


def test_what_a_participant_sent_too_late_is_on_the_page_when_they_are_back(
    runtime: Runtime, phone: Phone, link: str, clock: Clock
) -> None:
    name = an_open_question(phone)
    page = phone.question
    clock.forward(hours=12)
    phone.send({name: TYPED})
    assert phone.status == 403
    assert "What you had just written is kept too, for you alone" in phone.page.words
    phone.open(link)
    assert phone.question == page
    assert box(phone.page) == TYPED
    assert "This is what you had written here" in phone.page.words
    phone.send({name: box(phone.page)})
    assert kept(runtime) == 0
    phone.open(f"/survey/q/{page}")
    assert box(phone.page) == TYPED
    assert "This is what you had written" not in phone.page.words


def test_it_is_not_on_another_persons_page(runtime: Runtime, phone: Phone, clock: Clock) -> None:
    name = an_open_question(phone)
    clock.forward(hours=12)
    phone.send({name: TYPED})
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime)))
    an_open_question(phone)
    assert box(phone.page) == ""
    assert kept(runtime) == 1


def test_whoever_else_has_the_link_is_not_shown_it(runtime: Runtime, phone: Phone, link: str, clock: Clock) -> None:
    """Before the first answer a link opens in any browser; what was typed there is one person's all the same."""
    first = phone.question
    clock.forward(hours=12)
    phone.send({"heard_via": "job_shop"})
    assert (phone.status, kept(runtime)) == (403, 1)
    stranger = Phone(runtime)
    stranger.open(link)
    stranger.say_whose()
    assert stranger.question == first
    assert stranger.chosen().get("heard_via", []) == []
    assert "This is what you had written here" not in stranger.page.words
    phone.open(link)
    phone.say_whose()
    assert phone.chosen().get("heard_via") == ["job_shop"]


def test_a_pin_says_who_it_is_in_another_browser(
    runtime: Runtime, candidate: Participant, phone: Phone, link: str, clock: Clock
) -> None:
    name = an_open_question(phone)
    factories.set_pin(runtime, candidate, "482913")
    clock.forward(hours=12)
    phone.send({name: TYPED})
    other = Phone(runtime)
    other.open(link)
    other.prove("482913")
    assert box(other.page) == TYPED


def test_once_they_are_erased_no_copy_tells_of_it(
    runtime: Runtime, candidate: Participant, phone: Phone, clock: Clock
) -> None:
    name = an_open_question(phone)
    clock.forward(hours=12)
    phone.send({name: TYPED})
    with runtime.database.reading() as session:
        copy = session.scalars(select(KeptFormRow)).one()
        session.expunge(copy)
    with factories.operator(runtime).writing() as work:
        assert TYPED in work.seals.unseal(candidate.id, f"kept_form:{copy.id}", copy.ciphertext)
        erasing.erase(work, candidate)
    with factories.operator(runtime).reading() as work, pytest.raises(KeyMissing):
        work.seals.unseal(candidate.id, f"kept_form:{copy.id}", copy.ciphertext)
    with pytest.raises((KeyError, InvalidTag)):
        runtime.keyring.unseal(copy.access_id, f"kept_form:{copy.id}", Sealed(copy.key_id, copy.ciphertext))


@pytest.mark.parametrize("about", [True, False], ids=["of them", "of somebody else"])
def test_what_staff_typed_of_somebody_goes_with_them(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock, about: bool
) -> None:
    """And no copy tells of it: a form of staff's has a key of its own, outside the database."""
    with factories.operator(runtime).reading() as work:
        them = participant_by_reference(work.session, factories.everyone(runtime), "BF-0001", NOW.date())
    assert them is not None
    erased = them if about else factories.create_participant(runtime, reference="BF-0002")
    client.sign_in(manager.email)
    form = filled(client)
    clock.forward(minutes=30)
    client.post(CONTACT, form)
    with runtime.database.reading() as session:
        copy = session.scalars(select(KeptFormRow)).one()
        session.expunge(copy)
    with factories.operator(runtime).writing() as work:
        assert TYPED in own_keys.unseal(work, copy.id, f"kept_form:{copy.id}", copy.ciphertext)
        erasing.erase(work, erased)
    assert kept(runtime) == (0 if about else 1)
    assert (of_thing(copy.id) in runtime.person_keys.of_things()) is not about
    with pytest.raises((KeyError, InvalidTag)):
        runtime.keyring.unseal(manager.id, f"kept_form:{copy.id}", Sealed("first", copy.ciphertext))


@pytest.mark.parametrize("field", ["reference", "phone", "email"])
def test_so_does_what_names_them_on_another_page(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock, field: str
) -> None:
    known = know(runtime, factories.create_staff(runtime, Role.INTERVIEWER), 1)
    named = known.participant.reference if field == "reference" else getattr(known.contact, field)
    client.sign_in(manager.email)
    form = {**filled(client), "times": [f"or ask {named}"]}
    clock.forward(minutes=30)
    client.post(CONTACT, form)
    with factories.operator(runtime).writing() as work:
        erasing.erase(work, known.participant)
    assert kept(runtime) == 0
    assert runtime.person_keys.of_things() == set()


def test_the_key_of_what_staff_typed_goes_with_it(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock
) -> None:
    """Sent again under another, let go of after three days, or with whoever typed it."""
    client.sign_in(manager.email)
    form = filled(client)
    clock.forward(minutes=30)
    for _ in range(2):
        client.post(CONTACT, form)
    assert len(runtime.person_keys.of_things()) == kept(runtime) == 1
    clock.forward(hours=73)
    worker.round_of(factories.operator(runtime), ["retention"])
    assert runtime.person_keys.of_things() == set()


def test_what_staff_typed_before_forms_had_keys_comes_back(
    runtime: Runtime, client: Client, manager: Staff, clock: Clock
) -> None:
    client.sign_in(manager.email)
    form = filled(client)
    clock.forward(minutes=30)
    led = client.post(CONTACT, form).location
    with factories.operator(runtime).writing() as work:
        row = work.session.scalars(select(KeptFormRow)).one()
        bound_to = f"kept_form:{row.id}"
        older = runtime.keyring.seal(manager.id, bound_to, own_keys.unseal(work, row.id, bound_to, row.ciphertext))
        row.key_id, row.ciphertext = older.key_id, older.ciphertext
    assert sign_in(runtime, client, manager, led) == "/staff/kept"
    assert TYPED in client.page("/staff/kept").words


def test_whether_or_not_anybody_comes_it_goes_after_three_days(runtime: Runtime, phone: Phone, clock: Clock) -> None:
    name = an_open_question(phone)
    clock.forward(hours=12)
    phone.send({name: TYPED})
    clock.forward(hours=71)
    worker.round_of(factories.operator(runtime), ["retention"])
    assert kept(runtime) == 1
    clock.forward(hours=2)
    worker.round_of(factories.operator(runtime), ["retention"])
    assert kept(runtime) == 0


def test_a_page_in_another_tab_can_be_sent_once_they_are_back(
    runtime: Runtime, candidate: Participant, phone: Phone, link: str, clock: Clock
) -> None:
    name = an_open_question(phone)
    form, action = phone.page.fields(), phone.action
    clock.forward(hours=12)
    phone.open(link)
    phone.client.post(action, {**form, name: TYPED})
    assert factories.stored(runtime, candidate)[0][name] is not None


def test_a_single_word_was_typed_too_and_what_a_page_put_there_was_not() -> None:
    """One rule for every page that gives back what was written."""
    fields = {
        "heard_via": ["other"],
        "heard_via_other_text": ["Przychodnia"],
        "since": ["2026-05-01"],
        "nights": ["3"],
        "save_id": ["0190a0b2-1234-7abc-8def-0123456789ab"],
        "csrf_token": ["ImY1.aB-c"],
        "kept_form": ["A.b"],
        "pin": ["four eight two"],
    }
    assert typed_texts(fields) == ["Przychodnia", "2026-05-01"]
    assert {name for name, _, _ in given_back(fields)} == set(fields) - {"pin"}


def test_a_form_whose_token_is_stale_gives_back_what_was_typed(runtime: Runtime, phone: Phone) -> None:
    name = an_open_question(phone)
    phone.client.raw.delete_cookie("__Host-shiftline_participant")
    phone.send({name: TYPED})
    assert phone.status == 400
    assert TYPED in phone.page.words
    assert kept(runtime) == 0
