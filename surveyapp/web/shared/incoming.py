"""What comes in with a request, before any handler sees it: under which name it was asked for, from which site a form
was sent, in which kind of body, and text that any database can hold."""

from __future__ import annotations

import datetime as dt
import functools
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, g, request
from flask.templating import Environment
from flask_babel import gettext as _
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from flask_wtf.file import FileField
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import BaseConverter, IntegerConverter, MapAdapter, UnicodeConverter, ValidationError
from werkzeug.sansio.http import parse_cookie
from werkzeug.sansio.utils import get_host
from wtforms import DateTimeLocalField, PasswordField, StringField, TextAreaField

from surveyapp.domain import normalise
from surveyapp.domain.instrument.kinds.dates import day_of
from surveyapp.domain.instrument.kinds.times import time_of
from surveyapp.services.keyring import HANDLE_LENGTH
from surveyapp.web.shared.session import is_form_token, is_staff_path, signed_form_token

LOOPBACK = ("localhost", "127.0.0.1")
"""What this machine calls itself."""

FORM_TYPES = ("", "application/x-www-form-urlencoded", "multipart/form-data")
"""What a browser sends a form as."""

DIGITS = 9
"""No number in an address is longer. What is can name nothing that there is."""

LONGEST_NAME = 200
"""Nor is any other segment of one, a link's apart."""

LONGEST_MOMENT = 100
"""Nor is a day with its time, as people type them."""

TOKEN_HEADER = "X-CSRFToken"  # noqa: S105 - the name it goes by
"""In which a script sends the token of its page."""


class SentFromElsewhere(Exception):
    """A form that another site sent, or one of staff's of which nothing says where it was sent from."""


