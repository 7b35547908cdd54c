"""Links and codes: for one person, shown once; for many, as a file; and ending them."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, request, url_for
from flask_babel import ngettext

from surveyapp.domain.errors import InputRefused
from surveyapp.domain.fieldwork.cases import AccessKind
from surveyapp.domain.participants import CONTACT_FIELDS
from surveyapp.domain.staff import Action
from surveyapp.reports.drawing.qr import qr_picture
from surveyapp.reports.files.csv_file import csv_file
from surveyapp.services.participants import bulk_links, roster
from surveyapp.services.participants import links as access_links
from surveyapp.web.manager import forms, views
from surveyapp.web.manager.blueprint import PERSON, manager, page
from surveyapp.web.shared.language import isolated, listed, staff_study
from surveyapp.web.shared.reply import Reply
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.sign_in import current_staff, desk, recently_verified, staff_only
from surveyapp.web.shared.words import worded


@manager.post(f"{PERSON}/<int:touchpoint>/access")
@staff_only
def give(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Makes a link or a code and shows it, this once, with a slip to print."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    try:
        kind = AccessKind(request.form.get("kind", ""))
    except ValueError:
        abort(400)
    claim = "claim" in request.form
    given = access_links.give_out(desk(), study_id, reference, touchpoint, kind, claim=claim)
    address = runtime().settings.public_url + (given.link or url_for("participant.start"))
    return page("slip", given=given, address=address, picture=qr_picture(address))


@manager.route(f"{PERSON}/<int:touchpoint>/end-access", methods=["GET", "POST"])
@staff_only
def end_access(study_id: str, reference: str, touchpoint: int) -> Reply:
    """Ends every link and code of a person at a touchpoint, once that is confirmed."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    if request.method == "POST":
        count = access_links.revoke(desk(), study_id, reference, touchpoint)
        flash(ngettext("%(num)s link or code no longer works.", "%(num)s links and codes no longer work.", count))
        return redirect(url_for("manager.person", study_id=study_id, reference=reference))
    found = roster.person(desk(), study_id, reference)
    case = next((each for each in found.cases if each.touchpoint.number == touchpoint), None)
    if case is None:
        abort(404)
    return page("end_access", person=found, each=case)


@manager.route("/<study_id>/participants/links", methods=["GET", "POST"])
@recently_verified
def links(study_id: str) -> Reply:
    """Links and codes for everyone who can answer a touchpoint, as a file."""
    waiting = bulk_links.waiting(desk(), study_id)
    choices = views.waiting_choices(staff_study(study_id), waiting)
    form = forms.LinksForm(choices)
    if form.validate_on_submit():
        group, _dot, number = (form.touchpoint.data or "").rpartition(".")
        try:
            given = bulk_links.give_out_to_all(
                desk(),
                study_id,
                group,
                int(number) if form.touchpoint.data in choices else 0,
                only_without=not form.everyone.data,
                claim=form.way.data == "passed_on",
            )
        except InputRefused as refused:
            form.touchpoint.errors = [worded(refused.sentence)]
        else:
            known = CONTACT_FIELDS if any(each.contact for each in given) else ()
            response = make_response(
                csv_file(
                    ("reference", "link", "code", *known),
                    [
                        (each.reference, each.link, each.code, *(getattr(each.contact, name) for name in known))
                        for each in given
                    ],
                )
            )
            response.mimetype = "text/csv"
            name = f"{study_id}-{group}-touchpoint-{number}-links.csv"
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
    return page("links", form, choices=choices, packs=_packs(study_id))


def _packs(study_id: str) -> dict[str, dict[str, str]]:
    """For whom a pack can be made, by the title of their group: `backfill.1.Cafe` to words."""
    study, found = staff_study(study_id), dict[str, dict[str, str]]()
    for (group_id, number, site), people in sorted(bulk_links.packs(desk(), study_id).items()):
        group, touchpoint = study.group(group_id), study.touchpoint(group_id, number)
        if group is not None and touchpoint is not None:
            cards = ngettext("%(num)s card", "%(num)s cards", people)
            words = listed([isolated(site), isolated(touchpoint.title), cards])
            found.setdefault(group.title, {})[f"{group_id}.{number}.{site}"] = words
    return found


@manager.post("/<study_id>/participants/pack")
@recently_verified
def pack(study_id: str) -> Reply:
    """Cards for everybody of a site, with a sheet for whoever hands them out. It tells nothing of who has answered."""
    current_staff().check(Action.MANAGE_PARTICIPANTS, study_id)
    group, number, site = [*request.form.get("place", "").split(".", 2), "", ""][:3]
    place = (group, int(number) if number.isascii() and number.isdecimal() and len(number) < 4 else 0, site)
    try:
        cards = bulk_links.pack(desk(), study_id, place)
    except InputRefused as refused:
        flash(worded(refused.sentence))
        return redirect(url_for("manager.links", study_id=study_id))
    start = runtime().settings.public_url + url_for("participant.start")
    return page("pack", site=site, cards=[(each, qr_picture(each.link)) for each in cards], start=start)
