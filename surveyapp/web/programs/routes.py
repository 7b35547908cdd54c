"""The interface for programs: read-only JSON under /api/v1, by a token that its owner made. No cookie counts here."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, g, request

from surveyapp.domain.audit import AuditAction
from surveyapp.domain.errors import InputRefused, NotFound, NotPermitted, SaidError
from surveyapp.domain.exports.dataset import Dataset, ExportShape
from surveyapp.domain.releases import Release
from surveyapp.domain.sentences import say
from surveyapp.reports.files.people_csv import response_records
from surveyapp.reports.files.records import COLUMNS, Record
from surveyapp.reports.files.released_records import table_records
from surveyapp.services.exports import pages
from surveyapp.services.programs import documents, tokens
from surveyapp.services.programs.tokens import ProgramCaller, ScopeMissing, TokenRefused, TooManyCalls
from surveyapp.services.results import response
from surveyapp.services.results.releasing import released
from surveyapp.services.security import refusals
from surveyapp.services.translation import interface_catalogues
from surveyapp.services.work import Desk
from surveyapp.web.programs import cursors, openapi, problems
from surveyapp.web.programs.operations import AT, OPERATIONS, Operation
from surveyapp.web.shared.headers import ask_again, keep_for_a_while
from surveyapp.web.shared.runtime import runtime

programs = Blueprint("programs", __name__, url_prefix=AT)

BY_ID = {each.id: each for each in OPERATIONS}

T = TypeVar("T", bound=Callable[..., dict[str, Any]])


def caller() -> ProgramCaller:
    """Who this request reads as. Only within an operation."""
    return cast(ProgramCaller, g.caller)


def desk() -> Desk:
    """Where whoever the token belongs to acts from; what a study says is as it was written."""
    return Desk(runtime(), caller().staff)


def operation(operation_id: str) -> Callable[[T], T]:
    """Serves an operation of the table: lets a token in that is for it, reads its parameters, and sends what comes back
    as JSON."""
    about = BY_ID[operation_id]

    def serve(handler: T) -> T:
        @functools.wraps(handler)
        def served(**parts: str) -> Response:
            g.caller = _let_in(about)
            asked = about.read(parts, request.args.to_dict(flat=False))
            return _sent(handler(**asked), about)

        programs.get(about.rule, endpoint=about.id)(served)
        return handler

    return serve


def _let_in(about: Operation) -> ProgramCaller:
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        raise TokenRefused(say("token_missing"))
    found = tokens.called_by(runtime(), sent.token, request.remote_addr or "")
    if about.scope is not None:
        try:
            found.check(about.scope)
        except ScopeMissing as missing:
            g.caller = found
            _note_refusal(missing)
            raise
    return found


def _sent(body: dict[str, Any], about: Operation) -> Response:
    made = Response(json.dumps(body, ensure_ascii=False, default=_plain), mimetype="application/json")
    if about.keeps:
        ask_again()
        made.add_etag()
        made.make_conditional(request)
    return made


def _plain(value: object) -> object:
    """What JSON has no type for: numbers as numbers, days and moments as RFC 3339 writes them."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.date():
            return value.isoformat()
        case dt.time():
            return value.isoformat("seconds")
    raise TypeError(type(value).__name__)


@programs.get("/openapi.json")
def openapi_document() -> Response:
    """What there is, for programs: nothing of anybody, for everybody."""
    made = Response(json.dumps(openapi.document(), ensure_ascii=False), mimetype="application/json")
    keep_for_a_while(made)
    return made


@operation("studies")
def studies() -> dict[str, Any]:
    tokens.note(desk(), caller(), AuditAction.PROGRAM_READ, None, "studies")
    return {
        "studies": [
            {
                "id": each.study.id,
                "title": str(each.study.title),
                "languages": list(runtime().offered(each.study)),
                "groups": [{"id": group.id, "title": str(group.title)} for group in each.study.groups],
                "touchpoints": [
                    {
                        "group": point.group,
                        "number": point.number,
                        "title": str(point.title),
                        "questionnaire": point.questionnaire,
                    }
                    for point in each.study.touchpoints
                ],
                "scopes": [scope.value for scope in each.scopes],
            }
            for each in documents.studies(desk(), caller())
        ]
    }


