"""`surveyapp results`: the results table, true counts, for whoever runs the installation."""

from __future__ import annotations

import csv
import json
import sys

import click

from surveyapp.cli.context import open_desk
from surveyapp.reports.files.results_table import COLUMNS, as_record


@click.command()
@click.argument("study")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def results(study: str, form: str) -> None:
    """Print a row for each number of a STUDY, with its true count and what an evaluator would see of it."""
    from surveyapp.services.results.table import table

    records = [as_record(study, row) for row in table(open_desk(), study)]
    if form == "json":
        json.dump(records, sys.stdout, ensure_ascii=False, indent=1)
        click.echo()
        return
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
