"""`surveyapp messages`: what is sent to people, and the words for translators, of the interface and of each study."""

from __future__ import annotations

import click

from surveyapp.cli.context import questionnaires_folder
from surveyapp.cli.sending.planned import plan, send
from surveyapp.domain.authoring.loader import load_studies
from surveyapp.domain.errors import StateRefused
from surveyapp.domain.instrument.easy.renderings import is_easy
from surveyapp.domain.sentences import say
from surveyapp.services.translation import easy_words, interface_catalogues, study_catalogues
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
            if is_easy(each.language):
                continue
            said = (
                f"participants and interviewers {each.participant.done} of {each.participant.total} "
                f"({each.participant.percent}%), staff alone {each.evaluator.done} of {each.evaluator.total} "
                f"({each.evaluator.percent}%)"
            )
            click.echo(f"{study.id} {each.language}: {said}{', draft' if each.draft else ''}")
        for language, messages, draft in easy_words.of_messages(folder / study.id, study):
            said = f"easy words for {messages.done} of {messages.total}; the others are sent in the usual ones"
            if messages.complete:
                said = f"easy words for all {messages.total}"
            click.echo(f"{study.id} {language}, messages: {said}{', draft' if draft else ''}")
        for easy in easy_words.coverage(folder / study.id, study):
            beside = "; ".join(
                f"{kind.value}s with {share.done} of {share.total} questions"
                for kind, share in easy.beside.items()
                if share.done
            )
            said = f"easy words for {easy.words.done} of {easy.words.total} texts"
            said += f"; {beside}" if beside else ""
            offered = "offered" if easy.words.complete else "not offered yet"
            where = f"{study.id} {easy.language}, {easy.questionnaire} v{easy.version}"
            click.echo(f"{where}: {said}; {offered}{', draft' if easy.draft else ''}")
