"""Requests of somebody: a minute's worth at once, then as much as a minute has, however many ask besides."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.watching.pace import Pace


class Now:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def taken(pace: Pace, whose: str, tries: int, a_minute: int) -> int:
    return sum(pace.takes(whose, a_minute) for _ in range(tries))


def test_a_minutes_worth_at_once_and_then_as_a_minute_has_it() -> None:
    now = Now()
    pace = Pace(clock=now)
    assert taken(pace, "ana", 100, 60) == 60
    # What was refused is not counted: nobody waits the longer for it.
    now.seconds += 10
    assert taken(pace, "ana", 100, 60) == 10
    assert taken(pace, "ben", 100, 60) == 60, "another is not slowed by it"
    now.seconds += 3600
    assert taken(pace, "ana", 100, 60) == 60, "nor is more saved up than a minute's worth"


@given(st.lists(st.floats(0, 30), max_size=60))
def test_never_more_than_two_minutes_worth_in_a_minute(pauses: list[float]) -> None:
    now = Now()
    pace = Pace(places=64, clock=now)
    at: list[float] = []
    for pause in pauses:
        now.seconds += pause
        at += [now.seconds for _ in range(5) if pace.takes("ana", 6)]
    assert all(sum(begin <= each < begin + 60 for each in at) <= 12 for begin in at)


@pytest.mark.parametrize("people", [0, 200])
def test_whoever_asks_for_little_is_taken_among_many_who_do(people: int) -> None:
    """However few places there are: others' use of one of theirs does not slow them."""
    pace = Pace(places=64, clock=Now())
    for each in range(people):
        assert pace.takes(f"person {each}", 600)
    assert pace.takes("ana", 600)


def test_processes_count_together() -> None:
    """As gunicorn forks them off what is loaded before."""
    pace = Pace(clock=Now())
    child = os.fork()
    if child == 0:
        os._exit(taken(pace, "ana", 100, 60))
    _, ended = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(ended) == 60
    assert not pace.takes("ana", 60)
