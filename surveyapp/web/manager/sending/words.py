"""What the pages of sending call ways, states and reasons."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.sending.asked import AskedFor
from surveyapp.domain.sending.planning import MessageState, WhyNot
from surveyapp.domain.sending.rules import StepKind
from surveyapp.reports.text import names
from surveyapp.services.sending.deciding import MessageDecision
from surveyapp.web.shared.words import in_words

WAYS = in_words(names.WAYS)

KINDS: dict[StepKind, LazyString] = {
    StepKind.INVITE: lazy("Invitation"),
    StepKind.REMIND: lazy("Reminder"),
    StepKind.THANK: lazy("Thanks"),
}

ASKED_FOR: dict[AskedFor, LazyString] = {
    AskedFor.CODE: lazy("Code"),
    AskedFor.RECEIPT: lazy("Receipt"),
    AskedFor.REMINDER: lazy("Reminder"),
}

STATES = in_words(names.MESSAGE_STATES)

TONES = {
    MessageState.SENT: "good",
    MessageState.FAILED: "warn",
    MessageState.UNCERTAIN: "warn",
    MessageState.BOUNCED: "warn",
}
"""The class of a state's tag."""

WHY: dict[WhyNot, LazyString] = {
    WhyNot.ANSWERED: lazy("They have answered"),
    WhyNot.NOT_ANSWERED: lazy("They have not answered yet"),
    WhyNot.STOPPED: lazy("They do not take part"),
    WhyNot.WITHDRAWN: lazy("They withdrew"),
    WhyNot.DECLINED: lazy("They do not want to be contacted again"),
    WhyNot.NOT_ELIGIBLE: lazy("They are not eligible"),
    WhyNot.CLOSED: lazy("The touchpoint has closed for them"),
    WhyNot.PAUSED: lazy("The touchpoint is paused"),
    WhyNot.TOO_LATE: lazy("The touchpoint closes before it would go out"),
    WhyNot.ENOUGH: lazy("They have had as many as the study allows"),
    WhyNot.NO_WAY: lazy("Nothing on record reaches them by any of its ways"),
    WhyNot.BOUNCED: lazy("Messages to them come back"),
    WhyNot.OPTED_OUT: lazy("They want no more messages this way"),
    WhyNot.WRONG_NUMBER: lazy("The number on record is not theirs"),
    WhyNot.MOVED: lazy("They have moved away from the address on record"),
    WhyNot.COMPLAINED: lazy("They complained: a supervisor decides first"),
    WhyNot.NAMES_SITE: lazy("Its first words would name where they belong"),
    WhyNot.REFUSED: lazy("Whoever carries it refused it"),
    WhyNot.DONE: lazy("Done"),
    WhyNot.UNWRITABLE: lazy("No font of this machine has a letter of it, or it cannot be written as an e-mail"),
    WhyNot.NOT_SENT_BEFORE: lazy("The invitation did not reach them"),
}

DECISIONS: dict[MessageDecision, LazyString] = {
    MessageDecision.ARRIVED: lazy("It arrived"),
    MessageDecision.AGAIN: lazy("Send it again"),
    MessageDecision.LEFT: lazy("Leave it"),
}
