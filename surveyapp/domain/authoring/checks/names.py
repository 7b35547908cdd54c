"""Names that mean nothing where they stand, each with what its author may have meant."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable

from surveyapp.domain import normalise
from surveyapp.domain.authoring.yaml_source import Place, Source, shortened
from surveyapp.domain.instrument.kinds import KINDS
from surveyapp.domain.instrument.questionnaire import Questionnaire


def check_known(source: Source, place: Place, name: str, known: Collection[str], what: str) -> None:
    """Records `unknown_<what>` where a name is not among those known."""
    if name not in known:
        near = source.did_you_mean(name, known)
        source.fault(place, f"unknown_{what}", f"There is no {what} “{shortened(name)}”.{near}")


def check_once(source: Source, place: Place, names: Iterable[str], what: str) -> None:
    """Records `written_twice` at each item of a list whose name came before. `place` is the list's."""
    check_distinct(source, place, names, f"Two {what} are called “{{item}}”. Rename one, or take it out.")


def check_distinct(source: Source, place: Place, items: Iterable[Hashable], sentence: str) -> None:
    """Records `written_twice` at each item of a list that came before. `place` is the list's; `sentence` may have
    `{item}` in it."""
    seen: set[Hashable] = set()
    for index, item in enumerate(items):
        if item in seen:
            source.fault((*place, index), "written_twice", sentence.replace("{item}", shortened(str(item))))
        seen.add(item)


def check_lists(source: Source) -> None:
    """Records `written_twice` at each word or number of a list of the file that stands in it before."""
    _check_list(source, (), source.data)


def _check_list(source: Source, place: Place, written: object) -> None:
    if isinstance(written, list):
        key = next((step for step in reversed(place) if isinstance(step, str)), "")
        said = [normalise.one_line(each) if isinstance(each, str) else each for each in written]
        alone = [object() if isinstance(each, dict | list) else each for each in said]
        check_distinct(source, place, alone, f"“{{item}}” is in “{shortened(key)}” twice. Keep one.")
    within = written.items() if isinstance(written, dict) else enumerate(written) if isinstance(written, list) else ()
    for step, each in within:
        _check_list(source, (*place, step), each)


def unknown_question(
    source: Source, place: Place, key: str, questionnaire: Questionnaire | None, known: Collection[str], sentence: str
) -> None:
    """Records that a variable is not asked: a grid and a question of two moments are none, their parts are."""
    asked = next((each for each in questionnaire.questions if each.id == key), None) if questionnaire else None
    if asked and asked.statements:
        names = ", ".join(f"“{each.id}”" for each in asked.statements[:5])
        sentence = f"“{key}” is a grid: each of its statements is answered by itself. Name one: {names}."
    elif asked and asked.moments:
        names = " or ".join(f"“{key}@{each.id}”" for each in asked.moments)
        sentence = f"“{key}” is answered of a moment. Say which: {names}."
    elif asked and not KINDS[asked.kind].parts(asked):
        sentence = f"“{key}” is only read: nobody answers it. Name a question."
    else:
        sentence = f"{sentence}{source.did_you_mean(key, known)}"
    source.fault(place, "unknown_question", sentence)
