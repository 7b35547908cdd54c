"""Taking a study's single answers out: whose, for which purpose, and the datasets that files are written from.

What leaves is in the audit trail with its purpose before any of it is read. Names and ways to reach people are read
nowhere here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.answers import Answers
from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, StateRefused
from surveyapp.domain.exports.columns import InWords
from surveyapp.domain.exports.dataset import (
    MISSING_LABELS,
    AnswerExport,
    Dataset,
    ExportedResponse,
    ExportRow,
    ExportShape,
)
from surveyapp.domain.exports.tables import ExportedAttempt, ExportedPerson, ExportTables
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.study import Governs, Study
from surveyapp.domain.participants import Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.exports.comparability import compared
from surveyapp.services.open_answers.themes import ThemesInFiles
from surveyapp.services.staff.granting import checked_purpose
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants, releases
from surveyapp.store.answering import consents as said_of_consent
from surveyapp.store.answering import exported

ExportProgress = Callable[[str, int, int], None]
"""Told of each row that was read: of which dataset, which one, of how many."""


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """What is asked for. `form` is noted alone; `release`: only what had been sent by that release's cut; `references`:
    people by their reference, so that their rows can be put beside what is held elsewhere."""

    shape: ExportShape
    form: str
    purpose: str
    release: int | None = None
    references: bool = False


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
    with desk.writing() as work:
        until = _cut(work, scope, request.release)
        who = _whose(work, study, scope, request)
        sent = [each for each in exported.sent_responses(work.session, scope, until) if each.person in who.people]
        if not sent:
            raise StateRefused(say("nothing_to_export", study=study_id))
        order = {person: place for place, person in enumerate(who.people)}
        sent.sort(key=lambda each: (order[each.person], each.touchpoint))
        there = {response.person for response in sent}
        people = [each for each in who.people.values() if each.id in there]
        versions = _versions(work, study, sent)
        coded = ThemesInFiles(work, scope, study, versions, desk.language or study.source_language)
        work.record(
            AuditAction.ANSWERS_EXPORTED,
            study=study_id,
            shape=request.shape.value,
            form=request.form,
            edition=_edition(request),
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
        answers_of=lambda some: coded.beside(_read(desk, scope, some)),
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
        edition=_edition(request),
        made_at=made_at,
        purpose=purpose,
        people=len(people),
        responses=len(sent),
        datasets=datasets,
        notes=tuple(_notes(who, request, until, translate)),
        missing_labels={kind: translate(label) for kind, label in MISSING_LABELS.items()},
        compared=compared(study, versions),
        references=request.references,
    )


def _edition(request: ExportRequest) -> str:
    return "live" if request.release is None else f"release_{request.release}"


def _cut(work: Work, scope: Scope, number: int | None) -> dt.datetime:
    """The moment by which answers had to be sent."""
    if number is None:
        return work.now
    found = releases.release(work.session, scope, number)
    if found is None:
        raise NotFound(say("no_release", number=number))
    return found.cut_at


@dataclass(frozen=True, kw_only=True)
class _Whose:
    """The people whose answers may leave, by key in the order of their rows, and how many are left out and why."""

    people: Mapping[object, ExportedPerson]
    withdrawn: int
    not_shared: int
    not_linked: int


def _whose(work: Work, study: Study, scope: Scope, request: ExportRequest) -> _Whose:
    everybody = participants.participants(work.session, scope, work.today(study))
    there = [person for person in everybody if person.withdrawn_at is None]
    shared = _consenting(work, study, scope, Governs.SHARE_FILE)
    sharing = [person for person in there if shared is None or person.id in shared]
    linking = sharing
    if request.references:
        linked = _consenting(work, study, scope, Governs.LINK_RECORDS)
        if linked is None:
            raise InputRefused(say("nobody_asked_to_link"), "references")
        linking = [person for person in sharing if person.id in linked]
    due = exported.asked_by_now(work.session, scope, work.now)
    keys = [person.reference for person in linking] if request.references else _keys(len(linking))
    made = [
        ExportedPerson(
            id=person.id,
            key=key,
            group=person.group,
            known=_known(person),
            due=frozenset(due.get(person.id, ())),
        )
        for person, key in zip(linking, keys, strict=True)
    ]
    # By the file's own keys, so that the order of rows tells nothing of the order of references.
    made.sort(key=lambda each: each.key)
    return _Whose(
        people={each.id: each for each in made},
        withdrawn=len(everybody) - len(there),
        not_shared=len(there) - len(sharing),
        not_linked=len(sharing) - len(linking),
    )


def _keys(count: int) -> list[str]:
    """So many different names for people, drawn by lot for these files alone."""
    made: set[str] = set()
    while len(made) < count:
        made.add(f"p{secrets.token_hex(5)}")
    return list(made)


def _known(person: Participant) -> dict[str, str]:
    """What is known of somebody and of their site, by the attribute's full id."""
    own = {f"participant.{name}": value for name, value in person.attributes.items()}
    return own | ({f"site.{name}": value for name, value in person.site.attributes.items()} if person.site else {})


def _consenting(work: Work, study: Study, scope: Scope, use: Governs) -> set[object] | None:
    """Who agreed to a use of their answers; None where the study asks nobody about it."""
    purposes = [each.id for each in study.purposes_of(use)]
    if not purposes:
        return None
    said = said_of_consent.last_said_in(work.session, scope, purposes)
    return {person for person, consents in said.items() if study.allows(use, consents)}


def _versions(work: Work, study: Study, responses: Sequence[ExportedResponse]) -> dict[str, dict[int, Questionnaire]]:
    """The versions that were answered, by questionnaire in the order of the study's touchpoints."""
    answered = sorted({(each.questionnaire, each.version) for each in responses})
    order = list(dict.fromkeys([each.questionnaire for each in study.touchpoints] + [name for name, _ in answered]))
    found: dict[str, dict[int, Questionnaire]] = {}
    for name, version in sorted(answered, key=lambda each: (order.index(each[0]), each[1])):
        found.setdefault(name, {})[version] = work.instrument(study, name, version)
    return found


def _read(
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


def _notes(who: _Whose, request: ExportRequest, until: dt.datetime, translate: InWords) -> Iterator[str]:
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
