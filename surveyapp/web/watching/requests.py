"""Each request as whoever watches sees it: by a number that a person can quote, and by its route. Never by its path,
which holds tokens, nor by an address, a name or what was sent."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, cast

import structlog
from flask import Flask, g, request

from surveyapp.settings import Settings
from surveyapp.watching import meters, statements
from surveyapp.watching.requests import KEY, NOWHERE, SeenRequest
from surveyapp.watching.statements import Noted
from surveyapp.watching.traces import Traces
from surveyapp.web.shared.runtime import runtime

WATCHERS = frozenset({"health.live", "health.ready", "metrics.read"})
"""Routes that are asked every few seconds: told of where they fail."""

_log = logging.getLogger("surveyapp.requests")


def install(app: Flask, settings: Settings) -> None:
    """After everything else that stands around the application."""

    @app.teardown_request
    def note(_error: BaseException | None) -> None:
        if (seen := _seen()) is not None:
            seen.route = request.endpoint or NOWHERE
            study = (request.view_args or {}).get("study_id")
            seen.study = study if study in runtime().studies else None
            found = g.get("signed_in")
            seen.staff = found.staff.id if found else None

    kind = settings.database_url.partition(":")[0].partition("+")[0]
    traces = Traces(settings.traces, kind) if settings.traces else None
    app.extensions["surveyapp.traces"] = traces
    app.wsgi_app = Watched(app.wsgi_app, settings.slow_ms, traces)  # type: ignore[method-assign]  # as Flask has it wrapped


def _seen() -> SeenRequest | None:
    return cast("SeenRequest | None", request.environ.get(KEY))


class Watched:
    """Around everything: gives each request its number, and tells of it when the last of its answer is sent."""

    def __init__(
        self, inner: Callable[..., Iterable[bytes]], slow_ms: int | None, traces: Traces | None = None
    ) -> None:
        self.inner = inner
        self.slow_ms = slow_ms
        self.traces = traces

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen = environ[KEY] = SeenRequest()
        meters.in_progress.inc()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=seen.number)
        method = environ["REQUEST_METHOD"]
        stack = contextlib.ExitStack()
        trace = self.traces.begin() if self.traces else None
        noted = stack.enter_context(statements.noting()) if trace or self.slow_ms is not None else None

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            seen.status = int(status[:3])
            if seen.status >= 400:
                headers = [*headers, ("X-Request-Id", seen.number)]
            return start_response(status, headers, *more)

        def ended() -> None:
            stack.close()
            meters.in_progress.dec()
            meters.requests.labels(seen.route, f"{seen.status // 100}xx").inc()
            meters.request_seconds.labels(seen.route).observe(time.perf_counter() - seen.began)
            line = self._tell(seen, method, noted)
            if trace is not None and noted is not None and is_told(seen):
                trace.end(seen, line, noted)
            structlog.contextvars.clear_contextvars()

        try:
            return _Answer(self.inner(environ, started), ended)
        except BaseException:
            ended()
            raise

    def _tell(self, seen: SeenRequest, method: str, noted: Noted | None) -> dict[str, Any]:
        """Its line, which is logged if it is told of."""
        took = (time.perf_counter() - seen.began) * 1000
        known = {"method": method if method in _METHODS else "other", "route": seen.route, "status": seen.status}
        who = {"study": seen.study, "staff": str(seen.staff) if seen.staff else None}
        line = known | {"ms": round(took, 1)} | {name: value for name, value in who.items() if value}
        if is_told(seen):
            _log.info("request", extra=line)
        if self.slow_ms is not None and noted is not None and took >= self.slow_ms:
            slowest = [asdict(each) for each in noted.slowest()]
            _log.warning("slow", extra=line | {"statements": noted.count, "slowest": slowest})
        return line


def is_told(seen: SeenRequest) -> bool:
    """Whether a request is worth telling of."""
    return seen.route not in WATCHERS or seen.status >= 400


class _Answer:
    """What is sent, and once its last part is, or its reader is gone, an act."""

    def __init__(self, parts: Iterable[bytes], ended: Callable[[], None]) -> None:
        self.parts, self.rest, self.ended = parts, iter(parts), ended
        self.is_over = False

    def __iter__(self) -> _Answer:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self.rest)
        except BaseException:
            self._end()
            raise

    def close(self) -> None:
        try:
            getattr(self.parts, "close", lambda: None)()
        finally:
            self._end()

    def _end(self) -> None:
        if not self.is_over:
            self.is_over = True
            self.ended()


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
