"""What a study says of its releases: when enrolment ends, how often one is made, which variables are put across one
another."""

from __future__ import annotations

from surveyapp.domain.authoring.checks.limits import FIRST_YEAR, LAST_YEAR, MAXIMUM_DAYS
from surveyapp.domain.authoring.checks.names import unknown_question
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.kinds import Part, Summary
from surveyapp.domain.instrument.routing import parts_of
from surveyapp.domain.instrument.study import Study


def check_releases(study: Study, source: Source) -> None:
    """Records every fault of `enrolment`, `releases` and `crosstabs` in the source's list."""
    until, rule, thresholds = study.enrolment.until, study.releases, study.thresholds
    if until is not None and not FIRST_YEAR <= until.year <= LAST_YEAR:
        sentence = f"The year {until.year} is not one a study can enrol in. Write one from {FIRST_YEAR} to {LAST_YEAR}."
        source.fault(("enrolment", "until"), "beyond_calendar", sentence)
    if study.enrolment.quiet_days > MAXIMUM_DAYS:
        sentence = f"That is more than {MAXIMUM_DAYS:,} days, a hundred years. Write fewer."
        source.fault(("enrolment", "quiet"), "beyond_calendar", sentence)
    if rule.minimum_new is not None and rule.minimum_new < thresholds.minimum_cell:
        sentence = (
            f"Fewer new people than `minimum_cell` ({thresholds.minimum_cell}) could be told from the last release. "
            "Write more."
        )
        source.fault(("releases", "minimum_new"), "limits_crossed", sentence)
    if rule.live and thresholds.minimum_cell > 1:
        sentence = "Releases that hide small counts cannot follow every answer. Take `live` out, or hide no count."
        source.fault(("releases", "live"), "not_live", sentence)
    _check_crosstabs(study, source)


def _check_crosstabs(study: Study, source: Source) -> None:
    by_questionnaire = {name: parts_of(study.newest(name)) for name, _ in study.questionnaires}
    known: dict[str, Part] = {key: part for parts in by_questionnaire.values() for key, part in parts.items()}
    seen: set[frozenset[str]] = set()
    for index, pair in enumerate(study.crosstabs):
        place: Place = ("crosstabs", index)
        missing = [position for position, key in enumerate(pair) if key not in known]
        for position in missing:
            key = pair[position]
            newest = (study.newest(name) for name in by_questionnaire)
            asking = next((each for each in newest if any(question.id == key for question in each.questions)), None)
            sentence = f"No questionnaire asks “{key}”."
            unknown_question(source, (*place, position), key, asking, known, sentence)
        for position, key in enumerate(pair):
            if position not in missing and known[key].summary is not Summary.OPTIONS:
                sentence = f"The answers to “{key}” are not options to choose from, and cannot be put across others."
                source.fault((*place, position), "not_crossed", sentence)
        together = {point.questionnaire for point in study.touchpoints} & set(by_questionnaire)
        if frozenset(pair) in seen:
            source.fault(place, "written_twice", "This pair is there already. Take it out.")
        elif not missing and not any(set(pair) <= set(by_questionnaire[name]) for name in sorted(together)):
            source.fault(place, "not_crossed", "No touchpoint asks both. Name two that one questionnaire asks.")
        seen.add(frozenset(pair))
