"""The blueprint of the pages of one's own account: signing in and out, and what one signs in with."""

from __future__ import annotations

from flask import Blueprint

staff = Blueprint("staff", __name__, url_prefix="/staff", template_folder="templates")
