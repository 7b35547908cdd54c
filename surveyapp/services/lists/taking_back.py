"""A list that is thrown away, or taken back whole: whoever it added goes, and what it changed of others is put back
where it still stands.

Who was added goes first, all at once: that is what can be refused. The others are put back one by one, each in a
transaction of their own, so that whoever saves an answer meanwhile waits for one of them and not for all, and whoever
takes it up after one that was killed goes on where that stopped.
"""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import DatabaseUnavailable, FieldsRefused, NotPermitted, SaidError, StateRefused
from surveyapp.domain.fieldwork.lists import CHANGED_ROWS, KEPT_FOR, ListRecord, ListState, RowOutcome
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.jobs.long_jobs import JobKind
from surveyapp.domain.participants import CONTACT_FIELDS, Participant
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Scope
from surveyapp.services.jobs import asking, doing
from surveyapp.services.jobs.doing import JobInHand, JobNotOurs, JobStopping
from surveyapp.services.kept_sentences import packed
from surveyapp.services.lists import bringing, held
from surveyapp.services.lists.putting_back import earlier, kept
from surveyapp.services.lists.putting_back.kept import KeptChange
from surveyapp.services.lists.putting_back.person import GONE, WITHDRAWN, PutBack, put_back
from surveyapp.services.participants import relating
from surveyapp.services.work import Desk, Work
from surveyapp.store import enrolment, participants
from surveyapp.store.database import after_commit
from surveyapp.store.lists import records, staging, standing
from surveyapp.store.lists.records import ListRow
from surveyapp.store.mending import merging

AT_ONCE = 100
"""Lists that changed up to so many people are taken back while the page waits: a second or two."""

MORE = 10
"""How many people who were added go as fast as one who was changed is put back."""


def discard(desk: Desk, study_id: str, import_id: uuid.UUID) -> None:
    """Throws a list away that was not brought in. Raises NotPermitted, NotFound, StateRefused."""
    held.scope_of(desk, study_id)
    with desk.writing() as work:
        found = held.record_in(work, desk, study_id, import_id)
        if found.state in (ListState.IMPORTED, ListState.UNDONE) or not held.let_go(work, found):
            raise StateRefused(say("list_moved_on"))
        _remove(work, study_id, import_id)


def remove_old(work: Work) -> None:
    """Throws away the lists that nobody brought in, with whoever one that was interrupted had brought so far."""
    records.forget_names(work.session)
    for import_id, study in records.old(work.session, work.now - KEPT_FOR).items():
        found = records.get(work.session, study, import_id)
        if found is None or not held.let_go(work, found):
            continue  # it is being brought in at last
        _remove(work, study, import_id)


def _remove(work: Work, study_id: str, import_id: uuid.UUID) -> None:
    bringing.clear_in(work, study_id, import_id)
    records.remove(work.session, import_id)
    held.forget(work, import_id)


def void(work: Work, study_id: str) -> None:
    """Lets go of a study's lists that wait, and of whoever one of them has brought so far, as part of erasing somebody
    who may be in one: a list is a file of whatever shape, and nobody can say who is not in it. Whoever works on one
    finds it gone."""
    for import_id in records.waiting(work.session, study_id):
        bringing.clear_in(work, study_id, import_id)
        why = json.dumps(packed(say("list_void")))
        records.let_go(work.session, import_id, ListState.UNDONE, failed=why, finished_at=work.now)
        held.forget(work, import_id)


@dataclass(frozen=True)
class _Rows:
    """What came of a list's rows, as far as it is not taken back: those whom it `added`, and the rows of each whom it
    changed."""

    all: Sequence[ListRow]
    added: tuple[uuid.UUID, ...]
    changed: Mapping[uuid.UUID, Sequence[ListRow]]


def _rows(work: Work, import_id: uuid.UUID) -> _Rows:
    rows = records.rows_of(work.session, import_id)
    changed: dict[uuid.UUID, list[ListRow]] = {}
    for each in rows:
        if each.outcome in CHANGED_ROWS and each.participant_id is not None:
            changed.setdefault(each.participant_id, []).append(each)
    added = [each.participant_id for each in rows if each.outcome is RowOutcome.ADDED and each.participant_id]
    return _Rows(rows, tuple(added), changed)


