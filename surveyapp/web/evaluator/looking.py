"""One place to look: any question, its touchpoints side by side, for whom and by what one likes, and by another
question. All of what is looked at stands in the address."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.results import Crosstab, Shift
from surveyapp.domain.sentences import say
from surveyapp.domain.staff import Action
from surveyapp.reports.files.csv_file import records_file
from surveyapp.reports.files.records import Record, crosstab_records, shift_records
from surveyapp.services.results import looking
from surveyapp.services.results.looking import KnownValues, Look, LookPlace
from surveyapp.web.evaluator import taking, views
from surveyapp.web.evaluator.asked import AT, BY, MATCHED, ONLY, OPTION, PEOPLE, STATE, TOUCHPOINTS, WITH
from surveyapp.web.evaluator.choosing import LinkChoice, OnlyChoices, only_choices
from surveyapp.web.evaluator.kept import DrawnPage, draw, working_page
from surveyapp.web.evaluator.routes import evaluator
from surveyapp.web.shared.language import staff_study
from surveyapp.web.shared.reply import csv_reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, staff_only


@dataclass(frozen=True)
class MenuEntry:
    """One thing to choose from a menu; `group`: the heading it stands under. Both are bare texts: no element that says
    a language can stand in a menu."""

    value: str
    label: str
    chosen: bool
    group: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", str(self.label))
        object.__setattr__(self, "group", str(self.group))


@dataclass(frozen=True, kw_only=True)
class LookView:
    """What the page has beside the shift: what can be chosen, and where one can go."""

    place: LookPlace
    people: tuple[LinkChoice, ...]
    touchpoints: tuple[LinkChoice, ...]
    options: tuple[LinkChoice, ...]
    by: tuple[MenuEntry, ...]
    only: OnlyChoices
    everyone: str | None
    """Where some people alone are looked at: the address of all of them."""
    crossed: tuple[MenuEntry, ...]
    kept: Mapping[str, str]
    """What the menus' form sends along."""
    before: LookPlace | None
    after: LookPlace | None
    measure: str | None


@evaluator.get("/<study_id>/look/<group>")
@staff_only
@working_page
def look_places(study_id: str, group: str) -> DrawnPage:
    study = staff_study(study_id)
    edition, found = looking.places_of(desk(), study_id, group)
    sections: dict[str, list[LookPlace]] = {}
    for place in found:
        sections.setdefault(place.section, []).append(place)
    groups = tuple(
        LinkChoice(each.title, url_for("evaluator.look_places", study_id=study.id, group=each.id), each.id == group)
        for each in study.groups
    )
    return draw(
        "look_places", study, [], edition=edition, group=study.group(group), groups=groups, sections=sections,
        reads_questionnaires=False,
    )  # fmt: skip


@evaluator.get("/<study_id>/look/<group>/<variable>")
@staff_only
@working_page
def look(study_id: str, group: str, variable: str) -> DrawnPage:
    study, places = staff_study(study_id), looking.places(desk(), study_id, group)
    place = _place(places, variable)
    asked, remarks = _asked(study, place, group, request.args)
    shift = looking.look(desk(), study_id, asked)
    crossed = _crossed(study_id, asked, place, request.args)
    return draw(
        "look",
        study,
        [shift],
        remarks=remarks,
        view=views.measure(study, shift, None),
        look=_view(study, places, place, asked, shift),
        crossed=crossed and views.crossing_view(crossed),
        address_of=_address,
        reads_questionnaires=current_staff().may(Action.SEE_QUESTIONNAIRES, study.id),
    )


@evaluator.get("/<study_id>/look/<group>/<variable>.csv")
@staff_only
def look_csv(study_id: str, group: str, variable: str) -> Response:
    _shift, _crossed, records = _taken(study_id, group, variable)
    taking.note(study_id, f"look {group} {variable}", "csv")
    return csv_reply(records_file(records), variable)


@evaluator.get("/<study_id>/look/<group>/<variable>.xlsx")
@staff_only
def look_xlsx(study_id: str, group: str, variable: str) -> Response:
    study = staff_study(study_id)
    shift, crossed, records = _taken(study_id, group, variable)
    return taking.shift_workbook(study, shift, records, variable, crossed=crossed)


