"""What one line of text must look like: regular expressions that answer in time linear in the text, whatever they are.

pydantic's engine (Rust's `regex`) never back-tracks, has no look-around and no back references, and bounds what a
pattern may come to. Python's `re` would take longer than the sun over `(a+)+b`, in the middle of somebody's answer.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

MAXIMUM_LENGTH = 500
MOST_REPEATED = 500
"""How often counted repetitions may repeat, those within others multiplied: what a pattern costs to compile."""

_COUNTED = re.compile(r"\{(\d+)(?:,(\d*))?\}")


class PatternRefused(ValueError):
    """A pattern that the engine cannot compile; the text says why, in the engine's words."""


def check_pattern(pattern: str) -> None:
    """Raises PatternRefused."""
    if len(pattern) > MAXIMUM_LENGTH:
        raise PatternRefused(f"it has more than {MAXIMUM_LENGTH} characters")
    counts = [max(int(least[:9]), int(most[:9] or 0)) for least, most in _COUNTED.findall(pattern)]
    if math.prod(max(count, 1) for count in counts) > MOST_REPEATED:
        raise PatternRefused(f"its repetitions come to more than {MOST_REPEATED}")
    _compiled(pattern)
    _whole(pattern)


def matches(pattern: str, text: str) -> bool:
    """Whether all of the text is what the pattern says. Raises PatternRefused."""
    try:
        _whole(pattern).validate_python(text)
    except ValidationError:
        return False
    return True


def _whole(pattern: str) -> TypeAdapter[str]:
    return _compiled(rf"\A(?:{pattern})\z")


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> TypeAdapter[str]:
    try:
        return TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])
    except SchemaError as error:
        said = str(error).strip().splitlines()[-1]
        raise PatternRefused(said.removeprefix("error: ").strip().removeprefix("SchemaError: ").rstrip(".")) from None
