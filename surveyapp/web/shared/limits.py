"""How often one address may try things that could be guessed."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address)

GUESSABLE = "20 per minute;200 per hour"
"""For typed codes and passwords. Accounts have their own limit besides."""
