"""What is found of servers by asking them: the proxy, the database’s, a standby, mail, a cluster."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

from surveyapp.domain.audit import Operator
from surveyapp.domain.security.fitness import (
    AHEAD,
    CERTIFICATE_LEFT,
    said_of_age,
)
from surveyapp.environment.values import LOCAL
from surveyapp.services.doctor.finding import BETTER, WRONG, Found
from surveyapp.services.results import cluster, standby
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import front_door
from surveyapp.services.sending.ways.mail_server import MailServer
from surveyapp.services.work import Desk
from surveyapp.store.security import heartbeat


def door(runtime: Runtime) -> Found:
    """Goes in by the address that people are given."""
    parts = urlsplit(runtime.settings.public_url)
    if parts.scheme != "https" or parts.hostname is None or parts.hostname in LOCAL:
        return
    try:
        status, until = front_door.meet(parts.hostname, parts.port or 443)
    except ssl.SSLCertVerificationError as error:
        yield (
            WRONG,
            f"The certificate of {parts.hostname} is not believed: {error.verify_message}.",
            "Look in the proxy’s log why it has none of its own (port 80 open, the name pointing here).",
        )
        return
    except OSError:
        yield (
            BETTER,
            f"{runtime.settings.public_url} could not be reached from this machine.",
            "Open it from elsewhere. If that fails too: does the proxy run, the name point here, port 443 stand open?",
        )
        return
    if status != 200:
        yield (
            WRONG,
            f"{runtime.settings.public_url}/health/live answers {status}, and not from Shiftline.",
            "The proxy must hand on the name it was asked for (Host), to where gunicorn listens; see deploy/Caddyfile.",
        )
    if until - runtime.clock() < CERTIFICATE_LEFT:
        yield (
            WRONG,
            f"The certificate of {parts.hostname} ends on {until:%Y-%m-%d}.",
            "Look in the proxy’s log why it was not renewed.",
        )


def clock(runtime: Runtime) -> Found:
    now = runtime.clock()
    with Desk(runtime, Operator()).reading() as work:
        theirs, last = heartbeat.clock(work.session), work.last_noted_at()
    if theirs is not None and abs(theirs - now) > AHEAD:
        apart = said_of_age(abs(theirs - now))
        yield (
            WRONG,
            f"This machine’s clock and the database server’s are {apart} apart.",
            "Set both by NTP (timedatectl).",
        )
    if last is not None and last - now > AHEAD:
        yield (
            WRONG,
            f"The clock stands {said_of_age(last - now)} before the newest entry of the audit trail.",
            "Set it by NTP (timedatectl). What was done meanwhile is dated too late.",
        )


def server(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        if heartbeat.is_overheard(session):
            yield (
                BETTER,
                "What is asked of the database, and what it answers, goes over a network without TLS.",
                "Give its server a certificate, and SURVEYAPP_DATABASE_URL `?sslmode=verify-full&sslrootcert=FILE`.",
            )
        for name, is_now, ought in heartbeat.unsafe_settings(session):
            yield (
                WRONG,
                f"PostgreSQL has {name} = {is_now}: what was answered could be gone after a crash.",
                f"Set {name} = {ought} in postgresql.conf, and restart it.",
            )


def following(runtime: Runtime) -> Found:
    if (problem := standby.problem(runtime)) is not None:
        todo = (
            "Look at it, at how it follows (pg_stat_replication on the primary) and at SURVEYAPP_STANDBY_URL. Until "
            "then results are read from the primary, and their pages say so."
        )
        yield WRONG, problem, todo


def mail(runtime: Runtime) -> Found:
    mail = runtime.settings.mail
    if mail is not None and not MailServer(mail.server, mail.sender, timeout=5).answers():
        todo = (
            "Look at SURVEYAPP_MAIL_SERVER: its name, port and password, whether it offers TLS (without, nothing is "
            "sent but to this machine itself), and whether this machine may reach it."
        )
        yield WRONG, "The mail server does not let us in: messages wait.", todo


def notify(runtime: Runtime) -> Found:
    notify = runtime.settings.notify
    if notify is not None and notify.callback is None:
        yield (
            BETTER,
            "GOV.UK Notify does not tell by itself what came back: e-mails and texts that nobody got count as sent.",
            "Set SURVEYAPP_NOTIFY_CALLBACK, and write that token and the two addresses of README into its callbacks.",
        )


def counting(runtime: Runtime) -> Found:
    address = runtime.settings.cluster
    if address is not None and (problem := cluster.problem(address)) is not None:
        todo = (
            "Start its scheduler and workers with this version of the program, where they see SURVEYAPP_CACHE at the "
            "same path; or unset SURVEYAPP_CLUSTER. Until then large tables are counted here, which takes longer."
        )
        yield WRONG, problem, todo
