"""A question's frame of codes: adding one, giving it other words or another place, merging, splitting, taking one out
of use; and what becomes of the answers that have it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.normalise import free_text, length, one_line
from surveyapp.domain.open_answers.codes import MOST_CODES, CodeFrame, CodeState, ThemeCode
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.open_answers.coding_sight import CodingSight, active_code, coding_sight, place_words
from surveyapp.services.open_answers.questions import QuestionPlace
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants, results
from surveyapp.store.database import new_id
from surveyapp.store.open_answers import coding as store

LONGEST_TITLE, LONGEST_TEXT = 80, 1000
"""Characters of a code's title, and of each of its texts."""


def keep_code(desk: Desk, study_id: str, place: QuestionPlace, code_id: str | None, written: Mapping[str, str]) -> None:
    """Adds a code to a question's frame, or gives one that is there other words or another place (`title`,
    `definition`, `inclusion`, `example`, `parent`): a new version of the frame. Answers that have it keep it. Raises
    NotFound, NotPermitted, and InputRefused, naming the field."""
    with desk.writing() as work:
        seen = _whole_frame(work, desk, study_id, place)
        code = active_code(seen.frame, code_id) if code_id else None
        title = one_line(written.get("title", ""))
        texts = {name: free_text(written.get(name, "")) for name in ("definition", "inclusion", "example")}
        if not title:
            raise InputRefused(say("code_title_wanted"), "title")
        if length(title) > LONGEST_TITLE:
            raise InputRefused(say("purpose_too_long", limit=LONGEST_TITLE), "title")
        for name, text in texts.items():
            if length(text) > LONGEST_TEXT:
                raise InputRefused(say("purpose_too_long", limit=LONGEST_TEXT), name)
        others = [each for each in seen.frame.active if code is None or each.id != code.id]
        if any(each.title.casefold() == title.casefold() for each in others):
            raise InputRefused(say("code_title_taken", title=title), "title")
        if code is None and len(others) >= MOST_CODES:
            raise InputRefused(say("codes_too_many", most=MOST_CODES), "title")
        parent = _parent(seen.frame, code, written.get("parent", ""))
        made = dataclasses.replace(
            code or ThemeCode(id=new_id(), version=0, title=title, at=work.now),
            **_now(work, seen.frame),
            title=title,
            parent=parent,
            definition=texts["definition"],
            inclusion=texts["inclusion"],
            example=texts["example"],
        )
        store.keep_codes(work.session, seen.place, [made])
        _note(work, seen, "changed" if code else "added")


def answers_of(desk: Desk, study_id: str, place: QuestionPlace, code_id: str) -> tuple[ThemeCode, int, int]:
    """A code, how many answers have it, and how many codes are nested in it: what a change of it is about. Raises
    NotFound, NotPermitted."""
    with desk.reading() as work:
        seen = _whole_frame(work, desk, study_id, place)
        code = active_code(seen.frame, code_id)
        return code, store.uses(work.session, [code.id]).get(code.id, 0), len(seen.frame.nested_in(code.id))


def merge(desk: Desk, study_id: str, place: QuestionPlace, code_id: str, into: str) -> None:
    """Merges a code into another: its answers get that one, what is nested in it goes there too. Raises NotFound,
    NotPermitted, and InputRefused (`into`)."""
    with desk.writing() as work:
        seen = _whole_frame(work, desk, study_id, place)
        code, other = active_code(seen.frame, code_id), active_code(seen.frame, into)
        if code.id == other.id:
            raise InputRefused(say("code_into_itself"), "into")
        now = _now(work, seen.frame)
        home = None if other.parent == code.id else other.parent
        made = [dataclasses.replace(code, **now, state=CodeState.MERGED, became=other.id)]
        if home != other.parent:
            made.append(dataclasses.replace(other, **now, parent=home))
        under = other.id if home is None else home
        made += [
            dataclasses.replace(each, **now, parent=under)
            for each in seen.frame.nested_in(code.id)
            if each.id != other.id
        ]
        store.keep_codes(work.session, seen.place, made)
        store.replace_code(work.session, code.id, other.id)
        _note(work, seen, "merged")


