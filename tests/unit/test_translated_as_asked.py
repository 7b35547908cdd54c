"""Whatever is asked of a text in the source is asked of each translation of it, and what was said before comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from surveyapp.domain.authoring.fault_codes import NOTES
from surveyapp.domain.authoring.loader import load_study, read_study
from surveyapp.services.translation import study_catalogues, wording_faults
from surveyapp.services.translation.po_files import read, write
from surveyapp.settings import ROOT
from tests.unit.test_loading import QUESTIONNAIRE
from tests.unit.test_loading import STUDY as TINY_STUDY
from tests.unit.test_loading import write as write_study

STUDY = ROOT / "questionnaires" / "job_rotation"
TINY = TINY_STUDY.replace("help:", "languages: [en, pl]\npartial: [pl]\nhelp:")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The product's own study, to be written in."""
    copied = tmp_path / STUDY.name
    shutil.copytree(STUDY, copied, ignore=shutil.ignore_patterns("demo"))
    return copied


def say(folder: Path, language: str, id: str, said: str, *, fuzzy: bool = False) -> None:
    """Has a language say a text otherwise."""
    path = study_catalogues.file_of(folder, language)
    file = read(path, language)
    for message in file.catalog:
        if message.context == id:
            message.string = said
            message.flags = {"fuzzy"} if fuzzy else set()
    write(path, file, sort=False)


def found(folder: Path, language: str) -> list[tuple[str, str]]:
    """The code of each fault of a language, and the text whose entry begins on its line."""
    shown = f"{folder.name}/text/{language}.po"
    lines = study_catalogues.file_of(folder, language).read_text(encoding="utf-8").splitlines()
    return [
        (fault.code, lines[fault.line - 2].removeprefix('msgctxt "').removesuffix('"'))
        for fault in wording_faults.faults_of(folder, load_study(folder))
        if fault.file == shown
    ]


LINK = "Here: {link}."
REFUSED = [
    ("subject", "{study}\nand more", "bad_value"),
    ("subject", "{study}: Universal Credit", "tells_of_somebody"),
    ("subject", "{study}: your placement", "tells_of_somebody"),
    ("subject", "{name|you}: {study}", "unknown_fact"),
    ("subject", "{study", "bad_quote"),
    ("text", f"Your health.\n{LINK}", "tells_of_somebody"),
    ("text", f"Hello {{name}}.\n{LINK}", "no_fallback"),
    ("text", f"Hello.\n{LINK} {{until}}", "no_fallback"),
    ("text", f"Hello.\n{LINK} {{until| }}", "no_fallback"),
    ("text", f"Hello.\n{LINK} {{site.name|there}}", "unknown_fact"),
    ("text", f"Hello.\n{LINK} }}", "bad_quote"),
    ("text", "Hello.", "no_way_in"),
    ("short", f"{LINK} {'a' * 320}", "bad_value"),
    ("short", "{study}", "no_way_in"),
    ("short", f"{LINK} Your wages.", "tells_of_somebody"),
]
"""A text of the invitation as somebody may write it, in the source or in a translation, and what it is refused for."""


@pytest.mark.parametrize("language", ["pl", "en-simple"])
@pytest.mark.parametrize(("key", "words", "code"), REFUSED)
def test_a_message_is_refused_in_every_language_for_what_it_is_refused_in_its_source(
    folder: Path, key: str, words: str, code: str, language: str
) -> None:
    say(folder, language, f"message.invite.{key}", words)
    id = f"message.invite.{key}"
    # What is filled in must be what the source fills in: that is said where it is not, too.
    assert [each for each in found(folder, language) if each[0] != "broken_wording"] == [(code, id)]
    shutil.copytree(STUDY, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("demo"))
    yaml, path = YAML(), folder / "study.yaml"
    source = yaml.load(path)
    source["messages"]["steps"]["invite"][key] = words
    yaml.dump(source, path)
    assert [fault.code for fault in read_study(folder)[1] if fault.code != "study_changed"] == [code]


