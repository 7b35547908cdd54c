"""What a YAML file's texts come to."""

from __future__ import annotations

from pathlib import Path

from surveyapp.domain.authoring.yaml_source import read_source


def test_a_folded_text_is_one_line_with_nothing_left_of_the_folds(tmp_path: Path) -> None:
    path = tmp_path / "v1.yaml"
    path.write_text("folded: >-\n  Read out\n  the answers.\nkept: |\n  One\n  Two\n", encoding="utf-8")
    assert read_source(path, "v1.yaml").data == {"folded": "Read out the answers.", "kept": "One\nTwo\n"}
