"""Text that would take minutes to normalise: what is handed to the library is bounded, at every door, and what people
write in any script comes out as it went in."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import surveyapp
from surveyapp.domain import normalise
from surveyapp.domain.fieldwork import agreed_words
from surveyapp.domain.instrument.kinds import KINDS, SkipRule
from surveyapp.services import keyring
from surveyapp.services.open_answers import opened
from tests.marks import RUNS, handed_on
from tests.unit import test_kinds

OTHERS = {"storable", "is_blank", "length", "unusable_at", "normalised"}
SHAPES: list[Callable[[str], object]] = [
    *(getattr(normalise, each) for each in ("free_text", "one_line", "as_read", "code", "digits_in", "name_parts")),
    keyring.composed,
    opened.folded,
    agreed_words.in_english,
]


def longest_run(text: str) -> int:
    longest = run = 0
    for each in unicodedata.normalize("NFKD", text):
        run = run + 1 if unicodedata.combining(each) else 0
        longest = max(longest, run)
    return longest


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    with handed_on(monkeypatch) as lengths:
        yield lengths


def test_every_shape_there_is_is_tried() -> None:
    """Whoever adds one to `normalise` adds it here."""
    public = {
        name
        for name, each in vars(normalise).items()
        if callable(each) and not name.startswith("_") and getattr(each, "__module__", "") == normalise.__name__
    }
    assert public - OTHERS == {each.__name__ for each in SHAPES if each.__module__ == normalise.__name__}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
@pytest.mark.parametrize("text", RUNS, ids=range(len(RUNS)))
def test_no_more_marks_in_a_row_are_put_in_order_than_any_writing_has(
    handed: list[int], shape: Callable[[str], object], text: str
) -> None:
    shape(text)
    assert handed, "it was normalised"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_of_question_hands_more_on(handed: list[int], kind: str) -> None:
    questions = [each for each in vars(test_kinds).values() if getattr(each, "kind", None) == kind]
    for question in questions:
        parts = KINDS[kind].parts(question)
        for text in RUNS:
            fields = {field: [text] for part in parts for field in (part.key, f"{part.key}:missing")}
            boxes = {f"{part.key}:{box.name}": [text] for part in parts for box in KINDS[kind].boxes}
            KINDS[kind].parse(parts, {**fields, **boxes}, SkipRule.INTERVIEWER)
            KINDS[kind].parse(parts, {**fields, **boxes, "q:missing": ["skipped"], "q:note": [text]})


def test_nobody_else_asks_the_library() -> None:
    asking: dict[str, list[int]] = {}
    for path in Path(surveyapp.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("normalize", "is_normalized"):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                if owner == "unicodedata":
                    asking.setdefault(path.name, []).append(node.lineno)
            if isinstance(node, ast.ImportFrom) and node.module == "unicodedata":
                asking.setdefault(path.name, []).append(node.lineno)
    assert list(asking) == ["normalise.py"], asking
    assert len(asking["normalise.py"]) == 1


def test_every_mark_there_is_is_known() -> None:
    for point in range(0x110000):
        first = unicodedata.normalize("NFKD", chr(point))[0]
        assert bool(normalise._A_MARK.match(chr(point))) == bool(unicodedata.combining(first)), hex(point)


BY_RUNS = st.lists(
    st.tuples(
        st.sampled_from("ae<\u0301\u0338\u0323\u0344\u0f73\uff9e\u3099か\u200b\u200d\u0958 ﷺ"), st.integers(1, 40)
    ),
    max_size=12,
).map(lambda pieces: "".join(letter * many for letter, many in pieces))


@given(BY_RUNS)
def test_the_few_places_that_are_looked_at_are_enough(text: str) -> None:
    assert normalise._with_few_marks(text) == normalise._TOO_MANY_MARKS.sub(r"\1", text)


@given(BY_RUNS)
def test_twice_is_once_also_where_marks_are_left_out(text: str) -> None:
    for shape in (normalise.free_text, normalise.one_line, normalise.code):
        out = shape(text)
        assert shape(out) == out
        assert unicodedata.is_normalized("NFC", out)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert longest_run(normalise.normalised(form, text)) <= normalise.MOST_MARKS + 3, "with the letter's own"


def test_what_keeps_a_letter_and_its_mark_apart_is_left_out_first() -> None:
    assert normalise.code("Cafe\u200b\u0301") == "Café"


WRITTEN = [
    "Tiếng Việt: Tôi rất thích công việc này, nhưng lương thấp quá. Nguyễn Thị Hồng Nhung, phường Bến Nghé",
    "بِسْمِ ٱللَّهِ ٱلرَّحْمَـٰنِ ٱلرَّحِيمِ ۝ ٱلْحَمْدُ لِلَّهِ رَبِّ ٱلْعَـٰلَمِينَ",
    "मैं हिन्दी में लिखता हूँ। क्षत्रिय, श्रीमान्, ज़िन्दगी, र्‍क",
    "ਮੈਂ ਪੰਜਾਬੀ ਵਿੱਚ ਲਿਖਦਾ ਹਾਂ। ਸ਼ੁੱਕਰਵਾਰ ਨੂੰ ਮਿਲਾਂਗੇ",
    "می‌خواهم بنویسم؛ اُردُو میں لِکھنا",
    "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ׃",
    "བོད་སྐད་ བསྒྲུབས་ཧཱུྃ",
    "ภาษาไทย น้ำใจ ที่นี่ ปู่ย่า",
    "ມື້ນີ້ ເຮັດວຽກ",
    "မြန်မာဘာသာ ဝန်ထမ်းတွေ",
    "Gwɔ̂ːr ŋ̀kɛ̌ Yorùbá: ọ̀rọ̀ ẹ̀kọ́ ṣé ó ṣeé ṣe",
    "ἐν ἀρχῇ ἦν ὁ λόγος, ᾧ ᾄδω",
    "がぎぐげご ﾊﾟﾋﾟ 한국어 日本語",
    "👨‍👩‍👧‍👦 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👩🏽‍🚒 1️⃣ ❤️‍🔥",
    "👏🏽" * 200,
    "Z" + "".join(chr(0x300 + n) for n in range(29)) + "algo",
    "x̂ₜ = A·x̂ₜ₋₁ ± ε⃗",
]


@pytest.mark.parametrize("text", [*WRITTEN, " ".join(WRITTEN), "\n".join(WRITTEN * 20)])
def test_what_people_write_comes_out_as_it_went_in(text: str) -> None:
    kept = unicodedata.normalize("NFC", text)
    assert normalise.free_text(text) == kept
    assert normalise.one_line(text) == " ".join(kept.split())
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert normalise.normalised(form, text) == unicodedata.normalize(form, text)


def test_of_a_letter_with_hundreds_of_marks_the_first_are_kept() -> None:
    assert normalise.free_text("Z" + "\u0301\u0316" * 200 + "algo") == unicodedata.normalize(
        "NFC", "Z" + "\u0301\u0316" * 15 + "algo"
    )
