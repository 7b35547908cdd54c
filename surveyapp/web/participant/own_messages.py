"""What somebody has sent to themselves from their pages: a receipt, and a reminder to go on."""

from __future__ import annotations

from typing import Protocol

from flask import redirect, request

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.sending.own_reminder import OwnTime
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.web.participant import serving, views
from surveyapp.web.participant.serving import Backend
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.words import worded


class OwnMessageSender(Backend, Protocol):
    """A backend that sends what somebody asks for."""

    def send_receipt(self, way: SendingWay | None) -> None:
        """Raises InputRefused, DoorShut."""

    def remind(self, way: SendingWay | None, when: OwnTime | None) -> None:
        """Raises InputRefused, DoorShut."""

    def drop_reminder(self) -> None:
        """Takes back the reminder that is to come."""


def send_receipt(sender: OwnMessageSender) -> Reply:
    try:
        sender.send_receipt(views.way_in(request.form))
    except InputRefused as refused:
        here = sender.here("done")
        again = sender.asked_again(here)
        return serving.show(sender, "done", here, again=again, receipt_fault=worded(refused.sentence)), 422
    return redirect(sender.address("done", asked="receipt", _anchor="receipt"))


def remind_me(sender: OwnMessageSender) -> Reply:
    written = request.form.get("when", "")
    try:
        sender.remind(views.way_in(request.form), OwnTime(written) if written in set(OwnTime) else None)
    except InputRefused as refused:
        here = sender.here("later")
        return serving.show(sender, "later", here, reminder_fault=worded(refused.sentence), when=written), 422
    return redirect(sender.address("later"))


def drop_reminder(sender: OwnMessageSender) -> Reply:
    sender.drop_reminder()
    return redirect(sender.address("later"))


PAGES: tuple[serving.PageRule[OwnMessageSender], ...] = (
    ("POST", "/done/receipt", send_receipt),
    ("POST", "/later/reminder", remind_me),
    ("POST", "/later/no-reminder", drop_reminder),
)
