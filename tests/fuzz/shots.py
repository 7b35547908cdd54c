"""How a request goes wrong: each way takes a visitor and makes one request of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote_plus, urlencode

from tests.fuzz import values
from tests.fuzz.browser import FORM, PageForm, Sent, forms_of, to
from tests.fuzz.world import TALK, Visitor, World, sensible

Way = Callable[[World, Visitor, random.Random], Sent]

STAFF = ("/staff", "/manage", "/interviews", "/results")

AUDIENCES = {
    "interviewer": ("/interviews", "/interviews", "/staff/password"),
    "supervisor": ("/interviews",),
    "evaluator": ("/results", "/manage/<study_id>/questionnaires"),
    "manager": ("/manage",),
    "program": ("/api",),
}
"""Where those work who do one thing."""

BOUNDARY = "----fuzz"


def an_address(world: World, visitor: Visitor, random_: random.Random) -> Sent:
    """Any address, a segment or the query of it hostile, or bytes that are no text in it."""
    drafts = visitor.browser.application is world.drafts
    rules = world.places(world.drafts if drafts else world.app)
    if not drafts and random_.random() < 0.7:
        rules = [rule for rule in rules if rule.rule.startswith(audience_of(visitor))]
    rule = random_.choice(rules)
    share = random_.choice((0.0, 0.3, 0.6))

    def broken(name: str) -> str | None:
        hostile = random_.random() < share
        return values.in_path(values.hostile(random_)[:5000]) if hostile else _own(visitor, name, random_)

    sent = to(world.address_of(rule, broken))
    path = sent.path
    if random_.random() < 0.12:
        at = random_.randrange(len(path) + 1)
        path = path[:at] + random_.choice(values.RAW_PIECES) + path[at:]
    own = tuple(rule.arguments)
    asked = values.query(random_, own) if random_.random() < 0.7 else ""
    if path.startswith(b"/interviews/") and random_.random() < 0.6:
        asked = f"{TALK[1:]}&{asked}".strip("&")
    return replace(sent, path=path, query=asked)


def a_form(world: World, visitor: Visitor, random_: random.Random) -> Sent:
    """A form of a page this visitor sees, fields of it hostile."""
    form = _form(world, visitor, random_)
    if form is None:
        return an_address(world, visitor, random_)
    return _encoded(form, _changed(form, random_), visitor.browser.says, random_)


def a_body(world: World, visitor: Visitor, random_: random.Random) -> Sent:
    """A form's address with a body that is no form, or not the one it says it is. The token is in the header, so that
    it is the page that meets the body."""
    form = _form(world, visitor, random_)
    token = next((value for name, value in form.values if name == "csrf_token"), "") if form else ""
    action = form.action if form else "/start"
    headers = visitor.browser.says
    if random_.random() < 0.9:
        headers += (("X-CSRFToken", token),)
    sent = to(
        action,
        method="POST",
        headers=headers,
        body=random_.choice(values.BODIES),
        content_type=random_.choice((FORM, f"multipart/form-data; boundary={BOUNDARY}", *values.CONTENT_TYPES)),
    )
    if form and random_.random() < 0.4:
        sent = _uploads(form, sent, random_)
    if random_.random() < 0.25:
        sent = replace(sent, length=random_.choice(values.LENGTHS))
    return sent


def a_header(world: World, visitor: Visitor, random_: random.Random) -> Sent:
    """A request like any, with headers or a host that are not."""
    sent = random_.choice((an_address, a_form))(world, visitor, random_)
    headers = list(sent.headers)
    for _ in range(random_.choice((1, 1, 2))):
        match random_.randrange(4):
            case 0:
                sent = replace(sent, host=random_.choice(values.HOSTS))
            case 1:
                headers.append(("Accept-Language", random_.choice(values.ACCEPTED_LANGUAGES)))
            case 2:
                name, written = random_.choice(values.OTHER_HEADERS)
                headers = [each for each in headers if each[0] != name]
                headers.append((name, random_.choice(written)))
            case 3:
                headers.append(("Cookie", random_.choice(values.COOKIES)))
    return replace(sent, headers=tuple(headers))


def a_method(world: World, visitor: Visitor, random_: random.Random) -> Sent:
    """A request by a method that nobody takes there."""
    sent = random_.choice((an_address, a_form))(world, visitor, random_)
    return replace(sent, method=random_.choice(values.METHODS))


WAYS: tuple[tuple[Way, int], ...] = ((a_form, 42), (an_address, 28), (a_body, 12), (a_header, 12), (a_method, 6))


def audience_of(visitor: Visitor) -> tuple[str, ...]:
    """How the addresses begin that are meant for them."""
    return AUDIENCES.get(visitor.name, STAFF if visitor.home.startswith("/staff") else ("/survey", "/start", "/s/"))


def _form(world: World, visitor: Visitor, random_: random.Random) -> PageForm | None:
    """A form that really stands on a page of theirs."""
    for _ in range(6):
        url = _page(world, visitor, random_)
        try:
            here, received = visitor.browser.open(url)
        except AssertionError:
            continue
        found = [form for form in forms_of(received, here) if form.action != "/staff/logout" or random_.random() < 0.05]
        posts = [form for form in found if form.method == "POST"]
        if posts or found:
            # A page's own form stands after those of the frame.
            weights = [len(form.fields) ** 2 + 0.1 for form in posts or found]
            return random_.choices(posts or found, weights)[0]
    return None


def _own(visitor: Visitor, name: str, random_: random.Random) -> str | None:
    """The handle of a participant's own pages, but now and then."""
    return visitor.handle if name == "handle" and random_.random() < 0.9 else None


