"""`surveyapp audit`: what was done by whom, and whether its trail is whole."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from surveyapp.cli.context import open_desk, open_desk_without_studies
from surveyapp.domain.audit import ActorKind, AuditAction, AuditFilter
from surveyapp.domain.security.audit_chain import TrailFault
from surveyapp.services.security import audit_chain, audit_reading, protection

HEAD = click.option("--head", type=click.Path(path_type=Path), help="The file the head is kept in, beside the backups.")


@click.group()
def audit() -> None:
    """Read the audit trail, chain it, and see whether it is whole."""


@audit.command()
@HEAD
@click.option("--anyway", is_flag=True, help="Go on after a last link that does not fit the key.")
def chain(head: Path | None, anyway: bool) -> None:
    """Chain what was entered since the last time: for cron. Two at once wait for each other."""
    made = audit_chain.chain(open_desk_without_studies(), head, anyway=anyway)
    click.echo(f"{made.added} entries chained." if made.added else "Nothing new.")
    if made.head is not None:
        click.echo(f"head: {made.head}")


@audit.command()
@HEAD
def verify(head: Path | None) -> None:
    """Name the first entry that was changed, removed or inserted. With --head, also a trail whose end was cut off."""
    links, fault = audit_chain.verify(open_desk_without_studies(), head)
    if fault is None:
        click.echo(f"The audit trail is whole: {links} entries are chained, and none was changed, removed or inserted.")
        return
    raise click.ClickException(f"The audit trail is not whole: {worded(fault)}.")


def worded(fault: TrailFault) -> str:
    """What was done to a trail, and to which entry."""
    where = f"entry {fault.number}" if fault.number is not None else "an entry that is not chained"
    which = f" ({fault.entry_id})" if fault.entry_id else ""
    when = f", which says {fault.at:%Y-%m-%d %H:%M:%S} UTC" if fault.at else ""
    return f"{where}{which}{when}, was {fault.what.value}"


@audit.command("list")
@click.option("--study", help="Only of one study.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Up to the end of this day (UTC).")
@click.option("--actor", type=click.Choice([each.value for each in ActorKind]), help="Only of this kind of actor.")
@click.option("--who", help="Only of the staff with this e-mail address.")
@click.option("--action", type=click.Choice([each.value for each in AuditAction]), help="Only of this action.")
@click.option("--subject", help="Only about this reference, questionnaire or key of staff.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The newest so many.")
def list_entries(
    study: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    actor: str | None,
    who: str | None,
    action: str | None,
    subject: str | None,
    limit: int,
) -> None:
    """Print the trail, the newest first: when, who, what, in which study, about whom, and what was noted."""
    wanted = AuditFilter(
        study=study,
        since=since.date() if since else None,
        until=until.date() if until else None,
        actor=ActorKind(actor) if actor else None,
        action=AuditAction(action) if action else None,
        subject=subject,
    )
    for each in audit_reading.entries(open_desk(), wanted, who=who, limit=limit):
        entry = each.entry
        noted = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else ""
        by = each.who.email if each.who else entry.actor.value
        said = (
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            by,
            entry.action.value,
            entry.study or "-",
            entry.subject or "-",
            noted,
        )
        click.echo("\t".join(said))


@audit.command()
@click.option("--role", required=True, help="The role of PostgreSQL that the application connects as.")
def protect(role: str) -> None:
    """Give ROLE what the application needs, and of the audit trail only to read and to insert: as the tables' owner."""
    protection.protect(open_desk_without_studies(), role)
    click.echo(
        f"{role} may read and insert into the audit trail, and neither change nor remove. Run it after `migrate`."
    )
