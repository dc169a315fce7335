"""The door for the command line: parse, one call, render. Heavy imports wait until a command runs."""

from __future__ import annotations

import importlib
import keyword
import os
import sys
from typing import Any

import click

import pairup
from pairup.errors import PairupError

#: command, the module it lives in, and its line in `--help` (so that help imports nothing)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("pairup.cli.demo", "Run the whole path on a reference programme."),
    "init": ("pairup.cli.folder", "Make an empty programme folder with example rows."),
    "check": ("pairup.cli.folder", "Say everything that is wrong with a folder; write nothing."),
    "load": ("pairup.cli.folder", "Load a folder into a record."),
    "import": ("pairup.cli.sheets", "Show what a sheet would change; write what you accept."),
    "template": ("pairup.cli.sheets", "Write an empty sheet of a table, with drop-downs and notes."),
    "workbook": ("pairup.cli.sheets", "Write an office's own rows as a workbook to fill and send back."),
    "export": ("pairup.cli.sheets", "Write a table, or all of them, as CSV or XLSX."),
    "save": ("pairup.cli.folder", "Save a record as a folder of CSV files."),
    "record": ("pairup.cli.rows", "Record a new row of a table."),
    "correct": ("pairup.cli.rows", "Correct a row: a new version, on the one you saw."),
    "withdraw": ("pairup.cli.rows", "Withdraw a row that should never have stood there."),
    "history": ("pairup.cli.rows", "Show every version of a row: who, when, why."),
    "conflicts": ("pairup.cli.rows", "List edits that came too late, both sides."),
    "settle": ("pairup.cli.rows", "Decide a conflict."),
    "need": ("pairup.cli.lives", "Say the state of a need from a day on."),
    "project": ("pairup.cli.lives", "Move a project from state to state."),
    "posting": ("pairup.cli.lives", "Extend, end or hand over a posting."),
    "offer": ("pairup.cli.lives", "Answer the offer of a post, without a reason."),
    "follow-up": ("pairup.cli.lives", "Close what a visit left to be done."),
    "countersign": ("pairup.cli.lives", "Sign, reserve or decline: needs, plans, reports."),
    "document": ("pairup.cli.lives", "Keep a paper by its hash, and give it back."),
    "chronicle": ("pairup.cli.lives", "Tell a place's years on one page."),
    "due": ("pairup.cli.lives", "List what is overdue or waits, by owner."),
    "plan": ("pairup.cli.plan", "Draft pairings, postings, funding or visits."),
    "why": ("pairup.cli.answers", "Say why a drafted plan chose, or did not choose."),
    "what-if": ("pairup.cli.answers", "Say how a plan would change if it had to."),
    "repair": ("pairup.cli.answers", "Mend a plan after drop-outs with the fewest moves."),
    "weigh": ("pairup.cli.weigh", "Weigh a portfolio: floors, fairness, risks, rules, lots."),
    "what-we-learn": ("pairup.cli.learn", "Say what a plan will let us learn, and what lots would add."),
    "lottery": ("pairup.cli.plan", "Draw lots among projects that are nearly tied."),
    "adopt": ("pairup.cli.plan", "Take a drafted plan into the record."),
    "measure": ("pairup.cli.measure", "Measure indicators from tables or from a record."),
    "evaluate": ("pairup.cli.evaluate", "Tell an effect from a panel and a design."),
    "power": ("pairup.cli.power", "Say what effect a design would detect."),
    "register": ("pairup.cli.evaluate", "Fix a claim's plan of evaluation before the outcome is opened."),
    "sample-size": ("pairup.cli.sample_size", "Say how many to ask: survey, change, trial, wedge."),
    "claims": ("pairup.cli.report", "Check every claim of a programme."),
    "report": ("pairup.cli.report", "Write the office and the public report."),
    "release": ("pairup.cli.release", "Freeze the public site as a folder of pages and data."),
    "totals": ("pairup.cli.total", "List the totals: what each means and adds up."),
    "total": ("pairup.cli.total", "Compute a total as of a day, and show its rows."),
    "money": ("pairup.cli.money", "Show money five ways: due, pledged, paid, executed, audited."),
    "burden": ("pairup.cli.money", "Show what donors bear over all programmes of a record."),
    "verify": ("pairup.cli.journal", "Recompute the record's journal."),
    "checkpoint": ("pairup.cli.journal", "Sign the journal's head, for others to keep."),
    "export-journal": ("pairup.cli.journal", "Write the journal for others to verify."),
    "vault": ("pairup.cli.people", "Read what is kept of a person; see who looked."),
    "erase": ("pairup.cli.people", "Erase what is personal of somebody, for good."),
    "expire": ("pairup.cli.people", "Let go of what is past its time of keeping."),
    "backup": ("pairup.cli.backup", "Back up a record in use; verify it by restoring it."),
    "restore": ("pairup.cli.backup", "Restore a backup as a new record, with a mark."),
    "backup-keys": ("pairup.cli.backup", "Back up the key file, encrypted, apart from the record."),
    "restore-keys": ("pairup.cli.backup", "Put a copy of the key file in its place."),
    "health": ("pairup.cli.health", "Look for damage: file, rows, attachments, backups."),
    "archive": ("pairup.cli.backup", "Write a year's open archive, readable without pairup."),
    "serve": ("pairup.cli.serve", "Open a record in the browser."),
    "work": ("pairup.cli.jobs", "Carry out long work that was asked for."),
    "jobs": ("pairup.cli.jobs", "List long work; stop or cancel it."),
    "remind": ("pairup.cli.remind", "Mail what is due to the accounts that asked for it."),
    "user": ("pairup.cli.users", "Open accounts; give and end their roles."),
    "token": ("pairup.cli.users", "Make and end what programs sign in with."),
    "complaints": ("pairup.cli.complaints", "Complaints, sealed to a body outside the offices."),
    "bench": ("pairup.cli.bench", "Measure pairup beside other solvers, on this machine."),
}


