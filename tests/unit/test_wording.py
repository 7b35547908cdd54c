"""A study's words in other languages: every text has an id, merging is stable, a fallback says so, faults."""

from __future__ import annotations

import ast
import dataclasses
import functools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Catalog

from surveyapp.domain.authoring.loader import load_study
from surveyapp.domain.i18n import LocalText, source_of
from surveyapp.domain.instrument.kinds import KINDS
from surveyapp.domain.instrument.piping import placeholders
from surveyapp.domain.instrument.questionnaire import Questionnaire, to_document
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.instrument.translation import (
    Audience,
    texts_of,
    translated,
    translated_study,
    translated_whole,
    words_fingerprint,
    words_for,
)
from surveyapp.domain.versions import answer_migration, comparability
from surveyapp.reports.text import held_words, version_text
from surveyapp.services.participants import enrolment_form
from surveyapp.services.translation import interface_catalogues, offering, study_catalogues, wording_faults
from surveyapp.services.translation.po_files import PoUnreadable, is_translated, read
from surveyapp.settings import ROOT
from tests.unit.test_loading import QUESTIONNAIRE, STUDY, write

LANGUAGES = ("pl", "pa", "ur")
NO_WORDS = {"id", "kind", "scale", "code", "name", "favourable", "neutral", "variable", "moment", "earliest", "latest"}
"""Fields that hold names, not words."""


@functools.cache
def extracted() -> Catalog:
    """Every text of the interface as its sources have it: read once, to be looked at."""
    return interface_catalogues.extracted()


def test_no_sentence_says_left_or_right_of_a_page_that_is_turned_for_urdu() -> None:
    said = [text for each in extracted() if each.id for text in ((each.id,) if isinstance(each.id, str) else each.id)]
    assert [
        text for text in said if re.search(r"\b(left|right)\s+(of|side|hand)\b|\bto the (left|right)\b", text, re.I)
    ] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, STUDY.replace("help:", "languages: [en, pl]\npartial: [pl]\nhelp:"))


def strings(tree: object, field: str = "") -> Iterator[tuple[str, str]]:
    """Every string in a tree of dataclasses, with the field it stands in."""
    if isinstance(tree, str):
        yield field, tree
    elif isinstance(tree, tuple):
        for each in tree:
            yield from strings(each, field)
    elif dataclasses.is_dataclass(tree):
        for each in dataclasses.fields(tree):
            if each.name not in ("ask_if", "wording"):
                yield from strings(getattr(tree, each.name), each.name)


