"""What is said of a release before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.releases import ReleasedPage, closed_set
from surveyapp.services.results.releasing.releases import ReleasePreview
from surveyapp.web.shared.language import isolated, listed

WAYS: dict[str, LazyString] = {
    "exact": lazy("In full"),
    "joined": lazy("Joined"),
    "bounded": lazy("At least"),
    "range": lazy("Ranges"),
    "withheld": lazy("Not shown"),
}
"""How a row may be told, finest first."""


@dataclass(frozen=True)
class PreviewRow:
    """A page of a release and how many of its rows are told in which way."""

    title: str
    told: tuple[int, ...]


def preview_rows(study: Study, seen: ReleasePreview) -> list[PreviewRow]:
    """A line for each page of the closed set, in its order."""
    return [
        PreviewRow(_title(study, page), tuple(seen.pages[page.key].get(way, 0) for way in WAYS))
        for page in closed_set(study)
        if page.key in seen.pages
    ]


def _title(study: Study, page: ReleasedPage) -> str:
    attribute = study.segment(page.segment) if page.segment else None
    split = [_("by %(segment)s", segment=isolated(attribute.label))] if attribute else []
    measure = study.measure(page.measure) if page.measure else None
    if measure is not None:
        return listed([isolated(measure.title), *split])
    if page.kind == "people":
        group = study.group(page.group)
        return listed([isolated(group.title if group else page.group), _("Who answered")])
    group, point = study.group(page.group), study.touchpoint(page.group, page.touchpoint or 0)
    named = [isolated(group.title if group else page.group), isolated(point.title if point else "")]
    return listed([*named, *(page.pair or ()), *split])


def changed(names: Sequence[str]) -> tuple[str, ...]:
    """What it means that the study declares something else than when the last release was made."""
    said = {
        "measures": _("The measures are others than in the last release. What only the earlier ones hold stays there."),
        "segments": _(
            "Results are split otherwise than in the last release. Both can be read beside each other, so more may "
            "have to be joined or left out than either alone would need."
        ),
        "crosstabs": _(
            "The crosstabs are others than in the last release. Both can be read beside each other, so more may have "
            "to be joined or left out."
        ),
        "thresholds": _(
            "The thresholds are others than in the last release. Earlier releases stay as they are: a count that they "
            "show and the new thresholds would hide can still be read there."
        ),
    }
    return tuple(said[name] for name in names)