class Commands(click.Group):
    """A group whose commands load when they are called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[name][0])
        attribute = name.replace("-", "_")
        command: click.Command = getattr(module, f"{attribute}_" if keyword.iskeyword(attribute) else attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--as", "actor", metavar="ROLE[:CODE]", help="Who asks: sees and writes their own rows only. [default: you]"
)
@click.version_option(pairup.__version__, prog_name="pairup")
@click.pass_context
def cli(context: click.Context, actor: str | None) -> None:
    """Plan, run and prove paired assistance.

    Exit codes: 0 done, 1 refused, 2 usage, 3 no plan exists or not identified, 4 stopped without an answer.
    """
    if actor is not None:
        from pairup.services import access

        log_refusals(os.environ.get("PAIRUP_ACCESS_LOG"))
        who = access.read_actor(actor)
        access.require_may_call(who, str(context.invoked_subcommand))
        context.with_resource(access.acting_as(who))


def log_refusals(file: str | None) -> None:
    """Append refusals of access to a file: when, code and facts, one a line."""
    if not file:
        return
    import logging

    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.getLogger("pairup.access").addHandler(handler)


def language() -> str:
    """The language of the screen: PAIRUP_LANGUAGE (en or zh), English otherwise."""
    return "zh_Hans" if os.environ.get("PAIRUP_LANGUAGE", "").lower().startswith("zh") else "en"


def refuse(error: PairupError) -> int:
    """Print a refusal, findings first, and give its exit code."""
    findings: list[Any] = list(error.facts.get("findings", ()))
    for finding in findings:
        click.echo(finding.say(language()), err=True)
    click.echo(told(error), err=True)
    return error.exit_code


def told(error: PairupError) -> str:
    """Tell a refusal in the language of the screen; its hint is in English."""
    from pairup.values.words import say

    said = error.code if language() == "en" else say(error.code, language(), **error.facts)
    return str(error) if said == error.code else f"{said} {error.hint}".strip()


def main() -> None:
    """Run the command line; refusals become a line and an exit code, anything else is a bug and shows as one."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as error:
        error.show()
        code = 2 if isinstance(error, click.UsageError) else error.exit_code
    except click.Abort:
        click.echo("Stopped; nothing was half-written.", err=True)
        code = 130
    except PairupError as error:
        code = refuse(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        from pairup.services.failures import refusal_of

        if (failed := refusal_of(error)) is None:
            raise
        code = refuse(failed)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
