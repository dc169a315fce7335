"""Editors that correct the same few rows at once, and a judge that knows only what each was told.

An editor reads a row, then corrects the version it saw. What it is told is kept: the version it made, or both sides of
the conflict. The judge asks that what was acknowledged is a serial order of all of it.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services.cast import FIRST, LATER, OFFICE, a_programme, load, with_rows

ROWS = 10
CODES = [f"R-{at}" for at in range(ROWS)]

Told = dict[str, Any]
Editor = Callable[[int, int, int], list[Told]]


def prepared() -> None:
    """Ten needs in the open record, each at version 1."""
    lines = [f"{code} east health Need~{code}. 1 office yes" for code in CODES]
    tables = with_rows(a_programme(), "needs", "code place category text_en priority stated_by is_synthetic", *lines)
    load(tables, at=FIRST)


def edit(editor: int, edits: int, seed: int) -> list[Told]:
    """Make so many edits, each on a row chosen by chance; give what was told of each."""
    from pairup.errors import ConflictError
    from pairup.record.models import NeedVersion
    from pairup.services import edits as services

    chance, told = random.Random(seed * 1000 + editor), list[Told]()
    for at in range(edits):
        code, value = chance.choice(CODES), f"by {editor}, edit {at}"
        seen = NeedVersion.objects.known().get(identity__code=code).number
        try:
            done = services.correct("needs", code, {"note": value}, seen=seen, actor=OFFICE, at=LATER)
            told.append({"code": code, "seen": seen, "made": done.rows[0][1], "value": value})
        except ConflictError as lost:
            facts = lost.facts
            sides = {"mine": facts.get("proposed"), "theirs": facts.get("current"), "won": facts.get("won")}
            told.append({"code": code, "seen": seen, "lost": lost.code, "value": value, **sides})
    return told


def by_threads(editors: int, edits: int, seed: int) -> list[Told]:
    """All editors as threads of this process, each with a connection of its own."""
    told: list[Told] = []
    failed: list[BaseException] = []

    def work(editor: int) -> None:
        from django.db import connection

        try:
            told.extend(edit(editor, edits, seed))
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(editor,)) for editor in range(editors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return told


def by_processes(editors: int, edits: int, seed: int, home: Path) -> list[Told]:
    """All editors as processes."""
    from django.db import connection

    connection.close()
    children = []
    for editor in range(editors):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                told = edit(editor, edits, seed)
                (home / f"{editor}.json").write_text(json.dumps(told), encoding="utf-8")
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert ended == [0] * editors, f"editors ended with {ended}"
    return [one for editor in range(editors) for one in json.loads((home / f"{editor}.json").read_text())]


@dataclass(frozen=True)
class Verdict:
    acknowledged: int
    lost: int
    wrong: tuple[str, ...]


def judge(told: Sequence[Told], asked: int) -> Verdict:
    """Hold what editors were told against the record.

    Of each row the versions made are 2, 3, … without a hole or a double, each made on the one before; the value in
    force is the last one's; whoever lost was shown its own edit and a version that somebody was told to have made.
    """
    from pairup.record.models import NeedVersion

    wrong: list[str] = []
    made: dict[str, dict[int, Told]] = defaultdict(dict)
    for one in told:
        if "made" not in one:
            continue
        if one["made"] in made[one["code"]]:
            wrong.append(f"{one['code']} version {one['made']} was acknowledged twice")
        made[one["code"]][one["made"]] = one
        if one["made"] != one["seen"] + 1:
            wrong.append(f"{one['code']} version {one['made']} was made on {one['seen']}: an edit between is lost")
    for code in CODES:
        numbers = sorted(made[code])
        kept = NeedVersion.objects.filter(identity__code=code).order_by("number").values_list("number", "note")
        said = {1: "", **{number: one["value"] for number, one in made[code].items()}}
        if numbers != list(range(2, len(numbers) + 2)) or dict(kept) != said:
            wrong.append(f"{code} holds versions that were acknowledged to nobody, or lacks one")
        if NeedVersion.objects.known().filter(identity__code=code).count() != 1:
            wrong.append(f"{code} is not in force once")
    lost = [one for one in told if "lost" in one]
    for one in lost:
        if one["lost"] != "lifecycle.changed-since" or one["mine"] != [{"note": one["value"], "code": one["code"]}]:
            wrong.append(f"an editor of {one['code']} lost and was not shown its own side: {one['lost']}")
        elif one["theirs"].get("note", "") != made[one["code"]].get(one["won"], {}).get("value"):
            wrong.append(f"an editor of {one['code']} was shown another side than version {one['won']}")
    if len(told) != asked:
        wrong.append(f"{asked} edits were asked and {len(told)} answered")
    acknowledged = sum(map(len, made.values()))
    return Verdict(acknowledged, len(lost), tuple(wrong))
