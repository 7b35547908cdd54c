"""The pages on which two people are merged and taken apart."""

from __future__ import annotations

from surveyapp.domain.participants import Contact
from surveyapp.domain.staff import Role
from surveyapp.services.participants import contacts
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.office import HOME, post
from tests.page import Client, Page

FIRST = f"{HOME}/participants/BF-0001"


def test_what_follows_is_shown_then_done_and_taken_back(runtime: Runtime, client: Client) -> None:
    for reference, contact in (
        ("BF-0001", Contact(name="Ada Byron", phone="07700 900142")),
        ("BF-0002", Contact(name="A. Byron", email="ada@example.org")),
    ):
        person = factories.create_participant(runtime, reference=reference)
        with factories.operator(runtime).writing() as work:
            contacts.write(work, person, contact)
    client.sign_in(factories.create_staff(runtime, Role.MANAGER).email)
    wrong = post(client, f"{FIRST}/merge", other="BF-0777")
    assert isinstance(wrong, Page)
    assert "There is no BF-0777 in this study." in wrong.source
    shown = post(client, f"{FIRST}/merge", other="BF-0002")
    assert isinstance(shown, Page)
    assert "Added to what is known of them: E-mail address." in shown.source
    assert "BF-0002" in client.page(HOME).source
    # What is confirmed is what was shown.
    again = post(client, f"{FIRST}/merge", other="BF-0003", sure="BF-0002")
    assert isinstance(again, Page)
    assert post(client, f"{FIRST}/merge", other="BF-0002", sure="BF-0002") == FIRST
    assert " was merged into them on" in client.page(FIRST).source
    assert client.get(f"{HOME}/participants/BF-0002").status_code == 404
    assert post(client, f"{FIRST}/split/BF-0002") == FIRST
    assert "BF-0002" not in client.page(FIRST).source.replace("BF-0001 and BF-0002 are two people again.", "")
    assert client.get(f"{HOME}/participants/BF-0002").status_code == 200
    assert client.get(f"{FIRST}/split/BF-0002").status_code == 404
