"""Case studies: who can be one, and one of them, to be read and printed."""

from __future__ import annotations

from flask import render_template

from surveyapp.services.open_answers import case_studies
from surveyapp.services.open_answers.reading import Reader
from surveyapp.web.reader.routes import for_a_purpose, reader
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk


@reader.get("/<study_id>/words/cases")
@for_a_purpose
def cases(study_id: str, who: Reader) -> Reply:
    """Everybody of whom something is cleared to be quoted."""
    found = case_studies.case_studies(desk(), who, study_id)
    return render_template("reader/cases.html", study=staff_study(study_id), purpose=who.purpose, found=found)


@reader.get("/<study_id>/words/cases/<token>")
@for_a_purpose
def case(study_id: str, who: Reader, token: str) -> Reply:
    """One person over the touchpoints."""
    found = case_studies.case_study(desk(), who, study_id, token)
    return render_template("reader/case.html", study=staff_study(study_id), purpose=who.purpose, found=found)
