"""What a link opens in which browser, and the PIN that opens the rest."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from surveyapp.domain.answers import Codes
from surveyapp.domain.audit import ByLink
from surveyapp.domain.entry.pins import TRIES
from surveyapp.domain.errors import DoorShut, InputRefused
from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.participants import Contact, Participant
from surveyapp.domain.staff import Role
from surveyapp.services.participants import contacts, links
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.responses import answering, pins
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.entry import pins as pin_store
from surveyapp.store.security import audit
from tests import factories
from tests.conftest import Clock
from tests.device import Device
from tests.page import Client, Page
from tests.phone import Phone

PIN = "482913"


def passed_on(runtime: Runtime, participant: Participant, kind: AccessKind = AccessKind.LINK) -> str:
    """A link, or code, that an employer hands on."""
    manager = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    given = links.give_out(manager, factories.STUDY, participant.reference, 1, kind, claim=True)
    return given.link or given.code or ""


def begun(runtime: Runtime, link: str, *, own: str = "yes", pin: str = "") -> Phone:
    """A phone in which somebody has answered one question."""
    phone = Phone(runtime)
    phone.open(link)
    phone.send({"agree-take_part": "yes"})
    assert phone.path == "/survey/begin"
    phone.say_whose(own, pin)
    phone.send(heard_via="family")
    assert phone.question == "heard_via_detail"
    return phone


def actions(runtime: Runtime) -> list[str]:
    with runtime.database.reading() as session:
        return [entry.action for entry in audit.entries(session, factories.STUDY)]


def test_before_the_first_answer_it_opens_anywhere(runtime: Runtime, link: str) -> None:
    for _ in range(2):
        phone = Phone(runtime)
        phone.agree(link)
        assert phone.question == "heard_via"


def test_another_browser_is_asked_for_the_pin(runtime: Runtime, candidate: Participant, link: str) -> None:
    begun(runtime, link, pin=PIN)
    other = Phone(runtime)
    other.open(link)
    assert (other.path, other.heading) == ("/survey/pin", "You have begun already")
    assert "family" not in other.page.source
    for address in ("/survey/q/heard_via", "/survey/check", "/survey/later", "/survey/consent", "/survey/begin"):
        other.open(address)
        assert other.path == "/survey/pin", address
    other.send(pin="111 111")
    assert other.status == 422
    assert other.faults == [("#pin", f"That is not your PIN. Tries left: {TRIES - 1}.")]
    assert "111" not in str(other.page.fields())
    other.prove("٤٨٢ ٩١٣")
    assert other.question == "heard_via_detail"
    other.send(heard_via_detail="A poster")
    assert other.status == 200
    assert {"pin_chosen", "pin_refused", "pin_given"} <= set(actions(runtime))
    with runtime.database.reading() as session:
        trail = str([(each.subject, each.detail) for each in audit.entries(session, factories.STUDY)])
    assert PIN not in trail


def test_without_a_pin_another_browser_is_told_whom_to_ask(runtime: Runtime, link: str) -> None:
    phone = begun(runtime, link)
    other = Phone(runtime)
    other.open(link)
    assert (other.path, other.heading) == ("/survey/pin", "You have begun already")
    assert "Ask us" in other.page.words
    assert "pin" not in other.page.fields()
    other.send({"pin": PIN, "csrf_token": phone.page.fields()["csrf_token"]}, to="/survey/pin")
    assert other.path == "/survey/pin"


@pytest.mark.both_databases
@pytest.mark.parametrize("by_script", [False, True], ids=["form", "script"])
@pytest.mark.parametrize("pin", ["", PIN], ids=["no PIN", "PIN"])
def test_whoever_never_heard_that_their_first_answer_was_taken_goes_on(
    runtime: Runtime, candidate: Participant, link: str, pin: str, by_script: bool
) -> None:
    phone = Phone(runtime)
    phone.open(link)
    phone.send({"agree-take_part": "yes"})
    phone.say_whose("yes", pin)
    before, form = copy.deepcopy(phone.client.raw._cookies), phone.page.fields() | {"heard_via": "family"}
    device = Device(phone, runtime)
    save = device.body("heard_via", {"heard_via": "family"})
    again = Device(phone, runtime)

    def answer(device: Device) -> None:
        if by_script:
            assert device.send(save)["next"] == "heard_via_detail"
        else:
            phone.send(form, to="/survey/q/heard_via")
            assert (phone.status, phone.question) == (200, "heard_via_detail")

    answer(device)
    # The answer to it, with whatever it set in the browser, was lost on the way: it is sent again.
    phone.client.raw._cookies = before
    answer(again)
    assert factories.stored(runtime, candidate) == ({"heard_via": Codes(("family",))}, 1)
    phone.open("/survey/leave")
    phone.open(link)
    assert phone.question == "heard_via_detail", "on a device of one's own also later"
    other = Phone(runtime)
    other.open(link)
    assert other.path == "/survey/pin"
    assert ("pin" in other.page.fields()) is bool(pin)


def test_ones_own_device_is_known_again(runtime: Runtime, clock: Clock, link: str) -> None:
    phone = begun(runtime, link)
    phone.open("/survey/leave")
    phone.open(link)
    assert (phone.status, phone.question) == (200, "heard_via_detail")
    clock.forward(hours=13)
    phone.open("/survey/q/heard_via")
    assert phone.status == 403
    phone.open(link)
    assert phone.question == "heard_via_detail"


@pytest.mark.parametrize("own", ["no", ""])
def test_a_device_that_others_use_is_not(runtime: Runtime, link: str, own: str) -> None:
    phone = begun(runtime, link, own=own, pin=PIN)
    phone.open("/survey/later")
    assert "give your PIN" in phone.page.words
    phone.open("/survey/leave")
    phone.open(link)
    assert phone.path == "/survey/pin"
    phone.prove(PIN)
    phone.open("/survey/leave")
    phone.open(link)
    assert phone.path == "/survey/pin", "nothing was answered on it since"


def test_a_mark_of_somebody_elses_pages_opens_nothing(runtime: Runtime, candidate: Participant, link: str) -> None:
    phone = begun(runtime, link)
    other = factories.create_participant(runtime)
    second = factories.create_link(runtime, other)
    begun(runtime, second)
    mark = phone.client.raw.get_cookie("shiftline_began", path=f"/survey/{phone.handle}")
    name = "shiftline_began" if mark else "__Secure-shiftline_began"
    mark = mark or phone.client.raw.get_cookie(name, path=f"/survey/{phone.handle}")
    assert mark is not None
    assert mark.http_only
    phone.open(second)
    phone.client.raw.set_cookie(name, mark.value, path="/")
    phone.open("/survey")
    assert phone.path == "/survey/pin"


def test_whoever_answers_first_keeps_the_questions(runtime: Runtime, candidate: Participant, link: str) -> None:
    """Two browsers on an unanswered link: the second chose a PIN, the first answers."""
    first, second = Phone(runtime), Phone(runtime)
    first.agree(link)
    second.open(link)
    second.send({"agree-take_part": "yes"})
    second.say_whose(pin="739164")
    first.send(heard_via="family")
    assert first.question == "heard_via_detail"
    second.send(heard_via="online")
    assert second.path == "/survey/pin"
    assert "Ask us" in second.page.words, "the PIN it chose is nobody's"
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_once_sent_the_link_alone_says_thanks(runtime: Runtime, candidate: Participant, link: str) -> None:
    phone = begun(runtime, link, pin=PIN)
    phone.answer_until(None)
    phone.send(to="/survey/check")
    assert phone.path == "/survey/done"
    other = Phone(runtime)
    for each in (phone, other):
        each.open(link)
        assert (each.path, each.heading) == ("/survey/done", "Thank you. Your answers were sent")
        each.open("/survey/answers")
        assert (each.path, each.heading) == ("/survey/pin", "See what you sent")
    other.send(pin=PIN)
    assert (other.path, other.heading) == ("/survey/answers", "What you sent")
    assert "From family" in other.page.words
    assert "Change" not in other.page.said("a")
    other.open("/survey/q/heard_via")
    assert other.path == "/survey/done"
    other.open("/survey/leave")
    other.open(link)
    other.open("/survey/answers")
    assert other.path == "/survey/pin"


@pytest.mark.parametrize("kind", AccessKind)
def test_one_that_was_passed_on_is_claimed_first(runtime: Runtime, candidate: Participant, kind: AccessKind) -> None:
    def enter(phone: Phone) -> None:
        if kind is AccessKind.LINK:
            phone.open(given)
        else:
            phone.open("/start")
            phone.send(code=given)

    given = passed_on(runtime, candidate, kind)
    phone, employer = Phone(runtime), Phone(runtime)
    enter(phone)
    assert (phone.path, phone.heading) == ("/survey/pin", "Choose a PIN")
    phone.open("/survey/consent")
    assert phone.path == "/survey/pin", "nothing comes before it"
    for wrong in ("", "12345", "abcdef", "123456", "111111"):
        phone.send(pin=wrong)
        assert (phone.status, phone.faults[0][0]) == (422, "#pin"), wrong
    enter(employer)
    phone.send(pin=PIN)
    assert phone.path == "/survey/consent"
    employer.send(pin="739164")
    assert employer.path == "/survey/pin"
    assert employer.heading == "This link is somebody’s already"
    enter(employer)
    assert employer.path == "/survey/pin"
    phone.send({"agree-take_part": "yes"})
    assert phone.path == "/survey/begin"
    assert "Choose a PIN, if you like" not in phone.page.words
    phone.say_whose()
    assert phone.question == "heard_via"


def test_ten_wrong_ones_and_then_only_staff(runtime: Runtime, candidate: Participant, link: str) -> None:
    phone = begun(runtime, link, pin=PIN)
    thief = Phone(runtime)
    thief.open(link)
    for number in range(TRIES):
        assert thief.path == "/survey/pin"
        thief.send(pin=f"73916{number}")
    assert "ten times" in thief.page.words
    assert "pin" not in thief.page.fields()
    thief.send({"pin": PIN}, to="/survey/pin")
    again = Phone(runtime)
    again.open(factories.create_link(runtime, candidate))
    assert "ten times" in again.page.words, "another link to the same questions gives no more tries"
    phone.open(link)
    assert phone.question == "heard_via_detail", "where they began they go on"

    with factories.operator(runtime).writing() as work:
        contacts.write(work, candidate, Contact(name="Amara Nowak", phone="07700 900142"))
    interviewer = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    with pytest.raises(InputRefused):
        pins.read_out(interviewer, factories.STUDY, candidate.reference, [IdentityFact.NAME, IdentityFact.SITE])
    known = [IdentityFact.NAME, IdentityFact.PHONE]
    made = pins.read_out(interviewer, factories.STUDY, candidate.reference, known)
    again.open(link)
    again.prove(made.written)
    assert again.question == "heard_via_detail"
    late = Phone(runtime)
    late.open(link)
    assert "pin" not in late.page.fields(), "it let in once"
    with runtime.database.reading() as session:
        trail = {entry.action: entry.detail for entry in audit.entries(session, factories.STUDY)}
        assert pin_store.pin_of(session, candidate.id) is None
    assert trail["identity_confirmed"] == {"facts": ["name", "phone"]}
    assert "Amara" not in str(trail)
    assert made.digits not in str(trail)


def test_tries_are_counted_before_they_are_looked_at(runtime: Runtime, link: str) -> None:
    begun(runtime, link, pin=PIN)
    stranger = factories.known_by(runtime, link)
    stranger = ByLink(access_id=stranger.access_id)
    for typed in ("letters", "1", ""):
        with pytest.raises(InputRefused):
            pins.give(runtime, stranger, typed)
    for _ in range(TRIES):
        with pytest.raises(InputRefused):
            pins.give(runtime, stranger, "739164")
    with pytest.raises(DoorShut):
        pins.give(runtime, stranger, PIN)


@pytest.mark.both_databases
def test_one_that_lets_in_once_lets_in_one(
    runtime: Runtime, candidate: Participant, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who give it in the same moment, each before the other was told that it is right."""
    begun(runtime, link)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, candidate, Contact(name="Amara Nowak", phone="07700 900142"))
    interviewer = Desk(runtime, factories.create_staff(runtime, Role.INTERVIEWER))
    known = [IdentityFact.NAME, IdentityFact.PHONE]
    made = pins.read_out(interviewer, factories.STUDY, candidate.reference, known).digits
    who = ByLink(access_id=factories.known_by(runtime, link).access_id)
    tried, also = pins._tried, list[object]()

    def both(*given: Any) -> Any:
        found = tried(*given)
        if not also:
            also.append(None)
            also[0] = pins.give(runtime, who, made)
        return found

    monkeypatch.setattr(pins, "_tried", both)
    with pytest.raises(DoorShut):
        pins.give(runtime, who, made)
    assert also == [None], "the other was let in"


