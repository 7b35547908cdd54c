"""How a release stands: interim or final, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.releases import Release
from surveyapp.web.shared.language import isolated, listed


def standing(study: Study, release: Release, group: str | None = None) -> str:
    """Which touchpoints still collected when it was cut, and so are interim: of a group, or of all."""
    of = [point for point in study.touchpoints if group in (None, point.group)]
    points = [point for point in of if release.interim(point.key)]
    if not points:
        return _("Final: every touchpoint has closed.")
    if len(points) == len(of):
        return (
            _("Interim: people were still answering. No count is hidden for being small.")
            if release.exact_while_collecting
            else _("Interim: people were still answering, so each count is a range.")
        )
    named = listed([isolated(point.title) if group else _named(study, point.group, point.title) for point in points])
    return _("Interim while people answer: %(touchpoints)s. The rest is final.", touchpoints=named)


def _named(study: Study, group_id: str, title: str) -> str:
    group = study.group(group_id)
    return f"{isolated(group.title if group else group_id)} ({isolated(title)})"
