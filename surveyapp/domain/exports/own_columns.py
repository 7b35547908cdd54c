"""The columns of files that are none of a questionnaire's: who, which group, how, when, and what was known before."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from surveyapp.domain.exports.columns import InWords
from surveyapp.domain.exports.dataset import (
    BY_PROXY_LABELS,
    MISSING_LABELS,
    ByProxy,
    ColumnRole,
    ColumnType,
    Dataset,
    ExportColumn,
    ExportedResponse,
    ExportRow,
    ExportValue,
    MeasureLevel,
    MissingKind,
    ValueLabel,
)
from surveyapp.domain.exports.names import unique_names
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.study import Study

ABSENT_AT_TOUCHPOINT = (MissingKind.NOT_DUE, MissingKind.NO_RESPONSE)


@dataclass(frozen=True)
class OwnColumns:
    """The columns of our own in the files of a study; their labels are source texts in the words of whoever reads."""

    study: Study
    translate: InWords

    def person(self) -> ExportColumn:
        return ExportColumn(
            name="person", label=self.translate(N_("Person")), type=ColumnType.TEXT, role=ColumnRole.KEY
        )

    def group(self) -> ExportColumn:
        labels = tuple(
            ValueLabel(value=group.id, number=number, label=group.title)
            for number, group in enumerate(self.study.groups, 1)
        )
        return ExportColumn(
            name="group",
            label=self.translate(N_("Group")),
            type=ColumnType.CODE,
            role=ColumnRole.DESIGN,
            values=labels,
        )

    def how(self, prefix: str, of: str | None = None) -> tuple[ExportColumn, ...]:
        return (
            self.plain(f"{prefix}mode", N_("Mode in which the answers were sent"), ColumnType.TEXT, of),
            self.plain(f"{prefix}language", N_("Language in which the answers were sent"), ColumnType.TEXT, of),
            self.plain(f"{prefix}rendering", N_("Whether they were sent in usual or easy words"), ColumnType.TEXT, of),
        )

    def by_whom(self, prefix: str, of: str | None = None) -> tuple[ExportColumn, ...]:
        """How much somebody else answered for them and, where the study lets somebody, who."""
        much = ExportColumn(
            name=f"{prefix}by_proxy",
            label=self._said(N_("How much of it somebody else answered for them"), of),
            type=ColumnType.CODE,
            role=ColumnRole.DESIGN,
            values=tuple(
                ValueLabel(value=each.value, number=number, label=self.translate(label))
                for number, (each, label) in enumerate(BY_PROXY_LABELS.items(), 1)
            ),
            missing=ABSENT_AT_TOUCHPOINT if of else (),
        )
        return (much, *self.proxy(prefix, of))

    def proxy(self, prefix: str = "", of: str | None = None) -> tuple[ExportColumn, ...]:
        """Who answered for them; no column where the study lets nobody."""
        if not self.study.proxies:
            return ()
        return (
            ExportColumn(
                name=f"{prefix}proxy",
                label=self._said(N_("Who answered for them (of several, the last)"), of),
                type=ColumnType.CODE,
                role=ColumnRole.DESIGN,
                values=tuple(
                    ValueLabel(value=code, number=number, label=label)
                    for number, (code, label) in enumerate(self.study.proxies.items(), 1)
                ),
                missing=(*(ABSENT_AT_TOUCHPOINT if of else ()), MissingKind.NOT_KNOWN),
            ),
        )

    def proxies(self, response: ExportedResponse, *, here: bool) -> tuple[ExportValue, ...]:
        """What stands beneath `proxy`, for a response of which something came from somebody else (`here`) or not. The
        study may name them no more."""
        if not self.study.proxies:
            return ()
        named = response.proxy if response.proxy in self.study.proxies else MissingKind.NOT_KNOWN
        return (named if here else None,)

    def who_answered(self, response: ExportedResponse) -> tuple[ExportValue, ...]:
        """What stands beneath `by_whom`."""
        much = response.by_proxy
        return (much.value, *self.proxies(response, here=much is not ByProxy.NONE))

    def missing_kind(self) -> ExportColumn:
        labels = tuple(
            ValueLabel(value=kind.value, number=number, label=self.translate(MISSING_LABELS[kind]))
            for number, kind in enumerate(MissingKind, 1)
        )
        return ExportColumn(
            name="missing",
            label=self.translate(N_("Why there is no answer")),
            type=ColumnType.CODE,
            role=ColumnRole.ANSWER,
            values=labels,
        )

    def number(
        self, name: str, label: str, of: str | None = None, role: ColumnRole = ColumnRole.DESIGN
    ) -> ExportColumn:
        return self.plain(name, label, ColumnType.NUMBER, of, role)

    def plain(
        self,
        name: str,
        label: str,
        kind: ColumnType,
        of: str | None = None,
        role: ColumnRole = ColumnRole.DESIGN,
    ) -> ExportColumn:
        """A column of our own: its label is a source text. `of`: the touchpoint it belongs to, by its title."""
        level: MeasureLevel = "nominal" if kind is ColumnType.TEXT else "scale"
        return ExportColumn(
            name=name,
            label=self._said(label, of),
            type=kind,
            role=role,
            level=level,
            least=0 if kind is ColumnType.NUMBER else None,
            missing=ABSENT_AT_TOUCHPOINT if of else (),
        )

    def _said(self, label: str, of: str | None) -> str:
        said = self.translate(label)
        return f"{of}: {said}" if of else said

    def known(self) -> tuple[ExportColumn, ...]:
        """What is known of people and of their sites, where the study says which values there can be."""
        return tuple(
            ExportColumn(
                name=attribute.id.replace(".", "_"),
                label=attribute.label,
                type=ColumnType.CODE,
                role=ColumnRole.KNOWN,
                values=tuple(
                    ValueLabel(value=value, number=number, label=label)
                    for number, (value, label) in enumerate(attribute.values.items(), 1)
                ),
                missing=(MissingKind.NOT_KNOWN,),
                variable=attribute.id,
            )
            for attribute in self.study.attributes
            if attribute.values
        )


def dataset(
    name: str, title: str, columns: Iterable[ExportColumn], count: int, rows: Callable[[], Iterator[ExportRow]]
) -> Dataset:
    """A dataset whose columns have a name each that is theirs alone."""
    made = tuple(columns)
    names = unique_names(each.name for each in made)
    return Dataset(
        name=name,
        title=title,
        columns=tuple(dataclasses.replace(each, name=given) for each, given in zip(made, names, strict=True)),
        count=count,
        rows=rows,
    )
