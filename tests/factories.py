"""Plain functions that make what a test needs."""

from __future__ import annotations

import atexit
import base64
import contextlib
import dataclasses
import datetime as dt
import functools
import hashlib
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import argon2
import pyotp
from sqlalchemy import Table, event, select
from sqlalchemy.orm import Session

from surveyapp.domain.answers import Answer, Mode
from surveyapp.domain.audit import AuditAction, ByLink, Operator
from surveyapp.domain.authoring.loader import load_studies
from surveyapp.domain.entry.doors import Familiarity
from surveyapp.domain.entry.pins import Pin
from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.instrument.routing import NOT_ASKED
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.participants import Participant, Site
from surveyapp.domain.staff import OF_THE_INSTALLATION, Grant, Role, Scope, Staff
from surveyapp.services import keyring
from surveyapp.services.cases import scheduling
from surveyapp.services.participants import links
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.responses import survey_session
from surveyapp.services.responses.survey_session import ByInterviewer
from surveyapp.services.runtime import Clock, Runtime, build
from surveyapp.services.security import sessions
from surveyapp.services.work import Desk
from surveyapp.settings import ROOT, Settings, from_environment
from surveyapp.store import cases, participants, responses
from surveyapp.store import staff as staff_store
from surveyapp.store.database import new_id
from surveyapp.store.entry import pins
from surveyapp.store.security import audit
from surveyapp.store.sign_in import recovery_codes
from surveyapp.store.tables import Base
from tests.databases import quick_folder

KEY = base64.b64encode(b"k" * 32).decode()
PASSWORD = "correct horse battery staple"
TOTP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STUDY = "job_rotation"

# Argon2id as slow as it should be would be most of what signing in costs a test.
keyring._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
AS_SLOW_AS_IT_SHOULD_BE, keyring.STRETCHING = keyring.STRETCHING, (1, 8, 1)
_PASSWORD_HASH = keyring.hash_password(PASSWORD)
_numbers = itertools.count(1)


def environment(database_url: str) -> dict[str, str]:
    """The environment of an installation on a database."""
    return {
        "SURVEYAPP_SECRET_KEY": "s" * 40,
        "SURVEYAPP_ACCESS_KEYS": f"first:{KEY}",
        "SURVEYAPP_CONTACT_KEYS": f"first:{KEY}",
        "SURVEYAPP_AUDIT_KEY": KEY,
        "SURVEYAPP_DATABASE_URL": database_url,
        **({} if database_url.startswith("sqlite") else _beside(database_url)),
    }


def _beside(database_url: str) -> dict[str, str]:
    """A cache and people's keys of a database's own, which go with the process; SQLite has them beside its file."""
    place = Path(_CACHES.name) / hashlib.sha256(database_url.encode()).hexdigest()[:16]
    return {"SURVEYAPP_CACHE": str(place), "SURVEYAPP_PERSON_KEYS": f"{place}.keys"}


_CACHES = tempfile.TemporaryDirectory(prefix="shiftline-cache-", dir=quick_folder(), ignore_cleanup_errors=True)
atexit.register(_CACHES.cleanup)


UNUSED = f"sqlite:///{_CACHES.name}/unused.db"
"""Of a database that nothing is asked of."""


def create_settings(database_url: str = UNUSED, **changes: object) -> Settings:
    return dataclasses.replace(from_environment(environment(database_url)), **changes)  # type: ignore[arg-type]


def create_runtime(
    database_url: str, clock: Clock, questionnaires: Path = ROOT / "questionnaires", **changes: object
) -> Runtime:
    settings = create_settings(database_url, questionnaires=questionnaires, **changes)
    # The product's own studies cannot change while tests run: they are read once a process.
    studies = _own_studies() if questionnaires == ROOT / "questionnaires" else load_studies(questionnaires)
    made = build(settings, clock, studies)
    made.person_keys.file.create()
    return made


def operator(runtime: Runtime) -> Desk:
    """Where whoever runs the installation acts from."""
    return Desk(runtime, Operator())


@functools.cache
def _own_studies() -> dict[str, Study]:
    return load_studies(ROOT / "questionnaires")


