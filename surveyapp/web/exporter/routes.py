"""Taking a study's single answers out in files, for those who may: after signing in again, and with a purpose. What
takes longer than a browser waits is made by the worker, and taken when it is there."""

from __future__ import annotations

import io
import tempfile
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask_babel import LazyString, format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from surveyapp.domain.errors import InputRefused, StateRefused
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.exports.jobs import ExportRequest, ExportState
from surveyapp.reports.exports import folder
from surveyapp.services.exports import answers, jobs
from surveyapp.services.exports.answers import ExportOffer
from surveyapp.web.shared.answers import written_number
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, recently_verified, staff_only
from surveyapp.web.shared.words import worded

exporter = Blueprint("exporter", __name__, url_prefix="/results", template_folder="templates")

MOST_AT_ONCE = 20_000
"""Responses that a page gives out at once, and that lie on no disk: more take longer than a browser waits."""

SHAPES: dict[ExportShape, LazyString] = {
    ExportShape.RESPONSES: lazy("A row a response: a file for each questionnaire"),
    ExportShape.WIDE: lazy("A row a person: touchpoints beside one another"),
    ExportShape.LONG: lazy("A row an answer"),
}

FORMATS: dict[str, LazyString] = {
    "csv": lazy("CSV: text, for any program"),
    "xlsx": lazy("Spreadsheet (XLSX)"),
    "sav": lazy("SPSS (SAV)"),
    "dta": lazy("Stata (DTA)"),
    "parquet": lazy("Parquet"),
    "triples": lazy("Triple-S 3.0"),
    "ddi": lazy("CSV with a DDI codebook"),
}


class ExportForm(StaffForm):
    """What is taken, in which form, and what for."""

    shape = SelectField(lazy("What a row is"), default=ExportShape.RESPONSES.value)
    form = SelectField(lazy("Format"), default="csv")
    edition = SelectField(lazy("Answers"), validate_choice=False)
    references = BooleanField(lazy("Call people by their references"))
    purpose = StringField(lazy("What for"), [InputRequired(lazy("Say what these answers are taken out for."))])

    def __init__(self, offered: ExportOffer) -> None:
        super().__init__()
        self.shape.choices = [SelectChoice(each.value, str(words)) for each, words in SHAPES.items()]
        self.form.choices = [SelectChoice(each, str(words)) for each, words in FORMATS.items()]
        cuts = [
            SelectChoice(str(each), _("Sent by the cut of release %(number)s", number=each))
            for each in offered.releases
        ]
        self.edition.choices = [SelectChoice("", _("All that were sent until now (live)")), *cuts]
        if not offered.links:
            del self.references

    def asked(self, offered: ExportOffer) -> ExportRequest:
        release = next((each for each in offered.releases if str(each) == self.edition.data), None)
        return ExportRequest(
            shape=ExportShape(self.shape.data),
            form=self.form.data,
            purpose=self.purpose.data or "",
            release=release,
            references="references" in self and bool(self.references.data),
        )


STATES: dict[ExportState, LazyString] = {
    ExportState.WAITING: lazy("Waits for the worker"),
    ExportState.MAKING: lazy("Is being made"),
    ExportState.READY: lazy("Ready"),
    ExportState.FAILED: lazy("Could not be made"),
    ExportState.VOID: lazy("Thrown away"),
    ExportState.GONE: lazy("Gone"),
}
TONES = {ExportState.READY: "good", ExportState.FAILED: "warn", ExportState.VOID: "warn"}


@exporter.app_template_filter()
def megabytes(size: int) -> str:
    """The size of a file in millions of bytes, of a small one with a decimal."""
    return written_number(max(round(Decimal(size) / 1_000_000, 1 if size < 10_000_000 else 0), Decimal("0.1")))


@exporter.route("/<study_id>/export", methods=["GET", "POST"])
@recently_verified
def export(study_id: str) -> Reply:
    """Chooses what is taken, and gives it out as one ZIP file; of more than a browser waits for, asks the worker."""
    offered = answers.offer(desk(), study_id)
    form = ExportForm(offered)
    at_once = offered.responses <= MOST_AT_ONCE
    if form.validate_on_submit():
        try:
            asked = form.asked(offered)
            if at_once:
                return _given_out(study_id, asked)
            jobs.ask(desk(), study_id, asked)
            flash(_("It is asked for. You need not wait on this page."))
            return redirect(url_for("exporter.own", study_id=study_id))
        except InputRefused as refused:
            form["purpose" if refused.field == "purpose" else "form"].errors = [worded(refused.sentence)]
        except StateRefused as refused:
            form.form.errors = [worded(refused.sentence)]
    found = jobs.own(desk(), study_id)
    page = render_template(
        "exporter/export.html", study=offered.study, form=form, offered=offered, at_once=at_once, found=found
    )
    return page, 422 if form.errors else 200


@exporter.get("/<study_id>/exports")
@staff_only
def own(study_id: str) -> Reply:
    """What one has asked for: how far it is, and where it is taken."""
    return _own(study_id)


@exporter.get("/<study_id>/exports/<uuid:job_id>")
@recently_verified
def take(study_id: str, job_id: uuid.UUID) -> Reply:
    """The file of one's own export."""
    try:
        taken = jobs.take(desk(), study_id, job_id)
    except StateRefused as refused:
        return _own(study_id, worded(refused.sentence)), 409
    return send_file(taken.content, mimetype="application/zip", as_attachment=True, download_name=taken.name)


@exporter.post("/<study_id>/exports/<uuid:job_id>/throw-away")
@staff_only
def throw_away(study_id: str, job_id: uuid.UUID) -> Response:
    """Forgets one of one's own, and its file."""
    jobs.throw_away(desk(), study_id, job_id)
    flash(_("It was thrown away."))
    return redirect(url_for("exporter.own", study_id=study_id))


def _own(study_id: str, refused: str | None = None) -> str:
    found = jobs.own(desk(), study_id)
    words: dict[str, Any] = {"shapes": SHAPES, "formats": FORMATS, "states": STATES, "tones": TONES}
    return render_template(
        "exporter/own.html", study=found.study, found=found, refused=refused, about=format_timedelta, **words
    )


def _given_out(study_id: str, asked: ExportRequest) -> Response:
    """Its files in one, which is in memory alone; what it was made of is gone from the disk."""
    made = answers.export_answers(desk(), study_id, asked, lambda text: str(_(text)))
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as place:
        folder.pack(made, asked.form, Path(place), packed)
    packed.seek(0)
    name = f"{made.stem}_{asked.shape.value}_{asked.form}.zip"
    return send_file(packed, mimetype="application/zip", as_attachment=True, download_name=name)
