"""A chart in words, for whoever does not see it: made of what the chart's own rows say."""

from __future__ import annotations

from collections.abc import Iterator

from surveyapp.domain.i18n import joined
from surveyapp.reports.charts.bars import BarChart
from surveyapp.reports.charts.columns import ColumnChart
from surveyapp.reports.charts.dots import DotChart
from surveyapp.reports.charts.drawn import Chart
from surveyapp.reports.charts.spreads import SpreadChart
from surveyapp.reports.text.phrasing import Phrasing


def chart_words(chart: Chart, caption: str, words: Phrasing) -> str:
    """The caption, then every row with all its numbers."""
    return " ".join([f"{caption.rstrip('.')}.", *(f"{said}." for said in _rows(chart, words) if said)])


def _rows(chart: Chart, words: Phrasing) -> Iterator[str]:
    match chart:
        case BarChart():
            for group in chart.groups:
                for bar in group.bars:
                    label = joined(" · ", (part for part in (group.heading, bar.label, bar.detail) if part))
                    yield _labelled(label, bar.said, words)
        case ColumnChart():
            for panel in chart.panels:
                yield _labelled(panel.label, words.listed(part for part in (panel.said, panel.base) if part), words)
        case SpreadChart():
            for row in chart.spreads:
                yield _labelled(row.label, row.said, words)
        case DotChart():
            for each in chart.dots:
                yield _labelled(each.label, each.said, words)


def _labelled(label: str | None, said: str, words: Phrasing) -> str:
    """A row's name with what it says; once, where that begins with the name."""
    said = said.rstrip(".")
    return words.labelled(label, said) if label and not said.startswith(label) else said
