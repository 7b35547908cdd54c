"""What comes back: messages that did not arrive, and people who want no more of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage, Message

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

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True)
class MailReply:
    """A message in the mailbox: which of ours it answers (by Message-ID, the nearest first), and whether it says that
    it did not arrive for good, or that somebody wants no more."""

    about: tuple[str, ...]
    bounced: bool
    stop: bool


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


def mail_reply(message: EmailMessage) -> MailReply:
    """What an e-mail in the mailbox is to us. Only what failed for good (status 5) came back; what is late did not."""
    about = list(_ids(message, "In-Reply-To", "References"))
    report = message.get_content_type() == "multipart/report"
    statuses: list[str] = []
    if report:
        for part in message.walk():
            if part.get_content_type() == "message/delivery-status":
                blocks = part.get_payload()
                for block in blocks if isinstance(blocks, list) else []:
                    if isinstance(block, Message) and block.get("Status"):
                        statuses.append(str(block["Status"]).strip())
            elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
                about = [*_original(part), *about]
    bounced = report and any(each.startswith("5") for each in statuses)
    return MailReply(tuple(dict.fromkeys(about)), bounced, not report and says_stop(_text(message)))


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
