"""Bringing a list in, step by step: it is read, its columns are said, it is looked at, decided of, brought in, and can
be taken back while nobody has answered.

What takes longer than a page should is done by the worker. All it needs to know is in the database: whoever asks sees
how far it has come; whoever is killed over it leaves it to the next; nothing of it is in the study until all of it is.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from surveyapp.domain.errors import (
    DatabaseUnavailable,
    FieldsRefused,
    InputRefused,
    NotPermitted,
    SaidError,
    StateRefused,
)
from surveyapp.domain.fieldwork.lists import BUSY, CHANGES, DoubleChoice, ListRecord, ListState
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.jobs.long_jobs import JobKind
from surveyapp.domain.sentences import Sentence, say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.jobs import asking
from surveyapp.services.jobs.doing import JobInHand, JobNotOurs, JobStopping
from surveyapp.services.kept_sentences import packed
from surveyapp.services.lists import bringing, checking, headings, held, sorting, taking_back
from surveyapp.services.lists.bringing import StepOfList
from surveyapp.services.lists.checking import CheckedList
from surveyapp.services.lists.doubles import DoubleBy
from surveyapp.services.lists.files import reading
from surveyapp.services.lists.files.sheet import RowFault
from surveyapp.services.lists.mapping import ListMapping, MappedList, date_either, mapped, on_record
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.participants import contacts
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store.database import new_id
from surveyapp.store.lists import records

AT_ONCE = 1_000
"""Lists of up to so many newcomers are done while the page waits: a second or two."""

MORE = 9
"""How many newcomers more somebody on record takes as long as."""

FAULTS_KEPT = 500

FORGOTTEN_AFTER = 600
"""For how many seconds what was read of a long list's numbers and addresses is remembered after it was looked at."""

_USUAL = gc.get_threshold()

_log = logging.getLogger(__name__)


def begin(desk: Desk, study_id: str, name: str, data: bytes) -> uuid.UUID:
    """Reads a file and keeps it, sealed, for the steps to come. Raises NotPermitted, NotFound, and FieldsRefused
    with what is wrong where it cannot be read at all."""
    desk.check(Action.MANAGE_PARTICIPANTS, study_id)
    study = desk.runtime.study(study_id)
    words = headings.words_for(desk.runtime, study)
    sheet = reading.read_sheet(data, words)
    if not sheet.rows:
        faults = sheet.everything_wrong or [RowFault(1, "", say("file_without_people"))]
        raise InputRefused(faults[0].sentence, "file")
    import_id = new_id()
    mapping = ListMapping(
        columns=words.proposed(sheet.header),
        group=study.groups[0].id if len(study.groups) == 1 else "",
        encoding=sheet.encoding,
        sheet=sheet.name,
    )
    with desk.writing() as work:
        taking_back.remove_old(work)
        record = ListRecord(
            id=import_id,
            study=study_id,
            staff_id=work.staff_id,
            staff_name=None,
            file_name=held.sealed_name(work, import_id, name),
            sha256=held.mark(work, held.print_of(data)),
            state=ListState.READ,
            made_at=work.now,
            done=0,
            total=len(sheet.rows),
            beat_at=work.now,
            summary={"mapping": mapping.as_json()},
        )
        records.add(work.session, record, held.sealed(work, import_id, "file", data))
    return import_id


def tell_columns(desk: Desk, study_id: str, import_id: uuid.UUID, mapping: ListMapping) -> None:
    """Keeps what the columns are and looks at every row: at once, or for a long list in the background. Raises
    NotPermitted, NotFound, StateRefused, InputRefused naming `order` or `group` where that is still to be said."""
    scope = held.scope_of(desk, study_id)
    study = desk.runtime.study(study_id)
    with desk.reading() as work:
        held.record_in(work, desk, study_id, import_id)
        data = held.unsealed(work, import_id, "file")
        there = participants.references_in(work.session, scope) if "reference" in mapping.columns else ()
    words = headings.words_for(desk.runtime, study)
    sheet = reading.read_sheet(data, words, encoding=mapping.encoding, sheet_name=mapping.sheet)
    long = len(sheet.rows) + MORE * on_record(sheet, mapping, frozenset(there)) > AT_ONCE
    if "group" not in mapping.columns and not mapping.group:
        raise InputRefused(say("list_without_group"), "group")
    if either := date_either(sheet, mapping, study):
        raise InputRefused(say("dates_either", written=either), "order")
    with desk.writing() as work:
        begun = records.step(
            work.session,
            import_id,
            [ListState.READ, ListState.CHECKED, *_given_up(work, desk, study_id, import_id)],
            ListState.CHECKING,
            done=0,
            total=len(sheet.rows),
            beat_at=work.now,
            failed=None,
            summary={"mapping": mapping.as_json()},
        )
        _begun(work, study_id, import_id, begun, len(sheet.rows) if long else 0)
    if not long:
        _run(desk, import_id, ListState.READ, lambda: _look(desk, study_id, import_id))


