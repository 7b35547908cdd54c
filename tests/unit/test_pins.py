"""What is installed is what was pinned: every file of it, on every Python and system that this runs on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from surveyapp.settings import ROOT

FILES = sorted(ROOT.glob("requirements*.txt"))
PIN = re.compile(r"([a-z0-9.-]+)==([\w.!+-]+)((?: --hash=sha256:[0-9a-f]{64})+)")


def _pins(path: Path) -> dict[str, str]:
    """Versions by name. Fails where something stands in a file that is neither a pin with its hashes nor a remark."""
    written = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [" ".join(line.split()) for line in written.splitlines() if line.strip() and not line.startswith("#")]
    found = [PIN.fullmatch(line) for line in lines]
    assert all(found), [line[:80] for line, pin in zip(lines, found, strict=True) if not pin]
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_line_is_a_pin_with_the_hashes_of_its_files(path: Path) -> None:
    assert _pins(path)


SYSTEMS = [
    {"sys_platform": platform, "platform_system": system, "platform_machine": machine, "os_name": "posix"}
    for platform, system in (("linux", "Linux"), ("darwin", "Darwin"))
    for machine in ("x86_64", "aarch64", "arm64")
]
PYTHONS = [{"python_version": each, "python_full_version": f"{each}.0"} for each in ("3.11", "3.12", "3.13", "3.14")]


def _asked(name: str, extra: str) -> Iterator[Requirement]:
    """What a library asks for on any of these, as far as it is installed here."""
    try:
        wanted = [Requirement(each) for each in requires(name) or ()]
    except PackageNotFoundError:
        return
    for each in wanted:
        places = ({**system, **python, "extra": extra} for system in SYSTEMS for python in PYTHONS)
        if each.marker is None or any(map(each.marker.evaluate, places)):
            yield each


def _lacking(pins: dict[str, str], first: list[str]) -> set[str]:
    to_do, done, lacking = [Requirement(each) for each in first], set(), set()
    while to_do:
        each = to_do.pop()
        name = canonicalize_name(each.name)
        if name not in pins or not each.specifier.contains(pins[name], prereleases=True):
            lacking.add(str(each))
        for extra in {"", *each.extras} - {seen for known, seen in done if known == name}:
            done.add((name, extra))
            to_do.extend(_asked(name, extra))
    return lacking


def test_whatever_runs_it_finds_all_it_asks_for_among_the_pins() -> None:
    """With hashes, what is not pinned is refused: also what only a newer Python, or another system, asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    serves = _pins(ROOT / "requirements.txt")
    assert _lacking(serves, project["dependencies"]) == set()
    extras = project["optional-dependencies"]
    traces = serves | _pins(ROOT / "requirements-traces.txt")
    assert _lacking(traces, extras["traces"]) == set()
    tools = _pins(ROOT / "requirements-dev.txt")
    assert _lacking(tools, project["dependencies"] + extras["dev"] + extras["traces"]) == set()
    assert {name: tools.get(name) for name in traces} == traces, "the tools are tried with what serves"
    counts = _pins(ROOT / "requirements-cluster.txt")
    assert _lacking(counts, project["dependencies"] + extras["cluster"]) == set()
    assert {name: counts.get(name) for name in serves} == serves, "a cluster counts with what serves"
