"""What differences between versions, and what answers become, are called on a manager's pages."""

from __future__ import annotations

from flask_babel import gettext as _

from surveyapp.domain.versions.answer_migration import DOES_NOT_FIT, Fate
from surveyapp.domain.versions.comparability import UNDECLARED
from surveyapp.domain.versions.diff import Became, Edit
from surveyapp.reports.text.version_text import FATES, STATUS, WHAT
from surveyapp.web.shared.language import listed


def what(edit: Edit) -> str:
    """What an edit is of: “Text”, “Option other”."""
    name = _(WHAT[edit.what]) if edit.what in WHAT else edit.what.replace("_", " ").capitalize()
    return f"{name} {edit.about}" if edit.about else str(name)


def became(change: Became) -> str:
    """A variable's status, with what the author declared."""
    statuses = [str(_(STATUS[each])) for each in change.statuses]
    if change.said is None:
        return listed([*statuses, *([str(_("nothing declared"))] if change.undeclared else [])])
    said = _("mapped") if change.said.mapping else _("comparable") if change.said.comparable else _("not comparable")
    return listed([*statuses, said])


def tone(change: Became) -> str:
    """How the status is drawn: a warning where the series breaks."""
    return "warn" if change.undeclared or (change.said is not None and not change.said.comparable) else ""


def reason(of: str) -> str:
    """Why, in the author's words, or in the product's where there are none."""
    return str(_(of)) if of in UNDECLARED or of == DOES_NOT_FIT else of


def fate(which: Fate) -> str:
    """What becomes of an answer."""
    return str(_(FATES[which]))
