"""Taking a study's single answers out in files, for those who may: after signing in again, and with a purpose."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from flask import Blueprint, render_template, send_file
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from surveyapp.domain.errors import InputRefused, StateRefused
from surveyapp.domain.exports.dataset import AnswerExport, ExportShape
from surveyapp.domain.sentences import say
from surveyapp.reports.exports import folder
from surveyapp.services.exports import answers
from surveyapp.services.exports.answers import ExportOffer, ExportRequest
from surveyapp.web.shared.incoming import StaffForm
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, recently_verified
from surveyapp.web.shared.words import worded

exporter = Blueprint("exporter", __name__, url_prefix="/results", template_folder="templates")

MOST_AT_ONCE = 20_000
"""Responses that a page gives out: more take longer than a browser waits."""

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


@exporter.route("/<study_id>/export", methods=["GET", "POST"])
@recently_verified
def export(study_id: str) -> Reply:
    """Chooses what is taken, and gives it out as one ZIP file."""
    offered = answers.offer(desk(), study_id)
    form = ExportForm(offered)
    if form.validate_on_submit():
        try:
            if offered.responses > MOST_AT_ONCE:
                raise StateRefused(say("too_many_for_a_page", most=MOST_AT_ONCE, study=study_id))
            asked = form.asked(offered)
            made = answers.export_answers(desk(), study_id, asked, lambda text: str(_(text)))
            return send_file(
                _zipped(made, asked.form),
                mimetype="application/zip",
                as_attachment=True,
                download_name=f"{made.stem}_{asked.shape.value}_{asked.form}.zip",
            )
        except InputRefused as refused:
            form["purpose" if refused.field == "purpose" else "form"].errors = [worded(refused.sentence)]
        except StateRefused as refused:
            form.form.errors = [worded(refused.sentence)]
    page = render_template("exporter/export.html", study=offered.study, form=form, offered=offered)
    return page, 422 if form.errors else 200


def _zipped(made: AnswerExport, form: str) -> io.BytesIO:
    """Its files in one, which is in memory alone; what it was made of is gone from the disk."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.write(made, form, Path(place) / made.stem):
            archive.write(path, path.name)
    packed.seek(0)
    return packed
