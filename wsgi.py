"""gunicorn's way in: `gunicorn wsgi:app`."""

import os

from surveyapp import create_app, get_ready
from surveyapp.services import readiness, runtime
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.security import operating
from surveyapp.settings import from_environment

_runtime = runtime.build(from_environment(os.environ))
questionnaire_versions.check_frozen(_runtime)
operating.note_settings(_runtime)
app = create_app(_runtime)
get_ready(app)
for _study in _runtime.studies if readiness.problem(_runtime) is None else ():
    for _sentence in questionnaire_versions.disagreements(_runtime, _study):
        app.logger.warning(_sentence)
