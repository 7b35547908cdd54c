"""What is said of numbers that rest on the coding of people's own words."""

from __future__ import annotations

from collections.abc import Iterator

from surveyapp.domain.results import Distribution, Shift
from surveyapp.reports.text.phrasing import Phrasing, unpublished


def coding_words(question: Distribution | Shift, words: Phrasing) -> tuple[str, ...]:
    """Of whom a question's themes are, or that “other” was coded back; then with which version of the frame, by how
    many coders, and how far they agree. Nothing of a question that was not coded."""
    return tuple(" ".join(each) for each in _sentences(question, words)) if question.coding is not None else ()


def _sentences(question: Distribution | Shift, words: Phrasing) -> Iterator[list[str]]:
    _ = words.gettext
    labels = {option.code: option.label for option in question.options}
    if question.is_themes:
        yield [
            _("Themes that people’s own words were coded with: of those who were asked and answered in words."),
            _("What belongs to a part of a theme counts in the theme too."),
        ]
    else:
        told = [_("What people said as “other” and what is one of the options is counted there.")]
        if isinstance(question, Distribution) and question.gained:
            said = words.listed(words.labelled(labels[code], str(number)) for code, number in question.gained)
            # How many may be few, and no release says it.
            told.append(unpublished(_("Said as “other”: %(options)s.", options=said), True, words))
        yield told
    yield list(_basis(question, words))


def _basis(question: Distribution | Shift, words: Phrasing) -> Iterator[str]:
    _, basis = words.gettext, question.coding
    assert basis is not None
    if basis.coders == 1:
        yield _("Coded by one person, with version %(number)s of the frame.", number=basis.version)
    elif basis.both is None:
        yield _("Coded by two people, with version %(number)s of the frame.", number=basis.version)
    else:
        yield words.ngettext(
            "Coded with version %(number)s of the frame, %(num)s answer by two people.",
            "Coded with version %(number)s of the frame, %(num)s answers by two people.",
            basis.both,
            number=basis.version,
        )
    if basis.alpha is not None:
        yield _("How far the two agree: Krippendorff’s alpha %(number)s.", number=words.decimal(basis.alpha, 2))
