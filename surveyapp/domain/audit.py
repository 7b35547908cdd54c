"""Who acts, and what the audit trail says they did."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass, field
from typing import Any

from surveyapp.domain.answers import Mode
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.staff import Staff


@dataclass(frozen=True)
class Operator:
    """Whoever runs commands on the machine. They can read its database, so no role is asked of them."""


@dataclass(frozen=True, kw_only=True)
class ByLink:
    """A participant, by the access their link or code opened. `by`: what is known of their browser; `chosen_pin`: the
    hash of the PIN they chose before their first answer, to be kept with it; `begins`: their session, until an answer
    was stored in it."""

    access_id: uuid.UUID
    language: str = "en"
    by: Familiarity = Familiarity.STRANGE
    chosen_pin: str | None = field(default=None, repr=False)
    begins: uuid.UUID | None = None

    @property
    def actor(self) -> ByLink:
        return self

    @property
    def mode(self) -> Mode:
        return Mode.SELF


@dataclass(frozen=True)
class System:
    """The program itself: nobody asked for it, or nobody knows who did."""


Actor = Staff | Operator | ByLink | System
"""Who a unit of work is done for."""


class ActorKind(enum.StrEnum):
    """What the audit trail keeps of an actor; of staff, their id besides. A participant is the entry's subject."""

    STAFF = "staff"
    OPERATOR = "operator"
    PARTICIPANT = "participant"
    SYSTEM = "system"


def kind_of(actor: Actor) -> ActorKind:
    match actor:
        case Staff():
            return ActorKind.STAFF
        case Operator():
            return ActorKind.OPERATOR
        case ByLink():
            return ActorKind.PARTICIPANT
        case System():
            return ActorKind.SYSTEM


