"""What a study sends: steps that follow one another, words for each way, a link where answers are asked for, and
nothing of benefits, health or an employer where others read it."""

from __future__ import annotations

from surveyapp.domain.authoring.checks.limits import MAXIMUM_DAYS
from surveyapp.domain.authoring.checks.names import check_known
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.sending.rules import MessageRules, MessageStep, SendingWay, StepKind
from surveyapp.domain.sending.words import (
    FACTS,
    NEEDS_FALLBACK,
    SHORTEST_PHRASE,
    TELLING,
    facts_in,
    filled,
    in_sight,
    tells,
)

LONGEST_SHORT = 320
"""Characters of a text message without what is filled in: with a link about three parts of one."""

TOO_MANY_DAYS = f"That is more than {MAXIMUM_DAYS:,} days, a hundred years. Write fewer."

WORDS = ("subject", "text", "short")
"""The keys of a step that people read."""


def check_messages(study: Study, source: Source) -> None:
    """Records every fault of `messages` in the source's list."""
    rules = study.messages
    if rules is None:
        return
    groups = [group.id for group in study.groups]
    phrases = private_phrases(study)
    for step in rules.steps:
        place: Place = ("messages", "steps", step.id)
        for index, group in enumerate(step.groups):
            check_known(source, (*place, "groups", index), group, groups, "group")
        if step.after_days > MAXIMUM_DAYS:
            source.fault((*place, "after"), "beyond_calendar", TOO_MANY_DAYS)
        _check_words(source, place, step)
        for key, text in in_sight(step):
            if (found := tells(filled(text, {"study": study.public_title}), phrases)) is not None:
                where = "A text message" if key == "short" else "The subject" if key == "subject" else "The first line"
                source.fault(
                    (*place, key),
                    "tells_of_somebody",
                    f"{where} is read by whoever looks over a shoulder, and says “{found}”. Say it further down, or "
                    "not at all.",
                )
    if rules.calls is not None:
        for index, group in enumerate(rules.calls.groups):
            check_known(source, ("messages", "calls", "groups", index), group, groups, "group")
        if rules.calls.after_days > MAXIMUM_DAYS:
            source.fault(("messages", "calls", "after"), "beyond_calendar", TOO_MANY_DAYS)
    for group in groups:
        _check_order(source, group, rules)


def private_phrases(study: Study) -> tuple[str, ...]:
    """What says something of somebody: words of benefits, health and employers, and the study's own of what is known of
    people and of what happens to them."""
    own = [each.label for each in study.attributes]
    own += [label for each in study.attributes for label in each.values.values()]
    own += study.events.values()
    return (*TELLING, *(each for each in own if len(each) >= SHORTEST_PHRASE))


def _check_words(source: Source, place: Place, step: MessageStep) -> None:
    in_full = bool({SendingWay.EMAIL, SendingWay.LETTER} & set(step.by))
    wanted = {"subject": in_full, "text": in_full, "short": SendingWay.TEXT in step.by}
    for key in (each for each, needed in wanted.items() if needed):
        if getattr(step, key) is None:
            what = "A text message needs" if key == "short" else "E-mails and letters need"
            source.fault(place, "missing_key", f"{what} words: write `{key}`, or leave that way out of `by`.")
    for key in WORDS:
        text = getattr(step, key)
        if text is None:
            continue
        named = facts_in(text)
        for fact, fallback in named:
            if fact not in FACTS:
                there = ", ".join(f"{{{each}}}" for each in FACTS)
                sentence = f"“{{{fact}}}” is nothing that a message can fill in. Write one of {there}."
                source.fault((*place, key), "unknown_fact", sentence)
            elif fact in NEEDS_FALLBACK and not (fallback or "").strip():
                sentence = f"It may not be known. Say what stands there then, like `{{{fact}|…}}`."
                source.fault((*place, key), "no_fallback", sentence)
        facts = {fact for fact, _ in named}
        if key == "subject" and facts & {"name", "link", "code"}:
            sentence = "Subjects are shown on locked phones: no name, link or code stands in one. Take it out."
            source.fault((*place, key), "unknown_fact", sentence)
        if key != "subject" and step.kind is not StepKind.THANK and "link" not in facts:
            source.fault((*place, key), "no_way_in", "Nobody can answer without their link. Write {link} in it.")
    if step.short is not None and len(step.short) > LONGEST_SHORT:
        sentence = f"A text message can have at most {LONGEST_SHORT} characters. Say it shorter."
        source.fault((*place, "short"), "bad_value", sentence)
    if step.subject is not None and "\n" in step.subject.strip():
        source.fault((*place, "subject"), "bad_value", "A subject is one line. Take the others out.")


def _check_order(source: Source, group: str, rules: MessageRules) -> None:
    """The steps of one group: the invitation first, each later than the one before."""
    asking = [step for step in rules.steps if step.is_for(group) and step.kind is not StepKind.THANK]
    for index, step in enumerate(asking):
        place: Place = ("messages", "steps", step.id)
        if index == 0 and step.kind is StepKind.REMIND:
            sentence = f"“{group}” would be reminded of what nobody asked them. Write an invitation before it."
            source.fault((*place, "kind"), "bad_value", sentence)
        if index > 0 and step.kind is StepKind.INVITE:
            sentence = f"“{group}” would be invited twice. Make this one a reminder (`kind: remind`)."
            source.fault((*place, "kind"), "written_twice", sentence)
        if index > 0 and step.after_days <= asking[index - 1].after_days:
            sentence = (
                f"It would go out no later than “{asking[index - 1].id}”. Write more days, or change their order."
            )
            source.fault((*place, "after"), "limits_crossed", sentence)
        if index == 0 and step.another:
            source.fault((*place, "another"), "bad_value", "There is no message before it. Take `another` out.")
    if len(asking) > rules.at_most:
        sentence = (
            f"“{group}” would get {len(asking)} messages, and `at_most` says {rules.at_most}: the last would never be "
            "sent. Change one of them."
        )
        source.fault(("messages", "at_most"), "limits_crossed", sentence)
