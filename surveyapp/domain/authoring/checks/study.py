"""What must hold between the parts of a study: names that exist and mean one thing, windows on the calendar, scales
whose nets can be counted, measures whose sides can be compared."""

from __future__ import annotations

import functools
import re
import zoneinfo
from collections.abc import Mapping

from surveyapp.domain.authoring.checks.beside import check_beside
from surveyapp.domain.authoring.checks.comparability import check_comparability
from surveyapp.domain.authoring.checks.labels import check_labels
from surveyapp.domain.authoring.checks.limits import FIRST_YEAR, LAST_YEAR, MAXIMUM_DAYS
from surveyapp.domain.authoring.checks.messages import check_messages
from surveyapp.domain.authoring.checks.names import (
    check_distinct,
    check_known,
    check_lists,
    check_once,
    unknown_question,
)
from surveyapp.domain.authoring.checks.piping import check_quotes, check_unquoting
from surveyapp.domain.authoring.checks.releases import check_releases
from surveyapp.domain.authoring.checks.retention import check_retention
from surveyapp.domain.authoring.checks.routing import check_reach, check_routing
from surveyapp.domain.authoring.checks.scores import check_scores
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.consent.purposes import Governs
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Anchor, Study, Touchpoint

MAXIMUM_RATING = 101
"""Numbers to choose from on a rating, 0 to 100 at most: each is a button."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


def check_alone(study: Study, source: Source) -> None:
    """Records what study.yaml has wrong whatever the questionnaires say, and however they are."""
    _check_names(study, source)
    check_lists(source)
    for name in source.data.get("scales") or {}:
        _check_scale(source, name)
    check_unquoting(source, lambda place: place[0] == "messages")  # which fill in facts of their own


def check_study(study: Study, source: Source, sources: Mapping[tuple[str, int], Source]) -> None:
    """Records every other semantic fault in the sources' own lists."""
    for index, touchpoint in enumerate(study.touchpoints):
        _check_touchpoint(study, source, index, touchpoint)
    for key, questionnaire in study.questionnaires.items():
        check_routing(study, questionnaire, sources[key])
        check_quotes(study, questionnaire, sources[key])
        check_scores(questionnaire, sources[key])
        if not sources[key].faults:
            # A condition on a name that does not exist is said already; it would be unreachable besides.
            check_reach(questionnaire, sources[key])
    _check_measures(study, source)
    check_releases(study, source)
    check_retention(study, source)
    check_beside(study, source)
    check_messages(study, source)
    check_labels(study, source, sources)
    check_comparability(study, source, sources)


def _check_names(study: Study, source: Source) -> None:
    if study.corrections_days is not None and study.corrections_days > MAXIMUM_DAYS:
        sentence = f"That is more than {MAXIMUM_DAYS:,} days, a hundred years. Write fewer."
        source.fault(("corrections",), "beyond_calendar", sentence)
    groups = [group.id for group in study.groups]
    for each in study.relationships:
        for side, group in (("from", each.first), ("to", each.second)):
            check_known(source, ("relationships", each.id, side), group, groups, "group")
        if each.first == each.second:
            source.fault(
                ("relationships", each.id, "to"),
                "bad_value",
                "A relationship is between people of two groups. Name another group here.",
            )
    if len({touchpoint.key for touchpoint in study.touchpoints}) != len(study.touchpoints):
        source.fault(("touchpoints",), "written_twice", "Two touchpoints have the same group and number.")
    attributes = [attribute.id for attribute in study.attributes]
    for index, segment in enumerate(study.segments):
        check_known(source, ("segments", index), segment, attributes, "attribute")
        if any(each != segment and _short(each) == _short(segment) for each in study.segments[:index]):
            sentence = f"Another segment is called “{_short(segment)}” too, of something else. Rename one attribute."
            source.fault(("segments", index), "two_meanings", sentence)
    for place, names, what in (
        ("consent", [purpose.id for purpose in study.consent], "purposes"),
        ("measures", [measure.id for measure in study.measures], "measures"),
    ):
        check_once(source, (place,), names, what)
    _check_prefixes(study, source)
    for name in ("minimum_base", "minimum_cell"):
        if getattr(study.thresholds, name) == 2:
            source.fault(
                ("thresholds", name),
                "threshold_of_two",
                "“Fewer than 2” would say one. Use 1 (hide nothing), or 3 or more.",
            )
    if study.completion.partial > study.completion.complete:
        source.fault(
            ("completion", "partial"),
            "bad_value",
            f"An interview would be partial from {study.completion.partial} % and complete from "
            f"{study.completion.complete} % on. Write the smaller share here.",
        )
    if not study.required_purposes:
        source.fault(("consent",), "no_consent", "One purpose must be `required: true`: consent to take part.")
    _check_governs(study, source)
    _check_ear(study, source)
    _check_languages(study, source)
    if study.time_zone not in _time_zones():
        near = source.did_you_mean(study.time_zone, _time_zones())
        sentence = f"There is no time zone “{study.time_zone}”. Write it like Europe/London.{near}"
        source.fault(("time_zone",), "unknown_time_zone", sentence)