def _begun(work: Work, study_id: str, import_id: uuid.UUID, begun: bool, long: int) -> None:
    """Raises StateRefused where a step could not be begun; a long one, of so many rows, is asked for of the worker."""
    if not begun:
        raise StateRefused(say("list_moved_on"))
    if long and asking.ask(work, JobKind.LIST, study_id, str(import_id), version=0, total=long).already:
        raise StateRefused(say("list_moved_on"))


def keep_reading(desk: Desk, study_id: str, import_id: uuid.UUID, encoding: str, sheet_name: str) -> None:
    """Reads the file anew, in another character set or another of its sheets. Raises NotPermitted, NotFound,
    StateRefused."""
    held.scope_of(desk, study_id)
    study = desk.runtime.study(study_id)
    words = headings.words_for(desk.runtime, study)
    with desk.writing() as work:
        found = held.record_in(work, desk, study_id, import_id)
        before = ListMapping.of_json(found.summary["mapping"])
        data = held.unsealed(work, import_id, "file")
        sheet = reading.read_sheet(data, words, encoding=encoding, sheet_name=sheet_name)
        mapping = dataclasses.replace(
            before, columns=words.proposed(sheet.header), encoding=encoding or sheet.encoding, sheet=sheet.name
        )
        kept = {**found.summary, "mapping": mapping.as_json()}
        records.change(work.session, import_id, summary=kept, total=len(sheet.rows))


def back_to_columns(desk: Desk, study_id: str, import_id: uuid.UUID) -> None:
    """Lets the columns of a list be told anew. Raises NotPermitted, NotFound, StateRefused."""
    held.scope_of(desk, study_id)
    with desk.writing() as work:
        held.record_in(work, desk, study_id, import_id)
        if not records.step(work.session, import_id, [ListState.CHECKED], ListState.READ, failed=None):
            raise StateRefused(say("list_moved_on"))


def _given_up(work: Work, desk: Desk, study_id: str, import_id: uuid.UUID) -> list[ListState]:
    found = held.record_in(work, desk, study_id, import_id)
    return [found.state] if held.abandoned(work, found) else []


def _run(desk: Desk, import_id: uuid.UUID, back: ListState, act: Callable[[], None]) -> None:
    """Does a step while the page waits. What goes wrong stands in the record, which goes `back`."""
    try:
        act()
    except Exception as error:
        _give_up(desk, import_id, back, _sentence_of(error))
    finally:
        contacts.forget_read()


def carry_on(mine: JobInHand) -> None:
    """Does the step that a long list is in. Raises what went wrong, which then stands in the record as well."""
    import_id, study_id = uuid.UUID(mine.job.subject), mine.job.study
    state = held.state_of(mine.desk, study_id, import_id)
    back = ListState.READ if state is ListState.CHECKING else ListState.CHECKED
    # What is made of a long list stays until it is through: to look among it for what has gone costs a fifth.
    gc.set_threshold(100 * _USUAL[0], *_USUAL[1:])
    try:
        with mine.alive():
            desk = mine.asker(lambda theirs: held.scope_of(theirs, study_id))
            if state is ListState.CHECKING:
                _look(desk, study_id, import_id, mine)
            elif state is ListState.IMPORTING:
                _bring(desk, study_id, import_id, mine)
    except (DatabaseUnavailable, JobNotOurs, JobStopping):
        raise  # it goes on, here or elsewhere
    except Exception as error:
        why = _sentence_of(error)
        _give_up(mine.desk, import_id, back, why)
        raise StateRefused(why) from error
    finally:
        gc.set_threshold(*_USUAL)
        if back is ListState.READ:
            _forget_later()
        else:
            contacts.forget_read()


