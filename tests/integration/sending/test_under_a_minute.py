"""Out by a code in less than a minute: what stands above each thing that is pressed on the way is little, in every
language that has many words for it, too."""

from __future__ import annotations

import re

from surveyapp import create_app
from surveyapp.services.responses import answering
from surveyapp.services.responses.expected_time import SECONDS_A_WORD
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import interface_catalogues
from tests import factories
from tests.integration.test_answering import walk_to
from tests.phone import Phone
from tests.sending import asked_for, reachable, with_mail

A_PAGE, A_TAP, A_KEY = 1.0, 1.3, 0.5
"""Seconds that each takes; as decision 0101 counts."""

UNSEEN = re.compile(r'<(\w+)[^>]* class="visually-hidden"[^>]*>.*?</\1>', re.DOTALL)


def read(phone: Phone, down_to: str) -> float:
    """Seconds in which a page's own words are read down to what is pressed on it."""
    main = UNSEEN.sub("", phone.page.source.partition("<main")[2])
    above, pressed, _below = main.partition(f">{down_to}</")
    assert pressed, down_to
    return A_PAGE + SECONDS_A_WORD * len(re.findall(r"[^\W_][^\s<>]*", re.sub(r"<[^>]*>", " ", f"<{above}{pressed}")))


def test_after_sending_without_a_pin(runtime: Runtime) -> None:
    runtime = with_mail(runtime)
    app = create_app(runtime)
    needed = {}
    for number, language in enumerate(("en", "pl", "pa", "ur")):
        person = reachable(runtime, number)
        who = factories.by_link(runtime, person)
        answering.give_consent(runtime, who, {"take_part": True})
        walk_to(runtime, who, None, {"attended_readiness_sessions": "no", "placed": "no"})
        answering.submit(runtime, who)
        _known, said, _many = interface_catalogues.spoken(language)
        phone = Phone(runtime, app)
        phone.open(factories.create_link(runtime, person))
        phone.open(f"/survey/done?opened=1&lang={language}")
        seconds = read(phone, said("Stop or withdraw")) + A_TAP
        phone.follow(said("Stop or withdraw"))
        seconds += read(phone, said("Send an e-mail")) + A_TAP
        phone.send(way="email")
        [message] = asked_for(runtime)
        # There and back, down to the line that has the code in it.
        seconds += 2 * A_TAP + SECONDS_A_WORD * len(f"{message.subject} {message.text.partition(chr(10))[0]}".split())
        seconds += read(phone, said("Do it now")) + 3 * A_TAP + 6 * A_KEY
        phone.send(code=message.code, change="withdrawn")
        seconds += read(phone, said("Your answers are withdrawn"))
        needed[language] = seconds
    assert [language for language, seconds in needed.items() if seconds >= 60] == [], needed
