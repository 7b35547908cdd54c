"""The environment a command runs in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from surveyapp.services.runtime import Runtime, build
from surveyapp.settings import ROOT, Settings, from_environment

DEMO_ENV = ROOT / "instance" / "demo.env"
"""What `make demo` writes: the demonstration's flag and keys. Read only if it is there and no secret key is set."""


def environment() -> Mapping[str, str]:
    """The process's environment, with the demonstration's in it when there is no other."""
    if "SURVEYAPP_SECRET_KEY" in os.environ or not DEMO_ENV.exists():
        return os.environ
    written = dict(
        line.split("=", 1)
        for line in DEMO_ENV.read_text(encoding="utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    )
    return {**written, **os.environ}


def open_settings() -> Settings:
    """Raises SettingsError."""
    return from_environment(environment())


def open_runtime() -> Runtime:
    """The installation that the environment describes, let go of when the command ends. Raises SettingsError,
    QuestionnaireFaults."""
    runtime = build(open_settings())
    command = click.get_current_context(silent=True)
    if command is not None:
        command.call_on_close(runtime.database.dispose)
    return runtime


def questionnaires_folder() -> Path:
    """Where the studies are, without needing any key: checking files is for whoever writes them."""
    return Path(environment().get("SURVEYAPP_QUESTIONNAIRES") or ROOT / "questionnaires")