def _taken(study_id: str, group: str, variable: str) -> tuple[Shift, Crosstab | None, list[Record]]:
    """What a file holds: in the study's own words and codes."""
    acting, study = desk().as_written, runtime().study(study_id)
    place = _place(looking.places(acting, study_id, group), variable)
    asked, _remarks = _asked(study, place, group, request.args)
    shift = looking.look(acting, study_id, asked)
    records = list(shift_records(shift))
    ends = _ends(place, request.args)
    crossed = None if ends is None else _cross(study_id, asked, ends, as_written=True)
    if crossed is not None:
        records += crosstab_records(crossed)
    return shift, crossed, records


def _place(places: Sequence[LookPlace], variable: str) -> LookPlace:
    found = next((each for each in places if each.variable == variable), None)
    if found is None:
        raise NotFound(say("no_question", name=variable))
    return found


def _asked(study: Study, place: LookPlace, group: str, arguments: Mapping[str, str]) -> tuple[Look, tuple[str, ...]]:
    """What the address asks for. What cannot be given is left out, with a sentence that says so."""
    remarks = []
    by = study.attribute(arguments[BY]) if arguments.get(BY) else None
    if arguments.get(BY) and by is None:
        remarks.append(_("Results cannot be split by that. Everyone is shown together."))
    attribute_id, _colon, value = arguments.get(ONLY, "").partition(":")
    attribute = study.attribute(attribute_id)
    only = (attribute_id, value) if attribute and value in attribute.values else None
    if arguments.get(ONLY) and only is None:
        remarks.append(_("There are no such people. Everyone is shown."))
    people = arguments.get(PEOPLE, "")
    if people not in ("", "everyone", MATCHED):
        remarks.append(_("There is no such choice of people. Everyone is shown."))
    wanted = [part for part in arguments.get(TOUCHPOINTS, "").split(",") if part]
    touchpoints = tuple(number for number in place.touchpoints if str(number) in wanted)
    if wanted and not touchpoints:
        remarks.append(_("It is not asked at that touchpoint. All at which it is asked are shown."))
    option = arguments.get(OPTION) or None
    if option is not None and option not in dict(place.options):
        remarks.append(_("There is no such answer. All of them are shown."))
        option = None
    asked = Look(
        group=group,
        variable=place.variable,
        option=option,
        touchpoints=touchpoints or None,
        matched=people == MATCHED,
        by=by.id if by else None,
        only=only,
    )
    return asked, tuple(remarks)


def _state(asked: Look, arguments: Mapping[str, str]) -> dict[str, str]:
    """All of what is looked at, as the address says it."""
    state = {
        PEOPLE: MATCHED if asked.matched else "",
        TOUCHPOINTS: ",".join(map(str, asked.touchpoints or ())),
        BY: asked.by or "",
        ONLY: ":".join(asked.only) if asked.only else "",
        OPTION: asked.option or "",
        AT: arguments.get(AT, ""),
        WITH: arguments.get(WITH, ""),
    }
    return {name: value for name, value in state.items() if value}


def _url(study: Study, asked: Look, **changed: str) -> str:
    state: dict[str, Any] = _state(asked, request.args) | changed
    place: dict[str, Any] = {"study_id": study.id, "group": asked.group, "variable": asked.variable}
    return url_for("evaluator.look", **place, **{name: value for name, value in state.items() if value})


def _address(endpoint: str) -> str:
    """Another form of what is looked at, under the same state."""
    kept: dict[str, Any] = {name: request.args[name] for name in STATE if request.args.get(name)}
    return url_for(f"evaluator.{endpoint}", **kept, **(request.view_args or {}))


