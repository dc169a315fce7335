"""The checker of plans is independent: it reaches no solver, no formulation and no search, however indirectly."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.source import PACKAGE, SRC, child, module_name, tree

CHECKER = "pairup.planning.verify"
#: what the checker may know: the words of a problem, a plan as a value, and who would leave a stable round
KNOWN = {
    "pairup.planning.plan", "pairup.planning.prices", "pairup.planning.blocking", "pairup.values.reading",
    "pairup.planning.verify", "pairup.planning.verify_visits", "pairup.planning.verify_years",
}  # fmt: skip
PROBLEMS = "pairup.planning.problems"
SOLVERS = {"highspy", "lap", "matching", "numba", "ortools", "pylmcf", "pyvrp", "scipy"}


def file_of(module: str) -> Path | None:
    path = SRC / Path(*module.split("."))
    return next((own for own in (path.with_suffix(".py"), path / "__init__.py") if own.is_file()), None)


def imports(path: Path) -> set[str]:
    """Modules a file names in its imports, inside functions too; `from a import b` names `a.b` where that is one."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in below if file_of(name)}
            found |= modules | ({node.module} if below - modules else set())
    return found


def reached(start: str) -> dict[str, str]:
    """Every module reached from one by the imports written in it, and from where."""
    seen, waiting = {start: ""}, [start]
    while waiting:
        module = waiting.pop()
        path = file_of(module)
        for name in imports(path) if path is not None and path.is_relative_to(PACKAGE) else ():
            if name not in seen:
                seen[name] = module
                waiting.append(name)
    return seen


def test_the_checker_reaches_no_solver() -> None:
    found = {name: by for name, by in reached(CHECKER).items() if name.partition(".")[0] in SOLVERS}

    assert found == {}


def test_the_checker_runs_without_a_solver_in_memory() -> None:
    done = child(f"import {CHECKER}, sys; print(*{{name.partition('.')[0] for name in sys.modules}})")

    assert "pairup" in done.stdout.split() and not set(done.stdout.split()) & SOLVERS


def test_the_checker_reaches_no_formulation_and_no_search() -> None:
    ours = {name: by for name, by in reached(CHECKER).items() if name.startswith("pairup.planning")}

    assert {name: by for name, by in ours.items() if name not in KNOWN and not name.startswith(PROBLEMS)} == {}
    assert KNOWN & set(ours) >= {"pairup.planning.plan", "pairup.planning.verify_visits"}


def test_a_planner_does_reach_a_solver_and_this_would_be_seen() -> None:
    assert "highspy" in reached("pairup.planning.posting")


def test_every_planner_hands_its_plan_to_the_checker() -> None:
    """A `Plan` with rows is made in one place, and for visits in another; both ask the checker first."""
    makers = []
    for path in sorted((PACKAGE / "planning").rglob("*.py")):
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef):
                called = {node.func.id for node in ast.walk(function)
                          if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
                if "Plan" in called:
                    makers.append((module_name(path), bool(called & {"check_plan", "check_visits"})))

    assert makers and [name for name, is_checked in makers if not is_checked] == []
