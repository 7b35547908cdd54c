"""Every form of staff's that is refused says so: first in the title of the page, and at the head of each fault. Whatever is
refused anywhere else in these tests is held to the same (`tests.page`); here each form that a page has is sent empty."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from surveyapp.domain.staff import Role
from surveyapp.services.runtime import Runtime
from tests import factories
from tests.fuzz.browser import PageForm, forms_of_text
from tests.integration.test_navigation import OTHER, Walk, cafe, signed_in
from tests.page import ERROR, REFUSED, Client, Page

__all__ = ["cafe"]
"""A fixture: two studies in which everything there are pages for has happened."""

SHOWN = ("hidden", "submit", "radio")
"""What of a form is sent as it stands, where its page has chosen it."""

REFUSED_EMPTY = {
    Role.MANAGER: {
        "manager.contact",
        "manager.import_file",
        "manager.links",
        "manager.merge",
        "manager.new",
    },
    Role.INTERVIEWER: {"interviewer.start", "interviewer.consent", "interviewer.end", "tokens.own"},
    Role.EVALUATOR: {"tokens.own"},
}
"""Some of what cannot be sent empty, so that the walk is known to meet it."""


class Forms:
    """The forms of the pages that somebody sees, one for each address that takes it and set of fields it has."""

    def __init__(self, client: Client) -> None:
        self.urls = client.raw.application.url_map.bind("localhost")
        self.found: dict[tuple[str, frozenset[str]], PageForm] = {}

    def see(self, path: str, page: Page) -> None:
        for form in forms_of_text(page.source, path):
            endpoint = self._endpoint(form.action)
            if form.method == "POST" and endpoint and endpoint != "staff.logout":
                self.found.setdefault((endpoint, frozenset(form.fields)), form)

    def _endpoint(self, address: str) -> str | None:
        try:
            return self.urls.match(urlsplit(address).path, method="POST")[0]
        except HTTPException:
            return None


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_a_form_that_is_refused_says_so_first(cafe: Runtime, role: Role) -> None:
    client = signed_in(cafe, role, more=[factories.grant_of(role, OTHER)])
    forms = Forms(client)
    Walk(client, "/staff", forms.see)
    refused = set()
    for (endpoint, _fields), form in forms.found.items():
        sent = {name: value for name, value in form.values if form.fields[name] in SHOWN}
        answer = client.post(form.action, sent)  # which looks at the page
        if answer.status_code == REFUSED:
            refused.add(endpoint)
            assert Page(answer.text).said("title")[0].startswith(ERROR)
    print(role, sorted(refused))
    assert refused >= REFUSED_EMPTY.get(role, set())
