"""A language that people read a study in stays theirs: whatever is written beside it, in doubt, or opened next."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from surveyapp.domain.audit import ByLink
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.doctor import kept
from surveyapp.services.questionnaires import languages_kept, versions
from surveyapp.services.responses import answering, survey_session
from surveyapp.services.runtime import Runtime
from surveyapp.services.sending import calendar
from surveyapp.services.translation import study_catalogues
from surveyapp.services.translation.po_files import read, write
from surveyapp.settings import ROOT
from tests import factories
from tests.conftest import Clock
from tests.integration.test_languages import edit, html, new_link
from tests.phone import Phone
from tests.sending import reachable

ALL = ("en", "pl", "pa", "ur")
Restart = Callable[[], Runtime]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The folder of the product's own study, to be written in."""
    copied = tmp_path / "questionnaires"
    shutil.copytree(ROOT / "questionnaires", copied, ignore=shutil.ignore_patterns("demo"))
    return copied / factories.STUDY


@pytest.fixture
def restart(database_url: str, clock: Clock, study: Path) -> Iterator[Restart]:
    """Reads all files anew, beside the same database, as a server does that begins."""
    made: list[Runtime] = []

    def begin() -> Runtime:
        made.append(factories.create_runtime(database_url, clock, questionnaires=study.parent))
        return made[-1]

    yield begin
    for each in made:
        each.database.dispose()


@pytest.fixture
def who(restart: Restart) -> ByLink:
    """Somebody who has begun in Polish, in a study whose every version is open."""
    runtime = restart()
    factories.open_questionnaires(runtime)
    found = dataclasses.replace(factories.by_link(runtime, factories.create_participant(runtime)), language="pl")
    answering.give_consent(runtime, found, {"take_part": True})
    return found


def offered(runtime: Runtime) -> tuple[str, ...]:
    return runtime.offered(runtime.study(factories.STUDY))


def asked(runtime: Runtime, who: ByLink) -> list[tuple[str, str]]:
    """The language of the title and of the first question's text, and what they say."""
    questionnaire = survey_session.visit(runtime, who).ready[0]
    texts = (questionnaire.title, questionnaire.questions[0].text)
    return [(text.language, text) for text in texts]  # type: ignore[attr-defined]


def say(study: Path, language: str, id: str, said: str | None = None, *, fuzzy: bool = False) -> None:
    """Has a language say a text otherwise, or the same and in doubt."""
    path = study_catalogues.file_of(study, language)
    file = read(path, language)
    for message in file.catalog:
        if message.context == id:
            message.string = message.string if said is None else said
            message.flags = {"fuzzy"} if fuzzy else set()
    write(path, file, sort=False)


def write_second(study: Path) -> None:
    """Another version of the first questionnaire, one of whose hints nobody has translated."""
    second = (study / "backfill_1" / "v1.yaml").read_text(encoding="utf-8").replace("version: 1", "version: 2", 1)
    assert "hint: " in second
    (study / "backfill_1" / "v2.yaml").write_text(second.replace("hint: ", "hint: Now, ", 1), encoding="utf-8")


def in_doubt(study: Path) -> None:
    say(study, "pl", "backfill_1.heard_via.text", fuzzy=True)


def about_in_doubt(study: Path) -> None:
    say(study, "pl", "study.about", fuzzy=True)


def about_corrected(study: Path) -> None:
    edit(study / "study.yaml", "Thank you for your time.", "Thank you.")


def message_corrected(study: Path) -> None:
    edit(study / "study.yaml", "we would like to hear from you", "how has it been")


def message_not_said(study: Path) -> None:
    say(study, "pl", "message.invite.subject", "")


@pytest.mark.parametrize(
    "change",
    [write_second, in_doubt, about_in_doubt, about_corrected, message_corrected, message_not_said],
    ids=lambda change: change.__name__,
)
@pytest.mark.parametrize("merged", [False, True])
def test_nothing_that_is_written_beside_it_takes_a_language_from_whoever_reads_it(
    restart: Restart, study: Path, who: ByLink, change: Callable[[Path], None], merged: bool
) -> None:
    """Whether or not the translators were given what is new (`make messages`)."""
    before = asked(restart(), who)
    assert [language for language, _ in before] == ["pl", "pl"]
    change(study)
    if merged:
        study_catalogues.update(study, restart().study(factories.STUDY))
    again = restart()
    assert (offered(again), again.not_offered(again.study(factories.STUDY))) == (ALL, {})
    assert asked(again, who) == before
    phone = Phone(again)
    phone.open(new_link(again, "pl"))
    assert html(phone)["lang"] == "pl"


def test_a_version_that_is_frozen_and_not_opened_takes_a_language_from_nobody(
    restart: Restart, study: Path, who: ByLink
) -> None:
    write_second(study)
    versions.freeze(restart(), factories.STUDY, "backfill_1")
    assert offered(restart()) == ALL


