"""How a line of the log is made, and what it leaves out."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.errors import DatabaseFault, DatabaseUnavailable
from surveyapp.settings import ROOT
from surveyapp.watching import logs, statements
from surveyapp.watching.requests import SeenRequest
from tests.logged import listening


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except Exception as caught:
        return caught


class OfAServer(Exception):
    diag = SimpleNamespace(constraint_name="participant_reference_key")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("Maria"), "ValueError"),
        (KeyError("Maria"), "KeyError"),
        (raised(KeyError("Maria"), raised(ValueError("Maria"))), "ValueError\n\nThen:"),
        (OfAServer("Key (name)=(Maria) already exists"), "OfAServer: participant_reference_key"),
        (
            sqlite3.IntegrityError("UNIQUE constraint failed: case.id"),
            "IntegrityError: UNIQUE constraint failed: case.id",
        ),
        (AttributeError("'X' object has no attribute 'y'"), "AttributeError: 'X' object has no attribute 'y'"),
        (OSError(28, "No space left on device", "/tmp/Maria.xlsx"), "OSError: No space left on device"),
        (DatabaseUnavailable(DatabaseFault.FULL), str(DatabaseUnavailable(DatabaseFault.FULL))),
    ],
)
def test_an_error_is_told_without_what_somebody_typed(error: Exception, says: str) -> None:
    told = logs.told(raised(error, error.__cause__))
    assert says in told
    assert "test_logs.py" in told
    # The line of this file that raised it is a line of the program.
    assert "Maria" not in re.sub(r"\n    .*", "", told)


def test_a_line_holds_what_is_known_to_be_harmless_and_nothing_else() -> None:
    with listening() as lines:
        logging.getLogger("surveyapp.x").warning(
            "%s went", "/s/abc", extra={"route": "a.b", "name_of": "Maria", "ms": 1}
        )
    line: dict[str, Any] = json.loads(lines[0])
    assert line.pop("at").endswith("Z")
    assert line == {"level": "warning", "event": "/s/… went", "logger": "surveyapp.x", "route": "a.b", "ms": 1}


def test_servers_and_commands_write_in_the_form_that_is_set() -> None:
    configured = {form: logs.configuration(form)["loggers"]["surveyapp"]["level"] for form in logs.FORMS}
    assert configured == {"json": "INFO", "console": "INFO", "warnings": "WARNING"}
    assert logs.form_of({}) == "json"
    assert logs.form_of({"SURVEYAPP_DEMO": "yes"}) == "warnings"
    assert logs.form_of({"SURVEYAPP_DEMO": "yes", "SURVEYAPP_LOG": "console"}) == "console"
    assert logs.form_of({"SURVEYAPP_LOG": "wrong"}) == "json", "the settings refuse it, in lines of the usual form"
    # gunicorn's log of accesses, which writes paths, is on wherever it is given a configuration of logs.
    gunicorns = (ROOT / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
    assert "logger_class = Log" in gunicorns
    assert "logconfig" not in gunicorns
    assert "accesslog" not in gunicorns


def test_for_eyes_a_line_is_one_too() -> None:
    record = logging.getLogger("surveyapp").makeRecord("surveyapp", 20, "f", 1, "request", (), None, extra={"ms": 12})
    shown = logs.formatter("console").format(record)
    assert "ms=12" in shown
    assert "\n" not in shown


def test_a_number_is_read_out_in_groups() -> None:
    numbers = {SeenRequest().number for _ in range(100)}
    assert len(numbers) == 100
    assert all(re.fullmatch(r"\d{4}-\d{4}-\d{4}", each) for each in numbers)
    assert all(logs.without_secrets(each) == each for each in numbers)


@given(st.text("/?a =\"'<>%-", max_size=30))
def test_the_query_of_an_address_is_found_as_if_it_were_looked_for_from_each_stroke(line: str) -> None:
    from_each = re.compile(r"(/[^\s?\"'<>]*\?)[^\s\"'<>]+")
    assert logs.without_secrets(line) == from_each.sub(r"\1…", line)


def test_statements_are_noted_by_their_text_the_slowest_first() -> None:
    statements.note("SELECT 0", 9)
    with statements.noting() as noted:
        for sql, took in (("SELECT 1", 0.01), ("SELECT\n  2", 0.5), ("SELECT 1", 0.02)):
            statements.note(sql, took)
    assert noted.count == 3
    assert [(each.sql, each.times, each.ms) for each in noted.slowest()] == [("SELECT 2", 1, 500), ("SELECT 1", 2, 30)]
