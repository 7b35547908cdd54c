"""Agreement of two coders: against published figures, and what must hold of any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.analysis.statistics.agreement import alpha, kappa


def pairs(both: int, first: int, second: int, neither: int) -> list[tuple[bool, bool]]:
    return [(True, True)] * both + [(True, False)] * first + [(False, True)] * second + [(False, False)] * neither


def test_kappa_is_that_of_a_published_table() -> None:
    # Of 50, 20 both yes, 15 both no, 5 and 10 apart: 0.4; its standard error by Fleiss, Cohen and Everitt's formula.
    found = kappa(pairs(20, 5, 10, 15))
    assert found.value == pytest.approx(0.4)
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.959964 * 0.126996063)
    assert found.high + found.low == pytest.approx(0.8)


def test_alpha_is_that_of_krippendorff_s_own_example() -> None:
    # Krippendorff (2011), example A: two observers, ten units, coincidences 10, 4, 4 and 2: 0.095.
    meg, owen = "0100000000", "1110010100"
    found = alpha([[(a == "1", b == "1")] for a, b in zip(meg, owen, strict=True)])
    assert found.value == pytest.approx(0.095, abs=5e-4)
    assert found.n == 10


PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40)


@given(PAIRS)
def test_agreement_is_never_over_one_and_nobody_is_first(made: list[tuple[bool, bool]]) -> None:
    turned = [(second, first) for first, second in made]
    one, other = alpha([[each] for each in made]), alpha([[each] for each in turned])
    assert one == other
    assert (kappa(made).value is None) == (kappa(turned).value is None)
    for found in (one, kappa(made)):
        assert found.value is None or found.value <= 1 + 1e-12
        assert found.low is None or found.high is None or found.low <= found.high
        if found.value is not None and all(first == second for first, second in made):
            assert found.value == pytest.approx(1)


@pytest.mark.parametrize("same", [[], [(True, True)] * 3, [(False, False)] * 3])
def test_where_both_always_said_one_thing_there_is_no_agreement_to_tell(same: list[tuple[bool, bool]]) -> None:
    assert kappa(same).value is None
    assert alpha([[each] for each in same]).value is None


def test_a_frame_is_as_reliable_as_its_codes_together() -> None:
    one, other = pairs(5, 1, 1, 5), pairs(1, 3, 3, 5)
    whole = alpha([list(each) for each in zip(one, other, strict=True)]).value
    low, high = sorted(alpha([[each] for each in some]).value or 0 for some in (one, other))
    assert whole is not None
    assert low < whole < high
