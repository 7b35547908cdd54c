"""What each answer becomes when a response that is under way moves to a later version of its questionnaire.

An answer goes along where the author's word says that it stands for the same; otherwise it is set aside and, where the
new version has the question, asked again. Nothing is lost: what was given stays in the response's history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from surveyapp.domain.answers import Answer, Answers, Codes, Missing, Number
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.questionnaire import Questionnaire
from surveyapp.domain.instrument.routing import NOT_ASKED, parts_of
from surveyapp.domain.versions.comparability import Link, VersionHistory
from surveyapp.domain.versions.meaning import variables

Fate = Literal["kept", "mapped", "asked_again", "set_aside"]
"""As it was; as the mapping says; the question is asked again; the new version has no such question."""

DOES_NOT_FIT = N_("The answer cannot be given any more.")


@dataclass(frozen=True, kw_only=True)
class Carried:
    """One answer and what becomes of it. `reason`: the author's, where there is one."""

    variable: str
    fate: Fate
    old: Answer
    new: Answer | None
    reason: str | None = None


def carry(wordings: VersionHistory, old: Questionnaire, new: Questionnaire, given: Answers) -> tuple[Carried, ...]:
    """What every answer given to `old` becomes on `new`, a later version of the same questionnaire, in the order in
    which `old` asks. `given`: by variable key, on the route or not."""
    before, after = parts_of(old), parts_of(new)
    keys = [key for key in before if key in given] + sorted(key for key in given if key not in before)
    return tuple(
        _carried(wordings, old, new, key, given[key], after.get(key)) for key in keys if given[key] != NOT_ASKED
    )


def _carried(
    wordings: VersionHistory, old: Questionnaire, new: Questionnaire, key: str, answer: Answer, part: Part | None
) -> Carried:
    if part is None:
        return Carried(variable=key, fate="set_aside", old=answer, new=None)
    known = part.name in variables(old) and part.name in variables(new)
    link = wordings.along(new.id, part.name, old.version, new.version) if known else Link()
    reason = next(_reasons(link), None)
    if not link.comparable:
        return Carried(variable=key, fate="asked_again", old=answer, new=None, reason=reason)
    mapped = answer if link.mapping is None else _mapped(answer, link)
    if mapped is None or KINDS[part.question.kind].check(part, mapped) is not None:
        return Carried(variable=key, fate="asked_again", old=answer, new=None, reason=DOES_NOT_FIT)
    return Carried(variable=key, fate="kept" if mapped == answer else "mapped", old=answer, new=mapped, reason=reason)


def _reasons(link: Link) -> Iterator[str]:
    """The author's words, those that break first."""
    notes = sorted(link.notes, key=lambda note: note.kind != "broken")
    return (note.reason for note in notes if note.reason)


def _mapped(answer: Answer, link: Link) -> Answer | None:
    mapping = link.mapping or {}
    match answer:
        case Missing():
            return answer
        case Codes(codes):
            found = [mapping[code] for code in codes if code in mapping]
            return Codes(tuple(dict.fromkeys(found))) if len(found) == len(codes) else None
        case Number(value):
            new = mapping.get(format(value.normalize(), "f"))
            return None if new is None else Number(Decimal(new))
        case _:
            return answer