def undo(desk: Desk, study_id: str, import_id: uuid.UUID) -> None:
    """Takes a whole list back: at once, or a long one by the worker. Raises NotPermitted, NotFound, and StateRefused
    once somebody whom it added has begun to answer, where somebody is at a site that the actor does not manage, and
    while it is being taken back."""
    scope = held.scope_of(desk, study_id)
    with desk.writing() as work:
        records.lock(work.session, import_id)
        rows = _may_be_taken_back(work, scope, held.record_in(work, desk, study_id, import_id))
        people = len(rows.changed)
        holder = doing.new_holder() if people + len(rows.added) // MORE <= AT_ONCE else None
        asked = asking.ask(work, JobKind.LIST, study_id, str(import_id), version=0, total=people, holder=holder)
        if asked.already:
            raise StateRefused(say("list_moved_on"))
        records.change(work.session, import_id, failed=None)
    if holder is not None:
        doing.do_now(desk, asked.job, holder, carry_on)


def _may_be_taken_back(work: Work, scope: Scope, found: ListRecord) -> _Rows:
    """Raises StateRefused."""
    if found.state is not ListState.IMPORTED:
        raise StateRefused(say("list_moved_on"))
    rows = _rows(work, found.id)
    if unseen := held.elsewhere(work, scope, found.id, rows.all) | _from_elsewhere(work, scope, rows):
        raise StateRefused(say("list_elsewhere", people=len(unseen)))
    if merging.any_of(work.session, found.id):
        raise StateRefused(say("list_merged"))
    # Whoever is about to answer waits; whoever has answered keeps the list from being taken back.
    staging.lock_cases(work.session, rows.added)
    if answered := records.answered(work.session, found.id):
        raise StateRefused(say("list_answered", people=answered))
    return rows


def _from_elsewhere(work: Work, scope: Scope, rows: _Rows) -> set[uuid.UUID]:
    """Whoever would be back at a site that is out of scope."""
    if scope.sites is None:
        return set()
    there = {each.hex for each in scope.sites}
    found = set()
    for person, theirs in rows.changed.items():
        for picture in _pictures(work, person, theirs):
            was = picture["changed"].get("site", (None,))[0] if "changed" in picture else None
            was = picture["placed"]["site"] if "placed" in picture else was
            found |= {person} if was and was not in there else set()
    return found


def _pictures(work: Work, person: uuid.UUID, rows: Sequence[ListRow]) -> list[dict[str, Any]]:
    there = (kept.opened(work, person, each.before) for each in rows if each.before is not None)
    return [each for each in there if each]


def carry_on(mine: JobInHand) -> None:
    """Takes back what is left of a list. Raises what went wrong, which then stands in the record as well."""
    import_id, study_id = uuid.UUID(mine.job.subject), mine.job.study
    try:
        _take_back(mine, study_id, import_id)
    except (DatabaseUnavailable, JobNotOurs, JobStopping):
        raise  # it goes on, here or elsewhere
    except Exception as error:
        _not_through(mine.desk, import_id, error)
        raise
    if mine.wrong is not None:
        _not_through(mine.desk, import_id, mine.wrong)


def _not_through(desk: Desk, import_id: uuid.UUID, error: Exception) -> None:
    why = error.sentence if isinstance(error, SaidError) else say("job_failed")
    why = error.faults[0].sentence if isinstance(error, FieldsRefused) else why
    with desk.writing() as work:
        here = [ListState.IMPORTED]
        records.step(work.session, import_id, here, ListState.IMPORTED, failed=json.dumps(packed(why)))


def _take_back(mine: JobInHand, study_id: str, import_id: uuid.UUID) -> None:
    desk = mine.asker(lambda theirs: held.scope_of(theirs, study_id))
    scope, study = held.scope_of(desk, study_id), desk.runtime.study(study_id)

    def may(theirs: Desk) -> None:
        if held.scope_of(theirs, study_id) != scope:
            raise NotPermitted(say("job_not_permitted"))

    with mine.alive(), desk.writing() as work:
        mine.still(work)
        left = _take_out_added(work, desk, scope, study, import_id)
    mine.begin(len(left))
    for person in left:
        mine.one(may, functools.partial(_put_one_back, scope, study, import_id, person))
    if mine.wrong is None:
        with desk.writing() as work:
            _through(work, desk, study_id, import_id)
            mine.last(work, may)


