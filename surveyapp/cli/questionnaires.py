"""`surveyapp questionnaires`: check the files, freeze a version, open it, see what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from surveyapp.cli.context import ask_first, check_port, open_desk, questionnaires_folder, serve, yes_option
from surveyapp.domain.authoring.folders import study_folders
from surveyapp.domain.authoring.study_schema import SCHEMAS, json_schema
from surveyapp.domain.errors import QuestionnaireFaults
from surveyapp.domain.near_names import did_you_mean
from surveyapp.reports.text.version_text import (
    FATES,
    consent_lines,
    difference_lines,
    history_lines,
    score_lines,
    study_lines,
)
from surveyapp.services.questionnaires import catalogue, release_preview, response_migration, study_lock
from surveyapp.services.questionnaires import diff as version_diff
from surveyapp.services.questionnaires import versions as questionnaire_versions


@click.group()
def questionnaires() -> None:
    """Check, freeze and open versions of questionnaires, and see what changed between them."""


@questionnaires.command()
@click.argument("study", required=False)
def check(study: str | None) -> None:
    """Check every study, or one STUDY by its name or its folder (a folder of studies too): exit 0, or every fault with
    file, line and what to do."""
    try:
        summary = questionnaire_versions.check_folder(_folder_of(study))
    except QuestionnaireFaults as error:
        for fault in error.faults:
            click.echo(str(fault))
        count = len(error.faults)
        said = f"{count} fault{'s' if count != 1 else ''}. Nothing was changed."
        raise click.ClickException(f"{said} What hangs on these is looked at once they are put right.") from None
    for line in summary:
        click.echo(line)


def _folder_of(study: str | None) -> Path:
    folder = questionnaires_folder()
    if study is None:
        return folder
    known = [each.name for each in study_folders(folder)]
    if study in known:
        return folder / study
    if not Path(study).is_dir():
        raise click.ClickException(f"There is no study “{study}”, and no folder.{did_you_mean(study, known)}")
    return Path(study)


@questionnaires.command()
@click.argument("file", type=click.Choice(sorted(SCHEMAS)), default="questionnaire")
def schema(file: str) -> None:
    """Print the JSON Schema of a questionnaire's FILE, or of a study's: editors complete and check with it."""
    click.echo(json_schema(file), nl=False)


@questionnaires.command()
@click.argument("study")
@click.argument("questionnaire")
@yes_option
def freeze(study: str, questionnaire: str, yes: bool) -> None:
    """Freeze the newest version of a QUESTIONNAIRE: from then on its file cannot change. What is different from the
    version before is said first."""
    desk = open_desk()
    prospect = release_preview.freezing(desk, study, questionnaire)
    if prospect.version is None and not prospect.study:
        click.echo(f"{questionnaire} is frozen already, up to its newest version.")
        return
    _say(prospect)
    for line in study_lines(prospect.study):
        click.echo(line)
    what = "study.yaml as it is" if prospect.version is None else f"version {prospect.version} of {questionnaire}"
    ask_first(yes, f"Freeze {what}?")
    version = questionnaire_versions.freeze(desk.runtime, study, questionnaire)
    files = f"{study}/{questionnaire_versions.LOCK} and {study_lock.STUDY_LOCK} beside it"
    click.echo(f"{questionnaire} is frozen up to version {version}. Commit {files}.")


@questionnaires.command("open")
@click.argument("study")
@click.argument("questionnaire")
@yes_option
def open_version(study: str, questionnaire: str, yes: bool) -> None:
    """Open the newest frozen version of a QUESTIONNAIRE for new responses. What is different from the one that is open,
    and who is midway on it, is said first."""
    desk = open_desk()
    prospect = release_preview.opening(desk, study, questionnaire)
    if prospect.version is not None:
        _say(prospect)
        for version, count in prospect.midway:
            click.echo(f"Midway on version {version}: {count}. They finish on it, unless they are moved.")
        ask_first(yes, f"Open version {prospect.version} of {questionnaire}?")
    version, new = questionnaire_versions.open_newest(desk, study, questionnaire)
    state = "is now open" if new else "was open already"
    click.echo(f"{questionnaire} version {version} {state}.")


@questionnaires.command()
@click.argument("study")
@click.argument("questionnaire")
def reword(study: str, questionnaire: str) -> None:
    """Take up corrected translations of a QUESTIONNAIRE's open versions."""
    made = questionnaire_versions.reword(open_desk(), study, questionnaire)
    for each in made:
        click.echo(f"{questionnaire} version {each.version}, {each.language}: revision {each.revision}.")
    if not made:
        click.echo("Nothing changed.")


