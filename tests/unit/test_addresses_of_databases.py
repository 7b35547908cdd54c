"""An address of a database, as PostgreSQL's own programs are told of it."""

from __future__ import annotations

import pytest

from surveyapp.store.security.copying.of_servers import libpq_environment


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        (
            "postgresql+psycopg://study:p%40ss@db.example.org:5433/shiftline?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            {
                "PGHOST": "db.example.org",
                "PGPORT": "5433",
                "PGUSER": "study",
                "PGPASSWORD": "p@ss",
                "PGSSLMODE": "verify-full",
                "PGSSLROOTCERT": "/etc/ca.pem",
            },
        ),
        ("postgresql+psycopg:///shiftline?host=/run/postgresql", {"PGHOST": "/run/postgresql"}),
        ("postgresql+psycopg:///shiftline", {}),
        (
            "postgresql+psycopg://study@/shiftline?host=one:5432&host=two:5433&target_session_attrs=read-write",
            {
                "PGHOST": "one,two",
                "PGPORT": "5432,5433",
                "PGUSER": "study",
                "PGTARGETSESSIONATTRS": "read-write",
            },
        ),
    ],
)
def test_it_leads_to_the_same_server(url: str, environment: dict[str, str]) -> None:
    assert libpq_environment(url) == environment
