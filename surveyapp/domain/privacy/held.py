"""All that is held of one person, as one object: what they are handed when they ask (UK GDPR, article 15)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.fieldwork.call_stand import DecisionKind
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition, Outcome, OutcomeDetail
from surveyapp.domain.fieldwork.consequences import ReferralDecision, ReferralKind
from surveyapp.domain.fieldwork.lists import RowOutcome
from surveyapp.domain.instrument.easy.renderings import Rendering
from surveyapp.domain.open_answers.quoting import QuotationState
from surveyapp.domain.participants import Origin
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.responses import CorrectionReason
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role

FORMAT = "shiftline-held-record/1"
"""What a machine reads the file by: docs/subject_access.md describes it."""


@dataclass(frozen=True, kw_only=True)
class HeldConsent:
    """What was said of a purpose, in which version of its wording. `text`: the words, where the study still has that
    version; `taken_by`: who took it, where it came with a list."""

    purpose: str
    version: int
    text: str | None
    given: bool
    mode: Mode
    at: dt.datetime
    taken_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class HeldTranslation:
    """Their words as staff wrote them in another language."""

    language: str
    text: str


@dataclass(frozen=True, kw_only=True)
class HeldQuotation:
    """Words of theirs that were chosen to stand in reports under no name: what became of that, and in which reports
    they stand. `words` is empty where the answer was changed since; `beside`: what of them stands beside the words, an
    attribute's name."""

    words: str
    state: QuotationState
    at: dt.datetime
    reports: tuple[str, ...]
    beside: str | None = None
    decided_at: dt.datetime | None = None
    why: str | None = None


