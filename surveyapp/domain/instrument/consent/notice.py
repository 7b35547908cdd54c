"""What people are told of a study, and of what is done with what they give."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True)
class KeyFact:
    """One thing that people are told at a glance before they begin; `more` is behind it."""

    text: str
    more: str | None = None


@dataclass(frozen=True)
class Help:
    """Whom a participant may ask."""

    name: str
    phone: str | None = None
    email: str | None = None


class LawfulBasis(enum.StrEnum):
    """On what somebody's data may be used (UK GDPR, Article 6)."""

    CONSENT = "consent"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"


class PrivacyRight(enum.StrEnum):
    """What people may ask for here of what is held of them (UK GDPR, Articles 7, 15 to 17, 20 and 21). To keep it and
    do nothing with it (Article 18) is asked of whoever decides over it: the notice always says so."""

    ACCESS = "access"
    RECTIFY = "rectify"
    ERASE = "erase"
    OBJECT = "object"
    PORT = "port"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class PrivacyNotice:
    """What people are told of what is done with their data, in plain words: who decides over it (`controller`) and how
    they are reached, what is asked of whom (`collected`) and `why`, on which basis, who gets it, what people may ask
    for and to whom they may complain. Until when it is kept is the study's retention.
    `draft`: it is to be replaced before anybody real is asked."""

    controller: str
    contact: str
    collected: str
    basis: LawfulBasis
    why: str
    recipients: tuple[str, ...]
    rights: tuple[PrivacyRight, ...]
    regulator: str
    regulator_phone: str | None = None
    regulator_web: str | None = None
    draft: bool = False
