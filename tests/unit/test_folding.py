"""What is taken out of the markup of a pack comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyapp.web.packs.folding import folded, said_once, unfolded
from tests.packs import said_whole

KEYS = st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,4}(@[a-z]{1,3})?", fullmatch=True), max_size=12, unique=True)
PIECES = ["~", "~~", "~0", "~a", ' name="', '"', "-fault ", ":", "@", "<p>", "9"]


@given(keys=KEYS, data=st.data())
def test_what_is_folded_unfolds_to_itself(keys: list[str], data: st.DataObject) -> None:
    own = [*keys, *(key.replace("@", "-") for key in keys)]
    html = "".join(data.draw(st.lists(st.one_of(st.sampled_from([*PIECES, *own]), st.text(max_size=3)))))
    assert unfolded(folded(html, keys), keys) == html


def test_pages_that_ask_in_the_same_way_are_the_same() -> None:
    def page(name: str) -> str:
        own, line = name.replace("@", "-"), f"{name}_other"
        return (
            f'<p id="{own}-fault"></p><input name="{name}" id="{own}"><input name="{name}:missing">'
            f'<input name="{line}" aria-describedby="the-hint {line}-fault">'
        )

    for one, other in (("heard", "hopes"), ("sure@before", "calm@then")):
        assert folded(page(one), [one, f"{one}_other"]) == folded(page(other), [other, f"{other}_other"])
    assert folded('<b>heard</b> about ~5 "heard_via"', ["heard"]) == '<b>heard</b> about ~~5 "heard_via"'


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([{"key": "heard", "codes": ["shop", "other"]}], [{}]),
        ([{"key": "heard", "codes": ["other", "shop"]}], [{"codes": ["other", "shop"]}]),
        ([{"key": "heard", "codes": ["shop", "other", "more"]}], [{"codes": ["shop", "other", "more"]}]),
        (
            [{"key": "heard@now"}, {"key": "other", "when": ["heard", "shop"]}],
            [{"key": "~@now"}, {"key": "other", "when": ["heard", "shop"]}],
        ),
    ],
)
def test_what_the_markup_and_the_name_of_a_page_say_is_said_once(
    parts: list[dict[str, object]], told: list[dict[str, object]]
) -> None:
    options = "".join(
        f'<input name="{name}">' for name in ('~0" value="shop', '~0" value="other', '~0:missing" value="no')
    )
    page = {"id": "heard", "html": f'{options}<input name="~1" value="">', "parts": parts}
    found = said_once(page)
    assert found == page | {"parts": told}
    for part, whole in zip(parts, said_whole(found)["parts"], strict=True):
        assert part.items() <= whole.items()
