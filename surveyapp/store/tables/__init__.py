"""The tables, a room a subject. Private to the store: no mapped class leaves it."""

from __future__ import annotations

from surveyapp.store.tables.base import Base, known
from surveyapp.store.tables.fieldwork import AccessRow, AttemptRow, CaseRow, LeaseRow
from surveyapp.store.tables.instrument import QuestionnaireVersionRow, WordingRow
from surveyapp.store.tables.people import (
    ConsentRow,
    ContactLookupRow,
    ContactRow,
    EventRow,
    ParticipantRow,
    ParticipationRow,
    RelationshipRow,
    SiteAttributeRow,
    SiteRow,
)
from surveyapp.store.tables.responses import (
    AnswerHistoryRow,
    AnswerRow,
    KnownSaveRow,
    NewestAnswerRow,
    ReopeningRow,
    ResponseRow,
    SaveRow,
)
from surveyapp.store.tables.results import ReleasePageRow, ReleaseRow, ResultChangeRow, ResultPageRow, ResultStateRow
from surveyapp.store.tables.security import (
    AlarmRow,
    AuditChainRow,
    AuditRow,
    ErasureRow,
    GuessRow,
    HeartbeatRow,
    KeptFormRow,
    PinRow,
    WebSessionRow,
)
from surveyapp.store.tables.staff import (
    GrantRow,
    PasskeyRow,
    PasswordLinkRow,
    ProviderAccountRow,
    RecoveryCodeRow,
    SpentChallengeRow,
    StaffRow,
)

__all__ = [
    "AccessRow",
    "AlarmRow",
    "AnswerHistoryRow",
    "AnswerRow",
    "AttemptRow",
    "AuditChainRow",
    "AuditRow",
    "Base",
    "CaseRow",
    "ConsentRow",
    "ContactLookupRow",
    "ContactRow",
    "ErasureRow",
    "EventRow",
    "GrantRow",
    "GuessRow",
    "HeartbeatRow",
    "KeptFormRow",
    "KnownSaveRow",
    "LeaseRow",
    "NewestAnswerRow",
    "ParticipantRow",
    "ParticipationRow",
    "PasskeyRow",
    "PasswordLinkRow",
    "PinRow",
    "ProviderAccountRow",
    "QuestionnaireVersionRow",
    "RecoveryCodeRow",
    "RelationshipRow",
    "ReleasePageRow",
    "ReleaseRow",
    "ReopeningRow",
    "ResponseRow",
    "ResultChangeRow",
    "ResultPageRow",
    "ResultStateRow",
    "SaveRow",
    "SiteAttributeRow",
    "SiteRow",
    "SpentChallengeRow",
    "StaffRow",
    "WebSessionRow",
    "WordingRow",
    "known",
]
