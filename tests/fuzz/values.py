"""What nobody should send and somebody will: values for fields, addresses, headers and bodies."""

from __future__ import annotations

import random
from urllib.parse import quote, quote_plus

MARK = "zqfuzz"
"""What unescaped markup is known by: every value that holds markup names it."""

MARKUP = (
    f"<b id={MARK}>bold</b>",
    f'"><b id={MARK}>',
    f"'><b id={MARK}>",
    f'" onx="{MARK}',
    f"' onx='{MARK}",
    f"</textarea><b id={MARK}>",
    f"</title><b id={MARK}>",
    f"</option></select><b id={MARK}>",
    f"<!--<b id={MARK}>",
    f"javascript:{MARK}()",
    f"&lt;b id={MARK}&gt;",
    "{{ 7 * 191 }}",
    "{% raw %}",
    "%s %(name)s %d %",
    "{0} {name!r}",
)

NUMBERS = (
    "0",
    "-1",
    "1",
    "2",
    "00000000001",
    str(2**31),
    str(2**63 - 1),
    str(2**63),
    str(-(2**63) - 1),
    str(10**30),
    "9" * 5000,
    "1e400",
    "1_000",
    "0x10",
    "NaN",
    "inf",
    "-0",
    "1.5",
    "1,5",
    "24,000",
    "²",
    "1²",
    "③",
    "½",
    "٣",
    "१२",
    "１２",
    "Ⅻ",
    " 7 ",
    "+7",
    "\u200e12\u200f",
)

DATES = (
    "0001-01-01",
    "0001-01-01T00:00",
    "9999-12-31",
    "9999-12-31T23:59",
    "0000-00-00",
    "2026-02-30",
    "2026-13-01",
    "2026-W01-1",
    "20260615",
    "-2026-01-01",
    "10000-01-01",
    "2026-06-15T25:00",
    "2026-06-15T10:00+99:00",
    "2026-03-29T01:30",
    "2026-10-25T01:30",
    "٢٠٢٦-٠٦-١٥",
    "1899-12-31",
)

TEXTS = (
    "",
    " ",
    "\t\r\n",
    "\x00",
    "a\x00b",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\ufeff",
    "\u200b\u2800\u3164",
    "\u202eright to left",
    "\u2066\u2069\u200f",
    "ਪੰਜਾਬੀ ਵਿੱਚ ਜਵਾਬ",
    "اردو میں جواب\u200c",
    "क\u094d\u200dष",
    "🏳️‍🌈👩‍👩‍👧",
    "e\u0301" * 50,
    "Z\u0335\u0321" * 300,
    "\uffff\ufffe",
    "\U0010ffff",
    "a" * 10_000,
    "é" * 10_000,
    "' OR 1=1 --",
    "; DROP TABLE staff",
    "../../../etc/passwd",
    "..",
    ".",
    "\\\\server\\share",
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\t//evil.example",
    "line one\nSet-Cookie: a=b",
    "line one\r\nLocation: https://evil.example/",
    "=HYPERLINK(1)",
    "missing:dont_know",
    "missing:skipped",
    "missing:nothing",
    "null",
    "undefined",
    "[]",
    "{}",
    "[object Object]",
    "true",
    "+",
    "*",
    "%",
    "%00",
    "_",
    "on",
    "yes",
    "no",
)

TEXT_VALUES = MARKUP + NUMBERS + DATES + TEXTS

RAW_PIECES = (
    b"\x00",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc0\xaf",
    b"%",
    b"%2",
    b"%zz",
    b"\xe2\x80\xae",
    b"\r\n",
    b"\\",
    b";",
    b"//",
    b"/../",
    b"/./",
    b"\x7f",
    b" ",
    b"\xe3\x80\x82",
)
"""Bytes of a path, as a server hands them on."""

NAMES = (
    "endpoint",
    "_external",
    "_anchor",
    "_method",
    "_scheme",
    "_subdomain",
    "self",
    "values",
    "filename",
    "name",
    "version",
    "study_id",
    "page_id",
    "reference",
    "touchpoint",
    "section_id",
    "group",
    "variable",
    "measure_id",
    "token",
    "app",
    "error",
    "status",
    "context",
    "study",
    "template_name_or_list",
    "csrf_token",
    "participant.x",
    "site.employer_size",
    "touchpoint_1.nothing",
    ".",
    "a.b.c",
    "",
    "\x00",
    "é",
    "[]",
    "a[b]",
    f'"><b id={MARK}>',
    "agree-take_part",
    "agree-nothing",
)
"""Names of fields and of what an address asks for that mean something else somewhere inside."""

ASKED = (
    "lang",
    "in",
    "a",
    "seed",
    "any",
    "from",
    "note",
    "at",
    "with",
    "by",
    "people",
    "mode",
    "language",
    "study",
    "group",
    "touchpoint",
    "view",
    "page",
    "state",
    "next",
    "late",
    "changed",
    "unsaved",
    "outcome",
    "since",
    "v",
)
"""Names that pages really read from an address."""

HOSTS = (
    "evil.example",
    "survey.example.org.evil.example",
    "survey.example.org:99999",
    "survey.example.org:",
    "SURVEY.EXAMPLE.ORG",
    "survey.example.org@evil.example",
    "[::1]",
    "[::1",
    "localhost",
    "127.0.0.1:8000",
    "",
    " ",
    "a" * 300,
    "evil.example/path",
    "xn--",
    "é.example",
    "\x00",
    "survey.example.org\r\nX: y",
    "..",
    "٣",
)

