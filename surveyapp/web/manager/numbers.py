"""Wrong numbers: whom nobody calls until somebody puts the number right."""

from __future__ import annotations

from surveyapp.domain.fieldwork.call_stand import CallHold
from surveyapp.domain.staff import Action
from surveyapp.services.fieldwork import call_queue
from surveyapp.web.manager.blueprint import manager, page
from surveyapp.web.shared.incoming import whole_number
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.sign_in import desk, staff_only


@manager.get("/<study_id>/numbers")
@staff_only
def numbers(study_id: str) -> Reply:
    """Everybody whose number was wrong, longest ago first; each leads to where it is put right."""
    number = max(whole_number("page") or 1, 1)
    count, lines = call_queue.held_back(desk(), Action.MANAGE_PARTICIPANTS, study_id, CallHold.NUMBER, number)
    pages = max(1, -(-count // call_queue.PER_PAGE))
    return page("numbers", lines=lines, count=count, number=number, pages=pages)
