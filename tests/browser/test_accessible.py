"""The check of a page finds what it is there for: one bad cell of a hundred, colours of the scheme not on show."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.accessible import check_accessible
from tests.browser.conftest import Tab

PAGE = """<!doctype html><html lang="en"><head><title>A page</title><style>
:root {{ color-scheme: light dark; --ink: #111; --paper: #fff; --soft: #555; --link: #0b5d5e }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #eee; --paper: #111; --soft: #aaa; --link: #6fc4c1 }} }}
body {{ color: var(--ink); background: var(--paper) }} a {{ color: var(--link) }} .soft {{ color: var(--soft) }}
{styles}
</style></head><body><main><h1>A page</h1>
<p>Some words and <a href="#there">a link</a> among them.</p>
<table><tr><th scope="col">Number</th></tr>{cells}</table><p id="there">{more}</p></main></body></html>"""

CELLS = "".join(f'<tr><td class="soft">{number}</td></tr>' for number in range(10, 110))

BAD = {
    "a class of one cell": (".faint { color: #ccc }", CELLS.replace('"soft">57', '"soft faint">57'), ""),
    "a style of one cell": ("", CELLS.replace('<td class="soft">33', '<td style="color: #ddd" class="soft">33'), ""),
    "one of a row": (".soft:not(tr:nth-child(78) .soft) { color: var(--ink) } .soft { color: #999 }", CELLS, ""),
    "in the dark": ("@media (prefers-color-scheme: dark) { .soft { color: #333 } }", CELLS, ""),
    "in the dark, over what is clear": (
        "@media (prefers-color-scheme: dark) { .veil { background: rgb(255 255 255 / .7) } }",
        CELLS,
        '<span class="veil"><b>Words</b></span>',
    ),
    "in the dark, faded": ("@media (prefers-color-scheme: dark) { .soft { opacity: .3 } }", CELLS, ""),
    "in the dark, a link": (
        "@media (prefers-color-scheme: dark) { a { color: #ddd; text-decoration: none } }",
        CELLS,
        'And <a href="#there">here</a> it goes on.',
    ),
    "a rule of another kind": ("", CELLS, "<button></button>"),
}


@pytest.fixture
def page(tab: Tab) -> Page:
    return tab("about:blank")


def show(page: Page, styles: str = "", cells: str = CELLS, more: str = "") -> None:
    page.set_content(PAGE.format(styles=styles, cells=cells, more=more))


def test_what_is_wrong_is_found_once_and_with_its_place(page: Page) -> None:
    show(page)
    check_accessible(page)
    for name, bad in BAD.items():
        show(page, *bad)
        scheme = "dark" if "in the dark" in name else "light"
        with pytest.raises(AssertionError, match=f", {scheme}:"):
            check_accessible(page)
        page.emulate_media(color_scheme="light")


def test_a_kind_that_is_wrong_is_shown_by_two_of_it(page: Page) -> None:
    show(page, ".soft { color: #999 }")
    with pytest.raises(AssertionError) as raised:
        check_accessible(page)
    assert str(raised.value).count("<td") == 2
