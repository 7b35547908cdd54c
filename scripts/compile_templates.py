"""Compiles every template for a server that may not write beside the program, as `compileall` does its modules. Of the
installation nothing is read: it may not be there yet."""

import base64
import secrets
from pathlib import Path
from tempfile import gettempdir

from surveyapp import create_app, get_ready
from surveyapp.services import runtime
from surveyapp.settings import from_environment

key = base64.b64encode(secrets.token_bytes(32)).decode()
unused = {
    "SURVEYAPP_SECRET_KEY": secrets.token_hex(32),
    "SURVEYAPP_ACCESS_KEYS": f"unused:{key}",
    "SURVEYAPP_CONTACT_KEYS": f"unused:{key}",
    "SURVEYAPP_AUDIT_KEY": key,
    "SURVEYAPP_DATABASE_URL": f"sqlite:///{Path(gettempdir()) / secrets.token_hex()}",
}
get_ready(create_app(runtime.build(from_environment(unused))))
