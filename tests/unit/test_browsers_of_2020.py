"""Scripts of participants' and interviewers' pages use nothing that browsers of 2020 do not have."""

from __future__ import annotations

import re
from pathlib import Path

from tests.newer_than_2020 import WRITTEN

SCRIPTS = Path("surveyapp/static/js/survey")


def test_no_script_is_written_with_what_they_do_not_have() -> None:
    scripts = sorted(SCRIPTS.glob("*.js"))
    assert len(scripts) > 40
    found = [
        f"{script.name}:{number}: {line.strip()}"
        for script in scripts
        for number, line in enumerate(script.read_text().splitlines(), 1)
        if not line.strip().startswith("//") and any(re.search(each, line) for each in WRITTEN)
    ]
    assert not [each for each in found if not re.search(r"\?\.\(", each)], found
