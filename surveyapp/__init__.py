"""Shiftline: versioned questionnaires to groups of participants at touchpoints, and how they changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

# A command comes by here, too, and takes nothing of it: until its own modules are read Ctrl-C ends in a traceback.
if TYPE_CHECKING:
    from flask import Flask

    from surveyapp.services.runtime import Runtime


def create_app(runtime: Runtime) -> Flask:
    """The application for an installation. All the wiring there is."""
    from surveyapp.web.account.routes import openid, staff
    from surveyapp.web.administrator.routes import administrator
    from surveyapp.web.auditor.routes import auditor
    from surveyapp.web.carriers.routes import carriers
    from surveyapp.web.evaluator.pages import evaluator
    from surveyapp.web.exporter.routes import exporter
    from surveyapp.web.interviewer.routes import interviewer
    from surveyapp.web.manager.routes import manager
    from surveyapp.web.participant.routes import participant
    from surveyapp.web.preview.routes import phone, preview
    from surveyapp.web.programs.pages import tokens_of_staff
    from surveyapp.web.programs.routes import programs
    from surveyapp.web.reader.pages import reader
    from surveyapp.web.reporter.routes import reporter
    from surveyapp.web.rights.routes import rights
    from surveyapp.web.shared import assembly
    from surveyapp.web.spot.away import sealed
    from surveyapp.web.spot.routes import spot, tablet
    from surveyapp.web.supervisor.routes import supervisor
    from surveyapp.web.viewer.routes import viewer
    from surveyapp.web.watching import pace, requests
    from surveyapp.web.watching.health import health
    from surveyapp.web.watching.metrics import metrics

    app = _bare()
    app.extensions["surveyapp"] = runtime
    assembly.assemble(app, runtime.settings, pace.door(runtime.settings))
    openid.install(app, runtime.settings)
    for blueprint in (
        participant,
        staff,
        interviewer,
        spot,
        tablet,
        sealed,
        evaluator,
        exporter,
        programs,
        carriers,
        tokens_of_staff,
        reader,
        viewer,
        reporter,
        manager,
        rights,
        supervisor,
        preview,
        phone,
        administrator,
        auditor,
        health,
        metrics,
    ):
        app.register_blueprint(blueprint)
    requests.install(app, runtime.settings)
    return app


def get_ready(app: Flask) -> None:
    """Does what whoever asked first of each process would otherwise wait for: compiles every template, reads the words
    of every language, and the program that kept results depend on. For a server that begins."""
    from surveyapp.services.results.keeping import PACKAGE, program_print
    from surveyapp.web import compiled_templates
    from surveyapp.web.shared import language

    compiled_templates.keep_compiled(app.jinja_env, PACKAGE / "__pycache__", program_print())
    language.read_all(app)
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def create_draft_app(folder: str, study: str, questionnaire: str) -> Flask:
    """The application that `surveyapp questionnaires try` serves, to the author of a questionnaire alone: whoever
    reaches it sees it."""
    from surveyapp.web.preview import drafts

    app = _bare()
    drafts.assemble(app, Path(folder), study, questionnaire)
    return app


def _bare() -> Flask:
    from surveyapp.watching import logs
    from surveyapp.web.shared.incoming import Application

    logs.install()
    return Application("surveyapp", static_folder="static", template_folder="web/shared/templates")
