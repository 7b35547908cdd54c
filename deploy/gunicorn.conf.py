"""How gunicorn serves the application: `gunicorn --config deploy/gunicorn.conf.py wsgi:app --bind …`. Whatever is
given on the command line, or how many processes as WEB_CONCURRENCY, goes before what stands here."""

import gc
import os
import shutil
import tempfile

OWN_FOLDER = "PROMETHEUS_MULTIPROC_DIR" not in os.environ
if OWN_FOLDER:
    # Where processes add up what they measure; looked at when it is first read what can be measured, below.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="shiftline-metrics-")

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from prometheus_client import multiprocess

from surveyapp.watching import logs
from surveyapp.web import free_worker
from surveyapp.web.free_worker import FreeWorker

preload_app = True
"""What is imported, read and compiled takes seconds of a processor: done once, before there are workers. A worker that
died is there again in a fraction of a second, and all share the memory. No connection is open by then (`wsgi`)."""


worker_class = FreeWorker
"""A worker keeps its connections open between two pages, and says that it lives while it is at work on one: what takes
long is not taken for dead."""

keepalive = 75
"""Seconds. A connection outlasts a reader's pause: over a slow line another one costs two ways there and back."""

workers = int(os.environ.get("WEB_CONCURRENCY") or max(2, len(os.sched_getaffinity(0))))
threads = 1
"""More threads in a worker share one lock of the interpreter, and wait for each other besides for SQLite's, which lets
in whoever happens to ask."""

forwarded_allow_ips = ""
forwarder_headers = ""
"""What a proxy says of a visitor is believed in one place, as often as SURVEYAPP_PROXIES says. gunicorn itself believes
no header, such as SCRIPT_NAME, which a proxy hands on whoever wrote it."""

loglevel = "warning"


class Log(Logger):
    """What gunicorn itself says stands in the same lines as what the program says. Its log of accesses stays off: it
    writes paths, and those hold tokens."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        logs.configure(logs.form_of(os.environ))


logger_class = Log


def when_ready(_server: Arbiter) -> None:
    """What was there before there are workers stays for as long as they do: none looks through it for what may go, and
    its memory stays shared."""
    gc.collect()
    gc.freeze()


pre_fork = free_worker.give_place


def child_exit(_server: Arbiter, worker: FreeWorker) -> None:
    """What a worker counted stays; what it was doing, it no longer does."""
    multiprocess.mark_process_dead(worker.pid)
    free_worker.take_back(worker)


def on_exit(_server: Arbiter) -> None:
    if OWN_FOLDER:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
