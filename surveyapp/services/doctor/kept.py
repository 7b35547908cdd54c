"""What is found of what the database holds: the trail, people, studies, messages, what the worker did."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from surveyapp.domain.audit import Operator
from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.security.fitness import (
    CHAIN_AGE,
    DUE_AGE,
    JOB_AGE,
    said_of_age,
)
from surveyapp.domain.staff import Role
from surveyapp.services import worker
from surveyapp.services.doctor import machine
from surveyapp.services.doctor.finding import BETTER, WRONG, Found
from surveyapp.services.jobs.asking import TASK
from surveyapp.services.privacy import rotating
from surveyapp.services.privacy.retention import ANONYMOUS
from surveyapp.services.questionnaires import versions
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import access_keys as known_keys
from surveyapp.services.security.audit_chain import key_fits
from surveyapp.services.sending.ways.chosen import carried
from surveyapp.services.work import Desk
from surveyapp.store import participants, questionnaire_versions, staff
from surveyapp.store.answering import sent
from surveyapp.store.jobs import long_jobs
from surveyapp.store.participants import Sealed
from surveyapp.store.security import audit_chain, erasures, guesses, protection, retiring, sealed_rows
from surveyapp.store.sending import outbox

MOST_NAMED = 5
"""How many people a finding names."""


def trail(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        waiting = audit_chain.unchained(session, 1)
        owns = protection.owns_the_trail(session)
        fits = key_fits(session, runtime.settings.audit_key)
    if not fits:
        yield (
            WRONG,
            "SURVEYAPP_AUDIT_KEY does not fit the last link of the audit trail’s chain: it is another key than that "
            "was made with, or the trail was changed. Nothing is chained.",
            "Put the key back that it was made with. If this is that key, `surveyapp audit verify` says what was "
            "changed.",
        )
    if waiting and runtime.clock() - waiting[0].at > CHAIN_AGE:
        age = said_of_age(runtime.clock() - waiting[0].at)
        todo = (
            f"Have it chained each hour: {machine.by_the_worker(runtime.settings, 'chain')}. Where another machine’s "
            "disk is to hold how far it was, `surveyapp audit chain --head FILE` does both."
        )
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


def people(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        roles = {grant.role for each in staff.everyone(session) if each.active for grant in each.grants}
    if Role.ADMINISTRATOR not in roles:
        yield WRONG, "Nobody can invite staff.", "`surveyapp users add EMAIL --role administrator`"


def keys_of_people(runtime: Runtime) -> Found:
    """Who has no key: destroyed, where somebody was erased, it must never come back; lost, it has to."""
    try:
        there, destroyed = runtime.person_keys.whose(), runtime.person_keys.forgotten()
    except KeyMissing:
        return  # without the file a server does not start, and says so
    with runtime.database.reading() as session:
        back = erasures.still_there(session, destroyed)
        kept = there & erasures.listed(session).keys()
        lost = sealed_rows.people(session) - there - destroyed.keys()
        whose = {each: _named(session, people) for each, people in (("back", back), ("lost", lost))}
    again = "`surveyapp keys replay` erases them again. Put no older file of keys there: it may bring them back."
    if back:
        yield (
            WRONG,
            f"{whose['back']} {'were' if len(back) > 1 else 'was'} erased, and the database has them again: it was "
            "put back from a copy.",
            again,
        )
    if kept:
        yield (
            WRONG,
            f"The keys of {len(kept)} who {'were' if len(kept) > 1 else 'was'} erased are in the file of keys again: "
            "it was put back from a copy, and opens older copies of the database.",
            "`surveyapp keys replay` destroys them again.",
        )
    if lost:
        yield (
            WRONG,
            f"{'The keys of' if len(lost) > 1 else 'The key of'} {whose['lost']} {'are' if len(lost) > 1 else 'is'} "
            "not in the file of keys, nor was destroyed: what is sealed cannot be read, and no message reaches "
            "them.",
            "Put the newest copy of the file of keys that has them in its place, then `surveyapp keys replay`: nothing "
            "else opens what is sealed.",
        )


def contact_keys(runtime: Runtime) -> Found:
    """Whether what is listed opens what was sealed with it."""
    try:
        _opened, shut = runtime.person_keys.tried()
    except KeyMissing:
        return
    if shut:
        yield (
            WRONG,
            f"SURVEYAPP_CONTACT_KEYS does not open people’s keys that are sealed with {', '.join(sorted(shut))}: the "
            "key is not in it, or another stands under its name.",
            "Put the right one back: nothing else opens contact details and words. `surveyapp keys list` counts them.",
        )
    with runtime.database.reading() as session:
        factors = retiring.second_factors(session, "")
    if any(not _opens(runtime, who, sealed) for who, sealed in factors):
        yield (
            WRONG,
            "SURVEYAPP_CONTACT_KEYS does not open second factors of staff, who cannot sign in.",
            "Put back the key that they are sealed with.",
        )


def access_keys(runtime: Runtime) -> Found:
    """Whether what is listed is what links rest on: known by its mark, for what is hashed cannot be tried."""
    for name in known_keys.others(runtime):
        yield (
            WRONG,
            f"SURVEYAPP_ACCESS_KEYS has another key under the name {name} than the one that links, codes and PINs "
            "rest on: none of those opens.",
            "Put the right one back. If it is lost, list this one under another name, first, and give out new links.",
        )


def keys_taken_out(runtime: Runtime) -> Found:
    """What rests on keys that are listed no more."""
    try:
        found = rotating.inventory(Desk(runtime, Operator()))
    except KeyMissing:
        return
    resting: dict[tuple[str, str], list[str]] = {}
    for each in found:
        if each.missing and each.key_id and each.what not in _TRIED:
            what = each.what.removeprefix("rows: ")
            resting.setdefault((each.setting, each.key_id), []).append(f"{what} ({each.count})")
    for (setting, name), several in resting.items():
        yield (
            WRONG,
            f"SURVEYAPP_{setting} lists no key {name} any more, and on it rest: {', '.join(several)}. None of them "
            "opens.",
            "List it again, after the first. `surveyapp keys list` says when nothing rests on it.",
        )


_TRIED = (rotating.OWN_KEYS, rotating.SECOND_FACTORS)
"""What `contact_keys` tells of."""


def _opens(runtime: Runtime, who: uuid.UUID, sealed: Sealed) -> bool:
    try:
        runtime.keyring.unseal(who, "totp", sealed)
    except (KeyError, InvalidTag):
        return False
    return True


def _named(session: Session, people: Collection[uuid.UUID]) -> str:
    """The first few of some people by what they are called, and how many more they are."""
    known = ", ".join(participants.references_by_key(session, sorted(people)[:MOST_NAMED]))
    return known + (f" and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else "")


def guessing(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        unread = guesses.unread(session)
    if unread:
        yield (
            BETTER,
            f"Somebody guesses at codes or passwords, and {unread} alarm{'s' if unread > 1 else ''} nobody has read.",
            "An administrator or supervisor reads them on the page of alarms, which every page of theirs leads to.",
        )


def sending(runtime: Runtime) -> Found:
    settings = runtime.settings
    with runtime.database.reading() as session:
        sending = [study.title for study in runtime.studies.values() if outbox.sends(session, study.id)[0]]
        ways = carried(settings)
        since = outbox.longest_due(session, runtime.origin, list(runtime.studies), runtime.clock(), ways)
    if sending and settings.mail is None and settings.notify is None:
        yield (
            WRONG,
            f"{', '.join(sending)}: sending is switched on, and nothing carries a message.",
            "Set SURVEYAPP_MAIL_SERVER and SURVEYAPP_MAIL_FROM, or SURVEYAPP_NOTIFY_KEY; or switch sending off.",
        )
    elif since is not None and runtime.clock() - since > DUE_AGE:
        yield (
            WRONG,
            f"A message has been due for {said_of_age(runtime.clock() - since)} and was not sent.",
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


def studies(runtime: Runtime) -> Found:
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


def without_a_study(runtime: Runtime) -> Found:
    """Whom the database holds of studies that have no folder any more: nothing says until when."""
    with runtime.database.reading() as session:
        held = participants.counts_by_study(session, runtime.origin, ANONYMOUS)
    for study, several in held.items():
        if study not in runtime.studies:
            yield (
                WRONG,
                f"The database holds {several} {'people' if several > 1 else 'person'} of a study that has no folder "
                f"any more, {study}: nothing of theirs is ever let go, and nobody of them who asks can be erased.",
                f"Put the folder {study} back beside the other studies’, with what its study.yaml says of `retention`, "
                "and restart. It can go once retention has let go of everybody.",
            )


def counts(runtime: Runtime) -> Found:
    with runtime.database.reading() as session:
        several = len(sent.differing(session))
    if several:
        yield (
            WRONG,
            f"{several} case{'s are' if several > 1 else ' is'} counted otherwise than the answers say: whether they "
            "were sent, or how.",
            "`surveyapp migrate` works it out anew. If it comes back, something else writes to the database.",
        )


def jobs(runtime: Runtime) -> Found:
    does = TASK in runtime.settings.worker
    todo = f"Add `{TASK}` to SURVEYAPP_WORKER, and restart it."
    with runtime.database.reading() as session:
        since = long_jobs.waiting_since(session, runtime.clock())
    if since is not None and runtime.clock() - since > JOB_AGE:
        yield (
            WRONG,
            f"What staff asked for, and takes longer than a page waits, has waited for "
            f"{said_of_age(runtime.clock() - since)} and is not done.",
            "`surveyapp worker --status` says whether a worker runs, and its log what it is busy with."
            if does
            else todo,
        )
    elif not does:
        yield (
            BETTER,
            "The worker does not do what takes longer than a page waits, such as a long list.",
            todo,
        )


def worked(runtime: Runtime) -> Found:
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
                "Mend that; it is tried again within ten minutes.",
            )
        elif each.late:
            yield (
                WRONG,
                f"The worker’s task “{each.task}” is late.",
                "Look in its log (journalctl --unit shiftline-worker).",
            )