def _forget_later() -> None:
    """What was read of a long list's numbers and addresses is needed once more, to bring it in: that is mostly soon."""
    later = threading.Timer(FORGOTTEN_AFTER, contacts.forget_read)
    later.daemon = True
    later.start()


def _sentence_of(error: Exception) -> Sentence:
    match error:
        case FieldsRefused():
            return error.faults[0].sentence
        case SaidError():
            return error.sentence
    _log.error("A list could not be worked on.", exc_info=error)
    return say("list_failed")


def _give_up(desk: Desk, import_id: uuid.UUID, back: ListState, why: Sentence) -> None:
    with desk.writing() as work:
        records.step(work.session, import_id, list(BUSY), back, failed=json.dumps(packed(why)), beat_at=work.now)


def _progress(desk: Desk, import_id: uuid.UUID, mine: JobInHand | None = None) -> Callable[[int], None]:
    def told(done: int) -> None:
        if mine is not None:
            mine.check_wanted()
        with desk.writing() as work:
            records.change(work.session, import_id, done=done, beat_at=work.now)

    return told


def _step(scope: Scope, mine: JobInHand | None) -> StepOfList:
    """Of a step that the worker does: it is still its own, and whoever asked may do all of it once it is done."""
    if mine is None:
        return StepOfList()

    def same(theirs: Desk) -> None:
        if held.scope_of(theirs, scope.study) != scope:
            raise NotPermitted(say("job_not_permitted"))

    return StepOfList(mine.still, lambda work: mine.last(work, same))


def _look(desk: Desk, study_id: str, import_id: uuid.UUID, mine: JobInHand | None = None) -> None:
    scope, study = held.scope_of(desk, study_id), desk.runtime.study(study_id)
    with desk.reading() as work:
        found = held.record_in(work, desk, study_id, import_id)
        data = held.unsealed(work, import_id, "file")
        sites = held.site_names(work, study)
    mapping = ListMapping.of_json(found.summary["mapping"])
    words = headings.words_for(desk.runtime, study)
    sheet = reading.read_sheet(data, words, encoding=mapping.encoding, sheet_name=mapping.sheet)
    made = mapped(sheet, mapping, study, sites)
    checked = look(desk, scope, study, made, _progress(desk, import_id, mine), groups="group" in mapping.columns)
    kept = {
        "rows": made.rows,
        "faults": [[each.line, each.column, packed(each.sentence)] for each in checked.faults[:FAULTS_KEPT]],
        "doubles": [[each.line, each.by.value, each.reference, each.other_line] for each in checked.doubles],
        "sites": list(checked.new_sites),
        "ahead": [each.as_json() for each in checked.ahead],
        "placed": checked.placed,
        "print": held.print_of(data),
    }
    if not checked.faults:
        kept["people"] = checking.people_as_json(checked.people)
        kept["rules"] = checking.rules_of(study, desk.runtime.zone(study))
    by = Counter(each.by.value for each in checked.doubles)
    with desk.writing() as work:
        sealed = held.sealed(work, import_id, "kept", json.dumps(kept, ensure_ascii=False).encode())
        records.lock(work.session, import_id)
        beside = records.sealed(work.session, import_id, kept=False)
        # One key is named for both: a file from before lists had keys of their own goes under its own, too.
        turned = beside is not None and beside.key_id != sealed.key_id
        file = {"file": held.sealed(work, import_id, "file", data).ciphertext} if turned else {}
        records.step(
            work.session,
            import_id,
            [ListState.CHECKING],
            ListState.CHECKED,
            kept=sealed.ciphertext,
            key_id=sealed.key_id,
            **file,
            done=len(made.rows),
            beat_at=work.now,
            summary={
                "mapping": mapping.as_json(),
                "faulty": len(checked.faults),
                "rows": len(made.rows),
                "by": dict(by),
            },
        )
        _step(scope, mine).last(work)


def look(
    desk: Desk, scope: Scope, study: Study, made: MappedList, progress: checking.Progress, groups: bool = False
) -> CheckedList:
    """Looks at every row of a list. `groups`: whether a column says which group somebody is in."""
    people, faults = checking.read_rows(study, desk.runtime.today(study), desk.runtime.zone(study), made, progress)
    with desk.reading() as work:
        return checking.check(work, scope, study, people, faults, groups)


