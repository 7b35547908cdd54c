"""Linear programs over changes of the true numbers, solved by HiGHS (highspy).

highspy rather than scipy's `linprog`: an audit asks for hundreds of sums over the same rows, and here the model stands
and only the sum changes. Each begins from the truth, where nobody is moved: the smallest changes are a few steps of the
dual simplex away from it (some 15 milliseconds), while the last one's basis is hundreds. Where one ends in fractions it
is made whole a pattern at a time (diving), each step a few milliseconds from the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack, vstack

from surveyapp.analysis.counting.patterns import PeopleCounts

Weights = npt.NDArray[np.float64]
TOLERANCE = 1e-6
MOVED_AT_MOST = 6  # people into or out of one pattern in a change; fewer only makes the auditor more careful
MOVED_IN_ALL = 16  # of a linear bound
STEPS = 60  # programs that a change may take to be made whole, before it counts as not found
USUAL = 1_000_000  # rows times columns of a program that counts as one
AT_ONCE = 8  # patterns that are made whole together, as long as that goes
FEW = 300  # patterns to move into that are tried first, drawn by chance; all there are where those do not do


class _Solver(highspy.Highs):
    """HiGHS without the callbacks that nobody calls: starting those writes a banner to the standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)
        for option, value in (("threads", 1), ("random_seed", 1)):
            self.setOptionValue(option, value)


@dataclass(frozen=True)
class SmallChange:
    """What was found of changes that raise a sum by one person. `whole`: one in whole numbers with few people moved;
    None where none was found, although there are some in fractions. `steps`: programs that it took."""

    whole: PeopleCounts | None
    steps: int


