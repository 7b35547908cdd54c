"""A real OpenID Connect provider on loopback: npm's oidc-provider, which `scripts/provision.sh` puts into `.oidc/`."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from surveyapp.environment.outside import SignInProvider
from surveyapp.settings import ROOT

MODULES = ROOT / ".oidc" / "node_modules"
SECRET = "a secret that only the tests know"


@dataclass(frozen=True)
class RunningProvider:
    """Where it is, and as whom it signs people in."""

    issuer: str

    @property
    def settings(self) -> SignInProvider:
        return SignInProvider(self.issuer, "shiftline", SECRET, "Council account")

    def means(self, sub: str, email: str, *, verified: bool = True, amr: str = "", acr: str = "") -> None:
        """From now on it signs in this person, in this way."""
        said = {"sub": sub, "email": email, "verified": "yes" if verified else "no", "amr": amr, "acr": acr}
        urllib.request.urlopen(f"{self.issuer}/as?{urllib.parse.urlencode(said)}", timeout=5).close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def running(redirect_uri: str) -> Iterator[RunningProvider]:
    """The provider, while it is needed. Without node or the module the test is skipped, but fails where CI=true."""
    node = shutil.which("node")
    if node is None or not (MODULES / "oidc-provider").is_dir():
        reason = "node and oidc-provider are not there (scripts/provision.sh installs it), so this cannot be tried."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    script = Path(__file__).with_name("openid_provider.mjs")
    command = [node, str(script), str(MODULES), str(port), redirect_uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().strip() == "ready"
            yield RunningProvider(f"http://localhost:{port}")
        finally:
            process.terminate()
