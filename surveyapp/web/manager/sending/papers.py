"""Letters on paper: what is handed over by services into what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import make_response, url_for
from flask_babel import gettext as _

from surveyapp.domain.instrument.easy.renderings import easy_of
from surveyapp.reports.documents.forms import phrasing_of
from surveyapp.reports.documents.letters import Letter, LetterPaper, lacking, letters_pdf
from surveyapp.reports.drawing.qr import qr_drawing
from surveyapp.reports.text.phrasing import Phrasing
from surveyapp.services.sending import taking
from surveyapp.services.sending.taking import TakenMessage
from surveyapp.services.sending.ways.carrier import OutgoingMessage
from surveyapp.services.translation import interface_catalogues
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import desk


def letters(study_id: str, taken: Sequence[TakenMessage]) -> bytes:
    """The letters that were taken along, as one PDF."""
    return letters_pdf([_letter(each.message) for each in taken], _paper(study_id), _words)


def trial(study_id: str, language: str) -> bytes:
    """A letter to nobody, with the envelope's window drawn. Raises what `taking.trial` does."""
    address = (_("Name"), *(_("Line %(number)s of the address", number=number) for number in range(1, 5)))
    return letters_pdf([_letter(taking.trial(desk(), study_id, language, address))], _paper(study_id, True), _words)


def writable(message: OutgoingMessage) -> bool:
    """Whether fonts here have all that a letter says."""
    return not lacking([*message.address, message.subject, message.text])


def trials(study_id: str) -> Sequence[str]:
    """The languages in which a letter can be looked at, easy words among them where it has some."""
    study = runtime().study(study_id)
    letter = study.messages.letter if study.messages else None
    if letter is None:
        return ()
    return (*study.languages, *(easy_of(each) for each in study.easy if runtime().writes_easy(study, letter, each)))


def file(content: bytes, name: str) -> Reply:
    """A PDF to keep, which no cache does."""
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _letter(message: OutgoingMessage) -> Letter:
    return Letter(
        language=message.language,
        address=message.address,
        subject=message.subject,
        text=message.text,
        qr=qr_drawing(message.link),
        code=message.code,
    )


def _paper(study_id: str, outlined: bool = False) -> LetterPaper:
    study = runtime().study(study_id)
    assert study.messages is not None
    place = urlsplit(runtime().settings.public_url + url_for("participant.start"))
    return LetterPaper(
        title=_("Letters"),
        window=study.messages.window,
        day=runtime().today(study),
        start=f"{place.netloc}{place.path}",
        outlined=outlined,
    )


def _words(language: str) -> Phrasing:
    """How readers of a letter are spoken to, whoever prints it."""
    return phrasing_of(*interface_catalogues.spoken(language))