@operation("releases")
def releases(study_id: str, cursor: str | None, limit: int) -> dict[str, Any]:
    before = _whole_cursor(cursor)
    left = [each for each in released.releases(desk(), study_id) if before is None or each.number < before]
    _note_release(study_id, "releases")
    shown = left[:limit]
    more = len(left) > len(shown)
    return {
        "study": study_id,
        "releases": [_release(each) for each in shown],
        "next": _cursor(str(shown[-1].number)) if more else None,
    }


@operation("release")
def release(study_id: str, release: int | None) -> dict[str, Any]:
    found, tables = released.tables(desk(), study_id, release)
    _note_release(study_id, "release", found)
    return {
        "study": study_id,
        **_release(found),
        "tables": [{"name": each.name, "taken_down": each.body is None} for each in tables],
    }


@operation("records")
def records(study_id: str, release: int | None, table: str | None, cursor: str | None, limit: int) -> dict[str, Any]:
    found, tables = released.tables(desk(), study_id, release)
    there = {each.name: place for place, each in enumerate(tables) if each.body is not None}
    left = [each for each in tables if each.name in there]
    if table is not None:
        if table not in there:
            raise NotFound(say("no_table", number=found.number, table=table))
        left = [tables[there[table]]]
    after = _opened(cursor)
    if after is not None:
        if after not in there:
            raise InputRefused(say("cursor_unusable"), "cursor")
        left = [each for each in left if there[each.name] > there[after]]
    shown = left[:limit]
    _note_release(study_id, table or "records", found)
    return {
        "study": study_id,
        "release": found.number,
        "columns": list(COLUMNS),
        "records": [
            {"table": each.name, **_record(record)}
            for each in shown
            if each.told is not None
            for record in table_records(study_id, each.told)
        ],
        "next": _cursor(shown[-1].name) if len(left) > len(shown) else None,
    }


@operation("questionnaires")
def questionnaires(study_id: str) -> dict[str, Any]:
    found = documents.versions(desk(), study_id)
    tokens.note(desk(), caller(), AuditAction.PROGRAM_READ, study_id, "questionnaires")
    return {
        "study": study_id,
        "questionnaires": [
            {
                "name": each.questionnaire,
                "version": each.version,
                "title": each.title,
                "opened_at": each.opened_at,
                "sha256": each.sha256,
            }
            for each in found
        ],
    }


@operation("questionnaire")
def questionnaire(study_id: str, name: str, version: int, language: str | None) -> dict[str, Any]:
    found = documents.document(desk(), study_id, name, version, language)
    tokens.note(desk(), caller(), AuditAction.PROGRAM_READ, study_id, "questionnaire")
    return {"study": study_id, "name": name, "version": version, "document": found}


@operation("codebook")
def codebook(study_id: str, shape: ExportShape, language: str | None) -> dict[str, Any]:
    spoken, translate = _spoken(study_id, language)
    found = pages.columns(Desk(runtime(), caller().staff, spoken), study_id, shape, translate)
    tokens.note(desk(), caller(), AuditAction.PROGRAM_READ, study_id, "codebook")
    return {"study": study_id, "shape": shape.value, "datasets": [_dataset(each) for each in found]}


@operation("standing")
def standing(study_id: str, group: str | None) -> dict[str, Any]:
    study = desk().study(study_id)
    groups = [each.id for each in study.groups] if group is None else [group]
    told = [response.group(desk(), study_id, each) for each in groups]
    tokens.note(desk(), caller(), AuditAction.RESULTS_TAKEN, study_id, "standing")
    return {
        "study": study_id,
        "edition": "working",
        "for_publication": False,
        "on": told[0].on,
        "columns": list(COLUMNS),
        "records": [_record(each) for one in told for each in response_records(study_id, one.response)],
    }