def split(desk: Desk, study_id: str, place: QuestionPlace, code_id: str, titles: Sequence[str]) -> None:
    """Splits a code into others, which are nested in it: its answers keep it, and are coded with the parts as they are
    met again. Raises NotFound, NotPermitted, and InputRefused (`titles`)."""
    wanted = [title for each in titles if (title := one_line(each))]
    with desk.writing() as work:
        seen = _whole_frame(work, desk, study_id, place)
        code = active_code(seen.frame, code_id)
        if code.parent is not None:
            raise InputRefused(say("code_is_nested"), "titles")
        taken = {each.title.casefold() for each in seen.frame.active}
        folded = [each.casefold() for each in wanted]
        if len(wanted) < 2 or len(set(folded)) < len(folded):
            raise InputRefused(say("split_into_two"), "titles")
        if clash := next((each for each in wanted if each.casefold() in taken), None):
            raise InputRefused(say("code_title_taken", title=clash), "titles")
        if any(length(each) > LONGEST_TITLE for each in wanted):
            raise InputRefused(say("purpose_too_long", limit=LONGEST_TITLE), "titles")
        if len(seen.frame.active) + len(wanted) > MOST_CODES:
            raise InputRefused(say("codes_too_many", most=MOST_CODES), "titles")
        now = _now(work, seen.frame)
        made = [ThemeCode(id=new_id(), title=each, parent=code.id, **now) for each in wanted]
        store.keep_codes(work.session, seen.place, made)
        _note(work, seen, "split")


def retire(desk: Desk, study_id: str, place: QuestionPlace, code_id: str) -> None:
    """Takes a code out of use, and from the answers that have it. Raises NotFound, NotPermitted, and InputRefused where
    others are nested in it."""
    with desk.writing() as work:
        seen = _whole_frame(work, desk, study_id, place)
        code = active_code(seen.frame, code_id)
        if seen.frame.nested_in(code.id):
            raise InputRefused(say("code_holds_others"), "code")
        store.keep_codes(
            work.session, seen.place, [dataclasses.replace(code, **_now(work, seen.frame), state=CodeState.RETIRED)]
        )
        store.replace_code(work.session, code.id, None)
        _note(work, seen, "retired")


def take_options(desk: Desk, study_id: str, place: QuestionPlace) -> int:
    """Makes the options of a question the codes of the line beside one of them, so that “other” is coded back into its
    question; of how many. A code that is called like one says it from then on. Raises NotFound, NotPermitted."""
    with desk.writing() as work:
        seen = _whole_frame(work, desk, study_id, place)
        titled = {each.title.casefold(): each for each in seen.frame.active}
        own = seen.question.option
        host = seen.question.ticked[0].part.question if own is not None else None
        now = _now(work, seen.frame)
        made = []
        for option in host.options if host is not None else ():
            title = str(option.label)[:LONGEST_TITLE]
            there = titled.get(title.casefold())
            if option.label == own or (there is not None and there.option is not None):
                continue
            code = there or ThemeCode(id=new_id(), title=title, **now)
            made.append(dataclasses.replace(code, **now, option=option.code))
        if made:
            store.keep_codes(work.session, seen.place, made)
            _note(work, seen, "options_taken")
        return len(made)


def _parent(frame: CodeFrame, code: ThemeCode | None, written: str) -> uuid.UUID | None:
    """The code to nest in: one level deep, so that every number can be read."""
    if not written:
        return None
    parent = next((each for each in frame.active if str(each.id) == written), None)
    if parent is None:
        raise InputRefused(say("code_gone"), "parent")
    if parent.parent is not None or (code is not None and (parent.id == code.id or frame.nested_in(code.id))):
        raise InputRefused(say("code_nests_once"), "parent")
    return parent.id


def _whole_frame(work: Work, desk: Desk, study_id: str, place: QuestionPlace) -> CodingSight:
    """What is seen of a question by somebody who may change its frame, which is that of everybody's answers. Raises
    NotFound, NotPermitted."""
    desk.check_everywhere(Action.READ_WORDS, study_id, say("frame_of_all_sites"))
    return coding_sight(work, desk, study_id, place)


def _now(work: Work, frame: CodeFrame) -> dict[str, Any]:
    return {"version": frame.version + 1, "by": work.staff_id, "at": work.now}


def _note(work: Work, seen: CodingSight, what: str) -> None:
    """Notes a change of a frame, after which the whole group is counted anew."""
    study, group, _ = seen.place
    scope = Scope(study, work.runtime.origin)
    results.note_changes(work.session, scope, set(participants.ids(work.session, scope, group)))
    asked, version = place_words(seen.question.place), seen.frame.version + 1
    work.record(AuditAction.CODE_FRAME_CHANGED, study=study, question=asked, what=what, version=version)