def test_a_fault_of_one_text_of_a_message_is_no_fault_of_what_is_not_translated(folder: Path) -> None:
    for key in ("subject", "text", "short"):
        say(folder, "pl", f"message.invite.{key}", "")
    assert [code for code, _ in found(folder, "pl")] == ["missing_wording"]


def test_a_label_of_what_is_known_of_people_gives_them_away_in_its_own_language(folder: Path) -> None:
    say(folder, "pl", "site.employer_size.label", "Wielkość zakładu")
    say(folder, "pl", "message.invite.subject", "{study}: wielkość zakładu")
    assert found(folder, "pl") == [("tells_of_somebody", "message.invite.subject")]


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("Pracują Państwo w {site.name}?", ["no_fallback"]),
        ("Pracują Państwo w {site.name| }?", ["no_fallback"]),
        ("Pracują Państwo w {site.name|firmie}?", []),
        ("Pracują Państwo w {site.name|firmie}? }", ["broken_wording"]),
    ],
)
def test_a_translated_quotation_has_something_to_say_where_the_fact_is_not_known(
    tmp_path: Path, said: str, codes: list[str]
) -> None:
    questionnaire = QUESTIONNAIRE.replace("Why?", '"Do you work at {site.name|your workplace}?"')
    folder = write_study(tmp_path, TINY, questionnaire)
    study_catalogues.update(folder, load_study(folder))
    say(folder, "pl", "first.liked_why.text", said)
    assert [code for code, _ in found(folder, "pl")] == codes


@pytest.mark.parametrize("said", ["słowo " * 41, "Strona www.example.org?", "Tak [lub nie]?"])
def test_consent_that_is_asked_aloud_is_for_the_ear_in_every_language(folder: Path, said: str) -> None:
    say(folder, "pl", "consent.take_part.aloud", said)
    assert found(folder, "pl") == [("not_for_the_ear", "consent.take_part.aloud")]


def test_a_translation_has_the_shape_of_all_text_that_comes_in(folder: Path) -> None:
    """As its source does: a line end that an editor leaves is none of a subject."""
    say(folder, "pl", "message.invite.subject", "{study}: prosimy o opinie\u0301\n")
    [subject] = [
        said for (id, _), said in study_catalogues.words_in(folder, "pl").items() if id == "message.invite.subject"
    ]
    assert subject == "{study}: prosimy o opini\u00e9"
    assert found(folder, "pl") == []


def version(folder: Path, number: int, why: str) -> None:
    """A version of the tiny study's questionnaire that asks why in these words."""
    words = QUESTIONNAIRE.replace("version: 1", f"version: {number}").replace("Why?", why)
    declared = f"version: {number}\nchanges: {{liked_why: {{comparable: yes, because: It is shorter.}}}}\n"
    (folder / "first" / f"v{number}.yaml").write_text(words.replace(f"version: {number}\n", declared), encoding="utf-8")


