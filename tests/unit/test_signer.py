"""What signs cookies and tokens: as the library does it, and each opened once."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from surveyapp.web.shared import session
from surveyapp.web.shared.session import Signer

SAID = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(said=SAID)
def test_it_signs_and_opens_as_the_library_does(said: Any) -> None:
    ours, theirs = Signer("key", salt="for"), URLSafeTimedSerializer("key", salt="for")
    written = ours.dumps(said)
    for _ in range(2):
        assert theirs.loads(written) == ours.loads(written) == ours.loads(theirs.dumps(said)) == said
        assert ours.loads(written, max_age=60) == said
        assert ours.loads(written, return_timestamp=True) == theirs.loads(written, return_timestamp=True)


@given(said=SAID)
def test_what_is_opened_is_whoever_asked_s_own(said: Any) -> None:
    signer = Signer("key", salt="for")
    written = signer.dumps({"said": said})
    changed = signer.loads(written)
    if isinstance(said, dict):
        changed["said"]["more"] = 1
    if isinstance(said, list):
        changed["said"].append(1)
    changed["beside"] = True
    assert signer.loads(written) == {"said": said}


def test_a_signature_is_looked_at_once_and_its_age_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    signer, looked = Signer("key", salt="for"), list[str]()
    unsign = TimestampSigner.unsign
    monkeypatch.setattr(TimestampSigner, "unsign", lambda *said, **how: (looked.append(""), unsign(*said, **how))[1])
    written, began = signer.dumps({"sid": "a"}), int(time.time())
    for _ in range(5):
        assert signer.loads(written, max_age=100) == {"sid": "a"}
    assert len(looked) == 1
    monkeypatch.setattr(session.time, "time", lambda: began + 200)
    for _ in range(2):
        with pytest.raises(SignatureExpired):
            signer.loads(written, max_age=100)
    assert signer.loads(written) == {"sid": "a"}, "whoever does not ask how old it is"
    monkeypatch.setattr(session.time, "time", lambda: began - 200)
    with pytest.raises(SignatureExpired):
        signer.loads(written, max_age=100)


def test_what_somebody_else_signed_is_refused_each_time() -> None:
    signer = Signer("key", salt="for")
    written = signer.dumps({"sid": "a"})
    bad = [
        URLSafeTimedSerializer("other", salt="for").dumps({"sid": "a"}),
        URLSafeTimedSerializer("key", salt="else").dumps({"sid": "a"}),
        written[:-1] + ("A" if written[-1] != "A" else "B"),
        "x" + written,
        written.partition(".")[0],
        "",
        "ż.ó.ł",
    ]
    for each in (*bad, *bad):
        with pytest.raises(BadSignature):
            signer.loads(each)


def test_what_a_key_of_before_signed_is_opened_and_signed_with_the_key_of_now() -> None:
    before, now = Signer("old", salt="for"), Signer(["old", "new"], salt="for")
    for _ in range(2):
        assert now.loads(before.dumps("a")) == "a"
    assert Signer("new", salt="for").loads(now.dumps("a")) == "a"
    with pytest.raises(BadSignature):
        before.loads(now.dumps("a"))


def test_no_more_are_kept_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MOST_OPENED", 3)
    signer = Signer("key", salt="for")
    for number in range(10):
        assert signer.loads(signer.dumps(number)) == number
    assert signer._opened.cache_info().currsize == 3
