"""Taking a study's single answers out: whose, for which purpose, and the datasets that files are written from.

What leaves is in the audit trail with its purpose before any of it is read. Names and ways to reach people are read
nowhere here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from surveyapp.domain.answers import Answers
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.exports.beside import ExportedAttempt
from surveyapp.domain.exports.columns import InWords
from surveyapp.domain.exports.dataset import (
    MISSING_LABELS,
    AnswerExport,
    Dataset,
    ExportedResponse,
    ExportRow,
)
from surveyapp.domain.exports.garbage import seldom_looked_for
from surveyapp.domain.exports.jobs import ExportRequest
from surveyapp.domain.exports.tables import ExportTables
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.exports.comparability import compared
from surveyapp.services.exports.whose import WhoseAnswers, whose
from surveyapp.services.open_answers.themes import ThemesInFiles
from surveyapp.services.staff.granting import checked_purpose
from surveyapp.services.work import Desk, Work
from surveyapp.store import releases
from surveyapp.store.answering import exported

ExportProgress = Callable[[str, int, int], None]
"""Told of each row that was read: of which dataset, which one, of how many."""


def may_export(desk: Desk, study_id: str) -> Study:
    """The study, for whoever may take its single answers out. Raises NotFound, NotPermitted."""
    study = desk.study(study_id)
    desk.check(Action.EXPORT_ANSWERS, study_id)
    return study


@dataclass(frozen=True, kw_only=True)
class ExportOffer:
    """What there is to take out: how many responses, which releases' cuts, and whether people may be called by their
    references."""

    study: Study
    responses: int
    releases: tuple[int, ...]
    links: bool


def offer(desk: Desk, study_id: str) -> ExportOffer:
    """What whoever may take answers out can choose from. Raises NotFound, NotPermitted."""
    study = may_export(desk, study_id)
    scope = desk.scope(Action.EXPORT_ANSWERS, study_id)
    with desk.reading() as work:
        return ExportOffer(
            study=study,
            responses=exported.count_sent(work.session, scope, work.now),
            releases=tuple(each.number for each in releases.releases(work.session, scope)),
            links=bool(study.purposes_of(Governs.LINK_RECORDS)),
        )


def export_answers(
    desk: Desk, study_id: str, request: ExportRequest, translate: InWords, progress: ExportProgress | None = None
) -> AnswerExport:
    """A study's answers as they are to leave; rows are read when they are written. Raises NotFound, NotPermitted,
    InputRefused (`purpose`, `references`), and StateRefused where there is nothing to take."""
    study = may_export(desk, study_id)
    purpose = checked_purpose(request.purpose)
    if not purpose:
        raise InputRefused(say("export_purpose_wanted"), "purpose")
    scope = desk.scope(Action.EXPORT_ANSWERS, study_id)
    with desk.writing() as work, seldom_looked_for():
        until = cut(work, scope, request.release)
        who = whose(work, study, scope, until, request.references)
        sent = [each for each in exported.sent_responses(work.session, scope, until) if each.person in who.people]
        if not sent:
            raise StateRefused(say("nothing_to_export", study=study_id))
        order = {person: place for place, person in enumerate(who.people)}
        sent.sort(key=lambda each: (order[each.person], each.touchpoint))
        there = {response.person for response in sent}
        people = [each for each in who.people.values() if each.id in there]
        versions = instruments(work, study, {(each.questionnaire, each.version) for each in sent})
        coded = ThemesInFiles(work, scope, study, versions, desk.language or study.source_language)
        work.record(
            AuditAction.ANSWERS_EXPORTED,
            study=study_id,
            shape=request.shape.value,
            form=request.form,
            edition=edition_of(request.release),
            purpose=purpose,
            people=len(people),
            responses=len(sent),
            references=request.references,
        )
        made_at = work.now
    tables = ExportTables(
        study=study,
        translate=translate,
        versions=coded.versions,
        people=people,
        responses=sent,
        answers_of=lambda some: coded.beside(read_answers(desk, scope, some)),
        attempts=lambda: _attempts(desk, scope, until),
    )
    datasets = tables.datasets(request.shape)
    if progress is not None:
        datasets = tuple(_watched(each, progress) for each in datasets)
    return AnswerExport(
        study=study_id,
        title=study.title,
        language=desk.language or study.source_language,
        shape=request.shape,
        edition=edition_of(request.release),
        made_at=made_at,
        purpose=purpose,
        people=len(people),
        responses=len(sent),
        datasets=datasets,
        notes=tuple(_notes(who, request, until, translate)),
        missing_labels={kind: translate(label) for kind, label in MISSING_LABELS.items()},
        compared=compared(study, versions),
        references=request.references,
        whose=frozenset(there),
    )


def edition_of(release: int | None) -> str:
    """What names of files say of which answers they hold."""
    return "live" if release is None else f"release_{release}"


def cut(work: Work, scope: Scope, number: int | None) -> dt.datetime:
    """The moment by which answers had to be sent."""
    if number is None:
        return work.now
    found = releases.release(work.session, scope, number)
    if found is None:
        raise NotFound(say("no_release", number=number))
    return found.cut_at


def instruments(work: Work, study: Study, answered: Collection[tuple[str, int]]) -> dict[str, dict[int, Questionnaire]]:
    """Versions as they were opened, by questionnaire in the order of the study's touchpoints."""
    names = [each.questionnaire for each in study.touchpoints] + [name for name, _ in sorted(answered)]
    order = {name: place for place, name in enumerate(dict.fromkeys(names))}
    found: dict[str, dict[int, Questionnaire]] = {}
    for name, version in sorted(answered, key=lambda each: (order[each[0]], each[1])):
        found.setdefault(name, {})[version] = work.instrument(study, name, version)
    return found