class ChangePrograms:
    """Changes of the numbers of people, that keep `rows` (rows, columns) between `lows` and `highs`.

    `people` are the true numbers, which a change may not take below 0. A change of nothing must be allowed: it is the
    truth. The columns of a program are people into each pattern, then people out of each that anybody follows.
    """

    def __init__(
        self, rows: npt.NDArray[np.int8], lows: PeopleCounts, highs: PeopleCounts, people: PeopleCounts
    ) -> None:
        self.count = rows.shape[1]
        self.leaving = np.flatnonzero(people)
        self._given = rows, lows, highs, people
        plain = csr_array(rows.astype(np.float64))
        self.matrix = hstack([plain, -plain[:, self.leaving]], format="csr")
        self.lows, self.highs = lows.astype(float), highs.astype(float)
        self.most = np.concatenate(
            [np.full(self.count, MOVED_AT_MOST), np.minimum(people[self.leaving], MOVED_AT_MOST)]
        ).astype(float)

    @property
    def weight(self) -> int:
        """As how many programs of the usual size one of these counts."""
        return 1 + self.matrix.shape[0] * self.matrix.shape[1] // USUAL

    @cached_property
    def _fewest(self) -> highspy.Highs:
        # Slightly different costs, so that of changes of the same size one is the smallest.
        cost = 1 + np.random.default_rng(0).uniform(0, 0.001, self.matrix.shape[1])
        return _model(self.matrix, self.lows, self.highs, cost, self.most)

    @cached_property
    def _bounds(self) -> highspy.Highs:
        moved = csr_array(np.ones((1, self.matrix.shape[1])))
        model = _model(
            vstack([self.matrix, moved], format="csr"),
            np.append(self.lows, 0.0),
            np.append(self.highs, float(MOVED_IN_ALL)),
            np.zeros(self.matrix.shape[1]),
            self.most,
        )
        model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        model.setOptionValue("simplex_strategy", 4)  # primal: the last basis stays feasible
        return model

    @cached_property
    def _among_few(self) -> tuple[ChangePrograms, npt.NDArray[np.intp]] | None:
        """The same with a few of the patterns that nobody follows, and which patterns it has; None where all are few.
        A step over 300 patterns takes half as long as over 2,000, and most secrets are moved among any 300."""
        rows, lows, highs, people = self._given
        empty = np.flatnonzero(people == 0)
        if len(empty) <= 2 * FEW:
            return None
        chosen = np.random.default_rng(1).choice(empty, FEW, replace=False)
        there = np.sort(np.concatenate([self.leaving, chosen]))
        return ChangePrograms(rows[:, there], lows, highs, people[there]), there

    def smallest(self, rises: Weights) -> SmallChange | None:
        """A change of few people that raises a weighted sum by 1 or more, made whole; None where there is none in
        fractions either. Of a few patterns first, then of all."""
        if self._among_few is None:
            return self._smallest(rises)
        few, there = self._among_few
        found = few._smallest(rises[there])
        if found is None or found.whole is None:
            return self._smallest(rises)
        whole = np.zeros(self.count, np.int64)
        whole[there] = found.whole
        return SmallChange(whole, found.steps)

    def _smallest(self, rises: Weights) -> SmallChange | None:
        wanted = self._doubled(rises)
        touched = np.flatnonzero(wanted).astype(np.int32)
        model = self._fewest
        model.addRow(1.0, highspy.kHighsInf, len(touched), touched, wanted[touched])
        model.clearSolver()
        fixed: list[int] = []
        try:
            values = _solved(model)
            return None if values is None else self._dive(model, values, fixed)
        finally:
            for column in fixed:
                model.changeColBounds(column, 0.0, float(self.most[column]))
            model.deleteRows(1, np.array([len(self.lows)], dtype=np.int32))

    def _dive(self, model: highspy.Highs, values: Weights, fixed: list[int]) -> SmallChange:
        """Whole numbers near a solution in fractions: the columns nearest to their next whole number are kept at or
        above that, several together as long as something fits them, else the nearest alone, or, where nothing fits
        that either, at or below the one under it, and the rest solved again."""
        together = AT_ONCE
        lowest = np.zeros(len(values))
        for step in range(STEPS):
            apart = np.abs(values - np.rint(values))
            if apart.max(initial=0.0) < TOLERANCE:
                return SmallChange(np.rint(self._change(values)).astype(np.int64), 1 + step)
            short = np.where(apart < TOLERANCE, np.inf, np.ceil(values) - values)
            nearest = np.argsort(short, kind="stable")[:together]
            columns = nearest[short[nearest] <= max(0.5, short[nearest[0]])].tolist()
            fixed += columns
            for column in columns:
                model.changeColBounds(column, float(np.ceil(values[column])), float(self.most[column]))
            found = _solved(model)
            if found is None and len(columns) > 1:
                for column in columns:
                    model.changeColBounds(column, float(lowest[column]), float(self.most[column]))
                together = 1
                continue
            if found is None:
                model.changeColBounds(columns[0], float(lowest[columns[0]]), float(np.ceil(values[columns[0]])) - 1)
                found = _solved(model)
            else:
                lowest[columns] = np.ceil(values[columns])
            if found is None:
                return SmallChange(None, 1 + step)
            values = found
        return SmallChange(None, 1 + STEPS)

    def held_by(self, weights: Weights) -> set[int]:
        """The rows that keep a weighted sum from rising further: their duals are not zero."""
        cost = self._doubled(weights)
        model = self._bounds
        model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        model.run()
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            model.clearSolver()
            model.run()
        duals = np.abs(np.asarray(model.getSolution().row_dual)[:-1])
        return set(np.flatnonzero(duals > TOLERANCE).tolist())

    def _doubled(self, weights: Weights) -> Weights:
        return np.concatenate([weights, -weights[self.leaving]])

    def _change(self, values: Weights) -> Weights:
        change = values[: self.count].copy()
        change[self.leaving] -= values[self.count :]
        return change


def _solved(model: highspy.Highs) -> Weights | None:
    """The columns of the least cost; None where nothing fits."""
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(model.getSolution().col_value)


def _model(matrix: csr_array, lows: Weights, highs: Weights, cost: Weights, most: Weights) -> highspy.Highs:
    """A program that looks for the least cost; no column is negative."""
    model = _Solver()
    model.setOptionValue("presolve", "off")  # it takes longer than the program
    # Arrays go in as they are; as attributes of a HighsLp each number would pass through a Python object.
    model.passModel(
        matrix.shape[1],
        matrix.shape[0],
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        cost,
        np.zeros(len(cost)),
        most,
        np.where(lows < -1e9, -highspy.kHighsInf, lows),
        np.where(highs > 1e9, highspy.kHighsInf, highs),
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        np.zeros(len(cost), np.int32),  # none has to be a whole number
    )
    return model
