"""All that an evaluator can read of a study, wherever it stands: what is not in it is told nowhere."""

from __future__ import annotations

import dataclasses
import io
import re

import openpyxl
from flask import Flask

from surveyapp.domain.staff import Role
from surveyapp.reports.files.results_table import as_record
from surveyapp.services.questionnaires.release_preview import freezing, opening
from surveyapp.services.results.table import table
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.page import Client


@dataclasses.dataclass
class Everything:
    """What every address of the evaluators' says, to one of them, and what the command prints."""

    runtime: Runtime
    app: Flask
    client: Client = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(self.app.test_client())
        self.client.sign_in(factories.create_staff(self.runtime, Role.EVALUATOR).email)

    def read(self) -> dict[str, str]:
        places = {
            "study_id": factories.STUDY, "group": "backfill", "touchpoint": 1, "variable": "recommend",
            "measure_id": "placement_satisfaction",
        }  # fmt: skip
        adapter = self.app.url_map.bind("localhost")
        found = {}
        for rule in self.app.url_map.iter_rules():
            if rule.endpoint.startswith("evaluator.") and "GET" in (rule.methods or ()):
                path = adapter.build(rule.endpoint, {name: places[name] for name in rule.arguments})
                response = self.client.get(path)
                assert response.status_code == 200, (path, response.status_code)
                token = r'name="csrf_token" value="[^"]*"|nonce="[^"]*"|data-token="[^"]*"'
                said = _cells(response.data) if path.endswith(".xlsx") else re.sub(token, "", response.text)
                found[path.removeprefix(f"/results/{factories.STUDY}")] = said
        return found | {"results": self.printed(), "previews": self.previewed()}

    def previewed(self) -> str:
        """How many are in the middle of what a new version would change."""
        desk = factories.operator(self.runtime)
        return repr([each(desk, factories.STUDY, "backfill_1").midway for each in (freezing, opening)])

    def printed(self) -> str:
        rows = table(factories.operator(self.runtime), factories.STUDY)
        return repr([as_record(factories.STUDY, row) for row in rows])


def _cells(book: bytes) -> str:
    """Every cell of a spreadsheet."""
    opened = openpyxl.load_workbook(io.BytesIO(book))
    return repr([[[cell.value for cell in row] for row in sheet] for sheet in opened])
