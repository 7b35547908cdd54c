"""The interface for programs as OpenAPI 3.1 tells it, from the table of operations."""

from __future__ import annotations

from typing import Any

from surveyapp.domain.exports.dataset import ColumnRole, ColumnType, ExportShape
from surveyapp.domain.programs.tokens import CALLS, TokenScope
from surveyapp.reports.files.records import COLUMNS
from surveyapp.web.programs.operations import AT, OPERATIONS, Operation, Parameter

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
MOMENT, DAY = {"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}


def _or_none(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_NUMBERS = ("count", "at_least", "at_most", "percent", "low", "high", "base", "touchpoint")
_EITHER: dict[str, Any] = {"type": ["string", "number", "null"]}
RECORD = {each: {"type": ["number", "null"]} if each in _NUMBERS else _EITHER for each in COLUMNS}
"""A number with all that is known of it, by the columns of the files; null where the files have nothing."""

_RELEASE = {
    "release": WHOLE,
    "cut_at": MOMENT,
    "answers_up_to": MOMENT,
    "people": _or_none({**WHOLE, "description": "null where the study withholds small numbers"}),
    "new_or_changed": _or_none(WHOLE),
    "interim": _list(_object(group=TEXT, touchpoint=WHOLE)),
    "versions": {"type": "object", "additionalProperties": _list(WHOLE)},
}
_NEXT = _or_none({**TEXT, "description": "The cursor of the answer after this one; null: this is the last."})
_SHAPE = {"type": "string", "enum": [each.value for each in ExportShape]}

SCHEMAS: dict[str, dict[str, Any]] = {
    "Studies": _object(
        studies=_list(
            _object(
                id=TEXT,
                title=TEXT,
                languages=_list(TEXT),
                groups=_list(_object(id=TEXT, title=TEXT)),
                touchpoints=_list(_object(group=TEXT, number=WHOLE, title=TEXT, questionnaire=TEXT)),
                scopes=_list({"type": "string", "enum": [each.value for each in TokenScope]}),
            )
        )
    ),
    "Releases": _object(study=TEXT, releases=_list(_object(**_RELEASE)), next=_NEXT),
    "Release": _object(study=TEXT, **_RELEASE, tables=_list(_object(name=TEXT, taken_down={"type": "boolean"}))),
    "Records": _object(
        study=TEXT,
        release=WHOLE,
        columns=_list(TEXT),
        records=_list(_object(table=TEXT, **RECORD)),
        next=_NEXT,
    ),
    "Questionnaires": _object(
        study=TEXT,
        questionnaires=_list(
            _object(name=TEXT, version=WHOLE, title=TEXT, opened_at=_or_none(MOMENT), sha256=_or_none(TEXT))
        ),
    ),
    "Questionnaire": _object(
        study=TEXT,
        name=TEXT,
        version=WHOLE,
        document={
            "type": "object",
            "properties": {"id": TEXT, "version": WHOLE, "title": TEXT, "sections": _list({"type": "object"})},
            "required": ["id", "version", "sections"],
        },
    ),
    "Codebook": _object(
        study=TEXT,
        shape=_SHAPE,
        datasets=_list(
            _object(
                dataset=TEXT,
                title=TEXT,
                columns=_list(
                    _object(
                        column=TEXT,
                        label=TEXT,
                        type={"type": "string", "enum": [each.value for each in ColumnType]},
                        level={"type": "string", "enum": ["nominal", "ordinal", "scale"]},
                        role={"type": "string", "enum": [each.value for each in ColumnRole]},
                        touchpoint=_or_none(WHOLE),
                        variable=_or_none(TEXT),
                        option=_or_none(TEXT),
                        question=_or_none(TEXT),
                        values=_list(_object(value=TEXT, number=WHOLE, label=TEXT)),
                    )
                ),
            )
        ),
    ),
    "Standing": _object(
        study=TEXT,
        edition={"const": "working"},
        for_publication={"const": False},
        on=DAY,
        columns=_list(TEXT),
        records=_list(_object(**RECORD)),
    ),
    "Answers": _object(
        study=TEXT,
        edition=TEXT,
        until=MOMENT,
        shape=_SHAPE,
        dataset=TEXT,
        purpose=TEXT,
        columns=_list(TEXT),
        rows=_list({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}),
        next=_NEXT,
    ),
    "Problem": {
        "type": "object",
        "description": "RFC 9457. `type` stays the same for the same cause; `detail` says what to do.",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "parameter": {"type": "string", "description": "The parameter that cannot be used, where it is one."},
        },
        "required": ["type", "title", "status", "detail"],
    },
}

_PROBLEMS = {
    "400": "A parameter cannot be used; the answer says which, and what can.",
    "401": "There is no token, or it opens nothing.",
    "403": "The token is not for this, or its owner may not see it.",
    "404": "There is no such thing, or not for the token’s owner.",
    "409": "This cannot be had now: the sentence says why.",
    "429": f"More than {CALLS} requests in a minute. `Retry-After` says after how many seconds there are more.",
    "503": "It is being counted, or the database cannot be reached. `Retry-After` says when to ask again.",
}


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shiftline",
            "version": "1",
            "summary": "Releases, questionnaires, codebook, standing and single answers of studies, to be read.",
            "description": "Everything is read with GET. A token is made on the page of one’s account and reads what "
            "its owner may read at that moment, of what it is for. Columns have the names that files have.",
        },
        "servers": [{"url": AT}],
        "security": [{"token": []}],
        "paths": {each.path: {"get": _operation(each)} for each in OPERATIONS},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": SCHEMAS,
            "responses": {code: _problem(words) for code, words in _PROBLEMS.items()},
        },
    }


def _operation(about: Operation) -> dict[str, Any]:
    needs = f" The token has to be for `{about.scope.value}`." if about.scope else ""
    kept = {"304": {"description": "It is as it was: `If-None-Match` had its ETag."}} if about.keeps else {}
    headers = {"headers": {"ETag": {"schema": TEXT}}} if about.keeps else {}
    return {
        "operationId": about.id,
        "summary": about.summary,
        "description": about.words + needs,
        "parameters": [_parameter(each) for each in about.parameters],
        "responses": {
            "200": {
                "description": about.words,
                "content": {"application/json": {"schema": _ref(about.answers)}},
                **headers,
            },
            **kept,
            **{code: {"$ref": f"#/components/responses/{code}"} for code in _PROBLEMS},
        },
    }


def _parameter(each: Parameter) -> dict[str, Any]:
    return {
        "name": each.name,
        "in": "path" if each.in_path else "query",
        "required": each.in_path,
        "description": each.words,
        "schema": dict(each.schema),
    }


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/problem+json": {"schema": _ref("Problem")}}}