def test_nothing_is_stored_from_a_browser_it_does_not_open_in(
    runtime: Runtime, candidate: Participant, link: str
) -> None:
    phone = begun(runtime, link)
    stranger = ByLink(access_id=factories.known_by(runtime, link).access_id)
    with pytest.raises(DoorShut):
        answering.save_page(runtime, stranger, "heard_via", {"heard_via": ["online"]}, candidate.id)
    with pytest.raises(DoorShut):
        answering.give_consent(runtime, stranger, {})
    with pytest.raises(DoorShut):
        answering.submit(runtime, stranger)
    assert phone.status == 200
    assert factories.stored(runtime, candidate)[0] == {"heard_via": Codes(("family",))}


def test_the_pin_is_hashed_with_a_key_that_is_not_in_the_database(
    runtime: Runtime, candidate: Participant, link: str
) -> None:
    begun(runtime, link, pin=PIN)
    with runtime.database.reading() as session:
        kept = pin_store.pin_of(session, candidate.id)
    assert kept is not None
    from surveyapp.services.keyring import password_fits

    key, _, hashed = kept.hashed.partition(":")
    assert key == next(iter(runtime.settings.access_keys))
    assert not password_fits(hashed, PIN)
    assert runtime.keyring.pin_fits(kept.hashed, candidate.id, PIN)
    assert hashed.startswith("$argon2id$")


