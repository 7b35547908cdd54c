"""What a server would have written to its log."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Iterator

from flask.testing import FlaskClient

from surveyapp.watching import logs


def to_the_end(client: FlaskClient) -> FlaskClient:
    """The client, reading every answer to its end as a browser does: only then is a request over."""
    client.open = functools.partial(client.open, buffered=True)  # type: ignore[method-assign]
    return client


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """The lines of JSON that are logged in the block, as they are written for real."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    heard, root, own = Lines(), logging.getLogger(), logging.getLogger("surveyapp")
    heard.setFormatter(logs.formatter("json"))
    level, create = own.level, logging.getLogRecordFactory()
    root.addHandler(heard)
    own.setLevel(logging.INFO)
    logs.install()
    try:
        yield lines
    finally:
        root.removeHandler(heard)
        own.setLevel(level)
        logging.setLogRecordFactory(create)
