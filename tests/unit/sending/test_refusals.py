"""What a server's refusal is of, whoever wrote the server: the address, this message, or us."""

from __future__ import annotations

import pytest

from surveyapp.domain.sending.refusals import Refusal, of_report, refusal

NOBODY, LATER, NEVER, US = Refusal.NOBODY, Refusal.LATER, Refusal.NEVER, Refusal.US

ANSWERS = {
    (421, "4.7.0 too many from you"): (US, US),
    (450, "4.7.1 greylisted"): (LATER, LATER),
    (451, "4.3.0 not now"): (LATER, LATER),
    (452, "no room"): (LATER, LATER),
    (500, "what?"): (US, US),
    (503, "5.5.1 need MAIL first"): (US, US),
    (521, "we take no post"): (US, US),
    (530, "5.7.0 Must issue a STARTTLS command first"): (US, US),
    (550, "5.1.1 no such user"): (NOBODY, NOBODY),
    (550, "5.1.10 null MX"): (NOBODY, NOBODY),
    (501, "5.1.3 bad address"): (NOBODY, NOBODY),
    (550, "#5.1.0 Address rejected."): (NOBODY, NOBODY),
    (550, "5.1.8 Sender's domain does not exist"): (US, US),
    (550, "5.2.1 disabled"): (NEVER, NEVER),
    (550, "5.2.2 mailbox full"): (LATER, LATER),
    (552, "5.2.2 over quota"): (LATER, LATER),
    (552, "5.3.4 too large"): (NEVER, NEVER),
    (550, "5.3.2 not now"): (US, US),
    (550, "5.4.1 Recipient address rejected: Access denied"): (NEVER, NEVER),
    (555, "5.5.2 syntax"): (NEVER, NEVER),
    (553, "5.6.7 no such letters"): (NEVER, NEVER),
    (550, "5.7.1 Relaying denied"): (US, US),
    (550, "5.7.26 Unauthenticated mail\n5.7.26 see elsewhere"): (US, US),
    (554, "5.7.1 this looks like spam"): (US, US),
    (553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"): (US, US),
    (550, "relay not permitted"): (US, US),
    (550, "Sender verify failed"): (US, US),
    (554, "blocked, see spamhaus.org"): (US, US),
    (550, "Unrouteable address"): (NOBODY, NEVER),
    (551, "User not local"): (NOBODY, NEVER),
    (553, "mailbox name not allowed"): (NOBODY, NEVER),
    (556, "takes no mail"): (NOBODY, NEVER),
    (552, "storage exceeded"): (LATER, NEVER),
    (554, "transaction failed"): (NEVER, NEVER),
    (550, ""): (NOBODY, NEVER),
}
"""What a server answers: what it is of to an address, and to the words."""


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_an_answer_is_of(answer: tuple[int, str]) -> None:
    assert (refusal(*answer), refusal(*answer, of_words=True)) == ANSWERS[answer]


REPORTS = {
    ("failed", "5.1.1", ""): NOBODY,
    ("failed", "5.1.1", "smtp; 550 5.7.1 whatever"): NOBODY,
    ("Failed", "5.2.2", ""): LATER,
    ("failed", "5.7.1", ""): US,
    ("failed", "5.0.0", ""): NEVER,
    ("failed", "5.0.0", "smtp; 550 No such user here"): NOBODY,
    ("failed", "5.0.0", "SMTP; 550-5.1.1 nobody\n 550 5.1.1 at all"): NOBODY,
    ("failed", "5.0.0", "smtp; 550 relay not permitted"): US,
    ("failed", "5.0.0", "x-unix; input/output error"): NEVER,
    ("failed", "4.4.7", ""): NEVER,
    ("failed", "4.4.7", "smtp; 451 4.4.1 no answer"): LATER,
    ("failed", "", ""): NEVER,
    ("", "5.1.1", ""): NOBODY,
    ("delayed", "4.4.1", ""): None,
    ("delayed", "5.4.1", ""): None,
    ("delivered", "2.0.0", ""): None,
    ("", "", ""): None,
    ("", "4.2.2", ""): None,
}


@pytest.mark.parametrize("said", REPORTS)
def test_what_a_report_is_of(said: tuple[str, str, str]) -> None:
    assert of_report(*said) == REPORTS[said]
