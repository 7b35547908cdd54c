"""A study's report from its folder: `report/report.md` and `report/figures.yaml`; where there is none, what every
study's report holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from surveyapp.domain.authoring.file_text import UnreadableFile, exists, read_text
from surveyapp.domain.authoring.folders import REPORT_FIGURES, REPORT_TEMPLATE, shown_in
from surveyapp.domain.authoring.shape_faults import validated
from surveyapp.domain.authoring.yaml_source import read_source
from surveyapp.domain.errors import Fault
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.reporting.checks import check_report
from surveyapp.domain.reporting.loaded import FiguresW, ReportFigures, check_attributes, figures_of
from surveyapp.domain.reporting.template import (
    Directive,
    NumberName,
    ReportBlock,
    ReportHeading,
    ReportParagraph,
    ReportTemplate,
    TemplateReading,
    read_template,
    report_fault,
)


@dataclass(frozen=True, kw_only=True)
class StudyReport:
    """What a study's report is built from, beside a release. `own`: it has a template of its own. `figures_file`: as
    faults name it."""

    template: ReportTemplate
    figures: ReportFigures
    figures_file: str
    own: bool


def read_report(folder: Path, study: Study) -> tuple[StudyReport, tuple[Fault, ...]]:
    """The report of a study in its folder, and all that is wrong with it."""
    faults: list[Fault] = []
    path, shown = folder / REPORT_TEMPLATE, shown_in(folder, folder / REPORT_TEMPLATE)
    own, written = exists(path), ""
    if own:
        try:
            written = read_text(path)
        except UnreadableFile as error:
            faults.append(report_fault(shown, error.line, 1, "unreadable_report", error.sentence))
            own = False
    template, found = read_template(written, shown) if own else (default_template(study), ())
    faults += found
    figures, figures_file = ReportFigures(), shown_in(folder, folder / REPORT_FIGURES)
    if exists(folder / REPORT_FIGURES):
        source, reading = read_source(folder / REPORT_FIGURES, figures_file), TemplateReading(figures_file)
        read = validated(FiguresW, source) if not source.faults else None
        if read is not None:
            figures = figures_of(read, source, reading)
            check_attributes(read, study, source)
        faults += [*source.faults, *reading.faults]
    if not faults:
        faults += check_report(template, figures, study, figures_file)
    return StudyReport(template=template, figures=figures, figures_file=figures_file, own=own), tuple(sorted(faults))


def default_template(study: Study) -> ReportTemplate:
    """The report of a study that has none of its own, in the study's own words: who answered, every measure, then every
    question of each touchpoint."""
    blocks: list[ReportBlock] = [ReportParagraph(0, (study.summary,)), _directive("contents", "")]
    for group in study.groups:
        blocks += [ReportHeading(0, 1, (group.title,)), _directive("table", "answered", group.id)]
        for measure in (each for each in study.measures if each.group == group.id):
            headline = NumberName(
                line=0, column=0, written=f"headline {measure.id}", kind="headline", names=(measure.id,), form="said"
            )
            blocks += [ReportHeading(0, 2, (measure.title,)), ReportParagraph(0, (headline, "."))]
            blocks += [_directive(kind, "measure", measure.id) for kind in ("figure", "table")]
        for point in study.touchpoints_of(group.id):
            blocks.append(ReportHeading(0, 2, (point.title,)))
            blocks.append(_directive("figure", "question", f"{group.id}.{point.number}.*"))
    if study.targets or study.comparators:
        blocks.append(ReportHeading(0, 1, (study.public_title,)))
        blocks += [_directive("table", "targets")] * bool(study.targets)
        blocks += [_directive("table", "comparators")] * bool(study.comparators)
    return ReportTemplate(file="default report", title=(study.title,), blocks=tuple(blocks))


def _directive(kind: str, subject: str, *names: str) -> Directive:
    return Directive(line=0, kind=kind, subject=subject, names=names)
