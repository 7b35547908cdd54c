"""A browser without manners: it sends bytes as they are, keeps cookies, and reads the forms of a page."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

import brotli
from flask_compress.compat import compression
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

Application = Callable[..., Any]

HOST = "survey.example.org"
FORM = "application/x-www-form-urlencoded"


UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": compression.zstd.decompress,
}
"""What an answer may be packed as."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request, as the server will see it. `path` is bytes, `length` what it says its body is long."""

    method: str = "GET"
    path: bytes = b"/"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str | None = None
    length: str | None = None
    host: str | None = None

    def __str__(self) -> str:
        kind = f" {self.content_type!r}" if self.content_type is not None else ""
        length = f" length {self.length!r}" if self.length is not None else ""
        more = "".join(f"\n      {name}: {value[:200]!r}" for name, value in self.headers)
        body = f"\n      body {self.body[:600]!r}" if self.body else ""
        where = f"{self.path[:300]!r}{'?' if self.query else ''}{self.query[:600]}"
        return f"{self.method[:20]} {where} host {(self.host or 'its own')[:80]!r}{kind}{length}{more}{body}"


@dataclass(frozen=True)
class Received:
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    @property
    def mimetype(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip()

    @property
    def text(self) -> str:
        unpack = UNPACK.get(self.headers.get("Content-Encoding", ""), bytes)
        return unpack(self.body).decode("utf-8", "replace") if self.body else ""

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")


def address(url: str) -> tuple[bytes, str]:
    """The path, in bytes, and the query of an address."""
    parts = urlsplit(url)
    return unquote_to_bytes(parts.path or "/"), parts.query


def to(url: str, **more: Any) -> Sent:
    path, query = address(url)
    return Sent(path=path, query=query, **more)


@dataclass
class Browser:
    """Speaks to an application over what it takes for HTTPS."""

    application: Application
    cookies: dict[str, str] = field(default_factory=dict)
    scheme: str = "https"
    host: str = HOST
    token: str | None = None

    def send(self, sent: Sent) -> Received:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": sent.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": sent.path.decode("latin-1"),
            "QUERY_STRING": sent.query.encode().decode("latin-1"),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": (self.host if sent.host is None else sent.host).encode().decode("latin-1"),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": io.BytesIO(sent.body),
            "wsgi.input_terminated": False,
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(sent.body)) if sent.length is None else sent.length,
        }
        if sent.content_type is not None:
            environ["CONTENT_TYPE"] = sent.content_type.encode().decode("latin-1")
        if self.cookies:
            environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.token is not None:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        for name, value in sent.headers:
            environ["HTTP_" + name.upper().replace("-", "_")] = value.encode().decode("latin-1")
        iterable, status, headers = run_wsgi_app(self.application, environ, buffered=True)
        try:
            received = Received(int(status.split()[0]), Headers(headers), b"".join(iterable))
        finally:
            if hasattr(iterable, "close"):
                iterable.close()
        self._keep(received.headers.getlist("Set-Cookie"))
        return received

    def _keep(self, cookies: Iterable[str]) -> None:
        for written in cookies:
            try:
                parsed = SimpleCookie(written)
            except CookieError:
                continue
            for name, morsel in parsed.items():
                if morsel["max-age"] == "0" or morsel["expires"].startswith("Thu, 01 Jan 1970"):
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value

    @property
    def says(self) -> tuple[tuple[str, str], ...]:
        """What a browser says of a form of the site's own."""
        site = f"{self.scheme}://{self.host}"
        return ("Origin", site), ("Sec-Fetch-Site", "same-origin"), ("Referer", f"{site}/")

    def open(self, url: str) -> tuple[str, Received]:
        """Follows an address; returns where it ended."""
        for _ in range(8):
            received = self.send(to(url))
            if received.location is None:
                return url, received
            url = received.location
        raise AssertionError(f"redirects without end at {url}")

    def submit(self, form: PageForm, **changes: str) -> Received:
        """Sends a form as it stands, with changes."""
        values = [(name, value) for name, value in form.values if name not in changes] + list(changes.items())
        return self.send(
            to(
                form.action,
                method="POST",
                body=urlencode(values).encode(),
                content_type=FORM,
                headers=self.says,
            )
        )


@dataclass
class PageForm:
    """A form of a page: what a browser would send, and all names with what may be chosen."""

    action: str
    method: str
    multipart: bool
    values: list[tuple[str, str]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__(convert_charrefs=True)
        self.here = here
        self.forms: list[PageForm] = []
        self.by_id: dict[str, PageForm] = {}
        self.form: PageForm | None = None
        self.area: tuple[PageForm, str] | None = None
        self.written = ""
        self.select: tuple[PageForm, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = has.get("action") or self.here
            if action.startswith("?"):
                action = self.here.partition("?")[0] + action
            self.form = PageForm(action, has.get("method", "get").upper(), "multipart" in has.get("enctype", ""))
            self.forms.append(self.form)
            self.by_id[has.get("id", "")] = self.form
            return
        form = self.by_id.get(has["form"]) if "form" in has else self.form
        name = has.get("name")
        if form is None:
            return
        if tag == "option" and self.select:
            form, name = self.select
            form.choices.setdefault(name, []).append(has.get("value", ""))
            if "selected" in has:
                form.values.append((name, has.get("value", "")))
        if not name:
            return
        if tag in ("input", "button"):
            kind = has.get("type", "text" if tag == "input" else "submit")
            form.fields[name] = kind
            if kind in ("radio", "checkbox", "submit"):
                form.choices.setdefault(name, []).append(has.get("value", "on"))
            if kind not in ("radio", "checkbox", "submit", "file") or "checked" in has:
                form.values.append((name, has.get("value", "")))
        elif tag == "textarea":
            form.fields[name] = tag
            self.area, self.written = (form, name), ""
        elif tag == "select":
            form.fields[name] = tag
            self.select = (form, name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            form, name = self.area
            form.values.append((name, self.written))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.written += data


def forms_of(received: Received, here: str) -> list[PageForm]:
    """The forms of a page that stands at `here`."""
    return forms_of_text(received.text, here)


def forms_of_text(text: str, here: str) -> list[PageForm]:
    """The same, of its HTML."""
    parser = _Forms(here)
    parser.feed(text)
    parser.close()
    return parser.forms
