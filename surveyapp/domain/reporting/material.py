"""What a report is built from: a study's template and figures, and everything of one release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.open_answers.quoting import Quotation
from surveyapp.domain.releases import Release, ReleasedPage
from surveyapp.domain.reporting.loader import StudyReport
from surveyapp.domain.results import Crosstab, Distribution, ResponseTable, Shift

ReleasedObjects = Shift | Crosstab | tuple[Distribution, ...] | tuple[ResponseTable, ...]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ReportMaterial:
    """A study's report and a release: its pages by key, None where one was taken down. `quotations`: the words that may
    be quoted now; none where whoever takes the report may not see them."""

    study: Study
    report: StudyReport
    release: Release
    pages: Mapping[str, ReleasedObjects | None]
    quotations: tuple[Quotation, ...] = ()

    def shift(self, measure: str, segment: str | None = None) -> Shift | None:
        found = self.pages.get(ReleasedPage(kind="measure", group="", measure=measure, segment=segment).key)
        return found if isinstance(found, Shift) else None

    def questions(self, group: str, touchpoint: int, segment: str | None = None) -> tuple[Distribution, ...]:
        """A touchpoint's questions; none where the release does not hold them."""
        page = ReleasedPage(kind="questions", group=group, touchpoint=touchpoint, segment=segment)
        found = self.pages.get(page.key)
        held = found if isinstance(found, tuple) else ()
        turned = self.study.turned_items(group, touchpoint)
        return tuple(each.turned_as(turned) for each in held if isinstance(each, Distribution))

    def distribution(
        self, group: str, touchpoint: int, variable: str, segment: str | None = None
    ) -> Distribution | None:
        return next((each for each in self.questions(group, touchpoint, segment) if each.key == variable), None)

    def answered(self, group: str) -> tuple[ResponseTable, ...]:
        """How many of a group answered each touchpoint."""
        found = self.pages.get(ReleasedPage(kind="people", group=group).key)
        return tuple(each for each in found if isinstance(each, ResponseTable)) if isinstance(found, tuple) else ()

    def crosstab(self, group: str, touchpoint: int, pair: tuple[str, str]) -> Crosstab | None:
        page = ReleasedPage(kind="crosstab", group=group, touchpoint=touchpoint, pair=pair)
        found = self.pages.get(page.key)
        return found if isinstance(found, Crosstab) else None
