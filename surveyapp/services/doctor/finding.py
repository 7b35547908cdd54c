"""How something that is found is written down before it is sorted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from surveyapp.domain.security.fitness import Weight
from surveyapp.services.runtime import Runtime

Found = Iterator[tuple[Weight, str, str]]
"""How much it weighs, what it is, what to do."""

Examination = Callable[[Runtime], Found]

WRONG, BETTER = Weight.WRONG, Weight.BETTER
