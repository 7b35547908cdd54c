"""A report as a document: a template's lines, filled from a release.

What a release does not hold or does not tell stands in the way of the whole report: every such place is said at once,
and nothing is built.
"""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from surveyapp.domain.errors import Fault, ReportFaults
from surveyapp.domain.i18n import joined
from surveyapp.domain.reporting.material import ReportMaterial
from surveyapp.domain.reporting.template import (
    Directive,
    NamedQuestion,
    ReportHeading,
    ReportList,
    ReportParagraph,
    report_fault,
)
from surveyapp.domain.results import Distribution, Shift, Tally
from surveyapp.domain.results.distributions import THEMES
from surveyapp.reports.charts.bars import column_label, people_label
from surveyapp.reports.charts.beside import comparators_chart, own_bar
from surveyapp.reports.charts.drawn import Chart, by_question, crosstab_chart, question_chart, shift_chart
from surveyapp.reports.documents import tables
from surveyapp.reports.documents.document import (
    Document,
    DocumentBlock,
    DocumentContents,
    DocumentFigure,
    DocumentHeading,
    DocumentList,
    DocumentParagraph,
    DocumentQuotation,
    DocumentQuotations,
    DocumentTable,
)
from surveyapp.reports.documents.numbers import NumberFiller, Untold, hidden, missing
from surveyapp.reports.documents.said import chart_words
from surveyapp.reports.documents.tables import TableMade
from surveyapp.reports.files import tables as result_tables
from surveyapp.reports.files.same_people import same_people
from surveyapp.reports.text import sentences, series
from surveyapp.reports.text.beside import source_words
from surveyapp.reports.text.coding import coding_words
from surveyapp.reports.text.phrasing import FLAG, Phrasing, count_words, flagged


def build(material: ReportMaterial, words: Phrasing, site: str | None = None) -> Document:
    """The document of a study's report. `site`: the address of the installation, so that links lead back to it. Raises
    ReportFaults with every number, figure and table that the release does not tell."""
    made = _ReportBuilder(material, words, site)
    document = made.document()
    if made.faults:
        raise ReportFaults(tuple(sorted(made.faults)))
    return document


