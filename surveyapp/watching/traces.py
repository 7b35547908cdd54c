"""Requests and their statements as traces, for a collector that speaks OTLP, where a setting names one.

A trace says what a line of the log says, and nothing else: its fields are those of `logs.FIELDS`, an error is told as
there, a statement is its text without what is bound to it. Each trace begins here, whatever a header says. What is told
waits in memory and is sent by a thread beside the requests: while nobody takes it, the oldest is dropped.
"""

from __future__ import annotations

import atexit
import importlib.util
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from surveyapp.watching import logs
from surveyapp.watching.requests import SeenRequest
from surveyapp.watching.statements import Noted, shortened

if TYPE_CHECKING:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

SHOWN = 100
"""How many statements of one request a trace has of their own, the first ones. How many there were, it says too."""

WAITING = 4096
"""How many spans wait to be sent at most."""

EVERY_S, SEND_WITHIN_S, LAST_SEND_S = 2, 5, 2
"""How often what waits is sent, how long one sending may take, and how long a process that ends goes on trying."""

NAMED = {"method": "http.request.method", "route": "http.route", "status": "http.response.status_code"}
"""The fields of `logs.FIELDS` that OpenTelemetry has names for. The others have ours before them."""


def are_installed() -> bool:
    """Whether what sends them is there: it is an extra (`make traces`)."""
    try:
        return importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


@dataclass(frozen=True)
class TraceSettings:
    """Where traces are sent, by which token, and of how many requests: a share of 1."""

    address: str
    share: float = 1.0
    token: str | None = field(default=None, repr=False)


class Traces:
    """Makes traces and sends them. What sends is made by each process for itself, when it is first needed: threads and
    connections do not outlast a fork."""

    def __init__(self, settings: TraceSettings, database: str) -> None:
        self.settings = settings
        self.database = database
        self._lock = threading.Lock()
        self._made: tuple[TracerProvider, Tracer] | None = None
        self._sends: OTLPSpanExporter | None = None

    def begin(self) -> Trace | None:
        """A request's trace; None where it is not one of those that are told of."""
        from opentelemetry.trace import SpanKind

        span = self._tracer().start_span("request", kind=SpanKind.SERVER)
        return Trace(span, self._tracer(), self.database) if span.is_recording() else None

    def flush(self) -> None:
        """Sends what waits, now."""
        if self._made is not None:
            self._made[0].force_flush()

    def stop(self) -> None:
        """Sends what waits, and nothing more after it; gives up soon where nobody takes it."""
        if self._made is not None and self._sends is not None:
            giving_up = threading.Timer(LAST_SEND_S, self._sends.shutdown)
            giving_up.daemon = True
            giving_up.start()
            self._made[0].shutdown()
            giving_up.cancel()

    def _tracer(self) -> Tracer:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made[1]

    def _make(self) -> tuple[TracerProvider, Tracer]:
        import requests
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

        headers = {"Authorization": f"Bearer {self.settings.token}"} if self.settings.token else None
        # Its resource is said here: what would be looked up holds the command line and the machine.
        resource = Resource({"service.name": "shiftline"})
        provider = TracerProvider(TraceIdRatioBased(self.settings.share), resource, shutdown_on_exit=False)
        session = requests.Session()
        # What is sent to it is for its address alone, the token among it.
        session.max_redirects = 0
        self._sends = OTLPSpanExporter(self.settings.address, headers=headers, timeout=SEND_WITHIN_S, session=session)
        waits = BatchSpanProcessor(self._sends, WAITING, EVERY_S * 1000, min(512, WAITING))
        provider.add_span_processor(waits)
        atexit.register(self.stop)
        return provider, provider.get_tracer("shiftline")


class Trace:
    """A request's, from its beginning."""

    def __init__(self, span: Span, tracer: Tracer, database: str) -> None:
        self.span, self.tracer, self.database = span, tracer, database
        self.zero = time.time() - time.perf_counter()

    def end(self, seen: SeenRequest, line: Mapping[str, Any], noted: Noted) -> None:
        """Tells of the request, with what its line in the log says and the statements that it had done."""
        from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

        self.span.update_name(seen.route)
        self.span.set_attributes(attributes({**line, "statements": noted.count}))
        self.span.set_attribute("shiftline.request", seen.number)
        if seen.failure is not None:
            kind = type(seen.failure)
            said = {"exception.type": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")}
            self.span.add_event("exception", said | {"exception.stacktrace": logs.told(seen.failure)})
        if seen.status >= 500:
            self.span.set_status(Status(StatusCode.ERROR))
        around = set_span_in_context(self.span)
        for each in noted.done[:SHOWN]:
            sql = shortened(each.sql)
            said = {"db.system.name": self.database, "db.query.text": sql}
            began = self._at(each.ended - each.seconds)
            child = self.tracer.start_span(
                sql.partition(" ")[0], around, kind=SpanKind.CLIENT, attributes=said, start_time=began
            )
            child.end(self._at(each.ended))
        self.span.end()

    def _at(self, moment: float) -> int:
        """Nanoseconds since 1970 of a moment of `time.perf_counter`."""
        return int((self.zero + moment) * 1e9)


def attributes(line: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a line of the log that may leave, by the names they have in a trace."""
    return {NAMED.get(name, f"shiftline.{name}"): line[name] for name in logs.FIELDS if name in line}
