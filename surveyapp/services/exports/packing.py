"""How an export becomes one file: what the worker is given by whoever starts it, for services know no formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO

from surveyapp.domain.exports.dataset import AnswerExport

PackExport = Callable[[AnswerExport, str, Path, IO[bytes]], None]
"""Writes an export in a format into one file, by way of a folder that is the caller's. Raises StateRefused where the
disk does not take it, and InputRefused (`form`) where the format does not."""
