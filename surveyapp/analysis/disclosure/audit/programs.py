"""Linear and integer programs over changes of the true numbers, solved by HiGHS (highspy).

highspy rather than scipy's `milp` and `linprog`: an audit asks for hundreds of sums over the same rows, and here the
model stands and only the sum changes. Each begins from the truth, where nobody is moved: the smallest changes are a few
steps of the dual simplex away from it (some 15 milliseconds), while the last one's basis is hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack, vstack

from surveyapp.analysis.disclosure.inputs import PeopleCounts

Weights = npt.NDArray[np.float64]
TOLERANCE = 1e-6
MOVED_AT_MOST = 6  # people into or out of one pattern in a change; fewer only makes the auditor more careful
MOVED_IN_ALL = 16  # of a linear bound
SECONDS = 10.0  # for one integer program; what is not proved safe in it counts as pinned
NODES = 20  # of the same: as a rule this ends it, so that every machine comes to the same


class _Solver(highspy.Highs):
    """HiGHS without the callbacks that nobody calls: starting those writes a banner to the standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)
        for option, value in (("threads", 1), ("random_seed", 1)):
            self.setOptionValue(option, value)


@dataclass(frozen=True)
class SmallestChange:
    """A change that raises a sum by one person, the fewest people moved, in fractions perhaps. `dear` says of each way
    to move somebody how far it is from being part of one as small."""

    change: Weights
    dear: Weights

    @property
    def whole(self) -> PeopleCounts | None:
        """The same where it is whole numbers."""
        rounded = np.rint(self.change)
        near: bool = np.abs(self.change - rounded).max(initial=0.0) < TOLERANCE
        return rounded.astype(np.int64) if near else None


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
        plain = csr_array(rows.astype(np.float64))
        self.matrix = hstack([plain, -plain[:, self.leaving]], format="csr")
        self.lows, self.highs = lows.astype(float), highs.astype(float)
        self.most = np.concatenate(
            [np.full(self.count, MOVED_AT_MOST), np.minimum(people[self.leaving], MOVED_AT_MOST)]
        ).astype(float)

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

    def smallest(self, rises: Weights) -> SmallestChange | None:
        """The change of the fewest people that raises a weighted sum by 1 or more; None where there is none."""
        wanted = self._doubled(rises)
        touched = np.flatnonzero(wanted).astype(np.int32)
        model = self._fewest
        model.addRow(1.0, highspy.kHighsInf, len(touched), touched, wanted[touched])
        model.clearSolver()
        model.run()
        found = None
        if model.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            solution = model.getSolution()
            found = SmallestChange(self._change(np.asarray(solution.col_value)), np.asarray(solution.col_dual))
        model.deleteRows(1, np.array([len(self.lows)], dtype=np.int32))
        return found

    def whole(self, rises: Weights, near: SmallestChange, many: int) -> PeopleCounts | None:
        """A whole-number change that raises a weighted sum by 1 or more, of the `many` moves nearest to a smallest
        one's and with few people moved."""
        wanted = self._doubled(rises)
        used = np.concatenate([near.change, -near.change[self.leaving]]) > TOLERANCE
        used[np.argsort(near.dear, kind="stable")[:many]] = True
        columns = np.flatnonzero(used)
        matrix = vstack([self.matrix[:, columns], csr_array(wanted[None, columns])], format="csr")
        lows, highs = np.append(self.lows, 1.0), np.append(self.highs, np.inf)
        model = _model(matrix, lows, highs, np.ones(len(columns)), self.most[columns], whole=True)
        model.run()
        if model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = np.zeros(len(wanted))
        values[columns] = np.asarray(model.getSolution().col_value)
        return np.rint(self._change(values)).astype(np.int64)

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


def _model(
    matrix: csr_array, lows: Weights, highs: Weights, cost: Weights, most: Weights, *, whole: bool = False
) -> highspy.Highs:
    """A program that looks for the least cost; no column is negative."""
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.sense_ = highspy.ObjSense.kMinimize
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(len(cost)), most
    program.row_lower_ = np.where(lows < -1e9, -highspy.kHighsInf, lows)
    program.row_upper_ = np.where(highs > 1e9, highspy.kHighsInf, highs)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    model = _Solver()
    if whole:
        program.integrality_ = [highspy.HighsVarType.kInteger] * matrix.shape[1]
        for option, value in (("time_limit", SECONDS), ("mip_max_nodes", NODES), ("mip_rel_gap", 10.0)):
            model.setOptionValue(option, value)  # any solution will do
    else:
        model.setOptionValue("presolve", "off")  # it takes longer than the program
    model.passModel(program)
    return model
