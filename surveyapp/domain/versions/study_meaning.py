"""What of a study, beside its questionnaires, changes what a published number or a consent means.

Every such setting has a name (`measures.satisfaction.net`), its words, and a place in study.yaml. Consent is declared
by its version: other words under the same number would make people agree to what they never read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.instrument.consent.purposes import Purpose
from surveyapp.domain.instrument.measures.measure import Comparison
from surveyapp.domain.instrument.study import Study
from surveyapp.domain.versions.diff import Edit


@dataclass(frozen=True)
class Setting:
    """One of a study's settings: its name, what it is in words, and where it stands in study.yaml."""

    name: str
    said: str
    place: tuple[str | int, ...]


@dataclass(frozen=True)
class FrozenPurpose:
    """A purpose of consent as one of its versions was frozen."""

    required: bool
    text: str
    aloud: str | None = None
    governs: str | None = None


@dataclass(frozen=True)
class FrozenStudy:
    """A study as it was last frozen: what each setting was, by name, and every wording of consent that ever was frozen,
    by purpose and version."""

    settings: Mapping[str, str]
    consent: Mapping[str, Mapping[int, FrozenPurpose]]


NOTHING_FROZEN = FrozenStudy({}, {})


@dataclass(frozen=True)
class ConsentFault:
    """A purpose that says something else than it did under a version: which of the study's, under which key."""

    index: int
    key: str
    sentence: str


def settings_of(study: Study) -> tuple[Setting, ...]:
    """Everything of a study that changes what a published number or a consent means, in the order of its file."""
    return tuple(_settings(study))


def freeze(study: Study, before: FrozenStudy) -> FrozenStudy:
    """The study as it is now, with the wordings of consent that were frozen before."""
    consent = {name: dict(versions) for name, versions in before.consent.items()}
    for purpose in study.consent:
        consent.setdefault(purpose.id, {})[purpose.version] = _frozen(purpose)
    return FrozenStudy({each.name: each.said for each in settings_of(study)}, consent)


def study_edits(frozen: FrozenStudy, study: Study) -> tuple[tuple[Edit, tuple[str | int, ...]], ...]:
    """Each setting that is not as it was when frozen, and where it stands: `what` is the key of study.yaml, `about` the
    rest of its name."""
    if not frozen.settings:
        return ()
    now = {each.name: each for each in settings_of(study)}
    found = []
    for name in dict.fromkeys((*now, *frozen.settings)):
        setting, was = now.get(name), frozen.settings.get(name)
        said = setting.said if setting else None
        if said != was:
            what, _, about = name.partition(".")
            found.append((Edit(what, about or None, was, said), setting.place if setting else (what,)))
    return tuple(found)


def consent_faults(frozen: FrozenStudy, study: Study) -> tuple[ConsentFault, ...]:
    """Purposes that changed without a version of their own."""
    return tuple(
        fault
        for index, purpose in enumerate(study.consent)
        if (fault := _consent_fault(frozen.consent.get(purpose.id, {}), purpose, index))
    )


def _consent_fault(frozen: Mapping[int, FrozenPurpose], purpose: Purpose, index: int) -> ConsentFault | None:
    if not frozen:
        return None
    newest, was = max(frozen), frozen.get(purpose.version)
    if purpose.version < newest:
        return ConsentFault(
            index, "version",
            f"Version {newest} of the consent “{purpose.id}” was frozen: people agreed to it. Write "
            f"`version: {newest}` with its words, or `version: {newest + 1}` with others.",
        )  # fmt: skip
    now = _frozen(purpose)
    # What a file did not say before it had to be said can be said now: the words that people agreed to are the same.
    if was is None or dataclasses.replace(was, governs=was.governs or now.governs) == now:
        return None
    key = next(key for key in ("text", "aloud", "required", "governs") if getattr(was, key) != getattr(now, key))
    what = _CHANGED.get(key, "says something else")
    return ConsentFault(
        index, key,
        f"The consent “{purpose.id}” {what} than version {purpose.version} that people agreed to. Write "
        f"`version: {newest + 1}`, and everybody is asked again; or undo the change.",
    )  # fmt: skip


_CHANGED = {
    "required": "is required where it was not, or the other way round,",
    "governs": "decides something else",
}


def _frozen(purpose: Purpose) -> FrozenPurpose:
    governs = None if purpose.governs is None else purpose.governs.value
    return FrozenPurpose(purpose.required, purpose.text, purpose.aloud, governs)


_KEYED = ("attributes", "measures", "consent")
"""Lists of a study whose items are known by their id."""


def _settings(study: Study) -> Iterator[Setting]:
    for key in ("thresholds", "completion", "enrolment", "releases"):
        yield from _flat(key, (key,), dataclasses.asdict(getattr(study, key)))
    yield Setting("segments", ", ".join(study.segments), ("segments",))
    yield Setting("crosstabs", ", ".join(" × ".join(pair) for pair in study.crosstabs), ("crosstabs",))
    for key in _KEYED:
        for index, each in enumerate(getattr(study, key)):
            held = dataclasses.asdict(each)
            name = held.pop("id")
            yield from _flat(f"{key}.{name}", (key, name if key == "attributes" else index), held)
    for index, point in enumerate(study.touchpoints):
        held = dataclasses.asdict(point)
        del held["target"]  # what is set out for changes nothing that was counted
        name = f"{held.pop('group')} {held.pop('number')}"
        yield from _flat(f"touchpoints.{name}", ("touchpoints", index), held)
    for index, comparison in enumerate(study.comparisons):
        held = dataclasses.asdict(comparison.declaration)
        held.pop("variable")
        yield from _flat(_name(comparison), ("comparisons", index), held)


def _name(comparison: Comparison) -> str:
    versions = "" if comparison.versions is None else " v{} v{}".format(*comparison.versions)
    return f"comparisons.{comparison.declaration.variable} {comparison.first} {comparison.second}{versions}"


def _flat(name: str, place: tuple[str | int, ...], held: Any) -> Iterator[Setting]:
    """Every value of a tree by its path. What is not set has none."""
    match held:
        case dict():
            for key, value in held.items():
                yield from _flat(f"{name}.{key}", (*place, key), value)
        case list() | tuple():
            for index, value in enumerate(held, 1):
                yield from _flat(f"{name}.{index}", (*place, index - 1), value)
        case None:
            return
        case bool():
            yield Setting(name, "yes" if held else "no", place)
        case _:
            yield Setting(name, str(held), place)
