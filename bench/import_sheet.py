"""How fast a sheet goes into a record: parsed in the child, compared, checked, written with its journal entry.

    PYTHONPATH=src python bench/import_sheet.py 100000

Prints rows a second by the clock and by CPU, and the peak memory of this process and of the parser. The target is
2,000 rows a second within 512 MiB at 100,000 rows.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pairup import services

TABLES = {
    "programme": [{"code": "bench", "name_en": "Bench", "preset": "mandate_led", "currency": "CNY",
                   "is_synthetic": "yes"}],
    "places": [{"code": "place", "name_en": "Place", "level": "county", "is_synthetic": "yes"}],
    "organisations": [{"code": "donor", "name_en": "Donor", "kind": "government", "is_synthetic": "yes"}],
    "pairings": [{"code": "pair", "donor": "donor", "place": "place", "channel": "territorial",
                  "is_synthetic": "yes"}],
}  # fmt: skip
AT = datetime(2026, 11, 27, tzinfo=UTC)
OFFICE = "programme_office"


def write(path: Path, rows: int) -> None:
    """Write money lines, each with a code and nearly each with an amount of its own."""
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write("code,day,pairing,kind,budget_year,amount,currency,is_synthetic\r\n")
        for at in range(rows):
            day = f"20{at % 26 + 10}-{at % 12 + 1:02}-{at % 28 + 1:02}"
            out.write(f"L-{at},{day},pair,payment,{2010 + at % 26},{at * 7 % 99991}.50,CNY,yes\r\n")


def peak(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        services.open_record(Path(folder) / "bench.sqlite3", create=True)
        from pairup.services import folder as folders
        from pairup.services import imports

        folders.load_tables(TABLES, actor=OFFICE, at=AT)
        path = Path(folder) / "money.csv"
        write(path, rows)
        for name in ("first", "again"):
            began, cpu = time.perf_counter(), time.process_time()
            done = imports.accept_file(path, accept=["all"], actor=OFFICE, at=AT)
            seconds, used = time.perf_counter() - began, time.process_time() - cpu
            print(
                f"{name}: {done.counts['money'].new if done.entry else 0:,} written of {rows:,}; {rows / seconds:,.0f}"
                f" rows/s by the clock, {rows / used:,.0f} by CPU; peak {peak(resource.RUSAGE_SELF):,.0f} MiB,"
                f" parser {peak(resource.RUSAGE_CHILDREN):,.0f} MiB"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
