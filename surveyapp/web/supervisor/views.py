"""What the pages show of where a study stands: words and drawn sizes, made from the result object alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import LazyString, gettext, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.answers import Mode
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.progress.aapor import RATES, AaporRate
from surveyapp.domain.progress.standing import MOST_CALLS, CallHour, DropOut, StandingRow, StudyMonth, StudyStanding
from surveyapp.services.progress.standing import SITE
from surveyapp.web.shared.answers import written_number, written_percent
from surveyapp.web.shared.language import listed

FATE_WORDS: Mapping[str, LazyString] = {
    "complete": lazy("Complete"),
    "partial": lazy("Partial"),
    "refused": lazy("Refused or broken off"),
    "not_reached": lazy("Not reached"),
    "other": lazy("Could not take part"),
    "unknown": lazy("Closed, not known"),
    "open": lazy("Still open"),
    "could_be_asked": lazy("Could be asked"),
    "not_open": lazy("Not open yet"),
    "not_eligible": lazy("Not eligible"),
    "withdrawn": lazy("Withdrawn"),
}
"""What became of a case, in the order of the columns."""

MODE_WORDS: Mapping[Mode, LazyString] = {
    Mode.PHONE: lazy("By phone"),
    Mode.SELF: lazy("By themselves"),
    Mode.IN_PERSON: lazy("In person"),
    Mode.VIDEO: lazy("On video"),
    Mode.PROXY: lazy("By somebody for them"),
}

MAIN_RATES = ("RR1", "RR2", "RR3", "COOP1", "REF1", "CON1")
"""Those in the first table; all of them are behind it."""

SHORT_RATES: Mapping[str, LazyString] = {
    "RR1": lazy("Complete"),
    "RR2": lazy("And partial"),
    "RR3": lazy("Estimated"),
    "COOP1": lazy("Agreed"),
    "REF1": lazy("Refused"),
    "CON1": lazy("Reached"),
}

LETTERS: tuple[tuple[str, LazyString], ...] = (
    ("I", lazy("complete")),
    ("P", lazy("partial")),
    ("R", lazy("refused or broken off")),
    ("NC", lazy("not reached")),
    ("O", lazy("could not take part: language, illness, death")),
    ("UO", lazy("not known: still open, or closed with nothing known")),
    ("NE", lazy("not eligible")),
    ("e", lazy("the share of the unknown that is taken to be eligible")),
)


@dataclass(frozen=True, kw_only=True)
class ProgressBar:
    """A bar of answers against target: shares of those who could be asked, in tenths of a percent. `said`: how it
    stands, in words."""

    title: str
    detail: str | None
    filled: int
    target: int | None
    of: str
    said: str


@dataclass(frozen=True)
class RateFormula:
    """A rate as it is worked out for one row: its formula, the numbers in it, and what comes out."""

    rate: AaporRate
    words: str
    worked: str | None


@dataclass(frozen=True)
class DropStep:
    """A bar of who is left, in tenths of a percent of the first."""

    label: str
    people: str
    filled: int
    said: str


@dataclass(frozen=True)
class Column:
    """A bar that stands: its height in tenths of a percent of the highest, the number on it, what is under it."""

    label: str
    number: str
    height: int


MOST_BARS = 12
"""Bars of a touchpoint that are shown at once, where people are told apart: those wanting most. The others unfold."""

MOST_LINES = 60
"""Lines of a touchpoint on the page. All of them are in the file."""


@dataclass(frozen=True, kw_only=True)
class StandingLine:
    """A row as it is shown: its name, its bar, its rates."""

    name: str
    row: StandingRow
    bar: ProgressBar
    rates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StandingPart:
    """Lines under one heading: all of a study's touchpoints, or the parts of one touchpoint, those that want looking at
    most first. `shown`: how many of their bars are not folded; `left_out`: how many are in the file alone."""

    title: str
    lines: tuple[StandingLine, ...]
    shown: int
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class StandingView:
    """Everything that the page prints and draws. `rows`: everybody together, at each touchpoint."""

    parts: tuple[StandingPart, ...]
    fates: tuple[str, ...]
    rows: tuple[tuple[str, StandingRow], ...]
    every_rate: tuple[tuple[str, tuple[str, ...]], ...]
    formulas: tuple[RateFormula, ...]
    formulas_of: str
    modes: tuple[Mode, ...]
    drop_out: tuple[tuple[str, tuple[DropStep, ...]], ...]
    calls_taken: tuple[tuple[str, tuple[Column, ...]], ...]
    hours: tuple[Column, ...]
    referred: str
    to_mend: int
    complaints: int


def choices(study: Study) -> list[tuple[str, str]]:
    """What the rows can be told apart by: the address's word, and what it is called."""
    by = [(each.name, each.label) for each in study.attributes if each.id in study.segments]
    return [("", _("Everybody together")), (SITE, _("By site")), *by]


