"""`remind`: one mail a day at most to each account that asked for it. A timer may call it as often as it likes."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from pairup.cli.options import DAY, RECORD, day_of, now


@click.command()
@RECORD
@click.option("--on", "day", type=DAY, help="The day that mails are of. [default: today]")
@click.option("--ahead", type=click.IntRange(0, 90), default=14, show_default=True, help="Days ahead that are told.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, to whom, and send nothing.")
def remind(record: Path | str, day: datetime | None, ahead: int, dry_run: bool) -> None:
    """Mail what is due to the accounts that asked for it.

    Needs PAIRUP_MAIL_URL, PAIRUP_MAIL_FROM and PAIRUP_MAIL_SITE. Run twice on a day, it sends once. Exit code 1 where
    the server did not take a mail; the next run sends it.
    """
    from pairup.services import open_record

    open_record(record)
    from pairup.services import mail, reminders

    on = day_of(day)
    if dry_run:
        site = os.environ.get("PAIRUP_MAIL_SITE", "").rstrip("/")
        for one in reminders.read_reminders(on=on, ahead=ahead):
            click.echo(f"To {one.user}{', who had theirs today' if mail.was_sent(one.key) else ''}:")
            click.echo(f"{reminders.text_of(one, site=site)}\n")
        return
    told = reminders.send_reminders(on=on, at=now(), ahead=ahead)
    click.echo(f"Mails sent: {len(told.sent)}.", err=True)
    if told.refused:
        click.echo(f"Not taken by the server, tried again by the next run: {', '.join(told.refused)}.", err=True)
        raise click.exceptions.Exit(1)
