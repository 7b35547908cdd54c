"""An OpenID Connect provider on loopback that says whatever a test has it say: what no honest one would."""

from __future__ import annotations

import contextlib
import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from surveyapp.environment.outside import SignInProvider

SECRET = "a secret that only the tests know, and the posing one"


def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


@dataclass
class PosingProvider:
    """Where it is, what it says of itself, and the ID token that it gives whoever brings a code."""

    issuer: str
    key: RSAKey = field(default_factory=_key)
    said: dict[str, Any] = field(default_factory=dict)
    """What its metadata say in place of what is right."""
    id_token: str | None = None
    token_moved: bool = False
    """It sends whoever brings a code, and our secret, on to another address."""
    handed: list[str] = field(default_factory=list)
    """What arrived there."""

    @property
    def settings(self) -> SignInProvider:
        return SignInProvider(self.issuer, "shiftline", SECRET, "Council account")

    def claims(self, asked_with: str, **others: Any) -> dict[str, Any]:
        """Those of a token that is right, but for `others`; None takes one out."""
        now = int(time.time())
        right = {
            "iss": self.issuer,
            "aud": "shiftline",
            "sub": "u-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked_with,
        }
        said = right | {"email": "manager@example.org", "email_verified": True, "amr": ["mfa"]} | others
        return {name: value for name, value in said.items() if value is not None}

    def signed(self, claims: dict[str, Any], key: RSAKey | None = None, **header: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"} | header, claims, key or self.key)

    def metadata(self) -> dict[str, Any]:
        right = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            # All that could be said there: what is taken is not for it to say.
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return right | self.said


def unsigned(claims: dict[str, Any]) -> str:
    """A token whose header says that nothing signs it."""
    return f"{_parts({'alg': 'none', 'typ': 'JWT'}, claims)}."


def by_secret(claims: dict[str, Any], secret: bytes) -> str:
    """A token signed with something that both sides know, or that everybody does (made by hand: libraries refuse)."""
    parts = _parts({"alg": "HS256", "kid": "one"}, claims)
    return f"{parts}.{_coded(hmac.digest(secret, parts.encode(), 'sha256'))}"


def _parts(*parts: dict[str, Any]) -> str:
    return ".".join(_coded(json.dumps(each).encode()) for each in parts)


def _coded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@contextlib.contextmanager
def posing() -> Iterator[PosingProvider]:
    """One, while it is needed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": one.metadata(), "/keys": _keys(one)}
            self._say(200 if self.path in pages else 404, pages.get(self.path, {}))

        def do_POST(self) -> None:
            brought = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if self.path == "/moved":
                one.handed.append(brought + self.headers.get("Authorization", ""))
            elif one.token_moved:
                self._say(307, {}, Location=f"{one.issuer}/moved")
                return
            given = {"access_token": "x", "token_type": "Bearer"}
            self._say(200, given | ({"id_token": one.id_token} if one.id_token else {}))

        def _say(self, status: int, said: dict[str, Any], **headers: str) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    one = PosingProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _keys(one: PosingProvider) -> dict[str, Any]:
    return {"keys": [one.key.as_dict(private=False)]}
