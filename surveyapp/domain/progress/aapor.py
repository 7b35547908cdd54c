"""Rates of response, cooperation, refusal and contact, as AAPOR's Standard Definitions have them (10th edition)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from surveyapp.domain.i18n import N_


@dataclass(frozen=True, kw_only=True)
class FinalDispositions:
    """How many cases are in each of AAPOR's classes: complete (I), partial (P), refusal or break-off (R), non-contact
    (NC), other (O), unknown household (UH: none in a list of named people), unknown other (UO), not eligible (NE)."""

    i: int = 0
    p: int = 0
    r: int = 0
    nc: int = 0
    o: int = 0
    uh: int = 0
    uo: int = 0
    ne: int = 0

    def __add__(self, other: FinalDispositions) -> FinalDispositions:
        return FinalDispositions(**{name: value + getattr(other, name) for name, value in vars(self).items()})

    @property
    def b(self) -> int:
        """Those of whom it is known that they are eligible: (I + P) + (R + NC + O)."""
        return self.i + self.p + self.r + self.nc + self.o

    @property
    def u(self) -> int:
        """Those of whom it is not known: UH + UO."""
        return self.uh + self.uo

    @property
    def e(self) -> Fraction:
        """The share of the unknown that is taken to be eligible: that of those of whom it is known. All of them, while
        it is known of nobody."""
        known = self.b + self.ne
        return Fraction(self.b, known) if known else Fraction(1)

    def rate(self, name: str) -> Fraction | None:
        """A rate by its name; None where it would be of nobody. Raises KeyError for one there is not."""
        rate = BY_NAME[name]
        base = rate.base(self)
        return Fraction(rate.count(self)) / base if base else None


@dataclass(frozen=True, kw_only=True)
class AaporRate:
    """One of the rates. `words`: what it is called; `over` and `under`: its formula, in AAPOR's letters."""

    name: str
    words: str
    over: str
    under: str
    count: Callable[[FinalDispositions], int]
    base: Callable[[FinalDispositions], int | Fraction]

    @property
    def formula(self) -> str:
        return f"{self.name} = {self.over} / {self.under}"


_ALL, _ESTIMATED, _KNOWN = (
    "((I + P) + (R + NC + O) + UO)",
    "((I + P) + (R + NC + O) + e × UO)",
    "((I + P) + (R + NC + O))",
)

_BASES: dict[str, Callable[[FinalDispositions], int | Fraction]] = {
    _ALL: lambda d: d.b + d.u,
    _ESTIMATED: lambda d: d.b + d.e * d.u,
    _KNOWN: lambda d: d.b,
    "(I + P + R + O)": lambda d: d.i + d.p + d.r + d.o,
    "(I + P + R)": lambda d: d.i + d.p + d.r,
}
_COUNTS: dict[str, Callable[[FinalDispositions], int]] = {
    "I": lambda d: d.i,
    "(I + P)": lambda d: d.i + d.p,
    "R": lambda d: d.r,
    "(I + P + R + O)": lambda d: d.i + d.p + d.r + d.o,
}


def _rate(name: str, words: str, over: str, under: str) -> AaporRate:
    return AaporRate(name=name, words=words, over=over, under=under, count=_COUNTS[over], base=_BASES[under])


RATES: tuple[AaporRate, ...] = (
    _rate("RR1", N_("Complete, of all"), "I", _ALL),
    _rate("RR2", N_("Complete and partial, of all"), "(I + P)", _ALL),
    _rate("RR3", N_("Complete, of those estimated to be eligible"), "I", _ESTIMATED),
    _rate("RR4", N_("Complete and partial, of those estimated to be eligible"), "(I + P)", _ESTIMATED),
    _rate("RR5", N_("Complete, of those known to be eligible"), "I", _KNOWN),
    _rate("RR6", N_("Complete and partial, of those known to be eligible"), "(I + P)", _KNOWN),
    _rate("COOP1", N_("Complete, of all who were reached"), "I", "(I + P + R + O)"),
    _rate("COOP2", N_("Complete and partial, of all who were reached"), "(I + P)", "(I + P + R + O)"),
    _rate("COOP3", N_("Complete, of those reached who were able"), "I", "(I + P + R)"),
    _rate("COOP4", N_("Complete and partial, of those reached who were able"), "(I + P)", "(I + P + R)"),
    _rate("REF1", N_("Refused, of all"), "R", _ALL),
    _rate("REF2", N_("Refused, of those estimated to be eligible"), "R", _ESTIMATED),
    _rate("REF3", N_("Refused, of those known to be eligible"), "R", _KNOWN),
    _rate("CON1", N_("Reached, of all"), "(I + P + R + O)", _ALL),
    _rate("CON2", N_("Reached, of those estimated to be eligible"), "(I + P + R + O)", _ESTIMATED),
    _rate("CON3", N_("Reached, of those known to be eligible"), "(I + P + R + O)", _KNOWN),
)
"""In the order in which they are told."""

BY_NAME = {each.name: each for each in RATES}

ESTIMATE = "e = ((I + P) + (R + NC + O)) / ((I + P) + (R + NC + O) + NE)"
"""How much of the unknown is taken to be eligible."""
