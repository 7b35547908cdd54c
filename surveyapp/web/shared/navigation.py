"""Where staff may go: one table of places, and the bar that every staff page shows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.staff import Action, Staff
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.runtime import runtime


def _study_alone(study: Study) -> Mapping[str, Any] | None:
    return {"study_id": study.id}


def _first_touchpoint(study: Study) -> Mapping[str, Any] | None:
    if not study.touchpoints:
        return None
    first = study.touchpoints[0]
    return {"study_id": study.id, "group": first.group, "touchpoint": first.number}


def _first_group(study: Study) -> Mapping[str, Any]:
    return {"study_id": study.id, "group": study.groups[0].id}


@dataclass(frozen=True, kw_only=True)
class NavigationPlace:
    """A page of the bar. `action`: what one must be allowed in a study to go there. `address`: what the page's address
    holds of a study (None: the study has no such page); a place without one is for all of somebody's studies at once.
    `query` tells it from another place with the same endpoint. `beneath`: the pages on which it is marked as well."""

    endpoint: str
    words: LazyString
    action: Action
    address: Callable[[Study], Mapping[str, Any] | None] | None = _study_alone
    query: Mapping[str, Any] = field(default_factory=dict)
    beneath: tuple[str, ...] = ()


PLACES: tuple[tuple[NavigationPlace, ...], ...] = (
    (
        NavigationPlace(
            endpoint="manager.participants",
            words=_("Participants"),
            action=Action.MANAGE_PARTICIPANTS,
            beneath=(
                "manager.new",
                "manager.find",
                "manager.person",
                "manager.event",
                "manager.related",
                "manager.contact",
                "manager.give",
                "manager.mend",
                "manager.mend_case",
                "manager.merge",
                "manager.split",
                "manager.end_access",
                "rights.let_in",
            ),
        ),
        NavigationPlace(
            endpoint="manager.import_file",
            words=_("Import"),
            action=Action.MANAGE_PARTICIPANTS,
            beneath=(
                "manager.list_page",
                "manager.list_columns",
                "manager.list_decide",
                "manager.list_discard",
                "manager.list_undo",
                "manager.list_results",
            ),
        ),
        NavigationPlace(
            endpoint="manager.links",
            words=_("Links"),
            action=Action.MANAGE_PARTICIPANTS,
            beneath=("manager.pack",),
        ),
        NavigationPlace(
            endpoint="manager.touchpoints",
            words=_("Touchpoints"),
            action=Action.MANAGE_PARTICIPANTS,
            beneath=("manager.touchpoint", "manager.replan"),
        ),
        NavigationPlace(
            endpoint="manager.messages",
            words=_("Messages"),
            action=Action.MANAGE_PARTICIPANTS,
            beneath=(
                "manager.switch_messages",
                "manager.decide_message",
                "manager.person_messages",
                "manager.steer_way",
                "manager.take_messages",
            ),
        ),
    ),
    (
        NavigationPlace(
            endpoint="supervisor.standing",
            words=_("Standing"),
            action=Action.SEE_STANDING,
            beneath=("supervisor.month",),
        ),
    ),
    (
        NavigationPlace(
            endpoint="interviewer.queue",
            words=_("Queue"),
            action=Action.INTERVIEW,
            address=None,
            beneath=(
                "interviewer.search",
                "interviewer.open_case",
                "interviewer.case",
                "interviewer.start",
                "interviewer.consent",
                "interviewer.section",
                "interviewer.check",
                "interviewer.hand_in",
                "interviewer.end",
                "interviewer.let_in",
                "interviewer.themselves",
                "interviewer.undo",
                "interviewer.hand_over",
            ),
        ),
        NavigationPlace(
            endpoint="interviewer.queue",
            words=_("My appointments"),
            action=Action.INTERVIEW,
            address=None,
            query={"view": "appointments"},
        ),
        NavigationPlace(
            endpoint="interviewer.queue",
            words=_("In person"),
            action=Action.INTERVIEW,
            address=None,
            query={"view": "in_person"},
        ),
        NavigationPlace(
            endpoint="spot.day",
            words=_("On the spot"),
            action=Action.GIVE_ACCESS,
            beneath=(
                "spot.begin",
                "spot.person",
                "spot.here",
                "spot.hand_over",
                "spot.end",
                "spot.away_page",
            ),
        ),
        NavigationPlace(endpoint="rights.waiting", words=_("To put right"), action=Action.HANDLE_RIGHTS),
        NavigationPlace(
            endpoint="interviewer.to_decide",
            words=_("To decide"),
            action=Action.DECIDE_CALLS,
            beneath=("interviewer.decide",),
        ),
        NavigationPlace(
            endpoint="rights.requests",
            words=_("Requests"),
            action=Action.HANDLE_RIGHTS,
            beneath=("rights.find", "rights.kept", "rights.held", "rights.person", "rights.change", "rights.reopen"),
        ),
    ),
    (
        NavigationPlace(
            endpoint="evaluator.overview",
            words=_("Results"),
            action=Action.SEE_RESULTS,
            beneath=("evaluator.measure",),
        ),
        NavigationPlace(
            endpoint="evaluator.questions",
            words=_("Questions"),
            action=Action.SEE_RESULTS,
            address=_first_touchpoint,
            beneath=("evaluator.question",),
        ),
        NavigationPlace(
            endpoint="evaluator.look_places",
            words=_("Any question"),
            action=Action.SEE_RESULTS,
            address=_first_group,
            beneath=("evaluator.look",),
        ),
        NavigationPlace(
            endpoint="evaluator.who",
            words=_("Who answered"),
            action=Action.SEE_RESULTS,
            beneath=("evaluator.who_group", "evaluator.who_touchpoint"),
        ),
        NavigationPlace(
            endpoint="reader.places",
            words=_("Open answers"),
            action=Action.READ_WORDS,
            beneath=(
                "reader.question",
                "reader.act",
                "reader.search",
                "reader.purpose",
                "reader.codes",
                "reader.change_codes",
                "reader.code_next",
                "reader.code_answer",
                "reader.quotations",
                "reader.decide_quotation",
                "reader.cases",
                "reader.case",
            ),
        ),
        NavigationPlace(
            endpoint="exporter.export",
            words=_("Answers in files"),
            action=Action.EXPORT_ANSWERS,
            beneath=("exporter.own", "exporter.take", "exporter.throw_away"),
        ),
    ),
    (
        NavigationPlace(
            endpoint="viewer.overview",
            words=_("Released"),
            action=Action.SEE_RELEASES,
            beneath=("viewer.measure", "viewer.people", "viewer.crosstabs"),
        ),
        NavigationPlace(
            endpoint="viewer.questions",
            words=_("Released questions"),
            action=Action.SEE_RELEASES,
            address=_first_touchpoint,
            beneath=("viewer.question",),
        ),
        NavigationPlace(endpoint="reporter.report", words=_("Report"), action=Action.SEE_RELEASES),
        NavigationPlace(
            endpoint="viewer.releases",
            words=_("All releases"),
            action=Action.SEE_RELEASES,
            beneath=("manager.releases", "manager.preview_release", "manager.make_release"),
        ),
    ),
    (
        NavigationPlace(
            endpoint="manager.versions",
            words=_("Questionnaires"),
            action=Action.SEE_QUESTIONNAIRES,
            beneath=(
                "manager.open_version",
                "manager.move",
                "manager.moving",
                "preview.phone_frame",
                "preview.codebook",
                "preview.map",
                "preview.beside",
            ),
        ),
    ),
    (
        NavigationPlace(
            endpoint="administrator.all_accounts",
            words=_("Accounts"),
            action=Action.HOLD_ACCOUNTS,
            address=None,
            beneath=(
                "administrator.invite",
                "administrator.account",
                "administrator.act",
                "administrator.take_role",
                "administrator.end_token",
            ),
        ),
    ),
    (
        NavigationPlace(
            endpoint="manager.who_may",
            words=_("Who may"),
            action=Action.GRANT_ROLES,
            beneath=("manager.take_role",),
        ),
    ),
    (
        NavigationPlace(
            endpoint="auditor.trail",
            words=_("Audit trail"),
            action=Action.READ_AUDIT,
            address=None,
        ),
    ),
)
"""By part of the work, in the order of the bar. Somebody's work begins on the first page that they may open."""


