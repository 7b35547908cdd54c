"""How a page of somebody's is served: what stands behind it, at which address it is, and how it is shown.

What stands behind says where somebody is and takes what they say: one stores it (`stored`), one only previews it
(`surveyapp.web.preview.phone`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Concatenate, Protocol, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session
from flask_babel import gettext as _

from surveyapp.domain.answering.saves import Meanwhile, meanwhile
from surveyapp.domain.fieldwork.cases import ANSWERABLE
from surveyapp.domain.instrument.kinds import Form
from surveyapp.domain.instrument.routing import Page
from surveyapp.domain.responses import RecordedAnswer
from surveyapp.services.cases.next_time import NextTime
from surveyapp.services.responses.expected_time import ExpectedTime
from surveyapp.services.responses.survey_session import Visit
from surveyapp.services.security.kept_forms import KeptForm
from surveyapp.web.shared import static_files
from surveyapp.web.shared.reply import Reply


class AnswersContested(Exception):
    """Somebody else answered since the page was shown: theirs stands (`stands`), and both are in the history."""

    def __init__(self, stands: Mapping[str, RecordedAnswer]) -> None:
        super().__init__(", ".join(stands))
        self.stands = stands


class Backend(Protocol):
    """What stands behind somebody's pages for one request. `told`: what their templates are told besides."""

    told: Mapping[str, Any]

    @property
    def handle(self) -> str | None:
        """All that tells the addresses of their pages from anybody else's; None: they hold more than that."""

    def here(self, place: str) -> Visit:
        """Where they are, as the page `place` is to show it, in the language chosen by now."""

    def page(self, here: Visit, page_id: str) -> Page | None:
        """The question page, if they may be on it."""

    def beside(self, here: Visit, page_id: str) -> tuple[Page | None, Page | None]:
        """The pages that Back and Continue lead to from one; None: to what comes before or after all questions."""

    def may_check(self, here: Visit) -> bool:
        """Whether the check page is open to them."""

    def asks_first(self, here: Visit) -> bool:
        """Whether something is asked before the first question on this device."""

    def address(self, place: str, here: Visit | None = None, **values: Any) -> str:
        """Where a page is, for somebody who is `here` by now."""

    def expected_time(self, here: Visit) -> ExpectedTime:
        """How long the questions take."""

    def language_chosen(self) -> bool:
        """Takes up the language whose button sent the form, if one did."""

    def give_consent(self, agreed: Mapping[str, bool]) -> Visit:
        """Takes what was said of each purpose. Raises StateRefused."""

    def answer(self, page_id: str, form: Form, *, passing: bool) -> Visit:
        """Takes a page's answers, given in the language it was shown in; `passing`: by going elsewhere than on, which
        passes over nothing. Raises AnswersRefused, NotOnRoute,
        AlreadySubmitted, ConsentMissing, StateRefused, AnswersContested."""

    def asked_again(self, here: Visit) -> NextTime | None:
        """When they are asked again; None: they are not, or it is not known yet."""

    def kept(self) -> KeptForm | None:
        """What they had typed on this page when their session ended, if it was not sent since."""

    def submit(self) -> None:
        """Takes all of it as final. Raises Unfinished, ConsentMissing, StateRefused."""


FILLED = "filled"
"""In the session: a page's address and how it was filled in, from one language to another."""

B = TypeVar("B")

PageRule = tuple[str, str, Callable[Concatenate[B, ...], Reply]]
"""A method, what follows the prefix of its address, and a page of such a backend."""


def serve(blueprint: Blueprint, prefix: str, backend_of: Callable[[str], B], rules: Iterable[PageRule[B]]) -> None:
    """Serves pages from a blueprint, each under its function's name. A page is given the backend of the handle that its
    address names, and what else that names."""

    def add(method: str, path: str, page: Callable[Concatenate[B, ...], Reply]) -> None:
        def handler(handle: str, **named: Any) -> Reply:
            return page(backend_of(handle), **named)

        blueprint.add_url_rule(prefix + path, page.__name__, handler, methods=[method])

    for rule in rules:
        add(*rule)


def show(backend: Backend, name: str, here: Visit, **context: Any) -> str:
    """A page of somebody's study. `to` finds the others."""

    def to(place: str, **values: Any) -> str:
        return backend.address(place, here, **values)

    context.setdefault("note", note_named(request.args.get("note"), here))
    if name in ("consent", "begin") or (name == "question" and not has_begun(here)):
        static_files.take_time()
    named = {"visit": here, "study": here.study, "begun": has_begun(here), "to": to}
    return render_template(f"participant/{name}.html", **named, **backend.told, **context)


def again(address: str, filled: Any = None) -> Reply:
    """Leads to a page once more, in the language that was just chosen on it, to be `filled` in as it was (briefly: it
    travels in the session). A page in answer to what was sent, a browser that comes back to it would ask for again."""
    session[FILLED] = [urlsplit(address).path, filled]
    return redirect(address)


def filled_in() -> Any:
    """How the page that is asked for was filled in when another language was chosen on it, told once. None: it was
    not."""
    address, filled = session.pop(FILLED, ("", None))
    return filled if address == request.path else None


def has_begun(here: Visit) -> bool:
    """Whether an answer is stored, so that there is something of theirs."""
    return here.response is not None and bool(here.response.revision)


def note_named(name: str | None, here: Visit) -> str | None:
    """What a page tells whoever is `here` besides; None where there is nothing of that name."""
    if name == "late":
        return (
            None
            if here.state in ANSWERABLE
            else _came_late(meanwhile(here.state, here.participant.stopped_at is not None))
        )
    return _NOTES.get(name or "", lambda: None)()


def _came_late(why: Meanwhile) -> str | None:
    match why:
        case Meanwhile.WITHDREW:
            return None  # nothing is kept
        case Meanwhile.SENT:
            return _(
                "What you answered here last is not among your answers: they had been sent already. It is kept for "
                "those who look after this study, and for nobody else."
            )
        case Meanwhile.CLOSED:
            return _(
                "What you answered here last is not among your answers: the time for them was over. It is kept for "
                "those who look after this study, and for nobody else."
            )
        case Meanwhile.STOPPED:
            return _(
                "What you answered here last is not among your answers: you had stopped before. It is kept for those "
                "who look after this study, and for nobody else."
            )
        case _:
            return _(
                "What you answered here last is not among your answers: these questions were no longer open to you. "
                "It is kept for those who look after this study, and for nobody else."
            )


_NOTES: Mapping[str, Callable[[], str | None]] = {
    "back": lambda: _("Welcome back. Your answers are saved. Go on from here."),
    "kept": lambda: _("This is what you had written here. It is not saved yet: go on, and it is."),
    "moved": lambda: _("That question is not the one to answer now. Go on from here."),
    "nothing": lambda: _("There is nothing of yours here yet. That changes with the first answer that is saved."),
    "shut": lambda: _(
        "What you came for needs a PIN or a code, and at the moment you can have neither here. Ask us, and we do it "
        "for you: you find us at the bottom of this page."
    ),
    "ended": lambda: _("This page was open too long, so it was not saved. Nothing you wrote is lost: choose Continue."),
}
