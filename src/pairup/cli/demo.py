"""`demo`: the whole path on a reference programme, from an empty record to a report."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pairup.cli.main import language
from pairup.cli.options import step

#: tells a folder of a demo from every other
MARK = "made-by-pairup-demo.txt"
#: names and passwords of the sample accounts
ACCOUNTS = "accounts.txt"
#: the key of the invented body that complaints are sealed to, and what it would publish and keep to itself
BOX_KEY, BOX_NOTE, BOX_SEALED = "complaint-box.key", "complaint-box.txt", "complaint-box.sealed"
#: what else a demo writes, beside the rows of its report
OWN = frozenset({
    MARK, ACCOUNTS, BOX_KEY, f"{BOX_KEY}.pub", BOX_NOTE, BOX_SEALED,
    "record.sqlite3", "record.sqlite3.secret", "record.sqlite3-wal", "record.sqlite3-shm",
    "record.sqlite3.keys", "report/index.html", "report/public.html",
})  # fmt: skip


@click.command()
@click.option("--programme", type=click.Choice(["xizang", "wenchuan", "partners"]), default="xizang", show_default=True)
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=Path("pairup-demo"), show_default=True
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same report, byte for byte."
)
@click.option("--force", is_flag=True, help="Write over a demo that is there.")
def demo(programme: str, into: Path, seed: int, force: bool) -> None:
    """Load a reference programme, plan its next round, check its claims, adopt the plan and write a report.

    Facts come from named sources; people, posts, money and needs are synthetic, and say so wherever they stand.
    """
    from pairup.services import open_record

    record, report = into / "record.sqlite3", into / "report"
    _clear(into, force=force)
    with step("1/6 New record"):
        open_record(record, create=True)
    from pairup.services import demonstration

    shown = demonstration.run(programme, seed=seed, report=report, step=step, language=language())
    click.echo("")
    for line in shown:
        click.echo(line)
    _accounts(programme, into)
    click.echo(
        f"\nOpen {report / 'index.html'} (for the office) and {report / 'public.html'} (for everybody). Next, try:"
    )
    for line in demonstration.next_commands(programme, record):
        click.echo(f"  {line}")


def _accounts(programme: str, into: Path) -> None:
    """Open one account a role, for `pairup serve`; where the pages are not installed, none."""
    from importlib.util import find_spec

    if find_spec("argon2") is None:
        return
    from pairup.cli.options import now
    from pairup.services import demonstration, users

    path = into / ACCOUNTS
    click.echo("\nSample accounts, one a role:")
    made = users.sample_accounts(
        programme, at=now(), on=demonstration.day_of(programme), say=lambda line: click.echo(f"  {line}")
    )
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name}  {password}\n" for name, password in made.items())
    click.echo(f"Their passwords are in {path}; see the pages with: pairup serve --record {into / 'record.sqlite3'}")
    _box(into)


_BOX_SAYS = """{passphrase}

The line above opens {key}, with which this demo's complaints are read. The body is invented, and its key lies here
only so that the whole way can be tried. A real body makes its key on a machine of its own; no office ever holds it,
and the number below stands where no office can change it. This file stands for that place:

    {mark}

    pairup complaints export --record {record} --into {box}
    pairup complaints open {box} --key {key} --passphrase-file {note}
"""


def _box(into: Path) -> None:
    """Name an invented body that complaints are sealed to, and keep both halves of its key in the demo's folder."""
    import secrets

    from pairup.cli.options import now
    from pairup.keys import sealing
    from pairup.record.acting import Role
    from pairup.services import complaints

    made, passphrase = sealing.make_key(), secrets.token_urlsafe(12)
    public, key, note = sealing.public_of(made), into / BOX_KEY, into / BOX_NOTE
    said = {
        BOX_KEY: sealing.write_private(made, passphrase).decode("ascii"),
        f"{BOX_KEY}.pub": f"{sealing.write_public(public)}\n",
        BOX_NOTE: _BOX_SAYS.format(
            passphrase=passphrase, key=key, mark=sealing.mark_of(public), record=into / "record.sqlite3",
            box=into / BOX_SEALED, note=note,
        ),
    }  # fmt: skip
    for name, text in said.items():
        with os.fdopen(
            os.open(into / name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as out:
            out.write(text)
    complaints.name_recipient(
        "Listening Post of the Example (invented)", name_zh="示例受理处（虚构）", key=said[f"{BOX_KEY}.pub"],
        published_at=f"{BOX_NOTE} (demo · 演示)", post="1 Example Street · 示例路1号", phone="000 0000 0000",
        answer_days=30, actor=Role.PROGRAMME_OFFICE.value, at=now(),
    )  # fmt: skip
    click.echo(
        f"Complaints are sealed to an invented body; {note} says how to open them, and why a real key is not here."
    )


def _clear(into: Path, *, force: bool) -> None:
    """Make room for a demo. Only what a demo wrote is removed, only with --force, and only where it left its mark."""
    if into.exists() and any(into.iterdir()):
        strange = sorted(
            str(path) for path in into.rglob("*") if path.is_file() and not _is_own(path.relative_to(into))
        )
        if not (into / MARK).is_file():
            raise click.ClickException(f"{into} holds {next(into.iterdir())}, which no demo wrote. Use --into FOLDER.")
        if strange:
            raise click.ClickException(f"{into} holds {strange[0]}, which no demo wrote. Use --into FOLDER.")
        if not force:
            raise click.ClickException(f"{into} holds a demo. Use --force to replace it, or --into FOLDER.")
        for old in sorted(path for path in into.rglob("*") if path.is_file()):
            old.unlink()
    into.mkdir(parents=True, exist_ok=True)
    (into / MARK).write_text("`pairup demo` made this folder; `pairup demo --force` may replace what is in it.\n")


def _is_own(path: Path) -> bool:
    """Whether a demo writes a file of this name."""
    name = path.as_posix()
    return name in OWN or (name.startswith("report/rows/") and path.suffix in (".csv", ".html"))
