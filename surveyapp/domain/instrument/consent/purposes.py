"""What people agree to, and what each consent decides."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from surveyapp.domain.participants import ConsentGiven


class Governs(enum.StrEnum):
    """What a consent decides. *Take part*: no question without it. *Contact again*: whether they are asked at later
    touchpoints; only a no says that they are not. *Quote*: whether their words are shown outside the study, under no
    name. *Link records*: whether a file of answers may be joined with records that name them elsewhere. *Share file*:
    whether their answers go into files for people outside the study."""

    TAKE_PART = "take_part"
    CONTACT_AGAIN = "contact_again"
    QUOTE = "quote"
    LINK_RECORDS = "link_records"
    SHARE_FILE = "share_file"


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """Something a participant consents to, in a version of its wording, and what it decides (`governs`; None in a file
    that does not say it, which a check refuses). `aloud`: how an interviewer asks it, where what stands on a screen
    does not do for the ear."""

    id: str
    version: int
    required: bool
    text: str
    aloud: str | None = None
    governs: Governs | None = None

    def agreed(self, consents: Mapping[str, ConsentGiven]) -> bool:
        """Whether it was agreed to, in the wording that now stands; `consents`: what was last said of each purpose."""
        said = consents.get(self.id)
        return said is not None and said.given and said.version >= self.version

    @property
    def said(self) -> str:
        """What an interviewer reads out."""
        return self.aloud or self.text
