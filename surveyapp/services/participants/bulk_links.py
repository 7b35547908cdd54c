"""Links and codes for many people at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.cases import ANSWERABLE, AccessKind, Case, CaseState
from surveyapp.domain.participants import Contact
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action, Scope
from surveyapp.services.participants import contacts, links
from surveyapp.services.participants.roster import state_of_line
from surveyapp.services.work import Desk, Work
from surveyapp.store import participants
from surveyapp.store import roster as store


@dataclass(frozen=True, kw_only=True)
class LinkAndCode:
    """What one person is given, the only time it can be read. `link` is the whole address; `contact`: what a letter or
    message is written with, for whoever may see it."""

    reference: str
    link: str
    code: str
    expires_at: dt.datetime | None
    contact: Contact | None = None


@dataclass(frozen=True)
class LinksWanted:
    """How many can answer at a touchpoint now, and how many of them have no link or code that works."""

    people: int
    without: int


def waiting(desk: Desk, study_id: str) -> Mapping[tuple[str, int], LinksWanted]:
    """Who could be given links, by group and touchpoint; touchpoints at which nobody can answer are left out. Raises
    NotPermitted."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        have = store.cases_with_live_access(work.session, scope, work.now)
        found: dict[tuple[str, int], LinksWanted] = {}
        for group, _, case in _answerable(work, scope):
            so_far = found.get((group, case.touchpoint), LinksWanted(0, 0))
            found[group, case.touchpoint] = LinksWanted(so_far.people + 1, so_far.without + (case.id not in have))
        return found


PackPlace = tuple[str, int, str]
"""A group, a touchpoint and the name of a site."""

IN_A_PACK = ANSWERABLE | {CaseState.SUBMITTED}
"""Who has a card in a pack: also whoever has answered, so that a card that is there or missing does not tell."""


def packs(desk: Desk, study_id: str) -> Mapping[PackPlace, int]:
    """For which sites a pack can be made, and how many cards it would have. Raises NotPermitted."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.reading() as work:
        return Counter(place for place, *_ in _in_packs(work, scope))


def pack(desk: Desk, study_id: str, place: PackPlace) -> list[LinkAndCode]:
    """Makes a link and a code for everybody of a site at a touchpoint, whether they have answered or not, to be handed
    out by somebody else: each is claimed with a PIN. Those given out before go on working. Raises NotPermitted,
    InputRefused when there is nobody."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.writing() as work:
        wanted = [(reference, case) for each, reference, case in _in_packs(work, scope) if each == place]
        return _made(work, desk, study_id, wanted, claim=True)


def _in_packs(work: Work, scope: Scope) -> list[tuple[PackPlace, str, Case]]:
    return [
        ((line.group, line.case.touchpoint, line.site), line.reference, line.case)
        for line in store.lines(work.session, scope)
        if line.case is not None and line.site and state_of_line(work, line) in IN_A_PACK
    ]


def give_out_to_all(
    desk: Desk, study_id: str, group: str, touchpoint: int, *, only_without: bool, claim: bool
) -> list[LinkAndCode]:
    """Makes a link and a code for everyone of a group who can answer a touchpoint, or only for those who have none that
    works. Those given out before go on working. `claim`: they are passed on by somebody else, or on paper. Raises
    NotPermitted, InputRefused when there is nobody."""
    scope = desk.scope(Action.MANAGE_PARTICIPANTS, study_id)
    with desk.writing() as work:
        have = store.cases_with_live_access(work.session, scope, work.now) if only_without else set()
        wanted = [
            (reference, case)
            for each, reference, case in _answerable(work, scope)
            if (each, case.touchpoint) == (group, touchpoint) and case.id not in have
        ]
        return _made(work, desk, study_id, wanted, claim=claim)


def _made(
    work: Work, desk: Desk, study_id: str, wanted: Sequence[tuple[str, Case]], *, claim: bool
) -> list[LinkAndCode]:
    """A new link and code for each, with their contact for whoever may see it. Raises InputRefused for nobody."""
    if not wanted:
        raise InputRefused(say("nobody_for_links"), "touchpoint")
    study, address = desk.runtime.study(study_id), desk.runtime.settings.public_url
    made: list[LinkAndCode] = []
    stored = []
    for reference, case in wanted:
        link, code = (
            links.new_secret(work, study, case, kind, claim=claim) for kind in (AccessKind.LINK, AccessKind.CODE)
        )
        stored += [(link.access, link.digest), (code.access, code.digest)]
        made.append(
            LinkAndCode(
                reference=reference,
                link=f"{address}{link.written}",
                code=code.written,
                expires_at=link.access.ends_at(case),
            )
        )
        for action in links.GIVEN_OUT.values():
            work.record(action, reference, study=study_id, touchpoint=case.touchpoint, claim=claim)
    store.add_accesses(work.session, stored)
    if not desk.may(Action.SEE_CONTACTS, study_id):
        return made
    seen = set(participants.references_in(work.session, desk.scope(Action.SEE_CONTACTS, study_id)))
    people = {reference: case.participant_id for reference, case in wanted if reference in seen}
    held = contacts.read_many(work, people.values())
    work.record_many(AuditAction.CONTACT_SEEN, [(each, {"file": "links"}) for each in people], study=study_id)
    return [
        dataclasses.replace(each, contact=held.get(people[each.reference], Contact()))
        if each.reference in people
        else each
        for each in made
    ]


def _answerable(work: Work, scope: Scope) -> list[tuple[str, str, Case]]:
    """(group, reference, case) of every case in scope that can be answered now."""
    return [
        (line.group, line.reference, line.case)
        for line in store.lines(work.session, scope)
        if line.case is not None and state_of_line(work, line) in ANSWERABLE
    ]