def percent(share: Fraction | None) -> str:
    """A share in whole percent, half up; a dash for none."""
    return "–" if share is None else written_percent(int(share * 100 + Fraction(1, 2)))


def title(study: Study, row: StandingRow) -> str:
    """Whose row it is."""
    group = study.group(row.touchpoint.group)
    assert group is not None
    return listed([group.title, row.touchpoint.title])


def standing_view(told: StudyStanding) -> StandingView:
    study = told.study
    titled = tuple((title(study, row), row) for row in told.whole if row.counts.listed)
    first = next(((name, row) for name, row in titled if row.counts.final.b), None)
    mends = told.to_see.referred
    fates = [
        name
        for name in FATE_WORDS
        if name not in ("not_open", "withdrawn", "unknown") or any(getattr(row.counts, name) for _, row in titled)
    ]
    wrong, moved = mends.get(ReferralKind.WRONG_NUMBER, 0), mends.get(ReferralKind.MOVED, 0)
    return StandingView(
        parts=tuple(_parts(told)),
        fates=tuple(fates),
        rows=titled,
        every_rate=tuple(
            (rate.name, tuple(percent(row.counts.final.rate(rate.name)) for _, row in titled)) for rate in RATES
        ),
        formulas=tuple(_formula(rate, first[1] if first else None) for rate in RATES),
        formulas_of=first[0] if first else "",
        modes=tuple(mode for mode in MODE_WORDS if any(row.counts.modes.get(mode) for _, row in titled)),
        drop_out=tuple(
            (_group_title(study, each.group), tuple(_drop_out(study, each)))
            for each in told.drop_out
            if len(each.steps) > 1 and each.steps[0].could_be_asked
        ),
        calls_taken=tuple(
            (title(study, row), _columns(_attempts(counts)))
            for row in told.whole
            if (counts := told.calls_taken.get(row.touchpoint.key))
        ),
        hours=tuple(_hour_columns(told.hours)),
        referred=listed(
            [
                ngettext("%(num)s wrong number", "%(num)s wrong numbers", wrong) if wrong else "",
                ngettext("%(num)s moved", "%(num)s moved", moved) if moved else "",
            ]
        ),
        to_mend=wrong + moved,
        complaints=mends.get(ReferralKind.COMPLAINT, 0),
    )


def _parts(told: StudyStanding) -> Iterable[StandingPart]:
    rows = [row for row in told.rows if row.counts.listed]
    if not told.by:
        lines = tuple(_line(title(told.study, row), row) for row in rows)
        yield StandingPart(title="", lines=lines, shown=len(lines))
        return
    for touchpoint in told.study.touchpoints:
        own = sorted((row for row in rows if row.touchpoint == touchpoint), key=_wanting)
        if own:
            lines = tuple(_line(row.label or _("Not known"), row) for row in own[:MOST_LINES])
            shown = min(MOST_BARS, max(3, sum(row.short_of != 0 for row in own)))
            yield StandingPart(
                title=title(told.study, own[0]),
                lines=lines,
                # What would unfold a single line takes as much room.
                shown=len(lines) if len(lines) == shown + 1 else shown,
                left_out=len(own) - len(lines),
            )


def _wanting(row: StandingRow) -> tuple[int, Fraction]:
    """First where most answers are short of the target, then where the least of those who could be asked answered."""
    asked = row.counts.could_be_asked
    return -(row.short_of or 0), Fraction(row.counts.answered, asked) if asked else Fraction(1)


def _line(name: str, row: StandingRow) -> StandingLine:
    return StandingLine(name=name, row=row, bar=_bar(name, row), rates=_rates(row, MAIN_RATES))


def _group_title(study: Study, group_id: str) -> str:
    group = study.group(group_id)
    return group.title if group else group_id


def _bar(name: str, row: StandingRow) -> ProgressBar:
    counts, asked = row.counts, row.counts.could_be_asked
    most = max(asked, row.target or 0, 1)
    short = row.short_of
    said = [
        "" if row.target is None else _("target %(num)s", num=written_number(row.target)),
        _("reached") if short == 0 else "" if short is None else _("%(num)s short", num=written_number(short)),
        ngettext("%(num)s still open", "%(num)s still open", counts.open) if counts.open else "",
    ]
    return ProgressBar(
        title=name,
        detail=row.touchpoint.note if not row.label else None,
        filled=1000 * counts.answered // most,
        target=None if row.target is None else 1000 * row.target // most,
        of=_("%(some)s of %(all)s", some=written_number(counts.answered), all=written_number(asked)),
        said="; ".join(each for each in said if each),
    )


