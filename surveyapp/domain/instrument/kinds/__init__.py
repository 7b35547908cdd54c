"""The kinds of question. A new kind is one module here, one template, and one rule of the style sheet; the test that
walks every kind then takes it from the form to the results.

A kind says which *parts* a question has (its variables), how an answer is entered (`control`), what a form's fields
mean, what can be answered (`codes`), and what results say of it (`summary`). Everything else (pages, exports, the
codebook, results) is generic over that: nothing outside this room asks for a kind by name.
"""

from __future__ import annotations

import importlib
import pkgutil

from surveyapp.domain.instrument.kinds.base import (
    KINDS,
    Box,
    Control,
    Form,
    Kind,
    Parsed,
    Part,
    PartType,
    SkipRule,
    Summary,
    form_values,
    missing_field,
    note_field,
    typed_number,
)

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = [
    "KINDS",
    "Box",
    "Control",
    "Form",
    "Kind",
    "Parsed",
    "Part",
    "PartType",
    "SkipRule",
    "Summary",
    "form_values",
    "missing_field",
    "note_field",
    "typed_number",
]
