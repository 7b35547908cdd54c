"""What every table rests on: names of constraints, types of columns, and what lets a column hold an enum's members."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.audit import ActorKind, AuditAction
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.exports.jobs import ExportState
from surveyapp.domain.fieldwork.call_stand import CallHold, DecisionKind
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition, Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralDecision, ReferralKind
from surveyapp.domain.fieldwork.lists import ListState, RowOutcome
from surveyapp.domain.fieldwork.touchpoint_changes import TouchpointChangeKind
from surveyapp.domain.jobs.long_jobs import JobKind, JobState
from surveyapp.domain.open_answers.codes import CodeState, CodingRound
from surveyapp.domain.open_answers.marking import SpanDecision, SpanKind
from surveyapp.domain.open_answers.quoting import QuotationState
from surveyapp.domain.participants import Origin
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.responses import CorrectionReason, ResponseState
from surveyapp.domain.security.guesses import GuessKind
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role
from surveyapp.domain.web_sessions import EndedWhy, SessionAudience
from surveyapp.store.column_types import ExactNumber, Id, OneOf, UtcDateTime


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: UtcDateTime(),
        Decimal: ExactNumber(),
        uuid.UUID: Id(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        **{
            kind: OneOf(kind)
            for kind in (
                AccessKind,
                ActorKind,
                SessionAudience,
                SpanDecision,
                SpanKind,
                AuditAction,
                CallHold,
                CodeState,
                CodingRound,
                CorrectionReason,
                DecisionKind,
                Disposition,
                EndedWhy,
                ExportShape,
                ExportState,
                GuessKind,
                JobKind,
                JobState,
                LeavingReason,
                ListState,
                MessageState,
                Mode,
                Origin,
                Outcome,
                OutcomeDetail,
                ParticipationChange,
                Reason,
                QuotationState,
                ReferralDecision,
                ReferralKind,
                ResponseState,
                Role,
                RowOutcome,
                SendingWay,
                TouchpointChangeKind,
                WhyNot,
            )
        },
    }


def known(column: str, kind: type[enum.Enum]) -> CheckConstraint:
    """Lets a column hold the enum's members alone. A new member needs a migration that lets it in."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(each.value) for each in kind)})", name=f"{column}_known")
