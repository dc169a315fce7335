"""Commands on pages are commands that exist, with options that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from pairup.cli.main import cli
from tests.house.source import ROOT, load_file, pages

dev = load_file(ROOT / "dev.py")


def commands(page: Path) -> list[str]:
    """Lines of shell in a page, a trailing backslash joined."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:bash|console|sh)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line.removeprefix("$ ") for line in lines if line and not line.startswith("#")]


WRITTEN = sorted(
    {(page, line) for page in pages() for line in commands(page) if re.match(r"(\$ )?(pairup|python3 dev\.py)\b", line)}
)


def parse(words: list[str]) -> None:
    """Parse a `pairup` command line without running it. Raises what click raises."""
    assert words[0] == "pairup"
    if words[1:] in (["--help"], ["--version"]):
        return
    top = click.Context(cli, info_name="pairup")
    command = cli.get_command(top, words[1])
    if command is None:
        raise click.UsageError(f"There is no command {words[1]}.")
    top.help_option_names = cli.context_settings["help_option_names"]  # a command keeps what it had at its first call
    rest = words[2:]
    while isinstance(command, click.Group) and rest and rest[0] in command.commands:
        command, rest = command.commands[rest[0]], rest[1:]
    if "--help" not in words:
        command.make_context(command.name, rest, parent=top)


@pytest.mark.parametrize(
    ("page", "line"), WRITTEN, ids=lambda value: str(value) if isinstance(value, str) else value.name
)
def test_a_written_command_parses(page: Path, line: str) -> None:
    words = shlex.split(line, comments=True)
    words = words[: next((at for at, word in enumerate(words) if word in ("|", ">", "&&", ";")), len(words))]

    if words[0] == "python3":
        assert words[1] == "dev.py"
        assert words[2] in dev.COMMANDS
        if words[2] == "demo":
            parse(["pairup", "demo", *without_wheels(words[3:])])
        if words[2] == "bench":
            parse(["pairup", "bench", *dev.benched(without_wheels(words[3:]))])
    else:
        parse(words)


def without_wheels(words: list[str]) -> list[str]:
    words = list(words)
    dev.take(words, "--wheels")
    return words


def test_the_readme_begins_with_the_two_commands() -> None:
    told = [line for line in commands(ROOT / "README.md") if line.startswith("python3")]

    assert told[:2] == ["python3 dev.py demo", "python3 dev.py test"]


def test_the_readme_takes_own_data_through_six_commands() -> None:
    told = [line.split()[1] for line in commands(ROOT / "README.md") if line.startswith("pairup")]

    assert told == ["init", "check", "load", "plan", "report", "save"]


@pytest.mark.parametrize(
    "line", ["pairup polish x", "pairup load", "pairup check x --colour red", "pairup bench planning --slow"]
)
def test_a_command_that_is_none_would_be_seen(line: str) -> None:
    with pytest.raises(click.UsageError):
        parse(shlex.split(line))