def mark(study: Study, questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire with every text translated."""
    words = {(text.id, text.source): f"[{text.source}]" for text in texts_of(study)}
    return translated(questionnaire, words_for(questionnaire, words), "pl", "en", 1)


def test_every_text_of_a_questionnaire_has_an_id_and_is_translated() -> None:
    study = load_study(ROOT / "questionnaires" / "job_rotation")
    for questionnaire in study.questionnaires.values():
        said = [(field, text) for field, text in strings(mark(study, questionnaire)) if field not in NO_WORDS]
        names = {"options", "missing", "maximum"}
        left = [each for each in said if not each[1].startswith("[") and each[0] not in names]
        assert left == []
        assert all(isinstance(text, LocalText) and text.language == "pl" for field, text in said if field not in names)


def test_what_a_participant_meets_is_told_apart_from_what_staff_alone_do() -> None:
    texts = {text.id: text for text in texts_of(load_study(ROOT / "questionnaires" / "job_rotation"))}
    for id in ("study.about", "consent.take_part", "scale.satisfaction.very_satisfied", "scale.value.low", "yes_no.yes",
               "backfill_1.title", "backfill_1.section.placement.interviewer", "backfill_1.placement_satisfaction.hint",
               "backfill_1.heard_via.option.other.specify", "backfill_1.outcomes.statement.outcome_skills_experience",
               "backfill_1.confidence_career_potential.moment.before"):  # fmt: skip
        assert texts[id].audience is Audience.PARTICIPANT, id
    for id in ("scale.satisfaction.net.satisfied", "measure.work_satisfaction.title", "site.employer_size.label"):
        assert texts[id].audience is Audience.EVALUATOR, id


def test_a_text_without_a_translation_stays_in_the_source_language_and_says_so() -> None:
    study = load_study(ROOT / "questionnaires" / "job_rotation")
    first = study.questionnaires["backfill_1", 1]
    said = translated(first, {"backfill_1.title": "Udział"}, "pl", "en", 3)
    assert (said.title, said.title.language, said.wording) == ("Udział", "pl", ("pl", 3))  # type: ignore[attr-defined]
    assert said.sections[0].title == first.sections[0].title
    assert said.sections[0].title.language == "en"  # type: ignore[attr-defined]
    assert translated_study(study, {("study.about", "Old words"): "Stare"}, "pl").about == study.about


def test_a_translated_questionnaire_is_not_what_was_frozen() -> None:
    study = load_study(ROOT / "questionnaires" / "job_rotation")
    first = study.questionnaires["backfill_1", 1]
    assert to_document(first) == to_document(dataclasses.replace(first, wording=None))
    assert mark(study, first) != first
    assert hash(mark(study, first)) != hash(first)


def test_the_same_words_have_the_same_fingerprint_whatever_their_order() -> None:
    assert words_fingerprint({"a": "1", "b": "2"}) == words_fingerprint({"b": "2", "a": "1"})
    assert words_fingerprint({"a": "1"}) != words_fingerprint({"a": "2"})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("No braces", []),
        ("At {site.name|your employer}, and {site.name}", ["site.name", "site.name"]),
        ("{participant.age}", ["participant.age"]),
    ],
)
def test_what_a_text_fills_in_is_known_by_name(text: str, names: list[str]) -> None:
    assert placeholders(text) == names


def test_merging_twice_changes_nothing(folder: Path) -> None:
    study_catalogues.update(folder, load_study(folder))
    first = study_catalogues.file_of(folder, "pl").read_bytes()
    study_catalogues.update(folder, load_study(folder))
    assert study_catalogues.file_of(folder, "pl").read_bytes() == first
    assert b"X-Status: draft" in first


def say(folder: Path, source: str, translation: str) -> None:
    path = study_catalogues.file_of(folder, "pl")
    text = path.read_text(encoding="utf-8")
    old = f'msgid "{source}"\nmsgstr ""'
    assert old in text
    path.write_text(text.replace(old, f'msgid "{source}"\nmsgstr "{translation}"'), encoding="utf-8")


def reword(folder: Path, old: str, new: str) -> Study:
    path = folder / "first" / "v1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return load_study(folder)


def test_a_changed_text_gets_its_old_translation_back_as_fuzzy_and_is_not_shown(folder: Path) -> None:
    study_catalogues.update(folder, load_study(folder))
    say(folder, "Did you like it?", "Czy się podobało?")
    assert study_catalogues.words_in(folder, "pl")["first.liked.text", "Did you like it?"] == "Czy się podobało?"
    study = reword(folder, "Did you like it?", "Did you enjoy it?")
    assert {fault.code for fault in wording_faults.faults_of(folder, study)} == {"unknown_wording"}
    study_catalogues.update(folder, study)
    message = read(study_catalogues.file_of(folder, "pl"), "pl").catalog.get("Did you enjoy it?", "first.liked.text")
    assert message is not None
    assert (message.string, message.fuzzy) == ("Czy się podobało?", True)
    assert "The source said before: Did you like it?" in message.auto_comments
    before = study_catalogues.file_of(folder, "pl").read_bytes()
    study_catalogues.update(folder, study)
    assert study_catalogues.file_of(folder, "pl").read_bytes() == before
    assert not is_translated(message)
    assert study_catalogues.words_in(folder, "pl") == {}
    assert wording_faults.faults_of(folder, study) == ()


def test_a_text_that_comes_back_gets_its_translation_back(folder: Path) -> None:
    study_catalogues.update(folder, load_study(folder))
    say(folder, "Why?", "Dlaczego?")
    line = "      - {id: liked_why, kind: open, text: Why?, ask_if: {liked: agree}}\n"
    study_catalogues.update(folder, reword(folder, line, ""))
    assert study_catalogues.words_in(folder, "pl") == {}
    study_catalogues.update(folder, reword(folder, "  - id: then\n", f"{line}  - id: then\n"))
    assert study_catalogues.words_in(folder, "pl") == {("first.liked_why.text", "Why?"): "Dlaczego?"}


def test_two_versions_with_other_words_for_one_id_are_both_translated(folder: Path) -> None:
    second = QUESTIONNAIRE.replace("version: 1", "version: 2").replace("Why?", "How so?")
    second = second.replace(
        "version: 2\n", "version: 2\nchanges: {liked_why: {comparable: yes, because: It is shorter.}}\n"
    )
    (folder / "first" / "v2.yaml").write_text(second, encoding="utf-8")
    study = load_study(folder)
    words = {("first.liked_why.text", "Why?"): "Dlaczego?", ("first.liked_why.text", "How so?"): "Jak to?"}
    for version, said in ((1, "Dlaczego?"), (2, "Jak to?")):
        found = words_for(study.questionnaires["first", version], words)
        assert found["first.liked_why.text"] == said


def codes(folder: Path) -> list[tuple[str, int]]:
    return [(fault.code, fault.line) for fault in wording_faults.faults_of(folder, load_study(folder))]


def test_a_language_offered_whole_must_be_whole(folder: Path) -> None:
    study_catalogues.update(folder, load_study(folder))
    assert codes(folder) == []
    path = folder / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("partial: [pl]\n", ""), encoding="utf-8")
    lines = study_catalogues.file_of(folder, "pl").read_text(encoding="utf-8").splitlines()
    [(code, line)] = codes(folder)
    assert code == "missing_wording"
    assert lines[line - 2 : line] == ['msgctxt "study.public_title"', 'msgid "Tiny"']
    assert list(offering.not_offered(folder, load_study(folder), ())) == ["pl"]


@pytest.mark.parametrize(
    ("source", "translation", "found"),
    [
        ("Why?", "Dlaczego {site.size}?", ["broken_wording"]),
        ("Why?", "Dlaczego?", []),
    ],
)
def test_what_a_translation_fills_in_is_what_the_source_does(
    folder: Path, source: str, translation: str, found: list[str]
) -> None:
    study_catalogues.update(folder, load_study(folder))
    say(folder, source, translation)
    assert [code for code, _line in codes(folder)] == found


def test_a_file_that_is_none_says_its_line(folder: Path) -> None:
    study_catalogues.update(folder, load_study(folder))
    path = study_catalogues.file_of(folder, "pl")
    path.write_text(path.read_text(encoding="utf-8") + "\nthis is no entry\n", encoding="utf-8")
    [(code, line)] = codes(folder)
    assert (code, line) == ("broken_wording", len(path.read_text(encoding="utf-8").splitlines()))
    with pytest.raises(PoUnreadable):
        study_catalogues.words_in(folder, "pl")
    assert list(offering.not_offered(folder, load_study(folder), ())) == ["pl"], (
        "nobody is sent to what cannot be shown"
    )


def test_an_unknown_partial_language_is_a_fault(tmp_path: Path) -> None:
    from surveyapp.domain.errors import QuestionnaireFaults

    with pytest.raises(QuestionnaireFaults, match="unknown_language"):
        load_study(write(tmp_path, STUDY.replace("help:", "partial: [pl]\nhelp:")))


def test_the_files_of_the_product_hold_exactly_what_its_sources_say(tmp_path: Path) -> None:
    """Fails when somebody forgot `make messages`."""
    shutil.copytree(ROOT / "questionnaires", tmp_path / "q", ignore=shutil.ignore_patterns("demo"))
    folder = tmp_path / "q" / "job_rotation"
    before = {language: study_catalogues.file_of(folder, language).read_bytes() for language in LANGUAGES}
    study_catalogues.update(folder, load_study(folder))
    assert {language: study_catalogues.file_of(folder, language).read_bytes() for language in LANGUAGES} == before
    template = extracted()
    wanted = {message.id for message in template if message.id}
    for language in LANGUAGES:
        catalog = read(interface_catalogues.file_of(language), language).catalog
        assert {message.id for message in catalog if message.id} == wanted, language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_every_page_and_all_that_participants_meet_and_keeps_what_is_filled_in(language: str) -> None:
    study = load_study(ROOT / "questionnaires" / "job_rotation")
    folder = ROOT / "questionnaires" / "job_rotation"
    assert study_catalogues.coverage(
        study, language, read(study_catalogues.file_of(folder, language), language)
    ).participant.complete
    assert interface_catalogues.serves_participants(language)
    assert interface_catalogues.serves_staff(language)
    catalog = read(interface_catalogues.file_of(language), language).catalog
    problems = [(message.id, list(message.check(catalog))) for message in catalog if message.id and not message.fuzzy]
    assert [each for each in problems if each[1]] == []


def test_staff_have_everything_in_their_language_and_each_text_knows_its_source() -> None:
    study = load_study(ROOT / "questionnaires" / "job_rotation")
    words = {(text.id, text.source): f"[{text.source}]" for text in texts_of(study)}
    said = translated_whole(study, words, "pl")
    assert all(text.source == f"[{source_of(text.source)}]" for text in texts_of(said))
    assert {source_of(text.source) for text in texts_of(said)} == {text.source for text in texts_of(study)}
    without = translated_whole(study, {}, "pl")
    assert without == dataclasses.replace(study, questionnaires=without.questionnaires)
    assert {text.source.language for text in texts_of(without)} == {"en"}  # type: ignore[attr-defined]
    assert source_of("plain") == "plain"


SAID = {name for name in interface_catalogues.KEYWORDS if name != "N_"}
LOOKED_UP = {
    ("web/supervisor/views.py", "rate.words"),
    ("reports/files/held_record.py", "CONTACT[each.name]"),
    ("reports/files/held_record.py", "SIGHTS[each.what]"),
    ("reports/files/held_record.py", "WORDS[type(member)][member]"),
    ("reports/text/series.py", "reason"),
    ("services/translation/interface_catalogues.py", "one"),
    ("services/translation/interface_catalogues.py", "text"),
    ("web/exporter/routes.py", "text"),
    ("web/shared/words.py", "name"),
    ("web/manager/version_words.py", "FATES[which]"),
    ("web/manager/version_words.py", "STATUS[each]"),
    ("web/manager/version_words.py", "WHAT[edit.what]"),
    ("web/manager/version_words.py", "of"),
    ("web/manager/views.py", "column.label"),
    ("web/preview/words.py", "KINDS[question.kind].described"),
    ("web/preview/words.py", "WHAT[name]"),
    ("web/preview/words.py", "text"),
    ("web/shared/faults.py", "alone"),
    ("web/shared/faults.py", "beside"),
    ("web/shared/faults.py", "own"),
    ("web/shared/fields.py", "box.label"),
    ("web/shared/language.py", "one"),
    ("web/shared/language.py", "singular"),
    ("web/shared/language.py", "text"),
    ("web/shared/words.py", "name"),
    ("web/shared/words.py", "value.value"),
}
"""Where a text is looked up that is written elsewhere: there, `N_` marks it, or it is passed on."""


def test_every_string_that_is_looked_up_is_one_that_translators_are_given() -> None:
    found = set()
    for path in sorted(interface_catalogues.PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and not isinstance(node.args[0], ast.Constant):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in SAID:
                    found.add((str(path.relative_to(interface_catalogues.PACKAGE)), ast.unparse(node.args[0])))
    assert found == LOOKED_UP
    study = load_study(ROOT / "questionnaires" / "job_rotation")
    marked = {
        *version_text.WHAT.values(), *version_text.STATUS.values(), *version_text.FATES.values(),
        *(kind.described for kind in KINDS.values()), *(text for kind in KINDS.values() for text in kind.asks),
        *(text for kind in KINDS.values() for text in kind.sentences.values()),
        *(box.label for kind in KINDS.values() for box in kind.boxes),
        *comparability.UNDECLARED, answer_migration.DOES_NOT_FIT,
        *(name for named in held_words.WORDS.values() for name in named.values()),
        *(column.label for column in enrolment_form.columns(study) if not column.declared),
    }  # fmt: skip
    given = {message.id if isinstance(message.id, str) else message.id[0] for message in extracted()}
    assert marked - given == set()


def test_no_text_is_taken_for_a_format_it_has_not() -> None:
    """“95% interval” has “% i” in it for whoever checks translations, and no translation of it would ever pass."""
    texts = {text for message in extracted() if message.id
             for text in ([message.id] if isinstance(message.id, str) else message.id)}  # fmt: skip
    assert [text for text in texts if re.search(r"%(?!\(\w+\)[sd]|%|$|[^ a-zA-Z(])", text)] == []
