"""Answers to several wordings of one variable as answers to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from surveyapp.domain.versions.comparability import Link


def joined(frame: pd.DataFrame, key: str, links: Mapping[int, Link]) -> pd.DataFrame:
    """The rows of one variable that count, from a frame of one touchpoint's responses (its columns, and `version`).

    `links`: for each version, how its answers become answers in the wording counted in. Answers of a version that does
    not compare, or that has no link, are left out, and so are its reasons for having none. Codes and whole numbers are
    turned by the link's mapping; reasons stay. Two options turned into one leave two equal rows, counted once.
    """
    rows = frame[frame["variable"] == key]
    counted = {version for version, link in links.items() if link.comparable}
    rows = rows[rows["version"].isin(counted)]
    mapped = {version: link.mapping for version, link in links.items() if version in counted and link.mapping}
    if not mapped:
        return rows
    rows = rows.copy()
    pairs = list(zip(rows["version"], rows["code"], strict=True))
    rows["code"] = pd.Series([_code(mapped.get(version), code) for version, code in pairs], rows.index, dtype=object)
    numbers = list(zip(rows["version"], rows["number"], strict=True))
    rows["number"] = pd.Series(
        [_number(mapped.get(version), number) for version, number in numbers], rows.index, dtype=object
    )
    return rows


def _code(mapping: Mapping[str, str] | None, code: Any) -> Any:
    return code if mapping is None or pd.isna(code) else mapping[code]


def _number(mapping: Mapping[str, str] | None, number: Any) -> Any:
    return number if mapping is None or pd.isna(number) else Decimal(mapping[str(int(number))])
