"""Whether a file has the shape that it should, and a sentence for each way of getting it wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from surveyapp.domain.authoring.schema import Model, NameW, ScaleW
from surveyapp.domain.authoring.yaml_source import Place, Source, shortened

M = TypeVar("M", bound=Model)


def validated(model: type[M], source: Source) -> M | None:
    """The file's data as a model, or None with every fault of shape recorded."""
    try:
        return TypeAdapter(model).validate_python(source.data)
    except ValidationError as error:
        for detail in error.errors():
            _record(source, model, detail)
        return None


def scales_alone(source: Source) -> dict[str, ScaleW] | None:
    """The scales of a study.yaml that has faults elsewhere, so that its questionnaires can be checked all the same;
    None where they cannot be made out."""
    written = source.data.get("scales") if isinstance(source.data, dict) else None
    try:
        return TypeAdapter(dict[NameW, ScaleW]).validate_python(written or {})
    except ValidationError:
        return None


DAYS_KEYS = ("due", "closes", "quiet", "withdrawn")

_SENTENCES = {
    "missing": ("missing_key", "“{name}” is missing. Add it."),
    "string_type": ("not_words", "“{name}” should be words. Put quotation marks around a number or date."),
    "int_type": ("not_a_number", "“{name}” should be a whole number."),
    "is_instance_of": ("not_a_number", "“{name}” should be a number."),
    "decimal_type": ("not_a_number", "“{name}” should be a number."),
    "dict_type": ("not_a_mapping", "“{name}” should be a mapping: a line `key: value` for each entry, indented."),
    "model_type": ("not_a_mapping", "“{name}” should be a mapping: a line `key: value` for each entry."),
    "list_type": ("not_a_list", "“{name}” should be a list: each entry on a line that begins with a dash."),
    "bool_type": ("not_true_or_false", "“{name}” should be true or false."),
    "string_pattern_mismatch": (
        "bad_name",
        "“{value}” cannot be used for “{name}”: use lower-case letters, digits and single underscores.",
    ),
    "string_too_short": ("empty", "“{name}” is empty. Write something, or take the line out."),
    "too_short": ("empty", "“{name}” is empty. It needs at least one entry."),
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


def _record(source: Source, model: type[Model], detail: Any) -> None:
    if detail["type"] == "model_type" and detail["loc"][-1:] in (("OptionW",), ("StatementW",)):
        return  # said already: these may be words too
    place: Place = tuple(step for step in detail["loc"] if _is_a_place(source.data, step))
    # What is wrong with a key is said of what it stands in.
    named = place[:-1] if detail["loc"][-1:] == ("[key]",) else place
    name = shortened(str(named[-1])) if named else "the file"
    kind = detail["type"]
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
        source.fault(place, "not_allowed", f"“{value}” cannot be used for “{name}”. Use one of: {allowed}.{near}")
    elif kind == "string_pattern_mismatch" and name in DAYS_KEYS:
        source.fault(place, "bad_value", f"“{name}” is a number of days: write `7 days`.")
    elif kind in _SENTENCES:
        code, sentence = _SENTENCES[kind]
        if name in DAYS_KEYS:
            sentence = "“{name}” is a number of days: write `7 days`."
        if kind == "missing":
            place, name = place, str(detail["loc"][-1])
        source.fault(place, code, sentence.format(name=name, value=value))
    else:
        source.fault(place, "bad_value", f"“{name}”: {detail['msg']}.")


def _keys_of(*models: type[Model]) -> set[str]:
    """What can be written in any of these."""
    return {field.alias or key for each in models for key, field in each.model_fields.items()}


def _models_at(shape: Any, place: Place) -> Iterator[type[Model]]:
    """What can stand at a place of a file of this shape, as far as it is a mapping whose keys are given."""
    within = get_args(shape)
    if isinstance(shape, type) and issubclass(shape, Model):
        if not place:
            yield shape
        for key, field in shape.model_fields.items():
            if place and (field.alias or key) == place[0]:
                yield from _models_at(field.annotation, place[1:])
    elif get_origin(shape) is Annotated:
        yield from _models_at(within[0], place)
    elif get_origin(shape) in (list, dict):
        if place:
            yield from _models_at(within[-1], place[1:])
    else:
        for each in within:
            yield from _models_at(each, place)


def _is_a_place(data: object, step: object) -> bool:
    """Pydantic names the branch of a union in a location; those steps are no place in the file."""
    return not (
        isinstance(step, str)
        and (step.startswith(("constrained-str", "function-", "dict[")) or step in {"OptionW", "StatementW", "[key]"})
    )
