"""Write the pages that come from the code: commands and refusals. `python3 dev.py docs` runs this.

A test holds the pages in docs/reference to what is written here.
"""

from __future__ import annotations

import ast
import gettext
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from pairup import errors
from pairup.cli.main import COMMANDS, cli

DOCS = Path(__file__).resolve().parent
PACKAGE = Path(errors.__file__).resolve().parent
WIDTH = 100


def cli_page() -> str:
    """Give `pairup --help` and the help of every command, in the order of the list."""
    # click keeps the help option of a command once made, so its names are those that a call has
    top = click.Context(cli, info_name="pairup", terminal_width=WIDTH, max_content_width=WIDTH, **cli.context_settings)
    parts = [
        "# Commands",
        "",
        "Written by `python3 dev.py docs` from the commands' own help. Every command is one call into",
        "`pairup.services`; `pairup plan KIND --problem FILE` needs no record and loads no database.",
        "",
        "```text",
        cli.get_help(top),
        "```",
    ]
    for name in COMMANDS:
        command = cli.get_command(top, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=top, terminal_width=WIDTH, max_content_width=WIDTH)
        parts += ["", f"## pairup {name}", "", "```text", command.get_help(below), "```"]
        for word, within in command.commands.items() if isinstance(command, click.Group) else ():
            under = click.Context(within, info_name=word, parent=below, terminal_width=WIDTH, max_content_width=WIDTH)
            parts += ["", f"## pairup {name} {word}", "", "```text", within.get_help(under), "```"]
    return "\n".join(line.rstrip() for line in "\n".join(parts).split("\n")) + "\n"


@dataclass(frozen=True, order=True)
class Refusal:
    """One place that refuses: its code, its class, what it says, what to do, where."""

    code: str
    kind: str
    says: str
    advises: str
    module: str


def template(node: ast.expr | None) -> str | None:
    """Give a message as written, with holes by name (`{path} exists already.`); None where it is made elsewhere."""
    if node is None:
        return ""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(hole(piece) for piece in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return f"{template(node.left) or '…'}{template(node.right) or '…'}"
    return None


def hole(piece: ast.expr) -> str:
    """Give a piece of a message: its text, or what fills it, by its plainest name."""
    if isinstance(piece, ast.Constant):
        return str(piece.value)
    filled = piece.value if isinstance(piece, ast.FormattedValue) else piece
    if isinstance(filled, ast.Name):
        return "{" + filled.id + "}"
    return "{" + filled.attr + "}" if isinstance(filled, ast.Attribute) else "…"


@cache
def sources() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def kinds() -> dict[str, str]:
    """Give every class of refusal with its own code, those beside what raises them too."""
    found = {name: value.code for name, value in vars(errors).items() if is_refusal(value)}
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                above = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in found]
                own = [template(line.value) for line in node.body if isinstance(line, ast.Assign) and names_code(line)]
                if above:
                    found[node.name] = (own and own[0]) or found[above[0]]
    return found


def say(code: str) -> str:
    """Give the English template of a code, unfilled; the code itself where there is none."""
    locale = PACKAGE / "values" / "locale"
    return gettext.translation(code.partition(".")[0], locale, languages=["en"], fallback=True).gettext(code)


def is_refusal(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, errors.PairupError)


def names_code(line: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "code" for target in line.targets)


def refusals() -> Iterator[Refusal]:
    """Find every raise of a PairupError in the source."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds()):
                continue
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            code = (template(named["code"]) if "code" in named else None) or kinds()[node.func.id]
            from_catalogue = say(code) if say(code) != code else "…" if "{" not in code else ""
            module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
            says = template(node.args[0] if node.args else None)
            advises = template(named.get("hint"))
            yield Refusal(code, node.func.id, from_catalogue if says is None else says, advises or "", module)


def refusals_page() -> str:
    """Give every refusal with its code, by code."""
    lines = [
        "# Refusals",
        "",
        "Written by `python3 dev.py docs` from the source. A refusal has a stable code, facts, a sentence and, where",
        "something can be done, a hint. The command line prints both and ends with the exit code; Python gets the",
        "exception. Findings in data (with file and row) are collected and shown before a refusal; their codes stand",
        "in the catalogue of words.",
        "",
        "| Class | Exit code | Meaning |",
        "|---|---|---|",
    ]
    tree = re.findall(r"[├└]── (\w+)\s+(.*?) \(exit (\d)\)", errors.__doc__ or "")
    lines += [f"| `{name}` | {code} | {meaning} |" for name, meaning, code in tree]
    lines += ["", "| Code | Class | Says | What to do | Raised in |", "|---|---|---|---|---|"]
    for one in sorted(set(refusals())):
        cells = (f"`{one.code}`", f"`{one.kind}`", one.says, one.advises, f"`{one.module}`")
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def folder_reference() -> str:
    from pairup.services.folder.page import folder_page

    return folder_page()


def real_claims() -> str:
    if str(DOCS) not in sys.path:
        sys.path.insert(0, str(DOCS))
    from make_real_claims import real_claims_page

    return real_claims_page()


def purposes_reference() -> str:
    """Give the purpose register, from the record's own declarations."""
    from pairup.services.purposes import purposes_page

    return purposes_page()


