"""What is measured of a server, for Prometheus: each name, what it means, and the few values that its labels can have.

What happens is counted where it happens, by each process for itself; processes of one server add theirs up in a folder
that `deploy/gunicorn.conf.py` names (PROMETHEUS_MULTIPROC_DIR). What stands in the database is looked up when somebody
asks (`services/gauges`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

REGISTRY = CollectorRegistry()

requests = Counter(
    "shiftline_requests", "Requests answered, by handler and status class.", ("route", "status"), registry=REGISTRY
)
request_seconds = Histogram(
    "shiftline_request_seconds",
    "From a request's arrival to the last byte of its answer, by handler.",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
in_progress = Gauge(
    "shiftline_requests_in_progress", "Requests being answered now.", multiprocess_mode="livesum", registry=REGISTRY
)
saves = Counter("shiftline_saves", "Saves stored, each of one or more answers.", ("by",), registry=REGISTRY)
answers_saved = Counter("shiftline_answers_saved", "Answers stored, by who entered them.", ("by",), registry=REGISTRY)
database_wait = Histogram(
    "shiftline_database_wait_seconds",
    "Waits for a connection of the pool, and for the right to write (SQLite's one lock).",
    ("what",),
    buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10),
    registry=REGISTRY,
)
database_failures = Counter(
    "shiftline_database_failures", "Pages answered with 503 because the database could not work.", registry=REGISTRY
)
refused = Counter(
    "shiftline_requests_refused",
    "Requests refused because more came within a minute than people make, of one session or one address.",
    ("by",),
    registry=REGISTRY,
)

COUNTED = (requests, request_seconds, in_progress, saves, answers_saved, database_wait, database_failures, refused)


@dataclass(frozen=True)
class GaugeMeaning:
    """A figure that is looked up, and what it is told apart by."""

    help: str
    labels: tuple[str, ...] = ()


LOOKED_UP: Mapping[str, GaugeMeaning] = {
    "shiftline_ready": GaugeMeaning("1 where the database is there, migrated and takes a write; else 0."),
    "shiftline_messages": GaugeMeaning("Messages to participants, by how far they are.", ("state",)),
    "shiftline_message_oldest_due_seconds": GaugeMeaning("How long the message that is due longest has waited."),
    "shiftline_callbacks_overdue": GaugeMeaning("Calls agreed whose time has passed.", ("study",)),
    "shiftline_callback_oldest_overdue_seconds": GaugeMeaning(
        "How long the call that is overdue longest has waited.", ("study",)
    ),
    "shiftline_releases": GaugeMeaning("Releases made.", ("study",)),
    "shiftline_release_age_seconds": GaugeMeaning("Since the newest release was made.", ("study",)),
    "shiftline_worker_seen_seconds": GaugeMeaning("Since the worker was seen, and each of its tasks done.", ("task",)),
    "shiftline_worker_failed": GaugeMeaning("1 where the last try of a task of the worker's failed.", ("task",)),
    "shiftline_backup_age_seconds": GaugeMeaning("Since the newest backup was made."),
}


@dataclass(frozen=True)
class GaugeReading:
    """A figure of `LOOKED_UP`, with the values of its labels in their order."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


class _LookedUp:
    def __init__(self, readings: Sequence[GaugeReading]) -> None:
        self.readings = readings

    def collect(self) -> Iterable[Metric]:
        for name, meaning in LOOKED_UP.items():
            family = GaugeMetricFamily(name, meaning.help, labels=meaning.labels)
            for each in self.readings:
                if each.name == name:
                    family.add_metric(each.labels, each.value)
            yield family


def exposition(readings: Sequence[GaugeReading]) -> bytes:
    """All that is measured, of every process of this server, in Prometheus's text format 0.0.4."""
    asked = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(asked)  # type: ignore[no-untyped-call]  # without types there
    else:
        asked.register(REGISTRY)
    asked.register(_LookedUp(readings))
    return generate_latest(asked)


def names() -> set[str]:
    """Every name under which something is measured."""
    return {metric.name for each in COUNTED for metric in each.describe()} | set(LOOKED_UP)
