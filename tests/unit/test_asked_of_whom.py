"""Whether somebody may do something is asked of whom it is done to.

A role is of the people of one site or of all. `may` and `check` ask whether there is anybody at all to whom it may be
done: that opens a page or a list, and says nothing of the person on it. Those are found in the scope of all that is
done to them (`Desk.scope`), or asked for by themselves (`may_of`, `check_of`). What is everybody's asks for everybody
(`check_everywhere`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from surveyapp.settings import ROOT

OF_NOBODY = {
    # Pages and notes about a study, its questionnaires, its releases; one's own lists, files and purposes.
    "exports/answers.py may_export": "EXPORT_ANSWERS",
    "exports/pages.py columns": "SEE_QUESTIONNAIRES",
    "lists/imports.py begin": "MANAGE_PARTICIPANTS",
    "open_answers/reading.py purpose_of": "READ_WORDS",
    "open_answers/reading.py say_purpose": "READ_WORDS",
    "progress/month.py took": "SEE_STANDING",
    "questionnaires/catalogue.py catalogue": "SEE_QUESTIONNAIRES",
    "questionnaires/versions.py version_states": "SEE_QUESTIONNAIRES",
    "results/releasing/released.py releases": "SEE_RELEASES",
    "results/releasing/released.py pages": "SEE_RELEASES",
    "results/releasing/released.py _release": "SEE_RELEASES",
    "results/taking.py took": "SEE_RESULTS",
    "results/taking.py took_release": "SEE_RELEASES",
    "security/audit_reading.py trail": "READ_AUDIT",
    "security/guesses.py _check": "MANAGE_PARTICIPANTS",
    "sending/taking.py trial": "MANAGE_PARTICIPANTS",
    "staff/accounts.py check_holds": "HOLD_ACCOUNTS",
    "staff/granting.py _check_gives": "GRANT_ROLES",
    "programs/documents.py studies": "NEEDS[each]",
    # Whether there is a scope to look for people in: it is looked in then.
    "fieldwork/call_queue.py held_back": "action",
    "fieldwork/call_queue.py _studies": "INTERVIEW",
    "fieldwork/referrals.py _seen": "action",
    "participants/bulk_links.py _made": "SEE_CONTACTS",
    "participants/roster.py those": "action",
    "reporting/reports.py material": "SEE_RESULTS",
}
"""Where in the services an action is asked of nobody in particular, and which. Whoever adds one says here why that is
enough; of a participant it never is."""


def asked() -> Iterator[tuple[str, str]]:
    services = ROOT / "surveyapp" / "services"
    for path in sorted(services.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and path.name != "work.py":
                where = f"{path.relative_to(services).as_posix()} {function.name}"
                yield from ((where, action) for action in actions(function))


def actions(function: ast.FunctionDef) -> Iterator[str]:
    """What a function asks of nobody in particular."""
    for each in ast.walk(function):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in ("may", "check"):
            written = ast.unparse(each.args[0]) if each.args else ""
            if "action" in written.lower() or "DECIDES" in written or "NEEDS" in written:
                yield written.removeprefix("Action.")


def test_an_action_is_asked_of_whom_it_is_done_to() -> None:
    assert set(asked()) == set(OF_NOBODY.items())