def _check_governs(study: Study, source: Source) -> None:
    """A purpose that nothing follows from is a promise that nobody keeps."""
    others = ", ".join(f"`{each}`" for each in Governs if each is not Governs.TAKE_PART)
    for index, purpose in enumerate(study.consent):
        place, takes_part = ("consent", index), purpose.governs is Governs.TAKE_PART
        if purpose.governs is None:
            source.fault(
                place,
                "governs_nothing",
                f"It is not said what is done with “{purpose.id}”, so nothing is. Write `governs:` with one of "
                f"{others}; or leave the purpose out.",
            )
        elif takes_part and not purpose.required:
            sentence = "Nobody takes part without it. Write `required: true`, or govern something else."
            source.fault((*place, "governs"), "bad_value", sentence)
        elif purpose.required and not takes_part:
            sentence = f"Only consent to take part can be required: `{purpose.governs}` is theirs to refuse."
            source.fault((*place, "required"), "bad_value", sentence)


LONGEST_ALOUD = 40
"""Words of a consent that is asked aloud: nobody keeps more in mind by ear."""

_NOT_SAID = re.compile(r"https?:|www\.|@|[<>\[\]{}*_#]")


def _check_ear(study: Study, source: Source) -> None:
    """How consent is asked aloud is for the ear."""
    for index, purpose in enumerate(study.consent):
        if purpose.aloud is not None and (sentence := not_for_the_ear(purpose.text, purpose.aloud)):
            source.fault(("consent", index, "aloud"), "not_for_the_ear", sentence)


def not_for_the_ear(text: str, aloud: str) -> str | None:
    """What is wrong with how a purpose of consent that is written as `text` is asked aloud, in whatever language."""
    if aloud == text:
        return "This is what `text` says, which is read out where nothing stands here. Leave it out."
    if len(aloud.split()) > LONGEST_ALOUD:
        return f"Nobody keeps more than {LONGEST_ALOUD} words in mind by ear. Say it shorter."
    if found := _NOT_SAID.search(aloud):
        return f"“{found[0]}” cannot be read out. Say it in words."
    return None


def _short(attribute: str) -> str:
    return attribute.partition(".")[2]


def _check_prefixes(study: Study, source: Source) -> None:
    groups: dict[str, str] = {}
    for group in study.groups:
        other = groups.setdefault(group.reference_prefix, group.id)
        if other != group.id:
            sentence = (
                f"References of “{other}” begin with {group.reference_prefix} too. Give one of them other letters."
            )
            source.fault(("groups", group.id, "reference_prefix"), "written_twice", sentence)


def _check_languages(study: Study, source: Source) -> None:
    for index, language in enumerate(study.languages):
        if not _LANGUAGE.fullmatch(language):
            sentence = f"“{language[:60]}” is no language’s code. Write it like pl, or pa-Arab."
            source.fault(("languages", index), "unknown_language", sentence)
    if study.source_language not in study.languages:
        source.fault(("languages",), "unknown_language", "`languages` must include the source language.")
    for index, language in enumerate(study.partial):
        check_known(source, ("partial", index), language, study.languages, "language")
    for index, language in enumerate(study.easy):
        check_known(source, ("easy", index), language, study.languages, "language")


@functools.cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _check_touchpoint(study: Study, source: Source, index: int, touchpoint: Touchpoint) -> None:
    place: Place = ("touchpoints", index)
    check_known(source, (*place, "group"), touchpoint.group, [group.id for group in study.groups], "group")
    questionnaires = {name for name, _ in study.questionnaires}
    check_known(source, (*place, "questionnaire"), touchpoint.questionnaire, questionnaires, "questionnaire")
    anchor, opens = touchpoint.opens, (*place, "opens")
    if anchor.touchpoint and study.touchpoint(*anchor.touchpoint) is None:
        sentence = f"There is no touchpoint {anchor.touchpoint[1]} of “{anchor.touchpoint[0]}”."
        source.fault(opens, "unknown_touchpoint", sentence)
    elif anchor.touchpoint == touchpoint.key:
        source.fault(
            opens,
            "anchored_on_itself",
            "A touchpoint cannot wait for itself. Name an earlier one, `enrolled`, an event or a date.",
        )
    elif anchor.touchpoint and (anchor.touchpoint[0] != touchpoint.group or anchor.touchpoint[1] >= touchpoint.number):
        source.fault(
            opens, "anchor_not_before", "A touchpoint can wait only for an earlier touchpoint of its own group."
        )
    if anchor.event:
        check_known(source, opens, anchor.event, study.events, "event")
    _check_window(source, place, anchor, touchpoint)