class Parameters(ImmutableMultiDict[str, Any]):
    """Fields of a form, or of an address, in text that can be stored."""

    def __init__(self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        given = ImmutableMultiDict(mapping).items(multi=True)
        super().__init__([(normalise.storable(name), _storable(value)) for name, value in given])


def _storable(value: Any) -> Any:
    return normalise.storable(value) if isinstance(value, str) else value


class IncomingRequest(Request):
    """Flask's request, with the fields of forms and addresses as `Parameters`."""

    parameter_storage_class = Parameters

    @functools.cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Of the one header in which a server hands on all of them."""
        return cast(
            "ImmutableMultiDict[str, str]", parse_cookie(self.environ.get("HTTP_COOKIE", ""), self.dict_storage_class)
        )


class AddressSegment(UnicodeConverter):
    """A segment of an address, in text that can be stored and is no longer than a name of ours could be."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"maxlength": LONGEST_NAME, **options})

    def to_python(self, value: str) -> str:
        if normalise.storable(value) != value:
            raise ValidationError
        return value


class Handle(BaseConverter):
    """What stands for somebody's questions in an address, in the shape that the keyring gives it."""

    regex = f"[a-z2-7]{{{HANDLE_LENGTH}}}"


class WholeNumber(IntegerConverter):
    """A whole number in an address, in the digits we write it in and no more of them than it can have."""

    regex = rf"[0-9]{{1,{DIGITS}}}"


class Templates(Environment):
    """Flask's, of templates that see the same globals: one dictionary. Jinja lays a second one over it for each
    template, and goes through both by hand for every page and every import."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return self.globals if d is None else super().make_globals(d)


class Application(Flask):
    """Flask, answering under the names of this site alone."""

    request_class = IncomingRequest
    jinja_environment = Templates

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.url_map.converters |= {
            "default": AddressSegment,
            "string": AddressSegment,
            "int": WholeNumber,
            "handle": Handle,
        }

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: none is a coroutine. Flask would look at each, sixteen times a request."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Raises SecurityError (400) under any other name: the addresses of pages and redirects are made with it.
        Whoever watches this machine may ask how it is under the machine's own."""
        if request is None:
            return super().create_url_adapter(request)
        watched = LOOPBACK if request.path.startswith("/health/") or request.path == "/metrics" else ()
        names = (*self.config["SITE_NAMES"], *watched)
        asked = request.environ
        request.trusted_hosts = list(names)
        request.host = _host(request.scheme, asked.get("HTTP_HOST"), request.server, names)
        return self.url_map.bind(
            request.host,
            _text(asked.get("SCRIPT_NAME", "")),
            "",
            request.scheme,
            request.method,
            _text(asked.get("PATH_INFO", "")),
            _text(asked.get("QUERY_STRING", "")),
        )


def _text(handed: str) -> str:
    """What a server hands on byte by byte, as the text that it is."""
    return handed.encode("latin-1").decode(errors="replace")


@functools.lru_cache(maxsize=256)
def _host(scheme: str, said: str | None, server: tuple[str, int | None] | None, names: tuple[str, ...]) -> str:
    """The name that a request was asked under. Raises SecurityError for one that is none of the site's."""
    return get_host(scheme, said, server, names)


def site_names(public_url: str, demo: bool) -> tuple[str, ...]:
    """The names a site goes by: the one of its address, and the machine's own in a demonstration or where that is
    one of them."""
    name = urlsplit(public_url).hostname or ""
    return (name, *LOOPBACK) if demo or name in LOOPBACK else (name,)


class CsrfBySite(CSRFProtect):
    """Flask-WTF's tokens and, in place of its demand for a `Referer`, what a browser says of where a form was sent
    from."""

    def init_app(self, app: Flask) -> None:
        app.config["WTF_CSRF_SSL_STRICT"] = False
        app.before_request(_only_forms)
        super().init_app(app)
        # After Flask-WTF's own of the same name, of which each page would make its signature anew.
        app.context_processor(lambda: {"csrf_token": signed_form_token})
        app.jinja_env.globals["csrf_token"] = signed_form_token

    def protect(self, apply_exemptions: bool = False) -> None:
        """Raises CSRFError without the session's token, and SentFromElsewhere when a browser names another site or,
        on staff's pages over HTTPS, none. Participants pass on their token alone."""
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        if apply_exemptions and (not request.endpoint or self._is_exempt()):
            return
        # What a script sends has its token in a header: nothing of it is read as a form.
        sent = request.headers.get(TOKEN_HEADER) if is_for_scripts() else self._get_csrf_token()
        if not is_form_token(sent):
            raise CSRFError
        g.csrf_valid = True  # as Flask-WTF has it: its forms do not look again
        own = sent_from_here()
        if own is False or (own is None and request.is_secure and is_staff_path(request.path)):
            raise SentFromElsewhere


def sent_from_here() -> bool | None:
    """Whether a form was sent from this site; None where the browser does not say."""
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-origin", "same-site", "cross-site"):
        return site == "same-origin"
    origin = request.headers.get("Origin", "null")
    said = request.referrer if origin == "null" else origin
    if not said:
        return None
    own = (f"{request.scheme}://{request.host}", current_app.config.get("SITE_ADDRESS", ""))
    return _origin(said) in {_origin(each) for each in own}


def _origin(address: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, f"{parts.hostname}:{port}") if parts.hostname else None


JSON = "application/json"

View = TypeVar("View", bound=Callable[..., Any])

_TAKING_JSON: set[Callable[..., Any]] = set()


def takes_json(view: View) -> View:
    """For a handler that a script sends JSON to: it takes that alone, and says in JSON what is wrong with it."""
    _TAKING_JSON.add(view)
    return view


def is_for_scripts() -> bool:
    """Whether what was asked for is taken and answered in JSON."""
    return current_app.view_functions.get(request.endpoint or "") in _TAKING_JSON


def _only_forms() -> None:
    """Every body that a page takes is a form's."""
    if is_for_scripts():
        return
    if request.endpoint is not None and request.method == "POST" and request.mimetype not in FORM_TYPES:
        abort(415)


def sent_object() -> dict[str, Any] | None:
    """The JSON object that was sent, in text that can be stored; None where it is none, cannot be read, or is nested
    too deep to be followed."""
    try:
        sent = _storable_throughout(request.get_json(silent=True))
    except RecursionError:
        return None
    return sent if isinstance(sent, dict) else None


def _storable_throughout(sent: Any) -> Any:
    """JSON can write what no database holds: NUL, and half of a pair of surrogates."""
    match sent:
        case dict():
            return {_storable(name): _storable_throughout(value) for name, value in sent.items()}
        case list():
            return [_storable_throughout(each) for each in sent]
        case _:
            return _storable(sent)


def whole_number(name: str) -> int | None:
    """What an address asks for by a whole number; None where it is none, or longer than any there is."""
    written = normalise.code(request.args.get(name, ""))
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= DIGITS else None


class UploadedFile(FileField):
    """A file. Text in its place is no file."""

    def process(self, formdata: Any, *arguments: Any, **options: Any) -> None:
        super().process(request.files if formdata is not None else None, *arguments, **options)


class TypedMoment(DateTimeLocalField):
    """A day and a time, as a browser's own control sends them or as people type them."""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = normalise.code(" ".join(valuelist))
        self.data = typed_moment(typed)
        if typed and self.data is None:
            raise ValueError(_("Write a day and a time, such as 16 June 2026, 14:00."))


def typed_moment(typed: str) -> dt.datetime | None:
    """A day and then a time, each as in a question about one: `2026-06-16T14:00`, `16 June 2026, 2pm`. None where it is
    neither; the shape is that of `normalise.code`."""
    if len(typed) > LONGEST_MOMENT:
        return None
    for between in re.finditer(r"T|[,،]?\s(?:at\s)?", typed):
        day, time = day_of(typed[: between.start()]), time_of(typed[between.end() :])
        if day is not None and time is not None:
            return dt.datetime.combine(day, time)
    return None


class StaffForm(FlaskForm):
    """The one form class: what is typed in a form of staff's is normalised before anything tests it. A file is no text,
    and a body of any other kind no form."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, _form: FlaskForm, formdata: Any) -> Any:
            return request.form if formdata is not None and request.method == "POST" else None

        def bind_field(self, form: FlaskForm, unbound_field: Any, options: dict[str, Any]) -> Any:
            shape = _shape_of(unbound_field.field_class)
            own = unbound_field.kwargs.get("filters", ())
            return unbound_field.bind(form=form, **options, **({"filters": [shape, *own]} if shape else {}))


def _shape_of(field: type) -> Callable[[Any], Any] | None:
    """What makes the text of a kind of field one shape. A password is what it is."""
    if not issubclass(field, StringField) or issubclass(field, PasswordField):
        return None
    shape = normalise.free_text if issubclass(field, TextAreaField) else normalise.one_line
    return lambda value: shape(value) if isinstance(value, str) else value


def save_to_come(save: str, version: int) -> str:
    """What a form of answers is given when it is shown: the id of the save that it becomes, and the version of the
    questionnaire that it is shown of."""
    return f"{save}.{version}"


def save_that_came(written: str) -> tuple[uuid.UUID, int | None]:
    """The same, read from what was sent. One that was tampered with counts as another form, of no version known."""
    save, _dot, version = written.partition(".")
    known = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None
    try:
        return uuid.UUID(save), known
    except ValueError:
        return uuid.uuid4(), known
