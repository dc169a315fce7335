# Thin aliases; `python3 dev.py` is the door and needs nothing installed.

setup:
    python3 dev.py test --set-up-only

test *args:
    python3 dev.py test {{args}}

# The record, the services, the command line and the journeys on a PostgreSQL server that the tests start themselves.
test-postgresql *args:
    PAIRUP_TEST_DATABASE=postgresql .venv/bin/python -m pytest -n 2 tests/services tests/cli tests/journeys {{args}}

lint:
    python3 dev.py lint

types:
    python3 dev.py types

docs:
    python3 dev.py docs

# Every instance, ours and the peers; takes hours, on a machine that does nothing else. Writes docs/benchmarks.
bench-planning *args:
    python3 dev.py bench --full --into docs/benchmarks {{args}}

# A few small instances, on the screen only.
bench-planning-quick *args:
    python3 dev.py bench --quick {{args}}

# Effects on large panels, ours and the peers in turn. Writes docs/benchmarks.
bench-evaluation *args:
    python3 dev.py bench evaluation --full --into docs/benchmarks {{args}}

# Indicators from large tables, ours and hand-written queries in turn. Writes docs/benchmarks.
bench-measurement *args:
    python3 dev.py bench measurement --full --into docs/benchmarks {{args}}

# How often a verdict is wrong, 2,000 draws a row; some twenty minutes of one core. Writes docs/benchmarks.
simulate *args:
    python3 dev.py bench simulate --full --into docs/benchmarks {{args}}

# Work and SIGKILL, 300 times: nothing acknowledged is lost, nothing is half-written. Some five minutes.
crash *args:
    PYTHONPATH=src .venv/bin/python -m tests.crash.run {{args}}

# Build the wheel, install it alone in a fresh environment, and ask it for its version.
release:
    python3 dev.py bundle dist/wheels
    python3 -m venv dist/environment
    dist/environment/bin/pip install --quiet --no-index --find-links dist/wheels --require-hashes -r dist/wheels/core.txt
    dist/environment/bin/pip install --quiet --no-index --no-deps dist/wheels/pairup-*.whl
    dist/environment/bin/pairup --version
