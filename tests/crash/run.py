"""`python -m tests.crash.run`: many cycles, one line at the end; 1 where anything was lost or half-written."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests import postgresql
from tests.crash.cycles import crash, failures
from tests.crash.ground import backups_hold, prepared, verified


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cycles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--defect", choices=["ack-first", "two-commits"], default="")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    kept = "postgresql, every commit brought to the disk" if postgresql.ON_SERVER else "sqlite"
    print(f"seed {seed}, {kept}", flush=True)
    if postgresql.ON_SERVER:
        postgresql.durable = True
        postgresql.take_over()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        record = prepared(home)
        wrong: list[str] = []
        last = None
        for last in crash(record, home, cycles=asked.cycles, seed=seed, defect=asked.defect):
            wrong = [*last.judged.wrong, *failures(home)]
            if wrong:
                break
            if last.number % 20 == 19:
                print(f"{last.number + 1} cycles: {last.judged.acknowledged} acknowledged, none lost", flush=True)
        wrong += [] if wrong else [*verified(record), *backups_hold(home)]
        if last is not None:
            seen = last.judged
            print(
                f"{last.number + 1} cycles of SIGKILL: {seen.acknowledged} acknowledged, {seen.begun} begun, "
                f"{len(seen.backups)} backups; wrong: {len(wrong)}"
            )
    for said in wrong[:20]:
        print(said, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