def _take_out_added(work: Work, desk: Desk, scope: Scope, study: Study, import_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Takes out whoever a list added; the keys of those whom it changed, and who are still to be put back."""
    records.forget_names(work.session)  # from here on its summary stays
    records.lock(work.session, import_id)
    found = held.record_in(work, desk, study.id, import_id)
    rows = _may_be_taken_back(work, scope, found)
    _let_go_of(work, scope, study, rows)
    records.forget_added(work.session, import_id)
    staging.remove(work.session, import_id, rows.added, study.id, work.now)
    if rows.added:
        staging.forget_counts(work.session, study.id, scope.origin)
        after_commit(work.session, lambda: work.runtime.person_keys.forget(rows.added, work.now))
    counts = {"added": len(rows.added), "changed": len(rows.changed)}
    summary = {**found.summary, "back": {**counts, **found.summary.get("back", {})}}
    records.change(work.session, import_id, summary=summary)
    return tuple(
        person
        for person, theirs in rows.changed.items()
        if not any("stays" in each for each in _pictures(work, person, theirs))
    )


def _let_go_of(work: Work, scope: Scope, study: Study, rows: _Rows) -> None:
    """Whoever the list gave a relationship to somebody whom it added has it to whom they had before."""
    if not rows.added:
        return
    going = {each.reference for each in rows.all if each.outcome is RowOutcome.ADDED}
    for person, theirs in rows.changed.items():
        for picture in _pictures(work, person, theirs):
            there = participants.participant(work.session, person, work.today(study))
            for relationship, had, given in _given(picture):
                if there is not None and there.withdrawn_at is None and given in going:
                    relating.take_back(work, scope, study, there, relationship, had, given)


def _given(picture: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """By relationship, whom somebody had and whom they were given."""
    if "changed" not in picture:
        return [(each, had, given) for each, (had, given) in picture.get("related", {}).items()]
    related = {key: pair for key, pair in picture["changed"].items() if key.startswith("related.")}
    return [(key.removeprefix("related."), had or "", given or "") for key, (had, given) in related.items()]


def _put_one_back(scope: Scope, study: Study, import_id: uuid.UUID, person: uuid.UUID, work: Work) -> int:
    """Puts one back whom a list changed; whether anything of them was."""
    session = work.session
    enrolment.lock(session, study.id)
    staging.lock_cases(session, [person])
    standing.lock(session, [person])
    found, rows = records.get(session, study.id, import_id), records.rows_of(session, import_id, person)
    there = participants.participant(session, person, work.today(study))
    if there is None or found is None or not rows:
        return 0  # they are gone since
    made = _put_back(work, scope, study, there, found, rows)
    first, *others = [each.line for each in rows]
    if made.stays:
        records.keep_before(session, import_id, first, kept.sealed(work, person, {"stays": made.stays}))
        records.forget_lines(session, import_id, others)
    else:
        records.forget_lines(session, import_id, [first, *others])
    _note(work, study, there, made)
    return int(bool(made.back))


def _put_back(
    work: Work, scope: Scope, study: Study, person: Participant, found: ListRecord, rows: Sequence[ListRow]
) -> PutBack:
    pictures = _pictures(work, person.id, rows)
    if not pictures:
        return PutBack(stays=(WITHDRAWN if person.withdrawn_at is not None else GONE,))
    if "changed" in pictures[0]:
        change = KeptChange.of_json(pictures[0])
    else:
        change = earlier.change_of(work, study, person, pictures, found.finished_at or found.made_at)
    made = put_back(work, scope, study, person, change)
    kept.hand_on(work, found.id, person.id, change, made.left)
    return made


def _note(work: Work, study: Study, person: Participant, made: PutBack) -> None:
    """What was done to somebody, in the trail."""
    if any(name in CONTACT_FIELDS for name in made.back):
        work.record(AuditAction.CONTACT_CORRECTED, person.reference, study=study.id, source="import_undone")
    if made.back or made.stays:
        told = {"fields": list(made.back), **({"stays": list(made.stays)} if made.stays else {})}
        work.record(AuditAction.IMPORT_UNDONE, person.reference, study=study.id, **told)


def _through(work: Work, desk: Desk, study_id: str, import_id: uuid.UUID) -> None:
    """Nobody of the list is left. Raises StateRefused where somebody else was first."""
    found = held.record_in(work, desk, study_id, import_id)
    back = found.summary["back"]
    back = {**back, "put_back": back["changed"] - len(_rows(work, import_id).changed)}
    values = {"summary": {**found.summary, "back": back}, "finished_at": work.now}
    if not records.step(work.session, import_id, [ListState.IMPORTED], ListState.UNDONE, **values):
        raise StateRefused(say("list_moved_on"))
    noted = {"changed": back["put_back"]} if back["put_back"] else {}
    noted |= {"sha256": found.sha256} if found.sha256 else {}
    work.record(AuditAction.IMPORT_UNDONE, study=study_id, count=back["added"], **noted)
