"""What of a style sheet a page needs."""

from __future__ import annotations

import pytest

from surveyapp.web.shared.sheets import needed

PAGE = '<main id="main"><p class="quiet" lang="pl">A loud page</p><button class="main">Go</button></main>'
SCRIPT = """document.querySelector(".right"); Object.assign(document.createElement("i"), { className: "left" });
line.classList.toggle("over", true)"""


@pytest.mark.parametrize(
    ("sheet", "kept"),
    [
        ("body{margin:0}*{box-sizing:border-box}", "body{margin:0}*{box-sizing:border-box}"),
        ("p{margin:0}h2{margin:0}", "p{margin:0}"),
        ("p.quiet{color:red}p.loud{color:red}.quiet .loud{color:red}", "p.quiet{color:red}"),
        ("h2,p,.loud{margin:0}", "p{margin:0}"),
        ("#main>p{margin:0}#side>p{margin:0}", "#main>p{margin:0}"),
        # Of states, of what is within or not, and of attributes the browser knows better.
        ("p:hover{margin:0}p::before{margin:0}h2:hover{margin:0}", "p:hover{margin:0}p::before{margin:0}"),
        ("main:has(.loud,:is(h2,h3)){margin:0}", "main:has(.loud,:is(h2,h3)){margin:0}"),
        (":is(.loud,h2),h2{margin:0}", ":is(.loud,h2){margin:0}"),
        ("[dir=rtl] p,[dir=rtl] h2{margin:0}", "[dir=rtl] p{margin:0}"),
        ("@media print{p{margin:0}h2{margin:0}}@media print{h2{margin:0}}", "@media print{p{margin:0}}"),
        ("@supports selector(:has(*)){@media print{h2{margin:0}p{margin:0}}}", None),
        ("@keyframes turn{from{rotate:0deg}to{rotate:1turn}}", "@keyframes turn{from{rotate:0deg}to{rotate:1turn}}"),
        # What a script makes; not what it looks for, nor what a text says.
        (".left.over{color:red}.right{color:red}i{color:red}.loud{color:red}", ".left.over{color:red}i{color:red}"),
        (":lang(pl){color:red}:lang(ur){color:red}p:lang(ur){color:red}", ":lang(pl){color:red}"),
    ],
)
def test_a_rule_is_kept_for_what_is_there(sheet: str, kept: str | None) -> None:
    whole = "@supports selector(:has(*)){@media print{p{margin:0}}}" if kept is None else kept
    assert needed(sheet, PAGE, SCRIPT) == whole


@pytest.mark.parametrize("sheet", ["p{margin:0", "p{margin:0}h2", "@media print{p{margin:0}"])
def test_what_is_no_whole_sheet_is_not_cut(sheet: str) -> None:
    with pytest.raises(ValueError, match="has no end"):
        needed(sheet, PAGE)
