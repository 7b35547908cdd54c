"""What programs can ask for: one table, from which addresses are served, parameters tested, and the OpenAPI document
and the page about it made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.exports.dataset import ExportShape
from surveyapp.domain.i18n import N_
from surveyapp.domain.programs.tokens import TokenScope
from surveyapp.domain.sentences import say
from surveyapp.services.exports.pages import MOST_PEOPLE

AT = "/api/v1"
"""Where the interface is. What is served here is not changed so that a program of before breaks; that would be v2."""

MOST_TABLES, USUAL_TABLES = 200, 50
MOST_RELEASES = 100
LATEST = "latest"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A part of an address, or of what is asked after it. `words` is source text; `wanted` says in English what it can
    be; `read` makes of what was sent what it means and raises ValueError for anything else."""

    name: str
    words: str
    wanted: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any] = str
    default: Any = None
    in_path: bool = False


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(sent: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", sent) or not least <= int(sent) <= most:
            raise ValueError
        return int(sent)

    return read


def _like(pattern: str) -> Callable[[str], str]:
    def read(sent: str) -> str:
        if not re.fullmatch(pattern, sent):
            raise ValueError
        return sent

    return read


def _number(name: str, words: str, most: int, default: int | None = None, least: int = 1) -> Parameter:
    schema: dict[str, Any] = {"type": "integer", "minimum": least, "maximum": most}
    if default is not None:
        schema["default"] = default
    return Parameter(
        name=name,
        words=words,
        wanted=f"a whole number from {least} to {most}",
        schema=schema,
        read=_whole(least, most),
        default=default,
    )


def _name(name: str, words: str, *, in_path: bool = False, pattern: str = "[A-Za-z0-9_.-]{1,200}") -> Parameter:
    return Parameter(
        name=name,
        words=words,
        wanted="a name of letters, digits and _",
        schema={"type": "string", "pattern": f"^{pattern}$"},
        read=_like(pattern),
        in_path=in_path,
    )


STUDY = _name("study_id", N_("The study’s name."), in_path=True)
LANGUAGE = _name("language", N_("A language of the study’s; without one, the language it was written in."))
CURSOR = _name(
    "cursor", N_("`next` of the answer before; without one, from the beginning."), pattern="[A-Za-z0-9_=.-]{1,200}"
)
SHAPE = Parameter(
    name="shape",
    words=N_("What a row is: a response, a person, or an answer."),
    wanted="one of " + ", ".join(each.value for each in ExportShape),
    schema={"type": "string", "enum": [each.value for each in ExportShape], "default": ExportShape.RESPONSES.value},
    read=ExportShape,
    default=ExportShape.RESPONSES,
)


def _release(sent: str) -> int | None:
    return None if sent == LATEST else _whole(1, 999_999_999)(sent)


RELEASE = Parameter(
    name="release",
    words=N_("The release’s number, or `latest` for the newest."),
    wanted="a release’s number, or latest",
    schema={"type": "string", "pattern": "^([0-9]{1,9}|latest)$"},
    read=_release,
    in_path=True,
)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An address that programs read. `path` names its parts in braces; `scope`: what a token must be for, None where
    any token will do; `answers`: the name of the schema of what comes back; `keeps`: whether an answer can be kept and
    asked for again by its ETag."""

    id: str
    path: str
    scope: TokenScope | None
    summary: str
    words: str
    answers: str
    parameters: tuple[Parameter, ...] = ()
    keeps: bool = False

    @property
    def rule(self) -> str:
        """The path as Flask has it."""
        return re.sub(r"\{(\w+)\}", r"<\1>", self.path)

    def read(self, parts: Mapping[str, str], asked: Mapping[str, list[str]]) -> dict[str, Any]:
        """What was sent, by parameter. Raises InputRefused, naming the parameter, for what cannot be used."""
        known = {each.name: each for each in self.parameters}
        in_query = [each.name for each in self.parameters if not each.in_path]
        for name in asked:
            if name not in in_query:
                raise InputRefused(say("parameter_unknown", name=name[:80], known=in_query or ["none"]), name[:80])
        made = {each.name: each.default for each in self.parameters if not each.in_path}
        for name, values in [*((name, [part]) for name, part in parts.items()), *asked.items()]:
            if len(values) > 1:
                raise InputRefused(say("parameter_twice", name=name), name)
            try:
                made[name] = known[name].read(values[0])
            except ValueError:
                value, wanted = values[0][:80], known[name].wanted
                raise InputRefused(say("parameter_unusable", value=value, name=name, wanted=wanted), name) from None
        return made


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        id="studies",
        path="/studies",
        scope=None,
        summary=N_("Studies"),
        words=N_("The studies of which this token may read something, and what."),
        answers="Studies",
    ),
    Operation(
        id="releases",
        path="/studies/{study_id}/releases",
        scope=TokenScope.RELEASES,
        summary=N_("Releases"),
        words=N_("Every release, the newest first."),
        answers="Releases",
        parameters=(STUDY, CURSOR, _number("limit", N_("Releases in one answer, at most."), MOST_RELEASES, 20)),
        keeps=True,
    ),
    Operation(
        id="release",
        path="/studies/{study_id}/releases/{release}",
        scope=TokenScope.RELEASES,
        summary=N_("One release"),
        words=N_("What a release was cut from, and which tables it holds."),
        answers="Release",
        parameters=(STUDY, RELEASE),
        keeps=True,
    ),
    Operation(
        id="records",
        path="/studies/{study_id}/releases/{release}/records",
        scope=TokenScope.RELEASES,
        summary=N_("Numbers of a release"),
        words=N_(
            "Every number of a release’s tables, with the columns of its files. They have passed disclosure control "
            "and may be published, as each says."
        ),
        answers="Records",
        parameters=(
            STUDY,
            RELEASE,
            _name("table", N_("One table alone, by its name.")),
            CURSOR,
            _number("limit", N_("Tables in one answer, at most."), MOST_TABLES, USUAL_TABLES),
        ),
        keeps=True,
    ),
    Operation(
        id="questionnaires",
        path="/studies/{study_id}/questionnaires",
        scope=TokenScope.QUESTIONNAIRES,
        summary=N_("Questionnaires"),
        words=N_("Every version of every questionnaire, and since when it has been answered."),
        answers="Questionnaires",
        parameters=(STUDY,),
        keeps=True,
    ),
    Operation(
        id="questionnaire",
        path="/studies/{study_id}/questionnaires/{name}/{version}",
        scope=TokenScope.QUESTIONNAIRES,
        summary=N_("One questionnaire"),
        words=N_("The document of a version: sections, questions, options, conditions."),
        answers="Questionnaire",
        parameters=(
            STUDY,
            _name("name", N_("The questionnaire’s name."), in_path=True),
            Parameter(
                name="version",
                words=N_("Its version."),
                wanted="a whole number",
                schema={"type": "integer", "minimum": 1},
                read=_whole(1, 999_999_999),
                in_path=True,
            ),
            LANGUAGE,
        ),
        keeps=True,
    ),
    Operation(
        id="codebook",
        path="/studies/{study_id}/codebook",
        scope=TokenScope.QUESTIONNAIRES,
        summary=N_("Codebook"),
        words=N_("Every dataset and column of answers: label, type, level, values, kinds of absence."),
        answers="Codebook",
        parameters=(STUDY, SHAPE, LANGUAGE),
        keeps=True,
    ),
    Operation(
        id="standing",
        path="/studies/{study_id}/standing",
        scope=TokenScope.STANDING,
        summary=N_("Standing"),
        words=N_(
            "Who could be asked and who answered, by group, touchpoint, site and segment, as of now. These are working "
            "figures, true and not for publication."
        ),
        answers="Standing",
        parameters=(STUDY, _name("group", N_("One group alone, by its name."))),
    ),
    Operation(
        id="answers",
        path="/studies/{study_id}/answers/{dataset}",
        scope=TokenScope.ANSWERS,
        summary=N_("Single answers"),
        words=N_(
            "Rows of a dataset, some people at a time, with the columns of the files: where there is no answer, the "
            "column ending in `_missing` says why. What people are called is this token’s own. Whoever withdrew is "
            "in no answer from that moment."
        ),
        answers="Answers",
        parameters=(
            STUDY,
            _name("dataset", N_("A dataset of the codebook, in the same shape."), in_path=True),
            SHAPE,
            _number("release", N_("Only what had been sent by the cut of this release."), 999_999_999),
            CURSOR,
            _number("limit", N_("People in one answer, at most."), MOST_PEOPLE, 200),
        ),
    ),
)
