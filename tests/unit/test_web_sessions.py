"""How long a session lives: a truth table, to the second."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.web_sessions import (
    EndedWhy,
    SessionAudience,
    SessionStanding,
    WebSession,
    device_words,
    participants_end,
)

BEGAN = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
SECOND, HALF_AN_HOUR, TWELVE_HOURS = dt.timedelta(seconds=1), dt.timedelta(minutes=30), dt.timedelta(hours=12)
ALIVE, ENDED, IDLE, EXPIRED = SessionStanding

STAFF, PARTICIPANT = SessionAudience


def session(audience: SessionAudience, seen_after: dt.timedelta = dt.timedelta(), **more: object) -> WebSession:
    """One that began at nine, was last seen so long after, and has no end that matters unless it is given."""
    known = {"expires_at": BEGAN + dt.timedelta(days=365), **more}
    return WebSession(
        id=uuid.uuid4(),
        audience=audience,
        created_at=BEGAN,
        seen_at=BEGAN + seen_after,
        **known,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("audience", "own_device", "idle"),
    [
        (STAFF, None, HALF_AN_HOUR),
        (PARTICIPANT, None, HALF_AN_HOUR),
        (PARTICIPANT, False, HALF_AN_HOUR),
        (PARTICIPANT, True, TWELVE_HOURS),
    ],
)
@pytest.mark.parametrize("seen_after", [dt.timedelta(), dt.timedelta(hours=3)])
@pytest.mark.parametrize(("off", "standing"), [(-SECOND, ALIVE), (dt.timedelta(), IDLE), (SECOND, IDLE)])
def test_it_ends_when_it_was_idle(
    audience: SessionAudience,
    own_device: bool | None,
    idle: dt.timedelta,
    seen_after: dt.timedelta,
    off: dt.timedelta,
    standing: SessionStanding,
) -> None:
    found = session(audience, seen_after, own_device=own_device)
    assert found.standing(BEGAN + seen_after + idle + off) is standing


@pytest.mark.parametrize("audience", list(SessionAudience))
@pytest.mark.parametrize(("off", "standing"), [(-SECOND, ALIVE), (dt.timedelta(), EXPIRED), (SECOND, EXPIRED)])
def test_it_ends_for_good_however_much_it_is_used(
    audience: SessionAudience, off: dt.timedelta, standing: SessionStanding
) -> None:
    end = BEGAN + TWELVE_HOURS
    found = session(audience, TWELVE_HOURS - 2 * SECOND, expires_at=end)
    assert found.standing(end + off) is standing
    assert found.ends_at == end


@pytest.mark.parametrize("why", list(EndedWhy))
@pytest.mark.parametrize("after", [dt.timedelta(), SECOND, TWELVE_HOURS, dt.timedelta(days=400)])
def test_what_was_ended_stays_ended(why: EndedWhy, after: dt.timedelta) -> None:
    assert session(STAFF, ended_at=BEGAN, ended_why=why).standing(BEGAN + after) is ENDED


@pytest.mark.parametrize(
    ("verified_after", "off", "recently"),
    [(None, 0, False), (0, -1, True), (0, 0, False), (60, -1, True), (60, 1, False)],
)
def test_a_password_counts_as_given_just_now_for_ten_minutes(
    verified_after: int | None, off: int, recently: bool
) -> None:
    at = None if verified_after is None else BEGAN + dt.timedelta(seconds=verified_after)
    found = session(STAFF, verified_at=at)
    now = (at or BEGAN) + dt.timedelta(minutes=10, seconds=off)
    assert found.recently_verified(now) is recently


@pytest.mark.parametrize(("audience", "every"), [(STAFF, 60), (PARTICIPANT, 300)])
def test_use_is_written_down_now_and_then(audience: SessionAudience, every: int) -> None:
    found = session(audience)
    assert not found.to_be_marked(BEGAN + dt.timedelta(seconds=every) - SECOND)
    assert found.to_be_marked(BEGAN + dt.timedelta(seconds=every))


@pytest.mark.parametrize(
    ("access_ends", "days"),
    [(None, 30), (dt.timedelta(days=3), 3), (dt.timedelta(days=30), 30), (dt.timedelta(days=90), 30)],
)
def test_a_participants_session_ends_with_what_let_them_in(access_ends: dt.timedelta | None, days: int) -> None:
    ends = None if access_ends is None else BEGAN + access_ends
    assert participants_end(BEGAN, ends) == BEGAN + dt.timedelta(days=days)


@given(
    seen=st.integers(0, 10**6),
    now=st.integers(0, 10**6),
    own=st.sampled_from([None, True, False]),
    audience=st.sampled_from(SessionAudience),
    life=st.integers(1, 10**6),
)
def test_it_lives_exactly_until_its_end(
    seen: int, now: int, own: bool | None, audience: SessionAudience, life: int
) -> None:
    found = session(audience, seen * SECOND, own_device=own, expires_at=BEGAN + life * SECOND)
    at = BEGAN + now * SECOND
    assert found.alive(at) == (at < found.ends_at)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Firefox, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
            "Safari/537.36 Edg/131.0.0.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 "
            "Chrome/122.0.0.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        ("Mozilla/5.0 (X11; CrOS x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36", "Chrome, ChromeOS"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("Windows" * 1000, "Windows"),
    ],
)
def test_a_browser_is_told_in_a_few_words(user_agent: str, words: str) -> None:
    assert device_words(user_agent) == words
