"""What a study sends: steps that follow one another, words for each way, a link where answers are asked for, and
nothing of benefits, health or an employer where others read it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from surveyapp.domain import normalise
from surveyapp.domain.authoring.checks.limits import MAXIMUM_DAYS
from surveyapp.domain.authoring.checks.names import check_known
from surveyapp.domain.authoring.yaml_source import Place, Source
from surveyapp.domain.instrument.piping import is_well_formed
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
        _check_keys(source, place, step)
        for key, code, sentence in words_faults(step, phrases, study.public_title):
            source.fault((*place, key), code, sentence)
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


def _check_keys(source: Source, place: Place, step: MessageStep) -> None:
    in_full = bool({SendingWay.EMAIL, SendingWay.LETTER} & set(step.by))
    wanted = {"subject": in_full, "text": in_full, "short": SendingWay.TEXT in step.by}
    for key in (each for each, needed in wanted.items() if needed):
        if getattr(step, key) is None:
            what = "A text message needs" if key == "short" else "E-mails and letters need"
            source.fault(place, "missing_key", f"{what} words: write `{key}`, or leave that way out of `by`.")


def words_faults(step: MessageStep, phrases: Collection[str], title: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the words of a message, in whatever language they are: key, code and sentence. `phrases`: what
    must not stand where others read it; `title`: what the study is called there."""
    for key in WORDS:
        text = getattr(step, key)
        if text is not None:
            yield from ((key, code, sentence) for code, sentence in _text_faults(step.kind, key, text))
    for key, text in in_sight(step):
        if (found := tells(filled(text, {"study": title}), phrases)) is not None:
            where = "A text message" if key == "short" else "The subject" if key == "subject" else "The first line"
            yield (
                key,
                "tells_of_somebody",
                f"{where} is read by whoever looks over a shoulder, and says “{found}”. Say it further down, or not at "
                "all.",
            )


def _text_faults(kind: StepKind, key: str, text: str) -> Iterator[tuple[str, str]]:
    """Of one text of a message: code and sentence."""
    named = facts_in(text)
    for fact, fallback in named:
        if fact not in FACTS:
            there = ", ".join(f"{{{each}}}" for each in FACTS)
            yield "unknown_fact", f"“{{{fact}}}” is nothing that a message can fill in. Write one of {there}."
        elif fact in NEEDS_FALLBACK and not (fallback or "").strip():
            yield "no_fallback", f"It may not be known. Say what stands there then, like `{{{fact}|…}}`."
    if not is_well_formed(text):
        yield "bad_quote", "A brace is left over: people would read it. What a message fills in is written `{link}`."
    facts = {fact for fact, _ in named}
    if key == "subject":
        if facts & {"name", "link", "code"}:
            yield (
                "unknown_fact",
                "Subjects are shown on locked phones: no name, link or code stands there. Take it out.",
            )
        if "\n" in text.strip():
            yield "bad_value", "A subject is one line. Take the others out."
    elif kind is not StepKind.THANK and "link" not in facts:
        yield "no_way_in", "Nobody can answer without their link. Write {link} in it."
    if key == "short" and normalise.length(text) > LONGEST_SHORT:
        yield "bad_value", f"A text message can have at most {LONGEST_SHORT} characters. Say it shorter."


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
