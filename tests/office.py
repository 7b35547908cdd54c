"""What tests of a manager's pages share."""

from __future__ import annotations

import html
import re

from tests.page import Client, Page, read

HOME = "/manage/job_rotation"
NEW = f"{HOME}/participants/new"
IMPORT = f"{HOME}/participants/import"


def post(client: Client, path: str, form_on: str | None = None, **data: object) -> Page | str:
    """Posts a form with what its page holds: the page that comes back, or where it leads."""
    held = client.page(form_on or path).fields()
    response = client.post(path, {**held, **data}, content_type="multipart/form-data")
    return response.location or read(response.text)


def rows(page: Page) -> list[str]:
    """The text of every row of every table, cells apart."""
    return [spaced(row) for row in re.findall(r"<tr.*?</tr>", page.source, re.DOTALL)]


def spaced(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", source)).split())


def facts(page: Page) -> set[str]:
    """What the page says as a name and its value."""
    return {spaced(each) for each in re.findall(r"<dt>.*?</dd>", page.source, re.DOTALL)}