def open_questionnaires(runtime: Runtime, study: str = STUDY) -> None:
    """Opens every questionnaire of a study. The product's own, which cannot change while tests run, are opened once a
    process; later databases get the same rows, with the moments of their own clock."""
    if runtime.studies is _own_studies():
        now = runtime.clock()
        if study not in _opened:
            before = _rows(runtime)
            # At one moment, however long it takes: a clock may be the machine's.
            _open(dataclasses.replace(runtime, clock=lambda: now), study)
            made = [
                (table, [row for row in rows if row not in before[table]]) for table, rows in _rows(runtime).items()
            ]
            _opened[study] = now, made
        else:
            _open_again(runtime, study, now)
        return
    _open(runtime, study)


def _open_again(runtime: Runtime, study: str, now: dt.datetime) -> None:
    """Stores what came of opening it before. What a driver is given for that is made once for a moment and a kind of
    database: to write questionnaires out as JSON is half of what it takes."""
    then, made = _opened[study]
    with runtime.database.engine.begin() as connection:
        key = study, connection.dialect.name, now
        if key in _given:
            for statement, parameters in _given[key]:
                connection.exec_driver_sql(statement, parameters)
            return
        given: list[tuple[str, Any]] = []
        event.listen(connection, "before_cursor_execute", lambda _c, _cursor, *said: given.append(said[:2]))
        for table, rows in made:
            if rows:
                connection.execute(table.insert(), [_later(row, now - then) for row in rows])
    _given[key] = given


def _later(row: dict[str, Any], by: dt.timedelta) -> dict[str, Any]:
    return {name: value + by if isinstance(value, dt.datetime) else value for name, value in row.items()}


def _rows(runtime: Runtime) -> dict[Table, list[dict[str, Any]]]:
    with runtime.database.engine.connect() as connection:
        return {
            table: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in Base.metadata.sorted_tables
        }


_opened: dict[str, tuple[dt.datetime, list[tuple[Table, list[dict[str, Any]]]]]] = {}
"""By study: when its questionnaires were opened, and the rows that came of it."""


_given: dict[tuple[str, str, dt.datetime], list[tuple[str, Any]]] = {}
"""By study, kind of database and moment: statements, and what goes with each, as the driver takes them."""


def _open(runtime: Runtime, study: str) -> None:
    for name in sorted({name for name, _ in runtime.study(study).questionnaires}):
        questionnaire_versions.open_newest(operator(runtime), study, name)


def create_site(runtime: Runtime, reference: str = "SM", size: str = "sme", asks_uc: str = "yes") -> Site:
    with runtime.database.writing() as session:
        return participants.add_site(
            session,
            STUDY,
            reference,
            f"Employer {reference}",
            {"employer_size": size, "asks_uc": asks_uc},
            runtime.clock().date(),
        )


def create_participant(
    runtime: Runtime,
    group: str = "backfill",
    site: Site | None = None,
    attributes: Mapping[str, str] | None = None,
    reference: str | None = None,
    study_id: str = STUDY,
) -> Participant:
    """A participant enrolled today, with the cases that follow from it."""
    study = runtime.study(study_id)
    prefix = next(each.reference_prefix for each in study.groups if each.id == group)
    participant = Participant(
        id=new_id(),
        study=study.id,
        group=group,
        reference=reference or f"{prefix}-{next(_numbers):04d}",
        origin=runtime.origin,
        enrolled_on=runtime.today(study),
        site=site,
        attributes=attributes or {},
    )
    with operator(runtime).writing() as work:
        participants.add_participant(work.session, participant)
        scheduling.plan_cases(work, participant)
    return participant


def create_link(runtime: Runtime, participant: Participant, touchpoint: int = 1) -> str:
    """A link's path (`/s/…`) to a participant's case."""
    with operator(runtime).writing() as work:
        case = next(each for each in cases.cases_of(work.session, participant.id) if each.touchpoint == touchpoint)
        given = links.issue(work, participant, case, AccessKind.LINK)
    assert given.link is not None
    return given.link


def create_code(runtime: Runtime, participant: Participant, touchpoint: int = 1) -> str:
    """A code to type at /start, as it is given out."""
    with operator(runtime).writing() as work:
        case = next(each for each in cases.cases_of(work.session, participant.id) if each.touchpoint == touchpoint)
        given = links.issue(work, participant, case, AccessKind.CODE)
    assert given.code is not None
    return given.code


def begin_session(runtime: Runtime, staff: Staff) -> str:
    """Signs somebody in, past every step of it; returns their session's token."""
    with operator(runtime).writing() as work:
        return sessions.begin_staff(work, staff, sessions.Browser()).token


