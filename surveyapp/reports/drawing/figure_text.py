"""What every Plotly figure is written with: texts as annotations, sizes, and turning a whole figure round."""

from __future__ import annotations

import textwrap
from html import escape
from typing import Any

from surveyapp.domain.i18n import runs_from_right
from surveyapp.reports.text.phrasing import ISOLATED, RIGHT_TO_LEFT

Figure = dict[str, Any]

LINE, TALL = 18, 26
"""From a line of text to the next, px: of most scripts, and of one that needs room."""

SOFT = {"size": 13, "color": "var(--ink-soft)"}


def at_start(shift: float = 0) -> dict[str, Any]:
    """An annotation at the start of the plot, `shift` px into the margin before it."""
    return {
        "xref": "paper",
        "yref": "y",
        "x": 0,
        "xanchor": "left",
        "xshift": -shift,
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
    }


def at(x: float, y: float, text: str, font: dict[str, Any], *, anchor: str = "center") -> dict[str, Any]:
    """An annotation at a place of the plot's own axes."""
    return {
        "xref": "x",
        "yref": "y",
        "x": x,
        "y": y,
        "xanchor": anchor,
        "text": plain([text]),
        "showarrow": False,
        "font": font,
        "yanchor": "middle",
    }


def np_mark(y: float, place: dict[str, Any]) -> dict[str, Any]:
    """The letters np in their box."""
    font = {"size": 13, "weight": 700, "color": "var(--warm)"}
    return {**place, "y": y, "text": "np", "font": font, "bordercolor": "var(--warm)", "borderwidth": 1, "borderpad": 2}


def dashed(x0: float, x1: float, y0: float, y1: float, colour: str = "var(--warm)") -> dict[str, Any]:
    """A dashed outline, in px from the top and in the plot's own axis across."""
    line = {"color": colour, "width": 1.5, "dash": "4px,3px"}
    return {"type": "rect", "xref": "x", "yref": "y", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "line": line}


EDGE_NARROW, EDGE_WIDE = 34, 84
BOLD_NARROW, BOLD_WIDE = 26, 66
"""Characters a line that runs from edge to edge, soft and bold: of a narrow figure on a phone of 320 px, where 254 are
left for it, and of the least wide one. In a wide font such as DejaVu Sans a soft letter takes 7.5 px on average, a bold
one 9.5."""


def wrapped(text: str | None, width: int) -> list[str]:
    return textwrap.wrap(text or "", width)


def line_height(*texts: str | None) -> int:
    """Nastaliq, in which Urdu is written, is tall; Arabic letters in another hand lose nothing by it."""
    return TALL if any(runs_from_right(text or "") for text in texts) else LINE


def plain(lines: list[str]) -> str:
    """Lines as Plotly wants them: nothing in them is markup, and `<br>` between. A line with a letter of a script that
    runs from the right is kept as it is read."""
    return "<br>".join(escape(_directed(line), quote=False) for line in lines)


def _directed(line: str) -> str:
    return f"{RIGHT_TO_LEFT}{line}{ISOLATED}" if runs_from_right(line) else line


_OTHER = {"left": "right", "right": "left"}


def mirrored(figure: Figure) -> Figure:
    """The same figure for a page that runs from the right: what begins at the left begins at the right. A hatch rises
    and falls as before, for Plotly draws it by itself."""
    layout = figure["layout"]
    margin = layout["margin"]
    margin["l"], margin["r"] = margin["r"], margin["l"]
    layout["xaxis"]["range"] = layout["xaxis"]["range"][::-1]
    layout.setdefault("meta", {})["mirrored"] = True
    for note in layout["annotations"]:
        for key in ("xanchor", "align"):
            note[key] = _OTHER.get(note.get(key, ""), note.get(key, "center"))
        if note["xref"] == "paper":
            note["x"], note["xshift"] = 1 - note["x"], -note.get("xshift", 0)
    for shape in layout.get("shapes", ()):
        if shape.get("xsizemode") == "pixel":
            shape["xanchor"], shape["x0"], shape["x1"] = 1 - shape["xanchor"], -shape["x1"], -shape["x0"]
    return figure
