"""Change in the same people, from joint counts of before by after.

Joint counts add up: those of two groups with nobody in common are the sum of the groups' counts, so whatever counts
them (a query, a file, a cluster) can do it in parts. Everything here starts from them alone.

Missing answers: a person without a substantive answer on both sides is in no cell. How many were lost that way is
counted where the answers are linked (`tallies.link`).
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class JointCounts:
    """People by their answer before (rows) and after (columns), over one list of categories.

    `categories` run from the most to the least favourable where they have an order; `counts[i][j]` people were in
    category i before and j after. Raises ValueError when the counts are not square, are negative, or a category is
    named twice.
    """

    categories: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        size = len(self.categories)
        if len(set(self.categories)) != size:
            raise ValueError("A category is named twice.")
        if len(self.counts) != size or any(len(row) != size for row in self.counts):
            raise ValueError(f"Joint counts over {size} categories are {size} rows of {size}.")
        if any(people < 0 for row in self.counts for people in row):
            raise ValueError("A count cannot be negative.")

    @classmethod
    def empty(cls, categories: tuple[str, ...]) -> "JointCounts":
        """Nobody: what adding starts from."""
        return cls(categories, tuple((0,) * len(categories) for _ in categories))

    def __add__(self, other: "JointCounts") -> "JointCounts":
        """The counts of both groups together. Raises ValueError when the categories differ in name or in order."""
        if self.categories != other.categories:
            raise ValueError("Only joint counts over the same categories, in the same order, can be added.")
        counts = tuple(
            tuple(mine + theirs for mine, theirs in zip(row, other_row, strict=True))
            for row, other_row in zip(self.counts, other.counts, strict=True)
        )
        return JointCounts(self.categories, counts)

    @property
    def base(self) -> int:
        """People with an answer on both sides: the matched base."""
        return sum(map(sum, self.counts))

    @property
    def before(self) -> tuple[int, ...]:
        """People by their answer before, in the order of the categories."""
        return tuple(map(sum, self.counts))

    @property
    def after(self) -> tuple[int, ...]:
        """People by their answer after, in the order of the categories."""
        return tuple(sum(row[j] for row in self.counts) for j in range(len(self.categories)))


@dataclass(frozen=True)
class Movement:
    """How many moved to a more favourable category, stayed in theirs, and moved to a less favourable one."""

    rose: int
    same: int
    fell: int
    base: int


@dataclass(frozen=True)
class PairedBinary:
    """People favourable on both sides, only before, only after, on neither."""

    both: int
    before_only: int
    after_only: int
    neither: int

    @property
    def base(self) -> int:
        return self.both + self.before_only + self.after_only + self.neither

    @property
    def before(self) -> int:
        """Favourable before."""
        return self.both + self.before_only

    @property
    def after(self) -> int:
        """Favourable after."""
        return self.both + self.after_only


def movement(joint: JointCounts) -> Movement:
    """Who rose, stayed and fell. Meaningful only for categories in order, the most favourable first."""
    steps = people_by_steps(joint)
    rose = sum(people for step, people in steps.items() if step > 0)
    fell = sum(people for step, people in steps.items() if step < 0)
    return Movement(rose, steps.get(0, 0), fell, joint.base)


def people_by_steps(joint: JointCounts) -> dict[int, int]:
    """People by how many categories they moved: 2 is two categories up, 0 the same one, -1 one down."""
    steps: dict[int, int] = {}
    for before, row in enumerate(joint.counts):
        for after, people in enumerate(row):
            if people:
                steps[before - after] = steps.get(before - after, 0) + people
    return dict(sorted(steps.items()))


def favourable(joint: JointCounts, favourable_categories: Collection[str]) -> PairedBinary:
    """The same people in two classes: in one of the favourable categories, or not.

    Raises ValueError for a favourable category that is not among the joint counts' categories.
    """
    unknown = sorted(set(favourable_categories) - set(joint.categories))
    if unknown:
        raise ValueError(f"Not a category: {', '.join(unknown)}.")
    classes = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for before, row in zip(joint.categories, joint.counts, strict=True):
        for after, people in zip(joint.categories, row, strict=True):
            classes[before in favourable_categories, after in favourable_categories] += people
    return PairedBinary(*classes.values())
