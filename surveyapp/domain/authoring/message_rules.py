"""The messages of a study as its author wrote them, into the domain's rules."""

from __future__ import annotations

import datetime as dt
import re

from surveyapp.domain.authoring import study_schema as w
from surveyapp.domain.authoring.yaml_source import Source, shortened
from surveyapp.domain.sending.rules import AddressWindow, CallRule, MessageRules, MessageStep, SendingWay, StepKind

_HOURS = re.compile(r"(\d{1,2}):(\d{2}) to (\d{1,2}):(\d{2})")
_WINDOW = re.compile(r"(\d{1,3}) x (\d{1,3}) mm, (\d{1,3}) from the left, (\d{1,3}) from the top")

SHEET = (210, 297)
"""Width and height of an A4 sheet, mm."""

LEAST_WINDOW = (60, 20)
"""Width and height in which an address can be read, mm."""


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
        window=_window(source, written.window),
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


def _window(source: Source, written: str | None) -> AddressWindow:
    if written is None:
        return AddressWindow()
    match = _WINDOW.fullmatch(written)
    if match is None:
        sentence = (
            f"“{shortened(written)}” does not say where the envelope's window is. Write it like `85 x 45 mm, 20 from "
            "the left, 45 from the top`."
        )
        source.fault(("messages", "window"), "bad_value", sentence)
        return AddressWindow()
    width, height, left, top = map(int, match.groups())
    if width < LEAST_WINDOW[0] or height < LEAST_WINDOW[1] or left + width > SHEET[0] or top + height > SHEET[1] / 2:
        sentence = (
            f"An address needs a window of {LEAST_WINDOW[0]} x {LEAST_WINDOW[1]} mm at least, within the upper half of "
            "an A4 sheet. Measure it on a sheet that is folded as it is posted."
        )
        source.fault(("messages", "window"), "limits_crossed", sentence)
        return AddressWindow()
    return AddressWindow(left=left, top=top, width=width, height=height)
