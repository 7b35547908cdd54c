"""`media/` of a study: what each file may be and hold, and what is said of one that may not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from surveyapp.domain.authoring.loader import read_study
from surveyapp.domain.authoring.media.content import SORTS, UnsafePicture, check_drawing, sort_of
from surveyapp.domain.errors import Fault
from surveyapp.domain.instrument.questionnaire import MediumKind

BASE = Path(__file__).parents[1] / "questionnaires" / "base"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3"/></svg>'

SAFE = {
    "shapes": DRAWING,
    "a style for the dark": (
        b'<svg xmlns="http://www.w3.org/2000/svg"><style>.a{fill:#123}@media (prefers-color-scheme:dark){.a{fill:#cde}}'
        b'</style><defs><linearGradient id="g"/></defs><path class="a" d="M0 0h8" fill="url(#g)"/></svg>'
    ),
    "a use of its own": (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><g id="a"/>'
        b'<use href="#a"/><use xlink:href="#a"/></svg>'
    ),
    "a mark at its beginning": b"\xef\xbb\xbf" + DRAWING,
}
BOMB = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'
HOSTILE = {
    "a script": b"<script>alert(1)</script>",
    "a script in a namespace": b'<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>',
    "a page in it": b'<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
    "what handles an event": b'<rect onload="alert(1)"/>',
    "a link": b'<a href="https://example.org"><rect/></a>',
    "a picture from elsewhere": b'<image href="https://example.org/a.png"/>',
    "a use from elsewhere": b'<use href="https://example.org/a.svg#a"/>',
    "a use from elsewhere, the old way": (
        b'<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="//example.org/a.svg#a"/>'
    ),
    "a fill from elsewhere": b'<rect fill="url(https://example.org/a.svg#g)"/>',
    "a style of an element": b'<rect style="fill:url(//example.org)"/>',
    "a style from elsewhere": b"<style>@import url(https://example.org/a.css);</style>",
    "a style in pieces": b"<style>@im<!-- -->port 'https://example.org/a.css';</style>",
    "a style behind a backslash": b"<style>.a{fill:u\\72l(//example.org)}</style>",
    "a font": b"<style>@font-face{font-family:a;src:url(a.woff)}</style>",
    "something that moves": b'<rect><animate attributeName="href" to="javascript:alert(1)"/></rect>',
    "letters": b"<text>ENTITLED</text>",
    "another language's words": b'<metadata><x xmlns="urn:x"/></metadata>',
}


@pytest.mark.parametrize("name", SAFE)
def test_a_drawing_of_shapes_is_shown(name: str) -> None:
    assert sort_of(SAFE[name]) is SORTS["svg"]
    check_drawing(SAFE[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_drawing_with_more_than_shapes_is_refused_with_its_line(name: str) -> None:
    with pytest.raises(UnsafePicture) as refused:
        check_drawing(b'<svg xmlns="http://www.w3.org/2000/svg">\n' + HOSTILE[name] + b"</svg>")
    assert refused.value.line == 2


@pytest.mark.parametrize(
    "whole",
    [
        BOMB,
        b'<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml-stylesheet href="https://example.org/a.css"?>' + DRAWING,
        b"<html><svg/></html>",
        b"<svg><rect/></svg>",
        DRAWING[:-6],
        DRAWING + b"<script/>",
    ],
)
def test_a_drawing_that_is_something_else_besides_is_refused(whole: bytes) -> None:
    with pytest.raises(UnsafePicture):
        check_drawing(whole)


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"\x89PNG\r\n\x1a\n....", "png"), (b"\xff\xd8\xff\xe0....", "jpg"), (b"RIFF....WEBPVP8 ", "webp"),
        (b"ID3\x04....", "mp3"), (b"\xff\xfb\x90\x00", "mp3"), (b"OggS....", "ogg"), (b"....ftypisom", "mp4"),
        (b"\x1aE\xdf\xa3....", "webm"), (b"WEBVTT\n\n", "vtt"), (DRAWING, "svg"),
        (b"", None), (b"\xff", None), (b"MZ....", None), (b"RIFF....WAVE", None), (b"%PDF-1.7", None),
        (b"PK\x03\x04", None),
        (b"<html></html>", None), (b"WEBVTTX", None), (DRAWING.decode().encode("utf-16"), None),
    ],
)  # fmt: skip
def test_a_file_is_what_is_in_it(data: bytes, suffix: str | None) -> None:
    found = sort_of(data)
    assert (found.suffix if found else None) == suffix


def read(tmp_path: Path, manifest: str, **files: bytes) -> tuple[list[Fault], Path]:
    folder = tmp_path / "smallest"
    shutil.copytree(BASE, folder)
    (folder / "media").mkdir()
    (folder / "media" / "media.yaml").write_text(manifest)
    for name, data in files.items():
        (folder / "media" / name.replace("__", ".")).write_bytes(data)
    return list(read_study(folder)[1]), folder


def test_what_stands_beside_a_question_is_read_by_what_it_is_of_and_in_which_language(tmp_path: Path) -> None:
    folder = read(
        tmp_path,
        "questions:\n"
        "  liked:\n"
        "    picture: {file: thumb.svg, alt: A thumb.}\n"
        "    sound: {en: said.mp3}\n"
        "    clip: {en: {file: signed.webm, captions: said.vtt, transcript: Did you like it?}}\n"
        "    options: {agree: {picture: thumb.svg}}\n",
        thumb__svg=DRAWING, said__mp3=b"ID3....", signed__webm=b"\x1aE\xdf\xa3....", said__vtt=b"WEBVTT\n",
    )[1]  # fmt: skip
    study, faults = read_study(folder)
    assert faults == ()
    found = {(each.medium.of, each.medium.kind): each for each in study.media.media}
    assert {key: each.language for key, each in found.items()} == {
        ("", MediumKind.PICTURE): None,
        ("", MediumKind.SOUND): "en",
        ("", MediumKind.CLIP): "en",
        ("option.agree", MediumKind.PICTURE): None,
    }
    clip = found["", MediumKind.CLIP].medium
    assert clip.transcript == "Did you like it?"
    # Its name is made of what is in it: the same drawing is one file, and other bytes have another name.
    assert len(study.media.files) == 4
    assert study.media.files[str(clip.captions)].name == "said.vtt"


BROKEN = {
    "missing_file": ("questions: {liked: {picture: {file: a.svg, alt: A.}}}", {}, "media/a.svg"),
    "unknown_question": (
        "questions: {lied: {picture: {file: a.svg, alt: A.}}}",
        {"a__svg": DRAWING},
        "Did you mean “liked”?",
    ),
    "unknown_option": (
        "questions: {liked: {options: {agre: {picture: a.svg}}}}",
        {"a__svg": DRAWING},
        "Did you mean “agree”?",
    ),
    "unknown_language": ("questions: {liked: {sound: {pl: a.mp3}}}", {"a__mp3": b"ID3."}, "study.yaml does not list"),
    "too_large": (
        "questions: {liked: {picture: {file: a.svg, alt: A.}}}",
        {"a__svg": DRAWING + b" " * 40_000},
        "40 KB",
    ),
    "bad_name": ("questions: {liked: {picture: {file: ../study.yaml, alt: A.}}}", {}, "cannot be used for “file”"),
    "bad_quote": (
        'questions: {liked: {picture: {file: a.svg, alt: "At {site.name|it}"}}}',
        {"a__svg": DRAWING},
        "without braces",
    ),
    "unknown_key": ("questions: {liked: {picture: {file: a.svg, says: A.}}}", {"a__svg": DRAWING}, "says"),
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_is_wrong_is_said_with_its_place_and_what_to_do(code: str, tmp_path: Path) -> None:
    manifest, files, said = BROKEN[code]
    faults = read(tmp_path, manifest, **files)[0]
    assert [fault.code for fault in faults] == [code]
    assert said in faults[0].sentence
    assert faults[0].file.startswith("smallest/media/")
