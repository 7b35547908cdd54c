"""The order in which somebody is shown a question's options.

It follows from the response's seed alone, so that it can be told afterwards from what is stored, in any language and
whatever the version of the interpreter.
"""

from __future__ import annotations

import hashlib

from surveyapp.domain.instrument.questionnaire import Option, Question


def arranged(question: Question, seed: int) -> tuple[Option, ...]:
    """The options in the order this seed is shown. What stands alone and what asks to specify stays last, as written:
    nobody looks for *none of these* in the middle.

    One seed turns every scale the same way round: half of the people (those whose hash is odd) see them reversed.
    """
    movable = [option for option in question.options if not (option.exclusive or option.specify)]
    last = [option for option in question.options if option.exclusive or option.specify]
    match question.order:
        case "reversed_for_half":
            movable = movable[::-1] if is_reversed(seed) else movable
        case "shuffled":
            movable = sorted(movable, key=lambda option: _hash(f"{seed}:{question.id}:{option.code}"))
        case None:
            return question.options
    return (*movable, *last)


def is_reversed(seed: int) -> bool:
    """Whether somebody with this seed sees scales the other way round."""
    return _hash(f"{seed}:reversed") % 2 == 1


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
