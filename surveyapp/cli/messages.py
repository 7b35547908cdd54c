"""`surveyapp messages`: what is sent to people, and the words for translators, of the interface and of each study."""

from __future__ import annotations

import click

from surveyapp.cli.context import questionnaires_folder
from surveyapp.cli.sending.planned import plan, send
from surveyapp.domain.authoring.loader import load_studies
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.sentences import say
from surveyapp.services.translation import interface_catalogues, study_catalogues
from surveyapp.services.translation.po_files import PoUnreadable


@click.group()
def messages() -> None:
    """Plan and send messages to people; collect words for translation, and say how far each language is."""


@messages.command()
@click.option("--language", "added", multiple=True, help="Begin a file of the interface for a new language.")
def update(added: tuple[str, ...]) -> None:
    """Bring every language's file up to date with the source. A second run changes nothing."""
    try:
        interface_catalogues.update(added)
        for study in load_studies(questionnaires_folder()).values():
            study_catalogues.update(questionnaires_folder() / study.id, study)
    except PoUnreadable as error:
        raise StateRefused(say("po_unreadable", line=error.line, why=error.why)) from None
    _print()


@messages.command()
def coverage() -> None:
    """How far each language is: the interface, and each study's words for participants and for staff alone."""
    _print()


messages.add_command(plan)
messages.add_command(send)


def _print() -> None:
    for language in interface_catalogues.languages():
        if language != interface_catalogues.SOURCE:
            (theirs, of_theirs), (every, of_every), draft = interface_catalogues.counted(language)
            said = f"participants' pages {theirs} of {of_theirs}, all pages {every} of {of_every}"
            click.echo(f"interface {language}: {said}{', draft' if draft else ''}")
    folder = questionnaires_folder()
    for study in load_studies(folder).values():
        for each in study_catalogues.coverages(folder / study.id, study):
            said = (
                f"participants and interviewers {each.participant.done} of {each.participant.total} "
                f"({each.participant.percent}%), staff alone {each.evaluator.done} of {each.evaluator.total} "
                f"({each.evaluator.percent}%)"
            )
            click.echo(f"{study.id} {each.language}: {said}{', draft' if each.draft else ''}")
