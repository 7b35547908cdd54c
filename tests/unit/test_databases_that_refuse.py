"""Every way in which a database refuses has its own sentence, and is told from the others by what its driver says."""

from __future__ import annotations

import pickle
import sqlite3
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg import errors

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.services.readiness import PASSING
from surveyapp.services.security.operating import NOTHING_OF_OURS
from surveyapp.store.connecting.unavailable import fault_of, unfit

AT = 'connection failed: connection to server at "10.0.0.5", port 5432 failed: '

SAID_WHERE_NOBODY_WAS_LET_IN = [
    ('FATAL:  password authentication failed for user "study"', DatabaseFault.PASSWORD),
    ("fe_sendauth: no password supplied", DatabaseFault.PASSWORD),
    ("FATAL:  SASL authentication failed", DatabaseFault.PASSWORD),
    ('FATAL:  role "study" does not exist', DatabaseFault.ROLE),
    ('FATAL:  role "study" is not permitted to log in', DatabaseFault.ROLE),
    ('FATAL:  database "shiftline" does not exist', DatabaseFault.NO_DATABASE),
    ('FATAL:  permission denied for database "shiftline"', DatabaseFault.NOT_PERMITTED),
    ("FATAL:  sorry, too many clients already", DatabaseFault.CONNECTIONS),
    (
        "FATAL:  remaining connection slots are reserved for non-replication superuser connections",
        DatabaseFault.CONNECTIONS,
    ),
    ('FATAL:  too many connections for role "study"', DatabaseFault.CONNECTIONS),
    (
        'FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "study", database "shiftline", no encryption',
        DatabaseFault.DOOR,
    ),
    ('FATAL:  Ident authentication failed for user "study"', DatabaseFault.DOOR),
    ('FATAL:  database "shiftline" is not currently accepting connections', DatabaseFault.DOOR),
    ("server does not support SSL, but SSL was required", DatabaseFault.TLS),
    ("SSL error: certificate verify failed", DatabaseFault.TLS),
    ('server certificate for "other" does not match host name "10.0.0.5"', DatabaseFault.TLS),
    ('root certificate file "/etc/ca.pem" does not exist', DatabaseFault.TLS),
    ("SSL error: unexpected eof while reading", None),
    ("FATAL:  the database system is starting up", DatabaseFault.STARTING),
    ("FATAL:  the database system is not yet accepting connections", DatabaseFault.STARTING),
    ("session is read-only", DatabaseFault.STANDBY),
    ("failed to resolve host 'databse': [Errno -2] Name or service not known", DatabaseFault.UNKNOWN_HOST),
    ('invalid sslmode value: "always"', DatabaseFault.ADDRESS),
    ("received invalid response to SSL negotiation: H", DatabaseFault.ADDRESS),
    ("Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?", None),
    (
        "Connection refused\nMultiple connection attempts failed. All failures were:\n- host: 'one': Connection refused"
        "\n- host: 'two': session is read-only",
        DatabaseFault.STANDBY,
    ),
]


@pytest.mark.parametrize(("said", "fault"), SAID_WHERE_NOBODY_WAS_LET_IN)
def test_whoever_is_not_let_in_is_told_why_by_the_servers_words(said: str, fault: DatabaseFault | None) -> None:
    """None: it does not answer, which the engine says of all that is left."""
    assert fault_of(psycopg.OperationalError(AT + said)) is fault


def test_a_password_that_is_lacking_is_known_in_any_language() -> None:
    said = AT + "FATAL:  Passwort-Authentifizierung für Benutzer »study« fehlgeschlagen"
    assert fault_of(psycopg.OperationalError(said)) is None
    lacking: Any = SimpleNamespace(needs_password=True)
    assert fault_of(psycopg.OperationalError(said, pgconn=lacking)) is DatabaseFault.PASSWORD


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (errors.InvalidPassword, DatabaseFault.PASSWORD),
        (errors.InvalidAuthorizationSpecification, DatabaseFault.DOOR),
        (errors.InvalidCatalogName, DatabaseFault.NO_DATABASE),
        (errors.DatabaseDropped, DatabaseFault.NO_DATABASE),
        (errors.InvalidSchemaName, DatabaseFault.NO_SCHEMA),
        (errors.InsufficientPrivilege, DatabaseFault.NOT_PERMITTED),
        (errors.UndefinedTable, DatabaseFault.NOT_MIGRATED),
        (errors.TooManyConnections, DatabaseFault.CONNECTIONS),
        (errors.OutOfMemory, DatabaseFault.MEMORY),
        (errors.DiskFull, DatabaseFault.FULL),
        (errors.ConfigurationLimitExceeded, DatabaseFault.BUSY),
        (errors.CannotConnectNow, DatabaseFault.STARTING),
        (errors.AdminShutdown, DatabaseFault.STARTING),
        (errors.IdleSessionTimeout, DatabaseFault.DOWN),
        (errors.ConnectionFailure, DatabaseFault.DOWN),
        (errors.ReadOnlySqlTransaction, DatabaseFault.STANDBY),
        (errors.SerializationFailure, DatabaseFault.BUSY),
        (errors.DeadlockDetected, DatabaseFault.BUSY),
        (errors.LockNotAvailable, DatabaseFault.BUSY),
        (errors.QueryCanceled, DatabaseFault.BUSY),
        (errors.IoError, DatabaseFault.DISK),
        (errors.DataCorrupted, DatabaseFault.DAMAGED),
        (errors.IndexCorrupted, DatabaseFault.DAMAGED),
        (errors.UniqueViolation, None),
        (errors.SyntaxError, None),
        (errors.NumericValueOutOfRange, None),
    ],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_a_code_says_what_is_wrong(error: type[psycopg.Error], fault: DatabaseFault | None) -> None:
    assert fault_of(error('role "study" does not exist: a code goes before words')) is fault


def test_what_is_wrong_with_a_statement_or_a_program_is_nothing_of_the_database() -> None:
    assert fault_of(ValueError("invalid port value")) is None
    assert fault_of(sqlite3.IntegrityError("UNIQUE constraint failed")) is None


@pytest.mark.parametrize(
    ("version", "encoding", "fault"),
    [
        (140_013, "UTF8", DatabaseFault.TOO_OLD),
        (150_000, "UTF8", None),
        (180_001, "UTF8", None),
        (150_000, "SQL_ASCII", DatabaseFault.ENCODING),
        (150_000, "LATIN1", DatabaseFault.ENCODING),
    ],
)
def test_a_server_that_is_too_old_or_has_no_room_for_letters(
    version: int, encoding: str, fault: DatabaseFault | None
) -> None:
    said = SimpleNamespace(server_version=version, parameter_status={"server_encoding": encoding}.get)
    assert unfit(said) is fault


def test_each_has_a_sentence_of_its_own_that_names_the_address_it_is_about() -> None:
    sentences = {str(DatabaseUnavailable(fault, "--to")) for fault in DatabaseFault}
    assert len(sentences) == len(DatabaseFault)
    assert not [each for each in sentences if "SURVEYAPP_" in each or "{" in each or not each.endswith((".", "”"))]
    assert sum("--to" in each for each in sentences) > 8
    for fault in DatabaseFault:
        back = pickle.loads(pickle.dumps(DatabaseUnavailable(fault, "--to")))
        assert (back.fault, back.address, str(back)) == (fault, "--to", str(DatabaseUnavailable(fault, "--to")))


def test_what_may_pass_is_not_taken_for_a_database_of_somebody_else() -> None:
    """A server that starts later than we do is waited for; a command that can be noted is."""
    assert not PASSING & NOTHING_OF_OURS
