"""A study's single answers for a program, some people at a time: the datasets of files, column by column.

What a person is called is worked out from the token with which the program reads, and kept nowhere: the same on every
page and every day for one token, another for each other, and unknown to whoever has the database alone.
"""

from __future__ import annotations

import datetime as dt
import heapq
import hmac
import itertools
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import NotFound
from surveyapp.domain.exports.columns import InWords
from surveyapp.domain.exports.dataset import MISSING_LABELS, ColumnType, Dataset, ExportRow, ExportShape
from surveyapp.domain.exports.reasons import reasons_beside
from surveyapp.domain.exports.tables import ExportTables
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.exports.answers import cut, edition_of, instruments, may_export, read_answers
from surveyapp.services.exports.whose import whose
from surveyapp.services.open_answers.themes import ThemesInFiles
from surveyapp.services.programs.tokens import ProgramCaller
from surveyapp.services.work import Desk, Work
from surveyapp.store import questionnaire_versions
from surveyapp.store.answering import exported

MOST_PEOPLE = 1_000
"""People of whom one answer holds the answers."""


@dataclass(frozen=True, kw_only=True)
class AnswersPage:
    """Rows of some people in a dataset, with the columns of the files that hold both an answer and why there is none.
    `last`: what the last of these people is called here, where there are more after them."""

    study: str
    edition: str
    shape: ExportShape
    dataset: Dataset
    rows: tuple[ExportRow, ...]
    until: dt.datetime
    last: str | None


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """What a program asks for. `limit`: of how many people at most; `after`: what whoever they come after is
    called, as `last` said it."""

    shape: ExportShape
    dataset: str
    release: int | None = None
    limit: int = MOST_PEOPLE
    after: str = ""


def page(desk: Desk, caller: ProgramCaller, study_id: str, request: PageRequest, translate: InWords) -> AnswersPage:
    """The next people's rows. It is in the trail before any answer is read. Raises NotFound, NotPermitted."""
    study = may_export(desk, study_id)
    scope = desk.scope(Action.EXPORT_ANSWERS, study_id)
    with desk.reading() as work:
        until = cut(work, scope, request.release)
        named = _next_people(
            exported.people_there(work.session, scope), caller, study_id, request.after, request.limit + 1
        )
        shown = dict(itertools.islice(named.items(), request.limit))
        people = list(whose(work, study, scope, until, references=False, named=shown).people.values())
        may_leave = {each.id for each in people}
        read = exported.sent_responses(work.session, scope, until, shown.keys())
        sent = [each for each in read if each.person in may_leave]
        sent.sort(key=lambda each: (shown[each.person], each.touchpoint))  # type: ignore[index]  # their key
        there = {each.person for each in sent}
        versions = instruments(work, study, _opened(work, study_id))
        coded = ThemesInFiles(work, scope, study, versions, study.source_language)
        tables = ExportTables(
            study=study,
            translate=translate,
            versions=coded.versions,
            people=[each for each in people if each.id in there],
            responses=sent,
            answers_of=lambda some: coded.beside(read_answers(desk, scope, some)),
            attempts=lambda: exported.attempts(work.session, scope, until, there),  # type: ignore[arg-type]  # their keys
        )
        datasets = {each.name: each for each in tables.datasets(request.shape, with_empty=True)}
        if request.dataset not in datasets:
            raise NotFound(say("no_dataset", dataset=request.dataset, known=sorted(datasets)))
    # Nothing that takes long is done while it is written, and no answer is read before.
    with desk.writing() as noting:
        noting.record(
            AuditAction.ANSWERS_EXPORTED,
            study=study_id,
            shape=request.shape.value,
            form="json",
            edition=edition_of(request.release),
            purpose=caller.token.purpose,
            people=len(there),
            responses=len(sent),
            references=False,
            token=str(caller.token.id),
            what=request.dataset,
        )
    chosen = with_reasons(datasets[request.dataset], translate)
    return AnswersPage(
        study=study_id,
        edition=edition_of(request.release),
        shape=request.shape,
        dataset=chosen,
        rows=tuple(chosen.rows()),
        until=until,
        last=list(shown.values())[-1] if len(named) > len(shown) else None,
    )


def columns(desk: Desk, study_id: str, shape: ExportShape, translate: InWords) -> tuple[Dataset, ...]:
    """The datasets that there are in a shape, without a row. Raises NotFound, NotPermitted."""
    study = desk.study(study_id)
    desk.check(Action.SEE_QUESTIONNAIRES, study_id)
    with desk.reading() as work:
        scope = Scope(study_id, desk.runtime.origin)
        versions = instruments(work, study, _opened(work, study_id))
        coded = ThemesInFiles(work, scope, study, versions, desk.language or study.source_language)
        tables = ExportTables(
            study=study,
            translate=translate,
            versions=coded.versions,
            people=(),
            responses=(),
            answers_of=lambda _some: iter(()),
            attempts=lambda: (),
        )
    return tuple(with_reasons(each, translate) for each in tables.datasets(shape, with_empty=True))


def _opened(work: Work, study_id: str) -> set[tuple[str, int]]:
    """The versions that can have been answered: what a program reads has the same datasets and columns before the
    first answer as after it."""
    return {(name, version) for name, version, *_ in questionnaire_versions.versions(work.session, study_id)}


def with_reasons(dataset: Dataset, translate: InWords) -> Dataset:
    """The dataset as formats have it in which no value can be an absence: why there is none stands beside."""
    words = {kind: translate(label) for kind, label in MISSING_LABELS.items()}
    return reasons_beside(dataset, frozenset(ColumnType), words)


def _next_people(
    people: Iterable[uuid.UUID], caller: ProgramCaller, study_id: str, after: str, most: int
) -> dict[uuid.UUID, str]:
    """So many people after somebody, each with what they are called in what the token reads, in the order of that: the
    order of rows tells nothing of the order in which people came."""
    secret, study = caller.secret.encode(), study_id.encode()
    called = ((f"p{hmac.digest(secret, study + person.bytes, 'sha256').hex()[:20]}", person) for person in people)
    return {person: key for key, person in heapq.nsmallest(most, (each for each in called if each[0] > after))}
