"""gunicorn's way in: `gunicorn wsgi:app`."""

import os

from surveyapp import create_app
from surveyapp.services import instruments, readiness, runtime
from surveyapp.settings import from_environment

_runtime = runtime.build(from_environment(os.environ))
instruments.check_frozen(_runtime)
app = create_app(_runtime)
for _study in _runtime.studies if readiness.problem(_runtime) is None else ():
    for _sentence in instruments.disagreements(_runtime, _study):
        app.logger.warning(_sentence)
