"""Sentences as they are kept until somebody reads them, in whatever language that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from surveyapp.domain.sentences import Sentence


def packed(sentence: Sentence) -> dict[str, Any]:
    """A sentence as JSON can hold it: its code and what it is made of. What a study has named is kept as it was
    written."""
    return {"code": sentence.code, "params": {name: _packed(each) for name, each in sentence.params.items()}}


def _packed(value: object) -> Any:
    match value:
        case Sentence():
            return packed(value)
        case list() | tuple():
            return [_packed(each) for each in value]
        case dt.date():
            return {"day": value.isoformat()}
        case int():
            return value
        case _:
            return str(value)


def unpacked(kept: Mapping[str, Any]) -> Sentence:
    """The sentence that was kept."""
    return Sentence(kept["code"], {name: _unpacked(each) for name, each in kept["params"].items()})


def _unpacked(value: Any) -> object:
    match value:
        case {"code": _, "params": _}:
            return unpacked(value)
        case {"day": day}:
            return dt.date.fromisoformat(day)
        case list():
            return [_unpacked(each) for each in value]
        case _:
            return value
