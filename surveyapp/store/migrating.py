"""Alembic, without its ini file: where the migrations are, and what they are for."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from surveyapp.settings import ROOT


def config(url: str, questionnaires: Path = ROOT / "questionnaires") -> Config:
    """Alembic's configuration for a database and the folder of the studies it is about: where days begin is a study's
    own matter, and a migration may have to know."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    made.attributes.update(url=url, questionnaires=questionnaires)
    return made


def upgrade(url: str, questionnaires: Path = ROOT / "questionnaires", revision: str = "head") -> None:
    command.upgrade(config(url, questionnaires), revision)


def downgrade(url: str, revision: str, questionnaires: Path = ROOT / "questionnaires") -> None:
    command.downgrade(config(url, questionnaires), revision)
