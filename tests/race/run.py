"""`python -m tests.race.run`: eight editors, 200 edits each, on ten rows; 1 where an edit was lost in silence."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--editors", type=int, default=8)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--processes", action="store_true")
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    from pairup.services import open_record
    from tests import postgresql

    if postgresql.ON_SERVER:
        postgresql.durable = True
        postgresql.take_over()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        open_record(home / "record.sqlite3", create=True)
        from pairup.services import write
        from tests.race import editors

        editors.prepared()
        began = time.monotonic()
        if asked.processes:
            told = editors.by_processes(asked.editors, asked.edits, seed, home)
        else:
            told = editors.by_threads(asked.editors, asked.edits, seed)
        seconds = time.monotonic() - began
        verdict = editors.judge(told, asked.editors * asked.edits)
        wrong = [*verdict.wrong, *map(str, write.check_journal())]
        print(
            f"seed {seed}: {asked.editors} {'processes' if asked.processes else 'threads'}, {len(told)} edits in "
            f"{seconds:.0f} s: {verdict.acknowledged} acknowledged, {verdict.lost} kept as conflicts, "
            f"wrong: {len(wrong)}"
        )
    for said in wrong[:20]:
        print(said, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
