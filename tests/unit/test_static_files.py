"""A script goes as one file with all that it imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveyapp.web.shared.static_files import joined

SURVEY = Path(__file__).parents[2] / "surveyapp" / "static" / "js" / "survey"


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_what_is_imported_stands_before_and_keeps_its_names_to_itself(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        one='import { two as second } from "./two.js";\nconst own = second();\n',
        two='import { three } from "./three.js";\nconst own = 2;\nexport function two() { return own + three; }\n',
        three="export const three = 3;\n",
    )
    assert joined(folder, "one").splitlines() == [
        "const $three = (() => {",
        "const three = 3;",
        "return { three };",
        "})();",
        "const $two = (() => {",
        "const {three } = $three;".replace("{three", "{ three"),
        "const own = 2;",
        "function two() { return own + three; }",
        "return { two };",
        "})();",
        "const { two: second } = $two;",
        "const own = second();",
    ]


def test_what_two_import_is_there_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        a='import { b } from "./b.js";\nimport { c } from "./c.js";\nb(c);\n',
        b='import { c } from "./c.js";\nexport const b = () => c;\n',
        c="export const c = 1;\n",
    )
    assert joined(folder, "a").count("const c = 1;") == 1


@pytest.mark.parametrize(
    "line", ['import "./b.js";', 'import b from "./b.js";', "export default 1;", "export let moving = 1;"]
)
def test_what_cannot_be_joined_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match="cannot be joined"):
        joined(write(tmp_path, a=f"{line}\n"), "a")


@pytest.mark.parametrize("name", sorted(path.stem for path in SURVEY.glob("*.js")))
def test_every_module_can_be_joined(name: str) -> None:
    assert joined(SURVEY, name)
