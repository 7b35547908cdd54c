"""GOV.UK Notify against a local server that speaks its documented interface: what is sent, what is refused, what nobody
knows, and what it says when it is asked."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from surveyapp.domain.sending.rules import SendingWay
from surveyapp.services.sending.ways.carrier import CarrierOutcome, OutgoingMessage
from surveyapp.services.sending.ways.notify import Notify, received_texts

SERVICE, SECRET = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
KEY = f"test-{SERVICE}-{SECRET}"
PATHS = {
    "/v2/notifications/email": "email_address",
    "/v2/notifications/sms": "phone_number",
    "/v2/notifications/letter": "personalisation",
}


REFUSALS = {
    "trial@": (400, "BadRequestError", "Can't send to this recipient when service is in trial mode"),
    "team@": (400, "BadRequestError", "Can't send to this recipient using a team-only API key"),
    "frame@": (400, "BadRequestError", "Template not found"),
    "id@": (400, "ValidationError", "template_id is not a valid UUID"),
    "fields@": (400, "BadRequestError", "Missing personalisation: name"),
    "ways@": (400, "BadRequestError", "Service is not allowed to send text messages"),
    "clock@": (403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds"),
    "where@": (404, "NotFound", "The requested URL was not found on the server."),
    "day@": (429, "TooManyRequestsError", "Exceeded send limits (50) for today"),
    "shape@": (400, "ValidationError", "email_address Not a valid email address"),
    "number@": (400, "ValidationError", "phone_number Not enough digits"),
    "abroad@": (400, "BadRequestError", "Cannot send to international mobile numbers"),
    "long@": (400, "BadRequestError", "Content for template has a character count greater than the limit of 918"),
    "line@": (400, "ValidationError", "personalisation address_line_1 is a required property"),
}
"""What it says in refusing, as its documentation has it."""

OF_THIS = {"shape@", "number@", "abroad@", "long@", "line@"}


class Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, NotifyOfTests)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        token = self.headers["Authorization"].removeprefix("Bearer ")
        if jwt.decode(token, SECRET, algorithms=["HS256"])["iss"] != SERVICE:
            self.say(403, {"errors": [{"error": "AuthError", "message": "Invalid token"}]})
            return
        if self.path == "/elsewhere":
            server.got.append(asked)
        to = str(asked.get("email_address", asked.get("phone_number", "")))
        if to.startswith("moved"):
            self.send_response(307)
            self.send_header("Location", f"{server.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        for word, (status, error, said) in REFUSALS.items():
            if to.startswith(word):
                self.say(status, {"status_code": status, "errors": [{"error": error, "message": said}]})
                return
        for word, status in (("bad", 400), ("busy", 429), ("broken", 500)):
            if to.startswith(word):
                if word == "broken":
                    server.got.append(asked)
                self.say(status, {"errors": [{"error": "x", "message": "y"}]})
                return
        assert PATHS[self.path] in asked
        server.got.append(asked)
        if to.startswith("cut"):
            self.close_connection = True
            return
        self.say(201, {"id": str(uuid.uuid4()), "reference": asked["reference"]})

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, NotifyOfTests)
        if self.path.startswith("/v2/received-text-messages"):
            came = {"created_at": "2026-06-15T10:30:00.000000Z", "user_number": "447700900142", "content": "STOP"}
            self.say(200, {"received_text_messages": [came]})
            return
        [wanted] = parse_qs(urlsplit(self.path).query)["reference"]
        found = [{"id": "theirs", "status": server.status} for each in server.got if each["reference"] == wanted]
        self.say(200, {"notifications": found})

    def say(self, status: int, body: Any) -> None:
        made = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(made)))
        self.end_headers()
        self.wfile.write(made)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class NotifyOfTests(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.got: list[dict[str, Any]] = []
        self.status = "delivered"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture(scope="module")
def server() -> Iterator[NotifyOfTests]:
    with NotifyOfTests() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def message(to: str = "", **more: Any) -> OutgoingMessage:
    usual = {"key": uuid.uuid4().hex, "subject": "Hello", "text": "All of it", "short": "Short"}
    return OutgoingMessage(to=to, **(usual | more))


@pytest.mark.parametrize(
    ("to", "outcome"),
    [
        ("here@example.org", CarrierOutcome.SENT),
        ("bad@example.org", CarrierOutcome.REFUSED),
        ("busy@example.org", CarrierOutcome.DOWN),
        ("broken@example.org", CarrierOutcome.UNCERTAIN),
        ("cut@example.org", CarrierOutcome.UNCERTAIN),
    ],
)
def test_what_it_says_is_what_came_of_it(server: NotifyOfTests, to: str, outcome: CarrierOutcome) -> None:
    notify = Notify(KEY, server.url, SendingWay.EMAIL, "t")
    sent = message(to)
    assert notify.hand_over(sent).outcome is outcome
    known = notify.look_up(sent.key)
    went = outcome in (CarrierOutcome.SENT, CarrierOutcome.UNCERTAIN)
    assert known is not None
    assert known.outcome is (CarrierOutcome.SENT if went else CarrierOutcome.NOT_TAKEN)
    notify.close()


@pytest.mark.parametrize("word", REFUSALS)
def test_where_it_is_us_whom_it_refuses_nobody_is_given_up(server: NotifyOfTests, word: str) -> None:
    notify = Notify(KEY, server.url, SendingWay.EMAIL, "t")
    came = notify.hand_over(message(f"{word}example.org")).outcome
    notify.close()
    assert came is (CarrierOutcome.REFUSED if word in OF_THIS else CarrierOutcome.DOWN)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("created", CarrierOutcome.SENT),
        ("delivered", CarrierOutcome.SENT),
        ("permanent-failure", CarrierOutcome.NO_SUCH_ADDRESS),
        ("temporary-failure", CarrierOutcome.REFUSED),
        ("technical-failure", CarrierOutcome.REFUSED),
        ("validation-failed", CarrierOutcome.REFUSED),
    ],
)
def test_what_did_not_arrive_is_not_looked_up_as_sent(
    server: NotifyOfTests, status: str, outcome: CarrierOutcome
) -> None:
    notify, sent = Notify(KEY, server.url, SendingWay.EMAIL, "t"), message("cut@example.org")
    notify.hand_over(sent)
    server.status = status
    found = notify.look_up(sent.key)
    notify.close()
    assert found is not None
    assert found.outcome is outcome


def test_what_is_for_it_goes_nowhere_else(server: NotifyOfTests) -> None:
    sent = message("moved@example.org")
    assert Notify(KEY, server.url, SendingWay.EMAIL, "t").hand_over(sent).outcome is CarrierOutcome.UNCERTAIN
    assert sent.key not in [each["reference"] for each in server.got]


def test_texts_and_letters_go_as_it_wants_them(server: NotifyOfTests) -> None:
    assert (
        Notify(KEY, server.url, SendingWay.TEXT, "t").hand_over(message("+447700900142")).outcome is CarrierOutcome.SENT
    )
    assert server.got[-1]["personalisation"] == {"body": "Short"}
    nine = tuple(f"Line {number}" for number in range(1, 10))
    letter = Notify(KEY, server.url, SendingWay.LETTER, "t").hand_over(message(address=nine))
    assert letter.outcome is CarrierOutcome.SENT
    said = server.got[-1]["personalisation"]
    assert [said[f"address_line_{number}"] for number in range(1, 8)] == [*nine[:6], "Line 7, Line 8, Line 9"]
    assert said["body"] == "All of it"


def test_one_that_is_not_there_is_down() -> None:
    notify = Notify(KEY, "http://127.0.0.1:9", SendingWay.EMAIL, "t", timeout=2)
    assert notify.hand_over(message("a@example.org")).outcome is CarrierOutcome.DOWN
    assert notify.look_up("x") is None
    assert received_texts(KEY, "http://127.0.0.1:9", timeout=2) is None


def test_texts_that_came_in_are_read(server: NotifyOfTests) -> None:
    [(at, number, said)] = received_texts(KEY, server.url) or []
    assert (at.isoformat(), number, said) == ("2026-06-15T10:30:00+00:00", "+447700900142", "STOP")
