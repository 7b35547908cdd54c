"""Walks of what is kept on a phone, over a network, a clock and storages that are made up, in one page of a browser.

`walk.js` is one walk, `world.js` what may go wrong in it, and `server.js` a model of the server's door for saves that
`tests/integration/test_walks_against_the_server.py` holds equal to the server. What runs there is what runs on phones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, send_from_directory
from playwright.sync_api import Browser

import surveyapp
from tests.browser.conftest import serving_app

HERE = Path(__file__).parent

PROMISED = ("lost", "doubled", "disordered", "untrue", "ownConflicts", "notTold", "left")
"""What a walk must have none of: answers that were said to be kept and are not in the history, or there twice, or in
another order; moments at which what was shown was not so; conflicts with nobody but oneself; answers that came back and
are nowhere to be looked at; queues that never came to an end."""


@dataclass
class Walked:
    """Walks together. `troubles`: for each thing promised the seeds of the walks that have it; `heard`: by seed what
    the model of the server was sent and answered, and `stands` what it then held, where that was asked for."""

    walks: int = 0
    answers: int = 0
    kept: int = 0
    requests: int = 0
    troubles: dict[str, list[int]] = field(default_factory=lambda: {each: [] for each in PROMISED})
    heard: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    stands: dict[int, dict[str, Any]] = field(default_factory=dict)

    def __str__(self) -> str:
        found = ", ".join(f"{name} in {seeds}" for name, seeds in self.troubles.items() if seeds)
        return f"{self.walks} walks, {self.answers} answers, {self.requests} saves arrived: {found or 'nothing amiss'}"


def walked(browser: Browser, seeds: Sequence[int], *, hears: bool = False, broken: str = "") -> Walked:
    """Takes the walks of these seeds. `broken`: what is done to each `queue`, in JavaScript, to see it found."""
    total = Walked()
    for found in _each(browser, seeds, hears, broken):
        total.walks += 1
        total.answers += found["answers"]
        total.kept += found["kept"]
        total.requests += found["requests"]
        for name in PROMISED:
            if found[name]:
                total.troubles[name].append(found["seed"])
        if hears:
            total.heard[found["seed"]] = found["heard"]
            total.stands[found["seed"]] = found["stands"]
    return total


def page_app() -> Flask:
    """A page with nothing on it, the phone's modules and those of the walks."""
    app = Flask("walks", static_folder=str(Path(surveyapp.__file__).parent / "static"))

    @app.get("/")
    def nothing() -> Response:
        return Response("<!doctype html><title>Walks</title>", mimetype="text/html")

    @app.get("/walks/<path:name>")
    def module(name: str) -> Response:
        return send_from_directory(HERE, name)

    return app


WALK = """async ([seed, broken, hears]) => {
  const { heard, stands, ...found } = await (await import("/walks/walk.js")).walk(seed, broken);
  return JSON.stringify({ ...found, requests: heard.length, ...(hears ? { heard, stands } : {}) });
}"""


def _each(browser: Browser, seeds: Sequence[int], hears: bool, broken: str) -> Iterator[dict[str, Any]]:
    with serving_app(page_app()) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        for seed in seeds:
            yield json.loads(page.evaluate(WALK, [seed, broken, hears]))
        context.close()
