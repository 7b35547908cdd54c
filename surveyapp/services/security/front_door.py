"""Whether one gets in by the address that people are given, as somebody from outside would."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import ssl


def meet(host: str, port: int) -> tuple[int, dt.datetime]:
    """The status that `/health/live` answers over HTTPS, and until when the certificate is good. Raises OSError, of
    which SSLCertVerificationError is one."""
    try:
        with contextlib.closing(
            http.client.HTTPSConnection(host, port, timeout=5, context=ssl.create_default_context())
        ) as door:
            door.request("GET", "/health/live")
            certificate = door.sock.getpeercert() or {}
            status = door.getresponse().status
    except (http.client.HTTPException, UnicodeError) as error:
        # A name that cannot be one of a machine is refused here, or when it is encoded to be asked for.
        raise OSError(str(error)) from error
    return status, dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), dt.UTC)
