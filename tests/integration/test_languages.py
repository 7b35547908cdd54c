"""A study in several languages: chosen, answered in, fallen back from, corrected."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from sqlalchemy import select
from werkzeug.test import run_wsgi_app

from surveyapp import create_app, get_ready
from surveyapp.domain.participants import Contact
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import interface_catalogues, offering, study_catalogues
from surveyapp.settings import ROOT
from surveyapp.store.tables import SaveRow, WordingRow
from tests import factories
from tests.conftest import Clock
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client
from tests.phone import Phone

URDU_TITLE = "آپ نے اسکیم کے بارے میں سب سے پہلے کیسے سنا؟"


def new_link(runtime: Runtime, language: str = "") -> str:
    contact = Contact(
        name="Amara Nowak",
        phone="07700 900142",
        email="amara@example.org",
        preferred="phone",
        times="",
        language=language,
    )
    return factories.create_link(runtime, create_reachable(runtime, contact))


def html(phone: Phone) -> dict[str, str]:
    """The attributes of the page's root."""
    return next(attributes for tag, attributes in phone.page.elements if tag == "html")


def saves(runtime: Runtime) -> list[tuple[str, int | None]]:
    with runtime.database.reading() as session:
        rows = session.execute(
            select(SaveRow.language, SaveRow.wording).order_by(SaveRow.recorded_at, SaveRow.revision)
        )
        return [(language, revision) for language, revision in rows]