@operation("answers")
def answers(
    study_id: str, dataset: str, shape: ExportShape, release: int | None, cursor: str | None, limit: int
) -> dict[str, Any]:
    asked = pages.PageRequest(shape=shape, dataset=dataset, release=release, limit=limit, after=_opened(cursor) or "")
    found = pages.page(desk(), caller(), study_id, asked, str)
    names = [column.name for column in found.dataset.columns]
    return {
        "study": study_id,
        "edition": found.edition,
        "until": found.until,
        "shape": shape.value,
        "dataset": found.dataset.name,
        "purpose": caller().token.purpose,
        "columns": names,
        "rows": [dict(zip(names, row, strict=True)) for row in found.rows],
        "next": None if found.last is None else _cursor(found.last),
    }


def _release(found: Release) -> dict[str, Any]:
    return {
        "release": found.number,
        "cut_at": found.cut_at,
        "answers_up_to": found.answers_at,
        "people": found.people if found.tells_people else None,
        "new_or_changed": found.new_or_changed if found.tells_people else None,
        "interim": [{"group": group, "touchpoint": number} for group, number in found.collecting],
        "versions": {name: list(versions) for name, versions in found.versions.items()},
    }


def _record(record: Record) -> Record:
    return {column: record.get(column) for column in COLUMNS}


def _dataset(found: Dataset) -> dict[str, Any]:
    return {
        "dataset": found.name,
        "title": found.title,
        "columns": [
            {
                "column": each.name,
                "label": each.label,
                "type": each.type.value,
                "level": each.level,
                "role": each.role.value,
                "touchpoint": each.touchpoint,
                "variable": each.variable,
                "option": each.option,
                "question": each.question,
                "values": [
                    {"value": value.value, "number": value.number, "label": value.label} for value in each.values
                ],
            }
            for each in found.columns
        ],
    }


def _spoken(study_id: str, language: str | None) -> tuple[str | None, Callable[[str], str]]:
    """The language in which a study is read, and the platform's own words in it. Raises InputRefused (`language`)."""
    study = desk().study(study_id)
    offered: Sequence[str] = runtime().offered(study)
    if language is not None and language not in offered:
        wanted = "one of " + ", ".join(offered)
        raise InputRefused(say("parameter_unusable", value=language, name="language", wanted=wanted), "language")
    _known, gettext, _ngettext = interface_catalogues.spoken(language or interface_catalogues.SOURCE)
    return language, gettext


def _note_release(study_id: str, what: str, found: Release | None = None) -> None:
    number = {} if found is None else {"number": found.number}
    tokens.note(desk(), caller(), AuditAction.RELEASE_TAKEN, study_id, what, **number)


def _cursor(place: str) -> str:
    return cursors.written(caller().token, place)


def _opened(cursor: str | None) -> str | None:
    return cursors.opened(caller().token, cursor)


def _whole_cursor(cursor: str | None) -> int | None:
    opened = _opened(cursor)
    if opened is None:
        return None
    if not (opened.isascii() and opened.isdecimal() and len(opened) < 10):
        raise InputRefused(say("cursor_unusable"), "cursor")
    return int(opened)


@programs.errorhandler(SaidError)
def _said(error: SaidError) -> Response:
    """Every error of ours; of a token that was let in, a refusal is in the trail."""
    if isinstance(error, NotFound | NotPermitted) and "caller" in g:
        _note_refusal(error)
    return problems.of(error)


def _note_refusal(error: NotFound | NotPermitted | ScopeMissing) -> None:
    refusals.note(desk(), error, request.endpoint, (request.view_args or {}).get("study_id"), None)


@programs.errorhandler(TooManyCalls)
def _too_many(error: TooManyCalls) -> Response:
    return problems.too_many(error)
