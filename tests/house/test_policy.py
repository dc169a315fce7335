"""Every command of the write path has a row in the policy table, and every row a command."""

from __future__ import annotations

import ast

import pytest

from pairup.errors import AccessError
from pairup.services.access import POLICY, Role, require_may
from tests.house.source import PACKAGE, modules, tree, where


def commands() -> dict[str, str]:
    """Names given to `write.command`, and where."""
    found = {}
    for path in modules():
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "command"
                and node.args
            ):
                on = node.func.value
                if isinstance(on, ast.Name) and on.id == "write":
                    name = node.args[0]
                    assert isinstance(name, ast.Constant), f"{where(path, node)} puts the name of its command together"
                    found[str(name.value)] = where(path, node)
    return found


def restored() -> set[str]:
    """Commands whose right is asked for elsewhere than in the write path."""
    called = [
        node.args[1]
        for path in modules("services")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "require_may"
        and len(node.args) == 2
    ]
    return {str(name.value) for name in called if isinstance(name, ast.Constant)}


def test_every_command_has_a_row_and_every_row_a_command() -> None:
    assert set(commands()) | restored() == set(POLICY)


def test_the_write_path_asks_for_the_right_first() -> None:
    source = tree(PACKAGE / "services" / "write.py")
    command = next(node for node in source.body if isinstance(node, ast.FunctionDef) and node.name == "command")
    first = command.body[1]

    assert isinstance(first, ast.Expr) and isinstance(first.value, ast.Call)
    assert ast.unparse(first.value) == "require_may(actor, name)"


@pytest.mark.parametrize("command", sorted(POLICY))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_its_row_says_and_nothing_else(role: Role, command: str) -> None:
    if role in POLICY[command]:
        require_may(f"{role}:somewhere", command)
    else:
        with pytest.raises(AccessError, match="may not"):
            require_may(role, command)


def test_a_command_without_a_row_is_refused() -> None:
    with pytest.raises(AccessError, match="no row in the policy table"):
        require_may(Role.ADMINISTRATOR, "everything.delete")
