"""The pages of open answers, over the demonstration: a purpose first, then words, and what is done with them."""

from __future__ import annotations

import re

import pytest

import surveyapp
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.runtime import Runtime
from surveyapp.store import participants
from surveyapp.store.open_answers import quoting
from tests import factories
from tests.page import Client, Page

WORDS = f"/results/{factories.STUDY}/words"
WHY = f"{WORDS}/backfill/1/overall_value_why"


@pytest.fixture
def reader(demo_runtime: Runtime) -> Staff:
    return factories.create_staff(demo_runtime, Role.READ_WORDS, second_factor=False)


@pytest.fixture
def client(demo_runtime: Runtime, reader: Staff) -> Client:
    app = surveyapp.create_app(demo_runtime)
    app.testing = True
    client = Client(app.test_client())
    client.sign_in(reader.email)
    return client


def submit(client: Client, path: str, status: int = 200, on: str | None = None, **data: str) -> Page:
    """Posts a form of a page, and follows to the page that it leads to."""
    token = client.page(on or WORDS).fields()["csrf_token"][0]
    response = client.post(path, {"csrf_token": token, **data}, follow_redirects=True)
    assert response.status_code == status, response.text
    return Page(response.text)


def say_purpose(client: Client, to: str = WORDS, purpose: str = "chapter 7") -> Page:
    return submit(client, f"{WORDS}/purpose", to=to, purpose=purpose)


def first_answer(page: Page) -> str:
    found = re.search(r'id="a-(\w+)"', page.source)
    assert found is not None
    return found[1]


def test_nobody_reads_before_they_said_what_for(client: Client) -> None:
    for path in (WORDS, WHY):
        page = client.page(path)
        assert "What do you read them for?" in page.said("h1")
        assert "Person 1" not in page.words
    assert "There is a problem" in submit(client, f"{WORDS}/purpose", status=200, to=WHY, purpose=" ").words
    for elsewhere in ("https://example.org/", "//example.org", "/results/mentoring", f"{WORDS}x"):
        page = submit(client, f"{WORDS}/purpose", to=elsewhere, purpose="a")
        assert "Open answers: Job Rotation Pilot" in page.said("h1")
    page = say_purpose(client, WHY)
    assert "You read for: chapter 7" in page.words
    assert "Person 1" in page.words


def test_a_question_is_read_by_band_by_page_and_by_words(client: Client) -> None:
    everyone = say_purpose(client, WHY)
    high = client.page(f"{WHY}?band=9-10")
    assert "answers of" in high.words
    assert len(high.said("article")) < len(everyone.said("article"))
    assert set(high.said("dd")) <= {"9", "10"}
    found = submit(client, WHY, q="confident")
    assert all("confident" in each.casefold() for each in found.said("blockquote")[:1])
    assert "No answer is like that" in submit(client, WHY, q="zzzzz").words
    assert re.search(r"\d+ answers of \d{3}\.", submit(client, WORDS, q="work").words)


def test_words_are_redacted_translated_and_taken_back_without_script(client: Client) -> None:
    token = first_answer(say_purpose(client, WHY))
    word = max((each.strip(".,") for each in client.page(WHY).said("blockquote")[0].split()), key=len)
    page = submit(client, WHY, answer=token, do="words", words=word)
    assert "[removed]" in page.said("article")[0]
    page = submit(client, WHY, answer=token, do="translate", language="ur", text="بہت اچھا")
    assert any(
        tag == "blockquote" and {"lang": "ur", "dir": "rtl"}.items() <= said.items() for tag, said in page.elements
    )
    assert "[removed]" not in submit(client, WHY, answer=token, do="take_back").said("article")[0]
    refused = submit(client, WHY, status=422, answer=token, do="words", words="not there at all")
    assert "do not stand in the answer" in refused.words


