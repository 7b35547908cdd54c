"""The person goes on by themselves, within the call: a code that is read out, or a link to send."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.services.fieldwork import calls, switching
from surveyapp.web.interviewer.blueprint import CASE, caller, frame, interviewer, own
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import staff_only

ALPHABET = (
    "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo "
    "Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu"
)
SPELLED = {word[0]: word for word in ALPHABET.split(" ")}
"""How letters are said on the phone in any language (ITU, ICAO)."""


@interviewer.route(f"{CASE}/themselves", methods=["GET", "POST"])
@staff_only
def themselves(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Says what follows, makes the code or link, and shows it once; a code with how each letter is said."""
    who = caller(study_id, reference, touchpoint)
    made = None
    if request.method == "POST":
        kind = AccessKind.LINK if request.form.get("kind") == "link" else AccessKind.CODE
        made = switching.hand_over(runtime(), who, kind)
    public = runtime().settings.public_url
    return render_template(
        "interviewer/themselves.html",
        made=made,
        start=f"{public.partition('://')[2]}/start",
        address=f"{public}{made.given.link}" if made and made.given.link else None,
        spelled=[(each, SPELLED.get(each)) for each in made.given.code] if made and made.given.code else [],
        **frame(calls.opened_case(runtime(), who), who),
    )


@interviewer.post(f"{CASE}/back")
@staff_only
def take_back(study_id: str, reference: str, touchpoint: int) -> Reply:
    """The interviewer goes on with them."""
    switching.take_back(runtime(), caller(study_id, reference, touchpoint))
    flash(_("You go on with them. What they answered by themselves stands."))
    return redirect(own("case"))
