"""Templates are compiled once for all who start, and by each who starts where nobody may write."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from surveyapp.web.compiled_templates import keep_compiled


def environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.DictLoader({"page.html": "{{ 1 + 1 }} {{ said }}"}), autoescape=True)


def page(environment: jinja2.Environment) -> str:
    return environment.get_template("page.html").render(said="<b>")


def test_what_was_compiled_is_not_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = environment(), environment()
    keep_compiled(first, tmp_path, "a" * 64)
    assert page(first) == "2 &lt;b&gt;"
    keep_compiled(second, tmp_path, "a" * 64)
    monkeypatch.setattr(second, "compile", pytest.fail)
    assert page(second) == "2 &lt;b&gt;"


def test_what_another_program_compiled_is_not_used_and_goes(tmp_path: Path) -> None:
    """A filter's value may have been worked out when the template was compiled."""
    first, second = environment(), environment()
    keep_compiled(first, tmp_path, "a" * 64)
    page(first)
    (before,) = tmp_path.iterdir()
    keep_compiled(second, tmp_path, "b" * 64)
    assert page(second) == "2 &lt;b&gt;"
    assert not before.exists()
    assert len(list(tmp_path.iterdir())) == 1


def test_who_may_not_write_compiles(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("where a folder would have to be")
    made = environment()
    keep_compiled(made, tmp_path / "a file", "a" * 64)
    assert page(made) == "2 &lt;b&gt;"
