"""Who carries what, by the settings: a way that nobody carries is taken along as a file."""

from __future__ import annotations

from collections.abc import Mapping

from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.sending.ways.carrier import Carrier
from surveyapp.services.sending.ways.mail_server import MailServer
from surveyapp.services.sending.ways.shown import ShownOnly
from surveyapp.settings import Settings

TAKEN_ALONG = "file"
"""What is stored of a message that somebody took along in a file, or printed."""


def carriers(settings: Settings) -> Mapping[SendingWay, Carrier]:
    """The carrier of each way that has one. A mail server goes before Notify."""
    if settings.demo:
        return dict.fromkeys(SendingWay, ShownOnly())
    found: dict[SendingWay, Carrier] = {}
    if settings.notify is not None:
        # Its client takes a while to import, and most installations have none.
        from surveyapp.services.sending.ways.notify import Notify

        for way, template in settings.notify.templates.items():
            found[SendingWay(way)] = Notify(settings.notify.key, settings.notify.url, SendingWay(way), template)
    if settings.mail is not None:
        found[SendingWay.EMAIL] = MailServer(settings.mail.server, settings.mail.sender)
    return found


def carried(settings: Settings) -> frozenset[SendingWay]:
    """The ways that have a carrier."""
    if settings.demo:
        return frozenset(SendingWay)
    ways = {SendingWay(way) for way in settings.notify.templates} if settings.notify else set()
    return frozenset(ways | ({SendingWay.EMAIL} if settings.mail else set()))
