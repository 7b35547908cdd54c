"""What the audit trail says was done, in words: all of it, and each thing in words of its own."""

from __future__ import annotations

from collections import Counter

import pytest
from flask_babel import force_locale

from surveyapp import create_app
from surveyapp.domain.audit import AuditAction
from surveyapp.web.auditor.words import ACTIONS
from tests import factories
from tests.conftest import Clock


def test_every_action_has_words() -> None:
    assert set(ACTIONS) == set(AuditAction)


@pytest.mark.parametrize("language", ["en", "pl", "pa", "ur"])
def test_no_two_say_the_same_in_any_language(language: str) -> None:
    app = create_app(factories.create_runtime(factories.UNUSED, Clock()))
    with app.test_request_context(), force_locale(language):
        said = Counter(str(words) for words in ACTIONS.values())
    assert {words: count for words, count in said.items() if count > 1} == {}
