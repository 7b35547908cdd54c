"""QR codes, as pictures a page can hold without leaving the site or loosening its Content-Security-Policy."""

from __future__ import annotations

import segno


def qr_picture(text: str) -> str:
    """The `src` of an image: a QR code as SVG in a data URI, dark on white whatever the page's colours, because many
    cameras do not read one the other way round."""
    return _code(text).svg_data_uri(scale=4, border=4, dark="#000", light="#fff")


def qr_drawing(text: str) -> str:
    """The same as SVG for paper, without the white around it: whoever sets it leaves room."""
    return _code(text).svg_inline(border=0, dark="#000")


def _code(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)
