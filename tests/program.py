"""A program that reads by a token, and tests each answer against the document that the interface gives of itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any

import jsonschema
from flask import Flask
from werkzeug.test import TestResponse

from surveyapp.domain.audit import AuditEntry
from surveyapp.domain.programs.tokens import TokenScope
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.programs import tokens
from surveyapp.services.programs.tokens import MadeToken
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store.security import audit
from surveyapp.web.programs import openapi
from surveyapp.web.programs.operations import AT
from tests import factories, versioned

PURPOSE = "To see how people answer"
STUDY = f"/studies/{versioned.NAME}"
EVERY: dict[str, tuple[str, TokenScope | None]] = {
    "studies": ("/studies", None),
    "releases": (f"{STUDY}/releases", TokenScope.RELEASES),
    "release": (f"{STUDY}/releases/latest", TokenScope.RELEASES),
    "records": (f"{STUDY}/releases/1/records", TokenScope.RELEASES),
    "questionnaires": (f"{STUDY}/questionnaires", TokenScope.QUESTIONNAIRES),
    "questionnaire": (f"{STUDY}/questionnaires/first/2", TokenScope.QUESTIONNAIRES),
    "codebook": (f"{STUDY}/codebook", TokenScope.QUESTIONNAIRES),
    "standing": (f"{STUDY}/standing", TokenScope.STANDING),
    "answers": (f"{STUDY}/answers/first", TokenScope.ANSWERS),
}
"""An address of each operation at which there is something, and what a token has to be for."""

ALL_ROLES = (Role.EVALUATOR, Role.VIEWER, Role.EXPORT_ANSWERS)


def token_of(
    runtime: Runtime, staff: Staff, scopes: Iterable[TokenScope] | None = None, days: int = 30, name: str = "A program"
) -> MadeToken:
    """A token for these, or for all that somebody may have."""
    wanted = tokens.can_have(staff) if scopes is None else scopes
    return tokens.make(Desk(runtime, staff), name, [each.value for each in wanted], days, PURPOSE)


@functools.cache
def described() -> dict[str, Any]:
    return openapi.document()


class Program:
    """A program that has a token, or none. Whatever it is answered fits the document."""

    def __init__(self, app: Flask, secret: str | None = None) -> None:
        self.client = app.test_client()
        self.headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}

    def ask(self, path: str, headers: dict[str, str] | None = None, **asked: Any) -> TestResponse:
        reply = self.client.get(f"{AT}{path}", headers={**self.headers, **(headers or {})}, query_string=asked)
        assert "Set-Cookie" not in reply.headers
        assert "Access-Control-Allow-Origin" not in reply.headers
        fits(path, reply)
        return reply

    def read(self, path: str, **asked: Any) -> Any:
        reply = self.ask(path, **asked)
        assert reply.status_code == 200, reply.get_data(as_text=True)
        return reply.json

    def read_all(self, path: str, part: str, **asked: Any) -> list[Any]:
        """Everything of a part, cursor after cursor."""
        found, cursor = [], None
        while True:
            answer = self.read(path, **asked, **({"cursor": cursor} if cursor else {}))
            found += answer[part]
            cursor = answer["next"]
            if cursor is None:
                return found


def fits(path: str, reply: TestResponse) -> None:
    """Raises jsonschema's ValidationError, or AssertionError, where an answer is none that the document has."""
    operation = next((each for each in described()["paths"] if re.fullmatch(_pattern(each), path)), None)
    if operation is None:
        assert reply.status_code == 404
        return
    responses = described()["paths"][operation]["get"]["responses"]
    assert str(reply.status_code) in responses, reply.status_code
    if reply.status_code == 304:
        assert reply.get_data() == b""
        return
    response = responses[str(reply.status_code)]
    if "$ref" in response:
        response = described()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"][reply.mimetype]["schema"] | {"components": described()["components"]}
    jsonschema.Draft202012Validator(schema).validate(reply.json)
    if reply.status_code != 200:
        assert reply.json["status"] == reply.status_code
        assert reply.json["detail"].endswith((".", "…”")), reply.json["detail"]


def _pattern(path: str) -> str:
    return re.sub(r"\{\w+\}", "[^/]+", path)


def member(runtime: Runtime, *roles: Role, **more: Any) -> Staff:
    return factories.create_staff(runtime, *roles, study=versioned.NAME, **more)


def trail(runtime: Runtime) -> list[AuditEntry]:
    with runtime.database.reading() as session:
        return audit.entries(session)