def by_link(runtime: Runtime, participant: Participant, touchpoint: int = 1) -> ByLink:
    """The participant answering for themselves, and known by their PIN."""
    return known_by(runtime, create_link(runtime, participant, touchpoint))


def known_by(runtime: Runtime, link: str) -> ByLink:
    """Whoever has a link and gave the PIN: it opens everything."""
    return ByLink(access_id=links.open_link(runtime, link.removeprefix("/s/")), by=Familiarity.PROVEN)


def set_pin(runtime: Runtime, participant: Participant, digits: str) -> None:
    """The PIN that somebody chose when they began."""
    hashed = runtime.keyring.pin_hash(participant.id, digits)
    with runtime.database.writing() as session:
        pins.set_pin(session, Pin(participant_id=participant.id, hashed=hashed, set_at=runtime.clock()))


def by_interviewer(
    staff: Staff, participant: Participant, touchpoint: int = 1, mode: Mode = Mode.PHONE
) -> ByInterviewer:
    return ByInterviewer(staff=staff, study=STUDY, reference=participant.reference, touchpoint=touchpoint, mode=mode)


def create_staff(
    runtime: Runtime,
    *roles: Role,
    email: str | None = None,
    site: Site | None = None,
    study: str = STUDY,
    second_factor: bool | None = None,
    more: Iterable[Grant] = (),
) -> Staff:
    """Somebody who signs in with `PASSWORD` and, unless said otherwise or in a demonstration, `next_code`."""
    name = email or f"{roles[0].value if roles else 'nobody'}{next(_numbers)}@example.org"
    with runtime.database.writing() as session:
        made = staff_store.add_staff(
            session,
            name,
            name.partition("@")[0].title(),
            _PASSWORD_HASH,
            [*(grant_of(role, study, site) for role in roles), *more],
            runtime.clock(),
        )
        if not (not runtime.settings.demo if second_factor is None else second_factor):
            return made
        staff_store.set_totp(session, made.id, runtime.keyring.seal(made.id, "totp", TOTP_KEY))
        recovery_codes.replace(session, made.id, b"salt", [b"no code has this hash"], runtime.clock())
    return dataclasses.replace(made, second_factor=True)


def grant_of(role: Role, study: str, site: Site | None = None) -> Grant:
    """A role in the study; in the whole installation where it can be in none."""
    return Grant(role, None) if role in OF_THE_INSTALLATION else Grant(role, study, site.id if site else None)


def next_code(runtime: Runtime, email: str) -> str:
    """The earliest code that the second factor of somebody made here still takes: signing in again at the same moment
    needs another one."""
    totp = pyotp.TOTP(TOTP_KEY)
    with runtime.database.reading() as session:
        found = staff_store.credentials(session, email)
    now = totp.timecode(runtime.clock())
    used = found.totp_last_step if found else None
    return totp.generate_otp(now - 1 if used is None else max(now - 1, used + 1))


def everyone(runtime: Runtime) -> Scope:
    """Every participant of the study, whoever looks."""
    return Scope(STUDY, runtime.origin)


def submitted(runtime: Runtime, session: Session, scope: Scope) -> list[cases.CaseOverview]:
    """The cases whose response was handed in."""
    today = runtime.today(runtime.study(STUDY))
    return [each for each in cases.overviews(session, scope, today) if each.response_state == "submitted"]


@contextlib.contextmanager
def counted(runtime: Runtime) -> Iterator[list[str]]:
    """Collects the statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(runtime.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(runtime.database.engine, "before_cursor_execute", note)


def stored(runtime: Runtime, participant: Participant) -> tuple[dict[str, Answer], int]:
    """Somebody's current answers, *not asked* left out, and how many saves there were."""
    visit = survey_session.visit(runtime, by_link(runtime, participant))
    with runtime.database.reading() as session:
        current = responses.current_answers(session, visit.ready[2].id)
    return {key: answer for key, answer in current.items() if answer != NOT_ASKED}, visit.ready[2].revision


def actions(runtime: Runtime, person: Participant) -> list[AuditAction]:
    """What the trail has of somebody, oldest first."""
    with runtime.database.reading() as session:
        return [each.action for each in audit.about(session, person.study, person.reference)]
