"""Alembic, without its ini file: where the migrations are, and which database they are for."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from surveyapp.settings import ROOT


def config(url: str) -> Config:
    """Alembic's configuration for a database."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    made.attributes["url"] = url
    return made


def upgrade(url: str, revision: str = "head") -> None:
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str) -> None:
    command.downgrade(config(url), revision)
