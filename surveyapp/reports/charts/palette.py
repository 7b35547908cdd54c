"""The names of the colours of charts: custom properties of the style sheet, and classes of the same names.

Nothing is told apart by shade alone: those of `DOTTED` have dots, so that in grey the two ends of a scale do not look
alike, nor two neighbours of a scale without a good side.
"""

from __future__ import annotations

DOTTED = frozenset({"likert-4", "likert-5", "tone-2", "tone-4", "tone-6"})


def token(colour: str) -> str:
    """The custom property of a colour; `plain` is that of the favourable answers."""
    return f"var(--{'likert-2' if colour == 'plain' else colour})"


def dots(colour: str) -> str:
    """That of the dots on it, which do not show where it has none."""
    return f"var(--dots-{colour})" if colour in DOTTED else token(colour)


def ink(colour: str) -> str:
    """That of what is written on it."""
    return f"var(--on-{'likert-2' if colour == 'plain' else colour})"


def hatch(colour: str) -> str:
    """That of its stripes and their outline, which hold on paper."""
    return f"var(--hatch-{'likert-2' if colour == 'plain' else 'tone' if colour.startswith('tone') else colour})"
