"""Guesses how somebody's own sheet becomes a table, as a mapping to look over: a proposal, never taken as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from pairup.exchange.forbidden import forbidden
from pairup.exchange.form_sheets import label
from pairup.exchange.layout import Column, Kind, Layout, Table
from pairup.exchange.plain import UNITS, solid
from pairup.exchange.sheets import Grid

#: what offices call a column, beside its own name and its labels
_CALLED = {
    "title_zh": ("项目名称", "工程名称", "岗位名称", "标题"), "name_zh": ("名称", "单位名称", "地名"),
    "cost": ("总投资", "投资额", "概算", "造价", "budget"), "amount": ("金额", "资金", "到位资金", "拨付金额"),
    "from": ("开工日期", "开始", "起始日期", "生效日期", "start", "start date"),
    "to": ("竣工日期", "完工日期", "结束", "终止日期", "end", "end date"),
    "day": ("日期", "到账日期", "签署日期", "date"), "place": ("乡镇", "县", "地区", "建设地点", "location"),
    "category": ("类别", "行业", "领域", "sector"), "status": ("状态", "进展"),
    "donor": ("支援单位", "支援省市", "援方"), "recipient": ("受援单位", "受援方"),
    "note": ("备注", "说明", "remarks", "comment"), "priority": ("优先级", "优先序"),
    "budget_year": ("年度", "预算年度", "year"), "code": ("编号", "代码", "项目编号", "序号", "no", "id"),
    "profession": ("专业", "职业"), "person": ("人员", "干部"), "text_zh": ("内容", "需求内容"), "pairing": ("结对",),
}  # fmt: skip
_IN_BRACKETS = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]")
_SURE, _LIKELY = 1.0, 0.72
_ROWS = 20  # among which a header is looked for
_VALUES = 12  # of a closed list, shown to be filled in


@dataclass(slots=True)
class Guess:
    """A proposal: the table, the header's row, and for each head its column with how sure it is (0 to 1)."""

    table: Table
    header_row: int
    heads: list[str]
    columns: dict[str, tuple[Column, float]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)

    @property
    def missing(self) -> list[Column]:
        there = {column.name for column, _ in self.columns.values()}
        asked = {column.currency for column, _ in self.columns.values()}  # an amount has a currency
        return [c for c in self.table.columns if c.name not in there and (c.required or c.name in asked)]


def guess(grid: Grid, layout: Layout, table: str | None = None) -> Guess | None:
    """Guess the table and columns of a grid; None where nothing is like any column of any table."""
    tables = [layout[table]] if table else [one for one in layout.values() if one.by_hand]
    best: tuple[float, Guess] | None = None
    for at, record in enumerate(grid.records[:_ROWS]):
        heads = [head for head in map(str.strip, record) if head]
        if len(heads) < 2:
            continue
        for one in tables:
            found = _columns(heads, one)
            score = sum(sure for _, sure in found.values()) - 0.2 * sum(
                column.required for column in one.columns if column.name not in {c.name for c, _ in found.values()}
            )
            if found and (best is None or score > best[0]):
                best = (score, Guess(one, grid.rows[at], heads, found))
    if best is None:
        return None
    _look_below(best[1], grid)
    return best[1]


def _columns(heads: Sequence[str], table: Table) -> dict[str, tuple[Column, float]]:
    """Give each head the column it is most like; a column is taken once, by the head that is most like it."""
    likes = sorted(
        ((like(head, column), -at, head, column) for at, head in enumerate(heads) for column in table.columns
         if not forbidden(head)),
        key=lambda one: (one[0], one[1]), reverse=True,
    )  # fmt: skip
    found: dict[str, tuple[Column, float]] = {}
    taken: set[str] = set()
    for sure, _, head, column in likes:
        if sure >= _LIKELY and head not in found and column.name not in taken:
            found[head] = (column, sure)
            taken.add(column.name)
    return found


def like(head: str, column: Column) -> float:
    """Say how like a head is to what a column is called, from 0 to 1."""
    said = solid(_IN_BRACKETS.sub("", head)).casefold().replace("_", "")
    names = [column.name, label(column, "en"), label(column, "zh_Hans"), *_CALLED.get(column.name, ())]
    best = 0.0
    for name in names:
        plain = solid(_IN_BRACKETS.sub("", name)).casefold().replace("_", "")
        if said == plain:
            return _SURE
        best = max(best, SequenceMatcher(None, said, plain).ratio() * 0.9)
    return best


def _look_below(found: Guess, grid: Grid) -> None:
    """Look at the cells under each head: the unit that its brackets name, and the words of a closed list."""
    start = grid.rows.index(found.header_row)
    header = [head.strip() for head in grid.records[start]]
    for head, (column, _) in found.columns.items():
        at = header.index(head)
        cells = [record[at].strip() for record in grid.records[start + 1 :] if at < len(record) and record[at].strip()]
        units = [unit for unit in _IN_BRACKETS.findall(head) if solid(unit) in UNITS]
        if units and column.kind is Kind.AMOUNT:
            found.units[column.name] = solid(units[0])
        if column.choices:
            found.values[column.name] = [
                word for word in dict.fromkeys(cells) if word not in column.choices
            ][:_VALUES]  # fmt: skip


def as_mapping(found: Guess, file: str, sheet: str = "", encoding: str = "") -> str:
    """Write a guess as a mapping file, each line with how sure it is, and what is left to say."""
    lines = [
        f"# Proposed by `pairup import --preview` from {file}. Look at every line; what ends in ? is a guess.",
        "", "[[table]]", f"file = {_quoted('*' + file[file.rfind('.') :] if '.' in file else file)}",
        f"table = {_quoted(found.table.name)}",
    ]  # fmt: skip
    lines += [f"sheet = {_quoted(sheet)}"] if sheet else []
    lines += [f"encoding = {_quoted(encoding)}"] if encoding else []
    lines += [f"header_row = {found.header_row}"] if found.header_row != 1 else []
    left = [head for head in found.heads if head not in found.columns]
    lines += [f"ignore = [{', '.join(map(_quoted, left))}]  # nothing of the table is like these"] if left else []
    lines += [f"units = {{ {_pairs(found.units)} }}"] if found.units else []
    if found.missing:
        lines.append(f"# Must be said, here or in a column: {', '.join(column.name for column in found.missing)}")
        lines.append(f"# constants = {{ {_pairs({column.name: '' for column in found.missing})} }}")
    lines += ["", "[table.columns]"]
    for head, (column, sure) in found.columns.items():
        lines.append(f"{_quoted(head)} = {_quoted(column.name)}" + ("" if sure == _SURE else f"  # {sure:.0%} ?"))
    for name, words in found.values.items():
        if words:
            choices = next(column.choices for column, _ in found.columns.values() if column.name == name)
            lines += ["", f"[table.values.{name}]  # one of: {', '.join(choices)}"]
            lines += [f'{_quoted(word)} = ""' for word in words]
    return "\n".join(lines) + "\n"


def _pairs(said: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {_quoted(text)}" for name, text in said.items())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
