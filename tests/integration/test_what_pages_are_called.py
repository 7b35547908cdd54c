"""What every page of staff's is called, walked as `test_navigation` walks them. No two of different studies, or of
working and of released figures, are called the same; and where a form is refused, the title says that first, and so
does each fault. Whatever is refused anywhere else in these tests is held to the same (`tests.page`); here each form
that a page has is sent empty."""

from __future__ import annotations

import re
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
    Role.MANAGER: {"manager.import_file", "manager.links", "manager.merge", "manager.new", "manager.touchpoint"},
    Role.INTERVIEWER: {"interviewer.consent", "interviewer.let_in", "spot.begin", "staff.password"},
    Role.EVALUATOR: {"tokens.own"},
    Role.ADMINISTRATOR: {"administrator.account", "administrator.invite", "manager.who_may"},
}
"""Some of what cannot be sent empty, so that the walk is known to meet it."""


class Seen:
    """The pages that somebody sees: what each is called, by its address, and of figures which they are; and their
    forms, one for each address that takes it and set of fields it has."""

    def __init__(self, client: Client) -> None:
        self.urls = client.raw.application.url_map.bind("localhost")
        self.forms: dict[tuple[str, frozenset[str]], PageForm] = {}
        self.titles: dict[str, str] = {}
        self.editions: dict[str, str] = {}

    def see(self, path: str, page: Page) -> None:
        self.titles[path] = page.said("title")[0]
        if edition := re.search(r'<b id="edition">(.*?)</b>', page.source):
            self.editions[path] = edition[1]
        for form in forms_of_text(page.source, path):
            endpoint = self._endpoint(form.action)
            if form.method == "POST" and endpoint and endpoint != "staff.logout":
                self.forms.setdefault((endpoint, frozenset(form.fields)), form)

    def _endpoint(self, address: str) -> str | None:
        try:
            return self.urls.match(urlsplit(address).path, method="POST")[0]
        except HTTPException:
            return None


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_what_a_page_is_called(cafe: Runtime, role: Role) -> None:
    client = signed_in(cafe, role, more=[factories.grant_of(role, OTHER)])
    seen = Seen(client)
    Walk(client, "/staff", seen.see)
    for path, title in seen.titles.items():
        study = next((each for each in cafe.studies.values() if f"/{each.id}" in path and "/phone" not in path), None)
        if study is not None:
            assert study.title in title, (path, title)
        assert seen.editions.get(path, "") in title, (path, title)
    refused = set()
    for (endpoint, _fields), form in seen.forms.items():
        sent = {name: value for name, value in form.values if form.fields[name] in SHOWN}
        answer = client.post(form.action, sent)  # which looks at the page
        if answer.status_code == REFUSED:
            refused.add(endpoint)
            assert Page(answer.text).said("title")[0].startswith(ERROR)
    assert refused >= REFUSED_EMPTY.get(role, set())
