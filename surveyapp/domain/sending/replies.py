"""What comes back: messages that did not arrive, and people who want no more of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from surveyapp.domain.sending.refusals import Refusal, of_report

STOP_WORDS = frozenset(
    {
        "stop", "unsubscribe", "end", "quit", "cancel",
        "koniec", "rezygnuję", "rezygnuje", "wypisz",
        "ਬੰਦ", "ਰੋਕੋ", "ਸਟਾਪ",
        "بند", "روکیں", "اسٹاپ", "سٹاپ",
    }
)  # fmt: skip
"""Words by which somebody says that they want no more, in English, Polish, Punjabi and Urdu."""

LONGEST_STOP = 200
"""Characters: a line of more says something else."""

LONGEST_HEADER = 2_000
"""Characters of a header that says what a part of an e-mail is: reading it takes time that goes with its square."""

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True)
class MailReply:
    """A message in the mailbox: which of ours it answers (by Message-ID, the nearest first), and whether it says that
    nobody is there (`bounced`), that it did not arrive for another reason (`failed`), or that somebody wants no
    more."""

    about: tuple[str, ...]
    bounced: bool
    stop: bool
    failed: bool = False


def says_stop(text: str) -> bool:
    """Whether somebody's answer is that they want no more: the first line that is not quoted is such a word, alone or
    with `please` or `all`."""
    for line in text.splitlines():
        said = line.strip()
        if not said or said.startswith(">"):
            continue
        if len(said) > LONGEST_STOP:
            return False
        words = [_EDGES.sub("", each).casefold() for each in said.split()]
        words = [each for each in words if each and each not in ("please", "all", "proszę")]
        return len(words) == 1 and words[0] in STOP_WORDS
    return False


def opened(raw: bytes) -> EmailMessage:
    """An e-mail as it came. Raises ValueError where it would take too long to read, and whatever else the library does
    of what is no e-mail."""
    for part in message_from_bytes(raw, policy=policy.compat32).walk():
        for name, said in part.raw_items():
            if name.casefold().startswith("content-") and len(str(said)) > LONGEST_HEADER:
                raise ValueError(name)
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def mail_reply(message: EmailMessage) -> MailReply:
    """What an e-mail in the mailbox is to us. Only what failed in the end came back; what is late did not. Raises
    whatever the library does of what is no e-mail."""
    about = list(_ids(message, "In-Reply-To", "References"))
    report = message.get_content_type() == "multipart/report"
    came: set[Refusal | None] = set()
    if report:
        for part in message.walk():
            if part.get_content_type() == "message/delivery-status":
                blocks = part.get_payload()
                for block in blocks if isinstance(blocks, list) else []:
                    if isinstance(block, Message):
                        said = (str(block.get(each, "")) for each in ("Action", "Status", "Diagnostic-Code"))
                        came.add(of_report(*said))
            elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
                about = [*_original(part), *about]
    bounced, failed = Refusal.NOBODY in came, bool(came - {None, Refusal.NOBODY})
    stop = not report and says_stop(_text(message))
    return MailReply(tuple(dict.fromkeys(about)), bounced, stop, failed and not bounced)


def written_by(message: Message) -> str:
    """The address that an e-mail says it is from, as it stands there: of a header that is malformed its reader raises
    whatever it comes to. Empty where there is none."""
    said = next((str(value) for name, value in message.raw_items() if name.casefold() == "from"), "")
    said = said.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return said.rpartition("<")[2].partition(">")[0].strip()


def _original(part: Message) -> Iterable[str]:
    """The ids of the message that a report is about."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [each for inner in payload if isinstance(inner, Message) for each in _ids(inner, "Message-ID")]
    return re.findall(r"^message-id:\s*(<[^<>\s]+>)", str(payload), re.IGNORECASE | re.MULTILINE)


def _ids(message: Message, *headers: str) -> Iterable[str]:
    for header in headers:
        # The last of the references is the message that was answered.
        yield from reversed(re.findall(r"<[^<>\s]+>", str(message.get(header, ""))))


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        written = str(body.get_content())
    except (LookupError, UnicodeError):
        return ""
    return lines_of(written) if body.get_content_subtype() == "html" else written


_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>|<(?P<ends>/?)(?P<tag>[a-z][a-z0-9]*)[^<>]*>|(?P<said>[^<]{1,2000}|<)",
    re.DOTALL | re.IGNORECASE,
)
"""What a page is made of, each piece gone through once, whatever is left open in it. What mail programs write is read
right; the library's reader takes time that goes with the square of a page, or raises, where somebody means it to."""

_LINES = frozenset(["p", "div", "br", "li", "tr", "table", "h1", "h2", "h3", "blockquote", "hr"])
_UNSEEN = frozenset(["style", "script", "head", "title"])


def lines_of(page: str) -> str:
    """What a page says, in lines; a quotation of what is answered begins each of its lines as in plain text."""
    said: list[str] = []
    unseen = quoted = 0
    for piece in _PIECE.finditer(page):
        text, tag = piece["said"], (piece["tag"] or "").casefold()
        if text is not None:
            if not unseen:
                said.append(re.sub(r"\s+", " ", html.unescape(text)))
            continue
        step = -1 if piece["ends"] else 1
        unseen = max(unseen + step * (tag in _UNSEEN), 0)
        quoted = max(quoted + step * (tag == "blockquote"), 0)
        if tag in _LINES:
            said.append("\n" + "> " * bool(quoted))
    return "".join(said)
