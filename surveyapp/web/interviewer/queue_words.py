"""What a line of the queue says: why somebody is called now, or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from surveyapp.domain.fieldwork.call_queue import QueuePriority, Unkept
from surveyapp.domain.fieldwork.call_stand import CallHold
from surveyapp.domain.fieldwork.call_wishes import CallWishes
from surveyapp.domain.fieldwork.cases import ANSWERABLE, CaseState
from surveyapp.domain.fieldwork.consequences import ReferralKind
from surveyapp.domain.staff import Staff
from surveyapp.services.fieldwork.call_queue import QueueLine
from surveyapp.web.interviewer.views import language_name
from surveyapp.web.shared.assembly import local_time
from surveyapp.web.shared.language import listed
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.words import OUTCOMES, PREFERRED, STATES

HOLDS: dict[CallHold, LazyString] = {
    CallHold.SUPERVISOR: lazy("All attempts are used up. A supervisor decides whether to go on."),
    CallHold.STOPPED: lazy("It was decided that nobody calls any more."),
    CallHold.NOT_AGAIN: lazy("They do not want to be contacted again. Their link still opens."),
}
BLOCKED: dict[ReferralKind, LazyString] = {
    ReferralKind.WRONG_NUMBER: lazy(
        "The number on record is wrong. Nobody calls them until it is mended. If they ring, they can be interviewed."
    ),
    ReferralKind.MOVED: lazy(
        "They moved. Nobody calls them until it is known how to reach them. If they ring, they can be interviewed."
    ),
    ReferralKind.COMPLAINT: lazy(
        "They complained. Nobody calls or writes to them until a supervisor has decided that."
    ),
}
"""What keeps somebody from being called, for whoever they ring."""

INTERVIEWERS: dict[str, LazyString] = {
    "woman": lazy("Asked for a woman to call."),
    "man": lazy("Asked for a man to call."),
}
DAY = "EEEE d MMMM"
DAY_AND_TIME = "EEEE d MMMM, HH:mm"
SHORT = "EEE d MMM, HH:mm"


def in_the_way(blocked: Collection[ReferralKind]) -> str:
    """All that keeps somebody from being called, in sentences."""
    return " ".join(str(BLOCKED[kind]) for kind in ReferralKind if kind in blocked)


def why_unkept(line: QueueLine) -> str:
    """Why nobody can call at the time that was agreed; nothing where somebody can."""
    zone = line.study.time_zone
    match line.unkept:
        case Unkept.BLOCKED:
            return in_the_way(line.blocked)
        case Unkept.HELD if line.hold is not None:
            return str(HOLDS[line.hold])
        case Unkept.OPENS_LATER:
            day = local_time(line.opens_at, zone, DAY)
            return _("Nobody can call then: these questions open on %(day)s. They are called from then on.", day=day)
        case Unkept.ENDS_BEFORE if line.ends_at is not None:
            day = local_time(line.ends_at - dt.datetime.resolution, zone, DAY)
            return _("Nobody can call then: these questions are open until %(day)s.", day=day)
        case Unkept.PAUSED:
            return _(
                "The touchpoint is paused, and nobody calls. They are called once it goes on, and not before this time."
            )
        case Unkept.OVER:
            return _("Nobody calls them about this any more: %(state)s.", state=str(STATES[line.state]).lower())
    return ""


def why(line: QueueLine, staff: Staff, now: dt.datetime) -> str:
    """Why somebody stands where they do, in a sentence, and in another that nobody can call at the time agreed."""
    said = _why(line, staff, now)
    return f"{said} {why_unkept(line)}" if line.priority is QueuePriority.LATER and line.unkept else said


def _why(line: QueueLine, staff: Staff, now: dt.datetime) -> str:
    zone, stand = line.study.time_zone, line.stand
    if line.state is CaseState.REFUSED and line.priority is None:
        return _("Refused. Nobody calls them, unless they get in touch themselves.")
    if line.state not in ANSWERABLE and line.state is not CaseState.REFUSED:
        return str(STATES[line.state])
    if line.blocked:
        return in_the_way(line.blocked)
    if line.hold is not None:
        return str(HOLDS[line.hold])
    said = (
        {"when": local_time(line.next_at, zone, DAY_AND_TIME), "now": local_time(now, zone, "HH:mm")}
        if line.next_at
        else {}
    )
    match line.priority:
        case QueuePriority.OPEN:
            return _("You have them open.")
        case QueuePriority.APPOINTMENT if stand.keeper == staff.id:
            return _("You agreed on %(when)s, and it is %(now)s.", **said)
        case QueuePriority.APPOINTMENT:
            return _("A time was agreed: %(when)s, and it is %(now)s.", **said)
        case QueuePriority.CALLBACK:
            return _("Asked to be called on %(when)s, and it is %(now)s.", **said)
        case QueuePriority.LATER:
            return _("Asked to be called on %(when)s.", when=said["when"])
        case QueuePriority.BEGUN:
            return _("Began to answer, and did not finish.")
        case QueuePriority.OVERDUE | QueuePriority.WAITING | QueuePriority.IN_WRITING as priority:
            if line.state is CaseState.REFUSED:
                return _("Refused for now two weeks ago, to somebody else. May be asked once more.")
            if priority is QueuePriority.IN_WRITING:
                return _("Wants to be written to first.")
            if stand.tried_at is None:
                return _("Nobody has tried yet.")
            when = local_time(stand.tried_at, zone, DAY_AND_TIME)
            return _("Nobody has tried since %(when)s.", when=when)
        case QueuePriority.RESTING:
            until = local_time(stand.rest_until, zone, SHORT) if stand.rest_until else ""
            return _("Tried just now: let be until %(when)s.", when=until)
        case QueuePriority.OTHER_HOURS:
            if (line.contact.times and line.wishes.begins is not None) or line.wishes.days is not None:
                return _("Asked to be called at other times: %(times)s.", times=line.contact.times)
            return _("It is %(now)s there, outside calling hours.", now=local_time(now, zone, "HH:mm"))
        case QueuePriority.NOT_YET if line.called_from is not None:
            return _("Written to first. Called from %(day)s.", day=local_time(line.called_from, zone, DAY))
        case QueuePriority.ANOTHER:
            if stand.not_by == staff.id:
                return _("Somebody other than you calls next.")
            if line.wishes.interviewer and line.wishes.interviewer != staff.gender:
                return str(INTERVIEWERS[line.wishes.interviewer])
            return _("Speaks %(languages)s.", languages=languages(line.wishes))
        case QueuePriority.TALKING if line.lease is not None:
            until = local_time(line.lease.until, zone, "HH:mm")
            return _("%(name)s has it until %(time)s", name=line.lease.staff_name, time=until)
    return str(STATES[line.state])


def languages(wishes: CallWishes) -> str:
    """The languages somebody speaks, as the reader calls them."""
    return listed(language_name(code) for code in wishes.languages)


def spoken(line: QueueLine) -> str:
    """The languages of a person: as read, or as their record has them."""
    return languages(line.wishes) or line.contact.language


def preferred_way(line: QueueLine) -> str:
    """How and when they like to be reached."""
    way = "" if line.contact.preferred == "phone" else str(PREFERRED.get(line.contact.preferred, ""))
    return listed([way, line.contact.times]) or _("Any time")


def tries(line: QueueLine) -> str:
    """`2 · no answer, Thu 19 Nov`."""
    stand = line.stand
    if stand.tried_at is None or stand.tried_outcome is None:
        return _("None yet")
    word = str(OUTCOMES[stand.tried_outcome]).lower()
    day = local_time(stand.tried_at, line.study.time_zone, "d MMM")
    return _("%(calls)s · %(outcome)s, %(day)s", calls=stand.calls, outcome=word, day=day)


def due_in_words(line: QueueLine, now: dt.datetime) -> tuple[str, bool]:
    """When the answers are due, and whether that is over."""
    if line.next_at is not None:
        return local_time(line.next_at, line.study.time_zone, SHORT), False
    if line.due_at is None:
        return "", False
    zone = runtime().zone(line.study)
    over = (now.astimezone(zone).date() - (line.due_at - dt.datetime.resolution).astimezone(zone).date()).days
    if over > 0:
        return ngettext("%(num)s day over", "%(num)s days over", over), True
    if over == 0:
        return _("Due today"), False
    if over == -1:
        return _("Due tomorrow"), False
    return _("Due %(day)s", day=local_time(line.due_at - dt.datetime.resolution, line.study.time_zone, "d MMM")), False
