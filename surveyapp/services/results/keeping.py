"""Result objects kept for every process: what was made for a state of the answers is looked up from then on."""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from surveyapp.domain.instrument.study import Study
from surveyapp.domain.staff import Scope
from surveyapp.services.work import Desk
from surveyapp.store import results

T = TypeVar("T")

PACKAGE = Path(__file__).resolve().parents[2]


@functools.cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """What writes and reads objects of a type as JSON."""
    return TypeAdapter(kind)


def packed(kind: Any, made: Any) -> bytes:
    """Result objects as bytes."""
    return zlib.compress(adapter(kind).dump_json(made), 1)


def unpacked(kind: Any, body: bytes) -> Any:
    """The same, read back. Raises ValueError (pydantic's) for anything else."""
    return adapter(kind).validate_json(zlib.decompress(body))


def kept(
    desk: Desk,
    scope: Scope,
    state: str,
    key: str,
    kind: Any,
    make: Callable[[], T],
    worth: Callable[[T], bool] = lambda _made: True,
) -> T:
    """What was kept for a state under a key, or what `make` comes to, kept from now on if it is worth it. `scope`:
    whose answers are in it."""
    whole = Scope(scope.study, scope.origin)
    key = f"{key}|{_sites(scope)}"
    with desk.reading() as work:
        body = results.page(work.session, whole, state, key)
    if body is None and desk.on_primary.runtime is not desk.runtime:  # kept since its copy was made
        with desk.on_primary.reading() as work:
            body = results.page(work.session, whole, state, key)
    if body is not None:
        found: T = unpacked(kind, body)
        return found
    made = make()
    if worth(made):
        with desk.writing() as work:
            results.keep_page(work.session, whole, state, key, packed(kind, made))
    return made


def fingerprint(study: Study, opened: tuple[tuple[str, int], ...], language: str | None) -> str:
    """What results depend on beside the answers: the study as it is declared and said, its versions, and the program
    that counts."""
    return hashlib.sha256(f"{_study_print(study)} {opened} {language} {program_print()}".encode()).hexdigest()[:16]


def _sites(scope: Scope) -> str:
    return "" if scope.sites is None else ",".join(sorted(site.hex for site in scope.sites))


_prints: dict[int, tuple[Study, str]] = {}


def _study_print(study: Study) -> str:
    """Worked out once for each study that is loaded; `repr` has every part of it, in order."""
    found = _prints.get(id(study))
    if found is None or found[0] is not study:
        found = _prints[id(study)] = (study, hashlib.sha256(repr(study).encode()).hexdigest())
    return found[1]


@functools.cache
def program_print() -> str:
    """Of all that counts, words and draws. A program that does it otherwise must not read what another kept."""
    made = hashlib.sha256()
    for path in sorted(each for each in PACKAGE.rglob("*") if each.suffix in (".py", ".html", ".po")):
        made.update(path.read_bytes())
    return made.hexdigest()
