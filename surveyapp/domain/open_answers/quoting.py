"""Quotations: some of a person's own words that may stand outside the study, under no name.

One reader chooses them, another clears them. They are places in the answer as it was given, or in a translation of it,
so that what is redacted of the answer is redacted of them, and an answer that changes takes its quotations along.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass

from surveyapp.domain.i18n import LocalText

LONGEST_QUOTATION = 1_000
"""Characters of a quotation."""


class QuotationState(enum.StrEnum):
    """What became of a quotation: somebody asks for it to be cleared; a second cleared it, or refused; or it was taken
    back by staff."""

    ASKED = "asked"
    CLEARED = "cleared"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class QuotationBar(enum.StrEnum):
    """Why words may not be quoted now, whatever was decided of them: their person has not agreed to it, or no longer;
    something in them may say who somebody is; they changed, or are kept no longer; or their person has left."""

    CONSENT = "consent"
    FOUND = "found"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class QuotationUse:
    """That a report holds a quotation: what it is called, the SHA-256 of its file, and when it was made."""

    quotation: uuid.UUID
    report: str
    digest: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Quotation:
    """Somebody's words as they may stand in a report. `text`: without what was redacted; `language`: of the words,
    `translated` where staff wrote them in it; `member` and `segment`: the role that stands for a name (a backfill
    candidate, at a small organisation); `question`: its title, with `group`, `touchpoint` and `variable` where it is
    asked; `themes`: the codes of the answer."""

    id: uuid.UUID
    group: str
    touchpoint: int
    variable: str
    question: str
    text: str
    language: str
    translated: bool
    member: str
    segment: str | None = None
    themes: tuple[str, ...] = ()

    @property
    def marked(self) -> LocalText:
        """The words, marked with their language."""
        return LocalText(self.text, self.language)
