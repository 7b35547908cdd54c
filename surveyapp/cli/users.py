"""`surveyapp users`: who may sign in, and as what."""

from __future__ import annotations

import click

from surveyapp.cli.context import open_desk
from surveyapp.domain.staff import MAY, MAY_GRANT, Action, Role
from surveyapp.services.staff import accounts, granting
from surveyapp.services.staff.invitations import HOURS

ROLES = [role.value for role in Role]

WHOLE = "-"
"""How the whole installation is written where a study is named."""


def _study(written: str) -> str | None:
    return None if written == WHOLE else written


@click.group()
def users() -> None:
    """Make and mend the accounts of staff."""


@users.command()
@click.argument("email")
@click.option(
    "--role", "roles", required=True, multiple=True, type=click.Choice(ROLES), help="May be given repeatedly."
)
@click.option("--study", help="The study's name; every study without it.")
@click.option("--site", help="Only over the participants of the site with this reference.")
@click.option("--name", help="The name shown on pages.")
def add(email: str, roles: tuple[str, ...], study: str | None, site: str | None, name: str | None) -> None:
    """Make an account, or give one that there is more roles."""
    added = accounts.add_user(open_desk(), email, name, [Role(role) for role in roles], study, site)
    if added.link is not None:
        click.echo(f"{added.staff.name} <{added.staff.email}> has an account.")
        _show_link(added.link)
    elif added.granted:
        click.echo(f"{added.staff.email} has the new roles. Their password is what it was; they sign in again.")
    else:
        click.echo(f"{added.staff.email} had these roles already. Nothing changed.")


@users.command()
@click.argument("email")
@click.argument("study")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--site", help="Only over the participants of the site with this reference.")
@click.option("--no-true-counts", is_flag=True, help="An evaluator who sees releases only.")
@click.option("--purpose", help="Why, for the audit trail.")
def grant(email: str, study: str, role: str, site: str | None, no_true_counts: bool, purpose: str | None) -> None:
    """Give somebody who has an account a ROLE in a STUDY (`-`: in the whole installation).

    An evaluator sees the study's true figures, marked where they are not for publication; with --no-true-counts
    releases only, as a viewer does.
    """
    given = granting.grant(
        open_desk(), email, _study(study), Role(role), site, true_counts=not no_true_counts, purpose=purpose
    )
    if given is None:
        click.echo(f"{email} had just this already. Nothing changed.")
        return
    sees = {True: " and sees true figures", False: " and sees releases only"}[given.true_counts]
    where = given.study or "the whole installation"
    click.echo(f"{email} is now {role} in {where}{sees if given.role is Role.EVALUATOR else ''}. They sign in again.")


@users.command()
@click.argument("email")
@click.argument("study")
@click.argument("role", type=click.Choice(ROLES), required=False)
@click.option("--purpose", help="Why, for the audit trail.")
def revoke(email: str, study: str, role: str | None, purpose: str | None) -> None:
    """Take somebody's ROLE in a STUDY (`-`: in the whole installation) away; all of them without one."""
    taken = granting.revoke(open_desk(), email, _study(study), Role(role) if role else None, purpose=purpose)
    click.echo(f"{email} is no longer {', '.join(taken)}. Their sessions have ended.")


@users.command()
@click.argument("email")
def reset_password(email: str) -> None:
    """Give somebody a link to choose a new password by."""
    _show_link(accounts.new_link(open_desk(), email))


@users.command()
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take away somebody's app, passkeys and recovery codes: they set up a second factor anew."""
    accounts.reset_second_factor(open_desk(), email)
    click.echo(
        f"{email} sets up a second factor at the next sign-in. If others may know their password, run "
        f"`surveyapp users reset-password {email}` as well."
    )


@users.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Keep somebody from signing in. What they did stays on record."""
    accounts.set_active(open_desk(), email, False)
    click.echo(f"{email} can no longer sign in.")


@users.command()
@click.argument("email")
def activate(email: str) -> None:
    """Let somebody sign in again."""
    accounts.set_active(open_desk(), email, True)
    click.echo(f"{email} can sign in again.")


@users.command("sessions")
@click.argument("email")
@click.option("--end", is_flag=True, help="End all of them.")
def list_sessions(email: str, end: bool) -> None:
    """Show where somebody is signed in; with --end, sign them out everywhere."""
    desk = open_desk()
    found = accounts.sessions_of(desk, email)
    for each in found:
        device = each.user_agent or "a browser that does not say what it is"
        click.echo(f"{device}\tsince {each.created_at:%Y-%m-%d %H:%M}\tlast used {each.seen_at:%Y-%m-%d %H:%M} UTC")
    if not found:
        click.echo(f"{email} is signed in nowhere.")
    elif end:
        click.echo(f"{accounts.end_sessions(desk, email)} ended. {email} signs in again.")


@users.command("roles")
def list_roles() -> None:
    """Show what each role may do, and which roles it may give."""
    for role in Role:
        click.echo(f"{role.value}: {'; '.join(action.value for action in Action if action in MAY[role])}")
        if role in MAY_GRANT:
            click.echo(f"  gives {', '.join(each.value for each in Role if each in MAY_GRANT[role])}")


@users.command("list")
@click.option("--ids", is_flag=True, help="With the id by which the log names each.")
def list_users(ids: bool) -> None:
    """Show every account and its roles."""
    found = accounts.users(open_desk())
    if not found:
        click.echo("Nobody has an account yet. Make one with `surveyapp users add EMAIL --role manager`.")
    for account in found:
        marks = [*account.roles] or ["no roles"]
        if account.staff.second_factor:
            marks.append("second factor")
        if not account.staff.active:
            marks.append("deactivated")
        named = f"{account.staff.id}\t" if ids else ""
        click.echo(f"{named}{account.staff.email}\t{account.staff.name}\t{'; '.join(marks)}")


def _show_link(link: str) -> None:
    click.echo(f"Their link: {link}")
    click.echo(
        f"It is shown this once, works once and for {HOURS} hours. They choose a password there, then show or set up "
        "their second factor. Hand it to nobody else."
    )
