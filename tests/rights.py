"""What files' modes say, for tests that run as root, too, to whom they otherwise say nothing."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

_VERSION = 0x2008_0522
_BEYOND_MODES = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of capabilities(7)."""

_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def kept_to_modes() -> Iterator[None]:
    """What this thread may with a file is what the file's mode says, for as long as the block lasts."""
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    # Effective, permitted and inheritable, each in two halves.
    before = (ctypes.c_uint32 * 6)()
    assert _libc.capget(header, before) == 0
    fewer = (ctypes.c_uint32 * 6)(*before)
    fewer[0] &= ~_BEYOND_MODES
    assert _libc.capset(header, fewer) == 0
    try:
        yield
    finally:
        assert _libc.capset(header, before) == 0
