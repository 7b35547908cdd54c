"""`/metrics`: what is measured, for Prometheus on this machine or one that has the token."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request

from surveyapp.services.gauges import Gauges
from surveyapp.watching import meters
from surveyapp.web.shared.incoming import LOOPBACK
from surveyapp.web.shared.runtime import runtime

metrics = Blueprint("metrics", __name__)

TEXT = "text/plain; version=0.0.4; charset=utf-8"

HANDED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via")
"""Headers that a proxy adds. They can make a visitor a stranger, and never one of this machine."""


@metrics.get("/metrics")
def read() -> Response:
    """What was counted by every process of this server, and what stands in the database."""
    if not (_has_token() or _is_this_machine()):
        said = (
            "Ask from this machine itself, past the proxy, or with `Authorization: Bearer` and what "
            "SURVEYAPP_METRICS_TOKEN says.\n"
        )
        return Response(said, 403, mimetype="text/plain")
    gauges = current_app.extensions.setdefault("surveyapp.gauges", Gauges(runtime()))
    return Response(meters.exposition(gauges.readings()), content_type=TEXT)


def _has_token() -> bool:
    token = runtime().settings.metrics_token
    kind, _, sent = request.headers.get("Authorization", "").partition(" ")
    return token is not None and kind.lower() == "bearer" and hmac.compare_digest(sent.encode(), token.encode())


def _is_this_machine() -> bool:
    """Whether whoever is connected to this very server is on its machine, and asked for itself: under the machine's
    own name, and with nothing that a proxy adds. What a header says of an address counts for nothing."""
    before_proxies = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    try:
        peer = ipaddress.ip_address(before_proxies.get("REMOTE_ADDR") or "")
    except ValueError:
        return False
    name = urlsplit(f"//{before_proxies.get('HTTP_HOST') or ''}").hostname
    return peer.is_loopback and name in LOOPBACK and not any(each in request.headers for each in HANDED_ON)
