"""Looks at all that an installation rests on, and says in sentences what is not right for real use, and what to do.

Nothing is changed but the heartbeat, which shows that the database takes a write.
"""

from __future__ import annotations

import os
import shutil
import ssl
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from surveyapp.domain.audit import Operator
from surveyapp.domain.errors import DatabaseUnavailable
from surveyapp.domain.security.fitness import (
    AHEAD,
    BACKUP_AGE,
    CERTIFICATE_LEFT,
    CHAIN_AGE,
    DUE_AGE,
    LEAST_FREE,
    LEAST_SIGNS,
    Finding,
    Weight,
    said_of_age,
)
from surveyapp.domain.staff import Role, Scope
from surveyapp.environment.values import LOCAL
from surveyapp.services import readiness, worker
from surveyapp.services.questionnaires import versions
from surveyapp.services.results import cluster, standby
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import backup_folder, front_door
from surveyapp.services.sending.ways.chosen import carried
from surveyapp.services.sending.ways.mail_server import MailServer
from surveyapp.services.work import Desk
from surveyapp.store import questionnaire_versions, staff
from surveyapp.store.answering import sent
from surveyapp.store.database import file_of
from surveyapp.store.security import audit_chain, guesses, heartbeat, protection
from surveyapp.store.sending import outbox

Found = Iterator[tuple[Weight, str, str]]
WRONG, BETTER = Weight.WRONG, Weight.BETTER


def look(runtime: Runtime) -> list[Finding]:
    """All that is found, what is wrong first. A database that cannot be opened is a finding, too."""
    found = list(_all(runtime, (_address, _door, _keys, _files, _disks, _backups, _passwords, _mail, _cluster)))
    try:
        problem = readiness.problem(runtime)
        if problem is None:
            lately = (_sending, _server, _standby, _worker, _notify)
            found += _all(runtime, (_clock, _trail, _people, _guesses, _studies, _counts, *lately))
        else:
            found.append(Finding(WRONG, "The database cannot serve.", problem))
    except DatabaseUnavailable as error:
        found.append(Finding(WRONG, "The database cannot serve.", str(error)))
    return sorted(found, key=lambda each: each.weight is not WRONG)


def _all(runtime: Runtime, looks: tuple[Callable[[Runtime], Found], ...]) -> Iterator[Finding]:
    for each in looks:
        for finding in each(runtime):
            yield Finding(*finding)


def _address(runtime: Runtime) -> Found:
    settings = runtime.settings
    parts = urlsplit(settings.public_url)
    if settings.demo:
        yield (
            WRONG,
            "This is a demonstration.",
            "Unset SURVEYAPP_DEMO: it takes no second factor and sends cookies open.",
        )
    elif parts.hostname in LOCAL:
        yield (
            WRONG,
            f"People are given links to {settings.public_url}, which is each reader’s own machine.",
            "Set SURVEYAPP_PUBLIC_URL to the address that people open, with https://.",
        )
    if parts.scheme == "https" and settings.proxies > 1:
        yield (
            BETTER,
            f"Headers of {settings.proxies} proxies are believed. If fewer stand before it, any visitor can say which "
            "address they come from, and guess as fast as they like.",
            "Set SURVEYAPP_PROXIES to how many there are, each of which adds to X-Forwarded-For.",
        )
    if parts.scheme == "https" and settings.proxies == 0:
        yield (
            BETTER,
            "No proxy is believed: every visitor has the proxy’s address, and guesses are slowed for all together.",
            "Set SURVEYAPP_PROXIES to how many proxies stand before it (mostly 1).",
        )


def _door(runtime: Runtime) -> Found:
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


def _keys(runtime: Runtime) -> Found:
    """One secret in two places falls with the weaker of them."""
    settings = runtime.settings
    used: dict[bytes, str] = {}
    several = {"ACCESS_KEYS": settings.access_keys.values(), "CONTACT_KEYS": settings.contact_keys.values()}
    named = [(name, key) for name, keys in several.items() for key in set(keys)]
    named += [("AUDIT_KEY", settings.audit_key), ("SECRET_KEY", settings.secret_key.encode())]
    for name, key in named:
        if key in used:
            yield (
                WRONG,
                f"SURVEYAPP_{used[key]} and SURVEYAPP_{name} hold the same key: whoever learns one has both.",
                "Give one of them a key of its own (`openssl rand -base64 32`), and `surveyapp keys list` for what "
                "rests on it.",
            )
        used.setdefault(key, name)
        if len(set(key)) < LEAST_SIGNS:
            yield (
                WRONG,
                f"SURVEYAPP_{name} is not random: it is made of {len(set(key))} different signs.",
                "Make another with `openssl rand -base64 32`, and `surveyapp keys list` for how it is changed.",
            )