@dataclass(frozen=True)
class NavigationLink:
    """A link of the bar. `current`: what aria-current says, `page` on the page itself; None: somebody is elsewhere."""

    words: object
    url: str
    current: str | None = None


@dataclass(frozen=True)
class Navigation:
    """The bar of one page for one member of staff: the places, and the other studies that they work in."""

    places: tuple[NavigationLink, ...]
    studies: tuple[NavigationLink, ...]


def navigation(staff: Staff) -> Navigation:
    """Every part of the work that they may open: the one they are in with all its places, the others by their first.
    It stays in the study of the page, where there is one."""
    study_id = (request.view_args or {}).get("study_id")
    current = _current()
    places = []
    for part in PLACES:
        open_to_them = [(place, url) for place in part if (url := _url(place, staff, study_id)) is not None]
        shown = open_to_them if current in part else open_to_them[:1]
        places += [
            NavigationLink(place.words, url, _marked(place) if place is current else None) for place, url in shown
        ]
    return Navigation(tuple(places), _other_studies(staff, study_id, current))


def home_of(staff: Staff) -> str:
    """The page that their work begins on."""
    for part in PLACES:
        for place in part:
            if (url := _url(place, staff, None)) is not None:
                return url
    return url_for("staff.nothing")


def _url(place: NavigationPlace, staff: Staff, study_id: str | None) -> str | None:
    """Where a place is in the page's study or, on a page of none that they work in, in the first where they may go
    there."""
    if place.address is None:
        return url_for(place.endpoint, **place.query) if _may_anywhere(staff, place.action) else None
    here = (study_id,) if study_id in _studies(staff) else _studies(staff)
    return next((url for each in here if (url := _url_in(place, staff, each)) is not None), None)


