"""Files beside the pages of results: whoever reads a table can take it with them."""

from __future__ import annotations

import html
import io
import re
from collections import Counter, deque
from collections.abc import Iterable

from openpyxl import load_workbook

from tests.page import Client

OF_EACH_KIND = 3


def check_files(client: Client, root: str, first: Iterable[str]) -> Counter[str]:
    """Walks from some pages to others under `root`, a few of each kind. Every page with a table leads to a CSV that is
    there and to a spreadsheet, which has each row of each table. Returns how many pages of each kind had tables."""
    urls = client.raw.application.url_map.bind("localhost")
    waiting, met = deque(first), set(first)
    kinds: Counter[str] = Counter()
    with_tables: Counter[str] = Counter()
    while waiting:
        path = waiting.popleft()
        source = client.page(path).source
        links = [html.unescape(each) for each in re.findall(r'href="(/[^"#]+)"', source)]
        tables = re.findall(r'<table class="results.*?</table>', source, re.DOTALL)
        if tables:
            with_tables[urls.match(path.partition("?")[0])[0]] += 1
            files = {form: [each for each in links if f".{form}" in each] for form in ("csv", "xlsx")}
            assert files["csv"], path
            assert files["xlsx"], path
            assert all(client.get(each).status_code == 200 for each in files["csv"]), path
            held = {text for each in files["xlsx"] for text in cells(client.get(each).data)}
            for table in tables:
                rows = re.findall(r'<th scope="row">(.*?)</th>', table, re.DOTALL)
                told = {plain(re.findall(r"<span>(.*?)</span>", row, re.DOTALL)[0]) for row in rows}
                assert not {each for each in told if not any(each in text for text in held)}, (path, told - held)
        for each in links:
            if each in met or not each.startswith(root) or "?" in each or re.search(r"\.(csv|xlsx)", each):
                continue
            kind = urls.match(each)[0]
            kinds[kind] += 1
            if kinds[kind] <= OF_EACH_KIND:
                met.add(each)
                waiting.append(each)
    return with_tables


def plain(source: str) -> str:
    """The text of some HTML, white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", source)).split())


def cells(content: bytes) -> set[str]:
    """Every text of a spreadsheet."""
    book = load_workbook(io.BytesIO(content), read_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    return {" ".join(str(value).split()) for row in rows for value in row if value is not None}
