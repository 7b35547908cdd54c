"""The messages of a study as its author wrote them, into the domain's rules."""

from __future__ import annotations

import datetime as dt
import re

from surveyapp.domain.authoring import schema as w
from surveyapp.domain.authoring.yaml_source import Source, shortened
from surveyapp.domain.sending.rules import CallRule, MessageRules, MessageStep, SendingWay, StepKind

_HOURS = re.compile(r"(\d{1,2}):(\d{2}) to (\d{1,2}):(\d{2})")


def message_rules(source: Source, written: w.MessagesW | None) -> MessageRules | None:
    """What a study sends; None where it sends nothing. Hours that cannot be read are a fault in the source's list."""
    if written is None:
        return None
    begins, ends = _hours(source, written.hours)
    return MessageRules(
        begins=begins,
        ends=ends,
        days=frozenset(w.WEEK.index(each) for each in written.days),
        at_most=written.at_most,
        steps=tuple(_step(id, each) for id, each in written.steps.items()),
        calls=None if written.calls is None else CallRule(_days(written.calls.after), tuple(written.calls.groups)),
    )


def _step(id: str, written: w.MessageStepW) -> MessageStep:
    return MessageStep(
        id=id,
        kind=StepKind(written.kind),
        after_days=_days(written.after),
        by=tuple(map(SendingWay, written.by)),
        another=written.another,
        subject=written.subject,
        text=written.text,
        short=written.short,
        groups=tuple(written.groups),
    )


def _days(written: str) -> int:
    return int(written.split()[0])


def _hours(source: Source, written: str) -> tuple[dt.time, dt.time]:
    match = _HOURS.fullmatch(written)
    try:
        begins, ends = (
            (dt.time(int(match[1]), int(match[2])), dt.time(int(match[3]), int(match[4]))) if match else (None, None)
        )
    except ValueError:
        begins, ends = None, None
    if begins is None or ends is None:
        sentence = f"“{shortened(written)}” does not say between which hours. Write them like `9:00 to 19:00`."
        source.fault(("messages", "hours"), "bad_value", sentence)
        return dt.time(9), dt.time(19)
    if begins >= ends:
        sentence = "The hours end before they begin. Write the earlier one first, within one day."
        source.fault(("messages", "hours"), "limits_crossed", sentence)
    return begins, ends