@pytest.mark.both_databases
def test_a_text_in_doubt_that_is_taken_up_falls_back_alone(restart: Restart, study: Path, who: ByLink) -> None:
    in_doubt(study)
    again = restart()
    assert versions.reword(factories.operator(again), factories.STUDY, "backfill_1")
    again = restart()
    assert offered(again) == ALL
    assert [language for language, _ in asked(again, who)] == ["pl", "en"]


def test_the_studys_own_text_in_doubt_falls_back_alone(restart: Restart, study: Path, who: ByLink) -> None:
    about_in_doubt(study)
    again = restart()
    own = again.study_in(again.study(factories.STUDY), "pl")
    assert [text.language for text in (own.about, own.public_title)] == ["en", "pl"]  # type: ignore[attr-defined]


def test_a_message_is_in_one_language_from_its_subject_to_its_end(restart: Restart, study: Path, who: ByLink) -> None:
    message_corrected(study)
    again = restart()
    person = reachable(again, email="a@example.org", language="Polish")
    for step, language in (("invite", "en"), ("remind_3", "pl")):
        found = calendar.person(factories.operator(again), factories.STUDY, person.reference, step)
        assert (found.language, {each.language for each in found.words}) == (language, {language})
        [mail] = [each for each in found.words if each.way is SendingWay.EMAIL]
        assert ("Thank you for being part of" in mail.text) is (language == "en")


def test_no_version_is_opened_that_would_take_a_language_from_those_who_read_it(
    restart: Restart, study: Path, who: ByLink
) -> None:
    write_second(study)
    again = restart()
    versions.freeze(again, factories.STUDY, "backfill_1")
    again = restart()
    desk = factories.operator(again)
    with pytest.raises(
        StateRefused, match=r"Version 2 of backfill_1 is not whole in pl, .*\(1\).*“backfill_1\..*hint”"
    ):
        versions.open_newest(desk, factories.STUDY, "backfill_1")
    assert [each.opened_at for each in versions.version_states(desk, factories.STUDY) if each.version == 2] == [None]
    # Said to be in part it can be opened, and nobody loses their language.
    edit(study / "study.yaml", "languages: [en, pl, pa, ur]", "languages: [en, pl, pa, ur]\npartial: [pl, pa, ur]")
    again = restart()
    assert versions.open_newest(factories.operator(again), factories.STUDY, "backfill_1") == (2, True)
    assert offered(restart()) == ALL
    assert [language for language, _ in asked(restart(), who)] == ["pl", "pl"]


@pytest.mark.both_databases
def test_a_language_is_offered_once_it_is_translated_and_taken_up(restart: Restart, study: Path) -> None:
    """Whoever chose it before that would be asked in the source, between pages in their own language."""
    whole = study_catalogues.file_of(study, "pl").read_bytes()
    study_catalogues.file_of(study, "pl").unlink()
    runtime = restart()
    factories.open_questionnaires(runtime)
    assert offered(restart()) == ("en", "pa", "ur")
    study_catalogues.file_of(study, "pl").write_bytes(whole)
    again = restart()
    assert offered(again) == ("en", "pa", "ur")
    [sentence] = languages_kept.without_languages(again, factories.STUDY)
    assert "“pl” is listed and not offered: " in sentence
    assert "never taken up for backfill_1 v1" in sentence
    assert "`surveyapp questionnaires reword job_rotation backfill_1` and restart" in sentence
    for name in {name for name, _ in again.study(factories.STUDY).questionnaires}:
        versions.reword(factories.operator(again), factories.STUDY, name)
    assert offered(restart()) == ALL


def unread(study: Path) -> None:
    study_catalogues.file_of(study, "pl").write_text('msgid "never ends', encoding="utf-8")


def never_said(study: Path) -> None:
    say(study, "pl", "study.help.name", "")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (unread, "text/pl.po cannot be read, from line 1 on. "),
        (never_said, "“study.help.name” was not translated. Translate what is missing, then restart."),
    ],
)
def test_a_language_that_is_not_offered_is_named_by_the_doctor(
    restart: Restart, study: Path, who: ByLink, spoil: Callable[[Path], None], why: str
) -> None:
    spoil(study)
    again = restart()
    assert offered(again) == ("en", "pa", "ur")
    assert [what for _, what, _ in kept.studies(again) if f"“pl” is listed and not offered: {why}" in what]


def test_a_language_that_is_not_offered_is_named_as_a_server_begins(
    study: Path, who: ByLink, database_url: str
) -> None:
    never_said(study)
    given = {**os.environ, **factories.environment(database_url), "SURVEYAPP_QUESTIONNAIRES": str(study.parent)}
    began = subprocess.run(
        [sys.executable, "-c", "import wsgi"], cwd=ROOT, env=given, capture_output=True, text=True, check=False
    )
    assert began.returncode == 0, began.stderr
    assert "job_rotation: “pl” is listed and not offered: “study.help.name” was not translated." in began.stderr
