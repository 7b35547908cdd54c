"""What a file is by what is in it, whatever its name says: a picture, a sound, a clip or captions; and whether a
drawing is safe to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat  # a document type is refused, and with it every entity

KB, MB = 1000, 1_000_000


@dataclass(frozen=True)
class FileSort:
    """A sort of file: how a name of it ends, what it is sent as, its bytes at most."""

    suffix: str
    mimetype: str
    most: int


SORTS: Mapping[str, FileSort] = {
    each.suffix: each
    for each in (
        FileSort("svg", "image/svg+xml", 40 * KB),
        FileSort("png", "image/png", 120 * KB),
        FileSort("webp", "image/webp", 120 * KB),
        FileSort("jpg", "image/jpeg", 120 * KB),
        FileSort("mp3", "audio/mpeg", 2 * MB),
        FileSort("ogg", "audio/ogg", 2 * MB),
        FileSort("mp4", "video/mp4", 20 * MB),
        FileSort("webm", "video/webm", 20 * MB),
        FileSort("vtt", "text/vtt", 100 * KB),
    )
}

PICTURES, SOUNDS, CLIPS, CAPTIONS = ("svg", "png", "webp", "jpg"), ("mp3", "ogg"), ("mp4", "webm"), ("vtt",)


def sort_of(data: bytes) -> FileSort | None:
    """What the bytes are; None for anything else."""
    return next((SORTS[suffix] for suffix, is_it in _SIGNS.items() if is_it(data)), None)


def _begins(*signs: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(signs)


_SIGNS: Mapping[str, Callable[[bytes], bool]] = {
    "png": _begins(b"\x89PNG\r\n\x1a\n"),
    "jpg": _begins(b"\xff\xd8\xff"),
    "webp": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
    "mp3": lambda data: data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 in (0xE2, 0xE4)),
    "ogg": _begins(b"OggS"),
    "mp4": lambda data: data[4:8] == b"ftyp",
    "webm": _begins(b"\x1aE\xdf\xa3"),
    "vtt": lambda data: re.match(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|$)", data) is not None,
    "svg": lambda data: b"<svg" in data[:1000] and re.match(rb"(?:\xef\xbb\xbf)?\s*<", data) is not None,
}


class UnsafePicture(Exception):
    """A drawing that is not shown: at which line, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


# fmt: off
_ELEMENTS = frozenset((
    "svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "style",
    "symbol", "use", "clipPath", "linearGradient", "radialGradient", "stop",
))
_ATTRIBUTES = frozenset((
    "id", "class", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "width", "height",
    "points", "transform", "viewBox", "preserveAspectRatio", "fill", "fill-opacity", "fill-rule", "stroke",
    "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-opacity", "stroke-miterlimit",
    "opacity", "clip-path", "clip-rule", "offset", "stop-color", "stop-opacity", "gradientUnits", "gradientTransform",
    "clipPathUnits", "href", "xmlns", "version", "role", "aria-hidden", "type",
))
# fmt: on
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_ELSEWHERE = re.compile(r"url\s*\(\s*[\"']?(?!#)|@import|@font-face|\\|expression|javascript:|data:", re.IGNORECASE)


def check_drawing(data: bytes) -> None:
    """Lets a drawing pass that has shapes, colours and a style of its own, and refuses everything else by name:
    scripts, what handles an event, letters, references to elsewhere, document types, whatever is not known. Raises
    UnsafePicture."""
    parser = expat.ParserCreate("utf-8", "}")
    at: list[str] = []

    def refuse(why: str) -> None:
        raise UnsafePicture(parser.CurrentLineNumber, why)

    def own(name: str) -> str:
        return name.removeprefix(f"{_SVG}}}") if name.startswith(f"{_SVG}}}") else f"{name} of elsewhere"

    def start(name: str, attributes: dict[str, str]) -> None:
        element = own(name)
        if not at and element != "svg":
            refuse("it is no drawing: its first element is no `<svg xmlns=…>`")
        if element not in _ELEMENTS:
            refuse(f"“{element[:40]}” cannot stand in it: shapes, groups, gradients and a style can")
        for key, value in attributes.items():
            bare = "href" if key == f"{_XLINK}}}href" else key
            if bare not in _ATTRIBUTES:
                refuse(f"“{bare[:40]}” cannot stand in it")
            if bare == "href" and not value.startswith("#"):
                refuse("it refers to something elsewhere")
            if _ELSEWHERE.search(value):
                refuse(f"“{bare}” refers to something elsewhere")
        at.append(element)

    def text(said: str) -> None:
        if at and at[-1] == "style":
            style.append(said)

    def end(_name: str) -> None:
        at.pop()
        if _ELSEWHERE.search("".join(style)):
            refuse("its style refers to something elsewhere, or hides what it says behind a backslash")

    def doctype(*_parts: object) -> None:
        refuse("it has a document type")

    def instruction(*_parts: object) -> None:
        refuse("it has an instruction (<?…?>) for whatever shows it")

    style: list[str] = []
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler, parser.ProcessingInstructionHandler = doctype, instruction
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise UnsafePicture(error.lineno, f"it cannot be read as XML ({expat.ErrorString(error.code)})") from None
