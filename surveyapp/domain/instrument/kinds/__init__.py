"""The kinds of question. A new kind is one module here, one line in `KINDS`, and one template.

A kind says which *parts* a question has (its variables) and turns a form's fields into answers; everything else (pages,
renderers, exports, the codebook, results) is generic over parts.
"""

from __future__ import annotations

from surveyapp.domain.instrument.kinds.base import Form, Kind, Parsed, Part, PartType, SkipRule, field_value
from surveyapp.domain.instrument.kinds.choice import Choice, Multiple, Statements, YesNo
from surveyapp.domain.instrument.kinds.numeric import DateKind, NumberKind, Rating
from surveyapp.domain.instrument.kinds.text import Information, Open, Short

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Choice(),
        Multiple(),
        Statements(),
        Rating(),
        YesNo(),
        NumberKind(),
        DateKind(),
        Short(),
        Open(),
        Information(),
    )
}

__all__ = ["KINDS", "Form", "Kind", "Parsed", "Part", "PartType", "SkipRule", "field_value"]
