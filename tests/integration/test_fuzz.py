"""A few hundred of the requests that `make fuzz` makes by the thousand."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from tests.fuzz import shots
from tests.fuzz.run import fuzz

REQUESTS = 110
"""On each database, and on each others."""
SEEDS = {"sqlite": 20260615, "postgresql": 20260616}


# An upload that breaks off leaves a file that closes when nobody holds it.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
def test_whatever_is_sent_is_answered_as_it_must_be(database_url: str) -> None:
    tally = fuzz(database_url, REQUESTS, SEEDS[make_url(database_url).get_backend_name()])
    assert "\n".join(map(str, tally.failures)) == ""
    assert tally.requests == REQUESTS
    # That it was worth the while: forms were taken and refused, and nobody was turned away at the door.
    assert tally.statuses[422] > REQUESTS / 10
    assert tally.statuses[200] + tally.statuses[302] > REQUESTS / 4
    assert set(tally.ways) == {way.__name__ for way, _weight in shots.WAYS}
