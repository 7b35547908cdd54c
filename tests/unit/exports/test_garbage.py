"""While an export is made Python looks for garbage seldom, and afterwards as it did, whatever happened."""

from __future__ import annotations

import gc

import pytest

from surveyapp.domain.exports.garbage import SELDOM, seldom_looked_for


def test_how_often_it_looks_is_as_before_afterwards() -> None:
    before = gc.get_threshold()
    meanwhile = []

    def fails() -> None:
        with seldom_looked_for():
            meanwhile.append(gc.get_threshold())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert meanwhile == [SELDOM]
    assert gc.get_threshold() == before
