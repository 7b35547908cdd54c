"""A purpose of consent is read by whatever it decides: one that nothing reads is a promise that nobody keeps."""

from __future__ import annotations

import ast

import pytest

from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.settings import ROOT

SERVICES = ROOT / "surveyapp" / "services"


def asked_of() -> set[str]:
    """The purposes that a service asks a person's consent for (`study.allows(Governs.X, …)`), or, of being contacted
    again, when they declined it (`study.declined_contact_at(…)`)."""
    found = set()
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == "declined_contact_at":
                    found.add(Governs.CONTACT_AGAIN.name)
                arguments = [each for each in node.args if isinstance(each, ast.Attribute)]
                if node.func.attr in ("allows", "_consenting"):
                    found |= {each.attr for each in arguments}
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_consenting":
                found |= {each.attr for each in node.args if isinstance(each, ast.Attribute)}
    return found


@pytest.mark.parametrize("governs", Governs)
def test_what_a_purpose_decides_asks_for_it(governs: Governs) -> None:
    assert governs.name in asked_of()