def _studies(staff: Staff) -> tuple[str, ...]:
    """The studies they have a role in, of those that this installation serves."""
    return staff.all_studies(runtime().studies)


def _may_anywhere(staff: Staff, action: Action) -> bool:
    """Whether a page that is of no study is open to them."""
    return staff.may(action, None) or bool(staff.studies(action))


def _url_in(place: NavigationPlace, staff: Staff, study_id: str | None) -> str | None:
    if place.address is None or study_id is None or not staff.may(place.action, study_id):
        return None
    address = place.address(staff_study(study_id))
    return None if address is None else url_for(place.endpoint, **address, **place.query)


def _current() -> NavigationPlace | None:
    """The place that the page is, or is beneath."""
    there = [place for part in PLACES for place in part if request.endpoint in (place.endpoint, *place.beneath)]
    return next(
        (place for place in there if place.query and place.query.items() <= request.args.to_dict().items()),
        there[0] if there else None,
    )


def _marked(place: NavigationPlace) -> str:
    return "page" if request.endpoint == place.endpoint and request.method == "GET" else "true"


def _other_studies(staff: Staff, study_id: str | None, current: NavigationPlace | None) -> tuple[NavigationLink, ...]:
    """The other studies they work in, each leading to the place they are at or, where that is not open to them there,
    to the first that is. Nowhere, on a page that is of no study."""
    if study_id is None or current is None:
        return ()
    everywhere = [place for part in PLACES for place in part]
    links = []
    for other in _studies(staff):
        urls = (_url_in(place, staff, other) for place in (current, *everywhere))
        url = next((each for each in urls if each is not None), None)
        if other != study_id and url is not None:
            links.append(NavigationLink(staff_study(other).title, url))
    return tuple(links)
