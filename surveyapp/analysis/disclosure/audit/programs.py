"""Linear and integer programs over changes of the true numbers, solved by HiGHS (highspy).

highspy rather than scipy's `milp` and `linprog`: an audit asks for hundreds of sums over the same rows, and here each
starts from the last one's basis (a few milliseconds instead of a tenth of a second).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack, vstack

from surveyapp.analysis.disclosure.inputs import PeopleCounts

Weights = npt.NDArray[np.float64]
TOLERANCE = 1e-6
MOVED_AT_MOST = 6  # people into or out of one pattern in a change; fewer only makes the auditor more careful
MOVED_IN_ALL = 16  # of a linear solution
SECONDS = 0.5  # for one integer program; what is not proved safe in it counts as pinned


class _Solver(highspy.Highs):
    """HiGHS without the callbacks that nobody calls: starting those writes a banner to the standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)


@dataclass(frozen=True)
class LinearBound:
    """How far a sum can rise, by which change, and the rows that hold it (their duals are not zero)."""

    value: float
    change: Weights
    held_by: tuple[int, ...]


class ChangePrograms:
    """Changes of the numbers of people, that keep `rows` (rows, columns) between `lows` and `highs`.

    `people` are the true numbers, which a change may not take below 0. A change of nothing must be allowed: it is the
    truth. A linear solution is held to few people moved in all, so that it ends in one smallest exchange (a circuit of
    the rows), which as a rule is a multiple of whole numbers.
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
        moved = csr_array(np.ones((1, self.matrix.shape[1])))
        self._linear = self._model(
            vstack([self.matrix, moved], format="csr"),
            np.append(self.lows, 0.0),
            np.append(self.highs, float(MOVED_IN_ALL)),
            np.zeros(self.matrix.shape[1]),
        )

    def bound(self, weights: Weights) -> LinearBound:
        """How far a weighted sum can rise by moving few people, by which change: 0 where it cannot rise at all."""
        cost = self._doubled(weights)
        self._linear.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        self._linear.run()
        if self._linear.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._linear.clearSolver()
            self._linear.run()
        solution = self._linear.getSolution()
        duals = np.abs(np.asarray(solution.row_dual)[:-1])
        change = self._change(np.asarray(solution.col_value))
        return LinearBound(float(weights @ change), change, tuple(np.flatnonzero(duals > TOLERANCE).tolist()))

    def whole(self, rises: Weights) -> PeopleCounts | None:
        """A whole-number change that raises a weighted sum by 1 or more, moving as few people as may be."""
        matrix = vstack([self.matrix, csr_array(self._doubled(rises)[None, :])], format="csr")
        lows, highs = np.append(self.lows, 1.0), np.append(self.highs, np.inf)
        model = self._model(matrix, lows, highs, -np.ones(matrix.shape[1]), whole=True)
        model.setOptionValue("time_limit", SECONDS)
        model.setOptionValue("mip_rel_gap", 10.0)  # any will do
        model.run()
        if model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return np.rint(self._change(np.asarray(model.getSolution().col_value))).astype(np.int64)

    def _doubled(self, weights: Weights) -> Weights:
        return np.concatenate([weights, -weights[self.leaving]])

    def _change(self, values: Weights) -> Weights:
        change = values[: self.count].copy()
        change[self.leaving] -= values[self.count :]
        return change

    def _model(
        self, matrix: csr_array, lows: Weights, highs: Weights, cost: Weights, *, whole: bool = False
    ) -> highspy.Highs:
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = matrix.shape
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(len(cost)), self.most
        program.row_lower_ = np.where(lows < -1e9, -highspy.kHighsInf, lows)
        program.row_upper_ = np.where(highs > 1e9, highspy.kHighsInf, highs)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = matrix.indptr
        program.a_matrix_.index_ = matrix.indices
        program.a_matrix_.value_ = matrix.data
        if whole:
            program.integrality_ = [highspy.HighsVarType.kInteger] * matrix.shape[1]
        model = _Solver()
        for option, value in (("threads", 1), ("random_seed", 1)):
            model.setOptionValue(option, value)
        if not whole:
            model.setOptionValue("presolve", "off")  # it would lose the basis that the next sum starts from
            model.setOptionValue("simplex_strategy", 4)  # primal: the last basis stays feasible
        model.passModel(program)
        return model