class _ReportBuilder:
    def __init__(self, material: ReportMaterial, words: Phrasing, site: str | None) -> None:
        self.material, self.words = material, words
        self.faults: list[Fault] = []
        self.filler = NumberFiller(material, words, self.faults)
        release = material.release
        zone = ZoneInfo(material.study.time_zone)
        until = words.measured(release.answers_at.astimezone(zone).date())
        self.edition = words.gettext("Release %(number)s, answers up to %(time)s", number=release.number, time=until)
        self.address = f"{(site or '').rstrip('/')}/released/{material.study.id}/{release.number}"
        self.figures = self.tables = self.left_out = 0
        self.anchors: set[str] = set()
        self.quoted: set[uuid.UUID] = set()

    def document(self) -> Document:
        template = self.material.report.template
        language = self.words.language()
        blocks = tuple(self._blocks())
        return Document(
            title=self.filler.fill(template.title, template.file),
            subtitle=self.filler.fill(template.subtitle, template.file),
            edition=self.edition,
            address=self.address,
            language=language,
            from_right=language.partition("-")[0] in ("ar", "fa", "he", "ur"),
            blocks=blocks,
            left_out=self.left_out,
            quoted=frozenset(self.quoted),
        )

    def _blocks(self) -> Iterator[DocumentBlock]:
        template = self.material.report.template
        for block in template.blocks:
            match block:
                case ReportHeading():
                    text = self.filler.fill(block.text, template.file)
                    yield DocumentHeading(block.level, text, self._anchor(text))
                case ReportParagraph():
                    yield DocumentParagraph(self.filler.fill(block.text, template.file))
                case ReportList():
                    yield DocumentList(tuple(self.filler.fill(item, template.file) for item in block.items))
                case Directive(kind="contents"):
                    yield DocumentContents()
                case Directive(kind="quotations"):
                    yield from self._quotations(block, self.filler.fill(block.caption, template.file))
                case Directive(kind="themes"):
                    yield from self._themes(block, self.filler.fill(block.caption, template.file))
                case Directive():
                    try:
                        yield from self._exhibits(block, self.filler.fill(block.caption, template.file))
                    except Untold as why:
                        sentence = f"`{block.kind} {block.subject} {' '.join(block.names)}` {why.sentence}"
                        self.faults.append(report_fault(template.file, block.line, 1, why.code, sentence))

    def _anchor(self, text: str) -> str:
        plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"
        anchor, number = plain, 2
        while anchor in self.anchors:
            anchor, number = f"{plain}-{number}", number + 1
        self.anchors.add(anchor)
        return anchor

    def _exhibits(self, block: Directive, caption: str) -> Iterator[DocumentBlock]:
        match block.subject:
            case "question":
                for together in self._questions(block):
                    yield from self._question(block, together, caption)
            case "measure" | "steps":
                yield from self._measure(block, caption)
            case "comparators" if block.kind == "figure":
                yield from self._beside(block, caption)
            case "crosstab":
                yield from self._crosstab(block, caption)
            case _:
                yield self._table(tables.loaded(block, self.material, self.filler, self.words), caption)

    def _questions(self, block: Directive) -> list[tuple[Distribution, ...]]:
        """The variables of the question that is named, those of several touchpoints under one another; or of every
        question, each for itself."""
        place = NamedQuestion.of(block.names[0])
        found: list[Distribution] = []
        every: list[tuple[Distribution, ...]] = []
        for number in place.touchpoints:
            held = by_question(self.material.questions(place.group, number, block.by))
            if place.variable == "*":
                if not held:
                    raise missing(f"is not in release {self.material.release.number}. Take the line out.")
                every += [each for each in held if self._drawn(each)]
                continue
            bare = place.variable.partition("@")[0]
            together = next(
                (each for each in held if any(one.key == place.variable or one.variable == bare for one in each)), ()
            )
            if not together:
                raise missing(
                    f"is not in release {self.material.release.number}, which was cut when touchpoint {number} did not "
                    "ask this. Name another release, or take the line out."
                )
            if "@" in place.variable:
                together = tuple(each for each in together if each.key == place.variable)
            point = self.material.study.touchpoint(place.group, number)
            if len(place.touchpoints) > 1 and point is not None:
                together = tuple(
                    dataclasses.replace(each, moment_label=joined(" · ", (part for part in (
                        each.moment_label, point.title) if part)))
                    for each in together
                )  # fmt: skip
            found.extend(together)
        return every or [tuple(found)]

    def _drawn(self, together: Sequence[Distribution]) -> bool:
        """Whether a question has more to show than how many wrote something."""
        return question_chart(together, self.words) is not None

    def _question(self, block: Directive, together: tuple[Distribution, ...], caption: str) -> Iterator[DocumentBlock]:
        first = together[0]
        remarks = [self.words.gettext("Several answers could be chosen, so they add up to more than 100%.")] * (
            first.several
        )
        remarks += series.distribution_words(together, self.words)
        remarks += [said for each in together for said in coding_words(each, self.words)]
        layouts = dict.fromkeys(series.layout_words(each.layout, self.words) for each in together)
        remarks += [said for said in layouts if said]
        note = self._note([*self._bases(together), *remarks])
        path = f"/questions/{first.group}/{first.touchpoint}/{first.variable}"
        caption = caption or first.question
        if block.kind == "table":
            made = TableMade.of(result_tables.answers(together, self.words))
            yield self._table(dataclasses.replace(made, note=note, path=path), caption)
            return
        yield self._figure(question_chart(together, self.words), caption, note, path)

    def _quotations(self, block: Directive, caption: str) -> Iterator[DocumentBlock]:
        """What may be quoted of a question, as long as it may; left out where that is nothing."""
        place = NamedQuestion.of(block.names[0])
        found = [
            each
            for each in self.material.quotations
            if each.group == place.group
            and each.touchpoint in place.touchpoints
            and place.variable in ("*", each.variable)
        ]
        if not found:
            self.left_out += 1
            return
        self.quoted.update(each.id for each in found)
        yield DocumentQuotations(
            caption=caption or found[0].question,
            quotations=tuple(
                DocumentQuotation(each.text, each.language, _headed(self.words.listed(
                    part for part in (each.member, each.segment, self.words.gettext("translated") if each.translated
                                      else None) if part)))
                for each in found
            ),
        )  # fmt: skip

    def _themes(self, block: Directive, caption: str) -> Iterator[DocumentBlock]:
        """What people's words were coded as; left out where nobody has coded them in this release."""
        place = NamedQuestion.of(block.names[0])
        together = tuple(
            each
            for number in place.touchpoints
            for each in self.material.questions(place.group, number, block.by)
            if each.is_themes and each.variable == place.variable + THEMES
        )
        if not together or question_chart(together, self.words) is None:
            self.left_out += 1
            return
        yield from self._question(block, together, caption)

    def _bases(self, together: Sequence[Distribution]) -> list[str]:
        """How many answered, once where it is the same everywhere."""
        rows = [(column_label(each, tally, self.words), tally) for each in together for tally in each.tallies]
        return _based([(label or people_label(tally, self.words), tally) for label, tally in rows], self.words)

    def _measure(self, block: Directive, caption: str) -> Iterator[DocumentBlock]:
        shift = self.material.shift(block.names[0], block.by)
        if shift is None:
            raise missing(
                f"is not in release {self.material.release.number}, which was cut without this measure. Name another "
                "release, or take the line out."
            )
        rows = [
            (series.row_label(shift, index) if len(together) == 1 else joined(
                " · ", (series.row_label(shift, index), people_label(row.tally, self.words))), row.tally)
            for index, together in enumerate(shift.rows)
            for row in together
        ]  # fmt: skip
        based = [said for said in _based(rows, self.words) if not said.startswith(FLAG)]  # the notes say what it means
        note = self._note([*based, *sentences.notes(shift, self.words)])
        caption, path = caption or shift.title, f"/measures/{shift.measure}"
        if block.kind == "figure":
            yield self._figure(shift_chart(shift, self.words), caption, note, path)
            return
        yield self._table(self._measure_table(block, shift, note, path), caption)

    def _measure_table(self, block: Directive, shift: Shift, note: str, path: str) -> TableMade:
        found = result_tables.counts(shift, self.words)
        if block.subject == "steps":
            steps = same_people(shift, self.words)
            if steps is None:
                raise missing("has one moment alone, so that nobody can be followed. Take the line out.")
            found = steps
        return dataclasses.replace(TableMade.of(found), note=note, path=path)

    def _beside(self, block: Directive, caption: str) -> Iterator[DocumentBlock]:
        """A question's share with the figures of other people beside it."""
        place = NamedQuestion.of(block.names[0])
        found = self.material.distribution(place.group, place.touchpoints[0], place.variable)
        beside = self.material.study.comparators_of(place.group, place.variable)
        if found is None or not beside or not found.tallies or found.tallies[0].withheld:
            raise missing("has no share in this release that other people's figures stand beside. Take the line out.")
        tally, labels = found.tallies[0], {each.code: each.label for each in (*found.options, *found.nets)}
        codes = dict.fromkeys(code for _other, options in beside for code in options)
        own = [
            own_bar(labels[code], None, tally.cell(code), tally.base, self.words, flagged=flagged(tally))
            for code in codes
            if code in labels
        ]
        chart = comparators_chart(
            [(each, self.words.listed(labels.get(code, code) for code in options)) for each, options in beside],
            own,
            self.words,
        )
        sources = [self.words.labelled(each.people, source_words(each, self.words)) for each, _options in beside]
        note = self._note([*self._bases([found]), *sources])
        path = f"/questions/{place.group}/{place.touchpoints[0]}/{found.variable}"
        yield self._figure(chart, caption or found.question, note, path)

    def _crosstab(self, block: Directive, caption: str) -> Iterator[DocumentBlock]:
        group, _dot, number = block.names[0].partition(".")
        found = self.material.crosstab(group, int(number), (block.names[1], block.names[2]))
        if found is None:
            raise missing("is not in this release. Take the line out.")
        if found.withheld or crosstab_chart(found, self.words) is None:
            raise hidden("is not shown in this release, to protect people. Take the line out.")
        note = self._note([sentences.crossing_words(found, self.words)])
        made = TableMade.of(result_tables.crossed(found, self.words))
        path = f"/crosstabs/{group}/{number}"
        yield self._table(dataclasses.replace(made, note=note, path=path), caption or made.caption)

    def _figure(self, chart: Chart | None, caption: str, note: str, path: str) -> DocumentFigure:
        if chart is None:
            raise missing("has nothing that could be drawn. Take the line out.")
        self.figures += 1
        said = chart_words(chart, caption, self.words)
        return DocumentFigure(
            number=self.figures, caption=caption, chart=chart, said=said, note=note, address=self.address + path
        )

    def _table(self, made: TableMade, caption: str) -> DocumentTable:
        self.tables += 1
        note = made.note or self._note([])
        return DocumentTable(
            number=self.tables,
            caption=caption or made.caption,
            columns=made.columns,
            rows=made.rows,
            note=note,
            address=self.address + made.path if made.path is not None else "",
        )

    def _note(self, parts: Sequence[str]) -> str:
        """What stands under a figure or table: its base, its cautions, and the release it is of."""
        said = [part if part.endswith((".", "!", "?")) else f"{part}." for part in dict.fromkeys(parts) if part]
        return " ".join([*said, f"{self.edition}."])


MOST_BASES = 4
"""Rows whose bases are said under a figure; those of more stand beside each."""


def _based(rows: Sequence[tuple[str, Tally]], words: Phrasing) -> list[str]:
    """The base of each row, once where all are alike; and what its flag means."""
    if not rows:
        return []
    bases = dict.fromkeys(count_words(tally.base, words) for _label, tally in rows)
    flag = any(flagged(tally) for _label, tally in rows)
    if len(bases) == 1:
        said = words.gettext("Base: %(base)s", base=next(iter(bases)))
    elif len(bases) > MOST_BASES or len(rows) > MOST_BASES:
        said = words.gettext("Base: as each row says")
    else:
        listed = (words.labelled(label, count_words(tally.base, words)) for label, tally in rows)
        said = words.gettext("Base: %(base)s", base=words.chained(dict.fromkeys(listed)))
    return [said, *([words.gettext("%(flag)s Low base: read with caution", flag=FLAG)] if flag else [])]


def _headed(words: str) -> str:
    """What stands by itself begins with a capital, where its script has them."""
    return words[:1].upper() + words[1:]
