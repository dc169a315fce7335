"""Time `pairup --help` and `import pairup` in fresh processes; the medians must stay under their limits.

    python bench/help_time.py [RUNS]

Not a test: a busy machine is slow for reasons of its own. Prints every median, ends with 1 where one is over.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

#: what is timed, and the limit in milliseconds
TIMED = {
    "pairup --help": ([sys.executable, "-m", "pairup.cli.main", "--help"], 300),
    "import pairup": ([sys.executable, "-c", "import pairup"], 100),
    "python, doing nothing": ([sys.executable, "-c", ""], 1000),
}


def main(runs: int) -> int:
    """Time everything, interleaved, so that a busy moment does not fall on one of them."""
    taken: dict[str, list[float]] = {name: [] for name in TIMED}
    for _ in range(runs):
        for name, (words, _limit) in TIMED.items():
            began = time.perf_counter()
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
            taken[name].append((time.perf_counter() - began) * 1000)
    over = 0
    for name, (_words, limit) in TIMED.items():
        median = statistics.median(taken[name])
        over += median > limit
        print(f"{name:24} median {median:6.0f} ms of {runs}, limit {limit} ms")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 11))
