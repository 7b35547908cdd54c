"""What people's words are read for, as whoever reads them said it: once a session for each study."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveyapp.store.tables import ReadingPurposeRow


def purpose(session: Session, session_id: uuid.UUID, study: str) -> str | None:
    """What was said in a session; None: nothing yet."""
    return session.scalars(
        select(ReadingPurposeRow.purpose).where(
            ReadingPurposeRow.session_id == session_id, ReadingPurposeRow.study == study
        )
    ).one_or_none()


def say_purpose(session: Session, session_id: uuid.UUID, study: str, purpose: str) -> None:
    """Keeps it, in the place of what was said before."""
    session.merge(ReadingPurposeRow(session_id=session_id, study=study, purpose=purpose))
    session.flush()