def _rates(row: StandingRow, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(percent(row.counts.final.rate(name)) for name in names)


def _formula(rate: AaporRate, row: StandingRow | None) -> RateFormula:
    if row is None:
        return RateFormula(rate, gettext(rate.words), None)
    final = row.counts.final
    letters = {name.upper(): str(value) for name, value in vars(final).items()}
    letters["e"] = f"{float(final.e):.3f}"
    over, under = (_in_numbers(each, letters) for each in (rate.over, rate.under))
    return RateFormula(rate, gettext(rate.words), f"{over} / {under} = {percent(final.rate(rate.name))}")


def _in_numbers(formula: str, letters: Mapping[str, str]) -> str:
    """A formula with numbers in the place of its letters."""
    spaced = formula.replace("(", "( ").replace(")", " )")
    return " ".join(letters.get(each, each) for each in spaced.split()).replace("( ", "(").replace(" )", ")")


def _drop_out(study: Study, found: DropOut) -> Iterable[DropStep]:
    most = max(found.steps[0].could_be_asked, 1)
    for place, step in enumerate(found.steps):
        touchpoint = study.touchpoint(found.group, step.touchpoint)
        name = touchpoint.title if touchpoint else str(step.touchpoint)
        declined = (
            ngettext("%(num)s had said no to it", "%(num)s had said no to it", step.declined) if step.declined else ""
        )
        yield DropStep(
            _("Could be asked: %(touchpoint)s", touchpoint=name),
            written_number(step.could_be_asked),
            min(1000, 1000 * step.could_be_asked // most),
            declined if place else "",
        )
        still = (
            ngettext("%(num)s still open, so not lost yet", "%(num)s still open, so not lost yet", step.open)
            if step.open
            else ""
        )
        yield DropStep(
            _("Answered: %(touchpoint)s", touchpoint=name),
            written_number(step.answered),
            min(1000, 1000 * step.answered // most),
            still,
        )


def _attempts(counts: Mapping[int, int]) -> list[tuple[str, int, str]]:
    return [
        (
            _("%(num)s or more", num=written_number(each)) if each == MOST_CALLS else written_number(each),
            counts.get(each, 0),
            written_number(counts.get(each, 0)),
        )
        for each in range(1, max(counts) + 1)
    ]


def _columns(values: Iterable[tuple[str, int, str]]) -> tuple[Column, ...]:
    found = list(values)
    most = max((value for _, value, _ in found), default=0) or 1
    return tuple(Column(label, number, 1000 * value // most) for label, value, number in found)


def _hour_columns(hours: Iterable[CallHour]) -> tuple[Column, ...]:
    return _columns((_hours(each), int((each.share or 0) * 1000), _reached(each)) for each in hours)


def _reached(each: CallHour) -> str:
    return _("%(percent)s of %(num)s", percent=percent(each.share), num=written_number(each.made))


def _hours(each: CallHour) -> str:
    if each.weekend:
        return _("Weekend")
    if each.begins == 0:
        return _("until %(hour)s", hour=each.ends)
    return (
        _("from %(hour)s", hour=each.begins)
        if each.ends == 24
        else _("%(begins)s to %(ends)s", begins=each.begins, ends=each.ends)
    )


def changed(told: StudyMonth) -> list[tuple[str, int, int]]:
    """What happened in the month beside the month before: a label and the two numbers."""
    study = told.standing.study
    rows = [
        (_("People who joined"), told.this.joined, told.before.joined),
        (_("Cases that opened"), told.this.opened, told.before.opened),
        (_("Answers sent"), told.this.sent, told.before.sent),
    ]
    for row in told.standing.whole:
        key = row.touchpoint.key
        if key in told.this.answered or key in told.before.answered:
            rows.append((title(study, row), told.this.answered.get(key, 0), told.before.answered.get(key, 0)))
    return [
        *rows,
        (_("Attempts to reach somebody"), told.this.attempts, told.before.attempts),
        (_("Interviews"), told.this.interviews, told.before.interviews),
        (_("Refusals"), told.this.refused, told.before.refused),
        (_("People who stopped or withdrew"), told.this.left, told.before.left),
    ]