def _page(world: World, visitor: Visitor, random_: random.Random) -> str:
    if random_.random() < 0.25 or visitor.name == "nobody":
        return visitor.home
    drafts = visitor.browser.application is world.drafts
    rules = [rule for rule in world.places(world.drafts if drafts else world.app) if "GET" in (rule.methods or ())]
    rule = random_.choice([rule for rule in rules if drafts or rule.rule.startswith(audience_of(visitor))])
    if rule.endpoint == "participant.leave":
        return visitor.home
    url = world.address_of(rule, lambda name: _own(visitor, name, random_))
    if visitor.home == "/survey" and "/q/" in url:
        return random_.choice((url, visitor.home))
    if url.startswith("/interviews/"):
        opened = random_.random() < 0.8
        url = world.address_of(rule, lambda name: _held(world, visitor, name) if opened else None)
        outcome = f"&outcome={random_.choice(('callback', 'refused', 'no_answer', 'appointment'))}"
        return url + TALK + (outcome if url.endswith("/end") else "")
    return url


def _held(world: World, visitor: Visitor, name: str) -> str | None:
    """What stands in the address of the case that this interviewer holds."""
    held = world.holds.get(visitor.name)
    if held is None:
        return None
    return {"study_id": held.study, "reference": held.reference, "touchpoint": "1"}.get(name)


def _changed(form: PageForm, random_: random.Random) -> list[tuple[str, str]]:
    pairs = list(form.values)
    if random_.random() < 0.6:
        chosen = sensible(form)
        pairs = [pair for pair in pairs if pair[0] not in chosen] + list(chosen.items())
    names = [name for name in form.fields if name != "csrf_token"] or ["nothing"]
    for _ in range(random_.choice((0, 1, 1, 1, 2, 3, len(names)))):
        name = random_.choice(names)
        match random_.randrange(12):
            case 0:
                pairs = [pair for pair in pairs if pair[0] != name]
            case 1:
                pairs.append((name, values.hostile(random_)))
            case 2:
                pairs.append((random_.choice(values.NAMES), values.hostile(random_)))
            case 3 if name in form.choices:
                pairs.append((name, random_.choice(form.choices[name])))
            case 4:
                pairs.append((f"{name}{random_.choice((':day', ':month', ':year', ':note', ':', '[]'))}", "1"))
            case _:
                pairs = [pair for pair in pairs if pair[0] != name] + [(name, values.hostile(random_))]
    return pairs


def _encoded(
    form: PageForm, pairs: list[tuple[str, str]], headers: tuple[tuple[str, str], ...], random_: random.Random
) -> Sent:
    action = form.action
    if form.method == "GET":
        return to(action.partition("?")[0] + "?" + urlencode(pairs))
    if random_.random() < 0.1:
        more = values.query(random_)
        action += ("&" if "?" in action else "?") + more
    if random_.random() < 0.1:
        headers += (("Accept", "application/json"),)
    if form.multipart or random_.random() < 0.2:
        body = _multipart([(name, value, None) for name, value in pairs])
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return to(action, method="POST", headers=headers, body=body, content_type=kind)
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()
    if random_.random() < 0.05:
        body += b"&%ff=%fe&a=%00&" + random_.choice(values.RAW_PIECES)
    return to(action, method="POST", headers=headers, body=body, content_type=FORM)


def _multipart(parts: list[tuple[str, str, str | None]]) -> bytes:
    """A multipart body of (name, value, file name or None)."""
    made = b""
    for name, value, file_name in parts:
        file = "" if file_name is None else f'; filename="{file_name}"\r\nContent-Type: text/csv'
        made += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'.encode()
    return made + f"--{BOUNDARY}--\r\n".encode()


def _uploads(form: PageForm, sent: Sent, random_: random.Random) -> Sent:
    """Files where text is wanted, and text where a file is; sometimes cut off in the middle."""
    parts: list[tuple[str, str, str | None]] = []
    for name in form.fields:
        value = next((value for key, value in form.values if key == name), "")
        if name == "csrf_token":
            parts.append((name, value, None))
        elif random_.random() < 0.6:
            file_name = random_.choice((None, "list.csv", "", "../../x", f'"><b id={values.MARK}>', "é\x00"))
            parts.append((name, random_.choice((value, values.hostile(random_), _list(random_))), file_name))
    body = _multipart(parts)
    if random_.random() < 0.3:
        body = body[: random_.randrange(len(body) + 1)]
    return replace(sent, body=body, content_type=f"multipart/form-data; boundary={BOUNDARY}")


def _list(random_: random.Random) -> str:
    """A file of people, hostile in places."""
    columns = ["reference", "group", "enrolled_on", "name", "phone", "email", "site"]
    lines = [",".join(columns)]
    for number in range(random_.choice((1, 3))):
        row = [f"BF-9{number}", "backfill", "2026-06-01", "Somebody", "07700 900142", "a@example.org", ""]
        row[random_.randrange(len(row))] = '"' + values.hostile(random_)[:3000].replace('"', '""') + '"'
        lines.append(",".join(row))
    return "\n".join(lines)
