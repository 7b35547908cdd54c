"""What is logged, in which form, and what may not stand in a log: whoever reads it could open what a link opens, or
read what somebody answered.

Every record, whichever part of the program or server makes it, becomes one line. A line holds fields of `FIELDS` alone.
Links and codes are taken out of every record when it is made. An error is told by where it happened and of which kind
it is; what it says is left out wherever it could repeat what somebody typed.
"""

from __future__ import annotations

import logging
import logging.config
import re
import sqlite3
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

from surveyapp.domain.errors import DatabaseUnavailable

FORMS = ("json", "console", "warnings")
"""One line of JSON for each record; the same for a person's eyes; likewise, and only what is amiss."""

FIELDS = ("route", "method", "status", "ms", "study", "staff", "task", "came", "statements", "slowest")
"""What a line may hold beside its moment, level, logger, event, error and request: references and counts."""

_LINK = re.compile(r"((?:/|%2f)(?:s|join)(?:/|%2f)+)[^\s\"'<>]+", re.IGNORECASE)
_QUERY = re.compile(r"(?<![^\s?\"'<>])([^\s?\"'<>/]*+/[^\s?\"'<>]*+\?)[^\s\"'<>]+")
"""Begun where words begin, and never gone back over: of an address of strokes, each would be a place to begin from."""

_SIGNS = "[2-9A-HJKMNP-Z]"
_CODE = re.compile(rf"\b{_SIGNS}{{4}}([- ]){_SIGNS}{{4}}\1{_SIGNS}{{3}}(?:{_SIGNS}\1{_SIGNS}{{4}})?\b", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text with every link's token, every code and whatever follows the question mark of an address cut out."""
    return _CODE.sub("…", _QUERY.sub(r"\1…", _LINK.sub(r"\1…", text)))


_OF_THE_PROGRAM = (AttributeError, NameError, ImportError, DatabaseUnavailable, sqlite3.Error)
"""Errors that speak of names in the program, of tables and of files, and never of a value."""


def told(error: BaseException) -> str:
    """An error with what it came of, as a traceback, without what it says: that may be somebody's answer. The server
    of a database names the constraint."""
    return without_secrets("\n".join(_told(error, set())))


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield "\nThen:"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    kind = type(error)
    yield ": ".join([f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."), *_said(error)])


def _said(error: BaseException) -> Iterator[str]:
    if isinstance(error, _OF_THE_PROGRAM):
        yield str(error)
    elif isinstance(error, OSError) and error.strerror:
        yield error.strerror
    elif (constraint := getattr(getattr(error, "diag", None), "constraint_name", None)) is not None:
        yield str(constraint)


class RecordWithoutSecrets(logging.LogRecord):
    """A log record that holds no secret, in its message or in the error it tells of."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.exc_info and self.exc_info[1]:
            # Formatters write this in place of the traceback.
            self.exc_text = told(self.exc_info[1])

    def getMessage(self) -> str:
        return without_secrets(super().getMessage())


def install() -> None:
    """For every record that is made from now on."""
    logging.setLogRecordFactory(RecordWithoutSecrets)


def form_of(environment: Mapping[str, str]) -> str:
    """The form that an environment asks for, before it is known whether its settings hold."""
    usual = "warnings" if environment.get("SURVEYAPP_DEMO", "").lower() == "yes" else "json"
    wanted = environment.get("SURVEYAPP_LOG") or usual
    return wanted if wanted in FORMS else usual


def configuration(form: str) -> dict[str, Any]:
    """How logs are written to stderr in a form of `FORMS`, for `logging.config.dictConfig`."""
    level = "WARNING" if form == "warnings" else "INFO"
    to_stderr = {"handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter, "form": form}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"},
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "surveyapp": {"level": level, **to_stderr},
            "gunicorn.error": {"level": "WARNING", **to_stderr},
        },
    }


def configure(form: str) -> None:
    """For this process, a server's or the worker's."""
    install()
    logging.config.dictConfig(configuration(form))


def formatter(form: str) -> ProcessorFormatter:
    """Makes lines of records, in a form."""
    if form == "json":
        shown: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        shown = structlog.dev.ConsoleRenderer(colors=False)
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(allow=FIELDS),
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _error,
        ],
        processors=[ProcessorFormatter.remove_processors_meta, _ordered, shown],
    )


LineOfLog = MutableMapping[str, Any]


def _error(_logger: Any, _name: str, event: LineOfLog) -> LineOfLog:
    found = event.pop("exc_info", None)
    if found and found[1]:
        event["exception"] = told(found[1])
    return event


_FIRST = ("at", "level", "event", "request", "logger")


def _ordered(_logger: Any, _name: str, event: LineOfLog) -> LineOfLog:
    return {**{name: event[name] for name in _FIRST if name in event}, **event}
