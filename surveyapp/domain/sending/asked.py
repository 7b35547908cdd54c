"""Messages that somebody asks for themselves, beside those that the study sends."""

from __future__ import annotations

import enum


class AskedFor(enum.StrEnum):
    """What a person has sent to themselves; stands in the outbox where a step of the study's rules would."""

    CODE = "code"
    RECEIPT = "receipt"
    REMINDER = "own_reminder"
