"""An installation as it should be, and what the doctor says of one."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from surveyapp.domain.security.fitness import Weight
from surveyapp.domain.staff import Role
from surveyapp.services import readiness, worker
from surveyapp.services.doctor import looking as doctor
from surveyapp.services.runtime import Runtime
from surveyapp.services.security import audit_chain
from surveyapp.services.security.backups import archive, backup
from tests import factories
from tests.conftest import Clock


def made_private(*folders: Path) -> None:
    for each in folders:
        each.mkdir(parents=True, exist_ok=True)
        each.chmod(0o700)


def fit(runtime: Runtime, tmp_path: Path) -> Runtime:
    """As it should be: an address, a proxy, a backup of last night, whoever invites, a trail that is chained."""
    _identity, recipient = archive.new_identity()
    settings = dataclasses.replace(
        runtime.settings,
        public_url="https://study.example.org",
        proxies=1,
        backups=tmp_path / "backups",
        backup_recipients=(recipient,),
        breached_passwords=tmp_path,
        secret_key=secrets.token_hex(32),
        access_keys={"first": secrets.token_bytes(32)},
        contact_keys={"first": secrets.token_bytes(32)},
        audit_key=secrets.token_bytes(32),
    )
    made_private(settings.cache, settings.backups)
    made = dataclasses.replace(runtime, settings=settings)
    factories.create_staff(made, Role.ADMINISTRATOR)
    readiness.check_start(made)
    desk = factories.operator(made)
    worker.round_of(desk, ["messages", "exports", "jobs"])
    backup.create(desk, backup.KEEP)
    audit_chain.chain(desk)
    return made


def said(runtime: Runtime, weight: Weight | None = None) -> str:
    return "\n".join(f"{each.what} {each.todo}" for each in doctor.look(runtime) if weight in (None, each.weight))


Spoil = Callable[[Runtime, Clock, pytest.MonkeyPatch], Runtime]


def setting(**changed: Any) -> Spoil:
    def spoil(runtime: Runtime, _clock: Clock, _patch: pytest.MonkeyPatch) -> Runtime:
        return dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, **changed))

    return spoil