ACCEPTED_LANGUAGES = (
    "",
    "*",
    "en",
    "ur",
    "pl;q=0.1, pa;q=NaN",
    "en;q=999999999999999999999999999",
    "zz-ZZ, q=;;;,,,",
    "-",
    "en_GB",
    "\x00",
    "é",
    "a" * 9000,
    ",".join(f"x{number}" for number in range(2000)),
    "en; q = ²",
)

COOKIES = (
    "",
    "=",
    ";",
    ";;;;===",
    "shiftline_staff=; shiftline_participant=",
    "shiftline_staff=.eJw.x.y; shiftline_participant=a.b.c",
    "shiftline_participant=\xff\xfe",
    'shiftline_participant="unclosed',
    "shiftline_staff=" + "a" * 9000,
    "session=eyJ9.x.y",
    "shiftline_participant=\x00",
    "; ".join(f"c{number}=1" for number in range(300)),
)

OTHER_HEADERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Accept", ("", "*/*", "application/json", "text/html;q=²", ",,,", "application/json;q=1e999", "\x00")),
    ("Range", ("bytes=0-", "bytes=-1", "bytes=9999999999999999999999-", "bytes=²-", "items=1", "bytes=1-0,3-2")),
    ("If-None-Match", ('"', "*", 'W/"x"', "é")),
    ("If-Modified-Since", ("0001-01-01", "Thu, 01 Jan 0001 00:00:00 GMT", "x", "Thu, 31 Dec 9999 23:59:59 GMT")),
    ("X-Forwarded-For", ("evil", "1.2.3.4, 5.6.7.8", "\x00", "a" * 5000, "")),
    ("X-Forwarded-Proto", ("https", "javascript", "", "http, https")),
    ("X-Forwarded-Host", ("evil.example", "survey.example.org, evil.example", "\x00", "")),
    ("X-Forwarded-Port", ("0", "²", "99999999999", "x")),
    ("X-Forwarded-Prefix", ("//evil.example", "/x", "\x00")),
    ("Authorization", ("Basic x", "Basic =", "Bearer " + "a" * 3000, "\x00")),
    ("User-Agent", ("", "\x00", "é" * 100, "a" * 9000)),
    ("Referer", ("", "https://evil.example/", "x", "https://survey.example.org", "https://[", "about:blank")),
    ("Origin", ("", "null", "https://evil.example", "https://survey.example.org:444", "https://[", "x")),
    ("Sec-Fetch-Site", ("", "cross-site", "same-site", "none", "x")),
    ("X-HTTP-Method-Override", ("DELETE", "PUT")),
    ("X-CSRFToken", ("", "x", "é", "a.b.c", "\x00")),
    ("X-Requested-With", ("XMLHttpRequest",)),
    ("Expect", ("100-continue", "x")),
    ("Content-Encoding", ("gzip", "x")),
    ("Transfer-Encoding", ("chunked", "x")),
    ("Accept-Encoding", ("", "gzip;q=x", "br, zstd", "*;q=0", "identity;q=0")),
    ("X-Nobody-Knows", ("a" * 60_000,)),
)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 100)

CONTENT_TYPES = (
    "",
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "application/xml",
    "application/octet-stream",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nothing",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=é",
    "multipart/form-data; boundary=" + "b" * 500,
    "multipart/mixed; boundary=x",
    "x",
    ";;;",
    "\x00",
)

BODIES = (
    b"",
    b"{}",
    b"[]",
    b"[1, 2]",
    b"null",
    b'"text"',
    b"7",
    b'{"csrf_token": {"a": 1}, "email": ["x"], "password": null, "code": 12}',
    b'{"a": "\\ud800"}',
    b"{" * 3000,
    b"[" * 100_000,
    b"\xff\xfe\x00",
    b"<xml/>",
    b"a=1&a=2&&&==&%&%zz=%",
    b"\x00" * 100,
    b"a=" + b"b" * 600_000,
    b"&".join(b"k%d=v" % number for number in range(1500)),
    b"--x\r\nContent-Disposition: form-data; name=code\r\n\r\nunfinished",
    b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--",
    b"--x\r\n\r\n--x--\r\n",
    b"--x--",
)

LENGTHS = ("", "-1", "0", "1", "99999999", "9" * 30, "²", "x", "1, 2")


def hostile(random_: random.Random) -> str:
    """A value for a field or an address."""
    value = random_.choice(random_.choice((MARKUP, NUMBERS, DATES, TEXTS)))
    if random_.random() < 0.1:
        value = value[:200] + random_.choice(TEXT_VALUES)[:200]
    return value


def query(random_: random.Random, own: tuple[str, ...] = ()) -> str:
    """What follows the question mark: names that are read, names that mean something inside, names of the path."""
    pairs = []
    for _ in range(random_.choice((0, 1, 1, 1, 2, 3))):
        name = random_.choice(random_.choice((ASKED, NAMES, own or ASKED)))
        value = random_.choice((hostile(random_)[:3000], "1", "en", "pl"))
        made = f"{quote_plus(name)}={quote_plus(value)}"
        pairs.append(random_.choice((made, made, made, f"{quote_plus(name)}", f"{quote_plus(name)}={made}")))
    if random_.random() < 0.08:
        pairs.append(random_.choice(("%ff=%fe", "%", "=%zz", "&&&", ";a=b", "a=%00", "%00=a", "?", "a=%ed%a0%80")))
    return "&".join(pairs)


def in_path(value: str) -> str:
    """A value as a segment of an address."""
    return quote(value, safe="")
