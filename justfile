# Thin aliases; `python3 dev.py` is the door and needs nothing installed.

setup:
    python3 dev.py test --set-up-only

test *args:
    python3 dev.py test {{args}}

# The record, the services, the command line and the journeys on a PostgreSQL server that the tests start themselves.
test-postgresql *args:
    PAIRUP_TEST_DATABASE=postgresql .venv/bin/python -m pytest -n 2 tests/services tests/cli tests/journeys tests/web/test_on_server.py tests/web/test_frame.py tests/web/test_administration.py tests/web/test_people.py {{args}}

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

# The record's doors on a register of thirty years; at scale 1 an hour and 10 GB. Writes docs/benchmarks.
bench-register scale="0.02" *args:
    PYTHONPATH=src nice .venv/bin/python -m pairup.cli.main bench register --scale {{scale}} --into docs/benchmarks {{args}}

# How often a verdict is wrong, 2,000 draws a row; some twenty minutes of one core. Writes docs/benchmarks.
simulate *args:
    python3 dev.py bench simulate --full --into docs/benchmarks {{args}}

# Work and SIGKILL, 300 times: nothing acknowledged is lost, nothing is half-written. Some five minutes.
crash *args:
    PYTHONPATH=src .venv/bin/python -m tests.crash.run {{args}}

# The same on a PostgreSQL server, which is killed too every second time; some five seconds a cycle.
crash-postgresql *args:
    PAIRUP_TEST_DATABASE=postgresql PYTHONPATH=src .venv/bin/python -m tests.crash.run {{args}}

# One bit wrong in 2,000 places of a record, and in 200 of each other file that holds it: refused, named or harmless. Some ten minutes.
damage *args:
    PYTHONPATH=src .venv/bin/python -m tests.crash.damage {{args}}

# Eight editors, 200 edits each, on ten rows: as threads and as processes. Some minutes.
race *args:
    PYTHONPATH=src .venv/bin/python -m tests.race.run {{args}}
    PYTHONPATH=src .venv/bin/python -m tests.race.run --processes {{args}}

# Walk through the demo of Xizang in a real browser; some five minutes. Writes docs/tour.
tour *args:
    PYTHONPATH=src:. .venv/bin/python docs/make_tour.py {{args}}

# Build the wheel, install it alone in a fresh environment, and ask it for its version.
release:
    python3 dev.py bundle dist/wheels
    python3 -m venv dist/environment
    dist/environment/bin/pip install --quiet --no-index --find-links dist/wheels --require-hashes -r dist/wheels/web.txt
    dist/environment/bin/pip install --quiet --no-index --no-deps dist/wheels/pairup-*.whl
    dist/environment/bin/pairup --version

# The register against its model, by so many random lives; 5,000 take some hours of one core.
lives examples="5000":
    LIFE_EXAMPLES={{examples}} python3 dev.py test tests/services/test_register_model.py

# A sheet of 100,000 rows into a record: rows a second and memory, on the screen only.
bench-imports rows="100000":
    PYTHONPATH=src python3 bench/import_sheet.py {{rows}}

# Wrong bytes into every importer, for longer than the suite does: some five minutes of one core. SEED chooses others.
fuzz-imports seed="1":
    PAIRUP_FUZZ_CHILDREN=400 PAIRUP_FUZZ_SEED={{seed}} python3 dev.py test tests/exchange/test_fuzz.py

# Many users at once on a copy of RECORD, served as `pairup serve` does; half an hour of a machine that does nothing else.
bench-load record *args:
    PYTHONPATH=src .venv/bin/python bench/load.py {{record}} {{args}}
