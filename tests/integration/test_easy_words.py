"""Easy words: chosen on any page, with pictures beside them, and kept with each answer that is given in them."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from surveyapp.domain.authoring.loader import load_studies
from surveyapp.domain.instrument.easy.renderings import Rendering, easy_of, is_easy, plain_of, rendering_of
from surveyapp.domain.instrument.questionnaire import to_document
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Scope
from surveyapp.reports.files import held_record
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.participants.identity import IdentityFact
from surveyapp.services.privacy import subject_access
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import answering
from surveyapp.services.results import response
from surveyapp.services.runtime import Runtime, build
from surveyapp.services.sending import calendar, outbox
from surveyapp.services.translation import easy_words, po_files, study_catalogues
from surveyapp.settings import ROOT
from surveyapp.store.answering import exported
from surveyapp.store.tables import SaveRow, WordingRow
from tests import factories
from tests.conftest import Clock
from tests.integration.test_answering import walk_to
from tests.integration.test_pack import pack_of
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client
from tests.phone import Phone
from tests.sending import Told, at_ten, by, reachable

USUAL = "How did you first hear about the scheme?"
EASY = "How did you first find out about the scheme?"
PICTURE = re.compile(r'<img src="(/survey/media/job_rotation/[0-9a-f]{20}\.svg)" alt="([^"]+)"')


@pytest.fixture
def runtime(sqlite_url: str, clock: Clock) -> Iterator[Runtime]:
    made = factories.create_runtime(sqlite_url, clock, demo=True)
    factories.open_questionnaires(made)
    yield made
    made.database.dispose()


def begun(runtime: Runtime) -> Phone:
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, factories.create_participant(runtime)))
    return phone


def saves(runtime: Runtime) -> list[tuple[str, int | None]]:
    with runtime.database.reading() as session:
        return [tuple(row) for row in session.execute(select(SaveRow.language, SaveRow.wording).order_by(SaveRow.id))]


@pytest.mark.parametrize("language", ["en", "pa-Arab", "zh-Hant-TW"])
def test_easy_words_are_a_variety_of_their_language(language: str) -> None:
    easy = easy_of(language)
    assert (is_easy(language), is_easy(easy), plain_of(easy), easy_of(easy)) == (False, True, language, easy)
    assert (rendering_of(language), rendering_of(easy)) == (Rendering.USUAL, Rendering.EASY)


def test_somebody_chooses_easy_words_on_a_page_and_each_answer_says_in_which_it_was_given(runtime: Runtime) -> None:
    phone = begun(runtime)
    assert phone.heading == USUAL
    assert "/survey/media/" not in phone.page.source, "nothing is fetched for whoever did not choose them"
    # What was answered was asked in the usual words; the page comes back in easy ones.
    phone.send({"heard_via": "online", "lang": "en-simple"})
    assert (phone.path, phone.heading) == ("/survey/q/heard_via", EASY)
    assert phone.chosen()["heard_via"] == ["online"]
    address, alt = PICTURE.findall(phone.page.source)[0]
    assert alt == "A person hears about something."
    picture = phone.client.get(address)
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert "immutable" in picture.headers["Cache-Control"]
    # And so does every page that follows, until the usual words are chosen again.
    phone.send({"heard_via": "family"})
    assert "easy" in phone.page.source.partition("<main")[2].partition(">")[0]
    phone.send({"heard_via_detail": "My brother told me.", "lang": "en"})
    assert "/survey/media/" not in phone.page.source
    assert saves(runtime) == [("en", None), ("en-simple", 1), ("en-simple", 1)]


def test_they_are_offered_on_the_first_page_and_stay_in_their_own_language(runtime: Runtime) -> None:
    phone = Phone(runtime)
    phone.open(factories.create_link(runtime, factories.create_participant(runtime)))
    phone.send(lang="en-simple")
    assert "You can say yes or no to this." in phone.page.source
    assert next(attributes for tag, attributes in phone.page.elements if tag == "html")["lang"] == "en"
    assert ' lang="en-simple"' not in phone.page.source
    # Polish has none: whoever goes to it has its usual words, and is offered no others.
    phone.send(lang="pl")
    assert "simple" not in phone.page.source


def test_what_has_none_is_shown_in_its_usual_words_and_says_so_in_the_answer(runtime: Runtime) -> None:
    phone = begun(runtime)
    phone.open("/survey?lang=ur-simple")
    phone.send({"heard_via": "online"})
    assert saves(runtime) == [("en", None)]


def test_the_pack_has_pictures_only_in_easy_words(runtime: Runtime) -> None:
    phone = begun(runtime)
    slip = json.loads(phone.client.get(phone.own("/survey/slip")).data)
    usual = pack_of(phone.client.raw, slip)
    phone.open("/survey?lang=en-simple")
    slip = json.loads(phone.client.get(phone.own("/survey/slip")).data)
    easy = pack_of(phone.client.raw, slip)
    assert (usual["language"], easy["language"], easy["wording"]) == ("en", "en-simple", 1)
    assert not any("pictures" in page or "<img" in page["html"] for page in usual["pages"])
    assert [page["id"] for page in easy["pages"] if not page.get("pictures")] == []


@pytest.mark.parametrize("name", ["nothing.svg", "..%2Fmedia.yaml", "media.yaml", "a" * 20 + ".svg", "%00"])
def test_no_other_file_is_served(runtime: Runtime, name: str) -> None:
    phone = Phone(runtime)
    assert phone.client.get(f"/survey/media/job_rotation/{name}").status_code in (400, 404)
    assert phone.client.get(f"/survey/media/{name}/media.yaml").status_code in (400, 404)


def test_an_interviewer_reads_them_out(runtime: Runtime) -> None:
    interviewer = Interviewer(Client(Phone(runtime).client.raw.application.test_client()), runtime)
    interviewer.open(create_reachable(runtime))
    assert "English, easy words" in interviewer.client.page(interviewer.case).words
    location = interviewer.post(f"{interviewer.case}/start", {"mode": "phone", "language": "en-simple"}).location
    agreed = {"consent_take_part": "yes", "consent_recontact": "no", "consent_quote_words": "no"}
    section = interviewer.post(location, agreed).location
    assert EASY in interviewer.client.page(section).words
    interviewer.post(
        section, {"shown": "heard_via", "heard_via": "online", "then": "stay", "save_id": str(uuid.uuid4())}
    )
    assert saves(runtime) == [("en-simple", 1)]


def test_a_new_picture_is_a_new_revision_of_the_words_and_no_new_version(
    runtime: Runtime, tmp_path: Path, clock: Clock
) -> None:
    home = tmp_path / "questionnaires"
    shutil.copytree(ROOT / "questionnaires", home)
    media = home / "job_rotation" / "media"
    (media / "talking.svg").write_bytes((media / "idea.svg").read_bytes())
    settings = dataclasses.replace(runtime.settings, questionnaires=home)
    changed = build(settings, clock)
    before, after = (
        to_document(each.study("job_rotation").questionnaires["backfill_1", 1]) for each in (runtime, changed)
    )
    assert before == after, "media are no part of what is frozen"
    made = questionnaire_versions.reword(factories.operator(changed), "job_rotation", "backfill_1")
    assert [(each.language, each.revision) for each in made] == [("en-simple", 2)]
    with changed.database.reading() as session:
        words = session.scalars(
            select(WordingRow.words)
            .where(WordingRow.questionnaire == "backfill_1", WordingRow.language == "en-simple")
            .order_by(WordingRow.revision)
        ).all()
    key = "backfill_1.heard_via_detail.picture"
    assert words[0][key] != words[1][key], "the revision says which picture was shown"
    changed.database.dispose()


def test_every_questionnaire_of_job_rotation_has_them_whole_as_a_draft(runtime: Runtime) -> None:
    study = runtime.study("job_rotation")
    for each in easy_words.coverage(runtime.settings.questionnaires / study.id, study):
        assert each.words.complete, each
        assert each.draft, each
        assert {kind.value for kind, share in each.beside.items() if share.complete} == {"picture"}, each


def test_what_was_asked_in_easy_words_says_so_wherever_the_answer_is_told(runtime: Runtime) -> None:
    person = create_reachable(runtime)
    usual = factories.by_link(runtime, person)
    easy = dataclasses.replace(usual, language="en-simple")
    answering.give_consent(runtime, usual, {"take_part": True})
    answering.save_page(runtime, usual, "heard_via", {"heard_via": ["online"]}, factories.new_id())
    walk_to(runtime, easy, None, {"attended_readiness_sessions": "no", "placed": "no"})
    answering.submit(runtime, easy)
    desk = factories.operator(runtime)
    # What is held about them.
    record = subject_access.held_record(
        desk, factories.STUDY, person.reference, (IdentityFact.NAME, IdentityFact.PHONE), None
    )
    first = record.touchpoints[0]
    held = {each.variable: each.rendering for each in first.answers}
    assert (held["heard_via"], held["recommend"]) == (Rendering.USUAL, Rendering.EASY)
    assert record.language == "en"
    assert "asked in easy words" in held_record.as_page(record, ENGLISH)
    # The files of answers.
    with desk.reading() as work:
        scope = Scope(factories.STUDY, runtime.origin)
        (sent,) = exported.sent_responses(work.session, scope, runtime.clock())
    assert (sent.languages, sent.renderings) == (("en",), ("usual", "easy"))
    # Who answered, as how they answered: where they ended.
    told = response.group(desk, factories.STUDY, "backfill").response
    row = next(each for each in told if (each.touchpoint, each.by) == (1, "")).rows[0]
    assert (row.easy.count, row.easy.percent, row.modes["self"].count) == (1, 100, 1)


def test_whoever_goes_back_to_usual_words_ended_in_them(runtime: Runtime) -> None:
    person = create_reachable(runtime)
    usual = factories.by_link(runtime, person)
    easy = dataclasses.replace(usual, language="en-simple")
    answering.give_consent(runtime, usual, {"take_part": True})
    for who, said in ((usual, "online"), (easy, "family")):
        answering.save_page(runtime, who, "heard_via", {"heard_via": [said]}, factories.new_id())
    walk_to(runtime, usual, None, {"attended_readiness_sessions": "no", "placed": "no"})
    answering.submit(runtime, usual)
    with factories.operator(runtime).reading() as work:
        (sent,) = exported.sent_responses(work.session, Scope(factories.STUDY, runtime.origin), runtime.clock())
    assert sent.renderings == ("easy", "usual")


def test_the_privacy_notice_is_in_easy_words_where_the_study_has_them(runtime: Runtime) -> None:
    phone = begun(runtime)
    usual = phone.open("/survey/privacy").words
    easy = phone.open("/survey/privacy?lang=en-simple").words
    study = runtime.study(factories.STUDY)
    in_easy = runtime.study_in(study, "en-simple").privacy
    assert study.privacy is not None
    assert in_easy is not None
    for before, now in zip(study.privacy.recipients, in_easy.recipients, strict=True):
        assert before != now
        assert (before in usual, now in usual) == (True, False)
        assert (before in easy, now in easy) == (False, True)
    # Who somebody is stays a name.
    assert (in_easy.controller, in_easy.contact) == (study.privacy.controller, study.privacy.contact)
    assert study.privacy.controller in easy


MESSAGES = ("invite", "remind_3", "remind_7", "thank")


def preview(runtime: Runtime, reference: str, step: str = "remind_3") -> list[tuple[str, str]]:
    found = calendar.person(factories.operator(runtime), factories.STUDY, reference, step)
    assert {each.language for each in found.words} == {found.language}
    return [(each.language, each.text) for each in found.words if each.way is not SendingWay.TEXT]


def test_whoever_was_last_asked_in_easy_words_is_written_to_in_them(runtime: Runtime, clock: Clock) -> None:
    clock.now += at_ten(clock.now)
    person = reachable(runtime, email="a@example.org")
    reachable(runtime, 2)
    calendar.switch(factories.operator(runtime), factories.STUDY, True)
    carrier = Told()
    desk = factories.operator(runtime)
    outbox.send(desk, [factories.STUDY], by(carrier))
    assert [each.language for each in carrier.handed] == ["en", "en"], "nobody has chosen yet"
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, person))
    phone.send({"heard_via": "online", "lang": "en-simple"})
    [(language, before)] = preview(runtime, person.reference)
    assert language == "en", "what was answered was asked in the usual words"
    phone.send({"heard_via": "family"})
    [(language, text)] = preview(runtime, person.reference)
    assert (language, text == before) == ("en-simple", False)
    assert "This link is for you alone: https://…" in text
    # Whoever goes back to the usual words gets those.
    phone.send({"heard_via_detail": "My brother.", "lang": "en"})
    assert preview(runtime, person.reference)[0][0] == "en-simple"
    phone.send({"heard_via_detail": "My brother told me."})
    assert preview(runtime, person.reference) == [("en", before)]
    phone.open("/survey/q/heard_via_detail?lang=en-simple")
    phone.send({"heard_via_detail": "My sister."})
    lines = calendar.calendar(desk, factories.STUDY).lines
    assert {(each.language, each.people) for each in lines if each.step == "remind_3"} == {("en", 1), ("en-simple", 1)}
    clock.forward(days=3)
    outbox.send(desk, [factories.STUDY], by(carrier))
    sent = {each.language: each for each in carrier.handed[2:]}
    assert set(sent) == {"en", "en-simple"}
    assert sent["en-simple"].subject.endswith("you can still answer our questions")
    assert re.search(r"The last day is \d+ [A-Z][a-z]+ \d{4}\.", sent["en-simple"].text)


def test_a_message_has_easy_words_whole_or_is_sent_in_the_usual_ones(tmp_path: Path) -> None:
    study = load_studies(ROOT / "questionnaires")[factories.STUDY]
    assert study.messages is not None
    own = study_catalogues.file_of(ROOT / "questionnaires" / study.id, "en-simple")
    path = study_catalogues.file_of(tmp_path, "en-simple")
    path.parent.mkdir()
    for number, (step, lacks) in enumerate(itertools.product(MESSAGES, (None, "subject", "text", "short"))):
        file = po_files.read(own, "en-simple")
        for message in file.catalog:
            if message.context == f"message.{step}.{lacks}":
                message.string = ""
        po_files.write(path, file, sort=False)
        os.utime(path, (number, number))
        written = {each.id: easy_words.writes(tmp_path, study, each, "en") for each in study.messages.steps}
        assert written == {each: lacks is None or each != step for each in MESSAGES}
        [(language, share, draft)] = easy_words.of_messages(tmp_path, study)
        assert (language, share.done, share.total, draft) == ("en", 4 - (lacks is not None), 4, True)
    assert not easy_words.writes(tmp_path, study, study.messages.steps[0], "pl"), "Polish has none"
    path.write_text('msgid "never ends')
    assert not easy_words.writes(tmp_path, study, study.messages.steps[0], "en"), "nobody can read it"
    path.unlink()
    assert not easy_words.writes(tmp_path, study, study.messages.steps[0], "en"), "there is none"
