"""The numbers that a report's text names, as a release tells them; what it does not tell is said with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from surveyapp.domain.errors import Fault
from surveyapp.domain.reporting.loaded import Cost, LoadedRow
from surveyapp.domain.reporting.material import ReportMaterial
from surveyapp.domain.reporting.template import AnswerName, NumberName, ReportText, report_fault
from surveyapp.domain.results import Cell, Change, Distribution, Tally
from surveyapp.reports.text.beside import comparator_value
from surveyapp.reports.text.headlines import headline
from surveyapp.reports.text.phrasing import Phrasing, amount_words, of_words, percent_words


class Untold(Exception):
    """A number that the release does not have or does not tell: a code of a fault, and why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def missing(sentence: str) -> Untold:
    return Untold("not_in_release", sentence)


def hidden(sentence: str) -> Untold:
    return Untold("not_told", sentence)


@dataclass
class NumberFiller:
    """Fills texts from a release and collects what it cannot."""

    material: ReportMaterial
    words: Phrasing
    faults: list[Fault]

    def fill(self, text: ReportText, file: str) -> str:
        """A text with its numbers; of each that is not told a fault is kept, and “…” stands for it."""
        said = []
        for piece in text:
            if isinstance(piece, str):
                said.append(piece)
                continue
            try:
                said.append(self.told(piece))
            except Untold as why:
                place = f"“{{{piece.written}}}” {why.sentence}"
                self.faults.append(report_fault(file, piece.line, piece.column, why.code, place))
                said.append("…")
        return "".join(said)

    def told(self, name: NumberName) -> str:
        """A number as it is named. Raises Untold."""
        if name.answer:
            return self._answer(name.answer, name.form)
        kinds: dict[str, Callable[[NumberName], str]] = {
            "answered": self._answered,
            "headline": self._headline,
            "change": self._change,
            "target": self._target,
            "comparator": self._comparator,
            "cost": self._cost,
            "loaded": self._loaded,
            "release": self._release,
        }
        return kinds[name.kind](name)

    @property
    def _where(self) -> str:
        return f"release {self.material.release.number}"

    def tally(self, name: AnswerName) -> tuple[Distribution, Tally]:
        """The people that an answer's name means. Raises Untold."""
        found = self.material.distribution(name.group, name.touchpoint, name.variable, name.segment)
        if found is None:
            raise missing(
                f"is not in {self._where}: it was cut when the questionnaire did not ask this, or it was taken down. "
                "Name another release, or take the number out."
            )
        for tally in found.tallies:
            if (tally.people.segment, tally.people.value) == (name.segment, name.value):
                if tally.withheld:
                    raise hidden(f"is not shown in {self._where}, to protect people. Take it out.")
                return found, tally
        raise missing(f"is not in {self._where}: nobody is counted apart there. Take the number out.")

    def _answer(self, name: AnswerName, form: str) -> str:
        found, tally = self.tally(name)
        if name.code is None:
            return self._summary(tally, form)
        cell = tally.cells.get(name.code)
        if cell is None:
            known = {each.code for each in (*found.options, *found.nets)}
            if name.code not in known:
                raise missing(f"is not in {self._where}: it has no answer “{name.code}”. Correct the name.")
            raise hidden(f"is counted together with other answers in {self._where}, to protect people. Take it out.")
        return self._share(cell, tally.base, form)

    def _summary(self, tally: Tally, form: str) -> str:
        rating = tally.rating
        if form == "base":
            return self._amount(tally.base)
        if rating is None:
            raise missing(f"is not in {self._where}: this question is no rating. Take the number out.")
        values: dict[str, object] = {
            "mean": None if rating.mean is None else self.words.decimal(rating.mean, 1),
            "most_common": self.words.listed(map(str, rating.most_common)) if rating.most_common else None,
            "minimum": rating.minimum,
            "maximum": rating.maximum,
        }
        if values[form] is None:
            raise hidden(f"is not shown in {self._where}, to protect people. Take it out.")
        return str(values[form])

    def _amount(self, cell: Cell) -> str:
        if not cell.told:
            raise hidden(f"is not shown in {self._where}, to protect people. Take it out.")
        return amount_words(cell, self.words)

    def _share(self, cell: Cell, base: Cell, form: str) -> str:
        if form == "base":
            return self._amount(base)
        if form == "count":
            return self._amount(cell)
        self._amount(cell)
        percent = percent_words(cell, self.words)
        if form == "percent":
            if percent is None:
                raise hidden(f"has no percentage in {self._where}: it is not told exactly. Name its count.")
            return percent
        said = of_words(cell, base, self.words)
        return f"{said} ({percent})" if form == "said" and percent else said

    def _answered(self, name: NumberName) -> str:
        group, _dot, number = name.names[0].partition(".")
        for table in self.material.answered(group):
            if table.touchpoint == int(number) and not table.by and table.rows:
                return self._amount(table.rows[0].answered)
        raise missing(f"is not in {self._where}. Name another release, or take the number out.")

    def _headline(self, name: NumberName) -> str:
        shift = self.material.shift(name.names[0])
        if shift is None:
            raise missing(f"is not in {self._where}: the measure came later, or was taken down. Take it out.")
        return headline(shift, self.words)

    def _change(self, name: NumberName) -> str:
        shift = self.material.shift(name.names[0])
        first, second = (int(each) - 1 for each in name.names[1].split(">"))
        pairs = {(each.before_row, each.after_row): each for each in shift.changes if each.people.segment is None} if (
            shift
        ) else {}  # fmt: skip
        if (first, second) not in pairs:
            raise missing(f"is not in {self._where}: there is no change between these two. Take the number out.")
        return self._of_change(pairs[first, second], name.form)

    def _of_change(self, change: Change, form: str) -> str:
        untold = hidden(f"is not shown in {self._where}, to protect people. Take it out.")
        if change.withheld:
            raise untold
        if form == "points":
            if change.points is None:
                raise untold
            return self.words.signed(change.points, plus=True)
        if form == "interval":
            if change.interval is None:
                raise untold
            low, high = (self.words.signed_decimal(end) for end in (change.interval.low, change.interval.high))
            return self.words.gettext("%(low)s to %(high)s", low=low, high=high)
        cell: Cell = getattr(change, form)
        return self._amount(cell)

    def _target(self, name: NumberName) -> str:
        target = next(each for each in self.material.study.targets if each.id == name.names[0])
        if name.form == "target":
            return str(target.target)
        if target.actual is None or target.percent is None:
            raise missing("has no figure yet in study.yaml. Write `actual` there, or take the number out.")
        actual, percent = str(target.actual), self.words.percent(target.percent)
        if name.form == "said":
            said = self.words.gettext("%(count)s of %(base)s", count=actual, base=str(target.target))
            return f"{said} ({percent})"
        return actual if name.form == "actual" else percent

    def _comparator(self, name: NumberName) -> str:
        return comparator_value(
            next(each for each in self.material.study.comparators if each.id == name.names[0]), self.words
        )

    def _cost(self, name: NumberName) -> str:
        cost = self.material.report.figures.cost(name.names[0])
        assert cost is not None
        return cost_words(cost, self.words)

    def _loaded(self, name: NumberName) -> str:
        row = self.material.report.figures.loaded_row(name.names[0])
        assert row is not None
        return self._share(*loaded_cells(row), name.form)

    def _release(self, name: NumberName) -> str:
        release = self.material.release
        if name.form == "until":
            zone = ZoneInfo(self.material.study.time_zone)
            return self.words.measured(release.answers_at.astimezone(zone).date())
        if name.form == "number":
            return str(release.number)
        if not release.tells_people:
            raise hidden(f"is not shown in {self._where}, to protect people. Take it out.")
        return self.words.whole(release.people)


def loaded_cells(row: LoadedRow) -> tuple[Cell, Cell]:
    """A loaded count and its base, as cells."""
    return Cell(row.count, row.percent), Cell(row.base)


SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


def cost_words(cost: Cost, words: Phrasing) -> str:
    """“£4,625”, “160 people”."""
    whole = cost.value.quantize(Decimal(1), ROUND_HALF_UP) if abs(cost.value) >= 100 else cost.value
    number = words.grouped(whole)
    return f"{SIGNS[cost.unit]}{number}" if cost.unit in SIGNS else f"{number} {cost.unit}"
