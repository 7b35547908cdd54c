"""The guide that lists what the published report got wrong, with the platform's number beside it, is as its data and
the demonstration's release say.

`SURVEYAPP_WRITE_GUIDE=1 pytest` of this file writes it anew.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

from surveyapp.domain.audit import Operator
from surveyapp.domain.errors import Fault
from surveyapp.domain.reporting.checks import number_fault
from surveyapp.domain.reporting.template import NumberName, TemplateReading, read_text
from surveyapp.reports.documents.numbers import NumberFiller
from surveyapp.reports.text.phrasing import ENGLISH
from surveyapp.services.reporting import reports
from surveyapp.services.results.releasing import releases
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk

ROOT = Path(__file__).parents[2]
DATA = ROOT / "questionnaires" / "job_rotation" / "report" / "errata.csv"
GUIDE = ROOT / "docs" / "guides" / "what_the_report_got_wrong.md"

HEAD = """# What the report got wrong

Seventy places where the published report of the Job Rotation Pilot contradicts itself, arithmetic or its sources.
Where the platform has the number, it stands in the last column as the report of the demonstration's release prints it:
counted from answers, or worked out from what was loaded. An empty cell is a place that no number settles, such as a
claim drawn from interviews.

Written from `questionnaires/job_rotation/report/errata.csv`; a test keeps it true.

| no. | where | what | printed | should be | why | the platform says |
| --- | --- | --- | --- | --- | --- | --- |
"""


def test_the_guide_says_what_the_release_says(demo_runtime: Runtime) -> None:
    desk = Desk(demo_runtime, Operator())
    releases.make(desk, "job_rotation")
    material = reports.material(desk, "job_rotation")
    faults: list[Fault] = []
    filler, reading = NumberFiller(material, ENGLISH, faults), TemplateReading("errata.csv")
    lines = []
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for line, row in enumerate(rows, 2):
        text = read_text(row["platform"], line, 1, reading)
        names = [piece for piece in text if isinstance(piece, NumberName)]
        assert [number_fault(name, material.study, material.report.figures) for name in names] == [None] * len(names)
        cells = [row["id"], row["report_ref"], row["kind"], row["printed"], row["should_be"], row["why"]]
        said = [cell.replace("|", "\\|") for cell in (*cells, filler.fill(text, "errata.csv"))]
        lines.append(f"| {' | '.join(said)} |")
    assert not reading.faults
    assert not faults, "\n".join(map(str, faults))
    assert len(rows) == len({row["id"] for row in rows}) == 70
    guide = HEAD + "\n".join(lines) + "\n"
    if os.environ.get("SURVEYAPP_WRITE_GUIDE"):
        GUIDE.write_text(guide, encoding="utf-8")
    assert GUIDE.read_text(encoding="utf-8") == guide
