"""Opening a questionnaire's version."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from surveyapp.domain.staff import Action
from surveyapp.services.questionnaires import moves, release_preview, response_migration
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.web.manager import version_words, views
from surveyapp.web.manager.blueprint import manager, page
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only


@manager.get("/<study_id>/versions")
@staff_only
def versions(study_id: str) -> Reply:
    """Every version of every questionnaire: frozen, open, in use."""
    states = questionnaire_versions.version_states(desk(), study_id)
    opens = current_staff().may_everywhere(Action.OPEN_VERSION, study_id)
    return page(
        "versions",
        questionnaires=views.by_questionnaire(staff_study(study_id), states),
        moved_now=moves.under_way(desk(), study_id),
        disagreements=questionnaire_versions.disagreements(runtime(), study_id) if opens else (),
        opens=opens,
    )


@manager.route("/<study_id>/versions/<name>/open", methods=["GET", "POST"])
@staff_only
def open_version(study_id: str, name: str) -> Reply:
    """Says what is different and what opening the newest frozen version means, and opens it."""
    if request.method == "POST":
        version, is_new = questionnaire_versions.open_newest(desk(), study_id, name)
        flash(
            _("Version %(version)s of %(name)s is open: new responses begin on it.", version=version, name=name)
            if is_new
            else _("Version %(version)s of %(name)s was open already.", version=version, name=name)
        )
        return redirect(url_for("manager.versions", study_id=study_id))
    prospect = release_preview.opening(desk(), study_id, name)
    if prospect.version is None:
        abort(404)
    return page("open_version", prospect=prospect, words=version_words)


@manager.route("/<study_id>/versions/<name>/move", methods=["GET", "POST"])
@staff_only
def move(study_id: str, name: str) -> Reply:
    """Says what each answer of those midway becomes on the open version, and moves them to it: very many by the
    worker."""
    if request.method == "POST":
        asked = moves.ask(desk(), study_id, name)
        if asked.moved is not None:
            flash(ngettext("%(num)s person was moved.", "%(num)s people were moved.", asked.moved))
            return redirect(url_for("manager.versions", study_id=study_id))
        if asked.before is not None:
            flash(_("They are being moved already: %(name)s asked for it.", name=asked.before.staff_name))
        return redirect(url_for("manager.moving", study_id=study_id, name=name))
    if name in moves.under_way(desk(), study_id):
        return redirect(url_for("manager.moving", study_id=study_id, name=name))
    seen = response_migration.preview(desk(), study_id, name, whole_number("page") or 1)
    return page("move", seen=seen, words=version_words)


@manager.get("/<study_id>/versions/<name>/moving")
@staff_only
def moving(study_id: str, name: str) -> Reply:
    """How far moving them is, or what came of it."""
    stand = moves.last(desk(), study_id, name)
    if stand is None:
        return redirect(url_for("manager.move", study_id=study_id, name=name))
    opens = current_staff().may_everywhere(Action.OPEN_VERSION, study_id)
    return page("moving", stand=stand, job=stand.job, opens=opens)
