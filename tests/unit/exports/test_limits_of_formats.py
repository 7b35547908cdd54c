"""Names and labels fit what a format takes, in bytes; and no answer is ever taken for a kind of absence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from surveyapp.domain.exports.dataset import ColumnRole, ColumnType, ExportColumn, MissingKind
from surveyapp.domain.exports.names import clipped, shortened, unique_names
from surveyapp.reports.exports.numbered import absent_number
from surveyapp.reports.exports.texts import words_cell, words_of

NAMES = st.lists(
    st.from_regex(r"[a-zA-Z][a-z0-9_]{0,70}", fullmatch=True) | st.sampled_from(["a", "A", "a_2", "x" * 40])
)


@given(NAMES, st.sampled_from([32, 64]))
def test_names_are_one_columns_alone_whatever_the_case_and_fit(wanted: list[str], most: int) -> None:
    made = unique_names(wanted, most)
    assert len(made) == len(wanted)
    assert len({name.lower() for name in made}) == len(made)
    assert all(len(name.encode()) <= most for name in made)
    first = {name.lower(): place for place, name in reversed(list(enumerate(wanted)))}
    assert all(made[place] == wanted[place] for place in first.values() if len(wanted[place]) <= most)


@given(st.text(), st.integers(3, 300))
def test_a_label_fits_in_bytes_and_no_character_is_cut_in_two(text: str, most: int) -> None:
    for made in (clipped(text, most), shortened(text, most)):
        assert len(made.encode()) <= most
    assert text.startswith(clipped(text, most))
    if len(" ".join(text.split()).encode()) <= most:
        assert shortened(text, most) == " ".join(text.split())


def test_a_label_in_urdu_keeps_what_fits() -> None:
    label = "آپ کافی کو کتنا پسند کرتے ہیں؟ " * 20
    assert 250 <= len(shortened(label, 256).encode()) <= 256
    assert shortened(label, 256).endswith("…")


@given(st.text())
def test_every_text_comes_back_from_a_cell_and_none_is_a_formula_or_an_absence(text: str) -> None:
    cell = words_cell(text)
    assert words_of(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "."))


@given(st.none() | st.integers(-(10**14), 10**14), st.integers(0, 10**15))
def test_no_number_that_can_be_answered_is_one_that_stands_for_an_absence(least: int | None, more: int) -> None:
    column = ExportColumn(name="n", label="N", type=ColumnType.NUMBER, role=ColumnRole.ANSWER, least=least)
    kinds = [absent_number(column, kind) for kind in MissingKind]
    assert len({float(each) for each in kinds}) == len(MissingKind)
    assert float((least or 0) + more) not in map(float, kinds)
    if least is None:
        # The largest that can be typed has 15 digits.
        assert max(kinds) < -999_999_999_999_999
    else:
        assert max(kinds) < least