@dataclass(frozen=True, kw_only=True)
class HeldAnswer:
    """One answer: the question as it was asked, the statement of a grid, the moment it speaks of, and what was said
    (several options: several lines). `reason`: why there is none. `rendering`: in which words it was asked, `language`:
    in which language (a code). `at`: when it came; `device_at`: when it was given, by the clock of the device, where
    that said so; `late`: it came when answers were taken no longer. `counts`: it is the answer that results
    read; another was given before it, is off the way through the questions, or came once that was sent and was not sent
    itself. Of words that stand: their `translations`, the `themes`
    that whoever read them found in them, and the `quotations` chosen from them."""

    variable: str
    question: str
    statement: str | None
    moment: str | None
    said: tuple[str, ...]
    reason: Reason | None
    mode: Mode
    rendering: Rendering
    at: dt.datetime
    by_staff: bool
    counts: bool
    language: str
    device_at: dt.datetime | None = None
    late: bool = False
    translations: tuple[HeldTranslation, ...] = ()
    themes: tuple[str, ...] = ()
    quotations: tuple[HeldQuotation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HeldReopening:
    at: dt.datetime
    why: CorrectionReason


@dataclass(frozen=True, kw_only=True)
class HeldReferral:
    """What came of an attempt that somebody else had to see to. `decision` None: nobody has yet; `blocks_calls`: nobody
    calls them because of it."""

    kind: ReferralKind
    at: dt.datetime
    blocks_calls: bool
    decision: ReferralDecision | None
    decided_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class HeldAttempt:
    """`detail`: why they are not eligible, or what was known of where they moved."""

    at: dt.datetime
    outcome: Outcome
    mode: Mode
    note: str | None
    next_at: dt.datetime | None
    detail: OutcomeDetail | None = None
    referral: HeldReferral | None = None


@dataclass(frozen=True, kw_only=True)
class HeldDecision:
    """What was decided of calling them. `more`: how often more they may be tried."""

    at: dt.datetime
    kind: DecisionKind
    more: int


@dataclass(frozen=True, kw_only=True)
class HeldLink:
    """That a link or code was given out: never what it is. `claim`: whoever opens it first chooses a PIN."""

    kind: AccessKind
    claim: bool
    issued_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class HeldMessage:
    """That a message was sent to them, or is to be: never its words, which are not kept. `at`: when it was handed over
    or is due; `language`: of its words, a code; `why`: it is not sent."""

    at: dt.datetime
    way: SendingWay
    state: MessageState
    language: str
    why: WhyNot | None


@dataclass(frozen=True, kw_only=True)
class HeldChannelEnd:
    """That they are reached by a way no more: messages came back, or they said so."""

    way: SendingWay
    why: WhyNot
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class HeldList:
    """A list of people that they were on: when it was brought in, and what came of their row."""

    at: dt.datetime
    outcome: RowOutcome


@dataclass(frozen=True, kw_only=True)
class HeldBrowser:
    """A browser in which a link or code of theirs was opened: when, and when it was last seen; `words`: what it says it
    is."""

    began_at: dt.datetime
    seen_at: dt.datetime
    ended_at: dt.datetime | None
    words: str


@dataclass(frozen=True, kw_only=True)
class HeldTouchpoint:
    """One moment at which they were asked, or are to be. `agreed_at`: when they are to be called, as agreed;
    `moved_at`: when somebody chose these days for them."""

    number: int
    title: str
    opens_at: dt.datetime
    due_at: dt.datetime | None
    closes_at: dt.datetime | None
    agreed_at: dt.datetime | None
    moved_at: dt.datetime | None
    disposition: Disposition
    proxy: str | None
    questionnaire: str | None
    version: int | None
    started_at: dt.datetime | None
    sent_at: dt.datetime | None
    sent_again_at: dt.datetime | None
    answers: tuple[HeldAnswer, ...]
    reopenings: tuple[HeldReopening, ...]
    attempts: tuple[HeldAttempt, ...]
    links: tuple[HeldLink, ...]
    messages: tuple[HeldMessage, ...] = ()
    decisions: tuple[HeldDecision, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HeldChange:
    at: dt.datetime
    change: ParticipationChange
    why: LeavingReason


@dataclass(frozen=True, kw_only=True)
class HeldSight:
    """That somebody acted on their record, or saw how to reach them: in which role, and never by which name. `what`:
    the event's name in the audit trail; `roles`: those of whoever it was, empty where it was no member of staff."""

    at: dt.datetime
    what: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, kw_only=True)
class HeldFact:
    """Something known of them: what it is called, and what is on record."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class HeldEvent:
    """Something that happened to them. `source`: who said so (manager, import, demo, simulated, or the name of an
    answer's variable)."""

    name: str
    on: dt.date
    source: str


@dataclass(frozen=True, kw_only=True)
class HeldMerge:
    """That they were in the study twice until they were merged: by which reference, and what of it was set aside since
    another answer of theirs stands in its place."""

    reference: str
    at: dt.datetime
    set_aside: tuple[HeldTouchpoint, ...]


@dataclass(frozen=True, kw_only=True)
class HeldUntil:
    what: KeptThing
    until: dt.date


@dataclass(frozen=True, kw_only=True)
class HeldRecord:
    """The whole of it. Texts are in `language`, where the study has them in it. `language_asked`: what whoever calls
    them has to speak (a code); `one_does_not_call`: one interviewer is not to."""

    format: str
    made_at: dt.datetime
    language: str
    time_zone: str
    study: str
    title: str
    about: str
    help_name: str
    help_phone: str | None
    help_email: str | None
    reference: str
    group: str
    origin: Origin
    enrolled_on: dt.date
    stopped_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
    deceased_at: dt.datetime | None
    declined_contact_at: dt.datetime | None
    language_asked: str | None
    one_does_not_call: bool
    pin_set_at: dt.datetime | None
    contact: tuple[HeldFact, ...]
    known: tuple[HeldFact, ...]
    events: tuple[HeldEvent, ...]
    belongs_with: tuple[HeldFact, ...]
    consents: tuple[HeldConsent, ...]
    touchpoints: tuple[HeldTouchpoint, ...]
    merged: tuple[HeldMerge, ...]
    changes: tuple[HeldChange, ...]
    sights: tuple[HeldSight, ...]
    channel_ends: tuple[HeldChannelEnd, ...]
    lists: tuple[HeldList, ...]
    browsers: tuple[HeldBrowser, ...]
    releases: int
    kept: tuple[HeldUntil, ...]
    then: str | None
