"""Compiled templates lie where Python's own compiled modules do, and are trusted as much: whoever may write there may
write the program."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket

NAMED = "templates-"


class BesideTheProgram(FileSystemBytecodeCache):
    """Jinja's, where nobody may be allowed to write: what is not there is compiled by whoever needs it."""

    def load_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def keep_compiled(environment: Environment, folder: Path, program: str) -> None:
    """Takes from a folder what was compiled, and puts there what is. `program`: of all that a template hangs on,
    filters and words included; what another program compiled is thrown away."""
    place = folder / f"{NAMED}{program[:16]}"
    with contextlib.suppress(OSError):
        for other in folder.glob(f"{NAMED}*"):
            if other != place:
                shutil.rmtree(other, ignore_errors=True)
        place.mkdir(parents=True, exist_ok=True)
    environment.bytecode_cache = BesideTheProgram(str(place))
