"""Sets a document in Typst, in a process of its own: what it read and laid out stays in its memory until it ends, and
letters are to stay in nobody's. Run as a file, so that nothing is loaded but Typst.

From standard input: JSON of `template` and `fonts` (paths), `data` (a text, which the template reads). To standard
output: the PDF. It ends in 1 where the document cannot be set, and says nothing of why: what was set is somebody's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typst


def pdf(source: bytes, root: Path, fonts: Path, data: str) -> bytes:
    """A tagged PDF (PDF/UA-1). Raises TypstError where it cannot be set, as where no font has a letter of it."""
    compiler: Any = typst.Compiler  # Its stubs leave a type open that cannot be told.
    made = compiler(source, root=str(root), font_paths=[str(fonts)], sys_inputs={"letters": data}).compile(
        format="pdf", pdf_standards=["ua-1"]
    )
    assert isinstance(made, bytes)
    return made


def main() -> int:
    given = json.load(sys.stdin.buffer)
    template = Path(given["template"])
    try:
        made = pdf(template.read_bytes(), template.parent, Path(given["fonts"]), given["data"])
    except typst.TypstError:
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