def _say(prospect: release_preview.Prospect) -> None:
    for line in difference_lines(prospect.difference) if prospect.difference else ():
        click.echo(line)


@questionnaires.command("try")
@click.argument("study")
@click.argument("questionnaire")
@click.option("--port", type=click.IntRange(1, 65535), default=8010, show_default=True)
def try_out(study: str, questionnaire: str, port: int) -> None:
    """Serve a QUESTIONNAIRE that is being written, on this machine until Ctrl-C. It loads again when its file is saved,
    and stores nothing."""
    folder = questionnaires_folder()
    try:
        catalogue.newest(catalogue.draft(folder, study), questionnaire)
    except QuestionnaireFaults as error:
        click.echo(f"It cannot be read yet. The page says all that is wrong, and begins with:\n{error.faults[0]}")
    check_port(port)
    click.echo(f"{questionnaire} of {study} is at http://127.0.0.1:{port} until Ctrl-C. Save its file to see it anew.")
    application = f"surveyapp:create_draft_app({str(folder.resolve())!r}, {study!r}, {questionnaire!r})"
    more = ("--worker-class", "gthread", "--threads", "8", "--graceful-timeout", "3", "--log-level", "warning")
    serve(application, port, *more)


@questionnaires.command()
@click.argument("study")
@click.argument("questionnaire")
@yes_option
def move(study: str, questionnaire: str, yes: bool) -> None:
    """Move everybody midway on an older version of a QUESTIONNAIRE to the one that is open. What each answer becomes is
    said first; none is lost."""
    desk = open_desk()
    seen = response_migration.preview(desk, study, questionnaire)
    for line in move_lines(seen):
        click.echo(line)
    if not seen.people.matching:
        return
    ask_first(yes, f"Move them to version {seen.version}?")
    count = response_migration.move(desk, study, questionnaire)
    click.echo(f"{count} moved to version {seen.version}.")


@questionnaires.command()
@click.argument("study")
@click.argument("questionnaire", required=False)
@click.argument("first", required=False)
@click.argument("second", required=False)
def diff(study: str, questionnaire: str | None, first: str | None, second: str | None) -> None:
    """Say what is different between two versions of a QUESTIONNAIRE: the two newest, or FIRST and SECOND (v1 v2). For
    two touchpoints, name both: `diff STUDY backfill_1/v1 backfill_2/v1`. Without one: what of study.yaml changed since
    it was frozen."""
    folder = questionnaires_folder()
    if questionnaire is None:
        lines = study_lines(version_diff.find_study_edits(folder, study))
        click.echo("\n".join(lines) or "Nothing of study.yaml is different from when it was frozen.")
        return
    found = version_diff.find_difference(folder, study, questionnaire, first, second)
    for line in difference_lines(found):
        click.echo(line)


@questionnaires.command()
@click.argument("study")
@click.argument("variable")
def history(study: str, variable: str) -> None:
    """Follow a VARIABLE, a score or a purpose of consent through every touchpoint and version: where asked, in which
    words, what lies between."""
    folder = questionnaires_folder()
    consent = version_diff.find_consent(folder, study, variable)
    scores = version_diff.find_score_history(folder, study, variable)
    if consent:
        lines = consent_lines(variable, consent)
    elif scores:
        lines = score_lines(variable, scores)
    else:
        known, found = version_diff.find_history(folder, study, variable)
        lines = history_lines(known, variable, found)
    for line in lines:
        click.echo(line)


def move_lines(seen: response_migration.MovePreview) -> Iterator[str]:
    """What moving means, a line at a time: each person, then each question of which not every answer is kept."""
    if not seen.people.matching:
        yield f"Nobody is midway on an older version of {seen.questionnaire} than {seen.version}."
        return
    for each in seen.people:
        yield (
            f"{each.reference}, touchpoint {each.touchpoint}, from version {each.version}: {each.kept} answers kept, "
            f"{each.asked_again} asked again, {each.set_aside} set aside"
        )
    for variable in seen.changed:
        yield ""
        yield f"{variable.variable}: {variable.question}"
        for fate, count in variable.fates.items():
            yield f"  {FATES[fate]}: {count}"
        for old, new, count in variable.mapped:
            yield f"    “{old}” becomes “{new}”: {count}"
        if variable.reason:
            yield f"  {variable.reason}"