def read_answers(
    desk: Desk, scope: Scope, responses: Sequence[ExportedResponse]
) -> Iterator[tuple[ExportedResponse, Answers]]:
    with desk.reading() as work:
        yield from exported.answers_of(work.session, responses, scope)


def _attempts(desk: Desk, scope: Scope, until: dt.datetime) -> list[ExportedAttempt]:
    with desk.reading() as work:
        return exported.attempts(work.session, scope, until)


def _watched(dataset: Dataset, progress: ExportProgress) -> Dataset:
    """The same, telling of each row."""

    def rows() -> Iterator[ExportRow]:
        for number, row in enumerate(dataset.rows(), 1):
            progress(dataset.name, number, dataset.count)
            yield row

    return dataclasses.replace(dataset, rows=rows)


WITHDRAWN = N_("Left out because they withdrew: %(number)s. Whoever was erased is in no file.")
NOT_SHARED = N_("Left out because they did not agree that their answers leave in a file: %(number)s.")
NOT_LINKED = N_("Left out because they did not agree to be put beside other records: %(number)s.")


def _notes(who: WhoseAnswers, request: ExportRequest, until: dt.datetime, translate: InWords) -> Iterator[str]:
    if request.release is None:
        yield translate(N_("Answers as they were when this was made: live, not a release."))
    else:
        yield translate(
            N_("Answers that had been sent by the cut of release %(number)s (%(cut)s UTC), as they stand now.")
        ) % {"number": request.release, "cut": f"{until:%Y-%m-%d %H:%M}"}
    yield translate(
        N_("Names and ways to reach people are in none of these files. Words can name people: read them so.")
    )
    if request.references:
        yield translate(
            N_("People are called by their references, so that their rows can be put beside other records.")
        )
    else:
        yield translate(
            N_("What people are called in these files was drawn by lot for them alone: no other files have the same.")
        )
    yield translate(N_("Only responses that were sent are here; those still under way are not."))
    for sentence, number in ((WITHDRAWN, who.withdrawn), (NOT_SHARED, who.not_shared), (NOT_LINKED, who.not_linked)):
        if number:
            yield translate(sentence) % {"number": number}