def taken_back(runtime: Runtime, client: Client, participant: Participant) -> tuple[str | None, str]:
    """What staff read out, if anything, after the person said that the link was opened by somebody else, and their new
    link."""
    with factories.operator(runtime).writing() as work:
        contacts.write(work, participant, Contact(name="Amara Nowak", phone="07700 900123"))
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    person = f"/manage/job_rotation/participants/{participant.reference}"
    assert "A PIN was chosen on" in client.page(person).words, "whoever looks can see when"
    path = f"/rights/job_rotation/{participant.reference}/pin"
    page = client.page(path)
    done = client.post(path, {**page.fields(), "facts": ["name", "phone"], "taken": "y"})
    assert "Every link and code of theirs has ended" in Page(done.text).words
    read = re.search(r"\b\d{3} \d{3}\b", done.text)
    return read[0] if read else None, factories.create_link(runtime, participant)


def test_a_link_that_somebody_else_claimed_is_taken_back(
    runtime: Runtime, client: Client, candidate: Participant
) -> None:
    """An employer opened it first, chose a PIN and agreed; and has a second link besides."""
    given, second = passed_on(runtime, candidate), passed_on(runtime, candidate)
    employer = Phone(runtime)
    employer.open(given)
    employer.send(pin="739164")
    employer.send({"agree-take_part": "yes"})
    read, link = taken_back(runtime, client, candidate)
    assert read is None, "nothing was begun: they choose their own"
    for old in ("/survey/q/heard_via", given, second):
        employer.open(old)
        assert employer.status == 410, old
    person = begun(runtime, link, pin=PIN)
    person.open("/survey/leave")
    employer.open(link)
    assert employer.path == "/survey/pin"
    employer.send(pin="739164")
    assert employer.status == 422, "the PIN of before opens nothing"
    assert {"access_revoked", "identity_confirmed"} <= set(actions(runtime))


