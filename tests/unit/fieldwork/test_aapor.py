"""AAPOR's rates, against the vector of its definitions (standards.md)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.progress.aapor import BY_NAME, RATES, FinalDispositions

VECTOR = FinalDispositions(i=4, p=2, r=1, nc=1, o=1, uh=1, uo=1, ne=1)
PRINTED = {
    "RR1": ".364", "RR2": ".545", "RR3": ".370", "RR4": ".556", "RR5": ".444", "RR6": ".667",
    "COOP1": ".500", "COOP2": ".750", "COOP3": ".571", "COOP4": ".857",
    "REF1": ".091", "REF2": ".093", "REF3": ".111",
    "CON1": ".727", "CON2": ".741", "CON3": ".889",
}  # fmt: skip


@pytest.mark.parametrize(("name", "printed"), PRINTED.items())
def test_the_vector(name: str, printed: str) -> None:
    rate = VECTOR.rate(name)
    assert rate is not None
    assert f"{float(rate):.3f}" == f"0{printed}"


def test_every_rate_is_in_the_vector() -> None:
    assert {each.name for each in RATES} == set(PRINTED)
    assert VECTOR.e == Fraction(9, 10)


def test_of_nobody_there_is_no_rate() -> None:
    assert [FinalDispositions().rate(each.name) for each in RATES] == [None] * len(RATES)


counts = st.integers(0, 1000)


@given(st.builds(FinalDispositions, i=counts, p=counts, r=counts, nc=counts, o=counts, uo=counts, ne=counts))
def test_a_formula_is_what_is_reckoned(found: FinalDispositions) -> None:
    """The formula that is shown, worked out as it is written, gives the rate that is shown."""
    letters = {name.upper(): value for name, value in vars(found).items()} | {"e": found.e}
    for rate in RATES:
        base = eval(rate.under.replace("×", "*"), {}, letters)
        told = None if not base else Fraction(eval(rate.over, {}, letters)) / base
        assert found.rate(rate.name) == told
        assert BY_NAME[rate.name] is rate
