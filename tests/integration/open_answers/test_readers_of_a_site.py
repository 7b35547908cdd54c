"""Somebody who reads the answers of some sites codes those, with codes that are everybody's and that they do not
change; what themes rest on is told of the people who are counted."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

import surveyapp
from surveyapp.domain.answers import Codes, Text
from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.participants import Site
from surveyapp.domain.staff import Role, Scope
from surveyapp.services.open_answers import frames
from surveyapp.services.open_answers.reading import Reader
from surveyapp.services.results import distributions
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from tests import factories, versioned
from tests.conftest import NOW, Clock
from tests.integration.open_answers.test_coding import FILES, ONE, TWO, WHY, add, code_all, stands, told
from tests.page import Client

PEOPLE = 7
"""One of them is of the first site."""


@pytest.fixture
def cafe(database_url: str, clock: Clock, tmp_path: Path) -> Iterator[Runtime]:
    made = versioned.create_runtime(database_url, clock, tmp_path, FILES)
    versioned.answer(made, 1, 1, *({"coffee": Codes(("much",)), "why": Text(f"Warm {n}")} for n in range(PEOPLE)))
    yield made
    made.database.dispose()


@pytest.fixture
def corner(cafe: Runtime) -> Site:
    """A site with one of the people; the others are of another."""
    with cafe.database.writing() as session:
        made = [
            participants.add_site(session, versioned.NAME, name, name, {"size": "small"}, NOW.date())
            for name in ("S1", "S2")
        ]
        everybody = participants.participants(session, Scope(versioned.NAME, cafe.origin), NOW.date())
        for number, person in enumerate(everybody):
            placed = participants.Placed(
                group=person.group, site_id=made[number > 0].id, enrolled_on=NOW.date(), attributes={}
            )
            participants.replace_placed(session, person.id, placed)
    return made[0]


def reader(cafe: Runtime, site: Site | None = None) -> Desk:
    return Desk(cafe, factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME, site=site))


@pytest.mark.both_databases
def test_the_codes_are_everybodys_and_changed_by_whoever_reads_everybody(cafe: Runtime, corner: Site) -> None:
    whole, local = reader(cafe), reader(cafe, corner)
    warm, near = add(whole, "Warm"), add(whole, "Near")
    code_all(whole, ONE, warm)
    acts = {
        "keep_code": (None, {"title": "Mine"}),
        "answers_of": (warm,),
        "merge": (warm, near),
        "split": (warm, ["One", "Two"]),
        "retire": (warm,),
        "take_options": (),
    }
    assert acts.keys() == {name for name, each in inspect.getmembers(frames, inspect.isfunction)
                           if each.__module__ == frames.__name__ and not name.startswith("_")}  # fmt: skip
    for name, more in acts.items():
        with pytest.raises(NotPermitted, match="The codes are everybody's"):
            getattr(frames, name)(local, versioned.NAME, WHY, *more)
    assert told(whole) == {"Warm": PEOPLE, "Near": 0}
    assert told(local) == {"Warm": 1, "Near": 0}
    code_all(local, TWO, near)
    assert (stands(local).mine, stands(whole).two) == (1, 1)
    assert frames.answers_of(whole, versioned.NAME, WHY, warm)[1] == PEOPLE


def test_the_page_of_codes_offers_a_change_to_whoever_may_make_it(cafe: Runtime, corner: Site) -> None:
    add(reader(cafe), "Warm")
    app = surveyapp.create_app(cafe)
    app.testing = True
    for site in (None, corner):
        client = Client(app.test_client())
        client.sign_in(factories.create_staff(cafe, Role.READ_WORDS, study=versioned.NAME, site=site).email)
        form = client.page(f"/results/{versioned.NAME}/words").fields()
        client.post(f"/results/{versioned.NAME}/words/purpose", {**form, "purpose": "themes"})
        page = client.page(f"/results/{versioned.NAME}/words/guest/1/why/codes")
        assert "Warm" in page.words
        assert ("Add this code" in page.words) is (site is None)
        assert ("Whoever reads all of them changes the codes" in page.words) is (site is not None)


@pytest.mark.both_databases
def test_what_themes_rest_on_is_told_of_those_who_are_counted(cafe: Runtime, corner: Site) -> None:
    warm = add(reader(cafe), "Warm")
    for each in (ONE, TWO):
        code_all(reader(cafe), Reader(uuid.uuid4(), each.purpose), warm)
    for site, both in ((None, PEOPLE), (corner, 1)):
        staff = factories.create_staff(cafe, Role.EVALUATOR, study=versioned.NAME, site=site)
        found = distributions.questions(Desk(cafe, staff), versioned.NAME, "guest", 1)
        assert [each.coding.both for each in found if each.coding is not None] == [both]
