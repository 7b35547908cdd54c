"""A browser whose script sends saves in the background."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.test import TestResponse

from surveyapp.services.runtime import Runtime
from tests.phone import Phone

Form = Mapping[str, Sequence[str] | str]


class Device:
    """A phone that has let somebody in. `newest`: the save of each variable that it saw last."""

    def __init__(self, phone: Phone, runtime: Runtime, questionnaire: str = "backfill_1") -> None:
        self.phone, self.runtime, self.questionnaire = phone, runtime, questionnaire
        self.newest: dict[str, str] = {}
        self.token = ""

    @property
    def http(self) -> Any:
        return self.phone.client.raw

    def stand(self) -> dict[str, Any]:
        answer = self.http.get(self.phone.own("/survey/stand"))
        assert answer.status_code == 200, answer.json
        self.token = answer.json["token"]
        return dict(answer.json)

    def body(self, page: str, form: Form, **more: Any) -> dict[str, Any]:
        """A save of a page, over what this device saw last."""
        said = {name: [value] if isinstance(value, str) else list(value) for name, value in form.items()}
        variables = {name.partition(":")[0] for name in said}
        return {
            "save": str(uuid.uuid4()),
            "page": page,
            "questionnaire": self.questionnaire,
            "version": 1,
            "wording": None,
            "language": "en",
            "at": "2026-06-15T10:30:00Z",
            "form": said,
            "over": {name: self.newest.get(name) for name in variables},
        } | more

    def post(self, body: Any, headers: Mapping[str, str] | None = None, **more: Any) -> TestResponse:
        """Posts it, whatever it is."""
        if not self.token:
            self.stand()
        sent = {"data": body} if isinstance(body, str | bytes) else {"json": body}
        answer: TestResponse = self.http.post(
            self.phone.own("/survey/saves"),
            **{"content_type": "application/json", **sent, **more},
            headers={"X-CSRFToken": self.token, "Sec-Fetch-Site": "same-origin", **(headers or {})},
        )
        return answer

    def send(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Sends a save: what became of it."""
        answer = self.post(body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json or {}
        assert told["save"] == body["save"]
        return told

    def save(self, page: str, form: Form, **more: Any) -> dict[str, Any]:
        """Sends a save of a page, and takes it for what stands."""
        body = self.body(page, form, **more)
        told = self.send(body)
        self.newest |= dict.fromkeys(body["over"], body["save"])
        return told
