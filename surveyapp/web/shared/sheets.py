"""The part of a style sheet that one page needs, to be carried in that page: found in the sheet itself, so that a rule
is written once."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

_WORD = re.compile(r"[\w-]+")
_TAG = re.compile(r"<([a-z][\w-]*)")
_NAMED = re.compile(r"""[ \n](?:class|id|lang)="([^"]*)\"""")
_LANG = re.compile(r":lang\(([\w-]+)\)")
_ADDED = re.compile(r"""(?:className ?[:=] ?|classList\.(?:add|toggle)\(|createElement\()["']([\w -]+)""")
_GROUPS = ("@media", "@supports")
_WITHIN = re.compile(r"\([^()]*\)|\[[^\]]*\]")
_STATE = re.compile(r"::?[\w-]+")

ALWAYS = frozenset({"html", "body", "head"})
"""Elements of every page that its own words need not name."""


def needed(sheet: str, page: str, script: str = "") -> str:
    """The rules of a sheet, made small, of which every class, id, element and language is there: in a page, or made by
    its script. What else a selector says in brackets (states, what is within or not) is left to the browser: rather a
    rule too many. Raises ValueError for a sheet that is no whole one."""
    there = set(ALWAYS).union(_TAG.findall(page), _WORD.findall(" ".join(_NAMED.findall(page))))
    made = _WORD.findall(" ".join(_ADDED.findall(script)))
    return _picked(sheet, frozenset(there.union(made)) & _words_of(sheet))


@functools.lru_cache(maxsize=4)
def _words_of(sheet: str) -> frozenset[str]:
    return frozenset(_WORD.findall(sheet))


@functools.lru_cache(maxsize=64)
def _picked(sheet: str, words: frozenset[str]) -> str:
    picked = []
    for head, body in _rules(sheet):
        if head.startswith(_GROUPS):
            if inner := _picked(body, words):
                picked.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            picked.append(f"{head}{{{body}}}")
        elif kept := [each for each in _selectors(head) if _names(each) <= words]:
            picked.append(f"{','.join(kept)}{{{body}}}")
    return "".join(picked)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Each rule outside any other: what stands before its braces, and what within them."""
    began, opens, depth = 0, 0, 0
    for brace in re.finditer("[{}]", sheet):
        if brace[0] == "{" and not depth:
            opens = brace.start()
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            yield sheet[began:opens], sheet[opens + 1 : brace.start()]
            began = brace.end()
    if depth or sheet[began:].strip():
        raise ValueError("A rule of the style sheet has no end.")


def _selectors(head: str) -> Iterator[str]:
    """The selectors of a rule, apart at the commas that stand in no brackets."""
    depth, began = 0, 0
    for at, sign in enumerate(head):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            yield head[began:at]
            began = at + 1
    yield head[began:]


def _names(selector: str) -> frozenset[str]:
    """The classes, ids, elements and languages that have to be there for a selector to hold."""
    selector = _LANG.sub(r".\1", selector)
    while (without := _WITHIN.sub("", selector)) != selector:
        selector = without
    return frozenset(_WORD.findall(_STATE.sub("", selector)))