def _view(study: Study, places: Sequence[LookPlace], place: LookPlace, asked: Look, shift: Shift) -> LookView:
    at = places.index(place)
    known = looking.known(desk(), study.id, asked)
    titles = {each.number: each.title for each in study.touchpoints_of(asked.group)}
    every = tuple(place.touchpoints)
    points = [("", _("All side by side"), asked.touchpoints in (None, every))]
    points += [(str(number), titles[number], asked.touchpoints == (number,)) for number in every]
    people = [("", _("Everyone"), not shift.matched), (MATCHED, _("Same people every time"), shift.matched)]
    options = [("", _("All answers"), asked.option is None)]
    options += [(code, label, asked.option == code) for code, label in place.options]

    def links(name: str, each: Iterable[tuple[str, str, bool]]) -> tuple[LinkChoice, ...]:
        return tuple(LinkChoice(label, _url(study, asked, **{name: value}), chosen) for value, label, chosen in each)

    kept = {name: value for name, value in _state(asked, request.args).items() if name not in (BY, AT, WITH)}
    return LookView(
        place=place,
        people=links(PEOPLE, people) if shift.matched_base else (),
        touchpoints=links(TOUCHPOINTS, points) if len(every) > 1 else (),
        options=links(OPTION, options) if place.options else (),
        by=_attributes(study, known, asked.by),
        only=only_choices(study, known, lambda value: _url(study, asked, **{ONLY: value}), asked.only),
        everyone=_url(study, asked, **{ONLY: ""}) if asked.only else None,
        crossed=_crossings(study, known, places, place, titles) if place.crosses else (),
        kept=kept,
        before=places[at - 1] if at else None,
        after=places[at + 1] if at + 1 < len(places) else None,
        measure=shift.measure if shift.declared else None,
    )


def _attributes(study: Study, known: KnownValues, chosen: str | None) -> tuple[MenuEntry, ...]:
    """What is known of somebody who answered, and what is chosen."""
    return tuple(
        MenuEntry(each.id, each.label, each.id == chosen)
        for each in study.attributes
        if each.id in known or each.id == chosen
    )


def _crossings(
    study: Study, known: KnownValues, places: Sequence[LookPlace], own: LookPlace, titles: Mapping[int, str]
) -> tuple[MenuEntry, ...]:
    """Everything that a question can be put across: attributes, then other questions at each of their moments."""
    chosen = request.args.get(WITH, "")
    found = [
        MenuEntry(f"0:{each.value}", each.label, each.chosen, _("What is known of people"))
        for each in _attributes(study, known, chosen.removeprefix("0:"))
    ]
    for place in places:
        for moment in place.moments if place.crosses else ():
            value = f"{moment.touchpoint}:{moment.key}"
            if place is own and len(own.moments) == 1:
                continue
            label = place.title
            if moment.label:
                label = _("%(question)s (%(moment)s)", question=place.title, moment=moment.label)
            found.append(MenuEntry(value, label, chosen == value, titles[moment.touchpoint]))
    order = ["", *titles.values()]
    return tuple(sorted(found, key=lambda each: order.index(each.group) if each.group in order else -1))


Ends = tuple[tuple[int, str], tuple[int, str]]
"""What is put across: (touchpoint, key) of the question itself, and of the other; touchpoint 0 is an attribute."""


def _ends(place: LookPlace, arguments: Mapping[str, str]) -> Ends | None:
    """None where nothing is put across. Raises NotFound where what the address says is nothing to put across."""
    if not arguments.get(WITH):
        return None
    other = _end(arguments[WITH])
    if other is None:
        raise NotFound(say("no_crossing", name=arguments[WITH]))
    if not place.crosses:
        raise NotFound(say("no_crossing", name=place.variable))
    own = [(each.touchpoint, each.key) for each in place.moments]
    said = _end(arguments.get(AT, ""))
    if said not in own:
        said = next((each for each in reversed(own) if each[0] == other[0]), own[-1])
    return said, other


def _end(written: str) -> tuple[int, str] | None:
    number, _colon, key = written.partition(":")
    return (int(number), key) if number.isascii() and number.isdigit() and len(number) < 5 and key else None


def _crossed(study_id: str, asked: Look, place: LookPlace, arguments: Mapping[str, str]) -> Crosstab | None:
    ends = _ends(place, arguments)
    return None if ends is None else _cross(study_id, asked, ends)


def _cross(study_id: str, asked: Look, ends: Ends, *, as_written: bool = False) -> Crosstab:
    (touchpoint, key), (other_touchpoint, other) = ends
    acting = desk().as_written if as_written else desk()
    own = dataclasses.replace(asked, variable=key, option=None)
    return looking.cross(acting, study_id, own, touchpoint, other, other_touchpoint)