def _check_window(source: Source, place: Place, anchor: Anchor, touchpoint: Touchpoint) -> None:
    for key, days in (("opens", anchor.days), ("due", touchpoint.due_days), ("closes", touchpoint.closes_days)):
        if days is not None and days > MAXIMUM_DAYS:
            sentence = f"That is more than {MAXIMUM_DAYS:,} days, a hundred years. Write fewer."
            source.fault((*place, key), "beyond_calendar", sentence)
    if anchor.date is not None and not FIRST_YEAR <= anchor.date.year <= LAST_YEAR:
        sentence = f"The year {anchor.date.year} is not one a study can open in. Write one from 2000 to 2199."
        source.fault((*place, "opens"), "beyond_calendar", sentence)
    due, closes = touchpoint.due_days, touchpoint.closes_days
    if due is not None and closes is not None and closes < due:
        sentence = "It would close before it is due. Both are counted from the day it opens."
        source.fault((*place, "closes"), "limits_crossed", sentence)


def _check_scale(source: Source, name: str) -> None:
    scale = source.data["scales"][name]
    options = list(scale.get("options") or {})
    _check_nets(source, name, options)
    for option in scale.get("values") or {}:
        check_known(source, ("scales", name, "values", option), option, options, "option")
    missing = [option for option in options if option not in (scale.get("values") or options)]
    if missing:
        source.fault(("scales", name, "values"), "no_values", f"“{missing[0]}” has no value. Give every option one.")
    low, high = scale.get("from"), scale.get("to")
    if (low is None) != (high is None) or (low is not None and low >= high) or (low is None and not options):
        source.fault(("scales", name), "wrong_scale", "A scale has options, or `from` and a larger `to`.")
    elif low is not None and high - low >= MAXIMUM_RATING:
        sentence = f"A rating has at most {MAXIMUM_RATING} numbers to choose from. Ask for a number instead."
        source.fault(("scales", name, "to"), "wrong_scale", sentence)


def _check_nets(source: Source, name: str, options: list[str]) -> None:
    """Nets are the sides of a scale: each option is on one of them, or on none."""
    scale = source.data["scales"][name]
    nets, neutral = scale.get("nets") or {}, scale.get("neutral")
    counted: dict[str, str] = {}
    for net, written in nets.items():
        for index, option in enumerate(written["options"]):
            place = ("scales", name, "nets", net, "options", index)
            check_known(source, place, option, options, "option")
            other = counted.setdefault(option, net)
            if other != net:
                sentence = f"“{option}” is in “{other}” too: its people would be counted on two sides. Keep one."
                source.fault(place, "overlapping_nets", sentence)
            if option == neutral:
                sentence = f"“{option}” is neutral: it belongs to neither side. Take it out of the net."
                source.fault(place, "neutral_in_net", sentence)
        if net in options:
            source.fault(
                ("scales", name, "nets", net),
                "two_meanings",
                f"“{net}” is both a net and an option. Call one of them something else.",
            )
    if scale.get("favourable"):
        check_known(source, ("scales", name, "favourable"), scale["favourable"], nets, "net")
    if neutral:
        check_known(source, ("scales", name, "neutral"), neutral, options, "option")


def _check_measures(study: Study, source: Source) -> None:
    groups = [group.id for group in study.groups]
    for index, measure in enumerate(study.measures):
        place: Place = ("measures", index)
        check_known(source, (*place, "group"), measure.group, groups, "group")
        rows = [(row.touchpoint, row.moment) for row in measure.rows]
        check_distinct(source, (*place, "rows"), rows, "This measure has a row of the same answers already. Keep one.")
        for number, row in enumerate(measure.rows):
            here: Place = (*place, "rows", number)
            touchpoint = study.touchpoint(measure.group, row.touchpoint)
            if touchpoint is None:
                source.fault(
                    (*here, "touchpoint"),
                    "unknown_touchpoint",
                    f"“{measure.group}” has no touchpoint {row.touchpoint}.",
                )
                continue
            if not any(name == touchpoint.questionnaire for name, _ in study.questionnaires):
                continue
            parts = parts_of(study.newest(touchpoint.questionnaire))
            key = f"{measure.variable}@{row.moment}" if row.moment else measure.variable
            if key not in parts:
                asked = study.newest(touchpoint.questionnaire)
                unknown_question(source, here, key, asked, parts, f"{asked.id} does not ask “{key}”.")
            elif parts[key].question.net(measure.net) is None:
                nets = [net.name for net in parts[key].question.nets]
                check_known(source, (*place, "net"), measure.net, nets, "net")
