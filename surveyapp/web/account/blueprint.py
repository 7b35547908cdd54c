"""The blueprint of the pages of one's own account: signing in and out, and what one signs in with."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint
from flask_babel import format_date

staff = Blueprint("staff", __name__, url_prefix="/staff", template_folder="templates")


@staff.app_template_filter()
def own_day(at: dt.datetime) -> str:
    """The day of something that is of no study, and so of no time zone but the world's."""
    return str(format_date(at.date(), "d MMM yyyy"))
