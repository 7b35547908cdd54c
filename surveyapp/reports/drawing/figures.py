"""Plotly figures, as the plain mappings that become JSON in a page.

What `static/js/chart.js` asks of a figure holds for all of them: colours are names of custom properties, texts are
escaped and without markup but `<br>`, the height is the layout's, and margins are given. The vertical axis is in px
from the top, so that rows stand where the layout says whatever they hold.
"""

from __future__ import annotations

from surveyapp.reports.charts.bars import BarChart
from surveyapp.reports.charts.columns import ColumnChart
from surveyapp.reports.charts.dots import DotChart
from surveyapp.reports.charts.drawn import Chart
from surveyapp.reports.charts.spreads import SpreadChart
from surveyapp.reports.drawing.figure_bars import bar_figure
from surveyapp.reports.drawing.figure_panels import column_figure, dot_figure, spread_figure
from surveyapp.reports.drawing.figure_text import Figure, mirrored


def figure(chart: Chart, *, narrow: bool = False, from_right: bool = False) -> Figure:
    """A chart as Plotly draws it; `narrow`: for less than 640 px; `from_right`: for a page that runs from the right."""
    match chart:
        case BarChart():
            made = bar_figure(chart, narrow=narrow)
        case ColumnChart():
            made = column_figure(chart, narrow=narrow)
        case SpreadChart():
            made = spread_figure(chart, narrow=narrow)
        case DotChart():
            made = dot_figure(chart, narrow=narrow)
    return mirrored(made) if from_right else made
