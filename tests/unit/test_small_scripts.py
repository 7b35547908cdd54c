"""Scripts go out as they were made small, and as they are written where a module has changed since."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import surveyapp
from surveyapp.web.shared.static_files import is_of, joined

SCRIPTS = Path(surveyapp.__file__).parent / "static" / "js"
MODULES, SMALL = SCRIPTS / "survey", SCRIPTS / "small"


def test_what_goes_out_was_made_of_the_modules_that_are_there() -> None:
    assert is_of(SMALL, MODULES), "A module has changed: run `make scripts` and commit what it writes."


def test_a_module_that_changed_goes_out_as_it_is_written(tmp_path: Path) -> None:
    changed = Path(shutil.copytree(MODULES, tmp_path / "survey"))
    assert is_of(SMALL, changed)
    (changed / "clock.js").write_text((changed / "clock.js").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not is_of(SMALL, changed)
    assert not is_of(tmp_path / "nothing made small", changed)


def test_every_script_that_goes_out_alone_joins() -> None:
    for name in sorted(path.stem for path in SMALL.glob("*.js")):
        imports = re.findall(r"^import .*$", joined(MODULES, name), re.MULTILINE)
        assert imports == (['import { leaving } from "./participant.js";'] if name == "survey" else []), name