def _files(runtime: Runtime) -> Found:
    settings = runtime.settings
    if os.geteuid() == 0:
        yield BETTER, "This runs as root.", "Run it as a user of its own, who owns its files and nothing else."
    kept = [("the database", file_of(settings.database_url)), ("people’s keys", settings.person_keys)]
    kept += [("what results are counted from", settings.cache), ("the folder of backups", settings.backups)]
    for what, path in kept:
        if path is None or not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            todo = f"chmod {'700' if path.is_dir() else '600'} {path}"
            yield WRONG, f"Others on this machine can open {what} ({path}, {mode:o}).", todo
        if not os.access(path, os.W_OK):
            yield (
                WRONG,
                f"This user cannot write to {what} ({path}).",
                "Run this as the user that serves; if it is that one, chown it to them.",
            )
    if settings.backups.resolve() in settings.person_keys.resolve().parents:
        yield (
            WRONG,
            "People’s keys lie in the folder of backups: whoever was erased could be read in an older copy of it.",
            "Set SURVEYAPP_PERSON_KEYS to a file elsewhere, and move it there.",
        )
    if settings.secret_keys_before:
        yield (
            BETTER,
            "Older session keys are still accepted.",
            "A day after the change, unset SURVEYAPP_SECRET_KEYS_BEFORE.",
        )


def _disks(runtime: Runtime) -> Found:
    settings = runtime.settings
    places = [file_of(settings.database_url), settings.person_keys, settings.cache, settings.backups]
    seen: set[int] = set()
    for place in places:
        there = None if place is None else _nearest(place)
        if there is None or there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = shutil.disk_usage(there).free
        if free < LEAST_FREE:
            yield WRONG, f"The disk of {there} has {free // 1024**2} MiB left.", "Make room, or move to a larger one."


def _nearest(path: Path) -> Path:
    """A path, or the folder above it that is there."""
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())


def _backups(runtime: Runtime) -> Found:
    settings = runtime.settings
    if not settings.backup_recipients and not settings.demo:
        yield (
            WRONG,
            "No backup can be made: nobody is named to encrypt it to.",
            "`surveyapp backup key FILE` on another machine, then set SURVEYAPP_BACKUP_RECIPIENT here.",
        )
        return
    there = backup_folder.backups_in(settings.backups)
    if not there:
        todo = "`surveyapp backup create`, and have it made each night (deploy/ has a timer)."
        yield WRONG, f"There is no backup in {settings.backups}.", todo
        return
    age = runtime.clock() - backup_folder.moment_of(there[-1])
    if age > BACKUP_AGE:
        todo = (
            "Look why it is not made each night: the timer’s log, room on the disk, `surveyapp backup create` by hand."
        )
        yield WRONG, f"The newest backup is {said_of_age(age)} old.", todo
    if not backup_folder.is_undamaged(there[-1]):
        yield WRONG, f"{there[-1]} is damaged.", "Look at its disk, and make another one."
    database = file_of(settings.database_url)
    if database is not None and database.exists() and database.stat().st_dev == there[-1].stat().st_dev:
        yield (
            BETTER,
            "Backups lie on the disk of the database: what takes one takes both.",
            "Set SURVEYAPP_BACKUPS to another disk, or copy them away each night.",
        )


def _passwords(runtime: Runtime) -> Found:
    if runtime.settings.breached_passwords is None and runtime.settings.provider is None:
        yield (
            BETTER,
            "Stolen passwords can be chosen, but for the commonest.",
            "Set SURVEYAPP_BREACHED_PASSWORDS to a folder that Have I Been Pwned’s downloader filled.",
        )


def _clock(runtime: Runtime) -> Found:
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


