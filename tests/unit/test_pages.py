"""A long list is had a page at a time, and whole where that is wanted."""

from __future__ import annotations

import pytest

from surveyapp.services.pages import PER_PAGE, page_of

MANY = range(2 * PER_PAGE + 1)


@pytest.mark.parametrize(
    ("wanted", "number", "shown"),
    [
        (1, 1, MANY[:PER_PAGE]),
        (2, 2, MANY[PER_PAGE : 2 * PER_PAGE]),
        (3, 3, MANY[2 * PER_PAGE :]),
        (0, 1, MANY[:PER_PAGE]),
        (-7, 1, MANY[:PER_PAGE]),
        (10**30, 3, MANY[2 * PER_PAGE :]),
    ],
)
def test_the_nearest_page_there_is_is_shown(wanted: int, number: int, shown: range) -> None:
    page = page_of(MANY, wanted)
    assert (tuple(page), page.number, page.pages, page.matching) == (tuple(shown), number, 3, len(MANY))


def test_a_short_list_and_one_that_is_wanted_whole_have_one_page() -> None:
    assert page_of(MANY, None).shown == tuple(MANY)
    assert [(each.pages, each.number) for each in (page_of(MANY, None), page_of([], 4))] == [(1, 1), (1, 1)]
