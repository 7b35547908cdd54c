"""Making a release: what stands in its way, how it would tell what it holds, and the button."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from surveyapp.services.results.releasing import releases as service
from surveyapp.web.manager import release_words
from surveyapp.web.manager.blueprint import manager, page
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, staff_only


@manager.get("/<study_id>/releases")
@staff_only
def releases(study_id: str) -> Reply:
    """What the next release needs, and what it would be beside the one before."""
    ahead = service.outlook(desk(), study_id)
    return page("releases", ahead=ahead, changed=release_words.changed(ahead.changed))


@manager.post("/<study_id>/releases/preview")
@staff_only
def preview_release(study_id: str) -> Reply:
    """How the next release would tell what it holds. It is worked out anew each time, and so is no page to come by."""
    seen = service.preview(desk(), study_id)
    study = staff_study(study_id)
    return page(
        "release_preview",
        seen=seen,
        changed=release_words.changed(seen.outlook.changed),
        rows=release_words.preview_rows(study, seen),
        ways=release_words.WAYS,
    )


@manager.post("/<study_id>/releases/make")
@staff_only
def make_release(study_id: str) -> Reply:
    """Makes it, once and for all."""
    made = service.make(desk(), study_id)
    flash(_("Release %(number)s is made. It stays as it is.", number=made.number))
    return redirect(url_for("viewer.releases", study_id=study_id))