def entry(folder: Path, source: str) -> tuple[str, bool, list[str]]:
    """What the Polish file says of a text, whether it is in doubt, and what its translator is told of it."""
    [message] = [each for each in read(study_catalogues.file_of(folder, "pl"), "pl").catalog if each.id == source]
    return str(message.string), message.fuzzy, [each for each in message.auto_comments if "before" in each]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A study that asks why, in Polish too."""
    folder = write_study(tmp_path, TINY)
    study_catalogues.update(folder, load_study(folder))
    say(folder, "pl", "first.liked_why.text", "Dlaczego?")
    return folder


def test_words_changed_in_a_new_version_are_given_back_in_doubt_and_those_of_the_old_one_stay(tiny: Path) -> None:
    version(tiny, 2, "How so?")
    study_catalogues.update(tiny, load_study(tiny))
    assert entry(tiny, "Why?") == ("Dlaczego?", False, [])
    assert entry(tiny, "How so?") == ("Dlaczego?", True, ["The source said before: Why?"])
    before = study_catalogues.file_of(tiny, "pl").read_bytes()
    study_catalogues.update(tiny, load_study(tiny))
    assert study_catalogues.file_of(tiny, "pl").read_bytes() == before
    assert list(study_catalogues.words_in(tiny, "pl").values()) == ["Dlaczego?"], "nobody is shown what is in doubt"


def test_what_is_given_back_is_what_the_newest_other_version_says(tiny: Path) -> None:
    for number in range(2, 11):
        version(tiny, number, f"Why {number}?")
    study_catalogues.update(tiny, load_study(tiny))
    path = study_catalogues.file_of(tiny, "pl")
    file = read(path, "pl")
    for message in file.catalog:
        if str(message.id).startswith("Why "):
            message.string, message.flags = f"Dlaczego {str(message.id)[4:]}", set()
    write(path, file, sort=False)
    version(tiny, 11, "How so?")
    study_catalogues.update(tiny, load_study(tiny))
    assert entry(tiny, "How so?") == ("Dlaczego 10?", True, ["The source said before: Why 10?"])
    # A new version that is worded anew before it is frozen: what it said until now is nearest to it.
    say_so = [each for each in file.catalog if each.id == "Why 10?"]
    assert len(say_so) == 1
    path.write_text(path.read_text(encoding="utf-8").replace("#, fuzzy\n", ""), encoding="utf-8")
    file = read(path, "pl")
    for message in file.catalog:
        if message.id == "How so?":
            message.string, message.flags = "Jak to?", set()
    write(path, file, sort=False)
    version(tiny, 11, "How come?")
    study_catalogues.update(tiny, load_study(tiny))
    assert entry(tiny, "How come?") == ("Jak to?", True, ["The source said before: How so?"])


def test_what_is_itself_in_doubt_is_given_back_with_the_source_that_it_was_of(tiny: Path) -> None:
    version(tiny, 2, "How so?")
    study_catalogues.update(tiny, load_study(tiny))
    version(tiny, 2, "How come?")
    study_catalogues.update(tiny, load_study(tiny))
    assert entry(tiny, "How come?") == ("Dlaczego?", True, ["The source said before: Why?"])


def missing(folder: Path) -> str:
    [fault] = [each for each in wording_faults.faults_of(folder, load_study(folder)) if each.code == "missing_wording"]
    return fault.sentence


def test_it_is_said_what_comes_of_a_text_that_is_not_translated(folder: Path) -> None:
    """Nobody meets a draft, a message goes in the source, and for all else the language is not offered."""
    second = (folder / "backfill_1" / "v1.yaml").read_text(encoding="utf-8").replace("version: 1", "version: 2", 1)
    (folder / "backfill_1" / "v2.yaml").write_text(second.replace("hint: ", "hint: Now, ", 1), encoding="utf-8")
    sentences = [each.sentence for each in wording_faults.faults_of(folder, load_study(folder))]
    assert len(sentences) == 3
    assert all("They are of versions that nobody meets yet" in each for each in sentences), "one for each language"
    (folder / "backfill_1" / "v2.yaml").unlink()
    say(folder, "pl", "message.invite.subject", "")
    assert "Until they are, those messages go in the source language." in missing(folder)
    say(folder, "pl", "study.about", "")
    assert "Until they are, nobody is offered the language who was not before" in missing(folder)


def test_a_language_that_the_pages_around_it_do_not_have_is_noted(folder: Path) -> None:
    """It keeps nothing from being served, and no author can mend it."""
    path = folder / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[en, pl,", "[en, cy, pl,"), encoding="utf-8")
    [note] = wording_faults.notes(folder, load_study(folder))
    assert note.code in NOTES
    assert note.sentence == (
        "Shiftline’s own pages for participants are not all translated into cy. It is not offered."
    )
    assert path.read_text(encoding="utf-8").splitlines()[note.line - 1].startswith("languages: ")
