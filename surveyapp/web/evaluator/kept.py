"""Pages of results, drawn once: what a page shows for a state of the answers, or in a release, is the same for whoever
may do the same and reads the same language. Their frame (who is signed in, where they may go) is put around it anew."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from markupsafe import Markup

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import Distribution, Edition, Shift
from surveyapp.domain.staff import Action
from surveyapp.services.results.data import keep_drawn
from surveyapp.services.results.releasing.released import keep_drawn as keep_drawn_of_release
from surveyapp.web.evaluator import drawing
from surveyapp.web.evaluator.asked import STATE
from surveyapp.web.evaluator.views import edition_of, edition_words
from surveyapp.web.shared import headers
from surveyapp.web.shared.sign_in import current_staff, desk

BETWEEN = "\x1e"
"""Stands between the parts of a page while it is drawn: a character that no text from outside can hold."""

CHARTED = "plotly.js-style-global"
"""In the head of a page whose charts a script draws (`_plotly_head.html`), drawn anew or kept."""

LONGEST_KEPT = 400
"""Characters of an address whose page is kept."""


@dataclass(frozen=True, kw_only=True)
class DrawnPage:
    """What a page shows, as HTML. `keep`: whether it is worth keeping; one that only says what cannot be had is not."""

    heading: str
    styles: str
    strip: str
    content: str
    keep: bool

    @property
    def framed(self) -> str:
        """The page, for whoever is signed in."""
        if CHARTED in self.styles:
            headers.show_a_chart()
        page = {name: Markup(getattr(self, name)) for name in ("heading", "styles", "strip", "content")}  # noqa: S704
        return render_template("evaluator/kept.html", page=page)


def draw(
    template: str,
    study: Study,
    results: Sequence[Shift | Distribution],
    *,
    remarks: Sequence[str] = (),
    edition: Edition | None = None,
    **values: Any,
) -> DrawnPage:
    """A page of results, which says of what edition they are (that of the results, unless it is given), and at which
    address this state of it is. `remarks`: what the address asks for in vain."""
    bundle, style = drawing.plotly_files()
    edition = edition or edition_of(results)
    drawn = render_template(
        f"evaluator/{template}.html", layout="evaluator/_parts.html", between=BETWEEN, study=study, plotly=bundle,
        plotly_style=style, both_figures=drawing.both_figures, edition=edition,
        edition_words=edition_words(edition, study), address=request.full_path.rstrip("?"), remarks=remarks, **values,
    )  # fmt: skip
    heading, styles, strip, content = drawn.split(BETWEEN, 3)
    content = drawing.with_patterns(content)
    return DrawnPage(heading=heading, styles=styles, strip=strip, content=content, keep=not remarks)


def working_page(handler: Callable[..., DrawnPage]) -> Callable[..., str]:
    """Lets a page of the working view be drawn once for each state of the answers."""

    @functools.wraps(handler)
    def page(study_id: str, **values: Any) -> str:
        make = functools.partial(handler, study_id, **values)
        if not _ours():
            return make().framed
        return keep_drawn(desk(), study_id, _key(study_id), DrawnPage, make, worth=_worth).framed

    return page


def released_page(handler: Callable[..., DrawnPage]) -> Callable[..., str]:
    """Lets a page of a release be drawn once."""

    @functools.wraps(handler)
    def page(study_id: str, number: int | None, **values: Any) -> str:
        make = functools.partial(handler, study_id, number=number, **values)
        if not _ours():
            return make().framed
        return keep_drawn_of_release(
            desk(), study_id, number, _key(study_id), DrawnPage, make, worth=_worth
        ).framed  # fmt: skip

    return page


def _worth(page: DrawnPage) -> bool:
    return page.keep


def _ours() -> bool:
    """Whether an address is one that our pages lead to: others are not kept, so that nobody fills the table."""
    return set(request.args) <= set(STATE) and len(request.full_path) <= LONGEST_KEPT


def _key(study_id: str) -> str:
    may = ",".join(sorted(action.name for action in Action if current_staff().may(action, study_id)))
    return f"page {may} {request.full_path}"