def totals_page() -> str:
    """Give every total: what it means, who answers for it, and how nothing in it is counted twice."""
    from pairup.reports.totals import DEFINITIONS

    lines = [
        "# Totals",
        "",
        "Written by `python3 dev.py docs` from the register of totals. Each has one definition in code; reports,",
        "claims and commands go through it. `pairup total NAME --rows` lists the rows under a figure, which add up to",
        "it.",
        "[Totals one can believe](../explanation/totals.md) tells why, with an example.",
        "",
    ]
    for one in DEFINITIONS.values():
        known = one.claim_class.value if one.claim_class else "as each row says"
        unit = {"money": "money, one figure a currency", "values": "that of the indicator"}.get(one.measure, one.uom)
        lines += [f"## {one.name}", "", f"**{one.title.say()}** ({one.title.say('zh_Hans')}). {one.says.say()}", ""]
        lines += [f"{one.says.say('zh_Hans')}", ""]
        lines += [f"- Nothing counts twice: {one.hierarchy_words.say()}", f"- Currency: {one.currency_words.say()}"]
        lines += [f"- Unit: {unit}. Evidence: {known}. Rows: `{one.table}`."]
        lines += [f"- Answers for it: {one.owner_words.say()}."] if one.owner_words else []
        lines += [f"- Split by or limited to: {', '.join(f'`{key}`' for key in one.by)}.", ""]
    return "\n".join(lines)


def access_page() -> str:
    """Give the policy table: commands by role, tables by role, in both languages."""
    from pairup.services.schema import load_django

    load_django()
    from pairup.record.acting import Role
    from pairup.record.scopes import ALL, SCOPES, Rule
    from pairup.services.access import CALLED, DOORS, HAS, POLICY
    from pairup.values.words import say

    def title(role: Role) -> str:
        return f"{say(CALLED[role], 'en')} {say(CALLED[role], 'zh_Hans')}"

    def cell(rule: Rule) -> str:
        code = HAS["all" if rule == ALL else "own" if rule else "none"]
        return f"{say(code, 'en')} {say(code, 'zh_Hans')}"

    def commands(name: str, may: frozenset[Role]) -> str:
        return f"| `{name}` | " + " | ".join("yes" if role in may else "" for role in Role) + " |"

    heads = [title(role) for role in Role]
    limited = [role for role in Role if role not in (Role.PROGRAMME_OFFICE, Role.ADMINISTRATOR)]
    lines = [
        "# Access",
        "",
        "Written by `python3 dev.py docs` from the policy table (`services/access.py`, `record/scopes.py`);",
        "[who sees what](../explanation/access.md) says why. A role that stands in no column of a row may not.",
        "",
        "## Commands of the command line, with `--as`",
        "",
        f"| Command | {' | '.join(heads)} |",
        "|---|" + "---|" * len(heads),
    ]
    lines += [
        f"| `{name}` | " + " | ".join("yes" if role in may else "" for role in Role) + " |"
        for name, may in DOORS.items()
    ]
    lines += [
        "",
        "## Commands of the write path",
        "",
        f"| Command | {' | '.join(heads)} |",
        "|---|" + "---|" * len(heads),
    ]
    lines += [
        f"| `{name}` | " + " | ".join("yes" if role in may else "" for role in Role) + " |"
        for name, may in POLICY.items()
    ]
    for word, what in (("read", "reads"), ("written", "writes")):
        lines += [
            "",
            f"## Rows that are {word}",
            "",
            "The programme office and administrators: all. Own side: any of what stands behind the dash, by role.",
            "",
            f"| Table | {' | '.join(title(role) for role in limited)} | Own side means |",
            "|---|" + "---|" * (len(limited) + 1),
        ]
        for name, scope in SCOPES.items():
            rules = getattr(scope, what)
            own = "; ".join(
                f"{role.value.partition('_')[0]} – {', '.join(f'`{part}`' for part in rules[role])}"
                for role in limited
                if rules.get(role, ()) not in ((), ALL)
            )
            lines.append(f"| `{name}` | " + " | ".join(cell(rules.get(role, ())) for role in limited) + f" | {own} |")
    return "\n".join(lines) + "\n"


PAGES = {
    "reference/access.md": access_page,
    "reference/cli.md": cli_page,
    "reference/folder.md": folder_reference,
    "reference/purposes.md": purposes_reference,
    "reference/real-claims.md": real_claims,
    "reference/refusals.md": refusals_page,
    "reference/totals.md": totals_page,
}


def main() -> None:
    """Write every page that differs."""
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path}")


if __name__ == "__main__":
    main()
