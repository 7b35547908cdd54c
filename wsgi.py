"""gunicorn's way in: `gunicorn wsgi:app`."""

import os
import sys

from surveyapp import create_app, get_ready
from surveyapp.domain.errors import ShiftlineError, said_of_file
from surveyapp.services import readiness, runtime
from surveyapp.services.questionnaires import languages_kept
from surveyapp.services.questionnaires import versions as questionnaire_versions
from surveyapp.services.security import operating
from surveyapp.settings import from_environment

WORKER_BOOT_ERROR = 3
"""What gunicorn takes for a fault that another worker would have as well: it stops and does not try again."""

# The files that are made from here on are this user's alone: the database's, and what is counted of it.
os.umask(0o077)
try:
    _runtime = runtime.build(from_environment(os.environ))
    questionnaire_versions.check_frozen(_runtime)
    _there = readiness.check_start(_runtime)
except (ShiftlineError, OSError) as error:
    _said = said_of_file(error) if isinstance(error, OSError) else str(error)
    if _said is None:
        raise
    print(f"Shiftline does not start. {_said}", file=sys.stderr, flush=True)
    sys.exit(WORKER_BOOT_ERROR)
if _there:
    operating.note_settings(_runtime)
app = create_app(_runtime)
get_ready(app)
for _study in _runtime.studies if _there else ():
    for _sentence in questionnaire_versions.disagreements(_runtime, _study):
        app.logger.warning(_sentence)
    for _sentence in languages_kept.without_languages(_runtime, _study):
        app.logger.warning("%s: %s", _study, _sentence)
# Workers are forked off what stands here: each opens connections of its own.
_runtime.database.dispose()
