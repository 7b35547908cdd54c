"""Texts of a study in result objects that are kept: which language they are in goes with them."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from surveyapp.domain.i18n import LocalText


def _written(text: str) -> str | list[str]:
    return [str(text), text.language, text.source] if isinstance(text, LocalText) else text


def _read(written: object) -> str:
    match written:
        case str():
            return written
        case [str(text), str(language), str(source)]:
            return LocalText(text, language, source)
    raise ValueError("Not a text.")


Words = Annotated[str, PlainSerializer(_written), PlainValidator(_read)]
"""A text that may know its language."""
