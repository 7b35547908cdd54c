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


def test_a_name_that_is_cut_keeps_its_ending() -> None:
    wanted = [
        "t1_overall_value_why_themes_t16",
        "t1_overall_value_why_themes_t17",
        "t1_confidence_career_potential_before",
        "t1_confidence_career_potential_now",
        "t1_confidence_career_potential_why",
        "t1_confidence_career_potential_why_missing",
    ]
    assert unique_names(wanted, 29) == [
        "t1_overall_value_w_themes_t16",
        "t1_overall_value_w_themes_t17",
        "t1_confidence_career_p_before",
        "t1_confidence_c_potential_now",
        "t1_confidence_c_potential_why",
        "t1_confidence_car_why_missing",
    ]


def test_a_label_that_is_cut_can_keep_its_ending() -> None:
    """The statements of one question differ there alone."""
    about = "Thinking of the work readiness sessions, how much do you agree or disagree? "
    made = [shortened(about + each, 80, ending=True) for each in ("The topics were useful.", "The leaders helped me.")]
    assert made[0].endswith("The topics were useful.")
    assert made[1].endswith("The leaders helped me.")
    assert all(each.startswith("Thinking of the work readiness") and len(each.encode()) <= 80 for each in made)


@given(st.text(), st.integers(4, 300))
def test_a_label_with_its_ending_fits_in_bytes(text: str, most: int) -> None:
    assert len(shortened(text, most, ending=True).encode()) <= most


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