def test_a_participant_answers_in_urdu(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.open(new_link(runtime))
    assert html(phone)["lang"] == "en"
    assert [text for text in phone.page.said("button") if text in ("Polski", "ਪੰਜਾਬੀ", "اردو")] == [
        "Polski",
        "ਪੰਜਾਬੀ",
        "اردو",
    ]
    phone.send({"agree-take_part": "yes", "lang": "ur"})
    assert (phone.status, html(phone)["lang"], html(phone)["dir"]) == (200, "ur", "rtl")
    assert phone.page.fields()["agree-take_part"] == ["yes"], "what was ticked is still ticked"
    phone.send()
    phone.say_whose()
    assert phone.heading == URDU_TITLE
    assert ' lang="en"' not in phone.page.source.replace('value="en" lang="en"', "")
    phone.send({"heard_via": "online"})
    assert saves(runtime) == [("ur", 1)]


def test_changing_the_language_half_way_keeps_what_was_chosen(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.agree(new_link(runtime))
    phone.send({"heard_via": "family", "lang": "pl"})
    assert (phone.path, html(phone)["lang"]) == ("/survey/q/heard_via", "pl")
    assert phone.chosen()["heard_via"] == ["family"]
    assert saves(runtime) == [("en", None)], "it was asked in English"
    phone.send({"heard_via": "online"})
    assert saves(runtime)[1:] == [("pl", 1)]


def test_changing_the_language_loses_nothing_that_cannot_be_stored_yet(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.agree(new_link(runtime))
    phone.send({"lang": "pl"})
    assert (phone.status, html(phone)["lang"], phone.faults) == (200, "pl", []), "nothing was chosen, nothing is wrong"
    phone.send({"heard_via": "other", "heard_via_other_text": "x" * 300, "lang": "ur"})
    assert (phone.status, html(phone)["lang"]) == (422, "ur")
    assert phone.page.fields()["heard_via_other_text"] == ["x" * 300]


def test_whoever_comes_back_to_a_page_in_another_language_sends_nothing_again(runtime: Runtime) -> None:
    """Every page with languages on it is gone to in the one chosen, filled in as it was: none answers what was sent."""
    phone, link = Phone(runtime), new_link(runtime)

    def chooses(phone: Phone, language: str, **filled: str) -> None:
        sent = phone.client.post(phone.action, {**phone.page.fields(), **filled, "lang": language})
        assert (sent.status_code, sent.location.partition("?")[0]) == (302, phone.own(phone.path))
        phone.open(sent.location)
        assert (html(phone)["lang"], phone.faults) == (language, [])

    phone.open("/start")
    chooses(phone, "pl", code="K7QM")
    assert phone.page.fields()["code"] == ["K7QM"]
    phone.open(link)
    chooses(phone, "en")
    chooses(phone, "ur", **{"agree-recontact": "yes"})
    assert phone.page.fields().get("agree-recontact") == ["yes"]
    assert "agree-take_part" not in phone.page.fields()
    phone.open("/survey/consent")
    assert "agree-recontact" not in phone.page.fields(), "it is told once: who reloads sees what is stored"
    phone.send({"agree-take_part": "yes"})
    assert phone.path == "/survey/begin"
    chooses(phone, "pa", own="no")
    assert phone.page.fields()["own"] == ["no"]
    phone.say_whose("no", pin="471147")
    chooses(phone, "en")
    phone.answer_until("placed")
    other = Phone(runtime)
    other.open(link)
    assert other.path == "/survey/pin"
    chooses(other, "pl", pin="47")


@pytest.mark.parametrize(
    ("contact", "header", "language"),
    [
        ("", "", "en"),
        ("", "pl,en;q=0.5", "pl"),
        ("", "fr", "en"),
        ("ur", "pl", "ur"),
        ("Punjabi", "pl", "pa"),
        ("Welsh", "pl", "pl"),
    ],
)
def test_the_first_guess_is_the_contact_record_then_the_browser(
    runtime: Runtime, contact: str, header: str, language: str
) -> None:
    phone = Phone(runtime)
    headers = {"Accept-Language": header} if header else {}
    first = phone.client.raw.get(new_link(runtime, contact), headers=headers)
    assert first.status_code == 302
    phone.open("/survey/consent")
    assert html(phone)["lang"] == language


def test_a_language_chosen_before_the_code_is_kept_with_the_code(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.open("/start")
    phone.send({"code": "K7QM", "lang": "pa"})
    assert (html(phone)["lang"], phone.page.fields()["code"]) == ("pa", ["K7QM"])
    phone.open(new_link(runtime, "ur"))
    assert html(phone)["lang"] == "pa"


def test_the_page_after_leaving_is_in_the_language_of_the_pages_before_it(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.open(new_link(runtime, "ur"))
    phone.open("/survey/leave")
    assert (html(phone)["lang"], html(phone)["dir"]) == ("ur", "rtl")
    phone.open("/start")
    assert html(phone)["lang"] == "en", "and nothing of it stays in the browser"


@pytest.mark.parametrize(
    "path", ["/\t/evil.example", "/\t\\evil.example/", "/\r\nX: y", "/ /evil.example", "//evil.example"]
)
def test_no_language_is_chosen_on_another_site(runtime: Runtime, path: str) -> None:
    """What a browser leaves out of an address, or takes for a slash, leads nowhere else."""
    app = create_app(runtime)
    environ = app.test_request_context().request.environ | {"PATH_INFO": path, "QUERY_STRING": "lang=ur"}
    _, status, headers = run_wsgi_app(app, environ)
    assert status.startswith("302 ")
    assert urljoin("https://here.example/", re.sub(r"[\t\r\n]", "", headers["Location"])).startswith(
        "https://here.example/"
    )


def test_a_language_that_there_is_not_changes_nothing(runtime: Runtime) -> None:
    phone = Phone(runtime)
    for address in ("/start?lang=xx", "/start?lang=fr", "/start?lang="):
        assert (phone.open(address) and html(phone)["lang"]) == "en"
    phone.open("/start?lang=pl")
    assert (html(phone)["lang"], phone.query) == ("pl", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The product's questionnaires, to be written in."""
    copied = tmp_path / "questionnaires"
    shutil.copytree(ROOT / "questionnaires", copied, ignore=shutil.ignore_patterns("demo"))
    return copied


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def partly(database_url: str, clock: Clock, folder: Path) -> Iterator[Runtime]:
    """An installation whose Urdu lacks the first question, and is offered all the same."""
    study = folder / "job_rotation"
    edit(study / "study.yaml", "languages: [en, pl, pa, ur]", "languages: [en, ur]\npartial: [ur]")
    edit(study_catalogues.file_of(study, "ur"), f'msgstr "{URDU_TITLE}"', 'msgstr ""')
    made = factories.create_runtime(database_url, clock, questionnaires=folder)
    factories.open_questionnaires(made)
    yield made
    made.database.dispose()


def test_a_language_in_part_falls_back_text_by_text_and_says_so(partly: Runtime) -> None:
    phone = Phone(partly)
    phone.open(new_link(partly, "ur"))
    phone.send({"agree-take_part": "yes"})
    phone.say_whose()
    assert html(phone)["lang"] == "ur"
    assert phone.heading == "How did you first hear about the scheme?"
    assert ("How did you first hear about the scheme?", "en") in phone.page.spoken
    option = next(text for text in phone.page.said("label"))
    assert option == "جاب شاپ سے"
    phone.page.check()


def test_a_corrected_translation_is_a_new_revision_and_recorded_with_the_saves_after_it(
    partly: Runtime, folder: Path, database_url: str, clock: Clock
) -> None:
    who = factories.by_link(partly, factories.create_participant(partly))
    who = dataclasses.replace(who, language="ur")
    answering.give_consent(partly, who, {"take_part": True})
    answering.save_page(partly, who, "heard_via", {"heard_via": ["online"]}, factories.new_id())
    assert questionnaire_versions.reword(factories.operator(partly), "job_rotation", "backfill_1") == []
    path = study_catalogues.file_of(folder / "job_rotation", "ur")
    edit(path, 'msgid "How did you first hear about the scheme?"\nmsgstr ""',
         f'msgid "How did you first hear about the scheme?"\nmsgstr "{URDU_TITLE}"')  # fmt: skip
    [made] = questionnaire_versions.reword(factories.operator(partly), "job_rotation", "backfill_1")
    assert (made.version, made.language, made.revision) == (1, "ur", 2)
    assert survey_session.visit(partly, who).ready[0].questions[0].text == URDU_TITLE
    answering.save_page(partly, who, "heard_via_detail", {"heard_via_detail": ["In a shop."]}, factories.new_id())
    assert saves(partly) == [("ur", 1), ("ur", 2)]
    assert questionnaire_versions.open_newest(factories.operator(partly), "job_rotation", "backfill_1") == (1, False)
    with partly.database.reading() as session:
        rows = session.execute(
            select(WordingRow.language, WordingRow.revision)
            .where(WordingRow.questionnaire == "backfill_1")
            .order_by(WordingRow.language, WordingRow.revision)
        )
        assert [tuple(row) for row in rows] == [("en-simple", 1), ("ur", 1), ("ur", 2)], "and nothing twice"


def test_an_interviewer_reads_out_in_the_language_chosen_on_pages_in_their_own(runtime: Runtime) -> None:
    interviewer = Interviewer(Client(Phone(runtime).client.raw.application.test_client()), runtime)
    interviewer.open(create_reachable(runtime))
    location = interviewer.post(f"{interviewer.case}/start", {"mode": "phone", "language": "ur"}).location
    consent = interviewer.client.page(location)
    for purpose in runtime.study_in(runtime.study("job_rotation"), "ur").consent:
        assert purpose.aloud in consent.words
        assert purpose.text not in consent.words, "which is for whoever reads"
    agreed = {"consent_take_part": "yes", "consent_recontact": "no", "consent_quote_words": "no"}
    section = interviewer.client.page(interviewer.post(location, agreed).location)
    assert 'class="ask"><span lang="ur" dir="rtl">' in section.source
    assert URDU_TITLE in section.words
    root = next(attributes for tag, attributes in section.elements if tag == "html")
    assert root["lang"] == "en"


@pytest.mark.parametrize(
    ("on_record", "code", "hello"),
    [
        ("Polish, English", "pl", "„Dzień dobry"),
        ("اردو", "ur", None),
        ("Welsh", "en", "“Hello, may I speak to Amara Nowak?”"),
        ("", "en", "“Hello, may I speak to Amara Nowak?”"),
    ],
)
def test_what_an_interviewer_says_is_in_the_language_of_whoever_is_called(
    runtime: Runtime, on_record: str, code: str, hello: str | None
) -> None:
    interviewer = Interviewer(Client(Phone(runtime).client.raw.application.test_client()), runtime)
    contact = Contact(name="Amara Nowak", phone="07700 900142", language=on_record)
    interviewer.open(create_reachable(runtime, contact))
    page = interviewer.client.page(interviewer.case)
    options = [attributes for tag, attributes in page.elements if tag == "option"]
    assert [each["value"] for each in options if "selected" in each] == [code]
    assert ("Hello, may I speak" in page.words) is (code == "en")
    assert "Before you start" in page.words, "the rest is in the interviewer's own"
    if hello:
        assert hello in page.words
    if code != "en":
        assert f'<span lang="{code}"' in page.source
        assert runtime.study_in(runtime.study("job_rotation"), code).public_title in page.words


def test_whoever_comes_first_waits_for_no_words(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server reads the words of every language before there are workers, each of which would read them anew."""
    kept = [each for each in vars(interface_catalogues).values() if hasattr(each, "cache_info")]
    assert len(kept) > 2
    for each in kept:
        each.cache_clear()
    app = create_app(runtime)
    get_ready(app)

    def reads(*_arguments: object) -> None:
        raise AssertionError("a page reads a file of words")

    monkeypatch.setattr(offering, "not_offered", reads)
    read = [each.cache_info().misses for each in kept]
    for language in interface_catalogues.languages():
        assert app.test_client().get("/start", headers={"Accept-Language": language}).status_code == 200
    assert [each.cache_info().misses for each in kept] == read
