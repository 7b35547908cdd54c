"""Many people from a file, and opening a questionnaire's version."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from surveyapp.domain.staff import Action
from surveyapp.reports.files.csv_file import csv_file
from surveyapp.services.participants import bulk_import
from surveyapp.services.participants.csv_reader import MAXIMUM_BYTES, MAXIMUM_ROWS
from surveyapp.services.questionnaires import release_preview, response_migration
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.web.manager import forms, version_words, views
from surveyapp.web.manager.blueprint import manager, page
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only


@manager.route("/<study_id>/participants/import", methods=["GET", "POST"])
@staff_only
def import_file(study_id: str) -> Reply:
    """Checks a file and adds everybody in it, or lists every fault."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    form, outcome = forms.ImportForm(), None
    if form.validate_on_submit():
        outcome = bulk_import.import_file(
            desk(),
            study_id,
            form.file.data.read(MAXIMUM_BYTES + 1),
            dry_run="check" in request.form,
            allow_shared=bool(form.allow_shared.data),
        )
        if outcome.stored:
            count = len(outcome.references)
            flash(ngettext("%(num)s participant is added.", "%(num)s participants are added.", count))
            return redirect(url_for("manager.participants", study_id=study_id))
    return page(
        "import",
        form,
        columns=bulk_import.columns(desk(), study_id),
        column_label=views.column_label,
        needed=bulk_import.NEEDED,
        outcome=outcome,
        table=views.fault_table(outcome) if outcome else None,
        maximum_rows=MAXIMUM_ROWS,
        file_name=form.file.data.filename if outcome else "",
        faulty=bool(outcome and outcome.faults),
    )


@manager.get("/<study_id>/participants/import/columns.csv")
@staff_only
def template(study_id: str) -> Reply:
    """An empty file to fill in: the names of every column."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    response = make_response(csv_file([column.name for column in bulk_import.columns(desk().as_written, study_id)], []))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{study_id}-participants.csv"'
    return response


@manager.get("/<study_id>/versions")
@staff_only
def versions(study_id: str) -> Reply:
    """Every version of every questionnaire: frozen, open, in use."""
    states = questionnaire_versions.version_states(desk(), study_id)
    opens = current_staff().may_everywhere(Action.OPEN_VERSION, study_id)
    return page(
        "versions",
        questionnaires=views.by_questionnaire(staff_study(study_id), states),
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
    """Says what each answer of those midway becomes on the open version, and moves them to it."""
    if request.method == "POST":
        count = response_migration.move(desk(), study_id, name)
        flash(ngettext("%(num)s person was moved.", "%(num)s people were moved.", count))
        return redirect(url_for("manager.versions", study_id=study_id))
    seen = response_migration.preview(desk(), study_id, name)
    return page("move", seen=seen, words=version_words)