def test_two_codes_are_made_given_merged_and_none_is_left(client: Client) -> None:
    asked = f"{WORDS}/backfill/1/hopes_other_text"
    assert "No code yet" in say_purpose(client, f"{asked}/codes").words
    for title in ("Paperwork", "Care"):
        page = submit(client, f"{asked}/codes", do="keep", title=title, definition=f"{title} at work")
    assert "This is version 2" in page.words
    assert "Give the code a name" in submit(client, f"{asked}/codes", 422, do="keep", title=" ").words
    ids = dict(zip(("Paperwork", "Care"), re.findall(r'name="code" value="([\w-]+)"', page.source)[::2], strict=True))
    left = int(re.findall(r"Code the (\d+) answers", page.words)[0])
    for done in range(left):
        page = client.page(f"{asked}/coding")
        assert f"{left - done} answer" in page.words
        token = page.fields()["answer"][0]
        page = submit(client, f"{asked}/coding", answer=token, codes=ids["Care"])
    assert "Nothing is left here" in page.words
    assert "no longer here" in submit(client, f"{asked}/coding", 404, answer="x", codes=ids["Care"]).words
    shown = submit(client, f"{asked}/codes", do="merge", code=ids["Care"])
    assert f"{left} answers have this code" in shown.words
    page = submit(client, f"{asked}/codes", do="merge", code=ids["Care"], into=ids["Paperwork"], sure="yes")
    assert f"Paperwork at work{left}" in " ".join(page.said("tr"))
    split = submit(client, f"{asked}/codes", 422, do="split", code=ids["Paperwork"], sure="yes", titles="One")
    assert "at least two different names" in split.words


def test_what_cannot_be_read_by_is_said_and_everyone_shown(client: Client) -> None:
    everyone = say_purpose(client, WHY).said("article")
    for only in ("employer_size=none", "age=under_25", "x=y"):
        page = client.page(f"{WHY}?only={only}")
        assert "Everyone is shown" in page.words
        assert len(page.said("article")) == len(everyone)
    few = client.page(f"{WHY}?only=employer_size=sme").said("article")
    assert 0 < len(few) < len(everyone)
    hostile = submit(client, WORDS, q="<script>alert(1)</script> \u202e \U0001f600")
    assert "<script>alert" not in hostile.source


def test_words_are_asked_for_cleared_by_another_and_taken_back_without_script(
    demo_runtime: Runtime, client: Client
) -> None:
    with demo_runtime.database.writing() as session:
        for group in ("backfill", "employee"):
            for person in participants.ids(session, factories.everyone(demo_runtime), group):
                quoting.forget(session, person)
    quotations = f"{WORDS}/quotations"
    token = first_answer(say_purpose(client, WHY))
    assert "No quotation yet" in client.page(quotations).words
    page = submit(client, WHY, 422, answer=token, do="quote", quote="never said")
    assert "do not stand in the answer" in page.words
    page = submit(client, WHY, answer=token, do="quote")
    assert "somebody else who may read words clears them" in page.words
    asked = re.search(r'id="q-([\w-]+)"', page.source)
    assert asked is not None
    page = submit(client, quotations, 422, on=quotations, quotation=asked[1], do="clear")
    assert "You chose these words yourself" in page.words
    other = factories.create_staff(demo_runtime, Role.READ_WORDS, second_factor=False)
    second = Client(surveyapp.create_app(demo_runtime).test_client())
    second.sign_in(other.email)
    say_purpose(second, quotations)
    page = submit(second, quotations, 422, on=quotations, quotation=asked[1], do="refuse")
    assert "Say why they are not to be quoted" in page.words
    page = submit(second, quotations, on=quotations, quotation=asked[1], do="clear")
    assert "These may stand in reports" in page.words
    [case] = re.findall(r'href="([^"]*/words/cases/\w+)"', second.page(f"{WORDS}/cases").source)
    page = second.page(case)
    assert "under no name" in page.words
    assert "BF-00" not in page.source
    page = submit(client, quotations, on=quotations, quotation=asked[1], do="take_back")
    assert "Taken back" in page.words
    assert "Nobody yet" in second.page(f"{WORDS}/cases").words
    assert second.get(case).status_code == 404
