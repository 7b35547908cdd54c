"""Staff pages in the language of whoever reads them: the study's words too, and the same numbers in every language."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from surveyapp import create_app
from surveyapp.domain.i18n import LocalText
from surveyapp.domain.results import Shift
from surveyapp.domain.staff import Role
from surveyapp.services.results import distributions, measures
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import interface_catalogues, study_catalogues
from surveyapp.services.translation.po_files import is_translated, read, write
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT
from tests import factories
from tests.conftest import Clock
from tests.databases import copy_database
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client, Page

FOLDER = ROOT / "questionnaires"
HOME = f"/results/{factories.STUDY}"
MANAGE = f"/manage/{factories.STUDY}"
LETTER = re.compile(r"[A-Za-z]{3,}")


def words(language: str, *ids: str) -> list[str]:
    """What the study's file says in a language under these ids."""
    said = {id: text for (id, _), text in study_catalogues.words_in(FOLDER / factories.STUDY, language).items()}
    return [said[id] for id in ids]


def in_language(client: Client, path: str, language: str) -> Page:
    """The page once the reader has chosen a language."""
    client.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    page = client.page(path)
    assert next(attributes for tag, attributes in page.elements if tag == "html")["lang"] == language
    return page


@pytest.fixture(scope="module", autouse=True)
def _interface_that_is_complete(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The interface's files with the source in place of what nobody has translated yet: a language that is not complete
    is not offered to staff, and these stories are of what they read once it is."""
    there_are, folder = interface_catalogues.languages()[1:], tmp_path_factory.mktemp("translations")
    files = {language: read(interface_catalogues.file_of(language), language) for language in there_are}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interface_catalogues, "FOLDER", folder)
        for language, file in files.items():
            for message in file.catalog:
                if message.id and not is_translated(message):
                    one, *more = [message.id] if isinstance(message.id, str) else message.id
                    forms = (one, *[*more] * (file.catalog.num_plurals - 1))
                    message.string, message.flags = forms if more else one, set()
            write(interface_catalogues.file_of(language), file, sort=True)
        _forget()
        yield
    _forget()


def _forget() -> None:
    for each in (
        interface_catalogues.languages,
        interface_catalogues._messages,
        interface_catalogues.translations,
        interface_catalogues.serves_participants,
        interface_catalogues.serves_staff,
    ):
        each.cache_clear()


@pytest.fixture(scope="module")
def shown(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """The demonstration, to be looked at by every story here."""
    path = tmp_path_factory.mktemp("languages") / "demo.db"
    copy_database(demo_template, path)
    runtime = factories.create_runtime(f"sqlite:///{path}", Clock(), demo=True)
    yield runtime
    runtime.database.dispose()


def signed_in(runtime: Runtime, role: Role, study: str = factories.STUDY) -> Client:
    app = create_app(runtime)
    app.testing = True
    client = Client(app.test_client())
    client.sign_in(factories.create_staff(runtime, role, study=study).email)
    return client


@pytest.fixture
def evaluator(shown: Runtime) -> Client:
    return signed_in(shown, Role.EVALUATOR)


def numbers(tree: object) -> Iterator[object]:
    """Every number of a result, in order: all that is no text."""
    if dataclasses.is_dataclass(tree):
        for each in dataclasses.fields(tree):
            yield from numbers(getattr(tree, each.name))
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from numbers(value)
    elif isinstance(tree, tuple):
        for value in tree:
            yield from numbers(value)
    elif not isinstance(tree, str):
        yield tree


def spoken(result: object) -> list[LocalText]:
    if isinstance(result, LocalText):
        return [result]
    fields: Any = ()
    if dataclasses.is_dataclass(result):
        fields = [getattr(result, each.name) for each in dataclasses.fields(result)]
    elif isinstance(result, tuple):
        fields = result
    return [text for each in fields for text in spoken(each)]


def test_results_are_the_same_numbers_in_every_language(shown: Runtime) -> None:
    staff = factories.create_staff(shown, Role.EVALUATOR)
    source = measures.overview(Desk(shown, staff), factories.STUDY)
    assert spoken(source) == []
    asked = distributions.questions(Desk(shown, staff), factories.STUDY, "backfill", 1, segment="employer_size")
    for language in ("en", "pl", "ur"):
        said = measures.overview(Desk(shown, staff, language), factories.STUDY)
        assert list(numbers(said)) == list(numbers(source))
        assert {text.language for text in spoken(said)} == {language}
        found = distributions.questions(
            Desk(shown, staff, language), factories.STUDY, "backfill", 1, segment="employer_size"
        )
        assert list(numbers(found)) == list(numbers(asked))
        assert {text.language for text in spoken(found)} == {language}


def test_an_overview_speaks_polish_throughout(evaluator: Client) -> None:
    page = in_language(evaluator, HOME, "pl")
    for text in words(
        "pl", "study.title", "study.summary", "group.backfill.title", "measure.work_satisfaction.title",
        "measure.work_satisfaction.row.1.label", "measure.work_satisfaction.row.1.detail",
    ):  # fmt: skip
        assert text in page.words
    assert ' lang="en"' not in page.source.replace('lang="en" hreflang', "")


def test_a_measure_its_chart_and_its_tables_speak_urdu(evaluator: Client) -> None:
    page = in_language(evaluator, f"{HOME}/measures/stay_likelihood?by=employer_size", "ur")
    [label, net, value] = words(
        "ur", "measure.stay_likelihood.row.1.label", "scale.likelihood.net.likely",
        "site.employer_size.value.sme",
    )  # fmt: skip
    assert any(label in each for each in page.said("th"))
    assert any(net in each for each in page.said("th"))
    assert value in page.words
    found = re.search(r'<script type="application/json">(.*?)</script>', page.source, re.DOTALL)
    assert found
    figure = json.loads(found[1])
    drawn = [each["text"] for each in figure["layout"]["annotations"]]
    drawn += [text for trace in figure["data"] for text in trace["hovertext"]]
    assert drawn
    assert [text for text in drawn if LETTER.search(text.replace("<br>", ""))] == []
    assert {attributes["dir"] for _, attributes in page.elements if "data-chart-target" in attributes} == {"ltr"}


def test_a_questions_page_writes_numbers_as_polish_does(evaluator: Client) -> None:
    page = in_language(evaluator, f"{HOME}/questions/backfill/1/overall_value", "pl")
    assert page.said("h1") == words("pl", "backfill_1.overall_value.text")
    assert "Średnia 8,5" in page.words
    assert "8,5" in page.said("td")


def test_a_file_is_in_the_language_of_the_study_whoever_takes_it(evaluator: Client) -> None:
    path = f"{HOME}/measures/work_satisfaction.csv"
    source = evaluator.get(path).data
    in_language(evaluator, HOME, "pl")
    assert evaluator.get(path).data == source
    assert b"Satisfaction at work" in source


def test_a_study_without_the_language_is_shown_as_written_and_marked(shown: Runtime) -> None:
    client = signed_in(shown, Role.EVALUATOR, "mentoring")
    study = shown.study("mentoring")
    page = in_language(client, "/results/mentoring", "pl")
    assert f'<p class="lead"><span lang="en" dir="ltr">{study.summary}</span></p>' in unescape(page.source)
    assert f'<p class="crumb"><span lang="en" dir="ltr">{study.groups[0].title}</span></p>' in unescape(page.source)


def test_a_page_costs_the_same_in_every_language(evaluator: Client, shown: Runtime) -> None:
    evaluator.page(HOME)
    with factories.counted(shown) as source:
        evaluator.page(HOME)
    in_language(evaluator, HOME, "pl")
    with factories.counted(shown) as polish:
        evaluator.page(HOME)
    assert len(polish) == len(source)
    once = shown.study_for_staff(factories.STUDY, "pl")
    assert shown.study_for_staff(factories.STUDY, "pl") is once


def test_a_result_is_worded_by_what_is_translated_and_the_rest_by_the_source(shown: Runtime) -> None:
    staff = factories.create_staff(shown, Role.EVALUATOR, study="mentoring")
    said: tuple[Shift, ...] = measures.overview(Desk(shown, staff, "pl"), "mentoring")
    assert {text.language for text in spoken(said)} == {"en"}
    assert [shift.title for shift in said] == [shift.title for shift in shown.study("mentoring").measures]


class TestManagersPages:
    @pytest.fixture
    def office(self, shown: Runtime) -> Client:
        return signed_in(shown, Role.MANAGER)

    def test_the_list_and_a_person(self, office: Client) -> None:
        page = in_language(office, MANAGE, "pl")
        group, title = words("pl", "group.backfill.title", "touchpoint.backfill.1.title")
        assert f"{group}, {title}" in page.words
        reference = next(each for each in page.links() if re.search(r"/BF-\d+$", each))
        person = office.page(reference)
        for text in words("pl", "group.backfill.title", "touchpoint.backfill.1.title", "site.employer_size.label",
                          "consent.take_part", "event.placement_start"):  # fmt: skip
            assert text in person.words
        assert ' lang="en"' not in person.source.replace('lang="en" hreflang', "")

    def test_adding_somebody_a_file_of_many_and_the_versions(self, office: Client) -> None:
        [label, value, group] = words("pl", "participant.age.label", "participant.age.value.25_50",
                                      "group.backfill.title")  # fmt: skip
        form = in_language(office, f"{MANAGE}/participants/new", "pl")
        assert {label, group} <= {*form.said("label"), *form.said("option")}
        assert value in form.said("option")
        columns = office.page(f"{MANAGE}/participants/import")
        assert label in columns.said("span")
        assert "Enrolled on" not in columns.words, "the product's own columns have names in every language"
        versions = office.page(f"{MANAGE}/versions")
        assert words("pl", "backfill_1.title")[0] in versions.said("h2")
        assert office.page(f"{MANAGE}/participants/links").words.count(group) >= 1


def test_an_interviewer_sees_touchpoints_and_what_happened_in_their_own_language(
    client: Client, runtime: Runtime
) -> None:
    interviewer = Interviewer(client, runtime)
    participant = create_reachable(runtime, site=factories.create_site(runtime))
    queue = in_language(interviewer.client, "/interviews", "ur")
    for text in words("ur", "group.backfill.title", "touchpoint.backfill.1.title"):
        assert text in queue.words
    interviewer.open(participant)
    case = interviewer.client.page(f"/interviews/{factories.STUDY}/{participant.reference}/1")
    assert words("ur", "site.employer_size.value.sme")[0] in case.words
