"""What a handler gives back."""

from __future__ import annotations

from werkzeug.wrappers import Response

Reply = str | Response | tuple[str, int]
"""A page, a redirect or a file, or a page with a status."""
