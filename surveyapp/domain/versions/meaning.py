"""What a variable's numbers mean, and what of it is another from one version, or one questionnaire, to the next.

Everything in a document that changes what a number says is compared here, key by key (`_KEYS`, words and options). What
is not compared changes none: `tests/unit/test_meaning.py` walks every field of the format and has the reason for each.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from surveyapp.domain.i18n import source_of
from surveyapp.domain.instrument.conditions import All, Condition, references
from surveyapp.domain.instrument.kinds import KINDS, Part
from surveyapp.domain.instrument.questionnaire import Question, Questionnaire, Score
from surveyapp.domain.instrument.routing import Page, pages_of

Aspect = Literal["rescaled", "reworded", "redefined", "rebased", "relimited", "rearranged", "extended"]
"""What is another: the possible answers (one is gone, or a rating's numbers are others); the words; what is counted
(nets, values, the good side); who is asked; what may be answered, or be left out; the order in which options or moments
are shown; only that there are more options. The gravest first."""

ASPECTS: tuple[Aspect, ...] = (
    "rescaled", "reworded", "redefined", "rebased", "relimited", "rearranged", "extended",
)  # fmt: skip

Status = Literal["same", "new", "removed"] | Aspect

Differences = Mapping[Aspect, tuple[str, ...]]
"""What is another, the gravest first, each with the keys of the format that make it so."""


@dataclass(frozen=True)
class Asked:
    """A variable as one version asks it: its part at each moment, and of whom. `base`: every condition that must hold,
    those of the questions that its conditions look at among them."""

    parts: Mapping[str | None, Part]
    base: frozenset[Condition]

    @property
    def part(self) -> Part:
        """Its first: all have the same question, kind and options."""
        return next(iter(self.parts.values()))

    @property
    def question(self) -> Question:
        return self.part.question


@functools.lru_cache(maxsize=128)
def variables(questionnaire: Questionnaire) -> Mapping[str, Asked]:
    """Every variable by name; the lines of text beside an option are left out."""
    parts: dict[str, dict[str | None, Part]] = {}
    bases: dict[str, frozenset[Condition]] = {}
    for page in pages_of(questionnaire):
        own = _conditions(page)
        # Who is asked a filter is who can pass it.
        looked_at = {each.name for condition in own for each in references(condition) if each.scope == "answer"}
        base = own.union(*(bases.get(key, frozenset()) for key in looked_at))
        for part in page.parts:
            bases[part.key] = base
            if part.when is None:
                parts.setdefault(part.name, {})[part.moment] = part
    return {
        name: Asked(found, frozenset().union(*(bases[part.key] for part in found.values())))
        for name, found in parts.items()
    }


def _conditions(page: Page) -> frozenset[Condition]:
    """What a page is asked on, a list that must all hold taken apart: it is one whether it stands on the section, on
    the question or on both."""
    statement = page.statement.ask_if if page.statement else None
    return frozenset(_flat((page.section.ask_if, page.question.ask_if, statement)))


def _flat(conditions: Iterable[Condition | None]) -> Iterator[Condition]:
    for each in conditions:
        if isinstance(each, All):
            yield from _flat(each.items)
        elif each is not None:
            yield each


def same_kind(old: Asked, new: Asked) -> bool:
    """Whether a variable is of one kind in both, whatever its words and options."""
    return old.part.kind is new.part.kind and old.part.type is new.part.type


def status(old: Asked | None, new: Asked | None) -> Status:
    """What became of a variable from one wording to another; None: not asked there. Of several differences the gravest:
    `differences` has all."""
    if old is None or new is None:
        return "new" if old is None else "removed"
    return next(iter(differences(old, new)), "same")


def differences(old: Asked, new: Asked) -> Differences:
    """What is another between two wordings of a variable, its moments taken together. Nothing where it means the same:
    a hint, a note to the interviewer or a section's title does not count."""
    found: dict[Aspect, list[str]] = {}
    before, after = old.part.codes, new.part.codes
    shared = frozenset(before) & frozenset(after)
    if set(before) - set(after) or (old.part.kind.scaled and before != after):
        found["rescaled"] = ["scale" if old.part.kind.scaled else "options"]
    if reworded := list(_reworded(old, new, shared, "rescaled" in found)):
        found["reworded"] = reworded
    if old.base != new.base:
        found["rebased"] = ["ask_if"]
    for key, (aspect, held) in _KEYS.items():
        if held(old.question, shared) != held(new.question, shared):
            found.setdefault(aspect, []).append(key)
    layouts = old.part.moments_layout, new.part.moments_layout
    if None not in layouts and layouts[0] != layouts[1]:
        found.setdefault("rearranged", []).append("apart")
    if set(after) - set(before) and "rescaled" not in found:
        found["extended"] = ["options"]
    return {aspect: tuple(found[aspect]) for aspect in ASPECTS if aspect in found}


def _reworded(old: Asked, new: Asked, shared: frozenset[str], rescaled: bool) -> Iterator[str]:
    """Which words are others. Other answers come with other labels: those are no second difference."""
    moments = [(old.parts[moment], new.parts[moment]) for moment in old.parts if moment in new.parts]
    one, two = moments[0] if moments else (old.part, new.part)
    if _sources(one.question.text, one.label) != _sources(two.question.text, two.label):
        yield "statements" if one.question.text == two.question.text else "text"
    if any(_sources(a.moment_label) != _sources(b.moment_label) for a, b in moments or [(one, two)]):
        yield "moments"
    if not rescaled:
        if _options(one.question, shared) != _options(two.question, shared):
            yield "options"
        for key in ("low", "high"):
            if _sources(getattr(one.question, key)) != _sources(getattr(two.question, key)):
                yield key


def _options(question: Question, shared: frozenset[str]) -> tuple[object, ...]:
    return tuple(
        (option.code, source_of(option.label), option.exclusive) for option in question.options if option.code in shared
    )


def _sources(*texts: str | None) -> tuple[str | None, ...]:
    """Two wordings are compared in what their author wrote: two texts may be translated alike."""
    return tuple(None if text is None else source_of(text) for text in texts)


Held = Callable[[Question, frozenset[str]], object]
"""What a question holds under a key, of the options that both sides have."""


def _limit(key: str) -> tuple[Aspect, Held]:
    """A limit of what may be answered. A rating's ends are its possible answers."""
    return "relimited", lambda question, _: None if KINDS[question.kind].scaled else getattr(question, key)


_KEYS: Mapping[str, tuple[Aspect, Held]] = {
    "nets": ("redefined", lambda q, shared: {
        net.name: (source_of(net.label), frozenset(net.options) & shared) for net in q.nets
    }),
    "favourable": ("redefined", lambda q, _: q.favourable),
    "neutral": ("redefined", lambda q, shared: q.neutral if q.neutral in shared else None),
    "values": ("redefined", lambda q, shared: {each.code: each.value for each in q.options if each.code in shared}),
    "fact": ("redefined", lambda q, _: q.fact),
    "minimum": _limit("minimum"),
    "maximum": _limit("maximum"),
    "decimals": _limit("decimals"),
    "units": ("relimited", lambda q, _: q.units[:1]),  # the others are only ways of writing the first
    "earliest": _limit("earliest"),
    "latest": _limit("latest"),
    "pattern": ("relimited", lambda q, _: q.pattern.match if q.pattern else None),
    "missing": ("relimited", lambda q, _: frozenset(q.missing)),
    "required": ("relimited", lambda q, _: q.required),
    "order": ("rearranged", lambda q, _: q.order),
}  # fmt: skip
"""Every key that carries meaning beside words, answers and conditions: what is another when it is, and what is held."""


def notes_changed(old: Asked, new: Asked) -> bool:
    """Whether the hint or the note to the interviewer is another."""
    one, two = old.question, new.question
    return _sources(one.hint, one.interviewer) != _sources(two.hint, two.interviewer)


def score_differences(old: Score, new: Score) -> Differences:
    """What is another between two forms of a score: its title and its bands' labels are words, all else is what is
    counted. The order of its items is neither."""
    found: dict[Aspect, tuple[str, ...]] = {}
    held = [
        {
            "title": source_of(each.title),
            "method": each.method,
            "items": frozenset(each.items),
            "reverse": frozenset(each.reverse),
            "minimum_answered": each.minimum_answered,
            "bands": tuple((band.code, band.low, band.high) for band in each.bands),
            # Who changed by more than the scale's error is counted with it; where it was published is no part of that.
            "reliability": (each.reliability.value, each.reliability.sd, each.reliability.better)
            if each.reliability
            else None,
        }
        for each in (old, new)
    ]
    other = tuple(key for key in held[0] if held[0][key] != held[1][key])
    labels = [{band.code: source_of(band.label) for band in each.bands} for each in (old, new)]
    relabelled = any(labels[0][code] != labels[1][code] for code in labels[0].keys() & labels[1].keys())
    if words := (*(key for key in other if key == "title"), *(["bands"] if relabelled else [])):
        found["reworded"] = words
    if counted := tuple(key for key in other if key != "title"):
        found["redefined"] = counted
    return found
