"""Every read of the record says the day it asks about."""

from __future__ import annotations

import ast

from tests.house.source import modules, tree, where

#: reads that ask files or memory, not the record, and the reason why they need no day
WITHOUT_A_DAY = {
    "read_folder": "reads CSV files",
    "read_head": "reads a backup's file",
    "read_saved": "reads CSV files",
    "read_sheets": "reads sheets in memory",
    "read_source": "reads one file",
    "read_tables": "reads tables in memory",
    "read_problem_of": "what is asked carries the day",
}


def readers(parsed: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in parsed.body if isinstance(node, ast.FunctionDef) and node.name.startswith("read_")]


def says_its_day(function: ast.FunctionDef) -> bool:
    """Whether `on` is a parameter by keyword only, or what is read is the run that carries it."""
    return "on" in {argument.arg for argument in function.args.kwonlyargs}


def test_every_service_read_takes_on() -> None:
    found = [
        f"{where(path, function)} {function.name}"
        for path in modules("services")
        for function in readers(tree(path))
        if function.name not in WITHOUT_A_DAY and not says_its_day(function)
    ]

    assert found == []


def test_reads_of_the_record_are_there_to_be_checked() -> None:
    checked = [f.name for path in modules("services") for f in readers(tree(path)) if f.name not in WITHOUT_A_DAY]

    assert len(checked) >= 10
    assert not says_its_day(readers(ast.parse("def read_places(programme): ..."))[0])


def test_only_doors_ask_the_clock() -> None:
    clocks = {"now", "today", "utcnow", "time", "perf_counter", "monotonic", "localtime", "gmtime"}
    found = [
        where(path, node)
        for path in modules()
        if not {"cli", "web"} & set(path.parts)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in clocks
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "time", "timezone"}
    ]
    allowed = (
        "src/pairup/planning/", "src/pairup/engines/", "src/pairup/bench/", "src/pairup/services/working.py",
        "src/pairup/evaluation/evaluate.py",
    )  # fmt: skip
    measured = [place for place in found if not place.startswith(allowed)]

    assert measured == [], "a stop rule or a benchmark may measure how long it took; nothing else reads the clock"
