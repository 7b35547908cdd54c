"""What stands beside easy words: pictures, sounds, clips and captions, each under a name made of what is in it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, abort, current_app, send_file, url_for

from surveyapp.domain.authoring.media.content import CLIPS, SORTS, SOUNDS
from surveyapp.domain.errors import NotFound
from surveyapp.domain.instrument.study import Study
from surveyapp.web.shared import headers
from surveyapp.web.shared.runtime import runtime
from surveyapp.web.shared.static_files import in_codings, send_in_coding

ADDRESS = "/survey/media/<study>/<name>"
STREAMED = frozenset((*SOUNDS, *CLIPS))


def address(study: Study, file: str) -> str:
    """Where a file of a study is."""
    return url_for("participant.medium", study=study.id, name=file)


def medium(study: str, name: str) -> Response:
    """A file, or the part of it that was asked for. 404 where the study has it no longer: what stands for a picture in
    words is shown in its place."""
    try:
        path = runtime().study(study).media.files.get(name)
    except NotFound:
        path = None
    if path is None or not path.is_file():
        abort(404)
    sort = SORTS[name.rpartition(".")[2]]
    if sort.suffix in STREAMED:
        # A browser asks for a part of it at a time.
        response = send_file(path, mimetype=sort.mimetype, etag=False)
    else:
        bodies: dict[str, Mapping[str, bytes]] = current_app.extensions.setdefault("media", {})
        if name not in bodies:
            bodies[name] = in_codings(path.read_bytes())
        response = send_in_coding(Response(mimetype=sort.mimetype), bodies[name])
    headers.keep_for_good(response)
    return response
