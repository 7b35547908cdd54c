"""gunicorn's way in: `gunicorn wsgi:app`."""

import os

from surveyapp import create_app
from surveyapp.services import instruments, runtime
from surveyapp.settings import from_environment

_runtime = runtime.build(from_environment(os.environ))
instruments.check_frozen(_runtime)
app = create_app(_runtime)