def _trail(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        waiting = audit_chain.unchained(session, 1)
        owns = protection.owns_the_trail(session)
    if waiting and runtime.clock() - waiting[0].at > CHAIN_AGE:
        age = said_of_age(runtime.clock() - waiting[0].at)
        todo = "`surveyapp audit chain --head FILE` each hour (deploy/ has a timer), FILE on another machine’s disk."
        yield (
            WRONG,
            f"Entries of the audit trail have not been chained for {age}: until then they can be changed unseen.",
            todo,
        )
    if owns:
        yield (
            BETTER,
            "The database user that serves owns the audit trail, and could take its protection off.",
            "Serve as another user, and `surveyapp audit protect --role THAT_USER` as the owner.",
        )


def _people(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        roles = {grant.role for each in staff.everyone(session) if each.active for grant in each.grants}
    if Role.ADMINISTRATOR not in roles:
        yield WRONG, "Nobody can invite staff.", "`surveyapp users add EMAIL --role administrator`"


def _guesses(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        unread = guesses.unread(session)
    if unread:
        yield (
            BETTER,
            f"Somebody guesses at codes or passwords, and {unread} alarm{'s' if unread > 1 else ''} nobody has read.",
            "An administrator or supervisor reads them on the page of alarms, which every page of theirs leads to.",
        )


def _sending(runtime: Runtime) -> Found:
    settings = runtime.settings
    with runtime.database.reading() as session:
        sending = [study.title for study in runtime.studies.values() if outbox.sends(session, study.id)[0]]
        waiting = [
            each.due_at
            for study in runtime.studies
            for each in outbox.waiting(session, Scope(study, runtime.origin), runtime.clock(), carried(settings), 1)
        ]
    if sending and settings.mail is None and settings.notify is None:
        yield (
            WRONG,
            f"{', '.join(sending)}: sending is switched on, and nothing carries a message.",
            "Set SURVEYAPP_MAIL_SERVER and SURVEYAPP_MAIL_FROM, or SURVEYAPP_NOTIFY_KEY; or switch sending off.",
        )
    elif sending and waiting and runtime.clock() - min(waiting) > DUE_AGE:
        yield (
            WRONG,
            f"A message has been due for {said_of_age(runtime.clock() - min(waiting))} and was not sent.",
            "`surveyapp messages plan` says why; `surveyapp worker --status` whether anybody sends.",
        )
    if sending and settings.mail is not None and settings.mailbox is None:
        yield (
            BETTER,
            "Nobody looks whether participants answer STOP, or whether what is sent comes back.",
            "Set SURVEYAPP_MAILBOX to where answers to SURVEYAPP_MAIL_FROM arrive.",
        )
    if sending and "messages" not in settings.worker:
        yield (
            WRONG,
            "Sending is switched on, and the worker does not send.",
            "Add `messages` to SURVEYAPP_WORKER, and restart it.",
        )


def _studies(runtime: Runtime) -> Found:
    for study in runtime.studies.values():
        for sentence in versions.disagreements(runtime, study.id):
            yield (
                WRONG,
                f"{study.title}: {sentence}",
                f"`surveyapp questionnaires check`, then history and open of {study.id}.",
            )
        with runtime.database.reading() as session:
            closed = [
                each.questionnaire
                for each in study.touchpoints
                if questionnaire_versions.open_version(session, study.id, each.questionnaire) is None
            ]
        if closed:
            what = ", ".join(dict.fromkeys(closed))
            todo = f"`surveyapp questionnaires open {study.id} {closed[0]}` when it is to be asked."
            yield BETTER, f"{study.title}: nothing is open of {what}, so nobody can answer it.", todo


def _counts(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        several = len(sent.differing(session))
    if several:
        yield (
            WRONG,
            f"{several} case{'s are' if several > 1 else ' is'} counted otherwise than the answers say: whether they "
            "were sent, or how.",
            "`surveyapp migrate` works it out anew. If it comes back, something else writes to the database.",
        )


def _server(runtime: Runtime) -> Found:
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


def _worker(runtime: Runtime) -> Found:
    own, *tasks = worker.standing(Desk(runtime, Operator()))
    if own.late:
        ago = None if own.done_at is None else said_of_age(runtime.clock() - own.done_at)
        seen = "No worker has ever been seen" if ago is None else f"No worker has been seen for {ago}"
        todo = (
            "Start it: `systemctl enable --now shiftline-worker`, or `surveyapp worker` by whatever keeps it running."
        )
        yield WRONG, f"{seen}: nothing is sent, and nothing happens by itself.", todo
        return
    for each in tasks:
        if each.failed:
            yield (
                WRONG,
                f"The worker’s task “{each.task}” failed: {each.failed}",
                "Mend that; the next round tries again.",
            )
        elif each.late:
            yield (
                WRONG,
                f"The worker’s task “{each.task}” is late.",
                "Look in its log (journalctl --unit shiftline-worker).",
            )


def _standby(runtime: Runtime) -> Found:
    if (problem := standby.problem(runtime)) is not None:
        todo = (
            "Look at it, at how it follows (pg_stat_replication on the primary) and at SURVEYAPP_STANDBY_URL. Until "
            "then results are read from the primary, and their pages say so."
        )
        yield WRONG, problem, todo


def _notify(runtime: Runtime) -> Found:
    notify = runtime.settings.notify
    if notify is not None and notify.callback is None:
        yield (
            BETTER,
            "GOV.UK Notify does not tell by itself what came back: e-mails and texts that nobody got count as sent.",
            "Set SURVEYAPP_NOTIFY_CALLBACK, and write that token and the two addresses of README into its callbacks.",
        )


def _cluster(runtime: Runtime) -> Found:
    address = runtime.settings.cluster
    if address is not None and (problem := cluster.problem(address)) is not None:
        todo = (
            "Start its scheduler and workers with this version of the program, where they see SURVEYAPP_CACHE at the "
            "same path; or unset SURVEYAPP_CLUSTER. Until then large tables are counted here, which takes longer."
        )
        yield WRONG, problem, todo


def _mail(runtime: Runtime) -> Found:
    mail = runtime.settings.mail
    if mail is not None and not MailServer(mail.server, mail.sender, timeout=5).answers():
        todo = (
            "Look at SURVEYAPP_MAIL_SERVER: its name, port and password, whether it offers TLS (without, nothing is "
            "sent but to this machine itself), and whether this machine may reach it."
        )
        yield WRONG, "The mail server does not let us in: messages wait.", todo