def keep_decisions(desk: Desk, study_id: str, import_id: uuid.UUID, decisions: Decisions) -> None:
    """Keeps what was decided of some of a list, for when it is brought in. Raises NotPermitted, NotFound,
    StateRefused."""
    held.scope_of(desk, study_id)
    with desk.writing() as work:
        records.lock(work.session, import_id)
        found = held.record_in(work, desk, study_id, import_id)
        if found.state is not ListState.CHECKED:
            raise StateRefused(say("list_moved_on"))
        kept = {**found.summary, "decisions": decisions.over(_kept_decisions(found)).as_json()}
        records.change(work.session, import_id, summary=kept)


def _kept_decisions(found: ListRecord) -> Decisions:
    return Decisions.of_json(found.summary.get("decisions", {}))


def decide(
    desk: Desk, study_id: str, import_id: uuid.UUID, decisions: Decisions, others: DoubleChoice | None = None
) -> None:
    """Brings a list in as decided now and before: at once, or a long one in the background. `others`: what is done
    with likely doubles that nothing was decided of. Raises NotPermitted, NotFound, StateRefused, InputRefused while it
    has faults, or a likely double of which nobody said whether it is one."""
    held.scope_of(desk, study_id)
    with desk.writing() as work:
        found = held.record_in(work, desk, study_id, import_id)
        if found.state is ListState.CHECKED and found.summary["faulty"]:
            raise InputRefused(say("list_has_faults"), "file")
        decisions = decisions.over(_kept_decisions(found))
        # A long list is opened, which nobody else may write meanwhile, only where there is something to say of it.
        if found.state is ListState.CHECKED and set(found.summary["by"]) - {DoubleBy.REFERENCE}:
            kept = json.loads(held.unsealed(work, import_id, "kept"))
            doubles = [held.kept_double(each) for each in kept["doubles"]]
            asked = [each.line for each in doubles if each.proposed is None and each.line not in decisions.doubles]
            if asked and others is None:
                raise InputRefused(say("doubles_undecided", rows=len(asked)), "doubles")
            rest = dict.fromkeys(asked, others) if others else {}
            decisions = dataclasses.replace(decisions, doubles={**rest, **decisions.doubles})
        begun = records.step(
            work.session,
            import_id,
            [ListState.CHECKED, *_given_up(work, desk, study_id, import_id)],
            ListState.IMPORTING,
            done=0,
            beat_at=work.now,
            failed=None,
            summary={**found.summary, "decisions": decisions.as_json()},
        )
        known = found.summary.get("by", {}).get(DoubleBy.REFERENCE.value, 0)
        known += sum(each in CHANGES for each in decisions.doubles.values())
        long = found.total + MORE * known > AT_ONCE
        _begun(work, study_id, import_id, begun, found.total if long else 0)
    if not long:
        _run(desk, import_id, ListState.CHECKED, lambda: _bring(desk, study_id, import_id))


def _bring(desk: Desk, study_id: str, import_id: uuid.UUID, mine: JobInHand | None = None) -> None:
    scope, study = held.scope_of(desk, study_id), desk.runtime.study(study_id)
    bringing.clear(desk, study, import_id)  # what an earlier try had brought
    with desk.reading() as work:
        found = held.record_in(work, desk, study_id, import_id)
        kept = json.loads(held.unsealed(work, import_id, "kept"))
        # One that was looked at before marks had keys has the plain hash beside it.
        mark = held.mark(work, kept.get("print", found.sha256))
    decisions = _kept_decisions(found)
    people = _people(desk, study, kept)
    rows = sorting.sort_rows(people, [held.kept_double(each) for each in kept["doubles"]], decisions)
    rows.groups = "group" in ListMapping.of_json(found.summary["mapping"]).columns
    told, step = _progress(desk, import_id, mine), _step(scope, mine)
    bringing.bring_in(desk, scope, study, import_id, rows, decisions, mark, told, step)


def _people(desk: Desk, study: Study, kept: Mapping[str, Any]) -> list[checking.Listed]:
    """Whom a list that was looked at has: as they were read then, unless the study's rules have changed since. Raises
    InputRefused where that makes them faulty."""
    zone = desk.runtime.zone(study)
    if kept.get("rules") == checking.rules_of(study, zone):
        return checking.people_of_json(kept["people"])
    made = MappedList(rows=[(line, row) for line, row in kept["rows"]])
    people, faults = checking.read_rows(study, desk.runtime.today(study), zone, made, lambda done: None)
    if faults:
        raise InputRefused(say("list_has_faults"), "file")
    return people
