"""A code to get in with: asked for here, sent to the contact on record, and given here."""

from __future__ import annotations

from typing import Protocol

from flask import redirect, request

from surveyapp.domain.entry.doors import Door
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.responses.sent_codes import AskedCode, CodeStand
from surveyapp.services.responses.survey_session import Visit
from surveyapp.web.participant import serving, views
from surveyapp.web.participant.getting_in import CHOSEN, Errand, came_to_leave, errand, let_in_to
from surveyapp.web.participant.serving import Backend
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.words import worded


class CodeSender(Backend, Protocol):
    """A backend that has codes sent."""

    def code_stand(self) -> CodeStand:
        """Raises DoorShut where a code leads no further."""

    def ask_for_code(self, way: SendingWay | None) -> AskedCode:
        """Raises InputRefused, DoorShut."""

    def give_code(self, typed: str) -> Visit:
        """Raises InputRefused, DoorShut."""


def code(sender: CodeSender) -> Reply:
    """How to have one sent and, once one was asked for, where it is written."""
    return _code(sender)


def _code(sender: CodeSender, *, way_fault: str = "", code_fault: str = "", shown: str = "") -> str:
    stand = sender.code_stand()
    return serving.show(
        sender,
        "code",
        stand.visit,
        stand=stand,
        way_fault=way_fault,
        code_fault=code_fault,
        shown=shown,
        wanted=errand(),
        **came_to_leave(stand.visit),
    )


def _in_another_language(sender: CodeSender) -> Reply:
    return serving.again(sender.address("code", wanted=errand()), request.form.get(CHOSEN))


def ask_for_code(sender: CodeSender) -> Reply:
    if sender.language_chosen():
        return _in_another_language(sender)
    try:
        asked = sender.ask_for_code(views.way_in(request.form))
    except InputRefused as refused:
        return _code(sender, way_fault=worded(refused.sentence)), 422
    return _code(sender, shown=asked.shown) if asked.shown else redirect(sender.address("code", wanted=errand()))


def give_code(sender: CodeSender) -> Reply:
    if sender.language_chosen():
        return _in_another_language(sender)
    try:
        before = sender.give_code(request.form.get("code", ""))
    except InputRefused as refused:
        return _code(sender, code_fault=worded(refused.sentence)), 422
    wanted = errand() or (Errand.YOURS if before.door is Door.QUESTIONS else None)
    return let_in_to(sender, before, wanted, "answers" if before.submitted else "survey")


PAGES: tuple[serving.PageRule[CodeSender], ...] = (
    ("GET", "/code", code),
    ("POST", "/code", ask_for_code),
    ("POST", "/code/given", give_code),
)
