"""Whether a file has the shape that it should, and a sentence for each way of getting it wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from surveyapp.domain.authoring.schema import Fits, Model, NameW, ScaleW
from surveyapp.domain.authoring.yaml_source import Place, Source, shortened

M = TypeVar("M", bound=Model)


def validated(model: type[M], source: Source) -> M | None:
    """The file's data as a model, or None with every fault of shape recorded. A key with nothing after it is one: what
    its author meant to write would be taken as not written."""
    empty = list(_empty_places(source.data))
    for place in empty:
        source.fault(place, "empty", _sentence(_NOTHING, place))
    try:
        whole = TypeAdapter(model).validate_python(source.data)
    except ValidationError as error:
        told = set(empty)
        for detail in error.errors():
            _record(source, model, detail, told)
        return None
    return None if empty else whole


def _empty_places(data: object, place: Place = ()) -> Iterator[Place]:
    """Where nothing stands within a mapping or a list."""
    within = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in within:
        if value is None:
            yield (*place, step)
        else:
            yield from _empty_places(value, (*place, step))


def scales_alone(source: Source) -> dict[str, ScaleW] | None:
    """The scales of a study.yaml that has faults elsewhere, so that its questionnaires can be checked all the same;
    None where they cannot be made out."""
    written = source.data.get("scales") if isinstance(source.data, dict) else None
    try:
        return TypeAdapter(dict[NameW, ScaleW]).validate_python(written or {})
    except ValidationError:
        return None


_EMPTY = "{name} is empty. Write something, or take the line out."
_NOTHING = f"{_EMPTY} A text that begins with # needs quotation marks."
_SENTENCES = {
    "missing": ("missing_key", "{name} is missing. Add it."),
    "string_type": ("not_words", "{name} should be words. Put quotation marks around a number or date."),
    "int_type": ("not_a_number", "{name} should be a whole number."),
    "is_instance_of": ("not_a_number", "{name} should be a number."),
    "decimal_type": ("not_a_number", "{name} should be a number."),
    "dict_type": ("not_a_mapping", "{name} should be a mapping: a line `key: value` for each entry, indented."),
    "model_type": ("not_a_mapping", "{name} should be a mapping: a line `key: value` for each entry."),
    "list_type": ("not_a_list", "{name} should be a list: each entry on a line that begins with a dash."),
    "bool_type": ("not_true_or_false", "{name} should be true or false."),
    "string_too_short": ("empty", _EMPTY),
    "too_short": ("empty", "{name} has too few entries: {actual_length}. It needs at least {min_length}."),
    "too_long": ("bad_value", "{name} has too many entries: {actual_length}. It can have {max_length} at most."),
}


IN_OTHER_TOOLS = {
    **dict.fromkeys(("if", "when", "condition", "show_if", "visible_if", "only_if", "relevant", "skip_if"), "ask_if"),
    **dict.fromkeys(("choices", "answers"), "options"),
    **dict.fromkeys(("type", "format"), "kind"),
    **dict.fromkeys(("label", "wording"), "text"),
    **dict.fromkeys(("mandatory", "obligatory"), "required"),
    "min": "minimum",
    "max": "maximum",
}
"""What other tools for surveys call some of our keys."""


def _record(source: Source, model: type[Model], detail: Any, told: set[Place]) -> None:
    """`told`: the places of which all is said that is to be; those it says are added."""
    if detail["type"] == "model_type" and detail["loc"][-1:] in (("OptionW",), ("StatementW",)):
        return  # said already: these may be words too
    place = _place(source.data, detail["loc"])
    kind = detail["type"]
    if place in told or (kind == "string_type" and isinstance(detail["input"], dict) and _models_at(model, place)):
        return  # a mapping may stand there too: what is wrong within it is said
    is_key = detail["loc"][-1:] == ("[key]",)
    fits = _fits(model, (*place, "[key]") if is_key else place)
    # What is wrong with a key is said of what it stands in.
    named = place[:-1] if is_key else place
    name = shortened(str(named[-1])) if named else "the file"
    value = shortened(str(detail.get("input")))
    if kind == "extra_forbidden":
        near = source.did_you_mean(IN_OTHER_TOOLS.get(name, name), _keys_of(*_models_at(model, place[:-1])))
        if not near and name in _keys_of(*Model.__subclasses__()):
            near = " It can elsewhere: look how far the line is indented, and under what it stands."
        if not near:
            near = " Take it out, or look in questionnaires/README.md for what can stand here."
        source.fault(place, "unknown_key", f"“{name}” is not a key that can stand here.{near}")
    elif kind in ("literal_error", "enum"):
        allowed = detail["ctx"]["expected"].replace("'", "")
        near = source.did_you_mean(value, re.split(", | or ", allowed))
        sentence = f"“{value}” cannot be used for {_called(named)}. Use one of: {allowed}.{near}"
        source.fault(place, "not_allowed", sentence)
    elif fits and kind != "missing" and (fits.whole or kind == "string_pattern_mismatch"):
        code = _SENTENCES[kind][0] if kind == "string_type" else fits.code
        source.fault(place, code, f"“{value}” cannot be used for {_called(named)}: {fits.says}")
        told.add(place)
    elif kind in _SENTENCES:
        code, sentence = _SENTENCES[kind]
        if kind == "missing":
            named = (str(detail["loc"][-1]),)
        source.fault(place, code, _sentence(sentence, named, **detail.get("ctx", {})))
    else:
        source.fault(place, "bad_value", _sentence("{name}: {said}.", named, said=detail["msg"]))


def _sentence(sentence: str, place: Place, **said: object) -> str:
    sentence = sentence.format(name=_called(place), **said)
    return sentence[:1].upper() + sentence[1:]


def _called(place: Place) -> str:
    """What stands at a place, as a sentence calls it: by its key; in a list, by the list's."""
    if not place:
        return "the file"
    *before, last = place
    if isinstance(last, int):
        return f"entry {last + 1} of {_called(tuple(before))}"
    return f"“{shortened(last)}”"