class AuditAction(enum.StrEnum):
    """Everything that enters the audit trail, as an event in the past tense."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    VERIFIED_AGAIN = "verified_again"
    SESSIONS_ENDED = "sessions_ended"
    SIGN_IN_REFUSED = "sign_in_refused"
    SECOND_FACTOR_SET_UP = "second_factor_set_up"
    SECOND_FACTOR_REFUSED = "second_factor_refused"
    SECOND_FACTOR_RESET = "second_factor_reset"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    PROVIDER_BOUND = "provider_bound"
    TOKEN_MADE = "token_made"  # noqa: S105 - the name of an event
    TOKENS_ENDED = "tokens_ended"
    PROGRAM_READ = "program_read"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    PASSWORD_CHANGE_REFUSED = "password_change_refused"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an event
    STAFF_ADDED = "staff_added"
    STAFF_ACTIVATED = "staff_activated"
    STAFF_DEACTIVATED = "staff_deactivated"
    ROLES_GRANTED = "roles_granted"
    ROLES_REVOKED = "roles_revoked"

    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"
    GUESSES_ALARMED = "guesses_alarmed"
    ALARMS_READ = "alarms_read"

    REFUSED = "refused"
    COMMAND_RUN = "command_run"
    SETTINGS_CHANGED = "settings_changed"
    TRAIL_READ = "trail_read"
    TRAIL_PROTECTED = "trail_protected"
    ACCOUNTS_SEEN = "accounts_seen"
    ROLES_SEEN = "roles_seen"

    RESULTS_TAKEN = "results_taken"
    RELEASE_TAKEN = "release_taken"
    ANSWERS_EXPORTED = "answers_exported"
    EXPORT_ASKED = "export_asked"
    EXPORT_TAKEN = "export_taken"
    RELEASE_MADE = "release_made"
    RELEASE_PAGES_TAKEN_DOWN = "release_pages_taken_down"

    WORDS_READ = "words_read"
    WORDS_MARKED = "words_marked"
    WORDS_TRANSLATED = "words_translated"
    WORDS_CODED = "words_coded"
    CODE_FRAME_CHANGED = "code_frame_changed"
    QUOTATION_ASKED = "quotation_asked"
    QUOTATION_DECIDED = "quotation_decided"
    QUOTATIONS_READ = "quotations_read"
    QUOTATIONS_USED = "quotations_used"
    CASE_STUDY_READ = "case_study_read"

    VERSION_OPENED = "questionnaire_version_opened"
    WORDING_RECORDED = "wording_recorded"
    RESPONSE_MOVED = "response_moved"

    COHORT_SIMULATED = "cohort_simulated"
    PARTICIPANT_ADDED = "participant_added"
    PARTICIPANTS_IMPORTED = "participants_imported"
    IMPORT_UNDONE = "import_undone"
    LIST_SEEN = "list_seen"
    PARTICIPANTS_SEEN = "participants_seen"
    PERSON_SEEN = "person_seen"
    QUEUE_SEEN = "queue_seen"
    SPOT_DAY_BEGUN = "spot_day_begun"
    SPOT_DAY_ENDED = "spot_day_ended"
    SPOT_LIST_SEEN = "spot_list_seen"
    SPOT_FETCHED = "spot_fetched"
    ARRIVAL_MARKED = "arrival_marked"
    ARRIVAL_UNMARKED = "arrival_unmarked"
    TABLET_HANDED_OVER = "tablet_handed_over"
    TABLET_TAKEN_BACK = "tablet_taken_back"
    TABLET_REFUSED = "tablet_refused"
    CASE_SEEN = "case_seen"
    PARTICIPANT_CHANGED = "participant_changed"
    PARTICIPANTS_MERGED = "participants_merged"
    PARTICIPANTS_SPLIT = "participants_split"
    CASE_CHANGED = "case_changed"
    STUDY_REPLANNED = "study_replanned"
    TOUCHPOINT_PAUSED = "touchpoint_paused"
    TOUCHPOINT_RESUMED = "touchpoint_resumed"
    TOUCHPOINT_EXTENDED = "touchpoint_extended"
    TOUCHPOINT_CLOSED = "touchpoint_closed"
    TOUCHPOINT_CHANGE_UNDONE = "touchpoint_change_undone"
    CONTACT_SEEN = "contact_seen"
    CONTACT_CORRECTED = "contact_corrected"
    SEARCHED = "searched"
    ERASED = "erased"
    ERASURE_REPLAYED = "erasure_replayed"
    KEYS_CHANGED = "keys_changed"
    EVENT_RECORDED = "event_recorded"
    EVENT_CORRECTED = "event_corrected"
    RELATIONSHIP_RECORDED = "relationship_recorded"
    RELATIONSHIP_REMOVED = "relationship_removed"
    CONSENT_GIVEN = "consent_given"
    CONSENT_DECLINED = "consent_declined"
    IDENTITY_CONFIRMED = "identity_confirmed"
    PARTICIPATION_STOPPED = "participation_stopped"
    PARTICIPATION_TAKEN_UP = "participation_taken_up"
    PARTICIPATION_WITHDRAWN = "participation_withdrawn"
    WITHDRAWAL_UNDONE = "withdrawal_undone"
    DEATH_RECORDED = "death_recorded"
    DEATH_UNDONE = "death_undone"
    REFERRAL_DECIDED = "referral_decided"
    RESPONSE_REOPENED = "response_reopened"
    RESPONSE_SENT_AGAIN = "response_sent_again"
    KEPT_NO_LONGER = "kept_no_longer"
    RECORD_GIVEN_OUT = "record_given_out"
    WITHDRAWN_PERSON_SEEN = "withdrawn_person_seen"

    LINK_GIVEN_OUT = "link_given_out"
    CODE_GIVEN_OUT = "code_given_out"
    ACCESS_REVOKED = "access_revoked"
    PIN_CHOSEN = "pin_chosen"
    PIN_CHANGED = "pin_changed"
    PIN_GIVEN = "pin_given"
    PIN_REFUSED = "pin_refused"
    PIN_READ_OUT = "pin_read_out"
    SENT_CODE_ASKED = "sent_code_asked"
    SENT_CODE_GIVEN = "sent_code_given"
    SENT_CODE_REFUSED = "sent_code_refused"
    OWN_MESSAGE_ASKED = "own_message_asked"
    OWN_REMINDER_DROPPED = "own_reminder_dropped"
    NOT_ELIGIBLE = "not_eligible"
    CASE_TAKEN_OVER = "case_taken_over"
    CASE_HANDED_OVER = "case_handed_over"
    CASE_TAKEN_BACK = "case_taken_back"
    PROXY_ANSWERS = "proxy_answers"
    ATTEMPT_RECORDED = "attempt_recorded"
    ATTEMPT_UNDONE = "attempt_undone"
    CALLS_DECIDED = "calls_decided"
    CALL_ASKED_FOR = "call_asked_for"

    SENDING_SWITCHED = "sending_switched"
    MESSAGES_SEEN = "messages_seen"
    MESSAGE_HANDED_OVER = "message_handed_over"
    MESSAGE_DECIDED = "message_decided"
    MESSAGES_TAKEN = "messages_taken"
    CHANNEL_ENDED = "channel_ended"
    CHANNEL_OPENED = "channel_opened"


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """Who did what to whom, and when. `staff_id` is set where staff acted, `subject` a reference, a questionnaire or
    the key of a member of staff; neither it nor `detail` holds a name, contact details or answers."""

    id: uuid.UUID
    at: dt.datetime
    actor: ActorKind
    staff_id: uuid.UUID | None
    action: AuditAction
    study: str | None
    subject: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """What a reading of the trail is narrowed to; days are whole ones, in UTC."""

    study: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    actor: ActorKind | None = None
    staff_id: uuid.UUID | None = None
    action: AuditAction | None = None
    subject: str | None = None

    def narrowing(self) -> dict[str, Any]:
        """What it is narrowed by, as the trail keeps it of a reading; not about whom, which may be anything typed."""
        said = {
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "actor": self.actor.value if self.actor else None,
            "staff": str(self.staff_id) if self.staff_id else None,
            "action": self.action.value if self.action else None,
            "about_one": True if self.subject else None,
        }
        return {name: value for name, value in said.items() if value is not None}
