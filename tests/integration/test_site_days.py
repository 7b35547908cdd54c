"""What is known of a site holds from a day on, and the day is the one where the study is: whoever answers is asked by
what is known there and then."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from surveyapp.domain.answers import Codes
from surveyapp.services.participants import enrolment
from surveyapp.services.questionnaires import response_migration, versions
from surveyapp.services.runtime import Runtime
from surveyapp.store import responses
from surveyapp.store.tables import ResponseRow, SiteAttributeRow
from tests import factories, versioned
from tests.conftest import Clock
from tests.phone import Phone

pytestmark = pytest.mark.both_databases

OF_SMALL_ONES = "{id: small_only, kind: yes_no, ask_if: {site.size: small}, text: Does a small place suit you?}"
AROUND_THE_DAY = {
    # Where the study is, the moment, and which day it is there.
    "a morning in Auckland": ("Pacific/Auckland", "2030-06-12T20:00+00:00", "2030-06-13"),
    "just past midnight in London's summer": ("Europe/London", "2030-06-12T23:30+00:00", "2030-06-13"),
    "an evening in Honolulu": ("Pacific/Honolulu", "2030-06-13T05:00+00:00", "2030-06-12"),
    "noon in London": ("Europe/London", "2030-06-12T11:00+00:00", "2030-06-12"),
}


def cafe(database_url: str, clock: Clock, root: Path, zone: str, moment: str, **files: str) -> Runtime:
    clock.now = dt.datetime.fromisoformat(moment)
    written = {"first/v1": versioned.questionnaire("first", 1, OF_SMALL_ONES, versioned.COFFEE)}
    study = f"{versioned.STUDY}time_zone: {zone}\n"
    return versioned.create_runtime(database_url, clock, root, {**written, **files}, study, newest=1)


def brought_in_today(runtime: Runtime, day: str) -> Phone:
    """Somebody of a small site, brought in with it today, who agreed to take part."""
    today = runtime.today(runtime.study(versioned.NAME))
    assert today.isoformat() == day
    of_it = {"site": "SM", "site_name": "Small one", "site.size": "small"}
    person = enrolment.add(
        factories.operator(runtime),
        versioned.NAME,
        {"group": "guest", "reference": "GU-0042", "enrolled_on": day, **of_it},
    )
    assert person.site is not None
    with runtime.database.writing() as session:
        # And what will be known of it from the next day on there.
        tomorrow = today + dt.timedelta(days=1)
        session.add(SiteAttributeRow(site_id=person.site.id, name="size", value="large", from_date=tomorrow))
    phone = Phone(runtime)
    phone.agree(factories.create_link(runtime, person))
    return phone


def current(runtime: Runtime) -> dict[str, object]:
    with runtime.database.reading() as session:
        [response] = [each.id for each in session.query(ResponseRow)]
        return dict(responses.current_answers(session, response))


@pytest.mark.parametrize("case", AROUND_THE_DAY)
def test_who_answers_on_the_day_they_are_brought_in_is_asked_by_what_is_known_of_their_site(
    database_url: str, clock: Clock, tmp_path: Path, case: str
) -> None:
    zone, moment, day = AROUND_THE_DAY[case]
    runtime = cafe(database_url, clock, tmp_path, zone, moment)
    phone = brought_in_today(runtime, day)
    assert phone.question == "small_only"
    phone.send(small_only="no")
    phone.send(coffee="much")
    assert current(runtime) == {"small_only": Codes(("no",)), "coffee": Codes(("much",))}
    runtime.database.dispose()


@pytest.mark.parametrize("case", AROUND_THE_DAY)
def test_who_is_moved_that_day_keeps_what_was_asked_by_it(
    database_url: str, clock: Clock, tmp_path: Path, case: str
) -> None:
    zone, moment, day = AROUND_THE_DAY[case]
    gone = versioned.COFFEE.replace("id: coffee", "id: tea").replace("the coffee", "the tea")
    newer = {"first/v2": versioned.questionnaire("first", 2, OF_SMALL_ONES, versioned.COFFEE, gone)}
    runtime = cafe(database_url, clock, tmp_path, zone, moment, **newer)
    brought_in_today(runtime, day).send(small_only="no")
    versions.freeze(runtime, versioned.NAME, "first")
    versions.open_newest(factories.operator(runtime), versioned.NAME, "first")
    assert response_migration.move(factories.operator(runtime), versioned.NAME, "first") == 1
    assert current(runtime) == {"small_only": Codes(("no",))}
    runtime.database.dispose()