def test_what_somebody_else_began_is_there_to_be_corrected_and_their_browser_is_known_no_more(
    runtime: Runtime, client: Client, candidate: Participant
) -> None:
    given = passed_on(runtime, candidate)
    employer = Phone(runtime)
    employer.open(given)
    employer.send(pin="739164")
    employer.send({"agree-take_part": "yes"})
    employer.say_whose()
    employer.send(heard_via="family")
    read, link = taken_back(runtime, client, candidate)
    assert read is not None
    employer.open(link)
    assert employer.path == "/survey/pin", "a mark from before links were ended opens nothing"
    person = Phone(runtime)
    person.open(link)
    person.prove(read)
    assert person.path == "/survey/consent", "what somebody else agreed to is asked again"
    person.send({"agree-take_part": "yes"})
    person.say_whose()
    person.open("/survey/q/heard_via")
    assert person.chosen() == {"heard_via": ["family"]}
    person.send(heard_via="job_shop")
    person.open("/survey/leave")
    person.open(link)
    assert person.question, "their own device is known again"


def test_staff_read_out_a_pin_on_a_page(runtime: Runtime, client: Client, candidate: Participant, link: str) -> None:
    begun(runtime, link)
    with factories.operator(runtime).writing() as work:
        contacts.write(work, candidate, Contact(name="Amara Nowak", phone="07700 900142"))
    client.sign_in(factories.create_staff(runtime, Role.INTERVIEWER).email)
    path = f"/interviews/{factories.STUDY}/{candidate.reference}/1/pin"
    page = client.page(path)
    assert "Amara Nowak" in page.words
    refused = client.post(path, {**page.fields(), "facts": ["name"]})
    assert refused.status_code == 422
    shown = client.post(path, {**page.fields(), "facts": ["name", "phone"]})
    found = re.search(r"\b\d{3} \d{3}\b", shown.text)
    assert found is not None
    phone = Phone(runtime)
    phone.open(link)
    phone.prove(found[0])
    assert phone.question == "heard_via_detail"
    assert found[0] not in client.page(path).words