def _keys_of(*models: type[Model]) -> set[str]:
    """What can be written in any of these."""
    return {field.alias or key for each in models for key, field in each.model_fields.items()}


def _models_at(model: type[Model], place: Place) -> list[type[Model]]:
    """What can stand at a place of a file of this shape, as far as it is a mapping whose keys are given."""
    return [each for each in _shapes_at(model, place) if isinstance(each, type) and issubclass(each, Model)]


def _fits(model: type[Model], place: Place) -> Fits | None:
    """What an author is told of a place that something else stands at."""
    return next((each for each in _shapes_at(model, place) if isinstance(each, Fits)), None)


def _shapes_at(shape: Any, place: Place) -> Iterator[Any]:
    """Each type that can stand at a place of a file of this shape, and what is said beside it, the outermost first. A
    place that ends in `[key]` is the key's before it."""
    within = get_args(shape)
    if isinstance(shape, type) and issubclass(shape, Model):
        if not place:
            yield shape
        for key, field in shape.model_fields.items():
            if place and (field.alias or key) == place[0]:
                if len(place) == 1:
                    yield from field.metadata
                yield from _shapes_at(field.annotation, place[1:])
    elif get_origin(shape) is Annotated:
        if not place:
            yield from within[1:]
        yield from _shapes_at(within[0], place)
    elif get_origin(shape) is dict and place[1:] == ("[key]",):
        yield from _shapes_at(within[0], ())
    elif get_origin(shape) in (list, dict):
        if place:
            yield from _shapes_at(within[-1], place[1:])
    else:
        for each in within:
            yield from _shapes_at(each, place)


def _place(data: Any, location: tuple[int | str, ...]) -> Place:
    """The place in the file that an error is of. Pydantic names in its location the branch of a union, a key's own
    `[key]` and a key that is missing besides: those are no steps in the file."""
    place: list[int | str] = []
    for step in location:
        known = data if isinstance(data, dict) else dict(enumerate(data)) if isinstance(data, list) else {}
        if step in known:
            place.append(step)
            data = known[step]
    return tuple(place)
