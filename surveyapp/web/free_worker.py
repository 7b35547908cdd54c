"""gunicorn's worker that serves one request at a time, where whoever is free serves next (docs/decisions/0107)."""

from __future__ import annotations

import mmap
import selectors
import socket
import threading
import time
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

MOST_WORKERS = 1024

BEAT_S = 1.0
"""How often a worker says that it lives, also while it is at work on what takes long."""

_free = mmap.mmap(-1, MOST_WORKERS)
"""Of each worker whether it has nothing to do: seen by all that are forked off the process which made it."""


class FreeWorker(ThreadWorker):
    """Serves where it listens, and hands nothing to a thread: handing over and back, and two threads that ask for one
    interpreter, were more than a third of what a save cost.

    A kept connection belongs to the worker that took it. While others wait for this worker and another one has nothing
    to do, it says "Connection: close" in its answer: what is asked next over a new one comes to whoever is free.
    A connection over which nothing was said yet is not waited for: browsers open some that they may need.
    """

    place = 0
    """Which part of what all see is this worker's own."""

    waiting = 0
    """Connections on which there is something to do once the request in hand is answered."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._told = 0.0
        self._is_serving = False
        super().__init__(*arguments, **named)

    @classmethod
    def check_config(cls, cfg: Config, log: Logger) -> None:
        super().check_config(cfg, log)
        if cfg.threads > 1:
            log.warning("A worker serves one request at a time, whatever threads says: raise WEB_CONCURRENCY instead.")

    def run(self) -> None:
        over = threading.Event()
        beat = threading.Thread(target=self._beat, args=[over], name="beat", daemon=True)
        beat.start()
        try:
            super().run()
        finally:
            over.set()
            beat.join()

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(BEAT_S):
            self.notify()

    def notify(self) -> None:
        """Asked at each turn of the loop, and once a second while it does not turn."""
        now = time.monotonic()
        if now - self._told >= BEAT_S / 2:
            self._told = now
            super().notify()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        _free[self.place] = True
        try:
            events = self.poller.select(timeout)
        finally:
            _free[self.place] = False
        self.waiting = len(events)
        for key, _ in events:
            self.waiting -= 1
            key.data(key.fileobj)

    def accept(self, listener: Any) -> None:
        try:
            connection, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            # Another worker was quicker, or whoever asked is gone.
            return
        self.nr_conns += 1
        conn = TConn(self.cfg, connection, address, listener.getsockname())
        if _is_silent(connection):
            conn.set_timeout()
            self.pending_conns.append(conn)
            self.poller.register(connection, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
        else:
            conn.data_ready = True
            self.enqueue_req(conn)

    def enqueue_req(self, conn: TConn) -> None:
        if self._is_serving:
            # What came with the request before: in its turn, and not ever deeper.
            self.method_queue.defer(self.enqueue_req, conn)
            return
        self._is_serving = True
        try:
            done = Future[object]()
            done.set_result(self.handle(conn))
            self.finish_request(conn, done)
        finally:
            self._is_serving = False

    def _cap_keepalive(self, deadline: float) -> None:
        """A worker that stops waits as little for what was never asked."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    @property
    def max_keepalived(self) -> int:
        """How many connections may be kept: gunicorn says "Connection: close" in an answer where there are more."""
        return 0 if self.waiting and _free.find(b"\1") >= 0 else self._most_kept

    @max_keepalived.setter
    def max_keepalived(self, most: int) -> None:
        self._most_kept = most


def _is_silent(connection: socket.socket) -> bool:
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def give_place(server: Arbiter, worker: FreeWorker) -> None:
    """Before a worker is forked off."""
    taken = {each.place for each in server.WORKERS.values()}
    worker.place = next(each for each in range(MOST_WORKERS) if each not in taken)
    _free[worker.place] = False


def take_back(worker: FreeWorker) -> None:
    """After it has ended, however it did."""
    _free[worker.place] = False
